"""How the things of a prompt stand to each other: the words between them become relations of the scene."""

import re
from dataclasses import replace

from pipeline.language.english import singular
from pipeline.language.relations import INVERSES, relation_of
from pipeline.language.wording import CORNERS
from pipeline.scene.kinds import (
    is_alive,
    is_animal,
    is_container,
    is_held,
    is_landscape,
    is_seat,
    is_sky,
    kind_size,
    worn_at,
)
from pipeline.scene.notes import Note
from pipeline.scene.record import Relation, Thing
from pipeline.scene.sketch import Sketch

__all__ = ["WORN_AS", "at_its_place", "join_things"]

# What a name means where it is worn.
WORN_AS = {"bow": "ribbon", "glass": "glasses", "headset": "headphone", "shades": "sunglasses", "cap": "billed cap"}
_TOPPED = frozenset("cake cupcake sundae pudding pie muffin tart cheesecake shortcake".split())
_TOPPINGS = frozenset("candle cherry strawberry".split())  # what stands on these, not beside them
_FILLED = frozenset("vase basket flowerpot planter".split())  # what is with these is in them
_ROOMY = frozenset(
    "basket box crate bucket bathtub tub nest cart cage sleigh tank aquarium fishbowl pool".split()
)  # and so is who is with these
_HEAPED = frozenset("bowl box crate bucket jar bag sack barrel pan cart".split())  # and several that are with these
_LAID = frozenset("table desk shelf plate tray counter nightstand dresser cabinet saucer windowsill".split())
_LOAD = 1.0  # metres: what is with these stands on them if it is no longer
_FULL_OF = frozenset(("full of", "filled with", "containing", "overflowing with", "loaded with"))
_DRAWN_BY = frozenset("sleigh cart wagon carriage sled plow".split())  # what these pull is before it, not in it
_DRAW = frozenset("reindeer reindeers horse horses donkey ox oxen dogs huskies mule pony ponies".split())
_PUT_ON = ("head", "eyes", "whole head")  # where a pumpkin, or the sun, wears something, too
_NOT_PUT_ON = frozenset(
    "table desk shelf stand rack hook closet wardrobe bed chair bench sofa couch beach room shop store box bag basket "
    "suitcase drawer hanger mannequin wall door cushion pillow counter display case tray plate car truck".split()
)
# What is seen in the drawing of somebody anyway.
_SHOWN = {
    "person surfing": "surfboard surfboards board", "woman surfing": "surfboard board",
    "person biking": "bike bicycle", "person mountain biking": "bike bicycle",
    "person rowing boat": "boat rowboat oar",
    "skier": "ski skis", "snowboarder": "snowboard board", "person golfing": "club ball", "person in bed": "bed",
    "person taking bath": "bath bathtub tub", "person bouncing ball": "ball basketball", "horse racing": "horse",
    "person lifting weights": "weight weights barbell", "person juggling": "ball balls",
    "artist": "palette paintbrush",
}  # fmt: skip
_CANDLE = 0.5  # scale of a candle there
_ON_TREES = frozenset(
    "apple orange cherry lemon pear banana peach plum lime blossom flower bird heart ornament owl coconut".split()
)
_CARRIES = ("on", "sitting on", "riding")
_BY = ("under", "behind", "in front of", "next to")
_FLOATING = ("star", "heart", "note", "snowflake", "bubble", "butterfly")
_BETWEEN = ("between", "among", "amongst")
_IN_A_ROW = re.compile(
    r"\b(?:in|on) (?:a|one|a single) (?:row|line|queue)\b|\bside by side\b|\blined up\b"
    r"|\b(?:next to|beside) (?:each other|one another)\b"
)
_IN_A_COLUMN = re.compile(r"\bin (?:a|one|a single) column\b|\b(?:one )?above (?:the|each) other\b")
SURROUNDING = 6  # things that surround another, where no number is said
_SIDES = {
    "left": ("x", 0), "right": ("x", 1), "top": ("y", 0), "upper": ("y", 0), "bottom": ("y", 1), "lower": ("y", 1),
    "below": ("y", 1),
}  # fmt: skip


