"""Train the scene parser on captions of a grammar, whose truth is known; twelve minutes on one core.

    python -m pipeline.training.scene_parser --run runs/default

The shared text encoder stays as it is: its states are computed once for all captions, then the parser is trained on
them. The run's vocabulary gives the grammar names beside its own. ``--silver`` mixes in captions that a dependency
parser labelled (``pipeline.training.silver``).
"""

import argparse
import json
import math
import random
import time
from pathlib import Path

import torch
import torch.nn.functional as F

from pipeline.language.word_states import word_states
from pipeline.models.scene_parser import SceneParser
from pipeline.models.vocabulary import Vocabulary
from pipeline.training.grammar import Caption, captions
from pipeline.training.grammar_words import ROLES
from pipeline.training.silver import load_silver, mixed
from pipeline.training.text import load_text_encoder

__all__ = ["main", "score", "train_parser"]

HELD_OUT = 500  # captions
LEARNING_RATE = 2e-3
READ_LAYERS = 3, 6  # of the text encoder: the middle one knows grammar, the last one meaning
COLOUR_FIRST = 0.5  # likeness of a name and its phrase from which it is one of the grammar's


def grammar_names(vocabulary: Vocabulary) -> list[str]:
    """Names of the vocabulary that name a thing in a sentence: no colours first, no signs."""
    colours = {word for name in vocabulary.config.backgrounds for word in name.split()}
    return [
        name
        for name, likeness in vocabulary.likeness.items()
        if likeness >= COLOUR_FIRST and name.split()[0] not in colours and name.replace(" ", "").isalpha()
    ]


def encode(drawn: list[Caption], tokenizer, text_encoder, layers: tuple[int, ...]) -> list[torch.Tensor]:
    """Word states of captions, in half precision; captions of like length go through the encoder together."""
    order = sorted(range(len(drawn)), key=lambda at: len(drawn[at].words))
    states: list[torch.Tensor] = [torch.empty(0)] * len(drawn)
    for start in range(0, len(order), 64):
        batch = order[start : start + 64]
        texts = [" ".join(drawn[at].words) for at in batch]
        spans = []
        for at in batch:
            own, place = [], 0
            for word in drawn[at].words:
                own.append((place, place + len(word)))
                place += len(word) + 1
            spans.append(own)
        with torch.no_grad():
            rows = word_states(texts, spans, tokenizer, text_encoder, layers)
        for at, row in zip(batch, rows, strict=True):
            states[at] = row.half()
    return states


def _batch(drawn: list[Caption], states: list[torch.Tensor], at: list[int]):
    pad = torch.nn.utils.rnn.pad_sequence
    words = pad([states[one].float() for one in at], batch_first=True)
    lengths = torch.tensor([len(states[one]) for one in at])
    roles = pad([torch.tensor([ROLES.index(role) for role in drawn[one].roles]) for one in at], True, -100)
    heads = pad([torch.tensor(drawn[one].heads) + 1 for one in at], True, -100)
    return words, lengths, roles, heads


