"""Names that hold two things. Example run: python -m pytest tests/scene/test_parted.py"""

import pytest

from tests.scene.test_parse import trained


def stands(reader, prompt):
    """Name -> (count, colour, relation and the name of what it leads to)."""
    scene = reader.parse(prompt, seed=1).scene
    names = {thing.id: thing.name for thing in scene.things}
    return {
        thing.name: (
            thing.count,
            thing.colour,
            (thing.relation.kind, names[thing.relation.target]) if thing.relation else None,
        )
        for thing in scene.things
    }


@trained
@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a dog skateboarding", {"dog": (1, None, ("riding", "skateboard")), "skateboard": (1, None, None)}),
        (
            "a penguin and a polar bear ice skating",
            {
                "penguin": (1, None, None),
                "polar bear": (1, None, None),
                "ice skate": (1, None, ("worn by", "penguin")),  # both skate; this is the other pair
            },
        ),
        ("a basket full of apples", {"basket": (1, None, None), "red apple": (3, None, ("in", "basket"))}),
        ("a jar full of cookies", {"jar": (1, None, None), "cookie": (3, None, ("in", "jar"))}),
        (
            "a treasure chest filled with gold coins",
            {"treasure chest": (1, None, None), "coin": (3, "gold", ("in", "treasure chest"))},
        ),
        ("a penguin couple", {"penguin": (2, None, None)}),
        ("a cyberpunk city", {"cityscape": (1, None, None)}),
        (
            "a panda in a red hat drinking tea",
            {
                "panda": (1, None, None),
                "top hat": (1, "red", ("worn by", "panda")),
                "teacup without handle": (1, None, ("held by", "panda")),
            },
        ),
        ("a soccer player", {"person": (1, None, None), "soccer ball": (1, None, ("held by", "person"))}),
        ("a motorcycle rider", {"person": (1, None, ("riding", "motorcycle")), "motorcycle": (1, None, None)}),
        ("a cat sleeping on the moon", {"cat": (1, None, None)}),
        (
            "a girl in a red dress, a basket and a dog",
            {
                "girl": (1, None, None),
                "dress": (1, "red", ("worn by", "girl")),
                "basket": (1, None, None),
                "dog": (1, None, None),
            },
        ),
        ("mom and dad and me", {"woman": (1, None, None), "man": (1, None, None), "person": (1, None, None)}),
        (
            "a man with a black mustache",
            {"man": (1, None, None), "mustache": (1, "black", ("worn by", "man"))},
        ),
        ("a volcano erupting", {"volcano": (1, None, None)}),
        ("a cat on a pile of books", {"cat": (1, None, ("on", "books")), "books": (1, None, None)}),
        ("a cat surfing", {"cat": (1, None, ("riding", "surf board")), "surf board": (1, None, None)}),
        ("a bowl of apples", {"bowl": (1, None, None), "red apple": (3, None, ("in", "bowl"))}),
        ("a box of red apples", {"package": (1, None, None), "red apple": (3, "red", ("in", "package"))}),
        (
            "a dog and a cat playing chess",
            {"dog": (1, None, None), "cat": (1, None, None), "chess": (1, None, ("with", "cat"))},
        ),
        (
            "a vase of yellow tulips on a table",
            {
                "amphora": (1, None, ("on", "table furniture")),
                "tulip": (3, "yellow", ("in", "amphora")),
                "table furniture": (1, None, None),
            },
        ),
    ],
)
def test_what_is_in_or_with_another_is_a_thing_of_its_own(reader, prompt, expected):
    assert stands(reader, prompt) == expected


@trained
@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a mother bear and her cub", [("bear", 1.0), ("bear", 0.55)]),
        ("a baby elephant and a lion", [("elephant", 0.55), ("lion", 1.0)]),
        ("a baby elephant", [("elephant", 1.0)]),
        ("two hearts, a big one and a small pink one", [("red heart", 1.25), ("red heart", 0.55)]),
    ],
)
def test_the_young_are_small_beside_others(reader, prompt, expected):
    parsed = reader.parse(prompt, seed=1)
    assert [(thing.name, thing.scale) for thing in parsed.scene.things] == expected
    assert not parsed.notes


