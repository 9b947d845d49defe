"""Example run: python -m pytest tests/loading/test_hardware.py"""

import argparse
import pickle
import sys
import threading
import types

import pytest
import torch
from diffusers import DiffusionPipeline

from pipeline.loading import hardware, loader
from pipeline.loading.errors import WeightsError
from pipeline.loading.files import Weights, measure_weights
from pipeline.loading.find import find_model
from pipeline.loading.options import LoadOptions, add_load_options, read_load_options
from pipeline.recipe import Recipe
from pipeline.serve.render import Cancelled, Rendered, Stage, compare, render
from pipeline.serve.studio import Busy, Studio
from tests.tiny import tiny_pipeline
from tests.tiny_diffusers import tiny_stable_diffusion


@pytest.mark.parametrize(("available", "device"), [(True, "cuda"), (False, "cpu")])
def test_the_device_is_a_gpu_where_torch_sees_one(monkeypatch, available, device):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: available)
    assert hardware.choose_device() == device


def test_a_foreign_model_computes_in_what_the_device_is_good_at(monkeypatch):
    assert hardware.choose_dtype("cpu") == torch.float32
    for native, dtype in ((True, torch.bfloat16), (False, torch.float16)):
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation, native=native: native)
        assert hardware.choose_dtype("cuda") == dtype


SMALL = {"unet": Weights(1_000, 16), "vae": Weights(100, 16)}  # numbers, and bits that each is stored in


def on(monkeypatch, device, free=10**12, amx=False):
    """A machine with that device, so much free memory on it, and perhaps a CPU that multiplies bfloat16."""
    for name in ("cuda", "xpu"):
        monkeypatch.setattr(getattr(torch, name), "is_available", lambda name=name: name == device)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: device == "mps")
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: True)
    monkeypatch.setattr(hardware, "free_bytes", lambda name: free)
    monkeypatch.setattr(hardware, "_multiplies_bfloat16", lambda: amx)


@pytest.mark.parametrize("device", ["cuda", "xpu", "mps", "cpu"])
def test_every_kind_of_accelerator_is_found(monkeypatch, device):
    on(monkeypatch, device)
    assert hardware.choose_device() == device
    assert hardware.choose_device("cpu") == "cpu"
    missing = "cuda" if device != "cuda" else "mps"
    with pytest.raises(WeightsError, match=f"takes what torch sees here .*, got {missing}"):
        hardware.choose_device(missing)


def test_a_cpu_keeps_16_bits_where_it_multiplies_them_or_has_no_room_for_32(monkeypatch):
    on(monkeypatch, "cpu")
    assert hardware.place(SMALL) == hardware.DevicePlacement("cpu", torch.float32)
    on(monkeypatch, "cpu", amx=True)
    assert hardware.place(SMALL).dtype == torch.bfloat16
    assert hardware.place({"unet": Weights(1_000, 32)}).dtype == torch.float32  # stored in 32: nothing is thrown away
    on(monkeypatch, "cpu", free=4 * 1_100)
    assert hardware.place(SMALL).dtype == torch.bfloat16
    assert hardware.place(SMALL, LoadOptions(dtype="float32")).dtype == torch.float32


@pytest.mark.parametrize(
    ("free", "offload"), [(10**6, "none"), (2 * 1_100, "model"), (2 * 1_000, "sequential")]
)  # 1,100 numbers in 16 bits, with a quarter more for what is computed
def test_what_does_not_fit_into_an_accelerator_waits_outside(monkeypatch, free, offload):
    on(monkeypatch, "cuda", free=int(free * 1.2))
    assert hardware.place(SMALL) == hardware.DevicePlacement("cuda", torch.bfloat16, offload)
    assert hardware.place(SMALL, LoadOptions(offload="none")).offload == "none"


def test_offload_without_an_accelerator_is_refused(monkeypatch):
    on(monkeypatch, "cpu")
    with pytest.raises(WeightsError, match="--offload model` moves weights to an accelerator, and torch sees none"):
        hardware.place(SMALL, LoadOptions(offload="model"))


def test_a_model_that_overflows_in_float16_is_never_computed_in_it(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: False)
    assert hardware.choose_dtype("cuda") == torch.float16
    assert hardware.choose_dtype("cuda", never_half=True) == torch.float32
    assert hardware.choose_dtype("mps", never_half=True) == torch.bfloat16
    assert hardware.choose_dtype("cuda", "float16", never_half=True) == torch.float16  # whoever says so


