"""A wish in words -> operations on a scene: "make the hat blue", "swap the dog for a fox", "make it night".

wish = Wishes(reader).read("add a ball to the right of the cat", scene, seed=8)
scene = edit(scene, wish.operations)
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from pipeline.language.relations import number_of
from pipeline.scene.choice import known_style
from pipeline.scene.edit import edit, operation
from pipeline.scene.joining import WORN_AS
from pipeline.scene.kinds import is_alive
from pipeline.scene.meant import meant
from pipeline.scene.notes import Note, sentence
from pipeline.scene.parse import SceneReader
from pipeline.scene.record import Scene, Thing
from pipeline.scene.wish_asks import plainly
from pipeline.scene.wish_grounds import GROUNDS
from pipeline.scene.wish_looks import LOOKS
from pipeline.scene.wish_moves import MOVES
from pipeline.scene.wish_numbers import NUMBERS
from pipeline.scene.wish_places import PLACES
from pipeline.scene.wish_room import resize
from pipeline.scene.wish_text import TEXTS
from pipeline.scene.wish_things import ThingWishes
from pipeline.scene.wish_words import PATTERNS

__all__ = ["Wish", "Wishes"]

_AND_THEN = re.compile(r"\s*(?:;|\.\s|\band then\b|, then\b|\bthen\b|\n)\s*", re.IGNORECASE)
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
_RECEIVER = re.compile(r"(?:the [a-z]+|him|her|it) (?:an?|some|two|glasses|sunglasses)\b", re.IGNORECASE)
_EXCEPT = re.compile(
    r"\b(?:but|except|besides|only|just|keep)\b", re.IGNORECASE
)  # "all but the girl and the dog" stay
_GROUND_WITH = re.compile(r"\b(?:back ?ground|backdrop|bg) with\b", re.IGNORECASE)
_BECOMES = re.compile(
    r"((?:turn|change)\s.+ (?:to|into) )|(?:turn|change|make|let)\s|.+? (?:should be|must be|becomes|is|are|to be) ",
    re.IGNORECASE,
)
_LINK = re.compile(r"\s+(?:to|into|be|in|a|an|as)$", re.IGNORECASE)
_LINKED = re.compile(r"^(?:to|into|be|in|a|an|as)\s+", re.IGNORECASE)
_THE = re.compile(r"^(?:the|a|an|my|its|his|her|any|some) ", re.IGNORECASE)
_TIMES = {
    "twice": 2.0,
    "double": 2.0,
    "half": 0.5,
    "much": 1.7,
    "way": 1.7,
    "huge": 1.7,
    "even": 1.35,
    "a lot": 1.7,
    "a bit": 1.15,
    "slightly": 1.15,
    "a little": 1.15,
}
_SHADES = {"grey", "golden", "dark", "light", "deep", "blonde", "blond"}  # beside the name of a colour, or for it
_SIDES = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1), "higher": (0, -1), "lower": (0, 1)}
_STEP = 0.12  # of the picture's side: how far "to the left" is
_TURNS = {"upside down": 180.0, "clockwise": 90.0, "a little": 12.0, "a bit": 12.0, "slightly": 12.0}  # degrees
_READERS = PLACES | LOOKS | MOVES | NUMBERS | GROUNDS | TEXTS


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

    ``colour_of`` gives the colour that words name, None where they name none; ``it`` is the thing that is picked, and
    ``last`` the one that was added last: "add a hat and make it red".
    """

    scene: Scene
    seed: int
    colour_of: Callable[[str], str | None]
    reader: SceneReader
    it: str = ""
    last: str = ""
    operations: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def meant(self, words: str) -> list[Thing]:
        """The things that words mean."""
        if "," in words:
            return []
        found = meant(words, self.scene, self.it or self.last)
        if not found and (name := self.reader.names.exact(tuple(_THE.sub("", words.lower()).split()))):
            found = [thing for thing in self.scene.things if thing.name == name]  # by another word for it
        return found

    def do(self, verb: str, *words: object) -> None:
        """One more operation; numbers have four digits, which is finer than a pixel, so that links stay short."""
        text = operation(verb, *(round(word, 4) if isinstance(word, float) else word for word in words))
        self.scene = edit(self.scene, text)
        self.operations.append(text)
        if verb == "add":
            self.last = str(words[0])
        elif verb == "relate" and words[1] == "worn by":
            worn = self.scene.thing(str(words[0]))
            if worn.name in WORN_AS:
                self.do("replace", worn.id, WORN_AS[worn.name])
                if worn.colour is not None:
                    self.do("colour", worn.id, worn.colour)

    def trial(self) -> "Reading":
        """The same with nothing done yet."""
        return Reading(self.scene, self.seed, self.colour_of, self.reader, self.it, self.last)

    def is_clear(self) -> bool:
        """Whether something was done, and nothing told against it."""
        return bool(self.operations) and {note.kind for note in self.notes} <= {"side"}

    def take(self, trial: "Reading") -> None:
        """What a trial has done, and what it has to tell."""
        self.scene, self.last = trial.scene, trial.last
        self.operations += trial.operations
        self.notes += trial.notes


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
        reading = Reading(scene, seed, self._colour_of, self.reader, it)
        for part in _AND_THEN.split(words.replace("’", "'").strip(" .!?")):
            part = plainly(part.strip(" ,.!?"))
            before = len(reading.operations), len(reading.notes)
            understood = part and any(read(part, reading) for read in (self._both, self._one, self._listed))
            if part and before[0] == len(reading.operations) and self._partly(part, before[1], reading):
                continue
            if part and (not understood or before == (len(reading.operations), len(reading.notes))):
                reading.notes.append(Note("wish", part))  # nothing came of it, and nothing was said
        notes = (
            replace(note, said=_THE.sub("", note.said)) if note.kind == "absent" else note for note in reading.notes
        )
        return Wish(tuple(reading.operations), tuple(dict.fromkeys(notes)))

    def _both(self, part: str, reading: Reading) -> bool:
        """ "make the hat green and the dog black": two wishes, where each can be understood by itself."""
        verb = _VERB.match(part)
        if _EXCEPT.search(part):
            return False
        for gap in re.finditer(r",? and ", part):
            one, other = part[: gap.start()], part[gap.end() :]
            others = [other]
            if verb is not None and not _VERB.match(other):
                if verb[0].lower() in _NEEDS_MORE and not (verb[0].lower() == "give" and _RECEIVER.match(other)):
                    continue
                # "make the hat red and bigger" tells both of the hat
                others = [f"{verb[0]} {other}", f"{one.rpartition(' ')[0]} {other}"]
            for other in others:
                trial = reading.trial()
                if all(self._one(half, trial) and trial.operations for half in (one, other)) and trial.is_clear():
                    if len({tuple(text.split()[:2]) for text in trial.operations if text.startswith("colour ")}) < len(
                        [text for text in trial.operations if text.startswith("colour ")]
                    ):
                        reading.notes.append(Note("colours", part))
                        return True
                    reading.take(trial)
                    return True
        return False

    def _partly(self, part: str, notes: int, reading: Reading) -> bool:
        """ "remove the unicorn and the tree": what of it is understood is done, and what is not is told."""
        pieces = re.split(r"\s*,\s*(?:and\s+|but\s+)?|\s+(?:and|but)\s+", part)
        told = reading.notes[notes:]
        if len(pieces) < 2 or _EXCEPT.search(part) or {note.kind for note in told} - {"absent", "wish"}:
            return False
        verb, whole = _VERB.match(part), reading.trial()
        for at, piece in enumerate(pieces):
            words = piece if not at or verb is None or _VERB.match(piece) else f"{verb[0]} {piece}"
            trial = whole.trial()
            if not (self._one(words, trial) and trial.operations):
                trial.notes = [note for note in trial.notes if note.kind == "absent"] or [Note("wish", piece)]
            whole.take(trial)
        if whole.operations:
            del reading.notes[notes:]
            reading.take(whole)
        return bool(whole.operations)

    def _listed(self, part: str, reading: Reading) -> bool:
        """ "bigger cat, smaller dog", "cat left and dog right": wishes in a row, each understood by itself."""
        for pattern in (r"\s*,\s*(?:and\s+|but\s+)?", r"\s+(?:and|but)\s+", r"\s+with\s+(?:an? )?"):
            pieces = [part] if "with" in pattern and _GROUND_WITH.search(part) else re.split(pattern, part)
            trial, understood = reading.trial(), len(pieces) > 1
            for piece in pieces if understood else ():
                understood = understood and self._one(piece, trial) and trial.is_clear()
                told = {text.split()[1] for text in trial.operations if " " in text}
                if "with" in pattern and len(told) == 1:  # "make the cat blue with red eyes": the cat's
                    trial.it = trial.it or next(iter(told))
            if understood:
                reading.take(trial)
                return True
        return False

    def _one(self, part: str, reading: Reading) -> bool:
        part = plainly(part)
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
        return found if found and set(words.split()) - set(found.split()) <= _SHADES else None

    # One for each kind of wish; False lets the next pattern try.

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
        put = match[0].lower().startswith("put ")  # "put mountains in the background" may add them
        if put and re.match(r"(?:an?|some|another|two|three|more) ", match[1], re.IGNORECASE):
            return False
        return self._each(match[1], reading, lambda thing: reading.do("order", thing.id, way), quiet=put)

    def _again(self, match: re.Match, reading: Reading) -> bool:
        """ "another drawing of the cat"; "try again" is of all."""
        named = match[1] if match.re.groups == 1 else "them"
        return self._each(named, reading, lambda thing: reading.do("again", thing.id, reading.seed))

    def _move(self, match: re.Match, reading: Reading) -> bool:
        step = _STEP * (2 if "a lot" in match[0] else 0.4 if re.search(r"a (?:bit|little)", match[0]) else 1)
        across, down = (step * one for one in _SIDES[match[2].lower()])
        found = reading.meant(match[1] or "it")
        rooted = [thing for thing in found if thing.place is not None]
        for thing in rooted:
            reading.do("move", thing.id, across, down)
        if found and not rooted:
            with_whom = next((thing.relation.target for thing in found if thing.relation), "")
            reading.notes.append(Note("goes with", found[0].said or found[0].name, with_whom))
        return bool(found) or self._each(match[1] or "it", reading, lambda thing: None)

    def _size(self, match: re.Match, reading: Reading) -> bool:
        what, word = (match[5], match[4].lower()) if match[4] else (match[1] or "it", match[3].lower())
        much = match[2] or next((word for word in _TIMES if re.search(rf"\b{word}\b", match[0].lower())), "")
        factor = _TIMES.get(much.lower(), 1.35)
        if word in ("smaller", "small", "tiny", "tinier", "shrink"):
            factor = factor if factor < 1 else 1 / factor
        elif word == "size" and not match[2]:
            return False
        found = reading.meant(what)
        ids = {thing.id for thing in found}
        for thing in found:  # what stands by another grows with it
            if thing.place is not None or thing.relation is None or thing.relation.target not in ids:
                resize(thing, factor, reading)
        return bool(found) or self._each(what, reading, lambda thing: None)

    def _painted(self, match: re.Match, reading: Reading) -> bool:
        """ "cat orange", "the dog dark brown"."""
        words = match[0].split()
        for count in (2, 1):
            what, colour = " ".join(words[:-count]), self._colour_of(" ".join(words[-count:]))
            if colour is not None and (found := reading.meant(what) if what else []):
                for thing in found:
                    reading.do("colour", thing.id, colour)
                return True
        return False

    def _colour(self, match: re.Match, reading: Reading) -> bool:
        """A thing, or its part, and behind it a colour, a style, a number or another thing."""
        pairs = [match.groups()]
        if match.re.groups == 1:
            words = match[1].split()
            pairs = [(" ".join(words[:-count]), " ".join(words[-count:])) for count in (3, 2, 1) if len(words) > count]
        for what, told in pairs:
            if self._told(_LINK.sub("", what), _LINKED.sub("", told), reading):
                return True
        turned = _BECOMES.match(match[0])
        return bool(turned) and self._becomes(pairs, reading, bare=turned[1] is not None)

    def _restyle(self, match: re.Match, reading: Reading) -> bool:
        style = known_style(match[2], self.reader.vocabulary) is not None
        return style and self._told(match[1], match[2], reading)

    def _told(self, what: str, words: str, reading: Reading) -> bool:
        found = reading.meant(what)
        if found and len([one for one in re.split(r",| and | ", words) if one and self._colour_of(one)]) > 1:
            if self._colour_of(words) is None:
                reading.notes.append(Note("colours", words))
                return True
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

    def _becomes(self, pairs: list[tuple[str, str]], reading: Reading, *, bare: bool) -> bool:
        """ "make the cat a lion", and where it is ``bare``, "change the cat to lion"."""
        for what, words in pairs:
            found = reading.meant(_LINK.sub("", what))
            if not found or not words.split():
                continue
            if what.lower() in ("it", "this", "that") and len({one.name for one in found}) > 1:
                found = found[:1]  # nothing is picked: what the picture is of
            said = re.sub(r"^(?:to|into|be) ", "", words)
            if said.split()[0] in ("a", "an") or bare and self.reader.names.exact(tuple(said.lower().split())):
                trial = reading.trial()
                new = self._things(said, trial)
                if len(new) != 1 or found[0].name == new[0].name:
                    continue
                reading.notes += trial.notes
                for thing in found:
                    reading.do("replace", thing.id, new[0].name)
                    kept = thing.colour if not is_alive(thing.name) and not is_alive(new[0].name) else None
                    if colour := new[0].colour or kept:
                        reading.do("colour", thing.id, colour)
                return True
        return False
