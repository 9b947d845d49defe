"""Captions whose truth is known: a grammar of how people ask for pictures, every word with its role and its head.

    for caption in captions(random.Random(0), names, count=3):
        print(caption.words, caption.roles, caption.heads)

A word's head is the thing that it tells something of, for a thing the relation that it is the object of, or nothing.
Only the first word of a name, a part, a relation or a style has a head of its own; the others lead to it.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.language.english import plural
from pipeline.training import grammar_words as lists
from pipeline.training.grammar_phrases import Phrases, TaggedWord

__all__ = ["Caption", "captions"]


@dataclass(frozen=True)
class Caption:
    """Words with their truth.

    Args:
        words: joined by single spaces they are the caption.
        roles: of `grammar_words.ROLES`, one a word.
        heads: index of a word, or -1.
    """

    words: tuple[str, ...]
    roles: tuple[str, ...]
    heads: tuple[int, ...]


def captions(rng: random.Random, names: Sequence[str] = (), *, count: int) -> Iterator[Caption]:
    """So many captions.

    Args:
        rng: decides everything.
        names: further names of things, beside the grammar's own.
        count: how many.
    """
    grammar = _Grammar(rng, names)
    for _ in range(count):
        yield _finished(rng, grammar.caption())


def _finished(rng: random.Random, words: list[TaggedWord]) -> Caption:
    """Slips of the pen, and the roles and heads as numbers."""
    slips = rng.random() < 0.12
    at = {id(word): index for index, word in enumerate(words)}
    texts = [_slip(rng, word.text) if slips and rng.random() < 0.25 else word.text for word in words]
    heads = tuple(at.get(id(word.head), -1) if word.head is not None else -1 for word in words)
    return Caption(tuple(texts), tuple(word.role for word in words), heads)


def _slip(rng: random.Random, word: str) -> str:
    if len(word) < 4 or not word.isalpha():
        return word
    at = rng.randrange(1, len(word) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 2:
        return word[:at] + word[at] + word[at:]
    return word[:at] + rng.choice("abcdefghijklmnopqrstuvwxyz") + word[at + 1 :]


class _Grammar(Phrases):
    def scene(self) -> list[TaggedWord]:
        rng, shape = self.rng, self.rng.randrange(20)
        if shape < 10:
            return self.subject()[0]
        if shape < 13:
            return self.listed()
        if shape == 13:
            return self.between()
        if shape == 14:
            return self.coloured_apart()
        if shape == 15:
            return self.told_again()
        if shape == 16:
            return self.turned_round() if self.chance(0.5) else self.told_around()
        if shape == 17:
            return self.sided()
        if shape == 18:
            return self.only_not()
        first, noun = self.subject()
        return [*first, *self.plain(rng.choice((".", ",", "and", ". also"))), *self.subject()[0]]

    def only_not(self) -> list[TaggedWord]:
        """ "not a cat, a dog"."""
        negation = self.span(self.rng.choice(("not", "anything but", "no", "everything except")), "negation")[-1]
        before = [TaggedWord(word) for word in {"but": ["anything"], "except": ["everything"]}.get(negation.text, ())]
        phrase, noun = self.thing(modest=True)
        noun.head = negation
        rest = [TaggedWord(","), *self.subject()[0]] if self.chance(0.7) else []
        return [*before, negation, *phrase, *rest]

    def listed(self) -> list[TaggedWord]:
        rng, words = self.rng, []
        many, mark = rng.choice((2, 2, 3, 3, 4)), rng.choice((",", ",", ",", "and", "+", "&", "/", ";", "|"))
        numbered = self.chance(0.06)
        for at in range(many):
            if at:
                words.append(TaggedWord("and" if at == many - 1 and mark == "," and self.chance(0.7) else mark))
            if numbered:
                words += [TaggedWord(str(at + 1)), TaggedWord(rng.choice((".", ")")))]
            words += self.thing(bare=0.4)[0]
        return words

    def between(self) -> list[TaggedWord]:
        phrase, noun = self.thing()
        relation = TaggedWord(self.rng.choice(("between", "between", "among")), "relation", noun)
        words = [*phrase, relation]
        first, one = self.thing()
        one.head = relation
        if self.chance(0.5):
            second, other = self.thing()
            other.head = relation
            return [*words, *first, TaggedWord("and"), *second]
        return [*words, *first]

    def coloured_apart(self) -> list[TaggedWord]:
        """ "two cats, one black and one white"."""
        rng = self.rng
        count = rng.choice((2, 2, 2, 3))
        named = self.span(plural(self.name()), "thing")
        words = [
            TaggedWord({2: "two", 3: "three"}[count], "number", named[0]),
            *named,
            TaggedWord(rng.choice((",", ":", "-", ";"))),
        ]
        for at in range(count):
            if at and self.chance(0.85):
                words.append(TaggedWord(rng.choice(("and", "and", ","))))
            one = TaggedWord(rng.choice(("one", "one", "one", "first", "other", "another")), "one", named[0])
            if one.text in ("first", "other"):
                words.append(TaggedWord("the"))
            middle = [TaggedWord("is")] if self.chance(0.3) else []
            words += [one, *middle, *self.colour(one)]
        return words

    def told_again(self) -> list[TaggedWord]:
        """ "a cat and a dog. the cat is black"."""
        rng = self.rng
        first, one = self.subject()
        words, known = list(first), [one]
        if self.chance(0.5):
            second, other = self.thing()
            words += [TaggedWord(rng.choice(("and", ",", "with"))), *second]
            if words[-len(second) - 1].text == "with":
                words[-len(second) - 1].role, words[-len(second) - 1].head = "relation", one
                other.head = words[-len(second) - 1]
            known.append(other)
        for noun in rng.sample(known, rng.choice((1, len(known)))):
            words.append(TaggedWord(rng.choice((".", ",", "and", ";", "where"))))
            pronoun = self.chance(0.3) and noun is known[-1]
            named = [rng.choice(("it", "it", "he", "she", "they"))] if pronoun else noun.named[-rng.choice((1, 9)) :]
            again = TaggedWord(named[0], "again", noun)
            words += [again] if pronoun else [TaggedWord("the"), again]
            words += [TaggedWord(text, "again", again) for text in named[1:]]
            words += self.plain(rng.choice(("is", "is", "should be", "must be", "are", "has to be")))
            if self.chance(0.7):
                words += self.colour(again)
            else:
                words += self.joined(again, 1)
        return words

    def turned_round(self) -> list[TaggedWord]:
        """ "to the left of a dog is a cat"; "behind it there is a tree"."""
        rng = self.rng
        phrase, noun = self.thing()
        relation = self.span(
            rng.choice(
                (
                    "behind",
                    "in front of",
                    "above",
                    "under",
                    "next to",
                    "on top of",
                    "inside",
                    "to the left of",
                    "to the right of",
                    "below",
                    "beside",
                    "on",
                    "around",
                )
            ),
            "relation",
            noun,
        )
        is_there = self.plain(rng.choice(("there is", "is", "there's", "stands", "sits", "we see", ",")))
        if self.chance(0.5):
            target, other = self.thing()
            other.head = relation[0]
            return [*relation, *target, *is_there, *phrase]
        first, one = self.subject()
        again = TaggedWord(rng.choice(("it", "it", "them", "him", "that")), "again", one)
        again.head = relation[0]
        mark = self.plain(rng.choice((".", ",", "and", "with")))
        if mark[0].text == "with":
            return [*first, *mark, *phrase, *relation, again]
        return [*first, *mark, *relation, again, *is_there, *phrase]

    def told_around(self) -> list[TaggedWord]:
        """ "a house. behind it is a tree. in front of it there is a car"."""
        rng = self.rng
        words, one = self.thing()
        for _ in range(rng.choice((1, 2, 2, 3))):
            phrase, noun = self.thing()
            kind = rng.choice(
                (
                    "behind",
                    "in front of",
                    "above",
                    "under",
                    "next to",
                    "on top of",
                    "inside",
                    "beside",
                    "on",
                    "to the left of",
                    "to the right of",
                    "below",
                    "around",
                    "near",
                )
            )
            relation = self.span(kind, "relation", noun)
            again = [TaggedWord(rng.choice(("it", "it", "it", "that", "them")), "again", one)]
            if self.chance(0.3):
                again = [TaggedWord("the"), *(TaggedWord(word, "again", one) for word in one.named[-1:])]
            again[-1].head = relation[0] if again[-1].text in ("it", "that", "them") else one
            is_there = self.plain(rng.choice(("there is", "is", "there's", "stands", "are", "we see", "there are")))
            words += [TaggedWord(rng.choice((".", ".", ",", "and", ";"))), *relation, *again, *is_there, *phrase]
        return words

    def sided(self) -> list[TaggedWord]:
        """ "a cat on the left and a dog on the right"."""
        words = []
        shapes = {
            "left": ("on the left", "left", "to the left"),
            "right": ("on the right", "right", "on the right side"),
            "top": ("at the top", "on top"),
            "bottom": ("at the bottom", "below"),
        }
        for side in self.rng.choice((("left", "right"), ("right", "left"), ("top", "bottom"))):
            words += [TaggedWord(self.rng.choice(("and", ",", ";")))] if words else []
            phrase, noun = self.thing()
            words += [*phrase, *self.span(self.rng.choice(shapes[side]), "where", noun)]
        return words

    def caption(self) -> list[TaggedWord]:
        rng, words = self.rng, []
        tagged = self.chance(0.18)
        if tagged and self.chance(0.4):
            words += [*self.tags(), TaggedWord(",")]
        elif self.chance(0.15):
            words += self.plain(rng.choice(lists.REQUESTS))
            if self.chance(0.1):
                words += [*self.plain(rng.choice(lists.PURPOSES)), TaggedWord(rng.choice((":", ",", ".")))]
        if self.chance(0.06):
            words += [*self.ground(), TaggedWord(rng.choice((",", ".", ";")))]
        elif self.chance(0.03):
            words += [*self.style(), TaggedWord(rng.choice((",", ".", ":")))]
        if self.chance(0.22):
            words += self.medium()
        elif self.chance(0.06):
            words += [*self.span(rng.choice(lists.STYLES), "style")]
            words += self.plain(rng.choice(("style", "styled"))) if self.chance(0.4) else []
        body = self.scene()
        words += body
        if tagged:
            first = next((word for word in body if word.role == "thing"), None)
            if self.chance(0.3):
                words += [TaggedWord(","), *self.colour(first)]
            if self.chance(0.3):
                words += [TaggedWord(","), *self.span(rng.choice(lists.ACTIONS), "action", first)]
            if self.chance(0.25):
                words += [
                    TaggedWord(","),
                    *self.colour(part := TaggedWord(rng.choice(lists.PARTS), "part", first)),
                    part,
                ]
            words += [TaggedWord(","), *self.tags()]
        if self.chance(0.04):
            words += [*self.plain(rng.choice(("sticker", "icon", "logo", "emoji", "picture", "please", "thanks")))]
        if self.chance(0.2):
            words += [*self.plain(rng.choice((",", ",", "."))), *self.place()] if self.chance(0.4) else self.place()
        if self.chance(0.04):
            words += self.plain(rng.choice(lists.PURPOSES))
        extras = [self.style, self.ground]
        rng.shuffle(extras)
        for extra, share in zip(extras, (0.22, 0.16), strict=True):
            if self.chance(share):
                words += [TaggedWord(rng.choice((",", ",", ",", ".", ";"))), *extra()]
        if self.chance(0.07):
            words += [TaggedWord(","), *self.tags()]
        if self.chance(0.06):
            words += self.plain(rng.choice(lists.ENDINGS)) if self.chance(0.5) else self.ending()
        if self.chance(0.1):
            words += self.plain(rng.choice((".", "!", ".", ",", "!!!")))
        return words

    def ending(self) -> list[TaggedWord]:
        return [TaggedWord(self.rng.choice((",", ".", "and"))), *self.plain(self.rng.choice(lists.ENDINGS))]
