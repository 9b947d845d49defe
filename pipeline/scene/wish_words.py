"""How people word a change: kind and pattern, tried in this order; blanks are single."""

import re

__all__ = ["PATTERNS"]

_GROUND = "(?:the )?(?:back ?ground|backdrop|bg|ground)"
_GONE = "(?:remove|delete|erase|no|without|drop|cut out|take away|clear)"
_NEAR = (
    "on top of|on|in|inside|under|underneath|below|above|over|behind|in front of|next to|beside|near"
    "|(?:to the )?(?:left|right) of|around"
)
_WORDED = (
    ("no_ground", f"{_GONE} {_GROUND}$|make {_GROUND} transparent$|transparent(?: {_GROUND})?$"),
    ("no_effect", f"{_GONE} (?:the )?(?:white )?(outline|border|edge|shadow|text|lettering|words|caption)$"),
    ("remove", "(?:remove|delete|erase|drop|take away|take out|get rid of|lose|hide|without|no|i don't want) (.+)$"),
    ("replace", "(?:swap|replace|exchange|substitute|trade|switch) (.+?) (?:for|with|by|to|into) (.+)$"),
    (
        "letter",
        "(?:add|put|draw|give (?:it|him|her|them)) (?:the )?(?:text|words?|lettering|caption|title) ?:? ?(.+)$"
        "|(?:write|letter) (.+)$",
    ),
    (
        "outline",
        "(?:(?:add|put|give (?:it|them)) )?(?:an? |the )?(?:([^ ]+) )?(?:thick |thin )?"
        "(?:outline|border|die[- ]cut edge|edge)(?: around (?:it|them|everything))?$",
    ),
    ("shadow", "(?:add|put|give (?:it|them)) (?:an? |the )?(?:soft |drop )?shadow$"),
    (
        "ground",
        f"(?:(?:make|change|turn|paint|set|colou?r) )?{_GROUND} ?(?:to |into |is |should be |be |: ?)?(.+)$",
    ),
    (
        "ground",
        "(?:(?:make|change|set|put|give) )?(?:it |them |everything )?(?:on |against |have |has )?(?:an? |the )?"
        f"(.+?) {_GROUND}$",
    ),
    ("scenery", "(?:put|place|set|move) (?:it|them|everything|this) (?:in|on|at|under|into|by) (.+)$"),
    ("whole", "(?:make|set|turn|let) (?:it|this|the (?:scene|picture|sky)) (?:be |into |look like )?(.+)$"),
    ("mirror", "(?:flip|mirror|reverse) (.+?)(?: horizontally| around)?$|turn (.+?) around$"),
    (
        "turn",
        "(?:rotate|turn|tilt|spin) (.+?) (?:by )?(upside down|clockwise"
        "|(-?[0-9]+) ?(?:degrees?|°)?(?: (counter|anti)?-?clockwise)?|(?:to the )?(?:left|right))$",
    ),
    (
        "order",
        "(?:bring|move|put|send) (.+?) (?:to |in |into )?(?:the )?"
        "(front|back|forward|backwards?|foreground|background)$",
    ),
    (
        "again",
        "(?:redraw|re-?roll|(?:another|a new) (?:drawing|version|look) (?:of|for)|different|redo) (.+)$",
    ),
    ("copy", "(?:duplicate|copy|clone|repeat|double) (.+)$|(?:one more|add another|another) (.+)$"),
    (
        "move",
        "(?:move|shift|nudge|push|drag) (.+?) (?:a (?:bit|little|lot) )?(?:further |more )?(?:to the |towards the )?"
        "(left|right|up|down|higher|lower)(?: a (?:bit|little|lot))?$",
    ),
    ("relate", f"(?:put|place|move|set|sit|stand) (.+?) ({_NEAR}) (.+)$"),
    ("add", "(?:add|give|put|insert|include|draw|with|i need|need) (?:(?:it|him|her|them|the [a-z]+) )?(.+)$"),
    (
        "size",
        "(?:make|turn|get|resize|scale) (.+?) (?:(twice|half|double|much|a lot|a bit|slightly|a little) )?"
        "(?:as |the )?"
        "(bigger|larger|smaller|big|large|small|tiny|huge|size|tinier)(?: as .*)?$|(enlarge|shrink|grow) (.+)$",
    ),
    ("colour", "(?:change|set) (?:the )?colou?r of (.+?) (?:to|into) (.+)$"),
    ("colour", "(?:make|turn|paint|colou?r|dye|recolou?r|change|set) (.+)$"),
    ("colour", "(.+?) (?:should be|must be|is|are|in) ([^ ]+(?: [^ ]+)?)$"),
)
PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _WORDED)
