"""Batches against singles. Example run: python -m pytest tests/evaluation/test_batch_bits.py -m "slow or not slow" """

import torch

from pipeline.evaluation.batch_bits import Batching, _compare, compare_batches
from tests.tiny import tiny_pipeline


def test_a_network_that_looks_at_its_neighbours_is_told_from_one_that_does_not():
    values = torch.linspace(-1, 1, 8).reshape(8, 1)
    alone, _ = _compare("alone", lambda rows: values[rows] * 0.5, 8, 4)
    assert (alone.same_bits, alone.same_bytes, alone.worst) == (8, 8, 0.0)
    near, _ = _compare("near", lambda rows: values[rows] + 1e-6 * (len(values[rows]) - 1), 8, 4)
    assert near.same_bits < 8 and near.same_bytes == 8 and 0 < near.worst < 1e-5
    mixed, _ = _compare("mixed", lambda rows: values[rows] - values[rows].mean(0), 8, 4)
    assert mixed.same_bytes == 0 and mixed.worst > 0.1


def test_64_mixed_requests_go_through_decoder_and_super_resolution():
    decoder, super_res = compare_batches(tiny_pipeline())
    assert (decoder.stage, super_res.stage, decoder.requests) == ("decoder", "super-resolution", 64)
    for each in (decoder, super_res):
        assert isinstance(each, Batching) and each.single > 0 and each.worst < 1e-3
        assert 0 <= each.same_bits <= each.same_bytes <= 64
