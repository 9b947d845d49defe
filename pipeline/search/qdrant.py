"""The search of `pipeline.search` on Qdrant, for more pictures than one process should hold.

    from qdrant_client import QdrantClient

    index = QdrantImageIndex(QdrantClient(url="http://127.0.0.1:6333"))

Has the methods of `ImageIndex`, so `add_images` and `search_images` take either. What is added is kept by the engine:
there is nothing to save or load. `QdrantClient(path=...)` runs the same engine inside this process.
"""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from pipeline.search import DUPLICATE_COSINE, SearchResult, flag_duplicates
from pipeline.search.embeddings import checked_lengths, mix_embeds, to_array, unit_prefix

try:
    from qdrant_client import QdrantClient, models
except ImportError as error:
    raise ImportError('`pipeline.search.qdrant` needs qdrant-client: pip install "easel[qdrant]"') from error

__all__ = ["QdrantImageIndex"]

NAMESPACE = uuid.UUID("6a1f3f0e-6d0a-5c0e-9f43-0f6f6d1b7a11")  # the engine takes UUIDs; ours are texts
BATCH = 256  # points a request
WHOLE, PREFIX = "whole", "prefix"  # the two vectors of every point: the kept numbers, and those words are compared by


class QdrantImageIndex:
    """Embeddings of pictures in a Qdrant collection, made if it is not there.

    client: where the engine is.
    collection: its name; an existing one must hold vectors of the lengths `dim` and `search_dim`.
    embed_dim, dim, search_dim, duplicate_cosine: as for `ImageIndex`.
    """

    def __init__(
        self,
        client: QdrantClient,
        collection: str = "pictures",
        embed_dim: int = 512,
        *,
        dim: int | None = None,
        search_dim: int | None = None,
        duplicate_cosine: float = DUPLICATE_COSINE,
    ):
        self.client, self.collection, self.duplicate_cosine = client, collection, duplicate_cosine
        self.embed_dim = embed_dim
        self.dim, self.search_dim = checked_lengths(embed_dim, dim, search_dim)
        lengths = {WHOLE: self.dim, PREFIX: self.search_dim}
        if not client.collection_exists(collection):
            cosine = models.Distance.COSINE
            vectors = {name: models.VectorParams(size=size, distance=cosine) for name, size in lengths.items()}
            client.create_collection(collection, vectors_config=vectors)
        held = client.get_collection(collection).config.params.vectors
        sizes = {name: params.size for name, params in held.items()} if isinstance(held, dict) else held
        if sizes != lengths:
            raise ValueError(
                f"`dim` and `search_dim` must be those of `{collection}`, which holds {sizes}, got {lengths}. "
                "Name another collection."
            )

    def __len__(self) -> int:
        return self.client.count(self.collection, exact=True).count

    def __contains__(self, id: str) -> bool:
        return bool(self.client.retrieve(self.collection, [_point_id(id)], with_payload=False))

    def add(self, id: str, embeds: Any, metadata: dict[str, Any] | None = None) -> None:
        """Add one picture; `embeds` is (embed_dim,). An id that is already there is replaced."""
        self.extend([id], to_array(embeds).reshape(1, -1), [metadata or {}])

    def extend(self, ids: Sequence[str], embeds: Any, metadata: Sequence[dict[str, Any]] | None = None) -> None:
        """Add many pictures; `embeds` is (len(ids), embed_dim). Ids that are already there are replaced."""
        vectors = unit_prefix(embeds, self.embed_dim, self.dim)
        metadata = [{} for _ in ids] if metadata is None else metadata
        if not len(ids) == len(vectors) == len(metadata) == len(set(ids)):
            raise ValueError(
                f"`ids`, `embeds` and `metadata` must be as many, ids distinct: got {len(ids)} ids "
                f"({len(set(ids))} distinct), {len(vectors)} embeds, {len(metadata)} metadata. Give one of each."
            )
        prefixes = unit_prefix(vectors, self.dim, self.search_dim)
        points = [
            models.PointStruct(
                id=_point_id(id),
                vector={WHOLE: whole.tolist(), PREFIX: prefix.tolist()},
                payload={"id": id, "metadata": data},
            )
            for id, whole, prefix, data in zip(ids, vectors, prefixes, metadata, strict=True)
        ]
        for start in range(0, len(points), BATCH):
            self.client.upsert(self.collection, points[start : start + BATCH], wait=True)

    def remove(self, *ids: str) -> None:
        """Forget pictures. Raises KeyError, and forgets nothing, if one of them is not there."""
        found = self.client.retrieve(self.collection, [_point_id(id) for id in ids], with_payload=["id"])
        missing = set(ids) - {_payload(point)["id"] for point in found}
        if missing:
            raise KeyError(
                f"no picture {min(missing)!r} among the {len(self)} of this index. Check with `id in index`."
            )
        self.client.delete(self.collection, [_point_id(id) for id in ids], wait=True)

    def ids(self) -> list[str]:
        """Of all pictures, in the engine's order."""
        ids, place = [], None
        while True:
            points, place = self.client.scroll(self.collection, limit=BATCH, offset=place, with_payload=["id"])
            ids += [_payload(point)["id"] for point in points]
            if place is None:
                return ids

    def embeds_of(self, id: str) -> np.ndarray:
        """The stored vector (dim,) of a picture. Raises KeyError."""
        found = self.client.retrieve(self.collection, [_point_id(id)], with_vectors=[WHOLE])
        if not found:
            raise KeyError(id)
        return _whole(found[0])

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
        """The `top_k` pictures nearest to words (embed_dim,), to a picture (embed_dim,), or to both, best first."""
        dim = self.dim if whole else self.search_dim
        query = mix_embeds(text_embeds, image_embeds, self.embed_dim, dim, image_weight=image_weight)
        return self._search(query, WHOLE if whole else PREFIX, top_k, exclude)

    def more_like(self, id: str, top_k: int = 10) -> list[SearchResult]:
        """The `top_k` pictures nearest to one of the index by all kept numbers, itself left out. Raises KeyError."""
        return self._search(self.embeds_of(id), WHOLE, top_k, [id])

    def _search(self, query: np.ndarray, using: str, top_k: int, exclude: Iterable[str]) -> list[SearchResult]:
        if top_k < 1:
            raise ValueError(f"`top_k` must be at least 1, got {top_k}. Ask for one result or more.")
        left_out = models.Filter(must_not=[models.HasIdCondition(has_id=[_point_id(id) for id in exclude])])
        points = self.client.query_points(
            self.collection,
            query=query.tolist(),
            using=using,
            limit=top_k,
            query_filter=left_out,
            with_vectors=[WHOLE],
        ).points
        payloads = [_payload(point) for point in points]
        results = [
            SearchResult(own["id"], point.score, own["metadata"]) for own, point in zip(payloads, points, strict=True)
        ]
        vectors = np.array([_whole(point) for point in points], dtype=np.float32).reshape(len(points), self.dim)
        return flag_duplicates(results, vectors @ vectors.T >= self.duplicate_cosine)


def _payload(point: models.Record | models.ScoredPoint) -> dict[str, Any]:
    assert point.payload is not None  # it was asked for
    return point.payload


def _whole(point: models.Record | models.ScoredPoint) -> np.ndarray:
    """The stored vector, (dim,)."""
    assert isinstance(point.vector, dict)  # vectors have names here, and it was asked for
    return np.array(point.vector[WHOLE], dtype=np.float32)


def _point_id(id: str) -> str:
    return str(uuid.uuid5(NAMESPACE, id))
