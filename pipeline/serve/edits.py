"""What the page asks to be changed in a picture -> operations for its recipe (``pipeline.scene.edit``).

    edits = change(drawn, {"do": "place", "thing": "cat", "place": [0.3, 0.6, 0.4], "turn": 15, "mirror": False})
    recipe = replace(drawn.recipe, edits=edits)

Before the first change everything that stands by itself is given the place that it has, so that no change moves
anything else.
"""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipeline.language.styles import BACKGROUNDS
from pipeline.recipe import FIELDS, MAX_SEED, SCHEMA, Recipe
from pipeline.scene.colours import colour_hex
from pipeline.scene.edit import edit, operation, pinned
from pipeline.scene.ids import free_id
from pipeline.serve.drawn import Drawn

if TYPE_CHECKING:
    from pipeline.scene.compose import Placement
    from pipeline.scene.record import Scene, Thing
    from pipeline.scene.wish import Wish

__all__ = ["CHANGES", "change", "edited", "look_of", "things_of"]

_SETS = ("place", "colour", "style", "again", "replace")  # the last of them counts, of one thing
_SETS_ALL = ("ground", "outline", "shadow", "letter")  # and of these, of the picture


def things_of(drawn: Drawn) -> list[dict[str, Any]]:
    """What stands in the picture, from the back to the front, as the page is told: key, name, place and looks."""
    if drawn.scene is None or drawn.standing is None:
        return []
    rows = []
    for key, place in zip(drawn.standing.keys, drawn.standing.placements, strict=True):
        thing = drawn.scene.thing(key.split("#")[0])
        rows.append(
            {
                "id": key, "name": thing.said or thing.name, "x": place.x, "y": place.y, "side": place.side,
                "turn": _wrapped(place.turn), "mirror": place.mirror, "style": thing.style,
                "colour": None if thing.colour is None else colour_hex(thing.colour, BACKGROUNDS),
                "named": thing.colour if thing.colour in BACKGROUNDS else None,
            }
        )  # fmt: skip
    return rows


