"""What goes wrong with a model, said in one sentence to whoever asked for it."""

__all__ = ["ModelFailed", "WeightsError"]


class WeightsError(Exception):
    """The model cannot be used; the message is a sentence for whoever started the program."""


class ModelFailed(ValueError):
    """A model that loaded could not draw this picture; the message is a sentence for whoever asked for it."""
