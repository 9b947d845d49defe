"""Schedulers that stand in for a model's own. Example run: python -m pytest tests/loading/test_schedulers.py"""

from types import SimpleNamespace

import pytest
from diffusers import DDIMScheduler, FlowMatchEulerDiscreteScheduler

from pipeline.loading.schedulers import _is_usable, compatible_schedulers, scheduler_for


def test_a_schedulers_stand_ins_are_named_in_order_itself_among_them():
    names = compatible_schedulers("DDIMScheduler")
    assert list(names) == sorted(names) and len(set(names)) == len(names)
    assert {"DDIMScheduler", "EulerDiscreteScheduler", "DPMSolverMultistepScheduler"} <= set(names)
    assert "EDMEulerScheduler" not in names, "made for other networks"


@pytest.mark.parametrize("name", ["NoSuchScheduler", "StableDiffusionPipeline"])
def test_what_has_no_stand_in_has_no_choice(name):
    assert compatible_schedulers(name) == ()


@pytest.mark.parametrize("name", ["DDIMScheduler", "DDPMScheduler", "DPMSolverMultistepScheduler"])
def test_another_has_the_models_own_settings(name):
    own = DDIMScheduler(num_train_timesteps=500, beta_schedule="scaled_linear", prediction_type="v_prediction")
    pipe = SimpleNamespace(scheduler=own)
    other = scheduler_for(pipe, name)
    assert type(other).__name__ == name and other is not own
    assert (other.config.num_train_timesteps, other.config.prediction_type) == (500, "v_prediction")


def test_a_class_whose_package_is_absent_is_not_offered():
    assert _is_usable(FlowMatchEulerDiscreteScheduler) and not _is_usable(None)
    absent = type("Absent", (), {"_backends": ["torch", "no_such_package_here"]})
    assert not _is_usable(absent) and _is_usable(type("There", (), {"_backends": ["torch"]}))
