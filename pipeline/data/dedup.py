"""De-duplication: near-copies are grouped, the best copy of each group stays, default pictures collapse to one.

    records = deduplicate(hash_pictures(check_pictures(read_records(Path("raw")))))

Three sieves, each finer and dearer than the one before: 64-bit hashes within `radius` bits (found without comparing
every two), the 8x8 pictures, and larger ones, which are decoded only for pairs that came so far. Hashes and 8x8
pictures forgive no crop beyond 2 % a side, so every picture has two of each: of all of it and of its inner part, which
is what a cropped copy shows of it. A group is a star: every dropped picture was compared with the one that is kept in
its place, so that similarity never chains from picture to picture.

Pictures that no chain of near hashes joins cannot meet in a group. So the near pairs are found first (a map over the
tables of hashes), and then every set of joined pictures is a group of its own to whatever engine runs the comparison.
"""

import base64
import functools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse
import scipy.sparse.csgraph
from PIL import Image

from pipeline.data.engine import Engine
from pipeline.data.record import ImageRecord, ImageSource
from pipeline.pictures.comparison import TOLERANCE, align, crop_difference, detail, thumbnail, tone_difference
from pipeline.pictures.decode import UnreadablePicture, flatten
from pipeline.pictures.hashing import RADIUS, near_pairs, perceptual_hash

__all__ = ["copy_quality", "deduplicate", "group_copies", "hash_pictures"]

STEP = "deduplicate"
INNER_BORDER = 0.03  # left out at each edge of the inner part: 1 % from a crop of 2 % or 4 % a side
COARSE_TOLERANCE = 20.0  # at 8x8 pixels, of 255: the same crops are within 10
CROP_TOLERANCE = 2.5  # see crop_difference: cropped copies saved as JPEG of quality 20 are under 2
DEFAULT_PICTURE_COPIES = 10  # a picture under that many different captions is not what any of them says
FEW_HASHES = 50_000  # different ones, searched in this process: it takes two seconds
_COARSE_SIDE = 8
_MAX_ALSO = 8


class _Candidate(NamedTuple):
    """What comparing a picture with others takes. `place`: 0 is the best picture of the set."""

    row: int
    hashes: np.ndarray  # of all of it, of its inner part
    place: int
    coarse: np.ndarray  # likewise
    source: ImageSource


def hash_pictures(records: Iterable[ImageRecord]) -> Iterator[ImageRecord]:
    """Adds `phash` (16 hexadecimal digits), the same of the inner part, and the 8x8 pictures of both, to the metadata
    of every record in the set."""
    for record in records:
        if record.dropped:
            yield record
            continue
        try:
            image = flatten(record.picture().image)
        except (UnreadablePicture, OSError) as error:
            yield record.drop(STEP, "cannot be read", str(error))
            continue
        whole, inner = (f"{perceptual_hash(image, border=border):016x}" for border in (0, INNER_BORDER))
        coarse = np.stack([thumbnail(image, _COARSE_SIDE, border=border) for border in (0, INNER_BORDER)])
        yield record.with_metadata(
            phash=whole, _inner_phash=inner, _coarse=base64.b64encode(coarse.tobytes()).decode()
        )


def deduplicate(
    records: Iterable[ImageRecord],
    *,
    radius: int = RADIUS,
    tolerance: float = TOLERANCE,
    crop_tolerance: float = CROP_TOLERANCE,
    quality: Callable[[ImageRecord], Any] | None = None,
    engine: Engine | None = None,
) -> Iterator[ImageRecord]:
    """Drops all but the best copy of each group; needs `hash_pictures`. Order is kept.

    `radius` (bits), `tolerance` (of 255 at 32x32 pixels; 0 keeps all but exact copies) and `crop_tolerance` (0 leaves
    cropped copies alone) say how near a copy is. `quality` ranks copies, higher is better; None takes `copy_quality`.
    `engine` runs the search and the comparisons; None is this process. Dropped records carry `duplicate_of`, kept ones
    `copies`, and in `also` what else the dropped ones were called: up to 8 captions, none for a default picture.
    Raises ValueError for a record in the set without hashes.
    """
    records = list(records)
    alive = [index for index, record in enumerate(records) if record.dropped is None]
    for index in alive:
        if "_inner_phash" not in records[index].metadata:
            raise ValueError(
                f"`records` are to carry hashes, got none for {records[index].key}. Run hash_pictures first."
            )
    hashes = np.array([_hashes(records[index]) for index in alive], dtype=np.uint64).reshape(-1, 2)
    quality = quality or copy_quality
    order = sorted(range(len(alive)), key=lambda row: (quality(records[alive[row]]), records[alive[row]].key))
    place = np.empty(len(alive), dtype=int)
    place[order[::-1]] = np.arange(len(alive))
    engine = engine or Engine()
    joined = _joined(hashes, radius, engine)
    rows = np.flatnonzero(np.bincount(joined, minlength=1)[joined] > 1)  # the others have nothing to be a copy of
    candidates = []
    for row in rows.tolist():
        record = records[alive[row]]
        candidates.append(_Candidate(row, hashes[row], int(place[row]), _coarse(record), record.source))
    choose = functools.partial(_choose_leaders, radius=radius, tolerance=tolerance, crop_tolerance=crop_tolerance)
    groups: dict[int, list[int]] = {}
    for row, leader in zip(rows.tolist(), engine.map_groups(choose, candidates, joined[rows]), strict=True):
        if row != leader:
            groups.setdefault(leader, []).append(row)
    for leader, rows in groups.items():
        _mark_group(records, alive[leader], [alive[row] for row in rows])
    yield from records


