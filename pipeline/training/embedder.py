"""Stage 1, the embedding model: contrastive against the text, and redrawable through a decoder.

    python -m pipeline.training.embedder --input PICTURES --preset cpu --minutes 45

The image embedding meets two demands at once: it lies near its caption's (symmetric InfoNCE over prefixes of 128, 256
and all dimensions; Radford et al. 2021, Kusupati et al. 2022), and the decoder redraws the picture from it alone (L1).
The decoder trained here is where stage 3 starts from.
"""

import random
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from pipeline.data.scenes import SceneComposer
from pipeline.models.decoder import ImageDecoder
from pipeline.models.image_encoder import ImageEncoder
from pipeline.models.text_projection import TextProjection
from pipeline.training.arguments import composer_from, loop_config, parse_arguments
from pipeline.training.loop import train
from pipeline.training.presets import Preset
from pipeline.training.text import encode_captions, load_text_encoder

__all__ = ["Embedder", "embedder_loss", "main"]

PREFIXES = (128, 256)  # Matryoshka lengths beside the full one
ONE_STEP_SHARE = 0.75
HOMOGENEOUS_RATIO = 3.0  # length of the other coordinates against the homogeneous one
REDRAW_WEIGHT, CONTRAST_WEIGHT = 1.0, 0.03  # L1 ends near 0.05, InfoNCE near 1.5: about equal pulls


class Embedder(nn.Module):
    """What this stage trains, beside the frozen text encoder."""

    def __init__(self, preset: Preset, text_encoder: nn.Module):
        super().__init__()
        text_dim = text_encoder.config.hidden_size
        self.text_encoder = text_encoder
        self.image_encoder = ImageEncoder(
            image_size=preset.image_size, embed_dim=preset.embed_dim, **preset.image_encoder
        )
        self.text_proj = TextProjection(text_dim=text_dim, embed_dim=preset.embed_dim, **preset.text_projection)
        self.decoder = ImageDecoder(
            sample_size=preset.image_size, embed_dim=preset.embed_dim, text_dim=text_dim, **preset.decoder
        )

        # Adam's steps are as large for these small weights as for any: they would undo the components (25 to 17 dB).
        for linear in (self.image_encoder.linear, self.decoder.linear):
            linear.requires_grad_(preset.train_linear)


def contrastive_loss(
    image_embeds: torch.Tensor, text_embeds: torch.Tensor, scale: torch.Tensor, same: torch.Tensor
) -> torch.Tensor:
    """Symmetric InfoNCE; ``same`` (batch, batch) marks other rows with the same caption: they are no negatives."""
    logits = scale * image_embeds @ text_embeds.T
    logits = logits.masked_fill(same, float("-inf"))
    target = torch.arange(len(logits), device=logits.device)
    return 0.5 * (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target))


