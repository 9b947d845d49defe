"""Stage 2b: one step of the prior that leads where several do.

    python -m pipeline.training.distil --preset cpu --minutes 10

The finished prior is its own teacher: it walks from a noise to an embedding in several steps, and the network learns
to say at the noise where that walk ends (Luhman and Luhman 2021, "Knowledge Distillation in Iterative Generative
Models"). What reads the text, and the mean that it says, stay as they are. Half of each batch goes on with flow
matching, so that more steps are as good as before.
"""

import copy
from pathlib import Path

import torch
from torch import nn

from pipeline.models.image_encoder import POSE_DIM
from pipeline.models.prior import EmbeddingPrior
from pipeline.training.arguments import loop_config, parse_arguments
from pipeline.training.loop import train
from pipeline.training.presets import PRIOR_TEMPERATURE
from pipeline.training.prior import TEXT_DROP, PriorBatches

__all__ = ["Pupil", "distil_loss", "finished_prior", "main", "walk"]

TEACHER_STEPS = 4
READS_TEXT = ("norm_tokens", "to_key", "to_value", "text_in", "text_blocks", "norm_text", "to_mean")


def finished_prior(run: str | Path) -> Path:
    """Where a run's prior is: this stage's, or, where that has not finished, stage 2's."""
    distilled = Path(run) / "distil" / "prior"
    return distilled if (distilled / "config.json").exists() else Path(run) / "prior" / "prior"


class Pupil(nn.Module):
    """The network, of which what reads the text is frozen, and beside it what it was."""

    def __init__(self, prior: EmbeddingPrior, semantic_dim: int):
        super().__init__()
        self.prior, self.teacher = prior, copy.deepcopy(prior).requires_grad_(False)
        for name in READS_TEXT:
            getattr(prior, name).requires_grad_(False)
        prior.queries.requires_grad_(False)
        prior.null_text.requires_grad_(False)
        # As the pipeline starts: where a thing stands, and how large, may vary; the rest hardly.
        temperature = torch.full((1, prior.config.embed_dim), PRIOR_TEMPERATURE)
        temperature[:, semantic_dim + 1 : semantic_dim + 1 + POSE_DIM] = 1.0
        self.register_buffer("temperature", temperature)


@torch.no_grad()
def walk(
    prior: EmbeddingPrior, noise: torch.Tensor, condition: torch.Tensor, num_steps: int = TEACHER_STEPS
) -> torch.Tensor:
    """Whitened embeds (batch, embed_dim) at the end of ``num_steps`` Euler steps from ``noise``, of the same shape."""
    sample, mean = noise, prior.to_mean(condition).float()
    for step in range(num_steps, 0, -1):
        sigma = step / num_steps
        timestep = torch.full((len(sample),), 1000 * sigma, device=sample.device)
        clean = mean + prior.denoise(sample, timestep, condition, mean).float()
        sample = clean + (step - 1) / step * (sample - clean)  # x_t = (1 - sigma) x_0 + sigma noise
    return sample


def distil_loss(model: Pupil, batch: dict, generator: torch.Generator) -> dict[str, torch.Tensor]:
    prior, teacher = model.prior, model.teacher
    clean = prior.whiten(batch["image_embeds"].float())
    with torch.no_grad():
        condition = prior.encode_text(batch["tokens"].float(), batch["attention_mask"], batch["text_embeds"].float())
        draw = torch.rand(2, len(clean), 1, generator=generator, device=clean.device)
        condition = torch.where(draw[0] < TEXT_DROP, prior.null_text.to(condition.dtype), condition)
        mean = prior.to_mean(condition).float()
        noise = torch.randn(clean.shape, generator=generator, device=clean.device)
        pure = torch.arange(len(clean), device=clean.device)[:, None] % 4 < 2  # whole pairs
        start = torch.where(pure, model.temperature * noise, torch.lerp(clean, noise, draw[1]))
        target = torch.where(pure, walk(teacher, model.temperature * noise, condition), clean)
        sigma = torch.where(pure, 1.0, draw[1])[:, 0]
    predicted = mean + prior.denoise(start, 1000 * sigma, condition, mean).float()
    scale = clean.var(0).sqrt()
    error = ((predicted - target).square() * scale).mean(-1) / scale.mean()
    left = ((mean - target).square() * scale).mean(-1) / scale.mean()
    pure = pure[:, 0]
    return {
        "loss": error.mean(),
        "one_step": error[pure].mean(),
        "mean_alone": left[pure].mean(),
        "denoised": error[~pure].mean(),
    }


def main(argv: list[str] | None = None) -> None:
    arguments, preset = parse_arguments(__doc__, "distil", argv)
    finished = Path(arguments.start_from or Path(arguments.run) / "prior" / "prior")
    if not (finished / "config.json").exists():
        raise SystemExit(f"{finished} is missing. Run `python -m pipeline.training.prior` first.")
    config = loop_config(arguments, batch_size=preset.prior_batch_size, learning_rate=5e-4)
    torch.manual_seed(arguments.seed)
    pupil = Pupil(EmbeddingPrior.from_pretrained(finished, dtype=torch.float32), preset.semantic_dim)
    pupil = train(pupil, distil_loss, PriorBatches(arguments.run, config.batch_size, config.seed + 1), config)
    pupil.prior.save_pretrained(f"{config.output}/prior")


if __name__ == "__main__":
    main()
