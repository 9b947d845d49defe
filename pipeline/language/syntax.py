"""What prompts hold beside language: weights, tags, options and joiners of other programs, emoji, words to be written.

    plain = plain_language("(cat:1.3), masterpiece --ar 16:9", seed=7)
    plain.text, plain.aspect  # "cat, masterpiece", (16, 9)

No word is understood here; what is taken out is told.
"""

import re
import unicodedata
from dataclasses import dataclass, field

from pipeline.language.emoji import EMOTICONS, find_emoji

__all__ = ["PlainPrompt", "is_elsewhere", "plain_language"]

_LINE = re.compile(r"[\r\n\u2028\u2029\x0b\x0c\x85]+")
_ADDON = re.compile(r"<\s*(?:lora|lyco|lycoris|hypernet|embedding|lora_?\w*|wlr)\s*:[^<>]*>", re.IGNORECASE)
_ASPECT = re.compile(r"(?:--|—|–)\s?(?:ar|aspect)\s+(\d{1,4})\s*[:x/]\s*(\d{1,4})", re.IGNORECASE)
_NEGATIVE = re.compile(r"(?:--|—|–)\s?(?:no|neg|negative)\s+([^-—–]+)", re.IGNORECASE)
_NEGATIVE_LINE = re.compile(r"[,.\s]*\bnegative prompt\s*:\s*(.*)$", re.IGNORECASE | re.DOTALL)
_OPTION = re.compile(
    r"(?:--|—)\s?[a-z]\w*(?:\s+(?:https?:\S+|[\d.]+[:x]?[\d.]*|raw|fast|relax|turbo|cute|scenic))*", re.I
)
_CHOICE = re.compile(r"\{(?:\d+\$\$)?([^{}]*\|[^{}]*)\}")
_PREPENDED = re.compile(
    r"^\s*(?:/(?:imagine|draw|create|generate)\b(?:\s+prompt\s*:)?"
    r"|(?:imagine|picture|think of) (?:a|the) (?:world|place|scene|universe) (?:where|in which)\b)",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"[,\s]*\b(?:pl[sz]+|please|thx|tysm|thanks|thank you|lol|haha|asap)\b(?=[\s,.!?]|$)", re.IGNORECASE
)
_LETTERS = re.compile(r"\b(?:[A-Za-z]\.){2,}")  # "U.F.O."
_SHORTENED = re.compile(r"\b(mr|mrs|ms|dr|st|prof|[a-z])\.\s*(?=[a-z])", re.IGNORECASE)  # "T. rex"
# Programs, and places of pictures, as tags.
_TAGS = frozenset(
    "blender,cinema 4d,c4d,octane,maya,zbrush,procreate,photoshop,adobe illustrator,illustrator,midjourney,dall-e,"
    "unreal engine,unreal engine 5,unity,artstation,deviantart,behance,dribbble,pixiv,pinterest,corona,v-ray,vray,"
    "redshift,figma,canva,corel,houdini,keyshot,sketchup,unsplash,shutterstock,getty,instagram".split(",")
)
# Small words of other languages that mean nothing in English, and English ones.
_ELSEWHERE = frozenset(
    "un une les du avec dans ein eine einen einem einer der das und mit auf el la le una unos con gli uno uma het "
    "een och ett på".split()
)
_ENGLISH = frozenset("an the of and with on at to is are my for from by me two three no not".split())
_WEIGHTED = re.compile(r"[(\[]\s*([^()\[\]:]*?)\s*:\s*-?\d*\.?\d+\s*[)\]]")
_SWITCHED = re.compile(r"\[\s*([^\[\]:|]*)\s*:\s*[^\[\]]*\]")
_SHARE = re.compile(r"::\s*-?\d*\.?\d*")
_BRACKETS = re.compile(r"\\?[()\[\]{}]")
_BREAK = re.compile(r"\bBREAK\b|\bADDCOMM\b|\bADDROW\b")
_AND = re.compile(r"\bAND\b")
_JOINER = re.compile(r"(?<=[^\W\d_])\s*[|\\/]+\s*(?=[^\W\d_])|[|\\]+|\s/\s")
_WITHOUT, _WITH = re.compile(r"\bw/o\b\s*", re.IGNORECASE), re.compile(r"\bw/\s*", re.IGNORECASE)
_LISTED = re.compile(r"(?:^|(?<=[\s,;]))\d{1,2}\s?[.)]\s+(?=[^\W\d])")
_DANBOORU = re.compile(r"\b(\d)\+?(girl|boy|other)s?\b", re.IGNORECASE)
_TIMES = re.compile(r"\b(\d{1,3})\s?x\s+(?=[^\W\d])", re.IGNORECASE)
_SHARP = re.compile(
    r"\b\d{1,2}\s?k\b|\b(?:uhd|hdr|fhd|\d{3,4}\s?p|\d{3,4}\s?dpi|\d{3,4}\s?x\s?\d{3,4})\b", re.IGNORECASE
)
_SAYS = re.compile(
    r"""[,\s]*(?:\b(?:and|that|which|who|with|has|having|the|a|an|big|bold|large)\s+)*
    \b(?:says?|saying|reads?|reading|text|texts|words?|word|caption|captioned|message|lettering|letters|title|titled|
    inscription|label|labell?ed|written|writing|slogan|quote)\b
    \s*(?:\b(?:is|of|on\ it|on\ top|below|saying|that\s+says)\b)?
    \s*[:=]?\s*(?:"([^"]{1,80})"|“([^”]{1,80})”|«([^»]{1,80})»|„([^“”]{1,80})[“”]|(?<!\w)'([^']{1,80})'(?!\w))""",
    re.IGNORECASE | re.VERBOSE,
)
# The name of a shop stands on its sign.
_CALLED = re.compile(r"\s*,?\s*\b(?:called|named)\s+([A-Z][\w'&-]*(?: (?:&|and|of|the|[A-Z0-9][\w'&-]*))*)")
_SHOP = re.compile(
    r"\b(?:logo|sign|brand|poster|label|shop|store|bakery|caf[eé]|restaurant|bar|salon|company|business|boutique)\b",
    re.I,
)
_WORD = re.compile(r"[^\W\d_]+")
# The same without quotes, up to where the sentence goes on.
_SAYS_BARE = re.compile(
    r"\s*\b(?:that|which) (?:says|reads)\s+([^\W_][\w'&!? ]{0,40}?)"
    r"(?=$|[,.;]|\s(?:with|on|in|next|under|and|at|by)\b)",
    re.IGNORECASE,
)
_LETTERS_COLOUR = re.compile(
    r"^\s*,?\s*in (?:an? )?((?:light |dark |bright )?[a-z]+)(?: letters| lettering| text| colou?r)?\b", re.I
)
_SIGN = re.compile(
    r"\b(?:an? |the |big |bold )*(?:capital |uppercase )?(?:letter|number|digit|numeral)\s+([A-Za-z]|\d{1,4})\b", re.I
)
_IN_CAPITALS = re.compile(  # "the word LOVE"
    r"\b(?:an? |the )?(?:[Ww]ords?|[Tt]ext|[Nn]ame|[Ll]ettering|[Tt]itle|[Ii]nitials|[Ll]etters) "
    r"([A-Z][A-Z0-9&!'-]+(?: [A-Z0-9][A-Z0-9&!'-]*)*)\b"
)
_QUOTES = re.compile(r"[\"“”„«»`*~^=_]+")
_LETTER_COLOURS = frozenset(
    "red blue green yellow orange purple pink black white brown gray grey gold silver teal violet navy".split()
)
_DIGITS = {"1": "a", "2": "two", "3": "three", "4": "four", "5": "five", "6": "six"}
# Faces, hearts, sparkles, applause: a mood where they close a sentence.
_MOODS = re.compile(
    "[\U0001f600-\U0001f644\U0001f90d-\U0001f92f\U0001f970-\U0001f976\U0001f493-\U0001f49f❤✨🙏👍👏🙌🎉🔥💯]"
)


