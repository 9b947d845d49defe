"""The safety steps of data preparation: captions and pictures screened for the concepts that are not drawn either.

A picture is screened by its embedding, whatever its caption says (`pipeline.safety.PictureScreen`). The harmless
sentences that it is compared with are the categories file's own and captions of the set that passed the screen.
"""

import random
from collections.abc import Iterable, Iterator

from pipeline.data.features import EmbedImages
from pipeline.data.record import ImageRecord, batches, kept
from pipeline.pictures.decode import UnreadablePicture
from pipeline.safety import PictureScreen, SafetyScreen

__all__ = ["harmless_captions", "screen_pictures", "screen_records"]

STEP = "safety"
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


def harmless_captions(records: Iterable[ImageRecord], *, seed: int = 0) -> list[str]:
    """Captions of what is left of `records`, which went through `screen_records`: `PictureScreen.make` wants some."""
    captions = sorted({record.text for record in kept(records) if record.text})
    return random.Random(seed).sample(captions, min(HARMLESS_CAPTIONS, len(captions)))


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
