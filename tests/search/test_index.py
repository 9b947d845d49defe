"""Example run: python -m pytest tests/search/test_index.py"""

import builtins
import threading
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from pipeline.search import ImageIndex, add_images, index_for, search_images
from pipeline.search.embeddings import mix_embeds
from tests.tiny import tiny_pipeline


class ColourEmbedder:
    """Words and pictures of plain colours in one 4-d space: red, green, blue, and a constant."""

    words = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}

    def get_text_embeds(self, texts):
        return self._embed([self.words[text] for text in texts])

    def get_image_embeds(self, images):
        return self._embed([np.asarray(image.convert("RGB")).mean((0, 1)) for image in images])

    def _embed(self, colours):
        rows = torch.tensor(np.array([[*colour, 10.0] for colour in colours]), dtype=torch.float32)
        return torch.nn.functional.normalize(rows, dim=-1)


def make_vectors(count, dim=16, seed=0):
    rows = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def make_index(count=100, dim=16, **options):
    index = ImageIndex(dim, **options)
    index.extend([f"p{row}" for row in range(count)], make_vectors(count, dim), [{"row": row} for row in range(count)])
    return index


def test_search_ranks_by_cosine():
    index, vectors, query = make_index(), make_vectors(100), make_vectors(1, seed=5)[0]
    results = index.search(query, top_k=7)
    expected = np.argsort(-(vectors @ query))[:7]
    assert [result.metadata["row"] for result in results] == expected.tolist()
    assert [result.score for result in results] == pytest.approx((vectors @ query)[expected].tolist(), abs=1e-6)


def test_words_picture_and_both_find_the_right_colour():
    index, embedder = ImageIndex(4), ColourEmbedder()
    colours = {"red": "#e01010", "green": "#10e010", "blue": "#1010e0", "yellow": "#e0e010", "grey": "#808080"}
    pictures = [Image.new("RGB", (8, 8), value) for value in colours.values()]
    add_images(index, embedder, list(colours), pictures)
    assert search_images(index, embedder, text="blue", top_k=1)[0].id == "blue"
    assert search_images(index, embedder, image=Image.new("RGB", (8, 8), "#ff2020"), top_k=1)[0].id == "red"
    green = Image.new("RGB", (8, 8), "#00ff00")
    assert search_images(index, embedder, text="red", image=green, top_k=1)[0].id == "yellow"
    assert search_images(index, embedder, text="red", image=green, image_weight=0.9, top_k=1)[0].id == "green"
    assert search_images(index, embedder, text="red", image=green, image_weight=0.0, top_k=1)[0].id == "red"
    assert search_images(index, embedder, text="  ", image=green, top_k=1)[0].id == "green"


def test_both_is_the_average_of_the_two_vectors():
    text, image = make_vectors(2)
    expected = (text + image) / np.linalg.norm(text + image)
    np.testing.assert_allclose(mix_embeds(text, 3 * image, 16, 16), expected, atol=1e-6)


def test_prefixes_are_normalised_before_they_are_averaged():
    text, image = np.array([3.0, 0, 0, 0]), np.array([0, 0.1, 0, 5.0])
    np.testing.assert_allclose(mix_embeds(text, image, 4, 2), [0.5**0.5, 0.5**0.5], atol=1e-6)
    mostly = mix_embeds(text, image, 4, 2, image_weight=0.75)
    np.testing.assert_allclose(mostly, np.array([1, 3]) / 10**0.5, atol=1e-6)


def test_removed_pictures_are_not_found_and_added_ones_are():
    index, query = make_index(), make_vectors(100)[3]
    assert index.search(query, top_k=1)[0].id == "p3"
    index.remove("p3")
    assert "p3" not in index and len(index) == 99
    assert "p3" not in {result.id for result in index.search(query, top_k=99)}
    index.add("again", query, {"note": "back"})
    assert index.search(query, top_k=1)[0].metadata == {"note": "back"}
    index.add("again", -query)
    assert index.search(query, top_k=100)[-1].id == "again"


def test_more_like_leaves_out_the_picture_itself():
    index = make_index()
    results = index.more_like("p3", top_k=5)
    assert len(results) == 5
    assert results == [result for result in index.search(make_vectors(100)[3], top_k=6) if result.id != "p3"]


def test_asking_for_more_than_there_is_gives_all():
    assert len(make_index(3).search(make_vectors(1)[0], top_k=50)) == 3
    assert ImageIndex(16).search(make_vectors(1)[0]) == []


