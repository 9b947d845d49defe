"""What a prompt is understood to ask for. Example run: python -m pytest tests/language/test_reading.py"""

import numpy as np
import pytest
import torch

from pipeline.language.reading import PromptReader, Thing
from pipeline.models.vocabulary import Vocabulary

PHRASES = [
    "cat", "dog face", "dog", "red apple", "bird", "automobile", "hot beverage", "houses", "house", "star", "woman",
    "two hearts", "fork and knife", "sun with face", "family of man, woman and boy", "man", "castle", "dragon",
    "chair", "rabbit", "airplane", "pizza", "eggplant",
]  # fmt: skip
OTHERS = {
    "kitty": "cat",
    "puppy": "dog face",
    "apple": "red apple",
    "car": "automobile",
    "bunny": "rabbit",
    "cars": "chair",  # a keyword; counted, it is several of another name
    "show": "star",  # a word of requests, too
    "jet": "airplane",
    "far": "castle",  # a keyword that means something else
}
STYLES = {"3d render": ["3d", "glossy 3d emoji"], "flat sticker": ["sticker"]}
MEANINGS = {
    "pup": "puppy",
    "aubergine": "eggplant",
    "cup of coffee": "hot beverage",
    "jumbo jet": "airplane",
    "distant": "far",
}


