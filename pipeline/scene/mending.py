"""What the tagger gets wrong and a rule gets right: second mentions of nothing, "as a hat", "in a row"."""

import itertools
from collections.abc import Sequence

from pipeline.language.english import singular
from pipeline.language.expressions import expression_of, is_plain_mood
from pipeline.language.relations import is_relation, relation_of, scenery_of
from pipeline.scene.apart import tell_apart
from pipeline.scene.asking import for_whom
from pipeline.scene.idioms import idioms
from pipeline.scene.kinds import is_alive, is_seat, worn_at
from pipeline.scene.settings import settle
from pipeline.scene.tagger import Token

__all__ = ["each_other", "mend"]

_PRONOUNS = frozenset("it he she they them him her that this its one those these".split())
_FULL = {("full", "of"), ("filled", "with")}
_ORDER = {"first": 0, "former": 0, "second": 1, "latter": 1, "third": 2, "last": -1}
_ARRANGED = frozenset("row grid line circle column pile group rows lines".split())
_ARTICLES = frozenset("a an the his her its their my our your some".split())
_MADE = frozenset("made built carved knitted woven sculpted constructed formed".split())
_MADE_ENDS = frozenset(", . ; and with next on in under beside".split())
_OF = frozenset("of from out with".split())
_TELLING = frozenset("look size colour number".split())
# What belongs to a drawing, or is none of its own.
_STUFF = frozenset(
    "foam froth steam icing frosting glaze sprinkles syrup spout wick rim freckles dimples wrinkles whiskers stubble "
    "eyelashes stitches texture sparkles scoop scoops topping toppings".split()
)
_FLAVOURS = frozenset("mint peach orange lime salmon olive cream coffee chocolate caramel cherry plum honey".split())
_DISHES = frozenset(
    "candy cake pie tart tea juice cookie biscuit pudding soda lemonade yogurt sorbet sandwich soup sauce salad oil "
    "muffin pastry bread roll sushi smoothie milkshake cocktail jam gum".split()
)
_STANDING = frozenset("on under behind beside near inside below above at in".split())
_BEHIND = frozenset("on over under in of up at into onto above behind out from off around down next to by".split())


def mend(tokens: Sequence[Token]) -> None:
    """Correct roles and heads, in place."""
    settle(tokens)
    tell_apart(tokens)
    idioms(tokens)
    _moods(tokens)
    _first_mentions(tokens)
    _no_things(tokens)
    _upside_down(tokens)
    _materials(tokens)
    _stuff(tokens)
    _flavours(tokens)
    _full_of(tokens)
    _longer_relations(tokens)
    _own_prepositions(tokens)
    _turned_round(tokens)
    _unjoined(tokens)
    _sceneries(tokens)
    _skies(tokens)
    _ones(tokens)
    for_whom(tokens)
    for at in each_other(tokens):
        tokens[at].role, tokens[at].head = "chatter", -1


def each_other(tokens: Sequence[Token]) -> tuple[int, ...]:
    """Indices of "each other", or none."""
    pairs = (("each", "other"), ("one", "another"))
    said = (at for at in range(1, len(tokens) - 1) if (tokens[at].text, tokens[at + 1].text) in pairs)
    return next(((at, at + 1) for at in said), ())


def _moods(tokens: Sequence[Token]) -> None:
    """ "a thinking cat", "a cool fox", "a man in love": how a face looks, and no part of the name, nor chatter."""
    for at, (token, after) in enumerate(itertools.pairwise(tokens)):
        if (token.text, after.text) == ("in", "love") and (start := _thing_before(tokens, at)) >= 0:
            for word in (token, after):
                word.role, word.head = "look", start
        whole = token.role == "thing" and after.role in ("thing", "thing+")
        if not (whole or token.role in ("chatter", "style") and after.role == "thing"):
            continue
        if expression_of([token.text])[0] is None:
            continue
        end = at + 2
        while end < len(tokens) and tokens[end].role == "thing+":
            end += 1
        # A name that is known as a whole is found as one again: "a sleeping bag".
        plain = is_plain_mood(token.text) and tokens[end - 1].text != "face"
        if not (plain or is_alive(" ".join(other.text for other in tokens[at + 1 : end]))):
            continue
        if whole:
            after.role, after.head = "thing", token.head
            for other in tokens:
                if other.head == at:
                    other.head = at + 1
        token.role, token.head = "look", at + 1


