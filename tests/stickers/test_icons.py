"""Icon sets: the files that browsers and phones ask for, what matters inside their safe zones, glyphs in one colour.

Example run: pytest tests/stickers/test_icons.py
"""

import io
import json
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image

from pipeline.stickers.icons import (
    ADAPTIVE,
    ADAPTIVE_SAFE,
    MASKABLE_SAFE,
    TONED,
    duotone,
    glyph,
    icon_set,
)
from pipeline.watermark import WatermarkKey, verify
from tests.watermark.test_cutouts import draw_cutout

KEY = WatermarkKey.from_secret(b"a key for these tests only")


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def outside(image: Image.Image, share: float, side: int) -> np.ndarray:
    """Pixels outside the circle whose diameter is `share` of the side."""
    y, x = np.mgrid[:side, :side] + 0.5 - side / 2
    return np.asarray(image)[np.hypot(x, y) > share * side / 2]


def test_a_favicon_holds_three_sizes():
    files = icon_set(draw_cutout(), "favicon", key=KEY)
    assert opened(files["favicon.ico"]).info["sizes"] == {(16, 16), (32, 32), (48, 48)}
    touch = opened(files["apple-touch-icon.png"])
    assert (touch.size, touch.mode) == ((180, 180), "RGB")
    assert b"apple-touch-icon.png" in files["head.html"]


def test_a_web_app_has_a_manifest_and_a_maskable_icon_inside_its_circle():
    files = icon_set(draw_cutout(), "pwa", ground="#204060", name="Foxes", key=KEY, payload=7)
    manifest = json.loads(files["manifest.webmanifest"])
    assert manifest["name"] == "Foxes" and manifest["background_color"] == "#204060"
    for icon in manifest["icons"]:
        assert opened(files[icon["src"]]).size == tuple(int(side) for side in icon["sizes"].split("x"))
    maskable = opened(files[next(icon["src"] for icon in manifest["icons"] if icon.get("purpose") == "maskable")])
    assert abs(outside(maskable, MASKABLE_SAFE, 512).astype(int) - (0x20, 0x40, 0x60)).max() < 16  # the mark alone
    assert verify(maskable, KEY).payload == verify(opened(files["icon-512.png"]), KEY).payload == 7


def test_an_ios_icon_is_opaque():
    icon = opened(icon_set(draw_cutout(), "ios", key=KEY)["AppIcon.png"])
    assert (icon.size, icon.mode) == ((1024, 1024), "RGB")


def test_android_layers_keep_what_matters_in_the_safe_circle():
    files = icon_set(draw_cutout(), "android", ground="teal", key=KEY)
    layers = [files[f"ic_launcher_{name}.png"] for name in ("foreground", "monochrome")]
    for layer in map(opened, layers):
        assert layer.size == (ADAPTIVE, ADAPTIVE)
        assert (outside(layer.getchannel("A"), ADAPTIVE_SAFE, ADAPTIVE) == 0).all()
        assert np.asarray(layer.getchannel("A")).max() == 255
    assert opened(files["ic_launcher_background.png"]).mode == "RGB"
    assert opened(files["play-store-512.png"]).size == (512, 512)
    assert len(ElementTree.fromstring(files["ic_launcher.xml"])) == 3


def two_tones() -> Image.Image:
    image = Image.new("RGBA", (300, 300))
    image.paste((250, 240, 230, 255), (50, 50, 250, 250))
    image.paste((30, 30, 60, 255), (100, 100, 200, 200))
    return image


def test_a_glyph_is_a_silhouette_with_what_is_dark_left_open():
    shape = np.asarray(glyph(two_tones(), "#ff0000"))
    assert (shape[shape[..., 3] > 0, :3] == (255, 0, 0)).all()
    assert shape[150, 150, 3] == 0 and shape[70, 70, 3] == 255
    whole = Image.new("RGBA", (300, 300))
    whole.paste((200, 200, 200, 255), (50, 50, 250, 250))
    assert np.asarray(glyph(whole))[70, 70, 3] == 255  # of one tone: its silhouette


def test_a_glyph_is_what_is_dark_where_that_surrounds_the_picture():
    image = Image.new("RGBA", (300, 300))
    image.paste((30, 30, 60, 255), (50, 50, 250, 250))
    image.paste((250, 240, 230, 255), (100, 100, 200, 200))
    shape = np.asarray(glyph(image))[..., 3]
    assert shape[150, 150] == 0 and shape[70, 70] == 255


def test_a_glyph_has_a_seam_where_something_dark_reaches_the_outline():
    image = Image.new("RGBA", (300, 300))
    image.paste((250, 240, 230, 255), (50, 50, 250, 250))
    image.paste((30, 30, 60, 255), (50, 50, 250, 110))  # a roof
    column = np.asarray(glyph(image))[:, 150, 3]
    assert column[80] == 255 and column[180] == 255 and column[105:118].min() < 40


def test_a_duotone_has_the_colour_in_two_strengths():
    shape = np.asarray(duotone(two_tones(), "#00ff00"))
    assert shape[150, 150].tolist() == [0, 255, 0, 255] and shape[70, 70].tolist() == [0, 255, 0, 102]
    assert shape[10, 10, 3] == 0


def test_what_is_no_icon_is_said():
    with pytest.raises(ValueError, match="no icon set 'windows'"):
        icon_set(draw_cutout(), "windows")
    with pytest.raises(ValueError, match="`colour` takes"):
        icon_set(draw_cutout(), "pwa", ground="nosuch")
    for empty in (glyph, duotone, lambda image: icon_set(image, "ios")):
        with pytest.raises(ValueError, match="shows nothing"):
            empty(Image.new("RGBA", (300, 300)))


@pytest.mark.parametrize("kind", TONED)
def test_a_glyph_and_a_duotone_are_one_marked_file_in_a_colour_of_ones_own(kind):
    files = icon_set(two_tones(), kind, colour="#c02040", key=KEY, payload=9)
    assert list(files) == [f"{kind}.png"]
    with Image.open(io.BytesIO(files[f"{kind}.png"])) as image:
        pixels, found = np.asarray(image), verify(image, KEY)
    solid = pixels[..., 3] > 250
    assert image.size == (512, 512) and found.result == "GENERATED" and found.payload == 9
    assert abs(pixels[solid][:, :3].astype(int) - (0xC0, 0x20, 0x40)).max() < 24  # the mark alone
    assert (pixels[..., 3] == 0).any() and ((pixels[..., 3] == 102).any() == (kind == "duotone"))
    with pytest.raises(ValueError, match="`colour` takes"):
        icon_set(two_tones(), kind, colour="nosuch", key=KEY)
