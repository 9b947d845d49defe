"""Wishes about what is behind the things and around them: night, fog, rain, a forest, another colour, another style.

Each reads one kind of ``wish_words.PATTERNS``: it does what the words ask for and says whether they were understood.
"""

import re
from typing import TYPE_CHECKING

from pipeline.language.relations import scenery_and_rest, scenery_of
from pipeline.language.styles import BACKGROUNDS, STYLES
from pipeline.scene.canvas import canvas_size
from pipeline.scene.choice import known_style
from pipeline.scene.colours import mixed
from pipeline.scene.notes import Note
from pipeline.scene.places import ground_of
from pipeline.scene.record import SCENERY, Ground

if TYPE_CHECKING:
    from pipeline.scene.wish import Reading

__all__ = ["GROUNDS", "set_ground"]

_DAY = frozenset("day daytime daylight sunny morning noon midday day-time bright".split())
_SKY_BY_DAY = "#a9d8f5", "#e6f5fc"
_TIMES_ONLY = ("night sky", "sunset")  # sceneries that are a time of the day, over whatever land there is
_BY_ITSELF = frozenset("night sunset dusk dawn sunrise evening space underwater".split())
# What is added as the ground, and is no thing: trees and stars are.
_LANDS = frozenset(
    "grass sand water sea ocean lake beach desert meadow field snow forest park street road jungle".split()
)
_SHAPES = {
    "square": (1, 1), "portrait": (3, 4), "landscape": (4, 3), "wider": (4, 3), "taller": (3, 4), "wide": (16, 9),
    "tall": (9, 16), "banner": (3, 1), "vertical": (3, 4), "horizontal": (4, 3),
}  # fmt: skip
_SMALL = re.compile(r"^(?:(?:an? |the |in |at |on |like |by |into |to |during |under |with )+)", re.IGNORECASE)
_FORMAT = re.compile(r" (?:format|picture|image|shape|canvas|style|please|time|scene|scenery|look|weather)$")
_WITHIN = re.compile(r"\s+(?:in|to|at|into|on)(?: the)?$")
_PAINTED = 0.8  # of a sky's colour, by one that is told
_SHADE = 0.3  # of the way to black or white


def set_ground(ground: Ground, reading: "Reading") -> None:
    """The operation that gives a scene a ground."""
    if ground.kind == "scene":
        reading.do("ground", "scene", ground.name, *ground.colours)
    else:
        reading.do("ground", ground.kind, *ground.colours)


def _told(words: str, reading: "Reading") -> Ground | None:
    """The ground that words tell: a land, or a time or a weather over the land that is there."""
    now = reading.scene.ground
    land = now.name if now is not None and now.kind == "scene" and now.name not in _TIMES_ONLY else None
    if words.lower() in _DAY:
        if land is not None:
            return Ground("scene", name=land)
        return Ground("scene", name="grass") if now and now.kind == "scene" else Ground("gradient", _SKY_BY_DAY)
    if scenery_of(words) in _TIMES_ONLY and land is None and words.lower() in _BY_ITSELF:
        return Ground("scene", name=scenery_of(words))
    found, rest = ground_of([words], BACKGROUNDS, land or "grass")
    if found is None or rest:
        return None
    known = scenery_of(words)
    if land is not None and (known is None or known in _TIMES_ONLY):
        again, _ = ground_of([land, words], BACKGROUNDS, land)
        return again or found
    return found


def _no_ground(match: re.Match, reading: "Reading") -> bool:
    reading.do("ground", "transparent")
    return True


def _ground(match: re.Match, reading: "Reading") -> bool:
    """ "make the background light blue", "change the background to a forest"."""
    words = match[1].lower()
    within = _WITHIN.search(words)  # "a big red house in the background" is a house: its colour is no ground's
    if within is not None:
        words = words[: within.start()]
    parts = [reading.colour_of(part) for part in re.split(r"\s+(?:and|to)\s+|\s+", words)]
    colours = [colour for colour in parts if colour]
    now = reading.scene.ground
    if (whole := reading.colour_of(words)) and now is not None and now.kind == "scene" and "sky" in match[0].lower():
        top, far, near, bottom = now.bands
        sky = mixed(top, whole, _PAINTED, BACKGROUNDS), mixed(far, whole, _PAINTED / 2, BACKGROUNDS)
        set_ground(Ground("scene", (*sky, near, bottom), now.name), reading)
    elif whole:
        reading.do("ground", "colour", whole)
    elif re.search(r"transparent|nothing|none|clear", words):
        reading.do("ground", "transparent")
    elif (told := _told(_SMALL.sub("", words), reading)) is not None:
        set_ground(told, reading)
    elif (scenery := scenery_and_rest(words)) and not (within and scenery[1]):
        reading.do("ground", "scene", scenery[0])
    elif within is not None and not all(parts):
        return False
    elif len(colours) > 1:
        reading.do("ground", "gradient", *colours[:2])
    elif colours:
        reading.do("ground", "colour", colours[0])
    else:
        return False
    return True


