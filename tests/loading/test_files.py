"""Every way in which a model's files can be wrong is one sentence.

Example run: python -m pytest tests/loading/test_files.py
"""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from pipeline.loading.errors import WeightsError
from pipeline.loading.files import fault_of_weights
from pipeline.loading.find import find_model
from pipeline.recipe import Recipe
from pipeline.serve.render import render

UNET = "unet/diffusion_pytorch_model.safetensors"
TEXT = "text_encoder/model.safetensors"
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"


def write(name: str, content: bytes):
    return lambda folder: (folder / name).write_bytes(content)


def cut(name: str, share: float):
    def damage(folder: Path) -> None:
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: int(len(content) * share)])

    return damage


def drop(name: str):
    return lambda folder: shutil.rmtree(folder / name) if (folder / name).is_dir() else (folder / name).unlink()


def empty(name: str):
    def damage(folder: Path) -> None:
        shutil.rmtree(folder / name)
        (folder / name).mkdir()

    return damage


def put(name: str, **values):
    def damage(folder: Path) -> None:
        held = json.loads((folder / name).read_text()) if (folder / name).exists() else {}
        (folder / name).write_text(json.dumps({**held, **values}))

    return damage


def tensors(name: str, change):
    def damage(folder: Path) -> None:
        held = load_file(folder / name)
        change(held)
        save_file(held, folder / name, metadata={"format": "pt"})

    return damage


def renamed(name: str, other: str):
    return lambda folder: (folder / name).rename(folder / other)


def link_to_nothing(folder: Path) -> None:
    (folder / UNET).unlink()
    (folder / UNET).symlink_to(folder / "gone.safetensors")


def own_code(folder: Path) -> None:
    put("model_index.json", unet=["my_code", "MyUNet"])(folder)
    (folder / "unet" / "my_code.py").write_text("raise SystemExit('was run')")


def header_of_nothing(held: bytes) -> bytes:
    return len(held).to_bytes(8, "little") + held


def header(**values):
    """Says something else of the first tensor."""

    def damage(folder: Path) -> None:
        content = (folder / UNET).read_bytes()
        end = 8 + int.from_bytes(content[:8], "little")
        held = json.loads(content[8:end])
        held[next(name for name in held if name != "__metadata__")].update(values)
        (folder / UNET).write_bytes(header_of_nothing(json.dumps(held).encode()) + content[end:])

    return damage


