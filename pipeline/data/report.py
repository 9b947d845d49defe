"""What a preparation run did: `report.json` for programs, `report.html` for people, from one pass over its records.

The page is a single file: pictures are inside it as data, there are no scripts and nothing is fetched. Captions and
file names come from strangers, so everything is escaped by the template engine.
"""

import base64
import io
import json
from collections import Counter
from pathlib import Path

import jinja2
from PIL import Image

from pipeline.atomic import write_file
from pipeline.data.record import ImageRecord
from pipeline.pictures.decode import UnreadablePicture

__all__ = ["summarise", "write_report"]

STEP_ORDER = ("read", "decode", "embed", "deduplicate", "safety", "aesthetic", "write")
SAMPLES = 8  # dropped pictures shown per reason
KEPT_SAMPLES = 24
SHOWN_REASONS = 12  # per step
THUMBNAIL = 96  # pixels

_OUTCOMES = ("duplicate_of", "copies", "aesthetic_score", "finetune", "shard", "file_name")
_PAGE = Path(__file__).with_name("report.html.j2")


def summarise(records: list[ImageRecord]) -> dict:
    """Counts per step and reason of a finished run. `steps` lists for each step how many records came in, stayed and
    left; `safety_categories` and `decode_notes` add what those steps found."""
    reasons: dict[str, Counter] = {}
    for record in records:
        if record.dropped:
            reasons.setdefault(record.dropped.step, Counter())[record.dropped.reason] += 1
    rows, current = [], len(records)
    for step in (*STEP_ORDER, *sorted(set(reasons) - set(STEP_ORDER))):
        lost = reasons.get(step, Counter())
        dropped = sum(lost.values())
        rows.append({"step": step, "in": current, "kept": current - dropped, "dropped": dropped})
        rows[-1]["reasons"] = dict(lost.most_common())
        current -= dropped
    alive = [record for record in records if record.dropped is None]
    unsafe: Counter = Counter()
    for reason, count in reasons.get("safety", Counter()).items():
        unsafe[reason.removeprefix("caption: ").removeprefix("picture: ")] += count
    notes = Counter(note.split(":")[0] for record in records for note in record.metadata.get("decode_notes", ()))
    return {
        "read": len(records),
        "kept": len(alive),
        "finetune": sum(bool(record.metadata.get("finetune")) for record in alive),
        "recaptioned": sum("original_text" in record.metadata for record in alive),
        "steps": rows,
        "decode_notes": dict(notes.most_common()),
        "safety_categories": dict(unsafe.most_common()),
    }


def write_report(
    records: list[ImageRecord], output: Path, *, config: dict | None = None, seconds: dict[str, float] | None = None
) -> None:
    """Writes `report.json`, `report.html` and `records.jsonl`, one line for every record, into `output`."""
    summary = {**summarise(records), "config": config or {}, "seconds": seconds or {}}
    write_file(output / "report.json", json.dumps(summary, indent=1, ensure_ascii=False))
    write_file(output / "records.jsonl", "".join(_outcome(record) for record in records))
    by_key = {record.key: record for record in records}
    dropped: dict[str, list] = {}
    for row in summary["steps"]:
        for reason, count in list(row["reasons"].items())[:SHOWN_REASONS]:
            drop = (row["step"], reason)
            members = [r for r in records if r.dropped and (r.dropped.step, r.dropped.reason) == drop]
            samples = [_sample(record, by_key) for record in _spread(members, SAMPLES)]
            dropped.setdefault(row["step"], []).append((reason, count, samples))
    alive = [record for record in records if record.dropped is None]
    chosen = [record for record in alive if record.metadata.get("finetune")]
    galleries = {
        title: [sample for record in _spread(some, KEPT_SAMPLES) if (sample := _sample(record, by_key))["picture"]]
        for title, some in (("Kept", alive), ("In the fine-tuning set", chosen))
        if some
    }
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    page = environment.from_string(_PAGE.read_text(encoding="utf-8")).render(
        summary=summary, dropped=dropped, galleries=galleries
    )
    write_file(output / "report.html", page)


def _outcome(record: ImageRecord) -> str:
    dropped = record.dropped and {"step": record.dropped.step, "reason": record.dropped.reason}
    found = {name: record.metadata[name] for name in _OUTCOMES if name in record.metadata}
    return json.dumps({"key": record.key, "dropped": dropped, **found}, ensure_ascii=False) + "\n"


def _sample(record: ImageRecord, by_key: dict[str, ImageRecord]) -> dict:
    twin = by_key.get(record.metadata.get("duplicate_of", ""))
    return {
        "key": record.key,
        "text": record.text[:120] if not (record.dropped and record.dropped.step == "safety") else "",
        "was": record.metadata.get("original_text", "")[:120],
        "detail": record.dropped.detail if record.dropped else "",
        "score": record.metadata.get("aesthetic_score"),
        "picture": _thumbnail(record),
        "beside": _thumbnail(twin) if twin else "",
    }


def _thumbnail(record: ImageRecord) -> str:
    """A data address of the picture at 96 pixels, "" where there is none to show."""
    if record.dropped and record.dropped.step in ("read", "safety"):  # nobody has to see the last
        return ""
    try:
        image = record.picture().image
    except (UnreadablePicture, OSError):
        return ""
    image = image.resize(_fitted(image.size), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=80)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()


def _fitted(size: tuple[int, int]) -> tuple[int, int]:
    scale = THUMBNAIL / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _spread(records: list[ImageRecord], count: int) -> list[ImageRecord]:
    """`count` records at regular distances: all corners of the input, and the same ones every time."""
    if len(records) <= count:
        return records
    return [records[index * len(records) // count] for index in range(count)]
