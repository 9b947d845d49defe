"""Easel: text-to-image on an ordinary CPU, watermarked, verifiable, reproducible from a link."""

from typing import Any

__all__ = ["TextToImagePipeline", "__version__"]

__version__ = "0.1.0"


def __getattr__(name: str):
    # Late, because diffusers and transformers take seconds to import and half of the commands do not need them.
    if name == "TextToImagePipeline":
        import diffusers

        from pipeline.text_to_image import TextToImagePipeline

        # `DiffusionPipeline.from_pretrained("weights")` looks the class up there by its name.
        library: Any = diffusers
        library.TextToImagePipeline = TextToImagePipeline
        return TextToImagePipeline
    raise AttributeError(f"module 'pipeline' has no attribute {name!r}")
