"""Several pictures of one request in one call. Example run: python -m pytest tests/serve/test_together.py"""

import re
import threading
from dataclasses import replace

import pytest

from app import limits_for
from pipeline.__main__ import main as command
from pipeline.evaluation.batches import main as bench
from pipeline.loading.errors import WeightsError
from pipeline.loading.find import find_model
from pipeline.loading.options import LoadOptions
from pipeline.recipe import Recipe, read_png
from pipeline.serve.drawing import draw_order
from pipeline.serve.jobs import Client
from pipeline.serve.order import Order
from pipeline.serve.render import Cancelled, Rendered, compare, render, render_together, series
from pipeline.serve.replicas import fleet
from pipeline.serve.store import PictureStore
from pipeline.serve.studio import Studio
from pipeline.serve.together import draw_series
from pipeline.watermark import verify
from tests.tiny_diffusers import tiny_stable_diffusion, tiny_unclip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "sd"
    tiny_stable_diffusion().save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def model(folder):
    found = find_model(folder, LoadOptions(batch=2))
    return found, found.load()


@pytest.fixture
def recipes(model):
    can = model[0].capabilities
    wish = Recipe(prompt="a cat", seed=7, **{**can.controls, "num_inference_steps": 2})
    return series(can.recipe(wish, model[0].weights_hash), 3)


@pytest.fixture
def calls(model, monkeypatch):
    """How many pictures each pass of the network drew, of those that are guided."""
    sizes, network = [], model[1].pipe.unet
    handle = network.register_forward_pre_hook(lambda _module, given: sizes.append(given[0].shape[0] // 2))
    yield sizes
    handle.remove()


def studio_of(model, store=None):
    return Studio(model[1], capabilities=model[0].capabilities, weights_hash=model[0].weights_hash, store=store)


def test_so_many_are_drawn_in_one_call_as_were_asked_for_and_come_in_order(model, recipes, calls):
    events = list(draw_series(studio_of(model), recipes))
    assert calls == [2, 2, 1, 1]  # two steps of two pictures, two of the last one
    drawn = [(number, event) for number, event in events if isinstance(event, Rendered)]
    assert [(number, event.recipe) for number, event in drawn] == list(enumerate(recipes))
    for (_, event), recipe in zip(drawn, recipes, strict=True):
        assert verify(event.image).payload == recipe.id32
        assert compare(event.image, render(model[1], recipe).image).psnr > 35


def test_an_order_through_a_door_is_drawn_in_calls_too(model, calls):
    can = model[0].capabilities
    few = replace(can, controls={**can.controls, "num_inference_steps": 2})
    studio = Studio(model[1], capabilities=few, weights_hash=model[0].weights_hash)
    with studio.jobs.admit(Client("here", "a")) as place:
        drawn = draw_order(studio, limits_for(few), Order(prompt="a cat", count=2, seed=7), place)
    assert calls == [2, 2] and [each.recipe.seed for each in drawn] == [7, 8]


def test_one_that_is_kept_lets_each_be_asked_for_by_itself(model, recipes, calls, tmp_path):
    studio = studio_of(model, PictureStore(tmp_path))
    first = [event for _, event in draw_series(studio, recipes[:1]) if isinstance(event, Rendered)]
    studio.store.close()
    studio = studio_of(model, PictureStore(tmp_path))
    del calls[:]
    again = [event for _, event in draw_series(studio, recipes[:2]) if isinstance(event, Rendered)]
    assert again[0].png == first[0].png and calls == [1, 1]
    studio.store.close()


def test_a_cancel_ends_all_of_a_call_with_the_step(model, recipes, calls):
    cancel = threading.Event()
    with pytest.raises(Cancelled):
        render_together(model[1], recipes, on_stage=lambda stage: cancel.set(), cancel=cancel)
    assert calls == [3, 3]  # the step in which it was set, and the one whose end saw it


def test_only_seeds_may_differ(model, recipes):
    with pytest.raises(ValueError, match="differ by their seeds alone"):
        render_together(model[1], [recipes[0], replace(recipes[1], prompt="a dog")])


def test_the_command_line_draws_in_calls(folder, tmp_path, capsys):
    words = ["draw", "a cat", "--model", str(folder), "--num-inference-steps", "2", "--count", "3", "--batch", "2"]
    assert command([*words, "-o", str(tmp_path / "cat.png")]) == 0
    said = [read_png(tmp_path / f"cat-{number}.png") for number in (1, 2, 3)]
    assert [recipe.seed for recipe in said] == [0, 1, 2]
    assert command([*words[:-1], "0", "-o", str(tmp_path / "cat.png")]) == 2
    assert "--batch takes 1 to 64, got 0" in capsys.readouterr().err


def test_where_one_picture_a_call_is_all_there_is_it_is_said(folder, tmp_path, monkeypatch):
    tiny_unclip().save_pretrained(tmp_path / "unclip")
    assert find_model(tmp_path / "unclip", LoadOptions(batch=2)).capabilities.batch == 2
    own = folder / "easel_defaults.json"
    own.write_text('{"rules": [{"then": {"batches": false}}]}')
    try:
        with pytest.raises(WeightsError, match="--batch` has no effect on the model sd"):
            find_model(folder, LoadOptions(batch=2))
    finally:
        own.unlink()
    with pytest.raises(WeightsError, match="--batch` is for other models"):
        find_model(options=LoadOptions(batch=2))
    with pytest.raises(WeightsError, match="do not go together"):
        fleet(str(folder), 1, 1, None, LoadOptions(batch=2))


def test_the_bench_prints_what_a_call_of_several_gains(folder, capsys):
    bench(["--model", str(folder), "--count", "2", "--repeats", "1", "--num-inference-steps", "2"])
    rows = [line for line in capsys.readouterr().out.splitlines() if re.match(r"\| \d", line)]
    assert len(rows) == 2 and rows[0].split("|")[3].strip() == "1.00"
    assert 0 <= int(rows[1].split("|")[4]) <= 2  # the same pictures, but for a rounding
