"""The fixed lists of prompts, made from the metadata alone, and what each of them asks for.

Their sentences are none that the training captions can say (``pipeline/data/captions.py``); the row "app wording" says
it the way the app's own controls do. The same input gives the same lists; a shorter list is the start of a longer one.
"""

import random
from collections import defaultdict
from dataclasses import dataclass

from pipeline.data.cutouts import Cutout, CutoutSet
from pipeline.data.scenes import BACKGROUNDS
from pipeline.evaluation.other_words import OTHER_WORDS
from pipeline.evaluation.real_pictures import vanishes
from pipeline.language.common_words import MEANT
from pipeline.language.english import NUMBER_WORDS, article, plural, with_article

__all__ = ["Ask", "PromptLists"]

SEED = 20  # orders the lists; any number would do
PLAIN_GROUPS = ("animals-nature", "food-drink", "objects", "travel-places", "activities")
# Concepts that mean little out of their series, or whose drawing holds other things.
_SERIES = (
    "o’clock",
    "o'clock",
    "-thirty",
    "moon",
    "mailbox",
    "medal",
    "globe",
    "map of",
    "world map",
    "suit",
    "locked",
)
KEYWORD_CONCEPTS = 3  # a keyword counts as another name if at most so many concepts have it


@dataclass(frozen=True)
class Ask:
    """A prompt with the facts by which its picture is judged."""

    text: str
    accepted: tuple[frozenset[str], ...]  # per thing asked for, left or upper one first: the concepts that satisfy it
    shown: tuple[Cutout, ...]  # real cut-outs that do; the ceiling's pictures are made of them
    background: str
    layout: str = "single"  # single, count, left-right, above-below
    count: int = 1
    says_style: bool = True


def _a(background: str) -> str:
    return f"{article(background)} {background}"


