"""How people word a change: kind and pattern, tried in this order; blanks are single."""

import re

__all__ = ["PATTERNS"]

_GROUND = "(?:the )?(?:back ?ground|backdrop|bg|ground|sky)"
_GONE = "(?:remove|delete|erase|no|without|drop|cut out|take away|clear)"
_NEAR = (
    "on top of|on|in front of|inside|in|underneath|under|below|above|over|behind|next to|beside|near"
    "|(?:to the )?(?:left|right) of|around"
)
_TEXT = "(?:text|words?|lettering|letters?|caption|title|writing|font|sign text)"
_MUCH = "(?:way|much|even|far|a lot|a bit|a little|slightly|lots|so much|really|very|twice as|some)"
_GOES = "(?:look|face|go|drive|walk|run|swim|fly|head|point|turn|facing)"
_SOME = "(?:some |a little |a bit of |a lot of |lots of |heavy |light |falling |more )?"
_TINT = "(?:some )?(?:(?P<colour>(?:light |dark )?[a-z]+) )?"
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
        "over",
        "(?:start (?:over|again|anew|from scratch)|from scratch|reset|clear (?:all|everything)|begin again)$",
    ),
    (
        "again",
        "(?:try|do it|once|draw it|one more time|do that) (it )?again$"
        "|(regenerate|redo|reroll|re-roll|retry|again|redraw)$"
        "|(?:another|a new|a different|new|different) (one|picture|version|drawing|try)$|something (else)$",
    ),
    ("other_style", "(?:change (?:the )?|make it (?:in )?)?(?:in )?(?:an?)?(?:other|different|new)? ?style$"),
    (
        "weather",
        "(?!.* (?:ground|floor))"
        "(?:(?:make|let|have) it|it should|it's|it is|it must|add|with|start|bring|i need|put)? ?(?:be )?"
        f"{_SOME}"
        "(?P<weather>rain|snow|rainy|snowflakes?|snowfall|rain ?drops)(?:ing)?(?: weather| falling)?"
        "(?P<night> (?:at|in the|by) night)?$",
    ),
    ("no_weather", "(?:stop|remove|no|without|no more|take away|end|delete)(?: the)? ((?:rain|snow)(?:ing|fall)?)$"),
    (
        "looks",
        "(?:(?:make|let|have|get) )?(?:(?P<whom>.+?) )?(?:should |must |to )?"
        f"(?:{_GOES}|turned)(?:s|ing)? (?:to(?:wards?)? )?(?:the )?(?P<side>left|right)(?: side)?$",
    ),
    (
        "higher",
        "(?:(?:make|let|have|get) )?(?P<whom>.+?) (?:should |must |to )?(?:fly|go|float|jump|be|rise|sit|swim)(?: up)?"
        " (?P<way>higher|lower)$|(?:make|let|have|get) (?P<who>.+?) jump$",
    ),
    (
        "in_hand",
        "(?:put|place|move|stick|get|have) (?P<what>.+?) (?:in|into|to|on|onto) "
        "(?P<whose>her|his|its|their|.+?(?:'s|s'))"
        " (?:(?:other|left|right|free|second) )?(?:hands?|paws?|arms?)$",
    ),
    (
        "nearer_by",
        "(?:bring|move|get|make) (.+?) (?:a bit |much |a little )?"
        "(closer|nearer|further away|farther away|further|farther)$",
    ),
    ("size", f"()(?:(?:make (?:it|them|everything) )?{_MUCH} )?()(bigger|larger|smaller|tinier|huge|tiny)()()$"),
    (
        "add_to",
        "(?:give|get|buy) (?P<whom>them(?: both| all)?|both(?: of them)?|each(?: of them| one)?|everyone|everybody"
        "|all(?: of them)?|(?:each|every|both|all)(?: of)?(?: the)? [a-z]+) (?:an? )?(?P<how>)(?P<what>[^ ].*)$",
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
    (
        "other_way",
        f"(?:(?:make|let|have|turn) (.+?) )?{_GOES}(?:s|ing)?(?: in)?(?: the)? (?:other|opposite) (?:way|direction)"
        "(?: round| around)?$",
    ),
    ("other_way", f"(.+?) (?:should|must|to) {_GOES}(?: in)? the (?:other|opposite) (?:way|direction)$"),
    ("other_way", "(?:turn |flip )?(.+?) the (?:other|opposite) way(?: round| around)?$"),
    ("faces", "(?:make|let|have|get) (.+?) (?:to )?(?:look at|face|watch|stare at|look towards?) (.+)$"),
    ("faces", "turn (.+?) (?:towards?|to face) (.+)$"),
    (
        "does",
        "(?!.* instead of )(?=make |let |have |get |.+ (?:should|must) )"
        "(?:(?:make|let|have|get) )?(.+?) (?:(?:should|must) )?"
        "(wear|hold|carry|ride(?: on)?"
        "|(?:sit|stand|lie|sleep|hide|lean|hang|perch|fly|float|swim|jump|be|walk|run|dance)"
        f" (?:{_NEAR}|against|from|off)) (.+?)(?: instead)?$",
    ),
    (
        "number",
        "(?:(?:make|let) there be|there (?:should|must) be|have) ([a-z]+|[0-9]+) ([a-z]+)$",
    ),
    (
        "one_of",
        r"(?:make|paint|turn|colou?r|dye) (?:just |only )?"
        r"(?:one (?:of )?(?:the )?(?P<of>.+?)|the (?P<which>first|second|third"
        r"|fourth|fifth|last) one) (?:to |into |be )?(?P<colour>[^ ]+(?: [^ ]+)?)$",
    ),
    ("mood", f"(?:make|let|have|get) (?P<whom>.+?) (?:to |look |looking |feel |be )?(?P<mood>{_MOOD})$"),
    ("mood", f"(?P<whom>.+?) (?:should|must|needs to|has to) (?:be |look |feel )?(?P<mood>{_MOOD})$"),
    ("mood", f"(?P<whom>.+?) (?:is|looks) (?P<mood>{_MOOD})$"),
    ("mood", f"(?:add|put) an? (?P<mood>{_MOOD}) (?:to|on) (?P<whom>.+)$"),
    ("mood", f"give (?P<whom>.+?) an? (?P<mood>{_MOOD})$"),
    ("no_mood", "(?:remove|take away|no|lose) (?:the |its |his |her )?(?:smile|frown|grin|expression|tears)$"),
    ("dress", "(?:dress|disguise)(?: up)? (.+?) (?:up )?(?:as|like|in) (.+)$"),
    ("fewer", "(?:fewer|less|one less|one fewer|not so many) (.+)$"),
    (
        "part",
        "(?:make|paint|turn|colou?r|dye|change|give (?:it|him|her|them))? ?(?P<whole>all )?"
        "(?:the |its |his |her |their )?"
        "(?P<part>[a-z]+) (?:should be |must be |to |be |are |is |in |into )?(?P<colour>[^ ]+(?: [^ ]+)?)$",
    ),
    (
        "part",
        "(?:(?:with|give (?:it|him|her|them)) )?(?P<whole>all )?(?P<colour>[^ ]+(?: [^ ]+)?) (?P<part>[a-z]+)$",
    ),
    (
        "exchanged",
        "(?:swap|switch|exchange|change|trade) (?:their |the )?(?:places|positions|sides)"
        "(?: of (?:them|both|the two|these|the two of them|both of them))?$",
    ),
    (
        "exchanged",
        "(?:make|let|have) (?:them|both|the two|both of them) (?:swap|switch|exchange|change|trade)"
        "(?: (?:places|positions|sides))?$",
    ),
    ("exchanged", "(?:swap|switch|exchange) (?:them|both|the two|these|the two of them)(?: around| over| round)?$"),
    (
        "pattern",
        f"(?:add|put|paint|draw) {_TINT}(?:polka )?(?P<pattern>[a-z]+) (?:to|on|onto) (?P<whom>.+)$",
    ),
    ("pattern", f"(?:paint|give|cover|decorate) (?P<whom>.+?) (?:with )?{_TINT}(?:polka )?(?P<pattern>[a-z]+)$"),
    ("emptied", "(?:empty|clear out|empty out) (.+)$"),
    ("filled", "fill (.+?) (?:up )?with (.+)$"),
    ("other_pattern", "(?:make it |use |put )?(?P<new>[a-z]+) instead of (?:the )?(?P<old>[a-z]+)$"),
    ("other_pattern", "(?:change|turn|make) (?:the )?(?P<old>[a-z]+) (?:in)?to (?P<new>[a-z]+)$"),
    (
        "than",
        "(?:make )?(.+?) (?:should be |must be |has to be |be |is )?(?:a bit |a little |much )?"
        "(smaller|bigger|larger|taller|shorter) than (.+)$",
    ),
    ("number", "(?:make|draw|i need|have) ([a-z]+|[0-9]+) of (them|it|these|those)$"),
    ("number", "only ([a-z]+|[0-9]+) ([a-z]+(?: [a-z]+)?)$"),
    (
        "instead",
        "(?:.+? (?:should |must )?(?:wears?|has|have|holds?|gets?) |use |i want |draw |make it |put "
        "|give (?:it|him|her|them|the [a-z]+) )?"
        "(.+?) instead of (.+)$",
    ),
    ("given_instead", "give (it|him|her|them|the [a-z]+) (.+) instead$"),
    ("replace", "instead of (.+?)(?:,| draw| put| use| make| i want| have| show| do) (.+)$"),
    (
        "except",
        "(?:remove|delete|erase|hide|drop|get rid of) (?:everything|all|everyone)(?: else)? "
        "(?:but|except|besides)(?: for)? (.+)$"
        "|(?:(?:keep|leave|show|i want|draw) )?(?:just|only) (?:keep |leave |show |have )?(.+)$"
        "|keep (.+) only$|(.+) only$|(.+) alone$",
    ),
    ("remove", "take (.+?) (?:off|away|out)(?: of .+| from .+)?$|take off (.+)$"),
    (
        "exchange",
        "(?:swap|exchange|switch|trade)(?: the)?(?: places? of)? (.+?) (?:and|with|for(?= the )) "
        "(?!an? )(.+?)(?:'s places?| places?| around)?$",
    ),
    (
        "lettering",
        "(?:make|turn|colou?r|paint|put|move|set|place|change|let) (?:the )?(?:size of the )?"
        f"{_TEXT}(?: colou?r| size)? (.+)$"
        f"|(?:the )?{_TEXT} (?:should (?:say|read) |says? )(.+)$"
        f"|(?:the )?{_TEXT} ((?:at|on|in|to|should be|is) .+)$"
        f"|((?:bigger|larger|smaller|bold|curved?|arched|bend|arch)) (?:the )?{_TEXT}$"
        f"|{_TEXT} (bigger|larger|smaller)$",
    ),
    ("no_ground", f"{_GONE} {_GROUND}$|make {_GROUND} (?:transparent|see[- ]through)$|transparent(?: {_GROUND})?$"),
    (
        "no_effect",
        f"{_GONE} (?:the |all )?(?:white )?"
        "(outline|border|edge|shadow|text|lettering|word|letter|caption|title|writing)s?$",
    ),
    (
        "edge",
        "(?:make|turn|colou?r|paint|change) (?:the )?(?:outline|border|edge) (?:to |into )?"
        "(?:a bit |a little |much )?(.+)$",
    ),
    (
        "remove",
        "(?:remove|delete|erase|drop|take away|take out|get rid of|lose|hide(?!.* (?:behind|under|in) )|without|no"
        "|i don't want) (.+)$",
    ),
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
        "(?:(?:add|put|give (?:it|them)) )?(?:an? |the )?(?:thick |thin |bold )?(?:([^ ]+) )?(?:thick |thin )?"
        "(?:outline|border|die[- ]cut edge|edge)(?: around (?:it|them|everything))?$",
    ),
    ("shadow", "(?:add|put|give (?:it|them)) (?:an? |the )?(?:soft |drop )?shadow$"),
    (
        "shade",
        f"(?:(?:make )?(?:it |everything |{_GROUND} ))?(?:{_MUCH} )?(darker|lighter|brighter|dimmer|gloomier)$"
        f"|(?:an? )?(darker|lighter|brighter) {_GROUND}$",
    ),
    (
        "ground",
        f"(?:(?:make|change|turn|paint|set|colou?r) )?{_GROUND} ?(?:to |into |is |should be |be |: ?)?(.+)$",
    ),
    (
        "ground",
        "(?:(?:make|change|set|put|give|add|draw) )?(?:it |them |everything )?(?:on |against |have |has )?"
        f"(?:an? |the )?(.+?) {_GROUND}$",
    ),
    ("scenery", "(?:put|place|set|move) (?:it|them|him|her|everything|this) (?:in|on|at|under|into|by) (.+)$"),
    (
        "whole",
        "(?:make|set|turn|let) (?:it|this|everything|all|all of it|the (?:scene|picture|sky|image)) "
        "(?:be |into |look like |look )?(?:an? )?(.+)$",
    ),
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
    (
        "copied",
        "(?:duplicate|copy|clone|repeat|double) (?P<whole>.+)$"
        "|(?:(?:add|give me|i need|make|draw|put) )?(?:(?P<many>[a-z]+|[0-9]+) )?"
        "(?:more|another|other|additional|second|third|extra) (?P<more>.+)$",
    ),
    ("add", "(?:(?:add|give me|i need|draw|put) )?(?:some |a few |many |lots of |a lot of )?more ([a-z ]+s)$"),
    ("too", "(.+?) (?:is|are|looks?|seems?) (?:far |much |a bit |a little )?too (big|large|huge|small|tiny|little)$"),
    ("zoom", "zoom (in|out)(?: a (?:bit|little|lot))?$"),
    (
        "move",
        "(?:move|shift|nudge|push|drag) (.+?) (?:a (?:bit|little|lot) )?(?:further |more )?(?:to the |towards the )?"
        "(left|right|up|down|higher|lower)(?: a (?:bit|little|lot))?$",
    ),
    (
        "move",
        "()(?:a (?:bit|little|lot) )?(?:further |more )?(?:to the |towards the )?(left|right|up|down|higher|lower)$",
    ),
    (
        "spot",
        "(?!(?:an?|some|two|three|four|five) )(?:(?:put|place|set|move|bring|align|stick) )?"
        "(.+?)(?: should be| is| goes)? "
        f"(?:on|at|in|to|into|towards) the (?:very |far )?{_SPOT}$|(?:centre|center) (.+)$",
    ),
    ("restyle", "(?:draw|show|render|redo|redraw) (.+?) (?:in|as) (?:an? )?(.+)$"),
    ("between", "(?:add|put|place|draw|insert) (.+?) (?:in )?between (them|both|the two|them both|these)()$"),
    ("between", "(?:add|put|place|draw|insert) (.+?) between (.+?) and (.+)$"),
    ("relate", f"(?:put|place|move|set|sit|stand) (.+?) ({_NEAR}) (.+)$"),
    (
        "add_to",
        "(?:add|put|give|attach|stick|draw|place) (?P<what>.+?)(?<! next)(?<! close)(?<! closer) (?P<how>to|on|onto) "
        "(?!the (?:far |very )?(?:left|right|top|bottom|front|back|middle|side|upper|lower|cent))(?P<whom>.+)$",
    ),
    (
        "land_colour",
        "(?:make|paint|turn|colou?r|dye) (?:the )?"
        "(grass|sea|water|ocean|sand|beach|road|street|floor|land|field|snow|lake) (?:to |into |be )?(.+)$",
    ),
    ("add_land", "(?:add|put|draw|with)(?: some| a| an| the)? (.+?)(?: (?:on|to) the (?:ground|floor))?$"),
    (
        "add",
        "(?:give the [a-z]+ |(?:add|give|put|insert|include|draw|with|i need|need) (?:(?:it|him|her|them) )?)(.+)$",
    ),
    (
        "size",
        "(?:make|turn|get|resize|scale) (.+?) (?:(twice|half|double|much|a lot|a bit|slightly|a little) )?"
        "(?:as |the )?"
        "(bigger|larger|smaller|big|large|small|tiny|huge|size|tinier)(?: as .*)?$|(enlarge|shrink|grow) (.+)$",
    ),
    ("colour", "(?:change|set|make) (?:the )?colou?r of (.+?) (?:to|into) (.+)$"),
    ("colour", "(?:change|set|make) (.+?)(?:'s)? colou?r (?:to |into )?(.+)$"),
    ("colour", "(?:make|turn|paint|colou?r|dye|recolou?r|change|set) (.+)$"),
    ("colour", "(.+?) (?:should be|must be|to be|needs to be|becomes?|is|are|in) ([^ ]+(?: [^ ]+){0,2})$"),
    (
        "scenery",
        "(?:put |place |set |move )?(?:(?:it|them|everything|this) )?(?:in|on|at|by|under) ((?:the |an? )?[a-z ]+)$",
    ),
    ("whole", "(?:(?:it's|it is|it should be|i want it|with|more|a|an) )?(.+)$"),
    ("number", "(?:make (?:it|that|them) )?([a-z]+|[0-9]+) ([a-z]+(?: [a-z]+)?)(?: instead(?: of .+)?)?$"),
    ("sized", f"(.+?) (?:(?:should|must|needs to|has to) be )?(?:{_MUCH} )?(bigger|larger|smaller|tinier)$"),
    ("sized", f"(?:{_MUCH} )?(?P<size>bigger|larger|smaller|tinier) (?P<what>.+)$"),
    ("spot", f"(?!(?:an?|some|two|three|four|five) )(.+?) (?:to |on |in |at )?(?:the )?{_SPOT}$"),
    ("mood", f"(?P<whom>.+?) (?P<mood>{_MOOD})$"),
    ("mood", f"(?P<mood>{_MOOD}) (?P<whom>.+)$"),
    ("painted", "(.+?) ([^ ]+(?: [^ ]+)?)$"),
    ("has", "(?P<whom>.+?) (?:with|wearing|holding|has|wears|holds) (?P<what>(?:an? |some |two |three )?.+)$"),
    ("for_whom", "(?:add |put )?(.+?) for (.+)$"),
    ("add", "((?:an?|some|two|three|four|five|six|[2-9]) .+)$"),
)
PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _WORDED)
