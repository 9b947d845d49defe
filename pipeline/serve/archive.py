"""Everything that the store keeps, embedded once. The index is saved beside the store, a folder for each model."""

import io
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from pipeline.search import ImageIndex
from pipeline.serve.studio import Studio

__all__ = ["Archive"]

_logger = logging.getLogger(__name__)
REPORT_EVERY = 25  # pictures


class Archive:
    """Pictures of the store by recipe id, shared by all visitors. `refresh` comes before everything else."""

    def __init__(self, studio: Studio):
        self._studio, self._lock = studio, threading.Lock()
        self._index: ImageIndex | None = None

    @property
    def index(self) -> ImageIndex:
        """Embeddings by recipe id."""
        if self._index is None:
            self._index = self._load()
        return self._index

    def refresh(self) -> Iterator[str]:
        """Embed what is new in the store and forget what it has deleted. Yields how far that is, in words."""
        with self._lock:
            ids = self._studio.store.ids()  # none where the store is slow to answer: then nothing is forgotten
            gone = set(self.index.ids()) - set(ids) if ids else set()
            new = [id for id in ids if id not in self.index]
            self.index.remove(*gone)
            for number, id in enumerate(new):
                if number % REPORT_EVERY == 0:
                    yield f"Reading earlier pictures, {number} of {len(new)}"
                stored = self._studio.store.find(id)
                if stored is not None:
                    self.index.add(id, self._studio.embed("", _open(stored.png)))
            if gone or new:
                self._save()

    def picture(self, id: str) -> tuple[Image.Image, str] | None:
        """A stored picture and its prompt; None where the store has deleted it."""
        stored = self._studio.store.find(id)
        return None if stored is None else (_open(stored.png), stored.recipe.prompt or "Made from reference pictures")

    @property
    def _folder(self) -> Path | None:
        named, directory = self._studio.weights_hash, self._studio.store.directory
        return directory.parent / f"search-{named}" if named and directory else None

    def _load(self) -> ImageIndex:
        empty = self._studio.new_index()
        try:
            if self._folder is not None:
                index = ImageIndex.load(self._folder)
                if (index.embed_dim, index.dim, index.search_dim) == (empty.embed_dim, empty.dim, empty.search_dim):
                    return index
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:
            _logger.warning("The index of the store is made anew: %s", error)
        return empty

    def _save(self) -> None:
        try:
            if self._folder is not None:
                self.index.save(self._folder)
        except OSError as error:
            _logger.warning("The index of the store cannot be saved (it is made anew after a restart): %s", error)


def _open(png: bytes) -> Image.Image:
    with Image.open(io.BytesIO(png)) as image:
        return image.convert("RGB")
