"""Example run: pytest tests/data/test_engine.py -m "slow or not slow" """

import functools

import numpy as np
import pytest

from pipeline.data.engine import Engine
from pipeline.evaluation.data import made_hashes
from pipeline.pictures.hashing import near_pairs


def _plus(number: int, *, more: int) -> int:
    return number + more


def _firsts(items: list[str]) -> list[str]:
    """The first item of a group, for each of its items, with the item."""
    return [items[0] + item for item in items]


def _examine(engine: Engine) -> None:
    assert list(engine.map(functools.partial(_plus, more=3), range(7))) == [3, 4, 5, 6, 7, 8, 9]
    assert list(engine.map(functools.partial(_plus, more=3), [])) == []
    found = engine.map_groups(_firsts, ["a", "b", "c", "d", "e"], np.array([7, 2, 7, 2, 9]))
    assert found == ["aa", "bb", "ac", "bd", "ee"]
    assert engine.map_groups(_firsts, [], np.array([], dtype=int)) == []
    hashes = np.unique(made_hashes(3000))
    for here, there in zip(near_pairs(hashes, 8), near_pairs(hashes, 8, run=engine.map), strict=True):
        assert len(here) > 100 and np.array_equal(here, there)


def test_this_process_keeps_the_order_of_items_and_groups():
    with Engine() as engine:
        _examine(engine)


@pytest.mark.slow
def test_two_processes_give_the_same():
    with Engine(workers=2) as engine:
        _examine(engine)


@pytest.mark.slow
def test_two_ray_workers_give_the_same(ray_cluster):
    with Engine("ray", workers=2) as engine:
        _examine(engine)
    assert ray_cluster.is_initialized()  # it was there before, so that it is not ours to stop


def test_an_unknown_engine_is_named():
    with pytest.raises(ValueError, match="spark"):
        Engine("spark")
