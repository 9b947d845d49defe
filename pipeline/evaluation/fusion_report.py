"""The table, the verdict and the figure of `pipeline.evaluation.fusion`."""

from pathlib import Path

import numpy as np
from scipy.stats import t

from pipeline.evaluation.uninformative import INFORMATIVE, KINDS

__all__ = ["MIXED_SETTINGS", "SETTINGS", "draw_figure", "print_shares", "print_table", "print_verdict"]

SETTINGS = ("fine-tuned", "plugged in", "unseen products")
MIXED_SETTINGS = ("uninformative", "class told")
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
    for setting in (*SETTINGS, *MIXED_SETTINGS):
        for reader in dict.fromkeys(r["reader"] for r in records if r["setting"] == setting):
            cells = [" / ".join(_cell(records, setting, reader, name) for name in names) for names in COLUMNS.values()]
            print(f"| {setting} | {reader} | {' | '.join(cells)} |")


def print_verdict(records: list[dict], settings: tuple[str, ...]) -> None:
    """Whether ungated attention wins among the poolings, and what the other readers do beside the best of them.

    Readers are told apart only if the difference, bag for bag and seed for seed, leaves 0 outside its 95 % interval
    (Student's t over the seeds). A setting without all four poolings compares its readers with the mean.
    """
    first = told = total = 0
    for setting in settings:
        print(f"\n{setting}:")
        readers = [r for r in dict.fromkeys(r["reader"] for r in records if r["setting"] == setting)]
        for name in VERDICT_FIGURES:
            values = {reader: _values(records, setting, reader, name) for reader in readers}
            outcome, best = "", "mean"
            if set(POOLINGS) <= set(readers):
                best = max(POOLINGS, key=lambda reader: values[reader].mean())
                rival = max(
                    (reader for reader in POOLINGS if reader != "attention"), key=lambda reader: values[reader].mean()
                )
                verdict = _compare(values["attention"], values[rival])
                first, total = first + (values["attention"].mean() > values[rival].mean()), total + 1
                told += "beats" in verdict
                outcome = f"ungated attention{verdict} the best other, {rival}; "
            others = [reader for reader in readers if reader not in (*POOLINGS, "one photograph")]
            print(f"- {name}: {outcome}" + "; ".join(f"{o}{_compare(values[o], values[best])} {best}" for o in others))
    print(f"\nUngated attention is first among the four poolings in {first} of {total} figures, told apart in {told}.")


def print_shares(records: list[dict]) -> None:
    """Weights of photographs by kind, in equal shares, for every reader that weighs them."""
    kinds = ("largest", INFORMATIVE, *KINDS)
    print(f"\n| setting | reader | {' | '.join(kinds)} |\n|" + "---|" * (2 + len(kinds)))
    weighed = [r for r in records if "shares" in r]
    for setting, reader in dict.fromkeys((r["setting"], r["reader"]) for r in weighed):
        own = [r["shares"] for r in weighed if (r["setting"], r["reader"]) == (setting, reader)]
        columns = [np.array([shares[kind] for shares in own if kind in shares]) for kind in kinds]
        cells = [f"{c.mean():.2f}±{c.std(ddof=1):.2f}" if len(c) > 1 else "" for c in columns]
        print(f"| {setting} | {reader} | {' | '.join(cells)} |")


def draw_figure(records: list[dict], path: Path) -> None:
    """Fine accuracy against the number of photographs, a line for each fine-tuned reader, the band its spread; and the
    weights of photographs by kind.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError('`draw_figure` needs matplotlib. Install it with: pip install "easel[train]"') from error
    figure = Figure(figsize=(7, 7), layout="constrained")
    axes, bars = figure.subplots(2, 1)
    mine = [r for r in records if r["setting"] == "fine-tuned"]
    for reader, marker in zip(dict.fromkeys(r["reader"] for r in mine), "sov^D*P", strict=True):
        curves = [list(r["fine accuracy by size"].values()) for r in mine if r["reader"] == reader]
        mean, spread = np.mean(curves, axis=0), np.std(curves, axis=0, ddof=1)
        sizes = [int(size) for size in mine[0]["fine accuracy by size"]]
        (line,) = axes.plot(sizes, mean, marker=marker, label=reader, linestyle="--" if reader == "collage" else "-")
        axes.fill_between(sizes, mean - spread, mean + spread, color=line.get_color(), alpha=0.12, linewidth=0)
    axes.set(xlabel="photographs of the product", ylabel="fine category right, %", xticks=sizes)
    axes.grid(alpha=0.3)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.02, 0.5))
    _draw_shares(bars, [r for r in records if r["setting"] in MIXED_SETTINGS and "shares" in r])
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def _draw_shares(axes, records: list[dict]) -> None:
    """Bars: how much a photograph of each kind decides, in equal shares."""
    kinds = (INFORMATIVE, *KINDS)
    rows = [row for row in dict.fromkeys((r["setting"], r["reader"]) for r in records) if row[1] != "mean"]
    for at, (setting, reader) in enumerate(rows):
        own = [r["shares"] for r in records if (r["setting"], r["reader"]) == (setting, reader)]
        heights = [np.mean([shares.get(kind, 0.0) for shares in own]) for kind in kinds]
        places = np.arange(len(kinds)) + (at - (len(rows) - 1) / 2) * 0.8 / len(rows)
        name = reader if setting == "uninformative" else f"{reader}, {setting}"
        axes.bar(places, heights, 0.8 / len(rows), label=name)
    axes.axhline(1, color="grey", linewidth=1, linestyle=":")  # the mean
    axes.set(ylabel="weight, in equal shares", xticks=range(len(kinds)), xticklabels=kinds)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.02, 0.5))


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