def embed_texts(texts: list[str]) -> np.ndarray:
    """One direction per name; a word of ``MEANINGS`` lies near its name, any other near none."""
    names = PHRASES + list(OTHERS)
    rows = np.zeros((len(texts), len(names) + 1), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        text = text.removeprefix("a ").removeprefix("an ").lower()
        name = MEANINGS.get(text, text)
        row[names.index(name) if name in names else -1] = 0.9 if name != text else 1.0
        row[-1] += 0.43 if name != text else 0.0
    return rows


@pytest.fixture(scope="module")
def reader() -> PromptReader:
    names = PHRASES + list(OTHERS)
    vocabulary = Vocabulary(
        names,
        PHRASES + list(OTHERS.values()),
        STYLES,
        {"white": "#ffffff", "light blue": "#aaddff", "pink": "#ffaacc", "blue": "#0000ff", "dark gray": "#444444"},
        text_dim=len(names) + 1,
        shown={"castle": ["flat sticker"], "dragon": ["3d render"]},
    )
    vocabulary.embeds.copy_(torch.from_numpy(embed_texts(names)))
    for name, phrase in OTHERS.items():  # they mean about the same
        if name != "far":
            vocabulary.embeds[names.index(name)] *= 0.8
            vocabulary.embeds[names.index(name), names.index(phrase)] = 0.6
    return PromptReader(vocabulary, embed_texts)


def named(reader: PromptReader, prompt: str) -> list[tuple[str, int]]:
    return [(thing.phrase, thing.count) for thing in reader.read(prompt).things]


@pytest.mark.parametrize("prompt", ["a cat", "a red apple, 3d render", "a bird"])
def test_what_was_taught_is_left_as_it_is_said(reader, prompt):
    reading = reader.read(prompt)
    assert reading.prompts == (prompt,) and reading.placed == 1 and reading.sentence == ""


@pytest.mark.parametrize(
    ("prompt", "told"),
    [
        ("a puppy on pink", "a dog face"),
        ("an aubergine, oil", "an eggplant"),
        ("a cup of coffee", "a hot beverage"),
        ("a jumbo jet", "an airplane"),
        ("a blue car", "an automobile"),
        ("two slices of pizza", "a pizza"),
    ],
)
def test_a_name_that_was_not_taught_becomes_the_nearest(reader, prompt, told):
    assert reader.read(prompt).prompts == (told,)


@pytest.mark.parametrize(
    ("prompt", "told"),
    [
        ("Draw me a pup, please", "a dog face"),
        ("a huge puppy on pink", "a dog face"),
        ("a tiny cat at the lower left", "a cat"),
        ("I need a glossy cat. Style: sticker. Backdrop: pink.", "a cat, flat sticker"),
        ("an automobile and nothing else", "an automobile"),
        ("Fork and knife", "a fork and knife"),
        ("an aubergine, 3d", "an eggplant, 3d render"),
        ("a light blue backdrop with a jet on it", "an airplane"),
    ],
)
def test_one_thing_is_told_as_the_app_words_it(reader, prompt, told):
    reading = reader.read(prompt)
    assert reading.prompts == (told,) and reading.placed == 1


@pytest.mark.parametrize(
    ("prompt", "ground"),
    [
        ("a cat, 3d render, on a pink background", "#ffaacc"),
        ("a cat next to a dog", "#ffffff"),
        ("a cat against a bright blue wall", "#0000ff"),
        ("a cat on a dark background", "#444444"),
        ("a qwertz on blue", "#0000ff"),  # the prompt stays, its ground is known
        ("a cat", None),
    ],
)
def test_the_ground_is_handed_on_as_a_colour(reader, prompt, ground):
    assert reader.read(prompt).ground == ground


@pytest.mark.parametrize(
    ("prompt", "place"),
    [
        ("a cat", None),
        ("a huge cat on pink", (0.5, 0.5, 0.95)),
        ("a little cat", (0.5, 0.5, 0.39)),
        ("a tiny cat at the lower left", (0.31, 0.69, 0.39)),
        ("a cat in the top right corner", (0.69, 0.31, 0.39)),
        ("two big cats", None),  # several have places of their own
    ],
)
def test_size_and_corner_are_handed_on_as_a_place(reader, prompt, place):
    assert reader.read(prompt).place == place


def test_chance_chooses_the_ground_that_nobody_named(reader):
    grounds = [reader.read("a cat, 3d", chance=step / 20).ground for step in range(21)]
    assert grounds.count("#ffffff") >= 15 and set(grounds) == {"#ffffff", "#aaddff"}
    both = {(r.prompts, r.ground) for r in (reader.read("a cat", chance=step / 40) for step in range(41))}
    assert len(both) == 4  # two styles, each on two grounds
    assert reader.read("a cat on pink", chance=0.99).ground == "#ffaacc"


@pytest.mark.parametrize(
    ("prompt", "left_out"),
    [
        ("a cat wearing fancy spectacles, 3d", ("wearing fancy spectacles",)),
        ("a cat, dreamy watercolor, dreamy", ("dreamy watercolor", "dreamy")),
        ("please draw me two cats", ()),
        ("a castle on a hill", ("hill",)),
    ],
)
def test_what_the_model_is_not_told_is_owned_up_to(reader, prompt, left_out):
    reading = reader.read(prompt)
    assert reading.left_out == left_out
    assert all(f"“{words}”" in reading.sentence for words in left_out)


def test_a_keyword_that_means_something_else_is_near_nothing(reader):
    assert reader.read("a distant").things[0].cosine == 0
    assert named(reader, "a far") == [("castle", 1)]  # the very word is taken


def test_what_a_negative_prompt_names_is_not_chosen(reader):
    chances = [step / 20 for step in range(21)]
    told = {reader.read("a cat", chance=chance, avoid="blurry, a sticker, white").prompts for chance in chances}
    assert told == {("a cat, 3d render",)}
    assert {reader.read("a cat", chance=chance, avoid="white").ground for chance in chances} == {"#aaddff"}
    assert reader.read("a cat, flat sticker", chance=0.0, avoid="sticker").prompts == ("a cat, flat sticker",)
    assert reader.read("a cat", chance=0.0, avoid="3d, sticker").prompts == ("a cat, 3d render",)  # nothing is left


@pytest.mark.parametrize(
    ("chance", "style"), [(0.0, "3d render"), (0.49, "3d render"), (0.5, "flat sticker"), (1.0, "flat sticker")]
)
def test_chance_chooses_the_style_that_nobody_named(reader, chance, style):
    assert reader.read("a cat on pink", chance=chance).prompts == (f"a cat, {style}",)
    assert reader.read("two cats", chance=chance).prompts == (f"a cat, {style}",)
    assert reader.read("a cat, 3d", chance=chance).prompts == ("a cat, 3d render",)


def test_a_word_near_nothing_stays_and_is_owned_up_to(reader):
    reading = reader.read("a qwertz, sticker")
    assert reading.prompts == ("a qwertz, sticker",)
    assert reading.sentence == "“qwertz” was never taught: this is a guess."


@pytest.mark.parametrize("prompt", ["", "please", "something blue on white", "?!", "今日は", "on on on"])
def test_a_prompt_that_names_nothing_goes_on_as_it_is(reader, prompt):
    assert reader.read(prompt).prompts == (prompt,)


@pytest.mark.parametrize(
    ("prompt", "things", "layout"),
    [
        ("a cat to the left of a dog", ["cat", "dog"], "row"),
        ("a cat to the right of a dog", ["dog", "cat"], "row"),
        ("a cat with a dog to its right", ["cat", "dog"], "row"),
        ("a cat with a dog to its left", ["dog", "cat"], "row"),
        ("a cat and, left of it, a dog", ["dog", "cat"], "row"),
        ("a cat and to its left a dog", ["dog", "cat"], "row"),
        ("a cat; below it a dog", ["cat", "dog"], "column"),
        ("on the right a cat, on the left a dog", ["dog", "cat"], "row"),
        ("left: a bird, right: a cat", ["bird", "cat"], "row"),
        ("a cat and a dog side by side", ["cat", "dog"], "row"),
        ("a cat and a dog on the left", ["dog", "cat"], "row"),
        ("a cat above a dog", ["cat", "dog"], "column"),
        ("a cat under a dog", ["dog", "cat"], "column"),
        ("at the top a cat, underneath it a dog", ["cat", "dog"], "column"),
        ("a cat on a chair", ["cat", "chair"], "column"),
        ("top: a cat, bottom: a dog; sticker", ["cat", "dog"], "column"),
        ("cat, dog and bird", ["cat", "dog", "bird"], "row"),
        ("a dragon breathing fire in front of a castle", ["dragon", "castle"], "row"),
    ],
)
def test_several_things_are_drawn_one_by_one_in_their_places(reader, prompt, things, layout):
    reading = reader.read(prompt)
    assert [thing.phrase for thing in reading.things] == things
    assert reading.layout == layout and len(reading.prompts) == len(things)


@pytest.mark.parametrize(
    ("prompt", "things"),
    [
        ("three cats", [("cat", 3)]),
        ("exactly 4 red apples, glossy 3d emoji", [("red apple", 4)]),
        ("a pair of dogs", [("dog", 2)]),
        ("a pair of houses", [("houses", 1)]),
        ("a cat with a dog", [("cat", 1)]),
        ("a castle on a fortress hill", [("castle", 1)]),
        ("two kitties and a dog", [("cat", 2), ("dog", 1)]),
        ("four houses", [("house", 4)]),
        ("houses", [("houses", 1)]),
        ("two hearts", [("two hearts", 1)]),
        ("3 suns with face", [("sun with face", 3)]),
        ("a family of man, woman and boy", [("family of man, woman and boy", 1)]),
        ("a bunny wearing a hat", [("rabbit", 1)]),
        ("a castle of houses", [("castle", 1)]),
        ("a cat, dreamy watercolor, masterpiece", [("cat", 1)]),
    ],
)
def test_numbers_plurals_and_names_of_several_words(reader, prompt, things):
    assert named(reader, prompt) == things


def test_more_things_than_fit_leave_the_prompt_to_the_model(reader):
    reading = reader.read("nine cats")
    assert reading.prompts == ("nine cats",) and not reading.things


@pytest.mark.parametrize(
    ("prompt", "style", "background"),
    [
        ("a cat, 3d render, on a light blue background", "3d render", "light blue"),
        ("a sticker of a cat in front of plain pink", "flat sticker", "pink"),
        ("a cat; the background should be blue", None, "blue"),
        ("a cat, and keep everything behind it pink", None, "pink"),
        ("a blue bird", None, None),
        ("a cat on a blue chair", None, None),
        ("a cat on white", None, "white"),
    ],
)
def test_style_and_ground_are_told_from_the_thing(reader, prompt, style, background):
    reading = reader.read(prompt)
    assert (reading.style, reading.background) == (style, background)


def test_things_of_one_picture_are_told_the_same_style_and_ground(reader):
    told = reader.read("two kitties next to an apple, sticker, pink background").prompts
    assert told == ("a cat, flat sticker", "a red apple, flat sticker")
    assert reader.read("a cat and a dog").sentence == "Read as 1 × cat + 1 × dog, side by side."


@pytest.fixture(scope="module")
def spelling_reader(reader) -> PromptReader:
    return PromptReader(reader.vocabulary, embed_texts, is_word=lambda word: word in ("castor", "right", "backdrop"))


@pytest.mark.parametrize(
    ("prompt", "things"),
    [
        ("an egplant", [("eggplant", 1)]),
        ("two airplains", [("airplane", 2)]),
        ("two egplants", [("eggplant", 2)]),
        ("two autmobiles", [("automobile", 2)]),
        ("a kitty on the right, a pupppy on the left", [("dog face", 1), ("cat", 1)]),
        ("a castor", [("castor", 1)]),  # a word of its own
        ("a cta", [("cta", 1)]),  # too short to tell
    ],
)
def test_slips_of_the_pen_are_understood(spelling_reader, prompt, things):
    reading = spelling_reader.read(prompt)
    assert [(thing.phrase, thing.count) for thing in reading.things] == things


def test_a_slip_is_shown_as_it_was_said(spelling_reader):
    assert spelling_reader.read("an egplant").sentence == "“egplant” is drawn as “eggplant”."


@pytest.mark.parametrize(
    ("prompt", "told"),
    [
        ("a castle, sticker", "a castle, flat sticker"),
        ("a castle, 3d", "a castle, flat sticker"),
        ("a blue castle, 3d", "a castle, flat sticker"),
        ("a castle", "a castle, flat sticker"),
        ("a cat, 3d", "a cat, 3d render"),
    ],
)
def test_a_thing_is_drawn_in_a_style_that_it_was_shown_in(reader, prompt, told):
    assert reader.read(prompt, chance=0.0).prompts == (told,)


def test_of_the_styles_that_there_are_the_most_similar_is_taken():
    styles = {"3d render": [], "cartoon emoji": [], "flat geometric": [], "flat sticker": []}
    vocabulary = Vocabulary(["a"], ["a"], styles, {}, text_dim=4, shown={"cat": ["cartoon emoji", "flat sticker"]})
    reader = PromptReader(vocabulary, embed_texts)
    choose = {style: reader._choose(style, None, None, (Thing("cat", "cat"),), frozenset())[0] for style in styles}
    assert choose["3d render"] == "cartoon emoji" and choose["flat geometric"] == "flat sticker"


def test_another_style_than_was_asked_for_is_owned_up_to(reader):
    reading = reader.read("a castle, 3d")
    assert (reading.style, reading.drawn_style) == ("3d render", "flat sticker")
    assert reading.sentence == "No 3d render of “castle” was taught: drawn as flat sticker."
    assert reader.read("a castle, sticker").sentence == ""
    two = reader.read("a castle and a cat, 3d")
    assert two.drawn_style == "flat sticker" and two.sentence.endswith(
        "Not all of it was taught as 3d render: drawn as flat sticker."
    )


def test_things_without_a_common_style_are_drawn_as_asked(reader):
    told = reader.read("a castle and a dragon, 3d").prompts
    assert told == ("a castle, 3d render", "a dragon, 3d render")


def test_a_place_that_stands_for_something_else_is_no_thing(reader):
    assert named(reader, "a cat on a far") == [("cat", 1)]  # a keyword of the castle
    assert named(reader, "a cat and a far") == [("cat", 1), ("castle", 1)]
    assert named(reader, "a cat on a chair") == [("cat", 1), ("chair", 1)]


def test_a_word_of_requests_is_a_thing_where_nothing_else_is_named(reader):
    assert named(reader, "a show, 3d") == [("star", 1)]
    assert named(reader, "show me a cat") == [("cat", 1)]
    assert not reader.read("show me something").things


@pytest.mark.parametrize(
    ("prompt", "phrase", "colour", "sentence"),
    [
        ("a blue bird", "bird", "blue", ""),
        ("a blue car", "automobile", "blue", "“blue car” is drawn as “blue automobile”."),
        ("a red apple", "red apple", None, ""),  # a name of its own
        ("two pink cats", "cat", "pink", "Read as 2 × pink cat, side by side."),
        ("two pink cars", "automobile", "pink", "Read as 2 × pink automobile, side by side."),
    ],
)
def test_a_colour_that_is_said_of_a_thing_is_handed_on(reader, prompt, phrase, colour, sentence):
    reading = reader.read(prompt)
    assert (reading.things[0].phrase, reading.things[0].colour) == (phrase, colour)
    assert reading.sentence == sentence