@dataclass(frozen=True)
class PlainPrompt:
    """A prompt without what is no language.

    Args:
        text: what is left.
        known: spans of the text that name a thing for certain, with the name: emoji.
        aspect: width and height, as ``--ar`` says them.
        negative: what is not wanted, as ``--no`` says it.
        lettering: words to be written in the picture; their colour, where one is said, in a second line.
        left_out: what was taken out and does nothing here.
        foreign: whether most of the letters are of another script.
    """

    text: str
    known: tuple[tuple[int, int, str], ...] = ()
    aspect: tuple[int, int] | None = None
    negative: str = ""
    lettering: str | None = None
    left_out: tuple[str, ...] = field(default=())
    foreign: bool = False


def plain_language(prompt: str, *, seed: int = 0) -> PlainPrompt:
    """Take out what is no language.

    Args:
        prompt: as somebody typed or pasted it.
        seed: chooses where the prompt leaves a choice, ``{red|blue}``.
    """
    text = prompt.encode("utf-8", "ignore").decode("utf-8")  # halves of signs cannot be encoded
    text = _LINE.sub(", ", unicodedata.normalize("NFC", text).replace("’", "'").replace("\t", " "))
    text = _THANKS.sub("", _SHORTENED.sub(r"\1 ", _LETTERS.sub(lambda found: found[0].replace(".", ""), text)))
    text = _PREPENDED.sub("", text)
    text, addons = _ADDON.sub(" ", text), _ADDON.findall(text)
    aspect = _ASPECT.search(text)
    negative = [match[1].strip(" ,.") for match in _NEGATIVE.finditer(text)]
    text = _NEGATIVE.sub(" ", _ASPECT.sub(" ", text))
    if line := _NEGATIVE_LINE.search(text):
        negative.append(line[1].strip())
        text = text[: line.start()]
    options = _OPTION.findall(text)
    text = _OPTION.sub(" ", text)
    text, tags = _untagged(_chosen(text, seed))
    lettering = _SAYS.search(text) or (_CALLED.search(text) if _SHOP.search(text) else None)
    if lettering is None:  # "the letter A" is written, not drawn
        lettering = _SIGN.search(text) or _IN_CAPITALS.search(text) or _SAYS_BARE.search(text)
    colour = None
    if lettering:
        colour = _LETTERS_COLOUR.match(text[lettering.end() :])
        colour = colour if colour and colour[1].split()[-1] in _LETTER_COLOURS else None
        end = lettering.end() + (colour.end() if colour else 0)
        text = text[: lettering.start()] + " " + text[end:]
    text = _unweighted(_named_faces(text))
    text = _DANBOORU.sub(lambda match: f"{_DIGITS.get(match[1], match[1])} {_many(match)}", text)
    if len(_LISTED.findall(text)) > 1:
        text = _LISTED.sub(", ", text)
    text = _TIMES.sub(r"\1 ", _SHARP.sub(" ", text))
    text = _AND.sub("and", _BREAK.sub(", ", text))
    text = _JOINER.sub(", ", _WITH.sub("with ", _WITHOUT.sub("without ", text)))
    text, known = _named_emoji(_QUOTES.sub(" ", text))
    text, known = _tidied(text, known)
    letters = [letter for letter in text if letter.isalpha()]
    foreign = 2 * sum(map(_foreign, letters)) > len(letters) > 0
    strange = [] if foreign else [word for word in _WORD.findall(text) if all(map(_foreign, word))]
    for word in strange:
        text = text.replace(word, " " * len(word))
    return PlainPrompt(
        text,
        known,
        (int(aspect[1]), int(aspect[2])) if aspect and int(aspect[1]) and int(aspect[2]) else None,
        ", ".join(part for part in negative if part),
        _lettered(lettering, colour),
        tuple(part.strip() for part in (*addons, *options, *tags, *strange)),
        foreign,
    )


