"""A set of stickers that looks like one set: what is in it, drawing it, and the files that places take.

    pack = make_pack("Foxes", vary("a fox", VARIANTS["expressions"]), style="flat sticker")
    for number, drawn in draw_pack(pack, draw):       # stop whenever: what is drawn stays
        pack, pictures[number] = pack.with_recipe(number, drawn.recipe), drawn.image
    files = pack_files(pack, pictures, find_target("whatsapp"))

`draw` is anything that turns a sticker into a picture with alpha, marked, and its recipe. A pack travels as JSON and
holds no pixels: with the same weights its recipes draw the same pictures again.
"""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from PIL import Image

from pipeline.recipe import MAX_PROMPT_LENGTH, MAX_SEED, Recipe
from pipeline.stickers.decorate import Decoration, fitted
from pipeline.stickers.encode import encode
from pipeline.stickers.exif import sticker_exif
from pipeline.stickers.export import export
from pipeline.stickers.sheet import contact_sheet
from pipeline.stickers.tags import alternative_text, emoji_of, is_emoji, keywords_of, shortened
from pipeline.stickers.targets import PackRules, Target
from pipeline.watermark import WatermarkError, WatermarkKey

__all__ = ["MAX_STICKERS", "MIN_STICKERS", "PackPicture", "Pack", "Sticker", "draw_pack", "make_pack", "pack_files"]
__all__ += ["wastickers", "zip_files"]

MIN_STICKERS, MAX_STICKERS = 3, 30
MAX_TITLE, MAX_ALT = 128, 125  # characters: what the narrowest place takes
MAX_JSON = 2_000_000  # characters


class PackPicture(NamedTuple):
    """A picture with alpha, marked, and what it was drawn from."""

    image: Image.Image
    recipe: Recipe | None = None
    note: str = ""  # what a person should know about how its words were understood


@dataclass(frozen=True)
class Sticker:
    """One of a pack. What is left out is filled in from the prompt.

    Raises:
        ValueError: an empty or too long prompt, a seed out of range, or no emoji.
    """

    prompt: str
    seed: int = 0
    emoji: tuple[str, ...] = ()
    alt: str = ""
    recipe: Recipe | None = None  # once it is drawn

    def __post_init__(self) -> None:
        if not (isinstance(self.prompt, str) and 0 < len(self.prompt.strip()) <= MAX_PROMPT_LENGTH):
            raise ValueError(f"`prompt` takes 1 to {MAX_PROMPT_LENGTH} characters, got {str(self.prompt)[:60]!r}.")
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or not 0 <= self.seed <= MAX_SEED:
            raise ValueError(f"`seed` takes 0 to {MAX_SEED}, got {self.seed!r}.")
        emoji = self.emoji or emoji_of(self.prompt)
        if not all(isinstance(one, str) and 0 < len(one) <= 32 and is_emoji(one) for one in emoji):
            raise ValueError(f"`emoji` takes emoji, got {emoji!r}. Leave it empty to have it filled in.")
        object.__setattr__(self, "emoji", tuple(emoji))
        alt = shortened(str(self.alt), MAX_ALT) or alternative_text(self.prompt, MAX_ALT)
        object.__setattr__(self, "alt", alt)


