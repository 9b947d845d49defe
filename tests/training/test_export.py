"""Example run: python -m pytest tests/training/test_export.py"""

import shutil
from pathlib import Path

import pytest
import torch

from pipeline.loading.weights import check_weights, load_pipeline
from pipeline.models.fusion import ImageFusion
from pipeline.training.export import _fusion, assemble, main
from tests.tiny import tiny_components

STAGES = {
    "embedder": ("image_encoder", "text_proj"), "prior": ("prior",), "decoder": ("decoder",),
    "super_res": ("super_res",), "vocabulary": ("vocabulary",),
}  # fmt: skip


@pytest.fixture(scope="module")
def parts():
    return tiny_components()


@pytest.fixture(scope="module")
def finished(parts, tmp_path_factory) -> Path:
    """A run whose stages have all finished, with its text encoder beside it."""
    root = tmp_path_factory.mktemp("run")
    for stage, names in STAGES.items():
        for name in names:
            parts[name].save_pretrained(root / stage / name)
    parts["scene_parser"].save_pretrained(root / "scene_parser")
    for name in ("tokenizer", "text_encoder"):
        parts[name].save_pretrained(root / "encoder" / name)
    return root


def test_a_run_becomes_a_pipeline_of_its_own_parts(parts, finished):
    pipe = assemble(finished, finished / "encoder")
    for name in [name for names in STAGES.values() for name in names] + ["scene_parser", "text_encoder"]:
        own, trained = getattr(pipe, name).state_dict(), parts[name].state_dict()
        assert own.keys() == trained.keys() and all(torch.equal(own[key], trained[key]) for key in own), name
    assert pipe.feature_extractor.size == {"height": 64, "width": 64} and not pipe.feature_extractor.do_center_crop
    assert pipe.anchors is None  # none were trained


@pytest.mark.parametrize(
    ("stage", "name"), [*((s, n) for s, names in STAGES.items() for n in names), ("scene_parser", "")]
)
def test_a_stage_that_has_not_finished_is_named_with_its_command(finished, tmp_path, stage, name):
    run = Path(shutil.copytree(finished, tmp_path / "run"))
    (run / stage / name / "config.json").unlink()
    with pytest.raises(
        FileNotFoundError, match=f"is missing. Run `python -m pipeline.training.{stage} --run {run}` first"
    ):
        assemble(run, run / "encoder")


def test_untrained_heads_are_the_mean_and_the_same_every_time(tmp_path):
    torch.manual_seed(5)
    first = _fusion(tmp_path, 8)
    drawn = torch.rand(1)
    torch.manual_seed(5)
    assert torch.equal(torch.rand(1), drawn)  # no other chance was touched
    second = _fusion(tmp_path, 8)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))
    pictures = torch.nn.functional.normalize(torch.randn(1, 3, 8), dim=-1)
    fused = (first(pictures, fusion_type=kind).image_embeds for kind in ("attention", "mean"))
    assert torch.allclose(*fused, atol=1e-6)
    trained = ImageFusion(embed_dim=8, hidden_dim=4)
    trained.save_pretrained(tmp_path / "fusion" / "fusion")
    assert torch.equal(_fusion(tmp_path, 8).attention_v.weight, trained.attention_v.weight)


def test_the_folder_that_is_written_loads_and_says_how_large_it_is(finished, tmp_path, capsys):
    output = tmp_path / "weights"
    main(["--run", str(finished), "--output", str(output), "--text-encoder", str(finished / "encoder")])
    said = capsys.readouterr().out
    size = sum(path.stat().st_size for path in output.rglob("*") if path.is_file())
    assert said.startswith(f"{output}: 0.") and said.endswith(f"M parameters, {size / 1e6:.1f} MB\n")
    check_weights(output)
    pipe = load_pipeline(output)
    assert pipe.prior.index_of == {"cat": 0, "apple": 1} and pipe.vocabulary.phrase_of["kitty"] == "cat"
