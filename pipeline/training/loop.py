"""The one training loop: a time or step budget, EMA, checkpoints that resume, a JSON log.

A step's batch and randomness are functions of (seed, step): stopping and running the same command again gives what an
uninterrupted run gives, up to the place where the time budget ends it.

Under `accelerate launch` or `torchrun` every process takes other batches, and a step goes by the mean of their
gradients: N processes learn as one does from batches N times as large.
"""

import json
import logging
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import torch
from accelerate import PartialState
from accelerate.utils import broadcast_object_list
from diffusers.training_utils import EMAModel
from safetensors.torch import load_file, save_file
from torch import nn
from torch.utils.data import DataLoader, Dataset
from tqdm import tqdm

from pipeline.atomic import new_file, write_file

__all__ = ["LoopConfig", "fast_dtype", "train"]

Model = TypeVar("Model", bound=nn.Module)
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LoopConfig:
    """What every stage shares; saved beside the checkpoint as ``config.json``."""

    output: str  # folder of checkpoints and log
    minutes: float | None = None  # time budget over all runs of this command
    steps: int | None = None  # step budget; used when ``minutes`` is None
    batch_size: int = 64
    learning_rate: float = 1e-3
    table_learning_rate: float | None = None  # of embedding tables, whose rows are seen in few steps; None: the same
    weight_decay: float = 0.01
    warmup: float = 0.02  # share of the budget
    final_learning_rate: float = 0.02  # share of ``learning_rate`` at the end of the cosine
    ema_decay: float = 0.999
    max_grad_norm: float = 1.0
    checkpoint_minutes: float = 3.0
    log_every: int = 50
    seed: int = 0
    workers: int = 1  # processes that make batches; 0 makes them in this one

    def __post_init__(self):
        if (self.minutes is None) == (self.steps is None):
            raise ValueError("Give exactly one of `minutes` and `steps`.")
        if not (self.minutes or self.steps or 0) > 0:
            raise ValueError(f"A budget is above 0, got {self.minutes} `minutes` and {self.steps} `steps`.")


def fast_dtype(device: torch.device) -> torch.dtype:
    """bfloat16 where a matrix product in it is faster than in float32 (measured in milliseconds), else float32."""
    seconds = {}
    for dtype in (torch.float32, torch.bfloat16):
        a = torch.randn(1024, 1024, device=device).to(dtype)
        for repeat in range(4):
            if repeat == 1:
                start = time.perf_counter()
            product = a @ a
        product.float().sum().item()
        seconds[dtype] = time.perf_counter() - start
    return torch.bfloat16 if seconds[torch.bfloat16] < 0.8 * seconds[torch.float32] else torch.float32


class _Resumed(Dataset):
    """A map-style data set of whole batches, from step ``start`` on, for one of ``count`` processes."""

    def __init__(self, make_batch: Callable[[int], dict], start: int, count: int = 1, rank: int = 0):
        self.make_batch, self.start, self.count, self.rank = make_batch, start, count, rank

    def __len__(self) -> int:
        return 1 << 40

    def __getitem__(self, index: int) -> dict:
        return self.make_batch((self.start + index) * self.count + self.rank)


class _InOrder(torch.utils.data.Sampler):
    def __iter__(self):
        index = 0
        while True:
            yield index
            index += 1


def _parameter_groups(model: nn.Module, trainable: dict[str, nn.Parameter], config: LoopConfig) -> list[dict]:
    """Matrices decay, vectors and tables do not; tables have their own learning rate."""
    tables = {id(part.weight) for part in model.modules() if isinstance(part, nn.Embedding)}
    table = [p for p in trainable.values() if id(p) in tables]
    decayed = [p for p in trainable.values() if p.ndim > 1 and id(p) not in tables]
    plain = [p for p in trainable.values() if p.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": config.weight_decay}, {"params": plain, "weight_decay": 0.0}]
    if table:
        scale = (config.table_learning_rate or config.learning_rate) / config.learning_rate
        groups.append({"params": table, "weight_decay": 0.0, "scale": scale})
    return groups


def _learning_rate(progress: float, config: LoopConfig) -> float:
    if progress < config.warmup:
        return config.learning_rate * max(progress / config.warmup, 1e-3)
    cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, (progress - config.warmup) / (1 - config.warmup))))
    return config.learning_rate * (config.final_learning_rate + (1 - config.final_learning_rate) * cosine)


