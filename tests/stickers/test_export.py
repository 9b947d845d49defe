"""Files for places: every target's limits are kept by the worst of pictures, and the mark is in what leaves.

Example run: pytest tests/stickers/test_export.py
"""

import functools
import io

import numpy as np
import pytest
from PIL import Image

from pipeline.evaluation.watermark_cutouts import texture
from pipeline.stickers.check import check_file, read_facts
from pipeline.stickers.decorate import Decoration, fitted, on_ground, trimmed
from pipeline.stickers.encode import encode
from pipeline.stickers.export import SUFFIXES, export
from pipeline.stickers.targets import TARGETS, find_target
from pipeline.watermark import WatermarkError, WatermarkKey, embed_checked, verify
from tests.watermark.test_cutouts import draw_cutout

KEY = WatermarkKey.from_secret(b"a key for these tests only")
PAYLOAD = 0x89ABCDEF
LARGE = [name for name, target in TARGETS.items() if min(target.size) >= 256]
SMALL = [name for name in TARGETS if name not in LARGE]


@functools.cache
def marked() -> Image.Image:
    return embed_checked(draw_cutout(), KEY, PAYLOAD)


@functools.cache
def noise() -> Image.Image:
    """A canvas full of what no codec can squeeze, as a photograph of gravel is."""
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (512, 512, 3), np.uint8))


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@functools.cache
def soft_noise() -> Image.Image:
    """The same, and at its rim an alpha that no codec can squeeze either."""
    rng = np.random.default_rng(1)
    rows, columns = np.mgrid[-256:256, -256:256]
    alpha = np.where(np.hypot(rows, columns) < 190, 255, rng.integers(0, 256, (512, 512)))
    return Image.fromarray(np.dstack([np.asarray(noise()), alpha.astype(np.uint8)]))


@functools.cache
def photograph() -> Image.Image:
    return texture(np.random.default_rng(2), 512)


LIMITED = [name for name, target in TARGETS.items() if target.max_bytes]
WORST = [
    *((noise, name) for name in TARGETS),
    (soft_noise, "whatsapp"),
    (photograph, "signal"),
]
SLOW = [(made, name) for made in (soft_noise, photograph) for name in LIMITED if (made, name) not in WORST]
EACH = [*WORST, *(pytest.param(*case, marks=pytest.mark.slow) for case in SLOW)]
NAMES = [f"{made.__name__}-{name}" for made, name in [*WORST, *SLOW]]


@pytest.mark.parametrize(("made", "name"), EACH, ids=NAMES)
def test_the_worst_picture_keeps_every_limit_of_the_target(made, name):
    target = TARGETS[name]
    found = export(made(), target, decoration=Decoration(margin=0), key=KEY, payload=PAYLOAD)
    facts = read_facts(found.data)
    assert check_file(found.data, target) == []
    assert facts.bytes == len(found.data) <= (target.max_bytes or 10**9)
    assert (facts.format, facts.width, facts.height) == (target.formats[0], found.width, found.height)
    assert found.suffix == SUFFIXES[facts.format]
    assert found.marked or name in SMALL


@pytest.mark.parametrize("name", ["whatsapp", "telegram", "line", "kakao", "avif", "discord-sticker"])
def test_the_mark_with_its_payload_is_in_the_file_that_leaves(name):
    found = export(marked(), TARGETS[name], key=KEY, payload=PAYLOAD)
    read = verify(opened(found.data), KEY)
    assert (read.result, read.payload) == ("GENERATED", PAYLOAD)
    assert found.marked and "read back" in found.sentence
    assert read_facts(found.data).transparent


def test_where_the_picture_is_too_small_for_a_mark_none_is_claimed():
    found = export(draw_cutout(), TARGETS["slack"], key=KEY)  # was never marked
    assert not found.marked and "the watermark is gone" in found.sentence
    assert export(draw_cutout(), TARGETS["favicon"], key=KEY).mark is None


def test_every_format_of_a_target_can_be_asked_for():
    for kind in TARGETS["discord-emoji"].formats:
        found = export(marked(), TARGETS["discord-emoji"], kind=kind, key=KEY)
        assert check_file(found.data, TARGETS["discord-emoji"]) == [] and found.format == kind
        corner = opened(found.data).convert("RGBA").getpixel((0, 0))
        assert corner[3] == 0 if kind != "JPEG" else corner == (255, 255, 255, 255)
    with pytest.raises(ValueError, match="`kind` takes PNG"):
        export(marked(), TARGETS["kakao"], kind="WEBP", key=KEY)


def test_margin_and_outline_are_what_the_target_advises_and_can_be_switched_off():
    target = TARGETS["whatsapp"]
    image = opened(export(draw_cutout(), target, key=KEY).data)
    assert min(_margins(image)) >= target.margin and min(_margins(image)) <= target.margin + 1
    edge = np.asarray(image)[256, :, :]
    first = int(np.nonzero(edge[:, 3] > 200)[0][0])
    assert (edge[first + 2 : first + 6, :3] > 235).all()  # white, the mark aside
    plain = opened(export(draw_cutout(), target, decoration=Decoration(margin=0), key=KEY).data)
    assert min(_margins(plain)) == 0
    first = int(np.nonzero(np.asarray(plain)[256, :, 3] > 200)[0][0])
    assert not (np.asarray(plain)[256, first + 2 : first + 6, :3] > 235).all()