def _whole(match: re.Match, reading: "Reading") -> bool:
    """ "make it night", "make it a sticker", "square format", "in space", "foggy"."""
    said = match[1].lower()
    words = _FORMAT.sub("", _SMALL.sub("", said))
    style = known_style(words, reading.reader.vocabulary) or known_style(said, reading.reader.vocabulary)
    if (told := _told(words, reading)) is not None:
        set_ground(told, reading)
        if falls := re.search(r"\b(rain|snow)(?:ing|fall)\b", words):
            reading.do("weather", falls[1])
    elif style:
        reading.do("style", "all", style)
    elif words in _SHAPES:
        size = canvas_size(*_SHAPES[words], reading.scene.width * reading.scene.height)
        reading.do("canvas", *size)
    elif re.search(r"\b(?:look|style)\b", match[0].lower()) and _untaught(words, reading):
        reading.notes.append(Note("no style", words))
    else:
        return False
    return True


def _untaught(words: str, reading: "Reading") -> bool:
    """Whether words are a style, by how a prompt with them is read."""
    return any(note.kind == "no style" for note in reading.reader.parse(f"a cat, {words}").notes)


def _other_style(match: re.Match, reading: "Reading") -> bool:
    """ "another style": the next of those that the page offers."""
    names = [style for style in STYLES if style in reading.reader.vocabulary.config.styles]
    now = reading.scene.style
    reading.do("style", "all", names[(names.index(now) + 1) % len(names)] if now in names else names[0])
    return True


def _shade(match: re.Match, reading: "Reading") -> bool:
    """ "darker", "make the background darker": of the ground, whatever it is, but of a picture."""
    ground = reading.scene.ground
    if ground is None or ground.kind in ("transparent", "picture"):
        return False
    word = next(group for group in match.groups() if group).lower()
    to = "#000000" if word in ("darker", "dark", "dimmer", "gloomier") else "#ffffff"
    colours = ground.bands if ground.kind == "scene" else ground.colours
    shaded = tuple(mixed(colour, to, _SHADE, BACKGROUNDS) for colour in colours)
    if shaded == tuple(mixed(colour, to, 0, BACKGROUNDS) for colour in colours):
        return False  # white does not get lighter
    set_ground(Ground(ground.kind, shaded, ground.name), reading)
    return True


def _scenery(match: re.Match, reading: "Reading") -> bool:
    """ "put them on the beach"."""
    words = match[1].lower()
    if reading.meant(match[1]) or (told := _told(_SMALL.sub("", words), reading)) is None:
        return False
    set_ground(told, reading)
    return True


def _land_colour(match: re.Match, reading: "Reading") -> bool:
    """ "make the grass yellow": of the land that is there."""
    ground, colour = reading.scene.ground, reading.colour_of(match[2])
    if colour is None or ground is None or ground.kind != "scene" or reading.meant(match[1]):
        return False
    if scenery_of(match[1].lower()) not in (ground.name, None):
        return False
    top, far, near, bottom = ground.bands
    land = mixed(near, colour, _PAINTED, BACKGROUNDS), mixed(bottom, colour, _PAINTED, BACKGROUNDS)
    set_ground(Ground("scene", (top, far, *land), ground.name), reading)
    return True


def _add_land(match: re.Match, reading: "Reading") -> bool:
    """ "add grass": where the ground is plain, it is that land."""
    ground, scenery = reading.scene.ground, scenery_of(match[1].lower())
    if scenery == "snow" and (told := _told("snowy", reading)) is not None:
        set_ground(told, reading)
        return True
    if (
        scenery is None
        or match[1].lower().split()[-1] not in _LANDS
        or ground is not None
        and ground.kind not in ("colour", "gradient", "transparent")
    ):
        return False
    reading.do("ground", "scene", scenery)
    return True


def _weather(match: re.Match, reading: "Reading") -> bool:
    """ "let it snow", "add rain", "it should be raining at night": what falls, and the sky and the land of it."""
    kind = "snow" if "snow" in match["weather"].lower() else "rain"
    ground = reading.scene.ground
    told = ["snow"] if kind == "snow" else []
    told += ["night"] if match["night"] else []
    if ground is not None and ground.kind == "scene":
        usual = ground.bands == SCENERY[ground.name or ""]
        told += ["stormy"] if kind == "rain" and not match["night"] and usual else []
        land = ground.name if ground.name not in _TIMES_ONLY else ""
        told += ["night"] if ground.name == "night sky" and not match["night"] else []
        told += [str(land)] if land and land not in told else []
    if told and (found := ground_of(told, BACKGROUNDS)[0]) is not None:
        set_ground(found, reading)
    reading.do("weather", kind)
    return True


def _no_weather(match: re.Match, reading: "Reading") -> bool:
    """ "stop the rain"."""
    if reading.scene.weather is None:
        if reading.meant(match[1]):
            return False
        reading.notes.append(Note("absent", match[1]))
        return True
    reading.do("weather", "none")
    return True


# Kind of wish -> what reads it.
GROUNDS = {
    "no_ground": _no_ground, "ground": _ground, "whole": _whole, "other_style": _other_style, "shade": _shade,
    "scenery": _scenery, "add_land": _add_land, "land_colour": _land_colour, "weather": _weather,
    "no_weather": _no_weather,
}  # fmt: skip