def _progress(step: int, elapsed: float, config: LoopConfig) -> float:
    """The share of the budget that is spent, 1 at its end."""
    if config.minutes:
        return elapsed / (60 * config.minutes)
    assert config.steps is not None  # the configuration has exactly one of the two
    return step / config.steps


def _batches(
    make_batch: Callable[[int], dict], start: int, state: PartialState, config: LoopConfig
) -> Iterator[dict[str, torch.Tensor]]:
    """This process's batches from step ``start`` on, on its device, without end."""
    loader = DataLoader(
        _Resumed(make_batch, start, state.num_processes, state.process_index),
        batch_size=None,
        sampler=_InOrder(),
        num_workers=config.workers,
        prefetch_factor=8 if config.workers else None,
    )
    for batch in loader:
        yield {name: value.to(state.device, non_blocking=True) for name, value in batch.items()}


def _log(
    output: Path, bar: tqdm, step: int, elapsed: float, learning_rate: float, losses: dict[str, torch.Tensor]
) -> None:
    """One more line of ``log.jsonl``, and the losses beside the bar."""
    record = {"step": step, "minutes": round(elapsed / 60, 2), "learning_rate": learning_rate}
    # A measure of some rows alone has no value where a batch holds none of them, and JSON has no NaN.
    record |= {name: round(value.item(), 5) if value.isfinite() else None for name, value in losses.items()}
    with (output / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(record) + "\n")
    bar.set_postfix({name: f"{value.item():.4f}" for name, value in losses.items()})


def _cast_frozen(model: nn.Module, dtype: torch.dtype) -> list[tuple[nn.Parameter, torch.Tensor]]:
    """Frozen matrices in the fast type as long as the model is trained, so that no step casts them.

    Returns:
        each of them with its exact values.
    """
    frozen = [(p, p.data) for p in model.parameters() if not p.requires_grad and p.ndim > 1]
    for parameter, exact in frozen:
        parameter.data = exact.to(dtype)
    return frozen


def _losses(
    compute_loss: Callable, model: nn.Module, batch: dict, generator: torch.Generator, dtype: torch.dtype, step: int
) -> dict[str, torch.Tensor]:
    """The named losses of a batch, computed in the fast type."""
    with torch.autocast(generator.device.type, dtype, enabled=dtype != torch.float32):
        losses = compute_loss(model, batch, generator)
    if not torch.isfinite(losses["loss"]):
        raise FloatingPointError(f"The loss is {losses['loss'].item()} at step {step}; lower `learning_rate`.")
    return losses


def train(
    model: Model,
    compute_loss: Callable[[Model, dict, torch.Generator], dict[str, torch.Tensor]],
    make_batch: Callable[[int], dict],
    config: LoopConfig,
) -> Model:
    """Train ``model`` in place and return it holding the EMA weights, in eval mode.

    Args:
        model: everything that is trained (frozen parameters allowed).
        compute_loss: (model, batch, generator) -> named losses; the one called "loss" is minimised, all are logged.
        make_batch: step -> batch of tensors; a pure function, called in worker processes. Of N processes the one of
            rank r asks for the batches N * step + r.
        config: budget and optimiser.
    """
    state = PartialState(cpu=not torch.cuda.is_available())
    device, output = torch.device(state.device or "cpu"), Path(config.output)
    output.mkdir(parents=True, exist_ok=True)
    dtype = _agreed(state, fast_dtype(device))
    cast(Any, model).to(device, memory_format=torch.channels_last).train()
    frozen = _cast_frozen(model, dtype)
    trainable = {name: p for name, p in model.named_parameters() if p.requires_grad}
    groups = _parameter_groups(model, trainable, config)
    optimizer = torch.optim.AdamW(groups, lr=config.learning_rate, betas=(0.9, 0.98), fused=True)
    ema = EMAModel(trainable.values(), decay=config.ema_decay, use_ema_warmup=True, power=0.75)
    step, elapsed = _load_checkpoint(output, trainable, optimizer, ema)
    if state.is_main_process:
        write_file(output / "config.json", json.dumps(asdict(config), indent=2))
    _share(state, [p.data for p in trainable.values()], from_main=True)
    started, last_saved = time.monotonic() - elapsed, time.monotonic()
    with tqdm(initial=step, total=config.steps, desc=output.name, disable=not state.is_main_process) as bar:
        for batch in _batches(make_batch, step, state, config):
            elapsed = _agreed(state, time.monotonic() - started)  # all processes end after the same step
            progress = _progress(step, elapsed, config)
            if progress >= 1:
                break
            for group in optimizer.param_groups:
                group["lr"] = group.get("scale", 1.0) * _learning_rate(progress, config)
            draw = step * state.num_processes + state.process_index
            generator = torch.Generator(device).manual_seed(config.seed * 1_000_003 + draw)
            losses = _losses(compute_loss, model, batch, generator, dtype, step)
            losses["loss"].backward()
            _share(state, [p.grad for p in trainable.values() if p.grad is not None])
            torch.nn.utils.clip_grad_norm_(trainable.values(), config.max_grad_norm)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            ema.step(trainable.values())
            step += 1
            bar.update()
            if state.is_main_process and (step % config.log_every == 0 or step == 1):
                _log(output, bar, step, elapsed, optimizer.param_groups[-1]["lr"], losses)
            if state.is_main_process and time.monotonic() - last_saved > 60 * config.checkpoint_minutes:
                _save_checkpoint(output, trainable, optimizer, ema, step, time.monotonic() - started)
                last_saved = time.monotonic()
    if state.is_main_process:
        _save_checkpoint(output, trainable, optimizer, ema, step, elapsed)
    ema.copy_to(trainable.values())
    for parameter, exact in frozen:
        parameter.data = exact
    return model.to("cpu", torch.float32).eval()


