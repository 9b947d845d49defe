"""De-duplication: near-copies are grouped, the best copy of each group stays, default pictures collapse to one.

    records = deduplicate(hash_pictures(check_pictures(read_records(Path("raw")))))

Three sieves, each finer and dearer than the one before: 64-bit hashes within `radius` bits (found without comparing
every two), the 8x8 pictures, and the 32x32 pictures, which are decoded only for pairs that came so far. A group is a
star: every dropped picture was compared with the one that is kept in its place, so that similarity never chains from
picture to picture.

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

from pipeline.data.comparison import crop_difference, thumbnail, tone_difference
from pipeline.data.engine import Engine
from pipeline.data.hashing import near_pairs, perceptual_hash
from pipeline.data.picture import UnreadablePicture
from pipeline.data.record import ImageRecord, ImageSource

__all__ = ["copy_quality", "deduplicate", "group_copies", "hash_pictures"]

STEP = "deduplicate"
RADIUS = 8  # bits: copies cropped by 2 % a side are within 6 nine times of ten, all other kinds within 5
COARSE_TOLERANCE = 20.0  # at 8x8 pixels, of 255: copies cropped by 4 % a side are within 21 nine times of ten
TOLERANCE = 4.0  # at 32x32 pixels, of 255: nearly all re-encoded, resized and recoloured copies are within
CROP_TOLERANCE = 2.5  # see crop_difference: 84 % of 2 % crops and 50 % of 4 % crops, 1 in 500 originals merged
DEFAULT_PICTURE_COPIES = 10  # a picture under that many different captions is not what any of them says
FEW_HASHES = 50_000  # different ones, searched in this process: it takes two seconds
_COARSE_SIDE = 8
_MAX_OTHER_TEXTS = 5


class _Candidate(NamedTuple):
    """What comparing a picture with others takes. `place`: 0 is the best picture of the set."""

    row: int
    phash: int
    place: int
    coarse: np.ndarray
    source: ImageSource


def hash_pictures(records: Iterable[ImageRecord]) -> Iterator[ImageRecord]:
    """Adds `phash` (16 hexadecimal digits) and the 8x8 picture to the metadata of every record in the set."""
    for record in records:
        if record.dropped:
            yield record
            continue
        try:
            image = record.picture().image
        except (UnreadablePicture, OSError) as error:
            yield record.drop(STEP, "cannot be read", str(error))
            continue
        coarse = base64.b64encode(thumbnail(image, _COARSE_SIDE).tobytes()).decode()
        yield record.with_metadata(phash=f"{perceptual_hash(image):016x}", _coarse=coarse)


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
    `copies` and `other_texts`. Raises ValueError for a record in the set without a hash.
    """
    records = list(records)
    alive = [index for index, record in enumerate(records) if record.dropped is None]
    for index in alive:
        if "phash" not in records[index].metadata:
            raise ValueError(
                f"`records` are to carry phash, got none for {records[index].key}. Run hash_pictures first."
            )
    hashes = np.array([int(records[index].metadata["phash"], 16) for index in alive], dtype=np.uint64)
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
        candidates.append(_Candidate(row, int(hashes[row]), int(place[row]), _coarse(record), record.source))
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

    `hashes`: (n,) uint64. `order`: the n rows, best first. `same(row, rows)` says which of `rows` show the same as
    `row` ((k,) bool); None trusts the hashes. Time: that of `near_pairs` over the different hashes.
    """
    different, bucket = np.unique(hashes, return_inverse=True)
    first, second = near_pairs(different, radius)
    ones = np.ones(len(first), dtype=bool)
    near = scipy.sparse.coo_array((ones, (first, second)), shape=(len(different),) * 2).tocsr()
    near = (near + near.T).tocsr()
    by_bucket = np.argsort(bucket, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(bucket, minlength=len(different)))])
    neighbours = np.diff(near.indptr)
    leaders = np.full(len(hashes), -1, dtype=np.int64)
    for row in order:
        if leaders[row] >= 0:
            continue
        leaders[row] = row
        own = bucket[row]
        if neighbours[own] == 0 and starts[own + 1] - starts[own] == 1:
            continue
        buckets = [own, *near.indices[near.indptr[own] : near.indptr[own + 1]]]
        rows = np.concatenate([by_bucket[starts[index] : starts[index + 1]] for index in buckets])
        rows = rows[leaders[rows] < 0]
        if len(rows) and same is not None:
            rows = rows[same(int(row), rows)]
        leaders[rows] = row
    return leaders


def _choose_leaders(
    candidates: list[_Candidate], *, radius: int, tolerance: float, crop_tolerance: float
) -> list[int]:
    """For each of the pictures that a chain of near hashes joins, the row of the one that is kept in its place."""
    hashes = np.array([candidate.phash for candidate in candidates], dtype=np.uint64)
    order = np.argsort([candidate.place for candidate in candidates])
    coarse = np.stack([candidate.coarse for candidate in candidates])
    same = functools.partial(_same_picture, candidates, coarse, tolerance=tolerance, crop_tolerance=crop_tolerance)
    return [candidates[leader].row for leader in group_copies(hashes, order, radius=radius, same=same)]


def _joined(hashes: np.ndarray, radius: int, engine: Engine) -> np.ndarray:
    """(n,) a number for each of n hashes, the same for those that a chain of near hashes joins."""
    different, bucket = np.unique(hashes, return_inverse=True)
    pairs = near_pairs(different, radius, run=engine.map if len(different) > FEW_HASHES else map)
    near = scipy.sparse.coo_array((np.ones(len(pairs[0]), dtype=bool), pairs), shape=(len(different),) * 2)
    return scipy.sparse.csgraph.connected_components(near, directed=False)[1][bucket]


def _same_picture(
    candidates: list[_Candidate],
    coarse: np.ndarray,
    row: int,
    rows: np.ndarray,
    *,
    tolerance: float,
    crop_tolerance: float,
) -> np.ndarray:
    """Which of `rows` show the same picture as `row`: coarse pictures first, then those that pass at 32x32."""
    others = coarse[rows]
    result = tone_difference(np.broadcast_to(coarse[row], others.shape), others) <= COARSE_TOLERANCE
    for place in np.flatnonzero(result):
        own, other = _fine(candidates[row].source), _fine(candidates[rows[place]].source)
        if own is None or other is None:
            result[place] = False
        elif np.array_equal(own, other) or tone_difference(own[None], other[None])[0] <= tolerance:
            continue
        else:
            result[place] = crop_tolerance > 0 and crop_difference(own, other) <= crop_tolerance
    return result


def _coarse(record: ImageRecord) -> np.ndarray:
    data = base64.b64decode(record.metadata["_coarse"])
    return np.frombuffer(data, dtype=np.uint8).reshape(_COARSE_SIDE, _COARSE_SIDE, 3)


@functools.lru_cache(maxsize=50_000)  # 3 kB each: 150 MB at most
def _fine(source: ImageSource) -> np.ndarray | None:
    try:
        return thumbnail(ImageRecord(key="", source=source).picture().image)
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
    others = [text for text, _ in texts.most_common() if text != records[leader].text][:_MAX_OTHER_TEXTS]
    records[leader] = records[leader].with_metadata(copies=len(members), other_texts=others, default_picture=default)