@dataclass(frozen=True)
class Pack:
    """What is in a pack.

    Raises:
        ValueError: too few or too many stickers, a title or author that is empty or too long, no such tray sticker.
    """

    title: str
    stickers: tuple[Sticker, ...]
    author: str = "Easel"
    style: str = ""  # words that every prompt ends in, so that the set looks like one
    tray: int = 0  # which sticker is the set's own small picture
    decoration: Decoration = field(default_factory=Decoration)

    def __post_init__(self) -> None:
        if not MIN_STICKERS <= len(self.stickers) <= MAX_STICKERS:
            raise ValueError(f"A pack takes {MIN_STICKERS} to {MAX_STICKERS} stickers, got {len(self.stickers)}.")
        for name in ("title", "author"):
            text = getattr(self, name)
            if not (isinstance(text, str) and 0 < len(text.strip()) <= MAX_TITLE):
                raise ValueError(f"`{name}` takes 1 to {MAX_TITLE} characters, got {str(text)[:60]!r}.")
        if self.tray not in range(len(self.stickers)):
            raise ValueError(f"`tray` takes 0 to {len(self.stickers) - 1}, got {self.tray!r}.")

    def prompt(self, number: int) -> str:
        """What a sticker is drawn by, style included."""
        words = self.stickers[number].prompt
        return f"{words}, {self.style}" if self.style and self.style not in words else words

    def changed(self, number: int, **changes: object) -> "Pack":
        """With one sticker's prompt, seed, emoji or alternative text changed; the others keep theirs.

        A new prompt brings its own emoji and alternative text, unless they are given.
        """
        sticker = self.stickers[number]
        if "prompt" in changes:
            changes = {"emoji": (), "alt": "", **changes}
        if {"prompt", "seed"} & changes.keys():
            changes.setdefault("recipe", None)
        new = replace(sticker, **changes)  # type: ignore[arg-type]
        return replace(self, stickers=(*self.stickers[:number], new, *self.stickers[number + 1 :]))

    def to_json(self) -> str:
        """The pack as text: `from_json` gives it back."""
        stickers = [
            {**vars(sticker), "recipe": json.loads(sticker.recipe.to_json()) if sticker.recipe else None}
            for sticker in self.stickers
        ]
        values = {**vars(self), "stickers": stickers, "decoration": vars(self.decoration)}
        return json.dumps({"easel_pack": 1, **values}, ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> "Pack":
        """Raises ValueError for what is no pack."""
        if len(text) > MAX_JSON:
            raise ValueError(f"A pack takes up to {MAX_JSON:,} characters of JSON, got {len(text):,}.")
        try:
            values = json.loads(text)
            values = values.get("easel", values)  # `pack.json` of a zip has other programs' fields around it
            if values.pop("easel_pack") != 1:
                raise ValueError("it is of a later version")
            stickers = [
                Sticker(**{**entry, "emoji": tuple(entry.get("emoji", ())), "recipe": _recipe(entry.get("recipe"))})
                for entry in values.pop("stickers")
            ]
            decoration = Decoration(**values.pop("decoration", {}))
            return cls(stickers=tuple(stickers), decoration=decoration, **values)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ValueError(f"This is no pack of Easel's that can be read: {error}") from error


def _recipe(value: object) -> Recipe | None:
    return None if value is None else Recipe.from_json(json.dumps(value))


def make_pack(title: str, prompts: Sequence[str], *, seed: int = 0, **options: object) -> Pack:
    """A pack of prompts, its emoji and alternative texts filled in; one seed for all keeps one palette.

    Args:
        options: `author`, `style`, `tray`, `decoration`, as `Pack` has them.
    """
    return Pack(title, tuple(Sticker(prompt, seed) for prompt in prompts), **options)  # type: ignore[arg-type]


def draw_pack(
    pack: Pack,
    draw: Callable[[str, int], PackPicture],
    *,
    done: Mapping[int, object] | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Iterator[tuple[int, PackPicture | Exception]]:
    """Draw what is not drawn yet, one sticker after the other; each is handed over as soon as it is there.

    Args:
        draw: of a prompt and a seed.
        done: numbers that are there already.
        cancel: asked before each.

    Yields:
        Its number and what was drawn, or why it was not: one that fails does not stop the others.
    """
    for number, sticker in enumerate(pack.stickers):
        if cancel and cancel():
            return
        if number in (done or {}):
            continue
        try:
            yield number, draw(pack.prompt(number), sticker.seed)
        except (ValueError, RuntimeError) as error:  # refused by the screen, or no mark could be read back
            yield number, error


def pack_files(
    pack: Pack, pictures: Mapping[int, Image.Image], target: Target, key: WatermarkKey | None = None
) -> dict[str, bytes]:
    """The files of a pack for a target, by name: stickers, tray picture, texts, `pack.json` and a contact sheet.

    Args:
        pictures: with alpha, by the sticker's number; those that were not drawn are left out.

    Raises:
        ValueError: the target takes no packs, or there are too few pictures for it.
        WatermarkError: the mark cannot be read back from a sticker's file; the message names the sticker.
    """
    rules = target.pack
    if rules is None:
        raise ValueError(f"{target.title} takes single pictures, no packs.")
    fewest, most = rules.stickers
    if not fewest <= len(pictures) <= most:
        raise ValueError(f"{target.title}: a pack takes {fewest} to {most} stickers, got {len(pictures)} drawn.")
    files: dict[str, bytes] = {}
    entries, shown = [], []
    for number in sorted(pictures):
        sticker = pack.stickers[number]
        emoji, alt = sticker.emoji[: rules.emoji[1]], shortened(sticker.alt, rules.max_alt or MAX_ALT)
        try:
            made = export(
                pictures[number],
                target,
                decoration=pack.decoration,
                key=key,
                payload=sticker.recipe.id32 if sticker.recipe else None,
                exif=sticker_exif(pack.title, pack.author, emoji, alt) if rules.exif else b"",
            )
        except (WatermarkError, ValueError) as error:
            raise type(error)(f"Sticker {number + 1}, {sticker.prompt}: {error}") from error
        name = _file_stem(number, sticker.prompt, target) + made.suffix
        files[name] = made.data
        entries.append({"file": name, "emoji": list(emoji), "alt": alt, **_found_by(sticker, rules)})
        with Image.open(io.BytesIO(made.data)) as image:
            shown.append(image.convert("RGBA"))
    if rules.tray:
        side, limit = rules.tray
        first = pictures[pack.tray if pack.tray in pictures else min(pictures)]
        files["tray.png"] = encode(fitted(first, (side, side), Decoration(margin=2)), "PNG", limit)[0]
    sheet = contact_sheet(shown, [pack.stickers[number].prompt for number in sorted(pictures)], key=key)
    files["contact-sheet.png"] = encode(sheet, "PNG")[0]
    title = shortened(pack.title, rules.max_title or MAX_TITLE)
    files |= {"title.txt": title.encode(), "author.txt": pack.author.encode()}
    by_stem = {entry["file"].rpartition(".")[0]: "".join(entry["emoji"]) for entry in entries}
    files["emoji.txt"] = json.dumps(by_stem, ensure_ascii=False, indent=1).encode()  # as sticker-convert reads it
    manifest = {"title": title, "author": pack.author, "stickers": entries}
    files["pack.json"] = json.dumps(
        manifest | {"easel": json.loads(pack.to_json())}, ensure_ascii=False, indent=1
    ).encode()
    return files


def _found_by(sticker: Sticker, rules: PackRules) -> dict[str, object]:
    """The words that a sticker is found by, as a place takes them: a list, or one text."""
    if rules.keywords is not None:
        return {"keywords": list(keywords_of(sticker.prompt, *rules.keywords))}
    if rules.max_tags is not None:
        return {"tags": ", ".join(keywords_of(sticker.prompt, 20, rules.max_tags - 40))}
    return {}


def wastickers(files: Mapping[str, bytes]) -> bytes:
    """A .wastickers file of what `pack_files` made for WhatsApp: pictures, tray, title and author, nothing else."""
    kept = {name: data for name, data in files.items() if name.endswith(".webp")}
    if "tray.png" not in files or not kept:
        raise ValueError("A .wastickers file is made from the files for whatsapp.")
    return zip_files(kept | {name: files[name] for name in ("tray.png", "title.txt", "author.txt")})


def zip_files(files: Mapping[str, bytes]) -> bytes:
    """A zip; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _file_stem(number: int, prompt: str, target: Target) -> str:
    """A file's name without its suffix, as the place takes names."""
    stem = f"{number + 1:02d}-{_slug(prompt)}"[: target.names[1] if target.names else None].rstrip("-")
    return stem.replace("-", "_") if target.plain_names else stem


def _slug(prompt: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", prompt.lower()).strip("-")[:40].strip("-") or "sticker"
