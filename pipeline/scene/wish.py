"""A wish in words -> operations on a scene: "make the hat blue", "swap the dog for a fox", "make it night".

wish = Wishes(reader).read("add a ball to the right of the cat", scene, seed=8)
scene = edit(scene, wish.operations)
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from pipeline.language.relations import number_of, relation_of, scenery_of
from pipeline.language.syntax import plain_language
from pipeline.scene.canvas import canvas_size
from pipeline.scene.choice import known_style
from pipeline.scene.edit import edit, operation
from pipeline.scene.kinds import worn_at
from pipeline.scene.meant import meant
from pipeline.scene.notes import Note, sentence
from pipeline.scene.parse import SceneReader
from pipeline.scene.record import Scene, Thing
from pipeline.scene.wish_words import PATTERNS

__all__ = ["Wish", "Wishes"]

_FILLER = re.compile(
    r"^(?:please|pls|can you|could you|would you|i want you to|i want to|i want|i'd like to|i'd like|let's|now|also"
    r"|and|then|just|try to|you should|we need to)\s+",
    re.IGNORECASE,
)
_AND_THEN = re.compile(r"\s*(?:;|\.\s|\band then\b|, then\b|\bthen\b|\n)\s*", re.IGNORECASE)
_LINK = re.compile(r"\s+(?:to|into|be|in|a|an|as)$", re.IGNORECASE)
_LINKED = re.compile(r"^(?:to|into|be|in|a|an|as)\s+", re.IGNORECASE)
_TIMES = {
    "twice": 2.0,
    "double": 2.0,
    "half": 0.5,
    "much": 1.7,
    "a lot": 1.7,
    "a bit": 1.15,
    "slightly": 1.15,
    "a little": 1.15,
}
_SIDES = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1), "higher": (0, -1), "lower": (0, 1)}
_STEP = 0.12  # of the picture's side: how far "to the left" is
_SHAPES = {
    "square": (1, 1), "portrait": (3, 4), "landscape": (4, 3), "wider": (4, 3), "taller": (3, 4), "wide": (16, 9),
    "tall": (9, 16), "banner": (3, 1),
}  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """What a wish comes to.

    Args:
        operations: for ``edit``, in their order; none where it was not understood.
        notes: what a person should know.
    """

    operations: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def sentence(self) -> str:
        """The notes in one line."""
        return sentence(self.notes)


@dataclass
class _Reading:
    """One wish while it is read: the scene as it is so far, and what was found."""

    scene: Scene
    seed: int
    operations: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def do(self, verb: str, *words: object) -> None:
        text = operation(verb, *words)
        self.scene = edit(self.scene, text)
        self.operations.append(text)


class Wishes:
    """Reads wishes.

    Args:
        reader: reads the things that are to come, and knows colours and styles.
    """

    def __init__(self, reader: SceneReader):
        self.reader = reader

    def read(self, words: str, scene: Scene, *, seed: int = 0) -> Wish:
        """The operations that a wish asks for.

        Args:
            words: as a person says it; several wishes are parted by ";", "." or "then".
            scene: what they are about.
            seed: of what is drawn anew.
        """
        reading = _Reading(scene, seed)
        for part in _AND_THEN.split(words.replace("’", "'").strip(" .!?")):
            part = part.strip(" ,.!?")
            if part and not self._one(part, reading):
                reading.notes.append(Note("wish", part))
        return Wish(tuple(reading.operations), tuple(dict.fromkeys(reading.notes)))

    def _one(self, part: str, reading: _Reading) -> bool:
        while part != (shorter := _FILLER.sub("", part)):
            part = shorter
        part = " ".join(part.split())
        for kind, pattern in PATTERNS:
            match = pattern.match(part)
            if match is None:
                continue
            try:
                if getattr(self, f"_{kind}")(match, reading):
                    return True
            except ValueError as error:
                reading.notes.append(Note("refused", str(error)))
                return True
        return False

    def _colour_of(self, words: str) -> str | None:
        words = re.sub(r"\b(?:colou?r(?:ed)?|bright|the|a)\b", "", words.lower()).strip()
        if re.fullmatch(r"#[0-9a-f]{6}", words):
            return words
        found = self.reader.colour_name(words)
        return (
            found
            if found and set(words.split()) - set(found.split()) <= {"grey", "golden", "dark", "light", "deep"}
            else None
        )

    # One for each kind of wish; False lets the next pattern try.

    def _no_ground(self, match: re.Match, reading: _Reading) -> bool:
        reading.do("ground", "transparent")
        return True

    def _no_effect(self, match: re.Match, reading: _Reading) -> bool:
        what = match[1].lower()
        verb = {
            "shadow": "shadow",
            "text": "letter",
            "lettering": "letter",
            "words": "letter",
            "caption": "letter",
        }.get(what, "outline")
        reading.do(verb, "off" if verb == "shadow" else "none")
        return True

    def _remove(self, match: re.Match, reading: _Reading) -> bool:
        found = meant(match[1], reading.scene)
        if not found:
            reading.notes.append(Note("absent", match[1]))
        for thing in found:
            reading.do("remove", thing.id)
        return True

    def _replace(self, match: re.Match, reading: _Reading) -> bool:
        found = meant(match[1], reading.scene)
        new = self._things(match[2], reading)
        if not found:
            reading.notes.append(Note("absent", match[1]))
            return True
        if not new:
            return False
        for thing in found:
            reading.do("replace", thing.id, new[0].name)
            if new[0].colour:
                reading.do("colour", thing.id, new[0].colour)
        return True

    def _things(self, words: str, reading: _Reading) -> list[Thing]:
        parsed = self.reader.parse(words, seed=reading.seed)
        reading.notes += [note for note in parsed.notes if note.kind not in ("nothing", "left out")]
        return list(parsed.scene.things)

    def _letter(self, match: re.Match, reading: _Reading) -> bool:
        text = next(group for group in match.groups() if group)
        quoted = re.search(r"[\"“«']([^\"”»]+)[\"”»']", text)
        form = next((form for form in ("arched", "banner") if re.search(form, text, re.IGNORECASE)), "straight")
        place = next(
            (place for place in ("top", "middle") if re.search(rf"\b{place}\b", text, re.IGNORECASE)), "bottom"
        )
        reading.do("letter", quoted[1] if quoted else text.strip(" \"'"), form, place if quoted else "bottom")
        return True

    def _outline(self, match: re.Match, reading: _Reading) -> bool:
        colour = self._colour_of(match[1] or "white") or "white"
        side = min(reading.scene.width, reading.scene.height)
        reading.do("outline", max(4, side // 32), colour if colour != "white" else "#ffffff")
        return True

    def _shadow(self, match: re.Match, reading: _Reading) -> bool:
        reading.do("shadow", "on")
        return True

    def _ground(self, match: re.Match, reading: _Reading) -> bool:
        words = match[1].lower()
        scenery, colours = (
            scenery_of(words),
            [self._colour_of(part) for part in re.split(r"\s+(?:and|to)\s+|\s+", words)],
        )
        whole = self._colour_of(words)
        colours = [colour for colour in colours if colour]
        if whole:
            reading.do("ground", "colour", whole)
        elif re.search(r"transparent|nothing|none|clear", words):
            reading.do("ground", "transparent")
        elif scenery:
            reading.do("ground", "scene", scenery)
        elif len(colours) > 1:
            reading.do("ground", "gradient", *colours[:2])
        elif colours:
            reading.do("ground", "colour", colours[0])
        else:
            return False
        return True

    def _whole(self, match: re.Match, reading: _Reading) -> bool:
        """ "make it night", "make it a sticker", "make it square"."""
        words = re.sub(r"^(?:an? |the |in |at |on |like )+", "", match[1].lower())
        if scenery := scenery_of(words):
            reading.do("ground", "scene", scenery)
        elif style := known_style(words, self.reader.vocabulary):
            reading.do("style", "all", style)
        elif words in _SHAPES:
            size = canvas_size(*_SHAPES[words], reading.scene.width * reading.scene.height)
            reading.do("canvas", *size)
        else:
            return False
        return True

    def _scenery(self, match: re.Match, reading: _Reading) -> bool:
        """ "put them on the beach"."""
        scenery = scenery_of(match[1].lower())
        if scenery is None or meant(match[1], reading.scene):
            return False
        reading.do("ground", "scene", scenery)
        return True

    def _mirror(self, match: re.Match, reading: _Reading) -> bool:
        return self._each(match[1] or match[2], reading, lambda thing: reading.do("mirror", thing.id))

    def _turn(self, match: re.Match, reading: _Reading) -> bool:
        way = match[2].lower()
        degrees = float(match[3]) if match[3] else {"upside down": 180.0, "clockwise": 90.0}.get(way, 0.0)
        if match[4] or (not degrees and "left" in way):
            degrees = -(degrees or 30.0)
        return self._each(match[1], reading, lambda thing: reading.do("turn", thing.id, degrees or 30.0))

    def _order(self, match: re.Match, reading: _Reading) -> bool:
        way = {"foreground": "front", "background": "back", "backwards": "backward"}.get(
            match[2].lower(), match[2].lower()
        )
        return self._each(match[1], reading, lambda thing: reading.do("order", thing.id, way))

    def _copy(self, match: re.Match, reading: _Reading) -> bool:
        return self._each(
            match[1] or match[2], reading, lambda thing: reading.do("copy", thing.id), quiet=bool(match[2])
        )

    def _again(self, match: re.Match, reading: _Reading) -> bool:
        return self._each(match[1], reading, lambda thing: reading.do("again", thing.id, reading.seed))

    def _move(self, match: re.Match, reading: _Reading) -> bool:
        step = _STEP * (2 if "a lot" in match[0] else 0.4 if re.search(r"a (?:bit|little)", match[0]) else 1)
        across, down = (step * one for one in _SIDES[match[2].lower()])
        return self._each(match[1], reading, lambda thing: reading.do("move", thing.id, across, down))

    def _relate(self, match: re.Match, reading: _Reading) -> bool:
        found, others = meant(match[1], reading.scene), meant(match[3], reading.scene)
        kind = relation_of(match[2])
        if not found or len(others) != 1 or kind is None or others[0] in found:
            return False
        for thing in found:
            if others[0].relation is not None and others[0].relation.target == thing.id:
                reading.do("relate", others[0].id, "none")
            reading.do("relate", thing.id, kind, others[0].id)
        return True

    def _add(self, match: re.Match, reading: _Reading) -> bool:
        """Read in one breath with what is there, so that the words between lead somewhere."""
        words = plain_language(match[1], seed=reading.seed).text
        receiver = re.match(r"(?:add|give|put)\s+(the \w+)\s", match[0], re.IGNORECASE)
        things = self._things(words, reading)
        if not things:
            return False
        ids: dict[str, str] = {}
        for thing in things:
            old = self._there(thing, words, reading.scene)
            ids[thing.id] = old.id if old else self._new(thing, reading)
        for thing in things:
            if thing.relation is not None and ids[thing.id] != ids[thing.relation.target]:
                reading.do("relate", ids[thing.id], thing.relation.kind, ids[thing.relation.target])
        if receiver or re.match(r"give (?:it|him|her|them)\b", match[0], re.IGNORECASE):
            self._hand(things, ids, receiver, reading)
        return True

    def _there(self, thing: Thing, words: str, scene: Scene) -> Thing | None:
        """The thing of the scene that "the ..." means."""
        said = thing.said or thing.name
        if not re.search(rf"\b(?:the|its|his|her) (?:\w+ )?{re.escape(said)}", words, re.IGNORECASE):
            return None
        found = meant(said, scene)
        return found[0] if found else None

    def _new(self, thing: Thing, reading: _Reading) -> str:
        taken = {other.id for other in reading.scene.things}
        own = next(name for name in (thing.id, *(f"{thing.id}-{n}" for n in range(2, 40))) if name not in taken)
        reading.do("add", own, thing.name)
        if thing.count > 1:
            reading.do("count", own, thing.count)
        if thing.colour:
            reading.do("colour", own, thing.colour)
        return own

    def _hand(self, things: list[Thing], ids: dict[str, str], receiver, reading: _Reading) -> None:
        """What somebody is given is worn or held."""
        owners = meant(receiver[1], reading.scene) if receiver else reading.scene.things[:1]
        for thing in things:
            own = ids[thing.id]
            if owners and owners[0].id != own and reading.scene.thing(own).relation is None:
                reading.do("relate", own, "worn by" if worn_at(thing.said or thing.name) else "held by", owners[0].id)

    def _size(self, match: re.Match, reading: _Reading) -> bool:
        what, word = (match[5], match[4].lower()) if match[4] else (match[1], match[3].lower())
        factor = _TIMES.get((match[2] or "").lower(), 1.35)
        if word in ("smaller", "small", "tiny", "tinier", "shrink"):
            factor = factor if factor < 1 else 1 / factor
        elif word == "size" and not match[2]:
            return False
        return self._each(what, reading, lambda thing: reading.do("size", thing.id, factor))

    def _colour(self, match: re.Match, reading: _Reading) -> bool:
        """A thing, or its part, and behind it a colour, a style, a number or another thing."""
        pairs = [match.groups()]
        if match.re.groups == 1:
            words = match[1].split()
            pairs = [(" ".join(words[:-count]), " ".join(words[-count:])) for count in (3, 2, 1) if len(words) > count]
        for what, told in pairs:
            if self._told(_LINK.sub("", what), _LINKED.sub("", told), reading):
                return True
        return bool(re.match(r"(?:turn|change|make)\s", match[0], re.IGNORECASE)) and self._becomes(pairs, reading)

    def _told(self, what: str, words: str, reading: _Reading) -> bool:
        found = meant(what, reading.scene)
        colour, style = self._colour_of(words), known_style(words, self.reader.vocabulary)
        part = re.match(r"(?:the )?(\w+)(?:'s)? (\w+)$", what, re.IGNORECASE)
        if colour is not None and found:
            for thing in found:
                reading.do("colour", thing.id, colour)
        elif colour is not None and part and (owners := meant(part[1], reading.scene)):
            reading.do("part", owners[0].id, part[2].lower(), colour)
        elif style is not None and found:
            for own in ["all"] if len(found) == len(reading.scene.things) else [thing.id for thing in found]:
                reading.do("style", own, style)
        elif (number := number_of(words.split()[:1])) and found and len(words.split()) == 2:
            reading.do("count", found[0].id, number)
        else:
            return False
        return True

    def _becomes(self, pairs: list[tuple[str, str]], reading: _Reading) -> bool:
        for what, words in pairs:
            found = meant(_LINK.sub("", what), reading.scene)
            if found and words.split()[0] in ("a", "an", "into") and (new := self._things(words, reading)):
                for thing in found:
                    reading.do("replace", thing.id, new[0].name)
                return True
        return False

    def _each(self, words: str, reading: _Reading, change: Callable[[Thing], None], *, quiet: bool = False) -> bool:
        found = meant(words, reading.scene)
        if not found:
            if not quiet:
                reading.notes.append(Note("absent", words))
            return not quiet
        for thing in found:
            change(thing)
        return True
