"""Layers brought to what the plan says. Example run: python -m pytest tests/scene/test_finish.py"""

import pytest
import torch

from pipeline.models.prior import NOISE_DIM
from pipeline.scene.drawing import Bend, Drawing, Palette
from pipeline.scene.finish import _parts, finish_layer, without_part
from pipeline.scene.record import Thing

COLOURS = {"white": "#ffffff", "black": "#111111", "red": "#d93636"}
TURNED = Palette(hue=2.0)


def drawn(name, colour, said=None):
    """The colour (3,) in [0, 1] of a square of ``colour`` that is drawn as a thing of that name."""
    layer = torch.zeros(4, 32, 32)
    layer[3, 4:28, 4:28] = 1
    layer[:3, 4:28, 4:28] = torch.tensor(colour)[:, None, None]
    drawing = Drawing(0, 0, "flat sticker", "", "flat sticker", False, Bend(), TURNED)
    thing = Thing("thing", name, said=said)
    finished = finish_layer(
        2 * layer - 1, thing, drawing, Bend(), style="flat sticker", palette=COLOURS, noise=torch.zeros(NOISE_DIM),
        shift=Palette(),
    )  # fmt: skip
    return (finished[:3, 16, 16] + 1) / 2


PURPLE, RED = (0.33, 0.25, 0.5), (0.85, 0.2, 0.2)


def test_the_seed_turns_the_colour_of_what_may_have_any():
    red, _, blue = drawn("balloon", RED)
    assert blue > red or abs(float(red) - RED[0]) > 0.1


@pytest.mark.parametrize(("name", "said"), [("red apple", None), ("apple", "red apple"), ("rainbow", None)])
def test_a_name_that_says_its_colour_keeps_it(name, said):
    assert torch.allclose(drawn(name, RED, said), torch.tensor(RED), atol=1e-5)


def test_a_black_cat_is_black_though_it_was_drawn_in_purple():
    assert drawn("black cat", PURPLE).max() < 0.15
    assert drawn("black hole", PURPLE)[2] > 0.4, "no animal: as it was drawn"


def test_what_has_a_usual_colour_stays_near_it():
    sun, ball = (drawn(name, (0.95, 0.75, 0.2)) for name in ("sun", "balloon"))
    assert sun[2] < 0.5 and sun[0] > 0.6, "yellow to orange"
    assert float((ball - sun).abs().max()) > 0.3


def finished(name, rendering, layer, colour=None, seed=0):
    drawing = Drawing(0, 0, rendering, "", "flat sticker", rendering == "solid glyph", Bend(), Palette())
    noise = torch.randn(NOISE_DIM, generator=torch.Generator().manual_seed(seed))
    return finish_layer(
        layer, Thing("thing", name, colour=colour), drawing, Bend(), style=None, palette=COLOURS, noise=noise,
        shift=Palette(),
    )  # fmt: skip


def plates(colour=(0.0, 0.0, 0.0)):
    """A large plate, and a small one below it, of one colour: (4, 64, 64) in [-1, 1]."""
    layer = torch.zeros(4, 64, 64)
    for rows in (slice(4, 40), slice(50, 60)):
        layer[:, rows, 8:56] = torch.tensor((*colour, 1.0))[:, None, None]
    return 2 * layer - 1


def two_colours(name, colour=None, seed=0):
    layer = (finished(name, "solid glyph", plates(), colour, seed) + 1) / 2
    return layer[:3, 20, 30], layer[:3, 55, 30]


def turned(one, other):
    """Whether a colour is more than a lighter or darker other one."""
    return float((one - other - (one - other).mean()).norm()) > 0.3


def test_a_silhouette_has_an_accent_where_it_may_have_any_colour_and_shades_where_not():
    assert any(turned(*two_colours("washing machine", seed=seed)) for seed in range(6))
    body, foot = two_colours("washing machine", colour="red")
    assert torch.allclose(body, torch.tensor([0xD9, 0x36, 0x36]) / 255, atol=0.01)
    assert (foot > body - 0.01).all() and foot[0] > foot[1] + 0.15, "the other part is a lighter red"
    for name in ("cactus", "woman"):
        for seed in range(4):
            body, foot = two_colours(name, seed=seed)
            assert (foot >= body - 1e-4).all(), "lighter, of the same hue"


def test_two_things_of_one_seed_have_two_colours():
    bodies = {tuple(two_colours(name)[0].tolist()) for name in ("router", "eraser", "blanket", "stapler", "socket")}
    assert len(bodies) > 2


def test_what_an_artist_drew_in_blue_has_any_colour_but_a_yellow_bulb_stays_yellow():
    seen = {}
    for drawn_in in ((0.2, 0.35, 0.9), (0.95, 0.75, 0.2)):
        layers = [finished("curtain", "gradient app icon", plates(drawn_in), seed=seed) for seed in range(6)]
        seen[drawn_in] = {tuple(((layer[:3, 20, 30] + 1) / 2).mul(50).round().tolist()) for layer in layers}
    blue, yellow = seen.values()
    assert len(blue) > 2 and len(yellow) == 1


def test_lines_alone_are_painted_within():
    frame = torch.zeros(4, 64, 64)
    frame[3, 8:56, 8:56] = 1
    frame[:, 14:50, 14:50] = 0
    inside = finished("door", "hand-drawn sketch icon", 2 * frame - 1, colour="red")[:, 32, 32]
    assert torch.allclose((inside[:3] + 1) / 2, torch.tensor([0xD9, 0x36, 0x36]) / 255, atol=0.03)
    assert inside[3] > 0.9


def test_each_part_that_may_not_be_seen_is_told_from_the_rest():
    cat = Thing("cat", "cat", part_colours={"eyes": "green", "left paw": "white", "hair": "red"})
    found = dict(without_part(cat))
    assert found.keys() == {"green eyes", "red hair"}
    assert found["green eyes"].part_colours == {"left paw": "white", "hair": "red"}
    assert without_part(Thing("cat", "cat", part_colours={"left paw": "white"})) == []


def test_old_hair_is_as_white_as_the_beard():
    parts = {"beard": "white"}
    assert _parts(Thing("man", "man with a beard", said="old man", part_colours=parts))["hair"] == "white"
    assert "hair" not in _parts(Thing("man", "man with a beard", part_colours=parts))
