"""Example run: pytest tests/data/test_dedup.py"""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipeline.data.decode import check_pictures
from pipeline.data.dedup import deduplicate, group_copies, hash_pictures
from pipeline.data.record import kept
from pipeline.evaluation.stress import COPIES
from tests.data.pictures import drawing, record_of


def _deduplicated(records, **options):
    return {record.key: record for record in deduplicate(hash_pictures(records), **options)}


@pytest.mark.parametrize("kind", [kind for kind in COPIES if not kind.startswith("crop")])
def test_a_copy_is_dropped_for_its_original(tmp_path, kind):
    records = [record_of(tmp_path / f"{seed}.png", drawing(seed, side=128, mode="RGBA")) for seed in range(6)]
    copy = tmp_path / "copy.img"
    copy.write_bytes(COPIES[kind](drawing(3, side=128, mode="RGBA")))
    pool = [*records, replace(records[0], key="copy", source=replace(records[0].source, path=copy))]
    found = _deduplicated(pool)
    assert len(kept(found.values())) == 6
    assert {found["copy"].metadata.get("duplicate_of"), found["3.png"].metadata.get("duplicate_of")} in (
        {"3.png", None},
        {"copy", None},
    )


def test_the_larger_copy_is_kept_and_other_captions_are_remembered(tmp_path):
    large = record_of(tmp_path / "large.png", drawing(1, side=200), text="a drawing", width=200, height=200)
    small = record_of(
        tmp_path / "small.png", drawing(1, side=200).resize((90, 90)), text="shapes", width=90, height=90
    )
    found = _deduplicated([small, large])
    assert found["small.png"].dropped.reason == "near-copy"
    assert found["large.png"].dropped is None
    assert found["large.png"].metadata["other_texts"] == ["shapes"] and found["large.png"].metadata["copies"] == 1


def test_the_cut_out_is_kept_before_a_flattened_copy(tmp_path):
    cutout = record_of(tmp_path / "cutout.png", drawing(1, mode="RGBA"))
    flat = record_of(tmp_path / "flat.png", drawing(1))
    found = _deduplicated(check_pictures([flat, cutout]))
    assert found["cutout.png"].dropped is None and found["flat.png"].metadata["duplicate_of"] == "cutout.png"


def test_colour_and_skin_tone_are_not_copies_of_each_other(tmp_path):
    records = []
    for name, colour in {
        "red": "#d22",
        "blue": "#22d",
        "light": "#f7dece",
        "medium": "#d5ab88",
        "dark": "#7c533e",
    }.items():
        image = Image.new("RGBA", (96, 96))
        ImageDraw.Draw(image).ellipse((8, 8, 88, 88), fill=colour)
        records.append(record_of(tmp_path / f"{name}.png", image))
    assert len(kept(_deduplicated(records).values())) == 5


def test_a_picture_under_many_captions_collapses_to_one(tmp_path):
    image = drawing(1)
    records = [record_of(tmp_path / f"{n}.png", image, text=f"caption number {n}") for n in range(12)]
    found = _deduplicated(records)
    (survivor,) = kept(found.values())
    assert survivor.metadata["default_picture"] and survivor.metadata["copies"] == 11
    assert {record.dropped.reason for record in found.values() if record.dropped} == {"default picture, many captions"}


def test_groups_are_stars_and_never_chains():
    hashes = np.array([0b0, 0b11, 0b1111], dtype=np.uint64)  # each two bits from the next, the ends four apart
    assert group_copies(hashes, np.array([0, 1, 2]), radius=2).tolist() == [0, 0, 2]
    assert group_copies(hashes, np.array([1, 0, 2]), radius=2).tolist() == [1, 1, 1]


def test_the_comparison_has_the_last_word():
    hashes = np.zeros(4, dtype=np.uint64)
    leaders = group_copies(hashes, np.arange(4), radius=2, same=lambda row, rows: (rows - row) % 2 == 0)
    assert leaders.tolist() == [0, 1, 0, 1]


def test_dropped_records_pass_through_untouched(tmp_path):
    gone = record_of(tmp_path / "a.png", drawing(1)).drop("decode", "too small")
    found = _deduplicated([gone, record_of(tmp_path / "b.png", drawing(1))])
    assert found["a.png"] == gone and found["b.png"].dropped is None


def test_hashes_are_required():
    from pipeline.data.record import ImageRecord, ImageSource

    with pytest.raises(ValueError, match="hash_pictures"):
        list(deduplicate([ImageRecord("a", ImageSource("a"))]))
