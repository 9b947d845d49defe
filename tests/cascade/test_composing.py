"""Layers laid out, and what is shown meanwhile. Example run: python -m pytest tests/cascade/test_composing.py"""

from dataclasses import replace

import numpy as np
import pytest
import torch

from pipeline.cascade.plan import Plan
from pipeline.models.prior import NOISE_DIM
from pipeline.scene.drawing import Bend
from pipeline.scene.record import MAX_THINGS, Ground, Lettering, Outline, Relation, Scene, Thing
from tests.tiny import EMBED_DIM, tiny_pipeline

WHITE, RED = Ground("colour", ("#ffffff",)), Ground("colour", ("#ff0000",))
ENCODED = (torch.zeros(2, 1, 32), torch.ones(2, 1))


@pytest.fixture(scope="module")
def pipe():
    return tiny_pipeline()


def plan_of(*things: Thing, **scene) -> Plan:
    noise = {"prior": torch.zeros(MAX_THINGS, NOISE_DIM)}
    scene = Scene(things=things, **scene)
    return Plan(scene, None, (None,) * len(things), (Bend(),) * len(things), ("",) * len(things), noise)


def solid(*colours: tuple[float, float, float], side: int = 256) -> torch.Tensor:
    """A layer of each colour, opaque all over."""
    rows = [torch.tensor([*colour, 1.0])[:, None, None].expand(4, side, side) for colour in colours]
    return 2 * torch.stack(rows) - 1


def composed(pipe, plan: Plan, layers: torch.Tensor):
    embeds = torch.full((len(layers), EMBED_DIM), EMBED_DIM**-0.5)
    return pipe.compose(plan, embeds, layers, ENCODED)


def test_things_stand_where_they_have_their_places_on_their_ground(pipe):
    plan = plan_of(
        Thing("a", "cat", place=(0.25, 0.5, 0.25)), Thing("b", "apple", place=(0.75, 0.5, 0.25)),
        width=512, height=256, ground=RED,
    )  # fmt: skip
    picture, standing = composed(pipe, plan, solid((0.0, 0.0, 1.0), (0.0, 1.0, 0.0)))
    values = np.asarray(picture)
    assert picture.mode == "RGB" and picture.size == (512, 256)
    assert values[128, 128].tolist() == [0, 0, 255] and values[128, 384].tolist() == [0, 255, 0]
    assert values[128, 256].tolist() == values[5, 5].tolist() == [255, 0, 0]
    assert standing.keys == ("a", "b") and standing.areas == pytest.approx((1 / 32, 1 / 32))


def test_what_comes_later_covers_and_what_is_transparent_has_an_alpha(pipe):
    things = Thing("a", "cat", place=(0.5, 0.5, 0.5)), Thing("b", "apple", place=(0.5, 0.5, 0.25))
    plan = plan_of(*things, ground=Ground("transparent"))
    layers = solid((0.0, 0.0, 1.0), (0.0, 1.0, 0.0))
    picture, _ = composed(pipe, plan, layers)
    values = np.asarray(picture)
    assert picture.mode == "RGBA" and values[128, 128].tolist() == [0, 255, 0, 255] and values[5, 5, 3] == 0
    turned, _ = composed(pipe, replace(plan, scene=replace(plan.scene, things=things[::-1])), layers.flip(0))
    assert np.asarray(turned)[128, 128].tolist() == [0, 0, 255, 255]


def test_lettering_lies_over_things(pipe):
    thing = Thing("a", "cat", place=(0.5, 0.5, 1.0))
    bare, _ = composed(pipe, plan_of(thing, ground=WHITE), solid((0.0, 0.0, 1.0)))
    lettered, _ = composed(pipe, plan_of(thing, ground=WHITE, lettering=Lettering("HI")), solid((0.0, 0.0, 1.0)))
    changed = (np.asarray(bare) != np.asarray(lettered)).any(-1)
    assert changed[128:].any() and not changed[:128].any()


def test_a_scene_of_nothing_is_its_ground(pipe):
    picture, standing = pipe.compose(plan_of(ground=RED), torch.zeros(0, EMBED_DIM), torch.zeros(0, 4, 1, 1), ENCODED)
    assert np.unique(np.asarray(picture).reshape(-1, 3), axis=0).tolist() == [[255, 0, 0]]
    assert standing.keys == ()


def test_a_preview_is_small_on_white_and_without_what_is_only_said(pipe):
    plan = plan_of(Thing("a", "cat"), width=512, ground=Ground("transparent"))
    preview = pipe._preview(plan, solid((0.0, 0.0, 1.0), side=64))
    assert preview.shape == (1, 3, 32, 64) and preview.abs().max() <= 1
    assert preview[0, :, 16, 32].tolist() == [-1.0, -1.0, 1.0] and preview[0, :, 0, 0].tolist() == [1.0, 1.0, 1.0]
    said = {"outline": Outline(20, "#ff0000"), "shadow": True, "lettering": Lettering("HI")}
    decorated = replace(plan, scene=replace(plan.scene, **said))
    assert torch.equal(pipe._preview(decorated, solid((0.0, 0.0, 1.0), side=64)), preview)


@pytest.mark.parametrize(
    ("stage", "things", "shown"),
    [
        ("decoder", (Thing("a", "cat"),), True),
        ("super_res", (Thing("a", "cat"),), False),
        ("decoder", (Thing("a", "cat"), Thing("b", "apple", relation=Relation("on", "a"))), False),
    ],
)
def test_only_the_decoders_steps_of_one_thing_are_previewed(pipe, stage, things, shown):
    told = []
    step = pipe._steps(
        plan_of(*things), 2, [], lambda *call: told.append(call), ("latents", "preview", "image_embeds")
    )
    clean = solid((0.0, 0.0, 1.0), side=64)
    step(stage, 1, torch.tensor(500.0), "noise", clean)
    ((who, number, timestep, values),) = told
    assert (who is pipe, number, float(timestep)) == (True, 1, 500.0)
    assert (values.pop("preview") is not None) is shown
    assert values == {"stage": stage, "picture": 2, "kept": False, "latents": "noise", "image_embeds": None}


def test_nobody_who_listens_is_told_nothing(pipe):
    pipe._steps(plan_of(Thing("a", "cat")), 0, [], None, ("preview",))("decoder", 0, torch.tensor(0.0), None, None)