def _margins(image: Image.Image) -> tuple[int, int, int, int]:
    left, top, right, bottom = image.getchannel("A").point(lambda alpha: 255 if alpha > 8 else 0).getbbox()
    return left, top, image.width - right, image.height - bottom


def test_the_outline_is_as_wide_as_asked_and_the_shadow_lies_below():
    box = Image.new("RGBA", (300, 300))
    box.paste((200, 30, 60, 255), (100, 100, 200, 200))
    plain = fitted(box, (300, 300), Decoration(margin=50, outline=12, colour="#00ff00"))
    row = np.asarray(plain)[150]
    green = (row[:, 1] > 200) & (row[:, 0] < 60) & (row[:, 3] > 250)
    assert green.sum() == pytest.approx(24, abs=2)
    assert min(_margins(plain)) == pytest.approx(50, abs=1)
    shaded = np.asarray(fitted(box, (300, 300), Decoration(margin=20, shadow=True)))
    bottom = int(np.nonzero(shaded[:, 150, 3] == 255)[0][-1])
    assert (shaded[bottom + 2, 150] == (0, 0, 0, shaded[bottom + 2, 150, 3])).all() and shaded[bottom + 2, 150, 3] > 30


def test_no_halo_from_hidden_colours_on_black_or_white():
    """A red disc whose transparent pixels are green underneath stays red to the edge at every size."""
    pixels = np.array(draw_cutout(512, 512))
    pixels[pixels[..., 3] == 0, :3] = (0, 255, 0)
    small = fitted(Image.fromarray(pixels), (300, 300), Decoration(margin=10))
    for ground in ("#000000", "#ffffff"):
        seen = np.asarray(on_ground(small, ground)).astype(int)
        assert (seen[..., 1] - seen[..., 0]).max() < 20


def test_a_picture_that_stands_there_already_keeps_its_pixels():
    target = TARGETS["png"]
    picture = embed_checked(draw_cutout(512, 512), KEY, PAYLOAD)
    found = export(picture, target, key=KEY, payload=PAYLOAD)
    assert np.array_equal(np.asarray(opened(found.data)), np.asarray(picture))


def test_what_cannot_be_exported_is_refused_in_words():
    with pytest.raises(ValueError, match="no target 'whatsup'"):
        find_target("whatsup")
    with pytest.raises(ValueError, match="shows nothing"):
        export(Image.new("RGBA", (512, 512)), TARGETS["png"], key=KEY)
    with pytest.raises(ValueError, match="leave no room"):
        fitted(draw_cutout(), (128, 128), Decoration(margin=60))
    for wrong in ({"outline": -1}, {"outline": 65}, {"margin": 2.5}, {"colour": "nosuch"}, {"colour": None}):
        with pytest.raises(ValueError, match=f"`{next(iter(wrong))}` takes"):
            Decoration(**wrong)
    with pytest.raises(ValueError, match="fits into 2,000 bytes"):
        encode(noise(), "PNG", 2000)
    with pytest.raises(ValueError, match="fits into 2,000 bytes"):
        encode(soft_noise(), "WEBP", 2000)
    with pytest.raises(ValueError, match="`kind` takes"):
        encode(noise(), "BMP")


def test_a_file_without_its_mark_does_not_leave(monkeypatch):
    monkeypatch.setattr("pipeline.stickers.export.embed_checked", lambda picture, *rest, **options: picture)
    with pytest.raises(WatermarkError, match="cannot be read back"):
        export(draw_cutout(), TARGETS["webp"], key=KEY, payload=PAYLOAD)


def test_alpha_is_kept_whole_where_any_quality_of_the_colours_fits_beside_it():
    data, how = encode(marked(), "WEBP", 12_000)
    assert "alpha" not in how and opened(data).getchannel("A").tobytes() == marked().getchannel("A").tobytes()
    data, how = encode(soft_noise(), "WEBP", 100_000)
    assert len(data) <= 100_000 and "alpha of quality" in how
    alpha = np.asarray(opened(data).convert("RGBA").getchannel("A"))
    assert (alpha[200:300, 200:300] > 240).all()


@pytest.mark.parametrize("kind", ["WEBP", "JPEG", "AVIF"])
def test_quality_is_the_highest_that_fits(kind):
    data, how = encode(noise(), kind, 60_000)
    assert len(data) <= 60_000 and how.startswith("quality ")
    buffer = io.BytesIO()
    noise().save(buffer, kind, quality=int(how.split()[1]) + 1)
    assert buffer.tell() > 60_000


def test_trimming_finds_what_is_seen():
    box = Image.new("RGBA", (90, 80))
    box.paste((1, 2, 3, 255), (10, 20, 30, 70))
    box.putpixel((80, 5), (9, 9, 9, 3))  # nobody sees that
    assert trimmed(box).size == (20, 50)
    assert trimmed(Image.new("RGB", (40, 30))).size == (40, 30)
