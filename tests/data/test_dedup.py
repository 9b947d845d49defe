"""Example run: pytest tests/data/test_dedup.py"""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipeline.data.decode import check_pictures
from pipeline.data.dedup import deduplicate, group_copies, hash_pictures
from pipeline.data.engine import Engine
from pipeline.data.record import kept
from pipeline.evaluation.data import made_hashes
from pipeline.evaluation.stress import COPIES
from tests.data.pictures import drawing, encoded, record_of


def _deduplicated(records, **options):
    return {record.key: record for record in deduplicate(hash_pictures(records), **options)}


@pytest.mark.parametrize("kind", COPIES)
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
    assert found["large.png"].metadata["also"] == ["shapes"] and found["large.png"].metadata["copies"] == 1


def test_other_captions_are_told_apart_by_more_than_case_and_are_at_most_eight(tmp_path):
    texts = ["Guard", "guard", "man guard", "", "Man Guard", *(f"guard {n}" for n in range(7, 2, -1))]
    records = [record_of(tmp_path / f"{n:02d}.png", drawing(1), text=text) for n, text in enumerate(texts)]
    records[0] = records[0].with_metadata(also=["sentry", "watch", "GUARD 7"], width=999, height=999)
    (survivor,) = kept(_deduplicated(records).values())
    assert survivor.metadata["also"] == [
        "sentry",
        "watch",
        "GUARD 7",
        "man guard",
        *(f"guard {n}" for n in range(6, 2, -1)),
    ]


def test_a_picture_without_other_captions_has_none(tmp_path):
    records = [record_of(tmp_path / f"{n}.png", drawing(1), text="a drawing") for n in range(3)]
    (survivor,) = kept(_deduplicated(records).values())
    assert survivor.metadata["copies"] == 2 and "also" not in survivor.metadata


@pytest.mark.slow
def test_ray_finds_the_same_copies_and_captions(tmp_path, ray_cluster):
    texts = {0: "a drawing", 1: "shapes", 2: "a drawing"}
    records = [
        record_of(tmp_path / f"{seed}-{copy}.png", drawing(seed), text=text)
        for seed in range(5)
        for copy, text in texts.items()
    ]
    with Engine("ray", workers=2) as engine:
        found = _deduplicated(records, engine=engine)
    assert found == _deduplicated(records)
    assert [record.metadata["also"] for record in kept(found.values())] == [["shapes"]] * 5


@pytest.mark.parametrize("larger", [False, True])
def test_a_cropped_copy_is_found_after_jpeg_and_from_either_side(tmp_path, larger):
    records = [record_of(tmp_path / f"{seed}.png", drawing(seed, side=200)) for seed in range(6)]
    crop = drawing(3, side=200).crop((10, 6, 192, 194))
    crop = crop.resize((300, 300)) if larger else crop
    (tmp_path / "crop.jpg").write_bytes(encoded(crop, "JPEG", quality=60))
    pool = [*records, replace(records[0], key="crop", source=replace(records[0].source, path=tmp_path / "crop.jpg"))]
    found = _deduplicated(check_pictures(pool))
    kept_key, dropped_key = ("crop", "3.png") if larger else ("3.png", "crop")
    assert found[dropped_key].metadata["duplicate_of"] == kept_key and len(kept(found.values())) == 6


def test_a_crop_that_loses_a_detail_is_another_picture(tmp_path):
    plain = drawing(1, side=200)
    spotted = plain.copy()
    ImageDraw.Draw(spotted).ellipse((90, 90, 104, 104), fill="black")
    records = [record_of(tmp_path / "plain.png", plain.crop((6, 6, 194, 194))), record_of(tmp_path / "s.png", spotted)]
    assert len(kept(_deduplicated(records).values())) == 2


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
    assert "also" not in survivor.metadata  # captions of a picture that stood in for many are no names of it
    assert survivor.metadata["default_picture"] and survivor.metadata["copies"] == 11
    assert {record.dropped.reason for record in found.values() if record.dropped} == {"default picture, many captions"}


def test_groups_are_stars_and_never_chains():
    hashes = np.array([0b0, 0b11, 0b1111], dtype=np.uint64)  # each two bits from the next, the ends four apart
    assert group_copies(hashes, np.array([0, 1, 2]), radius=2).tolist() == [0, 0, 2]
    assert group_copies(hashes, np.array([1, 0, 2]), radius=2).tolist() == [1, 1, 1]


def test_any_part_of_one_picture_may_meet_any_part_of_another():
    far = [1 << 60, 1 << 50, 1 << 40]
    hashes = np.array([[0b0, 0b1], [far[0] - 1, 0b11], [far[1] - 1, 0b0], [far[2] - 1, far[2] - 2]], dtype=np.uint64)
    assert group_copies(hashes, np.arange(4), radius=1).tolist() == [0, 0, 0, 3]


def test_grouping_by_parts_is_that_of_comparing_every_two():
    hashes = made_hashes(1200, copies=0.7, seed=1).reshape(600, 2)
    order = np.random.default_rng(0).permutation(600)
    near = (np.bitwise_count(hashes[:, None, :, None] ^ hashes[None, :, None, :]) <= 3).any(axis=(2, 3))
    expected = np.full(600, -1)
    for row in order:
        if expected[row] < 0:
            expected[row] = row
            expected[near[row] & (expected < 0)] = row
    assert (expected != np.arange(600)).sum() > 100
    assert group_copies(hashes, order, radius=3).tolist() == expected.tolist()


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
