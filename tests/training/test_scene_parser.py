"""The grammar and the parser's training. Example run: python -m pytest tests/training/test_scene_parser.py"""

import json
import random

import pytest
import torch

from pipeline.models.scene_parser import SceneParser
from pipeline.models.vocabulary import Vocabulary
from pipeline.training import scene_parser as training
from pipeline.training.grammar import captions
from pipeline.training.grammar_phrases import split_words
from pipeline.training.grammar_words import ROLES
from pipeline.training.scene_parser import encode, score, train_parser
from tests.tiny import TEXT_DIM, tiny_text_encoder, tiny_tokenizer


@pytest.fixture(scope="module")
def drawn():
    return list(captions(random.Random(0), ["capybara", "hot air balloon"], count=400))


def test_every_word_has_a_role_and_a_head_that_may_have_it(drawn):
    allowed = {
        "thing": {"relation", "negation"},
        "colour": {"thing", "again", "one", "part", "ground"},
        "part": {"thing", "negation"},
        "relation": {"thing", "again"},
        "one": {"thing"},
    }
    seen = set()
    for caption in drawn:
        assert len(caption.words) == len(caption.roles) == len(caption.heads)
        for role, head in zip(caption.roles, caption.heads, strict=True):
            seen.add(role)
            assert role in ROLES and -1 <= head < len(caption.words)
            if head >= 0 and role in allowed:
                assert caption.roles[head] in allowed[role], caption
    assert seen | {"part+"} == set(ROLES)  # parts of two words are not drawn yet


def test_a_caption_falls_apart_into_its_words(drawn):
    for caption in drawn:
        text = " ".join(caption.words)
        assert [text[start:end] for start, end in split_words(text)] == list(caption.words)


def test_the_same_seed_draws_the_same_captions(drawn):
    assert list(captions(random.Random(0), ["capybara", "hot air balloon"], count=400)) == drawn


def test_the_loss_falls_and_the_score_counts(drawn):
    torch.manual_seed(0)
    parser = SceneParser(list(ROLES), text_dim=TEXT_DIM, layers=(0, 1), hidden_dim=16, arc_dim=8)
    few = drawn[:64]
    states = encode(few, tiny_tokenizer(), tiny_text_encoder(), parser.config.layers)
    assert all(len(own) == len(caption.words) for own, caption in zip(states, few, strict=True))
    before = score(few, states, parser.eval())
    first = train_parser(few, states, parser, epochs=1, seed=0, minutes=1)
    last = train_parser(few, states, parser, epochs=40, seed=0, minutes=60)
    after = score(few, states, parser)
    assert last < first - 0.5 and after["roles"] >= before["roles"]
    assert set(after) == {"roles", "heads", "captions"}


def test_padding_changes_no_word():
    torch.manual_seed(0)
    parser = SceneParser(list(ROLES), text_dim=8, layers=(0,), hidden_dim=8, arc_dim=8).eval()
    torch.nn.init.normal_(parser.arc)
    words = torch.randn(2, 6, 8)
    roles, heads = parser(words, torch.tensor([6, 3]))
    alone_roles, alone_heads = parser(words[1:, :3], torch.tensor([3]))
    assert torch.allclose(roles[1, :3], alone_roles[0], atol=1e-5)
    assert torch.allclose(heads[1, :3, :4], alone_heads[0], atol=1e-5)
    assert (heads[1, :3, 4:] < -1e3).all()


def test_silver_captions_take_their_share_of_the_training(tmp_path, monkeypatch, drawn):
    Vocabulary(["cat"], ["cat"], {}, {"red": "#ff0000"}, text_dim=4).save_pretrained(tmp_path / "vocabulary")
    caption = {"words": ["a", "wug"], "roles": ["chatter", "thing"], "heads": [-1, -1]}
    (tmp_path / "silver.jsonl").write_text(json.dumps(caption) + "\n", encoding="utf-8")
    trained = []
    monkeypatch.setattr(training, "HELD_OUT", 2)
    monkeypatch.setattr(training, "load_text_encoder", lambda path: (tiny_tokenizer(), tiny_text_encoder()))
    monkeypatch.setattr(training, "train_parser", lambda drawn, *_, **__: trained.append(drawn))
    training.main([
        "--vocabulary", str(tmp_path / "vocabulary"), "--output", str(tmp_path / "out"), "--captions", "8",
        "--hidden-dim", "8", "--silver", str(tmp_path / "silver.jsonl"), "--silver-share", "0.25",
    ])  # fmt: skip
    assert [caption.words == ("a", "wug") for caption in trained[0]] == [False] * 6 + [True] * 2
    assert json.loads((tmp_path / "out" / "training.json").read_text(encoding="utf-8"))["silver_share"] == 0.25
