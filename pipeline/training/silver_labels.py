"""A dependency parse -> roles and heads of the grammar, where every word has its own for certain.

The links and tags are those of spaCy's English models (Penn Treebank, ClearNLP). A word that none of the shapes here
foresees ends the matter: what is kept is right, not complete.
"""

from collections.abc import Sequence

from pipeline.language.english import singular
from pipeline.training import grammar_words as lists
from pipeline.training.grammar import Caption
from pipeline.training.silver_parse import SHORT, Unsure, Word, counted

__all__ = ["label"]

_RELATIONS = {*SHORT} | frozenset(
    """on in inside under underneath below beneath above over behind beside near by with atop against around
    from""".split()
)
_STANDING = _RELATIONS - {"with", "from", "against", "around", "out of"}
_AT_PLACES = frozenset("in on at by near under across over".split())
_MEDIA = {*lists.MEDIUMS, *lists.STYLES}
_NO_THINGS = {
    "one",
    "ones",
    *lists.PARTS,
    *lists.PLACES,
    *lists.GROUNDS,
    *lists.PLAIN_MEDIUMS,
    *_MEDIA,
    *lists.COLOURS,
}
_MEASURES = frozenset(measure.removesuffix(" of") for measure in lists.MEASURES if measure.endswith(" of"))
_BACKGROUNDS = frozenset("background backdrop bg".split())
_PLAIN = frozenset("plain solid simple flat clean pure".split())
_ASKING = frozenset("draw make create generate show paint render design".split())
_VERBS = frozenset("VBG VBN VBZ VBP VBD".split())
_UNCOUNTED = frozenset("other same such more most half".split())
_ADVERBS = frozenset(" ".join(lists.ADVERBS).split())


def label(units: Sequence[list[str]], parsed: Sequence[Word], known: frozenset[str]) -> Caption:
    """A prompt with the roles and heads that its parse tells.

    Args:
        units: as ``units_of`` gives them.
        parsed: a word for each unit.
        known: last words of things.

    Raises:
        Unsure: a word has no role that is certain.
    """
    labels = _Labels([" ".join(unit) for unit in units], parsed, known)
    labels.read()
    words: list[str] = []
    roles: list[str] = []
    heads: list[int] = []
    starts = [sum(map(len, units[:at])) for at in range(len(units))]
    for at, unit in enumerate(units):
        role, head = labels.roles[at], labels.heads[at]
        if role is None:
            raise Unsure(f"no role for {parsed[at].link}")
        goes_on = f"{role}+" if f"{role}+" in lists.ROLES else role
        for place, word in enumerate(unit):
            words.append(word)
            roles.append(goes_on if place else role)
            first = starts[at] if place and goes_on != role else starts[head] if head >= 0 else -1
            heads.append(first)
    return Caption(tuple(words), tuple(roles), tuple(heads))


