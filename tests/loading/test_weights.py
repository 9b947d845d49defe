"""Example run: python -m pytest tests/loading/test_weights.py"""

import hashlib
import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from pipeline.loading.errors import WeightsError
from pipeline.loading.weights import EDITION, check_weights, load_pipeline, weights_hash, write_checksums
from tests.tiny import tiny_pipeline


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved") / "weights"
    tiny_pipeline().save_pretrained(folder)
    write_checksums(folder)
    return folder


@pytest.fixture
def folder(saved, tmp_path):
    return shutil.copytree(saved, tmp_path / "weights")


def test_a_whole_folder_loads_in_float32_and_eval_mode(saved):
    pipe = load_pipeline(saved)
    modules = [part for part in pipe.components.values() if isinstance(part, torch.nn.Module)]
    assert modules and not any(module.training for module in modules)
    assert {parameter.dtype for module in modules for parameter in module.parameters()} == {torch.float32}


def test_a_missing_folder_names_the_command_that_makes_it(tmp_path):
    with pytest.raises(WeightsError, match=r"no weights folder at .*nowhere.*python -m pipeline\.training\.export"):
        load_pipeline(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["model_index.json", "SHA256SUMS", "prior/config.json"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(WeightsError, match=rf"lacks .*{name}"):
        check_weights(folder)


def test_a_damaged_file_is_named(folder):
    file = next(folder.glob("decoder/*.safetensors"))
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(WeightsError, match=rf"decoder/{file.name} is damaged"):
        check_weights(folder)


def test_a_git_lfs_pointer_says_how_to_fetch_the_file(folder):
    file = next(folder.glob("prior/*.safetensors"))
    file.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", encoding="utf-8")
    with pytest.raises(WeightsError, match="git lfs pull"):
        check_weights(folder)


def test_a_component_that_nobody_listed_is_missed(folder):
    shutil.rmtree(folder / "super_res")
    write_checksums(folder)
    with pytest.raises(WeightsError, match="lacks the component .*super_res"):
        check_weights(folder)


def test_a_config_that_cannot_be_read_is_one_sentence_without_a_traceback(folder):
    (folder / "prior" / "config.json").write_text("{", encoding="utf-8")
    write_checksums(folder)
    with pytest.raises(WeightsError, match="cannot read them") as caught:
        load_pipeline(folder)
    assert "\n" not in str(caught.value)


def test_the_weights_hash_is_that_of_the_sums_and_of_the_edition_and_empty_without_them(folder, tmp_path):
    sums = (folder / "SHA256SUMS").read_bytes()
    assert weights_hash(folder, edition=0) == hashlib.sha256(sums).hexdigest()[:12]
    assert weights_hash(folder) == hashlib.sha256(sums + f"edition {EDITION}\n".encode()).hexdigest()[:12]
    assert weights_hash(folder, edition=EDITION + 1) != weights_hash(folder)
    assert weights_hash(tmp_path) == ""


# What is wrong with a folder of ours is one sentence, whether or not its checksums were written after the damage.

PRIOR = "prior/diffusion_pytorch_model.safetensors"


def write(name, content):
    return lambda folder: (folder / name).write_bytes(content)


def cut(name):
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:-9])


def put(name, **values):
    def damage(folder):
        held = json.loads((folder / name).read_text(encoding="utf-8"))
        (folder / name).write_text(json.dumps({**held, **values}), encoding="utf-8")

    return damage


def without_a_tensor(folder):
    held = load_file(folder / PRIOR)
    held.pop(sorted(held)[0])
    save_file(held, folder / PRIOR, metadata={"format": "pt"})


def of_another_shape(folder):
    held = load_file(folder / PRIOR)
    name = sorted(held)[0]
    save_file({**held, name: torch.zeros(1, 2, 3)}, folder / PRIOR, metadata={"format": "pt"})


DAMAGES = {
    "index empty": write("model_index.json", b""),
    "index no JSON": write("model_index.json", b"{"),
    "index a list": write("model_index.json", b"[]"),
    "index not UTF-8": write("model_index.json", b"\xff\xfe\x00"),
    "index of an empty pair": put("model_index.json", prior=[]),
    "index of an unknown class": put("model_index.json", prior=["pipeline.models.prior", "NoPrior"]),
    "index of an unknown module": put("model_index.json", prior=["pipeline.models.nothing", "Prior"]),
    "weights empty": write(PRIOR, b""),
    "weights cut off": cut(PRIOR),
    "weights noise": write(PRIOR, bytes(range(1, 255)) * 9),
    "weights a web page": write(PRIOR, b"<html>" + bytes(90)),
    "weights a pickle": write(PRIOR, b"PK\x03\x04" + bytes(90)),
    "weights a pointer": write(PRIOR, b"version https://git-lfs.github.com/spec/v1\n"),
    "weights absent": lambda folder: (folder / PRIOR).unlink(),
    "a tensor absent": without_a_tensor,
    "a tensor of another shape": of_another_shape,
    "config no JSON": write("prior/config.json", b"{"),
    "config a list": write("prior/config.json", b"[]"),
    "config absent": lambda folder: (folder / "prior/config.json").unlink(),
    "config of a string": put("prior/config.json", embed_dim="many"),
    "config of another size": put("prior/config.json", embed_dim=48),
    "tokenizer no JSON": write("tokenizer/tokenizer.json", b"{"),
    "tokenizer absent": lambda folder: shutil.rmtree(folder / "tokenizer"),
    "scheduler no JSON": write("decoder_scheduler/scheduler_config.json", b"{"),
    "component a file": lambda folder: (shutil.rmtree(folder / "prior"), (folder / "prior").write_bytes(b"")),
}
SUMS_DAMAGES = {
    "empty": b"",
    "not UTF-8": b"\xff" * 80,
    "without names": b"0" * 64 + b"\n",
    "short digests": b"00  model_index.json\n",
    "outside the folder": b"0" * 64 + b"  ../model_index.json\n",
    "absolute": b"0" * 64 + b"  /etc/passwd\n",
    "of nothing there": b"0" * 64 + b"  model_index.json\n" + b"0" * 64 + b"  gone.json\n",
    "a pointer": b"version https://git-lfs.github.com/spec/v1\n",
}


def sentence(folder):
    with pytest.raises(WeightsError) as caught:
        load_pipeline(folder)
    said = str(caught.value)
    assert "\n" not in said and said.endswith(".") and len(said) < 900 and str(folder) in said
    return said


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("when", ["after the checksums", "before the checksums"])
def test_damage_is_one_sentence(folder, damage, when):
    damage(folder)
    if when == "before the checksums":
        write_checksums(folder)
    sentence(folder)


@pytest.mark.parametrize("content", SUMS_DAMAGES.values(), ids=SUMS_DAMAGES)
def test_damaged_checksums_are_one_sentence(folder, content):
    (folder / "SHA256SUMS").write_bytes(content)
    assert "SHA256SUMS" in sentence(folder) or content.startswith(b"0" * 64)
