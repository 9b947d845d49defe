"""Example run: python -m pytest tests/evaluation/test_grocery.py"""

import numpy as np
import pytest

from pipeline.evaluation.grocery import (
    ATTRIBUTES,
    CAPTION_WORDS,
    Grocery,
    _parse_product,
    _second_of_each_coarse,
    sample_bags,
)

ROW = {"section": "Fruit", "coarse": "Apple", "description": "", "information": ""}
PACKAGE = {"section": "Packages", "coarse": "Milk"}


def attribute(name: str, **row: str) -> str:
    return ATTRIBUTES[name]({**ROW, **row})


@pytest.mark.parametrize(
    ("row", "kind", "base"),
    [
        ({}, "fruit", "plant"),
        ({"section": "Vegetables"}, "vegetables", "plant"),
        ({**PACKAGE, "coarse": "Juice"}, "juice", "plant"),
        ({**PACKAGE, "coarse": "Sour-Milk"}, "sour milk", "dairy"),
        ({**PACKAGE, "coarse": "Milk"}, "milk", "dairy"),
        ({**PACKAGE, "coarse": "Oatghurt"}, "yoghurt", "soy or oat"),
        ({**PACKAGE, "coarse": "Soy-Milk"}, "milk", "soy or oat"),
    ],
)
def test_what_sort_of_food_it_is_and_what_it_is_made_of(row, kind, base):
    assert (attribute("kind", **row), attribute("base", **row)) == (kind, base)


def test_a_package_of_something_else_is_named():
    with pytest.raises(ValueError, match="must name a juice, a milk or a yoghurt, got 'bread'. Extend `_kind`"):
        attribute("kind", **{**PACKAGE, "coarse": "Bread"})


@pytest.mark.parametrize(
    ("title", "fat"),
    [("Milk 0,5%", "light"), ("Milk 1.9 %", "light"), ("Milk 2%", "standard"), ("Milk 5%", "standard"),
     ("Cream 40%", "cream"), ("Milk", "unstated")],
)  # fmt: skip
def test_fat_is_told_by_the_per_cent_of_the_title(title, fat):
    assert attribute("fat", information=f"Title: {title}\nIngredients: milk 100%") == fat


@pytest.mark.parametrize(
    ("information", "brand", "package"),
    [
        ("Manufacturer and volume: ARLA KO, 1,5l \nIngredients", "arla", "1,5l"),
        ("Manufacturer and volume: OATLY,  750ml", "oatly", "750ml"),
        ("Title: Apple", "none", "loose"),
    ],
)
def test_who_made_it_and_how_much_it_is(information, brand, package):
    assert (attribute("brand", information=information), attribute("package", information=information)) == (
        brand,
        package,
    )


@pytest.mark.parametrize(
    ("description", "taste"),
    [
        ("Sweet, a little tart.", "sweet and sour"),
        ("SWEET", "sweet"),
        ("bitter", "sour"),
        ("A startling fruit", "unstated"),
    ],
)
def test_taste_is_what_the_description_says(description, taste):
    assert attribute("taste", description=description) == taste


@pytest.mark.parametrize(
    ("row", "colour"),
    [
        ({"description": "A yellowish fruit, then GREEN, then red."}, "green"),  # whole words, the first of them
        ({"description": "No colour here."}, "unstated"),
        ({**PACKAGE, "description": "With orange juice."}, "unstated"),  # the name of a fruit
    ],
)
def test_colour_is_the_first_that_is_said(row, colour):
    assert attribute("colour", **row) == colour


@pytest.mark.parametrize("word", ["Organic", "ecologically", "KRAV"])
@pytest.mark.parametrize("where", ["description", "information"])
def test_organic_is_what_is_called_so_anywhere(word, where):
    assert attribute("organic", **{where: f"It is {word}."}) == "organic"
    assert attribute("organic") == "unstated"


def parsed(description: str):
    ids = {"fine_id": 3, "fine": "F", "coarse_id": 1}
    return _parse_product({**ROW, **ids, "description": description}, seen=True)


@pytest.mark.parametrize(
    ("description", "caption"),
    [
        ("It has 1.5 l of juice. Then more.", "it has 1 5 l of juice"),  # no end within a number
        ("Sun-ripe, from Skåne's north! Good.", "sun-ripe from skåne's north"),
        ("", ""),
    ],
)
def test_a_caption_is_the_words_of_the_first_sentence(description, caption):
    assert parsed(description).caption == tuple(caption.split())


def test_a_long_caption_is_cut():
    assert parsed("word " * 40).caption == ("word",) * CAPTION_WORDS


def test_the_second_product_of_every_class_that_has_two_is_unseen():
    texts = [{"coarse": coarse, "fine_id": at} for at, coarse in enumerate(["a", "b", "a", "a", "c", "c"])]
    assert _second_of_each_coarse(texts) == {2, 5}


def test_a_product_with_few_photographs_gives_bags_of_all_of_them():
    bags = sample_bags({4: np.array([7, 9])}, 4, np.random.default_rng(0))
    assert [sorted(bag.photos) for bag in bags] == [[7, 9]] * 4 and {bag.product for bag in bags} == {4}
    assert [len(bag.photos) for bag in sample_bags({4: np.arange(9)}, 2, np.random.default_rng(0), sizes=(1,))] == [
        1,
        1,
    ]


def test_rows_and_values_are_those_that_there_are():
    products = (parsed("A red apple."), parsed("A green apple."))
    photos = np.zeros((5, 2, 2, 3), np.uint8)
    grocery = Grocery(photos, np.array([0, 1, 0, 1, 1]), np.array(["bags", "bags", "test", "test", "bags"]), products)
    assert {p: rows.tolist() for p, rows in grocery.rows("bags").items()} == {0: [0], 1: [1, 4]}
    assert grocery.rows("unseen") == {} and grocery.attribute_values["colour"] == ("green", "red")
