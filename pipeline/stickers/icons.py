"""Icons of one picture: browser tab, web app, iOS, Android; one-colour and two-tone glyphs.

Whatever has 256x256 pixels or more carries the mark; the small ones are made from marked pictures and cannot.
"""

import json
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageColor
from scipy import ndimage

from pipeline.pictures.masks import dilated, eroded, labelled
from pipeline.stickers.decorate import Decoration, fitted, on_ground
from pipeline.stickers.encode import encode
from pipeline.watermark import WatermarkKey, default_key, embed_checked
from pipeline.watermark.embed import LATEST, MIN_AREA

__all__ = ["ICON_SETS", "TONED", "duotone", "glyph", "icon_set"]

ADAPTIVE = 432  # pixels of an Android layer, 108 dp
ADAPTIVE_SAFE = 66 / 108  # of its side: a circle that every shape of mask leaves
MASKABLE_SAFE = 0.8  # of a maskable web icon's side, likewise
APPLE_TOUCH = 180
IOS, IOS_SHARE = 1024, 0.8  # pixels; of its side: what is drawn on
LEAST_CONTRAST = 0.18  # of lightness: a picture of one tone has nothing dark
SURROUNDS = 0.85  # of the rim of what is seen: as much is dark where dark lines or fur surround it
SMOOTH = 200  # of the longer side, the deviation that evens out grain
SEAM = 80  # of the longer side, the width of the seam between what is dark and light
SECOND_TONE = 0.4  # alpha of the lighter tone
TONED = ("glyph", "duotone")  # sets that take a colour of one's own, and one file each


class _Look(NamedTuple):
    """What a set of icons is given beside the picture."""

    ground: str
    name: str
    colour: str


_Made = tuple[dict[str, Image.Image], dict[str, bytes]]  # pictures and texts, by file name


def icon_set(
    image: Image.Image,
    kind: str,
    *,
    ground: str = "#ffffff",
    name: str = "Easel",
    colour: str = "#000000",
    key: WatermarkKey | None = None,
    payload: int | None = None,
) -> dict[str, bytes]:
    """The files of a set, by name.

    Args:
        image: RGBA.
        kind: one of `ICON_SETS`.
        ground: colour where a system wants one.
        name: of the app, in the web manifest.
        colour: of a glyph or a duotone.
        key, payload: of the watermark.

    Raises:
        ValueError: no such set, no such colour, or the picture shows nothing.
    """
    if kind not in ICON_SETS:
        raise ValueError(f"There is no icon set {kind!r}. Choose one of {', '.join(ICON_SETS)}.")
    for named in (ground, colour):
        Decoration(colour=named)
    pictures, texts = ICON_SETS[kind](image, _Look(ground, name, colour))
    key = key or default_key()
    files = {}
    for file, picture in pictures.items():
        if picture.width * picture.height >= MIN_AREA:
            picture = embed_checked(picture, key, payload, version=LATEST)
        files[file] = encode(picture, "ICO" if file.endswith(".ico") else "PNG")[0]
    return files | texts


def _favicon(image: Image.Image, look: _Look) -> _Made:
    touch = on_ground(_inside(image, APPLE_TOUCH, 0.84), look.ground)
    html = (
        '<link rel="icon" href="/favicon.ico" sizes="any">\n'
        '<link rel="apple-touch-icon" href="/apple-touch-icon.png">\n'
    )
    return {"favicon.ico": _inside(image, 48, 1.0), "apple-touch-icon.png": touch}, {"head.html": html.encode()}


def _pwa(image: Image.Image, look: _Look) -> _Made:
    maskable = on_ground(_in_circle(image, 512, MASKABLE_SAFE), look.ground)
    pictures = {"icon-192.png": _inside(image, 192, 0.92), "icon-512.png": _inside(image, 512, 0.92)}
    pictures["icon-512-maskable.png"] = maskable
    icons = [
        {"src": file, "sizes": f"{picture.width}x{picture.height}", "type": "image/png"}
        for file, picture in pictures.items()
    ]
    icons[-1]["purpose"] = "maskable"
    manifest = {"name": look.name, "icons": icons, "background_color": look.ground, "theme_color": look.ground}
    return pictures, {"manifest.webmanifest": json.dumps(manifest, ensure_ascii=False, indent=2).encode()}


def _ios(image: Image.Image, look: _Look) -> _Made:
    entry = {"filename": "AppIcon.png", "idiom": "universal", "platform": "ios", "size": "1024x1024"}
    contents = {"images": [entry], "info": {"author": "easel", "version": 1}}
    return {"AppIcon.png": on_ground(_inside(image, IOS, IOS_SHARE), look.ground)}, {
        "Contents.json": json.dumps(contents, indent=2).encode()
    }


