"""Every stage by its own command, at preset tiny, on pictures made here: from cut-outs to a folder that draws."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from pipeline.loading.weights import load_pipeline
from pipeline.models.image_encoder import ImageEncoder
from pipeline.text_to_image import TextToImagePipeline
from pipeline.training import decoder, embedder, prior
from pipeline.training.__main__ import main as train_all
from tests.tiny import tiny_text_encoder, tiny_tokenizer


def cutout(colour: str, shape: str) -> bytes:
    image = Image.new("RGBA", (64, 64))
    getattr(ImageDraw.Draw(image), shape)((8, 8, 56, 56), fill=colour)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    rows = []
    with zipfile.ZipFile(folder / "shapes.zip", "w") as archive:
        for colour in ("red", "blue", "green"):
            for shape, name in (("ellipse", "ball"), ("rectangle", "box")):
                file_name = f"{colour}-{name}.png"
                archive.writestr(file_name, cutout(colour, shape))
                rows.append({"file_name": file_name, "text": f"{colour} {name}", "style": "3d render"})
        archive.writestr("metadata.jsonl", "\n".join(json.dumps(row) for row in rows))
    return folder


@pytest.fixture(scope="module")
def text_encoder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("text_encoder")
    torch.manual_seed(0)
    tiny_tokenizer().save_pretrained(folder)
    tiny_text_encoder().save_pretrained(folder)
    return folder


def all_stages(root: Path, pictures: Path, text_encoder: Path) -> list[str]:
    """The command line of a run below ``root``."""
    words = ["--input", str(pictures), "--text-encoder", str(text_encoder), "--preset", "tiny", "--workers", "0"]
    return [*words, "--run", str(root / "run"), "--output", str(root / "weights"), "--steps", "3"]


@pytest.fixture(scope="module")
def weights(pictures, text_encoder, tmp_path_factory) -> Path:
    """Every stage, by the one command that runs them all."""
    root = tmp_path_factory.mktemp("run")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)  # the cache of decoded pictures is beside the run
        train_all(all_stages(root, pictures, text_encoder))
    return root / "weights"


@pytest.mark.slow
def test_the_recipe_gives_a_folder_that_draws(weights):
    pipe = load_pipeline(weights)
    pipe.set_progress_bar_config(disable=True)
    first = pipe("a red ball", generator=torch.Generator().manual_seed(1)).images[0]
    again = TextToImagePipeline.from_pretrained(weights)
    again.set_progress_bar_config(disable=True)
    second = again("a red ball", generator=torch.Generator().manual_seed(1)).images[0]
    assert first.size == (256, 256)
    assert np.array_equal(np.asarray(first), np.asarray(second))


@pytest.mark.slow
def test_run_again_it_passes_over_what_has_finished(weights, pictures, text_encoder, monkeypatch, capsys):
    monkeypatch.chdir(weights.parent)
    before = (weights / "SHA256SUMS").read_bytes()
    train_all(all_stages(weights.parent, pictures, text_encoder))
    said = capsys.readouterr().out
    assert said.count("finished before") == 6 and "fusion: The fusion's heads learn from things" in said
    assert (weights / "SHA256SUMS").read_bytes() == before


@pytest.mark.slow
def test_weights_are_half_precision_safetensors_with_checksums(weights):
    assert not [path for path in weights.rglob("*") if path.suffix in (".bin", ".pt", ".pkl", ".ckpt")]
    listed = {line.split("  ")[1] for line in (weights / "SHA256SUMS").read_text().splitlines()}
    files = {path.relative_to(weights).as_posix() for path in weights.rglob("*") if path.is_file()}
    assert listed == files - {"SHA256SUMS", "README.md"}
    header = (weights / "decoder" / "diffusion_pytorch_model.safetensors").read_bytes()[:4000]
    assert b'"F16"' in header and b'"F32"' not in header


def test_a_stage_without_its_predecessor_says_which_command_is_missing(pictures, tmp_path):
    arguments = ["--input", str(pictures), "--preset", "tiny", "--steps", "1", "--run", str(tmp_path)]
    with pytest.raises(SystemExit, match="pipeline.training.embedder"):
        prior.main(arguments)
    ImageEncoder().save_pretrained(tmp_path / "embedder" / "image_encoder")
    with pytest.raises(SystemExit, match="pipeline.training.prior"):
        decoder.main(arguments)


def test_dry_run_prints_the_plan_and_stops(pictures, capsys):
    with pytest.raises(SystemExit) as stop:
        embedder.main(["--input", str(pictures), "--preset", "tiny", "--dry-run"])
    assert stop.value.code == 0
    assert json.loads(capsys.readouterr().out)["stage"] == "embedder"
