"""Example run: python -m pytest tests/evaluation/test_recaption.py"""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from pipeline.evaluation import recaption
from pipeline.evaluation.recaption import _bag, _Matcher, _overlap, alignment, corrupt_half, measure_gain


def test_a_bag_has_a_place_for_words_that_nobody_knows_and_is_never_empty():
    vocabulary = {"red": 0, "cat": 1}
    assert _bag("red dog cat red", vocabulary) == [0, 2, 1, 0]
    assert _bag("  ", vocabulary) == [2]


@pytest.mark.parametrize(
    ("found", "true", "share"),
    [
        (["red cat"], ["red cat"], 1.0),
        (["cat cat cat"], ["red cat"], 0.5),
        (["", "a"], ["b", "a"], 0.5),
        ([""], [""], 0),
    ],
)
def test_overlap_is_the_share_of_the_true_words(found, true, share):
    assert _overlap(found, true) == share


def test_no_corrupted_caption_is_the_pictures_own():
    texts = [str(n) for n in range(41)]
    corrupted = corrupt_half(texts, seed=3)
    assert sum(a != b for a, b in zip(texts, corrupted, strict=True)) == 20 and sorted(corrupted) == sorted(texts)
    assert corrupted == corrupt_half(texts, seed=3) != corrupt_half(texts, seed=4)


def told(pictures: torch.Tensor, texts: torch.Tensor) -> SimpleNamespace:
    return SimpleNamespace(embed_images=lambda _: pictures, embed_texts=lambda _: texts)


def test_alignment_counts_within_blocks_of_candidates(monkeypatch):
    monkeypatch.setattr(recaption, "CANDIDATES", 3)
    axes = torch.eye(8)
    pictures, texts = axes[[0, 1, 2, 3, 4, 5, 6]], axes[[0, 1, 2, 3, 5, 4, 7]]  # the seventh is in no block
    found = alignment(told(pictures, texts), np.zeros((7, 2, 2, 3)), [""] * 7, {})
    # First block: right all over. Second: one of three, two of the six wrong pairs are alike.
    assert found["top1"] == pytest.approx((1 + 1 / 3) / 2, abs=1e-4)
    assert found["margin"] == pytest.approx((1.0 + (1 / 3 - 2 / 6)) / 2, abs=1e-4)


def test_pictures_and_words_are_of_length_one_and_the_order_of_words_tells_nothing():
    torch.manual_seed(0)
    model = _Matcher(5).eval()
    with torch.no_grad():
        images = model.embed_images(torch.randint(256, (2, 64, 64, 3), dtype=torch.uint8))
        texts = model.embed_texts([[0, 1, 2], [2, 0, 1], [3]])
    assert torch.allclose(images.norm(dim=1), torch.ones(2)) and torch.allclose(texts.norm(dim=1), torch.ones(3))
    assert torch.allclose(texts[0], texts[1], atol=1e-6) and not torch.allclose(texts[0], texts[2], atol=0.1)


def test_the_table_compares_what_is_learnt_from_each_set_of_captions(monkeypatch):
    """The captioner says nothing, so what is recaptioned stays as it was."""
    seen = []
    monkeypatch.setattr(recaption, "train_captioner", lambda *_, **__: (None, None, [2.0, 1.0]))
    monkeypatch.setattr(recaption, "describer", lambda *_: lambda images: ["word" for _ in images])
    monkeypatch.setattr(recaption, "train_matcher", lambda images, epochs, *_, **__: seen.append(epochs) or len(seen))
    monkeypatch.setattr(recaption, "alignment", lambda model, images, texts, _: {"top1": model / 10, "texts": texts})
    images = np.zeros((12, 64, 64, 3), np.uint8)
    texts = [f"thing {n}" for n in range(12)]
    found = measure_gain(images, texts, held_out=4, captioner_steps=2, epochs=3, fractions=(0.5, 1.0))
    names = ["true captions", "half corrupted"]
    names += [f"half corrupted, {share} recaptioned each epoch" for share in ("0.5", "1")]
    assert list(found["alignment"]) == names and found["captioner_loss"] == 1.5
    assert found["pictures"] == 8 and found["alignment"]["true captions"] == {"top1": 0.1, "texts": texts[8:]}
    assert found["words_right"] == {"corrupted captions": 0.75, "generated captions": 0.0}
    true, corrupted, some, every = seen
    assert true == [texts[:8]] * 3 and corrupted == [corrupt_half(texts[:8])] * 3
    assert every == [["word"] * 8] * 3
    assert len(some) == 3 and len({tuple(epoch) for epoch in some}) > 1  # another fraction each epoch
