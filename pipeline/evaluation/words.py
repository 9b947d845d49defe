"""Other people's words: is each drawn as itself, as something else, or owned up to?

    python -m pipeline.evaluation.words --weights weights --input PICTURES --prompts quickdraw.txt
    python -m pipeline.evaluation.words --weights weights --input PICTURES --prompts geneval.jsonl
    python -m pipeline.evaluation.words --weights weights --input PICTURES --parts

A list is one word a line, or a table with the columns name and synonyms (what a name says in brackets, "bat (animal)",
is not said), or GenEval's rows (Ghosh et al. 2023). The judge (separate pieces, nearest real cut-out by pixels or
shape, colour, place) is not GenEval's, which is a detector of photographs. What it says of artists' own drawings of
the same things, where there are any, is the row ``real``.
"""

import argparse
import csv
import json
import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from tqdm import tqdm

from pipeline.data.scenes import BACKGROUNDS
from pipeline.evaluation.arguments import evaluation_arguments, open_all, settings_from
from pipeline.evaluation.contact_sheet import contact_sheet
from pipeline.evaluation.geneval import judge_composition, real_composition
from pipeline.evaluation.judge import CutoutJudge
from pipeline.evaluation.part_colours import PART_PROMPTS, judge_part
from pipeline.evaluation.real_pictures import compose_real, vanishes
from pipeline.evaluation.table import markdown_table
from pipeline.language.english import singular, with_article
from pipeline.language.spelling import spellings

__all__ = ["ListedWord", "draw_words", "judge_word", "main", "print_words", "read_words", "real_words"]

# Kinds of notes that tell a person that a word is not drawn as itself.
OWNED_UP = ("replaced", "guessed", "respelled", "unknown", "nothing", "foreign")
CONTROL = 5  # one picture in so many is judged by another prompt's words, too
OUTCOMES = ("as itself", "as itself by its name, the judge disagrees", "owned up to", "as something else, unsaid")


@dataclass(frozen=True)
class ListedWord:
    """A word with other words for the same thing."""

    text: str
    synonyms: tuple[str, ...] = ()


def read_words(path: str | Path) -> list[ListedWord]:
    """One word a line, or tab-separated with a header that has ``name`` and ``synonyms``.

    Raises:
        ValueError: the file holds no word.
    """
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    if lines and "\t" in lines[0]:
        rows = list(csv.DictReader(lines, delimiter="\t"))
        words = [
            ListedWord(_said(row["name"]), tuple(s.strip().replace("_", " ") for s in row["synonyms"].split(",")))
            for row in rows
        ]
    else:
        words = [ListedWord(line.strip()) for line in lines if line.strip()]
    if not words:
        raise ValueError(f"`--prompts` {path} holds no words. Put one a line.")
    return words


def _said(name: str) -> str:
    return re.sub(r"\s*\(.*?\)", "", name.replace("_", " "))


def real_words(judge: CutoutJudge, words: list[ListedWord], seed: int = 0) -> tuple[int, int]:
    """How many of the words that a cut-out is called by are seen in a picture of it, and how many those are."""
    rng, right, asked = random.Random(seed), 0, 0
    for word in words:
        accepted = judge.accepted(word.text, *word.synonyms)
        rows = [row for row in judge.asked if row.concept in accepted] or [
            row for row in judge.rows if row.concept in accepted
        ]
        if rows:
            row = rng.choice(rows)
            ground = next(name for name in BACKGROUNDS if not vanishes(judge.cutouts.pixels[row.index], name))
            image = compose_real(judge.pixels, (row,), ground, "single", rng)
            right += judge.judge(image).names(accepted, judge.top, by_shape=True)
            asked += 1
    return right, asked


def _shares(said: str, word: str) -> bool:
    """Whether a word of what is left out is one of the word's own."""
    return bool(set(said.lower().split()) & set(word.lower().split()))


def _letters(names: Iterable[str]) -> set[str]:
    """Names without what does not tell them apart: blanks, hyphens, an article, the side of the ocean, how many."""
    found = set()
    for name in names:
        for other in (name, *spellings(name)):
            words = re.sub(r"^the ", "", other.lower()).split()
            found.add(re.sub(r"[^a-z0-9]", "", "".join([*words[:-1], *map(singular, words[-1:])])))
    return found


def judge_word(judge: CutoutJudge, word: ListedWord, output) -> dict:
    """What became of a word: one of ``OUTCOMES``, with what was drawn and what was said of it."""
    accepted = judge.accepted(re.sub(r"^[Tt]he ", "", word.text), *word.synonyms)
    verdict = judge.judge(output.images[0])
    plan = output.plans[0]
    drawn = [thing.name.lower() for thing in plan.scene.things]
    notes = [
        note
        for note in plan.parsed.notes
        if note.kind in OWNED_UP or (note.kind in ("left out", "no style") and _shares(note.said, word.text))
    ]
    if verdict.names(accepted, judge.top, by_shape=True):
        outcome = OUTCOMES[0]
    elif notes:
        outcome = OUTCOMES[2]
    else:
        outcome = OUTCOMES[1] if _letters(accepted) & _letters(drawn) else OUTCOMES[3]
    return {
        "word": word.text, "outcome": outcome, "drawn": drawn, "said": plan.parsed.sentence,
        "nearest": verdict.cutout.id if verdict.cutout else None,
    }  # fmt: skip


