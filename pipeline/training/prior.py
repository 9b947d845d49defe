"""Stage 2, the prior: text -> image embedding, by flow matching.

    python -m pipeline.training.prior --preset cpu --minutes 60

Layers and captions are embedded once by stage 1's two halves, so that a step costs only the small network.
x_t = (1 - sigma) x_0 + sigma noise (Lipman et al. 2023); the network predicts x_0: its mean given the text, and beside
it, the rest given the noisy embedding too. A little noise on the text keeps it from learning captions by heart: words
that mean the same lie near each other.

Two styles of one thing can be nearly the same drawing, so that to the squared error their difference is small change.
Scenes come in pairs of them, and the error of the difference counts as a share of the difference: a style is right if
what is drawn is nearer to the picture in that style than to the one in the other.
"""

import functools
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tqdm import tqdm

from pipeline.atomic import new_file
from pipeline.models.image_encoder import POSE_DIM, ImageEncoder
from pipeline.models.prior import EmbeddingPrior
from pipeline.models.text_projection import TextProjection
from pipeline.training.arguments import loop_config, parse_arguments
from pipeline.training.embedder import to_layers
from pipeline.training.loop import fast_dtype, train
from pipeline.training.pairs import StylePairs
from pipeline.training.scenes import SceneSet

__all__ = ["PriorBatches", "embed_scenes", "main", "prior_loss"]

TEXT_DROP = 0.1  # rows without text, for classifier-free guidance
TEXT_NOISE = 0.05  # standard deviation at most, relative to the text's own
STYLE_WEIGHT = 0.5  # of the pairs' differences beside the error of the mean
SAME_LOOKS = 0.2  # of a mean difference: less than it hardly counts
NOISE_SHIFT = 1.2  # of the noise level's logit: what is drawn is decided where there is much noise


