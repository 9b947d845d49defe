"""Example run: pytest tests/evaluation/test_data.py"""

import numpy as np
import pytest

from pipeline.data.joint_encoder import JointEncoder
from pipeline.evaluation.data import measure_copies, measure_hashes, measure_picture_screen, measure_stress
from pipeline.evaluation.recaption import alignment, corrupt_half, train_matcher
from pipeline.evaluation.stress import COPIES
from tests.data.pictures import drawing, record_of


def test_the_hash_benchmark_agrees_with_comparing_every_two():
    result = measure_hashes(4000, radius=6)
    assert result["subset_pairs_agree"] and 2900 < result["groups"] < 3100


def test_copies_are_found_and_originals_are_left_alone(tmp_path):
    records = [record_of(tmp_path / f"{n}.png", drawing(n, side=128, mode="RGBA")) for n in range(20)]
    result = measure_copies(records, tmp_path / "copies", share=0.2)
    assert result["copies"] == 4 * len(COPIES) and result["merged_originals"] == 0
    assert result["precision"] == 1.0
    mild = ("same_bytes_again", "jpeg_60", "webp_50", "half_size", "larger", "brighter")
    assert all(result["recall_by_kind"][kind] == 1.0 for kind in mild)


def test_the_stress_table_counts_each_kind_and_what_went_missing():
    truth = [
        {"key": "a", "made": "clean", "decodable": True},
        {"key": "b", "made": "damage:bomb", "decodable": False},
        {"key": "c", "made": "damage:bomb", "decodable": False},
    ]
    outcomes = {"a": {"dropped": None}, "b": {"dropped": {"step": "decode", "reason": "x"}}}
    table = measure_stress(truth, outcomes)
    assert table["clean"] == {"files": 1, "kept": 1.0}
    assert table["damage:bomb"] == {"files": 2, "decode": 0.5, "missing": 0.5}


def test_exactly_half_of_the_captions_are_corrupted():
    texts = [f"caption {n}" for n in range(100)]
    corrupted = corrupt_half(texts)
    assert sum(one != two for one, two in zip(texts, corrupted, strict=True)) == 50
    assert sorted(texts) == sorted(corrupted)


@pytest.mark.slow
def test_a_matcher_learns_more_from_true_captions_than_from_exchanged_ones():
    generator = np.random.default_rng(0)
    names = ["red", "green", "blue", "white"]
    colours = np.array([[220, 20, 20], [20, 200, 20], [20, 20, 220], [240, 240, 240]])
    kinds = generator.integers(0, 4, 356)
    images = np.broadcast_to(colours[kinds][:, None, None], (356, 64, 64, 3)).astype(np.uint8)
    texts = [names[kind] for kind in kinds]
    vocabulary = {name: row for row, name in enumerate(names)}
    exchanged = [texts[row] for row in generator.permutation(256)]
    good, bad = (
        alignment(train_matcher(images[:256], [captions] * 4, vocabulary), images[256:], texts[256:], vocabulary)
        for captions in (texts[:256], exchanged)
    )
    assert good["margin"] > bad["margin"] + 0.1


def test_the_examination_of_the_picture_screen_counts_what_is_found(tmp_path):
    records = [record_of(tmp_path / f"{n}.png", drawing(n), text=f"drawing {n}", concept="drawing") for n in range(8)]
    for n in range(8, 12):
        records.append(record_of(tmp_path / f"{n}.png", drawing(n, side=32), text="a die", concept="game die"))

    def embed_images(images):
        return np.array([[1.0, 0.0] if image.width == 32 else [0.0, 1.0] for image in images])

    def embed_texts(texts):
        return np.array([[1.0, 0.0] if "chance" in text or "game die" in text else [0.0, 1.0] for text in texts])

    found = measure_picture_screen(
        records, JointEncoder(embed_images, embed_texts), embed_sentences=embed_texts, pictures=100
    )
    assert found["harmless"] == 12 and set(found["stand_ins"]) == {"gambling"}
    for way in ("by sentences", "by their names"):
        assert found["stand_ins"]["gambling"]["pictures"] == 4
        assert found["stand_ins"]["gambling"][way]["found"]["0"] == 1
        assert found["stand_ins"]["gambling"][way]["others_dropped"]["0"] == 0
