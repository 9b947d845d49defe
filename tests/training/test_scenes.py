"""Example run: python -m pytest tests/training/test_scenes.py"""

import numpy as np
import pytest
import torch

from pipeline.training.scenes import SceneSet


def write_shard(folder, first, count, text_dim=4):
    """Scenes whose picture, tokens and checksum all tell their number; scene n has n % 3 + 1 tokens."""
    folder.mkdir(parents=True)
    numbers = np.arange(first, first + count)
    lengths = numbers % 3 + 1
    np.save(folder / "images.npy", np.broadcast_to(numbers[:, None, None, None], (count, 8, 8, 3)).astype(np.uint8))
    np.save(folder / "tokens.npy", np.repeat(numbers, lengths)[:, None].repeat(text_dim, 1).astype(np.float16))
    np.save(folder / "starts.npy", np.cumsum([0, *lengths]))
    np.save(folder / "captions.npy", numbers * 1000)


@pytest.fixture
def scenes(tmp_path):
    write_shard(tmp_path / "scenes" / "0-0000", 0, 5)
    write_shard(tmp_path / "scenes" / "0-0001", 5, 7)
    (tmp_path / "scenes" / "0-0002.partial").mkdir()  # left by a stopped run
    return SceneSet(tmp_path)


def test_rows_of_all_shards_are_found(scenes):
    rows = np.array([11, 0, 4, 5, 7])
    assert len(scenes) == 12 and scenes.text_dim == 4
    assert scenes.images(rows)[:, 0, 0, 0].tolist() == rows.tolist()
    assert scenes.captions(rows).tolist() == (rows * 1000).tolist()


def test_tokens_are_padded_and_masked(scenes):
    rows = np.array([0, 5, 7])  # one, three and two tokens
    tokens, mask = scenes.tokens(rows)
    assert tokens.shape == (3, 3, 4) and mask.tolist() == [[1, 0, 0], [1, 1, 1], [1, 1, 0]]
    assert torch.equal(tokens[..., 0].long(), mask * torch.from_numpy(rows)[:, None])


def test_draws_are_a_function_of_the_seed(scenes):
    first, again, other = (scenes.draw(40, seed) for seed in ("a/1", "a/1", "a/2"))
    assert np.array_equal(first, again) and not np.array_equal(first, other)
    assert first.min() >= 0 and first.max() < 12


def test_a_run_without_scenes_names_the_command(tmp_path):
    with pytest.raises(FileNotFoundError, match="pipeline.training.scenes"):
        SceneSet(tmp_path)
