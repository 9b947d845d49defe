"""A judge of style: which artist's hand a picture has, told from how it is shaded, not from what it shows.

    python -m pipeline.evaluation.style --input PICTURES

The nearest cut-out does not say the style: a drawing by one artist may be shown in the rendering of another. So the
judge measures what a style consists of (how many pixels change softly, how many not at all, how much six colours
cover, how dark the outline is, how the light falls) and boosted trees decide by that (Friedman, Greedy function
approximation, 2001). It learns from real cut-outs, laid on grounds and marked as drawn pictures are, and prints how it
does on concepts that it never saw. Styles that are one set of drawings in two strengths of shading are taken for each
other before anything else; `FAMILIES` says which.
"""

import argparse
import hashlib
import json
import random
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
from PIL import Image
from safetensors.numpy import load_file, save_file
from scipy import ndimage
from tqdm import tqdm

from pipeline.atomic import new_file
from pipeline.data.cutouts import Cutout, load_cutouts
from pipeline.evaluation.foreground import resample, segment
from pipeline.evaluation.judge import ASKED_TIER, JUDGED_SIDE
from pipeline.evaluation.originals import Originals
from pipeline.evaluation.real_pictures import PixelsOf, compose_real, through
from pipeline.evaluation.table import markdown_table
from pipeline.watermark import embed
from pipeline.watermark.embed import LATEST

__all__ = ["FAMILIES", "StyleJudge", "family", "features", "main"]

SIDE = (
    64  # pixels that a thing is brought to: at more of them, how softly it was enlarged would tell more than its look
)
HELD_OUT = 5  # one concept in so many is never learned from
PER_STYLE = 600
GROUNDS = ("white", "light blue", "beige", "light gray", "navy blue", "mint green")
VERSION = 3  # part of the cached file's name
STEP_SIZES = (0, 0.75, 1.5, 2.5, 4, 6, 9, 14, 22, 35, 60, 256)  # between neighbours, in levels of 255
BEND_SIZES = (0, 1, 2, 4, 8, 16, 32, 64, 2048)  # of the second difference
# What should be taken for each other before anything else: soft shading in two strengths; flat colours.
FAMILIES = {
    "3d render": "shaded", "gradient vector": "shaded", "flat geometric": "flat", "flat sticker": "flat",
}  # fmt: skip


def family(style: str) -> str:
    """The family of a style; itself where it is told apart from all others."""
    return FAMILIES.get(style, style)


