"""What a prior makes of what it was never taught: a thing in a style that it did not see it in, and whole things.

    python -m pipeline.evaluation.held_out --input PICTURES --prior RUN/prior/prior --vocabulary RUN/VOCABULARY

The prior was trained with ``--held-out LIST``. An unseen cell is a thing in a style whose
drawings of it were left out. Its guess: the concept's vector, learned from its other styles, the drawing that is most
like that style, and the vector of the style. Beside it stands plain nearest neighbour: that same drawing, taken as it
is. Which style is most like which is measured on what was taught. The error is that of the 64x64 layer, the mean over
its values in [-1, 1]. Decoder and judge are those of the bundle, which know all pictures; the row without the decoder,
principal components alone, knows none of them.
"""

import argparse
import json
import random
from collections import defaultdict
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from PIL import Image
from tqdm import tqdm

from pipeline.cascade.networks import ALONE
from pipeline.data.cutouts import SAME_DRAWING, Cutout, CutoutSet
from pipeline.data.held_out import LISTED, HeldOut
from pipeline.evaluation.arguments import evaluation_arguments, open_all, settings_from
from pipeline.evaluation.judge import CutoutJudge
from pipeline.evaluation.real_pictures import compose_real
from pipeline.evaluation.style import StyleJudge, family
from pipeline.evaluation.table import markdown_table
from pipeline.evaluation.words import ListedWord, draw_words, print_words
from pipeline.language.english import with_article
from pipeline.language.text_states import padded
from pipeline.language.wording import app_caption
from pipeline.models.image_encoder import ImageEncoder
from pipeline.models.prior import DrawingPrior
from pipeline.models.vocabulary import Vocabulary
from pipeline.scene.rendering import can_render, render_layer
from pipeline.text_to_image import TextToImagePipeline

__all__ = ["UnseenCell", "guess", "main", "style_distances", "unseen_cells"]

BATCH = 32
SMALL = 16  # side at which styles are compared
GROUND = "light gray"
STYLE_PICTURES = 150  # of each style, that the judge of style learns from


@dataclass(frozen=True)
class UnseenCell:
    """An unseen cell, with what was seen of its concept.

    Attributes:
        real: the cut-out that was left out.
        near: the cut-out of the concept in the nearest style that was taught.
        concept, drawing, rendering: numbers of the prior's tables: the concept's, ``near``'s, the unseen style's.
        drawings: of the concept, all that were taught.
        same_drawing: whether both show one drawing in two renderings.
    """

    real: Cutout
    near: Cutout
    concept: int
    drawing: int
    rendering: int
    drawings: tuple[int, ...]
    same_drawing: bool


def layers_of(cutouts: CutoutSet, rows: list[Cutout]) -> torch.Tensor:
    """(len(rows), 4, side, side) in [-1, 1], colours multiplied by alpha."""
    values = torch.from_numpy(cutouts.pixels[[row.index for row in rows]]).permute(0, 3, 1, 2).float() / 255
    return 2 * torch.cat([values[:, :3] * values[:, 3:], values[:, 3:]], dim=1) - 1


def style_distances(cutouts: CutoutSet, seen: list[Cutout]) -> dict[tuple[str, str], float]:
    """(style, other style) -> mean difference of their drawings of the same concepts, of those that were taught."""
    total: dict[tuple[str, str], list[float]] = defaultdict(list)
    for rows in _by_concept(seen).values():
        if len({row.style for row in rows}) < 2:
            continue
        small = F.adaptive_avg_pool2d(layers_of(cutouts, rows), SMALL).flatten(1)
        apart = (small[:, None] - small[None]).abs().mean(-1)
        for at, one in enumerate(rows):
            for to, other in enumerate(rows):
                if one.style != other.style:
                    total[one.style, other.style].append(float(apart[at, to]))
    return {styles: sum(values) / len(values) for styles, values in total.items()}


def _by_concept(rows: list[Cutout]) -> dict[str, list[Cutout]]:
    found: dict[str, list[Cutout]] = defaultdict(list)
    for row in rows:
        if not row.is_tone_variant:
            found[row.concept].append(row)
    return found


