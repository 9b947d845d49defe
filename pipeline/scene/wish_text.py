"""Wishes about the words in a picture and the edge around its things.

Each reads one kind of ``wish_words.PATTERNS``: it does what the words ask for and says whether they were understood.
"""

import re
from typing import TYPE_CHECKING

from pipeline.scene.notes import Note
from pipeline.scene.record import MAX_TEXT

if TYPE_CHECKING:
    from pipeline.scene.wish import Reading

__all__ = ["TEXTS"]

_FORMS = {
    "arch": "arched", "curve": "arched", "bent": "arched", "bend": "arched", "circle": "arched", "banner": "banner",
    "ribbon": "banner", "straight": "straight",
}  # fmt: skip
_PLACES = {
    "top": "top", "above": "top", "up": "top", "bottom": "bottom", "below": "bottom", "under": "bottom",
    "down": "bottom", "middle": "middle", "cent": "middle",
}  # fmt: skip
_QUOTED = re.compile(r"[\"“«']([^\"”»]+)[\"”»']")
_WHERE = re.compile(
    r"\s+(?:(?:at|on|in|to) (?:the )?)?(top|bottom|middle|centre|center|below|above|underneath|under it|over it"
    r"|under them|instead)$",
    re.IGNORECASE,
)
_SIZE = 0.15  # of the shorter side: what lettering has where nobody says its size
_BIGGER = 1.4
_LETTER = 0.5  # width of a letter, of its height
_LINE = 0.86  # width of a line at most, of the shorter side


def _letter(match: re.Match, reading: "Reading") -> bool:
    """ "write Hello at the top in red": new words; those that are there already lend them their looks."""
    text = next(group for group in match.groups() if group)
    quoted = _QUOTED.search(text)
    about = text.replace(quoted[0], " ") if quoted else text
    own = quoted[1] if quoted else text.strip(" \"'")
    before = reading.scene.lettering
    form = next((form for word, form in _FORMS.items() if quoted and word in about.lower()), "")
    said = re.search(r"\bin (.+?)(?: (?:on|at|in) .+)?$", about if quoted else f" {own}")
    colour = reading.colour_of(said[1]) if said else None
    if colour and said and not quoted:
        own = own.replace(f"in {said[1]}", "", 1).strip()
    where = ""
    if quoted:
        where = next((place for word, place in _PLACES.items() if re.search(rf"\b{word}", about, re.IGNORECASE)), "")
    else:
        while found := _WHERE.search(own):
            where = next((place for word, place in _PLACES.items() if word in found[1].lower()), where)
            own = own[: found.start()]
    if not own.strip() or len(own) > MAX_TEXT:
        return False
    if before is not None:
        form, where = form or before.form, where or before.place
        colour = colour or (before.colour if before.colour != "#111111" else None)
    reading.do("letter", own.strip(), form or "straight", where or "bottom", *([colour] if colour else []))
    return True


def _lettering(match: re.Match, reading: "Reading") -> bool:
    """ "make the text red", "move the text to the top", "bigger text", "change the text to Hello"."""
    text, words = reading.scene.lettering, next(group for group in match.groups() if group)
    if text is None:
        if re.match(r"(?:change|set)\s", match[0], re.IGNORECASE) and _new(words):
            return _again(_new(words), reading)
        reading.notes.append(Note("absent", "text"))
        return True
    if re.search(r"\b(?:says?|reads?) ", match[0], re.IGNORECASE):
        return _again(words.strip(" \"'“”"), reading)
    said = words.lower()
    form = next((form for word, form in _FORMS.items() if word in said), text.form)
    place = next((place for word, place in _PLACES.items() if re.search(rf"\b{word}", said)), text.place)
    colour = reading.colour_of(re.sub(r"^(?:to|into|be|in) ", "", said))
    size = text.size
    if found := re.search(r"\b(bigger|larger|big|large|huge|smaller|small|tiny|bold|bolder)\b", said):
        small = found[1] in ("smaller", "small", "tiny")
        size = min(0.5, max(0.03, (size or _SIZE) * (1 / _BIGGER if small else _BIGGER)))
    if (form, place, size) == (text.form, text.place, text.size) and colour is None:
        return _again(_new(words), reading) if _new(words) else False
    own = text.text
    if size is not None and "\n" not in own and " " in own and len(own) * size * _LETTER > _LINE:
        own = _in_two(own)  # it could be no larger in one
    own = own.replace("\n", "\\n")
    reading.do(
        "letter",
        own,
        form,
        place,
        colour or text.colour,
        text.outline or "none",
        *([size] if size is not None else []),
    )
    return True


def _in_two(text: str) -> str:
    """Broken at the blank that is nearest to the middle."""
    blanks = [at for at, letter in enumerate(text) if letter == " "]
    middle = min(blanks, key=lambda at: abs(at - len(text) / 2))
    return f"{text[:middle]}\n{text[middle + 1 :]}"


def _new(words: str) -> str:
    """The words behind "change the text to"."""
    found = re.match(r"(?:to|into|so (?:it|that it) says|say|read|:)\s+(.+)$", words, re.IGNORECASE)
    return found[1].strip(" \"'“”") if found else words.strip(" \"'“”") if _QUOTED.fullmatch(words) else ""


def _again(own: str, reading: "Reading") -> bool:
    if len(own) > MAX_TEXT:
        return False
    text = reading.scene.lettering
    if text is None:
        reading.do("letter", own)
        return True
    size = [text.size] if text.size is not None else []
    reading.do("letter", own, text.form, text.place, text.colour, text.outline or "none", *size)
    return True


def _no_effect(match: re.Match, reading: "Reading") -> bool:
    """ "remove the shadow", "no text"."""
    what = match[1].lower().rstrip("s")
    verb = {"shadow": "shadow", "outline": "outline", "border": "outline", "edge": "outline"}.get(what, "letter")
    reading.do(verb, "off" if verb == "shadow" else "none")
    return True


def _outline(match: re.Match, reading: "Reading") -> bool:
    colour = reading.colour_of(match[1] or "white") or "white"
    side = min(reading.scene.width, reading.scene.height)
    reading.do("outline", max(4, side // 32), colour if colour != "white" else "#ffffff")
    return True


def _edge(match: re.Match, reading: "Reading") -> bool:
    """ "make the outline red", "make the outline thicker"."""
    edge, words = reading.scene.outline, match[1].lower()
    if edge is None:
        reading.notes.append(Note("absent", "outline"))
        return True
    wider = 1.5 if re.search("thick|wide|big|bold", words) else 1 / 1.5 if re.search("thin|narrow|small", words) else 1
    colour = reading.colour_of(words) or edge.colour
    if wider == 1 and colour == edge.colour:
        return False
    reading.do("outline", min(64, max(1, round(edge.width * wider))), colour)
    return True


def _shadow(match: re.Match, reading: "Reading") -> bool:
    reading.do("shadow", "on")
    return True


# Kind of wish -> what reads it.
TEXTS = {
    "letter": _letter, "lettering": _lettering, "no_effect": _no_effect, "outline": _outline, "edge": _edge,
    "shadow": _shadow,
}  # fmt: skip
