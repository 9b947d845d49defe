"""Weights in memory where the processor reads them in one way only.

A tensor of a file that is mapped into memory begins wherever it lies in the file, and kernels add in another order
where that is no multiple of their vectors: the same weights, saved anew, drew pictures that differed by 1 in a few
values. Aligned, they draw the same bytes.
"""

import torch

__all__ = ["BYTES", "align"]

BYTES = 64  # of the widest vectors (AVX-512), and of a line of the cache


def align(*modules: torch.nn.Module) -> int:
    """Copy what begins elsewhere than at a multiple of 64 bytes; returns how many tensors did."""
    moved = 0
    for module in modules:
        for tensor in (*module.parameters(), *module.buffers()):
            if tensor.device.type == "cpu" and tensor.data_ptr() % BYTES:
                tensor.data = tensor.data.clone(memory_format=torch.preserve_format)
                moved += 1
    return moved
