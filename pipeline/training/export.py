"""The last stage: the trained parts of a run -> one ``save_pretrained`` folder in half precision, with SHA256SUMS.

python -m pipeline.training.export --run runs/default --output weights
"""

import argparse
from pathlib import Path

import torch
from diffusers import FlowMatchEulerDiscreteScheduler
from transformers import CLIPImageProcessor

from pipeline.loading.weights import write_checksums
from pipeline.models.anchors import AnchorHead
from pipeline.models.decoder import ImageDecoder
from pipeline.models.fusion import ImageFusion
from pipeline.models.image_encoder import ImageEncoder
from pipeline.models.prior import DrawingPrior
from pipeline.models.scene_parser import SceneParser
from pipeline.models.super_resolution import SuperResolution
from pipeline.models.text_projection import TextProjection
from pipeline.models.vocabulary import Vocabulary
from pipeline.safety import CONCEPT_THRESHOLD
from pipeline.text_to_image import TextToImagePipeline
from pipeline.training.text import load_text_encoder

__all__ = ["assemble", "export", "main"]

# Of 3,000 harmless drawings of all sources it is up to 0.196 (a printer); at 0.1, 19 of them would be withheld.
SAFETY_MARGIN = 0.25
SHARD_SIZE = "40MB"  # no file over 45 MB


def assemble(run: str | Path, text_encoder_path: str | Path | None = None) -> TextToImagePipeline:
    """The pipeline of a run's finished stages.

    Raises:
        FileNotFoundError: a stage has not finished; the message names its command.
    """
    run = Path(run)

    def part(cls, stage: str, name: str):
        return cls.from_pretrained(_trained(run / stage / name, stage, run))

    tokenizer, text_encoder = load_text_encoder(text_encoder_path)
    image_encoder = part(ImageEncoder, "embedder", "image_encoder")
    size, embed_dim = image_encoder.config.image_size, image_encoder.config.embed_dim
    return TextToImagePipeline(
        tokenizer=tokenizer,
        text_encoder=text_encoder,
        text_proj=part(TextProjection, "embedder", "text_proj"),
        feature_extractor=CLIPImageProcessor(
            size={"height": size, "width": size},
            do_center_crop=False,  # the whole picture, squeezed to a square
            image_mean=[0.5] * 3,
            image_std=[0.5] * 3,
        ),
        image_encoder=image_encoder,
        fusion=_fusion(run, embed_dim),
        prior=part(DrawingPrior, "prior", "prior"),
        decoder=part(ImageDecoder, "decoder", "decoder"),
        decoder_scheduler=FlowMatchEulerDiscreteScheduler(),
        super_res=part(SuperResolution, "super_res", "super_res"),
        super_res_scheduler=FlowMatchEulerDiscreteScheduler(),
        vocabulary=part(Vocabulary, "vocabulary", "vocabulary"),
        scene_parser=SceneParser.from_pretrained(_trained(run / "scene_parser", "scene_parser", run)),
        anchors=AnchorHead.from_pretrained(run / "anchors") if (run / "anchors" / "config.json").exists() else None,
        safety_threshold=CONCEPT_THRESHOLD,  # chosen for this text encoder
        safety_margin=SAFETY_MARGIN,
    )


def _trained(path: Path, stage: str, run: Path) -> Path:
    """The folder of a finished stage's result."""
    if not (path / "config.json").exists():
        raise FileNotFoundError(f"{path} is missing. Run `python -m pipeline.training.{stage} --run {run}` first.")
    return path


def _fusion(run: Path, embed_dim: int) -> ImageFusion:
    """The run's trained heads, or untrained ones, which are the mean; the same ones every time."""
    finished = run / "fusion" / "fusion"
    if (finished / "config.json").exists():
        return ImageFusion.from_pretrained(finished)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return ImageFusion(embed_dim=embed_dim)


def export(pipe: TextToImagePipeline, output: str | Path) -> None:
    """Save in half precision, sharded, with checksums."""
    output = Path(output)
    pipe.to(dtype=torch.float16)
    pipe.save_pretrained(output, safe_serialization=True, max_shard_size=SHARD_SIZE)
    write_checksums(output)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m pipeline.training.export",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--run", default="runs/default")
    parser.add_argument("--output", default="weights")
    parser.add_argument("--text-encoder", help="folder of the pretrained text encoder (default: installed package)")
    arguments = parser.parse_args(argv)
    pipe = assemble(arguments.run, arguments.text_encoder)
    export(pipe, arguments.output)
    size = sum(path.stat().st_size for path in Path(arguments.output).rglob("*") if path.is_file())
    parameters = sum(
        p.numel() for m in pipe.components.values() if isinstance(m, torch.nn.Module) for p in m.parameters()
    )
    print(f"{arguments.output}: {parameters / 1e6:.1f}M parameters, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
