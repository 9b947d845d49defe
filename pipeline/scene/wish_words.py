"""How people word a change: kind and pattern, tried in this order; blanks are single."""

import re

__all__ = ["PATTERNS"]

_GROUND = "(?:the )?(?:back ?ground|backdrop|bg|ground|sky)"
_GONE = "(?:remove|delete|erase|no|without|drop|cut out|take away|clear)"
_NEAR = (
    "on top of|on|in front of|inside|in|underneath|under|below|above|over|behind|next to|beside|near"
    "|(?:to the )?(?:left|right) of|around"
)
_TEXT = "(?:text|words?|lettering|letters|caption|title)"
_SPOT = (
    "((?:top|bottom|upper|lower|middle|left|right|centre|center)(?:[ -](?:left|right|centre|center|middle))?)"
    "(?: (?:side|edge|corner|half|part|hand side))?"
)
_MOOD = r"[a-z-]+(?: (?:in love|love|face|expression|look))?"
_WORDED = (
    (
        "undo",
        "(?:undo|revert|go back|step back|never ?mind|take (?:that|it|this) back|put it back)"
        "(?: (?:that|this|it|the last|my last|last)(?: (?:change|step|edit|one|thing))?)?$",
    ),
    (
        "weather",
        "(?:(?:make|let|have) it|it should)(?: be)? (?P<weather>rain|snow)(?:ing)?"
        "(?P<night> (?:at|in the|by) night)?$",
    ),
    (
        "spread",
        "(?:spread|move|pull|push|set|space) (.+?) (?:out|apart|further apart|farther apart|away from each other)$"
        "|(?:move|bring|push|put|pull) (.+?) (?:closer|nearer)(?: together| to each other)?$"
        "|(?:move|bring|push) (.+?) together$",
    ),
    (
        "nearer",
        "(?:move|bring|put|push|pull) (.+?) (closer to|nearer to|nearer|towards?|(?:further |farther )?away from"
        "|(?:further|farther) from) (.+)$",
    ),
    (
        "lined",
        "(?:put|place|move|arrange|set|line) (.+?) (?:up )?(?:side by side|in a (?:row|line)|next to each other|up)$",
    ),
    ("sizes", "(double|halve) the size of (.+)$|make (.+?) (twice|half) (?:as|the) (?:big|large|tall|size)$"),
    ("hidden", "hide (.+?) (behind|under|in) (.+)$"),
    ("scenery", "(?:change|switch|move|set|turn) the (?:scene|setting|place|location) (?:to|into|in) (.+)$"),
    ("scenery", "(?:take|bring|send) (?:it|them|everybody|everyone) (?:in ?to|to|on) (.+)$"),
    ("other_way", "(?:make|let|have) (.+?) (?:face|look)(?: in)? (?:the )?(?:other|opposite) (?:way|direction)$"),
    ("faces", "(?:make|let|have|get) (.+?) (?:to )?(?:look at|face|watch|stare at|look towards?) (.+)$"),
    ("faces", "turn (.+?) (?:towards?|to face) (.+)$"),
    (
        "does",
        "(?!.* instead of )(?=make |let |have |get |.+ (?:should|must) )"
        "(?:(?:make|let|have|get) )?(.+?) (?:(?:should|must) )?"
        "(wear|hold|carry|ride|sit on|stand on|lie on|sleep on|stand behind|hide behind|stand in front of"
        "|stand next to|sit next to) (.+)$",
    ),
    (
        "number",
        "(?:(?:make|let) there be|there (?:should|must) be|have) ([a-z]+|[0-9]+) ([a-z]+)$",
    ),
    (
        "one_of",
        r"(?:make|paint|turn|colou?r|dye) (?:just |only )?(?:one of (?P<of>.+?)|the (?P<which>first|second|third"
        r"|fourth|fifth|last) one) (?:to |into |be )?(?P<colour>[^ ]+(?: [^ ]+)?)$",
    ),
    ("mood", f"(?:make|let|have|get) (?P<whom>.+?) (?:to |look |looking |feel |be )?(?P<mood>{_MOOD})$"),
    ("mood", f"(?P<whom>.+?) (?:should|must|needs to|has to) (?:be |look |feel )?(?P<mood>{_MOOD})$"),
    ("mood", f"(?P<whom>.+?) (?:is|looks) (?P<mood>{_MOOD})$"),
    ("mood", f"(?:add|put) an? (?P<mood>{_MOOD}) (?:to|on) (?P<whom>.+)$"),
    ("mood", f"give (?P<whom>.+?) an? (?P<mood>{_MOOD})$"),
    ("no_mood", "(?:remove|take away|no|lose) (?:the |its |his |her )?(?:smile|frown|grin|expression|tears)$"),
    ("dress", "(?:dress|disguise)(?: up)? (.+?) (?:up )?(?:as|like|in) (.+)$"),
    ("fewer", "(?:fewer|less|one less|one fewer) (.+)$"),
    ("exchanged", "(?:swap|switch|exchange|change) (?:their |the )?(?:places|positions|sides)$"),
    ("number", "only ([a-z]+|[0-9]+) ([a-z]+(?: [a-z]+)?)$"),
    (
        "instead",
        "(?:.+? (?:should |must )?(?:wears?|has|have|holds?|gets?) |use |i want |draw )?(.+?) instead of (.+)$",
    ),
    (
        "except",
        "(?:remove|delete|erase|hide|drop|get rid of) (?:everything|all|everyone)(?: else)? "
        "(?:but|except|besides)(?: for)? (.+)$"
        "|(?:keep )?only (?:keep )?(.+)$",
    ),
    ("remove", "take (.+?) (?:off|away|out)(?: of .+| from .+)?$"),
    (
        "exchange",
        "(?:swap|exchange|switch)(?: the)?(?: places? of)? (.+?) (?:and|with) (.+?)(?:'s places?| places?| around)?$",
    ),
    (
        "lettering",
        f"(?:make|turn|colou?r|paint|put|move|set|place|change) (?:the )?{_TEXT} (.+)$"
        f"|(?:the )?{_TEXT} (?:at|on|in|to|should be|is) (.+)$",
    ),
    ("no_ground", f"{_GONE} {_GROUND}$|make {_GROUND} (?:transparent|see[- ]through)$|transparent(?: {_GROUND})?$"),
    ("no_effect", f"{_GONE} (?:the )?(?:white )?(outline|border|edge|shadow|text|lettering|words|caption)$"),
    (
        "edge",
        "(?:make|turn|colou?r|paint|change) (?:the )?(?:outline|border|edge) (?:to |into )?"
        "(?:a bit |a little |much )?(.+)$",
    ),
    ("remove", "(?:remove|delete|erase|drop|take away|take out|get rid of|lose|hide|without|no|i don't want) (.+)$"),
    ("ground", f"(?:swap|replace|exchange|switch) {_GROUND} (?:for|with|by|to) (?:an? |the )?(.+)$"),
    ("replace", "(?:swap|replace|exchange|substitute|trade|switch) (.+?) (?:for|with|by|to|into) (.+)$"),
    (
        "letter",
        f"(?:add|put|draw|write|give (?:it|him|her|them)) (?:the |an? |some )?{_TEXT}(?: (?:that|which) (?:says|reads)"
        "| saying| reading)? ?:? ?(.+)$"
        "|(?:write|letter) (.+)$",
    ),
    (
        "outline",
        "(?:(?:add|put|give (?:it|them)) )?(?:an? |the )?(?:([^ ]+) )?(?:thick |thin )?"
        "(?:outline|border|die[- ]cut edge|edge)(?: around (?:it|them|everything))?$",
    ),
    ("shadow", "(?:add|put|give (?:it|them)) (?:an? |the )?(?:soft |drop )?shadow$"),
    (
        "shade",
        f"(?:make )?{_GROUND} (?:a bit |a little |much )?(darker|lighter|brighter)$"
        f"|(?:an? )?(darker|lighter|brighter) {_GROUND}$",
    ),
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
        "(?:rotate|turn|tilt|spin) (.+?) (?:by )?(upside down|clockwise|a (?:little|bit)|slightly"
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
    ("copy", "(?:duplicate|copy|clone|repeat|double) (.+)$|(?:add )?(?:one more|another|more) (.+)$"),
    ("too", "(.+?) (?:is|are|looks?|seems?) (?:far |much |a bit |a little )?too (big|large|huge|small|tiny|little)$"),
    ("zoom", "zoom (in|out)(?: a (?:bit|little|lot))?$"),
    (
        "move",
        "(?:move|shift|nudge|push|drag) (.+?) (?:a (?:bit|little|lot) )?(?:further |more )?(?:to the |towards the )?"
        "(left|right|up|down|higher|lower)(?: a (?:bit|little|lot))?$",
    ),
    (
        "spot",
        "(?:(?:put|place|set|move|bring|align|stick) )?(.+?)(?: should be| is| goes)? "
        f"(?:on|at|in|to|into|towards) the (?:very |far )?{_SPOT}$|(?:centre|center) (.+)$",
    ),
    ("restyle", "(?:draw|show|render|redo|redraw) (.+?) (?:in|as) (?:an? )?(.+)$"),
    ("between", "(?:add|put|place|draw|insert) (.+?) between (.+?) and (.+)$"),
    ("relate", f"(?:put|place|move|set|sit|stand) (.+?) ({_NEAR}) (.+)$"),
    ("add", "(?:add|give|put|insert|include|draw|with|i need|need) (?:(?:it|him|her|them|the [a-z]+) )?(.+)$"),
    (
        "size",
        "(?:make|turn|get|resize|scale) (.+?) (?:(twice|half|double|much|a lot|a bit|slightly|a little) )?"
        "(?:as |the )?"
        "(bigger|larger|smaller|big|large|small|tiny|huge|size|tinier)(?: as .*)?$|(enlarge|shrink|grow) (.+)$",
    ),
    ("colour", "(?:change|set|make) (?:the )?colou?r of (.+?) (?:to|into) (.+)$"),
    ("colour", "(?:change|set|make) (.+?)(?:'s)? colou?r (?:to |into )?(.+)$"),
    ("colour", "(?:make|turn|paint|colou?r|dye|recolou?r|change|set) (.+)$"),
    ("colour", "(.+?) (?:should be|must be|is|are|in) ([^ ]+(?: [^ ]+)?)$"),
    ("number", "(?:make (?:it|that|them) )?([a-z]+|[0-9]+) ([a-z]+(?: [a-z]+)?)(?: instead(?: of .+)?)?$"),
    ("sized", "(.+?) (bigger|larger|smaller|tinier)$"),
    ("for_whom", "(?:add |put )?(.+?) for (.+)$"),
    ("add", "((?:an?|some|two|three|four|five|six|[2-9]) .+)$"),
)
PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _WORDED)
