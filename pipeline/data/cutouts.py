"""Pictures with captions on disk -> records and one array of pixels, decoded once.

Reads the ecosystem's convention: a folder, or zip shards in a folder, of pictures with a ``metadata.jsonl`` whose rows
have ``file_name`` and ``text``. Pictures with an alpha channel are cut-outs: they are composed into scenes. Optional
columns make the captions richer: ``phrase, concept, source, style, style_variant, aliases, keywords, keywords_extra,
colours, colour_frac, bbox, tier, is_flag, is_tone_variant, group``. A ``styles.json`` beside the shards lists words
per source.
"""

import hashlib
import json
import logging
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from pipeline.atomic import new_file, write_file
from pipeline.pictures.decode import decode_picture

__all__ = ["SAME_DRAWING", "STYLES_NAME", "Cutout", "CutoutSet", "load_cutouts"]

logger = logging.getLogger(__name__)

STYLES_NAME = "styles.json"
SAME_DRAWING = ("fluent-3d", "fluent-color", "fluent-flat")  # sources that render the same drawings
_DECODING = 2  # what is kept under a cache's name: cut to the alpha box since 2


@dataclass(frozen=True)
class Cutout:
    """One picture's record; the pixels are row ``index`` of ``CutoutSet.pixels``."""

    index: int
    id: str
    text: str
    phrase: str
    concept: str
    source: str = ""
    styles: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    colour: str | None = None  # the colour that covers more than half of it, if one does
    group: str = ""
    tier: str = ""
    is_flag: bool = False
    is_tone_variant: bool = False
    opaque: bool = False  # no alpha: a whole picture with its own caption, never composed

    @property
    def style(self) -> str:
        """What its style is called first; its source where none is named."""
        return self.styles[0] if self.styles else self.source


@dataclass(frozen=True)
class CutoutSet:
    """Records with their pixels: ``pixels`` is uint8 (n, size, size, 4), RGBA: the box of what is not transparent,
    scaled to fit and centred.
    """

    cutouts: list[Cutout]
    pixels: np.ndarray
    by_source: dict[str, list[Cutout]] = field(default_factory=dict)

    def __post_init__(self):
        for cutout in self.cutouts:
            self.by_source.setdefault(cutout.source, []).append(cutout)


