"""Silver labels: what a dependency parser makes of prompts in people's own wording, as captions of the grammar.

    python -m pipeline.training.silver --input PROMPTS --output silver.jsonl --parser en_core_web_sm
    python -m pipeline.training.scene_parser --silver silver.jsonl --silver-share 0.2

PROMPTS is text, a prompt a line (of tables the first column). Needs spaCy and an English model of its, at training
time only: `pip install spacy` and the package of the model, whose name ``--parser`` takes. Only prompts of which every
word gets its role for certain are kept; the reasons for the others are printed. Prompts that are held out for the
evaluation are never labelled.
"""

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from pipeline.language.english import singular
from pipeline.models.vocabulary import Vocabulary
from pipeline.training import grammar_words as lists
from pipeline.training.grammar import Caption
from pipeline.training.silver_labels import label
from pipeline.training.silver_parse import Unsure, spacy_parser, units_of

__all__ = ["held_out", "known_things", "load_silver", "main", "mixed", "silver_captions"]

HELD_OUT = Path(__file__).resolve().parents[1] / "evaluation" / "scene_prompts.tsv"
FEWEST, MOST = 2, 32  # words of a prompt
MANY = 15  # reasons that are printed


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def held_out(path: Path) -> frozenset[str]:
    """The prompts of a labelled list, plain: its second column."""
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line[:1] != "#")
    return frozenset(_plain(row[1]) for row in rows if len(row) > 1)


def silver_captions(
    prompts: Iterable[str], parse: Callable, known: frozenset[str], unwanted: frozenset[str] = frozenset()
) -> tuple[list[Caption], Counter]:
    """The captions of the prompts that are understood for certain, and why the others are not.

    Args:
        prompts: as people write them.
        parse: gives for each list of units their words, as ``spacy_parser`` makes it.
        known: last words of things.
        unwanted: prompts that are never labelled, as ``held_out`` gives them.
    """
    reasons: Counter = Counter()
    told = {}
    for prompt in prompts:
        plain = _plain(prompt)
        if plain in unwanted:
            reasons["held out"] += 1
        elif not FEWEST <= len(plain.split()) <= MOST:
            reasons["too short or too long"] += 1
        else:
            told[plain] = units_of(prompt.strip())
    found = []
    for units, words in zip(told.values(), parse(told.values()), strict=True):
        try:
            found.append(label(units, words, known))
        except Unsure as unsure:
            reasons[str(unsure)] += 1
    return found, reasons


def load_silver(path: Path) -> list[Caption]:
    """The captions of a file that this module's command wrote."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [Caption(*(tuple(row[field]) for field in ("words", "roles", "heads"))) for row in rows]


def known_things(names: Iterable[str]) -> frozenset[str]:
    """Names, with the grammar's own, and the last words of all of them in the singular."""
    told = {*lists.THINGS, *lists.WORN, *lists.HELD, *lists.WEARERS, *(name.lower() for name in names if name.strip())}
    return frozenset(told | {singular(name.split()[-1]) for name in told})


def mixed(drawn: Sequence[Caption], silver: Sequence[Caption], share: float, seed: int) -> list[Caption]:
    """Captions of the grammar, the last of which give way to silver ones.

    Args:
        drawn: of the grammar.
        silver: of which some are taken by chance; all in turn where there are too few, then again.
        share: of the result that is silver, from 0 to 1.
        seed: of the chance.

    Raises:
        ValueError: a share beyond its range, or no silver captions.
    """
    if not 0 <= share <= 1 or not silver:
        raise ValueError(
            f"`mixed` takes a share from 0 to 1 and some silver captions, got {share} and {len(silver)}. "
            "Label more prompts with `python -m pipeline.training.silver`."
        )
    count, rng, taken = round(share * len(drawn)), random.Random(seed), []
    while len(taken) < count:
        taken += rng.sample(list(silver), min(len(silver), count - len(taken)))
    return [*drawn[: len(drawn) - count], *taken]


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m pipeline.training.silver", description=__doc__)
    parser.add_argument("--input", required=True, type=Path, nargs="+", help="files of prompts, one a line")
    parser.add_argument("--output", required=True, type=Path, help="file of captions that is written")
    parser.add_argument("--parser", default="en_core_web_sm", help="an installed English model of spaCy")
    parser.add_argument("--vocabulary", help="folder of a vocabulary, whose names are things beside the grammar's own")
    parser.add_argument("--show", type=int, default=0, help="print so many captions")
    arguments = parser.parse_args(argv)
    lines = [line for path in arguments.input for line in path.read_text(encoding="utf-8").splitlines()]
    names = Vocabulary.from_pretrained(arguments.vocabulary).likeness if arguments.vocabulary else ()
    found, reasons = silver_captions(
        (line.split("\t")[0] for line in lines),
        spacy_parser(arguments.parser),
        known_things(names),
        held_out(HELD_OUT),
    )
    arguments.output.write_text("".join(json.dumps(asdict(caption)) + "\n" for caption in found), encoding="utf-8")
    for caption in found[: arguments.show]:
        print(*(f"{word}/{role}/{head}" for word, role, head in zip(*asdict(caption).values(), strict=True)))
    print(f"{len(lines)} prompts, {len(found)} captions; left out for")
    print(*(f"    {count:5} {reason}" for reason, count in reasons.most_common(MANY)), sep="\n")


if __name__ == "__main__":
    main()
