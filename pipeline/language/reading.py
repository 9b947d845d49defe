"""A prompt read: which things it names, how many and where, in what style and on what ground.

    reader = PromptReader(vocabulary, embed_texts)
    reading = reader.read("two pups to the left of an aubergine, flat sticker")

The prior was taught one thing at a time under the names of its training captions. So a name that it was not taught is
replaced by the nearest that it was, and several things are drawn one by one and then arranged: text rewriting as in
Betker et al. 2023 ("Improving Image Generation with Better Captions"), done with a vocabulary in place of a language
model. The model is told thing and style in the app's own words; ground, size and place are no matter of guessing and
are handed on as they are. What the prompt says beside these was never taught, and is left out and owned up to. A
prompt that names nothing recognisable goes to the model as it is.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch

from pipeline.language.english import NUMBER_WORDS, singular, with_article
from pipeline.language.spelling import Speller
from pipeline.language.whereabouts import SIZES, joins, place_of, second_from_first, tells_sides
from pipeline.language.wording import SIMILAR_STYLES, UNSAID_BACKGROUNDS, app_caption
from pipeline.models.vocabulary import Vocabulary

__all__ = ["MAX_PLACED", "PromptReader", "Reading", "Thing"]

MAX_PLACED = 6  # things in one picture
NEAR = 0.5  # cosine under which no name is near; of held-out names between it and 0.6, every fourth is drawn right
SCENERY = 0.55  # cosine of a place and what it would be drawn as, from which it is drawn
SURE = 0.8  # cosine from which a phrase as a whole is better replaced than a known name in it kept

_WORD = re.compile(r"[^\W_]+(?:['’!-][^\W_]+)*!?", re.UNICODE)
_BREAK = re.compile(r"[,;:.()\n]")

# Words of requests, places and pictures: no thing is named by them alone.
_PLAIN = frozenset(
    """a an the this that these those some any my your our his her its their it he she they them i we you me us
    please draw paint sketch make create generate produce render design show give get want need would like love could
    can will let lets let's i'd us must should do have has had is are was be being been there here see seen
    of in on at by for from to into onto with without within over under above below beneath underneath behind before
    against beside besides next near between around upon atop off out up down through and or plus also as than then
    so but not no nothing only just exactly simply very really quite more most less one's right left top bottom middle
    centre center side sides corner corners upper lower front back top-left top-right centered centred placed
    positioned standing sitting lying located appears together alone isolated standalone
    picture pictures image images photo photograph illustration illustrations drawing painting render rendering
    rendered
    drawn painted made done icon icons emoji emojis emoticon clipart clip art artwork graphic graphics logo symbol sign
    vector cartoonish digital style styled stylised stylized look looks looking fashion manner design designed format
    background backdrop backgrounds ground bg wall backing canvas surface everything anything
    something else all whole rest
    behind surrounding surrounded fill filled colored coloured colour color solid plain pure flat simple clean uniform
    cute nice beautiful pretty lovely cool awesome great good best high quality detailed detail details highly hd 4k
    8k sharp crisp modern minimal minimalist minimalistic basic colorful colourful bright shiny glossy soft
    big large small tiny little huge giant single one group row line grid pair couple trio dozen set several many few
    scene shows showing shown depicting featuring containing contains including keep use using""".split()
)
# Nouns that end as a verb's present participle does: "a dragon breathing fire" is a dragon, "a snow king" is none.
_ING_NOUNS = frozenset(
    """ring king wing string thing building pudding ceiling earring spring clothing lightning morning evening wedding
    dumpling duckling sapling seedling herring railing icing dressing topping""".split()
)
_GROUND_WORDS = frozenset(
    "background backdrop backgrounds bg wall ground backing canvas surface behind around".split()
)
_FILLERS = frozenset(
    "a an the plain solid pure flat simple clean uniform bright vivid deep soft is be should of it in as "
    "colour color coloured colored all "
    "entirely completely only nothing but else everything".split()
)
_GROUND_BEFORE = re.compile(
    r"\b(?:on|against|over|before|upon|onto|in front of|surrounded by)"
    r"(?: (?:an?|the|plain|solid|pure|flat|simple|clean|bright|vivid|deep|soft))*$"
)
_WHERE = frozenset("on in at over through inside under by near across upon beneath behind against".split())
_ARTICLES = frozenset("a an the another some one".split())
_NUMBERS = {word: number for number, word in NUMBER_WORDS.items()} | {str(n): n for n in range(2, 10)}
_NUMBERS |= {"seven": 7, "eight": 8, "couple": 2, "pair": 2, "trio": 3}
_COLOUR_WORDS = frozenset(
    "red orange yellow green blue purple pink brown black white gray grey golden gold silver violet turquoise".split()
)
_COLOUR_ALIASES = {"grey": "gray", "golden": "gold"}
_BACKGROUND_ALIASES = {
    "light grey": "light gray", "dark grey": "dark gray", "pale blue": "light blue", "sky blue": "light blue",
    "baby blue": "light blue", "navy": "navy blue", "dark blue": "navy blue", "mint": "mint green",
    "light green": "mint green", "cream": "beige", "violet": "purple", "grey": "light gray", "gray": "light gray",
    "dark": "dark gray", "light": "light gray",
    "light pink": "pink", "pale pink": "pink", "turquoise": "teal", "lilac": "lavender", "light purple": "lavender",
}  # fmt: skip


@dataclass(frozen=True)
class Thing:
    """One thing that a prompt names.

    Attributes:
        said: as the prompt says it.
        phrase: as the model knows it; ``said`` where nothing known is near.
        count: how many of it.
        cosine: how near ``phrase`` is to what was said: 1 where the very word was taught, 0 where nothing is near.
        colour: the name of the colour that it shall have, where one is said of it.
    """

    said: str
    phrase: str
    count: int = 1
    cosine: float = 1.0
    colour: str | None = None

    @property
    def told(self) -> str:
        """The phrase with its colour."""
        return f"{self.colour} {self.phrase}" if self.colour else self.phrase


@dataclass(frozen=True)
class Reading:
    """What a prompt was understood to ask for.

    Attributes:
        prompts: what the model is told, one per different thing, in the order of ``things``.
        things: what is drawn; empty where the prompt is taken as it is.
        layout: "single", "row", "column" or "grid": how several are arranged, in the order of ``things``.
        style, background: of the vocabulary's, where the prompt says one.
        drawn_style: what the model is told; not ``style`` where the thing was never shown in that, or none is said.
        ground: the colour of the ground, "#rrggbb"; None leaves it to the model.
        place: centre (x, y) and side of the one thing, of the picture's side; None leaves them to the model.
        left_out: words that the model is not told, because it would not know what to make of them.
    """

    prompts: tuple[str, ...]
    things: tuple[Thing, ...] = ()
    layout: str = "single"
    style: str | None = None
    background: str | None = None
    drawn_style: str | None = None
    ground: str | None = None
    place: tuple[float, float, float] | None = None
    left_out: tuple[str, ...] = ()

    @property
    def placed(self) -> int:
        """How many things stand in the picture."""
        return sum(thing.count for thing in self.things)

    @property
    def sentence(self) -> str:
        """What a person should know: how several things were read, and which words were not taught; often nothing."""
        said = []
        if self.placed > 1:
            things = " + ".join(f"{thing.count} × {thing.told}" for thing in self.things)
            said.append(f"Read as {things}, {_LAYOUT_WORDS[self.layout]}.")
        for thing in self.things:
            if thing.cosine == 0:
                said.append(f"“{thing.said}” was never taught: this is a guess.")
            elif self.placed == 1 and thing.told != thing.said.lower():
                said.append(f"“{thing.said}” is drawn as “{thing.told}”.")
        if self.style and self.drawn_style not in (None, self.style):
            one = f"No {self.style} of “{self.things[0].phrase}” was taught"
            said.append(
                f"{one if len(self.things) == 1 else f'Not all of it was taught as {self.style}'}: "
                f"drawn as {self.drawn_style}."
            )
        if self.left_out:
            said.append(f"Left out: {', '.join(f'“{words}”' for words in self.left_out)}.")
        return " ".join(said)


def _left_out(words: list[str], rest: list[bool], breaks: list[bool]) -> tuple[str, ...]:
    """The words of ``rest`` that are no mere wording, those that stand together as one."""
    parts: list[list[str]] = []
    for at, word in enumerate(words):
        if not rest[at] or word in _PLAIN or word in _NUMBERS:
            continue
        if parts and at and rest[at - 1] and words[at - 1] == parts[-1][-1] and not breaks[at - 1]:
            parts[-1].append(word)
        else:
            parts.append([word])
    return tuple(dict.fromkeys(" ".join(part) for part in parts))


_LAYOUT_WORDS = {"row": "side by side", "column": "one above the other", "grid": "in a grid", "single": ""}


def _singulars(said: tuple[str, ...]) -> list[tuple[str, ...]]:
    """``said`` itself, then with its last word in the singular, then with the one before "with", "of", "on" ..."""
    forms = [said, (*said[:-1], singular(said[-1]))]
    for at in range(1, len(said)):
        if said[at] in ("with", "of", "on", "in", "without", "and", "wearing", "holding"):
            forms.append((*said[: at - 1], singular(said[at - 1]), *said[at:]))
            break
    return list(dict.fromkeys(forms))


@dataclass
class _Run:
    """Words ``start`` to ``end`` (exclusive) that name a thing."""

    start: int
    end: int
    name: str = ""  # in the vocabulary, the end of the run; "" where none is
    name_start: int = 0
    many: bool = False
    pair: bool = False  # it is "a pair of" these


class PromptReader:
    """Reads prompts with a vocabulary.

    Args:
        vocabulary: names, styles and backgrounds that were taught.
        embed_texts: sentences -> (n, text_dim), unit length, from the encoder that embedded the vocabulary.
        is_word: whether a word is one that the encoder knows whole; with it, misspelt names are understood.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        embed_texts: Callable[[list[str]], np.ndarray],
        is_word: Callable[[str], bool] | None = None,
    ):
        self.vocabulary, self.embed_texts = vocabulary, embed_texts
        self.names = vocabulary.phrase_of
        self._longest = max(len(_WORD.findall(name)) for name in self.names)
        self._by_words = {tuple(_WORD.findall(name)): name for name in self.names}
        self._styles = {
            tuple(_WORD.findall(word.lower())): style
            for style, words in vocabulary.config.styles.items()
            for word in (style, *words)
        }
        known = {name: name for name in vocabulary.config.backgrounds}
        known |= {word: name for word, name in _BACKGROUND_ALIASES.items() if name in known and word not in known}
        self._backgrounds = {tuple(word.split()): name for word, name in known.items()}
        right = {word for words in (*self._by_words, *self._styles, *self._backgrounds) for word in words} | _PLAIN
        things = {word for phrase in self.names.values() for word in _WORD.findall(phrase.lower())}
        self._speller = is_word and Speller(things, right - things, is_word)

    def read(self, prompt: str, *, chance: float | None = None, avoid: str = "") -> Reading:
        """Read one prompt. Never fails: what is not understood is left as it is.

        Args:
            prompt: as a person says it.
            chance: from 0 to 1, chooses style and ground where the prompt says none; None leaves the style unsaid and
                the ground to the model. The mean of all styles is none of them.
            avoid: a negative prompt: the styles and colours that it names are not chosen.
        """
        text = prompt.replace("’", "'")
        matches = list(_WORD.finditer(text))
        words = [match[0].lower() for match in matches]
        if self._speller:
            words = [self._speller.respell(word) for word in words]
        spans = [match.span() for match in matches]
        breaks = [bool(_BREAK.search(text[a[1] : b[0]])) for a, b in zip(spans, spans[1:], strict=False)] + [True]
        taken = [False] * len(words)
        style = self._find_style(words, breaks, taken)
        background = self._find_background(words, breaks, taken)
        runs = self._find_runs(words, breaks, taken) or self._plain_run(words, taken)
        ground = background and self.vocabulary.config.backgrounds[background]
        as_it_is = Reading((prompt,), style=style, background=background, ground=ground)
        if not runs:
            return as_it_is
        counts = [self._count(words, run) for run in runs]
        runs, counts = self._keep_things(words, breaks, spans, text, runs, counts)
        things = tuple(
            self._name(text[spans[run.start][0] : spans[run.end - 1][1]], run, count)
            for run, count in zip(runs, counts, strict=True)
        )
        runs, things = self._drop_scenery(words, runs, things)
        told_style, ground = self._choose(style, background, chance, things, self._named(avoid))
        placed = sum(thing.count for thing in things)
        if placed == 1:
            run, thing = runs[0], things[0]
            if thing.cosine == 0:
                return replace(as_it_is, things=things)
            rest = [not taken[at] and not run.start <= at < run.end for at in range(len(words))]
            place = place_of([word for word, kept in zip(words, rest, strict=True) if kept])
            left_out = _left_out(words, rest, breaks)
            told = (app_caption(with_article(thing.phrase), told_style),)
            return Reading(told, things, "single", style, background, told_style, ground, place, left_out)
        if placed > MAX_PLACED:
            return as_it_is
        things, layout = self._arrange(text, spans, runs, things)
        told = tuple(app_caption(with_article(thing.phrase), told_style) for thing in things)
        if background is None:
            ground = self.vocabulary.config.backgrounds.get("white")
        return Reading(told, things, layout, style, background, told_style, ground)

    def _named(self, text: str) -> frozenset[str]:
        """The styles and backgrounds that a text names, wherever."""
        words = [match[0].lower() for match in _WORD.finditer(text)]
        known = self._styles | self._backgrounds
        longest = max(map(len, known), default=0)
        spans = (tuple(words[at : at + length]) for at in range(len(words)) for length in range(1, longest + 1))
        return frozenset(known[span] for span in spans if span in known)

    def _choose(
        self,
        style: str | None,
        background: str | None,
        chance: float | None,
        things: tuple[Thing, ...],
        avoided: frozenset[str],
    ) -> tuple[str | None, str | None]:
        """The style to tell, of those that all the things were shown in, and the ground's colour. What is not said is
        chosen by ``chance``, of what is not avoided if anything is left: the style by its leading digits, the ground
        by the others.
        """
        grounds, every = self.vocabulary.config.backgrounds, list(self.vocabulary.config.styles)
        styles = [name for name in every if all(name in self.vocabulary.styles_of(thing.phrase) for thing in things)]
        styles = styles or every
        if style is None and chance is not None and styles:
            styles = [name for name in styles if name not in avoided] or styles
            at = min(int(chance * len(styles)), len(styles) - 1)
            style, chance = styles[at], chance * len(styles) - at
        elif style is not None and style not in styles:
            similar = SIMILAR_STYLES.get(style)
            style = similar if similar in styles else styles[0]
        if background is None and chance is not None:
            unsaid = [name for name, times in UNSAID_BACKGROUNDS.items() if name in grounds for _ in range(times)]
            unsaid = [name for name in unsaid if name not in avoided] or unsaid
            background = unsaid[min(int(chance * len(unsaid)), len(unsaid) - 1)] if unsaid else None
        return style, background and grounds[background]

    def _find_style(self, words: list[str], breaks: list[bool], taken: list[bool]) -> str | None:
        """The first style that is named; its words are taken."""
        longest = max(map(len, self._styles), default=0)
        for length in range(longest, 0, -1):
            for start in range(len(words) - length + 1):
                style = self._styles.get(tuple(words[start : start + length]))
                if style and not any(breaks[start : start + length - 1]):
                    taken[start : start + length] = [True] * length
                    return style
        return None

    def _find_background(self, words: list[str], breaks: list[bool], taken: list[bool]) -> str | None:
        """The colour that is said of the ground; its words are taken."""
        for length in (2, 1):
            for start in range(len(words) - length + 1):
                end = start + length
                name = self._backgrounds.get(tuple(words[start:end]))
                if not name or any(taken[start:end]) or any(breaks[start : end - 1]):
                    continue
                if self._says_ground(words, breaks, start, end):
                    taken[start:end] = [True] * length
                    return name
        return None

    @staticmethod
    def _says_ground(words: list[str], breaks: list[bool], start: int, end: int) -> bool:
        """Whether the colour ``words[start:end]`` is the ground's: "pink backdrop", "behind it pink", "on pink"."""
        after = end
        while after < len(words) and not breaks[after - 1] and words[after] in _FILLERS:
            after += 1
        if after < len(words) and not breaks[after - 1] and words[after] in _GROUND_WORDS:
            return True
        before = start
        while before > 0 and words[before - 1] in _FILLERS:
            before -= 1
        if before > 0 and words[before - 1] in _GROUND_WORDS or "else" in words[before:start]:
            return True
        if _GROUND_BEFORE.search(" ".join(words[:start])):
            return end == len(words) or breaks[end - 1] or words[end] in _PLAIN
        return False

    def _find_runs(self, words: list[str], breaks: list[bool], taken: list[bool]) -> list[_Run]:
        """Runs of words that name things: known names, and what lies between plain words."""
        inside: list[str] = [""] * len(words)
        name_at: dict[int, tuple[int, str, bool]] = {}
        start = 0
        while start < len(words):
            found = self._longest_name(words, breaks, taken, start)
            if found:
                end, name, many = found
                name_at[start] = found
                inside[start:end] = [name] * (end - start)
                start = end
            else:
                start += 1
        runs, start = [], 0
        while start < len(words):
            if not self._is_content(words, taken, inside, start):
                start += 1
                continue
            end = name_at[start][0] if start in name_at else start + 1  # a name may hold commas
            while end < len(words) and not breaks[end - 1] and self._goes_on(words, breaks, taken, inside, end):
                end = name_at[end][0] if end in name_at else end + 1
            run, at = _Run(start, end), start
            while at < end:
                if at in name_at and name_at[at][0] == end:
                    run.name, run.name_start, run.many = name_at[at][1], at, name_at[at][2]
                at = name_at[at][0] if at in name_at else at + 1
            runs.append(run)
            start = end
        return runs

    def _plain_run(self, words: list[str], taken: list[bool]) -> list[_Run]:
        """Where nothing else is named: the first name behind an article that is mostly mere wording ("a wall")."""
        for at in range(1, len(words)):
            if words[at - 1] in ("a", "an") and words[at] in self.names and not taken[at]:
                return [_Run(at, at + 1, words[at], at)]
        return []

    def _is_content(self, words, taken, inside, at: int) -> bool:
        if taken[at]:
            return False
        return bool(inside[at]) or (words[at] not in _PLAIN and words[at] not in _NUMBERS)

    def _goes_on(self, words, breaks, taken, inside, at: int) -> bool:
        """Whether word ``at`` belongs to the run before it: content, or "of" and perhaps an article before content."""
        if self._is_content(words, taken, inside, at):
            participle = words[at].endswith("ing") and len(words[at]) > 4 and words[at] not in _ING_NOUNS
            return not participle
        ahead = at
        while ahead < len(words) and ahead - at < 2 and words[ahead] in ("of", "the", "a", "an") and not breaks[ahead]:
            ahead += 1
        joined = words[at] == "of" and ahead < len(words)
        return joined and self._is_content(words, taken, inside, ahead)

    def _longest_name(self, words, breaks, taken, start: int) -> tuple[int, str, bool] | None:
        """The longest name that starts at ``start``: (end, name, whether it was said in the plural)."""
        at = start - 1
        while at >= 0 and words[at] in _COLOUR_WORDS | SIZES:
            at -= 1
        counted = at >= 0 and words[at] in _NUMBERS
        for length in range(min(self._longest, len(words) - start), 0, -1):
            end, said = start + length, tuple(words[start : start + length])
            if any(taken[start:end]) or all(word in _PLAIN or word in _NUMBERS for word in said):
                continue
            found = [(self._by_words[form], form) for form in _singulars(said) if form in self._by_words]
            phrases = [(name, form) for name, form in found if self.names[name] == name]
            if counted and len(phrases) > 1:
                phrases = phrases[1:]  # "four houses" are four of "house", not of "houses"
            if counted:
                found = found[1:] + found[:1]  # "bees" is a keyword of the honey pot, "bee" of the bee
            for name, form in phrases or found:
                if any(breaks[start : end - 1]) and "," not in name:
                    continue
                if not phrases and length > 1 and (said[0] in _PLAIN - SIZES or said[-1] in _PLAIN):
                    continue  # a keyword such as "on ice"
                return end, name, form != said
        return None

    def _count(self, words: list[str], run: _Run) -> int:
        """The number said before a run: "two", "a pair of", "exactly 3"; 1 where none is."""
        at = run.start - 1
        of = at >= 1 and words[at] == "of"
        if of:
            at -= 1
        while at >= 0 and words[at] in SIZES | {"cute", "identical", "same", "little"}:
            at -= 1
        if at < 0 or (words[at] in ("couple", "pair", "trio") and not of):
            return 1
        run.pair = words[at] == "pair"
        return _NUMBERS.get(words[at], 1)

    def _keep_things(self, words, breaks, spans, text, runs: list[_Run], counts: list[int]):
        """Leave out runs that only describe: after a comma or "with", without article, number or known name."""
        kept: list[int] = [0]
        for i in range(1, len(runs)):
            run, last = runs[i], runs[kept[-1]]
            between = text[spans[last.end - 1][1] : spans[run.start][0]].lower()
            before = words[run.start - 1] if run.start else ""
            introduced = before in _ARTICLES or counts[i] > 1 or before in SIZES
            joined = joins(between)
            conjunction = re.search(r"\b(?:and|plus|&)\s*$", between) is not None
            behind = _BREAK.split(text[spans[run.end - 1][1] :].lower())[0]
            sided = tells_sides(between, behind)
            if run.name and (introduced or conjunction or sided) and (joined or sided or breaks[last.end - 1]):
                kept.append(i)
            elif not run.name and introduced and (joined or sided):
                kept.append(i)
            elif run.name and run.name_start == run.start and between.strip() == "," and i + 1 < len(runs):
                beyond = text[spans[run.end - 1][1] : spans[runs[i + 1].start][0]].lower()
                if runs[i + 1].name and re.fullmatch(
                    r"\s*,?\s*(?:and|&)?\s*(?:an?|the)?\s*|,\s*", beyond
                ):  # "cat, dog and bird"
                    kept.append(i)
        return [runs[i] for i in kept], [counts[i] for i in kept]

    def _drop_scenery(
        self, words: list[str], runs: list[_Run], things: tuple[Thing, ...]
    ) -> tuple[list[_Run], tuple[Thing, ...]]:
        """Without later things that nothing taught is near ("on a hill"), that are the first under another word ("a
        tractor on a farm"), or that stand for something else where the first is ("on a lake" is no speedboat).
        """
        kept = [0]
        for i in range(1, len(things)):
            again = any(things[i].phrase == things[k].phrase and things[i].said != things[k].said for k in kept)
            before = [word for word in words[: runs[i].start] if word not in _ARTICLES | SIZES]
            where = bool(before) and before[-1] in _WHERE
            else_where = where and self.vocabulary.likeness.get(runs[i].name, 1.0) < SCENERY
            if things[i].cosine > 0 and not ((again or else_where) and things[i].count == 1):
                kept.append(i)
        return [runs[i] for i in kept], tuple(things[i] for i in kept)

    def _name(self, said: str, run: _Run, count: int) -> Thing:
        """The phrase that the model knows for a run."""
        lower = said.lower()
        if run.name:
            phrase = self.names[run.name]
            if count == 2 and run.pair and singular(phrase) != phrase:
                count = 1  # "a pair of eyes" is "eyes"
            if run.name_start == run.start:
                return Thing(said, phrase, count)
            modifier = lower[: len(lower) - len(" ".join(_WORD.findall(lower)[run.name_start - run.start :]))].strip()
            colour = _COLOUR_ALIASES.get(modifier, modifier)
            if modifier in _COLOUR_WORDS and colour in self.vocabulary.config.backgrounds:
                return Thing(said, phrase, count, colour=colour)
            near, cosine = self._nearest(lower)
            part = re.search(r"\s+of(?: the| an?)?$", modifier)  # "a bouquet of roses", "slices of pizza"
            if part and self.names.get(whole := modifier[: part.start()]) == whole:
                return Thing(said, whole, count, 0.999)
            taught = phrase == run.name and not part
            if self.names[near] != phrase and cosine >= (SURE if taught else NEAR):
                return Thing(said, self.names[near], count, min(cosine, 0.999))
            return Thing(said, phrase, count, 0.999)
        near, cosine = self._nearest(lower)
        if cosine < NEAR:
            return Thing(said, lower, count, 0.0)
        return Thing(said, self.names[near], count, min(cosine, 0.999))

    def _nearest(self, said: str) -> tuple[str, float]:
        return self.vocabulary.nearest(torch.as_tensor(self.embed_texts([with_article(said)])[0]))

    def _arrange(self, text: str, spans, runs: list[_Run], things: tuple[Thing, ...]) -> tuple[tuple[Thing, ...], str]:
        """Things in reading order, left to right or top to bottom, and the layout."""
        placed = sum(thing.count for thing in things)
        if len(things) != 2:
            return things, "row" if placed <= 3 else "grid"
        first, second = ((spans[run.start][0], spans[run.end - 1][1]) for run in runs)
        before, between, after = (
            part.lower() for part in (text[: first[0]], text[first[1] : second[0]], text[second[1] :])
        )
        where = second_from_first(before, between, after)
        if where in ("left", "above"):
            things = things[::-1]
        if placed == 2 or where in ("above", "below"):
            return things, "column" if where in ("above", "below") else "row"
        return things, "row" if placed <= 3 else "grid"
