"""Example run: pytest tests/pictures/test_hashing.py"""

import numpy as np
import pytest
from PIL import Image

from pipeline.evaluation.data import made_hashes
from pipeline.pictures.hashing import near_pairs, perceptual_hash
from tests.data.pictures import drawing


@pytest.mark.parametrize("radius", [0, 1, 4, 8, 11])
def test_near_pairs_are_exactly_those_of_comparing_every_two(radius):
    hashes = made_hashes(700, copies=0.5, seed=radius)
    distance = np.bitwise_count(hashes[:, None] ^ hashes[None])
    expected = set(zip(*np.nonzero(np.triu(distance <= radius, 1)), strict=True))
    assert len(expected) > 5
    assert set(zip(*near_pairs(hashes, radius), strict=True)) == expected


def test_a_radius_beyond_sense_is_refused():
    with pytest.raises(ValueError, match="`radius`.*40"):
        near_pairs(np.zeros(3, np.uint64), 40)


def test_the_hash_without_a_border_is_that_of_the_cropped_picture():
    image = drawing(1, side=200)
    assert perceptual_hash(image, border=0.05) == perceptual_hash(image.crop((10, 10, 190, 190)))


def test_the_hash_follows_the_definition():
    image = drawing(1)
    grey = np.asarray(image.convert("L").resize((9, 8), Image.Resampling.HAMMING), dtype=int)
    expected = 0
    for row in grey:
        for left, right in zip(row[:-1], row[1:], strict=True):
            expected = expected << 1 | int(right > left)
    assert perceptual_hash(image) == expected
