"""Example run: python -m pytest tests/evaluation/test_fusion.py"""

import io
import json
import math
import sys
import zipfile
from itertools import permutations

import numpy as np
import pytest
import torch
from PIL import Image

from pipeline.evaluation import fusion as experiment
from pipeline.evaluation.bag_reader import QUESTIONS, BagReader, CaptionWords, SetTransformer, TextAttention
from pipeline.evaluation.bag_training import (
    Features,
    ask,
    evaluate,
    shares_by_kind,
    some_bags,
    stack_bags,
    train_reader,
)
from pipeline.evaluation.caption_scores import bleu, cider, document_frequency, word_overlap
from pipeline.evaluation.grocery import ATTRIBUTES, Bag, load_grocery, sample_bags
from pipeline.evaluation.photo_encoder import SIZE, PhotoEncoder, make_collage, random_views
from pipeline.evaluation.uninformative import (
    INFORMATIVE,
    KINDS,
    SHELVES,
    blur,
    draw_shelf,
    kinds_of,
    sample_mixed_bags,
)

PRODUCTS = [  # fine, coarse, section, description, information
    ("Red-Apple", "Apple", "Fruit", "A red apple with a sweet taste. Keep it cool.", "Title: Apple"),
    ("Green-Apple", "Apple", "Fruit", "A green apple, rather sour. From Skåne.", "Title: Apple"),
    ("Carrot", "Carrot", "Vegetables", "The carrot is orange. Raw or boiled.", "Title: Carrot"),
    (
        "Farm-Milk",
        "Milk",
        "Packages",
        "Organic milk of the orange brand.",
        "Title: Milk 1,5%\nManufacturer and volume: FARM CO\xa0,\xa01l \nIngredients: milk 100%",
    ),
]


@pytest.fixture(scope="module")
def grocery(tmp_path_factory):
    root, generator = tmp_path_factory.mktemp("grocery"), np.random.default_rng(0)
    texts = []
    archives = {name: zipfile.ZipFile(root / f"{name}.zip", "w") for name in ("train", "val")}
    records = {"train": [], "val": []}
    for fine_id, (fine, coarse, section, description, information) in enumerate(PRODUCTS):
        coarse_id = ["Apple", "Carrot", "Milk"].index(coarse)
        shared = {"fine": fine, "fine_id": fine_id, "coarse": coarse, "coarse_id": coarse_id}
        texts.append({**shared, "description": description, "information": information})
        for index in range(20):
            name, data = "val" if index >= 18 else "train", io.BytesIO()
            pixels = np.full((24, 24, 3), 60 * fine_id) + generator.integers(0, 40, (24, 24, 3))
            Image.fromarray(pixels.astype(np.uint8)).save(data, "WEBP")
            archives[name].writestr(f"{fine}_{index:03}.webp", data.getvalue())
            records[name].append({"file_name": f"{fine}_{index:03}.webp", "section": section, **shared})
    for name, archive in archives.items():
        archive.writestr("metadata.jsonl", "\n".join(json.dumps(record) for record in records[name]))
        archive.close()
    (root / "products.json").write_text(json.dumps(texts), encoding="utf-8")
    return load_grocery(root)


def made_features(grocery, noise):
    """Features that tell the products apart as well as `noise` lets them; blurred ones and shelves tell nothing."""
    generator = torch.Generator().manual_seed(0)
    centres = torch.randn(len(grocery.products), 256, generator=generator)
    product = torch.from_numpy(grocery.product)
    photos = centres[product] + noise * torch.randn(len(product), 256, generator=generator)
    blurred, shelves = (torch.randn(1, 256, generator=generator).expand(n, -1) for n in (len(product), SHELVES))
    plain = torch.cat([photos, blurred, shelves])
    views = plain + 0.1 * torch.randn(experiment.VIEWS, *plain.shape, generator=generator)
    collage_product = torch.tensor([0, 2, 3] * 20)
    questions = torch.nn.functional.normalize(torch.randn(4, len(QUESTIONS), 16, generator=generator), dim=-1)
    return Features(plain, views, centres[collage_product], collage_product, questions)


def asked_of(grocery, features, bags, told=False):
    """What a reader takes of `bags`: features, mask, questions."""
    index, mask, product = stack_bags(bags)
    return features.plain[index], mask, ask(grocery, features, product, told)


