"""Example run: pytest tests/data/test_features.py"""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image, ImageFilter, ImageOps

from pipeline.data.features import SIDE, _borders, _colours, _flatness, embed_pictures, picture_features
from pipeline.data.record import ImageRecord, ImageSource
from tests.data.pictures import drawing, encoded, record_of


def test_a_picture_of_any_mode_and_size_is_117_finite_numbers():
    images = [drawing(1), drawing(1, mode="RGBA"), drawing(2, mode="L"), Image.new("RGB", (33, 200), "red")]
    found = picture_features(images)
    assert found.shape == (4, 117) and found.dtype == np.float32 and np.isfinite(found).all()
    assert np.array_equal(found[0], found[1])  # transparent parts count as white
    assert np.array_equal(picture_features(images[2:3])[0], found[2])


def test_blur_lowers_sharpness_wherever_there_are_edges():
    image = drawing(4, side=200)
    sharp, soft = picture_features([image, image.filter(ImageFilter.GaussianBlur(6))])
    assert soft[4] < sharp[4] - 0.5 and soft[9] < sharp[9] - 1  # the steepest: gradient and Laplacian
    assert soft[10] < sharp[10] - 1 and soft[13] > sharp[13] - 1  # the finest detail goes, the coarsest hardly does


def test_jpeg_blocks_are_seen_in_the_files_own_pixels():
    noise = Image.fromarray(np.random.default_rng(0).integers(90, 160, (160, 160, 3), dtype=np.uint8))
    saved = Image.open(io.BytesIO(encoded(noise, "JPEG", quality=5))).convert("RGB")
    assert abs(_flatness(noise)[4]) < 0.1 < 0.5 < _flatness(saved)[4]
    even = _flatness(Image.new("RGB", (64, 128), "red"))
    assert even[0] == 1.0 and even[1:4].tolist() == [0, 0, 0] and even[5] == 6.0  # log2 of the shorter side


def test_a_thing_at_a_border_touches_that_side_alone():
    colour = np.ones((3, SIDE, SIDE), np.float32)
    colour[1:, 40:80, :20] = 0.0  # red on white, rows 40 to 80, at the left
    found = _borders(colour)
    top, bottom, left, right = found[:4]
    assert (top, bottom, right) == (0, 0, 0) and left == pytest.approx(40 / SIDE, abs=1e-6) == found[4]
    assert found[5] == pytest.approx(40 * 20 / SIDE**2)
    assert found[6] == pytest.approx((np.arange(40, 80) / SIDE).mean(), abs=1e-3)  # where it is: row, column
    assert found[7] == pytest.approx((np.arange(20) / SIDE).mean(), abs=1e-3)
    assert found[8:10].tolist() == pytest.approx([40 / SIDE, 20 / SIDE])


def test_colours_are_counted_and_told_from_grey():
    half = np.zeros((3, 10, 10), np.float32)
    half[0, :5] = 1.0  # half red, half black
    found = _colours(half)
    assert found[:3].tolist() == [0.5, 0, 0] and found[6:8].tolist() == [0.5, 0.5]
    assert found[9:].tolist() == pytest.approx([np.log(2), 0.5, 1.0, np.log(2)])
    grey = _colours(np.full((3, 4, 4), 0.5, np.float32))
    assert grey[6:9].tolist() == [0, 0, 0] and grey[9] == 0.0


def test_a_mirrored_picture_has_the_same_colours_and_its_left_side_at_the_right():
    image = drawing(5, side=SIDE)
    one, other = picture_features([image, ImageOps.mirror(image)])
    assert one[38:51] == pytest.approx(other[38:51], abs=1e-4)
    assert one[29:31] == pytest.approx(other[30:28:-1], abs=1e-4)


def test_every_record_in_the_set_gets_the_vector_of_its_own_picture(tmp_path):
    records = [record_of(tmp_path / f"{n}.png", drawing(n)) for n in range(5)]
    records[1] = records[1].drop("decode", "too small")
    (tmp_path / "3.png").unlink()
    found = list(embed_pictures(records, batch_size=2))
    assert [record.key for record in found] == [record.key for record in records]
    assert found[1] is records[1]
    assert (found[3].dropped.step, found[3].dropped.reason) == ("embed", "cannot be read")
    for n in (0, 2, 4):
        assert np.array_equal(found[n].image_embeds, picture_features([drawing(n)])[0])


def test_a_picture_whose_archive_was_damaged_since_is_dropped_too(tmp_path):
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("a.png", encoded(drawing(1)))
    data = bytearray((tmp_path / "z.zip").read_bytes())
    data[60] ^= 255
    (tmp_path / "z.zip").write_bytes(data)
    record = ImageRecord("a", ImageSource(tmp_path / "z.zip", "zip", member="a.png"))
    (found,) = embed_pictures([record])
    assert found.dropped.reason == "cannot be read"
