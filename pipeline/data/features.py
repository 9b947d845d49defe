"""A fixed description of a picture, 117 numbers: what to embed with when there is no embedding model.

Half of it is technical (sharpness at four scales, flatness, JPEG block edges, noise, what happens at the borders),
half is appearance (colour layout and statistics, where the detail lies). No weights, no training; 5 to 10 ms a
picture.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np
import scipy.ndimage
from PIL import Image

from pipeline.data.record import ImageRecord, batches
from pipeline.pictures.decode import UnreadablePicture, flatten

__all__ = ["EmbedImages", "embed_pictures", "picture_features"]

EmbedImages = Callable[[list[Image.Image]], np.ndarray]  # n pictures -> (n, dim) float32

SIDE = 126  # pixels, a multiple of 3; technical measures mean the same thing only at one size
NATIVE = 256  # side of the centre crop where JPEG blocks are looked for, in the file's own pixels
_QUANTILES = (0.5, 0.75, 0.9, 0.97, 0.995)


def picture_features(images: list[Image.Image]) -> np.ndarray:
    """(n, 117) float32 for n pictures of any mode and size; transparent parts count as white."""
    return np.stack([_describe(flatten(image)) for image in images]).astype(np.float32)


def embed_pictures(
    records: Iterable[ImageRecord], *, embed_images: EmbedImages = picture_features, batch_size: int = 16
) -> Iterator[ImageRecord]:
    """Sets `image_embeds` of every record in the set. A picture that cannot be read any more is dropped."""
    for batch in batches(records, batch_size):
        images, outcomes = [], {}
        for index, record in enumerate(batch):
            if record.dropped:
                outcomes[index] = record
                continue
            try:
                images.append(record.picture().image)
            except (UnreadablePicture, OSError) as error:
                outcomes[index] = record.drop("embed", "cannot be read", str(error))
        embeds = iter(embed_images(images)) if images else iter(())
        for index, record in enumerate(batch):
            yield outcomes[index] if index in outcomes else replace(record, image_embeds=next(embeds))


def _describe(image: Image.Image) -> np.ndarray:
    resized = image.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    colour = np.ascontiguousarray(np.moveaxis(np.asarray(resized, dtype=np.float32) / 255, 2, 0))  # (3, side, side)
    grey = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]  # ITU-R BT.601
    return np.concatenate(
        [_sharpness(grey), _flatness(image), _borders(colour), _colours(colour), _layout(resized, grey)]
    )


def _sharpness(grey: np.ndarray) -> np.ndarray:
    """Quantiles of the gradient and the Laplacian, and the detail at four scales with their ratios: 21 numbers."""
    gradient = np.hypot(scipy.ndimage.sobel(grey, 0), scipy.ndimage.sobel(grey, 1))
    laplacian = np.abs(scipy.ndimage.laplace(grey))
    energies = []
    level = grey
    for _ in range(4):
        smooth = scipy.ndimage.gaussian_filter(level, 1)
        energies.append(np.log(np.mean((level - smooth) ** 2) + 1e-7))
        level = smooth[::2, ::2]
    calm = gradient <= np.quantile(gradient, 0.4)
    noise = np.log(laplacian[calm].mean() + 1e-4)
    near_edges = (scipy.ndimage.maximum_filter(gradient, 9) > 0.5) & (gradient < 0.15)
    ringing = np.log(laplacian[near_edges].mean() + 1e-4) if near_edges.any() else -9.0
    return np.concatenate(
        [
            np.log(np.quantile(gradient, _QUANTILES) + 1e-3),
            np.log(np.quantile(laplacian, _QUANTILES) + 1e-3),
            energies,
            np.diff(energies),
            [
                noise,
                ringing,
                np.log(np.quantile(laplacian, 0.995) / (gradient.max() + 1e-3) + 1e-3),
            ],
            [np.mean(gradient > 0.3)],
        ]
    )


def _flatness(image: Image.Image) -> np.ndarray:
    """What re-encoding destroys, in the file's own pixels: exact flatness, steps of one or two, block edges: 6
    numbers."""
    width, height = image.size
    left, top = max(0, width - NATIVE) // 2 // 8 * 8, max(0, height - NATIVE) // 2 // 8 * 8
    values = np.asarray(image.convert("L").crop((left, top, min(width, left + NATIVE), min(height, top + NATIVE))))
    steps = np.abs(np.diff(values.astype(np.int16), axis=1))
    columns = steps.mean(axis=0) + 1e-3
    on_grid = np.arange(1, len(columns) + 1) % 8 == 0
    blocks = np.log(columns[on_grid].mean() / columns[~on_grid].mean()) if on_grid.any() else 0.0
    share = [np.mean(steps == 0), np.mean(steps == 1), np.mean((steps > 1) & (steps < 6)), np.mean(steps > 40)]
    return np.array([*share, blocks, np.log2(min(width, height))])


def _borders(colour: np.ndarray) -> np.ndarray:
    """Whether something is cut off: how each side differs from the commonest border colour, and where the mass is:
    11."""
    edge = [colour[:, :3].reshape(3, -1), colour[:, -3:].reshape(3, -1)]
    edge += [colour[:, :, :3].reshape(3, -1), colour[:, :, -3:].reshape(3, -1)]
    ground = np.median(np.concatenate(edge, axis=1), axis=1)
    touched = [np.mean(np.abs(side - ground[:, None]).max(axis=0) > 0.12) for side in edge]
    mask = np.abs(colour - ground[:, None, None]).max(axis=0) > 0.12
    rows, columns = mask.mean(axis=1), mask.mean(axis=0)
    place = np.arange(SIDE) / SIDE
    centre = [(rows * place).sum() / (rows.sum() + 1e-6), (columns * place).sum() / (columns.sum() + 1e-6)]
    extent = [np.mean(rows > 0.02), np.mean(columns > 0.02)]
    return np.array([*touched, max(touched), np.mean(mask), *centre, *extent, np.concatenate(edge).std()])


def _colours(colour: np.ndarray) -> np.ndarray:
    """Mean and spread of colour and saturation, colourfulness, number of colours, entropy of brightness: 13
    numbers."""
    flat = colour.reshape(3, -1)
    saturation = flat.max(axis=0) - flat.min(axis=0)
    red_green, yellow_blue = flat[0] - flat[1], (flat[0] + flat[1]) / 2 - flat[2]
    colourfulness = np.hypot(red_green.std(), yellow_blue.std())  # Hasler and Suesstrunk 2003, without the mean term
    red, green, blue = (flat * 15.99).astype(np.int64)
    counts = np.sort(np.bincount(red * 256 + green * 16 + blue))[::-1] / flat.shape[1]
    used = counts[counts > 0]
    entropy = -(used * np.log(used)).sum()
    return np.array(
        [*flat.mean(axis=1), *flat.std(axis=1), saturation.mean(), saturation.std(), colourfulness]
        + [np.log(len(used)), counts[0], counts[:4].sum(), entropy]
    )


def _layout(resized: Image.Image, grey: np.ndarray) -> np.ndarray:
    """Detail in each ninth of the picture, their spread, and the picture at 4x4 pixels: 66 numbers, all cheap to
    read."""
    detail = np.abs(scipy.ndimage.laplace(grey))
    cells = detail.reshape(3, SIDE // 3, 3, SIDE // 3).mean(axis=(1, 3)).ravel()
    cells = np.log(cells + 1e-3)
    tiny = np.asarray(resized.resize((4, 4), Image.Resampling.BOX), dtype=np.float32).ravel() / 255
    ninths = grey.reshape(3, SIDE // 3, 3, SIDE // 3).std(axis=(1, 3)).ravel()
    return np.concatenate([cells, [cells.std()], ninths[:8], tiny])
