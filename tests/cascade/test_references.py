"""What is drawn from reference pictures. Example run: python -m pytest tests/cascade/test_references.py"""

import math

import pytest
import torch
import torch.nn.functional as F

from pipeline.cascade.references import CLOSE, References
from pipeline.models.prior import NOISE_DIM
from pipeline.scene.drawing import Palette
from pipeline.scene.record import Ground, Relation, Scene, Thing

SEMANTIC = 2
EMBEDS = F.normalize(torch.tensor([[3.0, 0.0, 4.0, 0.0], [0.0, 3.0, 0.0, 4.0], [0.6, 3.0, 4.0, 0.0]]), dim=1)
THREE = References(
    EMBEDS, F.normalize(torch.tensor([[1.0, 1.0, 9.0, 9.0]]), dim=1), torch.tensor([0.5, 0.3, 0.2]), 0.6,
    colours=("#ff0000", "#00ff00", "#0000ff"),
)  # fmt: skip
# Coordinate 13 of the noise chooses the drawing, 14 the colours: a normal number z is the chance of one below it.
ALWAYS_FIRST, MEDIAN, ALWAYS_LAST = -9.0, 0.0, 9.0


def noise(drawing: float = MEDIAN, colours: float = MEDIAN) -> torch.Tensor:
    own = torch.zeros(NOISE_DIM)
    own[13], own[14] = drawing, colours
    return own


@pytest.mark.parametrize(
    ("weights", "chance", "chosen"),
    [
        ([0.5, 0.3, 0.2], ALWAYS_FIRST, 0),
        ([0.5, 0.3, 0.2], -0.1, 0),  # 46 in a hundred
        ([0.5, 0.3, 0.2], 0.1, 1),  # 54
        ([0.5, 0.3, 0.2], 0.9, 2),  # 82
        ([0.5, 0.3, 0.2], ALWAYS_LAST, 2),
        ([0.7, 0.3, 0.0], ALWAYS_LAST, 1),
        ([0.0, 0.3, 0.7], ALWAYS_FIRST, 1),
    ],
)
def test_a_drawing_is_chosen_as_often_as_its_weight_says_and_never_one_without(weights, chance, chosen):
    some = References(EMBEDS, EMBEDS[:1], torch.tensor(weights), 1.0)
    assert some.drawn(noise(drawing=chance)) == chosen
    assert some.coloured(noise(colours=chance)) == chosen


def test_drawing_and_colours_are_chosen_apart():
    assert (THREE.drawn(noise(ALWAYS_FIRST, ALWAYS_LAST)), THREE.coloured(noise(ALWAYS_FIRST, ALWAYS_LAST))) == (0, 2)


def test_of_pictures_that_words_name_one_is_drawn_and_the_colours_are_of_all():
    house = THREE.named(torch.tensor([[1.0, 0.0, -5.0, 7.0]]), SEMANTIC)
    assert house.fitting is not None and house.fitting.tolist() == pytest.approx([0.5, 0.0, 0.0])
    assert {house.drawn(noise(drawing=z)) for z in (ALWAYS_FIRST, MEDIAN, ALWAYS_LAST)} == {0}
    assert house.coloured(noise(colours=ALWAYS_LAST)) == 2
    both = THREE.named(torch.tensor([[0.0, 1.0, 0.0, 0.0]]), SEMANTIC)
    assert both.fitting is not None and both.fitting.tolist() == pytest.approx([0.0, 0.3, 0.2])


def test_a_picture_without_weight_is_not_what_the_words_are_measured_by():
    some = References(EMBEDS, EMBEDS[:1], torch.tensor([0.0, 0.6, 0.4]), 1.0)
    named = some.named(torch.tensor([[1.0, 0.0, 0.0, 0.0]]), SEMANTIC)
    assert named.fitting is not None and named.fitting.tolist() == pytest.approx([0.0, 0.6, 0.4])


