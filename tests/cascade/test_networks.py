"""Noise, steps and guidance of the networks. Example run: python -m pytest tests/cascade/test_networks.py"""

import numpy as np
import pytest
import torch
from diffusers import FlowMatchEulerDiscreteScheduler
from PIL import Image

from pipeline.cascade.networks import _guide, _on_white, _own, _tell_kept
from pipeline.cascade.plan import Plan
from pipeline.models.prior import NOISE_DIM
from pipeline.scene.compose import firm
from pipeline.scene.drawing import Bend
from pipeline.scene.record import MAX_THINGS, Ground, Scene, Thing
from pipeline.scene.uploads import layer_of, upload_hash
from tests.tiny import EMBED_DIM, tiny_pipeline

SIDE = 64


@pytest.fixture(scope="module")
def pipe():
    return tiny_pipeline()


def plan_of(*things: Thing, **more) -> Plan:
    noise = {"prior": torch.zeros(MAX_THINGS, NOISE_DIM)}
    return Plan(Scene(things=things), None, (None,) * len(things), (Bend(),) * len(things), ("",), noise, **more)


def seeded(seed: int = 5) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_every_stage_has_its_noise_whether_or_not_a_later_one_runs(pipe):
    small, large = (pipe.prepare_latents(seeded(), large=large) for large in (False, True))
    assert {name: tuple(noise.shape) for name, noise in large.items()} == {
        "prior": (MAX_THINGS, NOISE_DIM), "decoder": (1, 4, 64, 64), "super_res": (1, 4, 256, 256),
    }  # fmt: skip
    assert small.keys() == {"prior", "decoder"}
    assert all(torch.equal(small[name], large[name]) for name in small)
    assert not torch.equal(pipe.prepare_latents(seeded(6), large=False)["decoder"], small["decoder"])


@pytest.mark.parametrize(("scale", "guided"), [(0.0, [1.0, -2.0]), (1.0, [3.0, 2.0]), (2.0, [5.0, 6.0])])
def test_guidance_goes_on_from_what_no_words_give_past_what_the_words_give(scale, guided):
    rows = torch.tensor([[1.0, -2.0], [3.0, 2.0]])
    assert _guide(rows, scale)[0].tolist() == guided


@pytest.mark.parametrize("count", [1, 2, 4])
def test_steps_go_straight_from_noise_to_what_is_predicted(pipe, count):
    noise, clean, seen = torch.tensor([[8.0, -4.0]]), torch.tensor([[0.0, 1.0]]), []

    def on_step(stage, index, timestep, latents, told):
        seen.append((stage, index, latents.clone()))
        assert torch.equal(told, clean)

    flow = pipe._flow(FlowMatchEulerDiscreteScheduler(), lambda *_: clean, noise, count, "decoder", on_step)
    assert torch.equal(flow, clean)
    for step, (stage, index, latents) in enumerate(seen):
        left = 1 - (step + 1) / count  # of the noise
        assert (stage, index) == ("decoder", step)
        assert torch.allclose(latents, clean + left * (noise - clean), atol=1e-5)
    assert len(seen) == count


def test_a_thing_is_drawn_without_the_padding_that_longer_texts_need():
    embeds, tokens = torch.arange(6.0).reshape(2, 3), torch.arange(16.0).reshape(2, 4, 2)
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]])
    embed, own, known = _own(embeds, (tokens, mask), 1)
    assert embed.tolist() == [[3.0, 4.0, 5.0]] and own.tolist() == [[[8.0, 9.0], [10.0, 11.0]]]
    assert known.tolist() == [[1, 1]]


