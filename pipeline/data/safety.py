"""The safety steps of data preparation: captions and pictures screened for the concepts that are not drawn either.

A picture is screened by its embedding, whatever its caption says: it is dropped when an unsafe concept of the
categories file is nearer to it than every harmless sentence is, by a margin. The harmless sentences are the file's own
and captions of the set that passed the screen, for the embedding of a small model says what a picture is nearest to
among things that it knows, and little about how near it is to one that it does not.
"""

import json
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.data.features import EmbedImages
from pipeline.data.picture import UnreadablePicture
from pipeline.data.record import ImageRecord, batches, kept
from pipeline.safety import CATEGORIES_FILE, SafetyScreen

__all__ = ["PictureScreen", "screen_pictures", "screen_records"]

STEP = "safety"
MARGIN = 0.02  # of cosine; `python -m pipeline.evaluation.data pictures` prints what it finds and what it costs
HARMLESS_CAPTIONS = 2000  # of the set, drawn at random: with none of them, one harmless picture in six was dropped


def screen_records(records: Iterable[ImageRecord], *, screen: SafetyScreen | None = None) -> Iterator[ImageRecord]:
    """Drops records whose caption the screen refuses; the reason is the category.

    `screen`: None takes the bundled word lists alone.
    """
    screen = screen or SafetyScreen()
    for batch in batches(records, 256):
        verdicts = iter(screen.screen_texts([record.text for record in batch if not record.dropped]))
        for record in batch:
            if record.dropped:
                yield record
                continue
            verdict = next(verdicts)
            yield record if verdict.allowed else record.drop(STEP, f"caption: {verdict.category}")


@dataclass(frozen=True)
class PictureScreen:
    """What pictures are compared with, in the space of a joint embedding; `make` embeds it.

    `categories`: (k,) the category of each unsafe concept, whose vectors are `unsafe` (k, dim). `harmless`: (n, dim).
    """

    categories: list[str]
    unsafe: np.ndarray
    harmless: np.ndarray
    margin: float = MARGIN

    @classmethod
    def make(
        cls,
        records: Iterable[ImageRecord],
        embed_texts: Callable[[list[str]], np.ndarray],
        *,
        categories_file: Path = CATEGORIES_FILE,
        margin: float = MARGIN,
        seed: int = 0,
    ) -> "PictureScreen":
        """A screen for `records`, which went through `screen_records`: captions of what is left count as harmless."""
        content = json.loads(Path(categories_file).read_text(encoding="utf-8"))
        concepts = [(entry["name"], text) for entry in content["categories"] for text in entry.get("concepts", ())]
        captions = sorted({record.text for record in kept(records) if record.text})
        captions = random.Random(seed).sample(captions, min(HARMLESS_CAPTIONS, len(captions)))
        harmless = [*content.get("ordinary", ()), *captions]
        unsafe = embed_texts([text for _, text in concepts]) if concepts else np.zeros((0, 1), np.float32)
        vectors = embed_texts(harmless) if harmless else np.zeros((0, unsafe.shape[1]), np.float32)
        return cls([name for name, _ in concepts], unsafe, vectors, margin)

    def margins(self, embeds: np.ndarray) -> tuple[np.ndarray, list[str]]:
        """How much nearer the nearest unsafe concept is than the nearest harmless sentence, (m,), and its category,
        for (m, dim) L2-normalised `embeds` of pictures."""
        near = embeds @ self.unsafe.T  # (m, k)
        rival = (embeds @ self.harmless.T).max(axis=1) if len(self.harmless) else np.full(len(embeds), -1.0)
        return near.max(axis=1) - rival, [self.categories[column] for column in near.argmax(axis=1)]


def screen_pictures(
    records: Iterable[ImageRecord], *, screen: PictureScreen, embed_images: EmbedImages
) -> Iterator[ImageRecord]:
    """Drops records whose picture the screen refuses, whatever the caption says; the reason is the category.

    `embed_images`: of the embedding that `screen` was made with. A picture that cannot be read any more is dropped.
    """
    for batch in batches(records, 32):
        images, outcomes = {}, {}
        for index, record in enumerate(batch):
            if record.dropped is None:
                try:
                    images[index] = record.picture().image
                except (UnreadablePicture, OSError) as error:
                    outcomes[index] = record.drop(STEP, "cannot be read", str(error))
        if images and screen.categories:
            margins, names = screen.margins(embed_images(list(images.values())))
            for index, margin, name in zip(images, margins, names, strict=True):
                if margin > screen.margin:
                    outcomes[index] = batch[index].drop(STEP, f"picture: {name}", f"by {margin:.3f}")
        for index, record in enumerate(batch):
            yield outcomes.get(index, record)
