"""A messy folder made of clean pictures, with a list of what is wrong with each: preparation's own examination.

    python -m pipeline.evaluation.stress --input PICTURES --output MESSY --pictures 2000

`MESSY/raw/` is what a person might point the preparation at: folders, a zip, a webdataset tar and a parquet file,
near-copies, a default picture under many captions, damaged files of every kind, unsafe captions, wrong captions and
ugly versions. `MESSY/truth.jsonl` says for each key what was done to it, and from which picture it came.
"""

import argparse
import io
import json
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance

from pipeline.data.decode import check_pictures
from pipeline.data.degrade import DEGRADATIONS, GRADES, degrade
from pipeline.data.read import read_records
from pipeline.data.record import ImageRecord, kept
from pipeline.pictures.decode import flatten

__all__ = ["COPIES", "DAMAGES", "encode", "make_stress_set"]

COPY_SHARE, DAMAGE_SHARE, UGLY_SHARE, WRONG_SHARE, UNSAFE_SHARE, DEFAULT_SHARE = 0.15, 0.05, 0.05, 0.05, 0.02, 0.02
UNSAFE_CAPTIONS = {
    "sexual": ["a nude woman on a beach", "n4ked people, nsfw", "explicit porn scene"],
    "graphic_violence": ["a decapitated man", "gore and entrails", "a bloody corpse in an alley"],
    "self_harm": ["a person committing suicide", "self-harm with a blade"],
    "hate": ["nazi propaganda poster", "a ku klux klan rally"],
    "child_safety": ["a naked child"],
}


def encode(image: Image.Image, format_name: str, **options) -> bytes:
    """The bytes of a picture file."""
    buffer = io.BytesIO()
    image.save(buffer, format_name, **options)
    return buffer.getvalue()


def _crop(share: float) -> Callable[[Image.Image], bytes]:
    def crop(image: Image.Image) -> bytes:
        width, height = image.size
        box = (int(width * share), int(height * share), width - int(width * share), height - int(height * share))
        return encode(flatten(image).crop(box), "PNG")

    return crop


