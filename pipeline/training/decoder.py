"""Stage 3, the base generator: image embedding and text -> 64x64 layer, by flow matching.

    python -m pipeline.training.decoder --input PICTURES --preset cpu --minutes 25

The linear map is the inverse of the frozen image encoder's. The U-Net learns to clean what it draws: from the true
embedding of a cut-out, from one a little beside it, and from what the finished prior of the same run makes of it: the
very errors that it will meet. It is told what the pipeline tells it: "a fox, 3d render".
"""

from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn
from tqdm import tqdm

from pipeline.atomic import new_file
from pipeline.cascade.networks import ALONE, embed_drawings
from pipeline.data.cutouts import load_cutouts
from pipeline.language.english import with_article
from pipeline.language.wording import app_caption
from pipeline.models.decoder import ImageDecoder
from pipeline.models.image_encoder import ImageEncoder
from pipeline.models.prior import DrawingPrior
from pipeline.training.arguments import loop_config, parse_arguments
from pipeline.training.drawings import DrawingTable
from pipeline.training.embedder import to_layers
from pipeline.training.loop import train
from pipeline.training.scenes import to_layer
from pipeline.training.text import encode_captions, load_text_encoder

__all__ = ["decoder_loss", "disturbed", "main", "redraw_loss"]

ONE_STEP_SHARE = 0.7  # rows that start at pure noise
TEXT_DROP = 0.15
EMBEDS_NOISE = 0.15  # standard deviation at most, relative to a unit-length embedding
GUESS_SHARE = 0.7  # rows whose embedding is the prior's
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


def disturbed(embeds: torch.Tensor, guesses: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Embeddings (batch, embed_dim): beside the true ones, by up to ``EMBEDS_NOISE`` of their length, or guesses."""
    amount = EMBEDS_NOISE * torch.rand(len(embeds), 1, generator=generator, device=embeds.device)
    noise = torch.randn(embeds.shape, generator=generator, device=embeds.device) / embeds.shape[1] ** 0.5
    beside = F.normalize(embeds + amount * noise, dim=-1)
    guessed = torch.rand(len(embeds), 1, generator=generator, device=embeds.device) < GUESS_SHARE
    return torch.where(guessed, guesses, beside)


class _Decoder(nn.Module):
    def __init__(self, decoder: ImageDecoder, image_encoder: ImageEncoder, prior: DrawingPrior):
        super().__init__()
        self.decoder = decoder
        decoder.linear.requires_grad_(False)  # the inverse of the frozen image encoder
        self.image_encoder = image_encoder.requires_grad_(False)
        self.prior = prior.requires_grad_(False)


def decoder_loss(model: nn.Module, batch: dict, generator: torch.Generator) -> dict[str, torch.Tensor]:
    """``redraw_loss`` of the layers that are drawn of disturbed embeddings.

    Args:
        model: decoder, image encoder and prior.
        batch: ``layers`` uint8 (batch, side, side, 4), ``cells`` int64 (batch, 4), ``tokens`` (batch, tokens,
            text_dim) and their ``attention_mask``.
        generator: of noise levels, noise and disturbance.

    Returns:
        "loss", and "psnr_one_step", in dB, of the rows that start at pure noise.
    """
    stages: Any = getattr(model, "module", model)
    image, tokens = to_layers(batch["layers"]), batch["tokens"].float()
    count, device = len(image), image.device
    with torch.no_grad():
        poses = torch.tensor([ALONE], device=device).expand(count, -1)
        concepts, drawings, renderings, tones = batch["cells"].unbind(1)
        guesses = embed_drawings(stages.prior, concepts, drawings, renderings, tones, poses)
        embeds = disturbed(stages.image_encoder.embed(image, poses), guesses, generator)
        draw = torch.rand(3, count, generator=generator, device=device)
        kept = (draw[0] >= TEXT_DROP).long()[:, None]
        mask = batch["attention_mask"] * kept
        mask[:, 0] = 1
        sigma = torch.where(draw[1] < ONE_STEP_SHARE, torch.ones_like(draw[2]), draw[2])
        noise = torch.randn(image.shape, generator=generator, device=device)
        noisy = torch.lerp(image, noise, sigma[:, None, None, None])  # x_t = (1 - sigma) x_0 + sigma noise
    predicted = stages.decoder(noisy, 1000 * sigma, embeds, tokens * kept[..., None], mask).float()
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


class Told:
    """What the decoder is told of each row, as token states; encoded once, and kept in the run's folder.

    Args:
        table: the rows' concepts and renderings.
        path: where it is kept.
        text_encoder: folder of the pretrained one; None takes the installed package's.
        max_tokens: texts are cut to this.
    """

    def __init__(self, table: DrawingTable, path: Path, text_encoder: str | None, max_tokens: int):
        pairs = [(int(concept), int(rendering)) for concept, _, rendering, _ in table.cells]
        texts = [app_caption(with_article(table.phrases[c]), table.renderings[r]) for c, r in dict.fromkeys(pairs)]
        number = {pair: at for at, pair in enumerate(dict.fromkeys(pairs))}
        self.of_row = torch.tensor([number[pair] for pair in pairs])
        if not path.exists():
            states, starts = _encode(texts, text_encoder, max_tokens)
            path.parent.mkdir(parents=True, exist_ok=True)
            with new_file(path) as partial:
                save_file({"states": states, "starts": starts}, partial)
        kept = load_file(path)
        self.states, self.starts = kept["states"], kept["starts"]

    def __call__(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Token states (len(rows), tokens, text_dim) and their mask (len(rows), tokens), padded at the end."""
        own = [self.states[self.starts[at] : self.starts[at + 1]] for at in self.of_row[rows].tolist()]
        lengths = torch.tensor([len(states) for states in own])
        padded = torch.nn.utils.rnn.pad_sequence(own, batch_first=True)
        return padded, (torch.arange(padded.shape[1])[None] < lengths[:, None]).long()


@torch.no_grad()
def _encode(texts: list[str], text_encoder: str | None, max_tokens: int) -> tuple[torch.Tensor, torch.Tensor]:
    """All token states, half precision, one after the other, and where those of each text start."""
    tokenizer, encoder = load_text_encoder(text_encoder)
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))  # alike in length: little padding
    states: list[torch.Tensor] = [torch.empty(0)] * len(texts)
    for start in tqdm(range(0, len(order), 64), desc="encode texts", mininterval=5):
        some = order[start : start + 64]
        ids, mask = encode_captions(tokenizer, [texts[at] for at in some], max_tokens)
        hidden = encoder(ids, attention_mask=mask).last_hidden_state
        for at, row, length in zip(some, hidden, mask.sum(1).tolist(), strict=True):
            states[at] = row[:length].half()
    starts = torch.tensor([0, *(len(own) for own in states)]).cumsum(0)
    return torch.cat(states), starts


