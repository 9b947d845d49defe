"""Words of expressions ("happy", "in love"), and the emoji that show them."""

from collections.abc import Sequence

__all__ = ["BALLOONS", "EXPRESSIONS", "FACES", "expression_of", "is_plain_mood"]

# Expression -> the emoji that shows it.
FACES = {
    "happy": "smiling face with smiling eyes",
    "sad": "frowning face",
    "in love": "smiling face with heart-eyes",
    "sleeping": "sleeping face",
    "angry": "angry face",
    "surprised": "face with open mouth",
    "laughing": "face with tears of joy",
    "crying": "loudly crying face",
    "winking": "winking face",
    "kissing": "kissing face",
    "thinking": "thinking face",
    "bored": "unamused face",
    "scared": "fearful face",
    "hungry": "face savoring food",
    "smiling": "slightly smiling face",
    "dizzy": "face with crossed-out eyes",
    "cool": "smiling face with sunglasses",
}
EXPRESSIONS = tuple(FACES)
# What floats beside the face: an emoji's own hand at its chin cannot be told from its skin, and its own Zzz is tiny.
BALLOONS = {"thinking": "thought balloon", "sleeping": "zzz"}
_SAID = {
    word.strip(): expression
    for expression, words in {
        "happy": "cheerful, joyful, glad, grinning, excited, delighted, jolly, merry",
        "sad": "unhappy, upset, frowning, gloomy, disappointed, depressed, sorrowful",
        "in love": "loving, lovestruck, adoring, love struck, enamored, heart eyes, heart-eyed",
        "sleeping": "sleepy, asleep, dozing, snoozing, tired, napping",
        "angry": "mad, furious, grumpy, annoyed, raging, cross, enraged",
        "surprised": "shocked, amazed, astonished, startled, surprise",
        "laughing": "giggling, hilarious, laughing out loud, lol, tears of joy",
        "crying": "weeping, sobbing, tearful, bawling",
        "winking": "wink, flirty",
        "kissing": "kissy, blowing kisses",
        "thinking": "thoughtful, pensive, wondering, curious",
        "bored": "unamused, unimpressed, annoyed looking",
        "scared": "afraid, frightened, fearful, terrified, nervous, worried",
        "hungry": "yummy, licking lips, drooling",
        "smiling": "friendly, pleased, content, smiley, smirking",
        "dizzy": "dead, knocked out, confused",
        "cool": "chill, laid-back, laid back",
    }.items()
    for word in (expression, *words.split(","))
}

# Told of a thing without a face they give it one.
_MOODS = frozenset(
    "happy smiling sad angry laughing crying winking grinning cheerful joyful frowning surprised sleepy sleeping "
    "lovestruck smiley furious kissing giggling weeping sobbing thinking".split()
) | {"in love"}


def expression_of(looks: Sequence[str]) -> tuple[str | None, list[str]]:
    """The first expression that words tell, and the words that tell none."""
    found, rest = None, []
    for look in looks:
        told = _SAID.get(look.lower().removeprefix("very ").removeprefix("so ").removesuffix(" face").strip())
        if told is None or found is not None:
            rest.append(look)
        else:
            found = told
    return found, rest


def is_plain_mood(look: str) -> bool:
    """Whether words say the expression of a face of whatever they are told: a smiling cup has one, a cool car none,
    but a car with a "cool face".
    """
    look = look.lower()
    return look in _MOODS or look.endswith(" face") and look.removesuffix(" face") in _SAID
