"""Example run: pytest tests/data/test_finetune_set.py"""

import itertools

import numpy as np
import pytest

from pipeline.data.finetune_set import caption_detail, facility_location, mark_finetune_set
from pipeline.data.record import ImageRecord, ImageSource


def _records(count: int, *, seed: int = 0) -> list[ImageRecord]:
    generator = np.random.default_rng(seed)
    return [
        ImageRecord(
            f"{n}",
            ImageSource("a"),
            "a cat on a mat" if n % 7 else "cat",
            {"kind": "rare" if n % 10 == 0 else "common", "aesthetic_score": 0.9 if n % 3 else 0.2},
            generator.normal(size=5).astype(np.float32),
        )
        for n in range(count)
    ]


def _chosen(records, **options):
    return [record for record in mark_finetune_set(records, **options) if record.metadata.get("finetune")]


def test_classes_get_equal_shares_and_small_ones_give_the_rest_away():
    chosen = _chosen(_records(300), size=60, class_field="kind")
    assert len(chosen) == 60
    rare = sum(record.metadata["kind"] == "rare" for record in chosen)
    available = sum(n % 10 == 0 and n % 7 != 0 and n % 3 != 0 for n in range(300))
    assert rare == min(30, available)


def test_only_good_and_described_pictures_are_chosen():
    chosen = _chosen(_records(100), size=40, class_field="kind")
    assert all(record.metadata["aesthetic_score"] > 0.5 and record.text != "cat" for record in chosen)


def test_the_choice_depends_on_the_seed_alone():
    first, second = ([r.key for r in _chosen(_records(120), size=20, seed=1)] for _ in range(2))
    assert first == second and len(first) == 20


def test_facility_location_covers_nearly_as_well_as_the_best_choice():
    points = np.random.default_rng(0).normal(size=(9, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    similarity = ((points @ points.T + 1) / 2).astype(np.float32)

    def coverage(rows):
        return similarity[:, list(rows)].max(axis=1).mean()

    best = max(coverage(rows) for rows in itertools.combinations(range(9), 3))
    assert coverage(facility_location(similarity, np.zeros(9), 3)) >= (1 - 1 / np.e) * best


def test_two_copies_are_not_both_chosen_while_something_else_is_uncovered():
    similarity = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]], dtype=np.float32)
    assert set(facility_location(similarity, np.array([1.0, 0.9, 0.1]), 2)) == {0, 2}


def test_detail_counts_different_words():
    assert caption_detail("cat cat cat") == caption_detail("cat") < caption_detail("a red cat on a mat") <= 1


def test_what_is_missing_is_named():
    with pytest.raises(ValueError, match="`size`.*0"):
        list(mark_finetune_set([], size=0))
    with pytest.raises(ValueError, match="embed_pictures"):
        list(mark_finetune_set([ImageRecord("a", ImageSource("a"), "a cat on a mat")], size=1))
