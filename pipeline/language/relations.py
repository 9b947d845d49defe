"""Words between two things -> how one stands to the other; words of places -> sceneries; numbers in words."""

from pipeline.language.english import is_doing

__all__ = ["INVERSES", "PLACE_WORDS", "is_relation", "number_of", "relation_of", "scenery_and_rest", "scenery_of"]


def _table(rows: dict[str, str]) -> dict[str, str]:
    return {phrase.strip(): kind for kind, text in rows.items() for phrase in " ".join(text.split()).split(",")}


# Kind -> what people say. Whoever is told first is the subject.
_SAID = _table(
    {
        "on": """
            on, on top of, on top, atop, upon, onto, resting on, standing on, perched on, lying on, laying on,
            sleeping on, walking on, climbing, climbing on, climbing up, hanging on, floating on,
            sailing on, leaning on, jumping on, growing on, running on, crawling on, placed on, skating on, balancing
            on, dancing on, sits on, stands on, is on, landing on, surfing on, napping on, crossing,
            sliding on, skiing on, swimming on, drifting on, rowing on
            """,
        "sitting on": "sitting on, sat on, seated on, sits upon, sitting at, relaxing on",
        "in": """
            in, sitting in, sleeping in, driving, standing in, swimming in, floating in, bathing in, planted in,
            inside a, trapped in, peeking out of, looking out of, in the middle of, hiding in, stuck in, into,
            flying in, living in, waving from, through, going through, driving through
            """,
        "inside": "inside, inside of, within, contained in",
        "hanging from": """
            hanging from, hung from, hangs from, dangling from, suspended from, swinging from, hanging off, hanging in
            """,
        "under": """
            under, underneath, below, beneath, beneath of, hiding under, sitting under, standing under, sleeping
            under, hanging under, lower than, lying under, balancing
            """,
        "above": """
            above, over, floating above, floating over, flying over, flying above, hovering over, hovering above,
            jumping over, soaring over, higher than, rising over, shining over, flying past,
            shining on, raining on, snowing on, striking
            """,
        "left of": """
            to the left of, left of, on the left of, on the left side of, at the left of, left from, left
            """,
        "right of": """
            to the right of, right of, on the right of, on the right side of, at the right of, right from, right
            """,
        "in front of": """
            in front of, standing in front of, before, sitting in front of, ahead of, parked in front of
            """,
        "behind": """
            behind, standing behind, hiding behind, in back of, peeking from behind, in the back of, after
            """,
        "next to": """
            next to, beside, besides, near, close to, by, standing next to, sitting next to, against, leaning against,
            across from, alongside, fighting, hugging, kissing, pulling, pushing, watering, and, together with, side
            by side with, running from, attacking, guarding, between, among, following, protecting, petting, feeding,
            meeting, around the corner from, along, standing by, racing, racing against, putting out, walking,
            building, making, collecting, gathering, picking, washing, cleaning, fixing, repairing, decorating,
            planting, stirring, digging, greeting, teaching, training, brushing, milking, rescuing, saving, sweeping,
            hitting, chopping, opening, grilling, discovering, finding, visiting, from, pulling out, admiring,
            comforting, at, drinking from, drinking out of, eating from, eating out of
            """,
        "facing": """
            facing, looking at, staring at, watching, howling at, talking to, chasing, talking with, barking at,
            opposite, pointing at, face to face with, hunting, smiling at, shouting at, waving at, waving to
            """,
        "with": """
            with, playing with, has, having, featuring, including, along with, accompanied by, containing, that has,
            showing, full of, filled with, sharing
            """,
        "riding": """
            riding, rides, galloping on, steering, riding on, ride, that is riding, who is riding, on the back of,
            flying on, mounted on, skateboarding on, cycling on
            """,
        "coming out of": """
            coming out of, emerging from, popping out of, jumping out of, bursting out of, growing out of, rising
            from, hatching from, crawling out of, flying out of, out
            of, out from, pulled out of, erupting from, spilling out of, sprouting from
            """,
        "holding": """
            holding, carrying, eating, drinking, reading, using, waving, throwing, holds, holding up, that holds, who
            is holding, swinging, raising, stealing, cooking, painting, catching, biting, juggling, lifting, with a,
            sipping, licking, chewing, wielding, playing, gripping, hugging a, clutching, serving, offering, fishing
            with, flying, typing on, cutting, baking, flying a, dribbling, kicking, smelling,
            breathing, breathing out, spitting, blowing, puffing, knitting, sewing, crocheting, delivering, roasting,
            pouring, selling, writing, drawing, shooting, sniffing, tasting, spinning, strumming, bringing,
            checking, examining, inspecting
            """,
        "wearing": """
            wearing, dressed in, wears, that wears, who is wearing, dressed with, with on, having on, in a, sporting,
            clad in, wearing only, putting on, trying on
            """,
        "surrounded by": "surrounded by, encircled by, in a circle of, covered by",
        "around": """
            around, wrapped around, circling, surrounding, orbiting, dancing around, flying around, coiled around, all
            around
            """,
    }
)  # fmt: skip
# The same, told of the other one.
INVERSES = {
    "on": "under", "sitting on": "under", "riding": "under", "under": "above", "above": "under", "left of": "right of",
    "right of": "left of", "in front of": "behind", "behind": "in front of", "next to": "next to", "with": "with",
    "facing": "facing", "in": "around", "inside": "around",
}  # fmt: skip

