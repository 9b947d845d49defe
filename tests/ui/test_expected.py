"""The next picture compared with one that was shared. Example run: python -m pytest tests/ui/test_expected.py"""

from dataclasses import replace

import pytest
from PIL import Image

from app import LIMITS
from pipeline.recipe import Recipe, pixels_sha256
from pipeline.serve.render import Rendered
from pipeline.ui.expected import Expected, verdict_on
from pipeline.ui.words import Words

RECIPE = Recipe(prompt="a cat", seed=7, weights_hash="a" * 12)
RED = Image.new("RGB", (64, 64), "red")


@pytest.fixture(scope="module")
def rendered(tab):
    *_, picture = tab.studio.draw(RECIPE)
    assert isinstance(picture, Rendered)
    return replace(picture, image=RED, recipe=RECIPE)


@pytest.mark.parametrize(
    "against",
    [
        None,
        Expected(RECIPE),
        Expected(replace(RECIPE, seed=8), pixels_hash=pixels_sha256(RED)),
        Expected(replace(RECIPE, prompt="a dog"), path="/nowhere.png"),
    ],
)
def test_without_one_or_after_another_recipe_there_is_nothing_to_compare(rendered, against):
    assert verdict_on(rendered, against, LIMITS, Words()) is None


@pytest.mark.parametrize(("language", "sentence"), [("en", "pixel for pixel."), ("de", "Pixel für Pixel gleich")])
def test_the_same_pixels_are_identical_whoever_made_them(rendered, language, sentence):
    for recipe in (RECIPE, replace(RECIPE, weights_hash="b" * 12, model="other/model")):
        verdict = verdict_on(rendered, Expected(recipe, pixels_hash=pixels_sha256(RED)), LIMITS, Words(language))
        assert verdict is not None and verdict.result == "identical" and sentence in verdict.sentence


def test_other_pixels_of_other_weights_name_both(rendered):
    against = Expected(replace(RECIPE, weights_hash="b" * 12), pixels_hash="0" * 64)
    verdict = verdict_on(rendered, against, LIMITS, Words())
    assert verdict is not None and verdict.result == "differs"
    assert "b" * 12 in verdict.sentence and "a" * 12 in verdict.sentence
    own = verdict_on(rendered, Expected(RECIPE, pixels_hash="0" * 64), LIMITS, Words())
    assert own is not None and own.result == "differs" and "a" * 12 not in own.sentence


def test_a_file_is_compared_by_its_pixels(rendered, tmp_path):
    RED.save(tmp_path / "red.png")
    Image.new("RGB", (64, 64), "blue").save(tmp_path / "blue.png")
    found = [
        verdict_on(rendered, Expected(RECIPE, path=str(tmp_path / f"{name}.png")), LIMITS, Words())
        for name in ("red", "blue")
    ]
    assert [verdict.result for verdict in found if verdict is not None] == ["identical", "differs"]