def train_parser(
    drawn: list[Caption], states: list[torch.Tensor], parser: SceneParser, *, epochs: int, seed: int, minutes: float
) -> float:
    """Adam with a cosine over the epochs, or over the minutes where they are up before. Returns the last loss."""
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(parser.parameters(), lr=LEARNING_RATE, weight_decay=0.01)
    by_length = sorted(range(len(drawn)), key=lambda at: len(drawn[at].words))
    batches = [by_length[start : start + 64] for start in range(0, len(by_length), 64)]
    total, step, start, loss = epochs * len(batches), 0, time.monotonic(), torch.tensor(0.0)
    warmup = min(100, max(1, total // 10))
    parser.train()
    for epoch in range(epochs):
        for at in torch.randperm(len(batches), generator=generator).tolist():
            done = max(step / total, (time.monotonic() - start) / (60 * minutes))
            if done >= 1:
                break
            for group in optimizer.param_groups:
                group["lr"] = (
                    LEARNING_RATE
                    * min(1.0, (step + 1) / warmup)
                    * (0.02 + 0.98 * (0.5 + 0.5 * math.cos(math.pi * done)))
                )
            words, lengths, roles, heads = _batch(drawn, states, batches[at])
            role_logits, head_logits = parser(words, lengths)
            loss = F.cross_entropy(role_logits.flatten(0, 1), roles.flatten(), label_smoothing=0.02)
            loss = loss + F.cross_entropy(head_logits.flatten(0, 1), heads.flatten())
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parser.parameters(), 1.0)
            optimizer.step()
            step += 1
        print(f"epoch {epoch + 1}: loss {loss.item():.3f}, {(time.monotonic() - start) / 60:.1f} minutes", flush=True)
    parser.eval()
    return loss.item()


@torch.no_grad()
def score(drawn: list[Caption], states: list[torch.Tensor], parser: SceneParser) -> dict[str, float]:
    """Shares of words with the right role, of heads that are right, and of captions in which all is."""
    right_roles = right_heads = words = whole = 0
    for at in range(len(drawn)):
        inputs, lengths, roles, heads = _batch(drawn, states, [at])
        role_logits, head_logits = parser(inputs, lengths)
        role_right, head_right = role_logits.argmax(-1) == roles, head_logits.argmax(-1) == heads
        right_roles += int(role_right.sum())
        right_heads += int(head_right.sum())
        words += roles.shape[1]
        whole += bool(role_right.all() and head_right.all())
    return {"roles": right_roles / words, "heads": right_heads / words, "captions": whole / len(drawn)}


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m pipeline.training.scene_parser", description=__doc__)
    parser.add_argument("--text-encoder", help="folder of the pretrained text encoder (default: installed package)")
    parser.add_argument("--vocabulary", help="folder of the vocabulary (default: the run's)")
    parser.add_argument("--run", default="runs/default", help="folder of the training run")
    parser.add_argument("--output", help="folder of the trained parser (default: scene_parser, in the run's folder)")
    parser.add_argument("--captions", type=int, default=16_000)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--minutes", type=float, default=12.0, help="of training; the encoder's states come before it")
    parser.add_argument("--hidden-dim", type=int, default=192, help="of each direction; 80 gives a parser of 1 MB")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--silver", type=Path, help="captions of pipeline.training.silver that some are taken from")
    parser.add_argument("--silver-share", type=float, default=0.2, help="of the captions that are silver ones")
    arguments = parser.parse_args(argv)
    path = Path(arguments.vocabulary or Path(arguments.run) / "vocabulary" / "vocabulary")
    if not (path / "config.json").exists():
        raise SystemExit(f"{path} is missing. Run `python -m pipeline.training.vocabulary` first.")
    tokenizer, text_encoder = load_text_encoder(arguments.text_encoder)
    vocabulary = Vocabulary.from_pretrained(path, dtype=torch.float32)
    rng = random.Random(arguments.seed)
    drawn = list(captions(rng, grammar_names(vocabulary), count=arguments.captions + HELD_OUT))
    if arguments.silver:
        own, held = drawn[: arguments.captions], drawn[arguments.captions :]
        drawn = [*mixed(own, load_silver(arguments.silver), arguments.silver_share, arguments.seed), *held]
    torch.manual_seed(arguments.seed)
    depth = text_encoder.config.num_hidden_layers
    layers = tuple(min(layer, depth) for layer in READ_LAYERS)
    width = arguments.hidden_dim
    model = SceneParser(
        list(ROLES),
        text_dim=text_encoder.config.hidden_size,
        layers=layers,
        hidden_dim=width,
        arc_dim=min(128, width),
    )
    start = time.monotonic()
    states = encode(drawn, tokenizer, text_encoder, model.config.layers)
    print(f"{len(drawn)} captions encoded in {(time.monotonic() - start) / 60:.1f} minutes", flush=True)
    kept, held = slice(0, arguments.captions), slice(arguments.captions, None)
    train_parser(
        drawn[kept], states[kept], model, epochs=arguments.epochs, seed=arguments.seed, minutes=arguments.minutes
    )
    found = score(drawn[held], states[held], model)
    output = Path(arguments.output or Path(arguments.run) / "scene_parser")
    model.half().save_pretrained(output)
    report = {"captions": arguments.captions, "epochs": arguments.epochs, "seed": arguments.seed, "held_out": found}
    report |= {"silver_share": arguments.silver_share} if arguments.silver else {}
    (output / "training.json").write_text(json.dumps(report, indent=2), encoding="utf-8")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
