"""The table of stages is what pipeline, recipe and page go by. Example run: python -m pytest tests/test_stages.py"""

import inspect

import pytest

from pipeline.recipe import DEFAULTS, FIELDS, SCHEMA
from pipeline.stages import CONTROLS, STAGE_ROWS, STAGES
from pipeline.text_to_image import TextToImagePipeline
from tests.tiny import tiny_pipeline


def test_every_argument_of_the_table_is_one_of_the_pipeline_s_call():
    arguments = inspect.signature(TextToImagePipeline.__call__).parameters
    assert {name for row in STAGE_ROWS for name in (row.steps, row.guidance, row.latents) if name} <= arguments.keys()
    assert {name: arguments[name].default for name in CONTROLS} == {name: DEFAULTS[SCHEMA][name] for name in CONTROLS}


def test_every_stage_has_its_fields_in_the_recipe():
    assert set(CONTROLS) <= FIELDS.keys()
    for row in STAGE_ROWS:
        assert [FIELDS[row.steps].default(schema) for schema in row.steps_by_schema] == [*row.steps_by_schema.values()]
        assert FIELDS[row.steps].low == 1


def test_the_noise_of_every_stage_is_drawn():
    import torch

    assert set(tiny_pipeline().prepare_latents(torch.Generator().manual_seed(0))) == set(STAGES)


@pytest.mark.parametrize("attribute", ["name", "label", "anew", "title", "steps", "latents", "link", "text"])
def test_no_two_stages_share_a_name(attribute):
    assert len({getattr(row, attribute) for row in STAGE_ROWS}) == len(STAGE_ROWS)
