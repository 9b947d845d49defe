"""GenEval's six parts (Ghosh et al. 2023), judged by separate pieces, nearest cut-outs, colour and place."""

import itertools

from PIL import Image

from pipeline.evaluation.foreground import find_things, segment
from pipeline.evaluation.judge import CutoutJudge
from pipeline.evaluation.parts import Region, regions

__all__ = ["judge_composition"]

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


def _placed(want: dict, region: Region, chosen: tuple[Region, ...]) -> bool:
    if not want.get("position"):
        return True
    side, other = want["position"]
    return _SIDES[side](region.centre, chosen[other].centre)


def _apart(chosen: tuple[Region, ...]) -> bool:
    """Whether no two regions are mostly the same place."""
    for a, b in itertools.combinations([region.box for region in chosen], 2):
        width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
        smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
        if width > 0 and height > 0 and width * height > 0.6 * smaller:
            return False
    return True


def _seen(found: list[Region]) -> list[str]:
    return [region.verdict.cutout.id for region in found[:4] if region.verdict.cutout]
