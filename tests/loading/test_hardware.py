"""Example run: python -m pytest tests/loading/test_hardware.py"""

import pickle
import sys
import threading
import types

import pytest
import torch

from pipeline.loading import hardware
from pipeline.recipe import Recipe
from pipeline.serve.render import Cancelled, Rendered, Stage
from pipeline.serve.studio import Busy, Studio
from tests.tiny import tiny_pipeline


@pytest.mark.parametrize(("available", "device"), [(True, "cuda"), (False, "cpu")])
def test_the_device_is_a_gpu_where_torch_sees_one(monkeypatch, available, device):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: available)
    assert hardware.choose_device() == device


def test_a_foreign_model_computes_in_what_the_device_is_good_at(monkeypatch):
    assert hardware.choose_dtype("cpu") == torch.float32
    for native, dtype in ((True, torch.bfloat16), (False, torch.float16)):
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation, native=native: native)
        assert hardware.choose_dtype("cuda") == dtype


@pytest.fixture
def spaces(monkeypatch):
    """A stand-in for the package that ZeroGPU Spaces have: what is lent runs elsewhere, so everything is pickled."""
    module = types.ModuleType("spaces")
    module.__spec__ = types.SimpleNamespace(name="spaces")
    module.lent = []

    def across(value):
        return pickle.loads(pickle.dumps(value))

    def gpu(function):
        def stream(arguments):
            for item in function(*arguments):
                yield across(item)

        def lent(*arguments):
            module.lent.append(function.__name__)
            result = function(*across(arguments)) if function.__name__ == "_mean_embeds" else stream(across(arguments))
            return result

        return lent

    module.GPU = gpu
    monkeypatch.setitem(sys.modules, "spaces", module)
    return module


def test_nothing_is_decorated_without_the_hardware_or_without_the_package(monkeypatch, spaces):
    monkeypatch.delenv("SPACES_ZERO_GPU", raising=False)
    assert not hardware.is_zero_gpu() and hardware.on_gpu(print) is print
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    assert hardware.is_zero_gpu() and hardware.on_gpu(print) is not print
    monkeypatch.delitem(sys.modules, "spaces")
    assert not hardware.is_zero_gpu() and hardware.on_gpu(print) is print


def test_on_zero_gpu_a_picture_is_drawn_by_the_function_that_is_lent_the_gpu(monkeypatch, spaces):
    pipe = tiny_pipeline()
    expected = list(Studio(pipe).draw(Recipe(prompt="a cat", seed=7)))[-1].png
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    studio = Studio(pipe)
    events = list(studio.draw(Recipe(prompt="a cat", seed=7)))
    assert spaces.lent == ["_events"]
    assert isinstance(events[0], Stage) and isinstance(events[-1], Rendered) and events[-1].png == expected
    studio.embed("a cat", None)
    assert spaces.lent[-1] == "_mean_embeds"


def test_on_zero_gpu_cancel_ends_the_wait_and_frees_the_turn(monkeypatch, spaces):
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    studio = Studio(tiny_pipeline())
    studio.start("me")
    events = studio.draw(Recipe(prompt="a cat"), visitor="me")
    next(events)
    studio.cancel("me")
    with pytest.raises(Cancelled):
        list(events)
    for thread in threading.enumerate():  # the other one ends with its step
        if thread.name == "easel-draw":
            thread.join(120)
    assert not isinstance(next(studio.draw(Recipe(prompt="a cat"))), Busy)
