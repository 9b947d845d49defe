"""The phrases of the grammar: things with what is told of them, relations, media, grounds, places and tags."""

import random
import re
from collections.abc import Sequence

from pipeline.language.english import plural
from pipeline.training import grammar_words as lists

__all__ = ["Phrases", "TaggedWord", "split_words"]

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[^\w\s]")


def split_words(text: str) -> list[tuple[int, int]]:
    """The spans of a text's words and signs, as the scene parser sees them."""
    return [match.span() for match in _WORD.finditer(text)]


class TaggedWord:
    """A word with its role and its head, another word."""

    __slots__ = ("text", "role", "head", "named")

    def __init__(self, text: str, role: str = "chatter", head: "TaggedWord | None" = None):
        self.text, self.role, self.head = text, role, head
        self.named = [text]  # the whole name that begins here


class Phrases:
    """Phrases by chance.

    Args:
        rng: decides everything.
        names: further names of things.
    """

    def __init__(self, rng: random.Random, names: Sequence[str]):
        self.rng, self.names = rng, list(names)
        self._numbers, self._weights = list(lists.NUMBERS), list(lists.NUMBERS.values())

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def span(self, text: str, role: str, head: TaggedWord | None = None) -> list[TaggedWord]:
        """A text's words with one role; those after the first, where the role goes on, lead to the first."""
        words = [text[start:end] for start, end in split_words(text)]
        first = TaggedWord(words[0], role, head)
        goes_on = f"{role}+" if f"{role}+" in lists.ROLES else role
        return [first, *(TaggedWord(word, goes_on, first if goes_on != role else head) for word in words[1:])]

    def plain(self, text: str) -> list[TaggedWord]:
        return self.span(text, "chatter")

    def name(self, kind: str = "any") -> str:
        if kind == "any":
            pick = self.rng.random()
            if pick < 0.05:
                return f"{self.rng.choice(lists.MEASURES)} {self.name()}"
            if pick < 0.09:
                return f"{self.rng.choice(lists.THINGS).split()[-1]} {self.rng.choice(lists.THINGS)}"
            if pick < 0.4 and self.names:
                return self.rng.choice(self.names)
            return self.rng.choice(lists.THINGS if pick < 0.78 else lists.WEARERS)
        return self.rng.choice({"worn": lists.WORN, "held": lists.HELD, "wearer": lists.WEARERS}[kind])

    # Noun phrases. Each gives its words and the first word of its name.

    def thing(
        self, kind: str = "any", *, bare: float = 0.15, modest: bool = False
    ) -> tuple[list[TaggedWord], TaggedWord]:
        rng, name = self.rng, self.name(kind)
        number = not modest and self.chance(0.16)
        many = number or (not modest and self.chance(0.06))
        shown = plural(name) if many else name
        named = self.span(shown, "thing")
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
                words.append(TaggedWord(rng.choice((",", "and"))))
        if self.chance(0.3):
            words += self.colour(noun)
            if self.chance(0.08):
                words += [TaggedWord("and"), *self.colour(noun)]
            if self.chance(0.06):
                words += self.plain(rng.choice(("colored", "coloured", "colour")))
            if self.chance(0.08):
                words += self.span(rng.choice(lists.LOOKS), "look", noun)
        words += named
        if not (self.chance(bare) or many):
            words.insert(0, TaggedWord(self.article(words[0].text)))
            if words[0].text in ("my", "our") and self.chance(0.3):
                words += self.plain(rng.choice(lists.PET_NAMES))
        return words, noun

    def article(self, before: str) -> str:
        if self.chance(0.85):
            return "an" if before[0].lower() in "aeiou" else "a"
        return self.rng.choice(("the", "one", "my", "my", "our", "some", "another", "this", "her", "his", "its"))

    def number(self, noun: TaggedWord) -> list[TaggedWord]:
        text = self.rng.choices(self._numbers, self._weights)[0]
        words = [TaggedWord(word, "number", noun) for word in text.split()]
        for word in words:
            if word.text in lists.COUNTED:
                word.role, word.head = "chatter", None
        return words

    def colour(self, noun: TaggedWord | None) -> list[TaggedWord]:
        return self.span(self.rng.choice(lists.COLOURS), "colour", noun)

    def parts(self, noun: TaggedWord) -> list[TaggedWord]:
        """ "with blue eyes and a long red tail"."""
        rng, words = self.rng, []
        words += self.plain(rng.choice(("with", "with", "with", "has", "that has", "having")))
        for at in range(rng.choice((1, 1, 1, 2, 3))):
            if at:
                words += self.plain(rng.choice(("and", ", and", ",")))
            part = rng.choice(lists.PARTS)
            named = self.span(part, "part", noun)
            if not part.endswith("s") or self.chance(0.05):
                words.append(TaggedWord("a"))
            if self.chance(0.2):
                words += self.span(rng.choice(lists.SIZES), "size", named[0])
            if self.chance(0.25):
                words += self.span(rng.choice(lists.LOOKS), "look", named[0])
            if self.chance(0.7):
                words += self.colour(named[0])
            words += named
        return words

    # Two things and what is between them.

    def joined(self, subject: TaggedWord, depth: int = 0) -> list[TaggedWord]:
        """A relation and its objects, behind the subject."""
        rng = self.rng
        kind = rng.choice(("any", "any", "any", "wear", "wear", "hold", "hold", "ride"))
        verb = rng.choice(lists.VERBS[kind])
        relation = self.span(verb, "relation", subject)
        words = list(relation)
        if verb.split()[0].endswith("ing") and self.chance(0.1):
            words = [
                *self.plain(rng.choice(("is", "are", "who is", "that is", "while", "happily", "which is"))),
                *words,
            ]
        if verb.split()[0] in ("sitting", "standing", "sleeping", "lying") and self.chance(0.12):
            words.insert(1, TaggedWord(rng.choice(lists.ADVERBS).split()[0]))
        if self.chance(0.05) and kind == "any":
            words = [*self.plain(rng.choice(("is", "standing", "sitting", "which is", "placed", "located"))), *words]
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

    def subject(self) -> tuple[list[TaggedWord], TaggedWord]:
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

    def negated(self, noun: TaggedWord | None) -> list[TaggedWord]:
        rng = self.rng
        negation = self.span(
            rng.choice(
                (
                    "no",
                    "without",
                    "without any",
                    "but no",
                    "but not",
                    "with no",
                    "not",
                    "minus",
                    "but without",
                    "and no",
                    ", no",
                    ", without",
                    "does not have",
                    "don't include",
                    "but don't add",
                    "instead of",
                    "and not",
                    "except",
                    "never",
                )
            ),
            "negation",
            noun,
        )
        signs = [word for word in negation if word.text in (",", "but", "and", "with", "any")]
        for word in signs:
            word.role, word.head = "chatter", None
        word_of_negation = next(word for word in negation if word.role == "negation")
        words = negation
        for at in range(rng.choice((1, 1, 1, 2))):
            if at:
                words.append(TaggedWord(rng.choice(("or", "and"))))
            phrase, other = self.thing(rng.choice(("any", "worn", "held")), bare=0.6, modest=True)
            other.head = word_of_negation
            if self.chance(0.25):
                phrase = self.span(rng.choice(lists.PARTS), "part", word_of_negation)
            words += phrase
        return words

    # What is around.

    def medium(self) -> list[TaggedWord]:
        """ "a watercolor painting of"."""
        rng = self.rng
        words = []
        if self.chance(0.75):
            words.append(TaggedWord(rng.choice(("a", "an", "the"))))
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

    def style(self) -> list[TaggedWord]:
        """ "in the style of van gogh", ", watercolor"."""
        rng = self.rng
        style = self.span(rng.choice(lists.STYLES), "style")
        shape = rng.randrange(10)
        if shape < 4:
            return style
        if shape == 4:
            return [*style, TaggedWord("style")]
        if shape == 5:
            return [*self.plain(rng.choice(("in the style of", "by", "inspired by", "style :", "as a", "as"))), *style]
        if shape == 6:
            return [
                TaggedWord("in"),
                *style,
                *self.plain(rng.choice(("style", "look", "aesthetic", "art style", "colors"))),
            ]
        if shape == 7:
            return [TaggedWord("in"), *style]
        if shape == 8:
            return [*style, *self.plain(rng.choice(("art", "illustration", "look", "drawing", "icon")))]
        return self.span(rng.choice(lists.MEDIUMS), "style")

    def ground(self) -> list[TaggedWord]:
        """ "on a light blue background"."""
        rng = self.rng
        ground = TaggedWord(rng.choice(lists.GROUNDS), "ground")
        shape = rng.randrange(12)
        article = [TaggedWord("a")] if self.chance(0.8) else []
        plain = (
            self.plain(rng.choice(("plain", "solid", "simple", "flat", "clean", "pure"))) if self.chance(0.25) else []
        )
        if shape < 4:
            on = self.plain(rng.choice(("on", "on", "on", "against", "over", "with", "in front of", "isolated on")))
            return [*on, *article, *plain, *self.colour(ground), ground]
        if shape < 6:
            return [*plain, *self.colour(ground), ground]
        if shape == 6:
            on = [TaggedWord(rng.choice(("on", "against", "over")), "ground")]
            return (
                [*self.plain("isolated"), *on, *self.colour(on[0])] if self.chance(0.3) else [*on, *self.colour(on[0])]
            )
        if shape == 7:
            clear = self.span(rng.choice(("transparent", "no", "see-through", "removed")), "ground")
            return [
                *(self.plain(rng.choice(("on", "with", "isolated on"))) if self.chance(0.6) else []),
                *article,
                *clear,
                ground,
            ]
        if shape == 8:
            return [ground, *self.plain(rng.choice((":", "is", "should be", "in", "must be"))), *self.colour(ground)]
        if shape == 9:
            between = self.plain(rng.choice(("and", "to", "-")))
            return [
                *self.plain("on"),
                *article,
                *self.colour(ground),
                *between,
                *self.colour(ground),
                *self.span("gradient", "ground"),
                ground,
            ]
        if shape == 10:
            return (
                [
                    *self.plain(rng.choice(("everything else", "around it", "behind it", "the rest"))),
                    *self.plain("is"),
                    *self.colour(None),
                ]
                if self.chance(0.3)
                else [*plain, ground]
            )
        return [*self.place(), *self.plain("in the"), ground] if self.chance(0.6) else [*self.place(), ground]

    def place(self) -> list[TaggedWord]:
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

    def tags(self, least: int = 1) -> list[TaggedWord]:
        words: list[TaggedWord] = []
        for at in range(self.rng.choice((least, least, least + 1, least + 2, least + 4))):
            words += [TaggedWord(",")] if at else []
            words += self.span(self.rng.choice(lists.QUALITY), "quality")
        return words
