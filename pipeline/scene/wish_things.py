"""Wishes about what stands in a picture: more of it, fewer, something else, something new and where it goes."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.language.relations import number_of, relation_of, scenery_of
from pipeline.language.syntax import plain_language
from pipeline.scene.ids import free_id
from pipeline.scene.kinds import is_alive, is_flying, is_held, kind_size, worn_at
from pipeline.scene.meant import meant
from pipeline.scene.notes import Note
from pipeline.scene.parse import SceneReader
from pipeline.scene.record import Scene, Thing
from pipeline.scene.wish_moves import relate
from pipeline.scene.wish_room import free_place, make_room, stand_behind
from pipeline.scene.wish_where import taken_apart

if TYPE_CHECKING:
    from pipeline.scene.wish import Reading

__all__ = ["ThingWishes"]

_EACH = re.compile(
    r"^(?:both|each|every|all|them|everyone|everybody)\b(?: of)?(?: them| the)?(?: both| all)?(?: one)?", re.IGNORECASE
)
_LARGE = 4.0  # metres: several things of that size are added behind the others
_SURROUNDING = 6  # of what is all around one
_VAGUE = frozenset("some several few many".split())  # tell no number
_EVERYWHERE = 5  # of what is all around the picture
_BELOW = ("on", "in", "inside", "riding", "sitting on", "coming out of")  # of these the other thing is seen below
_SIDE = re.compile(r"(?:the )?(?:very |far )?(?:left|right|top|bottom|middle|cent(?:er|re))\b", re.IGNORECASE)
_DEEDS = {
    "wear": "worn by", "hold": "held by", "carry": "held by", "ride": "riding", "ride on": "riding",
    "sit on": "sitting on",
    "hang on": "hanging from", "hang in": "hanging from", "hang from": "hanging from",
}  # fmt: skip


class ThingWishes:
    """One method for each kind of wish; False lets the next pattern try.

    Args:
        reader: reads the things that are to come.
    """

    def __init__(self, reader: SceneReader):
        self.reader = reader

    def _each(self, words: str, reading: "Reading", change: Callable[[Thing], object], *, quiet: bool = False) -> bool:
        found = reading.meant(words)
        if not found:
            if not quiet:
                reading.notes.append(Note("absent", words))
            return not quiet
        for thing in found:
            change(thing)
        return True

    def _replace(self, match: re.Match, reading: "Reading") -> bool:
        found = reading.meant(match[1])
        ground = reading.scene.ground
        if not found and ground is not None and ground.kind == "scene":  # "replace the park with a beach"
            other = scenery_of(match[2].lower())
            if other is not None and scenery_of(match[1].lower()) == ground.name:
                reading.do("ground", "scene", other)
                return True
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

    def _things(self, words: str, reading: "Reading") -> list[Thing]:
        parsed = self.reader.parse(words, seed=reading.seed)
        reading.notes += [note for note in parsed.notes if note.kind != "nothing"]
        return list(parsed.scene.things)

    def _relate(self, match: re.Match, reading: "Reading") -> bool:
        found, others = reading.meant(match[1]), reading.meant(match[3])
        kind = relation_of(match[2])
        if found and not others and kind and re.match(r"(?:an?|some|my)\s", match[3], re.IGNORECASE):
            return self._onto(found, kind, match[3], reading)
        if not found and kind and match[3].lower() in ("it", "him", "her", "this", "that"):
            return self._put_new(match[1], kind, others, reading)
        if not found or len(others) != 1 or kind is None or others[0] in found:
            return False
        for thing in found:
            relate(thing, kind, others[0], reading)
        return True

    def _put_new(self, words: str, kind: str, others: list[Thing], reading: "Reading") -> bool:
        """ "put five candles on it"."""
        rooted = [one for one in others if one.relation is None or one.relation.kind not in ("worn by", "held by")]
        things = self._things(words, reading) if len(rooted) == 1 else []
        for thing in things:
            worn = worn_at(thing.said or thing.name) and kind == "on"
            reading.do("relate", self._new(thing, reading), "worn by" if worn else kind, rooted[0].id)
        return bool(things)

    def _onto(self, found: list[Thing], kind: str, words: str, reading: "Reading") -> bool:
        """ "put the cat on a table": a new thing, for those that are there."""
        if not (things := self._things(words, reading)):
            return False
        new = self._new(things[0], reading)
        if (place := found[0].place) is not None and kind in _BELOW:
            x, y, side = place
            reading.do("place", new, x, min(0.8, y + 0.3 * side), min(1.0, 1.2 * side))
        elif place is not None:
            reading.do("place", new, *free_place(things[0].name, reading))
        for thing in found:
            reading.do("relate", thing.id, kind, new)
        return True

    def _add(self, match: re.Match, reading: "Reading") -> bool:
        """Read in one breath with what is there, so that the words between lead somewhere."""
        said, where, spot, owner = taken_apart(match[1], reading)
        plain = plain_language(said, seed=reading.seed)
        words = plain.text
        receiver = re.match(r"give\s+(the \w+)\s", match[0], re.IGNORECASE)
        things = self._things(words, reading)
        if not things:
            return False
        ids: dict[str, str] = {}
        before = {thing.id for thing in reading.scene.things}
        owners = reading.meant(owner or "it")
        for thing in things:
            old = self._there(thing, words, reading.scene)
            ids[thing.id] = old.id if old else self._new(thing, reading)
        for thing in things:
            if thing.relation is not None and ids[thing.id] != ids[thing.relation.target]:
                reading.do("relate", ids[thing.id], thing.relation.kind, ids[thing.relation.target])
        self._alike(ids, reading)
        if receiver or re.match(r"give (?:it|him|her|them)\b", match[0], re.IGNORECASE):
            self._hand(things, ids, receiver, reading)
        new = [own for own in ids.values() if own not in before]
        told = number_of(words.split()[:1]) is not None and words.split()[0].lower() not in _VAGUE
        if where in ("on", "held by"):
            self._on_body(new, where, owners, reading)
        elif where == "around" and len(owners) == 1:
            for thing in (reading.scene.thing(own) for own in new):
                if thing.count <= 3 and not told:
                    reading.do("count", thing.id, _SURROUNDING)
                reading.do("relate", thing.id, "around", owners[0].id)
        else:
            if where == "around" and not told:
                for thing in (reading.scene.thing(own) for own in new):
                    reading.do("count", thing.id, max(_EVERYWHERE, thing.count))
            self._put_on(new, reading)
        for own in new:
            self._stand(own, reading, where, spot)
        if plain.lettering:  # "a sign that says Go"
            reading.do("letter", plain.lettering.split("\n")[0])
        return True

    def _on_body(self, new: list[str], where: str, owners: list[Thing], reading: "Reading") -> None:
        """ "a bird on its head", "a surfboard on the roof": of who is meant, or of the first that lives."""
        owners = [one for one in owners if one.id not in new and one.place is not None] or owners
        owners = sorted(owners, key=lambda one: not is_alive(one.said or one.name))
        for thing in (reading.scene.thing(own) for own in new):
            if owners and thing.relation is None:
                kind = "worn by" if worn_at(thing.said or thing.name) and where == "on" else where
                reading.do("relate", thing.id, kind, owners[0].id)

    def _add_to(self, match: re.Match, reading: "Reading") -> bool:
        """ "add a hat to the cat", "put sunglasses on both", "give each dog a bone": one for each of them."""
        whom, each = match["whom"], _EACH.match(match["whom"])
        if not each and (match["how"] or "").lower() not in ("to", ""):
            return False
        rest = whom[each.end() :].strip() if each else whom
        owners = reading.meant(rest or "them")
        if each and not rest:
            owners = [one for one in owners if one.relation is None or one.relation.kind not in ("worn by", "held by")]
            owners = [one for one in owners if is_alive(one.said or one.name)] or owners
        things = self._things(match["what"], reading) if owners else []
        if not things:
            return False
        told = number_of(match["what"].split()[:1])
        for owner in owners:
            for thing in things:
                own = self._new(replace(thing, count=thing.count if told else 1), reading)
                if owner.count > 1:
                    reading.do("count", own, owner.count)
                kind = _had(thing, owner)
                reading.do("relate", own, kind, owner.id)
        return True

    def _alike(self, ids: dict[str, str], reading: "Reading") -> None:
        """ "a hat and a scarf on the dog": the first is worn as the last is."""
        new = [reading.scene.thing(own) for own in ids.values()]
        worn = [thing.relation for thing in new if thing.relation and thing.relation.kind == "worn by"]
        for thing in new if len(worn) == 1 else ():
            if thing.relation is None and thing.id != worn[0].target and worn_at(thing.said or thing.name):
                reading.do("relate", thing.id, "worn by", worn[0].target)

    def _put_on(self, new: list[str], reading: "Reading") -> None:
        """ "add sunglasses": who is picked, or is the only one there, wears them."""
        alive = [one for one in reading.scene.things if is_alive(one.said or one.name) and one.id not in new]
        wearers = [thing for thing in alive if thing.id == reading.it] or alive
        for thing in (reading.scene.thing(own) for own in new):
            if len(wearers) == 1 and thing.relation is None and worn_at(thing.said or thing.name):
                reading.do("relate", thing.id, "worn by", wearers[0].id)

    def _stand(self, own: str, reading: "Reading", where: str, spot: str) -> None:
        """Places for what is new and stands by itself among things that have theirs."""
        thing = reading.scene.thing(own)
        if thing.relation is not None or not (spot or where or any(other.place for other in reading.scene.things)):
            return
        if where == "sides" and thing.count == 1:
            reading.do("count", own, 2)
        before = {other.id for other in reading.scene.things} - {own}
        if thing.count > 1 or where == "sides":
            reading.do("split", own)
        ids = [other.id for other in reading.scene.things if other.id not in before]
        large = thing.count > 1 and (kind_size(thing.said or thing.name) or 0) >= _LARGE and not is_flying(thing.name)
        if (
            where in ("behind", "around")
            or large
            and not (spot or where)
            or thing.name.endswith("rainbow")
            and not spot
        ):
            stand_behind(thing, ids, reading)
            return
        if spot == "top" and is_flying(thing.name):
            spot = ""
        for at, one in enumerate(ids):
            x, y, side = free_place(thing.name, reading, "" if where == "sides" else spot, one)
            if spot and len(ids) > 1:
                x = min(max(x + (at - (len(ids) - 1) / 2) * 0.9 * side, side / 2), 1 - side / 2)
            if where == "sides":
                x = side / 2 + 0.02 if at % 2 == 0 else 0.98 - side / 2
            reading.do("place", one, x, y, side)
            if where == "sides":
                reading.do("order", one, "back")
        if not spot and where != "sides":
            make_room(ids, reading)

    def _there(self, thing: Thing, words: str, scene: Scene) -> Thing | None:
        """The thing of the scene that "the ..." means."""
        said = thing.said or thing.name
        if not re.search(rf"\b(?:the|its|his|her) (?:\w+ )?{re.escape(said)}", words, re.IGNORECASE):
            return None
        found = meant(said, scene)
        return found[0] if found else None

    def _new(self, thing: Thing, reading: "Reading") -> str:
        own = free_id(thing.id, {other.id for other in reading.scene.things})
        reading.do("add", own, thing.name)
        if thing.count > 1:
            reading.do("count", own, thing.count)
        if thing.colour:
            reading.do("colour", own, thing.colour)
        return own

    def _hand(self, things: list[Thing], ids: dict[str, str], receiver, reading: "Reading") -> None:
        """What somebody is given is worn or held."""
        owners = reading.meant(receiver[1]) if receiver else reading.scene.things[:1]
        for thing in things:
            own = ids[thing.id]
            if owners and owners[0].id != own and reading.scene.thing(own).relation is None:
                reading.do("relate", own, "worn by" if worn_at(thing.said or thing.name) else "held by", owners[0].id)

    def _instead(self, match: re.Match, reading: "Reading") -> bool:
        """ "wear glasses instead of a hat"."""
        found, new = reading.meant(match[2]), self._things(match[1], reading)
        if not found or not new or number_of([match[1].split()[0].lower()]) and found[0].name == new[0].name:
            return False
        reading.do("replace", found[0].id, new[0].name)
        if new[0].colour:
            reading.do("colour", found[0].id, new[0].colour)
        return True

    def _given_instead(self, match: re.Match, reading: "Reading") -> bool:
        """ "give it a scarf instead": of what they wear, or hold."""
        owners = {one.id for one in reading.meant(match[1])}
        has = [one for one in reading.scene.things if one.relation and one.relation.target in owners]
        has = [one for one in has if one.relation and one.relation.kind in ("worn by", "held by")]
        new = self._things(match[2], reading) if len(has) == 1 else []
        if len(new) != 1:
            return False
        reading.do("replace", has[0].id, new[0].name)
        if new[0].colour:
            reading.do("colour", has[0].id, new[0].colour)
        return True

    def _for_whom(self, match: re.Match, reading: "Reading") -> bool:
        """ "wings for the cat"."""
        owners, things = reading.meant(match[2]), self._things(match[1], reading)
        if not owners or not things:
            return False
        for thing in things:
            own = self._new(thing, reading)
            kind = "worn by" if worn_at(thing.said or thing.name) else "held by"
            reading.do("relate", own, kind, owners[0].id)
        return True

    def _does(self, match: re.Match, reading: "Reading") -> bool:
        """ "make the cat hold a balloon", "the cat should wear a crown", "let the bird sit on the girl instead"."""
        found, others = reading.meant(match[1]), reading.meant(match[3])
        kind = _DEEDS.get(match[2].lower()) or relation_of(match[2].split(None, 1)[-1])
        if kind is None or not others and (scenery_of(match[3].lower()) or _SIDE.match(match[3])):
            return False  # "stand in the snow", "be on the left"
        by = kind.endswith(" by")  # told of what is worn or held
        if len(found) != 1 or re.match(r"(?:its|his|her|their)\s", match[3], re.IGNORECASE):
            return False  # "stand on its head"
        if others and not re.match(r"(?:an?|some)\s", match[3], re.IGNORECASE):
            if len(others) != 1 or others == found:
                return False
            one, other = (others[0], found[0]) if by else (found[0], others[0])
            relate(one, kind, other, reading)
            return True
        if not by:
            return self._onto(found, kind, match[3], reading)
        if len(things := self._things(match[3], reading)) != 1:
            return False
        reading.do("relate", self._new(things[0], reading), kind, found[0].id)
        return True

    def _has(self, match: re.Match, reading: "Reading") -> bool:
        """ "cat with glasses", "the dog has a bone"."""
        owners = [one for one in reading.meant(match["whom"]) if is_alive(one.said or one.name)]
        things = self._things(match["what"], reading) if owners else []
        known = [thing for thing in things if worn_at(thing.said or thing.name) or is_held(thing.said or thing.name)]
        for owner in owners if known else ():
            for thing in known:
                reading.do("relate", self._new(thing, reading), _had(thing, owner), owner.id)
        return bool(known)

    def _between(self, match: re.Match, reading: "Reading") -> bool:
        if match[3]:
            pair = [*reading.meant(match[2])[:2], *reading.meant(match[3])[:2]]
        else:
            pair = [one for one in reading.scene.things if one.place is not None]
        places = [one.place for one in pair if one.place is not None]
        if len(pair) != 2 or len(places) != 2 or not (things := self._things(match[1], reading)):
            return False
        (x, y, side), (right, down, own) = places
        new = self._new(things[0], reading)
        reading.do(
            "place",
            new,
            (x + right) / 2,
            max(y + side / 2, down + own / 2) - 0.3 * min(side, own),
            0.6 * min(side, own),
        )
        return True


def _had(thing: Thing, owner: Thing) -> str:
    """How somebody has what is added to them: they wear it, hold it, or it is with them."""
    if worn_at(thing.said or thing.name):
        return "worn by"
    return "held by" if is_held(thing.said or thing.name) and is_alive(owner.said or owner.name) else "with"
