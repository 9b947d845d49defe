"""Example run: python -m pytest tests/cascade/test_aligned.py"""

import pytest
import torch

from pipeline.cascade.aligned import BYTES, align


def shifted(values: torch.Tensor, by: int) -> torch.Tensor:
    """The same values so many numbers behind an aligned address, strides kept."""
    room = torch.empty(values.numel() + by)[by:]
    return room.as_strided(values.shape, values.stride()).copy_(values)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_a_tensor_that_begins_anywhere_is_moved_with_its_values_and_strides(layout):
    layer = torch.nn.Conv2d(3, 8, 3).to(memory_format=layout)
    values, strides = layer.weight.detach().clone(memory_format=torch.preserve_format), layer.weight.stride()
    layer.weight.data = shifted(values, 3)
    assert layer.weight.data_ptr() % BYTES == 12
    assert align(layer) == 1 and align(layer) == 0
    assert layer.weight.data_ptr() % BYTES == 0
    assert torch.equal(layer.weight, values) and layer.weight.stride() == strides


def test_buffers_are_moved_too():
    layer = torch.nn.BatchNorm1d(4)
    layer.running_mean.data = shifted(torch.arange(4.0), 1)
    assert align(layer) == 1 and layer.running_mean.tolist() == [0, 1, 2, 3]
