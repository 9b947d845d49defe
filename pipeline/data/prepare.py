"""From a raw folder to a training set, with a report of what happened.

    python -m pipeline.data.prepare --input RAW --output CLEAN
    python -m pipeline.data.prepare --input RAW --output CLEAN --finetune-size 2000 --class-field subgroup
    python -m pipeline.data.prepare --input RAW --output CLEAN --steps decode,deduplicate --dry-run

Reads folders, zips, tars (webdataset too) and parquet; changes nothing there. Writes `CLEAN/shard-*.zip` (pictures and
`metadata.jsonl`), `CLEAN/finetune/` (the fine-tuning set), `CLEAN/report.json`, `CLEAN/report.html` and
`CLEAN/records.jsonl`; a `styles.json` (see `pipeline.data.cutouts`) goes along. The same command resumes: measured
pictures lie in `CLEAN/.measured/` by the thousand, finished shards are recognised.

The steps, each a function from records to records: decode, deduplicate, safety, aesthetic, recaption, finetune.
"""

import argparse
import functools
import hashlib
import io
import itertools
import json
import logging
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from pipeline.atomic import new_file
from pipeline.data.cutouts import STYLES_NAME
from pipeline.data.decode import MAX_ASPECT, MIN_SIDE, check_pictures
from pipeline.data.dedup import CROP_TOLERANCE, deduplicate, hash_pictures
from pipeline.data.engine import ENGINES, Engine
from pipeline.data.features import embed_pictures
from pipeline.data.finetune_set import mark_finetune_set
from pipeline.data.joint_encoder import JointEncoder, load_joint_encoder
from pipeline.data.read import read_records
from pipeline.data.record import Drop, ImageRecord, batches, kept
from pipeline.data.report import write_report
from pipeline.data.safety import harmless_captions, screen_pictures, screen_records
from pipeline.data.sentence_encoder import load_text_encoder
from pipeline.data.write import SHARD_SIZE, write_shards
from pipeline.pictures.comparison import TOLERANCE
from pipeline.pictures.hashing import RADIUS
from pipeline.safety import CATEGORIES_FILE, PictureScreen, SafetyScreen

if TYPE_CHECKING:
    from pipeline.models.aesthetic import AestheticHead

__all__ = ["STEPS", "PrepareConfig", "prepare"]

STEPS = ("decode", "deduplicate", "safety", "aesthetic", "recaption", "finetune")
CHUNK_SIZE = 1000  # records measured between two saves: what a stopped run can lose
AESTHETIC_PICTURES = 1000  # of the input's own pictures, to train on where no head is given
_WEIGHTS = Path(__file__).resolve().parents[2] / "weights"
BUNDLED_WEIGHTS = str(_WEIGHTS) if (_WEIGHTS / "image_encoder").is_dir() else None
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PrepareConfig:
    """Everything a run depends on; saved in report.json."""

    input: str  # folder or archive of raw pictures
    output: str  # folder to fill
    steps: tuple[str, ...] = STEPS
    min_side: int = MIN_SIDE  # pixels
    max_aspect: float = MAX_ASPECT  # longer side over shorter side
    radius: int = RADIUS  # bits in which the hashes of two copies may differ
    tolerance: float = TOLERANCE  # root mean square difference of two copies, of 255
    crop_tolerance: float = CROP_TOLERANCE  # see pipeline.pictures.comparison; 0 leaves cropped copies alone
    copies_within: str | None = None  # metadata field: pictures that differ in it are never copies of each other
    categories_file: str = str(CATEGORIES_FILE.name)  # unsafe concepts
    text_encoder: str | None = None  # folder of a sentence encoder, or weights; None screens captions by words alone
    picture_encoder: str | None = None  # weights folder whose embedding screens pictures; None leaves them unscreened
    aesthetic_head: str | None = None  # folder of a trained head; None trains one on the input itself
    aesthetic_threshold: float = 0.2  # probability under which a picture is dropped
    captioner: str | None = None  # folder of a trained captioner; None leaves captions as they are
    recaption_fraction: float = 1.0  # of the records with a poor caption
    finetune_size: int = 1000  # pictures
    class_field: str | None = None  # metadata field that the fine-tuning set balances; None: k-means
    shard_size: int = SHARD_SIZE  # pictures
    limit: int | None = None  # read only this many records
    seed: int = 0


