"""Example run: python -m pytest tests/training/test_scenes.py"""

import random

import numpy as np
import pytest
import torch

from pipeline.data.cutouts import Cutout, CutoutSet
from pipeline.data.scenes import SceneComposer
from pipeline.training.arguments import parse_arguments
from pipeline.training.embedder import draw_rows
from pipeline.training.scenes import SceneSet, recaptioned, to_layer


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


def test_tokens_are_padded_and_masked(scenes):
    rows = np.array([0, 5, 7])  # one, three and two tokens
    tokens, mask = scenes.tokens(rows)
    assert tokens.shape == (3, 3, 4) and mask.tolist() == [[1, 0, 0], [1, 1, 1], [1, 1, 0]]
    assert torch.equal(tokens[..., 0].long(), mask * torch.from_numpy(rows)[:, None])


def test_draws_are_a_function_of_the_seed(scenes):
    first, again, other = (scenes.draw(40, seed) for seed in ("a/1", "a/1", "a/2"))
    assert np.array_equal(first, again) and not np.array_equal(first, other)
    assert first.min() >= 0 and first.max() < 12


def test_a_batch_of_groups_is_a_function_of_the_seed(scenes):
    first, again, other = (draw_rows(scenes, 6, seed, group=3) for seed in ("a/1", "a/1", "a/2"))
    assert np.array_equal(first, again) and not np.array_equal(first, other) and len(first) == 6
    assert np.array_equal(draw_rows(scenes, 6, "a/1", group=1), scenes.draw(6, "a/1"))


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


def test_a_share_of_the_scenes_is_described_from_its_picture_and_a_larger_share_holds_a_smaller():
    colours = {"red": (255, 0, 0), "blue": (0, 0, 255)}
    rows = [Cutout(at, name, "thing", "thing", "thing", "s") for at, name in enumerate(colours)]
    pixels = np.stack([np.full((32, 32, 4), (*colour, 255), np.uint8) for colour in colours.values()])
    composer = SceneComposer(CutoutSet(rows, pixels), 64)
    rng = random.Random(0)
    scenes = [composer.portray(rng) for _ in range(400)]

    def describe(pictures):
        colours = [picture.getpixel(tuple(int(64 * at) for at in (0.5, 0.5))) for picture in pictures]
        return [f"it is {colour}" for colour in colours]

    changed = {}
    for share in (0.0, 0.1, 0.3):
        described = recaptioned(scenes, composer, describe, share, "scenes/0/0")
        changed[share] = {at for at in range(400) if described[at].caption != scenes[at].caption}
        assert [one.cutout for one in described] == [one.cutout for one in scenes]
        assert [one.place for one in described] == [one.place for one in scenes]
    assert not changed[0.0] and changed[0.1] < changed[0.3]
    assert 25 < len(changed[0.1]) < 60 and 95 < len(changed[0.3]) < 150
    central = [at for at in changed[0.3] if abs(scenes[at].place[0] - 0.5) + abs(scenes[at].place[1] - 0.5) < 0.1]
    assert central
    for at in central:  # what is described is that scene's own picture
        assert described[at].caption == f"it is {colours[scenes[at].cutout.id]}"


def test_a_scene_that_nothing_is_said_of_keeps_its_caption():
    rows = [Cutout(0, "red", "thing", "thing", "thing", "s")]
    composer = SceneComposer(CutoutSet(rows, np.full((1, 8, 8, 4), 255, np.uint8)), 16)
    scenes = [composer.portray(random.Random(0))]
    assert recaptioned(scenes, composer, lambda pictures: [""] * len(pictures), 1.0, "s") == scenes


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--recaptioned", "1.5", "--captioner", "c"], "0 to 1"),
        (["--recaptioned", "0.1"], "go together"),
        (["--captioner", "c"], "go together"),
    ],
)
def test_a_share_needs_a_captioner_and_a_captioner_a_share(words, said, capsys):
    with pytest.raises(SystemExit):
        parse_arguments("", "scenes", ["--input", "pictures", *words])
    assert said in capsys.readouterr().err
