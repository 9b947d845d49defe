"""Example run: python -m pytest tests/training/test_loop.py"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from pipeline.training import loop
from pipeline.training.embedder import Embedder, embedder_loss
from pipeline.training.loop import LoopConfig, train
from pipeline.training.presets import PRESETS
from tests.training import two_processes

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def one_number_format(monkeypatch):
    """The loop takes the faster of two, by the clock: on a busy machine two runs could choose differently."""
    monkeypatch.setattr("pipeline.training.loop.fast_dtype", lambda device: torch.float32)


def linear_batch(step):
    """A regression problem whose batches depend on the step alone."""
    generator = torch.Generator().manual_seed(step)
    inputs = torch.randn(16, 4, generator=generator)
    return {"inputs": inputs, "target": inputs @ torch.tensor([[1.0], [-2.0], [0.5], [3.0]])}


def noisy_loss(model, batch, generator):
    noise = 0.1 * torch.randn(batch["inputs"].shape, generator=generator)
    error = model(batch["inputs"] + noise) - batch["target"]
    return {"loss": error.square().mean(), "worst": error.abs().max()}


def linear(seed=0):
    torch.manual_seed(seed)
    return nn.Linear(4, 1)


def config(tmp_path, **more):
    defaults = {"steps": 12, "batch_size": 16, "learning_rate": 0.1, "workers": 0, "log_every": 1}
    return LoopConfig(output=str(tmp_path), **(defaults | more))


def test_training_lowers_the_loss_and_logs_it(tmp_path):
    model = train(linear(), noisy_loss, linear_batch, config(tmp_path, steps=60, ema_decay=0.5))
    before, after = (noisy_loss(m, linear_batch(999), torch.Generator())["loss"] for m in (linear(), model))
    records = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert after < 0.5 * before and not model.training
    assert [record["step"] for record in records] == list(range(1, 61)) and {"loss", "worst"} <= set(records[0])


def test_two_steps_of_the_embedder_lower_its_loss(tmp_path):
    preset, generator = PRESETS["tiny"], torch.Generator().manual_seed(0)
    batch = {
        "layers": torch.randint(256, (8, 64, 64, 4), generator=generator, dtype=torch.uint8),
        "poses": torch.rand(8, 6, generator=generator),
        "tokens": torch.randn(8, 5, 32, generator=generator).half(),
        "attention_mask": torch.ones(8, 5, dtype=torch.long),
        "captions": torch.arange(8),
    }
    torch.manual_seed(0)
    model = Embedder(preset, text_dim=32)
    with torch.no_grad():
        before = embedder_loss(model, batch, generator)["loss"].item()
    train(model, embedder_loss, lambda step: batch, config(tmp_path, steps=2, learning_rate=1e-3, warmup=0.0))
    with torch.no_grad():
        after = embedder_loss(model, batch, generator)["loss"].item()
    assert after < before


class PowerCut(Exception):
    """Ends a run in the middle."""


@pytest.mark.parametrize("cut", [1, 5, 11])
def test_a_resumed_run_gives_what_an_uninterrupted_one_gives(tmp_path, cut):
    def failing(step):
        if step == cut:
            raise PowerCut
        return linear_batch(step)

    whole = train(linear(), noisy_loss, linear_batch, config(tmp_path / "whole"))
    resumed = config(tmp_path / "resumed", checkpoint_minutes=0.0)
    with pytest.raises(PowerCut):
        train(linear(), noisy_loss, failing, resumed)
    model = train(linear(seed=1), noisy_loss, linear_batch, resumed)
    for a, b in zip(whole.parameters(), model.parameters(), strict=True):
        assert torch.equal(a, b)


def test_frozen_parts_come_back_as_they_were(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.training.loop.fast_dtype", lambda device: torch.bfloat16)
    model = nn.Sequential(nn.Linear(4, 4).requires_grad_(False), nn.Linear(4, 1))
    before = model[0].weight.clone()
    trained = train(model, noisy_loss, linear_batch, config(tmp_path))
    assert torch.equal(trained[0].weight, before) and trained[0].weight.dtype == torch.float32


def test_a_finished_run_is_not_trained_further(tmp_path):
    first = train(linear(), noisy_loss, linear_batch, config(tmp_path))
    again = train(linear(seed=1), noisy_loss, linear_batch, config(tmp_path))
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True))


def test_the_returned_weights_are_the_average_not_the_last(tmp_path):
    last, average = (
        train(linear(), noisy_loss, linear_batch, config(tmp_path / str(decay), ema_decay=decay))
        for decay in (0.0, 0.999)
    )
    assert not torch.equal(last.weight, average.weight)


def test_a_checkpoint_of_another_model_is_refused(tmp_path):
    train(linear(), noisy_loss, linear_batch, config(tmp_path, steps=1))
    other = nn.Sequential(nn.Linear(4, 1))
    with pytest.raises(ValueError, match="holds other parameters than this model"):
        train(other, noisy_loss, linear_batch, config(tmp_path, steps=1))


def test_a_loss_that_is_not_finite_stops_with_advice(tmp_path):
    def broken(model, batch, generator):
        return {"loss": noisy_loss(model, batch, generator)["loss"] * float("nan")}

    with pytest.raises(FloatingPointError, match="learning_rate"):
        train(linear(), broken, linear_batch, config(tmp_path))


@pytest.mark.parametrize("budget", [{}, {"minutes": 1.0, "steps": 5}])
def test_exactly_one_budget_is_wanted(budget):
    with pytest.raises(ValueError, match="exactly one of `minutes` and `steps`"):
        LoopConfig(output="x", **budget)


@pytest.mark.parametrize("budget", [{"minutes": 0.0}, {"minutes": -1.0}, {"steps": 0}])
def test_a_budget_of_nothing_is_refused(budget):
    with pytest.raises(ValueError, match="A budget is above 0, got"):
        LoopConfig(output="x", **budget)


def test_the_learning_rate_rises_to_its_height_and_falls_along_a_cosine(tmp_path):
    own = config(tmp_path, learning_rate=2.0, warmup=0.2, final_learning_rate=0.1)
    rates = [loop._learning_rate(share, own) for share in (0.0, 0.1, 0.2, 0.6, 1.0, 1.5)]
    assert rates == pytest.approx([0.002, 1.0, 2.0, 2.0 * (0.1 + 0.9 / 2), 0.2, 0.2])
    falling = [loop._learning_rate(0.2 + 0.08 * step, own) for step in range(11)]
    assert falling == sorted(falling, reverse=True)
    assert loop._learning_rate(0.0, config(tmp_path, learning_rate=2.0, warmup=0.0)) == pytest.approx(2.0)


def test_matrices_decay_vectors_do_not_and_tables_have_a_rate_of_their_own(tmp_path):
    model = nn.ModuleDict({"table": nn.Embedding(5, 3), "matrix": nn.Linear(3, 2), "norm": nn.LayerNorm(2)})
    trainable = dict(model.named_parameters())
    groups = loop._parameter_groups(model, trainable, config(tmp_path, weight_decay=0.5, table_learning_rate=0.3))
    names = [[name for name, p in trainable.items() if any(p is own for own in group["params"])] for group in groups]
    assert names == [["matrix.weight"], ["matrix.bias", "norm.weight", "norm.bias"], ["table.weight"]]
    assert [group["weight_decay"] for group in groups] == [0.5, 0.0, 0.0]
    assert groups[2]["scale"] == pytest.approx(3.0)
    del model["table"]
    assert len(loop._parameter_groups(model, dict(model.named_parameters()), config(tmp_path))) == 2


def test_of_several_processes_each_asks_for_batches_of_its_own():
    asked = [
        [loop._Resumed(lambda step: step, start=5, count=3, rank=rank)[index] for index in range(3)]
        for rank in range(3)
    ]
    assert sorted(sum(asked, [])) == list(range(15, 24)) and asked[1] == [16, 19, 22]


def test_the_spent_share_is_that_of_the_one_budget(tmp_path):
    assert loop._progress(3, 1e9, config(tmp_path, steps=12)) == 0.25
    assert loop._progress(10**9, 90.0, config(tmp_path, steps=None, minutes=3.0)) == 0.5


def test_a_measure_without_a_value_is_no_number_in_the_log(tmp_path):
    def half_measured(model, batch, generator):
        return noisy_loss(model, batch, generator) | {"of some rows": torch.tensor(float("nan"))}

    train(linear(), half_measured, linear_batch, config(tmp_path, steps=1))
    line = (tmp_path / "log.jsonl").read_text(encoding="utf-8")
    record = json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert record["of some rows"] is None and record["loss"] > 0


def test_the_fast_format_is_the_one_that_was_faster(monkeypatch):
    monkeypatch.undo()  # of the fixture
    times = iter([0.0, 1.0, 0.0, 0.5, 0.0, 1.0, 0.0, 0.9])  # seconds of either, twice
    monkeypatch.setattr(loop.time, "perf_counter", lambda: next(times))
    monkeypatch.setattr(loop.torch, "randn", lambda *shape, device: torch.ones(2, 2, device=device))
    cpu = torch.device("cpu")
    assert loop.fast_dtype(cpu) == torch.bfloat16
    assert loop.fast_dtype(cpu) == torch.float32  # a tenth faster is not worth its rounding


def test_the_time_budget_ends_a_run(tmp_path):
    train(linear(), noisy_loss, linear_batch, config(tmp_path, steps=None, minutes=0.005))
    assert (tmp_path / "checkpoint.safetensors").exists()


def launch(folder, processes, *steps):
    """Train in so many processes of this machine's CPU, to so many steps in turn; what each says of each."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", str(processes)]
    command += ["-m", "tests.training.two_processes"]  # `accelerate launch` starts no second process without a GPU
    subprocess.run([*command, str(folder), *map(str, steps)], check=True, cwd=ROOT, timeout=300)
    return [json.loads((folder / f"rank{rank}.json").read_text(encoding="utf-8")) for rank in range(processes)]


@pytest.mark.slow
def test_two_processes_learn_as_one_does_from_batches_twice_as_large(tmp_path):
    (first, later), (second, _) = launch(tmp_path / "two", 2, 5, 9)
    assert (first["seen"], second["seen"]) == ([0, 2, 4, 6, 8], [1, 3, 5, 7, 9])
    assert first["weights"] == second["weights"]

    def both(step):
        one, other = two_processes.batch(2 * step), two_processes.batch(2 * step + 1)
        return {name: torch.cat([one[name], other[name]]) for name in one}

    alone = train(linear(), two_processes.loss, both, config(tmp_path / "alone", steps=5))
    expected = alone.weight.flatten().tolist() + alone.bias.tolist()
    assert first["weights"] == pytest.approx(expected, abs=1e-5)
    assert later["seen"][:4] == [10, 12, 14, 16]  # goes on where it was
