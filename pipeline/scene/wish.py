"""A wish in words -> operations on a scene: "make the hat blue", "swap the dog for a fox", "make it night".

wish = Wishes(reader).read("add a ball to the right of the cat", scene, seed=8)
scene = edit(scene, wish.operations)
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from pipeline.language.relations import number_of, scenery_of
from pipeline.language.styles import BACKGROUNDS
from pipeline.scene.canvas import canvas_size
from pipeline.scene.choice import known_style
from pipeline.scene.colours import mixed
from pipeline.scene.edit import edit, operation
from pipeline.scene.meant import meant
from pipeline.scene.notes import Note, sentence
from pipeline.scene.record import Scene, Thing
from pipeline.scene.wish_looks import LOOKS
from pipeline.scene.wish_moves import MOVES
from pipeline.scene.wish_places import PLACES
from pipeline.scene.wish_things import ThingWishes
from pipeline.scene.wish_words import PATTERNS

__all__ = ["Wish", "Wishes"]

_FILLER = re.compile(
    r"^(?:please|pls|can you|could you|would you|i want you to|i want to|i want|i'd like to|i'd like|let's|now|also"
    r"|and|then|just|try to|you should|we need to)\s+",
    re.IGNORECASE,
)
_AND_THEN = re.compile(r"\s*(?:;|\.\s|\band then\b|, then\b|\bthen\b|\n)\s*", re.IGNORECASE)
_POLITE = re.compile(r"[, ]+(?:please|pls|thanks|thank you|for me|now)$", re.IGNORECASE)
_VERB = re.compile(
    r"(?:make|turn|paint|colou?r|dye|move|rotate|flip|mirror|remove|delete|change|enlarge|shrink|add|put|give|swap"
    r"|replace|write|set|bring|send)\b",
    re.IGNORECASE,
)
_NEEDS_MORE = (
    "add",
    "put",
    "give",
    "swap",
    "replace",
    "write",
    "set",
)  # "put a hat and a scarf on the cat" is one wish
_DAY = frozenset("day daytime daylight sunny morning noon midday".split())
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
_TURNS = {"upside down": 180.0, "clockwise": 90.0, "a little": 12.0, "a bit": 12.0, "slightly": 12.0}  # degrees
_SHAPES = {
    "square": (1, 1), "portrait": (3, 4), "landscape": (4, 3), "wider": (4, 3), "taller": (3, 4), "wide": (16, 9),
    "tall": (9, 16), "banner": (3, 1),
}  # fmt: skip
_READERS = PLACES | LOOKS | MOVES


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
class Reading:
    """One wish while it is read: the scene as it is so far, and what was found.

    ``colour_of`` gives the colour that words name, None where they name none; ``it`` is the thing that is picked.
    """

    scene: Scene
    seed: int
    colour_of: Callable[[str], str | None]
    it: str = ""
    operations: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def meant(self, words: str) -> list[Thing]:
        """The things that words mean."""
        return meant(words, self.scene, self.it)

    def do(self, verb: str, *words: object) -> None:
        """One more operation; numbers have four digits, which is finer than a pixel, so that links stay short."""
        text = operation(verb, *(round(word, 4) if isinstance(word, float) else word for word in words))
        self.scene = edit(self.scene, text)
        self.operations.append(text)


class Wishes(ThingWishes):
    """Reads wishes.

    Args:
        reader: reads the things that are to come, and knows colours and styles.
    """

    def read(self, words: str, scene: Scene, *, seed: int = 0, it: str = "") -> Wish:
        """The operations that a wish asks for.

        Args:
            words: as a person says it; several wishes are parted by ";", "." or "then".
            scene: what they are about.
            seed: of what is drawn anew.
            it: id of the thing that is picked, which "it" then means.
        """
        reading = Reading(scene, seed, self._colour_of, it)
        for part in _AND_THEN.split(words.replace("’", "'").strip(" .!?")):
            part = _POLITE.sub("", part.strip(" ,.!?"))
            if part and not self._both(part, reading) and not self._one(part, reading):
                reading.notes.append(Note("wish", part))
        return Wish(tuple(reading.operations), tuple(dict.fromkeys(reading.notes)))

    def _both(self, part: str, reading: Reading) -> bool:
        """ "make the hat green and the dog black": two wishes, where each can be understood by itself."""
        verb = _VERB.match(_FILLER.sub("", part))
        if verb is None:
            return False
        for gap in re.finditer(r",? and ", part):
            one, other = part[: gap.start()], part[gap.end() :]
            others = [other]
            if not _VERB.match(other):
                if verb[0].lower() in _NEEDS_MORE:
                    continue
                # "make the hat red and bigger" tells both of the hat
                others = [f"{verb[0]} {other}", f"{one.rpartition(' ')[0]} {other}"]
            for other in others:
                trial = Reading(reading.scene, reading.seed, self._colour_of, reading.it)
                if all(self._one(half, trial) and trial.operations for half in (one, other)) and not trial.notes:
                    reading.scene = trial.scene
                    reading.operations += trial.operations
                    return True
        return False

    def _one(self, part: str, reading: Reading) -> bool:
        while part != (shorter := _FILLER.sub("", part)):
            part = shorter
        part = " ".join(part.split())
        for kind, pattern in PATTERNS:
            match = pattern.match(part)
            if match is None:
                continue
            try:
                if _READERS[kind](match, reading) if kind in _READERS else getattr(self, f"_{kind}")(match, reading):
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

    def _no_ground(self, match: re.Match, reading: Reading) -> bool:
        reading.do("ground", "transparent")
        return True

    def _no_effect(self, match: re.Match, reading: Reading) -> bool:
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

    def _remove(self, match: re.Match, reading: Reading) -> bool:
        found = reading.meant(match[1])
        if not found:
            reading.notes.append(Note("absent", match[1]))
        for thing in found:
            reading.do("remove", thing.id)
        return True

    def _letter(self, match: re.Match, reading: Reading) -> bool:
        text = next(group for group in match.groups() if group)
        quoted = re.search(r"[\"“«']([^\"”»]+)[\"”»']", text)
        about = text.replace(quoted[0], " ") if quoted else text
        own = quoted[1] if quoted else text.strip(" \"'")
        forms = {"arch": "arched", "curve": "arched", "banner": "banner", "ribbon": "banner"}
        form = next((form for word, form in forms.items() if quoted and word in about.lower()), "straight")
        places = (place for place in ("top", "middle") if quoted and re.search(rf"\b{place}\b", about, re.IGNORECASE))
        said = re.search(r"\bin (.+?)(?: (?:on|at|in) .+)?$", about)
        colour = self._colour_of(said[1]) if said else None
        if colour and not quoted:
            own = own[: own.rindex(" in ")]
        reading.do("letter", own, form, next(places, "bottom"), *([colour] if colour else []))
        return True

    def _outline(self, match: re.Match, reading: Reading) -> bool:
        colour = self._colour_of(match[1] or "white") or "white"
        side = min(reading.scene.width, reading.scene.height)
        reading.do("outline", max(4, side // 32), colour if colour != "white" else "#ffffff")
        return True

    def _shadow(self, match: re.Match, reading: Reading) -> bool:
        reading.do("shadow", "on")
        return True

    def _ground(self, match: re.Match, reading: Reading) -> bool:
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

    def _whole(self, match: re.Match, reading: Reading) -> bool:
        """ "make it night", "make it a sticker", "make it square"."""
        words = re.sub(r"^(?:an? |the |in |at |on |like )+", "", match[1].lower())
        if scenery := scenery_of(words):
            reading.do("ground", "scene", scenery)
        elif style := known_style(words, self.reader.vocabulary):
            reading.do("style", "all", style)
        elif words in _SHAPES:
            size = canvas_size(*_SHAPES[words], reading.scene.width * reading.scene.height)
            reading.do("canvas", *size)
        elif words in _DAY:
            reading.do("ground", "gradient", "#a9d8f5", "#e6f5fc")
        else:
            return False
        return True

    def _shade(self, match: re.Match, reading: Reading) -> bool:
        """ "make the background darker": of a plain one or a gradient."""
        ground = reading.scene.ground
        if ground is None or not ground.colours:
            return False
        to = "#000000" if (match[1] or match[2]).lower() == "darker" else "#ffffff"
        reading.do("ground", ground.kind, *(mixed(colour, to, 0.3, BACKGROUNDS) for colour in ground.colours))
        return True

    def _scenery(self, match: re.Match, reading: Reading) -> bool:
        """ "put them on the beach"."""
        scenery = scenery_of(match[1].lower())
        if scenery is None or reading.meant(match[1]):
            return False
        reading.do("ground", "scene", scenery)
        return True

    def _mirror(self, match: re.Match, reading: Reading) -> bool:
        return self._each(match[1] or match[2], reading, lambda thing: reading.do("mirror", thing.id))

    def _turn(self, match: re.Match, reading: Reading) -> bool:
        way = match[2].lower()
        degrees = float(match[3]) if match[3] else _TURNS.get(way, 0.0)
        if match[4] or (not degrees and "left" in way):
            degrees = -(degrees or 30.0)
        return self._each(match[1], reading, lambda thing: reading.do("turn", thing.id, degrees or 30.0))

    def _order(self, match: re.Match, reading: Reading) -> bool:
        way = {"foreground": "front", "background": "back", "backwards": "backward"}.get(
            match[2].lower(), match[2].lower()
        )
        return self._each(match[1], reading, lambda thing: reading.do("order", thing.id, way))

    def _again(self, match: re.Match, reading: Reading) -> bool:
        return self._each(match[1], reading, lambda thing: reading.do("again", thing.id, reading.seed))

    def _move(self, match: re.Match, reading: Reading) -> bool:
        step = _STEP * (2 if "a lot" in match[0] else 0.4 if re.search(r"a (?:bit|little)", match[0]) else 1)
        across, down = (step * one for one in _SIDES[match[2].lower()])
        return self._each(match[1], reading, lambda thing: reading.do("move", thing.id, across, down))

    def _size(self, match: re.Match, reading: Reading) -> bool:
        what, word = (match[5], match[4].lower()) if match[4] else (match[1], match[3].lower())
        factor = _TIMES.get((match[2] or "").lower(), 1.35)
        if word in ("smaller", "small", "tiny", "tinier", "shrink"):
            factor = factor if factor < 1 else 1 / factor
        elif word == "size" and not match[2]:
            return False
        return self._each(what, reading, lambda thing: reading.do("size", thing.id, factor))

    def _colour(self, match: re.Match, reading: Reading) -> bool:
        """A thing, or its part, and behind it a colour, a style, a number or another thing."""
        pairs = [match.groups()]
        if match.re.groups == 1:
            words = match[1].split()
            pairs = [(" ".join(words[:-count]), " ".join(words[-count:])) for count in (3, 2, 1) if len(words) > count]
        for what, told in pairs:
            if self._told(_LINK.sub("", what), _LINKED.sub("", told), reading):
                return True
        return bool(re.match(r"(?:turn|change|make)\s", match[0], re.IGNORECASE)) and self._becomes(pairs, reading)

    def _restyle(self, match: re.Match, reading: Reading) -> bool:
        style = known_style(match[2], self.reader.vocabulary) is not None
        return style and self._told(match[1], match[2], reading)

    def _told(self, what: str, words: str, reading: Reading) -> bool:
        found = reading.meant(what)
        colour, style = self._colour_of(words), known_style(words, self.reader.vocabulary)
        part = re.match(r"(?:the )?(\w+)(?:'s)? (\w+)$", what, re.IGNORECASE)
        if colour is not None and found:
            for thing in found:
                reading.do("colour", thing.id, colour)
        elif colour is not None and part and (owners := reading.meant(part[1])):
            reading.do("part", owners[0].id, part[2].lower(), colour)
        elif style is not None and found:
            for own in ["all"] if len(found) == len(reading.scene.things) else [thing.id for thing in found]:
                reading.do("style", own, style)
        elif (number := number_of(words.split()[:1])) and found and len(words.split()) == 2:
            reading.do("count", found[0].id, number)
        else:
            return False
        return True

    def _becomes(self, pairs: list[tuple[str, str]], reading: Reading) -> bool:
        for what, words in pairs:
            found = reading.meant(_LINK.sub("", what))
            if found and words.split()[0] in ("a", "an", "into") and (new := self._things(words, reading)):
                for thing in found:
                    reading.do("replace", thing.id, new[0].name)
                return True
        return False
