"""The files that visitors take away: each drawn picture as a signed PNG, or as another format where one asks.

A file leaves in this order: drawn and marked (`render`), recipe inside, Content Credentials last (where c2pa-python is
installed). No two signatures are alike, so what "same recipe, same bytes" speaks of is the PNG before it is signed:
the store keeps that one, and `without_credentials` gives it back from a download.
"""

import io
import itertools
import logging
import re
import secrets
import time
from pathlib import Path

from PIL import Image

from pipeline.atomic import write_file
from pipeline.provenance.credentials import CredentialsError, available, sign_credentials, without_credentials
from pipeline.recipe import Recipe
from pipeline.recipe.files import FORMATS, SUFFIXES, convert
from pipeline.serve.render import Rendered
from pipeline.serve.store import PictureStore
from pipeline.serve.workplace import Workplace
from pipeline.watermark import default_key, verify

__all__ = ["Files"]

_SWEEP_SECONDS = 60.0  # a look at each of 10,000 files takes as long as a picture
_logger = logging.getLogger(__name__)


class Files:
    """A temporary folder of signed pictures.

    Args:
        store: asked for a picture whose file is already deleted.
        kept_seconds: age at which a file is deleted.
        parent: of the folder; default the system's for temporary files.

    Attributes:
        folder: where they are.
        signs: whether what leaves is signed.
    """

    def __init__(self, store: PictureStore, kept_seconds: int, parent: Path | None = None):
        self._workplace = Workplace(parent)
        self.folder = self._workplace.folder
        self.signs = available()
        self._store, self._kept_seconds = store, kept_seconds
        self._swept = time.monotonic()

    def save(self, rendered: Rendered) -> Path:
        """Write the PNG to hand out, signed, named by seed and id. Older files are deleted, now and then."""
        if time.monotonic() - self._swept >= min(_SWEEP_SECONDS, self._kept_seconds):
            self.sweep()
        return self._write(rendered.png, rendered.recipe)

    def download(self, path: str | Path, recipe: Recipe, file_format: str) -> Path:
        """The PNG that `save` wrote as a file of another of `FORMATS`, signed.

        Raises:
            ValueError: another format, or the picture is no longer kept.
        """
        path = Path(path)
        if file_format not in FORMATS:
            raise ValueError(f"The format is one of {', '.join(FORMATS)}, not {file_format!r}.")
        if not path.is_file():
            stored = self._store.get(recipe)
            if stored is None:
                raise ValueError("This picture is no longer kept here. Press Use its settings, then Generate.")
            path = self._write(stored.png, recipe)
        target = path.with_suffix(SUFFIXES[file_format])
        if target.is_file():
            target.touch()
        else:
            write_file(target, self._sealed(convert(without_credentials(path.read_bytes()), file_format), recipe))
        return target

    def encode(self, rendered: Rendered, file_format: str = "png", quality: int | None = None) -> bytes:
        """The picture as a signed file of one of `FORMATS`; where a quality is asked for, its mark is read back.

        Raises:
            ValueError: another format, or a quality at which the mark is gone.
        """
        data = convert(rendered.png, file_format, quality)
        if quality is not None:
            with Image.open(io.BytesIO(data)) as image:
                found = verify(image)
            if found.result != "GENERATED" or found.payload not in (None, rendered.recipe.id32):
                raise ValueError(
                    f"At quality {quality} this picture's watermark cannot be read. Ask for a higher one."
                )
        return self._sealed(data, rendered.recipe)

    def publish(self, data: bytes, suffix: str) -> str:
        """Keep a file for as long as drawn ones; its name cannot be guessed."""
        path = self.folder / f"{secrets.token_urlsafe(24)}{suffix}"
        write_file(path, data)
        return path.name

    def published(self, name: str) -> bytes | None:
        """A file that `publish` named; None where there is none, or no more."""
        if not re.fullmatch(r"[\w-]{32}\.(png|jpg|webp|avif)", name, re.ASCII):
            return None
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def sweep(self) -> None:
        """Delete the files that are too old."""
        self._swept = time.monotonic()
        oldest = time.time() - self._kept_seconds
        for path in self._workplace.files():
            try:
                if path.stat().st_mtime < oldest:
                    path.unlink()
            except FileNotFoundError:  # another thread was faster
                continue

    def close(self) -> None:
        """Delete the folder."""
        self._workplace.close()

    def warm_up(self) -> None:
        """Load what signing needs, which takes a third of a second, before anybody waits for it."""
        tiny = io.BytesIO()
        Image.new("RGB", (1, 1)).save(tiny, "PNG")
        self._sealed(tiny.getvalue())

    def _write(self, png: bytes, recipe: Recipe) -> Path:
        """A signed copy; the one that is there already, if it is of the same bytes."""
        self._workplace.restore()
        for number in itertools.count(1):
            path = self.folder / f"easel-{recipe.seed}-{recipe.id}{f'-{number}' if number > 1 else ''}.png"
            if not path.is_file():
                write_file(path, self._sealed(png, recipe))
                return path
            if without_credentials(path.read_bytes()) == png:
                path.touch()
                return path
        raise AssertionError("numbers do not end")

    def _sealed(self, data: bytes, recipe: Recipe | None = None) -> bytes:
        """With Content Credentials, where that is possible: a picture without them is still a picture."""
        mark = f"{default_key().key_id}:{recipe.id32:08x}" if recipe else None
        if not available():
            return data
        try:
            signed = sign_credentials(data, mark=mark)
        except CredentialsError as error:
            if self.signs:
                _logger.error("Downloads leave without Content Credentials: %s", error)
            self.signs = False
            return data
        self.signs = True
        return signed
