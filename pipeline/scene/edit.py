"""Changing a scene: operations that are short texts, so that a recipe and a link can carry them.

    scene = edit(scene, "colour hat blue")
    scene = edit(scene, 'letter "Happy Birthday" arched top')

Every operation gives a new scene; what it does not name stays as it is. ``VERBS`` says what there is.
"""

import inspect
import shlex
from collections.abc import Callable, Sequence
from dataclasses import replace

from pipeline.scene.compose import Placement
from pipeline.scene.ids import free_id
from pipeline.scene.record import Ground, Lettering, Outline, Relation, Scene, Thing

__all__ = ["VERBS", "edit", "operation", "pinned"]

_STEP = 0.07  # how far a copy stands from what it is a copy of, of the picture's sides


def operation(verb: str, *words: object) -> str:
    """An operation as text: words with blanks are quoted, numbers keep every digit."""
    return shlex.join([verb, *(repr(float(word)) if isinstance(word, float) else str(word) for word in words)])


def edit(scene: Scene, operations: str | Sequence[str]) -> Scene:
    """A changed scene.

    Args:
        scene: as it is.
        operations: one, or several in their order.

    Raises:
        ValueError: there is no such operation or thing, or the change makes no scene; the message says what there is.
    """
    for text in [operations] if isinstance(operations, str) else operations:
        try:
            verb, *words = shlex.split(text)
        except ValueError as error:
            raise ValueError(
                f"`operation` must be words, quoted where they hold blanks, got {text[:60]!r}."
            ) from error
        if verb not in VERBS:
            raise ValueError(f"`operation` must begin with one of {', '.join(VERBS)}; got {verb!r}.")
        usage, change = VERBS[verb]
        try:
            inspect.signature(change).bind(scene, *words)
        except TypeError as error:
            raise ValueError(f"`operation` {verb!r} is written {usage!r}, got {text[:60]!r}.") from error
        scene = change(scene, *words)
    return scene


def pinned(scene: Scene, placements: Sequence[Placement], ids: Sequence[str]) -> list[str]:
    """Operations that give everything that stands by itself the place that it has: moving one then moves no other.

    Args:
        scene: as it is.
        placements, ids: what ``layout`` says of it.
    """
    found = []
    targets = {thing.relation.target for thing in scene.things if thing.relation is not None}
    for thing in scene.things:
        if thing.place is not None or thing.relation is not None:
            continue
        own = [place for place, id in zip(placements, ids, strict=True) if id == thing.id and place.top == 0]
        if thing.count > 1 and thing.id in targets:
            continue  # the group stays a group
        names = [thing.id]
        if thing.count > 1:
            found.append(operation("split", thing.id))
            names = _copies(scene, thing)
        found += [
            operation("place", name, float(place.x), float(place.y), float(place.side))
            for name, place in zip(names, own, strict=True)
        ]
    return found


def _with(scene: Scene, id: str, **changes) -> Scene:
    scene.thing(id)
    return replace(
        scene, things=tuple(replace(thing, **changes) if thing.id == id else thing for thing in scene.things)
    )


def _number(name: str, word: str) -> float:
    try:
        return float(word)
    except ValueError as error:
        raise ValueError(f"`{name}` must be a number, got {word!r}.") from error


def _whole(name: str, word: str) -> int:
    try:
        return int(word)
    except ValueError as error:
        raise ValueError(f"`{name}` must be a whole number, got {word!r}.") from error


def _copies(scene: Scene, thing: Thing) -> list[str]:
    """The ids that its copies get when it is split."""
    names = [thing.id]
    for _ in range(thing.count - 1):
        names.append(free_id(thing.id, {*names, *(other.id for other in scene.things)}))
    return names


def _place(scene: Scene, id: str, x: str, y: str, side: str) -> Scene:
    return _with(scene, id, place=(_number("x", x), _number("y", y), _number("side", side)))


def _move(scene: Scene, id: str, right: str, down: str) -> Scene:
    thing = scene.thing(id)
    if thing.place is None:
        raise ValueError(f"{id!r} has no place of its own yet. Use `place {id} X Y SIDE`.")
    x, y, side = thing.place
    x, y = (min(max(one, -0.5), 1.5) for one in (x + _number("right", right), y + _number("down", down)))
    return _with(scene, id, place=(x, y, side))


def _size(scene: Scene, id: str, factor: str) -> Scene:
    thing, by = scene.thing(id), _number("factor", factor)
    if not by > 0:
        raise ValueError(f"`factor` must be above 0, got {factor}.")
    if thing.place is not None:
        x, y, side = thing.place
        return _with(scene, id, place=(x, y, min(max(side * by, 0.02), 2.0)))
    return _with(scene, id, scale=min(max(thing.scale * by, 0.1), 8.0))


