"""The scene: one value between words and pixels.

A `Scene` says how large the picture is, what the ground is, and which things stand on it, from the back to the front.
It is immutable, checks itself with sentences, and travels as short JSON in which defaults are left out:

    scene = Scene(things=(Thing("cat", "cat"), Thing("hat", "top hat", relation=Relation("worn by", "cat"))))
    assert Scene.from_json(scene.to_json()) == scene
"""

import dataclasses
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.language.expressions import EXPRESSIONS
from pipeline.scene.checks import check_colour, check_hash, check_number, check_one_of, check_text, check_whole
from pipeline.scene.plain import known, made, plain

__all__ = ["ARRANGEMENTS", "GROUND_KINDS", "MAX_COUNT", "MAX_SIDE", "MAX_THINGS", "MIN_SIDE"]
__all__ += ["RELATIONS", "SCENERY", "SIDE_STEP"]
__all__ += ["Ground", "Lettering", "Outline", "Relation", "Scene", "Thing"]

MIN_SIDE, MAX_SIDE, SIDE_STEP = 256, 1024, 8  # pixels
MAX_COUNT = 24  # of one thing, and of all
MAX_THINGS = 24
MAX_TEXT = 80  # characters of lettering
MAX_SEED = 2_147_483_646  # as of a recipe

# A relation is told of the thing that is placed, seen from its target: the hat is "worn by" the cat.
RELATIONS = (
    "on", "in", "under", "above", "left of", "right of", "in front of", "behind", "next to", "with", "held by",
    "worn by", "riding", "sitting on", "inside", "coming out of", "facing", "around", "part of",
    "hanging from",
)  # fmt: skip
ARRANGEMENTS = ("single", "row", "column", "grid")
SIDES = ("left", "right")
WEATHERS = ("rain", "snow")
GROUND_KINDS = ("colour", "transparent", "gradient", "scene", "picture")
# Name of a scenery -> colours of what is above its horizon (top, horizon) and below it (horizon, bottom).
SCENERY = {
    "grass": ("#a9d8f5", "#e3f3fb", "#8ccf6b", "#5fae4d"),
    "sea": ("#a9d8f5", "#e6f5fc", "#4ba3d9", "#2b74b8"),
    "beach": ("#8fd0f2", "#dff3fb", "#f6e2b3", "#e9c987"),
    "snow": ("#b9d6ea", "#e9f3f9", "#ffffff", "#dfeaf3"),
    "night sky": ("#131a3f", "#2f3b73", "#243a3a", "#15241f"),
    "desert": ("#fbd9a0", "#fdeecb", "#eec07a", "#d99c50"),
    "room": ("#f3e3cf", "#eed9bf", "#c79b6d", "#a87b50"),
    "forest": ("#bfe3c6", "#dff0de", "#6f9f57", "#4b7a3c"),
    "street": ("#bcd3e6", "#e4edf4", "#a3a8ad", "#7f858b"),
    "space": ("#0d1030", "#1d1a4a", "#1d1a4a", "#2b2160"),
    "moon surface": ("#0d1030", "#1d1a4a", "#c3c5cf", "#8e919d"),
    "underwater": ("#6ccbe6", "#3f9fd0", "#2f7fb5", "#e5d3a1"),
    "sunset": ("#f58a5b", "#fcd08a", "#7c5a7a", "#513b5c"),
}


@dataclass(frozen=True)
class Relation:
    """Where a thing stands, seen from another.

    Args:
        kind: one of `RELATIONS`.
        target: the other thing's id.

    Raises:
        ValueError: there is no such kind.
    """

    kind: str
    target: str

    def __post_init__(self) -> None:
        check_one_of("relation", self.kind, RELATIONS)
        check_text("relation", self.target, 40)

    def as_list(self) -> list[str]:
        """Kind and target, for JSON."""
        return [self.kind, self.target]


