"""Which limit of which place a file breaks: read from its bytes alone, whoever made it.

check_file(data, find_target("whatsapp"))           # [] where it keeps to all of them
"""

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from PIL import Image

from pipeline.stickers.exif import read_sticker_exif
from pipeline.stickers.tags import is_emoji
from pipeline.stickers.targets import PackRules, Target

__all__ = [
    "FileFacts",
    "PackFacts",
    "check_file",
    "check_name",
    "check_pack",
    "read_facts",
    "read_pack",
]

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF", "ICO")
MAX_SIDE = 8192
MAX_FILES, MAX_UNPACKED = 500, 200_000_000  # of a zip
MAX_FRAMES = 1000


@dataclass(frozen=True)
class FileFacts:
    """What a picture's bytes say."""

    format: str
    width: int
    height: int
    bytes: int
    frames: int = 1
    duration_ms: int = 0
    shortest_frame_ms: int = 0
    transparent: bool = False  # some pixel is not opaque, or might be


@dataclass(frozen=True)
class PackFacts:
    """What a zip of stickers holds."""

    stickers: dict[str, FileFacts]
    tray: FileFacts | None = None
    title: str | None = None
    author: str | None = None
    emoji: dict[str, list[str]] = field(default_factory=dict)  # by file name, where the zip says
    alt: dict[str, str] = field(default_factory=dict)
    keywords: dict[str, list[str]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)


def read_facts(data: bytes) -> FileFacts:
    """Raises ValueError for what is no picture of `FORMATS`, or one that is damaged."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            width, height = image.size
            if max(width, height) > MAX_SIDE:
                raise ValueError(f"The picture has {width}x{height} pixels; up to {MAX_SIDE} a side are looked at.")
            frames = min(getattr(image, "n_frames", 1), MAX_FRAMES)
            durations = []
            for frame in range(frames):
                image.seek(frame)
                image.load()
                durations.append(round(image.info.get("duration", 0) or 0))
            image.seek(0)
            transparent = image.has_transparency_data and any(image.convert("RGBA").getchannel("A").histogram()[:255])
            moving = frames > 1 and image.format != "ICO"
            return FileFacts(
                str(image.format),
                width,
                height,
                len(data),
                frames if moving else 1,
                sum(durations) if moving else 0,
                min(durations) if moving else 0,
                transparent,
            )
    except (OSError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise ValueError(f"This is no {', '.join(FORMATS)} picture that can be read: {error}") from error


def check_file(data: bytes, target: Target) -> list[str]:
    """One sentence for each limit that a picture breaks, with what it takes and what it got.

    Raises:
        ValueError: as `read_facts`.
    """
    return _check_facts(read_facts(data), target)


def _check_facts(facts: FileFacts, target: Target) -> list[str]:
    broken = []
    if facts.format not in target.formats:
        broken.append(f"format: takes {' or '.join(target.formats)}, got {facts.format}")
    width, height = target.size
    size, got = (facts.width, facts.height), f"got {facts.width}x{facts.height}"
    other = facts.width == facts.height and facts.width in target.sizes
    if target.fit == "exact" and size != target.size and not other:
        sizes = " or ".join(f"{w}x{h}" for w, h in [target.size, *((side, side) for side in target.sizes)])
        broken.append(f"size: takes exactly {sizes}, {got}")
    if target.fit == "at most" and (facts.width > width or facts.height > height):
        broken.append(f"size: takes at most {width}x{height}, {got}")
    if target.fit == "one side" and max(size) != width:
        broken.append(f"size: takes one side of exactly {width} and the other of at most that, {got}")
    if target.even and (facts.width % 2 or facts.height % 2):
        broken.append(f"size: takes even sides, {got}")
    if target.opaque and facts.transparent:
        broken.append("transparency: takes none, got some")
    most = target.max_bytes
    if facts.frames > 1:
        rules = target.animation
        if rules is None:
            broken.append(f"motion: takes still pictures, got {facts.frames} frames")
        else:
            most = rules.max_bytes
            if rules.max_ms is not None and facts.duration_ms > rules.max_ms:
                broken.append(f"motion: takes at most {rules.max_ms:,} ms, got {facts.duration_ms:,}")
            if facts.shortest_frame_ms < rules.min_frame_ms:
                broken.append(
                    f"motion: takes frames of {rules.min_frame_ms} ms or more, got {facts.shortest_frame_ms}"
                )
    if most is not None and facts.bytes > most:
        broken.append(f"bytes: takes at most {most:,}, got {facts.bytes:,}")
    return broken


def check_name(name: str, target: Target) -> list[str]:
    """The same of a sticker's name."""
    if target.names is None:
        return []
    fewest, most = target.names
    broken = []
    if not fewest <= len(name) <= most:
        broken.append(f"name: takes {fewest} to {most} characters, got {len(name)}")
    if target.plain_names and not re.fullmatch(r"[A-Za-z0-9_]*", name):
        broken.append(f"name: takes letters, digits and _, got {name!r}")
    return broken