def join_things(
    things: list[Thing | None], drawn: Sketch, notes: list[Note], text: str = ""
) -> tuple[list[Thing], str]:
    """The things with their relations, and how those stand that have none.

    Args:
        things: one for each mention of the sketch; None for what is not drawn.
        drawn: the sketch.
        notes: what could not be understood is added.
        text: the prompt, lower case: "in a row".
    """
    things = _without_drawn(things, drawn, notes)
    kept = dict(enumerate(things))
    by_id = {thing.id: thing for thing in things if thing is not None}
    between = {subject for subject, _, words in drawn.relations if words.split()[-1] in _BETWEEN}
    for subject, target, words in drawn.relations:
        subject = _doer(subject, words, things, drawn)
        one, other = kept.get(subject), kept.get(target)
        if one is None or other is None or words.split()[-1] in _BETWEEN:
            continue
        kind = relation_of(words)
        if (
            kind in ("wearing", "holding")
            and _comes_after(subject, target, words, drawn)
            and _stands_alone(other, kind)
        ):
            continue
        if kind == "in" and not worn_at(drawn.things[target].said) and _wears_first(subject, target, words, drawn):
            continue  # "a girl in a dress, a basket and a dog"
        if kind is None:
            notes.append(Note("relation", words))
            kind = "next to"
        if words in _FULL_OF and is_container(one.said or one.name):
            kind, one, other = "in", other, one
        where = " ".join((*drawn.things[target].where, *drawn.things[subject].where))
        for said, stands in (("on top", "on"), ("inside", "in")):
            if kind == "with" and said in where:
                kind, one, other = stands, other, one
        placed, relation = _told(by_id[one.id], by_id[other.id], kind)
        if relation.kind == "on" and _tops(by_id[placed], by_id[relation.target]) and "candle" in by_id[placed].name:
            by_id[placed] = replace(by_id[placed], scale=_CANDLE)
        if kind == "surrounded by" and drawn.things[target].number is None:
            by_id[placed] = replace(by_id[placed], count=SURROUNDING)
        if not _set(by_id, placed, relation):
            notes.append(Note("relation", f"{one.name} {words} {other.name}"))
    for subject in between:
        others = [kept[at] for one, at, words in drawn.relations if one == subject and words.split()[-1] in _BETWEEN]
        if (middle := kept[subject]) is not None:
            _between(by_id, middle, [by_id[other.id] for other in others if other is not None])
            if len(others) == 1 and others[0] is not None and others[0].count > 2:  # "among planets"
                _set(by_id, others[0].id, Relation("around", middle.id))
    ordered = list(by_id.values())
    sides = {thing.id: mention.where for thing, mention in zip(things, drawn.things, strict=True) if thing is not None}
    arrangement = "single" if sum(thing.count for thing in ordered) < 2 else _arrangement(text)
    if not any(thing.relation for thing in ordered) and len(ordered) == 2:
        ordered, arrangement = _sided(ordered, sides, arrangement)
    return ordered, arrangement


def at_its_place(things: list[Thing | None], drawn: Sketch) -> list[Thing | None]:
    """The things; one alone goes where its side or corner says.

    Args:
        things: one for each mention of the sketch; None for what is not drawn.
        drawn: the sketch.
    """
    if sum(thing is not None for thing in things) != 1:
        return things
    at, alone = next((at, thing) for at, thing in enumerate(things) if thing is not None)
    words = " ".join(drawn.things[at].where).replace("upper", "top").replace("lower", "bottom").replace("-", " ")
    side = 0.39 if drawn.things[at].size != "large" else 0.5
    place = None
    for corner, (x, y) in CORNERS.items():
        if all(word in words.split() for word in corner.split()[2:4]):
            place = (x, y, side)
    if place is None:
        sides = {"left": (0.3, 0.5), "right": (0.7, 0.5), "top": (0.5, 0.3), "bottom": (0.5, 0.7)}
        place = next(((*sides[word], 0.5) for word in words.split() if word in sides), None)
    if place is not None and alone.count == 1:
        things[at] = replace(alone, place=place, scale=1.0)
    return things