def _turn(scene: Scene, id: str, degrees: str) -> Scene:
    turn = (scene.thing(id).turn + _number("degrees", degrees)) % 360
    return _with(scene, id, turn=turn)


def _mirror(scene: Scene, id: str) -> Scene:
    return _with(scene, id, mirror=not scene.thing(id).mirror)


def _look(scene: Scene, id: str, side: str) -> Scene:
    """To the left or to the right, as far as its drawing is seen from the side."""
    return _with(scene, id, looks=None if side == "none" else side, mirror=False)


def _colour(scene: Scene, id: str, colour: str) -> Scene:
    return _with(scene, id, colour=None if colour == "none" else colour)


def _part(scene: Scene, id: str, part: str, colour: str) -> Scene:
    parts = {own: told for own, told in scene.thing(id).part_colours.items() if own != part}
    return _with(scene, id, part_colours=parts if colour == "none" else {**parts, part: colour})


def _face(scene: Scene, id: str, expression: str) -> Scene:
    return _with(scene, id, expression=None if expression == "none" else expression)


def _style(scene: Scene, id: str, style: str) -> Scene:
    own = None if style == "none" else style
    if id == "all":
        things = (replace(thing, style=own if thing.upload else None) for thing in scene.things)
        return replace(scene, style=own, things=tuple(things))
    return _with(scene, id, style=own)


def _replace(scene: Scene, id: str, name: str) -> Scene:
    return _with(scene, id, name=name, said=None, colour=None, part_colours={}, upload=None)


def _remove(scene: Scene, id: str) -> Scene:
    gone = scene.thing(id)
    kept = []
    for thing in scene.things:
        if thing.id == id:
            continue
        if thing.relation is not None and thing.relation.target == id:
            thing = replace(thing, relation=gone.relation)
        kept.append(thing)
    return replace(scene, things=tuple(kept), arrangement=_arrangement(kept, scene.arrangement))


def _arrangement(things: Sequence[Thing], before: str) -> str:
    total = sum(thing.count for thing in things)
    if total < 2:
        return "single"
    return before if before != "single" else "grid"


def _copy(scene: Scene, id: str) -> Scene:
    thing = scene.thing(id)
    place = thing.place and (min(thing.place[0] + _STEP, 1.5), min(thing.place[1] + _STEP, 1.5), thing.place[2])
    copy = replace(thing, id=free_id(id, {other.id for other in scene.things}), place=place)
    things = list(scene.things)
    things.insert(things.index(thing) + 1, copy)
    return replace(scene, things=tuple(things), arrangement=_arrangement(things, scene.arrangement))


def _split(scene: Scene, id: str) -> Scene:
    thing = scene.thing(id)
    copies = [replace(thing, id=own, count=1) for own in _copies(scene, thing)]
    at = scene.things.index(thing)
    return replace(scene, things=(*scene.things[:at], *copies, *scene.things[at + 1 :]))


def _count(scene: Scene, id: str, number: str) -> Scene:
    scene = _with(scene, id, count=_whole("number", number))
    return replace(scene, arrangement=_arrangement(scene.things, "single" if scene.placed < 2 else scene.arrangement))


def _again(scene: Scene, id: str, seed: str) -> Scene:
    return _with(scene, id, seed=_whole("seed", seed))


def _ordered(scene: Scene, id: str, way: str, other: str | None = None) -> Scene:
    thing, things = scene.thing(id), list(scene.things)
    at = things.index(thing)
    things.remove(thing)
    to = {"front": len(things), "back": 0, "forward": at + 1, "backward": max(0, at - 1)}
    if other is not None:
        beside = scene.thing(other)
        if beside not in things or way not in ("over", "under"):
            raise ValueError(f"`order` takes over or under another thing, got {way!r} {other!r}.")
        to = {way: things.index(beside) + (way == "over")}
    if way not in to:
        raise ValueError(f"`order` takes front, back, forward or backward, got {way!r}.")
    things.insert(to[way], thing)
    return replace(scene, things=tuple(things))


def _add(scene: Scene, id: str, name: str, kind: str | None = None, target: str | None = None) -> Scene:
    if (kind is None) != (target is None):
        raise ValueError("`add` takes a relation and the thing that it leads to, or neither.")
    relation = None if kind is None or target is None else Relation(kind, target)
    things = (*scene.things, Thing(id, name, relation=relation))
    return replace(scene, things=things, arrangement=_arrangement(things, scene.arrangement))


