"""A dependency parse as the silver labels read it, and the parser that makes it: spaCy's, at training time only."""

import importlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.training import grammar_words as lists
from pipeline.training.grammar_phrases import split_words

__all__ = ["SHORT", "Unsure", "Word", "counted", "spacy_parser", "units_of"]

# Prepositions of several words, and the one that a parser reads in their place.
SHORT = {
    "in front of": "behind", "on top of": "on", "next to": "beside", "to the left of": "beside", "inside of": "inside",
    "to the right of": "beside", "on the left of": "beside", "on the right of": "beside", "close to": "near",
    "on the left side of": "beside", "on the right side of": "beside", "out of": "from",
}  # fmt: skip
_COUNTING = frozenset("group couple flock herd bunch".split())  # "a couple of" is a number


@dataclass(frozen=True)
class Word:
    """A word of a parse.

    Args:
        text: in small letters.
        tag: part of speech, of the Penn Treebank.
        link: its dependency, as spaCy's English models name them.
        head: index of the word that it depends on; -1 for the root.
    """

    text: str
    tag: str
    link: str
    head: int


class Unsure(Exception):
    """A word of a prompt has no role that is certain; the message is the reason."""


def units_of(text: str) -> list[list[str]]:
    """The words of a prompt; those of a long preposition, or of a colour, stand together."""
    text = text.lower()
    words = [text[start:end] for start, end in split_words(text)]
    units, at = [], 0
    while at < len(words):
        length = next(
            (n for n in (5, 4, 3, 2) if (said := " ".join(words[at : at + n])) in SHORT or said in lists.COLOURS), 1
        )
        units.append(words[at : at + length])
        at += length
    return units


def counted(said: Sequence[str], parsed: Sequence[Word]) -> list[Word]:
    """A parse in which "a couple of dogs" is led by the dogs, and tells their number."""
    words = list(parsed)
    for at, word in enumerate(words):
        of = next((one for one, other in enumerate(words) if other.head == at and said[one] == "of"), -1)
        to = next((one for one, other in enumerate(words) if of >= 0 and other.head == of), -1)
        if said[at] not in _COUNTING or of != at + 1 or to < 0:
            continue
        for one, other in enumerate(words):
            words[one] = replace(other, head=to) if other.head == at else other
        words[of] = Word("of", "DT", "det", to)
        words[to] = replace(words[to], link=word.link, head=word.head)
        words[at] = Word(word.text, "CD", "nummod", to)
    return words


def spacy_parser(name: str) -> Callable[[Iterable[list[list[str]]]], Iterator[list[Word]]]:
    """What reads units with a model of spaCy.

    Raises:
        SystemExit: spaCy, or the model, is not installed.
    """
    try:
        spacy = importlib.import_module("spacy")
        model = spacy.load(name, exclude=["ner"])
    except (ImportError, OSError) as error:
        raise SystemExit(
            f"--parser takes an installed English model of spaCy, got {name}: {error}. Install spaCy and the model."
        ) from error

    def parse(prompts: Iterable[list[list[str]]]) -> Iterator[list[Word]]:
        said = ([SHORT.get(" ".join(unit), unit[-1]) for unit in units] for units in prompts)
        for doc in model.pipe(spacy.tokens.Doc(model.vocab, words=words) for words in said):
            yield [Word(t.text, t.tag_, t.dep_, -1 if t.head.i == t.i else t.head.i) for t in doc]

    return parse
