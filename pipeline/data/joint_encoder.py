"""Pictures and sentences as vectors of one space, from a weights folder: what the picture screen compares.

Only the numbers that say what is shown are kept; how a picture looks is no matter of words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.data.features import EmbedImages
from pipeline.pictures.decode import flatten

__all__ = ["JointEncoder", "load_joint_encoder"]

BATCH_SIZE = 32
MAX_TOKENS = 64  # of a sentence; what comes later is not read


@dataclass(frozen=True)
class JointEncoder:
    """`embed_images`: n pictures of any mode and size, `embed_texts`: n sentences -> (n, dim) float32, unit length."""

    embed_images: EmbedImages
    embed_texts: Callable[[list[str]], np.ndarray]


def load_joint_encoder(folder: Path) -> JointEncoder:
    """The embedding model of a weights folder. Raises FileNotFoundError if `folder` holds none."""
    if not (Path(folder) / "image_encoder" / "config.json").exists():
        raise FileNotFoundError(f"`folder` is to hold weights with an image_encoder, got {folder}.")
    import torch
    from torch.nn import functional as F
    from transformers import AutoModel, AutoTokenizer, CLIPImageProcessorPil

    from pipeline.models.image_encoder import ImageEncoder
    from pipeline.models.text_projection import TextProjection

    folder = Path(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder / "tokenizer")
    feature_extractor = CLIPImageProcessorPil.from_pretrained(folder / "feature_extractor")
    text_encoder = AutoModel.from_pretrained(folder / "text_encoder", dtype=torch.float32).eval()
    text_proj = TextProjection.from_pretrained(folder / "text_proj", torch_dtype=torch.float32).eval()
    image_encoder = ImageEncoder.from_pretrained(folder / "image_encoder", torch_dtype=torch.float32).eval()
    dim = image_encoder.config.get("semantic_dim") or image_encoder.config.embed_dim

    @torch.no_grad()
    def embed_images(images: list[Image.Image]) -> np.ndarray:
        rows = []
        for start in range(0, len(images), BATCH_SIZE):
            batch = [flatten(image) for image in images[start : start + BATCH_SIZE]]
            pixel_values = torch.as_tensor(feature_extractor(batch, return_tensors="pt").pixel_values)
            rows.append(F.normalize(image_encoder(pixel_values)[:, :dim], dim=-1).numpy())
        return np.concatenate(rows)

    @torch.no_grad()
    def embed_texts(texts: list[str]) -> np.ndarray:
        rows = []
        for start in range(0, len(texts), BATCH_SIZE):
            part = texts[start : start + BATCH_SIZE]
            tokens = tokenizer(part, padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt")
            states = text_encoder(tokens.input_ids, attention_mask=tokens.attention_mask).last_hidden_state
            rows.append(F.normalize(text_proj(states, tokens.attention_mask)[:, :dim], dim=-1).numpy())
        return np.concatenate(rows)

    return JointEncoder(embed_images, embed_texts)
