"""Things in the shape of outlines. Example run: python -m pytest tests/serve/test_sketches.py"""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipeline.recipe import Recipe
from pipeline.scene.uploads import upload_hash
from pipeline.serve.jobs import Client
from pipeline.serve.order import Order
from pipeline.serve.sketches import _likeness, outlined
from pipeline.serve.studio import Studio
from tests.tiny import tiny_pipeline


@pytest.fixture(scope="module")
def studio():
    return Studio(tiny_pipeline())


def shape(studio, sketch, strength=0.7):
    order = Order("condition", "a cat", images=(sketch,), control="edges", control_strength=strength)
    with studio.jobs.admit(Client("here")) as place:
        return outlined(studio, order, studio.recipe(Recipe(prompt="a cat", seed=3)), place)


def test_a_thing_takes_shape_and_place_of_an_outline(studio):
    sketch = Image.new("RGB", (256, 256), "white")
    ImageDraw.Draw(sketch).ellipse((128, 32, 223, 127), outline="black", width=3)
    recipe, uploads = shape(studio, sketch)
    ((hash, picture),) = uploads.items()
    assert hash == upload_hash(picture) and abs(picture.width - 96) <= 2 and abs(picture.height - 96) <= 2
    disc = np.hypot(*(np.indices((96, 96)) - 47.5)) < 47.5
    assert _likeness(picture, disc) > 0.97
    upload, place = (edit.split() for edit in recipe.edits)
    assert upload == ["upload", "cat", hash]
    assert [float(number) for number in place[2:]] == pytest.approx([0.688, 0.312, 0.375], abs=0.02)
    assert shape(studio, sketch)[0] == recipe  # the same again
    assert shape(studio, sketch, 0.2)[0] != recipe


def test_a_picture_without_outlines_is_refused(studio):
    with pytest.raises(ValueError, match="has no outlines"):
        shape(studio, Image.new("RGB", (256, 256), "white"))


def test_likeness_is_of_shapes_not_of_sizes():
    mask = np.zeros((100, 100), bool)
    mask[10:30, 10:50] = True
    drawing = Image.new("RGBA", (64, 64))
    assert _likeness(drawing, mask) == 0.0
    drawing.paste("red", (4, 4, 60, 60))
    assert _likeness(drawing, mask) == 1.0
