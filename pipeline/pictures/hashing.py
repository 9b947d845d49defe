"""Perceptual hashes of pictures, and all near pairs among millions of them without comparing every two.

A hash is 64 bits: in a grey picture of 9x8 pixels, whether each is darker than its right neighbour (dHash). Measured
on the icons, strong JPEG leaves 99 % of copies within 3 bits, where the 64 signs of a pHash (DCT) move by up to 20:
drawings are flat and symmetric, so that many of their frequencies are zero but for noise.

Near pairs come from multi-index hashing (Norouzi, Punjani, Fleet, CVPR 2012): if two 64-bit hashes differ in at most r
bits, then in at least one of m bands they differ in at most r // m bits, so it is enough to look up each band's
neighbours in a table of that band.
"""

import functools
import itertools
import math
from collections.abc import Callable, Iterable

import numpy as np
from PIL import Image

from pipeline.pictures.decode import flatten

__all__ = ["RADIUS", "near_pairs", "perceptual_hash"]

Run = Callable[[Callable, Iterable], Iterable]
RADIUS = 8  # bits: copies cropped by 2 % to 4 % a side are within 7 of the inner part, all other kinds within 5
_FEW = 256  # hashes compared two by two: quicker than any table
_FLIPS_AT_ONCE = 40  # of a band, in one task: a million hashes make 16 tasks of some seconds each
_BLOCK = 1 << 22  # candidate pairs checked at once: 4M pairs in a few arrays of 8 bytes, about 200 MB


def perceptual_hash(image: Image.Image, *, border: float = 0.0) -> int:
    """The 64-bit difference hash of a picture, transparent parts on white; 0 for a picture of a single colour.

    `border`: the share of the width and height that is left out at each edge, which is the hash of a cropped copy.
    """
    image = flatten(image).convert("L")
    box = (border * image.width, border * image.height, (1 - border) * image.width, (1 - border) * image.height)
    grey = np.asarray(image.resize((9, 8), Image.Resampling.HAMMING, box=box), dtype=np.int16)
    return int.from_bytes(np.packbits(grey[:, 1:] > grey[:, :-1]).tobytes(), "big")


def near_pairs(hashes: np.ndarray, radius: int, *, run: Run = map) -> tuple[np.ndarray, np.ndarray]:
    """All pairs of (n,) uint64 `hashes`, n under 2^31, that differ in at most `radius` bits, as two int64 arrays with
    first < second.

    Exact: the same pairs as comparing every two. Time grows with n times the table entries probed, not with n squared.
    Equal hashes make a pair each: call it with distinct hashes where many are equal. `run` applies a function to
    each of some tasks, in any process, and gives back the results in order: `Engine.map`, say. Raises ValueError if
    `radius` is not 0 to 15.
    """
    if not 0 <= radius <= 15:
        raise ValueError(
            f"`radius` is to be 0 to 15 bits, got {radius}. Pictures further apart are different pictures."
        )
    hashes = np.asarray(hashes, dtype=np.uint64)
    if len(hashes) < 2:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    if len(hashes) <= _FEW:
        first, second = np.nonzero(np.triu(np.bitwise_count(hashes[:, None] ^ hashes) <= radius, k=1))
        return first.astype(np.int64), second.astype(np.int64)
    tasks = [
        (shift, width, flips[start : start + _FLIPS_AT_ONCE])
        for shift, width, flips in _bands(len(hashes), radius)
        for start in range(0, len(flips), _FLIPS_AT_ONCE)
    ]
    pairs = np.unique(np.concatenate(list(run(functools.partial(_probe_band, hashes, radius), tasks))))
    return pairs >> 32, pairs & 0xFFFFFFFF


def _bands(count: int, radius: int) -> list[tuple[int, int, list[int]]]:
    """(shift, width in bits, bit patterns to flip) for every band; the number of bands with the least expected
    work."""

    def work(number: int) -> float:
        width = 64 / number
        flips = sum(math.comb(round(width), size) for size in range(radius // number + 1))
        return number * flips * (1 + 2 * count / 2**width)  # a lookup costs about half of a comparison

    number = min(range(3, 9), key=work)  # two bands or fewer would need tables of 2^32 entries
    edges = [64 * index // number for index in range(number + 1)]
    bands = []
    for start, stop in itertools.pairwise(edges):
        width = stop - start
        flips = [
            sum(1 << bit for bit in bits)
            for size in range(radius // number + 1)
            for bits in itertools.combinations(range(width), size)
        ]
        bands.append((start, width, flips))
    return bands


def _probe_band(hashes: np.ndarray, radius: int, task: tuple[int, int, list[int]]) -> np.ndarray:
    """The pairs, packed, that one band's table gives for some of its flips."""
    shift, width, flips = task
    keys = ((hashes >> np.uint64(shift)) & np.uint64((1 << width) - 1)).astype(np.int64)
    order = np.argsort(keys, kind="stable")
    ends = np.cumsum(np.bincount(keys, minlength=1 << width))
    found = [pairs for flip in flips for pairs in _probe(hashes, keys, order, ends, flip, radius)]
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def _probe(hashes, keys, order, ends, flip: int, radius: int):
    """Pairs within `radius` whose band keys differ by exactly `flip`, packed as lower index << 32 | higher index."""
    # Both ends of a pair would find each other: let only the one whose highest flipped bit is 0 look.
    seekers = np.flatnonzero(keys & (1 << flip.bit_length() >> 1) == 0) if flip else np.arange(len(keys))
    targets = keys[seekers] ^ flip
    stops = ends[targets]
    starts = np.where(targets > 0, ends[targets - 1], 0)
    seekers, starts, counts = (values[stops > starts] for values in (seekers, starts, stops - starts))
    cumulative = np.cumsum(counts)
    begin = 0
    while begin < len(seekers):
        done = cumulative[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(cumulative, done + _BLOCK, side="right")))
        block = counts[begin:end]
        first = np.repeat(seekers[begin:end], block)
        within = np.arange(len(first)) - np.repeat(np.cumsum(block) - block, block)
        second = order[np.repeat(starts[begin:end], block) + within]
        near = np.bitwise_count(hashes[first] ^ hashes[second]) <= radius
        near &= first != second if flip else first < second
        first, second = first[near], second[near]
        if len(first):
            yield (np.minimum(first, second) << 32) | np.maximum(first, second)
        begin = end
