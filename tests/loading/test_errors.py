"""What goes wrong with a model. Example run: python -m pytest tests/loading/test_errors.py"""

from pipeline.loading.errors import HeldBack, ModelFailed, WeightsError
from pipeline.ui.drawing import REFUSALS


def test_a_picture_that_is_held_back_says_what_to_do_unless_it_is_said_already():
    assert str(HeldBack()) == ("The model's own safety check held this picture back. Change the prompt or the seed.")
    assert str(HeldBack("Otherwise.")) == "Otherwise."


def test_each_is_said_in_its_sentence_and_none_is_taken_for_our_fault():
    for error in (WeightsError("a."), ModelFailed("b."), HeldBack()):
        assert isinstance(error, REFUSALS)
    assert not isinstance(WeightsError("a."), ValueError), "who catches a wrong argument catches no missing weights"