def prepare(config: PrepareConfig, *, engine: str = "local", workers: int = 1) -> list[ImageRecord]:
    """Runs the chain and writes everything; returns all records, the dropped ones with their reasons.

    Raises ValueError for unknown steps and FileNotFoundError for a missing input.
    """
    unknown = set(config.steps) - set(STEPS)
    if unknown:
        raise ValueError(f"`steps` are some of {STEPS}, got {sorted(unknown)}.")
    output = Path(config.output)
    output.mkdir(parents=True, exist_ok=True)
    seconds: dict[str, float] = {}
    records = _timed(seconds, "read", lambda: _read(config))
    with Engine(engine, workers=workers) as work:
        records = _timed(seconds, "measure", lambda: list(_measured(records, config, output, work)))
        for step in config.steps[1:] if config.steps[:1] == ("decode",) else config.steps:
            records = _timed(seconds, step, functools.partial(_run_step, step, records, config, output, work))
    records = _timed(seconds, "write", lambda: _write(records, config, output))
    write_report(records, output, config=asdict(config), seconds=seconds)
    return records


def _read(config: PrepareConfig) -> list[ImageRecord]:
    records = []
    for record in tqdm(read_records(Path(config.input)), desc="read", unit=" files", mininterval=2):
        records.append(record)
        if config.limit is not None and len(records) == config.limit:
            break
    return records


def measure_chunk(records: list[ImageRecord], *, min_side: int, max_aspect: float) -> list[ImageRecord]:
    """All that needs pixels, in one pass over them: decode, hash, embed."""
    checked = check_pictures(records, min_side=min_side, max_aspect=max_aspect)
    return list(embed_pictures(hash_pictures(checked)))


def _measured(
    records: list[ImageRecord], config: PrepareConfig, output: Path, engine: Engine
) -> Iterator[ImageRecord]:
    """Measures in chunks and keeps every finished chunk, so that a stopped run goes on where it was."""
    folder = output / ".measured"
    folder.mkdir(exist_ok=True)
    measure = functools.partial(measure_chunk, min_side=config.min_side, max_aspect=config.max_aspect)
    chunks = list(batches(records, CHUNK_SIZE))
    files = [folder / f"{_fingerprint(chunk, config)}.npz" for chunk in chunks]
    missing = [chunk for chunk, file in zip(chunks, files, strict=True) if not file.exists()]
    fresh = engine.map(measure, missing)
    with tqdm(total=len(records), desc="decode, hash, embed", unit=" pictures", mininterval=2) as bar:
        for chunk, file in zip(chunks, files, strict=True):
            if not file.exists():
                _save_chunk(next(fresh), file)
            yield from _load_chunk(chunk, file)
            bar.update(len(chunk))
    for stale in set(folder.glob("*.npz")) - set(files):
        stale.unlink()


def _fingerprint(chunk: list[ImageRecord], config: PrepareConfig) -> str:
    """Changes when a file of the chunk, what is said of it, or a setting that measuring depends on, changes."""
    digest = hashlib.sha256(f"3 {config.min_side} {config.max_aspect}".encode())
    for record in chunk:
        try:
            status = record.source.path.stat()
            state = f"{status.st_size} {status.st_mtime_ns}"
        except OSError:
            state = "absent"
        known = json.dumps(record.metadata, sort_keys=True, default=str)  # of a listing that may have been edited
        digest.update(f"{record.key}\0{record.text}\0{known}\0{state}\0".encode(errors="replace"))
    return digest.hexdigest()[:24]


def _save_chunk(records: list[ImageRecord], file: Path) -> None:
    rows = [
        {"metadata": dict(record.metadata), "dropped": record.dropped and asdict(record.dropped)} for record in records
    ]
    embedded = [record.image_embeds for record in records if record.image_embeds is not None]
    with new_file(file) as aside, aside.open("wb") as stream:
        np.savez(
            stream,
            rows=np.frombuffer(json.dumps(rows).encode(), dtype=np.uint8),
            has_embeds=np.array([record.image_embeds is not None for record in records]),
            image_embeds=np.stack(embedded) if embedded else np.zeros((0, 0), np.float32),
        )


def _load_chunk(chunk: list[ImageRecord], file: Path) -> Iterator[ImageRecord]:
    with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as arrays:
        rows, has_embeds, embeds = json.loads(arrays["rows"].tobytes()), arrays["has_embeds"], arrays["image_embeds"]
    following = iter(embeds)
    for record, row, has in zip(chunk, rows, has_embeds, strict=True):
        dropped = Drop(**row["dropped"]) if row["dropped"] else None
        image_embeds = next(following) if has else None
        yield replace(record, metadata=row["metadata"], dropped=dropped, image_embeds=image_embeds)