def unseen_cells(cutouts: CutoutSet, held_out: HeldOut, prior: DrawingPrior) -> list[UnseenCell]:
    """Every unseen cell whose style and concept ``prior`` was taught, the plain drawing of each.

    Raises:
        ValueError: the prior was taught some of them.
    """
    seen = held_out.without(cutouts).cutouts
    apart, taught, found = style_distances(cutouts, seen), _by_concept(seen), {}
    for real in cutouts.cutouts:
        key, rows = (real.concept, real.style), taught.get(real.concept, [])
        if key not in held_out.cells or key in found or real.is_tone_variant or real.is_flag:
            continue
        number = next((prior.index_of[row.phrase.lower()] for row in rows if row.phrase.lower() in prior.index_of), -1)
        drawn = {
            rendering: drawing for drawing, rendering, tone in reversed(prior.cells_of.get(number, [])) if not tone
        }
        if real.style in drawn:
            raise ValueError(f"`prior` was taught {real.concept} in the style {real.style}, which `list` holds out.")
        options = [row for row in rows if row.style in drawn and (real.style, row.style) in apart]
        if options and real.style in prior.config.renderings:
            near = min(options, key=lambda row, style=real.style: apart[style, row.style])
            same = real.source in SAME_DRAWING and near.source in SAME_DRAWING
            rendering, drawings = prior.config.renderings.index(real.style), tuple(sorted(set(drawn.values())))
            found[key] = UnseenCell(real, near, number, drawn[near.style], rendering, drawings, same)
    return list(found.values())


@torch.no_grad()
def guess(prior: DrawingPrior, cells: list[UnseenCell], *, mean: bool = False) -> torch.Tensor:
    """The prior's image embeddings of ``cells``, (len(cells), embed_dim); of the nearest style's drawing, or of the
    ``mean`` of all drawings of the concept that were taught.
    """
    concept = prior.concept_table(torch.tensor([cell.concept for cell in cells])) + prior.tone_table.weight[:1]
    rows = [cell.drawings if mean else (cell.drawing,) for cell in cells]
    drawing = torch.stack([prior.drawing_table.weight[list(own)].mean(0) for own in rows])
    components, semantic = prior.predict(concept, drawing, torch.tensor([cell.rendering for cell in cells]))
    return ImageEncoder.join(semantic, prior.unwhiten(components), torch.tensor([ALONE]).expand(len(cells), -1))


@torch.no_grad()
def decoded(pipe: TextToImagePipeline, embeds: torch.Tensor, texts: list[str]) -> torch.Tensor:
    """What the bundle's decoder makes of them in one step, (n, 4, side, side)."""
    drawn, generator = [], torch.Generator().manual_seed(0)
    side = pipe.decoder.config.sample_size
    for start in range(0, len(texts), BATCH):
        some = embeds[start : start + BATCH]
        tokens, mask = padded(pipe.encode_texts(texts[start : start + BATCH]))
        noise = torch.randn(len(some), 4, side, side, generator=generator)
        drawn.append(pipe.decoder(noise, torch.full((len(some),), 1000.0), some, tokens, mask).float().clamp(-1, 1))
    return torch.cat(drawn)


def ways(
    pipe: TextToImagePipeline, prior: DrawingPrior, cutouts: CutoutSet, cells: list[UnseenCell]
) -> dict[str, torch.Tensor]:
    """The rows of the table: a layer (4, 64, 64) of each cell, by each way of guessing it; "real" is the drawing."""
    side = pipe.decoder.config.sample_size
    near = layers_of(cutouts, [cell.near for cell in cells])
    styles = [cell.real.style for cell in cells]
    texts = [app_caption(with_article(prior.config.phrases[cell.concept]), cell.real.style) for cell in cells]
    one, mean = guess(prior, cells), guess(prior, cells, mean=True)
    rough = F.interpolate(pipe.draw_components(one), size=(side, side), mode="bilinear", align_corners=False)
    arithmetic = [
        render_layer(layer, style) if can_render(style) else layer for layer, style in zip(near, styles, strict=True)
    ]
    return {
        "real": layers_of(cutouts, [cell.real for cell in cells]),
        "the prior's guess": decoded(pipe, one, texts),
        "the same, without the decoder": rough,
        "the prior's guess, mean of the concept's drawings": decoded(pipe, mean, texts),
        "nearest neighbour, as it is": near,
        "nearest neighbour, rendered by arithmetic": torch.stack(arithmetic),
    }


def as_picture(layer: torch.Tensor, cell: UnseenCell) -> Image.Image:
    """A layer (4, side, side) as the judges see pictures: on an even ground."""
    values = ((layer + 1) / 2).clamp(0, 1)
    colours = (values[:3] / values[3:].clamp(min=0.02)).clamp(0, 1) * (values[3:] > 0.02)
    pixels = (255 * torch.cat([colours, values[3:]])).round().byte().permute(1, 2, 0).numpy()
    return compose_real(lambda _: pixels, (cell.real,), GROUND, "single", random.Random(cell.real.id))


