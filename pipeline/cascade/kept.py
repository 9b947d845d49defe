"""What was drawn a moment ago: kept by what it was made from, so that an edit draws again only what it touches.

    layer = pipe.kept.layers.get(key, lambda: draw(...))

A key names everything that a value depends on, so a value that is found has the very bits that making it again would
give. Both stores are bounded; what was used longest ago leaves first.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

import torch

__all__ = ["Kept", "Cache", "digest", "state_of"]

MAX_LAYER_BYTES = 96 * 2**20  # a thing takes 1 MB at 256 pixels and 16 more where it is drawn at 1,024
MAX_TEXTS = 512  # some 30 kB each


class Cache:
    """Values by their keys, up to a number of bytes (for tensors) or of entries.

    Args:
        max_bytes: of all tensors together; None counts entries alone.
        max_entries: how many.
    """

    def __init__(self, *, max_bytes: int | None = None, max_entries: int = 4096):
        self.max_bytes, self.max_entries = max_bytes, max_entries
        self.bytes = self.hits = self.misses = 0
        self._entries: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._entries

    def peek(self, key: Hashable) -> Any:
        """The value of a key, or None; it does not count as used."""
        return self._entries.get(key)

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The value of a key: the kept one, or what ``make`` gives, which is kept. Nobody may change it in place."""
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
                self.hits += 1
                return self._entries[key]
        value = make()
        with self._lock:
            self.misses += 1
            if key not in self._entries:
                self._entries[key] = value
                self.bytes += _size(value)
            while self._entries and self._too_much():
                _, old = self._entries.popitem(last=False)
                self.bytes -= _size(old)
        return value

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self.bytes = 0

    def _too_much(self) -> bool:
        return len(self._entries) > self.max_entries or (self.max_bytes is not None and self.bytes > self.max_bytes)


class Kept:
    """The stores of one pipeline: layers (drawn, finished, enlarged), embeddings, and texts as they were encoded."""

    def __init__(self) -> None:
        self.layers = Cache(max_bytes=MAX_LAYER_BYTES)
        self.embeds = Cache(max_entries=MAX_TEXTS)
        self.texts = Cache(max_entries=MAX_TEXTS)
        self.vectors = Cache(max_entries=MAX_TEXTS)
        self.readings = Cache(max_entries=64)

    def clear(self) -> None:
        """Forget everything."""
        for store in vars(self).values():
            store.clear()


def digest(*tensors: torch.Tensor | None) -> bytes:
    """What tensors hold, in 16 bytes; None counts as nothing."""
    hashed = hashlib.blake2b(digest_size=16)
    for tensor in tensors:
        if tensor is None:
            hashed.update(b"none")
            continue
        hashed.update(repr((tuple(tensor.shape), tensor.dtype)).encode())
        hashed.update(tensor.detach().cpu().contiguous().view(torch.uint8).numpy().tobytes())
    return hashed.digest()


def state_of(*modules: torch.nn.Module) -> tuple:
    """What tells one network from another, and from itself after training or a change of its type: part of every key
    of what it made.
    """
    return tuple(
        (id(module), next(module.parameters()).dtype, sum(parameter._version for parameter in module.parameters()))
        for module in modules
    )


def _size(value: Any) -> int:
    return value.numel() * value.element_size() if isinstance(value, torch.Tensor) else 0
