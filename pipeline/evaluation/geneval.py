"""GenEval's six parts (Ghosh et al. 2023), judged by separate pieces, nearest cut-outs, colour and place."""

import itertools
import random

from PIL import Image

from pipeline.data.scenes import COUNT_LAYOUTS
from pipeline.evaluation.foreground import find_things, segment
from pipeline.evaluation.judge import CutoutJudge
from pipeline.evaluation.parts import JudgedPart, regions
from pipeline.evaluation.real_pictures import compose_real, vanishes

__all__ = ["judge_composition", "real_composition"]

_SIDES = {
    "left of": lambda a, b: a[0] < b[0] - 0.03,
    "right of": lambda a, b: a[0] > b[0] + 0.03,
    "above": lambda a, b: a[1] < b[1] - 0.03,
    "below": lambda a, b: a[1] > b[1] + 0.03,
}


def judge_composition(judge: CutoutJudge, ask: dict, image: Image.Image) -> dict:
    """Whether a picture shows what a row of GenEval includes: {"part", "prompt", "right", "why"}; ``why`` names the
    first thing that is missing.
    """
    found, wants = regions(judge, image), ask["include"]
    row = {"part": ask["tag"], "prompt": ask["prompt"]}
    candidates = []
    for want in wants:
        accepted = judge.accepted(want["class"])
        things = [region for region in found if region.is_thing(accepted)]
        if not things:
            return row | {"right": False, "why": f"no {want['class']}", "seen": _seen(found)}
        if want.get("color"):
            things = [region for region in things if region.is_coloured(want["color"])]
            if not things:
                return row | {"right": False, "why": f"{want['class']} not {want['color']}", "seen": _seen(found)}
        candidates.append(things)
    if len(wants) == 1 and ask["tag"] == "counting":
        counted = len(find_things(segment(image)))
        right = counted == wants[0]["count"]
        return row | {"right": right, "why": "" if right else f"{counted} counted"}
    pairs = [chosen for chosen in itertools.product(*candidates) if _apart(chosen)]
    if not pairs:
        return row | {"right": False, "why": "not apart", "seen": _seen(found)}
    # What is surest to be the things says where they are: a half of the picture may look like one of them, too.
    chosen = max(pairs, key=lambda pair: sum(region.verdict.likeness for region in pair))
    right = all(_placed(want, region, chosen) for want, region in zip(wants, chosen, strict=True))
    return row | {"right": right, "why": "" if right else "not in their places", "seen": _seen(found)}


def real_composition(judge: CutoutJudge, ask: dict, rng: random.Random) -> Image.Image | None:
    """A picture of artists' own cut-outs that shows what a row of GenEval includes; None where it asks for a colour or
    a class goes by no cut-out.
    """
    wants, things = ask["include"], []
    for want in wants:
        accepted = judge.accepted(want["class"])
        rows = [row for row in judge.asked if row.concept in accepted]
        rows = [row for row in rows if not vanishes(judge.cutouts.pixels[row.index], "white")]
        if want.get("color") or not rows:
            return None
        things.append(rng.choice(rows))
    if len(wants) == 1:
        count = wants[0]["count"]
        if count not in (1, *COUNT_LAYOUTS):
            return None
        layout = "count" if count > 1 else "single"
        return compose_real(judge.pixels, tuple(things), "white", layout, rng, count=count)
    side = (wants[1].get("position") or ("right of", 0))[0]
    layout = "left-right" if side in ("left of", "right of") else "above-below"
    if side in ("left of", "above"):
        things.reverse()
    return compose_real(judge.pixels, tuple(things), "white", layout, rng)


def _placed(want: dict, region: JudgedPart, chosen: tuple[JudgedPart, ...]) -> bool:
    if not want.get("position"):
        return True
    side, other = want["position"]
    return _SIDES[side](region.centre, chosen[other].centre)


def _apart(chosen: tuple[JudgedPart, ...]) -> bool:
    """Whether no two regions are mostly the same place."""
    for a, b in itertools.combinations([region.box for region in chosen], 2):
        width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
        smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
        if width > 0 and height > 0 and width * height > 0.6 * smaller:
            return False
    return True


def _seen(found: list[JudgedPart]) -> list[str]:
    return [region.verdict.cutout.id for region in found[:4] if region.verdict.cutout]