def draw_words(
    draw: Callable, judge: CutoutJudge, words: list[ListedWord], style: str | None
) -> tuple[list[dict], list[Image.Image]]:
    """Each word drawn once, in ``style`` if one is given."""
    rows, pictures = [], []
    for number, word in enumerate(tqdm(words, "words", mininterval=5)):
        phrase = word.text if word.text.startswith("the ") else with_article(word.text)
        output = draw(f"{phrase}, {style}" if style else phrase, number)
        rows.append(judge_word(judge, word, output))
        pictures.append(output.images[0])
    return rows, pictures


def print_words(rows: list[dict]) -> None:
    counts = [[name, str(sum(row["outcome"] == name for row in rows))] for name in OUTCOMES]
    print(markdown_table(["drawn", "words", "share"], [[*row, f"{int(row[1]) / len(rows):.1%}"] for row in counts]))
    for outcome in OUTCOMES[1:]:
        some = [f"{row['word']} ({', '.join(row['drawn']) or 'nothing'})" for row in rows if row["outcome"] == outcome]
        if some:
            print(f"\n{outcome}: {'; '.join(some[:60])}" + ("; ..." if len(some) > 60 else ""))


def _print_shares(rows: list[dict], by: str) -> None:
    if not rows:
        print("None of the prompts.")
        return
    cells = []
    for name in [*dict.fromkeys(row[by] for row in rows), "all"]:
        some = [row for row in rows if name in (row[by], "all")]
        cells.append([name, str(len(some)), f"{sum(row['right'] for row in some) / len(some):.1%}"])
    if len(cells) > 2:
        mean = sum(float(cell[2][:-1]) for cell in cells[:-1]) / (len(cells) - 1)
        cells.append(["mean of the parts", "", f"{mean:.1f}%"])
    print(markdown_table([by, "prompts", "right"], cells))


def run(pipe, judge: CutoutJudge, arguments: argparse.Namespace) -> list[dict]:
    """Draw the list, judge it, print the table; returns a row per prompt."""
    settings = settings_from(arguments)

    def draw(prompt: str, number: int):
        generator = torch.Generator().manual_seed(arguments.seed + number)
        return pipe(prompt, generator=generator, **settings)

    pictures: list[Image.Image] = []
    if arguments.parts:
        rows = []
        for number, one in enumerate(tqdm(PART_PROMPTS[: arguments.limit], "parts", mininterval=5)):
            with_colour, plain = draw(one.text, number).images[0], draw(one.plain, number).images[0]
            rows.append(judge_part(judge, one, with_colour, plain))
            pictures += [plain, with_colour]
        _print_shares(rows, "kind")
    elif str(arguments.prompts).endswith(".jsonl"):
        asks = [json.loads(line) for line in Path(arguments.prompts).read_text(encoding="utf-8").splitlines()]
        rows, controls, real = [], [], []
        rng = random.Random(arguments.seed)
        step = max(1, len(asks) // arguments.limit)
        for number, ask in enumerate(tqdm(asks[::step], "prompts", mininterval=5)):
            output = draw(ask["prompt"], number)
            if number % CONTROL == 0:
                other = judge_composition(judge, asks[(number * step + len(asks) // 2) % len(asks)], output.images[0])
                controls.append(other["right"])
            if (picture := real_composition(judge, ask, rng)) is not None:
                real.append(judge_composition(judge, ask, picture))
            rows.append(judge_composition(judge, ask, output.images[0]) | {"said": output.plans[0].parsed.sentence})
            pictures.append(output.images[0])
        _print_shares(rows, "part")
        print("\nreal, where the class goes by a cut-out and no colour is asked for:\n")
        _print_shares(real, "part")
        print(f"\nJudged by another prompt's words: {sum(controls)} of {len(controls)} right, which should be none.")
    else:
        words = read_words(arguments.prompts)
        words = words[:: max(1, len(words) // arguments.limit)]
        rows, pictures = draw_words(draw, judge, words, arguments.style)
        print_words(rows)
        right, asked = real_words(judge, words, arguments.seed)
        print(
            f"\nreal: {right} of the {asked} words that a cut-out goes by are seen in it, {right / max(1, asked):.1%}"
        )
    if arguments.sheet:
        labels = [row.get("word") or row["prompt"] for row in rows]
        labels = [label for label in labels for _ in range(len(pictures) // len(rows))]
        contact_sheet(pictures[:100], columns=10, side=128, labels=labels[:100]).save(arguments.sheet)
    return rows


def main(argv: list[str] | None = None) -> None:
    parser = evaluation_arguments(__doc__, ".words")
    parser.set_defaults(limit=10_000)
    parser.add_argument("--prompts", type=Path, help="the list")
    parser.add_argument("--parts", action="store_true", help="the 60 prompts with a colour of a part")
    parser.add_argument("--style", help="that words are drawn in (left to the seed)")
    parser.add_argument("--sheet", type=Path, help="write a contact sheet of the first 100 here")
    arguments = parser.parse_args(argv)
    if not (arguments.parts or arguments.prompts):
        raise SystemExit("Say `--prompts FILE`, or `--parts` for the prompts with a colour of a part.")
    if arguments.prompts and not arguments.prompts.is_file():
        raise SystemExit(f"`--prompts` names {arguments.prompts}, which is no file.")
    pipe, judge = open_all(arguments)
    try:
        rows = run(pipe, judge, arguments)
    except ValueError as error:
        raise SystemExit(str(error)) from error
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
