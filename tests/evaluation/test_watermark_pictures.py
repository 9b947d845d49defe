"""Example run: python -m pytest tests/evaluation/test_watermark_pictures.py"""

import itertools
import zipfile

import numpy as np
import pytest
from PIL import Image

from pipeline.evaluation.watermark_pictures import compose_pictures, read_images, read_pictures
from tests.data.pictures import encoded
from tests.evaluation.cutout_zip import write_cutouts


@pytest.fixture(params=["folder", "zip"])
def pictures(request, tmp_path):
    """Ten grey pictures, each as bright as its name, beside what is none."""
    files = {f"{'sub/' if n % 2 else ''}{n}.{'png' if n < 5 else 'WebP'}": n for n in range(10)}
    if request.param == "zip":
        with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
            for name, grey in files.items():
                archive.writestr(name, encoded(Image.new("L", (8, 8), grey), "PNG" if grey < 5 else "WEBP"))
            archive.writestr("notes.txt", "none")
        return tmp_path / "all.zip"
    (tmp_path / "all" / "sub").mkdir(parents=True)
    for name, grey in files.items():
        (tmp_path / "all" / name).write_bytes(encoded(Image.new("L", (8, 8), grey), "PNG" if grey < 5 else "WEBP"))
    (tmp_path / "all" / "notes.txt").write_text("none", encoding="utf-8")
    return tmp_path / "all"


ORDER = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9]  # those in the folder itself come first


@pytest.mark.parametrize(("limit", "places"), [(None, range(10)), (99, range(10)), (4, [0, 2, 5, 7]), (1, [0])])
def test_pictures_come_in_order_of_name_and_are_thinned_out_evenly(pictures, limit, places):
    found = [image.getpixel((0, 0)) for image in read_pictures(pictures, limit)]
    assert found == [(ORDER[place],) * 3 for place in places]


def test_transparency_is_kept_or_laid_on_white(tmp_path):
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(tmp_path / "a.png")
    (image,) = read_images(tmp_path)
    assert image.mode == "RGBA" and image.getpixel((0, 0))[3] == 0
    (flat,) = read_pictures(tmp_path)
    assert flat.mode == "RGB" and flat.getpixel((0, 0)) == (255, 255, 255)


def test_without_pictures_it_says_what_it_takes(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"holds no .png, .jpg, .jpeg, .webp picture"):
        list(read_images(tmp_path))
    with pytest.raises(FileNotFoundError, match="takes a folder or a zip of pictures, got .*absent"):
        list(read_images(tmp_path / "absent"))


def test_composed_scenes_are_a_function_of_their_seed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # decoded pictures are kept in runs/cache
    folder = write_cutouts(tmp_path / "pictures")
    for path in folder.glob("*.zip"):  # the tier that scenes are made of
        with zipfile.ZipFile(path) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        files["metadata.jsonl"] = files["metadata.jsonl"].replace(b'{"file_name"', b'{"tier": "core", "file_name"')
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)
    first, again, other = (list(itertools.islice(compose_pictures(folder, 64, seed), 2)) for seed in (0, 0, 1))
    assert first[0].size == (64, 64)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0]) and not np.array_equal(first[0], first[1])
