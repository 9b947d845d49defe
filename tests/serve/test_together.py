"""Several pictures of one request in one call. Example run: python -m pytest tests/serve/test_together.py"""

import re
import threading
from dataclasses import replace

import pytest
import torch

from app import limits_for
from pipeline.__main__ import main as command
from pipeline.evaluation.batches import main as bench
from pipeline.loading.errors import HeldBack, WeightsError
from pipeline.loading.find import find_model
from pipeline.loading.options import LoadOptions
from pipeline.recipe import Recipe, read_png
from pipeline.serve.drawing import draw_order
from pipeline.serve.jobs import Client
from pipeline.serve.order import Order
from pipeline.serve.render import Cancelled, Rendered, compare, render, render_together, series
from pipeline.serve.renderer import Renderer
from pipeline.serve.replicas import Fleet, fleet
from pipeline.serve.store import PictureStore
from pipeline.serve.studio import Studio
from pipeline.serve.together import draw_series
from pipeline.watermark import verify
from tests.tiny_diffusers import tiny_stable_diffusion, tiny_unclip, with_safety_checker


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


def test_the_decoder_works_on_one_picture_after_the_other(model, recipes):
    """So that its memory, which is the most of all at large sizes, does not grow with their number."""
    sizes, decoder = [], model[1].pipe.vae.decoder
    handle = decoder.register_forward_pre_hook(lambda _module, given: sizes.append(given[0].shape[0]))
    render_together(model[1], recipes[:2])
    handle.remove()
    assert sizes == [1, 1]


def test_a_renderer_draws_together_for_a_studio_too(model, recipes):
    class Here:
        def call(self, method, arguments, cancel, on_stage):
            return Renderer(model[1]).answer(method, arguments, cancel, on_stage)

    studio = Studio(Fleet(Here()), capabilities=model[0].capabilities)
    drawn = [event for event in studio.draw(recipes[0], also=recipes[1:2]) if isinstance(event, Rendered)]
    assert [each.png for each in drawn] == [each.png for each in render_together(model[1], recipes[:2])]


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


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """(found, pipe, recipes) of a model whose own safety check holds back the second of three pictures."""
    folder, seen = tmp_path_factory.mktemp("guarded") / "sd", []
    with_safety_checker().save_pretrained(folder)
    found = find_model(folder, LoadOptions(batch=2))
    pipe, can = found.load(), found.capabilities
    recipes = series(can.recipe(Recipe(prompt="a cat", **{**can.controls, "num_inference_steps": 1}), "0" * 12), 3)
    checker = pipe.pipe.safety_checker
    checker.visual_projection.register_forward_hook(lambda _module, _given, embeds: seen.append(embeds))
    for recipe in recipes:
        render(pipe, recipe)
    middle = torch.nn.functional.normalize(torch.cat(seen))
    towards = middle[1] - (middle[0] + middle[2]) / 2  # what the second has that its neighbours lack
    checker.concept_embeds.data[0] = towards
    near = middle @ torch.nn.functional.normalize(towards, dim=0)
    checker.concept_embeds_weights.data[0] = float(near[1] + torch.max(near[0], near[2])) / 2
    return found, pipe, recipes


@pytest.mark.parametrize("batch", [1, 2])
def test_one_that_is_held_back_does_not_end_the_others(guarded, batch):
    found, pipe, recipes = guarded
    studio = Studio(pipe, capabilities=found.capabilities.in_batches(batch), weights_hash=found.weights_hash)
    ends = [
        (number, event) for number, event in draw_series(studio, recipes) if isinstance(event, Rendered | HeldBack)
    ]
    assert [(number, type(event)) for number, event in ends] == [(0, Rendered), (1, HeldBack), (2, Rendered)]
    assert [event.recipe.seed for _, event in ends if isinstance(event, Rendered)] == [0, 2]
    assert "Change the prompt or the seed" in str(ends[1][1])
    with pytest.raises(HeldBack, match="own safety check"):
        list(draw_series(studio, recipes[1:2]))


def test_an_order_answers_with_the_others_and_the_sentence(guarded):
    found, pipe, _ = guarded
    few = replace(found.capabilities, controls={**found.capabilities.controls, "num_inference_steps": 1})
    studio = Studio(pipe, capabilities=few.in_batches(1), weights_hash="0" * 12)
    with studio.jobs.admit(Client("here", "a")) as place:
        drawn = draw_order(studio, limits_for(few), Order(prompt="a cat", count=3, seed=0), place)
        assert [type(each) for each in drawn] == [Rendered, HeldBack, Rendered]
        with pytest.raises(HeldBack):
            draw_order(studio, limits_for(few), Order(prompt="a cat", count=1, seed=1), place)


def test_the_command_line_writes_the_others_and_says_which_was_held_back(guarded, tmp_path, capsys):
    guarded[1].pipe.save_pretrained(tmp_path / "sd")
    words = ["draw", "a cat", "--model", str(tmp_path / "sd"), "--num-inference-steps", "1"]
    assert command([*words, "--count", "3", "--batch", "2", "-o", str(tmp_path / "cat.png")]) == 0
    assert sorted(file.name for file in tmp_path.glob("*.png")) == ["cat-1.png", "cat-3.png"]
    assert "seed 1: The model's own safety check held this picture back." in capsys.readouterr().err
    assert command([*words, "--seed", "1", "-o", str(tmp_path / "dog.png")]) == 2
    assert not (tmp_path / "dog.png").exists()
