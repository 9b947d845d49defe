"""Searching a picture for the mark, with an error rate that holds for the whole search.

Five families of evidence, each allowed a fifth of the error:

1. unmoved: both tiles where they were written, which is where saving as JPEG leaves them; very few hypotheses;
   and the luma tile there alone, since a coarse JPEG takes the chroma tile with it;
2. chroma: the picture scaled as a whole from a usual size, in eight orientations, its colours stretched;
3. luma: at those sizes every shift of the tile; then the chroma tile where the luma tile lies best;
4. deep: the same over scales from 1/3 to 3 and small rotations.

In 3 and 4 the place to read the chroma tile is chosen by the luma tile alone. Their keys are independent, so both
p-values hold at once and multiply (Fisher: P(p1 * p2 <= x) = x (1 - ln x)); choosing the place costs the chroma tile
nothing. Everywhere else the number of hypotheses is what the search could look at, not what it did: refinements that
were chosen by looking at a key's own scores would not be worth their face value.
"""

import dataclasses
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from pipeline.watermark.key import LUMA_TILE, ORIENTATIONS, WatermarkKey, verification_keys
from pipeline.watermark.pose import GAINS, PHASES, WINDOW, Planes, Pose
from pipeline.watermark.statistics import (
    CHROMA_STATISTICS,
    chroma_scores,
    chroma_tail,
    fold,
    luma_best,
    luma_scores,
    luma_tail,
    read_payload,
)
from pipeline.watermark.visible import split_alpha, to_rgb

__all__ = ["MAX_SIDE", "Detection", "verify"]

USUAL_SIDES = (256, 512, 1024)  # pixels: longest sides that pictures are usually made with
FAST_SCALES = 1 + len(USUAL_SIDES)
LARGEST_SCALE, SCALE_STEP, DEEP_SCALES = 3.0, 0.01, 221  # from 1/3 to 3 in steps of 1 % it takes 221
ANGLES = [angle for angle in range(-15, 16) if angle]  # degrees; half a degree off still scores
SHORTLIST = 40  # places whose score is worked out at every pixel
CANDIDATES = 6  # places of the luma tile at which the chroma tile is read, in each of families 3 and 4
FAMILIES = 5
GENERATED, CERTAIN, UNCLEAR = -6.0, -9.0, -3.0  # log10 of the corrected error rate
MAX_SIDE = 3072  # pixels: three times the largest usual side; larger pictures are shrunk first
MAX_PIXELS = 60_000_000
MIN_SIDE = 64  # pixels

_log10_chroma_fast = math.log10(FAST_SCALES * ORIENTATIONS * len(GAINS) * len(PHASES) * CHROMA_STATISTICS)
_log10_aligned = math.log10(CANDIDATES * 4 * len(GAINS) * len(PHASES) * CHROMA_STATISTICS)
_log10_luma_fast = math.log10(FAST_SCALES * ORIENTATIONS * LUMA_TILE**2)
_log10_luma_deep = math.log10((DEEP_SCALES + FAST_SCALES * len(ANGLES)) * ORIENTATIONS * LUMA_TILE**2)


@dataclass(frozen=True)
class Detection:
    """What was found. GENERATED means made here, or made from something made here; nothing found proves nothing."""

    result: str  # GENERATED, INCONCLUSIVE or NOT_DETECTED
    confidence: str  # HIGH, MEDIUM or LOW; of NOT_DETECTED, how hard it was looked for: fast LOW, deep MEDIUM
    log10_p: float  # at most this share of unrelated pictures would look as marked, over the whole search
    one_in: float  # the same as "1 in N": 10 ** -log10_p, at most 1e15
    undone: tuple[str, ...] = ()  # what had to be undone to read the mark
    payload: int | None = None  # 32 bits, where the mark carries them and they are certain
    key_id: str | None = None  # whose mark it is

    @property
    def sentence(self) -> str:
        """The answer in plain words."""
        if self.result == "NOT_DETECTED":
            return "No Easel watermark was found. That does not say how the picture was made."
        odds = f"at most 1 in {self.one_in:,.0f} unrelated pictures would show as much"
        if self.result == "INCONCLUSIVE":
            return f"There may be remains of an Easel watermark, but this is no proof: {odds}."
        undone = f" Undone to read it: {', '.join(self.undone)}." if self.undone else ""
        return f"Easel made this picture, or what it was made from: {odds}.{undone}"


