"""Wordings that say something of the whole picture, or that are better said plainly, before a prompt is tagged.

    reworded = reword("a row of five penguins facing left in the rain", names.is_name)
    reworded.text, reworded.weather  # "five penguins", "rain"
    reworded.looks  # ((13, "left"),): whoever is named before that place looks to that side

Rows of patterns; where a name that was taught stands, nothing is reworded.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pipeline.language.english import article, plural, singular
from pipeline.language.relations import number_of
from pipeline.scene.kinds import is_alive, is_held
from pipeline.scene.printed import is_print
from pipeline.scene.record import Thing
from pipeline.scene.sketch import Sketch
from pipeline.scene.tagger import Token
from pipeline.scene.usual_colours import is_black_and_white

__all__ = ["Reworded", "function_word", "look_to", "reword"]

_NUMBER = r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|[2-9]|1[0-9]|2[0-4])"
_COLOUR = (
    r"(?:light |dark |bright |pale )?"
    r"(?:red|blue|green|yellow|orange|purple|pink|black|white|brown|gr[ae]y|gold|silver|turquoise|teal|violet)"
)
_FALLING = r"(?:rain(?:storm| shower)?|downpour|drizzle|snowfall|snowstorm|snow storm|blizzard)"
_KIND = {"snow": re.compile("snow|blizzard"), "rain": re.compile("rain|downpour|drizzle")}
_SOFT = r"(?:heavy |pouring |light |falling |gentle |soft |cold |heavily |softly |gently |hard )*"
# What falls all over a picture, and what is left of its words.
_WEATHER = (
    (rf"\b(?:(?:out )?in|under|through|during) (?:the |an? )?{_SOFT}{_FALLING}\b", ""),
    (r"\b(?:(?:while|when|and|as) )?(?:it is|it's|its) (?:raining|snowing)(?: outside| heavily)?\b", ""),
    (rf"\b(?:with |in |and )?(?:the )?{_SOFT}(?:snow|rain|snowflakes|rain ?drops) falling(?: down| softly)?\b", ""),
    (r"\b(?:with |in |and )?(?:the )?falling (?:snow|rain|snowflakes|rain ?drops)\b", ""),
    (r"\b(?:in|during) (?:the )?(?:rainy|snowy) weather\b", ""),
    (r"\brainy (?=(?:street|city|road|town|park|forest|beach|garden|field|village|alley)\b)", ""),
    (r"\b(?:on|during|in) an? (?:cold |dark |gray |grey )*(?:rainy|snowy) (?:day|morning|afternoon|evening)\b", ""),
    (r"\b(?:on|during|in) an? (?:cold |dark )*(?:rainy|snowy) night\b", "at night"),
    (r"^an? (?:cold |dark |gray |grey )*(?:rainy|snowy) (?:day|morning|afternoon)(?:,| on| in| with)? ", ""),
)  # fmt: skip
_WEATHER_RE = tuple((re.compile(pattern, re.IGNORECASE), left) for pattern, left in _WEATHER)
_LOOKS = re.compile(
    r"\s*\b(?:(?:that|who|which) is |is )?(?:facing|looking|turned|turning|pointing|swimming|walking|running|flying"
    r"|heading|moving|driving|galloping|going)(?: to(?:wards?)?)?(?: the)? (left|right)(?:-?hand)?(?: side)?\b(?! of)",
    re.IGNORECASE,
)
_GROUPED = re.compile(
    r"\b(?:an? |the )?(?:row|line|stack|pile|group|bunch|pack|circle|crowd|set|collection|team|tower|trio) of "
    rf"({_NUMBER})\b",
    re.IGNORECASE,
)
_COLLECTIVE = re.compile(
    r"\b(?:an? |the )?(\w+) (family|caravan|parade|herd|flock|army|gang|squad|choir|swarm|colony|convoy|procession)\b",
    re.IGNORECASE,
)
_COLLECTIVE_OF = re.compile(
    r"\b(?:an? |the )?(parade|army|gang|caravan|convoy|procession|squad|choir|team|litter|pod|colony|troop|crew|pride"
    r"|pack|line)"
    r" of (\w+)\b(?! of)",
    re.IGNORECASE,
)
_MANY = {"family": "three", "army": "eight", "swarm": "eight", "herd": "five", "colony": "six"}
_ALIVE_CROSSING = re.compile(r"\b(\w+) crossing (the|an?) (?=\w)", re.IGNORECASE)
_EACH_COLOUR = re.compile(
    rf"\b({_NUMBER}) ((?:\w+ )?\w+?)(?::|,| in| -| colou?red) "
    rf"({_COLOUR}(?:, {_COLOUR})*,? and {_COLOUR})\b(?! \w+s\b)",
    re.IGNORECASE,
)
_OF_THESE = re.compile(
    rf"\b({_NUMBER}) (\w+?)(?:,|:| -)? ({_NUMBER}|one) (?:are |of them |is )?({_COLOUR}),? and ({_NUMBER}|one) "
    rf"(?:are |of them |is )?({_COLOUR})\b(?! \w+s?\b)",
    re.IGNORECASE,
)
_SO_MANY_EACH = re.compile(rf"\b({_NUMBER}|one) ({_COLOUR}) and ({_NUMBER}|one) ({_COLOUR}) (\w+)\b", re.IGNORECASE)
_TWO_COLOURED = re.compile(r"\bblack[ -]and[ -]white (\w+)", re.IGNORECASE)
_HAIR = re.compile(
    r"\b(?:(?:long|short|straight|wavy|messy|flowing|shiny|beautiful|thick),? )+"
    rf"((?:{_COLOUR} |curly |blonde? )+hair)\b",
    re.IGNORECASE,
)
_ON_FIRE = re.compile(r"\b(\w+) on fire\b", re.IGNORECASE)
_UPSIDE = re.compile(r"\b(\w+) (hanging|sleeping|dangling) upside[ -]down (?=from\b|on\b)", re.IGNORECASE)
_SOME_PARTS = (
    rf"({_NUMBER}|one|many) ((?!{_COLOUR})(?:\w+ )?(?:heads?|eyes?|tails?|arms?|legs?|ears?|wings?|horns?|stripes?"
    r"|scoops?|layers?|wheels?|buttons?|teeth|fingers?|toes?|floors?|windows?|petals?|spots?|tentacles?))\b"
)
_PARTED = re.compile(rf",? (?:with|has|having) {_SOME_PARTS}", re.IGNORECASE)
_PARTED_TOO = re.compile(rf"(?<=\w),? and {_SOME_PARTS}", re.IGNORECASE)  # "with a red door and two windows"
_HAS = re.compile(r"\b(?:with|has|having)\b[^,.;]*$", re.IGNORECASE)
_NATURAL = frozenset(
    "two eyes,two ears,two arms,two wings,two legs,four legs,four wheels,two horns,eight arms,eight legs,"
    "eight tentacles,two wheels,six legs,one tail,one head,five petals".split(",")
)
_HOUR = re.compile(
    rf"\b(?:(?:\w+ )?(?:clock|watch) (?:showing|shows|at|set to|reading|striking) )?({_NUMBER}|one|1) o['’]clock\b",
    re.IGNORECASE,
)
# Beside a bottle, glasses are to drink from.
_DRUNK = re.compile(
    r"\b((?:bottle|pitcher|jug|carafe|wine|champagne|beer|water|milk|lemonade)s?\b.*\b(?:and|with) )"
    rf"((?:{_NUMBER}|some) )?glasses\b(?! of)",
    re.IGNORECASE,
)
_HUG = re.compile(
    r"\b(?:hugging|cuddling|squeezing|clutching) ((?:an?|the|his|her|its|their) )(?=(\w+(?: \w+)?))", re.IGNORECASE
)
_DEEDS = "breathing|playing|eating|drinking|reading|carrying|wearing|holding|spitting|throwing|selling|riding|juggling"
# What somebody does before who does it.
_DOER = re.compile(rf"((?:^|, |\band )(?:an? |the )?)(\w+)[ -]({_DEEDS}) (\w+)\b", re.IGNORECASE)
_DOER_HYPHENED = re.compile(rf"()\b(\w+)-({_DEEDS}) (\w+)\b", re.IGNORECASE)
_SO_MANY = r"((?:an?|the|some|two|three|his|her|its) [^,.;]{1,40}?)"
_IN_HAND = re.compile(
    rf"\b(?:with|has) {_SO_MANY} (?:in|between) (?:its|his|her|their|the) "
    r"(?:mouth|beak|hands?|paws?|claws?|teeth|trunk|arms?|jaws?|talons?|snout)\b",
    re.IGNORECASE,
)
_ON_ITS_FRONT = re.compile(
    rf"\b(with {_SO_MANY}) on (?:the|its|his|her) (?:screen|front|cover|label|display)\b", re.IGNORECASE
)
_HOURS = dict(
    zip(map(str, range(1, 13)), "one two three four five six seven eight nine ten eleven twelve".split(), strict=True)
)
_SMALL_WORDS = (
    "with", "and", "the", "wearing", "holding", "sitting", "riding", "next", "under", "behind", "above", "playing",
    "eating", "standing", "flying", "reading", "drinking", "without", "inside", "front", "background", "between",
)  # fmt: skip


@dataclass(frozen=True)
class Reworded:
    """A prompt said plainly.

    Args:
        text: what is left to be tagged.
        weather: "rain" or "snow" that falls; None is none.
        looks: places in the text, and the side to which whoever is named before them looks.
        left_out: words that were taken out and are not shown.
    """

    text: str
    weather: str | None = None
    looks: tuple[tuple[int, str], ...] = ()
    left_out: tuple[str, ...] = ()


def reword(text: str, is_name: Callable[[str], bool]) -> Reworded:
    """Say a prompt plainly.

    Args:
        text: without what is no language (``pipeline.language.syntax``).
        is_name: whether words are a name that was taught.
    """
    if is_name(text.strip(" .").lower()):
        return Reworded(text)
    left_out: list[str] = []
    text, weather = _weather(text)
    text = _GROUPED.sub(r"\1", text)
    text = _COLLECTIVE.sub(lambda found: _several(found[0], found[1], found[2], is_name), text)
    text = _COLLECTIVE_OF.sub(lambda found: _several(found[0], found[2], found[1], is_name), text)
    text = _ALIVE_CROSSING.sub(
        lambda found: f"{found[1]} on {found[2]} " if is_alive(found[1].lower()) else found[0], text
    )
    text = _EACH_COLOUR.sub(_each_its_colour, text)
    text = _OF_THESE.sub(_of_these, text)
    text = _SO_MANY_EACH.sub(r"\1 \2 \5 and \3 \4 \5", text)
    text = _TWO_COLOURED.sub(lambda found: found[1] if is_black_and_white(found[1].lower()) else found[0], text)
    text = _HAIR.sub(lambda found: _hair(found, left_out), text)
    text = _ON_FIRE.sub(lambda found: found[0] if is_name(found[0].lower()) else f"{found[1]} with fire", text)
    text = _UPSIDE.sub(r"\1 upside down \2 ", text)
    text = _DRUNK.sub(lambda found: f"{found[1]}{found[2] or ''}wine glasses", text)
    text = _HUG.sub(lambda found: f"holding {found[1]}" if _any_held(found[2]) else found[0], text)
    text = _PARTED_TOO.sub(
        lambda found: _without_parts(found, left_out) if _HAS.search(found.string[: found.start()]) else found[0], text
    )
    text = _PARTED.sub(lambda found: _without_parts(found, left_out), text)
    text = _IN_HAND.sub(r"holding \1", text)
    text = _ON_ITS_FRONT.sub(lambda found: f"{found[1]} {'on' if is_print(found[2]) else 'in front of'} it", text)
    for pattern in (_DOER, _DOER_HYPHENED):
        text = pattern.sub(lambda found: _doer_first(found, is_name), text)
    text = _HOUR.sub(lambda found: f"{_HOURS.get(found[1], found[1])} o'clock", text)
    return _looking(text, weather, left_out)


def function_word(word: str, is_word: Callable[[str], bool]) -> str:
    """A small word, or the one that a word was meant to be where two of its letters changed places, or one is missing
    or too many: "wiht".
    """
    if len(word) < 3 or word in _SMALL_WORDS or is_word(word):
        return word
    for right in _SMALL_WORDS:
        if sorted(word) == sorted(right) and word[0] == right[0]:
            return right
        longer, shorter = sorted((word, right), key=len, reverse=True)
        if len(longer) == len(shorter) + 1 >= 6 and any(
            longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer))
        ):
            return right
    return word


def _weather(text: str) -> tuple[str, str | None]:
    for pattern, left in _WEATHER_RE:
        found = pattern.search(text)
        if found is None:
            continue
        kind = next((kind for kind, said in _KIND.items() if said.search(found[0].lower())), "rain")
        rest = re.sub(r"\s+", " ", f"{text[: found.start()]}{left}{text[found.end() :]}").strip(" ,")
        if rest:
            snowy = kind == "snow" and not re.search(r"\bsnowy?\b", rest.lower())
            return (f"{rest}, in the snow" if snowy else rest), kind
    return text, None


def _several(whole: str, name: str, group: str, is_name: Callable[[str], bool]) -> str:
    one = singular(name.lower())
    if not is_alive(one) or is_name(whole.lower()) or is_name(re.sub(r"^(?:an?|the) ", "", whole.lower())):
        return whole
    return f"{_MANY.get(singular(group.lower()), 'four')} {plural(one)}"


def _each_its_colour(found: re.Match) -> str:
    colours = re.split(r",? and |, ", found[3])
    if number_of([found[1].lower()]) != len(colours):
        return found[0]
    words = found[2].split()
    name = " ".join((*words[:-1], singular(words[-1])))
    said = [f"{article(colour)} {colour} {name}" for colour in colours]
    return f"{', '.join(said[:-1])} and {said[-1]}"


def _of_these(found: re.Match) -> str:
    """ "five balloons, two red and three blue"."""
    number, name, first, colour, second, other = found.groups()
    of_each = [number_of([said.lower()]) or 0 for said in (first, second)]
    if max(of_each) < 2 or sum(of_each) != number_of([number.lower()]):  # "one black and one white" is known later
        return found[0]
    names = [singular(name) if many == 1 else name for many in of_each]
    return f"{first} {colour} {names[0]} and {second} {other} {names[1]}"


def _hair(found: re.Match, left_out: list[str]) -> str:
    told = found[0][: -len(found[1])].strip(" ,")
    left_out.append(f"{told} hair")
    return found[1]


def _any_held(words: str) -> bool:
    names = [words, words.split()[0], words.split()[-1]]
    return any(map(is_held, names)) and not any(map(is_alive, names))


def _without_parts(found: re.Match, left_out: list[str]) -> str:
    said = f"{found[1]} {found[2]}".lower()
    if said not in _NATURAL:
        left_out.append(said)
    return ""


def _doer_first(found: re.Match, is_name: Callable[[str], bool]) -> str:
    """ "a fire breathing dragon" is a dragon breathing fire."""
    before, what, doing, who = found.groups()
    said = f"{what} {doing} {who}".lower()
    if is_alive(what.lower()) or not is_alive(who.lower()) or is_name(said) or is_name(said.replace(" ", "-", 1)):
        return found[0]
    return f"{before}{who} {doing.lower()} {what}"


def _looking(text: str, weather: str | None, left_out: list[str]) -> Reworded:
    looks = []
    while found := _LOOKS.search(text):
        if not text[: found.start()].strip():
            break
        looks.append((found.start(), found[1].lower()))
        text = text[: found.start()] + text[found.end() :]
    return Reworded(re.sub(r"  +", " ", text), weather, tuple(looks), tuple(left_out))


def look_to(
    things: Sequence[Thing | None], drawn: Sketch, tokens: Sequence[Token], looks: Sequence[tuple[int, str]]
) -> list[Thing | None]:
    """The things with those that look to a side: of each place in the text, whoever is named before it."""
    told = list(things)
    for place, side in looks:
        named = [at for at, one in enumerate(drawn.things) if tokens[one.at].start < place and told[at] is not None]
        last = max(named, key=lambda at: tokens[drawn.things[at].at].start, default=None)
        if last is not None and (thing := told[last]) is not None:
            told[last] = replace(thing, looks=side)
    return told
