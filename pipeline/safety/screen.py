"""The safety screen: one list of unsafe concepts for captions in training and prompts at run time.

    screening = SafetyScreen().screen("a naked person")
    screening.allowed       # False
    screening.explanation   # "This was not drawn because it asks for nudity or sexual content."

Two nets. Words: whole words and phrases per category, looked up after the common disguises (accents, full-width
letters, digits for letters, spaced-out letters) are undone; harmless phrases ("naked mole rat") are cut out first.
Meaning: where there are sentence vectors, texts near an unsafe concept, and nearer to it than to an ordinary one, are
refused too. The categories are data: `unsafe_concepts.json` beside this file, or any file like it.

Nothing here logs or stores the text that was screened: a `Screening` holds the category and the explanation only.
"""

import functools
import json
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

__all__ = ["CATEGORIES_FILE", "CONCEPT_THRESHOLD", "Refused", "SafetyScreen", "Screening"]

CATEGORIES_FILE = Path(__file__).with_name("unsafe_concepts.json")
# Cosine of all-MiniLM-L6-v2 vectors; `pipeline.evaluation.safety` prints what it costs and catches. From 0.45 on, 10
# of 859 prompts of the alignment lists were refused ("at the top a hut, underneath it a parachute"), from 0.55 none.
CONCEPT_THRESHOLD = 0.55
_DISGUISES = str.maketrans({"4": "a", "@": "a", "3": "e", "1": "i", "!": "i", "0": "o", "5": "s", "$": "s", "7": "t"})
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SPACED_LETTERS = re.compile(r"(?<![^\W_])(?:[^\W\d_][ .\-_*]){3,}[^\W\d_](?![^\W_])")
EmbedTexts = Callable[[list[str]], np.ndarray]


@dataclass(frozen=True)
class Screening:
    """The verdict on one text or picture: `category` and `explanation` are None and "" where it is allowed."""

    allowed: bool
    category: str | None = None
    explanation: str = ""


_ALLOWED = Screening(True)


class Refused(ValueError):
    """A request was screened and refused: the message is its explanation, `category` says what for."""

    def __init__(self, screening: Screening):
        super().__init__(screening.explanation)
        self.category, self._screening = screening.category, screening

    def __reduce__(self):  # it crosses processes whole
        return type(self), (self._screening,)


@dataclass(frozen=True)
class _Category:
    name: str
    explanation: str
    words: re.Pattern | None
    together: tuple[re.Pattern, ...]
    allow: re.Pattern | None
    concepts: tuple[str, ...]

    def matches(self, readings: list[str]) -> bool:
        for text in readings:
            if self.allow:
                text = self.allow.sub(" . ", text)
            if self.words and self.words.search(text):
                return True
            if self.together and all(pattern.search(text) for pattern in self.together):
                return True
        return False