def _android(image: Image.Image, look: _Look) -> _Made:
    foreground = _in_circle(image, ADAPTIVE, ADAPTIVE_SAFE)
    pictures = {
        "ic_launcher_foreground.png": foreground,
        "ic_launcher_background.png": Image.new("RGB", (ADAPTIVE, ADAPTIVE), ImageColor.getrgb(look.ground)),
        "ic_launcher_monochrome.png": glyph(foreground, "#000000"),
        "play-store-512.png": on_ground(_inside(image, 512, 0.8), look.ground),
    }
    layers = "".join(
        f'    <{layer} android:drawable="@drawable/ic_launcher_{layer}"/>\n'
        for layer in ("background", "foreground", "monochrome")
    )
    xml = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<adaptive-icon xmlns:android="http://schemas.android.com/apk/res/android">\n'
        f"{layers}</adaptive-icon>\n"
    )
    return pictures, {"ic_launcher.xml": xml.encode()}


def _glyph(image: Image.Image, look: _Look) -> _Made:
    return {"glyph.png": glyph(_inside(image, 512, 0.92), look.colour)}, {}


def _duotone(image: Image.Image, look: _Look) -> _Made:
    return {"duotone.png": duotone(_inside(image, 512, 0.92), look.colour)}, {}


ICON_SETS: dict[str, Callable[[Image.Image, _Look], _Made]] = {
    "favicon": _favicon,
    "pwa": _pwa,
    "ios": _ios,
    "android": _android,
    "glyph": _glyph,
    "duotone": _duotone,
}


def glyph(image: Image.Image, colour: str = "#000000") -> Image.Image:
    """RGBA in one colour: what is dark of the picture where that surrounds it; else its silhouette, in which eyes and
    all else that is dark are left open, and a seam where something dark reaches the outline.
    """
    dark, alpha, contrast = _dark(image)
    if contrast < LEAST_CONTRAST:
        return _filled(alpha, colour)
    solid, reach = alpha > 0.5, max(1, max(alpha.shape) // SEAM)
    rim = solid & ~eroded(solid, iterations=2 * reach)
    if dark[rim].mean() >= SURROUNDS:
        return _filled(alpha * dark, colour)
    labels, _ = labelled(dark > 0.5)
    outer = np.isin(labels, np.unique(labels[rim])) & (labels > 0)
    seam = dilated(outer, iterations=reach) & ~outer
    open_ = ndimage.gaussian_filter(seam.astype(np.float32), reach / 3)
    return _filled(alpha * (1 - np.maximum(dark * ~outer, np.clip(1.6 * open_, 0, 1))), colour)


def duotone(image: Image.Image, colour: str = "#000000") -> Image.Image:
    """RGBA in one colour of two strengths: what is dark in full, the rest lighter."""
    dark, alpha, _ = _dark(image)
    return _filled(alpha * (SECOND_TONE + (1 - SECOND_TONE) * dark), colour)


def _dark(image: Image.Image) -> tuple[np.ndarray, np.ndarray, float]:
    """How dark each pixel is, 0 or 1 with a soft step between the two groups that part best (Otsu 1979), alpha, and
    how far apart the groups' lightness is.
    """
    pixels = np.asarray(image.convert("RGBA"), np.float32) / 255
    alpha = pixels[..., 3]
    light = pixels[..., :3] @ np.array([0.299, 0.587, 0.114], np.float32)
    near = max(light.shape) / SMOOTH  # what is not seen counts for nothing
    light = ndimage.gaussian_filter(light * alpha, near) / np.maximum(ndimage.gaussian_filter(alpha, near), 1e-3)
    if not (alpha > 0.5).any():
        raise ValueError("The picture shows nothing: its alpha is 0 everywhere. Draw another.")
    counts, edges = np.histogram(light[alpha > 0.5], 64, (0, 1))
    middles = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * middles)
    contrast = (sums[-1] - sums) / np.maximum(above, 1) - sums / np.maximum(below, 1)
    apart = below * above * contrast**2
    step = edges[1:][apart >= apart.max() * 0.999].mean()  # in the middle of the gap, where there is one
    return np.clip((step - light) / 0.06 + 0.5, 0, 1), alpha, float(contrast[apart.argmax()] * (apart.max() > 0))


def _filled(shape: np.ndarray, colour: str) -> Image.Image:
    Decoration(colour=colour)
    filled = Image.new("RGBA", shape.shape[::-1], ImageColor.getrgb(colour))
    filled.putalpha(Image.fromarray(np.rint(shape * 255).astype(np.uint8)))
    return filled


def _inside(image: Image.Image, side: int, share: float) -> Image.Image:
    """RGBA: within the middle `share` of a square."""
    return fitted(image, (side, side), Decoration(margin=round((1 - share) * side / 2)))


def _in_circle(image: Image.Image, side: int, share: float) -> Image.Image:
    """RGBA: its bounding box within the circle whose diameter is `share` of a square's side."""
    box = image.convert("RGBA").getchannel("A").getbbox() or (0, 0, *image.size)
    width, height = box[2] - box[0], box[3] - box[1]
    diagonal = (width * width + height * height) ** 0.5
    return _inside(image, side, share * max(width, height) / diagonal - 2 / side)
