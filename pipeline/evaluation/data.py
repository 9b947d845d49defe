"""Measurements of data preparation; each prints the table that README quotes.

    python -m pipeline.evaluation.data hashes --count 1000000        # time and memory of grouping, against every two
    python -m pipeline.evaluation.data copies --input PICTURES       # precision and recall of de-duplication
    python -m pipeline.evaluation.data pictures --input PICTURES     # what the screen of pictures finds, and drops
    python -m pipeline.evaluation.data stress --truth MESSY/truth.jsonl --records CLEAN/records.jsonl

Times are process CPU seconds: other work on the machine does not count.
"""

import argparse
import io
import json
import random
import resource
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from pipeline.data.decode import check_pictures
from pipeline.data.dedup import deduplicate, group_copies, hash_pictures
from pipeline.data.joint_encoder import JointEncoder, load_joint_encoder
from pipeline.data.read import read_records
from pipeline.data.record import ImageRecord, ImageSource, batches, kept
from pipeline.data.safety import harmless_captions, screen_records
from pipeline.data.sentence_encoder import load_text_encoder
from pipeline.evaluation.stress import COPIES
from pipeline.loading.weights import DEFAULT_WEIGHTS
from pipeline.pictures.hashing import RADIUS, near_pairs
from pipeline.safety import CATEGORIES_FILE, PictureScreen, SafetyScreen
from pipeline.safety.pictures import MARGIN

__all__ = ["made_hashes", "measure_copies", "measure_hashes", "measure_picture_screen", "measure_stress"]

# Sentences that look for them, and the names of the things in the pictures.
STAND_INS = {
    "weapons": (
        ["a gun", "a weapon for shooting", "a sharp blade", "a sword fight", "an explosive"],
        ("water pistol", "pistol", "kitchen knife", "dagger", "crossed swords", "bomb", "firecracker"),
    ),
    "alcohol": (
        ["a glass of beer", "people drinking alcohol", "a bottle of wine", "a strong cocktail"],
        (
            "beer mug",
            "clinking beer mugs",
            "wine glass",
            "cocktail glass",
            "bottle with popping cork",
            "tumbler glass",
        ),
    ),
    "death": (
        ["the bones of a dead head", "a deadly danger", "a grave for a dead person"],
        ("skull", "skull and crossbones", "coffin", "headstone", "funeral urn"),
    ),
    "gambling": (["gambling for money", "a game of chance with dice"], ("game die", "slot machine", "joker")),
}
MARGINS = (-0.05, 0.0, MARGIN, 0.05)
INNER_FLIPS = 0.4  # of 8 bits, each
PAIRWISE_SUBSET = 20_000  # hashes compared two by two, to know what all pairs would cost


def made_hashes(count: int, *, copies: float = 0.25, seed: int = 0) -> np.ndarray:
    """(count,) uint64: random hashes, the last `copies` share of them near others (0 to 5 bits flipped)."""
    generator = np.random.default_rng(seed)
    hashes = generator.integers(0, 2**64, count, dtype=np.uint64)
    made = int(count * copies)
    near = hashes[generator.integers(0, count - made, made)]
    for flips in range(5):
        bits = np.uint64(1) << generator.integers(0, 64, made).astype(np.uint64)
        near = np.where(generator.integers(0, 6, made) > flips, near ^ bits, near)
    hashes[count - made :] = near
    return hashes


def measure_hashes(count: int, *, radius: int = RADIUS, seed: int = 0) -> dict:
    """CPU seconds and peak memory of grouping `count` made pictures, by two hashes each as preparation does (whole
    and inner part); every two of the first hashes compared on a subset, scaled to all.

    The inner hash of each differs from its first in 3 bits in the median; that of the icons in 4.
    """
    hashes = made_hashes(count, seed=seed)
    generator = np.random.default_rng(seed + 1)
    inner = hashes.copy()
    for _ in range(8):
        bits = np.uint64(1) << generator.integers(0, 64, count).astype(np.uint64)
        inner = np.where(generator.random(count) < INNER_FLIPS, inner ^ bits, inner)
    start = time.process_time()
    leaders = group_copies(np.stack([hashes, inner], axis=1), np.arange(count), radius=radius)
    seconds = time.process_time() - start
    subset = hashes[-PAIRWISE_SUBSET:]
    start = time.process_time()
    pairwise = sum(
        int(np.count_nonzero(np.bitwise_count(subset[row + 1 :] ^ subset[row]) <= radius))
        for row in range(len(subset))
    )
    pairwise_seconds = (time.process_time() - start) * (count / len(subset)) ** 2
    return {
        "pictures": count,
        "hashes": 2 * count,
        "radius": radius,
        "cpu_seconds": round(seconds, 1),
        "peak_memory_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2),
        "groups": int(len(np.unique(leaders))),
        "pairwise_cpu_seconds_scaled": round(pairwise_seconds),
        "times_faster_than_pairwise": round(pairwise_seconds / seconds, 1),
        "subset_pairs_agree": pairwise == len(near_pairs(subset, radius)[0]),
    }


