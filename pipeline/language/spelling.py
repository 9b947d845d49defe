"""Slips of the pen: a word that the text encoder's own vocabulary lacks and that is nearly one that was taught."""

import difflib
import re
from collections.abc import Callable, Iterable, Sequence

from pipeline.language.english import plural, singular

__all__ = ["Speller", "spellings"]

MIN_LENGTH = 6  # letters: of five, "stork" is as near to "store" as a slip would be
ALIKE = 0.75  # of difflib's ratio, where the letters are the same: "dinasour"; NEAR where they are not
NEAR = 0.8
LONG = 7  # letters from which two slips are forgiven: "elefant"
PART = 3  # letters of each half of a compound
MISSING = 9  # letters of a name from which one may be missing, whatever is left: "pinapple", "lighthose"
# Right as they are, though the encoder knows them in pieces only and a slip of the pen leads to what was taught.
_RARE = frozenset(
    """
    anklet backboard bleach blinder blinker blower bobber bolster bracken breeches bridle choker circlet cordial cornet
    crockery crouton culottes fennel flasher gosling incisor legging leggings leotard leveret locket manger mashed
    mousse mowing oregano paprika petrel plaice poplar prosthesis pruner ramekin reamer ridged sarong satchel scraper
    shackle sharpie shelled skimming smoker souffle sowing spindle splint sprayer sprinkle sprinkles stapling stringed
    sturgeon tarantula teether textured thicket thrush toasted trawler waders wading whisker whiskers florets
    """.split()
)
# British and American.
_BOTH = tuple(
    tuple(pair.split(":"))
    for pair in """
    grey:gray tyre:tire pyjamas:pajamas moustache:mustache doughnut:donut aeroplane:airplane plough:plow axe:ax
    yoghurt:yogurt jewellery:jewelry omelette:omelet mould:mold kerb:curb chilli:chili whisky:whiskey draught:draft
    aluminium:aluminum sceptre:scepter sulphur:sulfur artefact:artifact cosy:cozy disc:disk programme:program
    catalogue:catalog dialogue:dialog analogue:analog sabre:saber fibre:fiber theatre:theater centre:center
    metre:meter litre:liter lustre:luster spectre:specter ochre:ocher calibre:caliber manoeuvre:maneuver
    colour:color harbour:harbor armour:armor neighbour:neighbor flavour:flavor tumour:tumor vapour:vapor parlour:parlor
    honour:honor odour:odor savoury:savory favourite:favorite licence:license defence:defense
    travelling:traveling traveller:traveler jeweller:jeweler woollen:woolen snowplough:snowplow racquet:racket
    ketchup:catsup barbecue:barbeque yogurt:yoghourt
    """.split()
)
_OTHER: dict[str, tuple[str, ...]] = {}
for _one, _other in _BOTH:
    _OTHER[_one] = (*_OTHER.get(_one, ()), _other)
    _OTHER[_other] = (*_OTHER.get(_other, ()), _one)


def spellings(words: str) -> list[str]:
    """The same words as they are spelt on the other side of the ocean; none where nobody spells them otherwise."""
    parts = words.split()
    return [
        " ".join([*parts[:at], other, *parts[at + 1 :]])
        for at, word in enumerate(parts)
        for one in dict.fromkeys((word, singular(word)))
        for other in _OTHER.get(one, ())
    ]


class Speller:
    """Corrects single words towards taught ones that begin with the same letter.

    Args:
        preferred: words that are taken first (the names of things).
        others: further words that are taken.
        is_word: whether a word stands whole in the text encoder's vocabulary. Common English words do, so what is
            taken apart there is rare, or misspelt.
        right: words that are right as they are, though no slip leads to them.
    """

    def __init__(
        self,
        preferred: Iterable[str],
        others: Iterable[str],
        is_word: Callable[[str], bool],
        right: Iterable[str] = (),
    ):
        self._tiers = []
        for words in (preferred, others):
            by_letter: dict[str, list[str]] = {}
            for word in sorted({word for word in words if len(word) >= MIN_LENGTH - 1 and word.isalpha()}):
                by_letter.setdefault(word[0], []).append(word)
            self._tiers.append(by_letter)
        self._known = {word for tier in self._tiers for words in tier.values() for word in words} | set(right) | _RARE
        self._is_word = is_word

    def respell(self, word: str) -> str:
        """``word``, lower case, or the taught word that it was meant to be."""
        if len(word) < MIN_LENGTH or not word.isalpha() or self._right(word):
            return word
        one = singular(word)
        if self._right(one) or any(other in self._known for other in spellings(word)):
            return word
        slips = 1 if len(word) < LONG else 2
        if self._compound(one):
            slips = 0
        for tier in self._tiers:
            words = tier.get(word[0], ())
            if one != word and (near := _nearest(one, words, slips)):
                return plural(near)
            if near := _nearest(word, words, slips):
                return near
        return word

    def _right(self, word: str) -> bool:
        return word in self._known or self._is_word(word)

    def _compound(self, word: str) -> bool:
        """Whether it is two words written as one: a "sawhorse" is no seahorse."""
        cuts = range(PART, len(word) - PART + 1)
        return any(self._right(word[:at]) and self._right(word[at:]) for at in cuts)


def _nearest(word: str, words: Sequence[str], slips: int) -> str | None:
    """The word that so many slips of the pen lead from, or a letter doubled or not; None where it takes more."""
    for other in difflib.get_close_matches(word, words, n=3, cutoff=ALIKE):
        alike = difflib.SequenceMatcher(None, other, word).ratio() >= NEAR
        mixed_up = sorted(word) == sorted(other) and word[-1] == other[-1]
        missing = len(other) == len(word) + 1 >= MISSING and other[-1] == word[-1] and _slips(word, other) == 1
        if _once(word) == _once(other) or mixed_up or missing or alike and _slips(word, other) <= slips:
            return other
    return None


def _once(word: str) -> str:
    return re.sub(r"(.)\1", r"\1", word)


def _slips(one: str, other: str) -> int:
    """Letters that are missing, added, changed, or changed about with their neighbour (Damerau 1964)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        before, last, row = row, before, [at]
        for to, wanted in enumerate(other, 1):
            row.append(min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != wanted)))
            if at > 1 and to > 1 and letter == other[to - 2] and wanted == one[at - 2]:
                row[to] = min(row[to], last[to - 2] + 1)
    return row[-1]
