"""The machine's accelerator, found without anybody naming it: none, a GPU, or a GPU lent for a moment (ZeroGPU).

On ZeroGPU the Space's process has no GPU of its own: a function that the `spaces` package decorates runs in another
process that has one. `on_gpu` decorates there and does nothing anywhere else.
"""

import importlib.util
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

__all__ = ["choose_device", "choose_dtype", "is_zero_gpu", "on_gpu", "prepare"]


def prepare() -> None:
    """On ZeroGPU: import `spaces`, which has to come before torch. Elsewhere nothing."""
    if is_zero_gpu():
        importlib.import_module("spaces")


def choose_device() -> str:
    """ "cuda" where torch sees a GPU (as it does on ZeroGPU, through `spaces`), "cpu" otherwise."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def choose_dtype(device: str) -> "torch.dtype":
    """For a foreign model: float32 on a CPU, the 16 bits that a GPU computes natively on a GPU."""
    import torch

    if device != "cuda":
        return torch.float32
    return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16


def is_zero_gpu() -> bool:
    """Whether this is a ZeroGPU Space: its hardware says so, and the package that lends the GPU is there."""
    lent = os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "true", "yes", "on")
    return lent and importlib.util.find_spec("spaces") is not None


def on_gpu(function: Callable) -> Callable:
    """The function, decorated with `spaces.GPU` on ZeroGPU, as it is elsewhere.

    Decorate before the page is launched. What goes in and comes out is pickled there, generators item by item.
    """
    if not is_zero_gpu():
        return function
    import spaces

    return spaces.GPU(function)