def measure_copies(records: list[ImageRecord], folder: Path, *, share: float = 0.02, seed: int = 0) -> dict:
    """Copies of each kind of a `share` of `records`, written into `folder`, put among all of them and de-duplicated.

    `recall`: by kind, copies grouped with their picture. `precision`: of the dropped, those that show the picture they
    were dropped for. `merged_originals`: pictures of the input itself that were merged, by how alike their captions
    are.
    """
    draw = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    copies, origin = [], {}
    chosen = draw.sample(records, max(1, int(share * len(records))))
    for number, record in enumerate(tqdm(chosen, desc="copies", mininterval=5)):
        for kind, make in COPIES.items():
            path = folder / f"{kind}-{number}.img"
            path.write_bytes(make(record.picture().image))
            copies.append(ImageRecord(f"~{kind}/{number}", ImageSource(path), record.text))  # sorts after the input
            origin[copies[-1].key] = record.key
    pool = hash_pictures(check_pictures([*records, *copies]))
    found = list(deduplicate(tqdm(pool, desc="hash", mininterval=5, total=len(records) + len(copies))))
    leader = {record.key: record.metadata.get("duplicate_of", record.key) for record in found}
    texts = {record.key: record for record in found}
    totals, hits, right, wrong, originals = Counter(), Counter(), 0, 0, Counter()
    for key, first in origin.items():
        kind = key[1:].split("/")[0]
        totals[kind] += 1
        hits[kind] += leader[key] == leader[first]
    for key, kept_key in leader.items():
        if key == kept_key:
            continue
        if origin.get(key, key) == origin.get(kept_key, kept_key):
            right += 1
        else:
            wrong += 1
        if key not in origin and origin.get(kept_key, kept_key) != key:
            originals[_likeness(texts[key], texts[origin.get(kept_key, kept_key)])] += 1
    return {
        "pictures": len(records),
        "copies": len(copies),
        "recall_by_kind": {kind: round(hits[kind] / totals[kind], 4) for kind in totals},
        "recall": round(sum(hits.values()) / len(copies), 4),
        "precision": round(right / max(right + wrong, 1), 4),
        "merged_originals": sum(originals.values()),
        "merged_originals_by_likeness": dict(originals.most_common()),
    }


def _likeness(first: ImageRecord, second: ImageRecord) -> str:
    one, two = first.metadata, second.metadata
    style = "same style" if one.get("source") == two.get("source") else "two styles"
    if one.get("concept") == two.get("concept"):
        tones = "same concept" if one.get("skin_tone") == two.get("skin_tone") else "same concept in two skin tones"
        return f"{tones}, {style}"
    return f"two concepts, {style}"


def measure_picture_screen(
    records: list[ImageRecord],
    encoder: JointEncoder,
    *,
    embed_sentences: Callable[[list[str]], np.ndarray],
    pictures: int = 2000,
    seed: int = 0,
) -> dict:
    """What the screen of pictures costs and finds. `embed_sentences` screens captions by meaning, as preparation does.

    `harmless_dropped`: of so many of `records`, which are harmless, the share dropped, by margin. There are no unsafe
    pictures to try it on; `stand_ins` are things that are drawn, looked for as if they were unsafe, by sentences that
    are nobody's caption and by their names: the share of them found, and of other pictures dropped.
    """
    draw = random.Random(seed)
    some = draw.sample(records, min(pictures, len(records)))
    chosen = {record.key for record in some}
    shown = [record for record in records if _stand_in(record) and record.key not in chosen]
    pool = [*some, *draw.sample(shown, min(pictures, len(shown)))]
    embeds = np.concatenate(
        [encoder.embed_images([r.picture().image for r in batch]) for batch in tqdm(list(batches(pool, 32)))]
    )
    names = [_stand_in(record) for record in pool]
    result = {"harmless": len(some), "harmless_dropped": {}, "by_category": {}, "stand_ins": {}}
    screen = PictureScreen.make(encoder.embed_texts, harmless=harmless_captions(some))
    margins, categories = screen.margins(embeds[: len(some)])
    result["harmless_dropped"] = {f"{level:g}": round(float((margins > level).mean()), 4) for level in MARGINS}
    result["by_category"] = dict(
        Counter(name for name, margin in zip(categories, margins, strict=True) if margin > screen.margin)
    )
    for name, (sentences, things) in STAND_INS.items():
        there = np.array([each == name for each in names])
        if not there.any():
            continue
        result["stand_ins"][name] = {"pictures": int(there.sum())}
        for way, concepts in (("by sentences", sentences), ("by their names", [f"a {thing}" for thing in things])):
            screen = _screen_for(name, concepts, things, some, encoder, embed_sentences)
            margins, _ = screen.margins(embeds)
            result["stand_ins"][name][way] = {
                "found": {f"{level:g}": round(float((margins[there] > level).mean()), 4) for level in MARGINS},
                "others_dropped": {
                    f"{level:g}": round(float((margins[~there] > level).mean()), 4) for level in MARGINS
                },
            }
    return result


