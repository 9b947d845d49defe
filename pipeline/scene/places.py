"""Words of places -> a ground: a land, and the time, the season and the weather that are told of it."""

import re
from collections.abc import Mapping, Sequence

from pipeline.language.relations import scenery_and_rest
from pipeline.scene.colours import mixed
from pipeline.scene.record import SCENERY, Ground
from pipeline.scene.sketch import Sketch
from pipeline.scene.tagger import Token

__all__ = ["ground_of", "is_place", "is_time", "told_of", "usual_land"]

_TIMES = {
    word: time
    for time, words in {
        "night sky": "night nighttime midnight moonlight moonlit starry stars starlight dark darkness",
        "sunset": "sunset sunrise dusk dawn twilight evening",
        "storm": "storm stormy rainy thunderstorm cloudy overcast gloomy",
        "fog": "fog foggy mist misty haze hazy",
        "autumn": "autumn fall autumnal",
        "snow": "snow snowy winter wintry snow-covered icy frozen snowing",
    }.items()
    for word in words.split()
}
# What a bright day, or nothing in particular, is said with.
_PLAIN = frozenset(
    "the a an this that some my our his her its their big huge large small little day daytime sunny bright clear "
    "summer summery spring warm calm quiet peaceful beautiful pretty lovely green grassy blue deep wide open vast "
    "endless time sky skies middle of and with very tropical wild outdoors outside nature".split()
)
_CUT = re.compile(r"\b(?:at|in|during|by|on|under|after|before)\b")
# Colours of a sky, at the top and at the horizon.
_SKIES = {"storm": ("#5d6c7c", "#a8b3bd"), "fog": ("#c6cdd2", "#e4e8ea"), "autumn": ("#cfdfe6", "#f7ead0")}
# What the land's colours become, and how much.
_TINTS = {
    "night sky": ("#0d1434", 0.6), "sunset": ("#513b5c", 0.4), "storm": ("#4a5560", 0.35), "fog": ("#dfe4e7", 0.45),
}  # fmt: skip
_FALLEN = ("#d7a356", "#b27434")
_SNOWED = ("#ffffff", "#dfeaf3")
_SNOW_AT_NIGHT = 0.4  # as much of the tint: it stays light
_ORDER = ("autumn", "snow", "fog", "storm", "sunset", "night sky")
_DEFAULT_LAND = {"autumn": "forest", "snow": "snow", "night sky": "night sky", "sunset": "sunset"}
_NO_SKY = ("space", "underwater", "moon surface")
_SKY = frozenset("sky skies".split())
_BRIGHT = ("#8fcdf3", "#e3f3fb")  # a sky by day where there is no land under it
# Colours that a land has anyway.
_OWN_COLOURS = {
    "grass": "green", "forest": "green", "sea": "blue", "snow": "white", "underwater": "blue", "beach": "yellow white",
    "desert": "yellow orange", "night sky": "black blue", "sunset": "orange red", "space": "black",
}  # fmt: skip
_BOATS = frozenset("sailboat boat ship yacht canoe whale dolphin ferry sailboats boats ships".split())
_ROADS = {"street": "road"}  # what is said for a land that is left out
_PAINTED = 0.8  # of the land's colours, by one that is told


def is_place(said: str) -> bool:
    """Whether words say a land, a time, a season or a weather."""
    return ground_of([said])[0] is not None


def is_time(said: str) -> bool:
    """Whether words say a day, or a time of it, with what is told of it: "a windy day"."""
    return said.lower().split()[-1:] in (["day"], ["morning"], ["afternoon"], ["weather"], ["season"])


def usual_land(drawn: Sketch) -> str:
    """The land under what a prompt asks for, where only its sky is told: "sea" under boats, else "grass"."""
    return "sea" if any(mention.said.split()[-1] in _BOATS for mention in drawn.things) else "grass"


def told_of(drawn: Sketch, tokens: Sequence[Token]) -> list[str]:
    """The places of a prompt, each with the words before it that are told of nothing else: "calm", "pink"; these are
    then no words left over.

    Args:
        drawn: what the prompt asks for.
        tokens: its words with their roles.
    """
    found = []
    for said in drawn.places:
        start = said.at
        while start and tokens[start - 1].role in ("look", "colour", "size") and tokens[start - 1].head < 0:
            start -= 1
        words = [token.text for token in tokens[start : said.at]]
        drawn.others = [other for other in drawn.others if other not in (*words, " ".join(words))]
        found.append(" ".join([*words, said.text]))
    return found


