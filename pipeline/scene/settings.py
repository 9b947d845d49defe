"""What stands how, told behind its name: "with mountains in the background", "with a house on its back"."""

from collections.abc import Sequence

from pipeline.language.relations import relation_of, scenery_of
from pipeline.scene.tagger import Token

__all__ = ["settle"]

_SMALL = frozenset("a an the its his her their my your our some".split())
_OWN = frozenset("its his her their".split())
_THEM = frozenset("it him her them".split())
_BACKGROUND = frozenset("background distance backdrop horizon".split())
_ON_WHAT = frozenset("back head shoulder shoulders nose top shell roof lap belly".split())
_IN_WHAT = frozenset("pouch mouth beak hand hands arms paw paws claws trunk tail".split())
_BEARING = frozenset("with carrying bearing".split())
_LEGS = frozenset("leg legs foot feet toes tiptoes tiptoe knees".split())
_FULL = frozenset("full filled".split())
_WATERS = frozenset("sea ocean water waves".split())
_HOURS = frozenset("night dusk dawn sunset sunrise midnight noon twilight".split())
_TIMES = frozenset("day night morning evening afternoon weather".split())


def settle(tokens: Sequence[Token]) -> None:
    """Correct roles and heads, in place."""
    _cut_names(tokens)
    _days(tokens)
    _at_night(tokens)
    _below_water(tokens)
    for at, token in enumerate(tokens):
        if token.text in _BACKGROUND:
            _far_off(tokens, at)
        elif token.text in _ON_WHAT:
            _on_its_back(tokens, at)
        elif token.text in _LEGS:
            _on_one_leg(tokens, at)
        if token.text in _IN_WHAT:
            _in_its_mouth(tokens, at)
    _full_of(tokens)
    _nearest(tokens)


def _before(tokens: Sequence[Token], at: int) -> int:
    """The last thing before a word, or -1."""
    return next((one for one in range(at - 1, -1, -1) if tokens[one].role == "thing"), -1)


def _nearest(tokens: Sequence[Token]) -> None:
    """ "riding a bike with a dog in the basket": the dog is with, and not ridden; it is the dog that is in there."""
    for at, token in enumerate(tokens):
        if token.role != "thing" or token.head < 0 or tokens[token.head].role != "relation":
            continue
        near = next((one for one in range(at - 1, token.head, -1) if tokens[one].role in ("relation", "thing")), -1)
        if near > token.head and tokens[near].role == "relation" and tokens[near].text == "with":
            token.head = near
    for at in range(2, len(tokens) - 2):
        who = _before(tokens, at)
        ends = who >= 0 and all(one.role == "thing+" for one in tokens[who + 1 : at])
        if not ends or tokens[at].role != "relation" or tokens[at].text not in ("in", "on", "inside"):
            continue
        bears = tokens[who].head
        if bears >= 0 and tokens[bears].text == "with" and tokens[at + 1].text in ("the", *_OWN):
            if tokens[bears].head >= 0 and tokens[at].head == tokens[bears].head:
                tokens[at].head = who


def _cut_names(tokens: Sequence[Token]) -> None:
    """ "a branch with the moon behind it", "space with smoke": a name ends before "with" where what follows is told to
    stand somewhere, and where the first is a place.
    """
    for at in range(1, len(tokens) - 1):
        token, after = tokens[at], at + 1
        if token.text != "with" or token.role not in ("thing+", "place+"):
            continue
        if tokens[after].text in _SMALL and after + 1 < len(tokens):
            after += 1
        start = at
        while start and tokens[start].role.endswith("+"):
            start -= 1
        end = after + 1
        while end < len(tokens) and tokens[end].role in ("thing+", "place+"):
            end += 1
        first = " ".join(one.text for one in tokens[start:at])
        stands = end + 1 < len(tokens) and tokens[end].role == "relation" and tokens[end + 1].text in _THEM
        head = _before(tokens, start)
        place = scenery_of(first) is not None and head >= 0
        if not (stands or place):
            continue
        for one in tokens[at + 1 : after]:
            one.role, one.head = "chatter", -1
        for one in range(after, end):
            tokens[one].role = "thing" if one == after else "thing+"
            tokens[one].head = -1
        token.role, token.head = ("chatter", -1) if stands else ("relation", head)
        tokens[after].head = -1 if stands else at
        if stands:
            tokens[end].head = after