def _lettered(lettering: re.Match | None, colour: re.Match | None) -> str | None:
    own = next((own.strip() for own in lettering.groups() if own), None) if lettering else None
    return f"{own}\n{colour[1]}" if own and colour else own


def is_elsewhere(text: str) -> bool:
    """Whether a text is in another language that is written in Latin letters: by its small words."""
    words = set(_WORD.findall(text.lower()))
    return bool(words & _ELSEWHERE) and not words & _ENGLISH


def _untagged(text: str) -> tuple[str, list[str]]:
    """A text without tags that name a program, and these; where there is nothing else, they stay."""
    parts = text.split(",")
    tags = [part.strip() for part in parts if part.strip().lower() in _TAGS]
    rest = [part for part in parts if part.strip().lower() not in _TAGS]
    return (",".join(rest), tags) if any(part.strip() for part in rest) else (text, [])


def _foreign(letter: str) -> bool:
    return not unicodedata.name(letter, "").startswith("LATIN")


def _chosen(text: str, seed: int) -> str:
    """``{red|blue}``: one of them, the innermost first."""
    turn = 0
    while match := _CHOICE.search(text):
        parts = match[1].split("|")
        text = text[: match.start()] + parts[(seed + turn) % len(parts)].strip() + text[match.end() :]
        turn += seed // len(parts)
    return text


