"""How fast, and how well, the index finds pictures among many.

python -m pipeline.evaluation.search --size 1000000 --dim 128

Vectors are made, not embedded pictures: draws around the centres of a two-level mixture, so that they cluster as
pictures of many subjects do. Two kinds of query: a new draw (a picture like others), and a draw pushed away from its
cluster (words, which lie beside the pictures they describe). Recall is against the exact answer over all vectors.
Times are of `ImageIndex.search`, one query at a time.
"""

import argparse
import os
import time

import numpy as np
import torch

from pipeline.search import ImageIndex

__all__ = ["made_vectors", "main", "measure"]

GROUPS, CLUSTERS = 200, 20_000
GROUP_SPREAD, CLUSTER_SPREAD = 0.8, 0.6  # standard deviations, relative to the groups' centres
PUSH = 0.7  # length of the random push of the second kind of query, relative to the draw
TOP_K = 10


def made_vectors(count: int, dim: int, seed: int) -> np.ndarray:
    """(count, dim) float32, L2-normalised. The mixture is always the same; `seed` only picks the draws."""
    centres = np.random.default_rng(0)
    groups = centres.standard_normal((GROUPS, dim), dtype=np.float32)
    clusters = groups[centres.integers(GROUPS, size=CLUSTERS)]
    clusters = clusters + GROUP_SPREAD * centres.standard_normal((CLUSTERS, dim), dtype=np.float32)
    draws = np.random.default_rng(seed)
    vectors = clusters[draws.integers(CLUSTERS, size=count)]
    for chunk in np.array_split(vectors, max(1, count // 100_000)):  # views: changed in place
        chunk += CLUSTER_SPREAD * draws.standard_normal(chunk.shape, dtype=np.float32)
        chunk /= np.linalg.norm(chunk, axis=1, keepdims=True)
    return vectors


def measure(index: ImageIndex, vectors: np.ndarray, queries: np.ndarray) -> tuple[float, np.ndarray]:
    """Recall@10 of `index`, whose ids are the rows of `vectors`, and the milliseconds of every query."""
    exact = np.argpartition(-(queries @ vectors.T), TOP_K, axis=1)[:, :TOP_K]
    found, times = 0, []
    for query, expected in zip(queries, exact, strict=True):
        start = time.perf_counter()
        results = index.search(query, top_k=TOP_K)
        times.append(1000 * (time.perf_counter() - start))
        found += len({int(result.id) for result in results} & set(expected.tolist()))
    return found / exact.size, np.array(times)


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
    start = time.perf_counter()
    index.search(alike[0])
    print(
        f"{arguments.size:,} made vectors of {arguments.dim} numbers in clusters; first search (training the lists "
        f"included): {time.perf_counter() - start:.1f} s; {os.cpu_count()} cores, {torch.get_num_threads()} threads"
    )
    print(f"{'queries':28} {'recall@10':>9} {'median ms':>10} {'95 % ms':>8} {'max ms':>7}")
    for name, queries in (("like the pictures", alike), ("beside them, as words", pushed)):
        recall, times = measure(index, vectors, queries)
        median, high = np.percentile(times, [50, 95])
        print(f"{name:28} {recall:9.3f} {median:10.2f} {high:8.2f} {times.max():7.2f}")


if __name__ == "__main__":
    main()
