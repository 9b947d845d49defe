"""Example run: python -m pytest tests/loading/test_pairing.py"""

import sys

import pytest
import torch

from pipeline.loading.errors import WeightsError
from pipeline.loading.failures import say_failure
from pipeline.loading.find import find_model
from pipeline.loading.pairing import how_to_install
from pipeline.loading.weights import load_pipeline


@pytest.mark.parametrize(
    ("version", "command"),
    [
        ("2.13.0", "pip install torchvision==0.28.0"),
        ("2.13.0+cpu", "pip install torchvision==0.28.0 --index-url https://download.pytorch.org/whl/cpu"),
        ("2.14.1+cu130", "pip install torchvision==0.29.1 --index-url https://download.pytorch.org/whl/cu130"),
        ("3.0.0", "pip install torchvision"),
    ],
)
def test_the_torchvision_that_is_advised_goes_with_the_torch_that_is_there(monkeypatch, version, command):
    monkeypatch.setattr(torch, "__version__", version)
    assert how_to_install("torchvision") == command
    assert how_to_install("ftfy") == "pip install ftfy"
    error = ImportError("GlmImageProcessor requires the torchvision library but it was not found")
    assert f"Install it with {command}, and start again." in say_failure(error, "m", "GlmImagePipeline", "load")


def test_a_torchvision_of_another_torch_is_told_before_anything_fails_of_it(tmp_path, monkeypatch, repository):
    folder = repository("stable_diffusion")
    (tmp_path / "torchvision.py").write_text("raise RuntimeError('operator torchvision::nms does not exist')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "torchvision", raising=False)
    for load in (lambda: find_model(folder), load_pipeline):
        with pytest.raises(WeightsError, match="does not go with torch .*pip uninstall torchvision"):
            load()