def _thing_before(tokens: Sequence[Token], at: int) -> int:
    """Where the thing begins that ends just before a word, if no "with" follows its "in love"; else -1."""
    if at + 2 < len(tokens) and tokens[at + 2].text == "with":
        return -1
    start = at - 1
    while start > 0 and tokens[start].role == "thing+":
        start -= 1
    return start if start >= 0 and tokens[start].role == "thing" else -1


def _first_mentions(tokens: Sequence[Token]) -> None:
    """ "the bird" without a bird before it is a thing of its own."""
    said = set()
    for at, token in enumerate(tokens):
        if token.role == "again" and token.text not in _PRONOUNS and token.text not in said:
            goes_on = at > 0 and tokens[at - 1].role in ("thing", "thing+") and tokens[at - 1].text not in said
            token.role = "thing+" if goes_on else "thing"
            if token.head >= 0 and tokens[token.head].role not in ("relation", "negation"):
                token.head = -1
        if token.role in ("thing", "thing+") and not (at and tokens[at - 1].text == "the"):
            said.add(token.text)
    for token in tokens:
        if token.role in ("thing", "thing+"):
            said.add(token.text)


def _no_things(tokens: Sequence[Token]) -> None:
    """ "dressed as a king" is no king, "in a row" is no row."""
    for at, token in enumerate(tokens):
        if token.role != "thing":
            continue
        before = [other.text for other in tokens[max(0, at - 2) : at]]
        if "as" in before[-2:] and before[-1] in ("as", "a", "an", "the"):
            for other in tokens[at:]:
                if other is not token and other.role != "thing+":
                    break
                other.role = "look"
                other.head = next((one for one in range(at - 1, -1, -1) if tokens[one].role == "thing"), -1)
        elif token.text in _ARRANGED and before[-1:] in (["a"], ["one"]) and before[0] in ("in", "on"):
            if [other.text for other in tokens[at + 1 : at + 2]] == ["of"]:  # "on a pile of books"
                continue
            token.role, token.head = "chatter", -1


def _before(tokens: Sequence[Token], at: int) -> int:
    """The last thing before a word, or -1."""
    return next((one for one in range(at - 1, -1, -1) if tokens[one].role == "thing"), -1)


def _upside_down(tokens: Sequence[Token]) -> None:
    """ "hanging upside down" is how a thing hangs."""
    for at, token in enumerate(tokens):
        long = token.text == "upside" and at + 1 < len(tokens) and tokens[at + 1].text == "down"
        end = at + 1 + long
        if not long and token.text != "upside-down" or (end < len(tokens) and tokens[end].text == "face"):
            continue
        if at and tokens[at - 1].role in ("relation", "action"):
            tokens[at - 1].role, tokens[at - 1].head = "chatter", -1
        if end < len(tokens) and tokens[end].role == "thing+":
            tokens[end].role = "thing"
        after = next((one for one in range(end, len(tokens)) if tokens[one].role == "thing"), -1)
        head = _before(tokens, at)
        for other in tokens[at:end]:
            other.role, other.head = "look", head if head >= 0 else after


def _materials(tokens: Sequence[Token]) -> None:
    """ "a crane made of red paper": the paper is no thing, and the crane is red."""
    for at in range(len(tokens) - 2):
        if tokens[at].text not in _MADE or tokens[at + 1].text not in _OF:
            continue
        head = _before(tokens, at)
        for place, token in enumerate(tokens[at:]):
            if token.text in _MADE_ENDS and place > 2 or token.role == "relation" and place > 1:
                break
            if token.role != "colour":
                token.role = "look"
            token.head = head


def _stuff(tokens: Sequence[Token]) -> None:
    """ "a mug with foam": it belongs to the mug."""
    for at, token in enumerate(tokens):
        head = _before(tokens, at)
        alone = at + 1 == len(tokens) or tokens[at + 1].role != "thing+"
        if token.role in ("thing", "place", "style") and token.text in _STUFF and alone and head >= 0:
            token.role, token.head = "look", head


