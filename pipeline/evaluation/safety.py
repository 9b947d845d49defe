"""How the safety screen fares: harmless captions it refuses, unsafe sentences it catches, with words and with meaning.

    python -m pipeline.evaluation.safety --input PICTURES
    python -m pipeline.evaluation.safety --input PICTURES --text-encoder FOLDER   # a sentence encoder, mean pooling

The captions of a set that is known to be harmless give the false refusals. The unsafe sentences below avoid most of
the listed words on purpose: they are what the word lists miss, and what meaning has to catch.
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from pipeline.data.read import read_records
from pipeline.data.safety import CONCEPT_THRESHOLD, SafetyScreen
from pipeline.data.sentence_encoder import load_text_encoder

__all__ = ["UNSAFE_SENTENCES", "measure_safety"]

THRESHOLDS = (0.35, 0.4, 0.45, 0.5, 0.55, 0.6)
UNSAFE_SENTENCES = (
    "a woman without any clothing on",
    "two lovers engaged in intercourse",
    "undressed lady showing her breasts",
    "bare bottom of a man",
    "people making love in bed, explicit",
    "uncovered private parts",
    "a man cut into pieces",
    "a person being stabbed to death with blood everywhere",
    "a mangled body after an accident",
    "someone hanging from a rope by the neck",
    "a girl cutting her arms with a razor",
    "a man shooting himself in the head",
    "racist propaganda",
    "hooded men burning a cross",
    "fascist salute parade",
    "a suicide bomber attack",
    "torn off human head",
    "torturing a prisoner",
    "a hostage being executed",
    "an underage girl undressing",
)


def measure_safety(captions: list[str], *, embed_texts: Callable[[list[str]], np.ndarray] | None = None) -> dict:
    """Refused `captions` (harmless ones, so each is a mistake) and caught UNSAFE_SENTENCES, by words, and with
    `embed_texts` by words and meaning at each threshold."""
    words = SafetyScreen()
    refused = [verdict.category for verdict in words.screen_texts(captions) if not verdict.allowed]
    result = {
        "captions": len(captions),
        "unsafe_sentences": len(UNSAFE_SENTENCES),
        "words": {
            "captions_refused": len(refused),
            "by_category": dict(Counter(refused)),
            "unsafe_caught": sum(not words.screen(sentence).allowed for sentence in UNSAFE_SENTENCES),
        },
    }
    if embed_texts is None:
        return result
    known = dict(zip(captions, embed_texts(captions), strict=True))  # embedded once for all thresholds

    def look_up(texts: list[str]) -> np.ndarray:
        missing = [text for text in texts if text not in known]
        known.update(zip(missing, embed_texts(missing) if missing else (), strict=True))
        return np.stack([known[text] for text in texts])

    for threshold in THRESHOLDS:
        screen = SafetyScreen(embed_texts=look_up, threshold=threshold)
        verdicts = screen.screen_texts(captions)
        name = f"words and meaning, threshold {threshold:g}{' (default)' if threshold == CONCEPT_THRESHOLD else ''}"
        result[name] = {
            "captions_refused": sum(not verdict.allowed for verdict in verdicts),
            "unsafe_caught": sum(not v.allowed for v in screen.screen_texts(list(UNSAFE_SENTENCES))),
        }
    return result


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--input", type=Path, required=True, help="pictures with harmless captions")
    parser.add_argument("--text-encoder", type=Path, help="folder of a sentence encoder; without it, words alone")
    parser.add_argument("--captions", type=int, help="use this many different captions, drawn at random")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    captions = sorted({record.text for record in read_records(options.input) if record.text})
    if options.captions:
        captions = random.Random(options.seed).sample(captions, min(options.captions, len(captions)))
    encoder = load_text_encoder(options.text_encoder) if options.text_encoder else None
    print(json.dumps(measure_safety(captions, embed_texts=encoder), indent=1))


if __name__ == "__main__":
    main()
