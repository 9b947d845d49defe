"""Better captions: a small model that describes pictures, and the step that uses it on a fraction of them.

    python -m pipeline.data.recaption --input CLEAN --output captioner/ --minutes 10

The captioner learns from the records whose captions are descriptive. As a step in preparation it rewrites poor
captions; while training, each epoch rewrites another small fraction of all captions: a good caption is back in the
next epoch, so it costs nothing, and a bad one gets information.
"""

import argparse
import hashlib
import json
import random
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from tqdm import tqdm
from transformers import PreTrainedTokenizerFast

from pipeline.data.decode import check_pictures
from pipeline.data.finetune_set import caption_detail
from pipeline.data.read import read_records
from pipeline.data.record import ImageRecord, batches, kept
from pipeline.models.captioner import Captioner
from pipeline.pictures.decode import flatten

__all__ = [
    "describer",
    "descriptive_caption",
    "draw_of",
    "is_poor",
    "load_captioner",
    "recaption",
    "recaption_epoch",
    "small_picture",
    "train_captioner",
]

Describe = Callable[[list[Image.Image]], list[str]]
POOR_DETAIL = 2 / 12  # two different words: a name, not a description
_FILE_NAME = re.compile(
    r"^(?:img|dsc|dscn|image|photo|untitled|screenshot|pict?)?[\s_\-]*\d*(?:\.\w{3,4})?$", re.IGNORECASE
)
BATCH_SIZE = 64
VOCABULARY = 4000


def is_poor(text: str) -> bool:
    """Whether a caption says next to nothing: empty, a camera's file name, or fewer than two different words."""
    return bool(_FILE_NAME.match(text.strip())) or caption_detail(text) < POOR_DETAIL


def recaption(
    records: Iterable[ImageRecord],
    describe: Describe,
    *,
    fraction: float = 1.0,
    seed: int = 0,
    select: Callable[[ImageRecord], bool] = lambda record: is_poor(record.text),
) -> Iterator[ImageRecord]:
    """Rewrites the captions of a `fraction` of the records for which `select` is true; `original_text` keeps the old
    one.

    Which ones is a matter of the key and the seed alone, not of order or of what else is in the set.
    Raises ValueError if `fraction` is not 0 to 1.
    """
    if not 0 <= fraction <= 1:
        raise ValueError(f"`fraction` is to be 0 to 1, got {fraction}. 0.05 rewrites one caption in twenty.")
    for batch in batches(records, BATCH_SIZE):
        chosen = [
            index
            for index, record in enumerate(batch)
            if not record.dropped and draw_of(record.key, seed) < fraction and select(record)
        ]
        texts = describe([batch[index].picture().image for index in chosen]) if chosen else []
        for index, text in zip(chosen, texts, strict=True):
            if text:
                batch[index] = replace(batch[index].with_metadata(original_text=batch[index].text), text=text)
        yield from batch


def recaption_epoch(
    keys: list[str], texts: list[str], generated: list[str], *, fraction: float, epoch: int, seed: int = 0
) -> list[str]:
    """The captions of one training epoch: another `fraction` of `texts` is replaced by `generated` every time.

    The three lists run in parallel; `generated` comes from one pass of the captioner over the set.
    """
    return [
        new if new and draw_of(key, seed * 1_000_003 + epoch) < fraction else old
        for key, old, new in zip(keys, texts, generated, strict=True)
    ]


def descriptive_caption(record: ImageRecord) -> str:
    """What a record's metadata says in one sentence: style, colours and the thing itself, as far as they are there."""
    style = record.metadata.get("style")
    colours = " and ".join(record.metadata.get("colours") or ())
    words = [f"{style} of" if style else "", colours, record.text]
    return " ".join(word for word in words if word)


def load_captioner(folder: Path) -> Describe:
    """A function from pictures to captions. Raises FileNotFoundError, naming the command, if `folder` holds no
    model."""
    if not (Path(folder) / "config.json").exists():
        raise FileNotFoundError(
            f"`captioner` is to be a folder that python -m pipeline.data.recaption wrote, got {folder}."
        )
    model = Captioner.from_pretrained(folder).eval()
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(Path(folder) / "tokenizer.json"))
    return describer(model, tokenizer)


