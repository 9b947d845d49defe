"""Roles and heads from parses made by hand. Example run: python -m pytest tests/training/test_silver_labels.py"""

import pytest

from pipeline.training.grammar_words import ROLES
from pipeline.training.silver_labels import label
from pipeline.training.silver_parse import Unsure, Word, units_of

KNOWN = frozenset("cat hat dog horse astronaut apple table car tree soup house painting sword box".split())


def read(text: str, parse: str):
    """What is made of a text and its parse: "word/tag/link/head", the head's place from 1, 0 for the root."""
    words = []
    for one in parse.split():
        said, tag, link, head = one.rsplit("/", 3)
        words.append(Word(said, tag, link, int(head) - 1))
    units = units_of(text)
    assert len(units) == len(words)
    caption = label(units, words, KNOWN)
    assert {*caption.roles} <= {*ROLES}
    named = [caption.words[head] if head >= 0 else "-" for head in caption.heads]
    return [f"{word} {role} {head}" for word, role, head in zip(caption.words, caption.roles, named, strict=True)]


def told(text: str, parse: str) -> set[str]:
    """What is more than chatter."""
    return {row for row in read(text, parse) if " chatter " not in row}


WEARING = "a/DT/det/2 cat/NN/ROOT/0 wearing/VBG/acl/2 a/DT/det/6 red/JJ/amod/6 hat/NN/dobj/3"


@pytest.mark.parametrize(
    ("text", "parse", "roles"),
    [
        (
            "a cat wearing a red hat",
            WEARING,
            "cat thing -, wearing relation cat, red colour hat, hat thing wearing",
        ),
        (
            "an astronaut is riding a horse",
            "an/DT/det/2 astronaut/NN/nsubj/4 is/VBZ/aux/4 riding/VBG/ROOT/0 a/DT/det/6 horse/NN/dobj/4",
            "astronaut thing -, riding relation astronaut, horse thing riding",
        ),
        (
            "two light blue cars",
            "two/CD/nummod/3 blue/JJ/amod/3 cars/NNS/ROOT/0",
            "two number cars, light colour cars, blue colour cars, cars thing -",
        ),
        (
            "a cat with no hat",
            "a/DT/det/2 cat/NN/ROOT/0 with/IN/prep/2 no/DT/det/5 hat/NN/pobj/3",
            "cat thing -, no negation cat, hat thing no",
        ),
        (
            "a house without a tree",
            "a/DT/det/2 house/NN/ROOT/0 without/IN/prep/2 a/DT/det/5 tree/NN/pobj/3",
            "house thing -, without negation house, tree thing without",
        ),
        (
            "a car in front of a house",
            "a/DT/det/2 car/NN/ROOT/0 behind/IN/prep/2 a/DT/det/5 house/NN/pobj/3",
            "car thing -, in relation car, front relation+ in, of relation+ in, house thing in",
        ),
        (
            "a dog sitting on a table",
            "a/DT/det/2 dog/NN/ROOT/0 sitting/VBG/acl/2 on/IN/prep/3 a/DT/det/6 table/NN/pobj/4",
            "dog thing -, sitting relation dog, on relation+ sitting, table thing sitting",
        ),
        (
            "a dog running on the beach",
            "a/DT/det/2 dog/NN/ROOT/0 running/VBG/acl/2 on/IN/prep/3 the/DT/det/6 beach/NN/pobj/4",
            "dog thing -, running action dog, beach place -",
        ),
        (
            "a cat with green eyes",
            "a/DT/det/2 cat/NN/ROOT/0 with/IN/prep/2 green/JJ/amod/5 eyes/NNS/pobj/3",
            "cat thing -, green colour eyes, eyes part cat",
        ),
        (
            "an oil painting of a bowl of soup on a white background",
            "an/DT/det/3 oil/NN/compound/3 painting/NN/ROOT/0 of/IN/prep/3 a/DT/det/6 bowl/NN/pobj/4 of/IN/prep/6 "
            "soup/NN/pobj/7 on/IN/prep/6 a/DT/det/12 white/JJ/amod/12 background/NN/pobj/9",
            "oil style -, painting style+ oil, bowl thing -, of thing+ bowl, soup thing+ bowl, "
            "white colour background, background ground -",
        ),
        (
            "a large fluffy cat and a dog",
            "a/DT/det/4 large/JJ/amod/4 fluffy/JJ/amod/4 cat/NN/ROOT/0 and/CC/cc/4 a/DT/det/7 dog/NN/conj/4",
            "large size cat, fluffy look cat, cat thing -, dog thing -",
        ),
        (
            "a dog wearing a hat and holding a sword",
            "a/DT/det/2 dog/NN/ROOT/0 wearing/VBG/acl/2 a/DT/det/5 hat/NN/dobj/3 and/CC/cc/3 holding/VBG/conj/3 "
            "a/DT/det/9 sword/NN/dobj/7",
            "dog thing -, wearing relation dog, hat thing wearing, holding relation dog, sword thing holding",
        ),
        (
            "a couple of dogs sitting on a table",
            "a/DT/det/2 couple/NN/ROOT/0 of/IN/prep/2 dogs/NNS/pobj/3 sitting/VBG/acl/2 on/IN/prep/5 a/DT/det/8 "
            "table/NN/pobj/6",
            "couple number dogs, dogs thing -, sitting relation dogs, on relation+ sitting, table thing sitting",
        ),
        (
            "a black and white cat",
            "a/DT/det/5 black/JJ/amod/5 and/CC/cc/2 white/JJ/conj/2 cat/NN/ROOT/0",
            "black colour cat, white colour cat, cat thing -",
        ),
        (
            "a dog holding a sword beside a house",
            "a/DT/det/2 dog/NN/ROOT/0 holding/VBG/acl/2 a/DT/det/5 sword/NN/dobj/3 beside/IN/prep/3 a/DT/det/8 "
            "house/NN/pobj/6",
            "dog thing -, holding relation dog, sword thing holding, beside relation dog, house thing beside",
        ),
        (
            "the apple is red",
            "the/DT/det/2 apple/NN/nsubj/3 is/VBZ/ROOT/0 red/JJ/acomp/3",
            "apple thing -, red colour apple",
        ),
    ],
)
def test_every_word_has_the_role_that_its_parse_tells(text, parse, roles):
    assert told(text, parse) == set(roles.split(", "))