def _days(tokens: Sequence[Token]) -> None:
    """ "on a windy day" is a place, as far as a picture goes."""
    for at, token in enumerate(tokens):
        relation = token.head if token.head >= 0 else at - 2
        if token.role != "thing" or relation < 1 or tokens[relation].role not in ("relation", "chatter"):
            continue
        end = at + 1
        while end < len(tokens) and tokens[end].role == "thing+":
            end += 1
        if tokens[end - 1].text not in _TIMES or tokens[relation].text not in ("on", "in", "at", "during"):
            continue
        for one in tokens[relation:at]:
            one.role, one.head = "chatter", -1
        for one in range(at, end):
            tokens[one].role, tokens[one].head = ("place" if one == at else "place+"), -1


def _at_night(tokens: Sequence[Token]) -> None:
    """ "a branch at night with ...": a time is in no name."""
    for at in range(1, len(tokens)):
        token, before = tokens[at], tokens[at - 1]
        if token.text not in _HOURS or before.text not in ("at", "by", "before", "after", "during") or at < 2:
            continue
        if token.role != "thing+" or before.role != "thing+":
            continue
        token.role, token.head, before.role, before.head = "place", -1, "chatter", -1


def _below_water(tokens: Sequence[Token]) -> None:
    """ "under the sea", "at the bottom of the ocean", "underwater" are a place, and no sea is drawn beside it."""
    for at, token in enumerate(tokens):
        first = at if token.text == "underwater" else at - 1
        while first > 0 and first < at and tokens[first].text in ("the", "a"):
            first -= 1
        if token.text != "underwater":
            whole = at + 1 < len(tokens) and tokens[at + 1].role == "thing+"  # "under the water tower"
            if token.text not in _WATERS or first < 1 or whole:
                continue
            if tokens[first].text == "of" and tokens[first - 1].text in ("bottom", "floor"):
                first -= 2 if tokens[first - 2].text == "the" else 1
                first -= first > 0 and tokens[first - 1].text in ("at", "on")
            elif tokens[first].text not in ("under", "below", "beneath"):
                continue
        who = next((one for one in range(max(first, 0) - 1, -1, -1) if tokens[one].role == "thing"), -1)
        if who < 0:
            continue
        gone = range(max(first, 0), at + 1)
        for other in tokens:
            if other.head in gone:
                other.head = who
        for one in gone:
            tokens[one].role, tokens[one].head = ("place" if one == at else "chatter"), -1


def _far_off(tokens: Sequence[Token], at: int) -> None:
    """ "mountains in the background" are behind what the picture shows."""
    if at < 2 or tokens[at - 2].text not in ("in", "on") or tokens[at - 1].text not in ("the", "a"):
        return
    if tokens[at].role not in ("ground", "place", "place+", "chatter", "thing", "thing+", "ground+"):
        return
    far = at - 3
    while far >= 0 and tokens[far].role.endswith("+"):
        far -= 1
    if far < 0 or tokens[far].role not in ("thing", "place", "part"):
        return
    first = next((one for one, token in enumerate(tokens) if token.role == "thing" and one != far), -1)
    if first < 0:
        return
    relation = tokens[far].head
    if relation >= 0 and tokens[relation].role == "relation":
        for one in range(relation, far):
            if tokens[one].role in ("relation", "relation+"):
                tokens[one].role, tokens[one].head = "chatter", -1
    for one in range(far, at - 2):
        tokens[one].role = "thing" if one == far else "thing+" if tokens[one].role.endswith("+") else tokens[one].role
    for token in tokens:
        if token.head == at:
            token.head = far
    tokens[far].head = -1
    tokens[at - 2].text, tokens[at - 2].role, tokens[at - 2].head = "behind", "relation", far
    tokens[at - 1].role, tokens[at - 1].head = "chatter", -1
    tokens[at].text, tokens[at].role, tokens[at].head = "it", "again", at - 2
    _lead(tokens, at, first)


