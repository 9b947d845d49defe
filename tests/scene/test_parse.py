"""Prompts as scenes. Example run: python -m pytest tests/scene/test_parse.py

What needs the trained parser is skipped where the weights have none.
"""

from pathlib import Path

import numpy as np
import pytest
import torch

from pipeline.evaluation.scene_parser import load_prompts, load_reader
from pipeline.models.scene_parser import SceneParser
from pipeline.models.vocabulary import Vocabulary
from pipeline.scene.canvas import canvas_size
from pipeline.scene.choice import choose, known_style
from pipeline.scene.notes import NOTE_KINDS, Note, sentence
from pipeline.scene.parse import SceneReader
from pipeline.scene.record import Ground, Scene, Thing
from pipeline.training.grammar_words import ROLES
from tests.tiny import TEXT_DIM, tiny_text_encoder, tiny_tokenizer

WEIGHTS = Path(__file__).resolve().parents[2] / "weights"
trained = pytest.mark.skipif(
    not (WEIGHTS / "scene_parser").is_dir(), reason="the weights have no scene parser; pipeline.training makes it"
)


def embed_texts(texts: list[str]) -> np.ndarray:
    rows = np.ones((len(texts), 4), dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def tiny_vocabulary() -> Vocabulary:
    vocabulary = Vocabulary(
        ["cat", "dog", "red apple", "apple"],
        ["cat", "dog", "red apple", "red apple"],
        {"3d render": ["3d"], "flat sticker": ["sticker"]},
        {"white": "#ffffff", "light blue": "#aaddff", "red": "#ff0000"},
        text_dim=4,
        shown={"dog": ["3d render"]},
    )
    vocabulary.embeds.copy_(torch.tensor(embed_texts(["a"] * 4)))
    return vocabulary


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        " ",
        "...",
        "a cat",
        "🐱🍕",
        "猫",
        "(((",
        "--ar 0:0",
        "--ar 16:9",
        "x" * 512,
        "a " * 200,
        "<lora:a:1>",
        "'\"`",
        "\ud83d",
    ],
)
def test_whatever_is_said_a_scene_comes_back(prompt):
    torch.manual_seed(0)
    parser = SceneParser(list(ROLES), text_dim=TEXT_DIM, layers=(0, 1), hidden_dim=8, arc_dim=8).eval()
    torch.nn.init.normal_(parser.arc)
    reader = SceneReader(tiny_vocabulary(), parser, tiny_tokenizer(), tiny_text_encoder(), embed_texts)
    parsed = reader.parse(prompt, chance=0.3)
    assert Scene.from_json(parsed.scene.to_json()) == parsed.scene
    assert parsed.scene.things or parsed.notes
    assert reader.parse(prompt, chance=0.3) == parsed


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ((1, 1), (256, 256)),
        ((16, 9), (456, 256)),
        ((9, 16), (256, 456)),
        ((1, 100), (256, 1024)),
        ((2, 1), (512, 256)),
    ],
)
def test_a_shape_becomes_sides_within_the_limits(shape, size):
    assert canvas_size(*shape, 256 * 256) == size
    width, height = canvas_size(*shape, 1024 * 1024)
    Scene(width=width, height=height)


def test_style_and_ground_are_chosen_by_chance_of_what_is_not_avoided():
    vocabulary, cat = tiny_vocabulary(), Scene(things=(Thing("cat", "cat"),))
    assert choose(cat, vocabulary, chance=None) == cat
    assert choose(cat, vocabulary, chance=0.1).style == "3d render"
    assert choose(cat, vocabulary, chance=0.9).style == "flat sticker"
    assert choose(cat, vocabulary, chance=0.9, avoid="sticker").style == "3d render"
    drawn = {choose(cat, vocabulary, chance=share / 40).ground for share in range(40)}
    assert drawn == {Ground("colour", ("#ffffff",)), Ground("colour", ("#aaddff",))}
    dog = Scene(things=(Thing("dog", "dog"),), style="flat sticker")
    assert choose(dog, vocabulary, chance=0.9).style == "3d render"
    said = Scene(things=(Thing("cat", "cat"),), style="flat sticker", ground=Ground("transparent"))
    assert choose(said, vocabulary, chance=0.1) == said


