"""Find pictures by words, by a picture, or by both, among the embeddings of all pictures made or uploaded.

Notable choices:
- the index holds vectors, not a model: `add_images` and `search_images` join it to anything that has
  `get_text_embeds(list[str])` and `get_image_embeds(list[PIL.Image])`, both (n, embed_dim) and L2-normalised;
- words and picture together are the weighted average of the two vectors;
- words and given pictures are compared by the first `search_dim` numbers only, where the model says that these tell
  what is shown and the others how it looks (`index_for` asks it): the same thing as others draw it is found oftener so
  (python -m pipeline.evaluation.embedding). "More like this" and near-identical flags use all;
- up to `exact_up_to` pictures every vector is compared; above, faiss visits the nearest 1/16 of its inverted lists
  (IVF) of those prefixes, measured by `python -m pipeline.evaluation.search`, and whole vectors rank what it finds;
- embeddings trained as Matryoshka (Kusupati et al. 2022, arXiv 2205.13147) may be kept as a shorter prefix, `dim`.
"""

import hashlib
import json
import math
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from PIL import Image
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from pipeline.atomic import new_file
from pipeline.search.embeddings import checked_lengths, mix_embeds, to_array, unit_prefix

if TYPE_CHECKING:
    import torch

__all__ = [
    "DUPLICATE_COSINE",
    "EmbedsBoth",
    "ImageIndex",
    "SearchResult",
    "add_images",
    "flag_duplicates",
    "index_for",
    "search_images",
]

EMBEDS_FILE, ITEMS_FILE = "embeds.safetensors", "items.jsonl"
EXACT_UP_TO = 20_000  # pictures; 512 numbers each are read in about 2 ms
LISTS_PER_ROOT = 2  # inverted lists = 2 sqrt(n); twice as many train four times as long
PROBED_SHARE = 1 / 16  # of the lists, a query; recall and time: python -m pipeline.evaluation.search
TRAINING_ROWS_PER_LIST = 64
# Nine in ten pictures are at least 0.890 like their JPEG of quality 60 and 0.956 like their half-size copy, and 2.7 %
# have another at 0.98 or above: python -m pipeline.evaluation.embedding --held-out blobmoji --limit 400
DUPLICATE_COSINE = 0.98
SHORTLIST = 20  # times as many are looked up by prefix where whole vectors decide the order
RETRAIN_GROWTH = 4  # lists are trained again once the index has grown this many times


class EmbedsBoth(Protocol):
    """What turns words and pictures into vectors of one space: (n, embed_dim), L2-normalised."""

    def get_text_embeds(self, texts: list[str], /) -> "torch.Tensor": ...

    def get_image_embeds(self, images: list[Image.Image], /) -> "torch.Tensor": ...


@dataclass(frozen=True)
class SearchResult:
    """One picture found. score: cosine to the query. duplicate_of: id of a better result it is near-identical to."""

    id: str
    score: float
    metadata: dict[str, Any]
    duplicate_of: str | None = None