def _upload(scene: Scene, id: str, hash: str, name: str = "picture") -> Scene:
    """A cut-out that was uploaded, as a new thing or in the place of one."""
    if any(thing.id == id for thing in scene.things):
        return _with(scene, id, upload=hash, name=name, said=None, colour=None, part_colours={})
    things = (*scene.things, Thing(id, name, upload=hash))
    return replace(scene, things=things, arrangement=_arrangement(things, scene.arrangement))


def _front(scene: Scene, hash: str) -> Scene:
    return replace(scene, front=None if hash == "none" else hash)


def _relate(scene: Scene, id: str, kind: str, target: str | None = None) -> Scene:
    relation = None if kind == "none" else Relation(kind, target or "")
    return _with(scene, id, relation=relation, place=None)


def _ground(scene: Scene, kind: str, *words: str) -> Scene:
    if kind == "open":
        return replace(scene, ground=None)
    if kind in ("scene", "picture") and len(words) == 1:
        return replace(scene, ground=Ground(kind, name=words[0]))
    if kind == "scene" and words:
        return replace(scene, ground=Ground(kind, words[1:], words[0]))
    return replace(scene, ground=Ground(kind, words))


def _canvas(scene: Scene, width: str, height: str) -> Scene:
    """Another size; what has a place keeps its size in pixels and its place from the middle."""
    wide, high = _whole("width", width), _whole("height", height)
    old, new = min(scene.width, scene.height), min(wide, high)
    things = []
    for thing in scene.things:
        if thing.place is not None:
            x, y, side = thing.place
            moved = ((x - 0.5) * scene.width / wide + 0.5, (y - 0.5) * scene.height / high + 0.5, side * old / new)
            thing = replace(thing, place=moved)
        things.append(thing)
    return replace(scene, width=wide, height=high, things=tuple(things))


def _letter(scene: Scene, text: str, form: str = "straight", place: str = "bottom", colour: str = "#111111",
            outline: str = "#ffffff", size: str | None = None) -> Scene:  # fmt: skip
    if text == "none":
        return replace(scene, lettering=None)
    edge = None if outline == "none" else outline
    high = None if size is None else _number("size", size)
    return replace(scene, lettering=Lettering(text.replace("\\n", "\n"), form, place, colour, edge, high))


def _outline(scene: Scene, width: str, colour: str = "#ffffff") -> Scene:
    return replace(scene, outline=None if width == "none" else Outline(_whole("width", width), colour))


def _weather(scene: Scene, kind: str) -> Scene:
    return replace(scene, weather=None if kind == "none" else kind)


def _shadow(scene: Scene, state: str) -> Scene:
    if state not in ("on", "off"):
        raise ValueError(f"`shadow` takes on or off, got {state!r}.")
    return replace(scene, shadow=state == "on")


# Verb -> how it is written, and what it does.
VERBS: dict[str, tuple[str, Callable[..., Scene]]] = {
    "place": ("place ID X Y SIDE", _place),
    "move": ("move ID RIGHT DOWN", _move),
    "size": ("size ID FACTOR", _size),
    "turn": ("turn ID DEGREES", _turn),
    "mirror": ("mirror ID", _mirror),
    "look": ("look ID left|right|none", _look),
    "order": ("order ID front|back|forward|backward | order ID over|under ID", _ordered),
    "colour": ("colour ID COLOUR|none", _colour),
    "part": ("part ID PART COLOUR|none", _part),
    "face": ("face ID EXPRESSION|none", _face),
    "style": ("style ID|all STYLE|none", _style),
    "replace": ("replace ID NAME", _replace),
    "remove": ("remove ID", _remove),
    "copy": ("copy ID", _copy),
    "split": ("split ID", _split),
    "count": ("count ID NUMBER", _count),
    "again": ("again ID SEED", _again),
    "add": ("add ID NAME [RELATION ID]", _add),
    "upload": ("upload ID HASH [NAME]", _upload),
    "relate": ("relate ID RELATION|none [ID]", _relate),
    "ground": ("ground colour C | gradient C C | transparent | scene NAME [C C C C] | picture HASH | open", _ground),
    "canvas": ("canvas WIDTH HEIGHT", _canvas),
    "letter": ("letter TEXT|none [FORM PLACE COLOUR OUTLINE SIZE]", _letter),
    "outline": ("outline WIDTH|none [COLOUR]", _outline),
    "weather": ("weather rain|snow|none", _weather),
    "shadow": ("shadow on|off", _shadow),
    "front": ("front HASH|none", _front),
}
