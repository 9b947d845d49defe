"""Who wears what. Example run: python -m pytest tests/scene/test_outfits.py"""

import pytest

from pipeline.scene.outfits import dress
from pipeline.scene.sketch import Mention, Sketch
from tests.scene.test_parse import trained


def worn(reader, prompt):
    """(who, what each wears and its colour), and what is said of the prompt."""
    parsed = reader.parse(prompt, seed=1)
    things = {thing.id: thing for thing in parsed.scene.things}
    found = [
        (things[thing.relation.target].name, thing.name, thing.colour)
        for thing in parsed.scene.things
        if thing.relation and thing.relation.kind == "worn by"
    ]
    return found, parsed.sentence


@trained
@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a pirate cat", ("cat", "pirate hat", "black")),
        ("a wizard frog", ("frog", "wizard hat", "blue")),
        ("a penguin chef", ("penguin", "chef hat", "white")),
        ("a superhero cat flying", ("cat", "cape", "red")),
        ("a dog dressed as a pirate", ("dog", "pirate hat", "black")),
        ("a frog as a king", ("frog", "crown", None)),
        ("a corgi in a chef outfit", ("dog", "chef hat", "white")),
        ("a samurai with a sword", ("person", "samurai helmet", "red")),
        ("a princess frog on a lily pad", ("frog", "crown", None)),
        ("an astronaut cat", ("cat", "astronaut helmet", "gray")),
    ],
)
def test_who_is_somebody_wears_what_tells_it(reader, prompt, expected):
    found, said = worn(reader, prompt)
    assert found == [expected]
    assert said in ("", "Left out: “flying”.")


@trained
@pytest.mark.parametrize("prompt", ["a king penguin", "a pirate", "a cowboy", "a santa hat", "a superhero", "a chef"])
def test_kinds_of_animals_and_what_was_drawn_whole_stay_what_they_are(reader, prompt):
    assert worn(reader, prompt)[0] == []


@trained
def test_each_of_several_wears_it(reader):
    cats, hats = reader.parse("two pirate cats", seed=1).scene.things
    assert (cats.name, cats.count, hats.name, hats.count) == ("cat", 2, "pirate hat", 2)


@trained
def test_what_stands_in_another_relation_keeps_it(reader):
    things = reader.parse("a pirate cat on a red box", seed=1).scene.things
    kinds = {thing.name: thing.relation and thing.relation.kind for thing in things}
    assert kinds == {"cat": "on", "package": None, "pirate hat": "worn by"}


def test_a_costume_of_nobody_known_stays_a_thing():
    class Names:
        def exact(self, words, *, counted=False):
            return " ".join(words)

        def is_name(self, said):
            return False

    drawn = Sketch([Mention(0, 1, "cat"), Mention(2, 4, "banana costume")], [(0, 1, "in a")])
    dress(drawn, Names())
    assert [mention.said for mention in drawn.things] == ["cat", "banana costume"]
    assert drawn.relations == [(0, 1, "in a")]
