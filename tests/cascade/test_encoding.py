"""Words and pictures encoded. Example run: python -m pytest tests/cascade/test_encoding.py"""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from pipeline.cascade.encoding import _words
from pipeline.cascade.plan import Plan
from pipeline.safety import Refused
from pipeline.scene.record import Lettering, Scene, Thing
from tests.tiny import EMBED_DIM, SEMANTIC_DIM, tiny_pipeline

CAT = Plan(Scene(things=(Thing("cat", "cat"),)), None, (), (), ("a cat",), {})


@pytest.fixture(scope="module")
def pipe():
    return tiny_pipeline()


@pytest.fixture(autouse=True)
def without_gradients():
    with torch.no_grad():
        yield


def picture(colour: str, box=(16, 16, 48, 48)) -> Image.Image:
    drawn = Image.new("RGB", (64, 64), "white")
    drawn.paste(colour, box)
    return drawn


def test_sentences_and_pictures_share_a_space_and_each_is_what_it_is_alone(pipe):
    texts, pictures = ["a cat", "a very long apple on a red background", ""], [picture("red"), picture("blue")]
    words, seen = pipe.get_text_embeds(texts), pipe.get_image_embeds(pictures)
    assert words.shape == (3, EMBED_DIM) and seen.shape == (2, EMBED_DIM)
    for rows in (words, seen):
        assert rows.norm(dim=1).tolist() == pytest.approx([1.0] * len(rows), abs=1e-5)
    assert torch.allclose(words[1], pipe.get_text_embeds(texts[1:2])[0], atol=1e-6)
    assert torch.equal(seen[1], pipe.get_image_embeds(pictures[1:])[0])


def test_what_is_seen_through_is_seen_on_white(pipe):
    cut = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    cut.paste((255, 0, 0, 255), (16, 16, 48, 48))
    palette = picture("red").quantize(4)
    for other in (cut, palette):
        assert torch.equal(pipe.get_image_embeds([other]), pipe.get_image_embeds([picture("red")]))


def test_what_is_shown_is_a_part_of_unit_length(pipe):
    shown = pipe.semantic(torch.randn(3, EMBED_DIM, generator=torch.Generator().manual_seed(1)))
    assert shown.shape == (3, SEMANTIC_DIM)
    assert np.linalg.norm(shown, axis=1) == pytest.approx([1.0, 1.0, 1.0], abs=1e-6)
    scaled = torch.full((1, EMBED_DIM), 4.0)
    scaled[:, SEMANTIC_DIM:] = -99  # how it looks, and where it stands, says nothing of that
    assert pipe.semantic(scaled)[0] == pytest.approx([SEMANTIC_DIM**-0.5] * SEMANTIC_DIM)


def test_references_are_the_same_in_any_order_and_their_shares_are_told_in_the_given_one(pipe):
    red, blue = picture("red"), picture("blue", (8, 8, 56, 40))
    one = pipe.encode_image([red, blue], [3.0, 1.0], "mean", 0.7)
    other = pipe.encode_image([blue, red], [1.0, 3.0], "mean", 0.7)
    assert one.shares == pytest.approx((0.75, 0.25)) and other.shares == pytest.approx((0.25, 0.75))
    assert torch.equal(one.embeds, other.embeds) and torch.equal(one.weights, other.weights)
    assert torch.allclose(one.fused, other.fused, atol=1e-6) and one.colours == other.colours
    assert len(one.colours) == 2 and all(colour is None or colour[0] == "#" for colour in one.colours)
    assert one.similarity == 0.7
    with pytest.raises(ValueError, match="`image_weights` must hold 2 finite numbers"):
        pipe.encode_image([red, blue], [1.0])


def test_an_embedding_tells_a_small_layer_whatever_its_length(pipe):
    embeds = pipe.get_image_embeds([picture("red")])
    layer = pipe.draw_components(embeds)
    side = pipe.decoder.config.component_size
    assert layer.shape == (1, 4, side, side) and layer.abs().max() <= 1
    assert torch.allclose(pipe.draw_components(3 * embeds), layer, atol=1e-5)


def test_all_that_a_scene_says_is_screened():
    hat = Thing("hat", "top hat", said="hat")
    scene = Scene(things=(Thing("cat", "cat"), hat, Thing("cat-2", "cat")), lettering=Lettering("Go\nhome"))
    assert _words(replace(CAT, scene=scene)) == ["cat", "top hat", "hat", "Go home"]
    assert _words(replace(CAT, scene=Scene())) == [""]


def test_each_thing_is_told_by_itself_and_shorter_texts_are_padded(pipe):
    plan = replace(CAT, told=("a cat", "an apple on a red background"))
    tokens, mask, pooled = pipe._encode_checked(plan, "a cat", None)
    lengths = mask.sum(1).long().tolist()
    assert tokens.shape[:2] == mask.shape == (2, max(lengths)) and lengths[0] < lengths[1]
    assert torch.equal(tokens[0, : lengths[0]], pipe.encode_texts(["a cat"])[0])
    assert pooled.shape == (2, EMBED_DIM)
    alone, _, _ = pipe._encode_checked(replace(CAT, told=()), "a cat", None)
    assert alone.shape[:2] == (1, 2), "nothing told: the two marks of a text"


def test_a_changed_scene_is_screened_by_its_own_words_too(pipe):
    rude = Plan(Scene(things=(Thing("cat", "cat", said="naked woman"),)), None, (), (), ("a cat",), {})
    pipe._encode_checked(rude, "a cat", None)
    with pytest.raises(Refused):
        pipe._encode_checked(replace(rude, changed=True), "a cat", None)
    with pytest.raises(Refused):
        pipe._encode_checked(rude, None, None)


def test_a_part_that_was_embedded_is_not_embedded_again(pipe, monkeypatch):
    asked, encode = [], pipe.encode_texts
    monkeypatch.setattr(pipe, "encode_texts", lambda texts: asked.append(list(texts)) or encode(texts))
    first = pipe._part_embeds(["one cat", "two cats", "one cat"])
    again = pipe._part_embeds(["two cats", "three cats"])
    assert asked == [["one cat", "two cats"], ["three cats"]]
    assert list(first) == ["one cat", "two cats"] and np.array_equal(first["two cats"], again["two cats"])
    assert np.allclose(first["one cat"], pipe.get_sentence_embeds(["one cat"])[0], atol=1e-6)


def test_a_word_that_the_tokenizer_takes_apart_is_none(pipe):
    assert pipe._is_word("apple") and not pipe._is_word("zebra")
