"""What one visitor can search: own uploads, drawings of this visit and, where that is allowed, all drawn here."""

import functools
import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.pictures.comparison import TOLERANCE, thumbnail, tone_difference
from pipeline.pictures.hashing import RADIUS, perceptual_hash
from pipeline.recipe import MAX_PROMPT_LENGTH
from pipeline.search import ImageIndex, SearchResult, flag_duplicates
from pipeline.serve.archive import Archive
from pipeline.serve.drawn import Drawn
from pipeline.serve.limits import Limits
from pipeline.serve.studio import Studio
from pipeline.serve.uploads import open_picture

__all__ = ["Collected", "Collection", "find"]

TOP_K = 24  # results on the page
COPY_SIZE = 256  # pixels of the longer side of what the page shows of an upload


@dataclass(frozen=True)
class Collected:
    """One picture: the file that the page shows, what it is called, and whether the visitor brought it."""

    path: str
    title: str
    is_upload: bool


class Collection:
    """Uploads, drawings of this visit and, where asked for, everything in the archive, by id.

    The page shows uploads and archived pictures as small copies in the studio's folder.
    """

    def __init__(self, studio: Studio, limits: Limits, archive: Archive | None = None):
        """Waits for the model.

        Raises:
            WeightsError: it could not be loaded.
        """
        self._studio, self._limits = studio, limits
        self._own_archive = archive
        self._index = studio.new_index()
        self._pictures: dict[str, Collected] = {}
        self._with_archive = False

    @property
    def _archive(self) -> Archive | None:
        """Searched too, where that was asked for."""
        return self._own_archive if self._with_archive else None

    def __len__(self) -> int:
        others = set(self._archive.index.ids()) - self._pictures.keys() if self._archive else ()
        return len(self._pictures) + len(others)

    @property
    def uploads(self) -> int:
        return sum(picture.is_upload for picture in self._pictures.values())

    def get(self, id: str) -> Collected | None:
        """A picture with its file; None where it is no longer here."""
        if id in self._pictures:
            return self._pictures[id] if Path(self._pictures[id].path).exists() else None
        if self._archive is None or id not in self._archive.index:
            return None
        picture = self._archive.picture(id)
        if picture is None:
            return None
        image, title = picture
        return Collected(self._write(image, f"found-{id}.png"), title, False)

    def upload(self, path: str | Path) -> bool:
        """Add a file; False if the same file is there already.

        Raises:
            ValueError: one sentence for the person who uploaded it.
        """
        id = hashlib.sha256(Path(path).read_bytes()).hexdigest()
        if id in self._pictures:
            return False
        if self.uploads >= self._limits.max_search_pictures:
            raise ValueError(
                f"There are {self.uploads} pictures of yours already, which is the most. Remove them, then add others."
            )
        image = open_picture(path, self._limits)
        self._index.add(id, self._studio.embed("", image))
        copy = self._write(image, f"upload-{secrets.token_hex(16)}.png")
        self._pictures[id] = Collected(copy, Path(path).name, True)
        return True

    def take(self, drawn: Iterable[Drawn], *, archive: bool = False) -> Iterator[str]:
        """Add what was drawn in this visit, drop what was deleted, and search the archive or not from now on.

        Yields what is going on, in words, where it takes long.
        """
        for id, picture in list(self._pictures.items()):
            if not Path(picture.path).exists():
                self._index.remove(id)
                del self._pictures[id]
        for each in drawn:
            if each.recipe.id not in self._pictures and Path(each.path).exists():
                self._index.add(each.recipe.id, self._studio.embed("", open_picture(each.path, self._limits)))
                self._pictures[each.recipe.id] = Collected(each.path, each.alt, False)
        self._with_archive = archive
        if self._archive is not None:
            yield from self._archive.refresh()

    def search(self, words: str, image: Image.Image | None, image_weight: float) -> list[SearchResult]:
        """The pictures nearest to words, to a picture, or to both, best first.

        Raises:
            ValueError: one sentence that says what to change.
        """
        return self._merge(
            lambda index: find(self._studio, index, words, image, image_weight=image_weight, top_k=TOP_K)
        )

    def more_like(self, id: str) -> list[SearchResult]:
        """The pictures nearest to one of these, by all that their embeddings say. Raises KeyError."""
        embeds = self._embeds_of(id)
        return self._merge(lambda index: index.search(None, embeds, whole=True, top_k=TOP_K, exclude=[id]))

    def clear(self) -> None:
        """Forget the uploads and delete their copies."""
        for id, picture in list(self._pictures.items()):
            if picture.is_upload:
                Path(picture.path).unlink(missing_ok=True)
                self._index.remove(id)
                del self._pictures[id]

    def _merge(self, search: Callable[[ImageIndex], list[SearchResult]]) -> list[SearchResult]:
        """Results of one's own pictures and of the archive, best first, near-identical ones flagged across both."""
        results = search(self._index)
        if self._archive is not None:
            results += [result for result in search(self._archive.index) if result.id not in self._pictures]
            results = sorted(results, key=lambda result: -result.score)[:TOP_K]
        results = [replace(result, duplicate_of=None) for result in results]
        pictures = [self.get(result.id) for result in results]
        results = [result for result, picture in zip(results, pictures, strict=True) if picture is not None]
        paths = [picture.path for picture in pictures if picture is not None]
        return flag_duplicates(results, _near_identical(paths)) if results else []

    def _embeds_of(self, id: str) -> np.ndarray:
        if id in self._pictures:
            return self._index.embeds_of(id)
        if self._archive is None:
            raise KeyError(id)
        return self._archive.index.embeds_of(id)

    def _write(self, image: Image.Image, name: str) -> str:
        image.thumbnail((COPY_SIZE, COPY_SIZE))
        path = self._studio.folder / name
        image.save(path)
        return str(path)


