"""Example run: pytest tests/data/test_sentence_encoder.py"""

import numpy as np
import pytest
import torch

from pipeline.data import sentence_encoder
from pipeline.data.sentence_encoder import load_text_encoder
from tests.tiny import tiny_text_encoder, tiny_tokenizer


@pytest.fixture(scope="module")
def parts():
    torch.manual_seed(0)
    return tiny_tokenizer(), tiny_text_encoder()


@pytest.fixture(scope="module", params=["encoder", "weights"])
def folder(parts, request, tmp_path_factory):
    """A sentence encoder's own folder, and a weights folder, which holds one."""
    root = tmp_path_factory.mktemp(request.param)
    apart = request.param == "weights"
    parts[0].save_pretrained(root / "tokenizer" if apart else root)
    parts[1].save_pretrained(root / "text_encoder" if apart else root)
    return root


def test_a_text_is_the_mean_of_its_token_vectors_whatever_stands_beside_it(parts, folder, monkeypatch):
    embed = load_text_encoder(folder)
    texts = ["a cat", "a much longer text of many more words", "x"]
    found = embed(texts)
    tokenizer, encoder = parts
    for text, row in zip(texts, found, strict=True):
        with torch.no_grad():
            states = encoder(**tokenizer(text, return_tensors="pt")).last_hidden_state[0]
        expected = torch.nn.functional.normalize(states.mean(0), dim=-1).numpy()
        assert row == pytest.approx(expected, abs=1e-5)
    monkeypatch.setattr(sentence_encoder, "BATCH_SIZE", 2)
    assert found.dtype == np.float32 and embed(texts) == pytest.approx(found, abs=1e-5)


def test_what_comes_after_64_tokens_is_not_read(folder):
    embed = load_text_encoder(folder)
    long = "a cat " * 40
    assert np.array_equal(embed([long]), embed([long + "and a dog"]))
    assert not np.array_equal(embed(["a cat"]), embed(["a cat and a dog"]))


def test_a_folder_without_a_model_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="`text_encoder` is to be a folder with config.json.*got .*nothing"):
        load_text_encoder(tmp_path / "nothing")
    (tmp_path / "text_encoder").mkdir()
    with pytest.raises(FileNotFoundError, match="text_encoder"):
        load_text_encoder(tmp_path)
