"""Relations: 20 of them, 20 pairs each: are both things there, and do they touch as the relation says?

    python -m pipeline.evaluation.relations --input PICTURES --limit 5 --sheet sheet.png

Each thing is looked for by what is seen of it in the finished picture: the judge (nearest real cut-out by pixels or by
shape) names it, one of several alike, and where a part of it is hidden (inside a cup), its name in the scene counts.
Then the boxes of what is seen have to stand to each other as the words say; "placed" is this alone, of things that go
by the right names in the scene. That a hat sits as a hat does, boxes do not tell: look at the sheet.
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tqdm import tqdm

from pipeline.evaluation.arguments import evaluation_arguments, open_all, settings_from
from pipeline.evaluation.contact_sheet import contact_sheet
from pipeline.evaluation.judge import CutoutJudge
from pipeline.evaluation.relation_pairs import RELATION_PAIRS
from pipeline.evaluation.table import markdown_table
from pipeline.language.english import with_article
from pipeline.scene.record import Scene
from pipeline.scene.standing import Standing

__all__ = ["Pair", "Seen", "judge_pair", "main", "pairs", "see"]

STYLES = ("flat sticker", "3d render", "cartoon emoji", "flat geometric", "gradient vector")
PLURALS = frozenset("glasses sunglasses headphones boots shoes bamboo soup cheese".split())
SEEN = 0.004  # of the picture: less of a thing is not seen
WHOLE = 0.9  # of a thing's outline: where less is seen, its pixels do not tell what it is
NOT_PLACED = "not so placed"
SLACK = 0.03  # of the picture: an outline may be so far off


@dataclass(frozen=True)
class Pair:
    """Two things and what is said between them; of a ground, ``other`` is its name."""

    relation: str
    thing: str
    other: str
    style: str
    is_ground: bool = False

    @property
    def text(self) -> str:
        thing, other = _said(self.thing), self.other if self.is_ground else _said(self.other)
        return f"{thing} {self.relation} {other}, {self.style}"


@dataclass(frozen=True)
class Seen:
    """What is seen of everything of one name: the box of it (left, top, right, bottom), of the picture's width and
    height, the share of its outline that nothing covers, and the picture with all else taken away.
    """

    box: tuple[float, float, float, float]
    share: float
    area: float
    image: Image.Image

    @property
    def middle(self) -> tuple[float, float]:
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2


def _said(name: str) -> str:
    first, last = name.split()[0], name.split()[-1]
    if first in ("the", "a", "an") or last in PLURALS or (last.endswith("s") and not last.endswith("ss")):
        return name
    return with_article(name)


def pairs(limit: int = 20) -> list[Pair]:
    """The first ``limit`` pairs of every relation, styles in turn."""
    found = []
    for relation, text in RELATION_PAIRS.items():
        for at, pair in enumerate(text.split(",")[:limit]):
            thing, _, other = (part.strip() for part in pair.partition(">"))
            ground, words = relation == "ground", relation
            if ground:
                words, _, other = other.partition(" ")
            found.append(Pair(words, thing, other, STYLES[at % len(STYLES)], ground))
    return found


def see(scene: Scene, standing: Standing, image: Image.Image) -> dict[str, Seen]:
    """What is seen of each thing of a scene, by its id; what is hidden altogether is left out."""
    hits = np.asarray(standing.hits)
    found = {}
    for thing in scene.things:
        numbers = [at + 1 for at, key in enumerate(standing.keys) if key.split("#")[0] == thing.id]
        mask = np.isin(hits, numbers)
        if not mask.any():
            continue
        rows, columns = mask.any(1).nonzero()[0], mask.any(0).nonzero()[0]
        height, width = mask.shape
        box = (columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height)
        whole = sum(standing.areas[number - 1] for number in numbers)
        large = Image.fromarray(hits == numbers[0]).resize(image.size)
        alone = Image.composite(image.convert("RGB"), Image.new("RGB", image.size, "white"), large)
        area = float(mask.mean())
        found[thing.id] = Seen(box, min(1.0, area / whole) if whole else 0.0, area, alone)
    return found


def _overlap(a: Seen, b: Seen) -> bool:
    return all(a.box[i] < b.box[i + 2] + SLACK and b.box[i] < a.box[i + 2] + SLACK for i in (0, 1))


def _within(a: Seen, b: Seen) -> bool:
    """Whether the middle of one lies within the other's width."""
    return b.box[0] - SLACK <= a.middle[0] <= b.box[2] + SLACK


def _level(a: Seen, b: Seen) -> bool:
    """Whether they stand side by side: the feet of one between the other's head and feet."""
    return b.box[1] < a.box[3] + SLACK and a.box[1] < b.box[3] + SLACK


