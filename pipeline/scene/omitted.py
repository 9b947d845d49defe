"""Words of a prompt that nothing was made of: they are told, so that nothing is left out in silence."""

from collections.abc import Iterable, Sequence

from pipeline.language.english import singular
from pipeline.language.expressions import expression_of
from pipeline.scene.apart import BODY
from pipeline.scene.kinds import is_alive
from pipeline.scene.notes import Note
from pipeline.scene.parts import PART_WORDS
from pipeline.scene.sketch import Sketch
from pipeline.scene.tagger import Token

__all__ = ["omitted", "owned_up"]

# What is said around a wish for a picture, and what any picture of it shows.
_HARMLESS = frozenset(
    """
    a an the this that these those some any every each all both one ones of in on at by for from to into onto with
    without over under above below behind before beside between near next off out up down around across through along
    against as and or but nor so then also too very really quite just only even still much more most such like about
    is are was were be been being am do does did has have had can could would should will may might must let lets
    it its he she they them his her their him i me my mine we us our you your yours who which what where when there
    here not no nor please thanks thank hi hello hey want wants wanted need needs needed give make made making create
    created creating draw drawn drawing drawings paint painting generate generated generating design designed show
    shows showing depict depicting image images picture pictures photo photograph pic art artwork illustration icon
    icons sticker stickers emoji emojis logo logos symbol cartoon clipart graphic vector print poster card wallpaper
    style styled version app website avatar profile mascot grid row view scene shot closeup close-up close portrait
    cute kawaii adorable pretty beautiful lovely nice sweet simple minimal minimalist cool awesome amazing fun funny
    silly happy little good great best perfect new own single lone isolated alone colored coloured colorful colourful
    bright plain clean high low quality detailed resolution something anything thing things kind sort type way set
    look looks looking mouth side front back left right top bottom middle center centre corner edge whole full half
    doing getting going having standing sitting lying located placed facing visible called named day time sun-lit
    surrounded day daytime birthday invitation ready hand hands try free idea order size big small large tiny
    huge giant
    """.split()
)
_WINGED = frozenset(
    "bird eagle dove bat butterfly bee honeybee dragonfly airplane plane fly moth angel fairy dragon pegasus owl "
    "parrot chicken duck goose swan penguin insect bug ladybug wasp hornet cupid phoenix crow raven rooster".split()
)
_OWN = frozenset("it its him his her their my your".split())  # a pronoun may stand for its own form
_BACKS = frozenset("shell lap shoulder shoulders roof hood".split())
_OF_BEASTS = frozenset("arm leg hand foot ear tail eye mouth nose horn antler".split())
_GROUND = frozenset(
    """
    background backdrop bg back ground on in a an the with subject gradient plain solid transparent no clear none
    without removed see-through is of colour color coloured colored white empty blank simple studio
    """.split()
)


def owned_up(drawn: Sketch, tokens: Sequence[Token], notes: Sequence[Note], colours: Iterable[str]) -> list[Note]:
    """What is to be told of words that nothing was made of; the arguments are those of ``omitted``."""
    found = [Note("left out", words) for words in dict.fromkeys(drawn.others)]
    found += [Note("negated", words) for words in dict.fromkeys(drawn.negations)]
    return found + [Note("left out", word) for word in omitted(drawn, tokens, [*notes, *found], colours)]


def _is_strange(part: str, owner: str) -> bool:
    """Whether nobody who draws such a thing draws that part: the wings of a cat."""
    if singular(part) == "wing":
        return singular(owner) not in _WINGED
    return singular(part) in _OF_BEASTS and not is_alive(owner)


def _leads_nowhere(tokens: Sequence[Token], at: int) -> bool:
    """Whether what is done is done to nothing, and nowhere: "a clown juggling"."""
    led = any(other.head == at and other.role in ("thing", "again", "part") for other in tokens)
    return not led and not any(other.role in ("place", "thing", "again") for other in tokens[at + 1 : at + 6])


def omitted(drawn: Sketch, tokens: Sequence[Token], notes: Sequence[Note], colours: Iterable[str]) -> list[str]:
    """What nothing was made of, in the order of the prompt.

    Args:
        drawn: what the prompt asks for.
        tokens: its words with their roles.
        notes: what is told already.
        colours: names of colours.
    """
    shown = (*(said for note in notes for said in (note.said, note.used)), *(one.said for one in drawn.things))
    taken = {word for said in shown for word in said.lower().split()} | {*colours}
    found = []
    inside = {at for mention in drawn.things for at in range(mention.at, mention.end)}
    for at, token in enumerate(tokens):
        word = token.text
        if not word.isalpha() or len(word) < 3 or word in taken or at in inside:
            continue
        if at and tokens[at - 1].text in _OWN and word in _BACKS:  # "a palm tree on its shell" stands on it
            continue
        lone_part = token.role == "part" and not any(other.head == at for other in tokens)
        if token.role == "chatter":
            lost = word not in _HARMLESS and expression_of([word])[0] is None
        elif token.role == "relation":
            lost = word.endswith("ing") and _leads_nowhere(tokens, at)
        elif token.role in ("ground", "ground+"):
            lost = word not in _GROUND and word not in drawn.ground_colours
        else:
            owner = tokens[token.head].text if token.head >= 0 else ""
            lost = lone_part and (word not in PART_WORDS | BODY or _is_strange(word, owner))
        if lost:
            found.append(word)
    return found