def features(picture: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """What tells styles apart.

    Args:
        picture: (height, width, 3) in [0, 255], the thing filling it.
        mask: (height, width) of bool: where the thing is.

    Returns:
        float32 (number,): shares of steps and bends by size, saturation, light and dark, colours, outline, direction
        of light, soft places.
    """
    inner = ndimage.binary_erosion(mask, iterations=2)
    if inner.sum() < 60:
        inner = mask
    light = picture @ np.array([0.299, 0.587, 0.114], np.float32)
    down = np.diff(picture, axis=0, prepend=picture[:1])
    across = np.diff(picture, axis=1, prepend=picture[:, :1])
    step = np.maximum(np.abs(down).max(-1), np.abs(across).max(-1))
    own, lit = picture[inner], light[inner]
    saturation = (own.max(-1) - own.min(-1)) / (own.max(-1) + 1)
    _, counts = np.unique((own // 16).astype(np.int64) @ np.array([256, 16, 1]), return_counts=True)
    counts = np.sort(counts)[::-1] / len(own)
    largest = np.pad(counts[:6], (0, max(0, 6 - len(counts)))).cumsum()
    outline = light[mask & ~ndimage.binary_erosion(mask, iterations=2)]
    height, breadth = np.nonzero(inner)
    soft = inner & (np.abs(down).max(-1) > 0.75) & (np.abs(down).max(-1) < 9)
    change = down[soft] if soft.any() else np.zeros((1, 3), np.float32)
    found = [
        *_shares(step[inner], STEP_SIZES),
        *_shares(np.abs(ndimage.laplace(light))[inner], BEND_SIZES),
        *(saturation.mean(), saturation.std(), *np.percentile(saturation, (10, 50, 90))),
        *(lit.std(), *np.percentile(lit, (2, 10, 50, 90, 98))),
        *(*largest, len(counts) / len(own)),
        *(outline.mean() - lit.mean(), outline.std(), *np.percentile(outline, (10, 90))),
        *(_together(place, value) for value in (lit, saturation) for place in (height, breadth)),
        *(np.abs(change.mean(-1)).mean(), change.std(-1).mean(), soft.sum() / inner.sum()),
        *(mask.mean(), (own.max(-1) > 245).mean(), (light[mask] < 50).mean()),
    ]
    return np.nan_to_num(np.array(found, np.float32))


def _shares(values: np.ndarray, limits: tuple[float, ...]) -> np.ndarray:
    return np.histogram(values, limits)[0] / len(values)


def _together(place: np.ndarray, value: np.ndarray) -> float:
    """Correlation; 0 where one of them is the same everywhere."""
    return float(np.corrcoef(place, value)[0, 1]) if value.std() > 0.01 and place.std() > 0 else 0.0


def _seen(image: Image.Image) -> np.ndarray | None:
    """Features of the thing in a picture; None where nothing stands in it."""
    foreground = segment(image)
    boxes = foreground.boxes()
    if not boxes:
        return None
    square = resample(foreground.deviation, boxes[0], SIDE)
    strength = square.abs().amax(0)
    mask = (strength > max(0.06, 0.12 * float(strength.max()))).numpy()
    if not mask.any():
        return None
    picture = (square + foreground.ground[:, None, None]).permute(1, 2, 0).numpy()
    return features(255 * picture, mask)


class StyleJudge:
    """Says which of ``styles`` a picture of one thing is drawn in.

    Args:
        styles: their names.
        trees: a fitted classifier of features, whose classes are places in ``styles``.
    """

    def __init__(self, styles: list[str], trees):
        self.styles, self.trees = styles, trees

    @classmethod
    def fit(
        cls, rows: list[Cutout], pixels_of: PixelsOf, *, per_style: int = PER_STYLE, cache: str | Path = "runs/cache"
    ) -> "StyleJudge":
        """Learn the styles of ``rows``, without the concepts that are held out; features are kept under ``cache``.

        Args:
            rows: cut-outs with a style.
            pixels_of: reads their pixels.
            per_style: how many of each are learned from, at most.
            cache: a folder.

        Raises:
            ValueError: there are fewer than two styles.
            ImportError: scikit-learn is missing.
        """
        try:
            from sklearn.ensemble import HistGradientBoostingClassifier
        except ImportError as error:
            raise ImportError('The judge of style needs scikit-learn. Run: pip install "easel[train]"') from error
        chosen = _choose(rows, per_style)
        styles = sorted({style_of(row) for row in chosen})
        if len(styles) < 2:
            raise ValueError(f"The judge of style needs two styles or more, got {styles}.")
        key = [VERSION, [row.id for row in chosen]]
        path = Path(cache) / f"style-{hashlib.sha256(json.dumps(key).encode()).hexdigest()[:16]}.safetensors"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            with new_file(path) as aside:
                save_file(_learned_from(chosen, pixels_of, styles), aside)
        kept = load_file(path)
        trees = HistGradientBoostingClassifier(max_iter=150, learning_rate=0.08, min_samples_leaf=10, random_state=0)
        return cls(styles, trees.fit(kept["features"], kept["styles"]))

    def shares(self, image: Image.Image) -> dict[str, float]:
        """Style -> probability; empty where nothing stands in the picture."""
        seen = _seen(image)
        if seen is None:
            return {}
        likely = self.trees.predict_proba(seen[None])[0]
        return dict.fromkeys(self.styles, 0.0) | {
            self.styles[int(at)]: float(share) for at, share in zip(self.trees.classes_, likely, strict=True)
        }

    def style(self, image: Image.Image) -> str | None:
        """The most probable style; None where nothing stands in the picture."""
        shares = self.shares(image)
        return max(shares, key=lambda name: shares[name]) if shares else None


def style_of(row: Cutout) -> str:
    """What a cut-out's style is called first."""
    return row.style


def is_held_out(concept: str) -> bool:
    """Whether the judge of style never sees a concept."""
    return hashlib.sha256(concept.encode()).digest()[0] % HELD_OUT == 0


def _choose(rows: list[Cutout], per_style: int) -> list[Cutout]:
    """Up to ``per_style`` of each style, one of a concept."""
    groups: dict[str, dict[str, Cutout]] = defaultdict(dict)
    for row in rows:
        if not (row.is_flag or row.is_tone_variant or is_held_out(row.concept)):
            groups[style_of(row)].setdefault(row.concept, row)
    chosen = []
    for style in sorted(groups):
        own = [groups[style][concept] for concept in sorted(groups[style])]
        chosen += random.Random(style).sample(own, min(per_style, len(own)))
    return chosen


def _learned_from(chosen: list[Cutout], pixels_of: PixelsOf, styles: list[str]) -> dict[str, np.ndarray]:
    """Features (number, features) and styles (number,) of real pictures; half are softer, as drawn ones are."""
    rng, found, names = random.Random(0), [], []
    for at, row in enumerate(tqdm(chosen, "read for style", mininterval=5)):
        picture = compose_real(pixels_of, (row,), rng.choice(GROUNDS), "single", rng)
        if at % 2:
            picture = through(picture, rng.choice((64, 96, 128)))
        seen = _seen(embed(picture, version=LATEST))
        if seen is not None:
            found.append(seen)
            names.append(styles.index(style_of(row)))
    return {"features": np.stack(found), "styles": np.array(names, np.int64)}


def confusion(judge: StyleJudge, real: list[tuple[str, Image.Image]]) -> list[list[str]]:
    """Rows of (style, pictures, right, family right, what it is taken for most often)."""
    seen: dict[str, Counter] = defaultdict(Counter)
    for style, image in real:
        seen[style][judge.style(image)] += 1
    rows = []
    for style, counts in [*sorted(seen.items()), ("all", sum(seen.values(), Counter()))]:
        total = sum(counts.values())
        chosen = seen.items() if style == "all" else [(style, counts)]
        right = sum(own[name] for name, own in chosen)
        related = sum(
            number for name, own in chosen for other, number in own.items() if family(other or "") == family(name)
        )
        wrong = Counter({other: number for other, number in counts.items() if other != style})
        taken = "" if style == "all" or not wrong else f"{wrong.most_common(1)[0][0]} {wrong.most_common(1)[0][1]}"
        rows.append([style, str(total), f"{right / total:.1%}", f"{related / total:.1%}", taken])
    return rows


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline.evaluation.style", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--input", required=True, help="folder of zip shards of cut-outs with a metadata.jsonl")
    parser.add_argument("--limit", type=int, default=40, help="real pictures of each style")
    parser.add_argument("--cache", default="runs/cache", help="folder of what was learnt")
    arguments = parser.parse_args(argv)
    cutouts = load_cutouts(arguments.input, size=JUDGED_SIDE, cache=arguments.cache)
    rows = [row for row in cutouts.cutouts if row.tier == ASKED_TIER] or cutouts.cutouts
    originals = Originals(arguments.input)
    judge = StyleJudge.fit(rows, lambda row: cutouts.pixels[row.index], cache=arguments.cache)
    rng, real = random.Random(2), []
    for style in judge.styles:
        own = [row for row in rows if style_of(row) == style and is_held_out(row.concept) and not row.is_tone_variant]
        for row in rng.sample(own, min(arguments.limit, len(own))):
            picture = compose_real(originals, (row,), rng.choice(GROUNDS), "single", rng)
            real.append((style, embed(picture, version=LATEST)))
    print(markdown_table(["style", "real pictures", "right", "family right", "else"], confusion(judge, real)))


if __name__ == "__main__":
    main()
