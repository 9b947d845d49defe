"""Example run: python -m pytest tests/training/test_distil.py"""

import pytest
import torch

from pipeline.models.prior import EmbeddingPrior
from pipeline.training.distil import TEACHER_STEPS, Pupil, distil_loss, finished_prior, walk


@pytest.fixture
def prior() -> EmbeddingPrior:
    torch.manual_seed(0)
    prior = EmbeddingPrior(
        embed_dim=16, text_dim=8, text_hidden_dim=16, num_text_layers=1, hidden_dim=32, num_layers=1, num_queries=2
    )
    torch.nn.init.normal_(prior.proj_to_embeds.weight, std=0.1)  # else the mean is all that it says
    return prior.eval()


def batch(count: int = 64) -> dict[str, torch.Tensor]:
    torch.manual_seed(1)
    return {
        "tokens": torch.randn(count, 3, 8),
        "attention_mask": torch.ones(count, 3),
        "text_embeds": torch.randn(count, 16),
        "image_embeds": torch.randn(count, 16),
    }


def test_a_walk_of_one_step_is_what_the_prior_says_at_pure_noise(prior):
    noise, condition = torch.randn(4, 16), torch.randn(4, 16)
    assert torch.allclose(walk(prior, noise, condition, 1), prior(noise, torch.full((4,), 1000.0), condition))


def test_a_walk_ends_where_the_pipelines_steps_do(prior):
    noise, condition = torch.randn(4, 16), torch.randn(4, 16)
    sample = noise
    for sigma, following in ((1.0, 0.5), (0.5, 0.0)):  # Euler, as FlowMatchEulerDiscreteScheduler takes it
        clean = prior(sample, torch.full((4,), 1000 * sigma), condition)
        sample = sample + (following - sigma) * (sample - clean) / sigma
    assert torch.allclose(walk(prior, noise, condition, 2), sample, atol=1e-5)


def test_one_step_learns_where_several_lead(prior):
    pupil = Pupil(prior, semantic_dim=4)
    trained = [parameter for parameter in pupil.parameters() if parameter.requires_grad]
    optimizer = torch.optim.Adam(trained, lr=3e-3)
    errors = []
    for step in range(60):
        losses = distil_loss(pupil, batch(), torch.Generator().manual_seed(step))
        optimizer.zero_grad()
        losses["loss"].backward()
        optimizer.step()
        errors.append(losses["one_step"].item())
    assert sum(errors[-5:]) < 0.5 * sum(errors[:5])
    assert TEACHER_STEPS > 1 and not any(parameter.requires_grad for parameter in pupil.teacher.parameters())


def test_a_run_that_was_not_distilled_has_the_prior_of_stage_2(tmp_path):
    assert finished_prior(tmp_path) == tmp_path / "prior" / "prior"
    (tmp_path / "distil" / "prior").mkdir(parents=True)
    (tmp_path / "distil" / "prior" / "config.json").write_text("{}")
    assert finished_prior(tmp_path) == tmp_path / "distil" / "prior"
