"""Layers brought to what the plan says. Example run: python -m pytest tests/scene/test_finish.py"""

import pytest
import torch

from pipeline.models.prior import NOISE_DIM
from pipeline.scene.drawing import Bend, Drawing, Palette
from pipeline.scene.finish import finish_layer
from pipeline.scene.record import Thing

COLOURS = {"white": "#ffffff", "black": "#111111", "red": "#d93636"}
TURNED = Palette(hue=2.0)


def drawn(name, colour, said=None):
    """The colour (3,) in [0, 1] of a square of ``colour`` that is drawn as a thing of that name."""
    layer = torch.zeros(4, 32, 32)
    layer[3, 4:28, 4:28] = 1
    layer[:3, 4:28, 4:28] = torch.tensor(colour)[:, None, None]
    drawing = Drawing(0, 0, "3d render", "", "3d render", False, Bend(), TURNED)
    thing = Thing("thing", name, said=said)
    finished = finish_layer(
        2 * layer - 1, thing, drawing, Bend(), style="3d render", palette=COLOURS, noise=torch.zeros(NOISE_DIM),
        shift=Palette(),
    )  # fmt: skip
    return (finished[:3, 16, 16] + 1) / 2


PURPLE, RED = (0.33, 0.25, 0.5), (0.85, 0.2, 0.2)


def test_the_seed_turns_the_colour_of_what_may_have_any():
    red, _, blue = drawn("balloon", RED)
    assert blue > red or abs(float(red) - RED[0]) > 0.1


@pytest.mark.parametrize(("name", "said"), [("red apple", None), ("apple", "red apple")])
def test_a_name_that_says_its_colour_keeps_it(name, said):
    assert torch.allclose(drawn(name, RED, said), torch.tensor(RED), atol=1e-5)


def test_a_black_cat_is_black_though_it_was_drawn_in_purple():
    assert drawn("black cat", PURPLE).max() < 0.15
    assert drawn("black hole", PURPLE)[2] > 0.4, "no animal: as it was drawn"


def test_what_has_a_usual_colour_stays_near_it():
    sun, ball = (drawn(name, (0.95, 0.75, 0.2)) for name in ("sun", "balloon"))
    assert sun[2] < 0.5 and sun[0] > 0.6, "yellow to orange"
    assert float((ball - sun).abs().max()) > 0.3
