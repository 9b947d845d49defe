"""Several trainings of one kind, that differ in their seed alone: their mean, and how far they lie apart."""

import re
import statistics
from collections.abc import Iterable, Mapping, Sequence

__all__ = ["kind_of", "spread", "summarise_seeds"]

_SEED = re.compile(r"[-_]?seed[-_]?\d+$")


def kind_of(name: str) -> str:
    """The name of a training without its seed: "with-text-seed2" is a "with-text"."""
    return _SEED.sub("", name) or name


def spread(values: Sequence[float]) -> tuple[float, float]:
    """Mean and standard deviation (of a sample; 0 of one value)."""
    return statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else 0.0


def summarise_seeds(
    rows: Iterable[Mapping], *, name: str = "variant", group: str = "group"
) -> list[tuple[str, str, int, dict[str, tuple[float, float]]]]:
    """Rows of numbers -> (group, kind, seeds, fact -> (mean, standard deviation)) for kinds with several seeds.

    Args:
        rows: each with a ``group``, a ``name`` that ends with its seed ("with-text-seed2"), and facts as floats.
        name, group: their keys.
    """
    kinds: dict[tuple[str, str], list[Mapping]] = {}
    for row in rows:
        if kind_of(row[name]) != row[name]:
            kinds.setdefault((row[group], kind_of(row[name])), []).append(row)
    found = []
    for (own, kind), some in kinds.items():
        facts = [key for key, value in some[0].items() if isinstance(value, float)]
        found.append((own, kind, len(some), {fact: spread([row[fact] for row in some]) for fact in facts}))
    return [summary for summary in found if summary[2] > 1]