def copy_quality(record: ImageRecord) -> tuple:
    """What makes one copy better than another: transparency (a cut-out was flattened, never the reverse), then pixels,
    then bytes, then a longer caption."""
    values = record.metadata
    pixels = values.get("width", 0) * values.get("height", 0)
    return bool(values.get("alpha")), pixels, values.get("bytes", 0), len(record.text)


def group_copies(
    hashes: np.ndarray,
    order: np.ndarray,
    *,
    radius: int,
    same: Callable[[int, np.ndarray], np.ndarray] | None = None,
) -> np.ndarray:
    """The leader of each of n items, (n,) int64: itself, or the first item in `order` that it is a copy of.

    `hashes`: (n,) uint64, or (n, k) for k parts of each item: near are those of which any part is near to any.
    `order`: the n rows, best first. `same(row, rows)` says which of `rows` show the same as `row` ((k,) bool); None
    trusts the hashes. Time: that of `near_pairs` over the different hashes.
    """
    hashes = hashes.reshape(len(hashes), -1)
    different, bucket = np.unique(hashes, return_inverse=True)
    bucket = bucket.reshape(hashes.shape)
    by_bucket = np.argsort(bucket, axis=None, kind="stable") // hashes.shape[1]
    starts = np.concatenate([[0], np.cumsum(np.bincount(bucket.ravel(), minlength=len(different)))])
    lowest, highest = by_bucket[starts[:-1]], by_bucket[starts[1:] - 1]
    first, second = near_pairs(different, radius)
    others = (lowest[first] != highest[second]) | (highest[first] != lowest[second])  # not two parts of one item
    first, second = first[others], second[others]
    ones = np.ones(len(first), dtype=bool)
    near = scipy.sparse.coo_array((ones, (first, second)), shape=(len(different),) * 2).tocsr()
    near = (near + near.T).tocsr()
    alone = ((np.diff(near.indptr) == 0) & (lowest == highest))[bucket].all(axis=1)
    leaders = np.full(len(hashes), -1, dtype=np.int64)
    for row in order:
        if leaders[row] >= 0:
            continue
        leaders[row] = row
        if alone[row]:
            continue
        buckets = {*bucket[row].tolist()}.union(
            *(near.indices[near.indptr[b] : near.indptr[b + 1]] for b in bucket[row])
        )
        rows = np.unique(np.concatenate([by_bucket[starts[index] : starts[index + 1]] for index in buckets]))
        rows = rows[leaders[rows] < 0]
        if len(rows) and same is not None:
            rows = rows[same(int(row), rows)]
        leaders[rows] = row
    return leaders


def _choose_leaders(
    candidates: list[_Candidate], *, radius: int, tolerance: float, crop_tolerance: float
) -> list[int]:
    """For each of the pictures that a chain of near hashes joins, the row of the one that is kept in its place."""
    hashes = np.stack([candidate.hashes for candidate in candidates])
    order = np.argsort([candidate.place for candidate in candidates])
    coarse = np.stack([candidate.coarse for candidate in candidates])
    same = functools.partial(_same_picture, candidates, coarse, tolerance=tolerance, crop_tolerance=crop_tolerance)
    return [candidates[leader].row for leader in group_copies(hashes, order, radius=radius, same=same)]