def test_a_layer_is_seen_on_white_with_its_own_colours():
    layer = torch.tensor([[1.0, 0.5, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [1.0, 0.5, 0.0]])  # red, half of it, none
    seen = _on_white(2 * layer[:, None] - 1)
    assert seen.tolist() == [[[255, 0, 0], [255, 128, 128], [255, 255, 255]]] and seen.dtype == np.uint8


def test_the_steps_of_what_was_kept_are_told_as_such():
    told, small, large = [], torch.zeros(1, 4, 2, 2), torch.ones(1, 4, 8, 8)
    steps = {"num_inference_steps": 2, "super_res_num_inference_steps": 1, "prior_num_inference_steps": 9}
    _tell_kept(lambda *step: told.append(step), steps, small, large)
    assert [(stage, at, kept) for stage, at, _, _, _, kept in told] == [
        ("decoder", 0, True), ("decoder", 1, True), ("super_res", 0, True),
    ]  # fmt: skip
    assert told[0][4] is small and told[2][4] is large


def decoded(pipe, negative=None, scale=1.0, seed=1, steps=1) -> torch.Tensor:
    torch.manual_seed(seed)
    embeds, latents = torch.randn(2, EMBED_DIM), torch.randn(1, 4, SIDE, SIDE)
    tokens, mask = torch.randn(2, 3, 32), torch.ones(2, 3)
    with torch.no_grad():
        return pipe.run_decoder(
            latents, embeds, tokens, mask, negative, num_steps=steps, guidance_scale=scale, on_step=lambda *_: None
        )


def test_without_guidance_nothing_to_avoid_is_looked_at_and_with_it_what_is_avoided_tells(pipe):
    plain = decoded(pipe)
    assert plain.shape == (2, 4, SIDE, SIDE) and plain.abs().max() <= 1
    avoid, other = torch.randn(2, 1, 3, 32, generator=seeded())
    assert torch.equal(decoded(pipe, negative=(avoid, None)), plain)
    guided = decoded(pipe, scale=3.0)
    assert not torch.equal(guided, plain) and guided.abs().max() <= 1
    assert torch.equal(decoded(pipe, negative=(avoid * 0, None), scale=3.0), guided), "nothing said is all zeros"
    assert not torch.equal(decoded(pipe, (avoid, None), 3.0), decoded(pipe, (other, None), 3.0))


def test_the_embeddings_of_things_are_drawn_from_where_they_come(pipe):
    red = Image.new("RGBA", (40, 40), "red")
    blue = Image.new("RGBA", (40, 40), "blue")
    uploads = {upload_hash(one): one for one in (red, blue)}
    things = [Thing(f"u{at}", "picture", upload=hash) for at, hash in enumerate(uploads)]
    with torch.no_grad():
        embeds = pipe.run_prior(plan_of(*things, uploads=uploads), None)
        assert pipe.run_prior(plan_of(), None).shape == (0, EMBED_DIM)
    assert embeds.shape == (2, EMBED_DIM) and embeds.norm(dim=1).tolist() == pytest.approx([1.0, 1.0])
    assert not torch.equal(embeds[0], embeds[1])
    places = pipe.image_encoder.poses(embeds)[:, 3:]  # as of a thing of which no place is said
    assert places.flatten().tolist() == pytest.approx([0.5, 0.5, 0.8] * 2, abs=1e-4)


@pytest.mark.parametrize(("asked", "side"), [(0, 64), (73, 64), (74, 128), (147, 128), (148, 256), (1024, 256)])
def test_a_layer_is_made_as_large_as_its_place_needs(pipe, asked, side):
    torch.manual_seed(0)
    layer = torch.rand(1, 4, SIDE, SIDE) * 2 - 1
    with torch.no_grad():
        (large,) = pipe.enlarge(plan_of(Thing("cat", "cat")), layer, [asked], torch.zeros(1, 1, 32), torch.ones(1, 1))
    assert large.shape == (4, side, side) and -1e-4 < large.min() and large.max() < 1 + 1e-4
    if side == SIDE:
        assert torch.equal(large, firm(layer)[0])


def test_an_upload_is_as_large_as_it_came_unless_it_was_coloured(pipe):
    values = np.zeros((200, 200, 4), np.uint8)
    values[20:180, 20:180] = (255, 0, 0, 255)
    values[20:180:2, 20:180] = (0, 0, 255, 255)  # lines that a small layer cannot show
    picture = Image.fromarray(values)
    uploads = {upload_hash(picture): picture}
    thing, told = Thing("u", "picture", upload=next(iter(uploads))), (torch.zeros(1, 1, 32), torch.ones(1, 1))
    layer = layer_of(picture, SIDE)[None]
    with torch.no_grad():
        (large,) = pipe.enlarge(plan_of(thing, uploads=uploads), layer, [300], *told)
        assert torch.equal(large, firm(layer_of(picture, 256)[None])[0])
        painted = Thing("u", "picture", upload=thing.upload, colour="red")
        (other,) = pipe.enlarge(plan_of(painted, uploads=uploads), layer, [300], *told)
    assert other.shape == large.shape and not torch.equal(other, large)


def test_a_ground_that_was_said_or_has_no_other_stays(pipe):
    noise = pipe.prepare_latents(seeded(), large=False)
    scene = Scene(things=(Thing("cat", "cat"),), ground=Ground("colour", ("#ffffff",)))
    parsed = pipe.read_prompt("a cat", seed=1, chance=0.2)
    assert pipe.on_seen_ground(scene, None, noise, 0.7) is scene
    for ground in (None, Ground("transparent"), Ground("scene", name="grass")):
        other = Scene(things=scene.things, ground=ground)
        assert pipe.on_seen_ground(other, parsed, noise, 0.7) is other


def test_an_emoji_that_was_not_taught_is_none(pipe):
    shared = ((), (), 1.0, "")
    steps = {"num_inference_steps": 1, "super_res_num_inference_steps": 1}
    plan = plan_of(Thing("cat", "cat"))
    assert pipe._emoji(plan, "grinning face", None, shared, None, steps, 1.0) is None
