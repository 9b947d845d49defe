"""The safety steps of data preparation: captions and pictures screened for the concepts that are not drawn either."""

from collections.abc import Iterable, Iterator

from pipeline.data.record import ImageRecord, batches
from pipeline.safety import SafetyScreen

__all__ = ["screen_pictures", "screen_records"]

STEP = "safety"


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


def screen_pictures(records: Iterable[ImageRecord], *, screen: SafetyScreen) -> Iterator[ImageRecord]:
    """Drops records whose picture is near an unsafe concept, whatever the caption says.

    The records carry `image_embeds` of a joint space of pictures and texts, and `screen` was made with that space's
    `embed_texts`. Raises ValueError for a record in the set without an embedding.
    """
    for record in records:
        if record.dropped:
            yield record
            continue
        if record.image_embeds is None:
            raise ValueError(
                f"`records` are to carry image_embeds, got none for {record.key}. Run embed_pictures first."
            )
        (verdict,) = screen.screen_embeds(record.image_embeds[None])
        yield record if verdict.allowed else record.drop(STEP, f"picture: {verdict.category}")