def _arrangement(text: str) -> str:
    """How things stand that have no place; "grid" is what fills the picture."""
    return "row" if _IN_A_ROW.search(text) else "column" if _IN_A_COLUMN.search(text) else "grid"


def _comes_after(subject: int, target: int, words: str, drawn: Sketch) -> bool:
    """Whether another thing is told of the same words before: the dog of "wearing a hat and a dog"."""
    return any(one == subject and said == words and other < target for one, other, said in drawn.relations)


def _wears_first(subject: int, target: int, words: str, drawn: Sketch) -> bool:
    """Whether what is told of the same words before is worn."""
    before = [other for one, other, said in drawn.relations if one == subject and said == words and other < target]
    return any(worn_at(drawn.things[other].said) for other in before)


def _stands_alone(thing: Thing, kind: str | None) -> bool:
    """Whether somebody is neither worn nor held, as words say that are told of another thing, too."""
    name = thing.said or thing.name
    if kind not in ("wearing", "holding") or not is_alive(name):
        return False
    return not worn_at(name) and (kind == "wearing" or not is_animal(name))


def _doer(subject: int, words: str, things: list[Thing | None], drawn: Sketch) -> int:
    """ "a panda in a hoodie drinking tea": who does it is alive, and wears what stands between."""
    thing = things[subject]
    if relation_of(words) in _BY and thing is not None and is_held(thing.said or thing.name):
        held = [one for one, other, said in drawn.relations if other == subject and relation_of(said) == "holding"]
        return held[0] if held else subject  # "a girl reading a book under a tree"
    if (
        relation_of(words) not in ("holding", "wearing", "riding")
        or thing is None
        or not worn_at(thing.said or thing.name)
    ):
        return subject
    wearers = [one for one, other, _ in drawn.relations if other == subject and one != subject]
    alive = [one for one in wearers if (who := things[one]) is not None and is_alive(who.said or who.name)]
    return alive[0] if alive else subject


def _without_drawn(things: list[Thing | None], drawn: Sketch, notes: list[Note]) -> list[Thing | None]:
    """Without what the drawing of another shows already: "a lemonade with a straw", drawn as a cup with straw."""
    left: list[Thing | None] = list(things)
    for subject, target, words in drawn.relations:
        one, other = left[subject], left[target]
        if one is None or other is None:
            continue
        said = drawn.things[target].said
        if said.split()[-1] in _SHOWN.get(one.name, "").split() and other.count == 1 and not other.colour:
            left[target] = None
            continue
        if relation_of(words) != "with":
            continue
        if other.name == one.name and other.said != one.said and other.relation is None:  # "a pizza with pepperoni"
            left[target] = None
            continue
        if f" with {said} " in f"{one.name} " and other.relation is None:
            left[target] = None
            notes[:] = [note for note in notes if note.said != said]
    return left


def _is_room_for(said: str) -> bool:
    """Whether hats and glasses lie on it, or in it."""
    return said.split()[-1] in _NOT_PUT_ON or is_container(said) or is_seat(said) or is_landscape(said)


def _floats(thing: Thing) -> bool:
    """Several stars or hearts are all around whom they are with."""
    return thing.count > 1 and singular((thing.said or thing.name).split()[-1]) in _FLOATING


def _tops(one: Thing, other: Thing) -> bool:
    """Whether it is a candle and the other a cake."""
    said, other_said = one.said or one.name, other.said or other.name
    return singular(said.split()[-1]) in _TOPPINGS and other_said.split()[-1] in _TOPPED


