"""Where something that is added goes: behind the others, around them, on somebody's head, into a corner."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.scene.wish import Reading

__all__ = ["taken_apart"]

# Where on somebody, or on something, a thing is put: on it, or held by it.
_BODY = re.compile(
    r"\s+(?:on|onto|on top of|to) (?:(?P<own>its|his|her|their)|the|(?P<whose>.+?)(?:'s|s'))?\s*"
    r"(?:head|back|roof|nose|shoulders?|top|tail|neck|face|ears?|belly|feet|front|side|hood|hair|body)$"
    r"|\s+in (?:(?P<own_hand>its|his|her|their)|the|(?P<whose_hand>.+?)(?:'s|s'))?\s*"
    r"(?:hands?|mouth|paws?|arms?|beak|claws?|trunk)$",
    re.IGNORECASE,
)
_ON_GROUND = re.compile(
    r"\s+on (?:the )?(?:ground|floor|grass|sand|snow|water|sea|lake|road|street|field|beach|land|back ?ground)$",
    re.IGNORECASE,
)
_ALOFT = re.compile(r"\s+(?:in|into|to|up in) the (?:sky|air)$", re.IGNORECASE)
_SIDES = re.compile(
    r"\s+(?:on|at|to) (?:each|both|either|every) (?:side|end)s?(?: of (?:it|them|.+))?$", re.IGNORECASE
)
_AROUND = re.compile(
    r"\s+(?:all )?around(?: (?:it|them|him|her|everything|the picture))?$"
    r"|\s+(?:everywhere|all over(?: the (?:place|picture))?)$",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"\s+(?:in the back ?ground|behind (?:it|them|everything|all(?: of them)?|both))$", re.IGNORECASE)
_TAIL = re.compile(
    r"\s+(?:in|at|on|to|into) the ((?:top|bottom|upper|lower|middle|left|right|centre|center)"
    r"(?:[ -](?:left|right|centre|center|middle))?)(?: (?:side|edge|corner|half|part))?$",
    re.IGNORECASE,
)


def taken_apart(words: str, reading: "Reading") -> tuple[str, str, str, str]:
    """What is added; "behind", "around", "sides", "on" or "held by"; a side or a corner; and whose it is."""
    for pattern, where in ((_BEHIND, "behind"), (_AROUND, "around"), (_SIDES, "sides")):
        if found := pattern.search(words):
            return words[: found.start()], where, "", ""
    if (body := _BODY.search(words)) and not reading.meant(words[body.start() :].split(None, 1)[-1]):
        held = body["own_hand"] or body["whose_hand"] or re.match(r"\s+in\b", body[0], re.IGNORECASE)
        return words[: body.start()], "held by" if held else "on", "", body["whose"] or body["whose_hand"] or ""
    if (ground := _ON_GROUND.search(words)) and not reading.meant(ground[0].split()[-1]):
        return words[: ground.start()], "", "", ""
    if found := _ALOFT.search(words):
        return words[: found.start()], "", "top", ""
    if spot := _TAIL.search(words):
        return words[: spot.start()], "", spot[1].lower(), ""
    return words, "", "", ""
