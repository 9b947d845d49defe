"""Cut-outs as large as they were stored, read from their shards when they are needed.

The judge holds all cut-outs at 64 px; pictures that are to be looked at closely (their style, their colours) are read
at 128.
"""

import json
import zipfile
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.data.cutouts import Cutout
from pipeline.pictures.decode import decode_picture

__all__ = ["Originals"]


class Originals:
    """Reads cut-outs under ``root``: zip shards or a folder, as ``load_cutouts`` takes them.

    Args:
        root: folder of the shards.
        side: pixels that a picture's alpha box is scaled to.
    """

    def __init__(self, root: str | Path, *, side: int = 128):
        self.root, self.side = Path(root), side
        self._files = lru_cache(maxsize=None)(self._read_files)
        self._archive = lru_cache(maxsize=None)(
            zipfile.ZipFile
        )  # left open: a shard's list takes longer than a picture

    def __call__(self, row: Cutout) -> np.ndarray:
        """uint8 (side, side, 4), the alpha box scaled to fit and centred.

        Raises:
            KeyError: there is no such row under the folder.
        """
        shard, name = self._files(row.source)[row.id]
        if shard.suffix == ".zip":
            content = self._archive(shard).read(name)
        else:
            content = (shard / name).read_bytes()
        image = decode_picture(content, max_side=4 * self.side).image.convert("RGBA")
        box = image.getchannel("A").getbbox() or (0, 0, *image.size)
        width, height = box[2] - box[0], box[3] - box[1]
        scale = self.side / max(width, height)
        fitted = image.resize(
            [max(1, round(side * scale)) for side in (width, height)], Image.Resampling.LANCZOS, box=box
        )
        canvas = Image.new("RGBA", (self.side, self.side))
        canvas.paste(fitted, ((self.side - fitted.width) // 2, (self.side - fitted.height) // 2))
        return np.asarray(canvas)

    def _read_files(self, source: str) -> dict[str, tuple[Path, str]]:
        """Id -> (shard or folder, name of the file) of one source."""
        files: dict[str, tuple[Path, str]] = {}
        shards = [self.root] if self.root.suffix == ".zip" else sorted(self.root.glob("*.zip"))
        for shard in sorted(shards, key=lambda path: path.stem != source):
            with zipfile.ZipFile(shard) as archive:
                if "metadata.jsonl" in archive.namelist():
                    files |= _of_source(archive.read("metadata.jsonl").decode("utf-8"), shard.stem, source, shard)
            if files and shard.stem == source:
                return files
        if (self.root / "metadata.jsonl").is_file():
            text = (self.root / "metadata.jsonl").read_text(encoding="utf-8")
            files |= _of_source(text, self.root.name, source, self.root)
        return files


def _of_source(text: str, name: str, source: str, shard: Path) -> dict[str, tuple[Path, str]]:
    rows = [{"source": name, **json.loads(line)} for line in text.splitlines() if line.strip()]
    return {
        row.get("id") or f"{row['source']}/{row['file_name']}": (shard, row["file_name"])
        for row in rows
        if row["source"] == source
    }
