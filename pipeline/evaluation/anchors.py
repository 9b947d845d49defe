"""Where a layer's head, eyes, mouth, neck, hands, back, seat, inside and surface are found, against marks by hand.

    python -m pipeline.evaluation.anchors --weights weights

The marks are those of ``pipeline.data.anchors``; pictures are drawn anew, so that nothing else is needed. Printed, for
the things that were held out from training and for all: the error, mean and median, in pixels of 64, where a layer has
the anchor and one was found; the share of them that was found within four pixels; and how often it is rightly said
that a layer has one or has none. "Outline" is geometry: the outline, spots of it for eyes, and what the name says;
"head" is the model's network (``pipeline.training.anchors``), or that of ``--head``.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from statistics import mean, median

import torch
from tqdm import tqdm

from pipeline.cascade.alone import draw_alone
from pipeline.data.anchors import Marked, is_held_out, read_anchors
from pipeline.evaluation.table import markdown_table
from pipeline.loading.errors import WeightsError
from pipeline.loading.weights import DEFAULT_WEIGHTS, load_pipeline
from pipeline.models.anchors import ANCHORS, AnchorHead
from pipeline.scene.faces import find_eyes, find_face, find_own
from pipeline.scene.kinds import is_alive, is_animal, is_container, is_seat
from pipeline.scene.shape import Shape

__all__ = ["Found", "by_head", "by_outline", "compare", "main", "summary"]

GRID = 64  # pixels of a side, that errors are told in
SURE = 0.5  # from which a presence is one
NEAR = 4.0  # pixels within which something is worn or held where it should be
HANDS = ("left hand", "right hand")  # one of them holds
ROWS = (*(name for name in ANCHORS if name not in HANDS), "hand")
Found = dict[str, tuple[tuple[float, float], bool]]  # anchor -> where it would be, and whether there is one


def by_outline(layer: torch.Tensor, name: str) -> Found:
    """Anchors by geometry: what `Shape`, the joints and the faces take for them.

    Args:
        layer: (4, side, side) in [-1, 1].
        name: of the thing.
    """
    alpha = (layer[3].float() + 1) / 2
    face = find_face(layer, name)
    shape, side = Shape(alpha, name, face=face), layer.shape[-1]
    left, top, right, bottom = shape.head
    middle, wide, high = (left + right) / 2, right - left, bottom - top
    alive = is_alive(name) or "face" in name.split()
    bodied = alive and not shape.is_face
    found: Found = {"top": ((middle, top), alive or face is not None)}
    thing = ((layer.float() + 1) / 2).cpu().numpy()
    own = find_own(thing, (shape.head, shape.box))
    found["mouth"] = (middle, top + 0.74 * high), alive or own is not None
    if own is not None:
        found["left eye"] = (own.left.x / side, own.left.y / side), True
        found["right eye"] = (own.right.x / side, own.right.y / side), True
        if own.mouth.any():
            y, x = own.mouth.nonzero()
            found["mouth"] = ((x.mean() + 0.5) / side, (y.mean() + 0.5) / side), True
    elif alive and len(eyes := find_eyes(thing)) == 1:
        x, y = eyes[0][0]
        found["left eye" if x / side < (shape.box[0] + shape.box[2]) / 2 else "right eye"] = (x / side, y / side), True
    aside = 0.28 * shape.looks * wide if shape.looks and shape.width > 0.7 * shape.height else 0.0
    neck = top + (1.08 if shape.is_face else 1.02) * high + (0.16 * high if aside else 0)
    found["neck"] = (middle - aside, neck), bodied
    y = shape.box[1] + 0.6 * shape.height
    row = shape.mask[min(GRID - 1, round(y * GRID))].nonzero()[:, 0]
    edge = (int(row[-1]) + 1) / GRID if len(row) else shape.box[2]
    found["hand"] = (edge - 0.02, y), bodied and not is_animal(name)
    found["back"] = shape.back, is_animal(name)
    centre = (shape.box[0] + shape.box[2]) / 2
    upper = shape.top_at(centre, 0.2)
    found["seat"] = (centre, shape.box[1] + 0.72 * shape.height), is_seat(name)
    found["inside"] = (centre, upper + 0.22 * shape.height), is_container(name)
    others = alive or is_seat(name) or is_container(name)
    found["surface"] = (centre, shape.top_at(centre, 0.12) + 0.05 * shape.height), not others
    return found


def by_head(head: AnchorHead, layer: torch.Tensor) -> Found:
    """Anchors by a network; of two hands the one that it is surer of."""
    points, there = (rows[0].tolist() for rows in head.find(layer[None]))
    found: Found = {name: ((x, y), sure > SURE) for name, (x, y), sure in zip(ANCHORS, points, there, strict=True)}
    found["hand"] = found[max(reversed(HANDS), key=lambda name: there[ANCHORS.index(name)])]
    return found


def compare(marked: Marked, found: Found) -> dict[str, dict]:
    """For each of ``ROWS``: whether the layer has it, whether that was said, and the error in pixels where it has one
    and a place was found.
    """
    rows = {}
    for name in ROWS:
        truths = [marked.points[key] for key in (HANDS if name == "hand" else (name,)) if key in marked.points]
        point, said = found.get(name, (None, False))
        near = None
        if truths and point is not None:
            near = min(GRID * ((x - point[0]) ** 2 + (y - point[1]) ** 2) ** 0.5 for x, y in truths)
        rows[name] = {"there": bool(truths), "said": bool(said), "error": near}
    return rows


def summary(compared: list[dict[str, dict]]) -> list[list[str]]:
    """Rows of the table: anchor, how many layers have it, mean and median error, share within ``NEAR``, presence."""
    table = []
    for name in ROWS:
        rows = [each[name] for each in compared]
        there = [row for row in rows if row["there"]]
        errors = [row["error"] for row in there if row["error"] is not None]
        near = sum(error <= NEAR for error in errors) / max(1, len(there))
        right = sum(row["there"] == row["said"] for row in rows) / max(1, len(rows))
        cells = [f"{mean(errors):.1f}", f"{median(errors):.1f}"] if errors else ["", ""]
        table.append([name, str(len(there)), *cells, f"{near:.0%}", f"{right:.0%}"])
    return table


def report(labels: list[Marked], found: dict[str, list[Found]]) -> dict[str, list[list[str]]]:
    """Print the tables, of each way of finding; returns them."""
    header = ["anchor", "layers", "mean", "median", f"within {NEAR:g}", "there or not"]
    told = {}
    for title, chosen in (("held out", lambda name: is_held_out(name)), ("all", lambda name: True)):
        for way, results in found.items():
            rows = [compare(one, each) for one, each in zip(labels, results, strict=True) if chosen(one.name)]
            told[f"{way}, {title}"] = summary(rows)
            print(f"\n{way}, {title}: {len(rows)} layers\n")
            print(markdown_table(header, told[f"{way}, {title}"]))
    return told


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline.evaluation.anchors",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--weights", default=str(DEFAULT_WEIGHTS), help="folder of the weights")
    parser.add_argument("--head", help="folder of the network that finds anchors (the model's)")
    parser.add_argument("--json", type=Path, help="write the tables here")
    arguments = parser.parse_args(argv)
    try:
        pipe = load_pipeline(arguments.weights)
        labels = [one for one in read_anchors() if one.name in pipe.prior.index_of]
    except (WeightsError, ValueError) as error:
        raise SystemExit(str(error)) from error
    ways: dict[str, Callable[[torch.Tensor, str], Found]] = {"outline": by_outline}
    head = pipe.anchors
    if arguments.head:
        head = AnchorHead.from_pretrained(arguments.head, dtype=torch.float32).eval()
    if head is not None:
        ways["head"] = lambda layer, name: by_head(head, layer)
    found: dict[str, list[Found]] = {way: [] for way in ways}
    for one in tqdm(labels, "layers", mininterval=5):
        layer = draw_alone(pipe, one.name, one.style, one.seed)
        for way, find in ways.items():
            found[way].append(find(layer, one.name))
    told = report(labels, found)
    if arguments.json:
        arguments.json.write_text(json.dumps(told, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
