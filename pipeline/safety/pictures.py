"""The safety screen's second net: pictures, by their embeddings, whatever was asked for or written under them.

A picture is refused when an unsafe concept of the categories file is nearer to it than every harmless sentence is, by
a margin: the embedding of a small model says what a picture is nearest to among things that it knows, and little about
how near it is to one that it does not.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.safety.screen import CATEGORIES_FILE, EmbedTexts, Refused, Screening

__all__ = ["PictureScreen"]

MARGIN = 0.02  # of cosine; `python -m pipeline.evaluation.data pictures` prints what it finds and what it costs


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
        embed_texts: EmbedTexts,
        *,
        harmless: Iterable[str] = (),
        categories_file: Path = CATEGORIES_FILE,
        margin: float = MARGIN,
    ) -> "PictureScreen":
        """A screen that compares with the unsafe concepts of the file, its ordinary sentences, and `harmless` ones."""
        content = json.loads(Path(categories_file).read_text(encoding="utf-8"))
        concepts = [(entry["name"], text) for entry in content["categories"] for text in entry.get("concepts", ())]
        sentences = [*content.get("ordinary", ()), *harmless]
        unsafe = embed_texts([text for _, text in concepts]) if concepts else np.zeros((0, 1), np.float32)
        vectors = embed_texts(sentences) if sentences else np.zeros((0, unsafe.shape[1]), np.float32)
        return cls([name for name, _ in concepts], unsafe, vectors, margin)

    def margins(self, embeds: np.ndarray) -> tuple[np.ndarray, list[str]]:
        """How much nearer the nearest unsafe concept is than the nearest harmless sentence, (m,), and its category,
        for (m, dim) L2-normalised `embeds` of pictures."""
        near = embeds @ self.unsafe.T  # (m, k)
        rival = (embeds @ self.harmless.T).max(axis=1) if len(self.harmless) else np.full(len(embeds), -1.0)
        return near.max(axis=1) - rival, [self.categories[column] for column in near.argmax(axis=1)]

    def excess(self, embeds: np.ndarray, asked: np.ndarray) -> tuple[np.ndarray, list[str]]:
        """`margins` of drawn pictures (m, dim), with their prompt `asked` (n, dim), which passed the screen of texts,
        counted as harmless."""
        margins, names = self.margins(embeds)
        asked_for = (embeds @ asked.T).max(axis=1) if len(asked) else np.full(len(embeds), -1.0)
        return np.minimum(margins, (embeds @ self.unsafe.T).max(axis=1) - asked_for), names

    def check(self, embeds: np.ndarray, asked: np.ndarray) -> None:
        """Refuse drawn pictures that show an unsafe concept rather than what was asked for; arguments as of `excess`.

        Raises `Refused`, whose message says what kind of thing it is.
        """
        if not self.categories:
            return
        for margin, name in zip(*self.excess(embeds, asked), strict=True):
            if margin > self.margin:
                kind = name.replace("_", " ")
                explanation = f"This was drawn and is not shown, because it looks like something unsafe ({kind})."
                raise Refused(Screening(False, name, f"{explanation} Another seed or other words may help."))
