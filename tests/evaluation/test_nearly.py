"""Example run: python -m pytest tests/evaluation/test_nearly.py"""

import io
import json
import random

import pytest
from PIL import Image

from pipeline.evaluation.nearly import nearly, odd, picture
from pipeline.serve.body import Violation, check
from pipeline.serve.openai import GENERATION
from pipeline.serve.titan import EMBEDDING, tasks_of


def test_the_same_seed_makes_the_same_values_up():
    first, again = (odd(random.Random(3)) for _ in range(2))
    assert first == again
    generator = random.Random(1)
    values = [odd(generator) for _ in range(300)]
    assert len({type(value) for value in values}) >= 6 and all(json.dumps(value) for value in values)


@pytest.mark.parametrize("schema", [GENERATION, EMBEDDING, *(schema for _, schema in tasks_of("v2").values())])
def test_many_bodies_are_right_and_many_are_not(schema):
    generator, right = random.Random(1), 0
    for _ in range(200):
        try:
            check(nearly(schema, generator), schema)
            right += 1
        except Violation:
            continue
    assert 80 <= right <= 195


def test_most_pictures_are_pictures():
    generator, opened = random.Random(1), 0
    for _ in range(100):
        try:
            with Image.open(io.BytesIO(picture(generator)), formats=("PNG", "JPEG", "WEBP")) as image:
                image.load()
                opened += image.size in ((64, 64), (256, 256))
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            continue
    assert 50 <= opened <= 90
