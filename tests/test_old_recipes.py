"""Twelve recipes of the schemas 1 to 4 keep their ids and their pictures, however the code is moved.

`fixtures/old_recipes.json` holds each recipe as it travelled (a link, JSON, a `parameters` text) and what the bundled
model drew of it: the sha256 of the pixels, which holds on the machine that made it, and a thumbnail of 16x16 means,
which holds on any. The ids hold for ever. The pictures belong to one set of weights; when those change, draw them
again and commit the file with the weights:

    python -m tests.test_old_recipes
"""

import base64
import json
import platform
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from pipeline.loading.weights import load_pipeline, weights_hash
from pipeline.recipe import Recipe, pixels_sha256
from pipeline.serve.render import render

FIXTURE = Path(__file__).with_name("fixtures") / "old_recipes.json"
KEPT = json.loads(FIXTURE.read_text(encoding="utf-8"))
FROM = {
    "link": lambda text: Recipe.from_query(text).recipe,
    "json": Recipe.from_json,
    "parameters": Recipe.from_parameters,
}
MOST, MEAN = 12, 2  # grey levels by which a thumbnail made on another machine may differ


def reference(colour: str) -> Image.Image:
    """A reference picture that is the same everywhere: a disc with a hole, no smoothing."""
    image = Image.new("RGB", (96, 96), "white")
    draw = ImageDraw.Draw(image)
    draw.ellipse((12, 12, 84, 84), fill=colour)
    draw.rectangle((40, 40, 56, 56), fill="white")
    return image


def machine() -> str:
    """What the last bit of a float may depend on."""
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    name = names[0].partition(":")[2].strip() if names else platform.processor()
    return f"{name}, {torch.backends.cpu.get_cpu_capability()}, torch {torch.__version__}"


def thumbnail(image: Image.Image) -> np.ndarray:
    """(16, 16, 3) means of a picture's blocks."""
    pixels = np.asarray(image.convert("RGB"), dtype=np.float64)
    height, width, _ = pixels.shape
    return pixels.reshape(16, height // 16, 16, width // 16, 3).mean((1, 3)).round().astype(np.uint8)


def draw(pipe, entry: dict) -> Image.Image:
    """An entry's picture, with one thread: how a sum is split may change its last bit."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return render(pipe, FROM[entry["form"]](entry["text"]), [reference(name) for name in entry["images"]]).image
    finally:
        torch.set_num_threads(threads)


@pytest.mark.parametrize("entry", KEPT["recipes"], ids=lambda entry: entry["name"])
def test_an_old_recipe_keeps_its_schema_and_its_id(entry):
    recipe = FROM[entry["form"]](entry["text"])
    assert (recipe.schema, recipe.id) == (entry["schema"], entry["id"])
    assert Recipe.from_json(recipe.to_json()) == Recipe.from_parameters(recipe.to_parameters()) == recipe


def test_every_schema_of_then_has_three_recipes():
    assert sorted(entry["schema"] for entry in KEPT["recipes"]) == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]


@pytest.fixture(scope="module")
def pipe():
    return load_pipeline()


@pytest.mark.slow
@pytest.mark.parametrize("entry", KEPT["recipes"], ids=lambda entry: entry["name"])
def test_an_old_recipe_draws_what_it_drew(pipe, entry):
    assert weights_hash() == KEPT["weights"], "other weights: run `python -m tests.test_old_recipes`, commit the file"
    image = draw(pipe, entry)
    kept = np.frombuffer(base64.b64decode(entry["thumbnail"]), dtype=np.uint8).reshape(16, 16, 3)
    away = np.abs(thumbnail(image).astype(int) - kept.astype(int))
    assert away.max() <= MOST and away.mean() <= MEAN
    if machine() == KEPT["machine"]:
        assert pixels_sha256(image) == entry["pixels"]


def main() -> None:
    """Draw every recipe with the weights of this checkout and write the fixture; ids and texts stay as they are."""
    pipe = load_pipeline()
    for entry in KEPT["recipes"]:
        recipe = FROM[entry["form"]](entry["text"])
        image = draw(pipe, entry)
        entry["pixels"] = pixels_sha256(image)
        entry["thumbnail"] = base64.b64encode(thumbnail(image).tobytes()).decode()
        print(f"schema {recipe.schema}  {recipe.id}  {entry['name']}")
    KEPT.update(weights=weights_hash(), machine=machine())
    FIXTURE.write_text(json.dumps(KEPT, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
