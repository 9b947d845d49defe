"""The fine-tuning set: few pictures, good ones, well described, of every class, and unlike each other.

    records = mark_finetune_set(records, size=2000, class_field="subgroup")

Chosen records carry `finetune: true`; nobody is dropped. Each class gets an equal share (what a small class cannot use
goes to the others). Within a class, facility location picks greedily: each choice adds most to how well the class is
covered by its nearest chosen picture, weighed with the aesthetic score and with how much the caption says.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from pipeline.data.engine import Engine
from pipeline.data.record import ImageRecord

__all__ = ["caption_detail", "facility_location", "mark_finetune_set"]

MIN_WORDS = 2  # a caption of one word describes nothing but the class
DETAIL_WORDS = 12  # different words after which a longer caption counts no more
QUALITY_WEIGHT = 0.3  # of score and detail against coverage: 0 would pick typical pictures, however ugly
MAX_CANDIDATES = 3000  # of one class: the similarity table stays under 36 MB
_WORD = re.compile(r"\w+")


class _Candidate(NamedTuple):
    """A picture that may be chosen from its class, `quota` of which are."""

    index: int
    label: int
    quota: int
    weight: float
    embed: np.ndarray


def mark_finetune_set(
    records: Iterable[ImageRecord],
    *,
    size: int,
    class_field: str | None = None,
    min_score: float = 0.5,
    seed: int = 0,
    engine: Engine | None = None,
) -> Iterator[ImageRecord]:
    """Adds `finetune` (bool) to the metadata of every record in the set; at most `size` are true.

    `class_field`: the metadata field to balance; None makes classes by k-means over the embeddings. Candidates have an
    `aesthetic_score` of at least `min_score` (records without a score count as 1) and a caption of two words or more.
    `engine` chooses within the classes; None is this process.
    Raises ValueError if `size` is not positive or a record in the set has no `image_embeds`.
    """
    if size < 1:
        raise ValueError(f"`size` is to be 1 or more, got {size}. Leave the step out to have no fine-tuning set.")
    records = list(records)
    candidates = []
    for index, record in enumerate(records):
        if record.dropped:
            continue
        if record.image_embeds is None:
            raise ValueError(
                f"`records` are to carry image_embeds, got none for {record.key}. Run embed_pictures first."
            )
        if _score(record) >= min_score and len(_WORD.findall(record.text)) >= MIN_WORDS:
            candidates.append(index)
    rows = np.array(candidates, dtype=int)
    chosen = _choose(records, rows, size, class_field, seed, engine or Engine()) if candidates else set()
    for index, record in enumerate(records):
        yield record if record.dropped else record.with_metadata(finetune=index in chosen)


def caption_detail(text: str) -> float:
    """How much a caption says, 0 to 1: its different words, up to twelve."""
    return min(len(set(_WORD.findall(text.casefold()))), DETAIL_WORDS) / DETAIL_WORDS


def facility_location(similarity: np.ndarray, weights: np.ndarray, count: int) -> list[int]:
    """Greedy choice of `count` of n items: `similarity` (n, n) in 0..1, `weights` (n,) in 0..1, in order of choice.

    Each choice adds most to mean coverage plus QUALITY_WEIGHT times its weight, spread over `count`
    (Nemhauser, Wolsey, Fisher 1978: at least 63 % of the best possible coverage).
    """
    covered = np.zeros(len(similarity), dtype=np.float32)
    chosen: list[int] = []
    gain_floor = QUALITY_WEIGHT * weights / max(count, 1)
    for _ in range(min(count, len(similarity))):
        gains = np.maximum(similarity - covered[:, None], 0).mean(axis=0) + gain_floor
        gains[chosen] = -1
        chosen.append(int(gains.argmax()))
        covered = np.maximum(covered, similarity[:, chosen[-1]])
    return chosen


def _choose(
    records: list[ImageRecord], candidates: np.ndarray, size: int, class_field: str | None, seed: int, engine: Engine
) -> set[int]:
    embeds = np.stack([records[index].image_embeds for index in candidates]).astype(np.float32)
    embeds = (embeds - embeds.mean(axis=0)) / (embeds.std(axis=0) + 1e-6)
    embeds /= np.linalg.norm(embeds, axis=1, keepdims=True) + 1e-6
    if class_field is None:
        from sklearn.cluster import MiniBatchKMeans

        count = int(np.clip(np.sqrt(len(candidates) / 2), 1, 200))
        classes = MiniBatchKMeans(count, random_state=seed, n_init=1).fit_predict(embeds)
    else:
        names = [str(records[index].metadata.get(class_field, "")) for index in candidates]
        classes = np.unique(names, return_inverse=True)[1]
    members = [np.flatnonzero(classes == name) for name in np.unique(classes)]
    quotas = _quotas([len(group) for group in members], size)
    generator = np.random.default_rng(seed)
    items = []
    for label, (group, quota) in enumerate(zip(members, quotas, strict=True)):
        if len(group) > MAX_CANDIDATES:
            group = np.sort(generator.choice(group, MAX_CANDIDATES, replace=False))
        rows = candidates[group]
        items += [
            _Candidate(int(index), label, quota, _weight(records[index]), embed)
            for index, embed in zip(rows, embeds[group], strict=True)
        ]
    found = engine.map_groups(_choose_in_class, items, [item.label for item in items])
    return {item.index for item, chosen in zip(items, found, strict=True) if chosen}


def _choose_in_class(items: list[_Candidate]) -> list[bool]:
    """Which of a class are chosen."""
    embeds = np.stack([item.embed for item in items])
    # Not @: its last bits, and with them the choice, would depend on how many threads a process has.
    similarity = (np.einsum("id,jd->ij", embeds, embeds) + 1) / 2
    weights = np.array([item.weight for item in items], dtype=np.float32)
    chosen = set(facility_location(similarity, weights, items[0].quota))
    return [row in chosen for row in range(len(items))]


def _quotas(sizes: list[int], total: int) -> list[int]:
    """Equal shares of `total`; what a class is too small for goes to the classes that are not."""
    quotas = [0] * len(sizes)
    left = min(total, sum(sizes))
    for done, index in enumerate(sorted(range(len(sizes)), key=sizes.__getitem__)):
        quotas[index] = min(sizes[index], left // (len(sizes) - done))
        left -= quotas[index]
    return quotas


def _score(record: ImageRecord) -> float:
    return float(record.metadata.get("aesthetic_score", 1.0))


def _weight(record: ImageRecord) -> float:
    return (_score(record) + caption_detail(record.text)) / 2