def _told(subject: Thing, target: Thing, kind: str) -> tuple[str, Relation]:
    """Whose relation it is, and which: what is worn, held or around is placed by the one who has it."""
    said, object_said = subject.said or subject.name, target.said or target.name
    if kind == "on" and "cloud" in said.split() and not is_sky(object_said) and not is_landscape(object_said):
        return subject.id, Relation("above", target.id)  # "a cloud raining on a flower"
    if kind == "with" and worn_at(object_said) in _PUT_ON and not _is_room_for(said):
        return target.id, Relation("worn by", subject.id)
    if kind in ("in", "with", "wearing") and worn_at(object_said) and (kind == "wearing" or is_alive(said)):
        return target.id, Relation("worn by", subject.id)
    if kind == "wearing":
        return target.id, Relation("worn by", subject.id)
    if kind == "in" and worn_at(object_said) and not is_container(object_said):
        return target.id, Relation("worn by", subject.id)
    if kind == "holding" or (kind == "with" and is_held(object_said) and is_alive(said) and not _floats(target)):
        return target.id, Relation("held by", subject.id)
    if kind == "with" and said.split()[-1] in ("tree", "bush") and singular(object_said.split()[-1]) in _ON_TREES:
        return target.id, Relation("in", subject.id)
    if kind == "with":
        last, alive = said.split()[-1], is_alive(object_said)
        drawn = last in _DRAWN_BY and object_said.split()[-1] in _DRAW
        filled = last in _ROOMY and not drawn if alive else last in _FILLED or last in _HEAPED and target.count > 1
        on = _tops(target, subject) or last in _LAID and (not alive or is_held(object_said)) and _fits(object_said)
        return target.id, Relation("on" if on else "in" if filled else "with", subject.id)
    if kind == "surrounded by":
        return target.id, Relation("around", subject.id)
    if kind == "on" and worn_at(said) and is_alive(object_said):
        return subject.id, Relation("worn by", target.id)
    return subject.id, Relation(kind, target.id)


def _fits(name: str) -> bool:
    """Whether a thing is one to be laid on a table."""
    return not is_seat(name) and (kind_size(name) or _LOAD) <= _LOAD


def _set(by_id: dict[str, Thing], placed: str, relation: Relation) -> bool:
    """Give a thing its relation; where it has one, the other gets the inverse. False where neither can be."""
    for own, kind, target in (
        (placed, relation.kind, relation.target),
        (_support(by_id, placed, relation.kind), relation.kind, relation.target),
        (relation.target, INVERSES.get(relation.kind), placed),
    ):
        if kind is None or own is None or by_id[own].relation is not None or _leads(by_id, target, own):
            continue
        thing = by_id[own]
        if kind == "worn by" and thing.name in WORN_AS:
            thing = replace(thing, name=WORN_AS[thing.name], said=thing.said or thing.name)
        by_id[own] = replace(thing, relation=Relation(kind, target))
        return True
    return False


def _support(by_id: dict[str, Thing], own: str, kind: str) -> str | None:
    """What a thing is on: "a basket on a blanket under a tree"; None where it is on nothing."""
    relation = by_id[own].relation
    return relation.target if relation is not None and relation.kind in _CARRIES and kind in _BY else None


def _leads(by_id: dict[str, Thing], start: str, end: str) -> bool:
    """Whether the relations lead from one thing to another."""
    while start != end:
        relation = by_id[start].relation
        if relation is None:
            return False
        start = relation.target
    return True


def _between(by_id: dict[str, Thing], middle: Thing, others: list[Thing]) -> None:
    """One on each side; of two alike, one each."""
    if len(others) == 1 and others[0].count == 2:
        twin = replace(others[0], count=1)
        own = f"{twin.id}-2"
        if own in by_id:
            return
        by_id[twin.id], by_id[own] = twin, replace(twin, id=own)
        others = [twin, by_id[own]]
    if len(others) == 1 and others[0].count > 2:
        return
    for kind, other in zip(("left of", "right of"), others, strict=False):
        _set(by_id, other.id, Relation(kind, middle.id))


def _sided(ordered: list[Thing], sides: dict[str, list[str]], arrangement: str) -> tuple[list[Thing], str]:
    """Two things by the sides that are told of them."""
    told = {}
    for thing in ordered:
        words = " ".join(sides[thing.id]).replace("-", " ").split()
        told[thing.id] = next((_SIDES[word] for word in words if word in _SIDES), None)
    first, second = (told[thing.id] for thing in ordered)
    axis = (first or second or ("x", 0))[0]
    turned = (first is not None and first[1] == 1) or (first is None and second is not None and second[1] == 0)
    if first is None and second is None:
        return ordered, arrangement
    pair = ordered[::-1] if turned else ordered
    kind = "right of" if axis == "x" else "under"
    return [pair[0], replace(pair[1], relation=Relation(kind, pair[0].id))], "single"
