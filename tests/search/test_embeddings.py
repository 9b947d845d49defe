"""Prefixes of length 1, and queries of words and a picture.

Example run: python -m pytest tests/search/test_embeddings.py
"""

import numpy as np
import pytest
import torch

from pipeline.search.embeddings import checked_lengths, mix_embeds, to_array, unit_prefix


def test_a_prefix_has_length_one_whatever_the_numbers_come_as():
    rows = np.arange(1, 13, dtype=np.float64).reshape(2, 6)
    for embeds in (rows, rows.tolist(), torch.tensor(rows), torch.tensor(rows, requires_grad=True)):
        prefix = unit_prefix(embeds, 6, 4)
        assert prefix.shape == (2, 4) and prefix.dtype == np.float32
        assert np.allclose(np.linalg.norm(prefix, axis=1), 1)
        assert np.allclose(prefix[0], rows[0, :4] / np.linalg.norm(rows[0, :4]))


@pytest.mark.parametrize("embeds", [np.zeros((1, 4)), [[np.nan] * 4], [[np.inf, 0, 0, 0]]])
def test_a_vector_without_a_direction_is_refused(embeds):
    with pytest.raises(ValueError, match="finite and not all zero"):
        unit_prefix(embeds, 4, 4)


def test_vectors_of_another_model_are_refused():
    with pytest.raises(ValueError, match="`embed_dim` = 8"):
        unit_prefix(np.ones((1, 4)), 8, 4)


def test_a_query_of_both_lies_between_words_and_picture_by_their_weight():
    words, picture = np.array([1.0, 0, 0, 0]), np.array([0, 1.0, 0, 0])
    assert np.allclose(mix_embeds(words, None, 4, 2), [1, 0])
    assert np.allclose(mix_embeds(None, picture, 4, 2), [0, 1])
    assert np.allclose(mix_embeds(words, picture, 4, 2), [0.5**0.5, 0.5**0.5])
    near = mix_embeds(words, picture, 4, 2, image_weight=0.9)
    assert near[1] > near[0] > 0 and np.isclose(np.linalg.norm(near), 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((None, None), "must be given"), ((np.ones(4), np.ones(4)), "between 0 and 1, got 1.5")],
)
def test_a_query_of_nothing_or_of_a_weight_beyond_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        mix_embeds(*arguments, 4, 2, image_weight=1.5 if arguments[0] is not None else 0.5)


def test_lengths_are_within_what_there_is():
    assert checked_lengths(8, None, None) == (8, 8) and checked_lengths(8, 4, 2) == (4, 2)
    for wrong in ((8, 9, None), (8, 0, None), (8, 4, 5), (8, 4, 0)):
        with pytest.raises(ValueError, match="must be between 1 and"):
            checked_lengths(*wrong)


def test_numbers_are_single_precision_on_the_cpu():
    assert to_array(torch.ones(2, dtype=torch.float16)).dtype == np.float32
