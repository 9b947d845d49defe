"""Stage 3, the base generator: image embedding and text -> 64x64 layer, by flow matching.

    python -m pipeline.training.decoder --preset cpu --minutes 25

The linear map is the inverse of the frozen image encoder's. The U-Net learns to clean what it draws: from the true
embedding, from one a little beside it, and, once stage 2 of the same run has finished, from what the prior makes of
the noised true one or of the text alone: the very errors that it will meet.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from pipeline.models.decoder import ImageDecoder
from pipeline.models.image_encoder import ImageEncoder
from pipeline.models.prior import EmbeddingPrior
from pipeline.models.text_projection import TextProjection
from pipeline.training.arguments import loop_config, parse_arguments
from pipeline.training.distil import finished_prior
from pipeline.training.embedder import to_layers
from pipeline.training.loop import train
from pipeline.training.presets import PRIOR_TEMPERATURE
from pipeline.training.scenes import SceneSet

__all__ = ["Guess", "decoder_loss", "disturbed", "load_guess", "main", "redraw_loss"]

ONE_STEP_SHARE = 0.7  # rows that start at pure noise
TEXT_DROP = 0.15
EMBEDS_NOISE = 0.15  # standard deviation at most, relative to a unit-length embedding
GUESS_SIGMA = 0.2, 0.8  # the prior guesses from so much noise ...
BLIND_SHARE = 0.75  # ... or from the text alone, as when it draws
# Pixels apart -> weight. Beyond neighbours: after 8 minutes from the same start, 3 % less unrest on even colours.
DIFFERENCES = {1: 0.5, 2: 0.25, 4: 0.25}


def differences(image: torch.Tensor, apart: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Horizontal and vertical differences of pixels that lie so far apart."""
    return image[..., apart:] - image[..., :-apart], image[..., apart:, :] - image[..., :-apart, :]


def redraw_loss(predicted: torch.Tensor, image: torch.Tensor) -> torch.Tensor:
    """L1 on pixels and on differences: of neighbours, so that sharp outlines count beyond their few pixels, and of
    pixels some way apart, so that mottle on an even colour does.
    """
    loss = F.l1_loss(predicted, image)
    for apart, weight in DIFFERENCES.items():
        for a, b in zip(differences(predicted, apart), differences(image, apart), strict=True):
            loss = loss + weight * F.l1_loss(a, b)
    return loss


class Guess(nn.Module):
    """Embeddings as the finished prior predicts them in one step: from the true one under noise, or from the text."""

    def __init__(self, prior: EmbeddingPrior, text_proj: TextProjection):
        super().__init__()
        self.prior, self.text_proj = prior, text_proj

    def forward(self, embeds, tokens, mask, generator: torch.Generator) -> torch.Tensor:
        condition = self.prior.encode_text(tokens, mask, self.text_proj(tokens, mask))
        clean = self.prior.whiten(embeds.float())
        sigma = torch.rand(len(clean), 1, generator=generator, device=clean.device)
        sigma = GUESS_SIGMA[0] + (GUESS_SIGMA[1] - GUESS_SIGMA[0]) * sigma
        noise = torch.randn(clean.shape, generator=generator, device=clean.device)
        blind = torch.rand(sigma.shape, generator=generator, device=clean.device) < BLIND_SHARE
        sigma = torch.where(blind, 1.0, sigma)
        noise = torch.where(blind, PRIOR_TEMPERATURE * noise, noise)
        return self.prior.unwhiten(self.prior(torch.lerp(clean, noise, sigma), 1000 * sigma[:, 0], condition))


def load_guess(run: str | Path) -> Guess | None:
    """The run's finished prior, or None."""
    path = finished_prior(run)
    if not (path / "config.json").exists():
        return None
    prior = EmbeddingPrior.from_pretrained(path)
    return Guess(prior, TextProjection.from_pretrained(Path(run) / "embedder" / "text_proj"))


def disturbed(
    embeds: torch.Tensor, tokens: torch.Tensor, mask: torch.Tensor, guess: Guess | None, generator: torch.Generator
) -> torch.Tensor:
    """Beside the true ones, by up to ``EMBEDS_NOISE`` of their length; with a prior, two in three are its guess."""
    amount = EMBEDS_NOISE * torch.rand(len(embeds), 1, generator=generator, device=embeds.device)
    noise = torch.randn(embeds.shape, generator=generator, device=embeds.device) / embeds.shape[1] ** 0.5
    beside = F.normalize(embeds + amount * noise, dim=-1)
    if guess is None:
        return beside
    guessed = torch.rand(len(embeds), 1, generator=generator, device=embeds.device) < 2 / 3
    return torch.where(guessed, guess(embeds, tokens, mask, generator), beside)


