"""Stage 1, the embedding model: what is shown by contrast with the text, how it looks by principal components.

    python -m pipeline.training.embedder --preset cpu --minutes 12

The linear map is set to the principal components of the scenes and kept. The semantic part and the text's projection
are trained by symmetric InfoNCE (Radford et al. 2021) over prefixes of several lengths (Kusupati et al. 2022).
``--hard-negatives 8`` makes each batch of groups of eight whose captions are alike (``hard_negatives``).
"""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from pipeline.models.image_encoder import ImageEncoder
from pipeline.models.text_projection import TextProjection
from pipeline.training.arguments import loop_config, parse_arguments
from pipeline.training.hard_negatives import POOL, caption_vectors, grouped
from pipeline.training.loop import train
from pipeline.training.presets import Preset
from pipeline.training.scenes import SceneSet

__all__ = ["Embedder", "embedder_loss", "main", "principal_components", "to_layers"]

PREFIXES = (128, 256)  # Matryoshka lengths beside the full one
COMPONENTS_RATIO = 2.0  # length of the components against the semantic part


class Embedder(nn.Module):
    """What this stage trains."""

    def __init__(self, preset: Preset, text_dim: int):
        super().__init__()
        self.image_encoder = ImageEncoder(
            image_size=preset.image_size,
            layer_size=preset.layer_size,
            embed_dim=preset.embed_dim,
            semantic_dim=preset.semantic_dim,
            **preset.image_encoder,
        )
        # Adam's steps are as large for these small weights as for any: they would undo the components (25 to 17 dB).
        self.image_encoder.linear.requires_grad_(False)
        self.text_proj = TextProjection(text_dim=text_dim, embed_dim=preset.embed_dim, **preset.text_projection)


def contrastive_loss(
    image_embeds: torch.Tensor, text_embeds: torch.Tensor, scale: torch.Tensor, same: torch.Tensor
) -> torch.Tensor:
    """Symmetric InfoNCE; ``same`` (batch, batch) marks other rows with the same caption: they are no negatives."""
    logits = scale * image_embeds @ text_embeds.T
    logits = logits.masked_fill(same, float("-inf"))
    target = torch.arange(len(logits), device=logits.device)
    return 0.5 * (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target))


def to_layers(layers: torch.Tensor) -> torch.Tensor:
    """uint8 (batch, height, width, 4) -> (batch, 4, height, width) in [-1, 1]."""
    return (layers.permute(0, 3, 1, 2).float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)


def embedder_loss(model: Embedder, batch: dict, generator: torch.Generator) -> dict[str, torch.Tensor]:
    image_embeds = model.image_encoder.embed(to_layers(batch["layers"]), batch["poses"])
    text_embeds = model.text_proj(batch["tokens"].float(), batch["attention_mask"])
    scale = model.text_proj.logit_scale.clamp(max=4.6).exp()
    captions = batch["captions"]
    same = (captions[:, None] == captions[None]) & ~torch.eye(len(captions), dtype=torch.bool, device=captions.device)
    losses = {"contrast": contrastive_loss(image_embeds, text_embeds, scale, same)}
    for length in PREFIXES:
        if length < image_embeds.shape[1]:
            images, texts = (F.normalize(x[:, :length], dim=-1) for x in (image_embeds, text_embeds))
            losses[f"contrast_{length}"] = contrastive_loss(images, texts, scale, same)
    return {"loss": sum(losses.values(), image_embeds.new_zeros(())), **losses}


@torch.no_grad()
def principal_components(pixels: torch.Tensor, count: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The components of ``pixels`` (n, dim): mean (dim,), basis (dim, count) and the factor of each (count,).

    Component k is divided by sqrt(sigma_k): between raw components, which the plain ground dominates, and whitened
    ones, where noise counts as much as shape. 767 components at half the side redraw unseen scenes of one thing at
    33 dB there (27.5 dB at the full side, before any convolution), where gradient descent from random weights was at
    17 dB after a quarter of an hour.
    """
    mean = pixels.mean(0)
    _, singular, basis = torch.svd_lowrank(pixels - mean, q=min(count + 60, *pixels.shape), niter=2)
    sigma = (singular / len(pixels) ** 0.5).clamp(min=1e-3)
    missing = max(0, count - len(sigma))  # fewer are found than asked for when there are fewer pictures
    sigma, basis = F.pad(sigma, (0, missing), value=1.0)[:count], F.pad(basis, (0, missing))[:, :count]
    length = sigma.sum().sqrt()  # root mean square length of the scaled coefficients
    return mean, basis, COMPONENTS_RATIO / (length * sigma.sqrt())


@torch.no_grad()
def start_at_principal_components(encoder: ImageEncoder, layers: torch.Tensor) -> None:
    """Set the linear map from uint8 ``layers`` (n, size, size, 4)."""
    factor = encoder.config.layer_size // encoder.config.component_size
    pixels = torch.cat([F.avg_pool2d(to_layers(part), factor).flatten(1) for part in layers.split(500)])
    mean, basis, scale = principal_components(pixels, encoder.linear.out_features)
    encoder.linear.weight.copy_((basis * scale).T)
    encoder.linear.bias.copy_(-(mean @ basis) * scale)


def draw_rows(scenes: SceneSet, count: int, seed: str, group: int) -> np.ndarray:
    """``count`` scenes, a function of ``seed``; in groups of ``group`` with like captions, where that is over 1."""
    if group == 1:
        return scenes.draw(count, seed)
    pool = scenes.draw(count * POOL, seed)
    return pool[grouped(caption_vectors(*scenes.tokens(pool)), scenes.captions(pool), count, group).numpy()]


def main(argv: list[str] | None = None) -> None:
    arguments, preset = parse_arguments(__doc__, "embedder", argv)
    scenes = SceneSet(arguments.run)
    torch.manual_seed(arguments.seed)
    model = Embedder(preset, scenes.text_dim)
    config = loop_config(arguments, batch_size=preset.embedder_batch_size, learning_rate=1e-3)
    rows = scenes.draw(preset.component_scenes, f"components/{config.seed}")
    start_at_principal_components(model.image_encoder, scenes.layers(rows))

    def make_batch(step: int) -> dict:
        rows = draw_rows(scenes, config.batch_size, f"embedder/{config.seed}/{step}", arguments.hard_negatives)
        tokens, attention_mask = scenes.tokens(rows)
        return {
            "layers": scenes.layers(rows),
            "poses": scenes.poses(rows),
            "tokens": tokens,
            "attention_mask": attention_mask,
            "captions": scenes.captions(rows),
        }

    model = train(model, embedder_loss, make_batch, config)
    for name in ("image_encoder", "text_proj"):
        getattr(model, name).save_pretrained(Path(config.output) / name)


if __name__ == "__main__":
    main()
