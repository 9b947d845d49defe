"""What a training leaves out. Example run: python -m pytest tests/data/test_held_out.py"""

from collections import Counter, defaultdict

import numpy as np
import pytest

from pipeline.data.cutouts import Cutout, CutoutSet
from pipeline.data.held_out import LISTED, HeldOut, choose_held_out, main
from tests.evaluation.cutout_zip import write_cutouts


def cutout(index: int, concept: str, style: str, **more) -> Cutout:
    return Cutout(index, str(index), concept, concept, concept, style, (style,), **more)


SHARED = [
    cutout(10 * n + at, f"thing {n}", style) for n in range(60) for at, style in enumerate(("3d", "flat", "ink"))
]
ALONE = [cutout(1000 + n, f"glyph {n}", "solid") for n in range(40)]
ROWS = SHARED + ALONE


@pytest.fixture(scope="module")
def chosen() -> HeldOut:
    return choose_held_out(ROWS, concepts=20, share=0.1, seed=3)


def test_what_is_left_out_is_a_function_of_the_seed(chosen):
    assert chosen == choose_held_out(reversed(ROWS), concepts=20, share=0.1, seed=3)
    assert chosen != choose_held_out(ROWS, concepts=20, share=0.1, seed=4)


def test_half_of_the_whole_concepts_are_of_several_styles(chosen):
    assert len(chosen.concepts) == 20
    assert sum(concept.startswith("thing") for concept in chosen.concepts) >= 10


def test_a_tenth_of_the_cells_is_left_out_and_each_concept_keeps_one(chosen):
    left = [row for row in ROWS if row.concept not in chosen.concepts]
    assert len(chosen.cells) == round(0.1 * len(left))
    assert not {concept for concept, _ in chosen.cells} & chosen.concepts
    kept = defaultdict(set)
    for row in left:
        if not chosen.holds(row):
            kept[row.concept].add(row.style)
    assert set(kept) == {row.concept for row in left}


def test_all_drawings_and_tones_of_a_cell_are_left_out_and_no_other_style_of_it():
    held_out = HeldOut(frozenset({"fox"}), frozenset({("man", "flat")}))
    rows = [
        cutout(0, "fox", "3d"), cutout(1, "man", "flat"), cutout(2, "man", "flat", is_tone_variant=True),
        cutout(3, "man", "3d"),
    ]  # fmt: skip
    pixels = np.zeros((4, 2, 2, 4), np.uint8)
    left = held_out.without(CutoutSet(rows, pixels))
    assert [row.index for row in left.cutouts] == [3] and left.pixels is pixels


def test_a_list_is_read_as_it_was_written(chosen, tmp_path):
    chosen.write(tmp_path / "list.tsv")
    assert HeldOut.read(tmp_path / "list.tsv") == chosen


def test_a_list_that_is_missing_or_empty_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"`held_out` names .*missing.tsv"):
        HeldOut.read(tmp_path / "missing.tsv")
    (tmp_path / "empty.tsv").touch()
    with pytest.raises(ValueError, match="is empty"):
        HeldOut.read(tmp_path / "empty.tsv")


@pytest.mark.parametrize(("wrong", "said"), [({"share": 1.0}, "`share`"), ({"concepts": 100}, "`concepts`")])
def test_more_than_there_is_is_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        choose_held_out(ROWS, **wrong)


def test_the_command_writes_the_list_and_says_how_much_it_is(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)  # decoded pictures are kept in runs/cache
    pictures = write_cutouts(tmp_path / "pictures")
    main(["--input", str(pictures), "--output", "list.tsv", "--concepts", "2", "--share", "0.2"])
    written = HeldOut.read("list.tsv")
    assert len(written.concepts) == 2 and len(written.cells) == 5
    assert "2 concepts and 5 cells, 9 of 30 pictures" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="`concepts`"):
        main(["--input", str(pictures), "--output", "other.tsv"])


def test_the_list_of_the_icons_holds_200_concepts_and_cells_of_many_styles():
    listed = HeldOut.read(LISTED)
    assert len(listed.concepts) == 200 and len(listed.cells) > 2000
    assert not {concept for concept, _ in listed.cells} & listed.concepts
    assert len(Counter(style for _, style in listed.cells)) > 15
