"""Two threads load models, and both are whole. Example run: python -m pytest tests/cascade/test_one_at_a_time.py"""

import threading

import pytest
import torch
from diffusers import DiffusionPipeline

from pipeline.cascade.one_at_a_time import ONE_AT_A_TIME
from pipeline.loading.weights import load_pipeline, write_checksums
from pipeline.text_to_image import TextToImagePipeline
from tests.tiny import tiny_pipeline


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved") / "weights"
    tiny_pipeline().save_pretrained(folder)
    write_checksums(folder)
    return folder


def free_for_others() -> bool:
    """Whether another thread could load now."""
    answers = []

    def ask():
        answers.append(ONE_AT_A_TIME.acquire(blocking=False))
        if answers[0]:
            ONE_AT_A_TIME.release()

    asking = threading.Thread(target=ask)
    asking.start()
    asking.join()
    return answers[0]


@pytest.mark.parametrize("load", [TextToImagePipeline.from_pretrained, load_pipeline])
def test_nobody_else_loads_meanwhile(saved, monkeypatch, load):
    seen, real = [], DiffusionPipeline.from_pretrained.__func__

    def watched(cls, *arguments, **options):
        seen.append(free_for_others())
        return real(cls, *arguments, **options)

    monkeypatch.setattr(DiffusionPipeline, "from_pretrained", classmethod(watched))
    load(saved)
    assert seen == [False] and free_for_others()


def test_a_load_that_fails_lets_others_load(tmp_path):
    with pytest.raises(OSError):
        TextToImagePipeline.from_pretrained(tmp_path)
    assert free_for_others()


def test_modules_made_after_two_loads_at_once_are_whole(saved):
    together = threading.Barrier(2)

    def load():
        together.wait()
        load_pipeline(saved)

    for _ in range(3):
        threads = [threading.Thread(target=load) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert torch.nn.Linear(1, 1).weight.device.type == "cpu"
