"""Example run: python -m pytest tests/data/test_anchors.py"""

import pytest

from pipeline.data.anchors import is_held_out, read_anchors
from pipeline.language.styles import STYLES
from pipeline.models.anchors import ANCHORS

HEADER = "\t".join(["name", "style", "seed", *ANCHORS])


def test_the_labels_are_many_of_all_styles_and_a_quarter_of_the_things_is_held_out():
    labels = read_anchors()
    names = {one.name for one in labels}
    assert len(labels) >= 250 and {one.style for one in labels} == set(STYLES)
    assert len({(one.name, one.style, one.seed) for one in labels}) == len(labels)
    assert 0.15 < sum(map(is_held_out, names)) / len(names) < 0.35
    assert {name for one in labels for name in one.points} == set(ANCHORS)


def test_left_is_to_the_left_as_one_sees_it():
    for one in read_anchors():
        for part in ("eye", "hand"):
            if {f"left {part}", f"right {part}"} <= one.points.keys():
                assert one.points[f"left {part}"][0] < one.points[f"right {part}"][0], one


def test_points_are_read_and_what_is_empty_is_not_there(tmp_path):
    path = tmp_path / "anchors.tsv"
    path.write_text(f"{HEADER}\ncat\t3d render\t7\t0.5,0.1" + "\t" * (len(ANCHORS) - 1) + "\n", encoding="utf-8")
    (cat,) = read_anchors(path)
    assert (cat.name, cat.style, cat.seed, cat.points) == ("cat", "3d render", 7, {"top": (0.5, 0.1)})


@pytest.mark.parametrize("row", ["cat\t3d render\t7\t0.5", "cat\t3d render\tx\t0.5,0.5", "cat\t3d render\t7\t0.5,33"])
def test_a_damaged_line_is_named(tmp_path, row):
    path = tmp_path / "anchors.tsv"
    path.write_text(f"{HEADER}\n{row}" + "\t" * (len(ANCHORS) - 1) + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"Line 2 of .* Mend the line\."):
        read_anchors(path)
