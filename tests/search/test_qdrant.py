"""Example run: python -m pytest tests/search/test_qdrant.py. Runs the engine inside the process."""

import numpy as np
import pytest
from PIL import Image

from pipeline.search import ImageIndex, add_images, search_images
from tests.search.test_index import ColourEmbedder, make_index, make_vectors

qdrant_client = pytest.importorskip("qdrant_client")
from pipeline.search.qdrant import QdrantImageIndex  # noqa: E402 - needs the package looked for above


@pytest.fixture
def index():
    index = QdrantImageIndex(qdrant_client.QdrantClient(":memory:"), embed_dim=16)
    index.extend([f"p{row}" for row in range(100)], make_vectors(100), [{"row": row} for row in range(100)])
    return index


def answers(results):
    return [(result.id, result.metadata, result.duplicate_of) for result in results]


def test_it_answers_as_the_index_in_memory(index):
    exact, (first, second) = make_index(), make_vectors(2, seed=5)
    for found, expected in (
        (index.search(first, top_k=20), exact.search(first, top_k=20)),
        (index.search(first, second, image_weight=0.3), exact.search(first, second, image_weight=0.3)),
        (index.search(first, exclude=["p1", "p50"], top_k=99), exact.search(first, exclude=["p1", "p50"], top_k=99)),
        (index.more_like("p3"), exact.more_like("p3")),
    ):
        assert answers(found) == answers(expected)
        assert [result.score for result in found] == pytest.approx([result.score for result in expected], abs=1e-5)


def test_it_adds_replaces_and_removes(index):
    query = make_vectors(1, seed=5)[0]
    index.add("new", query, {"prompt": "a fox"})
    assert len(index) == 101 and "new" in index
    index.add("new", query, {"prompt": "an owl"})
    assert len(index) == 101 and index.search(query, top_k=1)[0].metadata == {"prompt": "an owl"}
    with pytest.raises(KeyError, match="nobody"):
        index.remove("new", "nobody")
    index.remove("new", "p5")
    assert len(index) == 99 and "new" not in index and "p5" not in index


def test_near_identical_pictures_and_prefixes_work_as_in_memory():
    vectors = make_vectors(50)
    vectors[7] = vectors[3] + 0.001
    exact = ImageIndex(16, dim=8, search_dim=5)
    remote = QdrantImageIndex(qdrant_client.QdrantClient(":memory:"), embed_dim=16, dim=8, search_dim=5)
    for index in (exact, remote):
        index.extend([str(row) for row in range(50)], vectors)
    for whole in (False, True):
        found, expected = (index.search(vectors[3], top_k=50, whole=whole) for index in (remote, exact))
        assert answers(found) == answers(expected)
        assert found[1].duplicate_of == found[0].id
    assert answers(remote.more_like("9")) == answers(exact.more_like("9"))


def test_words_and_pictures_find_each_other():
    index = QdrantImageIndex(qdrant_client.QdrantClient(":memory:"), embed_dim=4)
    add_images(index, ColourEmbedder(), ["red", "blue"], [Image.new("RGB", (8, 8), name) for name in ("red", "blue")])
    assert search_images(index, ColourEmbedder(), text="blue", top_k=1)[0].id == "blue"


def test_a_folder_of_the_engine_keeps_the_pictures(tmp_path):
    client = qdrant_client.QdrantClient(path=str(tmp_path))
    QdrantImageIndex(client, embed_dim=16).extend(["a", "b"], make_vectors(2))
    client.close()
    client = qdrant_client.QdrantClient(path=str(tmp_path))
    index = QdrantImageIndex(client, embed_dim=16)
    np.testing.assert_allclose(index.embeds_of("b"), make_vectors(2)[1], atol=1e-6)
    with pytest.raises(ValueError, match="holds .*16.*got .*8"):
        QdrantImageIndex(client, embed_dim=16, dim=8)
    client.close()