class PromptLists:
    """Lists of ``Ask`` over the cut-outs that a judge knows.

    Args:
        cutouts: where the pixels are (a ground on which the thing would vanish is never asked for).
        rows: the cut-outs whose concepts and styles are asked for.
    """

    def __init__(self, cutouts: CutoutSet, rows: list[Cutout]):
        self.cutouts = cutouts
        self.drawn: dict[str, dict[str, Cutout]] = defaultdict(dict)  # concept -> source -> its plain row
        for row in rows:
            known = self.drawn[row.concept].get(row.source)
            if known is None or (known.is_tone_variant and not row.is_tone_variant):
                self.drawn[row.concept][row.source] = row
        self.sources = sorted({row.source for row in rows})
        self.concepts = sorted(self.drawn)
        random.Random(SEED).shuffle(self.concepts)

    def _pick(self, concept: str, turn: int) -> Cutout:
        """The concept's row in the style whose turn it is, among those it exists in."""
        drawn = self.drawn[concept]
        return drawn[sorted(drawn)[turn % len(drawn)]]

    def _background(self, shown: tuple[Cutout, ...], rng: random.Random) -> str:
        names = list(BACKGROUNDS)
        rng.shuffle(names)
        pixels = [self.cutouts.pixels[row.index] for row in shown]
        return next((name for name in names if not any(vanishes(each, name) for each in pixels)), names[0])

    def _plain_concepts(self) -> list[str]:
        """Concepts of common things, for counts and pairs; all concepts where rows name no group."""
        known = [
            concept for concept in self.concepts
            if next(iter(self.drawn[concept].values())).group in PLAIN_GROUPS
            and not any(word in concept for word in _SERIES)
        ]  # fmt: skip
        return known or self.concepts

    def named(self, limit: int | None = None) -> list[Ask]:
        """Each concept once, in turn in each style, on some ground: the main list."""
        asks = []
        for turn, concept in enumerate(self.concepts[:limit]):
            rng = random.Random(f"named/{concept}")
            row = self._pick(concept, turn)
            thing, style, ground = with_article(row.phrase), _style(row, rng), self._background((row,), rng)
            text = rng.choice(
                (
                    f"please draw {thing} for me as {style}, and keep everything behind it {ground}",
                    f"{_a(ground)} backdrop with {thing} on it, in the look of {style}",
                    f"I need {thing}. Style: {style}. Backdrop: {ground}.",
                    f"a {style} picture showing {thing} in front of plain {ground}",
                    f"{thing} in {_noun(style)} with nothing but {ground} behind it",
                )
            )
            asks.append(Ask(text, (frozenset({concept}),), (row,), ground))
        return asks

    def app_wording(self, limit: int | None = None) -> list[Ask]:
        """The same things in the words of the app's controls: "a fox, 3d render, on a pink background"."""
        return [self._in_app_words(ask.shown[0], ask.background) for ask in self.named(limit)]

    def pairs(self, limit: int | None = None) -> list[Ask]:
        """Two things with their places, in one style."""
        concepts, asks = self._plain_concepts(), []
        half = len(concepts) // 2
        for turn, (first, second) in enumerate(list(zip(concepts[:half], concepts[half:], strict=False))[:limit]):
            rng = random.Random(f"pair/{first}/{second}")
            common = sorted(set(self.drawn[first]) & set(self.drawn[second]))
            if not common:
                continue
            source = common[turn % len(common)]
            shown = self.drawn[first][source], self.drawn[second][source]
            a, b = (with_article(row.phrase) for row in shown)
            style, ground = _style(shown[0], rng), self._background(shown, rng)
            layout = ("left-right", "above-below")[turn % 2]
            wordings = {
                "left-right": (f"on the left {a}, on the right {b}", f"{a} with {b} to its right", f"{a} left of {b}"),
                "above-below": (f"at the top {a}, underneath it {b}", f"{b} right under {a}", f"{a} up above {b}"),
            }[layout]
            text = f"{rng.choice(wordings)}; {style} look, {ground} backdrop"
            asks.append(Ask(text, (frozenset({first}), frozenset({second})), shown, ground, layout))
        return asks

    def counts(self, limit: int | None = None) -> list[Ask]:
        """Two, three or four of one thing."""
        concepts = [
            concept for concept in self._plain_concepts()
            if plural(self._pick(concept, 0).phrase) != self._pick(concept, 0).phrase
        ]  # fmt: skip
        asks = []
        for turn, concept in enumerate(concepts[:limit]):
            rng, count = random.Random(f"count/{concept}"), 2 + turn % 3
            row = self._pick(concept, turn // 3)
            things, style, ground = plural(row.phrase), _style(row, rng), self._background((row,), rng)
            text = rng.choice(
                (
                    f"exactly {NUMBER_WORDS[count]} {things} in {_noun(style)} with {_a(ground)} backdrop",
                    f"a picture of {NUMBER_WORDS[count]} {things}; {style} look, everything else {ground}",
                    f"draw {count} {things} as {style} before plain {ground}",
                )
            )
            asks.append(Ask(text, (frozenset({concept}),), (row,), ground, "count", count))
        return asks

    def keywords(self, limit: int | None = None) -> list[Ask]:
        """Keywords that few concepts share and that are no part of their names: any of those concepts will do."""
        carriers: dict[str, set[str]] = defaultdict(set)
        spoken = set(self.concepts)
        for concept in self.concepts:
            for row in self.drawn[concept].values():
                spoken.update(alias.lower() for alias in row.aliases)
                for keyword in row.keywords:
                    carriers[keyword.lower()].add(concept)
        words = sorted(
            word for word, concepts in carriers.items()
            if len(concepts) <= KEYWORD_CONCEPTS and len(word) >= 4 and word.replace(" ", "").isalpha()
            and not any(_shares_stem(word, name) for name in concepts) and word not in spoken
        )  # fmt: skip
        random.Random(SEED).shuffle(words)
        return [self._other(word, tuple(sorted(carriers[word])), turn) for turn, word in enumerate(words[:limit])]

    def other_words(self, limit: int | None = None) -> list[Ask]:
        """Hand-written words (``other_words.py``) that captions lack, since no row has them as name, alias or keyword,
        and that no table of ours adds to the vocabulary.
        """
        taught = set(MEANT)
        for row in self.cutouts.cutouts:
            taught.update(word.lower() for word in (row.phrase, row.concept, *row.aliases, *row.keywords))
        words = sorted(word for word in OTHER_WORDS if word not in taught)
        random.Random(SEED).shuffle(words)
        known = [(word, tuple(c for c in OTHER_WORDS[word] if c in self.drawn)) for word in words]
        kept = [(word, concepts) for word, concepts in known if concepts]
        return [self._other(word, concepts, turn) for turn, (word, concepts) in enumerate(kept[:limit])]

    def _other(self, word: str, concepts: tuple[str, ...], turn: int) -> Ask:
        rng = random.Random(f"other/{word}")
        row = self._pick(concepts[0], turn)
        style, ground = _style(row, rng), self._background((row,), rng)
        text = f"{with_article(word)} in {_noun(style)} with nothing but {ground} behind it"
        return Ask(text, (frozenset(concepts),), (row,), ground)

    def unstyled(self, limit: int | None = None) -> list[Ask]:
        """Only the thing: what seeds may vary is style, pose and ground."""
        asks = []
        for turn, concept in enumerate(self._plain_concepts()[:limit]):
            row = self._pick(concept, turn)
            text = f"show me {with_article(row.phrase)}"
            asks.append(Ask(text, (frozenset({concept}),), (row,), "white", says_style=False))
        return asks

    def sheet(self, source: str, limit: int) -> list[Ask]:
        """For looking at one style: plain things, every fourth prompt a face, person or sign; the app's words."""
        plain = self._plain_concepts()
        rest = [concept for concept in self.concepts if concept not in set(plain)]
        asks = []
        while len(asks) < limit and (plain or rest):
            concept = rest.pop(0) if rest and (len(asks) % 4 == 3 or not plain) else plain.pop(0)
            if row := self.drawn[concept].get(source):
                asks.append(self._in_app_words(row, self._background((row,), random.Random(f"sheet/{concept}"))))
        return asks

    def _in_app_words(self, row: Cutout, ground: str) -> Ask:
        style = row.styles[0] if row.styles else "picture"
        text = f"{with_article(row.phrase)}, {style}, on {_a(ground)} background"
        return Ask(text, (frozenset({row.concept}),), (row,), ground)


def _style(row: Cutout, rng: random.Random) -> str:
    return rng.choice(row.styles) if row.styles else "plain"


def _noun(style: str) -> str:
    """ "flat sticker style"; style words that have the word already keep it."""
    return style if "style" in style else f"{style} style"


def _shares_stem(word: str, name: str) -> bool:
    """Whether a word of ``word`` and one of ``name`` begin alike (four letters) or contain each other."""
    for a in word.lower().split():
        for b in name.lower().replace(":", " ").split():
            if a[:4] == b[:4] or a in b or b in a:
                return True
    return False