class ImageIndex:
    """Embeddings of pictures, searchable; safe to use from several threads.

    embed_dim: length of the vectors given to `add` and `search`.
    dim: how many of their first numbers are kept (all by default); prefixes are normalised again.
    search_dim: how many of those words are compared by, and a faiss index holds (all that are kept by default).
    exact_up_to: number of pictures above which faiss (the extra `search`) answers approximately.
    duplicate_cosine: results at least this alike are flagged as near-identical.
    """

    def __init__(
        self,
        embed_dim: int = 512,
        *,
        dim: int | None = None,
        search_dim: int | None = None,
        exact_up_to: int = EXACT_UP_TO,
        duplicate_cosine: float = DUPLICATE_COSINE,
    ):
        self.embed_dim = embed_dim
        self.dim, self.search_dim = checked_lengths(embed_dim, dim, search_dim)
        self.exact_up_to, self.duplicate_cosine = exact_up_to, duplicate_cosine
        self._embeds = np.zeros((0, self.dim), dtype=np.float32)  # grows by doubling; rows are never moved
        self._items: list[tuple[str, dict[str, Any]] | None] = []  # None where a picture was removed
        self._rows: dict[str, int] = {}
        self._lists: Any = None  # faiss index over rows, made at the first search above `exact_up_to`
        self._trained_on = 0
        self._lock = threading.RLock()

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, id: str) -> bool:
        return id in self._rows

    def add(self, id: str, embeds: Any, metadata: dict[str, Any] | None = None) -> None:
        """Add one picture; `embeds` is (embed_dim,). An id that is already there is replaced."""
        self.extend([id], to_array(embeds).reshape(1, -1), [metadata or {}])

    def extend(self, ids: Sequence[str], embeds: Any, metadata: Sequence[dict[str, Any]] | None = None) -> None:
        """Add many pictures; `embeds` is (len(ids), embed_dim). Ids that are already there are replaced."""
        vectors = unit_prefix(embeds, self.embed_dim, self.dim)
        prefixes = unit_prefix(vectors, self.dim, self.search_dim)
        metadata = [{} for _ in ids] if metadata is None else metadata
        if not len(ids) == len(vectors) == len(metadata) == len(set(ids)):
            raise ValueError(
                f"`ids`, `embeds` and `metadata` must be as many, ids distinct: got {len(ids)} ids "
                f"({len(set(ids))} distinct), {len(vectors)} embeds, {len(metadata)} metadata. Give one of each."
            )
        with self._lock:
            self.remove(*(id for id in ids if id in self._rows))
            first, end = len(self._items), len(self._items) + len(ids)
            if end > len(self._embeds):
                grown = np.zeros((max(end, 2 * len(self._embeds)), self.dim), dtype=np.float32)
                grown[:first] = self._embeds[:first]
                self._embeds = grown
            self._embeds[first:end] = vectors
            self._items.extend((id, dict(data)) for id, data in zip(ids, metadata, strict=True))
            self._rows.update(zip(ids, range(first, end), strict=True))
            if self._lists is not None:
                self._lists.add_with_ids(prefixes, np.arange(first, end))

    def remove(self, *ids: str) -> None:
        """Forget pictures. Raises KeyError, and forgets nothing, if one of them is not there."""
        with self._lock:
            missing = [id for id in ids if id not in self._rows]
            if missing:
                raise KeyError(
                    f"no picture {missing[0]!r} among the {len(self)} of this index. Check with `id in index`."
                )
            rows = [self._rows.pop(id) for id in ids]
            for row in rows:
                self._items[row] = None
            if self._lists is not None and rows:
                self._lists.remove_ids(np.array(rows, dtype=np.int64))

    def ids(self) -> list[str]:
        """Of all pictures, in the order in which they were added."""
        with self._lock:
            return list(self._rows)

    def embeds_of(self, id: str) -> np.ndarray:
        """The stored vector (dim,) of a picture. Raises KeyError."""
        with self._lock:
            return self._embeds[self._rows[id]].copy()

    def search(
        self,
        text_embeds: Any = None,
        image_embeds: Any = None,
        *,
        image_weight: float = 0.5,
        top_k: int = 10,
        exclude: Iterable[str] = (),
        whole: bool = False,
    ) -> list[SearchResult]:
        """The `top_k` pictures nearest to words (embed_dim,), to a picture (embed_dim,), or to both, best first.

        image_weight: the picture's share when both are given, 0 to 1; 0.5 is their average.
        exclude: ids to leave out.
        whole: compare by all kept numbers, not only by the first `search_dim`.
        """
        dim = self.dim if whole else self.search_dim
        query = mix_embeds(text_embeds, image_embeds, self.embed_dim, dim, image_weight=image_weight)
        return self._search(query, top_k, set(exclude))

    def more_like(self, id: str, top_k: int = 10) -> list[SearchResult]:
        """The `top_k` pictures nearest to one of the index by all kept numbers, itself left out. Raises KeyError."""
        return self._search(self.embeds_of(id), top_k, {id})

    def _search(self, query: np.ndarray, top_k: int, exclude: set[str]) -> list[SearchResult]:
        if top_k < 1:
            raise ValueError(f"`top_k` must be at least 1, got {top_k}. Ask for one result or more.")
        with self._lock:
            wanted = min(top_k + len(exclude & self._rows.keys()), len(self))
            if wanted == 0:
                return []
            rows, scores = self._nearest(query, wanted)
            kept = [place for place, row in enumerate(rows) if self._items[row][0] not in exclude][:top_k]
            results = [
                SearchResult(self._items[rows[p]][0], float(scores[p]), dict(self._items[rows[p]][1])) for p in kept
            ]
            found = self._embeds[rows[kept]]
            return flag_duplicates(results, found @ found.T >= self.duplicate_cosine)

    def _nearest(self, query: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Rows and cosines of the `count` pictures nearest to `query`, (search_dim,) or (dim,), best first."""
        if len(self) <= self.exact_up_to:
            live = np.fromiter(self._rows.values(), dtype=np.int64, count=len(self))
            return self._rank(live, query, count)
        self._train_lists()
        if len(query) == self.search_dim:
            scores, rows = self._lists.search(query[None], count)
            found = rows[0] >= 0  # the probed lists may hold fewer than asked for
            return rows[0][found], scores[0][found]
        prefix = query[None, : self.search_dim]
        rows = self._lists.search(np.ascontiguousarray(prefix), min(SHORTLIST * count, len(self)))[1][0]
        return self._rank(rows[rows >= 0], query, count)

    def _rank(self, rows: np.ndarray, query: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        """The `count` of `rows` nearest to `query` by exact cosine of as many first numbers, best first."""
        is_all = len(rows) == len(self)  # then views are read, nothing is copied
        embeds = self._embeds[: len(self._items)] if is_all else self._embeds[rows]
        embeds = embeds[:, : len(query)]
        scores = embeds @ query
        if len(query) < self.dim:
            scores = scores / np.sqrt(np.einsum("ij,ij->i", embeds, embeds))
        scores = scores[rows] if is_all else scores
        best = np.argpartition(-scores, min(count, len(rows)) - 1)[:count]
        best = best[np.lexsort((rows[best], -scores[best]))]
        return rows[best], scores[best]

    def _train_lists(self) -> None:
        if self._lists is not None and len(self) <= RETRAIN_GROWTH * self._trained_on:
            return
        try:
            import faiss
        except ImportError as error:
            raise ImportError(
                f"searching {len(self)} pictures (more than `exact_up_to` = {self.exact_up_to}) needs faiss. "
                'Install it with: pip install "easel[search]"'
            ) from error
        live = np.sort(np.fromiter(self._rows.values(), dtype=np.int64, count=len(self)))
        count = max(1, round(LISTS_PER_ROOT * math.sqrt(len(live))))
        sample = np.random.default_rng(0).permutation(live)[: count * TRAINING_ROWS_PER_LIST]
        dim = self.search_dim
        lists = faiss.IndexIVFFlat(faiss.IndexFlatIP(dim), dim, count, faiss.METRIC_INNER_PRODUCT)
        lists.cp.min_points_per_centroid = 1
        lists.train(unit_prefix(self._embeds[np.sort(sample)], self.dim, dim))
        for chunk in np.array_split(live, max(1, len(live) // 100_000)):
            lists.add_with_ids(unit_prefix(self._embeds[chunk], self.dim, dim), chunk)
        lists.nprobe = max(1, math.ceil(count * PROBED_SHARE))
        self._lists, self._trained_on = lists, len(live)

    def save(self, folder: Path) -> None:
        """Write the live pictures to `folder`/embeds.safetensors and items.jsonl, each first under another name."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        with self._lock:
            kept = [(row, item) for row, item in enumerate(self._items) if item is not None]
            live = [row for row, _ in kept]
            items = [{"id": id, "metadata": metadata} for _, (id, metadata) in kept]
            text = "".join(json.dumps(item, ensure_ascii=False, sort_keys=True) + "\n" for item in items).encode()
            header = {"embed_dim": str(self.embed_dim), "search_dim": str(self.search_dim)}
            header["items_sha256"] = hashlib.sha256(text).hexdigest()
            with new_file(folder / EMBEDS_FILE) as embeds, new_file(folder / ITEMS_FILE) as listing:
                listing.write_bytes(text)
                save_file({"embeds": self._embeds[live]}, embeds, metadata=header)

    @classmethod
    def load(
        cls, folder: Path, *, exact_up_to: int = EXACT_UP_TO, duplicate_cosine: float = DUPLICATE_COSINE
    ) -> "ImageIndex":
        """Read what `save` wrote. Raises FileNotFoundError or ValueError naming the file that is absent or damaged."""
        folder = Path(folder)
        for name in (EMBEDS_FILE, ITEMS_FILE):
            if not (folder / name).is_file():
                raise FileNotFoundError(f"`folder` must hold {name}, got {folder}. Write one with `ImageIndex.save`.")
        remedy = "Restore both files from one backup, or delete them and add the pictures again."
        try:
            with safe_open(folder / EMBEDS_FILE, framework="numpy") as file:
                header, embeds = file.metadata(), file.get_tensor("embeds")
            embed_dim, search_dim = int(header["embed_dim"]), int(header["search_dim"])
            expected = header["items_sha256"]
        except (SafetensorError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{folder / EMBEDS_FILE} is damaged ({error}). {remedy}") from error
        text = (folder / ITEMS_FILE).read_bytes()
        if hashlib.sha256(text).hexdigest() != expected:
            raise ValueError(f"{folder / ITEMS_FILE} is not the one saved with {EMBEDS_FILE}. {remedy}")
        items = [json.loads(line) for line in text.decode().split("\n")[:-1]]
        options = {"exact_up_to": exact_up_to, "duplicate_cosine": duplicate_cosine}
        index = cls(embed_dim, dim=embeds.shape[1], search_dim=search_dim, **options)
        index._embeds = np.ascontiguousarray(embeds, dtype=np.float32)
        index._items = [(item["id"], item["metadata"]) for item in items]
        index._rows = {item["id"]: row for row, item in enumerate(items)}
        return index


def index_for(embedder: Any, **options: Any) -> ImageIndex:
    """An empty index for a pipeline's embeddings; `options` are those of `ImageIndex`.

    It keeps them whole. Words are compared by as many first numbers as the image encoder's config calls
    `semantic_dim`; by all where it does not say. Raises ValueError where the model has no image encoder.
    """
    if getattr(embedder, "image_encoder", None) is None:
        raise ValueError("This model has no embeddings to search by. Use the bundled one.")
    config = embedder.image_encoder.config
    return ImageIndex(config["embed_dim"], search_dim=config.get("semantic_dim"), **options)


def flag_duplicates(results: list[SearchResult], alike: np.ndarray) -> list[SearchResult]:
    """`results`, best first, each naming the first better one that is near-identical: `alike` (n, n) of bool."""
    firsts = [int(row[:place].argmax()) if row[:place].any() else None for place, row in enumerate(alike)]
    return [
        result if first is None else replace(result, duplicate_of=results[first].id)
        for result, first in zip(results, firsts, strict=True)
    ]


def add_images(
    index: ImageIndex,
    embedder: EmbedsBoth,
    ids: Sequence[str],
    images: list[Image.Image],
    metadata: Sequence[dict[str, Any]] | None = None,
) -> None:
    """Embed pictures and add them to the index."""
    index.extend(ids, embedder.get_image_embeds(images), metadata)


def search_images(
    index: ImageIndex,
    embedder: EmbedsBoth,
    *,
    text: str | None = None,
    image: Image.Image | None = None,
    image_weight: float = 0.5,
    top_k: int = 10,
) -> list[SearchResult]:
    """Search by words, by a picture, or by both; empty words count as none."""
    text_embeds = embedder.get_text_embeds([text])[0] if text and text.strip() else None
    image_embeds = embedder.get_image_embeds([image])[0] if image is not None else None
    return index.search(text_embeds, image_embeds, image_weight=image_weight, top_k=top_k)
