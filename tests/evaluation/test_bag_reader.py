"""What it learns is tested in test_fusion.py. Example run: python -m pytest tests/evaluation/test_bag_reader.py"""

import pytest
import torch

from pipeline.evaluation.bag_reader import EMBED_DIM, QUESTIONS, BagReader, CaptionWords
from pipeline.evaluation.photo_encoder import FEATURES
from tests.evaluation.test_fusion import grocery  # noqa: F401 - the fixture

TEXT_DIM = 6


@pytest.fixture(scope="module")
def words(grocery):  # noqa: F811
    return CaptionWords(grocery)


def reader(grocery, words, fusion_type="mean", **more) -> BagReader:  # noqa: F811
    torch.manual_seed(0)
    return BagReader(grocery, words, fusion_type, torch.zeros(FEATURES), torch.ones(FEATURES), TEXT_DIM, **more).eval()


def given(count: int = 2, pictures: int = 3):
    generator = torch.Generator().manual_seed(1)
    features = torch.randn(count, pictures, FEATURES, generator=generator)
    texts = torch.randn(count, len(QUESTIONS), TEXT_DIM, generator=generator)
    return features, torch.ones(count, pictures, dtype=torch.bool), texts


def test_words_of_unseen_products_are_others(grocery, words):  # noqa: F811
    green = grocery.products[1]
    assert not green.seen and "green" in green.caption
    assert words.words[:3] == ["<end>", "<start>", "<other>"] and "green" not in words.words
    encoded = words.encode(green.caption)
    assert len(encoded) == words.length and encoded[-1] == 0 and 2 in encoded
    assert words.decode(encoded)[green.caption.index("green")] == "<other>"
    assert words.decode([3, 0, 4]) == (words.words[3],)  # what comes after the end is not said


@torch.no_grad()
def test_features_are_standardised_and_have_one_length(grocery, words):  # noqa: F811
    model = reader(grocery, words)
    model.mean.fill_(2.0)
    model.std.fill_(4.0)
    features = given()[0]
    embeds = model.embed(features)
    assert torch.allclose(embeds.norm(dim=-1), torch.ones(2, 3), atol=1e-5)
    expected = torch.nn.functional.normalize(model.projection((features - 2) / 4), dim=-1)
    assert torch.allclose(embeds, expected, atol=1e-6)


@torch.no_grad()
@pytest.mark.parametrize("fusion_type", ["mean", "max", "gated", "set transformer", "text attention"])
def test_every_task_reads_a_row_and_their_order_is_that_of_the_questions(grocery, words, fusion_type):  # noqa: F811
    model, (features, mask, texts) = reader(grocery, words, fusion_type), given()
    fused = model.fuse(features, mask, texts)
    assert fused.shape == (2, len(QUESTIONS), EMBED_DIM)
    logits = model.classify(fused)
    assert set(logits) == set(QUESTIONS) - {"caption"}
    for place, name in enumerate(QUESTIONS):
        if name != "caption":
            assert torch.equal(logits[name], model.heads[name](fused[:, place]))
    order = torch.tensor([2, 0, 1])
    assert torch.allclose(model.fuse(features[:, order], mask, texts), fused, atol=1e-5)


@torch.no_grad()
def test_only_a_reader_that_is_told_hears_the_question(grocery, words):  # noqa: F811
    features, mask, texts = given()
    deaf, told = reader(grocery, words), reader(grocery, words, told=True)
    assert torch.equal(deaf.fuse(features, mask, texts), deaf.fuse(features, mask, texts + 1))
    assert not torch.allclose(told.fuse(features, mask, texts), told.fuse(features, mask, texts + 1))


@torch.no_grad()
def test_a_word_sees_those_before_it_and_none_behind_it(grocery, words):  # noqa: F811
    model, fused = reader(grocery, words), torch.randn(1, len(QUESTIONS), EMBED_DIM)
    captions = torch.tensor([words.encode(grocery.products[0].caption)])
    other = captions.clone()
    other[0, 3] = 5
    usual, changed = model.caption_logits(fused, captions), model.caption_logits(fused, other)
    assert torch.allclose(usual[:, :4], changed[:, :4], atol=1e-5)  # the fourth word is told from three
    assert not torch.allclose(usual[:, 4], changed[:, 4], atol=1e-3)


@torch.no_grad()
def test_a_written_caption_is_the_likeliest_after_its_own_words(grocery, words):  # noqa: F811
    model, fused = reader(grocery, words), 3 * torch.randn(4, len(QUESTIONS), EMBED_DIM)
    written = model.write_captions(fused)
    assert written.shape == (4, words.length)
    assert torch.equal(model.caption_logits(fused, written).argmax(-1), written)


@torch.no_grad()
def test_shares_are_weights_and_a_set_transformer_has_none(grocery, words):  # noqa: F811
    features, mask, texts = given()
    mask[0, 2] = False
    for fusion_type in ("max", "text attention"):
        shares = reader(grocery, words, fusion_type).shares(features, mask, texts)
        assert torch.allclose(shares.sum(1), torch.ones(2), atol=1e-5) and shares[0, 2] == 0
    with pytest.raises(TypeError, match="needs a pooling that weighs pictures, got 'set transformer'"):
        reader(grocery, words, "set transformer").shares(features, mask, texts)