def _screen_for(
    name: str,
    concepts: list[str],
    words: Sequence[str],
    records: list[ImageRecord],
    encoder: JointEncoder,
    embed_sentences: Callable[[list[str]], np.ndarray],
) -> PictureScreen:
    """The screen that a categories file with one category would give, beside the ordinary sentences of our own."""
    entry = {"name": name, "explanation": name, "words": list(words), "concepts": concepts}
    ordinary = json.loads(CATEGORIES_FILE.read_text(encoding="utf-8"))["ordinary"]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "categories.json"
        file.write_text(json.dumps({"ordinary": ordinary, "categories": [entry]}), encoding="utf-8")
        allowed = screen_records(records, screen=SafetyScreen(file, embed_texts=embed_sentences))
        return PictureScreen.make(encoder.embed_texts, harmless=harmless_captions(allowed), categories_file=file)


def _stand_in(record: ImageRecord) -> str | None:
    concept = record.metadata.get("concept")
    return next((name for name, (_, concepts) in STAND_INS.items() if concept in concepts), None)


def measure_stress(truth: list[dict], outcomes: dict[str, dict]) -> dict:
    """What became of a stress set. `outcomes`: key -> {"dropped": null or {"step", "reason"}, "duplicate_of"}.

    For every kind of mischief: how many files, and the share dropped by each step ("kept" is the rest).
    """
    table: dict[str, Counter] = defaultdict(Counter)
    for row in truth:
        outcome = outcomes.get(row["key"])
        step = "missing" if outcome is None else (outcome["dropped"] or {}).get("step", "kept")
        table[row["made"].split(":")[0]][step] += 1
        if ":" in row["made"]:
            table[row["made"].removesuffix(":1").removesuffix(":2").removesuffix(":3")][step] += 1
        if row["made"].startswith("damage"):
            table["damage, decodable" if row["decodable"] else "damage, not decodable"][step] += 1
    return {
        kind: {"files": sum(steps.values()), **{step: round(n / sum(steps.values()), 4) for step, n in steps.items()}}
        for kind, steps in sorted(table.items())
    }


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    hashes = commands.add_parser("hashes")
    hashes.add_argument("--count", type=int, default=1_000_000)
    hashes.add_argument("--radius", type=int, default=RADIUS)
    copies = commands.add_parser("copies")
    copies.add_argument("--input", type=Path, required=True)
    copies.add_argument("--share", type=float, default=0.02)
    copies.add_argument("--work", type=Path, required=True, help="folder for the made copies")
    pictures = commands.add_parser("pictures")
    pictures.add_argument("--input", type=Path, required=True, help="harmless pictures with captions")
    pictures.add_argument("--weights", type=Path, default=DEFAULT_WEIGHTS)
    pictures.add_argument("--pictures", type=int, default=2000, help="drawn at random")
    stress = commands.add_parser("stress")
    stress.add_argument("--truth", type=Path, required=True)
    stress.add_argument("--records", type=Path, required=True)
    options = parser.parse_args(arguments)
    if options.command == "hashes":
        result = measure_hashes(options.count, radius=options.radius)
    elif options.command == "copies":
        records = kept(read_records(options.input))
        result = measure_copies(records, options.work, share=options.share)
    elif options.command == "pictures":
        result = measure_picture_screen(
            kept(read_records(options.input)),
            load_joint_encoder(options.weights),
            embed_sentences=load_text_encoder(options.weights),
            pictures=options.pictures,
        )
    else:
        truth = [json.loads(line) for line in io.StringIO(options.truth.read_text(encoding="utf-8"))]
        rows = [json.loads(line) for line in io.StringIO(options.records.read_text(encoding="utf-8"))]
        result = measure_stress(truth, {row["key"]: row for row in rows})
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
