"""Scores of written captions: BLEU by sacrebleu, and CIDEr-D.

CIDEr-D (Vedantam, Zitnick, Parikh 2015, arXiv 1411.5726): mean over n = 1..4 of the cosine between tf-idf vectors of
n-grams, counts clipped to the reference's, with a Gaussian penalty on the difference in length, times 10. Words are
compared as they are, without stemming.
"""

import math
from collections import Counter
from collections.abc import Sequence

import sacrebleu

__all__ = ["bleu", "cider", "document_frequency", "word_overlap"]

MAX_N = 4
SIGMA = 6.0  # words; section 4.2 of the paper

Words = tuple[str, ...]


def bleu(captions: Sequence[Words], references: Sequence[Words]) -> float:
    """Corpus BLEU-4, 0 to 100, one reference a caption."""
    lines = [[" ".join(words) for words in side] for side in (captions, references)]
    return sacrebleu.corpus_bleu(lines[0], [lines[1]], tokenize="none").score


def word_overlap(captions: Sequence[Words], references: Sequence[Words]) -> tuple[float, float]:
    """Precision and recall of words, repeats counted, averaged over captions."""
    precision = recall = 0.0
    for caption, reference in zip(captions, references, strict=True):
        shared = (Counter(caption) & Counter(reference)).total()
        precision += shared / max(1, len(caption))
        recall += shared / max(1, len(reference))
    return precision / len(captions), recall / len(captions)


def document_frequency(references: Sequence[Words]) -> tuple[Counter, int]:
    """In how many of `references` each n-gram occurs, and how many references there are."""
    counts: Counter = Counter()
    for reference in references:
        counts.update({gram for n in range(1, MAX_N + 1) for gram in _grams(reference, n)})
    return counts, len(references)


def cider(captions: Sequence[Words], references: Sequence[Words], frequency: tuple[Counter, int]) -> float:
    """Mean CIDEr-D, 0 to 10, one reference a caption. frequency: what `document_frequency` counted."""
    scores = [_cider(caption, reference, frequency) for caption, reference in zip(captions, references, strict=True)]
    return sum(scores) / len(scores)


def _cider(caption: Words, reference: Words, frequency: tuple[Counter, int]) -> float:
    penalty = math.exp(-((len(caption) - len(reference)) ** 2) / (2 * SIGMA**2))
    total = 0.0
    for n in range(1, MAX_N + 1):
        ours, theirs = (_weigh(_grams(words, n), frequency) for words in (caption, reference))
        norms = math.hypot(*ours.values()) * math.hypot(*theirs.values())
        if norms > 0:
            total += (
                sum(min(weight, theirs.get(gram, 0.0)) * theirs.get(gram, 0.0) for gram, weight in ours.items())
                / norms
            )
    return 10 * penalty * total / MAX_N


def _grams(words: Words, n: int) -> Counter:
    return Counter(words[start : start + n] for start in range(len(words) - n + 1))


def _weigh(grams: Counter, frequency: tuple[Counter, int]) -> dict[Words, float]:
    """Eq. 1 of the paper with raw counts; an n-gram that no reference has weighs as one that a single one has."""
    counts, documents = frequency
    return {gram: count * math.log(documents / max(1, counts[gram])) for gram, count in grams.items()}
