"""The table, the verdict and the figure of `pipeline.evaluation.fusion`."""

from pathlib import Path

import numpy as np
from scipy.stats import t

__all__ = ["draw_figure", "print_table", "print_verdict"]

SETTINGS = ("fine-tuned", "plugged in", "unseen products")
POOLINGS = ("mean", "max", "attention", "gated")
COLUMNS = {  # heading: figures in the cell
    "fine A / P / R": ("fine accuracy", "fine precision", "fine recall"),
    "coarse A / P / R": ("coarse accuracy", "coarse precision", "coarse recall"),
    "attributes A / P / R": ("attributes accuracy", "attributes precision", "attributes recall"),
    "caption A / P / R": ("caption accuracy", "caption precision", "caption recall"),
    "BLEU-4": ("caption BLEU-4",),
    "CIDEr-D": ("caption CIDEr-D",),
}
VERDICT_FIGURES = ("fine accuracy", "coarse accuracy", "attributes accuracy", "caption CIDEr-D")


def print_table(records: list[dict]) -> None:
    """One Markdown table, a row for every setting and reader: mean over the seeds ± sample standard deviation."""
    print(f"| setting | reader | {' | '.join(COLUMNS)} |")
    print("|" + "---|" * (2 + len(COLUMNS)))
    for setting in SETTINGS:
        for reader in dict.fromkeys(r["reader"] for r in records if r["setting"] == setting):
            cells = [" / ".join(_cell(records, setting, reader, name) for name in names) for names in COLUMNS.values()]
            print(f"| {setting} | {reader} | {' | '.join(cells)} |")


def print_verdict(records: list[dict]) -> None:
    """Whether ungated attention wins among the poolings, and what the collage and the set transformer do beside it.

    Readers are told apart only if the difference, bag for bag and seed for seed, leaves 0 outside its 95 % interval
    (Student's t over the seeds).
    """
    first = told = 0
    for setting in SETTINGS:
        print(f"\n{setting}:")
        for name in VERDICT_FIGURES:
            values = {
                reader: _values(records, setting, reader, name) for reader in (*POOLINGS, "collage", "set transformer")
            }
            best = max(POOLINGS, key=lambda reader: values[reader].mean())
            rivals = [reader for reader in POOLINGS if reader != "attention"]
            rival = max(rivals, key=lambda reader: values[reader].mean())
            first += values["attention"].mean() > values[rival].mean()
            told += "beats" in _compare(values["attention"], values[rival])
            outcome = "ungated attention" + _compare(values["attention"], values[rival]) + f" the best other, {rival}"
            beside = "; ".join(
                f"{other}{_compare(values[other], values[best])} {best}" for other in ("collage", "set transformer")
            )
            print(f"- {name}: {outcome}; {beside}")
    total = len(SETTINGS) * len(VERDICT_FIGURES)
    print(f"\nUngated attention is first among the four poolings in {first} of {total} figures, told apart in {told}.")
    for name in ("attention", "gated"):
        shares = np.array([r["largest share"] for r in records if r["reader"] == name and "largest share" in r])
        print(
            f"{name}, fine-tuned: the photograph that decides most has {shares.mean():.2f}±{shares.std(ddof=1):.2f} "
            "times an equal share."
        )


def draw_figure(records: list[dict], path: Path) -> None:
    """Fine accuracy against the number of photographs, a line for each fine-tuned reader, the band its spread."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError('`draw_figure` needs matplotlib. Install it with: pip install "easel[train]"') from error
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    mine = [r for r in records if r["setting"] == "fine-tuned"]
    for reader, marker in zip(dict.fromkeys(r["reader"] for r in mine), "sov^D*", strict=True):
        curves = [list(r["fine accuracy by size"].values()) for r in mine if r["reader"] == reader]
        mean, spread = np.mean(curves, axis=0), np.std(curves, axis=0, ddof=1)
        sizes = [int(size) for size in mine[0]["fine accuracy by size"]]
        (line,) = axes.plot(sizes, mean, marker=marker, label=reader, linestyle="--" if reader == "collage" else "-")
        axes.fill_between(sizes, mean - spread, mean + spread, color=line.get_color(), alpha=0.12, linewidth=0)
    axes.set(xlabel="photographs of the product", ylabel="fine category right, %", xticks=sizes)
    axes.grid(alpha=0.3)
    figure.legend(frameon=False, loc="outside right center")
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def _values(records: list[dict], setting: str, reader: str, name: str) -> np.ndarray:
    """(seeds,) of one figure."""
    return np.array([r["figures"][name] for r in records if r["setting"] == setting and r["reader"] == reader])


def _cell(records: list[dict], setting: str, reader: str, name: str) -> str:
    values = _values(records, setting, reader, name)
    digits = 2 if name.endswith("CIDEr-D") else 1
    return f"{values.mean():.{digits}f}±{values.std(ddof=1):.{digits}f}"


def _compare(ours: np.ndarray, theirs: np.ndarray) -> str:
    gap = ours - theirs
    half = t.ppf(0.975, len(gap) - 1) * gap.std(ddof=1) / len(gap) ** 0.5
    word = "beats" if gap.mean() > half else "loses to" if gap.mean() < -half else "is not told from"
    return f" {word} ({gap.mean():+.2f}±{half:.2f})"