def verify(
    image: Image.Image | np.ndarray,
    keys: WatermarkKey | Iterable[WatermarkKey] | None = None,
    deep: bool = False,
    reduced: float = 1.0,
    progress: Callable[[float], None] | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Detection:
    """Look for the mark of one of some keys.

    Args:
        image: PIL image of any mode, or uint8 array (height, width, 3 or 4), RGB or RGBA; with alpha, what is seen.
        keys: default `verification_keys()`; each further key makes the others' evidence weigh a little less.
        deep: if the fast look (usual sizes, any crop, mirrored, turned) finds nothing certain, search all scales.
        reduced: how many times larger the file was before it was decoded to this size.
        progress: called with the finished share of the work, 0 to 1.
        cancel: asked between steps; where it says True, the evidence so far is the answer.

    Raises:
        ValueError: not a picture, one with a side under 64 pixels, or one of more than 60,000,000 pixels.
    """
    width, height = image.size if isinstance(image, Image.Image) else split_alpha(image)[0].shape[1::-1]
    if width * height > MAX_PIXELS or min(width, height) < MIN_SIDE:
        raise ValueError(
            f"`image` takes sides of {MIN_SIDE} pixels or more and {MAX_PIXELS:,} pixels or fewer, "
            f"got {width}x{height}. Resize it first."
        )
    keys = [keys] if isinstance(keys, WatermarkKey) else list(verification_keys() if keys is None else keys)
    if not keys:
        raise ValueError("`keys` takes at least one key, got none.")
    search = _Search(image, keys, progress or (lambda share: None), cancel or (lambda: False))
    search.shrunk *= reduced
    search.fast(0.0, 0.1 if deep else 1.0)
    if deep and search.log10_p > CERTAIN:
        search.deep(0.1, 1.0)
    return search.answer(deep)


def read_back(image: Image.Image | np.ndarray, key: WatermarkKey) -> Detection:
    """`verify` of a picture that was marked just now: where its mark was written, and nowhere else.

    A mark without a payload leaves `verify` nothing to be sure of early: it would look at all usual sizes.
    """
    search = _Search(image, [key])
    search.unmoved(hurried=True)
    return search.answer(False)


class _Search:
    """The best evidence so far, and the steps that add to it."""

    def __init__(
        self,
        image: Image.Image | np.ndarray,
        keys: list[WatermarkKey],
        progress: Callable = lambda share: None,
        cancel: Callable = lambda: False,
    ) -> None:
        pixels, alpha = to_rgb(image), split_alpha(image)[1]
        self.shrunk = max(1.0, max(pixels.shape[:2]) / MAX_SIDE)
        if self.shrunk > 1:
            size = (round(pixels.shape[1] / self.shrunk), round(pixels.shape[0] / self.shrunk))
            pixels = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))
            if alpha is not None:
                alpha = np.asarray(Image.fromarray(alpha).resize(size, Image.Resampling.BICUBIC))
        self.picture = Planes(pixels, alpha)
        self.log10_readings = math.log10(len(self.picture.seen))
        self.keys, self.progress, self.cancel = keys, progress, cancel
        longest = max(pixels.shape[:2])
        self.fast_scales = sorted(
            {1.0, *(longest / side for side in USUAL_SIDES)}, key=lambda scale: abs(math.log(scale))
        )
        self.fast_scales = [scale for scale in self.fast_scales if self._fits(scale)]
        self.price = math.log10(FAMILIES * len(keys))
        self.log10_p, self.key, self.pose = 0.0, keys[0], Pose(0.0)
        self.payloads: dict[str, int] = {}  # by key: the first one that was certain

    def fast(self, start: float, end: float) -> None:
        """Families 1 to 3; the first alone where it leaves no doubt, as with a picture that was just drawn."""
        self.unmoved()
        if self._certain():
            self.progress(end)
            return
        candidates: dict[int, list[Pose]] = {index: [] for index in range(len(self.keys))}
        for number, scale in enumerate(self.fast_scales):
            if self.cancel():
                return
            self._chroma_at_origin(scale)
            score = self._collect(candidates, scale, 0.0)
            if self._certain() or luma_tail(score) + _log10_luma_fast + self.price < 2 * CERTAIN:
                break
            self.progress(start + (end - start) * (number + 1) / (len(self.fast_scales) + 1))
        for index, poses in candidates.items():
            self._read_chroma(self.keys[index], poses, 2, _log10_luma_fast, refine=False)
        self.progress(end)

    def deep(self, start: float, end: float) -> None:
        """Family 4."""
        candidates: dict[int, list[Pose]] = {index: [] for index in range(len(self.keys))}
        steps = [(scale, 0.0) for scale in self._deep_scales() if self._fits(scale)]
        steps += [(scale, float(angle)) for scale in self.fast_scales for angle in ANGLES]
        steps.sort(key=lambda step: abs(math.log(step[0])))
        best, best_at = 0.0, 0
        for number, (scale, angle) in enumerate(steps):
            if self.cancel():
                return
            score = self._collect(candidates, scale, angle)
            best, best_at = max((best, best_at), (score, number))
            if luma_tail(best) + _log10_luma_deep + self.price < 2 * CERTAIN and number - best_at >= 12:
                break  # certain by the luma tile alone, and the neighbours on both sides fit less well
            self.progress(start + (end - start) * 0.9 * (number + 1) / len(steps))
        for index, poses in candidates.items():
            self._read_chroma(self.keys[index], poses, CANDIDATES, _log10_luma_deep, refine=True)
        self.progress(end)

    def answer(self, deep: bool) -> Detection:
        log10_p = round(self.log10_p, 2)
        one_in = 10 ** min(15.0, -log10_p)
        if log10_p > UNCLEAR:
            return Detection("NOT_DETECTED", "MEDIUM" if deep else "LOW", log10_p, one_in)
        pose = dataclasses.replace(self.pose, scale=self.pose.scale * self.shrunk)
        if log10_p > GENERATED:
            return Detection("INCONCLUSIVE", "LOW", log10_p, one_in, pose.undone, None, self.key.key_id)
        payload = self.payloads.get(self.key.key_id)
        confidence = "HIGH" if log10_p <= CERTAIN else "MEDIUM"
        return Detection("GENERATED", confidence, log10_p, one_in, pose.undone, payload, self.key.key_id)

    def _deep_scales(self) -> list[float]:
        """Scales whose neighbours move the edge of what is looked at by 2.6 pixels: a small picture takes fewer."""
        scales, longest = [1 / LARGEST_SCALE], max(self.picture.height, self.picture.width)
        while scales[-1] <= LARGEST_SCALE:
            scales.append(scales[-1] * (1 + SCALE_STEP * min(2.0, max(1.0, WINDOW * scales[-1] / longest))))
        return scales[:-1]

    def _fits(self, scale: float) -> bool:
        sides = (self.picture.height / scale, self.picture.width / scale)
        return scale == 1.0 or scale >= 0.3 and min(sides) >= 90 and max(sides) <= 1300

    def _offer(self, log10_p: float, key: WatermarkKey, pose: Pose, folded: np.ndarray) -> None:
        log10_p = min(0.0, log10_p + self.price)
        if log10_p < self.log10_p:
            self.log10_p, self.key, self.pose = log10_p, key, pose
        if log10_p <= GENERATED and key.key_id not in self.payloads:
            payload = read_payload(folded, key)
            if payload is not None:
                self.payloads[key.key_id] = payload

    def _certain(self) -> bool:
        """Whether nothing is left to be learnt."""
        return self.log10_p <= 2 * CERTAIN and bool(self.payloads)

    def unmoved(self, hurried: bool = False) -> None:
        """Family 1. ``hurried``: where the chroma tile leaves no doubt, whatever the luma tile's p-value, up to 1, the
        luma tile is not looked at.
        """
        chips = self.picture.first_chips()  # (readings, 32, 32)
        chroma = []
        for key in self.keys:
            scores = chroma_scores(chips, key).max(0)
            best = int(scores.argmax())
            tail = chroma_tail(float(scores[best])) + math.log10(CHROMA_STATISTICS) + self.log10_readings
            chroma.append((key, min(0.0, tail), chips[best]))
        if hurried:
            for key, chroma_p, folded in chroma:
                self._offer(_fisher(chroma_p), key, Pose(0.0), folded)
            if self._certain():
                return
        plane, top, left = self.picture.unmoved()
        luma = fold(plane, LUMA_TILE)
        for key, chroma_p, folded in chroma:
            luma_z = float(luma_scores(luma, key)[-top % LUMA_TILE, -left % LUMA_TILE])
            luma_p = luma_tail(luma_z)
            self._offer(min(luma_p, _fisher(luma_p + chroma_p)), key, Pose(luma_z), folded)

    def _chroma_at_origin(self, scale: float) -> None:
        if max(self.picture.height, self.picture.width) / scale > 1300:
            return
        folded = self.picture.folded_chips_at_origin(scale)  # (8, readings, gains, phases, 32, 32)
        for key in self.keys:
            scores = chroma_scores(folded, key).max(0)
            where = np.unravel_index(int(scores.argmax()), scores.shape)
            pose = Pose(0.0, orientation=int(where[0]), scale=scale)
            tail = chroma_tail(float(scores[where])) + _log10_chroma_fast + self.log10_readings
            self._offer(tail, key, pose, folded[where])

    def _collect(self, candidates: dict[int, list[Pose]], scale: float, angle: float) -> float:
        """Add this scale and angle in all orientations; returns the best score."""
        low, best = self.picture.low_luma(Pose(0.0, scale=scale, angle=angle)), 0.0
        for index, key in enumerate(self.keys):
            scores = luma_best(low, key)
            candidates[index] += [Pose(float(score), i, scale, angle) for i, score in enumerate(scores)]
            best = max(best, float(scores.max()))
        return best

    def _read_chroma(
        self, key: WatermarkKey, poses: list[Pose], count: int, log10_hypotheses: float, refine: bool
    ) -> None:
        """Read the chroma tile where the luma tile lies best: at so many of these poses."""
        poses = sorted(poses, reverse=True)[:SHORTLIST]
        poses = sorted((self.picture.best_luma(pose, key) for pose in poses), reverse=True)
        luma_p = min(0.0, luma_tail(poses[0].score) + log10_hypotheses)
        for pose in _apart(poses, count):
            if self.cancel() or self._certain():
                return
            pose = self.picture.refined(pose, key) if refine else pose
            folded = self.picture.folded_chips(pose)  # (readings, gains, phases, 4, 32, 32)
            scores = chroma_scores(folded, key).max(0)
            where = np.unravel_index(int(scores.argmax()), scores.shape)
            chroma_p = min(0.0, chroma_tail(float(scores[where])) + _log10_aligned + self.log10_readings)
            self._offer(_fisher(luma_p + chroma_p), key, pose, folded[where])


def _fisher(log10_product: float) -> float:
    """log10 of P(the product of two independent p-values is this small)."""
    return log10_product + math.log10(1 - log10_product * math.log(10))


def _apart(poses: list[Pose], count: int) -> list[Pose]:
    """The best few places that are not each other's neighbours."""
    chosen: list[Pose] = []
    for pose in poses:
        if len(chosen) < count and not any(
            pose.orientation == other.orientation
            and abs(math.log(pose.scale / other.scale)) < 0.015
            and abs(pose.angle - other.angle) < 1.5
            for other in chosen
        ):
            chosen.append(pose)
    return chosen
