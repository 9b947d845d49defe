"""Where the work of the steps runs: this process, a few processes, or a Ray cluster. The steps do not know which.

    with Engine("ray", workers=2) as engine:
        for records in engine.map(measure, chunks): ...
        leaders = engine.map_groups(choose_leaders, items, groups)

The two ways of working are those of Ray Data: a function of each item, and a function of all items of a group. Results
come back in the order of the items from every engine, so that they are the same byte for byte. What `map` and
`map_groups` are given is pickled on its way to another process: functions of a module, or `functools.partial` of them.
"""

import contextlib
import functools
import itertools
import multiprocessing
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Self

import numpy as np

from pipeline.data.record import batches

__all__ = ["ENGINES", "Engine"]

ENGINES = ("local", "ray")
_GROUPS_AT_ONCE = 64  # sent to a process together: most groups are small, and a message costs more than their work


class Engine:
    """`map` and `map_groups` with `workers` processes, or CPUs of Ray.

    Processes are started by the first call that needs them and end with the `with` block; one worker without Ray needs
    none. A Ray cluster that the program is connected to already is used, and left running.
    Raises ValueError for an unknown name and ImportError, naming the command, where Ray is not installed.
    """

    def __init__(self, name: str = "local", *, workers: int = 1):
        if name not in ENGINES:
            raise ValueError(f"`name` is one of {ENGINES}, got {name!r}.")
        self.name, self.workers = name, workers
        self._ray = _import_ray() if name == "ray" else None
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def map(self, function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        """`function` of every item, in order."""
        if self._ray is not None:
            return self._map_with_ray(function, items)
        return map(function, items) if self.workers <= 1 else self._pool.map(function, items)

    def map_groups(
        self, function: Callable[[list], list], items: Sequence[Any], groups: Sequence[int] | np.ndarray
    ) -> list[Any]:
        """`function` of the items of each group, as a list in the order of `items`.

        `groups`: a number for each item. `function` gets a group's items in their order and returns as many results.
        """
        if self._ray is not None:
            return self._map_groups_with_ray(function, items, groups)
        order = np.argsort(groups, kind="stable")
        edges = np.flatnonzero(np.diff(np.asarray(groups)[order])) + 1
        members = np.split(order, edges) if len(order) else []
        together = batches(([items[row] for row in rows] for rows in members), _GROUPS_AT_ONCE)
        found = itertools.chain.from_iterable(self.map(functools.partial(_each, function), together))
        results: list[Any] = [None] * len(items)
        for rows, values in zip(members, found, strict=True):
            for row, value in zip(rows, values, strict=True):
                results[row] = value
        return results

    @functools.cached_property
    def _pool(self) -> ProcessPoolExecutor:
        # Not fork: a fork of a process that holds torch's threads can stop for ever.
        context = multiprocessing.get_context("spawn")
        return self._open.enter_context(ProcessPoolExecutor(self.workers, mp_context=context))

    def _share(self, function: Callable) -> Any:
        """`function` in Ray's object store: sent to each machine once, however much data it carries."""
        ray = self._ray
        if not ray.is_initialized():
            ray.init(num_cpus=self.workers, include_dashboard=False, log_to_driver=False)
            self._open.callback(ray.shutdown)
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.execution_options.preserve_order = True
        return ray.put(function)

    def _map_with_ray(self, function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        rows = [{"item": pickle.dumps(item)} for item in items]
        if not rows:
            return
        ray, shared = self._ray, self._share(function)

        def apply(row: dict) -> dict:
            return {"result": pickle.dumps(ray.get(shared)(pickle.loads(row["item"])))}

        for row in ray.data.from_items(rows, override_num_blocks=len(rows)).map(apply).iter_rows():
            yield pickle.loads(row["result"])

    def _map_groups_with_ray(
        self, function: Callable[[list], list], items: Sequence[Any], groups: Sequence[int] | np.ndarray
    ) -> list[Any]:
        rows = [
            {"group": int(group), "row": row, "item": pickle.dumps(item)}
            for row, (group, item) in enumerate(zip(groups, items, strict=True))
        ]
        if not rows:
            return []
        ray, shared = self._ray, self._share(function)

        def apply(group: dict[str, np.ndarray]) -> dict[str, list]:
            order = np.argsort(group["row"])  # a shuffle keeps no order
            values = ray.get(shared)([pickle.loads(group["item"][place]) for place in order])
            return {"row": group["row"][order].tolist(), "result": [pickle.dumps(value) for value in values]}

        by_group = ray.data.from_items(rows).groupby("group", num_partitions=2 * self.workers)
        results: list[Any] = [None] * len(items)
        for row in by_group.map_groups(apply, batch_format="numpy").iter_rows():
            results[row["row"]] = pickle.loads(row["result"])
        return results


def _each(function: Callable[[list], list], groups: list[list]) -> list[list]:
    return [function(group) for group in groups]


def _import_ray():
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise ImportError('`engine="ray"` needs Ray, which is not installed. Run: pip install "ray[data]"') from error
    return ray
