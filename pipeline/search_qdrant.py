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
import torch

from pipeline.search import DUPLICATE_COSINE, SearchResult, flag_duplicates, mix_embeds, unit_prefix

try:
    from qdrant_client import QdrantClient, models
except ImportError as error:
    raise ImportError('`pipeline.search_qdrant` needs qdrant-client: pip install "easel[qdrant]"') from error

__all__ = ["QdrantImageIndex"]

NAMESPACE = uuid.UUID("6a1f3f0e-6d0a-5c0e-9f43-0f6f6d1b7a11")  # the engine takes UUIDs; ours are texts
BATCH = 256  # points a request


class QdrantImageIndex:
    """Embeddings of pictures in a Qdrant collection, made if it is not there.

    client: where the engine is.
    collection: its name; an existing one must hold vectors of length `dim`.
    embed_dim, dim, duplicate_cosine: as for `ImageIndex`.
    """

    def __init__(
        self,
        client: QdrantClient,
        collection: str = "pictures",
        embed_dim: int = 512,
        *,
        dim: int | None = None,
        duplicate_cosine: float = DUPLICATE_COSINE,
    ):
        self.client, self.collection, self.duplicate_cosine = client, collection, duplicate_cosine
        self.embed_dim, self.dim = embed_dim, embed_dim if dim is None else dim
        if not 1 <= self.dim <= embed_dim:
            raise ValueError(f"`dim` must be between 1 and `embed_dim` = {embed_dim}, got {dim}. Use 128, 256 or 512.")
        if not client.collection_exists(collection):
            vectors = models.VectorParams(size=self.dim, distance=models.Distance.COSINE)
            client.create_collection(collection, vectors_config=vectors)
        size = client.get_collection(collection).config.params.vectors.size
        if size != self.dim:
            raise ValueError(
                f"`dim` must be {size}, which `{collection}` holds, got {self.dim}. Name another collection."
            )

    def __len__(self) -> int:
        return self.client.count(self.collection, exact=True).count

    def __contains__(self, id: str) -> bool:
        return bool(self.client.retrieve(self.collection, [_point_id(id)], with_payload=False))

    def add(self, id: str, embeds: Any, metadata: dict[str, Any] | None = None) -> None:
        """Add one picture; `embeds` is (embed_dim,). An id that is already there is replaced."""
        self.extend([id], torch.as_tensor(embeds).reshape(1, -1), [metadata or {}])

    def extend(self, ids: Sequence[str], embeds: Any, metadata: Sequence[dict[str, Any]] | None = None) -> None:
        """Add many pictures; `embeds` is (len(ids), embed_dim). Ids that are already there are replaced."""
        vectors = unit_prefix(embeds, self.embed_dim, self.dim)
        metadata = [{} for _ in ids] if metadata is None else metadata
        if not len(ids) == len(vectors) == len(metadata) == len(set(ids)):
            raise ValueError(
                f"`ids`, `embeds` and `metadata` must be as many, ids distinct: got {len(ids)} ids "
                f"({len(set(ids))} distinct), {len(vectors)} embeds, {len(metadata)} metadata. Give one of each."
            )
        points = [
            models.PointStruct(id=_point_id(id), vector=vector.tolist(), payload={"id": id, "metadata": data})
            for id, vector, data in zip(ids, vectors, metadata, strict=True)
        ]
        for start in range(0, len(points), BATCH):
            self.client.upsert(self.collection, points[start : start + BATCH], wait=True)

    def remove(self, *ids: str) -> None:
        """Forget pictures. Raises KeyError, and forgets nothing, if one of them is not there."""
        found = self.client.retrieve(self.collection, [_point_id(id) for id in ids], with_payload=["id"])
        missing = set(ids) - {point.payload["id"] for point in found}
        if missing:
            raise KeyError(
                f"no picture {min(missing)!r} among the {len(self)} of this index. Check with `id in index`."
            )
        self.client.delete(self.collection, [_point_id(id) for id in ids], wait=True)

    def embeds_of(self, id: str) -> np.ndarray:
        """The stored vector (dim,) of a picture. Raises KeyError."""
        found = self.client.retrieve(self.collection, [_point_id(id)], with_vectors=True)
        if not found:
            raise KeyError(id)
        return np.array(found[0].vector, dtype=np.float32)

    def search(
        self,
        text_embeds: Any = None,
        image_embeds: Any = None,
        *,
        image_weight: float = 0.5,
        top_k: int = 10,
        exclude: Iterable[str] = (),
    ) -> list[SearchResult]:
        """The `top_k` pictures nearest to words (embed_dim,), to a picture (embed_dim,), or to both, best first."""
        query = mix_embeds(text_embeds, image_embeds, image_weight=image_weight)
        return self._search(unit_prefix(query[None], self.embed_dim, self.dim)[0], top_k, exclude)

    def more_like(self, id: str, top_k: int = 10) -> list[SearchResult]:
        """The `top_k` pictures nearest to one of the index, itself left out. Raises KeyError."""
        return self._search(self.embeds_of(id), top_k, [id])

    def _search(self, query: np.ndarray, top_k: int, exclude: Iterable[str]) -> list[SearchResult]:
        if top_k < 1:
            raise ValueError(f"`top_k` must be at least 1, got {top_k}. Ask for one result or more.")
        left_out = models.Filter(must_not=[models.HasIdCondition(has_id=[_point_id(id) for id in exclude])])
        points = self.client.query_points(
            self.collection, query=query.tolist(), limit=top_k, query_filter=left_out, with_vectors=True
        ).points
        results = [SearchResult(point.payload["id"], point.score, point.payload["metadata"]) for point in points]
        vectors = np.array([point.vector for point in points], dtype=np.float32).reshape(len(points), self.dim)
        return flag_duplicates(results, vectors, self.duplicate_cosine)


def _point_id(id: str) -> str:
    return str(uuid.uuid5(NAMESPACE, id))