def test_near_identical_results_are_flagged_with_the_better_one():
    index, base = ImageIndex(16), make_vectors(2)
    index.extend(["a", "a-again", "other"], np.stack([base[0], base[0] + 0.01 * base[1], base[1]]))
    flags = {result.id: result.duplicate_of for result in index.search(base[0], top_k=3)}
    assert flags == {"a": None, "a-again": "a", "other": None}


def test_a_prefix_is_searched_as_the_cut_and_normalised_vectors():
    index, vectors, query = make_index(dim=16), make_vectors(100), make_vectors(1, seed=5)[0]
    index = ImageIndex(16, dim=4)
    index.extend([str(row) for row in range(100)], vectors)
    cut = vectors[:, :4] / np.linalg.norm(vectors[:, :4], axis=1, keepdims=True)
    expected = np.argsort(-(cut @ query[:4]))[:10]
    assert [int(result.id) for result in index.search(query)] == expected.tolist()


def made_halves(count):
    """Vectors (count, 16) whose halves are independent, of unit length each; and the halves."""
    shown, looks = make_vectors(count, 8, seed=1), make_vectors(count, 8, seed=2)
    return np.concatenate([shown, looks], 1), shown, looks


@pytest.mark.parametrize("exact_up_to", [20_000, 500])
def test_words_are_compared_by_the_prefix_and_more_like_by_all(exact_up_to):
    if exact_up_to == 500:
        pytest.importorskip("faiss")
    vectors, shown, _ = made_halves(600)
    index = ImageIndex(16, search_dim=8, exact_up_to=exact_up_to)
    index.extend([str(row) for row in range(600)], vectors)
    words = np.concatenate([shown[7] + 0.1 * shown[8], -vectors[7, 8:]])  # what it shows, looking like anything else
    best = index.search(words, top_k=1)[0]
    assert best.id == "7" and best.score == pytest.approx(float(shown[7] @ words[:8] / np.linalg.norm(words[:8])))
    whole = index.search(image_embeds=vectors[9], whole=True, top_k=1)[0]
    assert (whole.id, whole.score) == ("9", pytest.approx(1))
    index.add("shows the same", np.concatenate([shown[3], -vectors[3, 8:]]))
    index.add("is the same", vectors[3] + 0.001)
    assert index.more_like("3", 1)[0].id == "is the same"
    found = index.search(vectors[3], top_k=3)
    flags = {result.id: result.duplicate_of for result in found}
    assert set(flags) == {"3", "is the same", "shows the same"} and flags["shows the same"] is None
    assert sorted(map(str, (flags["3"], flags["is the same"]))) in (["3", "None"], ["None", "is the same"])


def test_the_prefix_that_words_use_survives_saving(tmp_path):
    vectors, shown, _ = made_halves(50)
    index = ImageIndex(16, search_dim=8)
    index.extend([str(row) for row in range(50)], vectors)
    index.save(tmp_path)
    loaded = ImageIndex.load(tmp_path)
    assert (loaded.dim, loaded.search_dim) == (16, 8)
    assert loaded.search(vectors[4]) == index.search(vectors[4])


def test_an_index_has_the_lengths_of_its_model():
    pipe = tiny_pipeline()
    assert index_for(pipe).embed_dim == pipe.get_text_embeds(["a cat"]).shape[1]
    two_parts = SimpleNamespace(image_encoder=SimpleNamespace(config={"embed_dim": 32, "semantic_dim": 8}))
    with pytest.raises(ValueError, match="no embeddings to search by"):
        index_for(SimpleNamespace())
    one_part = SimpleNamespace(image_encoder=SimpleNamespace(config={"embed_dim": 32}))
    assert (index_for(two_parts).dim, index_for(two_parts).search_dim) == (32, 8)
    assert (index_for(one_part).dim, index_for(one_part).search_dim) == (32, 32)


def test_approximate_search_follows_adding_and_removing():
    pytest.importorskip("faiss")
    index, exact, queries = make_index(3000, exact_up_to=500), make_index(3000), make_vectors(20, seed=7)
    index.search(queries[0])
    index.extend(["new"], queries[:1])
    assert index.search(queries[0], top_k=1)[0].id == "new"
    index.remove("new", "p5")
    found = {result.id for query in queries for result in index.search(query, top_k=100)}
    assert not found & {"new", "p5"}
    hits = [
        len({r.id for r in index.more_like(f"p{row}", 1)} & {r.id for r in exact.more_like(f"p{row}", 10)})
        for row in range(100, 200)
    ]
    assert np.mean(hits) > 0.5  # random vectors, the hardest case: nearest found is among the true ten


