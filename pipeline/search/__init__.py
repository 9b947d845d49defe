"""Pictures found by words, by a picture, or by both; `pipeline.search.qdrant` keeps the same methods on Qdrant."""

from pipeline.search.index import (
    DUPLICATE_COSINE,
    EmbedsBoth,
    ImageIndex,
    SearchResult,
    add_images,
    flag_duplicates,
    index_for,
    search_images,
)

__all__ = [
    "DUPLICATE_COSINE",
    "EmbedsBoth",
    "ImageIndex",
    "SearchResult",
    "add_images",
    "flag_duplicates",
    "index_for",
]
__all__ += ["search_images"]
