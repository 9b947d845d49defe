"""Words with their roles and heads. Example run: python -m pytest tests/scene/test_tagger.py"""

import pytest
import torch

from pipeline.scene.tagger import MAX_WORDS, Tagger
from tests.tiny import tiny_scene_parser, tiny_text_encoder, tiny_tokenizer

ROLES = ["chatter", "thing", "thing+", "relation", "colour"]


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    torch.manual_seed(0)
    return Tagger(tiny_scene_parser(), tiny_tokenizer(), tiny_text_encoder())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A well-known cat's hat!", ["a", "well-known", "cat's", "hat", "!"]),
        ("3D cat_dog 20x20", ["3d", "cat", "dog", "20x20"]),
        ("«Größe», naïve", ["«", "größe", "»", ",", "naïve"]),
        ("  \n ", []),
        ("__", []),
    ],
)
def test_words_are_in_small_letters_and_where_they_stand(tagger, text, words):
    tokens = tagger.tag(text)
    assert [token.text for token in tokens] == words
    assert [text[token.start : token.end].lower() for token in tokens] == words


def test_what_is_known_is_one_thing(tagger):
    text = "a cat of gold"
    tokens = tagger.tag(text, known=[(2, 8, "cat of")])
    assert [token.role for token in tokens] == ["thing", "thing", "thing+", "thing"]


def test_very_many_words_are_cut_and_not_refused(tagger):
    assert len(tagger.tag("cat " * (MAX_WORDS + 5))) == MAX_WORDS


def test_who_changes_what_it_got_changes_no_later_answer(tagger):
    for token in tagger.tag("a cat"):
        token.role, token.head = "place", 7
    assert {token.role for token in tagger.tag("a cat")} == {"thing"}


def test_the_readings_of_longest_ago_are_forgotten(tagger, monkeypatch):
    monkeypatch.setattr("pipeline.scene.tagger._REMEMBERED", 2)
    texts = ["one cat", "two cats", "three cats", "two cats"]
    assert [len(tagger.tag(text)) for text in texts] == [2] * 4
    assert [text for text, *_ in tagger._seen] == ["two cats", "three cats"]


def test_a_part_of_a_name_follows_a_name(tagger):
    own = Tagger(tagger.parser, tagger.tokenizer, tagger.text_encoder)
    own.roles = ROLES
    picks = torch.nn.functional.one_hot(torch.tensor([2, 2, 0, 2, 4, 1]), len(ROLES)).float()
    spans = [(at, at + 1) for at in range(6)]
    assert own._roles(picks, spans, ()) == ["thing", "thing+", "chatter", "thing", "colour", "thing"]
    assert own._roles(picks, spans, [(4, 6, "red cat")])[4:] == ["thing", "thing+"]


@pytest.mark.parametrize(
    ("roles", "scores", "heads"),
    [
        # a colour is told of the best thing, never of a relation or of itself, however likely
        (["colour", "relation", "thing"], {(0, 1): 9.0, (0, 0): 9.0, (0, 2): 1.0}, [2, 2, -1]),
        (["colour", "chatter"], {(0, 1): 9.0}, [-1, -1]),
        # words that hang on something do, where there is anything near as likely as nothing
        (["number", "thing"], {(0, 1): -1.5}, [1, -1]),
        (["number", "thing"], {(0, 1): -2.5}, [-1, -1]),
        (["colour", "thing"], {(0, 1): -1.5}, [-1, -1]),
        (["thing", "relation", "thing"], {(2, 1): 3.0, (1, 0): 3.0, (0, 1): -1.0}, [-1, 0, 1]),
    ],
)
def test_a_head_is_the_likeliest_that_the_role_allows(roles, scores, heads):
    logits = torch.zeros(len(roles), len(roles) + 1)  # the first column is no head
    for (at, other), score in scores.items():
        logits[at, other + 1] = score
    assert Tagger._heads(logits, roles) == heads
