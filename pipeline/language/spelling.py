"""Slips of the pen: a word that the text encoder's own vocabulary lacks and that is nearly one that was taught."""

import difflib
from collections.abc import Callable, Iterable

from pipeline.language.english import plural, singular

__all__ = ["Speller"]

MIN_LENGTH = 6  # letters: of five, "stork" is as near to "store" as a slip would be
ALIKE = 0.8  # of difflib's ratio


class Speller:
    """Corrects single words towards taught ones that begin with the same letter.

    Args:
        preferred: words that are taken first (the names of things).
        others: further words that are right as they are (keywords, styles).
        is_word: whether a word stands whole in the text encoder's vocabulary. Common English words do, so what is
            taken apart there is rare, or misspelt.
    """

    def __init__(self, preferred: Iterable[str], others: Iterable[str], is_word: Callable[[str], bool]):
        self._tiers = []
        for words in (preferred, others):
            by_letter: dict[str, list[str]] = {}
            for word in sorted({word for word in words if len(word) >= MIN_LENGTH - 1 and word.isalpha()}):
                by_letter.setdefault(word[0], []).append(word)
            self._tiers.append(by_letter)
        self._known = {word for tier in self._tiers for words in tier.values() for word in words}
        self._is_word = is_word

    def respell(self, word: str) -> str:
        """``word``, lower case, or the taught word that it was meant to be."""
        if len(word) < MIN_LENGTH or not word.isalpha() or word in self._known or self._is_word(word):
            return word
        one = singular(word)
        for tier in self._tiers:
            words = tier.get(word[0], ())
            if near := difflib.get_close_matches(word, words, n=1, cutoff=ALIKE):
                return near[0]
            if one != word and (near := difflib.get_close_matches(one, words, n=1, cutoff=ALIKE)):
                return plural(near[0])
        return word