def test_attributes_are_what_the_texts_state(grocery):
    apple, sour_apple, carrot, milk = (product.attributes for product in grocery.products)
    expected = {"kind": "fruit", "package": "loose", "brand": "none", "fat": "unstated", "base": "plant"}
    assert apple == {**expected, "organic": "unstated", "taste": "sweet", "colour": "red"}
    assert (sour_apple["taste"], sour_apple["colour"]) == ("sour", "green")
    assert (carrot["kind"], carrot["colour"]) == ("vegetables", "orange")
    assert (milk["kind"], milk["package"], milk["brand"], milk["fat"]) == ("milk", "1l", "farm", "light")
    assert (milk["base"], milk["organic"], milk["colour"]) == ("dairy", "organic", "unstated")


def test_captions_are_first_sentences(grocery):
    assert grocery.products[0].caption == ("a", "red", "apple", "with", "a", "sweet", "taste")


def test_every_photograph_has_one_part_and_unseen_products_have_their_own(grocery):
    seen = [product.seen for product in grocery.products]
    assert seen == [True, False, True, True]  # the second of the coarse class that has two
    assert set(grocery.part[grocery.product == 1]) == {"unseen"}
    for row in (0, 2, 3):
        parts = grocery.part[grocery.product == row].tolist()
        assert parts == ["encoder"] * 9 + ["bags"] * 5 + ["test"] * 6


def test_a_bag_is_of_one_product_without_repetition(grocery):
    bags = sample_bags(grocery.rows("test"), 8, np.random.default_rng(0))
    assert [len(bag.photos) for bag in bags] == [2, 3, 4, 5, 2, 3, 4, 5] * 3
    for bag in bags:
        assert len(set(bag.photos)) == len(bag.photos)
        assert set(grocery.product[list(bag.photos)]) == {bag.product}


def test_missing_input_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="train.zip"):
        load_grocery(tmp_path)


