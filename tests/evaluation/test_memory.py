"""Example run: python -m pytest tests/evaluation/test_memory.py"""

import mmap
import sys

import pytest

from pipeline.evaluation.memory import draw_with, measure, resident_bytes, slope
from tests.tiny import tiny_pipeline

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


def test_the_slope_is_that_of_a_straight_line():
    assert slope([(0, 1000), (50, 1500), (100, 2000)]) == pytest.approx(10)
    assert slope([(0, 7), (50, 7), (100, 7)]) == pytest.approx(0)


def test_a_leak_is_seen():
    kept = []

    def leak(number):  # pages of their own: what the process has freed before cannot hold them
        kept.append(mmap.mmap(-1, 2_000_000))
        kept[-1].write(b"x" * 2_000_000)

    measured = measure(leak, 20, every=5, warm_up=2)
    assert [count for count, _ in measured] == [0, 5, 10, 15, 20]
    assert slope(measured) == pytest.approx(2e6, rel=0.2)


def test_pictures_are_drawn_with_and_without_references():
    draw = draw_with(tiny_pipeline())
    draw(0)
    draw(1)
    assert resident_bytes() > 50e6
