"""Their pictures are drawn in test_alignment.py. Example run: python -m pytest tests/evaluation/test_prompts.py"""

import random

import numpy as np
import pytest

from pipeline.data.cutouts import Cutout, CutoutSet
from pipeline.evaluation.prompts import PromptLists, _noun, _shares_stem


def lists(*rows: tuple, pixels: np.ndarray | None = None) -> PromptLists:
    """Of rows (concept, source, more)."""
    cutouts = [
        Cutout(at, f"{source}/{at}", concept, concept, concept, source=source, styles=(f"{source} art",), **more)
        for at, (concept, source, more) in enumerate(rows)
    ]
    if pixels is None:
        pixels = np.full((len(rows), 8, 8, 4), (200, 30, 30, 255), np.uint8)
    return PromptLists(CutoutSet(cutouts, pixels), cutouts)


THINGS = {"group": "objects"}
FEW = [(name, "ink", THINGS) for name in ("lamp", "fork", "kettle", "drum")]


def test_the_plain_row_stands_for_a_concept_whichever_comes_first():
    tone = {"is_tone_variant": True}
    for rows in ([("hand", "ink", tone), ("hand", "ink", {})], [("hand", "ink", {}), ("hand", "ink", tone)]):
        made = lists(*rows)
        assert not made.drawn["hand"]["ink"].is_tone_variant and made.concepts == ["hand"]


def test_styles_take_turns():
    made = lists(*(("lamp", source, {}) for source in ("oil", "ink", "chalk")))
    assert [made._pick("lamp", turn).source for turn in range(4)] == ["chalk", "ink", "oil", "chalk"]


def test_things_of_a_series_and_faces_are_not_counted_or_paired():
    rows = [*FEW, ("smiling face", "ink", {"group": "smileys-emotion"}), ("clock three-thirty", "ink", THINGS)]
    made = lists(*rows)
    asked = {concept for ask in made.counts() + made.pairs() for names in ask.accepted for concept in names}
    assert asked == {"lamp", "fork", "kettle", "drum"}
    assert {name for ask in made.named() for names in ask.accepted for name in names} == {row[0] for row in rows}


def test_pairs_are_of_one_style_and_say_which_is_where():
    made = lists(*FEW, ("lone", "oil", THINGS), ("single", "chalk", THINGS))
    for turn, ask in enumerate(made.pairs()):
        first, second = ask.shown
        assert first.source == second.source and first.concept in ask.text and second.concept in ask.text
        assert ask.layout in ("left-right", "above-below") and turn < 3
    assert all(len(ask.accepted) == 2 for ask in made.pairs())


def test_counts_go_round_from_two_to_four_and_say_the_plural():
    asks = lists(*FEW, ("sheep", "ink", THINGS)).counts()
    assert [ask.count for ask in asks] == [2, 3, 4, 2] and all("s " in ask.text or "s;" in ask.text for ask in asks)
    assert not any("sheep" in ask.text for ask in asks)  # whose number its word does not tell


def test_no_ground_is_asked_for_on_which_a_thing_would_vanish():
    white = np.full((4, 8, 8, 4), 255, np.uint8)
    made = lists(*FEW, pixels=white)
    assert not {ask.background for ask in made.named()} & {"white"}
    assert "white" in {made._background((), random.Random(seed)) for seed in range(200)}  # where nothing vanishes


def test_every_fourth_of_a_sheet_is_no_plain_thing_while_there_are_some():
    rows = [*FEW, *((name, "ink", {"group": "flags"}) for name in ("flag one", "flag two"))]
    asks = lists(*rows).sheet("ink", 6)
    kinds = ["flag" in ask.text for ask in asks]
    assert kinds == [False, False, False, True, False, True]
    assert lists(*rows).sheet("oil", 6) == []  # nothing is drawn so


@pytest.mark.parametrize(
    ("word", "name", "whether"),
    [("puppy", "dog", False), ("kitten", "kitchen", False), ("feline", "felt hat", False), ("carpet", "car", True),
     ("teapot", "pot", True), ("boating", "boat: small", True), ("sea lion", "lion", True)],
)  # fmt: skip
def test_a_word_that_begins_like_a_name_is_no_other_word(word, name, whether):
    assert _shares_stem(word, name) is whether


@pytest.mark.parametrize(
    ("style", "noun"), [("flat sticker", "flat sticker style"), ("old style map", "old style map")]
)
def test_style_is_not_said_twice(style, noun):
    assert _noun(style) == noun