def _agreed(state: PartialState, value):
    """The main process's value, in all of them."""
    return broadcast_object_list([value])[0] if state.num_processes > 1 else value


def _share(state: PartialState, tensors: list[torch.Tensor], *, from_main: bool = False) -> None:
    """In place: the mean of every tensor over all processes, or the main process's own."""
    if state.num_processes == 1:
        return
    for tensor in tensors:
        if from_main:
            torch.distributed.broadcast(tensor, src=0)
        else:
            torch.distributed.all_reduce(tensor)
            tensor /= state.num_processes


def _save_checkpoint(output: Path, trainable: dict, optimizer, ema: EMAModel, step: int, elapsed: float) -> None:
    """One safetensors file (weights, EMA, optimiser moments) and its JSON, written aside and renamed."""
    tensors = {}
    states = optimizer.state
    for (name, parameter), shadow in zip(trainable.items(), ema.shadow_params, strict=True):
        tensors[f"model.{name}"] = parameter.detach().contiguous()
        tensors[f"ema.{name}"] = shadow.contiguous()
        for key, value in states.get(parameter, {}).items():
            tensors[f"optimizer.{key}.{name}"] = torch.as_tensor(value).contiguous()
    metadata = {"step": str(step), "elapsed": str(elapsed), "ema_step": str(ema.optimization_step)}
    with new_file(output / "checkpoint.safetensors") as aside:
        save_file(tensors, aside, metadata=metadata)
    write_file(output / "checkpoint.json", json.dumps(metadata))


def _load_checkpoint(output: Path, trainable: dict, optimizer, ema: EMAModel) -> tuple[int, float]:
    """Restore what ``_save_checkpoint`` wrote; (0, 0.0) when there is none."""
    path = output / "checkpoint.safetensors"
    if not path.exists():
        return 0, 0.0
    tensors = load_file(path)
    expected = {name.removeprefix("model.") for name in tensors if name.startswith("model.")}
    if expected != set(trainable):
        raise ValueError(
            f"{path} holds other parameters than this model ({len(expected)} against {len(trainable)}). Choose "
            "another `output`, or delete the folder to start again."
        )
    for (name, parameter), shadow in zip(trainable.items(), ema.shadow_params, strict=True):
        parameter.data.copy_(tensors[f"model.{name}"])
        shadow.copy_(tensors[f"ema.{name}"])
        state = {
            key.split(".")[1]: value for key, value in tensors.items()
            if key.startswith("optimizer.") and key.split(".", 2)[2] == name
        }  # fmt: skip
        if state:
            optimizer.state[parameter] = state
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        metadata = file.metadata()
    ema.optimization_step = int(metadata["ema_step"])
    logger.info("resumed %s at step %s", output, metadata["step"])
    return int(metadata["step"]), float(metadata["elapsed"])
