"""Example run: python -m pytest tests/language/test_wording.py"""

from pipeline.language.styles import BACKGROUNDS
from pipeline.language.wording import (
    CHOSEN_STYLES,
    SIMILAR_STYLES,
    UNSAID_BACKGROUNDS,
    app_caption,
    plain_clauses,
)


def test_captions_have_the_order_of_the_page():
    assert app_caption("an owl", "flat sticker") == "an owl, flat sticker" and app_caption("an owl", None) == "an owl"


def test_plain_clauses_are_what_the_app_itself_says():
    clauses = plain_clauses(["flat sticker"], ["orange", "white"], ["owl", "Apple"])
    assert clauses == {"flat sticker", "on an orange background", "on a white background", "an owl", "an apple"}


def test_what_is_left_unsaid_is_taught_and_every_chosen_style_has_a_likeness():
    assert UNSAID_BACKGROUNDS.keys() <= BACKGROUNDS.keys()
    assert {*CHOSEN_STYLES} == {*SIMILAR_STYLES} and {*SIMILAR_STYLES.values()} <= {*CHOSEN_STYLES}
    assert all(style != other for style, other in SIMILAR_STYLES.items())
