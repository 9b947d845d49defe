"""Words in pictures. Example run: python -m pytest tests/scene/test_lettering.py"""

import pytest

from pipeline.scene.lettering import missing_letters, write
from pipeline.scene.record import Lettering, Scene


def ink(lettering: Lettering, width: int = 256, height: int = 256):
    """Alpha (height, width) of the lettering."""
    return write(Scene(width=width, height=height, lettering=lettering))[3]


@pytest.mark.parametrize("form", ["straight", "arched", "banner"])
@pytest.mark.parametrize("text", ["Hi", "Grüße\naus Köln", "x" * 80])
@pytest.mark.parametrize("size", [(256, 256), (512, 256)])
def test_words_fit_into_the_picture(form, text, size):
    alpha = ink(Lettering(text, form), *size)
    assert alpha.shape == (size[1], size[0]) and alpha.max() > 0.9
    edges = alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]
    assert all(edge.max() == 0 for edge in edges)


def test_words_stand_where_and_as_large_as_they_are_asked_for():
    rows = {place: (ink(Lettering("Hi", place=place)) > 0.5).any(1).nonzero() for place in ("top", "middle", "bottom")}
    assert rows["top"].max() < 90 and rows["bottom"].min() > 170
    assert abs(float(rows["middle"].float().mean()) - 128) < 12
    small, large = (ink(Lettering("Hi", size=size)).sum() for size in (0.1, 0.3))
    assert large > 5 * small


def test_letters_with_marks_are_in_the_font_and_others_are_named():
    assert missing_letters("Äpfel, señor, café, Å, ß, 100 € !?") == ""
    assert missing_letters("猫 a 犬") == "猫犬"
    with pytest.raises(ValueError, match="猫"):
        write(Scene(lettering=Lettering("猫")))
    bare, marked = (ink(Lettering(text, outline=None)).sum() for text in ("a", "ä"))
    assert marked > 1.05 * bare


def test_colour_outline_and_nothing():
    drawn = write(Scene(lettering=Lettering("O", colour="#ff0000", outline=None, size=0.4)))
    solid = drawn[3] > 0.99
    assert drawn[0, solid].min() > 0.99 and drawn[1:3, solid].max() == 0
    edged = write(Scene(lettering=Lettering("O", colour="#ff0000", outline="#0000ff", size=0.4)))
    assert edged[3].sum() > 1.2 * drawn[3].sum() and edged[2].max() > 0.99
    assert write(Scene()) is None


def test_an_arch_is_highest_in_its_middle():
    alpha = ink(Lettering("mmmmmmmmmmmm", "arched", outline=None)) > 0.5
    columns = alpha.any(0).nonzero()[:, 0]
    first, middle = int(columns[0]) + 4, int(columns.float().mean())
    assert (
        alpha[:, middle - 4 : middle + 4].any(1).nonzero()[0] < alpha[:, first - 4 : first + 4].any(1).nonzero()[0] - 5
    )