@pytest.mark.parametrize("dtype", ["bfloat16", "float32"])
def test_a_model_is_loaded_in_the_dtype_that_was_asked_for(repository, dtype):
    found = find_model(repository("stable_diffusion"), LoadOptions(dtype=dtype))
    pipe = found.load()
    assert {parameter.dtype for parameter in pipe.pipe.unet.parameters()} == {getattr(torch, dtype)}
    recipe = found.capabilities.recipe(Recipe(prompt="a cat", num_inference_steps=1), found.weights_hash)
    assert render(pipe, recipe).image.size == (256, 256)


def test_what_auto_chose_is_in_the_name_of_the_weights_as_if_it_had_been_asked_for(tmp_path, monkeypatch):
    pipe = tiny_stable_diffusion().to(torch.bfloat16)
    pipe.save_pretrained(tmp_path / "sd")

    def named(wish="auto"):
        return find_model(tmp_path / "sd", LoadOptions(dtype=wish))

    on(monkeypatch, "cpu")
    assert named().weights_hash == named("float32").weights_hash
    on(monkeypatch, "cpu", amx=True)
    found = named()
    assert found.weights_hash == named("bfloat16").weights_hash != named("float32").weights_hash
    monkeypatch.setattr(hardware, "_multiplies_bfloat16", lambda: False)  # it is loaded as it was named
    assert found.load().pipe.unet.dtype == torch.bfloat16


@pytest.mark.parametrize(
    ("device", "room", "dtype", "asked"),
    [
        ("cuda", 1.3, torch.bfloat16, ("to", "cuda")),
        ("cuda", 1.2, torch.bfloat16, ("enable_model_cpu_offload", "cuda")),
        ("cuda", 0.2, torch.bfloat16, ("enable_sequential_cpu_offload", "cuda")),
        ("xpu", 1.3, torch.bfloat16, ("to", "xpu")),
        ("xpu", 1.2, torch.bfloat16, ("enable_model_cpu_offload", "xpu")),
        ("mps", 0.2, torch.float16, ("to", "mps")),  # its memory is the machine's own: nothing is gained by waiting
    ],
)
def test_what_is_asked_of_diffusers_follows_from_the_weights_and_the_free_memory(
    repository, monkeypatch, device, room, dtype, asked
):
    """A stated figure, since there is no such device here: ``room`` times what the weights take in 16 bits."""
    folder, calls = repository("stable_diffusion"), []
    weights = [measure_weights(folder / part).numbers for part in ("unet", "vae", "text_encoder")]
    assert 0.2 * sum(weights) < max(weights) < sum(weights)
    on(monkeypatch, device, free=int(room * 2 * sum(weights)))
    for name in ("to", "enable_model_cpu_offload", "enable_sequential_cpu_offload"):

        def note(self, to=None, name=name, *, device=None):
            calls.append((name, to or device))
            assert self.unet.dtype == dtype

        monkeypatch.setattr(DiffusionPipeline, name, note)
    find_model(folder).load()
    assert calls == [asked]


def test_components_that_wait_for_their_turn_draw_the_same_picture(repository, loaded, monkeypatch):
    """accelerate's own hooks, with the CPU in the accelerator's place."""
    found, pipe = loaded("stable_diffusion")
    recipe = found.capabilities.recipe(Recipe(prompt="a cat", num_inference_steps=1), found.weights_hash)
    monkeypatch.setattr(
        loader, "place", lambda *given, **more: hardware.DevicePlacement("cpu", torch.float32, "model")
    )
    waiting = find_model(repository("stable_diffusion")).load()
    turns = [type(hook.model).__name__ for hook in waiting.pipe._all_hooks]
    assert turns == ["CLIPTextModel", "UNet2DConditionModel", "AutoencoderKL"]
    assert compare(render(waiting, recipe).image, render(pipe, recipe).image).psnr > 50


def test_the_denoising_network_is_what_is_compiled(repository, monkeypatch):
    compiled = []
    monkeypatch.setattr(torch.nn.Module, "compile", lambda self, *arguments, **more: compiled.append(type(self)))
    find_model(repository("stable_diffusion"), LoadOptions(compile=True)).load()
    assert [own_class.__name__ for own_class in compiled] == ["UNet2DConditionModel"]


def test_the_options_of_a_command_line_are_those_of_loading():
    parser = argparse.ArgumentParser()
    add_load_options(parser)
    assert read_load_options(parser.parse_args([])) == LoadOptions()
    given = [
        "--device",
        "cpu",
        "--dtype",
        "bfloat16",
        "--offload",
        "none",
        "--lora",
        "a:1",
        "--lora",
        "b",
        "--compile",
    ]
    assert read_load_options(parser.parse_args(given)) == LoadOptions("cpu", "bfloat16", "none", ("a:1", "b"), True)


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