def read_pack(data: bytes) -> PackFacts:
    """What a zip, a .wastickers file among them, holds.

    Raises:
        ValueError: it is no zip, one of more than `MAX_FILES` files or `MAX_UNPACKED` bytes, or one that is damaged or
            locked.
    """
    files = _unpacked(data)
    stickers, unreadable, tray = {}, {}, None
    for name, content in files.items():
        path = PurePosixPath(name)
        if path.suffix.lower() not in (".png", ".webp", ".gif", ".jpg", ".jpeg", ".avif"):
            continue
        try:
            facts = read_facts(content)
        except ValueError as error:
            unreadable[name] = str(error)
            continue
        if path.stem == "tray":
            tray = facts
        elif path.stem not in ("contact-sheet", "cover"):
            stickers[name] = facts
    manifest = _pack_json(files.get("pack.json", b"{}"))
    told = {name: read_sticker_exif(files[name]) for name in stickers}
    entries = {
        name: {"emoji": own.get("emojis") or [], "alt": own.get("accessibility-text") or ""}
        for name, own in told.items()
        if "emojis" in own
    }
    entries |= {
        entry["file"]: entry
        for entry in _listed(manifest.get("stickers"))
        if isinstance(entry, dict) and isinstance(entry.get("file"), str)
    }
    texts = {
        key: files[f"{key}.txt"].decode("utf-8", "replace").strip()
        for key in ("title", "author")
        if f"{key}.txt" in files
    }
    return PackFacts(
        stickers,
        tray,
        texts.get("title", _text(manifest.get("title"))),
        texts.get("author", _text(manifest.get("author"))),
        {name: _listed(entry.get("emoji")) for name, entry in entries.items()},
        {name: str(entry.get("alt", "")) for name, entry in entries.items()},
        {name: _listed(entry["keywords"]) for name, entry in entries.items() if "keywords" in entry},
        {name: str(entry["tags"]) for name, entry in entries.items() if "tags" in entry},
        unreadable,
    )


def _unpacked(data: bytes) -> dict[str, bytes]:
    """The files of a zip by their names; raises ValueError as `read_pack`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) > MAX_FILES or sum(member.file_size for member in members) > MAX_UNPACKED:
                raise ValueError(f"A pack takes up to {MAX_FILES} files and {MAX_UNPACKED:,} bytes, got more.")
            return {member.filename: archive.read(member) for member in members}
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:  # damaged, or locked by a password
        raise ValueError(f"This is no zip file that can be read: {error}") from error


def _listed(value: Any) -> list:
    """A list that a stranger's pack.json should have; empty where it has something else."""
    return value if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def check_pack(data: bytes, target: Target) -> list[str]:
    """One sentence for each limit that a zip of stickers breaks, its pictures' own limits included.

    Of a target that takes no sets, each picture is looked at by itself.

    Raises:
        ValueError: as `read_pack`.
    """
    rules, pack = target.pack, read_pack(data)
    broken = [f"{name}: {reason}" for name, reason in pack.unreadable.items()]
    for name, facts in pack.stickers.items():
        reasons = _check_facts(facts, target) + check_name(PurePosixPath(name).stem, target)
        broken += [f"{name}: {reason}" for reason in reasons]
    if rules is None:
        return broken if pack.stickers else [*broken, "stickers: takes one or more pictures, got none"]
    fewest, most = rules.stickers
    if not fewest <= len(pack.stickers) <= most:
        broken.append(f"stickers: takes {fewest} to {most}, got {len(pack.stickers)}")
    if not rules.mixes and len({facts.frames > 1 for facts in pack.stickers.values()}) > 1:
        broken.append("stickers: takes still or moving ones, got both")
    broken += _check_tray(pack.tray, rules.tray)
    for key, longest in (("title", rules.max_title), ("author", rules.max_author)):
        text = getattr(pack, key)
        if longest is not None and not 0 < len(text or "") <= longest:
            broken.append(f"{key}: takes 1 to {longest} characters, got {len(text) if text else 'none'}")
    return broken + [
        f"{name}: {reason}" for name in pack.stickers for reason in _check_texts(name, pack, target, rules)
    ]


def _check_texts(name: str, pack: PackFacts, target: Target, rules: PackRules) -> Iterable[str]:
    """What a sticker of a set is told by: emoji, keywords, alternative text and tags, where the set says them."""
    emoji, keywords = pack.emoji.get(name), pack.keywords.get(name)
    if emoji is not None and not rules.emoji[0] <= len(emoji) <= rules.emoji[1]:
        yield f"emoji: takes {rules.emoji[0]} to {rules.emoji[1]}, got {len(emoji)}"
    for text in emoji or ():
        if not is_emoji(str(text)):
            yield f"emoji: takes emoji, got {text!r}"
    if keywords is not None and rules.keywords is not None:
        most, characters = rules.keywords
        total = sum(map(len, map(str, keywords)))
        if len(keywords) > most or total > characters:
            yield (f"keywords: takes up to {most} of {characters} characters in all, got {len(keywords)} of {total}")
    if name in pack.alt:
        length, most = len(pack.alt[name]), _max_alt(pack.stickers[name], target)
        if most is not None and length > most:
            yield f"alternative text: takes up to {most} characters, got {length}"
        if length < rules.min_alt:
            yield f"alternative text: takes {rules.min_alt} characters or more, got {length}"
    if rules.max_tags is not None and len(pack.tags.get(name, "")) > rules.max_tags:
        yield f"tags: takes up to {rules.max_tags} characters, got {len(pack.tags[name])}"


def _max_alt(facts: FileFacts, target: Target) -> int | None:
    """How many characters of alternative text a sticker of a set may have."""
    if facts.frames > 1 and target.animation and target.animation.max_alt is not None:
        return target.animation.max_alt
    return target.pack.max_alt if target.pack else None


def _check_tray(tray: FileFacts | None, rules: tuple[int, int] | None) -> Iterable[str]:
    if rules is None:
        return
    side, most = rules
    if tray is None:
        yield f"tray.png: takes a PNG of {side}x{side}, got none"
        return
    if (tray.format, tray.width, tray.height) != ("PNG", side, side):
        yield f"tray.png: takes a PNG of {side}x{side}, got {tray.format} of {tray.width}x{tray.height}"
    if tray.bytes > most:
        yield f"tray.png: takes at most {most:,} bytes, got {tray.bytes:,}"


def _pack_json(data: bytes) -> dict:
    try:
        manifest = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return manifest if isinstance(manifest, dict) else {}
