"""Example run: pytest tests/data/test_safety.py"""

import numpy as np
import pytest

from pipeline.data.record import ImageRecord, ImageSource
from pipeline.data.safety import screen_pictures, screen_records
from pipeline.safety import SafetyScreen


def _embed(texts: list[str]) -> np.ndarray:
    """Two directions: unsafe words and everything else."""
    rows = [[1.0, 0.0] if any(w in t for w in ("gruesome", "corpse")) else [0.0, 1.0] for t in texts]
    return np.array(rows)


def test_captions_are_dropped_by_category():
    source = ImageSource("a")
    records = [
        ImageRecord("a", source, "a cat"),
        ImageRecord("b", source, "a nude"),
        ImageRecord("c", source).drop("x", "y"),
    ]
    assert [record.dropped and record.dropped.reason for record in screen_records(records)] == [
        None,
        "caption: sexual",
        "y",
    ]


def test_pictures_are_screened_by_their_embedding_whatever_the_caption_says():
    source, screen = ImageSource("a"), SafetyScreen(embed_texts=_embed)
    records = [
        ImageRecord("a", source, "a cat", image_embeds=np.array([0.0, 1.0])),
        ImageRecord("b", source, "a cat", image_embeds=np.array([1.0, 0.0])),
    ]
    found = [record.dropped and record.dropped.reason for record in screen_pictures(records, screen=screen)]
    assert found == [None, "picture: graphic_violence"]
    with pytest.raises(ValueError, match="embed_pictures"):
        list(screen_pictures([ImageRecord("c", source, "a cat")], screen=screen))
