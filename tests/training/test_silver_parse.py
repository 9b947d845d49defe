"""Parses as the silver labels read them. Example run: python -m pytest tests/training/test_silver_parse.py"""

import sys
from types import ModuleType, SimpleNamespace

import pytest

from pipeline.training.silver_parse import Word, counted, spacy_parser, units_of


def test_long_prepositions_and_colours_are_one_unit():
    assert units_of("A cat On Top Of a light blue box") == [
        ["a"], ["cat"], ["on", "top", "of"], ["a"], ["light", "blue"], ["box"]
    ]  # fmt: skip


def test_a_couple_of_dogs_is_led_by_the_dogs():
    said = ["a", "couple", "of", "dogs", "barking"]
    words = [
        Word("a", "DT", "det", 1), Word("couple", "NN", "ROOT", -1), Word("of", "IN", "prep", 1),
        Word("dogs", "NNS", "pobj", 2), Word("barking", "VBG", "acl", 1),
    ]  # fmt: skip
    assert [(word.link, word.head) for word in counted(said, words)] == [
        ("det", 3), ("nummod", 3), ("det", 3), ("ROOT", -1), ("acl", 3)
    ]  # fmt: skip
    assert counted(["a", "bowl", "of", "dogs", "barking"], words) == words


def test_units_go_through_a_model_of_spacy_as_single_words(monkeypatch):
    seen = []

    class Model:
        vocab = None

        def pipe(self, docs):
            for words in docs:
                seen.append(words)
                tokens = [SimpleNamespace(i=at, text=word, tag_="NN", dep_="dep") for at, word in enumerate(words)]
                for token in tokens:
                    token.head = tokens[0]
                yield tokens

    spacy = ModuleType("spacy")
    spacy.load = lambda name, exclude: Model()  # type: ignore[attr-defined]
    spacy.tokens = SimpleNamespace(Doc=lambda vocab, words: words)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "spacy", spacy)
    parsed = list(spacy_parser("any")([units_of("cat next to light blue box")]))
    assert seen == [["cat", "beside", "blue", "box"]]
    assert [word.head for word in parsed[0]] == [-1, 0, 0, 0]


def test_a_model_that_is_not_there_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(SystemExit, match="installed English model of spaCy, got en_core_web_sm"):
        spacy_parser("en_core_web_sm")