def edges(image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Horizontal and vertical first differences."""
    return image[..., 1:] - image[..., :-1], image[..., 1:, :] - image[..., :-1, :]


def redraw_loss(predicted: torch.Tensor, image: torch.Tensor) -> torch.Tensor:
    """L1 on pixels and on first differences: sharp outlines count beyond their few pixels."""
    loss = F.l1_loss(predicted, image)
    for a, b in zip(edges(predicted), edges(image), strict=True):
        loss = loss + 0.5 * F.l1_loss(a, b)
    return loss


def embedder_loss(model: Embedder, batch: dict, generator: torch.Generator) -> dict[str, torch.Tensor]:
    model = getattr(model, "module", model)
    image = (batch["image"].permute(0, 3, 1, 2).float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)
    with torch.no_grad():
        tokens = model.text_encoder(batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
    image_embeds = model.image_encoder(image)
    text_embeds = model.text_proj(tokens, batch["attention_mask"])
    scale = model.text_proj.logit_scale.clamp(max=4.6).exp()
    ids = batch["input_ids"]
    same = (ids[:, None] == ids[None]).all(-1) & ~torch.eye(len(ids), dtype=torch.bool, device=ids.device)
    contrast = {"contrast": contrastive_loss(image_embeds, text_embeds, scale, same)}
    for length in PREFIXES:
        if length < image_embeds.shape[1]:
            prefixes = (F.normalize(x[:, :length], dim=-1) for x in (image_embeds, text_embeds))
            contrast[f"contrast_{length}"] = contrastive_loss(*prefixes, scale, same)
    # Half of the rows are redrawn without their text, so that the embedding itself has to say what is there.
    kept = (torch.rand(len(ids), 1, generator=generator, device=ids.device) < 0.5).long()
    mask = batch["attention_mask"] * kept
    mask[:, 0] = 1
    # Most rows are drawn from pure noise, in the one step that has to do; the others refine.
    draw = torch.rand(2, len(ids), generator=generator, device=ids.device)
    sigma = torch.where(draw[0] < ONE_STEP_SHARE, torch.ones_like(draw[1]), draw[1])
    noise = torch.randn(image.shape, generator=generator, device=image.device)
    noisy = torch.lerp(image, noise, sigma[:, None, None, None])  # x_t = (1 - sigma) x_0 + sigma noise
    predicted = model.decoder(noisy, 1000 * sigma, image_embeds, tokens * kept[..., None], mask).float()
    redraw = redraw_loss(predicted, image)
    first = sigma == 1
    psnr = -10 * torch.log10(F.mse_loss(predicted.detach()[first], image[first]) / 4)
    loss = REDRAW_WEIGHT * redraw + CONTRAST_WEIGHT * sum(contrast.values())
    return {"loss": loss, "redraw": redraw, "psnr": psnr, **contrast}


@torch.no_grad()
def start_at_principal_components(model: Embedder, images: torch.Tensor) -> None:
    """Set the encoder's and the decoder's linear maps to the principal components of ``images``.

    ``images``: (n, 3, size, size) in [-1, 1]. Component k is divided by sqrt(sigma_k): between raw components, which
    the plain ground dominates, and whitened ones, where noise counts as much as shape. 512 components of 4,000 scenes
    redraw new scenes at 25 dB, where gradient descent from random weights is at 17 dB after a quarter of an hour.
    """
    pixels = images.flatten(1)
    mean = pixels.mean(0)
    count = model.image_encoder.config.embed_dim - 1
    _, singular, basis = torch.svd_lowrank(pixels - mean, q=min(count + 40, *pixels.shape), niter=2)
    sigma, basis = (singular / len(pixels) ** 0.5)[:count].clamp(min=1e-3), basis[:, :count]
    found = len(sigma)  # fewer than asked for when there are fewer pictures
    length = sigma.sum().sqrt()  # root mean square length of the scaled coefficients
    scale = HOMOGENEOUS_RATIO / (length * sigma.sqrt())
    encode, decode = model.image_encoder.linear, model.decoder.linear
    for layer in (encode, decode):
        layer.weight.zero_()
        layer.bias.zero_()
    encode.weight[1 : found + 1] = (basis * scale).T
    encode.bias[1 : found + 1] = -(mean @ basis) * scale
    encode.bias[0] = 1.0
    decode.weight[:, :found] = basis / scale
    decode.bias.copy_(mean)


def scene_batches(composer: SceneComposer, tokenizer, batch_size: int, max_tokens: int, seed: int):
    """step -> {image uint8 (batch, size, size, 3), input_ids, attention_mask}: a function of (seed, step)."""

    def make_batch(step: int) -> dict:
        rng = random.Random(f"{seed}/{step}")
        scenes = [composer.compose(rng) for _ in range(batch_size)]
        input_ids, attention_mask = encode_captions(tokenizer, [scene.caption for scene in scenes], max_tokens)
        image = torch.stack([torch.from_numpy(scene.image.copy()) for scene in scenes])
        return {"image": image, "input_ids": input_ids, "attention_mask": attention_mask}

    return make_batch


def main(argv: list[str] | None = None) -> None:
    arguments, preset = parse_arguments(__doc__, "embedder", argv)
    tokenizer, text_encoder = load_text_encoder(arguments.text_encoder)
    composer = composer_from(arguments, preset.image_size)
    torch.manual_seed(arguments.seed)
    model = Embedder(preset, text_encoder)
    config = loop_config(arguments, batch_size=preset.batch_size, learning_rate=5e-4)
    if not (Path(config.output) / "checkpoint.safetensors").exists():
        rng = random.Random(f"components/{config.seed}")
        scenes = [torch.from_numpy(composer.compose(rng).image.copy()) for _ in range(preset.component_scenes)]
        start_at_principal_components(model, torch.stack(scenes).permute(0, 3, 1, 2).float() / 127.5 - 1)
    batches = scene_batches(composer, tokenizer, config.batch_size, preset.max_tokens, config.seed)
    model = train(model, embedder_loss, batches, config)
    for name in ("image_encoder", "text_proj", "decoder"):
        getattr(model, name).save_pretrained(f"{config.output}/{name}")


if __name__ == "__main__":
    main()
