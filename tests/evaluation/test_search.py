"""Example run: python -m pytest tests/evaluation/test_search.py"""

from types import SimpleNamespace

import numpy as np

from pipeline.evaluation.search import TOP_K, made_vectors, measure
from pipeline.search import ImageIndex


def test_vectors_are_the_same_every_time_of_length_one_and_lie_near_a_sheet():
    vectors = made_vectors(500, 64, seed=1)
    assert np.array_equal(vectors, made_vectors(500, 64, seed=1))
    assert not np.array_equal(vectors, made_vectors(500, 64, seed=2))
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    spread = np.linalg.svd(vectors, compute_uv=False)
    assert spread[32] < spread[31] / 1.5, "32 directions, and noise"


def test_an_index_that_looks_at_everything_finds_everything():
    vectors = made_vectors(300, 32, seed=1)
    index = ImageIndex(32)
    index.extend([str(row) for row in range(300)], vectors)
    recall, times = measure(index, vectors, made_vectors(5, 32, seed=2))
    assert recall == 1.0 and times.shape == (5, 2) and (times >= 0).all()


def test_recall_is_the_share_of_the_nearest_ten_that_was_found():
    vectors = np.eye(40, dtype=np.float32)
    query = np.linspace(1, 0, 40, dtype=np.float32)[None]  # the rows' order is that of their nearness
    for found, expected in ((range(10), 1.0), (range(5, 15), 0.5), (range(20, 30), 0.0), ((3, 3, 3), 0.1)):
        index = SimpleNamespace(
            search=lambda query, top_k, found=found: [SimpleNamespace(id=str(row)) for row in found]
        )
        assert measure(index, vectors, query)[0] == expected
    assert TOP_K == 10
