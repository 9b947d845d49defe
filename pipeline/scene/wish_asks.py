"""What a wish asks for, without what is said to be polite, and in the verbs that ``wish_words`` knows.

plainly("could you please place a lamp near the tree") == "put a lamp near the tree"
plainly("can we have two more birds") == "add two more birds"
"""

import re

__all__ = ["plainly"]

_FILLER = re.compile(
    r"^(?:please|pls|kindly|i (?:think|guess|feel)(?: that)?"
    r"|(?:can|could|may|might|should) (?:you|we|i)(?: please)?(?! not)|would you"
    r"|would it be possible to|is it possible to|it would be (?:nice|great|cool|good) (?:to|if (?:we|you) could)"
    r"|i want you to|i want to|(?:i|we)(?:'d| would) (?:like|love|prefer)(?: to)?(?: see)?"
    r"|(?:i|we) (?:want|wish)(?: to see)?|(?:i|we|you) (?:should|must|could|can|might)|let's|lets|let us|now|also|and"
    r"|then|so|simply|just(?= (?:make|move|turn|put|add|give|remove|delete|paint|swap|change|draw|set|flip|take)\b)"
    r"|try to|you should|we need to|it needs to be|maybe|perhaps|ok|okay|hey|hi|hm+|well"
    r"|how about|what about|what if|why not|actually|next)[, ]\s*",
    re.IGNORECASE,
)
_POLITE = re.compile(r"[, ]+(?:please|pls|thanks|thank you|for me|now|if (?:possible|you can))$", re.IGNORECASE)
_NEW = (
    r"(?=(?:an?|another|some|several|one|two|three|four|five|six|seven|eight|nine|ten|twelve|[0-9]+|more|many|lots"
    r"|plenty|a few)\b)"
)
_NEAR = "(?:on top of|on|onto|in front of|inside|in|into|underneath|under|below|above|over|behind|next to|beside|near)"
_DOING = r"\b(?:ride|sit|stand|hold|wear|lie|fly|climb|jump|look|face)\b"
_ING = {"ride": "riding", "sit": "sitting", "hang": "hanging", "lie": "lying", "lean": "leaning", "perch": "perched"}


def _is_doing(match: re.Match) -> str:
    """ "let a bird sit on the fence": it is added."""
    return " ".join(["add", match[1], _ING[match[2].lower()], *([match[3]] if match[3] else []), match[4]])


_PATTERN = {"st": "stripes", "sp": "spots", "do": "dots", "ch": "checks", "pl": "plaid"}


def _patterned(match: re.Match) -> str:
    """ "make the dress striped": stripes are added to it."""
    return f"add {_PATTERN[match[2][:2].lower()]} to {match[1]}"


def _haired(match: re.Match) -> str:
    """ "give the girl blonde hair", "the girl should have blond hair"."""
    given = re.match(r"give|let|.+ (?:have|has|gets?) ", match[0], re.IGNORECASE)
    return f"make {match[1]} {match[3]} {match[2]}" if given else match[0]


