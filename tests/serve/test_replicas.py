"""Renderers that die, and the real thing.

Example run: python -m pytest tests/serve/test_replicas.py -m "slow or not slow"
"""

import pickle
import threading
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import pytest
import torch
from PIL import Image

from pipeline.loading.errors import WeightsError
from pipeline.loading.options import LoadOptions
from pipeline.recipe import Recipe, pixels_sha256
from pipeline.scene.uploads import upload_hash
from pipeline.scene.wish import Wishes
from pipeline.serve.jobs import Client, Jobs, QueueFull
from pipeline.serve.render import Cancelled, Rendered, render
from pipeline.serve.renderer import understood
from pipeline.serve.replicas import AHEAD, Fleet, RayRenderers, RendererDied, _RayRenderer, replica_range
from pipeline.serve.studio import Studio
from tests.tiny import tiny_pipeline
from tests.tiny_diffusers import tiny_stable_diffusion


class TinyRenderers:
    """Renderers in this process, of which the first ones asked may die over a drawing."""

    def __init__(self, deaths: int = 0, most: int = 2):
        self.most, self.asked, self._deaths = most, [], deaths
        self._pipe, self._lock = tiny_pipeline(), threading.Lock()

    def call(self, method, arguments, cancel, on_stage=None):
        if method == "layout":
            return 32, 8, "0123456789ab"
        if method in ("read", "wish"):
            return pickle.loads(pickle.dumps(understood(self._pipe, method, pickle.loads(pickle.dumps(arguments)))))
        if method != "draw":
            return getattr(self._pipe, f"get_{method.removeprefix('embed_').rstrip('s')}_embeds")(*arguments)
        with self._lock:
            self.asked.append(arguments[0])
            if self._deaths:
                self._deaths -= 1
                raise RendererDied
            return render(self._pipe, *arguments, cancel=cancel)


def drawn(studio, recipe, *images, place=None) -> Rendered:
    return list(studio.draw(studio.recipe(recipe), images, place=place))[-1]


def test_a_fleet_draws_and_embeds_what_one_pipeline_does():
    alone, many = Studio(tiny_pipeline()), Studio(Fleet(TinyRenderers()))
    reference = Image.new("RGB", (64, 64), "red")
    for recipe, images in (
        (Recipe(prompt="a cat", seed=7), ()),
        (Recipe(image_hashes=(pixels_sha256(reference),)), (reference,)),
    ):
        assert drawn(alone, recipe, *images).png == drawn(many, recipe, *images).png
    assert alone.embed("a cat", reference) == many.embed("a cat", reference)
    assert alone.new_index().embed_dim == many.new_index().embed_dim


def test_a_fleet_reads_scenes_and_wishes_and_draws_uploads():
    alone, many = Studio(tiny_pipeline()), Studio(Fleet(TinyRenderers()))
    with alone.reader() as here, many.reader() as there:
        parsed = here.parse("a cat", seed=7)
        assert there.parse("a cat", seed=7).scene == parsed.scene
        wish = Wishes(here).read("make the cat red", parsed.scene, seed=7)
        assert wish.operations and there.read_wish("make the cat red", parsed.scene, seed=7) == wish
    ball = Image.new("RGBA", (40, 40), "red")
    recipe = Recipe(prompt="a cat", seed=7, edits=(f"upload ball {upload_hash(ball)}",))
    files = []
    for studio in (alone, many):
        *_, picture = studio.draw(studio.recipe(recipe), uploads={upload_hash(ball): ball})
        files.append(picture.png)
    assert files[0] == files[1]


def test_a_renderer_that_dies_is_replaced_and_every_request_is_answered_once():
    renderers = TinyRenderers(deaths=3)
    studio = Studio(Fleet(renderers), jobs=Jobs(at_once=2))

    def ask(seed):
        with studio.jobs.admit(Client("here", str(seed))) as place:
            return drawn(studio, Recipe(prompt="a cat", seed=seed), place=place)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert [answer.recipe.seed for answer in answers] == list(range(8))
    assert len(renderers.asked) == 8 + 3


def test_a_request_over_which_every_renderer_dies_is_given_up():
    with pytest.raises(WeightsError, match="4 renderers died over one request"):
        drawn(Studio(Fleet(TinyRenderers(deaths=9))), Recipe(prompt="a cat"))


def test_what_a_renderer_refuses_reaches_who_asked():
    with pytest.raises(ValueError, match="nudity"):
        drawn(Studio(Fleet(TinyRenderers())), Recipe(prompt="a nude woman"))


