"""Outlines and what is drawn into them. Example run: python -m pytest tests/scene/test_outline.py"""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipeline.scene.outline import outlines_of, shaped

SIZE = (256, 256)
HEART = [(128, 90), (170, 50), (220, 80), (215, 130), (128, 220), (41, 130), (36, 80), (86, 50)]


def filled(points, size=SIZE) -> np.ndarray:
    mask = Image.new("1", size)
    ImageDraw.Draw(mask).polygon(points, fill=1)
    return np.asarray(mask)


def likeness(one, other) -> float:
    return (one & other).sum() / (one | other).sum()


def drawing() -> Image.Image:
    """A ball, its upper half red and its lower half blue, with a hole in the middle."""
    picture = Image.new("RGBA", (120, 120))
    draw = ImageDraw.Draw(picture)
    draw.pieslice((20, 20, 99, 99), 180, 360, fill="red")
    draw.pieslice((20, 20, 99, 99), 0, 180, fill="blue")
    draw.ellipse((54, 54, 65, 65), fill=(0, 0, 0, 0))
    return picture


def test_lines_enclose_even_where_a_bit_is_missing():
    picture = Image.new("RGB", SIZE, "#eeeeee")
    draw = ImageDraw.Draw(picture)
    draw.line([*HEART, HEART[0]], fill="black", width=2)
    draw.line([(10, 230), (10, 250), (30, 250), (30, 230), (14, 230)], fill="navy", width=2)  # 4 pixels are missing
    large, small = outlines_of(picture, SIZE)
    assert likeness(large, filled(HEART)) > 0.95
    assert small[240, 20] and small.sum() > 350


def test_areas_and_cut_out_photographs_are_outlines_too():
    area = Image.new("RGB", SIZE, "white")
    ImageDraw.Draw(area).polygon(HEART, fill="green")
    (mask,) = outlines_of(area, SIZE)
    assert likeness(mask, filled(HEART)) > 0.97
    rng = np.random.default_rng(0)
    photo = Image.fromarray(rng.integers(90, 200, (256, 256, 1), dtype=np.uint8).repeat(3, 2))
    ImageDraw.Draw(photo).polygon(HEART, fill="red")
    assert likeness(outlines_of(photo, SIZE)[0], filled(HEART)) > 0.9


def test_a_picture_of_one_colour_has_none():
    assert outlines_of(Image.new("RGB", SIZE, "white"), SIZE) == []


def test_a_drawing_takes_the_shape_of_a_mask_and_keeps_its_colours_where_they_were():
    mask = filled(HEART)
    made = np.asarray(shaped(drawing(), mask))
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    inside = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    assert made.shape[:2] == inside.shape
    assert likeness(made[..., 3] > 127, inside) > 0.99
    upper, lower = made[40, 40], made[-30, inside.shape[1] // 2]
    assert upper[0] > 200 > 60 > upper[2] and lower[2] > 200 > 60 > lower[0]
    seen = made[made[..., 3] > 127]
    assert (seen[:, :3].max(1) > 90).mean() > 0.99  # no hole and no dark rim


def test_less_strength_is_a_shape_between():
    mask = filled([(20, 20), (235, 20), (235, 235), (20, 235)])
    own, between, whole = (np.asarray(shaped(drawing(), mask, strength))[..., 3] for strength in (0.0, 0.5, 1.0))
    assert own[4, 4] == between[4, 4] == 0 < whole[4, 4]
    assert (own > 127).sum() < (between > 127).sum() < (whole > 127).sum()


def test_nothing_cannot_be_shaped():
    with pytest.raises(ValueError, match="nothing to shape"):
        shaped(Image.new("RGBA", (9, 9)), filled(HEART))
