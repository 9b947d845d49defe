"""A renderer in a process of its own. Example run: python -m pytest tests/serve/test_apart.py"""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.loading.errors import WeightsError
from pipeline.loading.options import AUTO
from pipeline.recipe import Recipe
from pipeline.serve import apart
from pipeline.serve.apart import ProcessRenderer, end_early, start_early
from pipeline.serve.jobs import Client, Jobs
from pipeline.serve.render import Cancelled, render
from pipeline.serve.replicas import AHEAD, Fleet
from pipeline.serve.studio import Studio
from tests.tiny import tiny_pipeline

COMMAND = (
    sys.executable,
    "-c",
    "from tests.serve.test_apart import load; from pipeline.serve import apart; apart.main(load)",
)
EMPTY = (sys.executable, "-c", "from pipeline.serve import apart; apart.main(lambda model, options: None)")
STEPS = 4


def load(model: str, options):
    """In the process: a tiny pipeline whose decoder notes its steps, and waits while the folder has a file "hold"."""
    pipe, folder = tiny_pipeline(), Path(model)

    def note(*_) -> None:
        with (folder / "steps").open("a") as steps:
            steps.write("x")
        while (folder / "hold").exists():
            time.sleep(0.01)

    pipe.decoder.register_forward_pre_hook(note)
    return pipe


def until_drawing(folder: Path) -> None:
    while not (folder / "steps").exists():
        threading.Event().wait(0.01)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("model")


@pytest.fixture(scope="module")
def renderer(folder):
    start_early(COMMAND)
    early = apart._early[COMMAND]
    renderer = ProcessRenderer(str(folder), AUTO, COMMAND)
    assert renderer._process is early and not apart._early
    yield renderer
    renderer.close()
    assert early._popen.wait(60) is not None


def test_it_draws_the_same_bytes_and_tells_its_steps(renderer):
    recipe, here, there = Recipe(prompt="a cat", seed=7, num_inference_steps=STEPS), [], []
    expected = render(tiny_pipeline(), recipe, on_stage=here.append)
    drawn = Fleet(renderer).render_recipe(recipe, on_stage=there.append)
    assert drawn.png == expected.png and drawn.recipe == recipe
    assert [(each.name, each.step, each.num_steps) for each in there] == [
        (each.name, each.step, each.num_steps) for each in here
    ]
    assert [each.preview and each.preview.tobytes() for each in there] == [
        each.preview and each.preview.tobytes() for each in here
    ]


def test_where_nobody_wants_the_steps_none_is_told(renderer, monkeypatch):
    kinds = []
    ask = apart._Process.asked

    @contextmanager
    def watched(process, *asked):
        with ask(process, *asked) as answers:
            yield SimpleNamespace(get=lambda timeout: kinds.append(answers.get(timeout=60)) or kinds[-1])

    monkeypatch.setattr(apart._Process, "asked", watched)
    studio = Studio(Fleet(renderer), jobs=Jobs(at_once=AHEAD))
    kinds.clear()
    drawn = list(studio.draw(Recipe(prompt="a cat", seed=60, num_inference_steps=STEPS), steps=False))
    assert [kind for kind, _ in kinds] == ["done"] and [each.recipe.seed for each in drawn] == [60]


@pytest.mark.skipif(sys.platform != "linux", reason="pipes have a size of their own elsewhere")
def test_a_whole_picture_fits_on_its_way(renderer):
    import fcntl

    assert fcntl.fcntl(renderer._process._incoming, fcntl.F_GETPIPE_SZ) >= 2**20


def test_what_it_refuses_reaches_who_asked(renderer):
    with pytest.raises(ValueError, match="nudity"):
        Fleet(renderer).render_recipe(Recipe(prompt="a nude woman"))


def test_signals_are_for_who_started_it(renderer):
    process = renderer.call("process", (), None)
    for number in (signal.SIGTERM, signal.SIGINT):
        os.kill(process, number)
    assert renderer.call("process", (), None) == process


def test_a_cancelled_drawing_stops_within_a_step_and_reading_waits_for_none(renderer, folder):
    (folder / "hold").touch()
    (folder / "steps").unlink(missing_ok=True)
    stop, fleet = threading.Event(), Fleet(renderer)
    with ThreadPoolExecutor(1) as pool:
        recipe = Recipe(prompt="a cat", seed=8, num_inference_steps=STEPS)
        drawing = pool.submit(fleet.render_recipe, recipe, cancel=stop)
        until_drawing(folder)
        assert fleet.read_prompt("a cat", seed=7).scene == tiny_pipeline().reader.parse("a cat", seed=7).scene
        stop.set()
        with pytest.raises(Cancelled):
            drawing.result(60)
    fleet.count_tokens("a cat")  # what was said before is heard: both come through the same pipe
    (folder / "hold").unlink()
    again = fleet.render_recipe(Recipe(prompt="a cat", seed=9, num_inference_steps=STEPS))
    assert again.recipe.seed == 9 and len((folder / "steps").read_text()) == 1 + STEPS


def test_where_it_dies_another_one_answers_and_nothing_is_lost(renderer, folder):
    studio = Studio(Fleet(renderer), jobs=Jobs(at_once=AHEAD))

    def ask(seed: int):
        with studio.jobs.admit(Client("here", str(seed))) as place:
            *_, drawn = studio.draw(Recipe(prompt="a cat", seed=seed), place=place)
            return drawn

    (folder / "hold").touch()
    (folder / "steps").unlink(missing_ok=True)
    first = renderer.call("process", (), None)
    with ThreadPoolExecutor(4) as pool:
        drawings = [pool.submit(ask, seed) for seed in range(20, 24)]
        until_drawing(folder)
        os.kill(first, signal.SIGKILL)
        (folder / "hold").unlink()
        drawn = [drawing.result(120) for drawing in drawings]
    assert [each.recipe.seed for each in drawn] == [20, 21, 22, 23]
    assert drawn[0].png == render(tiny_pipeline(), drawn[0].recipe).png
    assert renderer.call("process", (), None) != first


def test_a_model_that_cannot_be_loaded_is_told_in_its_own_words(tmp_path):
    with pytest.raises(WeightsError, match="There is no weights folder at .*none"):
        ProcessRenderer(str(tmp_path / "none"))


def test_a_process_that_ends_while_it_loads_is_told():
    with pytest.raises(WeightsError, match="ended while it loaded the model"):
        ProcessRenderer("weights", AUTO, (sys.executable, "-c", "raise SystemExit(3)"))


def test_one_that_nobody_takes_is_ended():
    start_early(EMPTY)
    early = apart._early[EMPTY]
    end_early()
    assert early._popen.wait(60) == 0 and not apart._early


def test_it_ends_with_whoever_started_it():
    start = f"from pipeline.serve import apart; apart.start_early({EMPTY!r}); print('there', flush=True); input()"
    root = str(Path(apart.__file__).resolve().parents[2])
    starter = subprocess.Popen(
        [sys.executable, "-c", start], env=os.environ | {"PYTHONPATH": root},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert starter.stdout.readline() == b"there\n"
    starter.kill()
    starter.communicate(timeout=60)  # the end of its errors, which its process writes to as well