def test_what_a_renderer_raises_can_cross_processes():
    with pytest.raises(ValueError) as refused:
        drawn(Studio(tiny_pipeline()), Recipe(prompt="a nude woman"))
    for error in (refused.value, Cancelled(), WeightsError("gone")):
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is type(error) and str(again) == str(error)
        assert getattr(again, "category", None) == getattr(error, "category", None)


def test_a_range_of_replicas():
    assert (replica_range("4"), replica_range("1-8")) == ((4, 4), (1, 8))
    for wrong in ("0", "", "8-1", "two", "-3", "1.5"):
        with pytest.raises(ValueError, match="--replicas takes a number from 1, or a range"):
            replica_range(wrong)


class _Renderer:
    """For Ray's own processes: a tiny pipeline, and a way to be killed."""

    def __init__(self, model: str, threads: int, options=None):
        import torch

        from tests.tiny import tiny_pipeline

        torch.set_num_threads(threads)
        self._pipe = tiny_pipeline()

    async def call(self, method, arguments):
        import asyncio
        import os

        from pipeline.serve.render import render

        if method == "die":
            os._exit(1)
        if method == "process":
            return True, os.getpid()
        if method == "hold":  # until the folder has a file "go"
            folder, number = arguments
            (folder / str(number)).touch()
            while not (folder / "go").exists():
                await asyncio.sleep(0.05)
            return True, number
        if method == "layout":
            return True, (32, 8, "")
        if method != "draw":
            return True, None
        try:
            return True, render(self._pipe, *arguments)
        except Exception as error:
            return False, error


def test_a_renderer_loads_another_model_as_it_was_asked_for(tmp_path):
    tiny_stable_diffusion().save_pretrained(tmp_path / "sd")
    renderer = _RayRenderer(str(tmp_path / "sd"), torch.get_num_threads(), LoadOptions(dtype="bfloat16"))
    assert renderer._renderer._pipe.components["unet"].dtype == torch.bfloat16


@pytest.mark.slow
def test_renderers_on_ray_draw_the_same_bytes_and_survive_a_kill():
    pytest.importorskip("ray.serve", reason='pip install -e ".[ray]"')
    with ThreadPoolExecutor(1) as loading:  # as a server does, in a thread that ends
        renderers = loading.submit(RayRenderers, "weights", at_least=2, threads=1, renderer=_Renderer).result()
    try:
        studio = Studio(Fleet(renderers), jobs=Jobs(at_once=renderers.most))
        recipe = Recipe(prompt="a cat", seed=7)
        assert drawn(studio, recipe).png == drawn(Studio(tiny_pipeline()), recipe).png
        with pytest.raises(ValueError, match="nudity"):
            drawn(studio, Recipe(prompt="a nude woman"))

        def ask(seed):
            if seed == 3:
                with pytest.raises(RendererDied):
                    renderers.call("die", (), None)
            with studio.jobs.admit(Client("here", str(seed))) as place:
                return drawn(studio, Recipe(prompt="a cat", seed=seed), place=place)

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(ask, range(12)))
        assert [answer.recipe.seed for answer in answers] == list(range(12))
        assert all(answer.png == drawn(Studio(tiny_pipeline()), answer.recipe).png for answer in answers[:2])
        stop = threading.Event()
        stop.set()
        with pytest.raises(Cancelled):
            renderers.call("process", (), stop)
    finally:
        renderers.close()


@pytest.mark.slow
def test_more_than_may_wait_for_renderers_are_refused_in_a_sentence(tmp_path):
    pytest.importorskip("ray.serve", reason='pip install -e ".[ray]"')
    renderers = RayRenderers("weights", at_least=1, threads=1, max_waiting=1, renderer=_Renderer)
    try:
        with ThreadPoolExecutor(2 * AHEAD + 8) as pool:

            def hold(number):
                return pool.submit(renderers.call, "hold", (tmp_path, number), None)

            held = []
            for number in range(2 * AHEAD):  # all that one renderer takes
                held.append(hold(number))
                while not (tmp_path / str(number)).exists():
                    assert not wait(held[-1:], 0.05).done
            more = [hold(100 + number) for number in range(4)]  # one of them may wait
            refused, _ = wait(more, 60, FIRST_COMPLETED)
            for each in refused:
                with pytest.raises(QueueFull, match="Many pictures wait to be drawn") as full:
                    each.result()
                assert full.value.retry_after == 2
            assert refused
            (tmp_path / "go").touch()
            assert [each.result(60) for each in held] == list(range(2 * AHEAD))
    finally:
        (tmp_path / "go").touch()
        renderers.close()
