"""Captions whose truth is known: a grammar of how people ask for pictures, every word with its role and its head.

    for caption in captions(random.Random(0), names, count=3):
        print(caption.words, caption.roles, caption.heads)

A word's head is the thing that it tells something of, for a thing the relation that it is the object of, or nothing.
Only the first word of a name, a part, a relation or a style has a head of its own; the others lead to it.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.language.english import plural
from pipeline.training import grammar_words as lists

__all__ = ["Caption", "captions", "split_words"]

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[^\w\s]")


def split_words(text: str) -> list[tuple[int, int]]:
    """The spans of a text's words and signs, as the scene parser sees them."""
    return [match.span() for match in _WORD.finditer(text)]


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


class _Word:
    __slots__ = ("text", "role", "head", "named")

    def __init__(self, text: str, role: str = "chatter", head: "_Word | None" = None):
        self.text, self.role, self.head = text, role, head
        self.named = [text]  # the whole name that begins here


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


def _finished(rng: random.Random, words: list[_Word]) -> Caption:
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


class _Grammar:
    def __init__(self, rng: random.Random, names: Sequence[str]):
        self.rng, self.names = rng, list(names)
        self._numbers, self._weights = list(lists.NUMBERS), list(lists.NUMBERS.values())

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def span(self, text: str, role: str, head: _Word | None = None) -> list[_Word]:
        """A text's words with one role; those after the first, where the role goes on, lead to the first."""
        words = [text[start:end] for start, end in split_words(text)]
        first = _Word(words[0], role, head)
        goes_on = f"{role}+" if f"{role}+" in lists.ROLES else role
        return [first, *(_Word(word, goes_on, first if goes_on != role else head) for word in words[1:])]

    def plain(self, text: str) -> list[_Word]:
        return self.span(text, "chatter")

    def name(self, kind: str = "any") -> str:
        if kind == "any":
            pick = self.rng.random()
            if pick < 0.35 and self.names:
                return self.rng.choice(self.names)
            return self.rng.choice(lists.THINGS if pick < 0.75 else lists.WEARERS)
        return self.rng.choice({"worn": lists.WORN, "held": lists.HELD, "wearer": lists.WEARERS}[kind])

    # Noun phrases. Each gives its words and the first word of its name.

    def thing(self, kind: str = "any", *, bare: float = 0.15, modest: bool = False) -> tuple[list[_Word], _Word]:
        rng, name = self.rng, self.name(kind)
        number = not modest and self.chance(0.16)
        many = number or (not modest and self.chance(0.06))
        said = plural(name) if many else name
        named = self.span(said, "thing")
        noun, words = named[0], []
        noun.named = [word.text for word in named]
        if number:
            words += self.number(noun)
            bare = 1.0
        if self.chance(0.1):
            words += self.span(rng.choice(lists.CUTE), "chatter")
        if self.chance(0.12):
            words += self.span(rng.choice(lists.SIZES), "size", noun)
        for _ in range(rng.choice((0, 0, 0, 0, 0, 1, 1, 2))):
            words += self.span(rng.choice(lists.LOOKS), "look", noun)
            if self.chance(0.1):
                words.append(_Word(rng.choice((",", "and"))))
        if self.chance(0.3):
            words += self.colour(noun)
            if self.chance(0.08):
                words += [_Word("and"), *self.colour(noun)]
            if self.chance(0.06):
                words += self.plain(rng.choice(("colored", "coloured", "colour")))
            if self.chance(0.08):
                words += self.span(rng.choice(lists.LOOKS), "look", noun)
        words += named
        if self.chance(bare) or many:
            pass
        else:
            first = words[0].text
            words.insert(0, _Word(("an" if first[0].lower() in "aeiou" else "a") if self.chance(0.85) else rng.choice(
                ("the", "one", "my", "some", "another", "this", "her", "his", "its"))))  # fmt: skip
        return words, noun

    def number(self, noun: _Word) -> list[_Word]:
        text = self.rng.choices(self._numbers, self._weights)[0]
        words = [_Word(word, "number", noun) for word in text.split()]
        for word in words:
            if word.text in lists.COUNTED:
                word.role, word.head = "chatter", None
        return words

    def colour(self, noun: _Word | None) -> list[_Word]:
        return self.span(self.rng.choice(lists.COLOURS), "colour", noun)

    def parts(self, noun: _Word) -> list[_Word]:
        """ "with blue eyes and a long red tail"."""
        rng, words = self.rng, []
        words += self.plain(rng.choice(("with", "with", "with", "has", "that has", "having")))
        for at in range(rng.choice((1, 1, 1, 2, 3))):
            if at:
                words += self.plain(rng.choice(("and", ", and", ",")))
            part = rng.choice(lists.PARTS)
            named = self.span(part, "part", noun)
            if not part.endswith("s") or self.chance(0.05):
                words.append(_Word("a"))
            if self.chance(0.2):
                words += self.span(rng.choice(lists.SIZES), "size", named[0])
            if self.chance(0.25):
                words += self.span(rng.choice(lists.LOOKS), "look", named[0])
            if self.chance(0.7):
                words += self.colour(named[0])
            words += named
        return words

    # Two things and what is between them.

    def joined(self, subject: _Word, depth: int = 0) -> list[_Word]:
        """A relation and its objects, behind the subject."""
        rng = self.rng
        kind = rng.choice(("any", "any", "any", "wear", "wear", "hold", "hold", "ride"))
        verb = rng.choice(lists.VERBS[kind])
        relation = self.span(verb, "relation", subject)
        words = list(relation)
        if self.chance(0.05) and kind == "any":
            words.insert(0, _Word(rng.choice(("is", "standing", "sitting", "which is", "placed", "located"))))
        own = {"any": "any", "wear": "worn", "hold": "held", "ride": "any"}[kind]
        if kind == "any" and verb in ("on", "in") and self.chance(0.1):
            own = "wearer"
        for at in range(rng.choice((1, 1, 1, 1, 1, 2))):
            if at:
                words += self.plain(rng.choice(("and", "and", ",", "as well as")))
            phrase, noun = self.thing(own)
            noun.head = relation[0]
            words += phrase
            if self.chance(0.08):
                words += self.parts(noun)
            elif depth < 1 and self.chance(0.12):
                words += self.joined(noun, depth + 1)
        if kind == "wear" and self.chance(0.08):
            words += self.plain(rng.choice(("on", "on its head", "on top", "on his head")))
        if kind == "hold" and self.chance(0.06):
            words += self.plain(rng.choice(("in its mouth", "in its hand", "in her hands", "in one paw")))
        return words

    def subject(self) -> tuple[list[_Word], _Word]:
        """A thing with what is told of it."""
        rng = self.rng
        words, noun = self.thing("wearer" if self.chance(0.4) else "any")
        if self.chance(0.12):
            words += self.parts(noun)
        if self.chance(0.08):
            words += self.span(rng.choice(lists.ACTIONS), "action", noun)
        if self.chance(0.07):
            words += self.negated(noun)
        for at in range(rng.choice((0, 0, 1, 1, 1, 2))):
            if at and self.chance(0.5):
                words += self.plain(rng.choice(("and", ",", ", and", "while")))
            words += self.joined(noun)
        if self.chance(0.04):
            words += self.span(rng.choice(lists.SIDES), "where", noun)
        return words, noun

    def negated(self, noun: _Word | None) -> list[_Word]:
        rng = self.rng
        negation = self.span(rng.choice(("no", "without", "without any", "but no", "but not", "with no", "not", "minus",
            "but without", "and no", ", no", ", without", "does not have", "don't include", "but don't add",
            "instead of", "and not", "except", "never")), "negation", noun)  # fmt: skip
        signs = [word for word in negation if word.text in (",", "but", "and", "with", "any")]
        for word in signs:
            word.role, word.head = "chatter", None
        said = next(word for word in negation if word.role == "negation")
        words = negation
        for at in range(rng.choice((1, 1, 1, 2))):
            if at:
                words.append(_Word(rng.choice(("or", "and"))))
            phrase, other = self.thing(rng.choice(("any", "worn", "held")), bare=0.6, modest=True)
            other.head = said
            if self.chance(0.25):
                phrase = self.span(rng.choice(lists.PARTS), "part", said)
            words += phrase
        return words

    # What is around.

    def medium(self) -> list[_Word]:
        """ "a watercolor painting of"."""
        rng = self.rng
        words = []
        if self.chance(0.75):
            words.append(_Word(rng.choice(("a", "an", "the"))))
        if self.chance(0.15):
            words += self.plain(rng.choice(lists.CUTE))
        if self.chance(0.2):
            words += self.span(rng.choice(lists.STYLES), "style")
            if self.chance(0.3):
                words += self.plain("style")
            words += self.plain(rng.choice(lists.PLAIN_MEDIUMS))
        elif self.chance(0.7):
            words += self.span(rng.choice(lists.MEDIUMS), "style")
        else:
            words += self.plain(rng.choice(lists.PLAIN_MEDIUMS))
        words += self.plain(
            rng.choice(("of", "of", "of", "of", "with", "showing", "for", "featuring", "depicting", ":"))
        )
        return words

    def style(self) -> list[_Word]:
        """ "in the style of van gogh", ", watercolor"."""
        rng = self.rng
        style = self.span(rng.choice(lists.STYLES), "style")
        shape = rng.randrange(10)
        if shape < 4:
            return style
        if shape == 4:
            return [*style, _Word("style")]
        if shape == 5:
            return [*self.plain(rng.choice(("in the style of", "by", "inspired by", "style :", "as a", "as"))), *style]
        if shape == 6:
            return [
                _Word("in"),
                *style,
                *self.plain(rng.choice(("style", "look", "aesthetic", "art style", "colors"))),
            ]
        if shape == 7:
            return [_Word("in"), *style]
        if shape == 8:
            return [*style, *self.plain(rng.choice(("art", "illustration", "look", "drawing", "icon")))]
        return self.span(rng.choice(lists.MEDIUMS), "style")

    def ground(self) -> list[_Word]:
        """ "on a light blue background"."""
        rng = self.rng
        ground = _Word(rng.choice(lists.GROUNDS), "ground")
        shape = rng.randrange(12)
        article = [_Word("a")] if self.chance(0.8) else []
        plain = (
            self.plain(rng.choice(("plain", "solid", "simple", "flat", "clean", "pure"))) if self.chance(0.25) else []
        )
        if shape < 4:
            on = self.plain(rng.choice(("on", "on", "on", "against", "over", "with", "in front of", "isolated on")))
            return [*on, *article, *plain, *self.colour(ground), ground]
        if shape < 6:
            return [*plain, *self.colour(ground), ground]
        if shape == 6:
            on = [_Word(rng.choice(("on", "against", "over")), "ground")]
            return (
                [*self.plain("isolated"), *on, *self.colour(on[0])] if self.chance(0.3) else [*on, *self.colour(on[0])]
            )
        if shape == 7:
            clear = self.span(rng.choice(("transparent", "no", "see-through", "removed")), "ground")
            return [*(self.plain(rng.choice(("on", "with", "isolated on"))) if self.chance(0.6) else []), *article, *clear,
                    ground]  # fmt: skip
        if shape == 8:
            return [ground, *self.plain(rng.choice((":", "is", "should be", "in", "must be"))), *self.colour(ground)]
        if shape == 9:
            between = self.plain(rng.choice(("and", "to", "-")))
            return [*self.plain("on"), *article, *self.colour(ground), *between, *self.colour(ground),
                    *self.span("gradient", "ground"), ground]  # fmt: skip
        if shape == 10:
            return [*self.plain(rng.choice(("everything else", "around it", "behind it", "the rest"))), *self.plain("is"),
                    *self.colour(None)] if self.chance(0.3) else [*plain, ground]  # fmt: skip
        return [*self.place(), *self.plain("in the"), ground] if self.chance(0.6) else [*self.place(), ground]

    def place(self) -> list[_Word]:
        """ "on the beach"."""
        rng, name = self.rng, self.rng.choice(lists.PLACES)
        words = []
        if name not in ("night", "sunset", "sunrise", "dusk", "underwater"):
            words += self.plain(
                rng.choice(("in", "in", "on", "at", "by", "near", "under", "across", "over", "set in"))
            )
            words += self.plain(rng.choice(("the", "the", "a"))) if self.chance(0.75) else []
        elif name != "underwater":
            words += self.plain(rng.choice(("at", "at", "during", "by")))
        if self.chance(0.12):
            words += self.span(rng.choice(lists.LOOKS), "look")
        return [*words, *self.span(name, "place")]

    def tags(self, least: int = 1) -> list[_Word]:
        words: list[_Word] = []
        for at in range(self.rng.choice((least, least, least + 1, least + 2, least + 4))):
            words += [_Word(",")] if at else []
            words += self.span(self.rng.choice(lists.QUALITY), "quality")
        return words

    # Whole captions.

    def scene(self) -> list[_Word]:
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
            return self.turned_round()
        if shape == 17:
            return self.sided()
        if shape == 18:
            return self.only_not()
        first, noun = self.subject()
        return [*first, *self.plain(rng.choice((".", ",", "and", ". also"))), *self.subject()[0]]

    def only_not(self) -> list[_Word]:
        """ "not a cat, a dog"."""
        negation = self.span(self.rng.choice(("not", "anything but", "no", "everything except")), "negation")[-1]
        before = [_Word(word) for word in {"but": ["anything"], "except": ["everything"]}.get(negation.text, ())]
        phrase, noun = self.thing(modest=True)
        noun.head = negation
        rest = [_Word(","), *self.subject()[0]] if self.chance(0.7) else []
        return [*before, negation, *phrase, *rest]

    def listed(self) -> list[_Word]:
        rng, words = self.rng, []
        many, mark = rng.choice((2, 2, 3, 3, 4)), rng.choice((",", ",", ",", "and", "+", "&", "/", ";", "|"))
        numbered = self.chance(0.06)
        for at in range(many):
            if at:
                words.append(_Word("and" if at == many - 1 and mark == "," and self.chance(0.7) else mark))
            if numbered:
                words += [_Word(str(at + 1)), _Word(rng.choice((".", ")")))]
            words += self.thing(bare=0.4)[0]
        return words

    def between(self) -> list[_Word]:
        phrase, noun = self.thing()
        relation = _Word(self.rng.choice(("between", "between", "among")), "relation", noun)
        words = [*phrase, relation]
        first, one = self.thing()
        one.head = relation
        if self.chance(0.5):
            second, other = self.thing()
            other.head = relation
            return [*words, *first, _Word("and"), *second]
        return [*words, *first]

    def coloured_apart(self) -> list[_Word]:
        """ "two cats, one black and one white"."""
        rng = self.rng
        count = rng.choice((2, 2, 2, 3))
        named = self.span(plural(self.name()), "thing")
        words = [
            _Word({2: "two", 3: "three"}[count], "number", named[0]),
            *named,
            _Word(rng.choice((",", ":", "-", ";"))),
        ]
        for at in range(count):
            if at:
                words.append(_Word(rng.choice(("and", "and", ","))))
            one = _Word(rng.choice(("one", "one", "one", "first", "other", "another")), "one", named[0])
            if one.text in ("first", "other"):
                words.append(_Word("the"))
            middle = [_Word("is")] if self.chance(0.3) else []
            words += [one, *middle, *self.colour(one)]
        return words

    def told_again(self) -> list[_Word]:
        """ "a cat and a dog. the cat is black"."""
        rng = self.rng
        first, one = self.subject()
        words, known = list(first), [one]
        if self.chance(0.5):
            second, other = self.thing()
            words += [_Word(rng.choice(("and", ",", "with"))), *second]
            if words[-len(second) - 1].text == "with":
                words[-len(second) - 1].role, words[-len(second) - 1].head = "relation", one
                other.head = words[-len(second) - 1]
            known.append(other)
        for noun in rng.sample(known, rng.choice((1, len(known)))):
            words.append(_Word(rng.choice((".", ",", "and", ";", "where"))))
            pronoun = self.chance(0.3) and noun is known[-1]
            named = [rng.choice(("it", "it", "he", "she", "they"))] if pronoun else noun.named[-rng.choice((1, 9)) :]
            again = _Word(named[0], "again", noun)
            words += [again] if pronoun else [_Word("the"), again]
            words += [_Word(text, "again", again) for text in named[1:]]
            words += self.plain(rng.choice(("is", "is", "should be", "must be", "are", "has to be")))
            if self.chance(0.7):
                words += self.colour(again)
            else:
                words += self.joined(again, 1)
        return words

    def turned_round(self) -> list[_Word]:
        """ "to the left of a dog is a cat"; "behind it there is a tree"."""
        rng = self.rng
        phrase, noun = self.thing()
        relation = self.span(rng.choice(("behind", "in front of", "above", "under", "next to", "on top of", "inside",
            "to the left of", "to the right of", "below", "beside", "on", "around")), "relation", noun)  # fmt: skip
        is_there = self.plain(rng.choice(("there is", "is", "there's", "stands", "sits", "we see", ",")))
        if self.chance(0.5):
            target, other = self.thing()
            other.head = relation[0]
            return [*relation, *target, *is_there, *phrase]
        first, one = self.subject()
        again = _Word(rng.choice(("it", "it", "them", "him", "that")), "again", one)
        again.head = relation[0]
        mark = self.plain(rng.choice((".", ",", "and", "with")))
        if mark[0].text == "with":
            return [*first, *mark, *phrase, *relation, again]
        return [*first, *mark, *relation, again, *is_there, *phrase]

    def sided(self) -> list[_Word]:
        """ "a cat on the left and a dog on the right"."""
        words = []
        shapes = {
            "left": ("on the left", "left", "to the left"),
            "right": ("on the right", "right", "on the right side"),
            "top": ("at the top", "on top"),
            "bottom": ("at the bottom", "below"),
        }
        for side in self.rng.choice((("left", "right"), ("right", "left"), ("top", "bottom"))):
            words += [_Word(self.rng.choice(("and", ",", ";")))] if words else []
            phrase, noun = self.thing()
            words += [*phrase, *self.span(self.rng.choice(shapes[side]), "where", noun)]
        return words

    def caption(self) -> list[_Word]:
        rng, words = self.rng, []
        tagged = self.chance(0.18)
        if tagged and self.chance(0.4):
            words += [*self.tags(), _Word(",")]
        elif self.chance(0.15):
            words += self.plain(rng.choice(lists.REQUESTS))
        if self.chance(0.06):
            words += [*self.ground(), _Word(rng.choice((",", ".", ";")))]
        elif self.chance(0.03):
            words += [*self.style(), _Word(rng.choice((",", ".", ":")))]
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
                words += [_Word(","), *self.colour(first)]
            if self.chance(0.3):
                words += [_Word(","), *self.span(rng.choice(lists.ACTIONS), "action", first)]
            if self.chance(0.25):
                words += [_Word(","), *self.colour(part := _Word(rng.choice(lists.PARTS), "part", first)), part]
            words += [_Word(","), *self.tags()]
        if self.chance(0.04):
            words += [*self.plain(rng.choice(("sticker", "icon", "logo", "emoji", "picture", "please", "thanks")))]
        if self.chance(0.2):
            words += [*self.plain(rng.choice((",", ",", "."))), *self.place()] if self.chance(0.4) else self.place()
        extras = [self.style, self.ground]
        rng.shuffle(extras)
        for extra, share in zip(extras, (0.22, 0.16), strict=True):
            if self.chance(share):
                words += [_Word(rng.choice((",", ",", ",", ".", ";"))), *extra()]
        if self.chance(0.07):
            words += [_Word(","), *self.tags()]
        if self.chance(0.1):
            words.append(_Word(rng.choice((".", "!", ".", ",", "!!!"))))
        return words