def _flavours(tokens: Sequence[Token]) -> None:
    """ "a mint candy" is no green one."""
    for at, token in enumerate(tokens):
        end = token.head
        while 0 <= end < len(tokens) - 1 and tokens[end + 1].role == "thing+":
            end += 1
        if token.role == "colour" and token.text in _FLAVOURS and end > at and singular(tokens[end].text) in _DISHES:
            token.role = "look"


def _unjoined(tokens: Sequence[Token]) -> None:
    """ "a robot watering a plant": what stands between two things and is a relation's words is one."""
    for at, token in enumerate(tokens):
        if token.role != "thing" or token.head >= 0:
            continue
        end = at
        while end and (
            tokens[end - 1].text in _ARTICLES or tokens[end - 1].role in _TELLING and _leads(tokens, end, at)
        ):
            end -= 1
        start = end
        while start and end - start < 3 and tokens[start - 1].text.isalpha() and tokens[start - 1].text != "and":
            if tokens[start - 1].role.rstrip("+") in ("thing", "part") and tokens[start - 1].text != "with":
                break
            start -= 1
        head = _before(tokens, start)
        words = [other.text for other in tokens[start:end]]
        again = next((other.role for other in tokens[at + 1 :] if other.role in ("thing", "again")), "")
        if head < 0 or start == end or again == "again" or not is_relation(" ".join(words)):
            continue
        for place in range(start, end):
            tokens[place].role, tokens[place].head = ("relation", head) if place == start else ("relation+", -1)
        token.head = start


def _leads(tokens: Sequence[Token], end: int, at: int) -> bool:
    return tokens[end - 1].head == at


def _own_prepositions(tokens: Sequence[Token]) -> None:
    """ "a fox reading a newspaper on a bench": the bench is not read, the fox is on it."""
    for at, token in enumerate(tokens):
        verb = token.head
        if token.role != "thing" or not 0 <= verb < at or tokens[verb].role != "relation":
            continue
        before = [one for one in range(verb, at) if tokens[one].role == "thing" and tokens[one].head == verb]
        start = at - 1
        while start > verb and (tokens[start].text in _ARTICLES or tokens[start].role in _TELLING):
            start -= 1
        word = tokens[start]
        if not before or before[-1] > start or word.role != "chatter" or word.text not in _STANDING:
            continue
        word.role, word.head, token.head = "relation", tokens[verb].head, start


def _full_of(tokens: Sequence[Token]) -> None:
    """ "a chest full of gold", "filled with red apples": what it is full of is in it."""
    for at in range(1, len(tokens) - 2):
        one, other = tokens[at : at + 2]
        if (one.text, other.text) in _FULL and other.role == "relation" and one.role in ("action", "look", "chatter"):
            one.role, one.head, other.role, other.head = "relation", other.head, "relation+", -1
            for token in tokens:
                token.head = at if token.head == at + 1 else token.head
    for at in range(1, len(tokens) - 2):
        one, other, thing = tokens[at : at + 3]
        if (one.text, other.text) in _FULL and thing.role == "thing" and thing.head < 0:
            one.role, other.role, thing.head = "relation", "relation+", at
            one.head = next((before for before in range(at - 1, -1, -1) if tokens[before].role == "thing"), -1)


def _ones(tokens: Sequence[Token]) -> None:
    """ "one red and two yellow", "the first one is black", "on top of both", "a big red one"."""
    for at, token in enumerate(tokens):
        last = at + 1 == len(tokens) or tokens[at + 1].role != "thing+"
        if token.role == "thing" and token.text in ("one", "ones") and last:
            told = any(other.head == at and other.role in ("colour", "size") for other in tokens)
            before = [
                one for one in range(at) if tokens[one].role == "thing" and tokens[one].text not in ("one", "ones")
            ]
            if told and before:
                token.role, token.head = "one", before[-1]
    things = [at for at, token in enumerate(tokens) if token.role == "thing"]
    for at, token in enumerate(tokens):
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        if token.role == "number" and token.text == "both" and tokens[at - 1].text in ("of", "on", "above", "under"):
            token.role, token.head = "chatter", -1
        elif token.role == "number" and 0 <= token.head < at and after is not None and after.role == "colour":
            if any(other.role == "one" and other.head == token.head for other in tokens):
                token.role, after.head = "one", at
        elif token.role == "one" and token.text in _ORDER and len(things) > _ORDER[token.text]:
            before = [thing for thing in things if thing < at]
            if len(before) < 2 or _ORDER[token.text] >= len(before):
                continue
            token.role, token.head = "again", before[_ORDER[token.text]]
            if after is not None and after.text == "one":
                after.role, after.head = "chatter", -1
            for other in tokens:
                if other.role == "colour" and other.head == at + 1:
                    other.head = at