def _joined(hashes: np.ndarray, radius: int, engine: Engine) -> np.ndarray:
    """(n,) a number for each of n items with k hashes, the same for those that a chain of near hashes joins."""
    different, bucket = np.unique(hashes, return_inverse=True)
    bucket = bucket.reshape(hashes.shape)
    pairs = near_pairs(different, radius, run=engine.map if len(different) > FEW_HASHES else map)
    first, second = (np.concatenate(ends) for ends in zip(pairs, (bucket[:, 0], bucket[:, 1]), strict=True))
    near = scipy.sparse.coo_array((np.ones(len(first), dtype=bool), (first, second)), shape=(len(different),) * 2)
    return scipy.sparse.csgraph.connected_components(near, directed=False)[1][bucket[:, 0]]


def _same_picture(
    candidates: list[_Candidate],
    coarse: np.ndarray,
    row: int,
    rows: np.ndarray,
    *,
    tolerance: float,
    crop_tolerance: float,
) -> np.ndarray:
    """Which of `rows` show the same picture as `row`: coarse pictures first, then larger ones."""
    result = np.zeros(len(rows), dtype=bool)
    for own_part, other_part in ((0, 0), (0, 1), (1, 0)):
        rest = np.flatnonzero(~result)
        others = coarse[rows[rest], other_part]
        own = np.broadcast_to(coarse[row, own_part], others.shape)
        result[rest] = tone_difference(own, others) <= COARSE_TOLERANCE
    for place in np.flatnonzero(result):
        result[place] = _same_thumbnails(
            candidates[row].source, candidates[rows[place]].source, tolerance=tolerance, crop_tolerance=crop_tolerance
        )
    return result


def _same_thumbnails(first: ImageSource, second: ImageSource, *, tolerance: float, crop_tolerance: float) -> bool:
    own, other = _fine(first), _fine(second)
    if own is None or other is None:
        return False
    if np.array_equal(own, other) or tone_difference(own[None], other[None])[0] <= tolerance:
        return True
    place = align(own, other) if crop_tolerance > 0 else None
    if place is None:
        return False
    own, other = _detail(first), _detail(second)
    return own is not None and other is not None and crop_difference(own, other, place) <= crop_tolerance


def _hashes(record: ImageRecord) -> tuple[int, int]:
    return int(record.metadata["phash"], 16), int(record.metadata["_inner_phash"], 16)


def _coarse(record: ImageRecord) -> np.ndarray:
    data = base64.b64decode(record.metadata["_coarse"])
    return np.frombuffer(data, dtype=np.uint8).reshape(2, _COARSE_SIDE, _COARSE_SIDE, 3)


@functools.lru_cache(maxsize=50_000)  # 3 kB each: 150 MB at most
def _fine(source: ImageSource) -> np.ndarray | None:
    return _reduced(source, thumbnail)


@functools.lru_cache(maxsize=1000)  # 49 kB each, and needed of few
def _detail(source: ImageSource) -> np.ndarray | None:
    return _reduced(source, detail)


def _reduced(source: ImageSource, reduce: Callable[[Image.Image], np.ndarray]) -> np.ndarray | None:
    try:
        return reduce(ImageRecord(key="", source=source).picture().image)
    except (UnreadablePicture, OSError):
        return None


def _mark_group(records: list[ImageRecord], leader: int, members: list[int]) -> None:
    texts = Counter(records[index].text for index in (leader, *members) if records[index].text)
    default = len(texts) >= DEFAULT_PICTURE_COPIES
    reason = "default picture, many captions" if default else "near-copy"
    for index in members:
        bits = (int(records[index].metadata["phash"], 16) ^ int(records[leader].metadata["phash"], 16)).bit_count()
        marked = records[index].with_metadata(duplicate_of=records[leader].key)
        records[index] = marked.drop(STEP, reason, f"{bits} bits from {records[leader].key}")
    records[leader] = records[leader].with_metadata(copies=len(members), default_picture=default)
    if not default and (also := _other_names(records[leader], [records[index] for index in members])):
        records[leader] = records[leader].with_metadata(also=also)


def _other_names(leader: ImageRecord, members: list[ImageRecord]) -> list[str]:
    """What `members` are called and `leader` is not, whatever the case; names of an earlier run stay."""
    names = {leader.text.casefold(): leader.text, "": ""}
    for record in (leader, *members):
        earlier = record.metadata.get("also")
        for text in (record.text, *(earlier if isinstance(earlier, list) else ())):
            names.setdefault(str(text).casefold(), str(text))
    return list(names.values())[2 if leader.text else 1 :][:_MAX_ALSO]