# What is said -> whether the first stands to the second as it says.
_HOLDS: dict[str, Callable[[Seen, Seen], bool]] = {
    "on": lambda a, b: _overlap(a, b) and _within(a, b) and a.box[3] <= b.box[3] + SLACK,
    "in": lambda a, b: _overlap(a, b) and _within(a, b),
    "under": lambda a, b: _within(a, b) and a.middle[1] > b.middle[1] and a.box[3] > b.middle[1],
    "above": lambda a, b: a.box[3] <= b.box[1] + SLACK and _within(a, b),
    "to the left of": lambda a, b: a.box[2] <= b.box[0] + SLACK and _level(a, b),
    "to the right of": lambda a, b: a.box[0] >= b.box[2] - SLACK and _level(a, b),
    "in front of": lambda a, b: _overlap(a, b) and a.share > 0.95 and a.box[3] >= b.box[3] - SLACK,
    "behind": lambda a, b: _overlap(a, b) and b.share > 0.95 and a.box[3] <= b.box[3] + SLACK,
    "next to": lambda a, b: _level(a, b) and a.share > 0.9 and b.share > 0.9,
    "holding": lambda a, b: _overlap(a, b) and b.share > 0.8,
    "wearing": lambda a, b: _overlap(a, b) and b.share > 0.5,
    "riding": lambda a, b: _overlap(a, b) and _within(a, b) and a.middle[1] < b.middle[1],
    "sitting on": lambda a, b: _overlap(a, b) and _within(a, b) and a.box[3] <= b.box[3] + SLACK,
    "with": lambda a, b: _level(a, b) and b.share > 0.6,
    "inside": lambda a, b: _overlap(a, b) and _within(a, b),
    "coming out of": lambda a, b: _overlap(a, b) and _within(a, b) and a.box[1] < b.middle[1],
    "facing": lambda a, b: _level(a, b) and a.share > 0.9 and b.share > 0.9,
    "surrounded by": lambda a, b: b.box[0] < a.box[0] + SLACK and b.box[2] > a.box[2] - SLACK,
    "hanging from": lambda a, b: _overlap(a, b) and a.middle[1] > b.middle[1] and _within(a, b),
}


def judge_pair(judge: CutoutJudge, pair: Pair, output) -> dict:
    """One row: whether both things are there and stand so, and why not."""
    scene, standing, image = output.plans[0].scene, output.standings[0], output.images[0]
    row = {
        "relation": "ground" if pair.is_ground else pair.relation,
        "prompt": pair.text,
        "right": False,
        "placed": False,
    }
    if pair.is_ground and (scene.ground is None or scene.ground.kind != "scene"):
        return row | {"why": "no scenery"}
    found = see(scene, standing, image)
    names = [pair.thing] if pair.is_ground else [pair.thing, pair.other]
    chosen: list[str] = []
    missing = ""
    for name in names:
        accepted = judge.accepted(name, name.removesuffix("s"))
        named = [id for id in found if id not in chosen and found[id].area > SEEN and _is_named(scene, id, accepted)]
        seen = [id for id in found if id not in chosen and _is_seen(judge, accepted, found[id], id in named)]
        if not seen and not missing:
            missing = f"no {name}"
        if not (seen or named):
            return row | {"why": missing}
        chosen.append(max(seen or named, key=lambda id: found[id].area))
    stand = [found[id] for id in chosen]
    placed = bool(stand[0].box[3] > 0.4 if len(stand) == 1 else _HOLDS[pair.relation](*stand))
    return row | {"placed": placed, "right": placed and not missing, "why": missing or ("" if placed else NOT_PLACED)}


def _is_named(scene: Scene, id: str, accepted: frozenset[str]) -> bool:
    return next(thing.name for thing in scene.things if thing.id == id).lower() in accepted


def _is_seen(judge: CutoutJudge, accepted: frozenset[str], seen: Seen, named: bool) -> bool:
    """Whether the judge takes what is seen for it; where a part is hidden, its name tells."""
    if seen.area < SEEN:
        return False
    return named if seen.share < WHOLE else judge.judge(seen.image).names(accepted, judge.top, by_shape=True)


def run(pipe, judge: CutoutJudge, arguments: argparse.Namespace) -> list[dict]:
    """Draw all pairs, judge them, print the table."""
    settings, rows, pictures = settings_from(arguments), [], []
    for number, pair in enumerate(tqdm(pairs(arguments.limit), "pairs", mininterval=5)):
        output = pipe(pair.text, generator=torch.Generator().manual_seed(arguments.seed + number), **settings)
        rows.append(judge_pair(judge, pair, output))
        pictures.append(output.images[0])
    cells = []
    for name in [*dict.fromkeys(row["relation"] for row in rows), "all"]:
        some = [row for row in rows if name in (row["relation"], "all")]
        wrong = [f"{row['prompt'].rpartition(',')[0]} ({row['why']})" for row in some if not row["right"]]
        shares = [f"{sum(row[what] for row in some) / len(some):.0%}" for what in ("right", "placed")]
        cells.append([name, str(len(some)), *shares, "; ".join(wrong[:4]) if name != "all" else ""])
    print(markdown_table(["relation", "pairs", "right", "placed", "wrong, the first four"], cells))
    if arguments.sheet:
        labels = [row["prompt"] for row in rows]
        contact_sheet(pictures, columns=arguments.limit, side=128, labels=labels).save(arguments.sheet)
    return rows


def main(argv: list[str] | None = None) -> None:
    parser = evaluation_arguments(__doc__, ".relations")
    parser.set_defaults(limit=20)
    parser.add_argument("--sheet", type=Path, help="write a contact sheet here, a row for each relation")
    arguments = parser.parse_args(argv)
    pipe, judge = open_all(arguments)
    rows = run(pipe, judge, arguments)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
