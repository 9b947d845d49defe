"""Example run: python -m pytest tests/evaluation/test_embedding.py"""

import io
import json
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from pipeline.data.cutouts import Cutout
from pipeline.evaluation.embedding import (
    SIZE,
    PixelRidge,
    compare,
    compare_embedders,
    copy_cosines,
    evaluate,
    lengths_of,
    pick_pictures,
    place_on_white,
    prefix,
    recall_at,
    same_things,
)

COLOURS = {
    "red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255), "yellow": (255, 255, 0), "black": (0, 0, 0),
    "pink": (255, 150, 200), "brown": (120, 60, 20), "cyan": (0, 255, 255),
}  # fmt: skip


class ColourEmbedder:
    """Knows the colours of plain things, in words and in pictures; 4 numbers, the last a constant."""

    def get_text_embeds(self, texts):
        names = [next((name for name in COLOURS if name in text.split()), "black") for text in texts]
        return self._embed([COLOURS[name] for name in names])

    def get_image_embeds(self, images):
        return self._embed([image.getpixel((SIZE // 2, SIZE // 2)) for image in images])

    def _embed(self, colours):
        rows = torch.tensor([[*colour, 60.0] for colour in colours]) - torch.tensor([128.0, 128.0, 128.0, 0.0])
        return torch.nn.functional.normalize(rows, dim=-1)


def make_cutout(index, **fields):
    return Cutout(
        index=index, **{"id": str(index), "text": "", "phrase": f"p{index}", "concept": f"c{index}", **fields}
    )


def make_source(path, side):
    with zipfile.ZipFile(path, "w") as archive:
        rows = []
        for name, colour in COLOURS.items():
            image = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
            image.paste((*colour, 255), (8, 8, 8 + side, 8 + side))
            data = io.BytesIO()
            image.save(data, "WEBP", lossless=True)
            archive.writestr(f"{name}.webp", data.getvalue())
            rows.append(
                {"file_name": f"{name}.webp", "text": f"{name} thing", "phrase": f"{name} thing", "concept": name}
            )
        archive.writestr("metadata.jsonl", "\n".join(json.dumps(row) for row in rows))


def test_recall_counts_the_places_of_the_right_answers():
    targets = torch.eye(20)
    assert recall_at(targets, targets) == [1.0, 1.0, 1.0]
    queries = torch.eye(20)
    queries[0] = 0.5 * targets[0] + sum(targets[1:4])  # three others are nearer: fourth place
    queries[1] = 0.5 * targets[1] + sum(targets[2:9])  # eighth place
    assert recall_at(queries, targets) == pytest.approx([0.9, 0.95, 1.0])


def test_vectors_that_are_all_alike_find_nothing():
    assert recall_at(torch.ones(20, 4), torch.ones(20, 4)) == [0.0, 0.0, 0.0]


def test_a_prefix_has_unit_length():
    assert prefix(torch.randn(5, 16), 4).norm(dim=1).tolist() == pytest.approx([1.0] * 5)


def test_one_plain_picture_a_concept_is_picked():
    cutouts = [
        make_cutout(0),
        make_cutout(1, concept="c0"),
        make_cutout(2, is_tone_variant=True),
        make_cutout(3, is_flag=True),
        make_cutout(4, phrase="P0"),
        make_cutout(5),
    ]
    assert sorted(cutout.index for cutout in pick_pictures(cutouts, 10)) == [4, 5]
    assert len(pick_pictures(cutouts, 1)) == 1


def test_groups_are_told_by_their_names():
    pictures = [make_cutout(0, group="food-drink"), make_cutout(1, group="symbols"), make_cutout(2, group="")]
    groups = torch.eye(8)
    images = torch.stack([groups[3], groups[0], groups[0]])  # food-drink is the fourth; symbols is mistaken
    assert evaluate(pictures, images, images, groups)["groups"] == 0.5


def test_copies_are_alike_and_mistaken_pictures_are_counted():
    images = [Image.new("RGB", (SIZE, SIZE), colour) for colour in ("#ff0000", "#fe0101", "#00ff00", "#0000ff")]

    class WholePicture(ColourEmbedder):
        def get_image_embeds(self, images):
            return self._embed([np.asarray(image).mean((0, 1)) for image in images])

    jpeg, half, mistaken = copy_cosines(WholePicture(), images)
    assert 0.99 < jpeg <= 1.001 and half == pytest.approx(1.0, abs=1e-5)
    assert mistaken == 0.5  # the two reds


def test_cutouts_are_centred_on_white():
    pixels = np.zeros((64, 64, 4), dtype=np.uint8)
    pixels[:20, :20] = (255, 0, 0, 255)
    image = np.asarray(place_on_white(pixels))
    assert image[SIZE // 2, SIZE // 2].tolist() == [255, 0, 0] and image[3, 3].tolist() == [255, 255, 255]
    dark = (image[..., 1] < 128).any(0).nonzero()[0]
    assert dark[0] + dark[-1] == pytest.approx(SIZE - 1, abs=1)


def test_ridge_learns_a_linear_map_of_pixels():
    generator = np.random.default_rng(0)
    images = [Image.fromarray(generator.integers(0, 256, (16, 16, 3), dtype=np.uint8)) for _ in range(40)]
    x = torch.from_numpy(np.stack([np.asarray(image).ravel() for image in images])).double()
    wanted = torch.nn.functional.normalize(x[:, :8] - x.mean(), dim=-1)
    assert (PixelRidge(images, wanted).get_image_embeds(images) * wanted).sum(1).min() > 0.9


def test_an_embedder_that_knows_colours_finds_every_held_out_picture(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # decoded pictures are kept in runs/cache
    for source, side in (("trained", 48), ("other", 30)):
        make_source(tmp_path / f"{source}.zip", side)
    rows = compare(ColourEmbedder(), tmp_path, ["other"], ["trained"], limit=100, lengths=(2, 4))
    table = {(name, kind, length): figures for name, _, kind, length, figures in rows}
    assert table["other", "model", 4]["text to picture"] == [1.0, 1.0, 1.0]
    assert table["other", "model", 4]["picture to text"][0] == 1.0
    assert table["other", "model", 2]["text to picture"][0] < 1.0  # two numbers cannot tell eight colours apart
    assert ("other", "pixel baseline", 4) in table and ("trained (seen in training)", "model", 4) in table
    assert table["other", "model", 4]["groups"] is None
    baseline = compare(ColourEmbedder(), tmp_path, ["other"], ["trained"], limit=100, lengths=(4,), semantic=3)
    assert [row[3] for row in baseline if row[2] == "pixel baseline"] == [3, 3]


def test_pictures_find_the_same_thing_in_another_set(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for source, side in (("one", 48), ("two", 30)):
        make_source(tmp_path / f"{source}.zip", side)
    count, recalls = same_things(ColourEmbedder(), tmp_path, ("one", "two"), 100, (1, 4))
    assert count == len(COLOURS) and recalls[4] == [1.0, 1.0, 1.0] and recalls[1][0] < 1.0


def test_the_lengths_measured_are_those_that_the_model_has():
    def embedder(**config):
        return SimpleNamespace(image_encoder=SimpleNamespace(config=config))

    assert lengths_of(embedder(embed_dim=512)) == ([128, 256, 384, 512], 512)
    assert lengths_of(embedder(embed_dim=1024, semantic_dim=256)) == ([128, 256, 384, 1024], 256)
    assert lengths_of(embedder(embed_dim=32, semantic_dim=None)) == ([32], 32)


def test_embedders_are_compared_on_the_same_pictures(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make_source(tmp_path / "one.zip", 48)

    class Blind(ColourEmbedder):
        def get_image_embeds(self, images):
            return self._embed([(128, 128, 128) for _ in images])

    rows = compare_embedders({"sees": ColourEmbedder(), "blind": Blind()}, tmp_path, ["one"], 100, 4)
    found = {row["variant"]: row for row in rows}
    assert found["sees"]["words R@1"] == found["sees"]["pictures R@1"] == 1.0
    assert found["blind"]["words R@5"] == 0.0 and found["blind"]["group"] == "one, 8"
