"""Stage 4, super-resolution: the decoder's 64x64 picture and the text -> the 256x256 picture.

    python -m pipeline.training.super_res --input PICTURES --preset cpu --minutes 40

Small pictures are area-downscaled scenes, degraded the way the decoder errs (blur, a little noise, colour drift); once
stage 3 (or 1) of the same run has finished, half of them are its actual redraws. Trained on crops: the network is
convolutional but for its text attention. Most rows start at pure noise, because the pipeline takes one or two steps.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from pipeline.models.decoder import ImageDecoder
from pipeline.models.image_encoder import ImageEncoder
from pipeline.models.super_resolution import SuperResolution
from pipeline.training.arguments import composer_from, loop_config, parse_arguments
from pipeline.training.decoder import disturbed
from pipeline.training.embedder import redraw_loss, scene_batches
from pipeline.training.loop import train
from pipeline.training.text import load_text_encoder

__all__ = ["main", "super_res_loss"]

CROP = 32  # side of the small picture's crop; the large one's is four times that
ONE_STEP_SHARE = 0.7  # rows that start at pure noise
TEXT_DROP = 0.1


class _SuperRes(nn.Module):
    """The stage's network, with the frozen parts that make its input."""

    def __init__(self, super_res: SuperResolution, text_encoder: nn.Module, redrawer: nn.ModuleList | None):
        super().__init__()
        self.super_res, self.text_encoder, self.redrawer = super_res, text_encoder, redrawer


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
    """What the decoder does to a picture, roughly: blur of up to 1.2 px, noise, a slight shift of colour."""
    uniform = torch.rand(3, generator=generator).tolist()
    if uniform[0] < 0.75:
        small = _blur(small, 0.3 + 0.9 * uniform[1])
    noise = torch.randn(small.shape, generator=generator) * 0.06 * uniform[2]
    shift = torch.randn(len(small), 3, 1, 1, generator=generator) * 0.03
    return (small + noise.to(small) + shift.to(small)).clamp(-1, 1)


def super_res_loss(model: _SuperRes, batch: dict, generator: torch.Generator) -> dict[str, torch.Tensor]:
    model = getattr(model, "module", model)
    large = batch["image"].permute(0, 3, 1, 2).float() / 127.5 - 1
    small = F.avg_pool2d(large, 4)
    with torch.no_grad():
        tokens = model.text_encoder(batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
        given = (
            _degrade(small, generator) if model.redrawer is None else _redraw(model, small, tokens, batch, generator)
        )
        kept = (torch.rand(len(large), 1, generator=generator, device=large.device) >= TEXT_DROP).long()
        mask = batch["attention_mask"] * kept
        mask[:, 0] = 1
        tokens = tokens * kept[..., None]
        given, large = _crop(given, large, generator)
        draw = torch.rand(2, len(large), generator=generator, device=large.device)
        sigma = torch.where(draw[0] < ONE_STEP_SHARE, torch.ones_like(draw[1]), draw[1])
        noise = torch.randn(large.shape, generator=generator, device=large.device)
        noisy = torch.lerp(large, noise, sigma[:, None, None, None])  # x_t = (1 - sigma) x_0 + sigma noise
    given = given.contiguous(memory_format=torch.channels_last)
    predicted = model.super_res(noisy, 1000 * sigma, given, tokens, mask).float()
    psnr = -10 * torch.log10(F.mse_loss(predicted.detach(), large) / 4)
    base = F.interpolate(given, scale_factor=4.0, mode="bilinear", align_corners=False)
    base_psnr = -10 * torch.log10(F.mse_loss(base, large) / 4)
    return {"loss": redraw_loss(predicted, large), "psnr": psnr, "bilinear_psnr": base_psnr}


def _redraw(model, small, tokens, batch, generator) -> torch.Tensor:
    """Half of the rows as the trained decoder redraws them, half degraded."""
    image_encoder, decoder = model.redrawer
    timestep = torch.full((len(small),), 1000.0, device=small.device)
    noise = torch.randn(small.shape, generator=generator, device=small.device)
    embeds = disturbed(image_encoder(small), generator)
    redrawn = decoder(noise, timestep, embeds, tokens, batch["attention_mask"]).float().clamp(-1, 1)
    half = len(small) // 2
    return torch.cat([redrawn[:half], _degrade(small[half:], generator)])


def _crop(small: torch.Tensor, large: torch.Tensor, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    room = small.shape[-1] - CROP
    if room <= 0:
        return small, large
    # Towards the middle, where the things are: the mean of two draws.
    top, left = (torch.randint(0, room + 1, (2, 2), generator=generator).float().mean(0)).long().tolist()
    return (
        small[..., top : top + CROP, left : left + CROP],
        large[..., 4 * top : 4 * (top + CROP), 4 * left : 4 * (left + CROP)],
    )


def main(argv: list[str] | None = None) -> None:
    arguments, preset = parse_arguments(__doc__, "super_res", argv)
    tokenizer, text_encoder = load_text_encoder(arguments.text_encoder)
    composer = composer_from(arguments, preset.super_res_size, cutout_size=preset.super_res_size)
    torch.manual_seed(arguments.seed)
    run, redrawer = Path(arguments.run), None
    decoders = [run / stage / "decoder" for stage in ("decoder", "embedder")]
    if trained := [path for path in decoders if (path / "config.json").exists()]:
        image_encoder = ImageEncoder.from_pretrained(run / "embedder" / "image_encoder")
        parts = [image_encoder, ImageDecoder.from_pretrained(trained[0])]
        redrawer = nn.ModuleList(parts).requires_grad_(False)
    super_res = SuperResolution(text_dim=text_encoder.config.hidden_size, **preset.super_res)
    config = loop_config(arguments, batch_size=max(4, preset.batch_size // 4), learning_rate=1e-3)
    model = train(
        _SuperRes(super_res, text_encoder, redrawer),
        super_res_loss,
        scene_batches(composer, tokenizer, config.batch_size, preset.max_tokens, config.seed + 2),
        config,
    )
    model.super_res.save_pretrained(f"{config.output}/super_res")


if __name__ == "__main__":
    main()
