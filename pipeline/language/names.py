"""What a person calls a thing -> what it was called in training, or an honest "not taught", with what is near."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from pipeline.language.common_words import MORE_NAMES
from pipeline.language.english import singular, with_article
from pipeline.language.spelling import Speller
from pipeline.models.vocabulary import TELLING, Vocabulary

__all__ = ["GUESS", "Name", "NameFinder"]

SURE = 0.8  # cosine from which a phrase as a whole is better replaced than a known name at its end kept
GUESS = 0.66  # cosine from which the nearest name is drawn, and told: under it are "maison" and "lighthouse"
STRANGE = 0.78  # the same for a word that the encoder knows only in pieces: under it are "chien" and "axolotl"
OFFERED = 0.45  # cosine from which a name is worth offering
CHOICES = 3
ANOTHER_WORD = 0.6  # likeness of a name and its phrase from which nobody need be told: car and automobile

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_LEADING = frozenset("a an the my your his her its their our some any one another this that these those of".split())
_SPLIT = re.compile(r" (?:of|with|in|on) (?:an? |the )?")
# What is said of a quantity and is no thing of its own where the whole is not taught: "a bowl of ramen" is ramen.
_MEASURES = frozenset(
    "bowl cup glass mug bottle plate slice piece bunch bouquet stack pile basket pack can jar pot pair set group bag "
    "drop ball sheet loaf bar scoop box tray handful row bundle crate bucket head ear".split()
)


@dataclass(frozen=True)
class Name:
    """What a thing is called.

    Args:
        said: as the prompt says it, in small letters.
        phrase: as the model knows it; None where nothing near was taught.
        cosine: how near it is to what was said: 1 where the very word was taught.
        choices: other phrases that may be meant, the nearest first.
    """

    said: str
    phrase: str | None
    cosine: float = 1.0
    choices: tuple[str, ...] = ()


class NameFinder:
    """Finds names in a vocabulary.

    Args:
        vocabulary: names and phrases that were taught.
        embed_texts: sentences -> (n, text_dim), unit length, from the encoder that embedded the vocabulary.
        is_word: whether the encoder knows a word whole.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        embed_texts: Callable[[list[str]], np.ndarray],
        is_word: Callable[[str], bool] | None = None,
    ):
        self.vocabulary, self.embed_texts, self.is_word = vocabulary, embed_texts, is_word or (lambda word: True)
        self.phrases = frozenset(vocabulary.phrase_of.values())
        likeness = vocabulary.likeness
        self._known = {
            tuple(_WORD.findall(name.lower())): phrase
            for name, phrase in vocabulary.phrase_of.items()
            if phrase == name or likeness[name] >= TELLING
        }
        for phrase, words in MORE_NAMES.items():
            for name in words.split(", ") if phrase in self.phrases else ():
                self._known.setdefault(tuple(_WORD.findall(name)), phrase)
        self.longest = max(map(len, self._known), default=0)
        things = {word for name in self._known for word in name}
        self._speller = Speller(
            {word for phrase in self.phrases for word in _WORD.findall(phrase)}, things, self.is_word
        )

    def exact(self, words: tuple[str, ...]) -> str | None:
        """The phrase that words are a name of. A phrase itself comes first, then the singular: "eggs" are a keyword of
        the nest, "egg" is an egg.
        """
        found = [(form, self._known[form]) for form in _forms(words) if form in self._known]
        for form, phrase in found:
            if tuple(_WORD.findall(phrase)) == form:
                return phrase
        return found[min(1, len(found) - 1)][1] if found else None

    def many(self, said: str) -> bool:
        """Whether a name is said in the plural of one that was taught, and is none of its own."""
        words = tuple(_WORD.findall(said.lower()))
        taught = self._known.get(words)
        itself = taught is not None and tuple(_WORD.findall(taught)) == words
        return not itself and singular(words[-1]) != words[-1] and (*words[:-1], singular(words[-1])) in self._known

    def same(self, said: str, phrase: str) -> bool:
        """Whether what is said is the phrase itself, its plural, or another word for it."""
        words = tuple(_WORD.findall(said.lower()))
        if tuple(_WORD.findall(phrase)) in _forms(words):
            return True
        forms = [" ".join(form) for form in _forms(words)]
        taught = [form for form in forms if self.vocabulary.phrase_of.get(form) == phrase]
        return any(self.vocabulary.likeness[form] >= ANOTHER_WORD for form in taught)

    def respelled(self, word: str) -> str:
        """A word, or the taught one that it was meant to be."""
        return self._speller.respell(word)

    def find(self, said: str) -> Name:
        """The name for what was said."""
        words = tuple(_WORD.findall(said.lower()))
        while len(words) > 1 and words[0] in _LEADING:
            words = words[1:]
        if not words:
            return Name(said, None, 0.0)
        text = " ".join(words)
        for form in (words, tuple(self.respelled(word) for word in words)):
            if phrase := self.exact(form):
                return Name(text, phrase)
        if measured := self._measured(form):
            return Name(text, measured, 0.999)
        near = self._nearest(" ".join(form))
        strange = not any(self.is_word(word) for word in form)
        offered = STRANGE - 0.1 if strange else OFFERED
        names = tuple(dict.fromkeys(phrase for phrase, cosine in near if cosine >= offered))[:CHOICES]
        best, cosine = near[0]
        if cosine >= SURE:
            return Name(text, best, cosine, names[1:])
        if within := self._within(form):
            return Name(text, within, 0.999, tuple(name for name in names if name != within))
        if cosine >= (STRANGE if strange else GUESS):
            return Name(text, best, cosine, names[1:])
        return Name(text, None, cosine, names)

    def nearly(self, said: str) -> str | None:
        """The phrase that is as good as what was said ("crying laughing face"); None where none is."""
        best, cosine = self._nearest(said)[0]
        return best if cosine >= SURE else None

    def _measured(self, words: tuple[str, ...]) -> str | None:
        """ "a pair of shoes" are shoes, "a bowl of ramen" is ramen."""
        for at in range(1, len(words) - 1):
            if words[at] == "of" and singular(words[at - 1]) in _MEASURES:
                return self._ending(words[at + 1 :])
        return None

    def _within(self, words: tuple[str, ...]) -> str | None:
        """The known name at the end of the words, or of what they are a measure of."""
        text = " ".join(words)
        parts = _SPLIT.split(text)
        if len(parts) > 1:
            return self._ending(tuple(parts[0].split())) or self._ending(tuple(parts[1].split()))
        return self._ending(words)

    def _ending(self, words: tuple[str, ...]) -> str | None:
        for start in range(len(words)):
            if phrase := self.exact(words[start:]):
                return phrase
        return None

    def _nearest(self, said: str) -> list[tuple[str, float]]:
        embed = torch.as_tensor(self.embed_texts([with_article(said)])[0])
        scores = self.vocabulary.embeds.float().cpu() @ F.normalize(embed.float(), dim=-1)
        scores = scores.masked_fill(~self.vocabulary.telling, -1.0)
        values, places = scores.topk(min(6, len(scores)))
        names = self.vocabulary.config.names
        return [
            (self.vocabulary.phrase_of[names[at]], float(value))
            for value, at in zip(values.tolist(), places.tolist(), strict=True)
        ]


def _forms(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Words as they are, then with the last in the singular, then with the one before "of", "with" ... in it."""
    forms = [words, (*words[:-1], singular(words[-1]))]
    for at in range(1, len(words)):
        if words[at] in ("with", "of", "on", "in", "without", "and", "wearing", "holding"):
            forms.append((*words[: at - 1], singular(words[at - 1]), *words[at:]))
            break
    joined = tuple(part for word in words for part in word.split("-"))
    forms.append(joined)
    return list(dict.fromkeys(forms))