def _on_its_back(tokens: Sequence[Token], at: int) -> None:
    """ "a turtle with a house on its back": the house is on the turtle."""
    if at < 4 or tokens[at - 2].text != "on" or tokens[at - 1].text not in _OWN:
        return
    named = tokens[at].role == "thing+" and tokens[at - 1].role != "thing"  # "his shoulder" is no name
    if named or tokens[at].role == "part" or any(token.head == at for token in tokens):
        return
    thing = _before(tokens, at - 2)
    owner = _before(tokens, thing)
    between = tokens[owner + 1 : thing] if owner >= 0 else []
    said = {token.text for token in between}
    if thing < 0 or owner < 0 or not said & _BEARING:
        return
    for token in between:
        if token.text in _BEARING or relation_of(token.text) == "with" or token.role == "relation+":
            token.text, token.role, token.head = "with", "chatter", -1
    tokens[thing].head = -1
    tokens[at - 2].role, tokens[at - 2].head = "relation", thing
    tokens[at - 1].text, tokens[at - 1].role, tokens[at - 1].head = "it", "again", at - 2
    tokens[at].role, tokens[at].head = "chatter", -1


def _in_its_mouth(tokens: Sequence[Token], at: int) -> None:
    """ "a kangaroo with a baby in its pouch": it has it, and there is no pouch beside it."""
    if at < 3 or tokens[at - 2].text not in ("in", "on") or tokens[at - 1].text not in _OWN:
        return
    if tokens[at].role == "thing+" or (at + 1 < len(tokens) and tokens[at + 1].role == "thing+"):
        return
    if "with" not in [token.text for token in tokens[: at - 2]]:
        return
    for token in tokens[at - 2 : at + 1]:
        token.role, token.head = "chatter", -1


def _on_one_leg(tokens: Sequence[Token], at: int) -> None:
    """ "a flamingo standing on one leg" is how it stands, and no leg under it."""
    start = at - 1
    while start > 0 and tokens[start].text in (*_OWN, "one", "two", "both", "hind", "the"):
        start -= 1
    whole = at + 1 == len(tokens) or tokens[at + 1].role != "thing+"
    if start < 1 or tokens[start].text != "on" or not whole or tokens[at].role == "thing+":
        return
    start -= tokens[start].role == "relation+" or tokens[start - 1].text.endswith("ing")
    head = _before(tokens, start)
    for token in tokens[start : at + 1] if head >= 0 else ():
        token.role, token.head = "action", head


def _full_of(tokens: Sequence[Token]) -> None:
    """ "a bus full of people", where "of" was taken for the beginning of a name."""
    for at in range(1, len(tokens) - 1):
        token, after = tokens[at], tokens[at + 1]
        if token.text != "of" or token.role != "thing" or after.role != "thing+":
            continue
        after.role, after.head = "thing", -1
        for other in tokens:
            if other.head == at:
                other.head = at + 1
        head = _before(tokens, at - 1)
        if tokens[at - 1].text in _FULL and head >= 0:
            tokens[at - 1].role, tokens[at - 1].head = "relation", head
            token.role, token.head, after.head = "relation+", -1, at - 1
        else:
            token.role, token.head = "chatter", -1


def _lead(tokens: Sequence[Token], at: int, first: int) -> None:
    """Nothing leads round: what the first thing was told by keeps leading to it."""
    if tokens[first].head >= 0 and tokens[tokens[first].head].role == "relation":
        if tokens[tokens[first].head].head == at:
            tokens[first].head = -1
