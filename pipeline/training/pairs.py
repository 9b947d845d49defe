"""Which scenes show one thing in two styles: what the prior is taught to tell apart."""

import zlib

import numpy as np
import torch

__all__ = ["StylePairs"]

NEAREST_SHARE = 0.5  # of the partners are the most alike: the styles that are the easiest to confuse


class StylePairs:
    """Draws scenes in pairs that name the same thing and show it in two drawings, where there are two.

    Args:
        phrases: (cut-outs,) what each is called, as numbers.
        scenes: (scenes,) the cut-out that each scene shows.
        looks: (cut-outs, dim): near where two cut-outs look alike.
    """

    def __init__(self, phrases: np.ndarray, scenes: np.ndarray, looks: torch.Tensor):
        self._scenes = scenes
        self._order = np.argsort(scenes, kind="stable")  # scenes, by cut-out
        self._starts = np.searchsorted(scenes[self._order], np.arange(len(phrases) + 1))
        shown = np.unique(scenes)
        by_phrase: dict[int, list[int]] = {}
        for cutout in shown.tolist():
            by_phrase.setdefault(int(phrases[cutout]), []).append(cutout)
        self._others: dict[int, list[int]] = {}  # cut-out -> those of the same phrase, the most alike first
        for members in by_phrase.values():
            distances = torch.cdist(looks[members].float(), looks[members].float())
            for place, cutout in enumerate(members):
                nearest = distances[place].argsort().tolist()
                self._others[cutout] = [members[other] for other in nearest if other != place]

    def draw(self, count: int, seed: str) -> np.ndarray:
        """``count`` scenes, an even number; 2i and 2i + 1 are a pair. A function of ``seed``.

        A thing that has one drawing is paired with another scene of it.
        """
        rng = np.random.default_rng(zlib.crc32(seed.encode()))
        first = rng.integers(len(self._scenes), size=count // 2)
        chance, which = rng.random((2, count // 2))
        partners = []
        for cutout, nearest, at in zip(self._scenes[first].tolist(), chance < NEAREST_SHARE, which, strict=True):
            others = self._others[cutout] or [cutout]
            partners.append(others[0] if nearest else others[int(at * len(others))])
        starts, ends = self._starts[partners], self._starts[np.array(partners) + 1]
        second = self._order[starts + (rng.random(count // 2) * (ends - starts)).astype(np.int64)]
        return np.stack([first, second], axis=1).reshape(-1)
