"""What goes wrong with a model, said in one sentence to whoever asked for it."""

__all__ = ["HeldBack", "ModelFailed", "WeightsError"]


class WeightsError(Exception):
    """The model cannot be used; the message is a sentence for whoever started the program."""


class ModelFailed(ValueError):
    """A model that loaded could not draw this picture; the message is a sentence for whoever asked for it."""


class HeldBack(ValueError):
    """A model's own safety check held a picture back; of several, the others are handed out all the same."""

    def __init__(self, sentence: str = ""):
        super().__init__(
            sentence or "The model's own safety check held this picture back. Change the prompt or the seed."
        )