# What people say, and the same in other words; every row is tried, each on what the one before it made.
_ROWS = (
    (r"((?:remove|delete|erase|drop|lose|take away|get rid of) .+?),? (?:but|and) (?:keep|leave|not) .+$", r"\1"),
    (r"(?:i|we) (?:don't|do not|didn't) (?:like|need|want) (the|her|his|its|their) ", r"remove \1 "),
    (r"(?:can|could|may) ((?:the|her|his|its) .+?|they|she|he|it) (?:be|look) (.+?)(?: instead)?$", r"make \1 \2"),
    (r"(?:can|could|may) ((?:the|her|his|its) .+?|she|he|it) (wear|hold|carry|ride) ", r"make \1 \2 "),
    (r"park the ", "put the "),
    (r"(?:adding|drawing|putting|placing) ", "add "),
    (r"(?:place|stick|pin|glue|plant|park|set|stand|lay|pop|drop|fit) " + _NEW, "put "),
    (r"(?:include|throw in|insert|squeeze in|bring in|show|paint in|draw in) " + _NEW, "add "),
    (r"(?:give me|give us|get me|get us|show me|bring me) " + _NEW, "add "),
    (r"(add|put) " + _NEW + r"(.+) in (.+) (?:other|left|right|free|second) (hand|paw|arm)$", r"\1 \2 in \3 \4"),
    (r"(?:make |have |paint |turn )?(?!add |put |give |draw |remove |no )(.+?) (?:(?:should|must) be |is |to be |in )?"
     r"(?:polka[ -]?)?(striped|stripy|stripey|spotted|spotty|dotted|dotty|dot|checked|checkered|plaid)$", _patterned),
    (r"(?:(?:add|put|paint|draw|want|have) )?((?:[a-z]+ )?(?:polka[ -]?)?(?:stripes|spots|dots|checks)) on (.+)$",
     r"add \1 to \2"),
    (r"(?:(?:give|let|make) )?((?:the )?[a-z]+) (?:(?:should|must|to) )?(?:have |has |gets? )?"
     r"((?:light |dark )?[a-z]+) (hair|eyes)$", _haired),
    (r"hang " + _NEW + r"(.+?) (?:from|on|in|off|onto) (.+)$", r"add \1 hanging from \2"),
    (r"lean " + _NEW + r"(.+?) (?:against|on|at) (.+)$", r"add \1 leaning against \2"),
    (r"hide " + _NEW + r"(.+?) (behind|under|inside|in) (.+)$", r"add \1 \2 \3"),
    (r"(?:seat|sit) " + _NEW + r"(.+?) (?:on|upon|at) (.+)$", r"add \1 sitting on \2"),
    (r"perch " + _NEW + r"(.+?) (?:on|upon|in) (.+)$", r"add \1 perched on \2"),
    (r"(?:make|let|have|get) " + _NEW + r"(.+?) (ride|sit|hang|lie|lean|perch) (?:(on|in|from|against|at) )?(.+)$",
     _is_doing),
    (r"(hang|lean|hide|seat|perch) ((?:the|her|his|its|my) .+?) (from|on|in|off|against|behind|under|inside) (.+)$",
     r"make \2 \1 \3 \4"),
    (r"make (.+) seat on ", r"make \1 sit on "),
    (r"(?:let|make|have) (.+ and .+?) (?:swap|switch|exchange|change|trade) (?:places|positions|sides)$", r"swap \1"),
    (r"draw (an? .+ " + _NEAR + r" the .+)$", r"add \1"),
    (r"(?:(?:i|we|it|the (?:picture|scene)) )?(?:needs?|wants?|misses|lacks?) " + _NEW, "add "),
    (r"(?:have|get|see|use) " + _NEW + r"(?!.* instead)(?!.*" + _DOING + ")", "add "),
    (r"there (?:should|could|must|might) (?:also )?be (?=an? |another |some |more )", "add "),
    (r"(?:lots|plenty|loads|tons|a lot) of (?=[a-z ]+s$|[a-z]+s )", "add lots of "),
    (r"((?:[a-z]+ )?[a-z]+s (?:everywhere|all around|all over(?: the (?:place|picture))?))$", r"add \1"),
    (r"(many|several|a few|more) (?=[a-z]+s$)", r"add \1 "),
    (r"(?:have|get) (the|her|his|its|it|them) (?=.* [a-z]+$)(?!.*" + _DOING + ")", r"make \1 "),
)  # fmt: skip
_REWORDED = tuple((re.compile("^" + said, re.IGNORECASE), plain) for said, plain in _ROWS)


def plainly(words: str) -> str:
    """A wish without its polite beginning and end, and with verbs that are known.

    Args:
        words: one wish, as a person says it.
    """
    before = ""
    while words != before:
        before, words = words, _POLITE.sub("", _FILLER.sub("", words))
    words = " ".join(words.split())
    for said, plain in _REWORDED:
        words = said.sub(plain, words)
    return words
