"""A small vocabulary whose meanings are known: a direction for each name."""

import numpy as np
import torch

from pipeline.models.vocabulary import Vocabulary

PHRASES = [
    "cat", "dog face", "dog", "red apple", "bird", "automobile", "hot beverage", "houses", "house", "star", "woman",
    "two hearts", "fork and knife", "sun with face", "family of man, woman and boy", "man", "castle", "dragon",
    "chair", "rabbit", "airplane", "pizza", "eggplant",
]  # fmt: skip
OTHERS = {
    "kitty": "cat",
    "puppy": "dog face",
    "apple": "red apple",
    "car": "automobile",
    "bunny": "rabbit",
    "cars": "chair",  # a keyword; counted, it is several of another name
    "show": "star",  # a word of requests, too
    "jet": "airplane",
    "far": "castle",  # a keyword that means something else
}
STYLES = {"3d render": ["3d", "glossy 3d emoji"], "flat sticker": ["sticker"]}
MEANINGS = {
    "pup": "puppy",
    "moggy": "rabbit",
    "cup of coffee": "hot beverage",
    "jumbo jet": "airplane",
    "distant": "far",
}


def embed_texts(texts: list[str]) -> np.ndarray:
    """One direction per name; a word of ``MEANINGS`` lies near its name, any other near none."""
    names = PHRASES + list(OTHERS)
    rows = np.zeros((len(texts), len(names) + 1), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        text = text.removeprefix("a ").removeprefix("an ").lower()
        name = MEANINGS.get(text, text)
        row[names.index(name) if name in names else -1] = 0.9 if name != text else 1.0
        row[-1] += 0.43 if name != text else 0.0
    return rows


def taught_vocabulary(more: dict[str, str] | None = None) -> Vocabulary:
    """``more`` are further phrases, with the name that each means about the same as."""
    extra = list(more or {})
    names = PHRASES + extra + list(OTHERS)
    vocabulary = Vocabulary(
        names,
        PHRASES + extra + list(OTHERS.values()),
        STYLES,
        {"white": "#ffffff", "light blue": "#aaddff", "pink": "#ffaacc", "blue": "#0000ff", "dark gray": "#444444"},
        text_dim=len(PHRASES) + len(OTHERS) + 1,
        shown={"castle": ["flat sticker"], "dragon": ["3d render"]},
    )
    vocabulary.embeds.copy_(torch.from_numpy(embed_texts(names)))
    for name in extra:
        vocabulary.embeds[names.index(name)] = torch.from_numpy(embed_texts([more[name]])[0])
    for name, phrase in OTHERS.items():  # they mean about the same
        if name != "far":
            vocabulary.embeds[names.index(name)] *= 0.8
            vocabulary.embeds[names.index(name), names.index(phrase)] = 0.6
    return vocabulary