@pytest.mark.parametrize(
    ("text", "parse", "reason"),
    [
        ("a cat beside a wug", "a/DT/det/2 cat/NN/ROOT/0 beside/IN/prep/2 a/DT/det/5 wug/NN/pobj/3", "not known"),
        (
            "a cat and a dog on a table",
            "a/DT/det/2 cat/NN/ROOT/0 and/CC/cc/2 a/DT/det/5 dog/NN/conj/2 on/IN/prep/5 a/DT/det/8 table/NN/pobj/6",
            "told of one or of all",
        ),
        (
            "a dog holding a sword with a cat",
            "a/DT/det/2 dog/NN/ROOT/0 holding/VBG/acl/2 a/DT/det/5 sword/NN/dobj/3 with/IN/prep/3 a/DT/det/8 "
            "cat/NN/pobj/6",
            "two relations",
        ),
        (
            "a cat on a table with a box",
            "a/DT/det/2 cat/NN/ROOT/0 on/IN/prep/2 a/DT/det/5 table/NN/pobj/3 with/IN/prep/5 a/DT/det/8 box/NN/pobj/6",
            "told of an object",
        ),
        ("they ride horses", "they/PRP/nsubj/2 ride/VBP/ROOT/0 horses/NNS/dobj/2", "a thing that is PRP"),
        ("cat . dog", "cat/NN/ROOT/0 ./././1 dog/NN/ROOT/0", "several sentences"),
        ("a box of red cars", "a/DT/det/2 box/NN/ROOT/0 of/IN/prep/2 red/JJ/amod/5 cars/NNS/pobj/3", "an of"),
    ],
)
def test_a_prompt_with_a_word_in_doubt_is_left_out(text, parse, reason):
    with pytest.raises(Unsure, match=reason):
        read(text, parse)
