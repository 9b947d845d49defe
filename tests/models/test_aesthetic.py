"""Example run: python -m pytest tests/models/test_aesthetic.py"""

import pytest
import torch

from pipeline.models.aesthetic import AestheticHead


@pytest.fixture
def head():
    """Its logit is the sum of two standardised numbers: GELU passes what is far above zero."""
    head = AestheticHead(embed_dim=2, hidden_dim=1).eval()
    first, last = head.layers[0], head.layers[3]
    with torch.no_grad():
        first.weight.fill_(1.0)
        first.bias.fill_(20.0)  # GELU(x) is x here
        last.weight.fill_(1.0)
        last.bias.fill_(-20.0)
    return head


def test_the_probability_is_the_calibrated_logit_of_standardised_numbers(head):
    head.mean.copy_(torch.tensor([1.0, -1.0]))
    head.std.copy_(torch.tensor([2.0, 0.5]))
    embeds = torch.tensor([[3.0, -0.5], [1.0, -1.0]])  # one deviation above the mean in both, and the mean itself
    assert head.raw_logit(embeds).tolist() == pytest.approx([2.0, 0.0], abs=1e-5)
    head.scale.fill_(0.5)
    head.shift.fill_(1.0)
    assert head(embeds).tolist() == pytest.approx([1 / (1 + 2.718281828**-2.0), 1 / (1 + 2.718281828**-1.0)], abs=1e-5)


def test_one_wild_number_counts_as_six_deviations_and_no_more(head):
    six, wild = torch.tensor([[6.0, 0.0]]), torch.tensor([[1e9, 0.0]])
    assert torch.equal(head(wild), head(six)) and head(torch.tensor([[5.0, 0.0]])) < head(six)


def test_standardisation_and_calibration_travel_with_the_weights(head, tmp_path):
    for buffer, value in ((head.mean, 0.3), (head.std, 2.0), (head.scale, 0.7), (head.shift, -0.4)):
        buffer.fill_(value)
    head.save_pretrained(tmp_path)
    embeds = torch.randn(5, 2, generator=torch.Generator().manual_seed(0))
    assert torch.equal(AestheticHead.from_pretrained(tmp_path).eval()(embeds), head(embeds))