def look_of(drawn: Drawn) -> dict[str, Any] | None:
    """What is around and on the things, as the page's fields say it; None of a picture that cannot be changed."""
    if drawn.scene is None or drawn.standing is None:
        return None
    scene, edge, text = drawn.scene, drawn.scene.outline, drawn.scene.lettering
    ground = scene.ground
    names = {value: name for name, value in BACKGROUNDS.items()}
    parts = [] if ground is None else [ground.kind, ground.name or "|".join(names.get(c, c) for c in ground.colours)]
    return {
        "ground": "|".join(filter(None, parts)),
        "ground_colour": colour_hex(ground.colours[0], BACKGROUNDS) if ground and ground.colours else "#ffffff",
        "outline": edge.width if edge else 0,
        "outline_colour": colour_hex(edge.colour if edge else "#ffffff", BACKGROUNDS),
        "most": max(edge.width if edge else 0, min(scene.width, scene.height) // 12),
        "shadow": scene.shadow,
        "letter": text.text if text else "",
        "form": text.form if text else "straight",
        "where": text.place if text else "bottom",
        "letter_colour": colour_hex(text.colour if text else "#111111", BACKGROUNDS),
    }


def edited(recipe: Recipe, edits: tuple[str, ...]) -> Recipe:
    """A recipe with edits, of today's schema; one from before variety was told keeps the typical drawing."""
    typical = {"variety": 0.0} if recipe.schema < FIELDS["variety"].since else {}
    return replace(recipe, schema=SCHEMA, edits=edits, **typical)


def change(
    drawn: Drawn,
    asked: Mapping[str, Any],
    *,
    seed: int = 0,
    wish: "Callable[[str, Scene, str], Wish] | None" = None,
) -> tuple[str, ...]:
    """The operations of the picture after one more change.

    Args:
        drawn: the picture.
        asked: ``do`` is one of `CHANGES` or "words", the rest its arguments.
        seed: for what is drawn anew.
        wish: reads words, of a scene and of the thing that is picked (``pipeline.scene.wish``).

    Raises:
        ValueError: there is no such change or thing, an argument is missing or wrong, or words are not understood.
    """
    if drawn.scene is None or drawn.standing is None:
        raise ValueError("This picture has no things that could be changed. Draw one from words first.")
    ids = [key.split("#")[0] for key in drawn.standing.keys]
    pins = pinned(drawn.scene, drawn.standing.placements, ids)
    scene = edit(drawn.scene, pins)
    seen: dict[str, Placement] = {}  # from the back to the front, once groups are split
    for key, placement in zip(drawn.standing.keys, drawn.standing.placements, strict=True):
        seen.setdefault(_thing(scene, drawn, key).id, placement)
    change = {name: value for name, value in asked.items() if name != "do"} | {
        "seed": seed,
        "wish": wish,
        "seen": seen,
    }
    if "thing" in change:
        change["thing"] = _thing(scene, drawn, str(change["thing"]))
    do = asked.get("do")
    if do not in CHANGES:
        raise ValueError(f"`do` takes one of {', '.join(CHANGES)}, got {do!r}.")
    try:
        new = CHANGES[do](scene, change)
    except KeyError as error:
        raise ValueError(f"The change {do!r} needs {error.args[0]!r}.") from error
    except TypeError as error:
        raise ValueError(f"The change {do!r} has an argument of a wrong type: {error}.") from error
    if not new:
        return drawn.recipe.edits
    new = _at_its_depth(scene, new, list(change["seen"]))
    edit(scene, new)  # refused here, not when it is drawn
    return _shorter((*drawn.recipe.edits, *pins, *new))


def _thing(scene: "Scene", drawn: Drawn, key: str) -> "Thing":
    """The thing that a key means, once groups are split: copies follow each other."""
    id, _, number = key.partition("#")
    if not number or drawn.scene is None or drawn.scene.thing(id).count == 1:
        return scene.thing(id)
    at = scene.things.index(scene.thing(id)) + (int(number) - 1 if number.isdigit() else 0)
    return scene.things[min(at, len(scene.things) - 1)]


def _place(scene: "Scene", change: dict) -> list[str]:
    thing, (x, y, side) = change["thing"], change["place"]
    moved = thing.place is None or any(abs(a - b) > 1e-4 for a, b in zip(thing.place, (x, y, side), strict=True))
    new = [operation("place", thing.id, float(x), float(y), float(side))] if moved else []
    turn = _wrapped(float(change.get("turn", thing.turn)) - thing.turn)
    new += [operation("turn", thing.id, round(turn, 2))] if abs(turn) > 0.05 else []
    before = change["seen"][thing.id].mirror if thing.looks and thing.id in change["seen"] else thing.mirror
    return new + ([operation("mirror", thing.id)] if bool(change.get("mirror", before)) != before else [])


def _placed(thing: "Thing", placement: "Placement") -> str:
    return operation("place", thing.id, float(placement.x), float(placement.y), float(placement.side))


def _root(scene: "Scene", id: str) -> str:
    """The thing whose place a thing's own follows from: itself, or what it stands by, and so on."""
    thing = scene.thing(id)
    return id if thing.place is not None or thing.relation is None else _root(scene, thing.relation.target)


def _leads(scene: "Scene", id: str, to: str) -> bool:
    """Whether a thing is another, or stands by it."""
    thing = scene.thing(id)
    if id == to or thing.place is not None or thing.relation is None:
        return id == to
    return _leads(scene, thing.relation.target, to)


def _at_its_depth(scene: "Scene", new: list[str], seen: list[str]) -> list[str]:
    """The operations, so that what stood by another thing and gets a place stays before it, or behind it."""
    kept = []
    for text in new:
        verb, *words = shlex.split(text)
        thing = scene.thing(words[0]) if verb == "place" and words[0] in seen else None
        if thing is not None and thing.place is None and thing.relation is not None:
            target = thing.relation.target
            way = "over" if target not in seen or seen.index(thing.id) > seen.index(target) else "under"
            kept.append(operation("order", thing.id, way, _root(scene, target)))
        kept.append(text)
    return kept


def _colour(scene: "Scene", change: dict) -> list[str]:
    colour = change["colour"]
    return [operation("colour", change["thing"].id, _known(colour) if colour else "none")]


def _style(scene: "Scene", change: dict) -> list[str]:
    return [operation("style", change["thing"].id, change["style"] or "none")]


def _reroll(scene: "Scene", change: dict) -> list[str]:
    return [operation("again", change["thing"].id, change["seed"] % (MAX_SEED + 1))]


def _replace(scene: "Scene", change: dict) -> list[str]:
    """By what the words name: read as if it were to be added, for its name and colour."""
    found, id, renamed = _wish(scene, change, f"add {change['name']}"), change["thing"].id, []
    for text in found:
        verb, *words = shlex.split(text)
        if verb == "add":
            renamed = [operation("replace", id, words[1]), *renamed]
        elif verb == "colour" and renamed:
            renamed.append(operation("colour", id, words[1]))
    return renamed or found


def _order(scene: "Scene", change: dict) -> list[str]:
    """Past the next thing that is seen before or behind it; what stands by another thing is given its place first."""
    thing, seen, front = change["thing"], change["seen"], change["by"] > 0
    roots = {one.id: _root(scene, one.id) for one in scene.things}
    at = list(seen).index(thing.id)
    beyond = list(seen)[at + 1 :] if front else list(seen)[:at][::-1]
    others = [roots[one] for one in beyond if not _leads(scene, roots[one], thing.id)]
    if not others:
        return []
    own = [] if roots[thing.id] == thing.id else [_placed(thing, seen[thing.id])]
    return [*own, operation("order", thing.id, "over" if front else "under", others[0])]


def _copy(scene: "Scene", change: dict) -> list[str]:
    return [operation("copy", change["thing"].id)]


def _remove(scene: "Scene", change: dict) -> list[str]:
    return [operation("remove", change["thing"].id)]


def _ground(scene: "Scene", change: dict) -> list[str]:
    return [operation("ground", *str(change["ground"]).split("|"))]


def _outline(scene: "Scene", change: dict) -> list[str]:
    width = int(change["outline"])
    return [operation("outline", width, _known(change.get("colour") or "#ffffff")) if width else "outline none"]


def _shadow(scene: "Scene", change: dict) -> list[str]:
    return [operation("shadow", "on" if change["shadow"] else "off")]


def _letter(scene: "Scene", change: dict) -> list[str]:
    text = str(change["letter"]).strip()
    if not text or text == "none":
        return ["letter none"]
    colour = _known(change.get("colour") or "#111111")
    edge = "#ffffff" if _light(colour) < 0.6 else "#111111"  # letters stand out from whatever is behind them
    text = text.replace("\n", "\\n")  # one line of the recipe
    return [operation("letter", text, change.get("form", "straight"), change.get("where", "bottom"), colour, edge)]


def _upload(scene: "Scene", change: dict) -> list[str]:
    """A cut-out of the visitor's own, in the middle."""
    id = free_id("photo", {thing.id for thing in scene.things})
    return [operation("upload", id, change["hash"], "photo"), operation("place", id, 0.5, 0.5, 0.5)]


def _known(colour: str) -> str:
    """A colour that somebody knows; any other is refused now."""
    colour_hex(colour, BACKGROUNDS)
    return colour


def _light(colour: str) -> float:
    """How light a colour is, 0 to 1 (Rec. 601)."""
    value = colour_hex(colour, BACKGROUNDS)
    return sum(part * int(value[at : at + 2], 16) for part, at in ((0.299, 1), (0.587, 3), (0.114, 5))) / 255


def _words(scene: "Scene", change: dict) -> list[str]:
    return _wish(scene, change, str(change["text"]))


def _wish(scene: "Scene", change: dict, words: str) -> list[str]:
    wish = change["wish"](words, scene, change["thing"].id if "thing" in change else "")
    if not wish.operations:
        raise ValueError(wish.sentence or f"This was not understood: {words}. Say it like: make the hat blue.")
    return list(wish.operations)


CHANGES: dict[str, Callable[["Scene", dict], list[str]]] = {
    "place": _place,
    "colour": _colour,
    "style": _style,
    "reroll": _reroll,
    "replace": _replace,
    "order": _order,
    "duplicate": _copy,
    "remove": _remove,
    "ground": _ground,
    "outline": _outline,
    "shadow": _shadow,
    "letter": _letter,
    "upload": _upload,
    "words": _words,
}


def _shorter(operations: tuple[str, ...]) -> tuple[str, ...]:
    """Without what the last operation makes void: dragging a thing ten times is one place."""
    *before, last = operations
    verb, *words = shlex.split(last)
    while before and verb in (*_SETS, *_SETS_ALL):
        earlier, *named = shlex.split(before[-1])
        if earlier != verb or verb in _SETS and named[0] != words[0]:
            break
        before.pop()
    return (*before, last)


def _wrapped(turn: float) -> float:
    """Degrees in (-180, 180]."""
    return 180 - (180 - turn) % 360
