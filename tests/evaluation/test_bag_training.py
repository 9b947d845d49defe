"""Example run: python -m pytest tests/evaluation/test_bag_training.py"""

import numpy as np
import torch

from pipeline.evaluation.bag_reader import QUESTIONS, CaptionWords
from pipeline.evaluation.bag_training import (
    BATCH,
    MAX_IMAGES,
    _nearest_by_attributes,
    _targets,
    some_bags,
    stack_bags,
    train_reader,
)
from pipeline.evaluation.grocery import ATTRIBUTES, Bag
from tests.evaluation.test_fusion import grocery, made_features  # noqa: F401 - the fixture


def test_bags_of_several_sizes_are_stacked_and_padding_is_masked():
    index, mask, product = stack_bags([Bag(7, (3, 9)), Bag(2, (5, 1, 4, 8, 6))])
    assert index.tolist() == [[3, 9, 0, 0, 0], [5, 1, 4, 8, 6]] and product.tolist() == [7, 2]
    assert mask.tolist() == [[True, True, False, False, False], [True] * MAX_IMAGES]


def test_training_bags_are_of_their_own_part_and_never_repeat_a_photograph(grocery):  # noqa: F811
    bags = some_bags(grocery, (2, 4))(np.random.default_rng(0))
    assert len(bags) == BATCH and {len(bag.photos) for bag in bags} == {2, 4}
    assert {bag.product for bag in bags} == {0, 2, 3}
    for bag in bags:
        assert len(set(bag.photos)) == len(bag.photos)
        assert set(grocery.part[list(bag.photos)]) == {"bags"}
        assert set(grocery.product[list(bag.photos)]) == {bag.product}
    assert bags == some_bags(grocery, (2, 4))(np.random.default_rng(0))


def test_every_task_has_the_right_answer_of_every_product(grocery):  # noqa: F811
    words = CaptionWords(grocery)
    targets = _targets(grocery, words)
    assert list(targets) == list(QUESTIONS)
    assert targets["fine"].tolist() == [0, 1, 2, 3] and targets["coarse"].tolist() == [0, 0, 1, 2]
    for name, values in grocery.attribute_values.items():
        said = [values[at] for at in targets[name].tolist()]
        assert said == [product.attributes[name] for product in grocery.products]
    assert words.decode(targets["caption"][2].tolist()) == grocery.products[2].caption


def test_an_unseen_product_is_the_one_whose_attributes_are_likeliest(grocery):  # noqa: F811
    words = CaptionWords(grocery)
    targets = _targets(grocery, words)
    certain = {}
    for name in ("coarse", *ATTRIBUTES):
        likely = torch.zeros(2, int(targets[name].max()) + 2) - 1
        likely[0, targets[name][1]] = likely[1, targets[name][2]] = 0  # as product 1 is, and as product 2 is
        certain[name] = likely
    assert _nearest_by_attributes(grocery, words, np.array([1, 2, 3]), certain).tolist() == [1, 2]
    assert _nearest_by_attributes(grocery, words, np.array([0, 3]), certain).tolist() == [0, 0]  # an apple is nearest


def test_a_reader_is_a_function_of_its_seed(grocery):  # noqa: F811
    words, features = CaptionWords(grocery), made_features(grocery, noise=0.5)
    one, same, other = (
        train_reader(grocery, words, features, "mean", some_bags(grocery, (2,)), steps=1, seed=seed)
        for seed in (0, 0, 1)
    )
    assert torch.equal(one.projection.weight, same.projection.weight) and not one.training
    assert not torch.equal(one.projection.weight, other.projection.weight)