def _run_step(
    step: str, records: list[ImageRecord], config: PrepareConfig, output: Path, engine: Engine
) -> list[ImageRecord]:
    if step == "deduplicate":
        tolerances = {"tolerance": config.tolerance, "crop_tolerance": config.crop_tolerance}
        groups = _by_field(records, config.copies_within)
        found = [r for group in groups for r in deduplicate(group, radius=config.radius, engine=engine, **tolerances)]
        if len(groups) > 1:
            order = {record.key: place for place, record in enumerate(records)}
            found.sort(key=lambda record: order[record.key])
    elif step == "finetune":
        size, field = config.finetune_size, config.class_field
        found = mark_finetune_set(records, size=size, class_field=field, seed=config.seed, engine=engine)
    elif step == "safety":
        found = _screen(records, config, engine)
    elif step == "aesthetic":
        head = _aesthetic_head(records, config, output)
        score = functools.partial(_score, head=head, threshold=config.aesthetic_threshold)
        found = _by_chunk(score, records, engine) if head else records
    elif step == "recaption":
        rewrite = functools.partial(_recaption, config=config)
        found = _by_chunk(rewrite, records, engine) if config.captioner else records
    else:
        raise ValueError(f"`steps` begin with decode, got {config.steps}.")
    return list(tqdm(found, desc=step, total=len(records), unit=" records", mininterval=2))


def _by_field(records: list[ImageRecord], name: str | None) -> list[list[ImageRecord]]:
    """The records by their value of a metadata field, which they keep their order in; all together for None."""
    if name is None:
        return [records]
    groups: dict[str, list[ImageRecord]] = {}
    for record in records:
        groups.setdefault(str(record.metadata.get(name)), []).append(record)
    return list(groups.values())


def _by_chunk(
    function: Callable[[list[ImageRecord]], list[ImageRecord]], records: list[ImageRecord], engine: Engine
) -> Iterator[ImageRecord]:
    return itertools.chain.from_iterable(engine.map(function, batches(records, CHUNK_SIZE)))


def _screen(records: list[ImageRecord], config: PrepareConfig, engine: Engine) -> Iterator[ImageRecord]:
    file = str(CATEGORIES_FILE if config.categories_file == CATEGORIES_FILE.name else config.categories_file)
    captions = functools.partial(_screen_captions, categories_file=file, text_encoder=config.text_encoder)
    found = _by_chunk(captions, records, engine)
    if config.picture_encoder is None:
        return found
    found = list(found)
    embed_texts = _joint_encoder(config.picture_encoder).embed_texts
    harmless = harmless_captions(found, seed=config.seed)
    screen = PictureScreen.make(embed_texts, harmless=harmless, categories_file=Path(file))
    pictures = functools.partial(_screen_pictures, screen=screen, picture_encoder=config.picture_encoder)
    return _by_chunk(pictures, found, engine)


def _screen_captions(
    records: list[ImageRecord], *, categories_file: str, text_encoder: str | None
) -> list[ImageRecord]:
    return list(screen_records(records, screen=_safety_screen(categories_file, text_encoder)))


@functools.lru_cache(maxsize=1)  # of each process
def _safety_screen(categories_file: str, text_encoder: str | None) -> SafetyScreen:
    embed_texts = load_text_encoder(Path(text_encoder)) if text_encoder else None
    return SafetyScreen(Path(categories_file), embed_texts=embed_texts)


def _screen_pictures(records: list[ImageRecord], *, screen: PictureScreen, picture_encoder: str) -> list[ImageRecord]:
    embed_images = _joint_encoder(picture_encoder).embed_images
    return list(screen_pictures(records, screen=screen, embed_images=embed_images))


@functools.lru_cache(maxsize=1)  # of each process
def _joint_encoder(folder: str) -> JointEncoder:
    return load_joint_encoder(Path(folder))


def _aesthetic_head(records: list[ImageRecord], config: PrepareConfig, output: Path) -> "AestheticHead | None":
    """The head that is asked for, or one trained on the input itself; None where that is too small."""
    from pipeline.data.aesthetic import train_on_degradations
    from pipeline.models.aesthetic import AestheticHead

    if config.aesthetic_head is not None:
        return AestheticHead.from_pretrained(config.aesthetic_head)
    survivors = kept(records)
    order = np.random.default_rng(config.seed).permutation(len(survivors))[:AESTHETIC_PICTURES]
    if len(order) < 20:
        logger.warning("aesthetic step left out: %d pictures are too few to train on, 20 are needed", len(order))
        return None
    head, report = train_on_degradations([survivors[i].picture().image for i in order], seed=config.seed)
    head.save_pretrained(output / "aesthetic")
    (output / "aesthetic" / "report.json").write_text(json.dumps(asdict(report), indent=1), encoding="utf-8")
    return head


