"""Stage 3, the base generator: image embedding and text -> 64x64 picture, by flow matching.

    python -m pipeline.training.decoder --input PICTURES --preset cpu --minutes 15

Starts from the decoder that redrew stage 1's embeddings, whose image encoder is now frozen. New here: every noise
level (few-step refinement), and embeddings a little beside the true one, as the prior's are.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from pipeline.models.decoder import ImageDecoder
from pipeline.models.image_encoder import ImageEncoder
from pipeline.training.arguments import composer_from, loop_config, parse_arguments
from pipeline.training.embedder import redraw_loss, scene_batches
from pipeline.training.loop import train
from pipeline.training.text import load_text_encoder

__all__ = ["decoder_loss", "disturbed", "main"]

ONE_STEP_SHARE = 0.6  # rows that start at pure noise
TEXT_DROP = 0.2
EMBEDS_NOISE = 0.3  # standard deviation at most, relative to a unit-length embedding


def disturbed(embeds: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Embeddings beside the true ones, as a prior's are: by up to ``EMBEDS_NOISE`` of their length."""
    amount = EMBEDS_NOISE * torch.rand(len(embeds), 1, generator=generator, device=embeds.device)
    noise = torch.randn(embeds.shape, generator=generator, device=embeds.device) / embeds.shape[1] ** 0.5
    return F.normalize(embeds + amount * noise, dim=-1)


class _Decoder(nn.Module):
    def __init__(self, decoder: ImageDecoder, image_encoder: ImageEncoder, text_encoder: nn.Module):
        super().__init__()
        self.decoder = decoder
        decoder.linear.requires_grad_(False)  # the inverse of the frozen image encoder
        self.image_encoder, self.text_encoder = image_encoder.requires_grad_(False), text_encoder


def decoder_loss(model: _Decoder, batch: dict, generator: torch.Generator) -> dict[str, torch.Tensor]:
    model = getattr(model, "module", model)
    image = (batch["image"].permute(0, 3, 1, 2).float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)
    count, device = len(image), image.device
    with torch.no_grad():
        tokens = model.text_encoder(batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
        embeds = model.image_encoder(image)
        embeds = disturbed(embeds, generator)
        draw = torch.rand(3, count, generator=generator, device=device)
        kept = (draw[0] >= TEXT_DROP).long()[:, None]
        mask = batch["attention_mask"] * kept
        mask[:, 0] = 1
        sigma = torch.where(draw[1] < ONE_STEP_SHARE, torch.ones_like(draw[2]), draw[2])
        noise = torch.randn(image.shape, generator=generator, device=device)
        noisy = torch.lerp(image, noise, sigma[:, None, None, None])
    predicted = model.decoder(noisy, 1000 * sigma, embeds, tokens * kept[..., None], mask).float()
    first = sigma == 1
    psnr = -10 * torch.log10(F.mse_loss(predicted.detach()[first], image[first]) / 4)
    return {"loss": redraw_loss(predicted, image), "psnr_one_step": psnr}


def main(argv: list[str] | None = None) -> None:
    arguments, preset = parse_arguments(__doc__, "decoder", argv)
    embedder = Path(arguments.run) / "embedder"
    if not (embedder / "decoder" / "config.json").exists():
        raise SystemExit(f"{embedder}/decoder is missing. Run `python -m pipeline.training.embedder` first.")
    tokenizer, text_encoder = load_text_encoder(arguments.text_encoder)
    composer = composer_from(arguments, preset.image_size)
    model = _Decoder(
        ImageDecoder.from_pretrained(embedder / "decoder"),
        ImageEncoder.from_pretrained(embedder / "image_encoder"),
        text_encoder,
    )
    config = loop_config(arguments, batch_size=preset.batch_size, learning_rate=5e-4)
    batches = scene_batches(composer, tokenizer, config.batch_size, preset.max_tokens, config.seed + 1)
    model = train(model, decoder_loss, batches, config)
    model.decoder.save_pretrained(f"{config.output}/decoder")


if __name__ == "__main__":
    main()
