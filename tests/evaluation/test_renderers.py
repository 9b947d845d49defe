"""The bench of renderers. Example run: python -m pytest tests/evaluation/test_renderers.py"""

import io
import sys
from types import SimpleNamespace

from pipeline.evaluation import renderers
from pipeline.evaluation.renderers import Burst, StubRenderers, _over_http, _recipes, _studio, draw_all
from pipeline.serve.replicas import Fleet


def test_what_is_lost_answered_twice_or_other_is_told():
    expected = {1: b"one", 2: b"two", 3: b"three"}
    assert Burst(1.0, {1: [b"one"], 2: [b"two"], 3: [b"three"]}).faults(expected) == []
    burst = Burst(2.0, {1: [b"one", b"one"], 2: [b"2"]}, ["seed 3: gone"])
    assert burst.rate == 1.5
    assert burst.faults(expected) == [
        "seed 3: gone", "seed 1 was answered 2 times", "seed 2 has other bytes", "seed 3 was answered 0 times",
    ]  # fmt: skip


def test_the_front_answers_every_recipe_once():
    studio, counts = _studio(Fleet(StubRenderers()), 8), []
    recipes = _recipes(200, studio, 10)
    burst = draw_all(studio, recipes, 16, counts.append)
    assert burst.failures == [] and burst.answers.keys() == {recipe.seed for recipe in recipes}
    assert all(len(files) == 1 for files in burst.answers.values()) and max(counts) == 200


def test_a_renderer_that_fails_is_counted_with_its_sentence():
    class Broken(StubRenderers):
        def call(self, method, arguments, cancel, on_stage=None):
            if method == "draw" and arguments[0].seed == 3:
                raise ValueError("no such thing")
            return super().call(method, arguments, cancel)

    studio = _studio(Fleet(Broken()), 2)
    burst = draw_all(studio, _recipes(5, studio), 2)
    assert burst.failures == ["seed 3: no such thing"] and len(burst.answers) == 4


def test_the_front_is_asked_over_http(monkeypatch):
    class Here:
        """A process that is none: its program runs in this one."""

        def __init__(self, command, **_):
            monkeypatch.setattr(sys, "argv", command[-2:])
            exec(command[-2].replace("threading.Event().wait()", ""), names := {})
            self.demo, self.stdout = names["demo"], io.StringIO("ready\n")

        def terminate(self):
            self.demo.close()
            self.demo.studio.close()

        def wait(self):
            pass

    monkeypatch.setattr(renderers, "subprocess", SimpleNamespace(Popen=Here, PIPE=None, DEVNULL=None))
    name, requests, failed, rate = _over_http(32)
    assert (requests, failed) == ("32", "0") and float(rate) > 0 and "HTTP" in name