def _networks(arguments, preset) -> tuple[ImageEncoder, DrawingPrior]:
    found = []
    for cls, stage, name in ((ImageEncoder, "embedder", "image_encoder"), (DrawingPrior, "prior", "prior")):
        path = Path(arguments.run) / stage / name
        if not (path / "config.json").exists():
            raise SystemExit(f"{path} is missing. Run `python -m pipeline.training.{stage}` first.")
        found.append(cls.from_pretrained(path, dtype=torch.float32))
    return found[0], found[1]


def main(argv: list[str] | None = None) -> None:
    arguments, preset = parse_arguments(__doc__, "decoder", argv)
    image_encoder, prior = _networks(arguments, preset)
    tiers = tuple(arguments.tiers.split(",")) if arguments.tiers else None
    cutouts = load_cutouts(arguments.input, size=preset.layer_size, tiers=tiers)
    table = DrawingTable.make(cutouts.cutouts)
    if len(table.cells) != len(prior.cells):
        raise SystemExit(f"The prior was taught {len(prior.cells)} cut-outs, `--input` holds {len(table.cells)}.")
    rows = [cutout.index for cutout in cutouts.cutouts]
    layers = torch.from_numpy(to_layer(cutouts.pixels[rows], preset.layer_size))
    told = Told(table, Path(arguments.run) / "decoder" / "told.safetensors", arguments.text_encoder, preset.max_tokens)
    torch.manual_seed(arguments.seed)
    decoder = ImageDecoder(
        sample_size=preset.layer_size,
        embed_dim=preset.embed_dim,
        semantic_dim=preset.semantic_dim,
        text_dim=told.states.shape[1],
        use_components=not arguments.without_components,
        **preset.decoder,
    )
    if arguments.start_from:
        decoder = ImageDecoder.from_pretrained(arguments.start_from, dtype=torch.float32)
    start_at_inverse(decoder, image_encoder, layers[:: max(1, len(layers) // 2000)])
    config = loop_config(arguments, batch_size=preset.decoder_batch_size, learning_rate=1e-3)
    weights, cells = torch.from_numpy(table.weights), prior.cells.long()

    def make_batch(step: int) -> dict:
        generator = torch.Generator().manual_seed(config.seed * 1_000_003 + step)
        rows = torch.multinomial(weights, config.batch_size, replacement=True, generator=generator)
        tokens, attention_mask = told(rows)
        return {"layers": layers[rows], "cells": cells[rows], "tokens": tokens, "attention_mask": attention_mask}

    model = train(_Decoder(decoder, image_encoder, prior), decoder_loss, make_batch, config)
    model.decoder.save_pretrained(f"{config.output}/decoder")


if __name__ == "__main__":
    main()