def test_a_style_is_known_by_its_words_and_a_medium_is_none():
    vocabulary = tiny_vocabulary()
    for said, style in (("3d", "3d render"), ("sticker style", "flat sticker"), ("cute sticker", "flat sticker")):
        assert known_style(said, vocabulary) == style
    for said in ("oil painting", "watercolor", "pixel art"):
        assert known_style(said, vocabulary) is None


def test_notes_are_sentences_and_choices_are_offered():
    for kind in NOTE_KINDS:
        assert "{" not in Note(kind, "a", "b").sentence
    notes = (
        Note("left out", "old"),
        Note("unknown", "eiffel", choices=("tower", "tokyo tower")),
        Note("left out", "big"),
    )
    assert sentence(notes) == (
        "“eiffel” was never taught and is not drawn. Did you mean: tower, tokyo tower? Left out: “old”, “big”."
    )
    with pytest.raises(ValueError, match="`kind` of a note"):
        Note("nonsense")


def test_the_labels_can_be_read_and_their_relations_lead_somewhere():
    labels = load_prompts()
    assert len(labels) == 300 and sum(label.level == "hard" for label in labels) == 105
    for label in labels:
        for thing in label.things:
            assert thing.relation is None or 0 <= thing.relation[1] < len(label.things)


@pytest.fixture(scope="module")
def reader() -> SceneReader:
    return load_reader(WEIGHTS)


def told(reader: SceneReader, prompt: str) -> list[tuple[str, int, str | None]]:
    return [(thing.name, thing.count, thing.colour) for thing in reader.parse(prompt, seed=7).scene.things]