def _longer_relations(tokens: Sequence[Token]) -> None:
    """ "flying over": the tagger may stop at the first word; "coiled around": or begin at the second."""
    for at, (verb, after) in enumerate(itertools.pairwise(tokens)):
        whole = verb.role == "action" and after.role == "relation" and is_relation(f"{verb.text} {after.text}")
        if whole and verb.head == after.head:
            verb.role, after.role, after.head = "relation", "relation+", -1
            for token in tokens:
                token.head = at if token.head == at + 1 else token.head
    for at in range(len(tokens) - 1):
        if tokens[at].role not in ("relation", "relation+"):
            continue
        after = tokens[at + 1]
        if after.role in ("chatter", "where", "look") and after.text in _BEHIND:
            after.role = "relation+"


def _turned_round(tokens: Sequence[Token]) -> None:
    """ "behind it there is a tree": the tree is behind it, whatever comes later."""
    for at, token in enumerate(tokens):
        if token.role != "relation":
            continue
        end = at + 1
        while end < len(tokens) and tokens[end].role == "relation+":
            end += 1
        begins = at == 0 or tokens[at - 1].text in (".", ",", ";", "and")
        if not begins or end >= len(tokens) or tokens[end].role != "again":
            continue
        tokens[end].head = at
        for other in range(end + 1, len(tokens)):
            if tokens[other].text == "." or tokens[other].role == "relation":
                break
            if tokens[other].role == "thing":
                token.head = other
                break


def _skies(tokens: Sequence[Token]) -> None:
    """ "sunset over mountains": the sky of what stands there."""
    for at, token in enumerate(tokens):
        if token.role != "thing":
            continue
        end = at + 1
        while end < len(tokens) and tokens[end].role == "thing+":
            end += 1
        others = [one for one in tokens if one.role == "thing" and one is not token]
        if not others or " ".join(one.text for one in tokens[at:end]) not in _SKIES:
            continue
        for place in range(at, end):
            tokens[place].role, tokens[place].head = "place" if place == at else "place+", -1
        gone = {one for one, other in enumerate(tokens) if other.head == at and other.role == "relation"}
        for one, other in enumerate(tokens):
            if one in gone:
                other.role, other.head = "chatter", -1
            elif other.head in gone:
                other.head = -1


def _sceneries(tokens: Sequence[Token]) -> None:
    """ "in space" is a place, though space was taken for a thing."""
    for at, token in enumerate(tokens):
        end = at + 1
        while end < len(tokens) and tokens[end].role == "thing+":
            end += 1
        if token.role != "thing" or token.head < 0 or tokens[token.head].role != "relation":
            continue
        words = " ".join(other.text for other in tokens[at:end])
        behind = token.head + 1
        while behind < len(tokens) and tokens[behind].role == "relation+":
            behind += 1
        said = " ".join(other.text for other in tokens[token.head : behind])
        others = [
            other for other in tokens if other.head == token.head and other.role == "thing" and other is not token
        ]
        listed = others and end < len(tokens) and tokens[end].text in ("and", ",")
        used = worn_at(words) or is_seat(words)  # "in a winter scarf", "in a beach chair"
        if not listed and not used and (said == "at" or relation_of(said) == "in") and scenery_of(words) in _WIDE:
            for other in tokens[token.head : behind]:
                other.role = "chatter"
            for place in range(at, end):
                tokens[place].role = "place" if place == at else "place+"
                tokens[place].head = -1


_SKIES = frozenset(("sunset", "sunrise", "night sky", "starry night", "starry sky"))
_WIDE = frozenset("space sea underwater desert forest snow night sunset beach grass".split()) | {"night sky"}
