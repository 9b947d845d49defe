"""Example run: python -m pytest tests/loading/test_steps.py"""

from pipeline.loading.steps import Steps


def test_both_ways_of_moving_a_bar_are_counted():
    seen = []
    assert list(Steps(["a", "b"], None, seen.append)) == ["a", "b"] and seen == [0, 1]
    with Steps(None, 3, seen.append) as bar:
        bar.update()
        bar.update(2)
    assert seen == [0, 1, 0, 1, 2] and bar.known_total() == 3


def test_a_length_that_nobody_knows_is_said_so():
    assert Steps(iter([1]), None, print).known_total() is None
