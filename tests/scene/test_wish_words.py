"""How people word a change. Example run: python -m pytest tests/scene/test_wish_words.py"""

import pytest

from pipeline.scene.wish import _READERS, Wishes
from pipeline.scene.wish_words import PATTERNS


def kinds(words: str) -> list[str]:
    """The kinds of wish that words may be, in the order in which they are tried; but for two that let nearly all words
    pass, and then look for a part of a thing, or for a mood.
    """
    return [kind for kind, pattern in PATTERNS if pattern.match(words) and kind not in ("part", "mood")]


def groups(kind: str, words: str) -> tuple:
    found = next(match for own, pattern in PATTERNS if own == kind and (match := pattern.match(words)))
    return tuple(group for group in found.groups() if group)


@pytest.mark.parametrize("kind", dict.fromkeys(kind for kind, _ in PATTERNS))
def test_every_kind_has_one_who_reads_it(kind):
    assert (kind in _READERS) != hasattr(Wishes, f"_{kind}"), "in one place, and in no other"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("never mind", "undo"), ("take that back", "undo"), ("Undo the last change", "undo"),
        ("start over", "over"), ("clear everything", "over"),
        ("try it again", "again"), ("something else", "again"), ("a different one", "again"),
        ("another style", "other_style"),
        ("make it snow", "weather"), ("stop the rain", "no_weather"),
        ("the cat should look left", "looks"), ("make it jump", "higher"),
        ("double the size of the cat", "sizes"), ("hide the dog behind the cat", "hidden"),
        ("give each of them a hat", "add_to"), ("make the cat face the dog", "faces"),
        ("make the second one red", "one_of"), ("dress the cat as a pirate", "dress"),
        ("fill the basket with apples", "filled"), ("empty the basket", "emptied"),
        ("the cat should be bigger than the dog", "than"),
        ("remove everything but the cat", "except"), ("take off the hat", "remove"),
        ("make the background see-through", "no_ground"), ("remove the border", "no_effect"),
        ("swap the dog for a fox", "replace"), ("swap the dog and the fox", "exchange"), ("zoom in", "zoom"),
        ("rotate the cat by -30 degrees", "turn"), ("duplicate the cat", "copied"),
        ("move the cat a bit to the left", "move"), ("put the cat in the top left corner", "spot"),
        ("add a ball between the cat and the dog", "between"), ("make the grass yellow", "land_colour"),
    ],
)  # fmt: skip
def test_words_are_tried_as_this_first(words, kind):
    assert kinds(words)[0] == kind


@pytest.mark.parametrize(
    ("kind", "words", "found"),
    [
        ("turn", "rotate the cat by 30 degrees counter-clockwise", ("the cat", "30 degrees counter-clockwise", "30",
                                                                    "counter")),
        ("spread", "move the cat and the dog apart", ("the cat and the dog",)),
        ("nearer", "move the dog away from the cat", ("the dog", "away from", "the cat")),
        ("one_of", "paint one of the dogs dark blue", ("dogs", "dark blue")),
        ("than", "make the dog smaller than the cat", ("the dog", "smaller", "the cat")),
        ("instead", "draw a fox instead of the dog", ("a fox", "the dog")),
        ("replace", "trade the dog for a fox", ("the dog", "a fox")),
        ("relate", "put the cat to the left of the dog", ("the cat", "to the left of", "the dog")),
        ("spot", "put the cat at the bottom right corner", ("the cat", "bottom right")),
        ("copied", "three more cats", ("three", "cats")),
        ("mood", "give the cat an angry face", ("the cat", "angry face")),
    ],
)  # fmt: skip
def test_what_is_told_of_what_is_taken_apart(kind, words, found):
    assert groups(kind, words) == found


def test_an_article_makes_it_something_new():
    assert "spot" in kinds("the cat on the left") and "spot" not in kinds("a cat on the left")
    assert "add" in kinds("a cat on the left")
