"""How fast, and how well, the index finds pictures among many.

python -m pipeline.evaluation.search --size 1000000 --dim 128

Vectors are made, not embedded pictures: groups that overlap on a 32-dimensional sheet within all dimensions, and noise
off the sheet; embeddings of pictures vary in few directions too. Two kinds of query: a new draw (a picture like
others), and a draw pushed away from the sheet (words, which lie beside the pictures they describe). Recall is against
the exact answer over all vectors. Times are of `ImageIndex.search`, one query at a time: by the clock, and of the
process on all cores, which other work on the machine does not lengthen much.
"""

import argparse
import os
import time

import numpy as np
import torch

from pipeline.search import ImageIndex

__all__ = ["made_vectors", "main", "measure"]

GROUPS, SHEET_DIM = 2_000, 32
GROUP_SPREAD, NOISE = 0.5, 0.3  # standard deviations, relative to that of the groups' centres
PUSH = 0.7  # length of the random push of the second kind of query, relative to the draw
TOP_K = 10


def made_vectors(count: int, dim: int, seed: int) -> np.ndarray:
    """(count, dim) float32, L2-normalised. The groups are always the same; `seed` only picks the draws."""
    fixed, draws = np.random.default_rng(0), np.random.default_rng(seed)
    sheet = fixed.standard_normal((SHEET_DIM, dim), dtype=np.float32) / SHEET_DIM**0.5
    centres = fixed.standard_normal((GROUPS, SHEET_DIM), dtype=np.float32)
    vectors = np.empty((count, dim), dtype=np.float32)
    for chunk in np.array_split(vectors, max(1, count // 100_000)):  # views: filled in place
        places = centres[draws.integers(GROUPS, size=len(chunk))]
        places = places + GROUP_SPREAD * draws.standard_normal(places.shape, dtype=np.float32)
        chunk[:] = places @ sheet + NOISE * draws.standard_normal(chunk.shape, dtype=np.float32)
        chunk /= np.linalg.norm(chunk, axis=1, keepdims=True)
    return vectors


def measure(index: ImageIndex, vectors: np.ndarray, queries: np.ndarray) -> tuple[float, np.ndarray]:
    """Recall@10 of `index`, whose ids are the rows of `vectors`, and milliseconds (queries, 2): clock and process."""
    exact = np.argpartition(-(queries @ vectors.T), TOP_K, axis=1)[:, :TOP_K]
    found, times = 0, []
    for query, expected in zip(queries, exact, strict=True):
        start = time.perf_counter(), time.process_time()
        results = index.search(query, top_k=TOP_K)
        times.append((time.perf_counter() - start[0], time.process_time() - start[1]))
        found += len({int(result.id) for result in results} & set(expected.tolist()))
    return found / exact.size, 1000 * np.array(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=1_000_000, help="number of vectors (default: %(default)s)")
    parser.add_argument("--dim", type=int, default=128, help="numbers in a vector (default: %(default)s)")
    parser.add_argument("--queries", type=int, default=200, help="of each kind (default: %(default)s)")
    arguments = parser.parse_args()

    vectors = made_vectors(arguments.size, arguments.dim, seed=1)
    index = ImageIndex(arguments.dim)
    index.extend([str(row) for row in range(len(vectors))], vectors)
    alike = made_vectors(arguments.queries, arguments.dim, seed=2)
    push = np.random.default_rng(3).standard_normal(alike.shape).astype(np.float32)
    pushed = alike + PUSH * push / np.linalg.norm(push, axis=1, keepdims=True)
    start = time.perf_counter(), time.process_time()
    index.search(alike[0])
    print(
        f"{arguments.size:,} made vectors of {arguments.dim} numbers; first search, which trains the lists: "
        f"{time.perf_counter() - start[0]:.1f} s by the clock, {time.process_time() - start[1]:.1f} s of the process; "
        f"{os.cpu_count()} cores, {torch.get_num_threads()} threads"
    )
    print(f"{'queries':28} {'recall@10':>9} {'median ms':>10} {'95 % ms':>8} {'process ms':>11}")
    for name, queries in (("like the pictures", alike), ("beside them, as words are", pushed)):
        recall, times = measure(index, vectors, queries)
        (median, process), (high, _) = np.percentile(times, [50, 95], axis=0)
        print(f"{name:28} {recall:9.3f} {median:10.2f} {high:8.2f} {process:11.2f}")


if __name__ == "__main__":
    main()