def ground_of(
    places: Sequence[str], palette: Mapping[str, str] | None = None, land: str = "grass"
) -> tuple[Ground | None, list[str]]:
    """The ground of all that is said of a place, and what of it is not shown.

    Args:
        places: as they are said: "snow at night", "stormy sea".
        palette: names of colours and their values; a land, or a sky, is shown in one that is told of it.
        land: under a sky of which nothing else is told.

    Returns:
        A scenery; one with colours of its own where a time, a season or a weather is told of the land. A gradient
        where all is sky. None where nothing of it is known. Then the words that nothing was made of.
    """
    lands: list[str] = []
    told: list[str] = []
    rest: list[str] = []
    paints: dict[str, str] = {}
    for place in places:
        if (whole := scenery_and_rest(place)) and not whole[1] and whole[0] not in ("night sky", "sunset"):
            if not {*place.lower().split()} & {*_TIMES}:
                lands.append(whole[0])
                continue
        for part in filter(None, (part.strip() for part in _CUT.split(place.lower()))):
            part, own = _painted(part, palette or {})
            paints |= own
            _read(part, lands, told, rest)
    said = next((one for one in lands if one not in ("snow", "street")), None)
    said = said or next((one for one in lands if one != "snow"), lands[0] if lands else None)
    if said not in (None, "snow") and "snow" in lands:
        told.append("snow")
    rest += [_ROADS.get(other, other) for other in dict.fromkeys(lands) if other not in (said, "snow")]
    told = sorted({*told}, key=_ORDER.index)
    if "sky" in paints and said is None and not told:
        said = land
    ground = _coloured(_ground(said, told, land), paints, palette or {})
    if ground is None and any(_SKY & {*place.lower().split()} for place in places):
        ground = Ground("gradient", _BRIGHT)
    return ground, rest


def _painted(part: str, palette: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The words that are no colours, and what is said to have which: the "sky", or else the "land"."""
    words = part.split()
    colours = [word for word in words if word in palette]
    left = [word for word in words if word not in colours]
    if not colours or not left:
        return part, {}
    return " ".join(left), {"sky" if _SKY & {*left} else "land": colours[0]}


def _coloured(ground: Ground | None, paints: Mapping[str, str], palette: Mapping[str, str]) -> Ground | None:
    if ground is None or not paints or ground.name is None:
        return ground
    top, far, near, bottom = ground.bands
    if "sky" in paints:
        own = palette[paints["sky"]]
        top, far = mixed(top, own, _PAINTED), mixed(far, own, 0.4)
    if "land" in paints and paints["land"] not in _OWN_COLOURS.get(ground.name, "").split():
        own = palette[paints["land"]]
        near, bottom = mixed(near, own, _PAINTED), mixed(bottom, mixed(own, "#000000", 0.15), _PAINTED)
    bands = (top, far, near, bottom)
    return ground if bands == ground.bands else Ground("scene", bands, ground.name)


def _read(part: str, lands: list[str], told: list[str], rest: list[str]) -> None:
    """A land with what is told of it."""
    words = part.split()
    named = [word for word in words if word not in _TIMES]
    known = scenery_and_rest(" ".join(named)) if named else None
    if known is not None:
        name, left = known
        (told if name in ("night sky", "sunset") else lands).append(name)
    else:
        left = named
    told += [_TIMES[word] for word in words if word in _TIMES]
    if lone := " ".join(word for word in left if word not in _PLAIN):
        rest.append(lone)


def _ground(land: str | None, told: list[str], usual: str) -> Ground | None:
    """A land at a time."""
    if land is None:
        if not told:
            return None
        if lands := [_DEFAULT_LAND[one] for one in told if one in _DEFAULT_LAND]:
            land = lands[0]
            told = [one for one in told if _DEFAULT_LAND.get(one) != land or one == "autumn"]
        else:
            land = usual
    if land == "snow":
        told = [one for one in told if one != "snow"]
    if not told or land in _NO_SKY:
        return Ground("scene", name=land)
    top, far, near, bottom = SCENERY[land]
    for one in told:
        if one in ("night sky", "sunset") and land != "room":
            top, far = SCENERY[one][:2]
        elif one == "snow" and land != "room":
            (top, far), (near, bottom) = SCENERY["snow"][:2], _SNOWED
        elif one in _SKIES and land != "room":
            top, far = _SKIES[one]
        if one == "autumn" and land in ("grass", "forest", "street"):
            near, bottom = _FALLEN
        if one in _TINTS:
            tint, share = _TINTS[one]
            white = one == "night sky" and (land == "snow" or "snow" in told)
            share *= _SNOW_AT_NIGHT / 0.6 if white else 1
            near, bottom = mixed(near, tint, share), mixed(bottom, tint, share)
            if land == "room":
                top, far = mixed(SCENERY[land][0], tint, share), mixed(SCENERY[land][1], tint, share)
    return Ground("scene", (top, far, near, bottom), land)
