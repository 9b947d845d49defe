"""Styles and grounds that nobody said. Example run: python -m pytest tests/scene/test_choice.py"""

import pytest

from pipeline.models.vocabulary import Vocabulary
from pipeline.scene.choice import choose, known_style, named_in, other_grounds, take_style
from pipeline.scene.record import Ground, Relation, Scene, Thing

WHITE, BLUE, BEIGE = "#ffffff", "#a9d8f5", "#f0e2c8"


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    names = ["cat", "dog", "mountain", "snowman"]
    styles = {"3d render": ["3d"], "flat sticker": ["sticker"], "32x32 pixel art sprite": ["pixel art"]}
    grounds = {"white": WHITE, "light blue": BLUE, "beige": BEIGE, "red": "#d93636"}
    return Vocabulary(names, names, styles, grounds, text_dim=4, shown={"dog": ["3d render"]})


def scene(*things: Thing, **more) -> Scene:
    return Scene(things=things or (Thing("cat", "cat"),), **more)


@pytest.mark.parametrize(
    ("prompt", "left", "style"),
    [
        ("a fox, 32x32 pixel art sprite, red", "a fox, , , red", "32x32 pixel art sprite"),
        ("a fox in the style of nothing", "a fox in the style of nothing", None),
        ("a fox, sticker", "a fox", "flat sticker"),
        ("a fox, in 3d style", "a fox", "3d render"),
        ("a sticker of a fox", "a sticker of a fox", None),  # a word for a style counts alone between commas
        ("3D Render of a fox", "3D Render of a fox", None),  # what it is of is told by the reader
        ("a fox, 3D Render", "a fox", "3d render"),
    ],
)
def test_a_style_that_is_named_outright_is_taken_out(vocabulary, prompt, left, style):
    assert take_style(prompt, vocabulary) == (left, style)


@pytest.mark.parametrize(
    ("said", "style"),
    [
        ("sticker", "flat sticker"), ("a drawing in pixel art style", "32x32 pixel art sprite"), ("3D-render", None),
        ("cute 3d picture", "3d render"), ("very cute 3d picture", None), ("", None), ("oil", None),
    ],
)  # fmt: skip
def test_a_style_is_known_beside_one_other_word(vocabulary, said, style):
    assert known_style(said, vocabulary) == style


def test_styles_and_colours_are_found_wherever_they_are_named(vocabulary):
    assert named_in("no pixel art, please: a Light Blue or red one", vocabulary) == {
        "32x32 pixel art sprite", "light blue", "red",
    }  # fmt: skip
    assert named_in("lighter, bluish", vocabulary) == frozenset()


@pytest.mark.parametrize(("chance", "style"), [(0.0, "3d render"), (0.49, "3d render"), (0.5, "flat sticker"),
                                               (0.999999, "flat sticker"), (1.0, "flat sticker")])  # fmt: skip
def test_a_chance_chooses_evenly_among_the_usual_styles(vocabulary, chance, style):
    assert choose(scene(), vocabulary, chance=chance).style == style


def test_the_same_chance_goes_on_to_choose_the_ground(vocabulary):
    grounds = [choose(scene(style="3d render"), vocabulary, chance=at / 80).ground for at in range(80)]
    assert [grounds.count(Ground("colour", (colour,))) for colour in (WHITE, BLUE, BEIGE)] == [60, 10, 10]


def test_nothing_is_chosen_without_a_chance_and_nothing_said_is_changed(vocabulary):
    assert choose(scene(), vocabulary, chance=None) == scene()
    said = scene(style="flat sticker", ground=Ground("transparent"))
    assert choose(said, vocabulary, chance=0.7) == said


def test_a_thing_is_shown_in_a_style_in_which_it_was_taught(vocabulary):
    dog, both = Thing("dog", "dog"), (Thing("cat", "cat"), Thing("dog", "dog"))
    assert choose(scene(dog), vocabulary, chance=0.9).style == "3d render"
    assert choose(scene(*both), vocabulary, chance=0.9).style == "3d render"
    assert choose(scene(dog, style="flat sticker"), vocabulary, chance=None).style == "3d render"


def test_several_stand_on_white_and_a_white_one_does_not(vocabulary):
    cat = Thing("cat", "cat", relation=Relation("on", "dog"))
    for colour, ground in ((None, WHITE), ("black", WHITE), ("white", BLUE), ("#fafafa", BLUE)):
        things = (Thing("dog", "dog", colour=colour), cat)
        assert choose(scene(*things), vocabulary, chance=0.3).ground == Ground("colour", (ground,))
    one_white = [choose(scene(Thing("cat", "cat", colour="white")), vocabulary, chance=at / 40) for at in range(40)]
    assert Ground("colour", (WHITE,)) not in {shown.ground for shown in one_white}


def test_what_has_a_mountain_behind_it_stands_in_a_meadow(vocabulary):
    behind = Thing("mountain", "mountain", relation=Relation("behind", "cat"))
    assert choose(scene(Thing("cat", "cat"), behind), vocabulary, chance=0.3).ground == Ground("scene", name="grass")


@pytest.mark.parametrize(
    ("chance", "avoid", "grounds"),
    [
        (None, "", ()),
        (0.0, "", ("light blue", "beige", "white")),
        (0.001, "", ("beige", "light blue", "white")),
        (0.3, "no beige", ("light blue", "white")),
        (0.3, "white, beige, light blue", ()),
    ],
)
def test_other_grounds_are_turned_by_the_chance_white_last(vocabulary, chance, avoid, grounds):
    assert other_grounds(vocabulary, chance, avoid) == grounds