@pytest.mark.parametrize(("count", "side"), [(1, 1), (2, 2), (4, 2), (5, 3)])
def test_a_collage_shows_every_photograph_once(count, side):
    photos = torch.linspace(0.1, 1.0, count).view(count, 1, 1, 1).expand(count, 3, 112, 112)
    collage = make_collage(photos)
    assert collage.shape == (3, SIZE, SIZE)
    cell = SIZE // side
    for index in range(count):
        centre = (index // side * cell + cell // 2, index % side * cell + cell // 2)
        assert collage[:, *centre].tolist() == pytest.approx([photos[index, 0, 0, 0].item()] * 3)


def test_views_keep_the_range_and_differ():
    photos = torch.rand(4, 3, 112, 112)
    first, second = (random_views(photos, torch.Generator().manual_seed(seed)) for seed in (0, 1))
    assert first.shape == (4, 3, SIZE, SIZE) and 0 <= first.min() and first.max() <= 1
    assert not torch.equal(first, second)
    assert torch.equal(first, random_views(photos, torch.Generator().manual_seed(0)))


def test_set_transformer_ignores_order_and_padding():
    torch.manual_seed(0)
    model = SetTransformer(32).eval()
    embeds, mask = torch.nn.functional.normalize(torch.randn(2, 4, 32), dim=-1), torch.ones(2, 4, dtype=torch.bool)
    expected = model(embeds, mask)
    for order in map(list, permutations(range(4))):
        torch.testing.assert_close(model(embeds[:, order], mask), expected, atol=1e-6, rtol=0)
    padded = torch.cat([embeds, torch.full((2, 2, 32), 9.0)], dim=1)
    longer = torch.cat([mask, torch.zeros(2, 2, dtype=torch.bool)], dim=1)
    torch.testing.assert_close(model(padded, longer), expected, atol=1e-6, rtol=0)


def test_cider_has_its_known_answers():
    corpus = [tuple("red apple from sweden".split()), tuple("green pear from spain".split())]
    frequency = document_frequency(corpus)
    assert cider([("red", "apple")], [("red", "apple")], frequency) == pytest.approx(5.0)  # no 3- or 4-grams
    assert cider([corpus[0]], [corpus[0]], frequency) == pytest.approx(10.0)
    assert cider([corpus[1]], [corpus[0]], frequency) == 0.0  # "from" is in every reference: no weight
    # One of two words right: the unigram cosine is 1/2, nothing else matches.
    assert cider([("red", "pear")], [("red", "apple")], frequency) == pytest.approx(10 / 4 * 0.5)
    # Said twice: clipped to once, so ln2^2 / (sqrt(4 + 0) ln2 * sqrt(2) ln2), and one word too many costs exp(-1/72).
    expected = 10 / 4 * math.exp(-1 / 72) / (2 * math.sqrt(2)) * 2 / 2
    assert cider([("red", "red", "from")], [("red", "apple")], frequency) == pytest.approx(expected)


def test_bleu_and_word_overlap_have_their_known_answers():
    words = tuple("a sweet red apple from the north".split())
    assert bleu([words], [words]) == pytest.approx(100.0)
    assert word_overlap([("red", "red", "apple")], [("red", "apple", "tree", "here")]) == pytest.approx((2 / 3, 0.5))


def test_text_attention_is_the_mean_until_it_is_trained_and_then_asks_each_text():
    torch.manual_seed(0)
    model, mask = TextAttention(32, 8, 6), torch.tensor([[True, True, True, False]])
    embeds = torch.nn.functional.normalize(torch.randn(1, 4, 32), dim=-1)
    texts = torch.nn.functional.normalize(torch.randn(1, 2, 6), dim=-1)
    fused, weights = model(embeds, mask, texts)
    mean = torch.nn.functional.normalize(embeds[:, :3].mean(1), dim=-1)
    torch.testing.assert_close(fused, mean.unsqueeze(1).expand(-1, 2, -1))
    assert weights[0].tolist() == [pytest.approx([1 / 3, 1 / 3, 1 / 3, 0.0])] * 2
    torch.nn.init.normal_(model.w.weight)
    fused, weights = model(embeds, mask, texts)
    assert not torch.allclose(weights[0, 0], weights[0, 1]) and weights.sum(-1).allclose(torch.ones(1, 2))
    order = [2, 0, 1, 3]
    torch.testing.assert_close(model(embeds[:, order], mask, texts)[0], fused)  # in whatever order


def test_questions_say_nothing_of_the_answer_unless_the_class_is_told(grocery):
    features = made_features(grocery, noise=0.5)
    products = torch.arange(len(grocery.products))
    asked = ask(grocery, features, products)
    assert all(torch.equal(asked[0], own) for own in asked)
    told = ask(grocery, features, products, told=True)
    assert torch.equal(told[0], told[1])  # two sorts of apple
    assert not torch.equal(told[0], told[2]) and not torch.equal(told[0], asked[0])


def test_uninformative_photographs_are_what_they_are_called(grocery):
    pixels = np.random.default_rng(0).integers(0, 256, (2, 112, 112, 3), dtype=np.uint8)
    blurred = blur(pixels)
    assert blurred.shape == pixels.shape and blurred.dtype == np.uint8
    assert blurred.mean() == pytest.approx(pixels.mean(), abs=2)  # its colours are left
    assert blurred.std() < 0.2 * pixels.std()
    first, second = (draw_shelf(np.random.default_rng(seed)) for seed in (0, 1))
    assert first.shape == (112, 112, 3) and (first != second).any()
    total = len(grocery.photos)
    own, other = (int(np.flatnonzero(grocery.product == product)[0]) for product in (0, 2))
    bag = Bag(0, (own, other, total + own, 2 * total + 3))
    assert kinds_of(grocery, bag) == [INFORMATIVE, "another product", "blurred", "bare shelf"]


@pytest.mark.parametrize("part", ["bags", "test"])
def test_mixed_bags_hold_one_or_two_uninformative_photographs_of_their_own_part(grocery, part):
    bags = sample_mixed_bags(grocery, part, [0, 2, 3] * 40, np.random.default_rng(0))
    total, met = len(grocery.photos), set()
    for bag in bags:
        kinds = kinds_of(grocery, bag)
        informative = kinds.count(INFORMATIVE)
        assert informative in (2, 3) and len(kinds) - informative in (1, 2)
        met |= set(kinds)
        photographs = [row % total for row in bag.photos if row < 2 * total]
        assert set(grocery.part[photographs]) == {part}
        assert len(set(bag.photos)) == len(bag.photos) or kinds.count("bare shelf") == 2
        assert all((row - 2 * total < SHELVES // 2) == (part == "bags") for row in bag.photos if row >= 2 * total)
        own = {row for row in bag.photos if row < total}
        assert not own & {row - total for row in bag.photos if total <= row < 2 * total}  # not one of them, blurred
    assert met == {INFORMATIVE, *KINDS}


@pytest.mark.parametrize("fusion_type", ["collage", "attention", "set transformer", "text attention"])
def test_a_reader_learns_what_the_features_tell(grocery, fusion_type):
    words, features = CaptionWords(grocery), made_features(grocery, noise=0.5)
    several = some_bags(grocery, (2, 3, 4, 5))
    reader = train_reader(grocery, words, features, fusion_type, several, steps=15, seed=0)
    bags = sample_bags(grocery.rows("test"), 8, np.random.default_rng(1))
    figures, right = evaluate(reader, grocery, words, bags, *asked_of(grocery, features, bags))
    for name in ("fine", "coarse", "attributes"):
        assert figures[f"{name} accuracy"] == figures[f"{name} recall"] == 100.0
    assert right.all() and figures["caption precision"] > 50


def test_attention_learns_to_leave_out_what_tells_nothing(grocery):
    words, features = CaptionWords(grocery), made_features(grocery, noise=0.5)

    def sampler(generator):
        return sample_mixed_bags(grocery, "bags", generator.choice([0, 2, 3], 64).tolist(), generator)

    reader = train_reader(grocery, words, features, "attention", sampler, steps=60, seed=0)
    bags = sample_mixed_bags(grocery, "test", [0, 2, 3] * 20, np.random.default_rng(1))
    kinds = [kinds_of(grocery, bag) for bag in bags]
    shares = shares_by_kind(reader, kinds, *asked_of(grocery, features, bags))
    assert max(shares["blurred"], shares["bare shelf"]) < 0.85 < 1.05 < shares[INFORMATIVE]


def test_equal_weights_give_no_photograph_more_than_its_share(grocery):
    torch.manual_seed(0)
    reader = BagReader(grocery, CaptionWords(grocery), "attention", torch.zeros(256), torch.ones(256), 16).eval()
    kinds = [[INFORMATIVE, "blurred"], [INFORMATIVE] * 3]
    given = torch.randn(2, 3, 256), torch.tensor([[True, True, False], [True, True, True]]), torch.randn(2, 11, 16)
    equal = shares_by_kind(reader, kinds, *given)  # its score begins at zero
    assert equal == pytest.approx({"largest": 1.0, INFORMATIVE: 1.0, "blurred": 1.0})
    torch.nn.init.normal_(reader.pool.attention_w.weight)
    assert 1.0 < shares_by_kind(reader, kinds, *given)["largest"] <= 3.0


def test_an_untrained_reader_is_at_chance(grocery):
    words, features = CaptionWords(grocery), made_features(grocery, noise=0.5)
    torch.manual_seed(0)
    reader = BagReader(grocery, words, "mean", torch.zeros(256), torch.ones(256), 16).eval()
    bags = sample_bags(grocery.rows("test"), 8, np.random.default_rng(1))
    figures, _ = evaluate(reader, grocery, words, bags, *asked_of(grocery, features, bags))
    assert figures["fine accuracy"] < 70 and figures["caption accuracy"] == 0


def test_captions_survive_encoding(grocery):
    words = CaptionWords(grocery)
    caption = grocery.products[2].caption
    assert words.decode(words.encode(caption)) == caption
    assert words.decode(words.encode(("the", "zebra"))) == ("the", "<other>")


def test_all_attributes_have_a_head(grocery):
    reader = BagReader(grocery, CaptionWords(grocery), "gated", torch.zeros(256), torch.ones(256), 16)
    assert set(reader.heads) == {"fine", "coarse", *ATTRIBUTES} == set(QUESTIONS) - {"caption"}


def test_encoder_gives_a_vector_a_photograph():
    assert PhotoEncoder().eval()(torch.rand(2, 3, SIZE, SIZE)).shape == (2, 256)


@pytest.mark.slow
def test_the_command_prints_every_row_and_goes_on_from_what_it_kept(grocery, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(experiment, "load_grocery", lambda root: grocery)
    asked = made_features(grocery, noise=0.5).questions
    monkeypatch.setattr(experiment, "embed_questions", lambda grocery, weights: asked)
    command = "fusion --input x --minutes 0.02 --steps 2 --seeds 2 --output".split()
    monkeypatch.setattr(sys, "argv", [*command, str(tmp_path)])
    experiment.main()
    first = capsys.readouterr().out
    table, _, shares = first.partition("Ungated attention is first")
    assert table.count("| fine-tuned |") == 7 and table.count("| plugged in |") == 7
    assert table.count("| unseen products |") == 7 and table.count("| uninformative |") == 7
    assert table.count("| class told |") == 2 and "ungated attention" in table
    assert shares.count("| uninformative |") == 5 and shares.count("| class told |") == 2
    assert (tmp_path / "fusion.svg").stat().st_size > 1000
    monkeypatch.setattr(experiment, "run_seed", None)  # both seeds are kept
    monkeypatch.setattr(experiment, "run_mixed_seed", None)
    experiment.main()
    assert capsys.readouterr().out.split("minutes")[0].startswith(first.split("\n\n")[0])
