"""Wordings said plainly. Example run: python -m pytest tests/scene/test_rewording.py"""

import pytest

from pipeline.scene.rewording import function_word, reword
from tests.scene.test_parse import trained


def said(reader, prompt: str) -> list[str]:
    """Each thing as "number name colour"."""
    return [
        " ".join(filter(None, (str(one.count) if one.count > 1 else "", one.name, one.colour)))
        for one in reader.parse(prompt, seed=7).scene.things
    ]


@pytest.mark.parametrize(
    ("prompt", "text", "weather"),
    [
        ("a row of five penguins", "five penguins", None),
        ("a camel caravan in the desert", "four camels in the desert", None),
        ("a rock band", "a rock band", None),
        ("an army of ants", "eight ants", None),
        ("a zebra crossing the street", "a zebra on the street", None),
        ("a train crossing a bridge", "a train crossing a bridge", None),
        ("a purple umbrella in the rain", "a purple umbrella", "rain"),
        ("a fox on a rainy night", "a fox at night", "rain"),
        ("a rainy day on the street with a fox", "the street with a fox", "rain"),
        ("a street lamp at night with snow falling", "a street lamp at night, in the snow", "snow"),
        ("a snowman in a snowstorm", "a snowman, in the snow", "snow"),
        ("a cat in the snow", "a cat in the snow", None),
        ("it is raining", "it is raining", None),
        ("a cloud raining on a flower", "a cloud raining on a flower", None),
        ("two cats, black and white", "a black cat and a white cat", None),
        ("three balloons: red, yellow and blue", "a red balloon, a yellow balloon and a blue balloon", None),
        ("three balloons, red and blue", "three balloons, red and blue", None),
        ("a black and white cow", "a cow", None),
        ("a black and white photo", "a black and white photo", None),
        ("a bat hanging upside down from a branch", "a bat upside down hanging from a branch", None),
        ("a squirrel hugging an acorn", "a squirrel holding an acorn", None),
        ("a girl hugging a cat", "a girl hugging a cat", None),
        ("a house on fire", "a house with fire", None),
        ("a rainy street", "a street", "rain"),
        ("two red and three blue balloons", "two red balloons and three blue balloons", None),
        ("five balloons, two red and three blue", "two red balloons and three blue balloons", None),
        ("five balloons, two red and one blue", "five balloons, two red and one blue", None),
        ("three cats, one black and two white", "one black cat and two white cats", None),
        ("a pack of wolves", "four wolves", None),
        ("a bottle of wine and two glasses", "a bottle of wine and two wine glasses", None),
        ("a cat with glasses and a bottle", "a cat with glasses and a bottle", None),
        ("a parrot with one red wing", "a parrot with one red wing", None),
    ],
)
def test_it_is_said_plainly(prompt, text, weather):
    found = reword(prompt, lambda name: False)
    assert (found.text, found.weather, found.looks) == (text, weather, ())


def test_a_name_that_was_taught_stays():
    assert reword("a heart on fire", lambda name: name == "heart on fire").text == "a heart on fire"
    assert reword("penguin family", lambda name: name == "penguin family").text == "penguin family"


def test_who_does_something_is_named_before_what_it_is_done_to():
    def plainly(text):
        return reword(text, lambda name: name == "man eating plant").text

    assert plainly("a fire breathing dragon and a cat") == "a dragon breathing fire and a cat"
    assert plainly("a castle and a guitar-playing fox") == "a castle and a fox playing guitar"
    for stays in (
        "a man eating plant",
        "a boy in a boat eating fish",
        "a bird eating spiders",
        "a man riding a horse",
    ):
        assert plainly(stays) == stays


def test_the_number_of_parts_is_no_number_of_things_and_is_told_where_it_is_strange():
    assert reword("a dog with three heads", lambda name: False).left_out == ("three heads",)
    second = reword("a house with a red door and two windows", lambda name: False)
    assert (second.text, second.left_out) == ("a house with a red door", ("two windows",))
    assert reword("a house and two windows", lambda name: False).left_out == ()
    natural = reword("a car with four wheels and a dog", lambda name: False)
    assert (natural.text, natural.left_out) == ("a car and a dog", ())


