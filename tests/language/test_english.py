"""Articles, plurals and singulars of the names that the bundled model was taught, and of ordinary nouns.

Example run: python -m pytest tests/language/test_english.py
"""

import json
from pathlib import Path

import pytest

from pipeline.language.english import article, is_doing, plural, singular, with_article

VOCABULARY = Path(__file__).resolve().parents[2] / "weights" / "vocabulary" / "config.json"
MANY = {
    "cookie": "cookies", "cherry": "cherries", "pie": "pies", "tie": "ties", "bowtie": "bowties", "fly": "flies",
    "shoe": "shoes", "horseshoe": "horseshoes", "canoe": "canoes", "tomato": "tomatoes", "potato": "potatoes",
    "axe": "axes", "pickaxe": "pickaxes", "box": "boxes", "fox": "foxes", "tax": "taxes",
    "bus": "buses", "cactus": "cactuses", "octopus": "octopuses", "walrus": "walruses", "house": "houses",
    "blouse": "blouses", "fuse": "fuses", "prize": "prizes", "maze": "mazes", "waltz": "waltzes",
    "headache": "headaches", "moustache": "moustaches", "peach": "peaches", "beach": "beaches", "torch": "torches",
    "brush": "brushes", "dress": "dresses", "gas": "gases", "canvas": "canvases", "vase": "vases", "case": "cases",
    "bikini": "bikinis", "emoji": "emojis", "bonsai": "bonsais", "menu": "menus", "gnu": "gnus",
    "leaf": "leaves", "wolf": "wolves", "loaf": "loaves", "scarf": "scarves", "shelf": "shelves", "hoof": "hooves",
    "man": "men", "snowman": "snowmen", "woman": "women", "human": "humans", "child": "children", "tooth": "teeth",
    "mouse": "mice", "goose": "geese", "dog": "dogs", "key": "keys",
}  # fmt: skip


@pytest.mark.parametrize(("one", "many"), MANY.items())
def test_a_plural_leads_back_to_its_singular(one, many):
    assert (plural(one), singular(many)) == (many, one)


@pytest.mark.parametrize(
    "noun",
    ["glass", "iris", "tennis", "cactus", "ramen", "specimen", "omen", "series", "compass", "sheep"],
)
def test_what_is_no_plural_comes_back_as_it_is(noun):
    assert singular(noun) == noun


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("euro banknote", "a euro banknote"), ("owl", "an owl"), ("unicorn", "a unicorn"), ("umbrella", "an umbrella"),
        ("hourglass", "an hourglass"), ("one-piece swimsuit", "a one-piece swimsuit"), ("x-ray", "an x-ray"),
        ("ewe", "a ewe"), ("grapes", "grapes"), ("pot of food", "a pot of food"), ("flag of Peru", "the flag of Peru"),
        ("iris", "an iris"), ("the moon", "the moon"), ("trousers", "trousers"),
    ],
)  # fmt: skip
def test_an_article_goes_by_the_sound(phrase, said):
    assert with_article(phrase) == said
    if said.startswith(("a ", "an ")):
        assert article(phrase) == said.split()[0]


def test_of_the_taught_names_nearly_all_are_led_back_from_their_plural():
    if not VOCABULARY.exists():
        pytest.skip("weights/ is not there")
    names = {name for name in json.loads(VOCABULARY.read_text(encoding="utf-8"))["names"] if name.isalpha()}
    nouns = sorted(name for name in names if name.islower() and len(name) > 3 and plural(name) != name)
    lost = [name for name in nouns if singular(plural(name)) != name]
    assert len(nouns) > 4000 and len(lost) < len(nouns) / 80, lost


@pytest.mark.parametrize("phrase", ["", " ", " with a hat", " wearing "])
def test_where_there_is_no_noun_there_is_no_plural(phrase):
    assert plural(phrase) == phrase


def test_deeds_end_in_ing_and_kings_are_none():
    words = "running holding king ring wing thing evening dumpling sing"
    assert [word for word in words.split() if is_doing(word)] == ["running", "holding"]