class _Decoder(nn.Module):
    def __init__(self, decoder: ImageDecoder, image_encoder: ImageEncoder, guess: Guess | None):
        super().__init__()
        self.decoder = decoder
        decoder.linear.requires_grad_(False)  # the inverse of the frozen image encoder
        self.image_encoder = image_encoder.requires_grad_(False)
        self.guess = guess.requires_grad_(False) if guess else None


def decoder_loss(model: _Decoder, batch: dict, generator: torch.Generator) -> dict[str, torch.Tensor]:
    image, tokens = to_layers(batch["layers"]), batch["tokens"].float()
    count, device = len(image), image.device
    with torch.no_grad():
        embeds = model.image_encoder.embed(image, batch["poses"])
        embeds = disturbed(embeds, tokens, batch["attention_mask"], model.guess, generator)
        draw = torch.rand(3, count, generator=generator, device=device)
        kept = (draw[0] >= TEXT_DROP).long()[:, None]
        mask = batch["attention_mask"] * kept
        mask[:, 0] = 1
        sigma = torch.where(draw[1] < ONE_STEP_SHARE, torch.ones_like(draw[2]), draw[2])
        noise = torch.randn(image.shape, generator=generator, device=device)
        noisy = torch.lerp(image, noise, sigma[:, None, None, None])  # x_t = (1 - sigma) x_0 + sigma noise
    predicted = model.decoder(noisy, 1000 * sigma, embeds, tokens * kept[..., None], mask).float()
    first = sigma == 1
    psnr = -10 * torch.log10(F.mse_loss(predicted.detach()[first], image[first]) / 4)
    return {"loss": redraw_loss(predicted, image), "psnr_one_step": psnr}


@torch.no_grad()
def start_at_inverse(decoder: ImageDecoder, encoder: ImageEncoder, layers: torch.Tensor) -> None:
    """Set the linear map to the inverse of the encoder's, whose rows are orthogonal, and to the mean of ``layers``."""
    weight = encoder.linear.weight
    decoder.linear.weight.copy_((weight / weight.square().sum(1, keepdim=True).clamp(min=1e-12)).T)
    layers = to_layers(layers)
    small = F.avg_pool2d(layers, encoder.config.layer_size // encoder.config.component_size).flatten(1)
    decoder.linear.bias.copy_((small - encoder.components(layers) @ decoder.linear.weight.T).mean(0))


def main(argv: list[str] | None = None) -> None:
    arguments, preset = parse_arguments(__doc__, "decoder", argv)
    embedder = Path(arguments.run) / "embedder"
    if not (embedder / "image_encoder" / "config.json").exists():
        raise SystemExit(f"{embedder}/image_encoder is missing. Run `python -m pipeline.training.embedder` first.")
    scenes = SceneSet(arguments.run)
    image_encoder = ImageEncoder.from_pretrained(embedder / "image_encoder")
    torch.manual_seed(arguments.seed)
    decoder = ImageDecoder(
        sample_size=preset.layer_size,
        embed_dim=preset.embed_dim,
        semantic_dim=preset.semantic_dim,
        text_dim=scenes.text_dim,
        use_components=not arguments.without_components,
        **preset.decoder,
    )
    if arguments.start_from:
        decoder = ImageDecoder.from_pretrained(arguments.start_from, dtype=torch.float32)
    rows = scenes.draw(min(2_000, preset.component_scenes), f"mean/{arguments.seed}")
    start_at_inverse(decoder, image_encoder, scenes.layers(rows))
    config = loop_config(arguments, batch_size=preset.decoder_batch_size, learning_rate=1e-3)

    def make_batch(step: int) -> dict:
        rows = scenes.draw(config.batch_size, f"decoder/{config.seed}/{step}")
        tokens, attention_mask = scenes.tokens(rows)
        return {
            "layers": scenes.layers(rows),
            "poses": scenes.poses(rows),
            "tokens": tokens,
            "attention_mask": attention_mask,
        }

    model = train(_Decoder(decoder, image_encoder, load_guess(arguments.run)), decoder_loss, make_batch, config)
    model.decoder.save_pretrained(f"{config.output}/decoder")


if __name__ == "__main__":
    main()
