"""What the prior learns from: every cut-out as a row of (concept, drawing, rendering, tone), with its embedding."""

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
import torch
from tqdm import tqdm

from pipeline.data.cutouts import SAME_DRAWING, Cutout, CutoutSet
from pipeline.models.image_encoder import ImageEncoder
from pipeline.models.prior import TONES
from pipeline.training.embedder import to_layers
from pipeline.training.scenes import to_layer
from pipeline.training.vocabulary import phrases_of

__all__ = ["DrawingTable", "embed_cutouts", "hue_freedom", "tone_of"]

# How often a row is drawn. Skin tones and people are half of the emoji; flags are hardly asked for.
TIER_WEIGHTS = {"core": 1.6, "extra-emoji": 1.0, "extra-glyph": 0.7, "extra-icon": 0.7}
# What grows has its colours: where those who drew it differ, they differ less than paint does.
NATURAL_GROUPS, NATURAL_SHARE = ("animals-nature", "food-drink", "people-body", "smileys-emotion"), 0.12
TONE_WEIGHT, PEOPLE_WEIGHT, FLAG_WEIGHT = 0.1, 0.4, 0.25
_TONE = re.compile(r"\b(light|medium|dark)(?:-(?:light|dark))? skin tone")


@dataclass(frozen=True)
class DrawingTable:
    """The rows that the prior is taught.

    Attributes:
        phrases: of the concepts, in the order of their numbers.
        renderings: names of the styles, in the order of theirs.
        num_drawings: of all concepts.
        cells: int32 (rows, 4): concept, drawing, rendering, tone.
        weights: (rows,) how often each is drawn.
    """

    phrases: list[str]
    renderings: list[str]
    num_drawings: int
    cells: np.ndarray
    weights: np.ndarray

    @classmethod
    def make(cls, cutouts: list[Cutout]) -> "DrawingTable":
        """Number the concepts, drawings and renderings of ``cutouts``. Drawings that several sources show in several
        renderings are one.
        """
        phrase_of = phrases_of(cutouts)
        concepts = {concept: at for at, concept in enumerate(sorted(phrase_of))}
        styles = [cutout.style for cutout in cutouts]
        renderings = sorted(set(styles))
        seen: Counter = Counter()
        drawings: dict[tuple, int] = {}
        cells = np.zeros((len(cutouts), 4), np.int32)
        for row, (cutout, style) in enumerate(zip(cutouts, styles, strict=True)):
            tone = tone_of(cutout.phrase)
            place = cutout.concept, cutout.source, tone
            artist = SAME_DRAWING[0] if cutout.source in SAME_DRAWING else cutout.source
            drawing = drawings.setdefault((cutout.concept, artist, seen[place]), len(drawings))
            seen[place] += 1
            cells[row] = concepts[cutout.concept], drawing, renderings.index(style), TONES.index(tone)
        weights = np.array([_weight(cutout) for cutout in cutouts])
        return cls([phrase_of[concept] for concept in concepts], renderings, len(drawings), cells, weights)


def tone_of(phrase: str) -> str:
    """The skin tone that a phrase names, of ``TONES``; "" where it names none."""
    found = _TONE.search(phrase)
    return found[1] if found else ""


def _weight(cutout: Cutout) -> float:
    weight = TIER_WEIGHTS.get(cutout.tier, 1.0)
    if cutout.is_tone_variant:
        weight *= TONE_WEIGHT
    elif cutout.group == "people-body":
        weight *= PEOPLE_WEIGHT
    return weight * FLAG_WEIGHT if cutout.is_flag else weight


@torch.no_grad()
def embed_cutouts(cutouts: CutoutSet, image_encoder: ImageEncoder) -> tuple[torch.Tensor, torch.Tensor]:
    """Components (n, components) and what is shown (n, semantic_dim), unit length, of every cut-out's layer."""
    size = image_encoder.config.layer_size
    components, semantic = [], []
    rows = [cutout.index for cutout in cutouts.cutouts]  # not all there are: what cannot be decoded has no record
    for start in tqdm(range(0, len(rows), 256), desc="embed cut-outs", mininterval=5):
        layers = to_layers(torch.from_numpy(to_layer(cutouts.pixels[rows[start : start + 256]], size)))
        components.append(image_encoder.components(layers))
        semantic.append(torch.nn.functional.normalize(image_encoder.semantic(layers).float(), dim=-1))
    return torch.cat(components), torch.cat(semantic)


def hue_freedom(cutouts: CutoutSet, table: DrawingTable) -> torch.Tensor:
    """(concepts,) in [0, 1]: how much those who drew a concept differ in its main hue; 0 where they agree. A concept
    that fewer than three drew in colour has the mean of its group, halved.
    """
    hues: dict[int, list[complex]] = {}
    groups = {}
    for row, cutout in enumerate(cutouts.cutouts):
        concept = int(table.cells[row, 0])
        groups.setdefault(concept, cutout.group)
        hue = None if cutout.is_tone_variant else _main_hue(np.asarray(cutouts.pixels[cutout.index]))
        if hue is not None:
            hues.setdefault(concept, []).append(hue)
    spread = {c: 1 - abs(np.mean(own)) for c, own in hues.items() if len(own) >= 3}
    share = {concept: NATURAL_SHARE if group in NATURAL_GROUPS else 1.0 for concept, group in groups.items()}
    free = {concept: share[concept] * float(np.clip((value - 0.15) / 0.5, 0, 1)) for concept, value in spread.items()}
    by_group: dict[str, list[float]] = {}
    for concept, value in free.items():
        by_group.setdefault(groups[concept], []).append(value)
    means = {group: 0.5 * float(np.mean(values)) for group, values in by_group.items()}
    default = 0.5 * float(np.mean(list(free.values()))) if free else 0.0
    every = range(len(table.phrases))
    return torch.tensor([free.get(concept, means.get(groups.get(concept, ""), default)) for concept in every])


def _main_hue(pixels: np.ndarray) -> complex | None:
    """The mean hue of a cut-out (side, side, 4) of uint8 as a number of length 1; None where it has none."""
    small = pixels[::4, ::4].reshape(-1, 4).astype(np.float32) / 255
    solid = small[small[:, 3] > 0.5, :3]
    if not len(solid):
        return None
    luma = solid @ np.array([0.299, 0.587, 0.114], np.float32)
    chroma = 0.713 * (solid[:, 0] - luma) + 0.564j * (solid[:, 2] - luma)
    if (np.abs(chroma) > 0.08).mean() < 0.3:
        return None
    total = chroma.sum()
    return total / abs(total) if abs(total) > 1e-6 else None