@trained
@pytest.mark.parametrize(
    "prompt", ["a bowl of ramen", "a woman playing water polo", "a glass of lemonade", "a boxing glove"]
)
def test_a_name_of_one_thing_stays_one(reader, prompt):
    assert len(stands(reader, prompt)) == 1


@trained
@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a bear and its cubs", [("bear", 1, 1.0), ("bear", 3, 0.55)]),
        ("a woman and her baby", [("woman", 1, 1.0), ("baby", 1, 1.0)]),
        ("a kitten in a stocking", [("cat face", 1, 1.0), ("stocking", 1, 1.0)]),
        ("a field of sunflowers under a sun", [("sunflower", 5, 1.0), ("sun", 1, 1.0)]),
        ("a flamingo standing on one leg", [("flamingo", 1, 1.0)]),
        ("a bird feeding its babies", [("bird", 1, 1.0), ("bird", 3, 0.55)]),
        ("a baby on a cloud", [("baby", 1, 1.0), ("cloud", 1, 1.0)]),
        ("a magician with a rabbit", [("person", 1, 1.0), ("rabbit", 1, 1.0), ("top hat", 1, 1.0)]),
        ("a robot vacuum cleaner", [("vacuum cleaner", 1, 1.0)]),
        ("a space cat floating among planets", [
            ("cat", 1, 1.0), ("ringed planet", 3, 1.0), ("astronaut helmet", 1, 1.0),
        ]),
    ],
)  # fmt: skip
def test_whose_and_what_they_are(reader, prompt, expected):
    things = reader.parse(prompt, seed=1).scene.things
    assert [(thing.name, thing.count, thing.scale) for thing in things] == expected


@trained
@pytest.mark.parametrize(
    ("prompt", "placed", "kind", "target"),
    [
        ("a tree with red apples", "red apple", "in", "deciduous tree"),
        ("a girl reading a book under a tree", "girl", "under", "deciduous tree"),
        ("a space cat floating among planets", "ringed planet", "around", "cat"),
        ("a dragon flying over a city at night", "dragon", "above", "cityscape"),
        ("a snow globe with a house inside", "house", "in", "crystal ball"),
        ("a picnic basket on a blanket under a tree", "blanket", "under", "deciduous tree"),
        ("a man with a beard and sunglasses", "sunglasses", "worn by", "man with a beard"),
        ("a stack of books with an apple on top", "red apple", "on", "books"),
        ("a cat with stars", "star", "with", "cat"),
        ("a bus full of people", "person", "in", "bus"),
        ("a boat with mountains in the background", "mountain", "behind", "sailboat"),
    ],
)
def test_how_they_stand_to_each_other(reader, prompt, placed, kind, target):
    assert stands(reader, prompt)[placed][2] == (kind, target)


@trained
@pytest.mark.parametrize(
    ("prompt", "told"),
    [
        ("a clown juggling", "juggling"),
        ("a boy flying a kite on a windy day", "windy"),
        ("a cozy cabin in the snow at night", "cozy"),
        ("a taxi in a busy street", "busy"),
    ],
)
def test_what_is_not_shown_is_told(reader, prompt, told):
    assert reader.parse(prompt, seed=1).sentence == f"Left out: “{told}”."


@trained
@pytest.mark.parametrize(
    ("prompt", "expression"),
    [("a cat sleeping on a pile of books", "sleeping"), ("a bubble tea with a cute face", "smiling")],
)
def test_a_face_shows_what_is_said_of_it(reader, prompt, expression):
    assert reader.parse(prompt, seed=1).scene.things[0].expression == expression


@trained
@pytest.mark.parametrize(
    ("prompt", "name", "parts"),
    [
        ("a blonde girl", "girl", {"hair": "yellow"}),
        ("a redhead", "woman", {"hair": "red"}),
        ("a pink-haired woman with a hat", "woman", {"hair": "pink"}),
        ("an old man with a white beard", "man with a beard", {"beard": "white"}),
    ],
)
def test_hair_is_a_part_with_its_colour(reader, prompt, name, parts):
    thing = reader.parse(prompt, seed=1).scene.things[0]
    assert (thing.name, thing.part_colours) == (name, parts)
    assert ("old man" in prompt) == (thing.said == "old man")
