"""Example run: python -m pytest tests/evaluation/test_seeds.py"""

import pytest

from pipeline.evaluation.seeds import kind_of, spread, summarise_seeds


@pytest.mark.parametrize(
    ("name", "kind"),
    [("with-text-seed2", "with-text"), ("recaptioned-0.3-seed10", "recaptioned-0.3"), ("as shipped", "as shipped"),
     ("seed1", "seed1"), ("birdseed", "birdseed")],
)  # fmt: skip
def test_a_training_is_of_the_kind_that_its_name_says_without_the_seed(name, kind):
    assert kind_of(name) == kind


def test_the_spread_is_that_of_a_sample():
    assert spread([1.0, 2.0, 3.0]) == (2.0, 1.0) and spread([4.0]) == (4.0, 0.0)


def test_only_kinds_with_several_seeds_are_summed_up():
    rows = [
        {"group": "a", "variant": "with-seed0", "right": 0.5, "pictures": 3},
        {"group": "a", "variant": "with-seed1", "right": 0.7, "pictures": 3},
        {"group": "b", "variant": "with-seed0", "right": 0.1, "pictures": 3},
        {"group": "a", "variant": "without", "right": 0.9, "pictures": 3},
    ]
    [(group, kind, count, facts)] = summarise_seeds(rows)
    assert (group, kind, count, list(facts)) == ("a", "with", 2, ["right"])
    assert facts["right"] == pytest.approx((0.6, 0.02**0.5))
