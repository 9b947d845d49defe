"""What must not matter counts less. Example run: python -m pytest tests/evaluation/test_metric.py"""

import random

import pytest
import torch

from pipeline.data.cutouts import load_cutouts
from pipeline.evaluation.metric import harm, principal_basis, whitened
from tests.evaluation.cutout_zip import write_cutouts


def test_the_basis_spans_where_things_differ_and_its_columns_are_orthonormal():
    generator = torch.Generator().manual_seed(0)
    spread = torch.randn(40, 2, generator=generator) @ torch.eye(2, 9)  # two directions of nine
    basis = principal_basis(spread, 2)
    assert torch.allclose(basis.T @ basis, torch.eye(2), atol=1e-5)
    assert torch.allclose(spread @ basis @ basis.T, spread, atol=1e-4)
    assert torch.equal(basis, principal_basis(spread, 2)), "chance has its own seed"


def test_a_direction_in_which_harm_goes_counts_less():
    errors = [torch.tensor([3.0 * sign, 0.1 * other]) for sign in (-1, 1) for other in (-1, 1)]
    metric = whitened(torch.eye(2), errors, noise_floor=0.01)
    along, across = (torch.tensor(unit) @ metric for unit in ([1.0, 0.0], [0.0, 1.0]))
    assert across.norm() > 4 * along.norm()
    lengths = (torch.stack(errors) @ metric).norm(dim=1)
    assert lengths.max() - lengths.min() < 1e-4, "errors that are alike but for their signs are as long"


def test_a_judge_that_found_nothing_says_what_to_look_at():
    with pytest.raises(ValueError, match="alpha channel"):
        whitened(torch.eye(2), [], noise_floor=0.3)


def test_harm_leaves_a_thing_where_it_can_be_found_and_is_the_same_for_the_same_chance(tmp_path):
    cutouts = load_cutouts(write_cutouts(tmp_path), size=64)
    rows = cutouts.cutouts[:4]
    first, second = (list(harm(cutouts, rows, random.Random(3), 6, (32, 64))) for _ in range(2))
    assert 0 < len(first) <= 6 and all(harmed.boxes and 0 <= harmed.index < 4 for harmed in first)
    assert [(one.index, one.background, one.boxes) for one in first] == [
        (one.index, one.background, one.boxes) for one in second
    ]
    seen = []
    list(harm(cutouts, rows, random.Random(3), 6, (32, 64), lambda image, rng: seen.append(image) or image))
    assert len(seen) >= len(first) and seen[0].size == (128, 128)
