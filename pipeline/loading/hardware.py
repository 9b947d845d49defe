"""The machine's accelerator, found without anybody naming it: none, a GPU, or a GPU lent for a moment (ZeroGPU).

On ZeroGPU the Space's process has no GPU of its own: a function that the `spaces` package decorates runs in another
process that has one. `on_gpu` decorates there and does nothing anywhere else.
"""

import importlib.util
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.loading.errors import WeightsError
from pipeline.loading.options import AUTO, LoadOptions

if TYPE_CHECKING:
    import torch

    from pipeline.loading.files import Weights

__all__ = ["DevicePlacement", "choose_device", "choose_dtype", "is_zero_gpu", "on_gpu", "place", "prepare"]

_ROOM = 1.25  # of the weights' bytes, for what is computed


@dataclass(frozen=True)
class DevicePlacement:
    """Where a model goes: its device, the dtype of its weights, and "none", "model" or "sequential" offload."""

    device: str
    dtype: "torch.dtype"
    offload: str = "none"


def prepare() -> None:
    """On ZeroGPU: import `spaces`, which has to come before torch. Elsewhere nothing."""
    if is_zero_gpu():
        importlib.import_module("spaces")


def choose_device(wish: str = "auto") -> str:
    """ "cuda" where torch sees a GPU (as it does on ZeroGPU, through `spaces`), "xpu", "mps", or "cpu".

    Raises:
        WeightsError: torch sees no device of the wished kind.
    """
    import torch

    there = {
        "cuda": torch.cuda.is_available(),
        "xpu": hasattr(torch, "xpu") and torch.xpu.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if wish == "auto":
        return next(name for name, is_there in there.items() if is_there)
    if not there.get(wish):
        names = ", ".join(name for name, is_there in there.items() if is_there)
        raise WeightsError(f"`--device` takes what torch sees here ({names}), got {wish}. Leave it out.")
    return wish


def choose_dtype(device: str, wish: str = "auto", *, never_half: bool = False) -> "torch.dtype":
    """For a foreign model: float32 on a CPU, the 16 bits that an accelerator computes natively on an accelerator.

    Args:
        wish: "auto", or the name of a dtype.
        never_half: whether the model overflows in float16.
    """
    import torch

    if wish != "auto":
        return getattr(torch, wish)
    if device == "cpu":
        return torch.float32
    if device == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.float32 if never_half else torch.float16
    return torch.bfloat16 if device != "mps" or never_half else torch.float16


def place(
    weights: Mapping[str, "Weights"], options: LoadOptions = AUTO, *, never_half: bool = False
) -> DevicePlacement:
    """Where a model of these components goes on this machine.

    On a CPU, weights that are stored in 16 bits stay so where the CPU multiplies bfloat16 itself, and where they would
    not fit into the free memory in 32. On an accelerator, components or layers wait in main memory where the whole
    model would not fit.

    Args:
        weights: of each component that is a network.
        options: what was wished.
        never_half: whether the model overflows in float16.
    """
    import torch

    device = choose_device(options.device)
    dtype = choose_dtype(device, options.dtype, never_half=never_half)
    numbers = sum(each.numbers for each in weights.values())
    if device == "cpu":
        is_half = bool(weights) and all(each.bits <= 16 for each in weights.values())
        if options.dtype == "auto" and is_half and (_multiplies_bfloat16() or not _fits(4 * numbers, device)):
            dtype = torch.bfloat16
        if options.offload in ("model", "sequential"):
            raise WeightsError(
                f"`--offload {options.offload}` moves weights to an accelerator, and torch sees none. Leave it out."
            )
        return DevicePlacement(device, dtype)
    if options.offload != "auto" or is_zero_gpu():
        return DevicePlacement(device, dtype, "none" if options.offload == "auto" else options.offload)
    size = dtype.itemsize
    if device == "mps" or _fits(size * numbers, device):
        return DevicePlacement(device, dtype)
    largest = max((each.numbers for each in weights.values()), default=0)
    return DevicePlacement(device, dtype, "model" if _fits(size * largest, device) else "sequential")


def free_bytes(device: str) -> int:
    """Memory that a model could take on a device."""
    import torch

    if device in ("cuda", "xpu"):
        return getattr(torch, device).mem_get_info()[0]
    import psutil

    return psutil.virtual_memory().available


def _fits(size: int, device: str) -> bool:
    return _ROOM * size <= free_bytes(device)


def _multiplies_bfloat16() -> bool:
    """Whether the CPU has instructions for it (AMX), so that it is faster than float32 and not much slower."""
    import torch

    return bool(torch.cpu._is_amx_tile_supported())


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
