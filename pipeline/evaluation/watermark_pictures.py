"""Pictures for the watermark's tables: drawn by the bundle, composed from cut-outs, or read from files."""

import io
import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import torch
from PIL import Image
from tqdm import tqdm

from pipeline.data.cutouts import load_cutouts
from pipeline.data.scenes import BACKGROUNDS, SceneComposer
from pipeline.loading.weights import load_pipeline
from pipeline.watermark import embed_checked
from pipeline.watermark.visible import to_rgb

__all__ = ["compose_pictures", "draw_pictures", "read_images", "read_pictures"]

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
STYLES = ("3d render", "cartoon", "flat sticker", "gradient vector", "flat geometric")
THINGS = (
    "red apple, cat, dog, house, rocket, tree, fish, car, guitar, pizza, owl, umbrella, penguin, crown, cactus, "
    "whale, lemon, bicycle, butterfly, key, castle, mushroom, clock, train, robot, carrot, heart, star, snowman, "
    "camera, fox, balloon, cup of coffee, book, rose, sailboat, hamburger, moon, turtle, drum"
).split(", ")


def draw_pictures(weights: str, count: int, folder: Path) -> None:
    """Draw so many things, in all styles and on all grounds, and keep each as it was just before it was marked."""
    pipe = load_pipeline(weights)
    folder.mkdir(parents=True, exist_ok=True)
    grounds = list(BACKGROUNDS)
    for index in tqdm(range(count), desc="draw", unit="picture"):
        thing, ground = THINGS[index % len(THINGS)], grounds[index % len(grounds)]
        style = STYLES[(index // len(THINGS) + index) % len(STYLES)]
        with mock.patch("pipeline.text_to_image.embed_checked", wraps=embed_checked) as marking:
            generator = torch.Generator().manual_seed(index)
            pipe(f"a {thing}, {style}, on a {ground} background", generator=generator)
        marking.call_args.args[0].save(folder / f"{index:04d} {thing} {style} {ground}.png")


def compose_pictures(cutouts: Path, size: int = 256, seed: int = 0) -> Iterator[Image.Image]:
    """Scenes of real cut-outs on plain grounds, without end."""
    composer, rng = SceneComposer(load_cutouts(cutouts, size=size, tiers=("core",)), size), random.Random(seed)
    while True:
        yield Image.fromarray(composer.compose(rng).image)


def read_pictures(path: Path, limit: int | None = None) -> Iterator[Image.Image]:
    """RGB pictures of a folder (its subfolders too) or a zip, in order of name, evenly thinned out to `limit`."""
    return (Image.fromarray(to_rgb(image)) for image in read_images(path, limit))


def read_images(path: Path, limit: int | None = None) -> Iterator[Image.Image]:
    """The same pictures as they are stored, alpha and all."""
    if zipfile.is_zipfile(path):
        archive = zipfile.ZipFile(path)
        names = sorted(name for name in archive.namelist() if name.lower().endswith(SUFFIXES))
        read: Callable = archive.read
    elif path.is_dir():
        names = sorted(file for file in path.rglob("*") if file.suffix.lower() in SUFFIXES)
        read = Path.read_bytes
    else:
        raise FileNotFoundError(f"`--input` takes a folder or a zip of pictures, got {path}.")
    if not names:
        raise FileNotFoundError(f"`--input` holds no {', '.join(SUFFIXES)} picture: {path}.")
    if limit and limit < len(names):
        names = [names[index * len(names) // limit] for index in range(limit)]
    for name in names:
        yield Image.open(io.BytesIO(read(name)))