COPIES: dict[str, Callable[[Image.Image], bytes]] = {
    "same_bytes_again": lambda image: encode(image, "PNG"),
    "jpeg_60": lambda image: encode(flatten(image), "JPEG", quality=60),
    "jpeg_20": lambda image: encode(flatten(image), "JPEG", quality=20),
    "webp_50": lambda image: encode(image, "WEBP", quality=50),
    "half_size": lambda image: encode(image.resize((image.width // 2, image.height // 2)), "PNG"),
    "larger": lambda image: encode(image.resize((image.width * 3 // 2, image.height * 3 // 2)), "PNG"),
    "brighter": lambda image: encode(ImageEnhance.Brightness(flatten(image)).enhance(0.88), "PNG"),
    "contrast": lambda image: encode(ImageEnhance.Contrast(flatten(image)).enhance(1.15), "PNG"),
    "less_colour": lambda image: encode(ImageEnhance.Color(flatten(image)).enhance(0.75), "PNG"),
    "crop_2": _crop(0.02),
    "crop_4": _crop(0.04),
}


def _sixteen_bit(image: Image.Image) -> bytes:
    grey = np.asarray(flatten(image).convert("L")).astype(np.uint16) * 257
    return encode(Image.fromarray(grey), "PNG")


def _bomb(_: Image.Image) -> bytes:
    """A PNG of a few hundred bytes whose header announces 60,000 x 60,000 pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(180_001))) + chunk(b"IEND", b"")


def _rotated(image: Image.Image) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return encode(flatten(image).transpose(Image.Transpose.ROTATE_90), "JPEG", quality=92, exif=exif)


# name -> (bytes from a picture, suffix, whether it can be decoded)
DAMAGES: dict[str, tuple[Callable[[Image.Image], bytes], str, bool]] = {
    "zero_bytes": (lambda _: b"", ".png", False),
    "text_as_picture": (lambda _: b"<html>404 Not Found</html>", ".jpg", False),
    "truncated": (lambda image: encode(flatten(image), "JPEG", quality=90)[:-400], ".jpg", False),
    "broken_header": (lambda image: b"\x00" * 64 + encode(image, "PNG")[64:], ".png", False),
    "broken_middle": (lambda image: (data := encode(image, "PNG"))[:60] + b"\xff" * 40 + data[100:], ".png", False),
    "bomb": (_bomb, ".png", False),
    "tiny": (lambda image: encode(image.resize((12, 12)), "PNG"), ".png", False),
    "banner": (lambda image: encode(image.resize((600, 60)), "PNG"), ".png", False),
    "wrong_suffix": (lambda image: encode(flatten(image), "JPEG", quality=92), ".png", True),
    "animated": (
        lambda image: encode(
            flatten(image), "GIF", save_all=True, append_images=[Image.new("RGB", image.size)], duration=100
        ),
        ".gif",
        True,
    ),
    "cmyk": (lambda image: encode(flatten(image).convert("CMYK"), "JPEG", quality=92), ".jpg", True),
    "sixteen_bit": (_sixteen_bit, ".png", True),
    "rotated": (_rotated, ".jpg", True),
    "palette": (lambda image: encode(flatten(image).quantize(64), "PNG"), ".png", True),
}


def make_stress_set(records: list[ImageRecord], output: Path, *, seed: int = 0) -> list[dict]:
    """Fills `output`; returns the rows of truth.jsonl: `key` as preparation will name it, `made` (what was done,
    "clean" for nothing), `origin` (key of the picture it came from), `decodable`, and `text`."""
    draw, generator = random.Random(seed), np.random.default_rng(seed)
    entries = []  # (stem, suffix, bytes, text, made, origin, decodable)
    images = {}

    def image_of(record: ImageRecord) -> Image.Image:
        if record.key not in images:
            if len(images) > 200:
                images.clear()
            images[record.key] = record.picture().image
        return images[record.key]

    def add(record: ImageRecord, made: str, data: bytes, suffix: str, text: str, decodable: bool = True) -> None:
        entries.append((f"{len(entries):06d}", suffix, data, text, made, record.key, decodable))

    default = encode(flatten(image_of(records[0])), "JPEG", quality=80)
    for number, record in enumerate(records):
        text, data = record.text, record.source.read_bytes()
        luck = draw.random()
        if luck < WRONG_SHARE:
            add(record, "wrong_caption", data, ".webp", draw.choice(records).text)
        elif luck < WRONG_SHARE + UNSAFE_SHARE:
            category = draw.choice(list(UNSAFE_CAPTIONS))
            add(record, f"unsafe:{category}", data, ".webp", draw.choice(UNSAFE_CAPTIONS[category]))
        else:
            add(record, "clean", data, ".webp", text)
        if draw.random() < COPY_SHARE:
            kind = draw.choice(list(COPIES))
            add(record, f"copy:{kind}", COPIES[kind](image_of(record)), ".img", text)
        if draw.random() < DAMAGE_SHARE:
            kind = draw.choice(list(DAMAGES))
            make, suffix, decodable = DAMAGES[kind]
            add(record, f"damage:{kind}", make(image_of(record)), suffix, text, decodable)
        if draw.random() < UGLY_SHARE:
            kind, grade = draw.choice(DEGRADATIONS), draw.choice(GRADES)
            other = image_of(records[draw.randrange(max(0, number - 50), number + 1)])
            ugly = degrade(image_of(record), kind, grade, generator, others=[other])
            add(record, f"ugly:{kind}:{grade}", encode(ugly, "PNG"), ".png", text)
        if draw.random() < DEFAULT_SHARE:
            add(records[0], "default_picture", default, ".jpg", text)
    draw.shuffle(entries)
    quarter = len(entries) // 4
    raw = output / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    rows = _write_folder(entries[:quarter], raw)
    rows += _write_zip(entries[quarter : 2 * quarter], raw)
    rows += _write_tar(entries[2 * quarter : 3 * quarter], raw)
    rows += _write_parquet(entries[3 * quarter :], raw)
    (raw / "broken.zip").write_bytes(b"PK\x03\x04" + b"\x00" * 100)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (output / "truth.jsonl").write_text(text, encoding="utf-8")
    return rows


def _row(key: str, entry: tuple) -> dict:
    _, _, _, text, made, origin, decodable = entry
    return {"key": key, "made": made, "origin": origin, "decodable": decodable, "text": text}


def _write_folder(entries: list[tuple], raw: Path) -> list[dict]:
    """Pictures with a .txt beside each."""
    (raw / "loose").mkdir(exist_ok=True)
    for stem, suffix, data, text, *_ in entries:
        (raw / "loose" / (stem + suffix)).write_bytes(data)
        (raw / "loose" / (stem + ".txt")).write_text(text, encoding="utf-8")
    return [_row(f"loose/{entry[0]}{entry[1]}", entry) for entry in entries]


def _write_zip(entries: list[tuple], raw: Path) -> list[dict]:
    """A zip with metadata.jsonl, one line of which is damaged."""
    lines = []
    with zipfile.ZipFile(raw / "listed.zip", "w") as archive:
        for stem, suffix, data, text, *_ in entries:
            archive.writestr(stem + suffix, data)
            lines.append(json.dumps({"file_name": stem + suffix, "text": text}))
        archive.writestr("metadata.jsonl", "\n".join([*lines, '{"file_name": ']))
    return [_row(f"listed.zip/{entry[0]}{entry[1]}", entry) for entry in entries]


def _write_tar(entries: list[tuple], raw: Path) -> list[dict]:
    """A webdataset shard: a .txt follows each picture."""
    path = raw / "web-000000.tar"
    with tarfile.open(path, "w") as archive:
        for stem, suffix, data, text, *_ in entries:
            for name, content in ((stem + suffix, data), (stem + ".txt", text.encode())):
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return [_row(f"web-000000.tar/{entry[0]}{entry[1]}", entry) for entry in entries]


def _write_parquet(entries: list[tuple], raw: Path) -> list[dict]:
    """Rows of {image: {bytes, path}, text}."""
    import pyarrow
    import pyarrow.parquet

    pictures = [{"bytes": entry[2], "path": entry[0] + entry[1]} for entry in entries]
    table = pyarrow.table({"image": pictures, "text": [entry[3] for entry in entries]})
    pyarrow.parquet.write_table(table, raw / "rows.parquet")
    return [_row(f"rows.parquet/{number:08d}", entry) for number, entry in enumerate(entries)]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--input", type=Path, required=True, help="clean pictures with captions")
    parser.add_argument("--output", type=Path, required=True, help="folder for raw/ and truth.jsonl")
    parser.add_argument("--pictures", type=int, default=2000, help="clean pictures to start from, drawn evenly")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    records = kept(read_records(options.input))
    step = max(1, len(records) // options.pictures)
    chosen = kept(check_pictures(records[::step][: options.pictures]))
    rows = make_stress_set(chosen, options.output, seed=options.seed)
    print(f"{len(rows)} files in {options.output / 'raw'}, what was done to them in {options.output / 'truth.jsonl'}")


if __name__ == "__main__":
    main()
