"""Example run: python -m pytest tests/training/test_decoder.py"""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from pipeline.training.decoder import (
    DIFFERENCES,
    EMBEDS_NOISE,
    GUESS_SHARE,
    Told,
    _Decoder,
    decoder_loss,
    differences,
    disturbed,
    redraw_loss,
)
from pipeline.training.drawings import DrawingTable
from tests.tiny import tiny_components, tiny_text_encoder, tiny_tokenizer


def test_a_redrawn_layer_that_is_right_costs_nothing():
    image = torch.rand(2, 4, 16, 16)
    assert redraw_loss(image, image) == 0


def test_mottle_on_an_even_colour_costs_more_than_the_same_error_everywhere():
    image = torch.zeros(1, 4, 32, 32)
    rows = torch.arange(32)
    mottle = 0.1 * torch.where((rows[:, None] // 4 + rows // 4) % 2 == 0, 1.0, -1.0)  # patches of 4 pixels
    assert redraw_loss(image + mottle, image) > 2 * redraw_loss(image + 0.1, image)


def test_differences_are_between_pixels_that_lie_so_far_apart():
    ramp = torch.arange(8.0).expand(1, 1, 8, 8)
    for apart in DIFFERENCES:
        across, down = differences(ramp, apart)
        assert (across == apart).all() and (down == 0).all()
        assert across.shape[-1] == down.shape[-2] == 8 - apart


def embeds(count: int, dim: int = 16) -> torch.Tensor:
    return F.normalize(torch.randn(count, dim, generator=torch.Generator().manual_seed(1)), dim=-1)


def test_most_embeddings_are_the_priors_guess_and_the_rest_lie_beside_the_true_ones():
    true = embeds(4000)
    guesses = -true
    drawn = disturbed(true, guesses, torch.Generator().manual_seed(0))
    guessed = (drawn == guesses).all(1)
    assert guessed.float().mean() == pytest.approx(GUESS_SHARE, abs=0.03)
    beside = (drawn - true)[~guessed].norm(dim=1)
    assert torch.allclose(drawn.norm(dim=1), torch.ones(4000), atol=1e-5)
    assert 0 < beside.min() and beside.max() < 2 * EMBEDS_NOISE and beside.mean() == pytest.approx(0.07, abs=0.02)
    assert torch.equal(drawn, disturbed(true, guesses, torch.Generator().manual_seed(0)))


def test_the_loss_weighs_pixels_and_differences():
    """An error of 1 in one column of the middle: of the pixels a quarter, and of the differences those beside it."""
    image = torch.zeros(1, 1, 6, 8)
    predicted = image.clone()
    predicted[..., 3] = 1.0
    pixels = 1 / 8
    across = 0.5 * 2 / 7 + 0.25 * 2 / 6 + 0.25 * 1 / 4  # columns 1, 2 and 4 apart: 2 of 7, 2 of 6, 1 of 4 of them
    down = 0.0  # a column is even
    assert redraw_loss(predicted, image).item() == pytest.approx(pixels + across + down)
    assert redraw_loss(predicted, image) == redraw_loss(image, predicted)


@pytest.fixture
def stages() -> _Decoder:
    parts = tiny_components()
    return _Decoder(parts["decoder"], parts["image_encoder"], parts["prior"])


def batch(count: int = 4) -> dict:
    generator = torch.Generator().manual_seed(2)
    return {
        "layers": torch.randint(256, (count, 64, 64, 4), generator=generator, dtype=torch.uint8),
        "cells": torch.tensor([(0, 0, 0, 0), (0, 0, 1, 0), (0, 1, 1, 0), (1, 2, 0, 0)])[:count],
        "tokens": torch.randn(count, 3, 32, generator=generator).half(),
        "attention_mask": torch.tensor([[1, 1, 1], [1, 1, 0], [1, 1, 1], [1, 0, 0]])[:count],
    }


def test_only_the_drawing_network_is_trained(stages):
    decoder_loss(stages, batch(), torch.Generator().manual_seed(0))["loss"].backward()
    learns = {name.split(".")[0] for name, p in stages.named_parameters() if p.grad is not None}
    assert learns == {"decoder"} and stages.decoder.linear.weight.grad is None
    assert stages.decoder.conv_in.weight.grad.abs().sum() > 0


def test_a_loss_is_a_function_of_its_generator_and_so_of_its_step(stages):
    first, again, other = (
        decoder_loss(stages, batch(), torch.Generator().manual_seed(seed))["loss"].item() for seed in (0, 0, 1)
    )
    assert first == again != other


def test_what_padding_holds_teaches_nothing(stages):
    given = batch()
    usual = decoder_loss(stages, given, torch.Generator().manual_seed(0))["loss"].item()
    given["tokens"][1, 2] = given["tokens"][3, 1] = 50.0
    assert decoder_loss(stages, given, torch.Generator().manual_seed(0))["loss"].item() == pytest.approx(usual)


def told(path, texts=("cat", "apple")) -> Told:
    cells = np.array([(0, 0, 0, 0), (1, 1, 0, 0), (0, 2, 0, 0), (0, 0, 1, 0)], np.int32)
    table = DrawingTable(list(texts), ["3d render", "flat sticker"], 3, cells, np.ones(4))
    return Told(table, path, None, 12)


def test_a_row_is_told_its_concept_and_rendering_once_encoded(tmp_path, monkeypatch):
    encoded = []

    def load(folder):
        encoded.append(folder)
        return tiny_tokenizer(), encoder

    torch.manual_seed(0)
    encoder = tiny_text_encoder()
    monkeypatch.setattr("pipeline.training.decoder.load_text_encoder", load)
    first = told(tmp_path / "run" / "told.safetensors")
    assert first.of_row.tolist() == [0, 1, 0, 2] and len(first.starts) == 4  # rows of one text share it
    states, mask = first(torch.tensor([1, 0, 3]))
    for text, row, own in zip(
        ("an apple, 3d render", "a cat, 3d render", "a cat, flat sticker"), states, mask, strict=True
    ):
        ids = tiny_tokenizer()(text, return_tensors="pt", truncation=True, max_length=12)
        with torch.no_grad():
            expected = encoder(**ids).last_hidden_state[0]
        assert own.sum() == len(expected) and torch.allclose(row[own.bool()].float(), expected, atol=5e-3)
        assert not row[~own.bool()].any()
    again = told(tmp_path / "run" / "told.safetensors")
    assert len(encoded) == 1 and torch.equal(again.states, first.states)
