"""What one of several processes runs, for test_loop: python -m tests.training.two_processes FOLDER STEPS ..."""

import json
import sys
from pathlib import Path

import torch
from accelerate import PartialState
from torch import nn

from pipeline.training import loop
from pipeline.training.loop import LoopConfig, train


def batch(index: int) -> dict[str, torch.Tensor]:
    inputs = torch.randn(16, 4, generator=torch.Generator().manual_seed(index))
    return {"inputs": inputs, "target": inputs @ torch.tensor([[1.0], [-2.0], [0.5], [3.0]])}


def loss(model: nn.Module, batch: dict, generator: torch.Generator) -> dict[str, torch.Tensor]:
    return {"loss": (model(batch["inputs"]) - batch["target"]).square().mean()}


def main(folder: Path, *each: int) -> None:
    loop.fast_dtype = lambda device: torch.float32
    said, seen, rank = [], [], PartialState(cpu=True).process_index

    def make_batch(index: int) -> dict[str, torch.Tensor]:
        seen.append(index)
        return batch(index)

    torch.manual_seed(rank)  # each begins with another network: the main one's counts
    for steps in each:  # of the whole training: the second goes on where the first was
        seen.clear()
        config = LoopConfig(output=str(folder), steps=steps, learning_rate=0.1, workers=0, checkpoint_minutes=1e9)
        model = train(nn.Linear(4, 1), loss, make_batch, config)
        said.append({"seen": seen[:steps], "weights": model.weight.flatten().tolist() + model.bias.tolist()})
    (folder / f"rank{rank}.json").write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
