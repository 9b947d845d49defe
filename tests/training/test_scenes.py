"""Example run: python -m pytest tests/training/test_scenes.py"""

import numpy as np
import pytest
import torch

from pipeline.training.scenes import SceneSet, to_layer


def write_shard(folder, first, count, text_dim=4):
    """Scenes whose cut-out, pose, tokens and checksum all tell their number; scene n has n % 3 + 1 tokens."""
    folder.mkdir(parents=True)
    numbers = np.arange(first, first + count)
    lengths = numbers % 3 + 1
    np.save(folder / "cutouts.npy", numbers % 4)
    np.save(folder / "poses.npy", numbers[:, None].repeat(6, 1).astype(np.float32))
    np.save(folder / "tokens.npy", np.repeat(numbers, lengths)[:, None].repeat(text_dim, 1).astype(np.float16))
    np.save(folder / "starts.npy", np.cumsum([0, *lengths]))
    np.save(folder / "captions.npy", numbers * 1000)


@pytest.fixture
def scenes(tmp_path):
    write_shard(tmp_path / "scenes" / "0-0000", 0, 5)
    write_shard(tmp_path / "scenes" / "0-0001", 5, 7)
    (tmp_path / "scenes" / "0-0002.partial").mkdir()  # left by a stopped run
    layers = np.broadcast_to(np.arange(4)[:, None, None, None], (4, 8, 8, 4)).astype(np.uint8)
    np.save(tmp_path / "scenes" / "layers.npy", layers)
    np.save(tmp_path / "scenes" / "phrases.npy", np.arange(4))
    return SceneSet(tmp_path)


def test_rows_of_all_shards_are_found(scenes):
    rows = np.array([11, 0, 4, 5, 7])
    assert len(scenes) == 12 and scenes.text_dim == 4
    assert scenes.cutouts(rows).tolist() == scenes.layers(rows)[:, 0, 0, 0].tolist() == (rows % 4).tolist()
    assert scenes.poses(rows)[:, 5].tolist() == rows.tolist()
    assert scenes.captions(rows).tolist() == (rows * 1000).tolist()


def test_the_cutouts_of_all_scenes_are_those_of_each(scenes):
    assert np.array_equal(scenes.all_cutouts, scenes.cutouts(np.arange(12)))


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


def test_a_layer_has_its_colours_multiplied_by_alpha_and_averaged_over_areas():
    pixels = np.zeros((4, 4, 4), dtype=np.uint8)
    pixels[:2, :2] = (200, 100, 0, 255)
    pixels[:2, 2] = (255, 255, 255, 0)  # colour where there is nothing
    assert to_layer(pixels, 2)[0].tolist() == [[200, 100, 0, 255], [0, 0, 0, 0]]
    pixels[:2, :2, 3] = 51  # a fifth
    assert to_layer(pixels, 1)[0, 0].tolist() == [10, 5, 0, 13]


def test_scenes_of_an_older_version_say_so(scenes, tmp_path):
    (tmp_path / "scenes" / "phrases.npy").unlink()
    with pytest.raises(FileNotFoundError, match="older version"):
        SceneSet(tmp_path)