def judged(
    layers: dict[str, torch.Tensor],
    cells: list[UnseenCell],
    judge: CutoutJudge,
    style_judge: StyleJudge,
    number: int | None = None,
) -> list[dict]:
    """A row for each way and cell: its error, and, of the first ``number`` cells (all if None), whether the judges see
    the thing and the style.
    """
    rows = []
    for way, drawn in layers.items():
        errors = (drawn - layers["real"]).abs().mean((1, 2, 3)).tolist()
        for at, (cell, layer) in enumerate(tqdm(zip(cells, drawn, strict=True), way, len(cells), mininterval=5)):
            style = cell.real.style
            row = {"way": way, "concept": cell.real.concept, "asked": style, "same drawing": cell.same_drawing}
            row["error"] = errors[at]
            if number is None or at < number:
                picture = as_picture(layer, cell)
                seen = style_judge.style(picture) or ""
                accepted = judge.accepted(cell.real.concept)
                row["thing"] = judge.judge(picture).names(accepted, judge.top, by_shape=True)
                row |= {"style": seen == style, "family": family(seen) == family(style)}
            rows.append(row)
    return rows


def print_cells(rows: list[dict]) -> None:
    """The table: all cells, those whose very drawing was seen in another rendering, and those of other artists."""
    for what, test in (
        ("all unseen cells", lambda row: True),
        ("the same drawing was taught in another rendering", lambda row: row["same drawing"]),
        ("only other artists' drawings were taught", lambda row: not row["same drawing"]),
    ):
        chosen, cells = [row for row in rows if test(row)], []
        for way in dict.fromkeys(row["way"] for row in chosen):
            own = [row for row in chosen if row["way"] == way]
            seen = [row for row in own if "thing" in row]
            facts = ("thing", "style", "family") if seen else ()
            shares = (f"{sum(row[fact] for row in seen) / len(seen):.1%}" for fact in facts)
            error = f"{sum(row['error'] for row in own) / len(own):.4f}"
            cells.append([way, error, str(len(seen)), *(*shares, *[""] * (3 - len(facts)))])
        if cells:
            number = len(chosen) // len(cells)
            print(f"\n{what}, {number}:\n")
            print(markdown_table(["guessed by", "error", "judged", "thing", "style", "family"], cells))
            print(f"\nThe prior's guess is nearer than the nearest neighbour in {_won(chosen) / number:.1%} of them.")


def _won(rows: list[dict]) -> int:
    ours, near = (
        [row["error"] for row in rows if row["way"] == way]
        for way in ("the prior's guess", "nearest neighbour, as it is")
    )
    return sum(a < b for a, b in zip(ours, near, strict=True))


def draw_unknown(
    pipe: TextToImagePipeline, judge: CutoutJudge, concepts: list[str], *, seed: int, settings: dict
) -> list[dict]:
    """What becomes of things that were never taught, in words."""

    def draw(prompt: str, number: int):
        return pipe(prompt, generator=torch.Generator().manual_seed(seed + number), **settings)

    return draw_words(draw, judge, [ListedWord(concept) for concept in concepts], None)[0]


def main(argv: list[str] | None = None) -> None:
    parser = evaluation_arguments(__doc__, ".held_out")
    parser.set_defaults(limit=300)
    parser.add_argument("--prior", required=True, help="folder of a prior that was trained with --held-out")
    parser.add_argument("--vocabulary", help="folder of a vocabulary made with --held-out: whole concepts are drawn")
    parser.add_argument("--judged", type=int, help="how many of the cells are judged, too (all): it takes longer")
    parser.add_argument("--list", default=LISTED, help="what was held out (default: %(default)s)")
    arguments: argparse.Namespace = parser.parse_args(argv)
    pipe, judge = open_all(arguments)
    prior = DrawingPrior.from_pretrained(arguments.prior, dtype=torch.float32).eval()
    cutouts = judge.cutouts
    try:
        held_out = HeldOut.read(arguments.list)
        cells = unseen_cells(cutouts, held_out, prior)
    except ValueError as error:
        raise SystemExit(str(error)) from error
    cells = random.Random(arguments.seed).sample(cells, min(arguments.limit, len(cells)))
    known = [row for row in cutouts.cutouts if row.style in prior.config.renderings]
    style_judge = StyleJudge.fit(
        known, lambda row: cutouts.pixels[row.index], per_style=STYLE_PICTURES, cache=arguments.cache
    )
    rows = judged(ways(pipe, prior, cutouts, cells), cells, judge, style_judge, arguments.judged)
    print_cells(rows)
    kept: dict[str, list[dict]] = {"cells": rows}
    if arguments.vocabulary:
        there = {row.concept for row in cutouts.cutouts if not (row.is_tone_variant or row.is_flag)}
        concepts = sorted(held_out.concepts & there)[: arguments.limit]
        vocabulary = Vocabulary.from_pretrained(arguments.vocabulary, dtype=torch.float32).eval()
        untaught = TextToImagePipeline(**{**pipe.components, "prior": prior, "vocabulary": vocabulary})
        untaught.set_progress_bar_config(disable=True)
        settings = settings_from(arguments)
        kept["words"] = draw_unknown(untaught, judge, concepts, seed=arguments.seed, settings=settings)
        print(f"\n{len(concepts)} things that were never taught:\n")
        print_words(kept["words"])
    if arguments.json:
        arguments.json.write_text(json.dumps(kept, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
