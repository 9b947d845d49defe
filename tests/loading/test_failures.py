"""Example run: python -m pytest tests/loading/test_failures.py"""

import pytest
import torch

from pipeline.loading.errors import ModelFailed
from pipeline.loading.failures import say_failure
from pipeline.recipe import Recipe
from pipeline.serve.render import Cancelled, render

RAISED = {
    "memory of a GPU": (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB"), "more memory than"),
    "memory of a CPU": (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "--dtype bfloat16, or"),
    "memory of Python": (MemoryError(), "it needs more memory than is free"),
    "a package": (ModuleNotFoundError("No module named 'timm'", name="timm.models"), "pip install timm"),
    "a backend": (ImportError("XPipeline requires the sentencepiece library but it was"), "pip install sentencepiece"),
    "a quantiser": (ImportError("Using `bitsandbytes` 8-bit: pip install -U bitsandbytes>=0.46.1"), "bitsandbytes"),
    "no words": (KeyError(), "(KeyError)"),
    "many lines": (RuntimeError("first\n\n  second\nthird"), "(RuntimeError: first second third)"),
    "a long story": (RuntimeError("word " * 200), "word ...)"),
    "half precision": (RuntimeError("\"slow_conv2d_cpu\" not implemented for 'Half'"), "--dtype float32"),
    "a setting of its files": (
        ValueError("prediction_type given as foo must be one of `epsilon`"),
        "again, or choose",
    ),
    "a setting of another kind": (TypeError("unsupported operand type(s) for /: 'Tensor' and 'str'"), "do not fit"),
    "too many steps": (ValueError("`num_inference_steps`: 2 cannot be larger than 1"), "Ask for fewer steps"),
    "no compiler": (
        RuntimeError("InductorError: No working C++ compiler found in torch._inductor"),
        "Leave --compile out",
    ),
    "a size": (ValueError("`height` and `width` have to be divisible by 8 but are 388"), "a width and a height that"),
}


@pytest.mark.parametrize("name", RAISED)
@pytest.mark.parametrize("doing", ["load", "draw"])
def test_anything_raised_is_one_line_that_names_model_and_class(name, doing):
    error, _ = RAISED[name]
    said = say_failure(error, "my-model", "FluxPipeline", doing)
    assert said.startswith("my-model (FluxPipeline) c") and said.endswith(".")
    assert "\n" not in said and "`" not in said and len(said) < 420


@pytest.mark.parametrize("name", RAISED)
def test_a_failed_drawing_says_what_helps(name):
    error, remedy = RAISED[name]
    assert remedy in say_failure(error, "my-model", "FluxPipeline", "draw")


def recipe_for(found):
    return found.capabilities.recipe(Recipe(prompt="a cat", num_inference_steps=2), found.weights_hash)


def test_whatever_a_pipeline_raises_while_drawing_is_a_sentence(loaded, monkeypatch):
    found, pipe = loaded("stable_diffusion")
    for error, said in RAISED.values():

        def fail(*arguments, error=error, **more):
            raise error

        monkeypatch.setattr(pipe.pipe, "encode_prompt", fail)
        with pytest.raises(ModelFailed) as caught:
            render(pipe, recipe_for(found))
        assert said in str(caught.value)
    monkeypatch.undo()
    assert render(pipe, recipe_for(found)).image.size == (256, 256)


def test_what_the_watcher_raises_is_no_failure_of_the_model(loaded):
    found, pipe = loaded("stable_diffusion")

    def stop(stage):
        raise RuntimeError("the watcher's own")

    with pytest.raises(RuntimeError, match="the watcher's own") as caught:
        render(pipe, recipe_for(found), on_stage=stop)
    assert not isinstance(caught.value, ModelFailed) and not isinstance(caught.value, Cancelled)