@pytest.mark.parametrize(
    ("similarity", "variety", "colours_change"),
    [(1.0, 0.0, False), (0.7, 0.5, False), (0.65, 0.35 / 0.6, False), (0.6, 0.4 / 0.6, True), (0.2, 1.0, True)],
)
def test_the_less_alike_the_freer_form_and_colours(similarity, variety, colours_change):
    some = References(EMBEDS, EMBEDS[:1], torch.ones(3) / 3, similarity)
    assert some.variety == pytest.approx(variety)
    turned = some.palette(torch.full((NOISE_DIM,), 9.0))
    assert (turned != Palette()) is colours_change
    assert some.palette(torch.zeros(NOISE_DIM)) == Palette(), "the middle of the noise turns nothing"
    if similarity == 0.2:
        assert math.radians(41) < turned.hue < math.radians(42)


@pytest.mark.parametrize(
    ("scene", "similarity", "colours", "replaced"),
    [
        (Scene(things=(Thing("cat", "cat"),)), CLOSE, ("#ff0000",), True),
        (Scene(things=(Thing("cat", "cat"),)), 0.5, ("#ff0000",), False),
        (Scene(), 0.2, ("#ff0000",), False),
        (Scene(things=(Thing("cat", "cat"),)), 0.2, (), False),
    ],
)
def test_what_a_prompt_names_is_drawn_in_their_place_only_far_from_them(scene, similarity, colours, replaced):
    some = References(EMBEDS, EMBEDS[:1], torch.ones(3), similarity, colours)
    assert some.replaced_by(scene) is replaced


def test_things_without_a_colour_get_one_of_theirs_and_what_is_said_stays():
    scene = Scene(things=(Thing("cat", "cat", colour="pink"), Thing("hat", "hat"), Thing("dog", "dog")), style="3d")
    rows = torch.stack([noise(), noise(colours=ALWAYS_FIRST), noise(colours=ALWAYS_LAST)])
    tinted = THREE.tint(scene, rows)
    assert [thing.colour for thing in tinted.things] == ["pink", "#ff0000", "#0000ff"]
    assert tinted.things[0] == scene.things[0] and tinted.style == "3d"


def test_one_thing_stands_for_all_of_them_as_the_named_one_is_told():
    hat = Thing(
        "hat",
        "hat",
        colour="pink",
        part_colours={"brim": "red"},
        place=(0.2, 0.3, 0.4),
        turn=30.0,
        mirror=True,
        seed=5,
    )
    shown = THREE.scene(Scene(things=(hat,), ground=Ground("transparent"), arrangement="grid"), noise()[None])
    (one,) = shown.things
    assert (one.id, one.name, one.colour, one.part_colours) == ("reference", "hat", "pink", {"brim": "red"})
    assert (one.place, one.turn, one.mirror, one.seed) == ((0.2, 0.3, 0.4), 30.0, True, 5)
    assert shown.ground == Ground("transparent") and shown.arrangement == "single"
    two = Scene(things=(hat, Thing("cat", "cat", relation=Relation("on", "hat"))))
    (one,) = THREE.scene(two, noise(ALWAYS_FIRST, ALWAYS_FIRST)[None]).things
    assert (one.name, one.colour, one.place) == ("picture", None, None)  # its drawing has these colours already
    (one,) = THREE.scene(two, noise(ALWAYS_FIRST, ALWAYS_LAST)[None]).things
    assert one.colour == "#0000ff"


def test_what_is_drawn_has_one_look_and_shows_what_they_show_together():
    embed = THREE.embed(noise(drawing=ALWAYS_FIRST), SEMANTIC)
    assert embed.shape == (1, 4) and float(embed.norm()) == pytest.approx(1.0)
    shown = 0.6 / 2**0.5  # the first one's share of meaning, 0.6, along (1, 1)
    assert embed[0].tolist() == pytest.approx([shown, shown, 0.8, 0.0], abs=1e-6)
    alone = References(EMBEDS[:1], EMBEDS[1:2], torch.ones(1), 1.0)
    assert torch.equal(alone.embed(noise(), SEMANTIC), EMBEDS[:1])
