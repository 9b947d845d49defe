"""Stage 0: describe the scenes that embedder, prior and decoder learn from, and encode their captions, once.

    python -m pipeline.training.scenes --input PICTURES --preset cpu --workers 2

A scene is a cut-out, a ground and a place. The cut-outs are kept once, as 64x64 layers; the text encoder is frozen and
costs more than all that is trained on its output, so its token states are kept beside the scenes. Written shard by
shard; the same command goes on where it stopped.

``--captioner FOLDER --recaptioned 0.1`` has that model describe one scene in ten from its picture, in place of the
metadata's words; what is described at a smaller share is at a larger one, too.
"""

import random
import zlib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from tqdm import tqdm

from pipeline.atomic import ASIDE, new_file
from pipeline.data.recaption import draw_of, load_captioner
from pipeline.data.scenes import Portrait, SceneComposer
from pipeline.training.arguments import composer_from, parse_arguments
from pipeline.training.loop import fast_dtype
from pipeline.training.text import encode_captions, load_text_encoder

__all__ = ["SceneSet", "main", "recaptioned", "to_layer"]

SHARD = 5_000  # scenes
_LAYERS, _PHRASES = "layers.npy", "phrases.npy"
_CHUNK = 50  # captions encoded at once
_FILES = ("cutouts", "poses", "tokens", "starts", "captions")


