"""Where things stand, as sentences say it: sizes, corners, and one thing seen from another."""

import re

from pipeline.language.wording import CORNERS

__all__ = ["SIZES", "joins", "place_of", "second_from_first", "tells_sides"]

SIZES = frozenset("big large small tiny little huge giant".split())
_LARGE = frozenset("big large huge giant".split())
_LARGE_PLACE, _SMALL_SIDE = (0.5, 0.5, 0.95), 0.39  # centre and side, of the picture's side
_CORNER = re.compile(r"\b(top|upper|bottom|lower)[ -](left|right)\b")

# Where the second thing stands, seen from the first: said with a word for the first ("to its left", "under it") ...
_IT_WORDS = r"(?:it|that|which|them|this)\b"
_FROM_IT = (
    (re.compile(rf"\b(?:its|their) left\b|\bleft of {_IT_WORDS}"), "left"),
    (re.compile(rf"\b(?:its|their) right\b|\bright of {_IT_WORDS}"), "right"),
    (re.compile(rf"\b(?:underneath|under|below|beneath) {_IT_WORDS}"), "below"),
    (re.compile(rf"\b(?:above|over|on top of|atop) {_IT_WORDS}"), "above"),
)
# ... or between the two ("a cat left of a dog").
_BETWEEN = (
    (re.compile(r"\bleft (?:side )?of\b|\bleft from\b"), "right"),
    (re.compile(r"\bright (?:side )?of\b|\bright from\b"), "left"),
    (re.compile(r"\b(?:above|over|atop|on top of|higher than)\b"), "below"),
    (re.compile(r"\b(?:under|below|beneath|underneath|lower than)\b"), "above"),
)
_SIDES = {"left": "right", "right": "left", "top": "bottom", "bottom": "top", "upper": "lower", "lower": "upper"}
_OTHER_SIDE = {"left": "right", "right": "left", "top": "below", "upper": "below", "bottom": "above", "lower": "above"}
_IT = re.compile(
    rf"\b(?:its|their)\b|\b(?:of|under|below|beneath|underneath|above|over|atop|beside|behind) {_IT_WORDS}"
)
# "With" joins no second thing: a snowman with a nose, a wizard with a hat. Unless a side is said of it.
_JOINS = re.compile(r"\b(?:and|plus|next to|beside|besides|near|by|between|alongside|on|in front of|&|\+)|,|/")


def place_of(rest: list[str]) -> tuple[float, float, float] | None:
    """Centre and side where the words beside thing, style and ground say them."""
    corner = _CORNER.search(" ".join(rest))
    if corner:
        top = "top" if corner[1] in ("top", "upper") else "bottom"
        return (*CORNERS[f"in the {top} {corner[2]} corner"], _SMALL_SIDE)
    size = next((word for word in rest if word in SIZES), None)
    if size is None:
        return None
    return _LARGE_PLACE if size in _LARGE else (0.5, 0.5, _SMALL_SIDE)


def joins(between: str) -> bool:
    """Whether the words between two things may join a second one."""
    return bool(_JOINS.search(between)) or any(pattern.search(between) for pattern, _ in _BETWEEN)


def tells_sides(between: str, behind: str) -> bool:
    """Whether the words between two things, or those behind the second, say on which side one of them stands."""
    sided = any(word in _SIDES for word in re.findall(r"[\w-]+", between)) or bool(_IT.search(between))
    return sided or any(pattern.search(behind) for pattern, _ in _FROM_IT)


def second_from_first(before: str, between: str, after: str) -> str:
    """Where the second thing is, seen from the first: left, right, above or below."""
    clause = re.split(r"[;.]", after)[0]
    for said, patterns in ((between, _FROM_IT), (between, _BETWEEN), (clause, _FROM_IT)):
        for pattern, where in patterns:
            if pattern.search(said):
                return where
    sides = [
        (word, part) for part, said in (("before", before), ("between", between), ("after", clause))
        for word in re.findall(r"\b(left|right|top|bottom|upper|lower)\b", said)
    ]  # fmt: skip
    if sides:  # the first of them is said of the first thing, unless it is the only one and comes last
        word, part = sides[0]
        return _OTHER_SIDE[_SIDES[word] if len(sides) == 1 and part == "after" else word]
    if re.search(r"\bon (?:an?|the)\b", between):
        return "below"
    return "right"
