"""Stage 2, the prior: text -> image embedding, by flow matching.

    python -m pipeline.training.prior --input PICTURES --preset cpu --minutes 15

Scenes are composed, embedded by the image encoder of stage 1 and kept in a cache file, so that a step costs only the
small network. x_t = (1 - sigma) x_0 + sigma noise (Lipman et al. 2023); the network predicts x_0.
"""

import random
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from tqdm import tqdm

from pipeline.data.scenes import SceneComposer
from pipeline.models.image_encoder import ImageEncoder
from pipeline.models.prior import EmbeddingPrior
from pipeline.models.text_projection import TextProjection
from pipeline.training.arguments import composer_from, loop_config, parse_arguments
from pipeline.training.loop import fast_dtype, train
from pipeline.training.text import encode_captions, load_text_encoder

__all__ = ["cache_scenes", "main", "prior_loss"]

TEXT_DROP = 0.1  # rows without text, for classifier-free guidance
MIN_SIGMA = 0.25  # the weight 1 / sigma^2 of the velocity loss is capped here
CACHE_TOKENS = 40  # longer captions are cut in the cache


def prior_loss(model: EmbeddingPrior, batch: dict, generator: torch.Generator) -> dict[str, torch.Tensor]:
    prior = getattr(model, "module", model)
    clean = prior.whiten(batch["image_embeds"].float())
    tokens, mask = batch["tokens"].float(), batch["attention_mask"]
    condition = prior.encode_text(tokens, mask, batch["text_embeds"].float())
    draw = torch.rand(2, len(clean), 1, generator=generator, device=clean.device)
    condition = torch.where(draw[0] < TEXT_DROP, prior.null_text.to(condition.dtype), condition)
    sigma = torch.sigmoid(torch.logit(draw[1].clamp(1e-4, 1 - 1e-4)) + 0.5)  # a little towards noise
    noise = torch.randn(clean.shape, generator=generator, device=clean.device)
    noisy = torch.lerp(clean, noise, sigma)
    predicted = prior(noisy, 1000 * sigma[:, 0], condition).float()
    error = (predicted - clean).square().mean(-1, keepdim=True)
    weight = 1 / sigma.clamp(min=MIN_SIGMA).square()
    return {"loss": (weight * error).mean(), "error": error.mean()}


@torch.no_grad()
def cache_scenes(
    composer: SceneComposer, tokenizer, text_encoder, image_encoder, path: Path, count: int, seed: int
) -> dict[str, torch.Tensor]:
    """Embeddings of ``count`` composed scenes, from ``path`` if it is there.

    Returns:
        tokens (count, CACHE_TOKENS, text_dim) float16, attention_mask (count, CACHE_TOKENS) and image_embeds
        (count, embed_dim) float16.
    """
    if path.exists():
        return load_file(path)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    dtype = fast_dtype(device)
    modules = [module.to(device).eval() for module in (text_encoder, image_encoder)]
    rng, parts = random.Random(f"prior/{seed}"), []
    for start in tqdm(range(0, count, 64), desc="embed scenes", mininterval=10):
        scenes = [composer.compose(rng) for _ in range(min(64, count - start))]
        ids, mask = encode_captions(tokenizer, [scene.caption for scene in scenes], CACHE_TOKENS)
        image = torch.stack([torch.from_numpy(scene.image.copy()) for scene in scenes]).to(device)
        image = (image.permute(0, 3, 1, 2).float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)
        with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
            tokens = modules[0](ids.to(device), attention_mask=mask.to(device)).last_hidden_state
            image_embeds = modules[1](image)
        tokens = F.pad(tokens.half().cpu(), (0, 0, 0, CACHE_TOKENS - tokens.shape[1]))
        mask = F.pad(mask, (0, CACHE_TOKENS - mask.shape[1]))
        parts.append((tokens, mask.to(torch.uint8), image_embeds.half().cpu()))
    names = ("tokens", "attention_mask", "image_embeds")
    cache = {name: torch.cat(column) for name, column in zip(names, zip(*parts, strict=True), strict=True)}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(cache, path.with_suffix(".partial"))
    path.with_suffix(".partial").rename(path)
    text_encoder.to("cpu")
    return cache


def main(argv: list[str] | None = None) -> None:
    arguments, preset = parse_arguments(__doc__, "prior", argv)
    embedder = Path(arguments.run) / "embedder"
    if not (embedder / "image_encoder" / "config.json").exists():
        raise SystemExit(f"{embedder}/image_encoder is missing. Run `python -m pipeline.training.embedder` first.")
    tokenizer, text_encoder = load_text_encoder(arguments.text_encoder)
    image_encoder = ImageEncoder.from_pretrained(embedder / "image_encoder").to(memory_format=torch.channels_last)
    text_proj = TextProjection.from_pretrained(embedder / "text_proj")
    cache = cache_scenes(
        composer_from(arguments, preset.image_size),
        tokenizer,
        text_encoder,
        image_encoder,
        Path(arguments.output) / f"scenes-{preset.prior_scenes}-{arguments.seed}.safetensors",
        preset.prior_scenes,
        arguments.seed,
    )
    with torch.no_grad():
        chunks = zip(cache["tokens"].split(1024), cache["attention_mask"].split(1024), strict=True)
        cache["text_embeds"] = torch.cat([text_proj(tokens.float(), mask) for tokens, mask in chunks])
    torch.manual_seed(arguments.seed)
    prior = EmbeddingPrior(embed_dim=preset.embed_dim, text_dim=text_encoder.config.hidden_size, **preset.prior)
    embeds = cache["image_embeds"].float()
    prior.embeds_mean.copy_(embeds.mean(0))
    prior.embeds_std.fill_(embeds.var(0).mean().sqrt())  # one scale for all: large components matter more
    config = loop_config(arguments, batch_size=preset.prior_batch_size, learning_rate=6e-4, log_every=100)

    def make_batch(step: int) -> dict:
        rows = torch.randint(
            len(embeds), (config.batch_size,), generator=torch.Generator().manual_seed(config.seed + step)
        )
        batch = {name: tensor[rows] for name, tensor in cache.items()}
        longest = int(batch["attention_mask"].sum(1).max())
        return {name: x[:, :longest] if name in ("tokens", "attention_mask") else x for name, x in batch.items()}

    prior = train(prior, prior_loss, make_batch, config)
    prior.save_pretrained(f"{config.output}/prior")


if __name__ == "__main__":
    main()