def _near_identical(paths: list[str]) -> np.ndarray:
    """(n, n) of bool: which pictures are copies of one another, as data preparation tells them. The pixels are asked:
    a strong JPEG moves an embedding further than another drawing of the same thing lies.
    """
    looks = [_look(path) for path in paths]
    hashes = np.array([hash for hash, _ in looks], dtype=np.uint64)
    thumbnails = np.stack([thumbnail for _, thumbnail in looks])
    alike = np.bitwise_count(hashes[:, None] ^ hashes[None]) <= RADIUS
    first, second = np.nonzero(np.triu(alike, k=1))
    same = tone_difference(thumbnails[first], thumbnails[second]) <= TOLERANCE
    alike[first, second] = alike[second, first] = same
    return alike


@functools.lru_cache(maxsize=1024)
def _look(path: str) -> tuple[int, np.ndarray]:
    """Hash and thumbnail of a file, which is never written twice."""
    with Image.open(path) as image:
        return perceptual_hash(image), thumbnail(image)


def find(
    studio: Studio, index: ImageIndex, words: str, image: Image.Image | None, *, image_weight: float, top_k: int
) -> list[SearchResult]:
    """Search an index by words, by a picture, or by both.

    Raises:
        ValueError: one sentence that says what to change.
    """
    if not words.strip() and image is None:
        raise ValueError("There is nothing to search for yet. Type words, add a picture, or both.")
    if len(words) > MAX_PROMPT_LENGTH:
        raise ValueError(
            f"The words have {len(words):,} characters; up to {MAX_PROMPT_LENGTH} are read. Shorten them."
        )
    if not 0 <= image_weight <= 1:
        raise ValueError(f"The picture's share is a number from 0 to 1, not {image_weight}.")
    text_embeds = studio.embed(words, None) if words.strip() else None
    image_embeds = studio.embed("", image) if image is not None else None
    return index.search(text_embeds, image_embeds, image_weight=image_weight, top_k=top_k)
