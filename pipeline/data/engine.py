"""Where the per-picture work runs: this process, a few processes, or a Ray cluster. The steps do not know which.

    for records in map_chunks(measure, chunks, engine="ray", workers=2): ...

A chunk is a list of records and `measure` a function from such a list to a list of the same length. Chunks come back
in order from every engine, so that the result is the same byte for byte. Grouping near-duplicates works on 64-bit
hashes, which fit on one machine to a hundred million, and stays where it is.
"""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor

from pipeline.data.record import ImageRecord

__all__ = ["ENGINES", "map_chunks"]

ENGINES = ("local", "ray")
Measure = Callable[[list[ImageRecord]], list[ImageRecord]]


def map_chunks(
    measure: Measure, chunks: Iterable[list[ImageRecord]], *, engine: str = "local", workers: int = 1
) -> Iterator[list[ImageRecord]]:
    """`measure` of every chunk, in order, with `workers` processes.

    Raises ValueError for an unknown engine and ImportError, naming the command, where Ray is not installed.
    """
    if engine not in ENGINES:
        raise ValueError(f"`engine` is one of {ENGINES}, got {engine!r}.")
    if engine == "ray":
        return _map_with_ray(measure, chunks, workers)
    if workers <= 1:
        return map(measure, chunks)
    return _map_with_processes(measure, list(chunks), workers)


def _map_with_processes(
    measure: Measure, chunks: list[list[ImageRecord]], workers: int
) -> Iterator[list[ImageRecord]]:
    # Not fork: a fork of a process that holds torch's threads can stop for ever.
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(measure, chunks)


def _map_with_ray(measure: Measure, chunks: Iterable[list[ImageRecord]], workers: int) -> Iterator[list[ImageRecord]]:
    try:
        import ray
    except ImportError as error:
        raise ImportError('`engine="ray"` needs Ray, which is not installed. Run: pip install "ray[data]"') from error
    import pickle

    started = not ray.is_initialized()
    if started:
        ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False)
    try:
        rows = [{"order": order, "chunk": pickle.dumps(chunk)} for order, chunk in enumerate(chunks)]

        def measure_row(row: dict) -> dict:
            return {"order": row["order"], "chunk": pickle.dumps(measure(pickle.loads(row["chunk"])))}

        ray.data.DataContext.get_current().execution_options.preserve_order = True
        measured = ray.data.from_items(rows, override_num_blocks=max(1, len(rows))).map(measure_row)
        for row in measured.iter_rows():
            yield pickle.loads(row["chunk"])
    finally:
        if started:
            ray.shutdown()
