"""What the pickers write, a person could have typed. Example run: python -m pytest tests/language/test_styles.py"""

import pytest

from pipeline.language.styles import ANY, STYLES, TRANSPARENT, read_choices, write_choices


@pytest.mark.parametrize("style", [ANY, *STYLES])
@pytest.mark.parametrize("background", [ANY, TRANSPARENT, "light blue", "orange"])
def test_what_the_pickers_write_they_read_back_and_can_replace(style, background):
    written = write_choices("a red apple", style, background)
    assert read_choices(written) == (style, background)
    assert write_choices(written, ANY, ANY) == "a red apple"


def test_the_pickers_take_out_what_people_typed():
    assert write_choices("a 3d render of a cat against a plain blue background", "flat sticker", ANY) == (
        "a cat, flat sticker"
    )


def test_a_longer_name_of_a_ground_is_not_read_as_a_shorter_one():
    assert read_choices("an owl on a navy blue background") == (ANY, "navy blue")
    assert write_choices("", "3d render", "orange") == "3d render, on an orange background"
