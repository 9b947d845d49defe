"""What is done with something that the prompt does not name: "a bear fishing" has a rod, "watering a plant" a can."""

from pipeline.language.names import NameFinder
from pipeline.language.relations import PLACE_WORDS
from pipeline.scene.kinds import is_alive
from pipeline.scene.sketch import Mention, Sketch

__all__ = ["give_tools"]

# What is done -> with what, and how whoever does it stands to that.
_TOOLS = {
    doing: tool
    for tool, words in {
        ("fishing pole", "holding"): "fishing, angling",
        ("watering can", "holding"): "watering, gardening",
        ("shovel", "holding"): "digging, shoveling, shovelling",
        ("open book", "holding"): "reading, studying",
        ("microphone", "holding"): "singing, rapping",
        ("paintbrush", "holding"): "painting",
        ("pencil", "holding"): "writing, sketching, drawing",
        ("frying pan", "holding"): "cooking, frying",
        ("broom", "holding"): "sweeping",
        ("axe", "holding"): "chopping",
        ("hammer", "holding"): "hammering",
        ("camera", "holding"): "photographing, filming",
        ("barbell", "holding"): "weightlifting, lifting weights, weight lifting",
        ("bow and arrow", "holding"): "archery",
        ("vacuum cleaner", "holding"): "vacuuming",
        ("yarn", "next to"): "knitting, crocheting",
        ("drum", "playing"): "drumming",
        ("boxing glove", "holding"): "boxing",
        ("bowling ball", "holding"): "bowling",
        ("laptop", "using"): "typing, coding, programming",
        ("telescope", "next to"): "stargazing",
        ("tent", "next to"): "camping",
        ("skateboard", "riding"): "skateboarding",
        ("surf board", "riding"): "surfing",
        ("snowboard", "riding"): "snowboarding",
        ("skis", "riding"): "skiing",
        ("sled", "riding"): "sledding, sledging, tobogganing",
        ("bicycle", "riding"): "cycling, biking, bicycling",
        ("scooter", "riding"): "scootering",
        ("horse", "riding"): "horseback riding, horse riding",
        ("canoe", "in"): "canoeing, kayaking, paddling",
        ("rowboat", "in"): "rowing",
        ("sailboat", "in"): "sailing",
        ("car", "in"): "driving",
    }.items()
    for doing in words.split(", ")
}
_HOW = {tool: how for tool, how in _TOOLS.values() if how in ("riding", "in")}
# Those that need it though their object is named; who reads a map has no book.
_EVEN_SO = frozenset(
    "watering gardening digging shoveling shovelling sweeping chopping painting hammering vacuuming drawing "
    "sketching".split()
)
_DEPICTING = frozenset("painting drawing sketching".split())  # what is shown so is not in the hand
_ALOFT = frozenset("kite kites balloon balloons drone blimp".split())
_TIED = ("tied to", "attached to", "fastened to", "on a string")


def give_tools(drawn: Sketch, names: NameFinder) -> None:
    """Add what an activity needs, and let go up what flies on a string, in place.

    Args:
        drawn: what the prompt asks for.
        names: what was taught.
    """
    for index, mention in enumerate(list(drawn.things)):
        if not is_alive(mention.said):
            continue
        for look in list(mention.looks):
            doing = look if look in _TOOLS else look.split()[-1]
            if doing in _TOOLS and _give(drawn, index, doing, names):
                mention.looks.remove(look)
    for at, (subject, target, words) in enumerate(list(drawn.relations)):
        if not is_alive(drawn.things[subject].said):
            continue
        doing, *rest = words.split()
        if doing in _EVEN_SO or doing in _TOOLS and rest and rest[-1] in PLACE_WORDS:  # "reading under a tree"
            _give(drawn, subject, doing, names)
        other = drawn.things[target]
        if words == "with" and other.renamed and (how := _HOW.get(other.said)):  # "a dog skateboarding"
            drawn.relations[at] = (subject, target, how)
    drawn.relations = [
        (subject, target, "next to" if words in _DEPICTING else words) for subject, target, words in drawn.relations
    ]
    drawn.relations = [_aloft(drawn, *relation) for relation in drawn.relations]


def _give(drawn: Sketch, index: int, doing: str, names: NameFinder) -> bool:
    tool, how = _TOOLS[doing]
    if names.exact(tuple(tool.split())) is None:
        return False
    mention = drawn.things[index]
    if not any(other.said == tool or other.said == tool.split()[-1] for other in drawn.things):
        drawn.things.append(Mention(mention.end - 1, mention.end, tool, mention.number, renamed=True))
        drawn.relations.append((index, len(drawn.things) - 1, how))
    return True


def _aloft(drawn: Sketch, subject: int, target: int, words: str) -> tuple[int, int, str]:
    """ "a balloon tied to a chair" is above it."""
    if words in _TIED and drawn.things[subject].said.split()[-1] in _ALOFT:
        return subject, target, "above"
    return subject, target, words
