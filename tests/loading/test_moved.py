"""Example run: python -m pytest tests/loading/test_moved.py"""

import pytest

from pipeline.loading.moved import is_moved, restore_moved


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("unclip", "UnCLIPTextProjModel"),
        ("wuerstchen", "PaellaVQModel"),
        ("alt_diffusion", "RobertaSeriesModelWithTransformation"),
        ("vq_diffusion", "LearnedClassifierFreeSamplingEmbeddings"),
    ],
)
def test_a_class_that_diffusers_moved_is_found_where_repositories_name_it(monkeypatch, place, name):
    import diffusers

    monkeypatch.delattr(diffusers.pipelines, place, raising=False)
    assert is_moved(place)
    restore_moved({"old": (place, name), "new": ("diffusers", name)})
    assert getattr(getattr(diffusers.pipelines, place), name) is getattr(diffusers, name)


def test_what_was_never_one_of_its_modules_is_not_moved():
    assert not is_moved("own_code") and not is_moved("diffusers")
    restore_moved({"unet": ("diffusers", "NoSuchClass"), "more": ("own_code", "OwnModel")})
