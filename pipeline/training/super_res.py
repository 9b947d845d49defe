"""Stage 4, super-resolution: the decoder's 64x64 picture and the text -> the 256x256 picture.

    python -m pipeline.training.super_res --input PICTURES --preset cpu --minutes 60

Small pictures are area-downscaled scenes, degraded the way the decoder errs (blur, a little noise, colour drift); once
stage 3 of the same run has finished, three in four are its actual redraws. Trained on crops: the network is
convolutional but for its text attention. Most rows start at pure noise, because the pipeline takes one or two steps.
"""

import random
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from pipeline.data.scenes import SceneComposer
from pipeline.models.decoder import ImageDecoder
from pipeline.models.image_encoder import ImageEncoder
from pipeline.models.super_resolution import SuperResolution
from pipeline.training.arguments import composer_from, loop_config, parse_arguments
from pipeline.training.decoder import Guess, disturbed, load_guess, redraw_loss
from pipeline.training.embedder import to_pixel_values
from pipeline.training.loop import train
from pipeline.training.text import encode_captions, load_text_encoder

__all__ = ["main", "super_res_loss"]

CROP = 48  # side of the small picture's crop; the large one's is four times that
ONE_STEP_SHARE = 0.85  # rows that start at pure noise
TEXT_DROP = 0.1


class _Redrawer(nn.Module):
    """The frozen stages before this one."""

    def __init__(self, image_encoder: ImageEncoder, decoder: ImageDecoder, guess: Guess | None):
        super().__init__()
        self.image_encoder, self.decoder, self.guess = image_encoder, decoder, guess

    def forward(self, small, tokens, mask, generator: torch.Generator) -> torch.Tensor:
        """Small pictures -> as the decoder redraws them in one step, most from the prior's guess."""
        embeds = disturbed(self.image_encoder(small), tokens, mask, self.guess, generator)
        noise = torch.randn(small.shape, generator=generator, device=small.device)
        timestep = torch.full((len(small),), 1000.0, device=small.device)
        return self.decoder(noise, timestep, embeds, tokens, mask).float().clamp(-1, 1)


class _SuperRes(nn.Module):
    """The stage's network, with the frozen parts that make its input."""

    def __init__(self, super_res: SuperResolution, text_encoder: nn.Module, redrawer: _Redrawer | None):
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
    large = to_pixel_values(batch["image"])
    small = F.avg_pool2d(large, 4)
    with torch.no_grad():
        tokens = model.text_encoder(batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
        given = _degrade(small, generator)
        if model.redrawer is not None:
            redrawn = model.redrawer(small, tokens, batch["attention_mask"], generator)
            every_fourth = (torch.arange(len(small), device=small.device) % 4 == 0)[:, None, None, None]
            given = torch.where(every_fourth, given, redrawn)
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
    arguments, preset = parse_arguments(__doc__, "super_res", argv)
    tokenizer, text_encoder = load_text_encoder(arguments.text_encoder)
    composer = composer_from(arguments, preset.super_res_size, cutout_size=preset.super_res_size)
    torch.manual_seed(arguments.seed)
    run, redrawer = Path(arguments.run), None
    if (run / "decoder" / "decoder" / "config.json").exists():
        image_encoder = ImageEncoder.from_pretrained(run / "embedder" / "image_encoder")
        decoder = ImageDecoder.from_pretrained(run / "decoder" / "decoder")
        redrawer = _Redrawer(image_encoder, decoder, load_guess(run)).requires_grad_(False)
    if arguments.start_from:
        super_res = SuperResolution.from_pretrained(arguments.start_from, dtype=torch.float32)
    else:
        super_res = SuperResolution(text_dim=text_encoder.config.hidden_size, **preset.super_res)
    config = loop_config(arguments, batch_size=preset.super_res_batch_size, learning_rate=1e-3)
    model = train(
        _SuperRes(super_res, text_encoder, redrawer),
        super_res_loss,
        scene_batches(composer, tokenizer, config.batch_size, preset.max_tokens, config.seed + 2),
        config,
    )
    model.super_res.save_pretrained(f"{config.output}/super_res")


if __name__ == "__main__":
    main()