@trained
@pytest.mark.parametrize(
    ("prompt", "looks"),
    [
        ("a fish facing left", ["left"]),
        ("a bird looking to the right", ["right"]),
        ("a horse running to the left and a dog", ["left", None]),
        ("a cat to the left of a dog", [None, None]),
    ],
)
def test_who_looks_where(reader, prompt, looks):
    scene = reader.parse(prompt, seed=7).scene
    assert [thing.looks for thing in scene.things] == looks and not any(thing.place for thing in scene.things)


@trained
@pytest.mark.parametrize(
    ("prompt", "things"),
    [
        ("a stack of three books with an apple on top", ["3 closed book", "red apple"]),
        ("a dog with three heads", ["dog"]),
        ("a goldfish in a jar", ["fish orange", "jar"]),
        ("a heart with wings", ["heart wings"]),
        ("a fox reading a newspaper on a bench", ["fox", "newspaper", "bench"]),
        ("an owl sitting on a branch at night with the moon behind it", ["owl", "tree branch", "crescent moon"]),
        ("a man leaving the house", ["man", "house"]),
        ("a snowman with a carrot nose", ["snowman"]),
        ("a driver", ["person"]),
        ("a bottle of red wine and two glasses", ["bottle with popping cork", "2 wine glass"]),
        ("casting a spell on a frog", ["frog"]),
        ("the moon over a lake with a boat", ["crescent moon", "sailboat"]),
        ("a green house with a red door", ["house green"]),
        ("a green house", ["house green"]),
        ("a red envelope", ["red envelope"]),
        ("a red envelope on a light gray background", ["red envelope red"]),
        ("a cat wiht a hat", ["cat", "top hat"]),
        ("a house with a red door and two windows", ["house"]),
        ("a robot with one eye and three legs", ["robot"]),
        ("a clock showing 3 o'clock", ["three o'clock"]),
        ("five o'clock", ["five o'clock"]),
        ("a stack of pancakes with syrup and blueberries", ["pancakes", "blueberries"]),
        ("a squirrel in a winter scarf", ["squirrel", "scarf"]),
        ("a lion king on a rock", ["lion", "rock", "crown"]),
        ("a man eating plant", ["man", "potted plant"]),
    ],
)
def test_what_is_drawn_for_a_wording(reader, prompt, things):
    assert said(reader, prompt) == things


@trained
def test_who_stands_how(reader):
    kinds = {
        "a fox reading a newspaper on a bench": ["on", "held by", None],
        "a pumpkin with a witch hat": [None, "worn by"],
        "a happy sun with sunglasses": [None, "worn by"],
        "a table with a hat": [None, "on"],
        "a sleigh with a reindeer": [None, "with"],
        "a fish tank with two goldfish": [None, "in"],
        "a cloud raining on a flower": ["above", None],
        "a woman with black hair and glasses": [None, "worn by"],
        "a girl reading under a tree": ["under", None, "held by"],
        "a cat with a fish in its mouth": [None, "held by"],
        "a phone with a heart on the screen": [None, "on"],
        "a laptop with a cat on the screen": [None, "in front of"],
        "a table with a vase on it": [None, "on"],
        "a snake coiled around a tree": ["around", None],
        "a rabbit with a basket of eggs": [None, "held by", "in"],
        "a fire-breathing dragon over a castle": ["above", None, "held by"],
        "a boy putting on a hat": [None, "worn by"],
        "a dragon breathing fire at a castle": ["next to", None, "held by"],
        "a man at the door": ["next to", None],
        "a toaster with two slices of toast in it": [None, "in"],
        "a bear drinking from a cup": ["next to", None],
    }
    for prompt, expected in kinds.items():
        scene = reader.parse(prompt, seed=7).scene
        assert [thing.relation and thing.relation.kind for thing in scene.things] == expected, prompt


@trained
def test_the_colour_of_hair_is_that_of_a_part_and_lettering_has_its_own(reader):
    assert reader.parse("a girl with pink hair").scene.things[0].part_colours == {"hair": "pink"}
    own = reader.parse('a shop that says "SALE" in red').scene.lettering
    assert (own.text, own.colour) == ("SALE", "red")
    assert reader.parse("a shop that says open").scene.lettering.text == "open"


def test_a_small_word_with_a_slip_is_mended_and_other_words_stay():
    def is_word(word: str) -> bool:
        return word in ("width", "wit")

    assert [function_word(word, is_word) for word in ("wiht", "adn", "weairng", "width", "wit", "sphinx")] == [
        "with", "and", "wearing", "width", "wit", "sphinx",
    ]  # fmt: skip
