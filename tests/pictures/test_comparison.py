"""What confirms, or refuses, a pair of pictures. Example run: python -m pytest tests/pictures/test_comparison.py"""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance

from pipeline.pictures.comparison import TOLERANCE, align, crop_difference, detail, thumbnail, tone_difference


def face(moustache=False, side=256):
    image = Image.new("RGB", (side, side), "#a9d8f5")
    draw = ImageDraw.Draw(image)
    draw.ellipse((40, 40, 216, 216), fill="#ffd94a", outline="#444444", width=4)
    for x in (95, 161):
        draw.ellipse((x - 14, 90, x + 14, 130), fill="#222222")
    draw.arc((90, 120, 166, 185), 20, 160, fill="#882222", width=8)
    if moustache:
        draw.rectangle((95, 140, 161, 152), fill="#222222")
    return image


def difference(first, second):
    return float(tone_difference(thumbnail(first)[None], thumbnail(second)[None])[0])


def test_changes_of_tone_are_forgiven_and_another_drawing_is_not():
    brighter = ImageEnhance.Brightness(face()).enhance(1.1)
    paler = ImageEnhance.Color(face()).enhance(0.85)
    assert difference(face(), face()) < 0.1
    tones = max(difference(face(), brighter), difference(face(), paler))
    assert tones < 1.5 * TOLERANCE and 2 * tones < difference(face(), face().rotate(180))


def test_transparency_is_seen_on_white():
    clear = Image.new("RGBA", (64, 64))
    assert (thumbnail(clear) == 255).all() and thumbnail(clear).shape == (32, 32, 3)


@pytest.mark.parametrize(("moustache", "is_copy"), [(False, True), (True, False)])
def test_a_slight_crop_is_found_and_a_detail_tells_two_drawings_apart(moustache, is_copy):
    cropped = face(moustache).crop((8, 8, 250, 250))
    place = align(thumbnail(cropped), thumbnail(face()))
    assert place is not None and np.abs(place).max() < 0.12
    surprise = crop_difference(detail(cropped), detail(face()), place)
    assert surprise < 1.5 if is_copy else surprise > 2.5


def test_nothing_takes_a_picture_to_one_that_it_is_not():
    noise = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    assert align(thumbnail(face()), noise) is None