_SCENERIES = _table(
    {
        "grass": """
            grass, meadow, field, garden, park, lawn, hill, hills, farm, countryside, pasture, flower field, wheat
            field, grassland, yard, backyard, savanna, golf course, grassy hill, prairie, valley, spring
            """,
        "sea": "sea, ocean, water, lake, river, pond, harbor, bay, waves, coast, shore",
        "beach": "beach, sand, seaside, sandy beach, tropical beach, island beach",
        "snow": """
            snow, winter landscape, arctic, antarctica, north pole, ice, winter, snowy landscape, snowy field, snowy
            mountain, tundra, snowy, wintry, iceberg
            """,
        "night sky": """
            night, night sky, starry night, starry sky, midnight, moonlight, dark night, stars, city at night,
            christmas night, night time, nighttime, dark, darkness
            """,
        "desert": "desert, dunes, sahara, sand dunes, mars, wasteland, canyon",
        "room": """
            room, living room, bedroom, kitchen, office, library, classroom, house interior, interior, bathroom, cafe,
            restaurant, cosy room, cozy room, studio, museum, bar, indoors, home, gym, nursery, hallway, coffee shop
            interior
            """,
        "forest": """
            forest, woods, jungle, rainforest, woodland, dark forest, magical forest, enchanted forest, autumn forest,
            trees, bamboo forest, swamp
            """,
        "street": """
            street, road, city, city street, town, sidewalk, alley, rainy street, parking lot, downtown, highway,
            small town, crossroads, village
            """,
        "space": """
            space, outer space, galaxy, universe, cosmos, milky way, stars and planets, deep space, nebula
            """,
        "moon surface": """
            moon surface, lunar surface, surface of moon, lunar landscape, moon landscape, moonscape, moon base
            """,
        "underwater": """
            underwater, under water, under the sea, under the water, under the ocean, deep sea, ocean floor, coral
            reef, bottom of the sea, aquarium
            """,
        "sunset": "sunset, sunrise, dusk, dawn, golden hour, evening, twilight, sunset sky",
    }
)  # fmt: skip

_NUMBERS = {
    word: int(number)
    for word, number in (
        pair.split(":")
        for pair in """
    one:1 two:2 three:3 four:4 five:5 six:6 seven:7 eight:8 nine:9 ten:10 eleven:11 twelve:12 thirteen:13
    fourteen:14 fifteen:15 sixteen:16 seventeen:17 eighteen:18 nineteen:19 twenty:20 thirty:30 forty:40 fifty:50
    hundred:100 hundreds:100 thousand:1000 dozen:12 dozens:24 pair:2 couple:2 trio:3 duo:2 both:2 twin:2 few:3
    some:3 several:4 many:6 lots:8 lot:8 bunch:5 group:4 flock:6 herd:5 swarm:8 crowd:8 numerous:6 multiple:4
    single:1 a:1 an:1 various:4 school:6 pack:4 handful:4 stack:3 row:4 quartet:4 triplet:3 triplets:3 pile:5 family:3
    """.split()
    )
}


_SMALL_WORDS = frozenset("the a an big".split())
_SCENERY_OF = {
    " ".join(word for word in phrase.split() if word not in _SMALL_WORDS): name for phrase, name in _SCENERIES.items()
}


def is_relation(said: str) -> bool:
    """Whether just these words say a relation."""
    return said.lower() in _SAID


# Where somebody does something, whatever it is: "reading under a tree".
PLACE_WORDS = frozenset("on in under underneath below beneath above behind beside near inside atop".split())


def relation_of(said: str) -> str | None:
    """The kind that words between two things say; None for words that say none that is known."""
    words = said.lower().split()
    words = [
        word for word in words if word not in ("the", "is", "are", "its", "just", "directly", "right", "that", "who")
    ] or words
    if said.lower() in _SAID:
        return _SAID[said.lower()]
    if " ".join(words) not in _SAID and words[-1:] and words[-1] in PLACE_WORDS and is_doing(words[0]):
        return next(_SAID[part] for at in range(len(words)) if (part := " ".join(words[at:])) in _SAID)
    for start in range(len(words)):
        for end in range(len(words), start, -1):
            if (part := " ".join(words[start:end])) in _SAID:
                return _SAID[part]
    return None


def scenery_of(said: str) -> str | None:
    """The scenery that words name: whole, or by their last, or first, words."""
    found = scenery_and_rest(said)
    return found[0] if found else None


def scenery_and_rest(said: str) -> tuple[str, list[str]] | None:
    """The scenery that words name, as `scenery_of` says, and those of them that do not name it."""
    words = [word for word in said.lower().split() if word not in _SMALL_WORDS]
    for start in range(len(words)):
        if (part := " ".join(words[start:])) in _SCENERY_OF:
            return _SCENERY_OF[part], words[:start]
    for end in range(len(words) - 1, 0, -1):
        if (part := " ".join(words[:end])) in _SCENERY_OF:
            return _SCENERY_OF[part], words[end:]
    if words and words[-1].endswith("s") and words[-1][:-1] in _SCENERY_OF:
        return _SCENERY_OF[words[-1][:-1]], words[:-1]
    return None


def number_of(words: list[str]) -> int | None:
    """The number that words say: "twenty four", "a dozen", "half a dozen", "7", "3x"; None where they say none."""
    total, half = None, False
    for word in words:
        word = word.lower().rstrip("x") if word[:1].isdigit() else word.lower()
        if word == "half":
            half = True
            continue
        value = int(word) if word.isdecimal() and len(word) < 7 else _NUMBERS.get(word)
        if value is None and "-" in word:
            value = number_of(word.split("-"))
        if value is None or word in ("a", "an"):
            continue
        if total is None:
            total = value
        elif value >= 100 or (value == 12 and total < 12):
            total *= value
        elif total >= 20 and value < 10:
            total += value
    if total is not None and half:
        total = max(1, total // 2)
    return total
