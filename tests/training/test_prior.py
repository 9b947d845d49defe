"""Example run: python -m pytest tests/training/test_prior.py"""

import functools
import json

import pytest
import torch

from pipeline.cascade.networks import embed_drawings
from pipeline.models.image_encoder import POSE_DIM, ImageEncoder
from pipeline.models.prior import TONES, DrawingPrior
from pipeline.training.prior import main, make_batch, prior_loss
from tests.evaluation.cutout_zip import write_cutouts
from tests.tiny import tiny_components, tiny_prior


@pytest.fixture
def batch() -> dict:
    prior = tiny_prior()
    generator = torch.Generator().manual_seed(0)
    cells = prior.cells.long()
    return {
        "cells": cells,
        "components": torch.randn(len(cells), len(prior.components_mean), generator=generator),
        "semantic": torch.nn.functional.normalize(
            torch.randn(len(cells), prior.config.semantic_dim, generator=generator)
        ),
    }


def test_a_few_steps_learn_every_drawing_by_heart(batch):
    torch.manual_seed(0)
    prior, generator = tiny_prior(), torch.Generator().manual_seed(0)
    optimizer = torch.optim.AdamW(prior.parameters(), lr=1e-2)
    before = prior_loss(prior, batch, generator)["components"].item()
    for _ in range(150):
        optimizer.zero_grad()
        prior_loss(prior, batch, generator)["loss"].backward()
        optimizer.step()
    assert prior_loss(prior, batch, generator)["components"].item() < 0.1 * before


def test_the_loss_of_a_right_guess_is_nothing(batch):
    class Right(DrawingPrior):
        def predict(self, concept, drawing, renderings):
            return batch["components"], 16 * batch["semantic"]

    prior = Right(["cat"], ["flat"], num_drawings=3, num_cells=4, concept_dim=8, drawing_dim=8, rendering_dim=8)
    losses = prior_loss(prior, {**batch, "cells": torch.zeros(4, 4).long()}, torch.Generator().manual_seed(0))
    assert losses["loss"].item() == pytest.approx(0, abs=1e-9)


def test_rows_are_drawn_by_their_weights_and_are_a_function_of_the_seed():
    cells = torch.arange(12).reshape(3, 4)
    weights = torch.tensor([0.0, 1.0, 3.0])
    rows = functools.partial(
        make_batch, cells=cells, components=cells, semantic=cells, weights=weights, batch_size=4000, seed=7
    )
    first = rows(0)["cells"][:, 0]
    assert (first != 0).all() and 0.7 < (first == 8).float().mean() < 0.8
    assert torch.equal(first, rows(0)["cells"][:, 0]) and not torch.equal(first, rows(1)["cells"][:, 0])


def test_an_embedding_has_unit_length_and_the_pose_that_it_was_given():
    prior = tiny_prior()
    encoder = ImageEncoder(
        image_size=64, embed_dim=32, semantic_dim=8, block_out_channels=(16,), layers_per_block=(1,)
    )
    poses = torch.tensor([[0.5, -0.5, 0.1, 0.4, 0.6, 0.7]])
    index = [torch.tensor([0])] * 4
    embed = embed_drawings(prior, *index, poses)
    assert embed.shape == (1, 32) and embed.norm().item() == pytest.approx(1)
    assert torch.allclose(encoder.poses(embed), poses, atol=1e-5) and poses.shape[1] == POSE_DIM


def test_the_table_says_what_each_concept_was_drawn_as():
    prior = tiny_prior()
    assert prior.cells_of[prior.index_of["cat"]] == [
        (0, "3d render", ""), (0, "flat sticker", ""), (1, "flat sticker", "")
    ]  # fmt: skip
    assert TONES[0] == ""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The command line of a tiny run with a finished stage 1, and the pictures "flat" and "inked"."""
    monkeypatch.chdir(tmp_path)  # decoded pictures are kept in runs/cache
    write_cutouts(tmp_path / "pictures")
    tiny_components()["image_encoder"].save_pretrained("run/embedder/image_encoder")
    return ["--input", "pictures", "--preset", "tiny", "--run", "run", "--steps", "3", "--workers", "0"]


def rows_of(prior: DrawingPrior) -> set[tuple[str, str]]:
    names = prior.config
    return {(names.phrases[row[0]], names.renderings[row[2]]) for row in prior.cells.tolist()}


def test_what_is_held_out_is_no_row_and_no_word_of_the_prior(run, tmp_path, capsys):
    (tmp_path / "list.tsv").write_text("red disc\nblue ring\tflat shape\n")
    main([*run, "--held-out", "list.tsv"])
    prior = DrawingPrior.from_pretrained("run/prior/prior")
    assert "red disc" not in prior.config.phrases and len(prior.config.phrases) == 14
    assert ("blue ring", "flat shape") not in rows_of(prior) and ("blue ring", "inked shape") in rows_of(prior)
    assert "learns from 27 pictures" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="no file"):
        main([*run, "--held-out", "other.tsv"])


def test_a_small_set_goes_on_from_a_prior_of_all_and_moves_its_own_drawings_alone(run, tmp_path):
    main(run)
    named = [{"id": "flat/red disc.png"}, {"id": "inked/red disc.png"}]
    (tmp_path / "clean").mkdir()
    (tmp_path / "clean" / "metadata.jsonl").write_text("\n".join(map(json.dumps, named)))
    start = ["--start-from", "run/prior/prior", "--output", "tuned"]
    main([*run, *start, "--only", "clean"])
    before, after = (DrawingPrior.from_pretrained(path) for path in ("run/prior/prior", "tuned/prior"))
    assert torch.equal(before.cells, after.cells)
    concept = before.config.phrases.index("red disc")
    own = {row[1] for row in before.cells.tolist() if row[0] == concept}
    moved = (before.drawing_table.weight != after.drawing_table.weight).any(1).nonzero().flatten()
    assert set(moved.tolist()) == own
    (tmp_path / "clean" / "metadata.jsonl").write_text('{"id": "elsewhere"}')
    with pytest.raises(SystemExit, match="names none of the 30 pictures"):
        main([*run, *start, "--only", "clean"])
    with pytest.raises(SystemExit, match="metadata.jsonl is missing"):
        main([*run, *start, "--only", "nowhere"])


def test_vectors_learn_at_a_rate_of_their_own(run):
    main([*run, "--table-learning-rate", "1e-9", "--output", "still"])
    still = DrawingPrior.from_pretrained("still/prior")
    main([*run, "--table-learning-rate", "1e-9", "--output", "again", "--start-from", "still/prior"])
    again = DrawingPrior.from_pretrained("again/prior")
    assert torch.allclose(still.drawing_table.weight, again.drawing_table.weight, atol=1e-7)
    assert not torch.allclose(still.proj_out.weight, again.proj_out.weight, atol=1e-7)
