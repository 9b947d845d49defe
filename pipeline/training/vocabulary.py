"""The vocabulary: every name of the training pictures, embedded by the text encoder. Nothing is trained; a minute.

    python -m pipeline.training.vocabulary --input PICTURES --run runs/default --named SOURCE,SOURCE

A name that several things share stands for the one that people mean (``pipeline/language/common_words.py``), else
for the one whose own phrase is nearest to it in meaning.
"""

from pathlib import Path

import torch
import torch.nn.functional as F

from pipeline.data.cutouts import Cutout, load_cutouts
from pipeline.data.held_out import HeldOut
from pipeline.data.scenes import BACKGROUNDS, MORE_GROUNDS, PLAIN_STYLE_WORDS
from pipeline.language.common_words import MEANT
from pipeline.models.vocabulary import Vocabulary
from pipeline.scene.rendering import RENDERINGS
from pipeline.training.arguments import parse_arguments
from pipeline.training.text import load_text_encoder

__all__ = ["embed_phrases", "main", "make_vocabulary", "phrases_of"]

SAID_IN_NAME = 0.1  # cosine that a phrase gains where the name is its last word: "deciduous tree" is a tree


@torch.no_grad()
def embed_phrases(tokenizer, text_encoder, phrases: list[str]) -> torch.Tensor:
    """(len(phrases), text_dim), unit length: the mean of the token states."""
    rows = []
    for start in range(0, len(phrases), 128):
        tokens = tokenizer(
            phrases[start : start + 128], padding=True, truncation=True, max_length=64, return_tensors="pt"
        )
        states = text_encoder(tokens.input_ids, attention_mask=tokens.attention_mask).last_hidden_state
        mask = tokens.attention_mask[..., None]
        rows.append(F.normalize((states * mask).sum(1) / mask.sum(1), dim=-1))
    return torch.cat(rows)


def phrases_of(cutouts: list[Cutout]) -> dict[str, str]:
    """Concept -> the phrase that it goes by: the first one's, in lower case, those of other skin tones last."""
    phrases: dict[str, str] = {}
    for cutout in sorted(cutouts, key=lambda row: row.is_tone_variant):
        phrases.setdefault(cutout.concept, cutout.phrase.lower())
    return phrases


def make_vocabulary(cutouts: list[Cutout], tokenizer, text_encoder, *, named: set[str] | None = None) -> Vocabulary:
    """Phrases stand for themselves, aliases and keywords for the nearest phrase that has them.

    Args:
        cutouts: what the model was taught.
        tokenizer, text_encoder: the pretrained ones.
        named: sources whose names count (all if None): icons of programs are called "about", "add" and "process",
            which name no thing in a sentence. Styles count from all.
    """
    others: dict[str, dict[str, None]] = {}  # alias or keyword -> phrases that have it
    styles: dict[str, dict[str, None]] = {}
    shown: dict[str, set[str]] = {}  # phrase -> styles that it was drawn in, but for those that any drawing takes
    for cutout in cutouts:
        if cutout.styles:
            words = (*cutout.styles[1:], *PLAIN_STYLE_WORDS.get(cutout.styles[0], ()))
            styles.setdefault(cutout.styles[0], {}).update(dict.fromkeys(words))
    naming = [cutout for cutout in cutouts if named is None or cutout.source in named]
    phrase_of_concept = phrases_of(naming)
    for cutout in naming:
        phrase = phrase_of_concept[cutout.concept]
        for name in () if cutout.is_tone_variant else (cutout.concept, *cutout.aliases, *cutout.keywords):
            others.setdefault(name.lower(), {})[phrase] = None
        if cutout.styles and cutout.styles[0] not in RENDERINGS:
            shown.setdefault(phrase, set()).add(cutout.styles[0])
    phrases = list(dict.fromkeys(phrase_of_concept.values()))
    known = set(phrases)
    core = {phrase_of_concept[cutout.concept] for cutout in naming if cutout.tier in ("", "core")}
    for name, phrase in MEANT.items():
        if phrase in known:
            others[name] = {phrase: None}  # what people mean, whatever else has it as a keyword
    names = phrases + sorted(name for name in others if name not in known and any(c.isalpha() for c in name))
    embeds = embed_phrases(tokenizer, text_encoder, names)
    row = {name: i for i, name in enumerate(names)}

    def nearest(name: str) -> str:
        def score(phrase: str) -> float:
            contains = phrase.endswith(f" {name}") or f" {name} " in f" {phrase} "
            return float(embeds[row[name]] @ embeds[row[phrase]]) + SAID_IN_NAME * contains

        return max(others[name], key=score)

    def usual(phrase: str) -> str:
        """What people mean by a phrase that only icons go by: a car is an automobile."""
        meant = MEANT.get(phrase)
        return meant if phrase not in core and meant in core else phrase

    vocabulary = Vocabulary(
        names=names,
        phrases=[usual(phrase) for phrase in phrases] + [nearest(name) for name in names[len(phrases) :]],
        styles={style: list(words) for style, words in styles.items()},
        backgrounds=BACKGROUNDS | MORE_GROUNDS,
        text_dim=embeds.shape[1],
        shown={phrase: [style for style in styles if style in own] for phrase, own in shown.items()},
        rendered=[style for style in styles if style in RENDERINGS],
    )
    vocabulary.embeds.copy_(embeds)
    return vocabulary.eval()


def main(argv: list[str] | None = None) -> None:
    arguments, preset = parse_arguments(__doc__, "vocabulary", argv)
    tiers = tuple(arguments.tiers.split(",")) if arguments.tiers else None
    cutouts = load_cutouts(arguments.input, size=preset.layer_size, tiers=tiers).cutouts
    if arguments.sources:
        wanted = {item.partition("=")[0] for item in arguments.sources.split(",")}
        cutouts = [cutout for cutout in cutouts if cutout.source in wanted]
    if arguments.held_out:
        try:
            held_out = HeldOut.read(arguments.held_out)
        except ValueError as error:
            raise SystemExit(str(error)) from error
        cutouts = [cutout for cutout in cutouts if not held_out.holds(cutout)]
    named = set(arguments.named.split(",")) if arguments.named else None
    vocabulary = make_vocabulary(cutouts, *load_text_encoder(arguments.text_encoder), named=named)
    vocabulary.save_pretrained(Path(arguments.output) / "vocabulary")


if __name__ == "__main__":
    main()
