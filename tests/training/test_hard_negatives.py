"""Example run: python -m pytest tests/training/test_hard_negatives.py"""

import pytest
import torch
import torch.nn.functional as F

from pipeline.training.hard_negatives import caption_vectors, grouped

DIRECTIONS = F.normalize(torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.1]]), dim=-1)


def pool(of_each=10):
    """Rows in three directions, in turn; each has words of its own."""
    vectors = F.normalize(DIRECTIONS.repeat(of_each, 1) + 0.01 * torch.arange(3 * of_each)[:, None] / 30, dim=-1)
    return vectors, torch.arange(3 * of_each)


def test_a_group_is_of_like_captions():
    vectors, captions = pool()
    taken = grouped(vectors, captions, count=12, group=4)
    assert [{at % 3 for at in group} for group in taken.view(3, 4).tolist()] == [{0}, {1}, {2}]


def test_no_row_is_taken_twice_and_a_pool_can_be_used_up():
    vectors, captions = pool()
    assert sorted(grouped(vectors, captions, count=30, group=8).tolist()) == list(range(30))


def test_the_same_words_stand_once_in_a_group():
    vectors, captions = pool()
    captions[[0, 3, 6]] = 99  # three rows of the first direction say the same
    first = grouped(vectors, captions, count=8, group=4)[:4]
    assert (captions[first] == 99).sum() == 1 and {at % 3 for at in first.tolist()} == {0}


def test_groups_of_one_are_the_rows_as_drawn():
    vectors, captions = pool()
    assert grouped(vectors, captions, count=5, group=1).tolist() == [0, 1, 2, 3, 4]


def test_a_caption_is_the_mean_of_its_own_states():
    states = torch.tensor([[[3.0, 4.0], [100.0, 0.0]], [[0.0, 2.0], [2.0, 0.0]]]).half()
    vectors = caption_vectors(states, torch.tensor([[1, 0], [1, 1]]))
    assert torch.allclose(vectors, torch.tensor([[0.6, 0.8], [0.5**0.5, 0.5**0.5]]), atol=1e-3)


@pytest.mark.parametrize(("count", "group", "said"), [(31, 4, "pool"), (4, 0, "group")])
def test_what_cannot_be_grouped_is_refused(count, group, said):
    with pytest.raises(ValueError, match=said):
        grouped(*pool(), count=count, group=group)