def _unweighted(text: str) -> str:
    before = None
    while before != text:
        before = text
        text = _SWITCHED.sub(r"\1", _WEIGHTED.sub(r"\1", text))
    return _BRACKETS.sub(" ", _SHARE.sub(", ", text))


def _many(match: re.Match) -> str:
    word = match[2].lower().replace("other", "person")
    return word if match[1] == "1" else f"{word}s".replace("persons", "people")


def _named_faces(text: str) -> str:
    """Emoticons as emoji, so that they outlive brackets."""
    parts = re.split(r"(\s+)", text)
    return "".join(f" \ue000{EMOTICONS[part.lower()]}\ue001 " if part.lower() in EMOTICONS else part for part in parts)


def _named_emoji(text: str) -> tuple[str, tuple[tuple[int, int, str], ...]]:
    """Emoji and emoticons as their names, and where those stand. A face behind words is a mood and no thing."""
    said = any(letter.isalpha() for letter in re.sub("\ue000[^\ue001]*\ue001", "", text))
    marks = [(start, end, name) for start, end, name in find_emoji(text)]
    marks += [(*match.span(), match[1]) for match in re.finditer("\ue000([^\ue001]*)\ue001", text)]
    known, parts, at, length = [], [], 0, 0
    for start, end, name in sorted(marks):
        last = not any(letter.isalnum() for letter in re.sub("\ue000[^\ue001]*\ue001", "", text[end:]))
        dropped = not name or (said and last and start > 0 and _MOODS.match(text[start:end]))
        beside = known and not text[at:start].strip()
        before = text[at:start] + (", " if beside and not dropped else " ")
        length += len(before)
        parts.append(before)
        if not dropped:
            known.append((length, length + len(name), name))
            length += len(name)
            parts.append(name)
        at = end
        parts.append(" ")
        length += 1
    return "".join(parts) + text[at:], tuple(known)


def _tidied(text: str, known: tuple[tuple[int, int, str], ...]) -> tuple[str, tuple[tuple[int, int, str], ...]]:
    """Single blanks, no comma twice; the known spans move along."""
    kept: list[str] = []
    moved = [0] * (len(text) + 1)
    for at, letter in enumerate(text):
        moved[at] = len(kept)
        letter = " " if letter.isspace() else letter
        if letter == " " and (not kept or kept[-1] == " "):
            continue
        if letter in ",;." and kept and kept[-1] == " ":
            kept.pop()
            moved[at] = len(kept)
        if letter in ",;" and (not kept or kept[-1] in ",;.:"):
            continue
        kept.append(letter)
    moved[len(text)] = len(kept)
    spans = tuple((moved[start], moved[start] + len(name), name) for start, _, name in known)
    return "".join(kept).strip(" ,;"), spans