class _Labels:
    """Goes down a parse from its root and gives each unit its role."""

    def __init__(self, said: list[str], parsed: Sequence[Word], known: frozenset[str]):
        self.said, self.parsed, self.known = said, (parsed := counted(said, parsed)), known
        self.roles: list[str | None] = [None] * len(said)
        self.heads = [-1] * len(said)
        self.below: list[list[int]] = [[at for at, word in enumerate(parsed) if word.head == own]
                                       for own in range(len(said))]  # fmt: skip

    def give(self, at: int, role: str, head: int = -1) -> None:
        if self.roles[at] is not None:
            raise Unsure("two roles for a word")
        self.roles[at], self.heads[at] = role, head

    def span(self, first: int, last: int, role: str, head: int = -1) -> int:
        """Units that stand together with one role; gives back the first."""
        self.give(first, role, head)
        for at in range(first + 1, last + 1):
            self.give(at, f"{role}+", first)
        return first

    def of(self, at: int, *links: str) -> list[int]:
        return [one for one in self.below[at] if self.parsed[one].link in links]

    def read(self) -> None:
        roots = [at for at, word in enumerate(self.parsed) if word.head < 0]
        if len(roots) != 1:
            raise Unsure("several sentences")
        root = roots[0]
        word = self.parsed[root]
        if word.tag in ("NN", "NNS"):
            self.top(root)
        elif word.tag == "VB" and root == 0 and word.text in _ASKING and len(self.of(root, "dobj")) == 1:
            self.give(root, "chatter")
            self.plainly(root, "dative", "punct")
            self.rest(root, "dobj", "dative", "punct")
            self.top(self.of(root, "dobj")[0])
        elif self.of(root, "expl") and len(self.of(root, "attr")) == 1:  # "there is a cat"
            self.give(root, "chatter")
            self.plainly(root, "expl", "punct")
            self.rest(root, "attr", "expl", "punct")
            self.top(self.of(root, "attr")[0])
        elif len(subjects := self.of(root, "nsubj", "nsubjpass")) == 1:
            if self.of(subjects[0], "conj"):
                raise Unsure("several subjects")
            self.doing(root, self.noun(subjects[0]))
        else:
            raise Unsure(f"a root that is {word.tag}")

    def plainly(self, at: int, *links: str) -> None:
        """Words of no meaning for a picture, which have none below them."""
        for one in self.of(at, *links):
            if self.below[one]:
                raise Unsure(f"words below a {self.parsed[one].link}")
            self.give(one, "chatter")

    def rest(self, at: int, *links: str) -> None:
        if others := [one for one in self.below[at] if self.parsed[one].link not in links]:
            raise Unsure(f"{self.parsed[others[0]].link} below a {self.parsed[at].tag[:2]}")

    def top(self, at: int) -> None:
        """What a whole prompt asks for: things, or "a watercolor painting of" one."""
        ofs = [one for one in self.of(at, "prep") if self.said[one] == "of"]
        if ofs and self.medium(at):
            self.give(ofs[0], "chatter")
            self.rest(ofs[0], "pobj")
            self.rest(at, "det", "compound", "amod", "prep", "punct")
            objects = self.of(ofs[0], "pobj")
            if len(objects) != 1 or len(self.of(at, "prep")) > 1:
                raise Unsure("a picture of several")
            at = objects[0]
        together = [at]
        while self.of(together[-1], "conj"):
            together += self.of(together[-1], "conj")[:1]
        if len(together) > 1 and any(self.of(one, "prep", "acl", "relcl") for one in together):
            raise Unsure("several, with what is told of one or of all")
        self.noun(at)

    def medium(self, at: int) -> bool:
        """Whether a noun is a medium; its words have their roles then."""
        first = min([at, *self.of(at, "compound", "amod")])
        for start in range(first, at + 1):
            if (words := " ".join(self.said[start : at + 1])) in _MEDIA:
                self.span(start, at, "style")
            elif words in lists.PLAIN_MEDIUMS:
                self.give(at, "chatter")
                before = " ".join(self.said[first:at])
                if before and before not in _MEDIA:
                    raise Unsure("words before a medium")
                if before:
                    self.span(first, at - 1, "style")
            else:
                continue
            self.plainly(at, "det", "punct")
            for one in range(first, start):
                if self.roles[one] is None and self.said[one] not in lists.CUTE:
                    raise Unsure("words before a medium")
                self.roles[one] = self.roles[one] or "chatter"
            return True
        return False

    def noun(self, at: int, head: int = -1) -> int:
        """A thing with what is told of it, and those that follow by "and"; gives back the first unit of its name."""
        first, last = self.name(at)
        if self.parsed[at].tag not in ("NN", "NNS"):
            raise Unsure(f"a thing that is {self.parsed[at].tag}")
        name = " ".join(self.said[first : last + 1])
        if self.said[last] in _NO_THINGS or name in _NO_THINGS or singular(self.said[last]) not in self.known:
            raise Unsure("a thing that is not known")
        self.span(first, last, "thing", head)
        self.told(at, first)
        for one in self.of(at, "prep", "agent"):
            if last == at or one > last:
                if head >= 0 and not self.own(one):
                    raise Unsure("what is told of an object, or of what it is the object of")
                self.standing(one, first)
        for one in self.of(at, "acl", "relcl"):
            if head >= 0:
                raise Unsure("what is told of an object, or of what it is the object of")
            self.doing(one, first)
        for one in self.of(at, "conj"):
            self.noun(one, head)
        return first

    def own(self, at: int) -> bool:
        """Whether a preposition leads to a part: "a tree with yellow leaves"."""
        return self.said[at] == "with" and any(self.said[one] in lists.PARTS for one in self.of(at, "pobj"))

    def name(self, at: int) -> tuple[int, int]:
        """First and last unit of a name: "hot air balloon", "slice of pizza"."""
        first = at
        while first and first - 1 in self.of(at, "compound"):
            first -= 1
        if len(self.of(at, "compound")) != at - first or any(self.below[one] for one in range(first, at)):
            raise Unsure("a name in pieces")
        if any("'" in self.said[one] for one in range(first, at + 1)):
            raise Unsure("somebody's own")
        if first - 1 in self.of(at, "amod") and " ".join(self.said[first - 1 : at + 1]) in self.known:
            first -= 1  # "polar bear"
        if any(self.said[one] in lists.COLOURS for one in range(first, at)):
            raise Unsure("a colour in a name")
        of = [one for one in self.of(at, "prep") if self.said[one] == "of"]
        if not of:
            return first, at
        inner = self.of(of[0], "pobj")
        if self.said[at] not in _MEASURES or of[0] != at + 1 or len(inner) != 1 or len(self.below[of[0]]) != 1:
            raise Unsure("an of")
        begin, end = self.name(inner[0])
        if begin != of[0] + 1 or len(self.below[inner[0]]) != end - begin:
            raise Unsure("an of")
        return first, end

    def told(self, at: int, head: int, ground: bool = False) -> None:
        """Articles, numbers, colours, sizes and looks before a noun."""
        self.plainly(at, "det", "punct", "cc", "poss")
        for one in self.of(at, "det"):
            if self.said[one] == "no":
                raise Unsure("a no of nothing")
        for one in self.of(at, "nummod", "amod"):
            word = self.said[one]
            if self.roles[one] is not None:  # a word of the name
                continue
            if word in _UNCOUNTED:
                raise Unsure("a number that is none")
            if one > at or self.below[one] and word not in lists.COLOURS:
                raise Unsure("words below an adjective")
            if word in lists.COLOURS:
                self.colour(one, head)
            elif ground and word in _PLAIN or word in lists.CUTE:
                self.give(one, "chatter")
            elif ground or self.parsed[one].tag not in ("CD", "JJ", "JJR", "VBG", "VBN"):
                raise Unsure("an adjective that is none")
            elif self.parsed[one].tag == "CD" or word in lists.NUMBERS:
                self.give(one, "number", head)
            else:
                self.give(one, "size" if word in lists.SIZES else "look", head)
        told = "det punct cc poss nummod amod compound"
        self.rest(at, *told.split(), *([] if ground else ["prep", "agent", "acl", "relcl", "conj"]))

    def colour(self, at: int, head: int) -> None:
        """ "black and white"."""
        self.give(at, "colour", head)
        self.plainly(at, "cc", "punct")
        self.rest(at, "cc", "punct", "conj")
        for one in self.of(at, "conj"):
            if self.said[one] not in lists.COLOURS:
                raise Unsure("words below an adjective")
            self.colour(one, head)

    def part(self, at: int, head: int) -> None:
        """ "blue eyes", and those that follow by "and"."""
        if self.said[at] not in lists.PARTS or self.of(at, "compound", "prep", "acl", "relcl", "nummod"):
            raise Unsure("a part with more")
        self.give(at, "part", head)
        self.told(at, at)
        for one in self.of(at, "conj"):
            self.part(one, head)

    def surrounding(self, preposition: int, at: int) -> bool:
        """Whether what a preposition leads to is a place, or the ground; it has its roles then."""
        if self.said[at] in _BACKGROUNDS:
            if self.said[preposition] not in ("on", "with", "against", "over"):
                raise Unsure("a background that is none")
            self.give(at, "ground")
            self.told(at, at, ground=True)
        else:
            first = min([at, *self.of(at, "compound", "amod")])
            start = next(
                (one for one in range(first, at + 1) if " ".join(self.said[one : at + 1]) in lists.PLACES), -1
            )
            if start < 0 or self.said[preposition] not in _AT_PLACES:
                return False
            self.rest(at, "det", "compound", "amod", "punct")
            self.plainly(at, "det", "punct")
            if any(self.below[one] for one in self.of(at, "compound", "amod")):
                raise Unsure("words below an adjective")
            for one in range(first, start):
                if self.said[one] in lists.COLOURS:
                    raise Unsure("the colour of a place")
                self.give(one, "look")
            self.span(start, at, "place")
        return True

    def standing(self, at: int, subject: int, verb: int = -1) -> None:
        """A preposition and what it leads to, told of a thing, or of what the thing does."""
        objects = self.of(at, "pobj")
        if len(objects) != 1 or len(self.below[at]) != 1:
            raise Unsure("a preposition with more")
        to, said = objects[0], self.said[at]
        if self.surrounding(at, to):
            self.give(at, "chatter")
            if verb >= 0:
                self.give(verb, "action", subject)
        elif verb >= 0:
            if said not in _RELATIONS or at != verb + 1:
                raise Unsure("a verb that stands away from its preposition")
            self.span(verb, at, "relation", subject)
            self.noun(to, verb)
        elif said in ("with", "without") and (said == "without" or self.denied(to) >= 0):
            no = at if said == "without" else self.denied(to)
            self.give(no, "negation", subject)
            if no != at:
                self.give(at, "chatter")
                self.below[to].remove(no)
            self.part(to, no) if self.said[to] in lists.PARTS else self.noun(to, no)
        elif said == "with" and self.said[to] in lists.PARTS:
            self.give(at, "chatter")
            self.part(to, subject)
        elif said in _RELATIONS:
            self.give(at, "relation", subject)
            self.noun(to, at)
        else:
            raise Unsure("a preposition of no relation")

    def denied(self, at: int) -> int:
        """The "no" of a noun, or -1."""
        return next((one for one in self.of(at, "det") if self.said[one] == "no"), -1)

    def doing(self, at: int, subject: int) -> None:
        """What a thing does, and with what; "is" joins it to where it stands, or to its colour."""
        word = self.parsed[at]
        if word.tag not in _VERBS:
            raise Unsure(f"a verb that is {word.tag}")
        links = "aux auxpass punct cc advmod dobj prep agent conj nsubj nsubjpass acomp"
        self.rest(at, *links.split())
        for one in self.of(at, "nsubj", "nsubjpass"):
            if self.parsed[one].tag in ("WDT", "WP"):
                self.give(one, "chatter")
            elif self.roles[one] is None:
                raise Unsure("a verb with a subject of its own")
        for one in self.of(at, "advmod"):
            if self.said[one] not in _ADVERBS:
                raise Unsure("an adverb")
        self.plainly(at, "aux", "auxpass", "punct", "cc", "advmod")
        objects, where = self.of(at, "dobj"), self.of(at, "prep", "agent")
        if word.text in ("is", "are"):
            colours = self.of(at, "acomp")
            self.give(at, "chatter")
            if objects or len(where) + len(colours) != 1:
                raise Unsure("an is with more")
            for one in where:
                self.standing(one, subject)
            for one in colours:
                if self.said[one] not in lists.COLOURS or self.below[one]:
                    raise Unsure("an is with more")
                self.give(one, "colour", subject)
        elif self.of(at, "acomp") or len(objects) > 1:
            raise Unsure("a verb with more")
        elif objects:
            if word.text in ("has", "having", "have") and self.said[objects[0]] in lists.PARTS:
                self.give(at, "chatter")
                self.part(objects[0], subject)
            else:
                self.give(at, "relation", subject)
                self.noun(objects[0], at)
            for one in where:  # "a fox reading a newspaper on a bench": the fox is on it
                if self.said[one] not in _STANDING:
                    raise Unsure("two relations of a verb")
                self.standing(one, subject)
        elif where:
            near = min(where)
            self.standing(near, subject, at)
            for one in where:
                if (
                    one != near
                    and not (to := self.of(one, "pobj"))
                    or one != near
                    and not self.surrounding(one, to[0])
                ):
                    raise Unsure("two relations of a verb")
                if one != near:
                    self.give(one, "chatter")
        else:
            self.give(at, "action", subject)
        for one in self.of(at, "conj"):
            self.doing(one, subject)
