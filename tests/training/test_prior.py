"""Example run: python -m pytest tests/training/test_prior.py"""

import functools

import pytest
import torch

from pipeline.cascade.networks import embed_drawings
from pipeline.models.image_encoder import POSE_DIM, ImageEncoder
from pipeline.models.prior import TONES, DrawingPrior
from pipeline.training.prior import make_batch, prior_loss
from tests.tiny import tiny_prior


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
