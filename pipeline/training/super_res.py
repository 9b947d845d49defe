"""Stage 4, super-resolution: the decoder's 64x64 layer and the text -> the 256x256 layer.

    python -m pipeline.training.super_res --input PICTURES --preset cpu --minutes 60

``--input`` (with ``--tiers``) names the pictures of stage 0: they are taken at their full size. Small layers are
area-downscaled, degraded the way the decoder errs (blur, a little noise, colour drift); once stage 3 of the same run
has finished, three in four are its actual redraws. Trained on crops: the network is convolutional but for its text
attention. Most rows start at pure noise, because the pipeline takes one or two steps. ``--without-text`` trains the
network that the ablation compares with.
"""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from pipeline.cascade.networks import embed_drawings
from pipeline.data.cutouts import load_cutouts
from pipeline.models.decoder import ImageDecoder
from pipeline.models.image_encoder import ImageEncoder
from pipeline.models.prior import DrawingPrior
from pipeline.models.super_resolution import SuperResolution
from pipeline.training.arguments import loop_config, parse_arguments
from pipeline.training.decoder import disturbed, redraw_loss
from pipeline.training.embedder import to_layers
from pipeline.training.loop import train
from pipeline.training.scenes import SceneSet, to_layer

__all__ = ["layer_batches", "main", "super_res_loss"]

CROP = 40  # side of the small layer's crop; the large one's is four times that
MARGIN = 4  # of it, in small pixels: what the network draws there lacks what lies beyond, and is not judged
ONE_STEP_SHARE = 0.85  # rows that start at pure noise
TEXT_DROP = 0.1


class _Redrawer(nn.Module):
    """The frozen stages before this one.

    Args:
        image_encoder, prior, decoder: theirs.
        indices: which pictures the rows of the prior's table are, int64 (rows,).
    """

    cells: torch.Tensor  # of every picture, as the prior's, int64 (pictures, 4)

    def __init__(self, image_encoder: ImageEncoder, prior: DrawingPrior, decoder: ImageDecoder, indices: torch.Tensor):
        super().__init__()
        self.image_encoder, self.prior, self.decoder = image_encoder, prior, decoder
        self.register_buffer("cells", prior.cells.new_zeros(int(indices.max()) + 1, 4).long())
        self.cells[indices] = prior.cells.long()

    def forward(self, small, cutouts, poses, tokens, mask, generator: torch.Generator) -> torch.Tensor:
        """Small layers -> as the decoder redraws them in one step, most from the prior's guess at these cut-outs."""
        concepts, drawings, renderings, tones = self.cells[cutouts].unbind(1)
        guesses = embed_drawings(self.prior, concepts, drawings, renderings, tones, poses)
        embeds = disturbed(self.image_encoder.embed(small, poses), guesses, generator)
        noise = torch.randn(small.shape, generator=generator, device=small.device)
        timestep = torch.full((len(small),), 1000.0, device=small.device)
        return self.decoder(noise, timestep, embeds, tokens, mask).float().clamp(-1, 1)


class _SuperRes(nn.Module):
    """The stage's network, with the frozen parts that make its input."""

    def __init__(self, super_res: SuperResolution, redrawer: _Redrawer | None):
        super().__init__()
        self.super_res, self.redrawer = super_res, redrawer


def _blur(image: torch.Tensor, sigma: float) -> torch.Tensor:
    """Gaussian blur with reflected borders."""
    radius = 3
    offsets = torch.arange(-radius, radius + 1, device=image.device, dtype=image.dtype)
    kernel = torch.softmax(-(offsets**2) / (2 * sigma**2), 0)
    channels = image.shape[1]
    padded = F.pad(image, (radius,) * 4, mode="reflect")
    rows = F.conv2d(padded, kernel.view(1, 1, 1, -1).expand(channels, 1, 1, -1), groups=channels)
    return F.conv2d(rows, kernel.view(1, 1, -1, 1).expand(channels, 1, -1, 1), groups=channels)