class SceneSet:
    """The scenes of a run, mapped from its ``scenes`` folder; several processes share the pages.

    Args:
        run: the run's folder.

    Raises:
        FileNotFoundError: stage 0 has not run, or not to its end; the message names its command.
    """

    def __init__(self, run: str | Path):
        folders = sorted(path for path in (Path(run) / "scenes").glob("*-*") if path.suffix != ASIDE)
        if not folders:
            raise FileNotFoundError(
                f"{run}/scenes is missing. Run `python -m pipeline.training.scenes --run {run}` first."
            )
        for name in (_LAYERS, _PHRASES):
            if not (Path(run) / "scenes" / name).exists():
                raise FileNotFoundError(
                    f"{run}/scenes/{name} is missing: these scenes were not finished, or made by an older version. "
                    f"Delete {run}/scenes and run `python -m pipeline.training.scenes --run {run}` again."
                )
        self._shards = [{name: np.load(path / f"{name}.npy", mmap_mode="r") for name in _FILES} for path in folders]
        self._ends = np.cumsum([len(shard["cutouts"]) for shard in self._shards])
        self.all_layers = np.load(Path(run) / "scenes" / _LAYERS, mmap_mode="r")  # uint8 (n, size, size, 4)
        self.phrases = np.load(Path(run) / "scenes" / _PHRASES)  # int64 (n,): a checksum of each cut-out's phrase
        self.text_dim = self._shards[0]["tokens"].shape[1]

    def __len__(self) -> int:
        return int(self._ends[-1])

    def cutouts(self, rows: np.ndarray) -> np.ndarray:
        """Which cut-out each scene shows, int (len(rows),): a row of ``all_layers``."""
        return np.array([int(shard["cutouts"][row]) for shard, row in self._places(rows)])

    def layers(self, rows: np.ndarray) -> torch.Tensor:
        """uint8 (len(rows), size, size, 4): colours multiplied by alpha, and alpha."""
        return torch.from_numpy(self.all_layers[self.cutouts(rows)])

    def poses(self, rows: np.ndarray) -> torch.Tensor:
        """(len(rows), 6): see ``pipeline.models.image_encoder.POSE_DIM``."""
        return torch.from_numpy(np.stack([shard["poses"][row] for shard, row in self._places(rows)]))

    def captions(self, rows: np.ndarray) -> torch.Tensor:
        """A checksum of each caption, int64 (len(rows),): equal where the words are."""
        return torch.tensor([int(shard["captions"][row]) for shard, row in self._places(rows)])

    def tokens(self, rows: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        """Token states (len(rows), tokens, text_dim) float16 and their mask (len(rows), tokens), padded at the end."""
        states = []
        for shard, row in self._places(rows):
            start, end = shard["starts"][row : row + 2]
            states.append(torch.from_numpy(np.array(shard["tokens"][start:end])))
        padded = torch.nn.utils.rnn.pad_sequence(states, batch_first=True)
        lengths = torch.tensor([len(state) for state in states])
        return padded, (torch.arange(padded.shape[1])[None] < lengths[:, None]).long()

    def draw(self, count: int, seed: str) -> np.ndarray:
        """``count`` rows, a function of ``seed``."""
        return np.random.default_rng(zlib.crc32(seed.encode())).integers(len(self), size=count)

    def _places(self, rows: np.ndarray):
        numbers = np.searchsorted(self._ends, rows, side="right")
        for number, row in zip(numbers.tolist(), rows.tolist(), strict=True):
            yield self._shards[number], row - (int(self._ends[number - 1]) if number else 0)


def to_layer(pixels: np.ndarray, size: int) -> np.ndarray:
    """uint8 RGBA (..., side, side, 4) -> uint8 (..., size, size, 4), colours multiplied by alpha, area-averaged."""
    alpha = pixels[..., 3:].astype(np.float32)
    layers = np.concatenate([pixels[..., :3] * (alpha / 255), alpha], axis=-1)
    factor = pixels.shape[-2] // size
    if factor > 1:
        layers = layers.reshape(*layers.shape[:-3], size, factor, size, factor, 4).mean((-4, -2))
    return (layers + 0.5).astype(np.uint8)


def _write_layers(pixels: np.ndarray, size: int, path: Path) -> None:
    """Every cut-out as a layer, written aside first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with new_file(path) as aside:
        layers = np.lib.format.open_memmap(aside, mode="w+", dtype=np.uint8, shape=(len(pixels), size, size, 4))
        for start in tqdm(range(0, len(pixels), 200), desc="layers"):
            layers[start : start + 200] = to_layer(pixels[start : start + 200], size)
        layers.flush()


def _pose(portrait: Portrait) -> list[float]:
    ground = [int(portrait.ground[i : i + 2], 16) / 127.5 - 1 for i in (1, 3, 5)]
    return [*ground, *portrait.place]


def _prepare(arguments, preset) -> None:
    """What a worker process keeps."""
    global _maker
    torch.set_num_threads(1)
    tokenizer, text_encoder = load_text_encoder(arguments.text_encoder)
    dtype = fast_dtype(torch.device("cpu"))
    composer = composer_from(arguments, preset.super_res_size)
    describe = load_captioner(Path(arguments.captioner)) if arguments.captioner else None
    _maker = composer, tokenizer, cast(Any, text_encoder).to(dtype), preset.max_tokens, describe, arguments.recaptioned


def recaptioned(
    scenes: list[Portrait], composer: SceneComposer, describe: Callable[[list], list[str]], share: float, seed: str
) -> list[Portrait]:
    """The same scenes; the captions of a ``share`` of them are what ``describe`` says of their pictures.

    Which ones is a matter of the scene's number and ``seed``: those of a small share are among those of a larger one.
    """
    chosen = [at for at in range(len(scenes)) if draw_of(f"{seed}/{at}", 0) < share]
    described = list(scenes)
    for start in range(0, len(chosen), _CHUNK):
        some = chosen[start : start + _CHUNK]
        texts = describe([composer.picture(scenes[at]) for at in some])
        for at, text in zip(some, texts, strict=True):
            if text:
                described[at] = replace(scenes[at], caption=text)
    return described


@torch.no_grad()
def _make_shard(folder: Path, count: int, seed: str) -> int:
    """Describe ``count`` scenes and encode their captions into ``folder``: a function of ``seed``."""
    composer, tokenizer, text_encoder, max_tokens, describe, share = _maker
    rng = random.Random(seed)
    scenes = [composer.portray(rng) for _ in range(count)]
    if describe is not None:
        scenes = recaptioned(scenes, composer, describe, share, seed)
    order = sorted(range(count), key=lambda i: len(scenes[i].caption))  # alike in length: little padding
    scenes, tokens, lengths = [scenes[i] for i in order], [], []
    for start in range(0, count, _CHUNK):
        ids, mask = encode_captions(tokenizer, [s.caption for s in scenes[start : start + _CHUNK]], max_tokens)
        states = text_encoder(ids, attention_mask=mask).last_hidden_state.half()
        tokens.append(states[mask.bool()].numpy())
        lengths += mask.sum(1).tolist()
    arrays = {
        "cutouts": np.array([scene.cutout.index for scene in scenes]),
        "poses": np.array([_pose(scene) for scene in scenes], dtype=np.float32),
        "tokens": np.concatenate(tokens),
        "starts": np.cumsum([0, *lengths]),
        "captions": np.array([zlib.crc32(scene.caption.encode()) for scene in scenes], dtype=np.int64),
    }
    with new_file(folder) as aside:
        aside.mkdir(parents=True)
        for name, array in arrays.items():
            np.save(aside / f"{name}.npy", array)
    return count


def main(argv: list[str] | None = None) -> None:
    arguments, preset = parse_arguments(__doc__, "scenes", argv)
    shards = {}
    total = arguments.number or preset.scenes
    for number, start in enumerate(range(0, total, SHARD)):
        folder = Path(arguments.output) / f"{arguments.seed}-{number:04}"
        if not folder.exists():
            shards[folder] = min(SHARD, total - start), f"scenes/{arguments.seed}/{number}"
    if not shards:
        return
    composer = composer_from(arguments, preset.super_res_size)  # decodes the pictures once, before the workers do
    layers = Path(arguments.output) / _LAYERS
    if not layers.exists():
        _write_layers(composer.cutouts.pixels, preset.layer_size, layers)
    phrases = [zlib.crc32(cutout.phrase.lower().encode()) for cutout in composer.cutouts.cutouts]
    np.save(Path(arguments.output) / _PHRASES, np.array(phrases, dtype=np.int64))
    workers = max(1, arguments.workers)
    with (
        ProcessPoolExecutor(workers, get_context("spawn"), _prepare, (arguments, preset)) as pool,
        tqdm(total=sum(count for count, _ in shards.values()), unit="scene", desc="scenes") as bar,
    ):
        for made in pool.map(_make_shard, shards, *zip(*shards.values(), strict=True)):
            bar.update(made)


if __name__ == "__main__":
    main()