def test_growing_fourfold_trains_the_lists_again():
    pytest.importorskip("faiss")
    index = make_index(100, exact_up_to=50)
    index.search(make_vectors(1)[0])
    before = index._lists.nlist
    index.extend([f"q{row}" for row in range(400)], make_vectors(400, seed=3))
    index.search(make_vectors(1)[0])
    assert index._lists.nlist > before


def test_missing_faiss_is_named_with_the_command_that_installs_it(monkeypatch):
    real_import = builtins.__import__

    def without_faiss(name, *arguments, **options):
        if name == "faiss":
            raise ImportError("No module named 'faiss'")
        return real_import(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without_faiss)
    with pytest.raises(ImportError, match=r"pip install \"easel\[search\]\""):
        make_index(20, exact_up_to=10).search(make_vectors(1)[0])


def test_a_loaded_index_answers_as_the_saved_one(tmp_path):
    index, query = make_index(), make_vectors(1, seed=5)[0]
    index.remove("p7", "p8")
    index.add("ünïcode", query, {"prompt": "a fox\non two\u2028lines"})
    index.save(tmp_path)
    loaded = ImageIndex.load(tmp_path)
    found, expected = loaded.search(query, top_k=99), index.search(query, top_k=99)
    assert [(result.id, result.metadata) for result in found] == [(result.id, result.metadata) for result in expected]
    assert [result.score for result in found] == pytest.approx([result.score for result in expected], abs=1e-6)
    loaded.add("later", query)  # a loaded index still grows
    assert len(loaded) == 100
    assert sorted(path.name for path in tmp_path.iterdir()) == ["embeds.safetensors", "items.jsonl"]


def test_an_empty_index_survives_saving(tmp_path):
    ImageIndex(16, dim=8).save(tmp_path)
    loaded = ImageIndex.load(tmp_path)
    assert len(loaded) == 0 and loaded.dim == 8 and loaded.embed_dim == 16


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        ("embeds.safetensors", lambda data: data[:100], "embeds.safetensors is damaged"),
        ("embeds.safetensors", lambda data: b"", "embeds.safetensors is damaged"),
        ("items.jsonl", lambda data: data[:-20], "items.jsonl is not the one saved with embeds.safetensors"),
        ("items.jsonl", lambda data: data.replace(b"p1", b"p2"), "items.jsonl is not the one saved"),
    ],
)
def test_a_damaged_file_is_named(tmp_path, name, damage, message):
    make_index().save(tmp_path)
    (tmp_path / name).write_bytes(damage((tmp_path / name).read_bytes()))
    with pytest.raises(ValueError, match=message):
        ImageIndex.load(tmp_path)


def test_a_missing_file_is_named(tmp_path):
    make_index().save(tmp_path)
    (tmp_path / "items.jsonl").unlink()
    with pytest.raises(FileNotFoundError, match="items.jsonl"):
        ImageIndex.load(tmp_path)


def test_threads_may_add_while_others_search():
    index, errors = make_index(50), []

    def work(offset):
        try:
            for row in range(50):
                index.add(f"t{offset}-{row}", make_vectors(1, seed=row)[0])
                index.search(make_vectors(1, seed=row)[0], top_k=5)
        except Exception as error:  # noqa: BLE001 - reported below
            errors.append(error)

    threads = [threading.Thread(target=work, args=(offset,)) for offset in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors and len(index) == 250


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda index: index.search(), ValueError, "got neither"),
        (lambda index: index.search(np.ones(8)), ValueError, r"`embed_dim` = 16 numbers, got shape \(1, 8\)"),
        (lambda index: index.search(np.ones(16), top_k=0), ValueError, "`top_k` must be at least 1, got 0"),
        (lambda index: index.search(np.ones(16), np.ones(16), image_weight=2), ValueError, "`image_weight`.*got 2"),
        (lambda index: index.add("x", np.zeros(16)), ValueError, "finite and not all zero"),
        (lambda index: index.add("x", np.full(16, np.nan)), ValueError, "finite and not all zero"),
        (lambda index: index.extend(["x", "x"], np.ones((2, 16))), ValueError, "1 distinct"),
        (lambda index: index.remove("p1", "nobody"), KeyError, "no picture 'nobody'"),
        (lambda index: ImageIndex(16, dim=32), ValueError, "`dim` must be between 1 and `embed_dim` = 16, got 32"),
        (lambda index: ImageIndex(16, dim=8, search_dim=9), ValueError, "`search_dim` must be between 1 and 8.*got 9"),
    ],
)
def test_wrong_input_is_named(call, error, message):
    index = make_index()
    with pytest.raises(error, match=message):
        call(index)
    assert len(index) == 100