def _degrade(small: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """What the decoder does to a layer, roughly: blur of up to 1.2 px, noise, a slight shift of colour."""
    uniform = torch.rand(3, generator=generator).tolist()
    if uniform[0] < 0.75:
        small = _blur(small, 0.3 + 0.9 * uniform[1])
    noise = torch.randn(small.shape, generator=generator) * 0.06 * uniform[2]
    shift = torch.randn(*small.shape[:2], 1, 1, generator=generator) * 0.03
    shift[:, 3] = 0  # of the colours alone, and where there is something
    shift = shift.to(small) * (small[:, 3:] + 1) / 2
    return (small + noise.to(small) + shift).clamp(-1, 1)


def super_res_loss(model: _SuperRes, batch: dict, generator: torch.Generator) -> dict[str, torch.Tensor]:
    """``redraw_loss`` of crops of the large layers, and "psnr" and "bilinear_psnr", in dB, of the same crops.

    Args:
        model: the network, with the stages before it.
        batch: see ``layer_batches``.
        generator: of noise levels, noise and degradation.
    """
    large, small, tokens = to_layers(batch["large"]), to_layers(batch["layers"]), batch["tokens"].float()
    with torch.no_grad():
        given = _degrade(small, generator)
        if model.redrawer is not None:
            redrawn = model.redrawer(
                small, batch["cutouts"], batch["poses"], tokens, batch["attention_mask"], generator
            )
            every_fourth = (torch.arange(len(small), device=small.device) % 4 == 0)[:, None, None, None]
            given = torch.where(every_fourth, given, redrawn)
        kept = (torch.rand(len(large), 1, generator=generator, device=large.device) >= TEXT_DROP).long()
        mask = batch["attention_mask"] * kept
        mask[:, 0] = 1
        tokens = tokens * kept[..., None]
        side = large.shape[-1] // 4
        given = torch.stack(
            [
                x[:, top : top + side, left : left + side]
                for x, (top, left) in zip(given, batch["corners"].tolist(), strict=True)
            ]
        )
        draw = torch.rand(2, len(large), generator=generator, device=large.device)
        sigma = torch.where(draw[0] < ONE_STEP_SHARE, torch.ones_like(draw[1]), draw[1])
        noise = torch.randn(large.shape, generator=generator, device=large.device)
        noisy = torch.lerp(large, noise, sigma[:, None, None, None])  # x_t = (1 - sigma) x_0 + sigma noise
    given = given.contiguous(memory_format=torch.channels_last)
    predicted = model.super_res(noisy, 1000 * sigma, given, tokens, mask).float()
    base = F.interpolate(given, scale_factor=4.0, mode="bilinear", align_corners=False)
    if side < small.shape[-1]:
        inner = slice(4 * MARGIN, -4 * MARGIN)
        predicted, base, large = (x[..., inner, inner] for x in (predicted, base, large))
    psnr = -10 * torch.log10(F.mse_loss(predicted.detach(), large) / 4)
    base_psnr = -10 * torch.log10(F.mse_loss(base, large) / 4)
    return {"loss": redraw_loss(predicted, large), "psnr": psnr, "bilinear_psnr": base_psnr}


def layer_batches(scenes: SceneSet, pixels: np.ndarray, batch_size: int, seed: int):
    """step -> batch, a function of (seed, step): small layers with poses and text, and a crop of each at full size.

    Args:
        scenes: stage 0's.
        pixels: uint8 RGBA (cut-outs, side, side, 4), in the order of ``scenes.all_layers``.
        batch_size: scenes in a batch.
        seed: of the draws.

    Returns:
        a function whose batches hold layers uint8 (batch, size, size, 4), large uint8 (batch, 4 * crop, 4 * crop, 4),
        corners (batch, 2) of the crops in small pixels, cutouts (batch,), poses, tokens and attention_mask.
    """
    small = scenes.all_layers.shape[1]
    crop = min(CROP, small)

    def make_batch(step: int) -> dict:
        rows = scenes.draw(batch_size, f"super_res/{seed}/{step}")
        tokens, attention_mask = scenes.tokens(rows)
        corners = np.random.default_rng((seed, step)).integers(0, small - crop + 1, (batch_size, 2))
        large = [
            to_layer(pixels[cutout, 4 * top : 4 * (top + crop), 4 * left : 4 * (left + crop)], 4 * crop)
            for cutout, (top, left) in zip(scenes.cutouts(rows), corners, strict=True)
        ]
        return {
            "layers": scenes.layers(rows),
            "large": torch.from_numpy(np.stack(large)),
            "corners": torch.from_numpy(corners),
            "cutouts": torch.from_numpy(scenes.cutouts(rows)),
            "poses": scenes.poses(rows),
            "tokens": tokens,
            "attention_mask": attention_mask,
        }

    return make_batch


def main(argv: list[str] | None = None) -> None:
    arguments, preset = parse_arguments(__doc__, "super_res", argv)
    run, redrawer = Path(arguments.run), None
    scenes = SceneSet(run)
    tiers = tuple(arguments.tiers.split(",")) if arguments.tiers else None
    cutouts = load_cutouts(arguments.input, size=preset.super_res_size, tiers=tiers)
    pixels = cutouts.pixels
    if len(pixels) != len(scenes.all_layers):
        raise SystemExit(
            f"`--input` {arguments.input} has {len(pixels)} pictures, the scenes of {run} were made of "
            f"{len(scenes.all_layers)}. Give the --input and --tiers that stage 0 was given."
        )
    torch.manual_seed(arguments.seed)
    if (run / "decoder" / "decoder" / "config.json").exists():
        image_encoder = ImageEncoder.from_pretrained(run / "embedder" / "image_encoder")
        decoder = ImageDecoder.from_pretrained(run / "decoder" / "decoder")
        prior = DrawingPrior.from_pretrained(run / "prior" / "prior")
        indices = torch.tensor([cutout.index for cutout in cutouts.cutouts])
        if len(indices) != len(prior.cells):
            raise SystemExit(
                f"The prior of {run} was taught {len(prior.cells)} pictures, `--input` holds {len(indices)}: its "
                "guesses would be of other pictures. Give the --input and --tiers that it was taught."
            )
        redrawer = _Redrawer(image_encoder, prior, decoder, indices).requires_grad_(False)
    if arguments.start_from:
        super_res = SuperResolution.from_pretrained(arguments.start_from, dtype=torch.float32)
    else:
        super_res = SuperResolution(text_dim=scenes.text_dim, use_text=not arguments.without_text, **preset.super_res)
    config = loop_config(arguments, batch_size=preset.super_res_batch_size, learning_rate=1e-3)
    make_batch = layer_batches(scenes, pixels, config.batch_size, config.seed + 2)
    model = train(_SuperRes(super_res, redrawer), super_res_loss, make_batch, config)
    model.super_res.save_pretrained(f"{config.output}/super_res")


if __name__ == "__main__":
    main()
