"""What a person calls a thing -> what it was called in training, or an honest "not taught", with what is near."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from pipeline.language.common_words import SAME_THING
from pipeline.language.emoji import is_emoji_name
from pipeline.language.english import plural, singular, with_article
from pipeline.language.spelling import Speller, spellings
from pipeline.language.stand_ins import NOT_TAUGHT, STAND_INS, TYPICAL
from pipeline.language.styles import COLOURFUL
from pipeline.models.vocabulary import Vocabulary

__all__ = ["GUESS", "Name", "NameFinder"]

SURE = 0.8  # cosine from which a phrase as a whole is better replaced than a known name at its end kept
GUESS = 0.66  # cosine from which the nearest name is drawn, and told: under it are "maison" and "lighthouse"
STRANGE = 0.78  # the same for a word that the encoder knows only in pieces: under it are "chien" and "axolotl"
# Likeness of a keyword and its phrase from which it names it: "ale" and the beer mug; under it are "bait" and the
# mouse trap, which is offered.
NAMED = 0.5
OFFERED = 0.45  # cosine from which a name is worth offering
CHOICES = 3
ANOTHER_WORD = 0.9  # likeness of a name and its phrase from which nobody need be told; at 0.8 are "chile", its flag
JOINED = 5  # letters of a name from which blanks and hyphens in it do not matter
KIND = 0.5  # cosine from which a name that ends in the words is one of them: "pearl earring" is an earring

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_LEADING = frozenset("a an the my your his her its their our some any one another this that these those of".split())
# Names of pets and persons, behind what they are.
_GIVEN = frozenset(
    "max bella luna charlie buddy rocky milo leo lucy coco oscar emma tom anna sam mia felix simba bruno toby jack "
    "oliver molly sophie lola zoe ben lena nala balu rex fluffy bob alice lily "
    "paul peter john mary maria jonas".split()
)
# Who does something, and words of those who can.
_WHO = frozenset(
    "player driver rider singer dancer teacher worker cleaner lover seller maker painter baker farmer drummer "
    "guitarist pianist goalkeeper skater swimmer runner climber surfer skier boxer wrestler athlete fan coach "
    "trainer".split()
)
# "Makers" and "players" that are machines.
_OF_MACHINES = frozenset(
    "ice coffee bread waffle pasta popcorn soda yogurt espresso sandwich rice vacuum pool record cd dvd music mp3 "
    "video cassette media tape window screw pile carpet".split()
)
_PERSONS = frozenset("person man woman people men women boy girl child worker".split())
_SPLIT = re.compile(r" (?:of|with|in|on) (?:an? |the )?")
# What is said of a quantity and is no thing of its own where the whole is not taught: "a bowl of ramen" is ramen.
_MEASURES = frozenset(
    "bowl cup glass mug bottle plate slice piece bunch bouquet stack pile basket pack can jar pot pair set group bag "
    "drop ball sheet loaf bar scoop box tray handful row bundle crate bucket head ear wheel wedge block".split()
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
        # Some of them go by another phrase in the vocabulary; they were drawn all the same.
        self.phrases = frozenset(vocabulary.phrase_of.values()) | frozenset(vocabulary.config.shown or ())
        likeness = vocabulary.likeness
        self._same, self._typical, self._near = map(self._table, (SAME_THING, TYPICAL, STAND_INS))
        self._itself = {tuple(_WORD.findall(phrase)): phrase for phrase in sorted(self.phrases)}
        self._keywords = {
            tuple(_WORD.findall(name.lower())): phrase
            for name, phrase in vocabulary.phrase_of.items()
            if likeness[name] >= NAMED
        }
        self._hints = {
            tuple(_WORD.findall(name.lower())): phrase
            for name, phrase in vocabulary.phrase_of.items()
            if likeness[name] < NAMED
        }
        self._naming = torch.tensor([likeness[name] >= NAMED for name in vocabulary.config.names])
        self._not_taught = {tuple(_WORD.findall(name)): _known(choices, self) for name, choices in NOT_TAUGHT.items()}
        tables = (self._keywords, self._near, self._typical, self._same, self._itself)
        known = {name for table in tables for name in table}
        self._joined = {_letters(name): name for table in tables for name in table}
        self._endings: dict[str, list[tuple[str, ...]]] = {}
        for name in self._itself:
            if len(name) > 1:
                self._endings.setdefault(name[-1], []).append(name)
        right = {word for name in known | set(self._not_taught) for word in name} | set(self._joined)
        styles = {word for style, words in vocabulary.config.styles.items() for word in _words(style, *words)}
        self._speller = Speller(
            {name[0] for name in known if len(name) == 1},
            {word for table in tables[1:4] for name in table for word in name},
            self.is_word,
            right | styles,
        )

    def _table(self, table: dict[str, str]) -> dict[tuple[str, ...], str]:
        """Names of what was taught."""
        return {
            tuple(_WORD.findall(name)): phrase
            for phrase, names in table.items()
            if phrase in self.phrases
            for name in names.split(", ")
        }

    def exact(self, words: tuple[str, ...], *, counted: bool = False) -> str | None:
        """The phrase that words are a name of: what people mean by them, the thing of that name, or what stands in for
        it, in this order; then a keyword of the metadata. None where the name is known for nothing drawn.

        Args:
            words: in small letters.
            counted: whether a number is told of them: "three books" are no stack of books.
        """
        if not words:  # signs alone were taken for a thing
            return None
        forms = _forms(words, counted=counted)
        if self._prefers_one(words):  # "mountains"
            forms = [form for form in forms if form != words]
        for form in forms:
            for table in (self._same, self._typical, self._itself):
                if form in table:
                    return table[form]
        for form in forms:
            if form in self._near or form in self._not_taught:
                return self._near.get(form)
        if other := self._otherwise(forms):
            return self.exact(other)
        found = [form for form in forms if form in self._keywords]
        if words and singular(words[-1]) in _WHO:  # a "football player" is no ball
            found = [form for form in found if not _PERSONS.isdisjoint(self._keywords[form].split())]
        # The singular: "eggs" are a keyword of the nest.
        return self._keywords[found[min(1, len(found) - 1)]] if found else None

    def _prefers_one(self, words: tuple[str, ...]) -> bool:
        """Whether several have a drawing of their own that is a sign in one colour, and one was drawn in colour."""
        several, one = (self._itself.get(form) for form in (words, (*words[:-1], singular(words[-1]))))
        if several is None or one is None or several == one or words in self._same:
            return False
        return self.in_colour(one) and not self.in_colour(several)

    def in_colour(self, phrase: str) -> bool:
        """Whether it was drawn in colours, and not only as a sign."""
        shown = self.vocabulary.config.shown
        if shown is None or phrase not in shown or is_emoji_name(phrase):
            return True
        return not {*COLOURFUL}.isdisjoint(shown[phrase])

    def is_name(self, said: str) -> bool:
        """Whether words are the name of a thing that was taught, or of what people mean by them."""
        words = tuple(said.split())
        return words in self._itself or words in self._same

    def _otherwise(self, forms: list[tuple[str, ...]]) -> tuple[str, ...] | None:
        """A known name that differs in blanks and hyphens, in British and American spelling, or that names several."""
        for form in forms:
            several = tuple(plural(" ".join(form)).split())
            if several not in forms and (several in self._same or several in self._itself):
                return several
            near = self._joined.get(_letters(form))
            if near and near not in forms and len(_letters(form)) >= JOINED:
                return near
            for other in spellings(" ".join(form)):
                if (near := self._joined.get(other.replace(" ", ""))) and near not in forms:
                    return near
        return None

    def many(self, said: str) -> bool:
        """Whether a name is said in the plural of one that was taught, and is none of its own."""
        words = tuple(_WORD.findall(said.lower()))
        if not words:
            return False
        one = (*words[:-1], singular(words[-1]))
        if one == words or words[-1].endswith(("'s", "’s")) or words in self._itself and not self._prefers_one(words):
            return False
        found = self.exact(words)
        if found is None or found != self.exact(one):
            return False
        last = found.split()[-1]
        return singular(last) == last  # else its drawing shows several: socks, grapes

    def same(self, said: str, phrase: str) -> bool:
        """Whether what is said is the phrase itself, its plural, or another word for it."""
        words = tuple(_WORD.findall(said.lower()))
        if not words:  # a sign alone
            return False
        forms = _forms(words)
        if _letters(tuple(_WORD.findall(phrase))) in map(_letters, forms):
            return True
        if " and " in phrase and "and" not in words:
            return False
        other = self._otherwise(forms)
        if any(self._same.get(form) == phrase for form in (*forms, *([other] if other else ()))):
            return True
        taught = [name for form in forms if self.vocabulary.phrase_of.get(name := " ".join(form)) == phrase]
        return (
            other is not None
            and phrase == " ".join(other)
            or any(self.vocabulary.likeness[name] >= ANOTHER_WORD for name in taught)
        )

    def respelled(self, word: str) -> str:
        """A word, or the taught one that it was meant to be."""
        return self._speller.respell(word)

    def find(self, said: str, *, counted: bool = False) -> Name:
        """The name for what was said; `counted` as in ``exact``."""
        words = tuple(_WORD.findall(said.lower()))
        while len(words) > 1 and words[0] in _LEADING:
            words = words[1:]
        if not words:
            return Name(said, None, 0.0)
        if len(words) > 1 and words[-1] in _GIVEN and self.exact(words) is None and self.exact(words[:-1]):
            words = words[:-1]  # "my dog max"
        text = " ".join(words)
        for form in (words, tuple(self.respelled(word) for word in words)):
            if phrase := self.exact(form, counted=counted):
                return Name(text, phrase)
            for one in _forms(form):
                if one in self._not_taught:
                    return Name(text, None, 0.0, self._not_taught[one])
        if measured := self._measured(form):
            return Name(text, measured, 0.999)
        embed = self._embed(" ".join(form))
        near = self._nearest(embed)
        strange = not any(self.is_word(word) for word in form)
        offered = STRANGE - 0.1 if strange else OFFERED
        hint = [self._hints[one] for one in _forms(form) if one in self._hints]
        names = tuple(dict.fromkeys([*hint, *(phrase for phrase, cosine in near if cosine >= offered)]))[:CHOICES]
        best, cosine = near[0]
        if kind := self._kind(form, embed):
            return Name(text, kind, 0.995, tuple(name for name in names if name != kind))
        longer = next((name for at in range(1, len(form) - 1) if (name := self._itself.get(form[at:]))), None)
        if longer is not None:  # a "robot vacuum cleaner" is no person
            return Name(text, longer, 0.999, tuple(name for name in names if name != longer))
        if (
            singular(form[-1]) in _WHO
            and len(form) > 1
            and form[-2] not in _OF_MACHINES
            and "person" in self.phrases
            and _PERSONS.isdisjoint(best.split())
        ):
            return Name(text, "person", 0.999, names)
        others = tuple(name for name in names if name != best)
        if head := self._head(form, best):
            return Name(text, head, 0.999, tuple(name for name in names if name != head))
        if cosine >= SURE:
            return Name(text, best, cosine, others)
        if within := self._within(form):
            return Name(text, within, 0.999, tuple(name for name in names if name != within))
        if cosine >= (STRANGE if strange else GUESS):
            return Name(text, best, cosine, others)
        return Name(text, None, cosine, names)

    def _head(self, words: tuple[str, ...], best: str) -> str | None:
        """The known name at the end, where the nearest is only what it is told by: a "jaguar car" is a car, "cats
        rule" are cats.
        """
        end = None if _SPLIT.search(" ".join(words)) else self._ending(words[1:])
        first = singular(words[0])
        if end is None or best == end:
            return None
        if first != words[0] and best.split()[0] == first and best.split()[-1] != words[-1]:
            return self.exact((first,))
        return end if best in map(self.exact, (words[:at] for at in range(1, len(words)))) else None

    def nearly(self, said: str) -> str | None:
        """The phrase that is as good as what was said ("crying laughing face"); None where none is."""
        best, cosine = self._nearest(self._embed(said))[0]
        return best if cosine >= SURE else None

    def _measured(self, words: tuple[str, ...]) -> str | None:
        """ "a pair of shoes" are shoes, "a bowl of ramen" is ramen."""
        for at in range(1, len(words) - 1):
            if words[at] == "of" and singular(words[at - 1]) in _MEASURES:
                whole = (*words[: at + 1], words[-1])  # "a bottle of red wine" is a bottle of wine
                if len(whole) < len(words) and (known := self.exact(whole)):
                    return known
                return self.exact(words[at + 1 :]) or self._ending(words[at + 1 :])
        return None

    def _within(self, words: tuple[str, ...]) -> str | None:
        """The known name at the end of the words, or of what they are a measure of."""
        text = " ".join(words)
        parts = _SPLIT.split(text)
        if len(parts) > 1:
            return self._ending(tuple(parts[0].split())) or self._ending(tuple(parts[1].split()))
        return self._ending(words)

    def _ending(self, words: tuple[str, ...]) -> str | None:
        """The known name that words end with: what people mean by it, or the thing of that name."""
        for start in range(len(words)):
            for form in _forms(words[start:]):
                if phrase := self._same.get(form) or self._itself.get(form) or self._near.get(form):
                    return phrase
        return None

    def _kind(self, words: tuple[str, ...], embed: torch.Tensor) -> str | None:
        """A thing that is one of what the words say, the nearest: a "pearl earring" for an earring."""
        words = (*words[:-1], singular(words[-1]))
        found = [name for name in self._endings.get(words[-1], ()) if name[-len(words) :] == words]
        rows = {name: at for at, name in enumerate(self.vocabulary.config.names)} if found else {}
        scored = [
            (float(self.vocabulary.embeds[rows[phrase]].float().cpu() @ embed), phrase)
            for phrase in map(self._itself.get, found)
            if phrase in rows
        ]
        cosine, phrase = max(scored, default=(0.0, None))
        return phrase if cosine >= KIND else None

    def _embed(self, said: str) -> torch.Tensor:
        return F.normalize(torch.as_tensor(self.embed_texts([with_article(said)])[0]).float(), dim=-1)

    def _nearest(self, embed: torch.Tensor) -> list[tuple[str, float]]:
        scores = self.vocabulary.embeds.float().cpu() @ embed
        scores = scores.masked_fill(~self._naming, -1.0)
        values, places = scores.topk(min(6, len(scores)))
        names = self.vocabulary.config.names
        return [
            (self.vocabulary.phrase_of[names[at]], float(value))
            for value, at in zip(values.tolist(), places.tolist(), strict=True)
        ]


def _words(*texts: str) -> list[str]:
    return [word for text in texts for word in _WORD.findall(text.lower())]


def _known(choices: str, names: NameFinder) -> tuple[str, ...]:
    return tuple(choice for choice in choices.split(", ") if choice in names.phrases)


def _letters(words: tuple[str, ...]) -> str:
    return "".join(words).replace("-", "").replace("'", "").replace("’", "")


def _forms(words: tuple[str, ...], *, counted: bool = False) -> list[tuple[str, ...]]:
    """Words as they are, then with the last in the singular, then with the one before "of", "with" ... in it. Of what
    is counted the singular comes first.
    """
    forms = [words, (*words[:-1], singular(words[-1]))]
    if counted:
        forms.reverse()
    if len(words) > 1 and words[-1] == "glasses":  # by themselves they are worn
        forms.append((*words[:-1], "glass"))
    for at in range(1, len(words)):
        if words[at] in ("with", "of", "on", "in", "without", "and", "wearing", "holding"):
            forms.append((*words[: at - 1], singular(words[at - 1]), *words[at:]))
            break
    joined = tuple(part for word in words for part in word.split("-"))
    forms += [joined, (*joined[:-1], singular(joined[-1]))]
    return list(dict.fromkeys(forms))
