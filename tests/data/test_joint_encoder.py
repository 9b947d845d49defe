"""Example run: pytest tests/data/test_joint_encoder.py"""

import numpy as np
import pytest

from pipeline.data.joint_encoder import load_joint_encoder
from tests.data.pictures import drawing
from tests.tiny import SEMANTIC_DIM, tiny_pipeline


def test_it_gives_what_the_pipeline_gives(tmp_path):
    pipe = tiny_pipeline()
    pipe.save_pretrained(tmp_path)
    encoder = load_joint_encoder(tmp_path)
    images = [drawing(1), drawing(2, mode="RGBA"), drawing(3, side=40)]
    texts = ["a red cat", "dog"]
    for found, whole in (
        (encoder.embed_images(images), pipe.get_image_embeds(images).numpy()),
        (encoder.embed_texts(texts), pipe.get_text_embeds(texts).numpy()),
    ):
        expected = whole[:, :SEMANTIC_DIM]
        expected /= np.linalg.norm(expected, axis=1, keepdims=True)
        assert np.allclose(found, expected, atol=1e-4)


def test_a_folder_without_an_embedding_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="image_encoder"):
        load_joint_encoder(tmp_path)
