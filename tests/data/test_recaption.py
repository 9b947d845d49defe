"""Example run: pytest tests/data/test_recaption.py"""

import numpy as np
import pytest
from PIL import Image

from pipeline.data.recaption import is_poor, load_captioner, recaption, recaption_epoch, train_captioner
from tests.data.pictures import drawing, record_of

COLOURS = {"red": (220, 20, 20), "green": (20, 200, 20), "blue": (20, 20, 220)}
TINY = {"dim": 48, "num_layers": 1, "num_heads": 2, "channels": (16, 32, 48)}


def _squares(count: int) -> tuple[np.ndarray, list[str]]:
    generator = np.random.default_rng(0)
    images = np.full((count, 64, 64, 3), 255, dtype=np.uint8)
    texts = []
    for number in range(count):
        name = list(COLOURS)[number % 3]
        x, y = generator.integers(0, 24, 2)
        images[number, y : y + 40, x : x + 40] = COLOURS[name]
        texts.append(f"a {name} square")
    return images, texts


@pytest.fixture(scope="module")
def trained():
    images, texts = _squares(96)
    return images, texts, *train_captioner(images, texts, minutes=5, max_steps=120, **TINY)


@pytest.mark.slow
def test_a_tiny_captioner_learns_to_name_colours_and_survives_saving(trained, tmp_path):
    images, texts, model, tokenizer, losses = trained
    assert losses[-1] < losses[0] / 4
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    said = load_captioner(tmp_path)([Image.fromarray(image) for image in images[:12]])
    assert sum(one == other for one, other in zip(said, texts, strict=False)) >= 10


def test_two_steps_lower_the_loss():
    images, texts = _squares(64)
    _, _, losses = train_captioner(images, texts, minutes=5, max_steps=6, **TINY)
    assert len(losses) == 6 and losses[-1] < losses[0]


def test_a_missing_captioner_names_the_command(tmp_path):
    with pytest.raises(FileNotFoundError, match="pipeline.data.recaption"):
        load_captioner(tmp_path)


@pytest.mark.parametrize("text", ["", "IMG_0042.JPG", "DSC-1234", "20240101", "cat", "untitled.png"])
def test_captions_that_say_nothing_are_poor(text):
    assert is_poor(text)


@pytest.mark.parametrize("text", ["a red cat", "grinning face", "image of a house"])
def test_captions_that_say_something_are_not(text):
    assert not is_poor(text)


def test_poor_captions_are_rewritten_and_the_old_one_is_kept(tmp_path):
    poor = record_of(tmp_path / "a.png", drawing(1), text="IMG_1.jpg")
    good = record_of(tmp_path / "b.png", drawing(2), text="two blue circles")
    found = list(recaption([poor, good], lambda images: ["shapes on white"] * len(images)))
    assert found[0].text == "shapes on white" and found[0].metadata["original_text"] == "IMG_1.jpg"
    assert found[1] == good


def test_each_epoch_rewrites_another_small_fraction():
    keys, old, new = [f"{n}" for n in range(2000)], ["old"] * 2000, ["new"] * 2000
    epochs = [recaption_epoch(keys, old, new, fraction=0.1, epoch=epoch) for epoch in range(2)]
    shares = [texts.count("new") / 2000 for texts in epochs]
    both = sum(a == b == "new" for a, b in zip(*epochs, strict=True)) / 2000
    assert all(0.07 < share < 0.13 for share in shares) and both < 0.03
    assert epochs[0] == recaption_epoch(keys, old, new, fraction=0.1, epoch=0)


def test_an_impossible_fraction_is_refused():
    with pytest.raises(ValueError, match="`fraction`.*5"):
        list(recaption([], lambda images: [], fraction=5))