CLASS = "StableDiffusionPipeline"
AGAIN = "Download the repository again."
# name -> (what is done to a copy of a whole repository, what the sentence says of it)
DAMAGES = {
    "weights empty": (write(UNET, b""), f"{UNET} of copy is empty. {AGAIN}"),
    "weights half there": (cut(UNET, 0.5), f"{UNET} of copy is only half there"),
    "weights end early by a byte": (cut(UNET, 0.99999), "is only half there"),
    "weights cut within the header": (cut(UNET, 0.001), "is only half there"),
    "weights with a tail": (lambda f: (f / UNET).open("ab").write(b"more"), "has 4 bytes too many"),
    "weights a pointer": (write(UNET, LFS), "is only a Git LFS pointer, not the weights themselves. Run git lfs pull"),
    "text encoder a pointer": (write(TEXT, LFS), f"{TEXT} of copy is only a Git LFS pointer"),
    "weights a web page": (write(UNET, b"<!DOCTYPE html><html>Access denied</html>"), "is a web page, saved under"),
    "weights GGUF under its name": (write(UNET, b"GGUF" + bytes(100)), "is a GGUF file under another name"),
    "weights a zipped pickle": (write(UNET, b"PK\x03\x04" + bytes(100)), "is a pickle under another name"),
    "weights an old pickle": (write(UNET, b"\x80\x02}q\x00." + bytes(100)), "is a pickle under another name"),
    "weights noise": (write(UNET, bytes(range(1, 255)) * 9), "is no safetensors file"),
    "header no JSON": (write(UNET, header_of_nothing(b"{" * 90)), "has a damaged header"),
    "header a list": (write(UNET, header_of_nothing(b"[1, 2]" + b" " * 60)), "has a damaged header"),
    "header without offsets": (write(UNET, header_of_nothing(b'{"a": {}}' + b" " * 60)), "has a damaged header"),
    "header's shape a text": (header(shape="abc"), "has a damaged header"),
    "header's shape below nothing": (header(shape=[-1, 2]), "has a damaged header"),
    "header's shape of another size than its bytes": (header(shape=[7, 7, 7]), f"{UNET} of copy has a damaged header"),
    "header's offsets backwards": (header(data_offsets=[8, 0]), "has a damaged header"),
    "header without tensors": (write(UNET, header_of_nothing(b"{}" + b" " * 62)), "holds no weights"),
    "weights a link to nothing": (link_to_nothing, f"{UNET} of copy is a link to nothing"),
    "weights absent": (drop(UNET), "The component unet of copy has no weights (.safetensors)"),
    "weights GGUF": (renamed(UNET, "unet/model.gguf"), "has its unet as GGUF only"),
    "weights ONNX": (renamed(UNET, "unet/model.onnx"), "has its unet as ONNX only. Choose the repository"),
    "weights half-downloaded": (renamed(UNET, f"{UNET}.incomplete"), f"{UNET}.incomplete of copy is half-downloaded"),
    "shards that are absent": (
        put(f"{UNET}.index.json", weight_map={"a": "model-00001-of-00002.safetensors"}),
        "unet/model-00001-of-00002.safetensors of copy is missing",
    ),
    "shards outside the folder": (
        put(f"{UNET}.index.json", weight_map={"a": "../vae/diffusion_pytorch_model.safetensors"}),
        "of copy is missing",
    ),
    "index of shards without a map": (put(f"{UNET}.index.json", metadata={}), "names no weights"),
    "index of shards no JSON": (write(f"{UNET}.index.json", b"{"), "is not JSON"),
    "component absent": (drop("vae"), "copy lacks its component vae"),
    "component empty": (empty("unet"), "The component unet of copy is an empty folder"),
    "scheduler empty": (empty("scheduler"), "The component scheduler of copy is an empty folder"),
    "tokenizer empty": (empty("tokenizer"), "The component tokenizer of copy is an empty folder"),
    "tokenizer without words": (
        lambda f: [file.unlink() for file in (f / "tokenizer").iterdir() if file.name != "tokenizer_config.json"],
        "The component tokenizer of copy has no vocabulary",
    ),
    "config absent": (drop("unet/config.json"), "The component unet of copy has no config.json"),
    "config no JSON": (write("unet/config.json", b"{"), "unet/config.json of copy is not JSON"),
    "config not UTF-8": (write("unet/config.json", b"\xff\xfe"), "unet/config.json of copy is not JSON"),
    "config of nothing": (write("vae/config.json", b"{}"), "vae/config.json of copy holds no settings"),
    "config a list": (write("unet/config.json", b"[]"), "unet/config.json of copy holds a list where settings"),
    "config a string": (write("vae/config.json", b'"x"'), "vae/config.json of copy holds a str where settings"),
    "config a pointer": (write("unet/config.json", LFS), "unet/config.json of copy is only a Git LFS pointer"),
    "sample size a string": (put("unet/config.json", sample_size="64"), "takes one or two whole numbers, got '64'"),
    "sample size of three": (put("unet/config.json", sample_size=[1, 2, 3]), "takes one or two whole numbers"),
    "sample size below nothing": (put("unet/config.json", sample_size=-64), "takes one or two whole numbers"),
    "sample size beyond recipes": (put("unet/config.json", sample_size=2048), "pictures here have up to 4096 a side"),
    "text encoder's configuration of another": (
        put("text_encoder/config.json", hidden_size=64, intermediate_size=64),
        "do not fit their configuration",
    ),
    "unknown layers in a configuration": (
        put("unet/config.json", down_block_types=["NoBlock2D", "CrossAttnDownBlock2D"]),
        "copy cannot be loaded",
    ),
    "quantised by bitsandbytes": (
        put("unet/config.json", quantization_config={"quant_method": "bitsandbytes"}),
        "is quantised with bitsandbytes, which needs the package bitsandbytes",
    ),
    "quantised by nobody knows what": (
        put("text_encoder/config.json", quantization_config={"quant_method": "magic"}),
        "is quantised with magic, which is not known here",
    ),
    "quantised by nobody says what": (
        tensors(UNET, lambda held: held.update({key: value.to(torch.int8) for key, value in held.items()})),
        f"{UNET} of copy holds quantised numbers, and config.json does not say by what",
    ),
    "eight bits with a scale beside them": (
        tensors(UNET, lambda held: held.update({"conv_in.scale_weight": torch.ones(1)})),
        f"{UNET} of copy holds quantised numbers",
    ),
    "vocabulary damaged": (
        lambda f: [(f / "tokenizer" / name).write_text("{") for name in ("tokenizer.json", "vocab.json")],
        "Its files do not fit diffusers",
    ),
    "scheduler's numbers a text": (
        put("scheduler/scheduler_config.json", num_train_timesteps="many"),
        "Its files do not fit diffusers",
    ),
    "a tensor of the UNet absent": (
        tensors(UNET, lambda held: held.pop("conv_out.weight")),
        "do not fit their configuration: conv_out.weight is not in its files",
    ),
    "a tensor of the text encoder absent": (
        tensors(TEXT, lambda held: held.pop(next(name for name in held if name.endswith("fc1.weight")))),
        "fc1.weight is not in its files",
    ),
    "a tensor of another shape": (
        tensors(UNET, lambda held: held.update({"conv_in.weight": torch.zeros(3, 3, 3, 3)})),
        "do not fit their configuration",
    ),
    "index a list": (write("model_index.json", b"[]"), "model_index.json of copy holds a list"),
    "index no JSON": (write("model_index.json", b"{"), "model_index.json of copy is not JSON"),
    "index a pointer": (write("model_index.json", LFS), "is only a Git LFS pointer"),
    "index without a class": (put("model_index.json", _class_name=None), "names no pipeline"),
    "index of an empty class": (put("model_index.json", _class_name=[]), "names no pipeline"),
    "index with a component elsewhere": (
        put("model_index.json", **{"../unet": ["diffusers", "UNet2DConditionModel"]}),
        "names a component '../unet'",
    ),
    "index with code of its own": (own_code, "is program code of its own (my_code), which is not run here"),
    "index with a system's library": (put("model_index.json", unet=["os", "system"]), "is program code of its own"),
}  # fmt: skip