def _score(records: list[ImageRecord], *, head: "AestheticHead", threshold: float) -> list[ImageRecord]:
    from pipeline.data.aesthetic import score_aesthetics

    return list(score_aesthetics(records, head, threshold=threshold))


def _recaption(records: list[ImageRecord], *, config: PrepareConfig) -> list[ImageRecord]:
    from pipeline.data.recaption import recaption

    describe = _captioner(config.captioner)
    return list(recaption(records, describe, fraction=config.recaption_fraction, seed=config.seed))


@functools.lru_cache(maxsize=1)  # of each process
def _captioner(folder: str) -> Callable:
    from pipeline.data.recaption import load_captioner

    return load_captioner(Path(folder))


def _write(records: list[ImageRecord], config: PrepareConfig, output: Path) -> list[ImageRecord]:
    bar = tqdm(records, desc="write", unit=" records", mininterval=2)
    records = list(write_shards(bar, output, shard_size=config.shard_size))
    chosen = [record for record in records if record.dropped is None and record.metadata.get("finetune")]
    folders = [output]
    if chosen:
        list(write_shards(chosen, output / "finetune", shard_size=config.shard_size))
        folders.append(output / "finetune")
    styles = Path(config.input) / STYLES_NAME
    for folder in folders if styles.is_file() else ():
        shutil.copyfile(styles, folder / STYLES_NAME)
    return records


def _timed(seconds: dict[str, float], name: str, work: Callable[[], list[ImageRecord]]) -> list[ImageRecord]:
    start = time.perf_counter()
    result = work()
    seconds[name] = round(time.perf_counter() - start, 2)
    return result


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--input", required=True, help="folder, zip, tar or parquet file of raw pictures")
    parser.add_argument("--output", required=True, help="folder for shards, fine-tuning set and report")
    parser.add_argument("--steps", default=",".join(STEPS), help="which steps to run, in this order")
    parser.add_argument("--min-side", type=int, default=MIN_SIDE)
    parser.add_argument("--max-aspect", type=float, default=MAX_ASPECT)
    parser.add_argument("--radius", type=int, default=RADIUS, help="bits in which two copies' hashes may differ")
    parser.add_argument("--tolerance", type=float, default=TOLERANCE, help="difference of two copies, of 255")
    parser.add_argument("--crop-tolerance", type=float, default=CROP_TOLERANCE, help="0 leaves cropped copies alone")
    parser.add_argument("--copies-within", help="metadata field: pictures that differ in it are no copies")
    parser.add_argument("--categories-file", default=CATEGORIES_FILE.name, help="unsafe concepts of your own")
    parser.add_argument(
        "--text-encoder",
        default=BUNDLED_WEIGHTS,
        help="weights or sentence encoder: screens captions by meaning; none: by words alone (default: the bundle)",
    )
    parser.add_argument(
        "--picture-encoder",
        default=BUNDLED_WEIGHTS,
        help="weights whose embedding screens pictures; none: pictures are not screened (default: the bundle)",
    )
    parser.add_argument("--aesthetic-head", help="folder that pipeline.data.aesthetic wrote")
    parser.add_argument("--aesthetic-threshold", type=float, default=PrepareConfig.aesthetic_threshold)
    parser.add_argument("--captioner", help="folder that pipeline.data.recaption wrote")
    parser.add_argument("--recaption-fraction", type=float, default=PrepareConfig.recaption_fraction)
    parser.add_argument("--finetune-size", type=int, default=PrepareConfig.finetune_size)
    parser.add_argument("--class-field", help="metadata field that the fine-tuning set balances")
    parser.add_argument("--shard-size", type=int, default=SHARD_SIZE)
    parser.add_argument("--limit", type=int, help="read only this many records")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--engine", choices=ENGINES, default="local")
    parser.add_argument("--workers", type=int, default=1, help="processes that decode")
    parser.add_argument("--dry-run", action="store_true", help="print the plan and stop")
    options = vars(parser.parse_args(arguments))
    engine, workers, dry_run = (options.pop(name) for name in ("engine", "workers", "dry_run"))
    for name in ("text_encoder", "picture_encoder"):
        options[name] = None if options[name] in ("none", None) else options[name]
    config = PrepareConfig(**{**options, "steps": tuple(options["steps"].split(","))})
    if dry_run:
        print(json.dumps(asdict(config), indent=1))
        return
    prepare(config, engine=engine, workers=workers)
    report = json.loads((Path(config.output) / "report.json").read_text(encoding="utf-8"))
    for row in report["steps"]:
        print(f"{row['step']:12s} in {row['in']:8,d}  kept {row['kept']:8,d}  dropped {row['dropped']:7,d}")
    print(f"report: {Path(config.output) / 'report.html'}")


if __name__ == "__main__":
    main()
