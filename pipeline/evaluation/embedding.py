"""How well words find pictures and pictures find words, on pictures that training never saw.

python -m pipeline.evaluation.embedding --weights weights --input ../shared/data/icons

Zero-shot, one picture a concept on white ground, one caption a picture: retrieval in both directions (R@1/5/10) and
classification into the groups of the pictures by the groups' names, for every Matryoshka prefix. The plain baseline
keeps the text vectors (the part that says what is shown) and replaces the image encoder by ridge regression from
16 x 16 pixels, fitted on the sources that training used. Chance is given beside it. Then pictures are found by
pictures: the same thing as two held-out sets draw it.

``--embedders FOLDER ...`` names stages 1 that were trained otherwise (a folder holds ``image_encoder`` and
``text_proj``): what words find is measured of each, by the numbers that say what is shown, with mean and standard
deviation of those whose names differ in a last "-seed0" alone.
"""

import argparse
import io
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from pipeline.data.cutouts import Cutout, load_cutouts
from pipeline.evaluation.seeds import summarise_seeds
from pipeline.evaluation.table import markdown_table
from pipeline.language.english import with_article
from pipeline.models.image_encoder import ImageEncoder
from pipeline.models.text_projection import TextProjection
from pipeline.search import DUPLICATE_COSINE, EmbedsBoth

__all__ = [
    "PixelRidge",
    "compare",
    "compare_embedders",
    "copy_cosines",
    "evaluate",
    "lengths_of",
    "main",
    "pick_pictures",
    "place_on_white",
    "prefix",
    "recall_at",
    "same_things",
]

LENGTHS = (128, 256, 384)  # and what else the model has; Titan's API offers 256, 384 and 1,024
RANKS = (1, 5, 10)
SIZE = 128  # pixels
FILL = 0.76  # of the picture's side that the thing takes, the middle of what training scenes have
CAPTION = "{} on a white background"
THUMBNAIL = 16  # pixels, for the baseline
RIDGE = 10.0
GROUP_WORDS = {  # groups of the Unicode emoji list, as one would say them
    "smileys-emotion": "a smiling face or an emotion",
    "people-body": "a person or a part of the body",
    "animals-nature": "an animal or a plant",
    "food-drink": "food or a drink",
    "travel-places": "a vehicle or a place",
    "activities": "a sport, a game or a celebration",
    "objects": "an object of daily life",
    "symbols": "a symbol or a sign",
}


def prefix(embeds: torch.Tensor, length: int | None) -> torch.Tensor:
    """The first `length` numbers (None: all) of (n, dim) embeddings, normalised again."""
    return torch.nn.functional.normalize(embeds[:, :length].float(), dim=-1)


def recall_at(queries: torch.Tensor, targets: torch.Tensor) -> list[float]:
    """Share of rows of `queries` (n, dim) that have the same row of `targets` (n, dim) among the nearest, per RANKS.

    A tie counts against the query, so vectors that are all alike score 0.
    """
    scores = queries @ targets.T
    rank = (scores >= scores.diagonal().unsqueeze(1)).sum(1) - 1
    return [(rank < k).double().mean().item() for k in RANKS]


def pick_pictures(cutouts: Sequence[Cutout], limit: int) -> list[Cutout]:
    """One plain picture for each concept and each caption, no flags or tone variants; `limit` of them at random."""
    picked: dict[str, Cutout] = {}
    for cutout in cutouts:
        if not (cutout.is_flag or cutout.is_tone_variant or cutout.group == "flags"):
            picked.setdefault(cutout.concept, cutout)
    distinct = list({cutout.phrase.lower(): cutout for cutout in picked.values()}.values())
    return random.Random(0).sample(distinct, min(limit, len(distinct)))