KINDS = {
    # A: a medium or a style that was not taught does not take the thing's place.
    "a watercolor painting of a fox": [("fox", 1, None)],
    "a pencil sketch of a horse": [("horse", 1, None)],
    "a silhouette of a dog": [("dog", 1, None)],
    "isolated on transparent background, a golden trophy": [("trophy", 1, "gold")],
    # B: tags of quality first
    "masterpiece, best quality, dog": [("dog", 1, None)],
    "low poly fox, blender, octane render": [("fox", 1, None)],
    # C: syntax of other programs
    "(cat:1.3), (dog:0.8)": [("cat", 1, None), ("dog", 1, None)],
    "<lora:stickers:0.8> a dragon": [("dragon", 1, None)],
    "a dog BREAK a cat": [("dog", 1, None), ("cat", 1, None)],
    "a castle --ar 16:9 --v 6": [("castle", 1, None)],
    "cat, 4k, ultra hd, 8 k": [("cat", 1, None)],
    "1. a cat 2. a dog": [("cat", 1, None), ("dog", 1, None)],
    # D: numbers
    "12 stars": [("star", 12, None)],
    "a dozen eggs": [("egg", 12, None)],
    "ten little ducks": [("duck", 10, None)],
    "half a dozen cupcakes": [("cupcake", 6, None)],
    # E: bare colours
    "two cats, one black and one white": [("cat", 1, "black"), ("cat", 1, "white")],
    "black": [],
    "a black and white panda": [("panda", 1, None)],
    "a black and white cat": [("cat", 1, "white")],
    # F: negation
    "a cat and NOT a dog": [("cat", 1, None)],
    "anything but a cat": [],
    "snowman, no hat": [("snowman", 1, None)],
    # G: emoji, other scripts, nonsense
    "🐱": [("cat face", 1, None)],
    "🐱🍕": [("cat face", 1, None), ("pizza", 1, None)],
    "a 🍎 on a blue background": [("red apple", 1, None)],
    "<3": [("red heart", 1, None)],
    "猫": [],
    "un gato negro": [],
    "un chat noir": [],
    "ein Hund mit Hut": [],
    "le chat et la souris": [],
    "pikachu": [],
    "asdfghjkl": [],
    # H: joined by signs
    "cat|dog": [("cat", 1, None), ("dog", 1, None)],
    "cat\\dog": [("cat", 1, None), ("dog", 1, None)],
    "cat\rdog": [("cat", 1, None), ("dog", 1, None)],
    "cat\u2028dog": [("cat", 1, None), ("dog", 1, None)],
    # I: words of several meanings
    "letter A": [],
    "the number 5": [],
    "crying laughing face": [("face with tears of joy", 1, None)],
    "half moon": [("first quarter moon", 1, None)],
    "rainbow colored unicorn": [("unicorn", 1, None)],
    "a black colored car": [("automobile", 1, "black")],
    # Names: plain before compound, many and one, blanks and hyphens, slips
    "a sheep and a bee": [("ewe", 1, None), ("honeybee", 1, None)],
    "a bowl": [("bowl", 1, None)],
    "a teddy-bear": [("teddy bear", 1, None)],
    "two tennis rackets": [("tennis racket", 2, None)],
    "three books": [("closed book", 3, None)],
    "a paper clip": [("paperclip", 1, None)],
    "a coral": [("coral", 1, None)],
    "a wall": [("wall", 1, None)],
    "an elefant": [("elephant", 1, None)],
    "a sweet potato": [("roasted sweet potato", 1, None)],
    "a persimmon": [],
    "a mop": [],
    # What pictures are for, who asks, and other wording of people
    "my daughter wants a unicorn": [("unicorn", 1, None)],
    "a shopping cart for my website": [("shopping cart", 1, None)],
    "four balloons: one red, one blue, and two yellow": [
        ("balloon", 1, "red"),
        ("balloon", 1, "blue"),
        ("balloon", 2, "yellow"),
    ],
    "a cat and a dog, the first one is black and the second one white": [("cat", 1, "black"), ("dog", 1, "white")],
    "could you draw me a fox please?": [("fox", 1, None)],
    "a photo of the great wall of china": [("great wall", 1, None)],
    "the statue of liberty": [("statue of liberty", 1, None)],
    "a bagpipe": [("bagpipes", 1, None)],
    "a mascot logo for a bakery, a smiling croissant": [("croissant", 1, None)],
    "app icon, a paper plane": [("paper plane", 1, None)],
    "a happy little robot": [("robot", 1, None)],
    "a kid's drawing of our dog Bella": [("dog", 1, None)],
    "my cat Mr. Whiskers with a bow tie": [("cat", 1, None), ("bow tie", 1, None)],
    "a dog called max in a hat": [("dog", 1, None), ("top hat", 1, None)],
    "a cute frog sitting on a mushroom pls": [("frog", 1, None), ("mushroom", 1, None)],
    "a T. rex in sneakers": [("t-rex", 1, None), ("running shoe", 1, None)],
    "imagine a world where cats rule": [("cat", 1, None)],
    "my grandmother used to have this yellow teapot with a chipped spout": [("teapot", 1, "yellow")],
    # What belongs to a thing, what it is made of, how it hangs
    "a beer mug with foam": [("beer mug", 1, None)],
    "a cat with long whiskers": [("cat", 1, None)],
    "an origami crane made of red paper": [("crane", 1, None)],
    "a table made of wood and a chair": [("table furniture", 1, None), ("chair", 1, None)],
    "a bat hanging upside down": [("bat", 1, None)],
    "a mint candy": [("candy", 1, None)],
    "a lime green car": [("automobile", 1, "lime green")],
    # The last word of a compound says what it is, or the first where it is many
    "a jaguar car": [("automobile", 1, None)],
    "dogs play chess": [("dog", 1, None), ("chess", 1, None)],
    "a boat on water": [("sailboat", 1, None)],
    # Slips
    "a dinasour with a bananna": [("t-rex", 1, None), ("banana", 1, None)],
    "a pinapple and a lighthose": [("pineapple", 1, None), ("lighthouse", 1, None)],
    "sunset over mountains with a tree": [("mountain", 3, None), ("deciduous tree", 1, None)],
}

STYLES = {
    "a fox, 32x32 pixel art sprite": "32x32 pixel art sprite",
    "a fox in colorful outlined icon style": "colorful outlined icon",
    "a fox, doodle": "hand-drawn sketch icon",
    "a fox, in the style of pixel art": "tiny pixel art",
}

# What is drawn is not what is said: told, or not drawn and told.
TOLD = {
    "three wine glasses": None,
    "an animal": ("replaced", "dog face", ()),
    "a cheetah": ("replaced", "leopard", ()),
    "a fork and a knife": None,
    "a sofa": ("replaced", "couch and lamp", ()),
    "a mop and a cat": ("unknown", "", ("broom", "bucket")),
    "an elefant": ("respelled", "elephant", ()),
    "a sheep": None,
    "a moustache": None,
    "a mint candy": ("left out", "", ()),
    "a motor bike": None,
    "an aeroplane": None,
    "a black cat": None,
}


