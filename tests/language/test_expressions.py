"""Example run: python -m pytest tests/language/test_expressions.py"""

import json
from pathlib import Path

import pytest

from pipeline.language.expressions import EXPRESSIONS, FACES, expression_of
from pipeline.scene.record import Scene, Thing
from pipeline.scene.sketch import Mention, face_of
from pipeline.stickers.matrix import VARIANTS


@pytest.mark.parametrize(
    ("looks", "found", "rest"),
    [
        (["happy"], "happy", []),
        (["furious"], "angry", []),
        (["fluffy", "very sad"], "sad", ["fluffy"]),
        (["in love"], "in love", []),
        (["happy", "sad"], "happy", ["sad"]),
        (["wooden"], None, ["wooden"]),
        ([], None, []),
    ],
)
def test_words_tell_an_expression_and_the_others_stay(looks, found, rest):
    assert expression_of(looks) == (found, rest)


def test_only_what_has_a_face_wears_an_expression():
    def told(said: str, phrase: str) -> tuple[str | None, list[str]]:
        mention = Mention(0, 1, said, looks=["happy"])
        return face_of(mention, phrase), mention.looks

    assert told("fox", "fox") == ("happy", []) and told("kitty", "cat face") == ("happy", [])
    assert told("sun", "sun with face") == ("happy", [])
    assert told("cup", "hot beverage") == ("happy", [])  # said of a thing, it gives it a face


def test_what_is_also_said_of_things_gives_them_no_face():
    for look in ("cool", "cross", "dead", "content", "mad"):
        mention = Mention(0, 1, "car", looks=[look])
        assert face_of(mention, "automobile") is None and mention.looks == [look]
    mention = Mention(0, 1, "car", looks=["cool face"])
    assert face_of(mention, "automobile") == "cool" and mention.looks == []


def test_every_emoji_of_an_expression_was_taught():
    config = Path(__file__).parents[2] / "weights" / "vocabulary" / "config.json"
    if not config.is_file():
        pytest.skip("the weights are not here")
    assert set(FACES.values()) <= set(json.loads(config.read_text(encoding="utf-8"))["phrases"])


def test_an_expression_travels_with_its_scene_and_an_unknown_one_is_refused():
    scene = Scene(things=(Thing("fox", "fox", expression="in love"),))
    assert Scene.from_json(scene.to_json()) == scene
    assert "expression" not in Scene(things=(Thing("fox", "fox"),)).to_json()
    with pytest.raises(ValueError, match="`expression` must be one of happy"):
        Thing("fox", "fox", expression="green")


def test_packs_of_expressions_ask_for_faces_that_differ():
    words = [variant for variant in VARIANTS["expressions"] if not variant.startswith("wearing")]
    found = [expression_of([word.removeprefix("with a ")])[0] for word in words]
    assert None not in found and len(set(found)) == len(words) >= 10
    assert set(found) <= set(EXPRESSIONS)
