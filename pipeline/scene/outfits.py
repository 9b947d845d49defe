"""Who wears what: "a pirate cat", "a dog dressed as a wizard", "a frog in a chef costume"."""

from pipeline.language.english import singular
from pipeline.language.names import NameFinder
from pipeline.scene.kinds import is_alive
from pipeline.scene.sketch import Mention, Sketch

__all__ = ["dress", "outfit_of"]

# Who -> what tells them, and its colour where a drawing of one colour needs one.
_OUTFITS = {
    who: worn
    for worn, names in {
        ("pirate hat", "black"): "pirate, buccaneer",
        ("wizard hat", "blue"): "wizard, sorcerer, mage, warlock",
        ("pointy hat", "purple"): "witch, halloween",
        ("chef hat", "white"): "chef, baker, cook",
        ("western hat", "brown"): "cowboy, cowgirl, sheriff, western, ranger",
        ("santa hat", "red"): "santa, santa claus, christmas, xmas, father christmas",
        ("cape", "red"): "superhero, super hero, superman, hero",
        ("vampire cape", "black"): "vampire, dracula",
        ("viking helmet", ""): "viking",
        ("crested helmet", "gray"): "knight, gladiator, roman",
        ("samurai helmet", "red"): "samurai, shogun",
        ("ninja mask", "black"): "ninja",
        ("custodian helmet", "blue"): "police, policeman, police officer, cop",
        ("rescue worker's helmet", ""): "firefighter, fireman, construction worker, builder, miner",
        ("nurse cap", "white"): "nurse",
        ("stethoscope", ""): "doctor, vet, veterinarian",
        ("graduation cap", ""): "graduate, graduation, graduating, scholar, professor",
        ("party hat", ""): "birthday, party, new year",
        ("crown", ""): "king, queen, prince, princess, royal, emperor",
        ("jester hat", ""): "jester",
        ("top hat", ""): "magician, gentleman, gentlemanly",
        ("headphone", ""): "dj",
        ("necktie", ""): "business, businessman, office",
        ("straw hat", ""): "farmer, gardener",
        ("diving mask", ""): "diver, scuba, snorkeling",
        ("military helmet", ""): "soldier, army",
        ("robin hood hat", "green"): "robin hood",
        ("astronaut helmet", "gray"): "astronaut, cosmonaut, space",
        ("hat fedora", "brown"): "detective, spy, mafia, gangster",
    }.items()
    for who in names.split(", ")
}
# Kinds of animals.
_SPECIES = frozenset((
    "king penguin", "emperor penguin", "king cobra", "queen bee", "king crab", "army ant", "hero shrew",
    "soldier beetle", "gardener bird", "queen ant", "soldier ant", "king fisher", "emperor moth",
))  # fmt: skip
_PERSONS = frozenset("magician gentleman sheriff spy gangster jester scholar builder miner hero".split())
_PEOPLE = frozenset("man woman boy girl person kid child lady guy men women baby people".split())
_CLOTHES = frozenset("costume outfit uniform clothes suit disguise attire cosplay".split())


def outfit_of(who: str) -> tuple[str, str] | None:
    """What tells somebody, and its colour, "" where it keeps its own; None for who is told by nothing."""
    words = who.split()
    while words and (words[0] in ("a", "an", "the") or words[-1] in _CLOTHES):
        words = words[1:] if words[0] in ("a", "an", "the") else words[:-1]
    return _OUTFITS.get(" ".join((*words[:-1], singular(words[-1])))) if words else None


def dress(drawn: Sketch, names: NameFinder) -> None:
    """Give what is told to be somebody what tells them, in place.

    Args:
        drawn: what the prompt asks for.
        names: what was taught.
    """
    _adjoining(drawn)
    for mention in list(drawn.things):
        _told_before(drawn, mention, names)
    for mention in list(drawn.things):
        _told_after(drawn, mention)
    _costumes(drawn)


def _adjoining(drawn: Sketch) -> None:
    """ "a princess frog", where the tagger took both words for things of their own."""
    for index in range(len(drawn.things) - 2, -1, -1):
        one, other = drawn.things[index : index + 2]
        if one.end != other.at or one.said not in _OUTFITS or not is_alive(other.said):
            continue
        if any(index in pair[:2] for pair in drawn.relations):
            continue
        other.looks.append(one.said)
        del drawn.things[index]
        drawn.relations = [(a - (a > index), b - (b > index), words) for a, b, words in drawn.relations]


def _told_before(drawn: Sketch, mention: Mention, names: NameFinder) -> None:
    """ "a pirate cat", "a cat pirate", where there is no drawing of one."""
    for look in (None, *mention.looks):
        words = (*([look] if look else []), *mention.said.split())
        if found := _parted(words, names):
            who, rest = found
            mention.renamed = len(rest) < mention.end - mention.at
            mention.said = " ".join(rest)
            mention.looks = [other for other in mention.looks if other != look]
            _wear(drawn, mention, who)
            return
    taught = names.exact(tuple(mention.said.split()))
    if mention.said in _OUTFITS and (taught is None or mention.said in _PERSONS and not is_alive(taught)):
        who, mention.said, mention.renamed = mention.said, "person", True
        _wear(drawn, mention, who)


def _parted(words: tuple[str, ...], names: NameFinder) -> tuple[str, tuple[str, ...]] | None:
    """Who, and what it is that is one."""
    cuts = [(words[:cut], words[cut:]) for cut in range(len(words) - 1, 0, -1)]
    turned = [(after, before) for before, after in cuts if is_alive(" ".join(before)) and before[-1] not in _PEOPLE]
    for who, rest in (*cuts, *turned):
        said, one = " ".join(who), " ".join((*rest[:-1], singular(rest[-1])))
        said = said if said in _OUTFITS else " ".join((*who[:-1], singular(who[-1])))
        whole = (" ".join(words), f"{said} {one}", f"{one} {said}")
        if said not in _OUTFITS or one in _OUTFITS or not is_alive(one) or _SPECIES & {*whole}:
            continue
        if any(map(names.is_name, whole)) or names.exact(rest) is None:
            continue
        return said, rest
    return None


def _told_after(drawn: Sketch, mention: Mention) -> None:
    """ "a cat dressed as a pirate": the tagger leaves who it is as a look."""
    for look in list(mention.looks):
        of_kind = f"{look} {mention.said}" in _SPECIES
        if look in _OUTFITS and is_alive(mention.said) and mention.said not in _OUTFITS and not of_kind:
            mention.looks.remove(look)
            _wear(drawn, mention, look)
            return


def _costumes(drawn: Sketch) -> None:
    """ "in a chef outfit": no chef beside it."""
    for subject, target, words in list(drawn.relations):
        worn = drawn.things[target]
        who, _, last = worn.said.rpartition(" ")
        if who.removesuffix("'s") in _OUTFITS and last in _CLOTHES and words.split()[0] in ("in", "wearing", "with"):
            name, colour = _OUTFITS[who.removesuffix("'s")]
            worn.said, worn.renamed = name, True
            worn.colours = worn.colours or [colour] * bool(colour)
            at = drawn.relations.index((subject, target, words))
            drawn.relations[at] = (subject, target, "wearing")


def _wear(drawn: Sketch, mention: Mention, who: str) -> None:
    name, colour = _OUTFITS[who]
    index = drawn.things.index(mention)
    worn = Mention(mention.end - 1, mention.end, name, mention.number, [colour] * bool(colour), renamed=True)
    drawn.things.append(worn)
    drawn.relations.append((index, len(drawn.things) - 1, "wearing"))
