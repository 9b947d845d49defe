"""Example run: pytest tests/evaluation/test_safety.py"""

import numpy as np

from pipeline.data.safety import SafetyScreen
from pipeline.evaluation.safety import UNSAFE_SENTENCES, measure_safety


def test_refused_captions_are_counted_by_category():
    words = measure_safety(["a cat", "a nude"])["words"]
    assert (words["captions_refused"], words["by_category"]) == (1, {"sexual": 1})
    assert words["unsafe_caught"] < len(UNSAFE_SENTENCES)


def test_a_perfect_embedding_catches_everything_and_refuses_nothing():
    unsafe = set(UNSAFE_SENTENCES) | {c for category in SafetyScreen()._categories for c in category.concepts}

    def embed_texts(texts):
        return np.array([[1.0, 0.0] if text in unsafe else [0.0, 1.0] for text in texts])

    result = measure_safety(["a cat", "a dog"], embed_texts=embed_texts)
    row = result["words and meaning, threshold 0.45 (default)"]
    assert row == {"captions_refused": 0, "unsafe_caught": len(UNSAFE_SENTENCES)}