def _shards(root: Path, tiers: tuple[str, ...] | None) -> Iterator[tuple[dict, Callable[[str], bytes]]]:
    """Yield (row, read) per picture; ``read(file_name)`` gives the bytes and is valid until the next shard."""
    if not root.exists():
        raise FileNotFoundError(
            f"`input` names {root}, which does not exist. Give a folder of pictures or zip shards."
        )

    def rows(text: str, name: str) -> list[dict]:
        parsed = [{"source": name, **json.loads(line)} for line in text.splitlines() if line.strip()]
        return [row for row in parsed if not tiers or row.get("tier") in tiers]

    for path in [root] if root.suffix == ".zip" else sorted(root.glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            if "metadata.jsonl" in archive.namelist():
                for row in rows(archive.read("metadata.jsonl").decode("utf-8"), path.stem):
                    yield row, archive.read
    if (root / "metadata.jsonl").is_file():
        for row in rows((root / "metadata.jsonl").read_text(encoding="utf-8"), root.name):
            yield row, lambda name: (root / name).read_bytes()


def _style_words(row: dict, styles: dict) -> tuple[str, ...]:
    """The words that name this picture's style: styles.json's for its source, else the row's own."""
    entry = styles.get(row["source"], {})
    variants = entry.get("variants")
    words = variants.get(row.get("style_variant") or "") if variants else entry.get("style")
    return tuple(words or ([row["style"]] if row.get("style") else []))


def _square(image: Image.Image, size: int) -> np.ndarray:
    """RGBA picture -> (size, size, 4): its alpha box, scaled to fit and centred on transparent ground."""
    box = image.getchannel("A").getbbox() or (0, 0, *image.size)
    width, height = box[2] - box[0], box[3] - box[1]
    scale = size / max(width, height)
    fitted = image.resize([max(1, round(side * scale)) for side in (width, height)], Image.Resampling.LANCZOS, box=box)
    canvas = Image.new("RGBA", (size, size))
    canvas.paste(fitted, ((size - fitted.width) // 2, (size - fitted.height) // 2))
    return np.asarray(canvas)


def load_cutouts(
    root: str | Path, *, size: int = 128, tiers: tuple[str, ...] | None = None, cache: str | Path = "runs/cache"
) -> CutoutSet:
    """Read every shard under ``root`` whose rows are in ``tiers`` (all if None); decode once into a memory map.

    The decoded pixels are kept under ``cache`` (an ignored folder), named after the rows and ``size``; later calls
    only map the file. A picture that cannot be decoded is dropped with a warning that names it.
    """
    root, cache = Path(root), Path(cache)
    styles_path = root / STYLES_NAME
    styles = json.loads(styles_path.read_text(encoding="utf-8")) if styles_path.is_file() else {}
    rows = [row for row, _ in _shards(root, tiers)]
    if not rows:
        raise ValueError(
            f"`input` {root} holds no captioned pictures. Expected zip shards or a folder with a metadata.jsonl whose "
            "rows have `file_name` and `text`."
        )
    names = [[row["source"], row["file_name"]] for row in rows]
    digest = hashlib.sha256(json.dumps([_DECODING, root.name, size, names]).encode()).hexdigest()[:16]
    pixel_path, opaque_path = cache / f"cutouts-{digest}.npy", cache / f"cutouts-{digest}.json"
    if not opaque_path.exists():
        _decode(root, tiers, len(rows), size, pixel_path, opaque_path)
    opaque = json.loads(opaque_path.read_text(encoding="utf-8"))  # None where the picture could not be decoded
    cutouts = [_record(i, row, styles, opaque[i]) for i, row in enumerate(rows) if opaque[i] is not None]
    return CutoutSet(cutouts, np.load(pixel_path, mmap_mode="r"))


def _decode(root: Path, tiers, total: int, size: int, pixel_path: Path, opaque_path: Path) -> None:
    """Decode every picture into ``pixel_path`` (aside first); list in ``opaque_path`` which have no alpha."""
    pixel_path.parent.mkdir(parents=True, exist_ok=True)
    opaque: list[bool | None] = []
    with new_file(pixel_path) as aside:
        array = np.lib.format.open_memmap(aside, mode="w+", dtype=np.uint8, shape=(total, size, size, 4))
        for row, read in tqdm(_shards(root, tiers), total=total, desc="decode", unit="picture"):
            try:
                image = decode_picture(read(row["file_name"]), max_side=4 * size).image.convert("RGBA")
                array[len(opaque)] = _square(image, size)
                opaque.append(image.getextrema()[3][0] == 255)
            except Exception as error:  # hostile files: the run goes on without this picture
                logger.warning("dropped %s/%s: %s", row["source"], row["file_name"], error)
                opaque.append(None)
        array.flush()
    write_file(opaque_path, json.dumps(opaque))


def _record(index: int, row: dict, styles: dict, opaque: bool) -> Cutout:
    phrase = row.get("phrase") or row["text"]
    share, colours = row.get("colour_frac") or [0], row.get("colours") or [None]
    return Cutout(
        index=index,
        id=row.get("id") or f"{row['source']}/{row['file_name']}",
        text=row["text"],
        phrase=phrase,
        concept=row.get("concept") or phrase.lower(),
        source=row["source"],
        styles=_style_words(row, styles),
        aliases=tuple(
            dict.fromkeys([*(alias.split(":")[0] for alias in row.get("aliases") or ()), *(row.get("also") or ())])
        ),
        keywords=tuple(dict.fromkeys([*(row.get("keywords") or ()), *(row.get("keywords_extra") or ())])),
        colour=colours[0] if share[0] > 0.5 else None,
        group=row.get("group") or "",
        tier=row.get("tier") or "",
        is_flag=bool(row.get("is_flag")),
        is_tone_variant=bool(row.get("is_tone_variant")),
        opaque=opaque and not row.get("is_flag") and "bbox" not in row,
    )
