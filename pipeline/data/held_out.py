"""What is never taught, so that a training can be measured on it: whole things, and things in one style.

    python -m pipeline.data.held_out --input PICTURES --output held_out.tsv --seed 0

writes a list, a line each: a concept and a style, or a concept alone, which is left out in every style. That of the
icons lies beside this module. ``--held-out LIST`` of `python -m pipeline.training.prior` and `.vocabulary` leaves out
what stands in one, and `python -m pipeline.evaluation.held_out` measures what is made of it.
"""

import argparse
import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.atomic import write_file
from pipeline.data.cutouts import Cutout, CutoutSet, load_cutouts

__all__ = ["LISTED", "HeldOut", "choose_held_out", "main"]

LISTED = Path(__file__).with_name("held_out.tsv")
CONCEPTS, SHARE = 200, 0.1  # whole concepts, and of the cells of those that are left
_SIZE = 64  # pixels; the cut-outs are opened as the stages open them, for their names alone


@dataclass(frozen=True)
class HeldOut:
    """What a training leaves out.

    Attributes:
        concepts: in every style.
        cells: (concept, style), whatever drawing and skin tone.
    """

    concepts: frozenset[str]
    cells: frozenset[tuple[str, str]]

    @classmethod
    def read(cls, path: str | Path) -> "HeldOut":
        """A list that this command wrote.

        Raises:
            ValueError: there is no such file, or nothing in it.
        """
        if not Path(path).is_file():
            raise ValueError(f"`held_out` names {path}, which is no file. Run `python -m pipeline.data.held_out`.")
        lines = [line.split("\t") for line in Path(path).read_text(encoding="utf-8").splitlines() if line]
        if not lines:
            raise ValueError(f"`held_out` {path} is empty. It holds a concept a line, and a style behind a tabulator.")
        whole = frozenset(line[0] for line in lines if len(line) == 1)
        return cls(whole, frozenset((line[0], line[1]) for line in lines if len(line) > 1))

    def write(self, path: str | Path) -> None:
        """Whole concepts first, then cells, in order."""
        lines = [*sorted(self.concepts), *("\t".join(cell) for cell in sorted(self.cells))]
        write_file(Path(path), "".join(f"{line}\n" for line in lines))

    def holds(self, cutout: Cutout) -> bool:
        """Whether a cut-out is never taught."""
        return cutout.concept in self.concepts or (cutout.concept, cutout.style) in self.cells

    def without(self, cutouts: CutoutSet) -> CutoutSet:
        """The cut-outs that may be taught; their pixels stay where they are."""
        return CutoutSet([cutout for cutout in cutouts.cutouts if not self.holds(cutout)], cutouts.pixels)


def choose_held_out(
    cutouts: Iterable[Cutout], *, concepts: int = CONCEPTS, share: float = SHARE, seed: int = 0
) -> HeldOut:
    """``concepts`` whole concepts, and a ``share`` of the others' cells, each of which leaves its concept another.

    Half of the whole concepts are drawn from those that several styles show: the others are glyphs and icons of one
    source, which few would miss.

    Raises:
        ValueError: ``share`` is not between 0 and 1, or there are not so many concepts.
    """
    if not 0 <= share < 1:
        raise ValueError(f"`share` is to be 0 or more and below 1, got {share}. 0.1 is one cell in ten.")
    styles: dict[str, set[str]] = {}
    for cutout in cutouts:
        styles.setdefault(cutout.concept, set()).add(cutout.style)
    if concepts >= len(styles):
        raise ValueError(f"`concepts` is to be below the {len(styles)} that there are, got {concepts}.")
    rng = random.Random(seed)
    shared = sorted(concept for concept, own in styles.items() if len(own) > 1)
    whole = set(rng.sample(shared, min(concepts // 2, len(shared))))
    whole |= set(rng.sample(sorted(set(styles) - whole), concepts - len(whole)))
    left = {concept: own for concept, own in styles.items() if concept not in whole}
    order = [(concept, style) for concept in sorted(left) for style in sorted(left[concept])]
    rng.shuffle(order)
    wanted, cells = round(share * len(order)), set()
    for concept, style in order:
        if len(cells) < wanted and len(left[concept]) > 1:
            left[concept] = left[concept] - {style}
            cells.add((concept, style))
    return HeldOut(frozenset(whole), frozenset(cells))


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline.data.held_out",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--input", required=True, help="folder of zip shards or pictures with a metadata.jsonl")
    parser.add_argument("--output", type=Path, default=LISTED, help="the list to write (default: %(default)s)")
    parser.add_argument("--concepts", type=int, default=CONCEPTS, help="whole concepts (%(default)s)")
    parser.add_argument("--share", type=float, default=SHARE, help="of the other concepts' cells (%(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args(argv)
    cutouts = load_cutouts(arguments.input, size=_SIZE).cutouts
    try:
        chosen = choose_held_out(cutouts, concepts=arguments.concepts, share=arguments.share, seed=arguments.seed)
    except ValueError as error:
        raise SystemExit(str(error)) from error
    chosen.write(arguments.output)
    rows = sum(chosen.holds(cutout) for cutout in cutouts)
    print(
        f"{arguments.output}: {len(chosen.concepts)} concepts and {len(chosen.cells)} cells, "
        f"{rows} of {len(cutouts)} pictures"
    )


if __name__ == "__main__":
    main()
