"""Example run: python -m pytest tests/recipe/test_variation.py"""

import pytest

from pipeline.recipe import Recipe, Variation
from pipeline.recipe.variation import MAX_SEED
from pipeline.stages import STAGES


def test_variations_are_written_one_way():
    assert Recipe(variations=("007:.50:prior",)).variations == ("7:0.5:prior",)


@pytest.mark.parametrize("stage", ["", *STAGES])
def test_the_text_leads_back(stage):
    variation = Variation(MAX_SEED, 0.1 + 0.2, stage)
    assert Variation.from_text(str(variation)) == variation


@pytest.mark.parametrize(
    "text", ["", "1", ":", "1:x", "1:2", "-1:0.5", f"{MAX_SEED + 1}:1", "1:0.5:text", "1:nan", 3, None]
)
def test_what_is_no_variation_is_refused(text):
    with pytest.raises(ValueError, match="`variations` takes"):
        Variation.from_text(text)
