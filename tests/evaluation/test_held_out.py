"""Example run: python -m pytest tests/evaluation/test_held_out.py"""

import json

import pytest
import torch

from pipeline.cascade.networks import ALONE, embed_drawings
from pipeline.data.cutouts import load_cutouts
from pipeline.data.held_out import HeldOut
from pipeline.evaluation import held_out as module
from pipeline.evaluation.held_out import guess, judged, main, style_distances, unseen_cells, ways
from pipeline.evaluation.judge import load_judge
from pipeline.models.prior import DrawingPrior
from pipeline.training import prior as prior_stage
from pipeline.training import vocabulary as vocabulary_stage
from tests.evaluation.cutout_zip import write_cutouts
from tests.tiny import tiny_components, tiny_pipeline, tiny_text_encoder, tiny_tokenizer

LIST = "red disc\nblue square\tflat shape\ngreen arch\tinked shape\nred arch\tflat shape\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A folder with pictures, a list, and a prior and a vocabulary that were made without what it names."""
    folder = tmp_path_factory.mktemp("held_out")
    write_cutouts(folder / "pictures")
    (folder / "list.tsv").write_text(LIST)
    torch.manual_seed(0)
    tiny_tokenizer().save_pretrained(folder / "text")
    tiny_text_encoder().save_pretrained(folder / "text")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        tiny_components()["image_encoder"].save_pretrained("run/embedder/image_encoder")
        words = ["--input", "pictures", "--preset", "tiny", "--run", "run", "--held-out", "list.tsv"]
        prior_stage.main([*words, "--steps", "3", "--workers", "0"])
        vocabulary_stage.main([*words, "--text-encoder", "text"])
    return folder


@pytest.fixture(scope="module")
def cutouts(root):
    return load_cutouts(root / "pictures", size=64, cache=root / "cache")


@pytest.fixture(scope="module")
def cells(root, cutouts):
    held_out = HeldOut.read(root / "list.tsv")
    return unseen_cells(cutouts, held_out, DrawingPrior.from_pretrained(root / "run/prior/prior"))


def test_each_unseen_cell_stands_beside_the_things_other_style(cells):
    found = {cell.real.concept: cell for cell in cells}
    assert set(found) == {"blue square", "green arch", "red arch"}
    assert found["blue square"].real.style == "flat shape" and found["blue square"].near.style == "inked shape"
    assert found["green arch"].near.concept == "green arch" and not found["green arch"].same_drawing


def test_styles_are_as_far_apart_as_their_drawings_of_one_thing(cutouts):
    apart = style_distances(cutouts, cutouts.cutouts)
    assert apart["flat shape", "inked shape"] == apart["inked shape", "flat shape"] > 0
    assert ("flat shape", "flat shape") not in apart


def test_the_guess_is_the_nearest_drawing_in_the_unseen_style(root, cells):
    prior = DrawingPrior.from_pretrained(root / "run/prior/prior").eval()
    numbers = [(cell.concept, cell.drawing, cell.rendering, 0) for cell in cells]
    expected = embed_drawings(prior, *torch.tensor(numbers).T, torch.tensor([ALONE]).expand(len(cells), -1))
    assert torch.allclose(guess(prior, cells), expected)
    for cell in cells:
        assert prior.config.phrases[cell.concept] == cell.real.concept
        assert prior.config.renderings[cell.rendering] == cell.real.style
        row = prior.cells[(prior.cells[:, 1] == cell.drawing)][0].tolist()
        assert prior.config.renderings[row[2]] == cell.near.style


def test_the_real_drawing_has_no_error_and_is_the_thing(root, cutouts, cells):
    prior = DrawingPrior.from_pretrained(root / "run/prior/prior").eval()
    judge = load_judge(root / "pictures", cache=root / "cache")

    class InkJudge:
        def style(self, picture):
            return "inked shape"

    layers = ways(tiny_pipeline(), prior, cutouts, cells)
    rows = judged(layers, cells, judge, InkJudge())
    real = [row for row in rows if row["way"] == "real"]
    near = [row for row in rows if row["way"] == "nearest neighbour, as it is"]
    assert all(row["error"] == 0 and row["thing"] for row in real) and all(row["error"] > 0 for row in near)
    assert [row["style"] for row in real] == [row["asked"] == "inked shape" for row in real]
    assert {len(layer) for layer in layers.values()} == {3} and len(rows) == 3 * len(layers)
    some = judged(layers, cells, judge, InkJudge(), 1)
    assert [row["error"] for row in some] == [row["error"] for row in rows]
    assert ["thing" in row for row in some] == [True, False, False] * len(layers)


def test_the_command_prints_cells_and_words(root, monkeypatch, capsys):
    monkeypatch.chdir(root)
    judge = load_judge("pictures", cache="cache")
    monkeypatch.setattr(module, "open_all", lambda arguments: (tiny_pipeline(), judge))
    words = ["--input", "pictures", "--list", "list.tsv", "--limit", "3", "--cache", "cache", "--json", "rows.json"]
    main([*words, "--prior", "run/prior/prior", "--vocabulary", "run/vocabulary/vocabulary"])
    said = capsys.readouterr().out
    assert "all unseen cells, 3:" in said and "1 things that were never taught" in said
    assert "the same drawing was taught" not in said  # there is none here
    kept = json.loads((root / "rows.json").read_text())
    assert [row["word"] for row in kept["words"]] == ["red disc"] and "red disc" not in kept["words"][0]["drawn"]


def test_a_prior_that_was_taught_an_unseen_cell_is_refused(root, monkeypatch):
    monkeypatch.chdir(root)
    judge = load_judge("pictures", cache="cache")
    monkeypatch.setattr(module, "open_all", lambda arguments: (tiny_pipeline(), judge))
    (root / "other.tsv").write_text("red ring\tflat shape\n")
    with pytest.raises(SystemExit, match="taught red ring in the style flat shape"):
        main(["--input", "pictures", "--list", "other.tsv", "--prior", "run/prior/prior"])