@dataclass(frozen=True)
class Ground:
    """What things stand on.

    Args:
        kind: "colour" takes one colour, "transparent" none, "gradient" two (top and bottom), "scene" a name of
            `SCENERY` and, where its own shall not be taken, four colours, "picture" an upload.
        colours: "#rrggbb" each, or names of colours.
        name: of the scenery; of a picture its hash (``pipeline.scene.uploads``).
        horizon: its height, of the picture's, from the top.

    Raises:
        ValueError: the kind has other colours, or no such name.
    """

    kind: str = "colour"
    colours: tuple[str, ...] = ()
    name: str | None = None
    horizon: float = 0.62

    def __post_init__(self) -> None:
        check_one_of("ground", self.kind, GROUND_KINDS)
        if not isinstance(self.colours, (tuple, list)):
            raise ValueError(f"`colours` of a ground must be a list, got {type(self.colours).__name__}.")
        object.__setattr__(self, "colours", tuple(self.colours))
        for colour in self.colours:
            check_colour("ground", colour)
        wanted = {"colour": (1,), "gradient": (2,), "scene": (0, 4)}.get(self.kind, (0,))
        if len(self.colours) not in wanted:
            wants = " or ".join(str(number) for number in wanted)
            raise ValueError(f"`ground` of kind {self.kind!r} takes {wants} colours, got {len(self.colours)}.")
        if self.kind == "scene":
            check_one_of("ground", self.name, tuple(SCENERY))
        elif self.kind == "picture":
            check_hash("ground", self.name)
        elif self.name is not None:
            raise ValueError(f"`ground` has a name where its kind is 'scene' or 'picture', got kind {self.kind!r}.")
        check_number("horizon", self.horizon, 0.1, 0.95)

    @property
    def bands(self) -> tuple[str, str, str, str]:
        """The four colours of a scenery: top, horizon, horizon, bottom."""
        top, far, near, bottom = self.colours or SCENERY[self.name or ""]
        return top, far, near, bottom


@dataclass(frozen=True)
class Lettering:
    """Words written in the picture.

    Args:
        text: as typed, one line or two.
        form: "straight", "arched" or "banner".
        place: "top", "middle" or "bottom".
        colour, outline: of the letters and of the edge around them; `outline` None has none.
        size: height of the letters, of the shorter side of the picture; None fits the text.

    Raises:
        ValueError: the text is empty, too long or of more than two lines; no such form or place.
    """

    text: str
    form: str = "straight"
    place: str = "bottom"
    colour: str = "#111111"
    outline: str | None = "#ffffff"
    size: float | None = None

    def __post_init__(self) -> None:
        check_text("lettering", self.text, MAX_TEXT)
        if self.text.count("\n") > 1:
            lines = self.text.count("\n") + 1
            raise ValueError(f"`lettering` takes one line or two, got {lines}. Take line breaks out.")
        check_one_of("lettering", self.form, ("straight", "arched", "banner"))
        check_one_of("lettering", self.place, ("top", "middle", "bottom"))
        check_colour("lettering", self.colour)
        if self.outline is not None:
            check_colour("lettering", self.outline)
        if self.size is not None:
            check_number("lettering", self.size, 0.03, 0.5)


@dataclass(frozen=True)
class Outline:
    """The edge of a die-cut sticker, around everything that stands on the ground.

    Args:
        width: pixels of the finished picture.
        colour: "#rrggbb" or a name.
    """

    width: int
    colour: str = "#ffffff"

    def __post_init__(self) -> None:
        check_whole("outline", self.width, 1, 64)
        check_colour("outline", self.colour)