@trained
@pytest.mark.parametrize("prompt", KINDS)
def test_every_kind_of_prompt_that_went_wrong_is_understood(reader, prompt):
    assert told(reader, prompt) == KINDS[prompt]


@trained
@pytest.mark.parametrize("prompt", STYLES)
def test_a_style_is_read_as_the_page_writes_it(reader, prompt):
    assert reader.parse(prompt).style == STYLES[prompt]


@trained
@pytest.mark.parametrize("prompt", TOLD)
def test_what_is_drawn_for_want_of_the_thing_is_told(reader, prompt):
    notes = [(note.kind, note.used, note.choices) for note in reader.parse(prompt).notes]
    assert notes == ([TOLD[prompt]] if TOLD[prompt] else [])


@trained
def test_glasses_are_worn_by_themselves_and_filled_behind_another_word(reader):
    names = [reader.parse(said).scene.things[0].name for said in ("three wine glasses", "two glasses")]
    assert names == ["wine glass", "glasses"]


@trained
def test_white_things_stand_on_no_white_ground(reader):
    ground = reader.parse("a white banana and a black elephant", chance=0.1).scene.ground
    assert ground is not None and ground.colours[0] != "#ffffff"
    assert reader.parse("a red banana and a black elephant", chance=0.1).scene.ground.colours[0] == "#ffffff"


@trained
def test_what_is_not_drawn_is_owned_up_to(reader):
    assert "watercolor" in reader.parse("a watercolor painting of a fox").sentence
    assert "100 are asked for; 24 fit" in reader.parse("100 stars").sentence
    assert "hat" in reader.parse("snowman, no hat").sentence
    assert "English" in reader.parse("猫").sentence
    assert reader.parse("letter A").scene.lettering.text == "A"
    wide = reader.parse("a castle --ar 16:9").scene
    assert (wide.width, wide.height) == (456, 256)


@trained
@pytest.mark.parametrize(
    ("prompt", "relations"),
    [
        ("a robot washing a plant", [("robot", "next to", "plant")]),
        ("a panda with bamboo", [("bamboo", "held by", "panda")]),
        ("an owl with glasses reading a book", [("glasses", "worn by", "owl"), ("book", "held by", "owl")]),
        ("two foxes facing each other", [("fox", "facing", "fox-2")]),
        ("a cat and a dog looking at each other", [("cat", "facing", "dog")]),
        ("a seal balancing a ball", [("seal", "under", "ball")]),
        ("an open book with a castle coming out of it", [("castle", "coming out of", "open-book")]),
    ],
)
def test_what_stands_between_two_things_joins_them(reader, prompt, relations):
    things = reader.parse(prompt).scene.things
    told = [(thing.id, thing.relation.kind, thing.relation.target) for thing in things if thing.relation]
    assert told == relations


@trained
def test_a_place_is_a_ground_whoever_stands_in_it(reader):
    scene = reader.parse("a bear standing in a forest with mushrooms around").scene
    assert scene.ground == Ground("scene", name="forest") and "forest" not in [thing.name for thing in scene.things]


@trained
def test_a_name_that_was_taken_for_a_style_is_told_whole(reader):
    notes = reader.parse("a tissue paper").notes
    assert [(note.kind, note.said, note.used) for note in notes] == [("replaced", "tissue paper", "page facing up")]


@trained
def test_upside_down_is_a_turn(reader):
    assert [thing.turn for thing in reader.parse("an upside down house").scene.things] == [180]
    assert [thing.turn for thing in reader.parse("upside-down face").scene.things] == [0]


@trained
def test_own_names_are_left_out_and_told(reader):
    assert reader.parse("our dog Bella at the beach").sentence == "Left out: “Bella”."
    assert [thing.name for thing in reader.parse("our dog at the Eiffel tower").scene.things][0] == "dog"


@trained
def test_a_whole_scene_is_understood(reader):
    scene = reader.parse("a cat wearing a red hat sitting on a chair, on the beach").scene
    cat, hat, chair = scene.things
    assert (cat.relation.kind, cat.relation.target) == ("sitting on", chair.id)
    assert (hat.relation.kind, hat.relation.target, hat.colour) == ("worn by", cat.id, "red")
    assert scene.ground == Ground("scene", name="beach")