def train_captioner(
    images: np.ndarray, texts: list[str], *, minutes: float, seed: int = 0, max_steps: int | None = None, **config
) -> tuple[Captioner, PreTrainedTokenizerFast, list[float]]:
    """A captioner trained on `images` (n, 64, 64, 3) uint8 and their captions for at most `minutes` or `max_steps`.

    `config` goes to `Captioner`. Returns the model, its tokenizer and the loss of every step (nats a token).
    """
    tokenizer = _train_tokenizer(texts)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Captioner(
            len(tokenizer), tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id, **config
        )
        losses = _fit(model, tokenizer, images, texts, minutes, max_steps, seed)
    return model.eval(), tokenizer, losses


def _fit(model, tokenizer, images, texts, minutes: float, max_steps: int | None, seed: int) -> list[float]:
    pixels = torch.as_tensor(images).permute(0, 3, 1, 2)
    ids = [
        [tokenizer.bos_token_id, *tokenizer.encode(text)[: model.config.max_length - 2], tokenizer.eos_token_id]
        for text in texts
    ]
    generator = random.Random(seed)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.02)
    start, losses = time.monotonic(), []
    model.train()
    while time.monotonic() - start < minutes * 60 and len(losses) != max_steps:
        done = (time.monotonic() - start) / max(minutes * 60, 1e-9)
        if max_steps is not None:
            done = max(done, len(losses) / max_steps)
        for group in optimiser.param_groups:
            group["lr"] = 1e-3 * min(1, (len(losses) + 1) / 50) * max(0.02, 1 - done)
        rows = generator.sample(range(len(ids)), min(BATCH_SIZE, len(ids)))
        longest = max(len(ids[row]) for row in rows)
        tokens = torch.full((len(rows), longest), tokenizer.pad_token_id)
        for place, row in enumerate(rows):
            tokens[place, : len(ids[row])] = torch.tensor(ids[row])
        labels = tokens.masked_fill(tokens == tokenizer.pad_token_id, -100)
        loss = model(pixels[rows].float() / 127.5 - 1, tokens, labels)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        losses.append(loss.item())
    return losses


def describer(model: Captioner, tokenizer: PreTrainedTokenizerFast) -> Describe:
    """A function from a list of pictures to their captions, one batch a call."""

    def describe(images: list[Image.Image]) -> list[str]:
        pixels = torch.as_tensor(np.stack([small_picture(image) for image in images])).permute(0, 3, 1, 2)
        ids = model.generate(pixels.float() / 127.5 - 1)
        return [" ".join(text.split()) for text in tokenizer.batch_decode(ids.tolist(), skip_special_tokens=True)]

    return describe


def small_picture(image: Image.Image) -> np.ndarray:
    """(64, 64, 3) uint8, transparent parts on white: what the captioner sees."""
    size = (Captioner.image_size, Captioner.image_size)
    return np.asarray(flatten(image).resize(size, Image.Resampling.BOX))


def _train_tokenizer(texts: list[str]) -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    special = ["[PAD]", "[UNK]", "[BOS]", "[EOS]"]
    trainer = trainers.WordPieceTrainer(vocab_size=VOCABULARY, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", bos_token="[BOS]", eos_token="[EOS]"
    )


def draw_of(key: str, seed: int) -> float:
    """A number in 0..1 that depends on the key and the seed alone."""
    digest = hashlib.blake2b(f"{seed}\0{key}".encode(errors="replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--input", type=Path, required=True, help="pictures with descriptive captions")
    parser.add_argument("--output", type=Path, required=True, help="folder for the captioner")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--max-steps", type=int)
    parser.add_argument("--limit", type=int, help="use at most this many pictures, drawn evenly")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    records = [record for record in kept(check_pictures(read_records(options.input))) if record.text]
    if options.limit:
        records = random.Random(options.seed).sample(records, min(options.limit, len(records)))
    images = np.stack([small_picture(record.picture().image) for record in tqdm(records, mininterval=2)])
    texts = [descriptive_caption(record) for record in records]
    model, tokenizer, losses = train_captioner(
        images, texts, minutes=options.minutes, seed=options.seed, max_steps=options.max_steps
    )
    model.save_pretrained(options.output)
    tokenizer.save_pretrained(options.output)
    last = float(np.mean(losses[-50:]))
    print(json.dumps({"pictures": len(records), "steps": len(losses), "loss": round(last, 3)}))


if __name__ == "__main__":
    main()