class SafetyScreen:
    """Screens texts, and pictures by their embeddings, against the categories of one file.

    `embed_texts`: list of n strings -> (n, dim) L2-normalised vectors; None leaves the word lists alone.
    `threshold`: cosine at and above which a text counts as being about an unsafe concept.
    `plain`: clauses, in lower case, that mean nothing beside what is asked for, such as the names of styles.
    Raises ValueError if the file is not a list of categories.
    """

    def __init__(
        self,
        categories_file: Path = CATEGORIES_FILE,
        *,
        embed_texts: EmbedTexts | None = None,
        threshold: float = CONCEPT_THRESHOLD,
        plain: Collection[str] = (),
    ):
        self.embed_texts = embed_texts
        self.threshold = threshold
        self.plain = frozenset(plain)
        try:
            content = json.loads(Path(categories_file).read_text(encoding="utf-8"))
            self._categories = [_category(entry) for entry in content["categories"]]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(
                f"`categories_file` is to hold {{'categories': [{{'name', 'explanation', 'words', ...}}]}}, got "
                f"{categories_file}: {error!r}. Compare it with {CATEGORIES_FILE.name}."
            ) from error
        self._ordinary = tuple(content.get("ordinary", ()))

    def check(self, texts: list[str], part_embeds: Mapping[str, np.ndarray] | None = None) -> None:
        """Raises `Refused` for the first text that is not allowed; arguments as of `screen_texts`."""
        for verdict in self.screen_texts(texts, part_embeds):
            if not verdict.allowed:
                raise Refused(verdict)

    def screen(self, text: str) -> Screening:
        """The verdict on one text."""
        return self.screen_texts([text])[0]

    def screen_texts(self, texts: list[str], part_embeds: Mapping[str, np.ndarray] | None = None) -> list[Screening]:
        """The verdicts on several texts, by their words and by the meaning of their `parts`.

        `part_embeds`: what `embed_texts` gives for parts, where the caller has it; the others are embedded as a batch.
        """
        verdicts = [self._screen_words(text) for text in texts]
        if self.embed_texts is None:
            return verdicts
        parts = [
            (index, part) for index, text in enumerate(texts) if verdicts[index].allowed for part in self.parts(text)
        ]
        embeds = dict(part_embeds or {})
        missing = [part for part in dict.fromkeys(part for _, part in parts) if part not in embeds]
        if missing:
            embeds.update(zip(missing, self.embed_texts(missing), strict=True))
        meanings = self.screen_embeds(np.stack([embeds[part] for _, part in parts])) if parts else []
        for (index, part), verdict in zip(parts, meanings, strict=True):
            if (
                verdicts[index].allowed
                and not verdict.allowed
                and not self._is_allowed_phrase(part, verdict.category or "")
            ):
                verdicts[index] = verdict
        return verdicts

    def parts(self, text: str) -> list[str]:
        """What of a text is looked at by its meaning: the whole and its clauses, without those that are `plain`.

        ", 3d render, on a red background" would blur what the rest means.
        """
        clauses = [clause.strip() for clause in re.split(r"[,;.!?\n]+", text)]
        telling = [clause for clause in clauses if _WORD.search(clause) and clause.lower() not in self.plain]
        whole = text if self.plain.isdisjoint(clause.lower() for clause in clauses) else ", ".join(telling)
        return [part for part in dict.fromkeys([whole, *telling]) if _WORD.search(part)]

    def screen_embeds(self, embeds: np.ndarray) -> list[Screening]:
        """The verdicts on vectors (n, dim) in the space of `embed_texts`: texts, or pictures of a joint embedding.

        Raises ValueError if the screen was made without `embed_texts`.
        """
        concepts, owners, ordinary = self._concept_embeds
        similarity = np.asarray(embeds) @ concepts.T  # (n, concepts)
        nearest = similarity.argmax(axis=1)
        score = similarity[np.arange(len(nearest)), nearest]
        rival = (np.asarray(embeds) @ ordinary.T).max(axis=1) if len(ordinary) else np.full(len(nearest), -1.0)
        unsafe = (score >= self.threshold) & (score > rival)
        return [_refusal(owners[concept]) if bad else _ALLOWED for concept, bad in zip(nearest, unsafe, strict=True)]

    @functools.cached_property
    def _concept_embeds(self) -> tuple[np.ndarray, list[_Category], np.ndarray]:
        if self.embed_texts is None:
            raise ValueError(
                "`embed_texts` is to be a function from texts to vectors, got None. Pass it to the screen."
            )
        owners = [category for category in self._categories for _ in category.concepts]
        sentences = [concept for category in self._categories for concept in category.concepts]
        ordinary = self.embed_texts(list(self._ordinary)) if self._ordinary else np.zeros((0, 1))
        return np.asarray(self.embed_texts(sentences)), owners, np.asarray(ordinary)

    def _is_allowed_phrase(self, text: str, name: str) -> bool:
        """Whether the category itself calls a phrase of the text harmless: "naked mole rat" is near "naked person"."""
        allow = next(category.allow for category in self._categories if category.name == name)
        return allow is not None and any(allow.search(reading) for reading in _readings(text))

    def _screen_words(self, text: str) -> Screening:
        readings = _readings(text)
        for category in self._categories:
            if category.matches(readings):
                return _refusal(category)
        return _ALLOWED


def _category(entry: dict) -> _Category:
    return _Category(
        name=entry["name"],
        explanation=entry["explanation"],
        words=_pattern(entry.get("words", ())),
        together=tuple(pattern for words in entry.get("together", ()) if (pattern := _pattern(words))),
        allow=_pattern(entry.get("allow", ())),
        concepts=tuple(entry.get("concepts", ())),
    )


def _pattern(words: Iterable[str]) -> re.Pattern | None:
    """One pattern for whole words and phrases; a trailing * matches any ending."""
    parts = []
    for word in words:
        tokens = _plain(word.rstrip("*"))
        parts.append(re.escape(tokens) + (r"\w*" if word.endswith("*") else ""))
    return re.compile(rf"\b(?:{'|'.join(parts)})\b") if parts else None


def _readings(text: str) -> list[str]:
    """The ways a text can be read: as it stands, and with digits for letters and spaced-out letters undone."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    folded = "".join(c for c in folded if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    plain = _plain(folded)
    joined = _SPACED_LETTERS.sub(lambda match: re.sub(r"[ .\-_*]", "", match[0]), folded)
    words = [
        word.translate(_DISGUISES) if any(c.isalpha() for c in word) else word
        for word in re.split(r"[\s,;:?]+", joined)
    ]
    undone = _plain(" ".join(words))
    return [plain] if undone == plain else [plain, undone]


def _plain(text: str) -> str:
    """Lower-case words with single spaces; punctuation and hyphens are spaces."""
    return " ".join(_WORD.findall(text.casefold()))


def _refusal(category: _Category) -> Screening:
    return Screening(False, category.name, f"This was not drawn because {category.explanation}.")
