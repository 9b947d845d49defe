"""Example run: python -m pytest tests/loading/test_weights.py"""

import hashlib
import shutil

import pytest
import torch

from pipeline.loading.errors import WeightsError
from pipeline.loading.weights import check_weights, load_pipeline, weights_hash, write_checksums
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


def test_the_weights_hash_is_that_of_the_sums_and_empty_without_them(folder, tmp_path):
    expected = hashlib.sha256((folder / "SHA256SUMS").read_bytes()).hexdigest()
    assert weights_hash(folder) == expected[:12]
    assert weights_hash(tmp_path) == ""
