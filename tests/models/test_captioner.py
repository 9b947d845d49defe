"""Example run: python -m pytest tests/models/test_captioner.py"""

from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F

from pipeline.models.captioner import Captioner

PAD, BOS, EOS = 0, 1, 2


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return Captioner(12, BOS, EOS, PAD, dim=16, num_layers=1, num_heads=2, channels=(8, 8, 8), max_length=6).eval()


@pytest.fixture
def pictures():
    return torch.rand(3, 3, 64, 64, generator=torch.Generator().manual_seed(1)) * 2 - 1


def test_a_picture_becomes_64_places_that_differ_between_pictures(model, pictures):
    with torch.no_grad():
        hidden = model.encode(pictures)
    assert hidden.shape == (3, 64, 16) and not torch.allclose(hidden[0], hidden[1])


def test_the_loss_is_the_mean_over_the_tokens_that_count(model, pictures):
    ids = torch.tensor([[BOS, 5, 6, EOS, PAD, PAD]])
    labels = ids.masked_fill(ids == PAD, -100)
    with torch.no_grad():
        loss = model(pictures[:1], ids, labels)
        hidden = model.encode(pictures[:1])
        logits = model.decoder(input_ids=ids[:, :4], encoder_hidden_states=hidden).logits
    expected = F.cross_entropy(logits[0, :3], ids[0, 1:4])  # each token is told from those before it
    assert loss.item() == pytest.approx(expected.item(), abs=1e-5)


def test_it_writes_the_likeliest_word_after_each_of_its_own(model, pictures):
    written = model.generate(pictures)
    assert written.shape[0] == 3 and written.shape[1] <= 5
    with torch.no_grad():
        hidden = model.encode(pictures)
        ids = torch.cat([torch.full((3, 1), BOS), written], dim=1)
        likeliest = model.decoder(input_ids=ids[:, :-1], encoder_hidden_states=hidden).logits.argmax(-1)
    for row, chosen in zip(written.tolist(), likeliest.tolist(), strict=True):
        end = row.index(EOS) + 1 if EOS in row else len(row)
        assert row[:end] == chosen[:end] and set(row[end:]) <= {PAD}


def test_what_has_ended_is_padded_and_all_that_have_ended_end_the_writing(model, pictures, monkeypatch):
    """The first and the third end at once, the second after a word; what is likeliest after an end counts no more."""
    table = iter([[EOS, 5, EOS], [7, EOS, 8]])

    class Said(torch.nn.Module):
        def forward(self, **_):
            return SimpleNamespace(logits=F.one_hot(torch.tensor(next(table)), 12).float()[:, None])

    monkeypatch.setitem(model._modules, "decoder", Said())
    assert model.generate(pictures).tolist() == [[EOS, PAD], [5, EOS], [EOS, PAD]]
