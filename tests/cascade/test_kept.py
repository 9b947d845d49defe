"""What was drawn a moment ago. Example run: python -m pytest tests/cascade/test_kept.py"""

import numpy as np
import pytest
import torch

from pipeline.cascade.kept import Cache, digest, state_of
from pipeline.scene.record import Scene, Thing
from tests.tiny import tiny_pipeline

SCENE = Scene(
    things=(Thing("cat", "cat", place=(0.3, 0.5, 0.9)), Thing("apple", "apple", place=(0.8, 0.5, 0.3))),
    style="3d render", width=512, height=512,
)  # fmt: skip


@pytest.fixture(scope="module")
def pipe():
    return tiny_pipeline()


def draw(pipe, *edits: str, **options) -> np.ndarray:
    options = {"scene": SCENE, "edits": edits, "generator": torch.Generator().manual_seed(1)} | options
    return np.asarray(pipe(**options).images[0])


def calls(pipe, name: str, monkeypatch) -> list:
    seen, forward = [], getattr(pipe, name).forward
    monkeypatch.setattr(getattr(pipe, name), "forward", lambda *args, **more: seen.append(1) or forward(*args, **more))
    return seen


def test_a_store_gives_what_was_made_and_forgets_what_was_used_longest_ago():
    store, made = Cache(max_entries=2), []

    def get(key):
        return store.get(key, lambda: made.append(key) or key)

    assert [get(key) for key in "abab"] == list("abab") and made == ["a", "b"]
    get("a"), get("c"), get("a")
    assert made == ["a", "b", "c"] and "b" not in store and "a" in store
    store.clear()
    assert len(store) == 0 and get("a") == "a" and made[-1] == "a"


def test_a_store_of_tensors_keeps_to_its_bytes():
    store = Cache(max_bytes=1000)
    for key in range(9):
        store.get(key, lambda: torch.zeros(100))
        assert store.bytes <= 1000
    assert len(store) == 2 and store.get(8, lambda: None) is not None
    store.get("large", lambda: torch.zeros(1000))  # larger than all room: handed out, not kept
    assert len(store) == 0 and store.bytes == 0


def test_a_digest_tells_values_shapes_and_types():
    one = torch.arange(6.0)
    same = digest(one)
    assert same == digest(one.clone()) == digest(one.reshape(2, 3).t().t().flatten())
    others = [one + 1, one.reshape(2, 3), one.half(), one.double()]
    assert len({same, *map(digest, others), digest(None), digest(one, None)}) == 7


def test_a_trained_network_is_another_one():
    network = torch.nn.Linear(2, 2)
    before = state_of(network)
    assert before == state_of(network) != state_of(torch.nn.Linear(2, 2))
    with torch.no_grad():
        network.weight.add_(1)
    assert state_of(network) != before
    before = state_of(network)
    assert state_of(network.half()) != before


def test_what_an_edit_does_not_touch_is_not_drawn_again(pipe, monkeypatch):
    draw(pipe)
    decoder, encoder = calls(pipe, "decoder", monkeypatch), calls(pipe, "text_encoder", monkeypatch)
    larger = calls(pipe, "super_res", monkeypatch)
    draw(pipe, "place apple 0.8 0.3 0.3")
    assert (len(decoder), len(larger)) == (0, 0)
    texts = len(encoder)
    draw(pipe, "place apple 0.8 0.3 0.25")
    assert len(encoder) == texts  # the words are the same
    draw(pipe, "colour apple red")
    assert (len(decoder), len(larger)) == (0, 0)  # a small thing is not enlarged
    draw(pipe, "colour cat red")
    assert (len(decoder), len(larger)) == (0, 1)
    draw(pipe, "again apple 7")
    assert len(decoder) <= 1  # its drawing may be another


def test_what_was_kept_is_what_would_be_drawn(pipe):
    for edits in ((), ("colour cat red",), ("place apple 0.8 0.3 0.8",), ("again apple 7", "remove cat")):
        kept = draw(pipe, *edits)
        pipe.kept.clear()
        assert np.array_equal(kept, draw(pipe, *edits)), edits


def test_noise_steps_and_guidance_are_told_apart(pipe):
    def layers() -> int:
        return len(pipe.kept.layers)

    pipe.kept.clear()
    draw(pipe)
    first = layers()
    for options in (
        {"generator": torch.Generator().manual_seed(2)},
        {"num_inference_steps": 2},
        {"guidance_scale": 2.0},
        {"guidance_scale": 2.0, "negative_prompt": "an apple"},
    ):
        before = layers()
        draw(pipe, **options)
        assert layers() > before >= first
    before = layers()
    draw(pipe)
    assert layers() == before


def test_a_prompt_seen_before_is_read_as_then(pipe, monkeypatch):
    first = pipe.read_prompt("a cat", seed=3)
    parser = calls(pipe, "scene_parser", monkeypatch)
    assert pipe.read_prompt("a cat", seed=3) is first
    again = pipe.read_prompt("a cat", seed=4)
    assert again.scene.things == first.scene.things and not parser  # its words are tagged already
    assert pipe.read_prompt("an apple", seed=4).scene.things != first.scene.things and parser