def refusal(path) -> str:
    with pytest.raises(WeightsError) as caught:
        find_model(path).load()
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")
    return str(caught.value)


@pytest.fixture
def copy(repository, tmp_path):
    return shutil.copytree(repository("stable_diffusion"), tmp_path / "copy")


@pytest.mark.parametrize(("damage", "said"), DAMAGES.values(), ids=DAMAGES)
def test_what_is_wrong_with_the_files_is_one_sentence(copy, damage, said):
    damage(copy)
    sentence = refusal(copy)
    assert said in sentence.replace(f" ({CLASS})", "")
    assert CLASS in sentence or "model_index.json" in sentence  # which names the class


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "`--model` is empty"),
        ("  ", "`--model` is empty"),
        ("https://example.org/a model.safetensors", "Download it and pass the file"),
        ("https://huggingface.co/a/b/blob/main/x.safetensors", "Download it and pass the file"),
        ("file:///models/x", "files are not fetched from addresses"),
        ("sdxl-turbo", "a name on the Hub has an owner before it: owner/sdxl-turbo"),
        ("two\nlines", "There is no folder two lines here"),
        ("a/b/c", "There is no weights folder at a/b/c"),
        ("x" * 5000, "got one that cannot be looked for"),
        ("~/nothing/model", "There is no weights folder at"),
    ],
)
def test_a_name_of_nothing_is_one_sentence(name, said):
    assert said in refusal(name)


def test_a_model_under_anothers_name_says_what_it_lacks(copy):
    """A Stable Diffusion that calls itself an SDXL, whose second text encoder diffusers holds to be optional."""
    put("model_index.json", _class_name="StableDiffusionXLPipeline")(copy)
    found = find_model(copy)
    recipe = found.capabilities.recipe(Recipe(prompt="a cat", num_inference_steps=2), found.weights_hash)
    with pytest.raises(ValueError, match="lacks a component that it draws with. Download the whole repository"):
        render(found.load(), recipe)


def test_a_size_that_the_model_cannot_draw_itself_is_drawn_as_the_sentence_says(copy):
    put("unet/config.json", sample_size=97)(copy)
    found = find_model(copy)
    pipe = found.load()
    recipe = found.capabilities.recipe(Recipe(prompt="a cat", num_inference_steps=2), found.weights_hash)
    with pytest.raises(
        ValueError, match="divisible by 8 but are 388 and 388.*Ask for a width and a height that it can"
    ):
        render(pipe, recipe)
    asked = replace(recipe, width=384, height=384)
    found.capabilities.check(asked)
    assert render(pipe, asked).image.size == (384, 384)


def test_what_a_pipeline_never_reads_may_be_there(copy):
    put("model_index.json", text_layers=[1, 2], names=["a", "b", "c"], nothing=[None, None])(copy)
    tensors(UNET, lambda held: held.update({"surplus": torch.zeros(1)}))(copy)
    assert find_model(copy).load().size == (256, 256)


def test_whole_weights_have_no_fault(copy):
    assert fault_of_weights(copy / UNET) == fault_of_weights(copy / TEXT) == ""


@pytest.mark.parametrize("name", [UNET, "vae/diffusion_pytorch_model.safetensors"])
def test_weights_that_are_no_numbers_draw_nothing(copy, name):
    tensors(name, lambda held: held.update({key: value * float("nan") for key, value in held.items()}))(copy)
    found = find_model(copy)
    recipe = found.capabilities.recipe(Recipe(prompt="a cat", num_inference_steps=2), found.weights_hash)
    seen = []  # whoever watches asks for previews, which need the decoder's numbers too
    with pytest.raises(ValueError, match="^copy .StableDiffusionPipeline. computed numbers that are none .*float32"):
        render(found.load(), recipe, on_stage=seen.append)
    assert seen


def test_weights_of_nothing_draw_no_flat_picture(copy):
    tensors(
        "vae/diffusion_pytorch_model.safetensors",
        lambda held: held.update({key: value * 0 for key, value in held.items()}),
    )(copy)
    found = find_model(copy)
    recipe = found.capabilities.recipe(Recipe(prompt="a cat", num_inference_steps=2), found.weights_hash)
    with pytest.raises(ValueError, match="drew one colour and nothing else"):
        render(found.load(), recipe)


@pytest.mark.parametrize("variant", ["fp16", "bf16"])
@pytest.mark.parametrize("parts", [("unet", "vae", "text_encoder"), ("unet", "text_encoder")])
def test_variants_are_read_though_some_components_have_none(copy, variant, parts):
    for part in parts:
        file = next((copy / part).glob("*.safetensors"))
        file.rename(file.with_suffix(f".{variant}.safetensors"))
    assert find_model(copy).load().size == (256, 256)
