"""Example run: python -m pytest tests/models/test_prior.py"""

import torch

from pipeline.models.prior import TONES, DrawingPrior
from tests.tiny import tiny_prior

INDICES = [torch.tensor([0, 1]), torch.tensor([1, 2]), torch.tensor([1, 0]), torch.tensor([0, 3])]


@torch.no_grad()
def test_an_embedding_has_its_components_first_and_then_what_is_shown():
    prior = tiny_prior().eval()
    components, semantic = prior(*INDICES)
    assert components.shape == (2, 32 - 8 - 1 - 6) and semantic.shape == (2, 8)
    concepts, drawings, renderings, tones = INDICES
    again = prior.predict(
        prior.concept_table(concepts) + prior.tone_table(tones), prior.drawing_table(drawings), renderings
    )
    assert torch.equal(components, again[0]) and torch.equal(semantic, again[1])


@torch.no_grad()
def test_each_of_concept_drawing_rendering_and_tone_changes_what_is_drawn():
    torch.manual_seed(0)
    prior = tiny_prior().eval()
    usual = prior(*INDICES)[0][0]
    for which, other in enumerate((1, 0, 0, 2)):
        changed = [index.clone() for index in INDICES]
        changed[which][0] = other
        assert not torch.allclose(prior(*changed)[0][0], usual, atol=1e-4), which


def test_components_are_brought_back_to_their_mean_and_spread():
    prior = tiny_prior()
    prior.components_mean.fill_(3.0)
    prior.components_std.fill_(0.5)
    assert prior.unwhiten(torch.tensor([[2.0] * 17, [-4.0] * 17]).half()).tolist() == [[4.0] * 17, [1.0] * 17]


def test_what_was_taught_is_kept_with_the_weights(tmp_path):
    prior = tiny_prior()
    prior.hue_freedom.copy_(torch.tensor([0.25, 1.0]))
    prior.save_pretrained(tmp_path)
    again = DrawingPrior.from_pretrained(tmp_path)
    assert again.index_of == {"cat": 0, "apple": 1} and again.hue_freedom.tolist() == [0.25, 1.0]
    assert again.cells_of == prior.cells_of and again.cells_of[1] == [(2, "3d render", TONES[0])]