@dataclass(frozen=True)
class Thing:
    """One thing, or several alike.

    Args:
        id: its own in the scene: small letters, digits and "-".
        name: what it is called, as the vocabulary knows it.
        said: as the prompt says it, where that is another word.
        count: how many of it.
        colour: of the whole, "#rrggbb" or a name.
        part_colours: of its parts: {"roof": "red"}.
        seed: its own; None draws it from the picture's.
        place: centre (x, y) of the picture's width and height, and side of its square, of the picture's shorter side.
        relation: where it stands, seen from another thing.
        scale: how much larger it is than it would stand there.
        turn: degrees, clockwise.
        mirror: left and right changed.
        looks: "left" or "right", where its drawing is seen from the side; None as it was drawn.
        style: another than the scene's.
        upload: hash of a cut-out that was uploaded (``pipeline.scene.uploads``): it is drawn from that.

    Raises:
        ValueError: a field is of the wrong type or out of its range.
    """

    id: str
    name: str
    _: dataclasses.KW_ONLY
    said: str | None = None
    count: int = 1
    colour: str | None = None
    part_colours: Mapping[str, str] = field(default_factory=dict)
    seed: int | None = None
    place: tuple[float, float, float] | None = None
    relation: Relation | None = None
    scale: float = 1.0
    turn: float = 0.0
    mirror: bool = False
    style: str | None = None
    expression: str | None = None
    upload: str | None = None
    looks: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.id, str) or not re.fullmatch(r"[a-z0-9-]{1,40}", self.id):
            raise ValueError(f"`id` of a thing takes 1 to 40 of a-z, 0-9 and '-', got {self.id!r}.")
        check_text("name", self.name, 120)
        check_whole("count", self.count, 1, MAX_COUNT)
        for colour in (*self.part_colours.values(), *((self.colour,) if self.colour is not None else ())):
            check_colour("colour", colour)
        object.__setattr__(self, "part_colours", dict(self.part_colours))
        if self.seed is not None:
            check_whole("seed", self.seed, 0, MAX_SEED)
        if self.place is not None:
            self._check_place()
        if self.relation is not None and not isinstance(self.relation, Relation):
            raise ValueError(f"`relation` must be a Relation, got {type(self.relation).__name__}.")
        check_number("scale", self.scale, 0.1, 8)
        check_number("turn", self.turn, -360, 360)
        if not isinstance(self.mirror, bool):
            raise ValueError(f"`mirror` must be True or False, got {self.mirror!r}.")
        if self.expression is not None:
            check_one_of("expression", self.expression, EXPRESSIONS)
        if self.looks is not None:
            check_one_of("looks", self.looks, SIDES)
        for name in ("said", "style"):
            if getattr(self, name) is not None:
                check_text(name, getattr(self, name), 200)
        if self.upload is not None:
            check_hash("upload", self.upload)

    def _check_place(self) -> None:
        if not isinstance(self.place, (tuple, list)) or len(self.place) != 3:
            raise ValueError(f"`place` takes (x, y, side), got {self.place!r}.")
        x, y, side = self.place
        check_number("place", x, -0.5, 1.5)
        check_number("place", y, -0.5, 1.5)
        check_number("place", side, 0.02, 2.0)
        object.__setattr__(self, "place", (float(x), float(y), float(side)))

    def __hash__(self) -> int:
        return hash((self.id, self.name, self.count, self.colour, tuple(sorted(self.part_colours.items()))))


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A picture as a list of things, from the back to the front.

    Args:
        things: what is seen; none is a picture of its ground.
        width, height: pixels, 256 to 1,024 in steps of 8.
        ground: None leaves it to the seed.
        style: of the vocabulary's; None leaves it to the seed.
        arrangement: how things that have neither place nor relation stand: "single", "row", "column" or "grid", as
            many in a line as fill the picture.
        lettering, outline: where there is one.
        shadow: whether things cast a soft shadow.
        weather: "rain" or "snow" that falls behind the things; None is none.
        front: hash of an upload that covers all of it but the lettering: where that is transparent, the things are
            seen.

    Raises:
        ValueError: an id is there twice, a relation leads to nothing or round in a circle, or a number is out of its
            range.
    """

    things: tuple[Thing, ...] = ()
    width: int = 256
    height: int = 256
    ground: Ground | None = None
    style: str | None = None
    arrangement: str = "single"
    lettering: Lettering | None = None
    outline: Outline | None = None
    shadow: bool = False
    front: str | None = None
    weather: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "things", tuple(self.things))
        for name in ("width", "height"):
            side = getattr(self, name)
            check_whole(name, side, MIN_SIDE, MAX_SIDE)
            if side % SIDE_STEP:
                raise ValueError(f"`{name}` takes steps of {SIDE_STEP} pixels, got {side}.")
        check_one_of("arrangement", self.arrangement, ARRANGEMENTS)
        if self.style is not None:
            check_text("style", self.style, 80)
        if not isinstance(self.shadow, bool):
            raise ValueError(f"`shadow` must be True or False, got {self.shadow!r}.")
        if self.front is not None:
            check_hash("front", self.front)
        if self.weather is not None:
            check_one_of("weather", self.weather, WEATHERS)
        for name, kind in (("ground", Ground), ("lettering", Lettering), ("outline", Outline)):
            if getattr(self, name) is not None and not isinstance(getattr(self, name), kind):
                raise ValueError(f"`{name}` must be a {kind.__name__}, got {type(getattr(self, name)).__name__}.")
        self._check_things()

    def _check_things(self) -> None:
        ids = [thing.id for thing in self.things]
        if len(ids) > MAX_THINGS or self.placed > MAX_COUNT:
            raise ValueError(f"`things` takes up to {MAX_COUNT} in one picture, got {max(len(ids), self.placed)}.")
        if again := {own for own in ids if ids.count(own) > 1}:
            raise ValueError(f"`things` must have ids of their own, got {sorted(again)[0]!r} twice.")
        targets = {thing.id: thing.relation.target for thing in self.things if thing.relation is not None}
        for start, target in targets.items():
            if target not in ids:
                raise ValueError(f"`relation` of {start!r} leads to {target!r}, which is not in the scene.")
            seen = {start}
            while target is not None:
                if target in seen:
                    raise ValueError(f"`relation` of {start!r} leads round in a circle. Take one of them out.")
                seen.add(target)
                target = targets.get(target)

    @property
    def placed(self) -> int:
        """How many things stand in the picture."""
        return sum(thing.count for thing in self.things)

    def thing(self, id: str) -> Thing:
        """The thing of that id.

        Raises:
            ValueError: there is none; the message names those that there are.
        """
        for thing in self.things:
            if thing.id == id:
                return thing
        there = ", ".join(repr(thing.id) for thing in self.things) or "nothing"
        raise ValueError(f"There is no thing {id!r} in the scene. There are: {there}.")

    def to_json(self) -> str:
        """Short canonical JSON: sorted keys, no whitespace, what is left at its default left out."""
        return json.dumps(plain(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "Scene":
        """The inverse of `to_json`.

        Raises:
            ValueError: it is no scene; the message names the field.
        """
        try:
            values = json.loads(text)
        except (json.JSONDecodeError, TypeError, RecursionError) as error:
            raise ValueError(f"`scene` must be JSON text: {error}.") from error
        values = known(cls, values)
        things = values.get("things", ())
        if not isinstance(things, (list, tuple)):
            raise ValueError(f"`things` must be a list, got {type(things).__name__}.")
        values["things"] = tuple(_thing(row) for row in things)
        for name, kind in (("ground", Ground), ("lettering", Lettering), ("outline", Outline)):
            if values.get(name) is not None:
                values[name] = made(kind, values[name])
        return made(cls, values)


def _thing(row: Any) -> Thing:
    values = known(Thing, row)
    relation = values.get("relation")
    if relation is not None:
        if not isinstance(relation, (list, tuple)) or len(relation) != 2:
            raise ValueError(f"`relation` takes [kind, target], got {relation!r}.")
        values["relation"] = Relation(*relation)
    if isinstance(values.get("place"), list):
        values["place"] = tuple(values["place"])
    if not isinstance(values.get("part_colours", {}), dict):
        raise ValueError(f"`part_colours` must give each part its colour, got {values['part_colours']!r}.")
    return made(Thing, values)