def prior_loss(
    prior: EmbeddingPrior, batch: dict, generator: torch.Generator, *, first_component: int = 0
) -> dict[str, torch.Tensor]:
    """Rows 2i and 2i + 1 of ``batch`` are a pair (``StylePairs``); what looks alike or not begins at
    ``first_component`` of the embeds.
    """
    clean = prior.whiten(batch["image_embeds"].float())
    tokens, text_embeds, device = batch["tokens"].float(), batch["text_embeds"].float(), clean.device
    draw = torch.rand(3, len(clean), 1, generator=generator, device=device)
    draw[2, 1::2] = draw[2, ::2]
    for states in (tokens, text_embeds[:, None]):  # the same shift for all tokens of a caption, and for a pair
        shift = torch.randn(len(states) // 2, 1, states.shape[-1], generator=generator, device=device)
        states += TEXT_NOISE * draw[2][..., None] * states.std() * shift.repeat_interleave(2, dim=0)
    condition = prior.encode_text(tokens, batch["attention_mask"], text_embeds)
    condition = torch.where(draw[0] < TEXT_DROP, prior.null_text.to(condition.dtype), condition)
    sigma = torch.sigmoid(torch.logit(draw[1].clamp(1e-4, 1 - 1e-4)) + NOISE_SHIFT)
    noise = torch.randn(clean.shape, generator=generator, device=device)
    mean = prior.to_mean(condition).float()
    fixed = mean.detach()  # the denoiser learns what the mean leaves; the mean does not learn from its errors
    rest = prior.denoise(torch.lerp(clean, noise, sigma), 1000 * sigma[:, 0], condition, fixed).float()
    scale = clean.var(0).sqrt()  # weighted by it: what is coarse comes before detail, and detail still counts

    def weighted(error: torch.Tensor) -> torch.Tensor:
        return (error.square() * scale).mean(-1) / scale.mean()

    from_text, denoised = weighted(mean - clean), weighted(fixed + rest - clean)
    told = (draw[0, ::2, 0] >= TEXT_DROP) & (draw[0, 1::2, 0] >= TEXT_DROP)
    looks = slice(first_component, None)
    asked, drawn = ((x[::2] - x[1::2])[:, looks] * scale[looks].sqrt() for x in (clean, mean))
    size = asked.square().sum(-1)
    told = told & (size > 0)  # else it is one drawing
    missed = (drawn - asked).square().sum(-1) / (size + SAME_LOOKS * size.mean()).clamp(min=1e-6)
    styles = (missed * told).sum() / told.sum().clamp(min=1)
    return {
        "loss": (from_text + denoised).mean() + STYLE_WEIGHT * styles,
        "styles": styles,
        "from_text": from_text.mean(),
        "denoised": denoised.mean(),
        "from_noise": denoised[sigma[:, 0] > 0.9].mean(),
        "error": (fixed + rest - clean).square().mean(),
        "error_from_text": (mean - clean).square()[draw[0, :, 0] >= TEXT_DROP].mean(),
    }


@torch.no_grad()
def embed_scenes(
    scenes: SceneSet, image_encoder: ImageEncoder, text_proj: TextProjection, path: Path
) -> dict[str, torch.Tensor]:
    """What ``PriorBatches`` joins, from ``path`` if it is there: semantic (cut-outs, semantic_dim) and components
    (cut-outs, rest) of every layer, and text_embeds (len(scenes), embed_dim), all float16.
    """
    if path.exists():
        return load_file(path)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    dtype, parts = fast_dtype(device), {"semantic": [], "components": [], "text_embeds": []}
    image_encoder, text_proj = image_encoder.to(device, memory_format=torch.channels_last), text_proj.to(device)
    for rows in tqdm(_batches(len(scenes.all_layers)), desc="embed layers", mininterval=5):
        layers = to_layers(torch.from_numpy(scenes.all_layers[rows])).to(device)
        with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
            parts["semantic"].append(image_encoder.semantic(layers).half().cpu())
        parts["components"].append(image_encoder.components(layers).half().cpu())
    for rows in tqdm(_batches(len(scenes)), desc="embed captions", mininterval=5):
        tokens, mask = (x.to(device) for x in scenes.tokens(rows))
        with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
            parts["text_embeds"].append(text_proj(tokens.float(), mask).half().cpu())
    embeds = {name: torch.cat(tensors) for name, tensors in parts.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    with new_file(path) as aside:
        save_file(embeds, aside)
    return embeds


def _batches(count: int) -> list[np.ndarray]:
    return np.array_split(np.arange(count), -(-count // 256))


class PriorBatches:
    """step -> batch of pairs of scenes with their text and embeds, a function of (seed, step).

    Args:
        run: folder of a run whose stages 0 and 1 have finished.
        batch_size: scenes in a batch, an even number.
        seed: of the draws.
    """

    def __init__(self, run: str | Path, batch_size: int, seed: int):
        run, embedder = Path(run), Path(run) / "embedder"
        if not (embedder / "image_encoder" / "config.json").exists():
            raise SystemExit(f"{embedder}/image_encoder is missing. Run `python -m pipeline.training.embedder` first.")
        self.scenes, self.batch_size, self.seed = SceneSet(run), batch_size, seed
        image_encoder = ImageEncoder.from_pretrained(embedder / "image_encoder")
        text_proj = TextProjection.from_pretrained(embedder / "text_proj")
        path = run / "prior" / f"embeds-{len(self.scenes)}.safetensors"
        self.embeds = embed_scenes(self.scenes, image_encoder, text_proj, path)
        self.pairs = StylePairs(self.scenes.phrases, self.scenes.all_cutouts, self.embeds["components"])

    def image_embeds(self, rows: np.ndarray) -> torch.Tensor:
        """(len(rows), embed_dim), unit length."""
        cutouts = torch.from_numpy(self.scenes.cutouts(rows))
        return ImageEncoder.join(
            self.embeds["semantic"][cutouts], self.embeds["components"][cutouts], self.scenes.poses(rows)
        )

    def __call__(self, step: int) -> dict:
        rows = self.pairs.draw(self.batch_size, f"prior/{self.seed}/{step}")
        tokens, attention_mask = self.scenes.tokens(rows)
        return {
            "tokens": tokens,
            "attention_mask": attention_mask,
            "text_embeds": self.embeds["text_embeds"][torch.from_numpy(rows)],
            "image_embeds": self.image_embeds(rows),
        }


def main(argv: list[str] | None = None) -> None:
    arguments, preset = parse_arguments(__doc__, "prior", argv)
    config = loop_config(arguments, batch_size=preset.prior_batch_size, learning_rate=1e-3)
    batches = PriorBatches(arguments.run, config.batch_size, config.seed)
    torch.manual_seed(arguments.seed)
    if arguments.start_from:
        prior = EmbeddingPrior.from_pretrained(arguments.start_from, dtype=torch.float32)
    else:
        prior = EmbeddingPrior(embed_dim=preset.embed_dim, text_dim=batches.scenes.text_dim, **preset.prior)
        some = batches.image_embeds(batches.scenes.draw(20_000, f"whitening/{arguments.seed}"))
        prior.embeds_mean.copy_(some.mean(0))
        prior.embeds_std.fill_(some.var(0).mean().sqrt())  # one scale for all: large components matter more
    loss = functools.partial(prior_loss, first_component=preset.semantic_dim + 1 + POSE_DIM)
    prior = train(prior, loss, batches, config)
    prior.save_pretrained(f"{config.output}/prior")


if __name__ == "__main__":
    main()
