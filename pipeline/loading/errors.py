"""What goes wrong with a model's files, told to whoever started the program."""

__all__ = ["WeightsError"]


class WeightsError(Exception):
    """The model cannot be used; the message is a sentence for whoever started the program."""
