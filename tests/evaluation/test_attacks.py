"""All 42 attacks of the watermark's table run. Example run: pytest tests/evaluation/test_attacks.py"""

import numpy as np

from pipeline.evaluation.attacks import ATTACKS, BEYOND
from tests.watermark.test_detect import draw


def test_there_are_42_attacks_and_each_changes_a_picture_in_its_own_way():
    image = ATTACKS["noise 10"](draw())  # more than 256 colours
    results = {name: attack(image) for name, attack in (ATTACKS | BEYOND).items()}
    assert len(ATTACKS) == 42
    assert len({(result.size, result.tobytes()) for result in results.values()}) == len(results)
    assert all(result.mode == "RGB" for result in results.values())
    assert results["crop 50%"].size == (128, 128) and results["resize 150%"].size == (384, 384)


def test_noise_is_the_same_every_time():
    attack = ATTACKS["noise 10"]
    assert np.array_equal(attack(draw()), attack(draw()))