def place_on_white(pixels: np.ndarray) -> Image.Image:
    """RGBA cut-out (side, side, 4) uint8 -> RGB picture of SIZE pixels, its alpha box fitted to FILL, centred."""
    cutout, canvas = Image.fromarray(np.asarray(pixels), "RGBA"), Image.new("RGB", (SIZE, SIZE), "white")
    box = cutout.getchannel("A").getbbox() or (0, 0, *cutout.size)
    scale = FILL * SIZE / max(box[2] - box[0], box[3] - box[1])
    size = [max(1, round((box[2] - box[0]) * scale)), max(1, round((box[3] - box[1]) * scale))]
    cutout = cutout.resize(size, Image.Resampling.LANCZOS, box=box)
    canvas.paste(cutout, ((SIZE - size[0]) // 2, (SIZE - size[1]) // 2), cutout)
    return canvas


class PixelRidge:
    """The baseline: a linear map from a thumbnail's pixels to the text vector of its caption (ridge regression)."""

    def __init__(self, images: Sequence[Image.Image], text_embeds: torch.Tensor):
        x = self._pixels(images)
        self.mean = x.mean(0)
        x = x - self.mean
        gram = x.T @ x + RIDGE * torch.eye(x.shape[1], dtype=x.dtype)
        self.offset = text_embeds.double().mean(0)
        self.map = torch.linalg.solve(gram, x.T @ (text_embeds.double() - self.offset))

    def get_image_embeds(self, images: Sequence[Image.Image]) -> torch.Tensor:
        return prefix((self._pixels(images) - self.mean) @ self.map + self.offset, self.map.shape[1])

    @staticmethod
    def _pixels(images: Sequence[Image.Image]) -> torch.Tensor:
        size = (THUMBNAIL, THUMBNAIL)
        rows = [np.asarray(image.convert("RGB").resize(size, Image.Resampling.BOX)).ravel() for image in images]
        return torch.from_numpy(np.stack(rows)).double() / 255


def evaluate(
    pictures: Sequence[Cutout],
    image_embeds: torch.Tensor,
    text_embeds: torch.Tensor,
    group_embeds: torch.Tensor | None,
) -> dict[str, list[float] | float | None]:
    """Figures between 0 and 1 for one length. Embeddings are (n, length), group_embeds (number of groups, length)."""
    figures = {"text to picture": recall_at(text_embeds, image_embeds)}
    figures["picture to text"] = recall_at(image_embeds, text_embeds)
    known = [row for row, picture in enumerate(pictures) if picture.group in GROUP_WORDS]
    figures["groups"] = None
    if known and group_embeds is not None:
        truth = torch.tensor([list(GROUP_WORDS).index(pictures[row].group) for row in known])
        figures["groups"] = ((image_embeds[known] @ group_embeds.T).argmax(1) == truth).double().mean().item()
    return figures


def captions_of(pictures: Sequence[Cutout]) -> list[str]:
    """One caption a picture."""
    return [CAPTION.format(with_article(picture.phrase)) for picture in pictures]


def copy_cosines(embedder: EmbedsBoth, images: list[Image.Image]) -> tuple[float, float, float]:
    """Cosine that nine in ten pictures reach to their JPEG (quality 60), and to their half-size copy; share mistaken.

    The last is the share of pictures that have another picture at least DUPLICATE_COSINE alike, wrongly flagged.
    """
    embeds = prefix(_in_batches(embedder.get_image_embeds, images), None)
    reached = []
    for copy in (_as_jpeg, lambda image: image.resize((SIZE // 2, SIZE // 2), Image.Resampling.BOX)):
        copies = prefix(_in_batches(embedder.get_image_embeds, [copy(image) for image in images]), None)
        reached.append((embeds * copies).sum(1).quantile(0.1).item())
    others = (embeds @ embeds.T).fill_diagonal_(-1).amax(1)
    return *reached, (others >= DUPLICATE_COSINE).float().mean().item()


def _as_jpeg(image: Image.Image) -> Image.Image:
    data = io.BytesIO()
    image.save(data, "JPEG", quality=60)
    return Image.open(data).convert("RGB")


def _in_batches(embed: Callable[[list], torch.Tensor], items: list, size: int = 64) -> torch.Tensor:
    parts = [torch.as_tensor(embed(items[start : start + size])).float() for start in range(0, len(items), size)]
    return torch.cat(parts)


def _load(root: Path, source: str, limit: int) -> tuple[list[Cutout], list[Image.Image]]:
    cutouts = load_cutouts(root / f"{source}.zip", size=SIZE)
    pictures = pick_pictures(cutouts.cutouts, limit)
    return pictures, [place_on_white(cutouts.pixels[picture.index]) for picture in pictures]


def lengths_of(embedder: Any) -> tuple[list[int], int]:
    """The prefixes worth measuring for a pipeline's embeddings, and how many first numbers say what is shown."""
    config = embedder.image_encoder.config
    semantic = config.get("semantic_dim") or config["embed_dim"]
    lengths = {length for length in LENGTHS if length < config["embed_dim"]} | {semantic, config["embed_dim"]}
    return sorted(lengths), semantic


def same_things(
    embedder: EmbedsBoth, root: Path, sources: tuple[str, str], limit: int, lengths: Sequence[int]
) -> tuple[int, dict[int, list[float]]]:
    """How many things both sources draw; by length, recalls of the second's picture of a thing by the first's."""
    by_concept = []
    for source in sources:
        pictures, images = _load(root, source, limit)
        by_concept.append({picture.concept: image for picture, image in zip(pictures, images, strict=True)})
    shared = sorted(by_concept[0].keys() & by_concept[1].keys())
    first, second = (
        _in_batches(embedder.get_image_embeds, [images[name] for name in shared]) for images in by_concept
    )
    return len(shared), {length: recall_at(prefix(first, length), prefix(second, length)) for length in lengths}


def compare(
    embedder: EmbedsBoth,
    root: Path,
    held_out: list[str],
    trained_on: list[str],
    limit: int,
    lengths: Sequence[int] = LENGTHS,
    semantic: int | None = None,
) -> list[tuple[str, int, str, int | None, dict]]:
    """Rows (source, number of pictures, image encoder, length, figures) for `held_out`, then one seen source.

    The baseline is made of and compared with the first `semantic` numbers of the text vectors.
    """
    seen = [_load(root, source, limit) for source in trained_on]
    seen_texts = _in_batches(
        embedder.get_text_embeds, [text for pictures, _ in seen for text in captions_of(pictures)]
    )
    baseline = PixelRidge([image for _, images in seen for image in images], prefix(seen_texts, semantic))
    groups = embedder.get_text_embeds([CAPTION.format(words) for words in GROUP_WORDS.values()])
    rows = []
    for source in [*held_out, trained_on[0]]:
        pictures, images = _load(root, source, limit)
        texts = _in_batches(embedder.get_text_embeds, captions_of(pictures))
        model = _in_batches(embedder.get_image_embeds, images)
        name = source if source in held_out else f"{source} (seen in training)"
        runs = [("model", model, length) for length in lengths if length <= model.shape[1]]
        runs.append(("pixel baseline", baseline.get_image_embeds(images), semantic or model.shape[1]))
        for kind, embeds, length in runs:
            figures = evaluate(pictures, prefix(embeds, length), prefix(texts, length), prefix(groups, length))
            rows.append((name, len(pictures), kind, length, figures))
    return rows


def compare_embedders(
    embedders: dict[str, EmbedsBoth], root: Path, sources: list[str], limit: int, semantic: int
) -> list[dict]:
    """A row for each embedder and source: R@1, R@5 and R@10 of words to pictures and of pictures to words."""
    rows = []
    for source in sources:
        pictures, images = _load(root, source, limit)
        for name, embedder in embedders.items():
            texts = prefix(_in_batches(embedder.get_text_embeds, captions_of(pictures)), semantic)
            shown = prefix(_in_batches(embedder.get_image_embeds, images), semantic)
            pairs = ("words", recall_at(texts, shown)), ("pictures", recall_at(shown, texts))
            facts = {f"{way} R@{k}": value for way, found in pairs for k, value in zip(RANKS, found, strict=True)}
            rows.append({"group": f"{source}, {len(pictures):,}", "variant": name, **facts})
    return rows


def _print_embedders(rows: list[dict]) -> None:
    facts = [key for key in rows[0] if key not in ("group", "variant")]
    cells = [[row["group"], row["variant"], *(f"{100 * row[fact]:.1f}" for fact in facts)] for row in rows]
    print(markdown_table(["pictures", "embedder", *facts], cells))
    means = [
        [
            group,
            f"{kind}, {count} seeds",
            *(f"{100 * found[fact][0]:.1f} ± {100 * found[fact][1]:.1f}" for fact in facts),
        ]
        for group, kind, count, found in summarise_seeds(rows)
    ]
    if means:
        print("\nMean and standard deviation over the seeds of a training:\n")
        print(markdown_table(["pictures", "embedder", *facts], means))


def _embedders(pipe: Any, folders: Sequence[Path]) -> dict[str, Any]:
    """The pipeline as it is ("as shipped"), and with the stage of each folder put in."""
    found = {"as shipped": pipe}
    for folder in folders:
        image_encoder = ImageEncoder.from_pretrained(folder / "image_encoder", dtype=torch.float32).eval()
        text_proj = TextProjection.from_pretrained(folder / "text_proj", dtype=torch.float32).eval()
        parts = {**pipe.components, "image_encoder": image_encoder, "text_proj": text_proj}
        found[folder.name] = type(pipe)(**parts)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", default="weights", help="folder of the model (default: %(default)s)")
    parser.add_argument("--input", type=Path, required=True, help="folder of zip shards of captioned cut-outs")
    parser.add_argument("--held-out", default="mdi,phosphor-fill,game-icons", help="sources that training left out")
    parser.add_argument(
        "--trained-on",
        default="noto,fluent-3d,fluent-color,fluent-flat,twemoji",
        help="sources that training used: the baseline is fitted on them, and the first is measured too",
    )
    parser.add_argument("--limit", type=int, default=1000, help="pictures of each source (default: %(default)s)")
    parser.add_argument(
        "--embedders", type=Path, nargs="+", metavar="FOLDER", help="stages 1 that were trained otherwise"
    )
    arguments = parser.parse_args()

    # Late: the pipeline takes seconds to import, and all above takes any embedder.
    from pipeline.text_to_image import TextToImagePipeline

    embedder = TextToImagePipeline.from_pretrained(arguments.weights)
    held_out, (lengths, semantic) = arguments.held_out.split(","), lengths_of(embedder)
    trained_on = arguments.trained_on.split(",")
    if arguments.embedders:
        sources = [*held_out, trained_on[0]]
        compared = _embedders(embedder, arguments.embedders)
        _print_embedders(compare_embedders(compared, arguments.input, sources, arguments.limit, semantic))
        return
    rows = compare(embedder, arguments.input, held_out, trained_on, arguments.limit, lengths, semantic)
    print("| pictures | image encoder | length | words to picture R@1/5/10 | picture to words R@1/5/10 | 8 groups |")
    print("|---|---|---|---|---|---|")
    for name, count, kind, length, figures in rows:
        cells = [" / ".join(f"{100 * v:.1f}" for v in figures[key]) for key in ("text to picture", "picture to text")]
        groups = "" if figures["groups"] is None else f"{100 * figures['groups']:.1f}"
        print(f"| {name}, {count:,} | {kind} | {length} | {cells[0]} | {cells[1]} | {groups} |")
    chance = " / ".join(f"{100 * k / rows[0][1]:.1f}" for k in RANKS)
    print(f"| chance among {rows[0][1]:,} | | | {chance} | {chance} | {100 / len(GROUP_WORDS):.1f} |")
    if len(held_out) > 1:
        count, recalls = same_things(embedder, arguments.input, tuple(held_out[:2]), arguments.limit, lengths)
        print(f"\nthe same of {count} things, {held_out[1]} by {held_out[0]}, R@1/5/10 by length: ", end="")
        print("; ".join(f"{n}: " + " / ".join(f"{100 * v:.1f}" for v in values) for n, values in recalls.items()))
    source = held_out[0]
    jpeg, half, mistaken = copy_cosines(embedder, _load(arguments.input, source, arguments.limit)[1])
    print(
        f"\nnear-identical, {source}: nine in ten pictures are at least {jpeg:.3f} like their JPEG (quality 60) and "
        f"{half:.3f} like their half-size copy; {100 * mistaken:.1f} % of pictures have another at "
        f"{DUPLICATE_COSINE} or above"
    )


if __name__ == "__main__":
    main()
