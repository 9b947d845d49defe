"""Example run: python -m pytest tests/evaluation/test_originals.py"""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.data.cutouts import Cutout
from pipeline.evaluation.originals import Originals


def png(colour: str, size=(100, 50), box=(10, 10, 90, 30)) -> bytes:
    image = Image.new("RGBA", size)
    image.paste(colour, box)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def shard(path: Path, rows: dict[str, str], **columns) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, colour in rows.items():
            archive.writestr(name, png(colour))
        lines = [json.dumps({"file_name": name, "text": name, **columns}) for name in rows]
        archive.writestr("metadata.jsonl", "\n".join(lines))


def row(id: str, source: str) -> Cutout:
    return Cutout(0, id, "", "", "", source=source)


def colour_of(pixels: np.ndarray) -> tuple:
    return tuple(pixels[pixels.shape[0] // 2, pixels.shape[1] // 2])


def test_a_cutout_is_scaled_to_its_alpha_box_and_centred(tmp_path):
    shard(tmp_path / "a.zip", {"x.png": "red"})
    pixels = Originals(tmp_path, side=40)(row("a/x.png", "a"))
    assert pixels.shape == (40, 40, 4) and pixels.dtype == np.uint8
    opaque = pixels[..., 3] > 0
    assert opaque[:, 20].nonzero()[0].tolist() == list(range(15, 25))  # 80x20 becomes 40x10
    assert opaque[20].all() and colour_of(pixels) == (255, 0, 0, 255)


def test_it_is_read_from_a_shard_of_its_name_of_another_or_from_a_folder(tmp_path):
    shard(tmp_path / "a.zip", {"x.png": "red"})
    shard(tmp_path / "b.zip", {"x.png": "lime", "y.png": "blue"}, source="mixed")
    (tmp_path / "z.png").write_bytes(png("white"))
    listed = {"file_name": "z.png", "text": "z", "id": "own", "source": "loose"}
    (tmp_path / "metadata.jsonl").write_text(json.dumps(listed) + "\n\n", encoding="utf-8")
    read = Originals(tmp_path, side=40)
    assert colour_of(read(row("a/x.png", "a"))) == (255, 0, 0, 255)
    assert colour_of(read(row("mixed/y.png", "mixed"))) == (0, 0, 255, 255)
    assert colour_of(read(row("own", "loose"))) == (255, 255, 255, 255)
    alone = Originals(tmp_path / "b.zip", side=40)
    assert colour_of(alone(row("mixed/x.png", "mixed"))) == (0, 255, 0, 255)


def test_what_is_not_there_has_no_pixels(tmp_path):
    shard(tmp_path / "a.zip", {"x.png": "red"})
    with pytest.raises(KeyError):
        Originals(tmp_path)(row("a/y.png", "a"))
    with pytest.raises(KeyError):
        Originals(tmp_path)(row("a/x.png", "other"))
