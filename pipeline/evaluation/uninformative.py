"""Photographs that say little about a product, and bags that hold one or two of them beside two or three that do.

There are three kinds: a photograph of another product, one of the product blurred until little but its colours is
left, and a bare shelf (drawn: the data set has none). Rows of the features from the number of photographs on are the
blurred ones, in the order of the photographs, and after those the shelves: the first half for training, the rest for
testing.
"""

import numpy as np
from PIL import Image

from pipeline.evaluation.grocery import PHOTO_SIZE, Bag, Grocery

__all__ = ["INFORMATIVE", "KINDS", "SHELVES", "blur", "draw_shelf", "kinds_of", "mix_bag", "sample_mixed_bags"]

INFORMATIVE = "informative"
KINDS = ("another product", "blurred", "bare shelf")
SHELVES = 120
COUNTS = ((2, 1), (3, 1), (2, 2), (3, 2))  # informative and uninformative photographs of a bag
_LEFT = 5  # pixels a side that blurring leaves


def blur(photos: np.ndarray) -> np.ndarray:
    """(n, PHOTO_SIZE, PHOTO_SIZE, 3) uint8 -> the same, each with the detail of a picture of 5 x 5 pixels."""
    size = (PHOTO_SIZE, PHOTO_SIZE)
    small = (Image.fromarray(photo).resize((_LEFT, _LEFT), Image.Resampling.BOX) for photo in photos)
    return np.stack([np.asarray(image.resize(size, Image.Resampling.BICUBIC)) for image in small])


def draw_shelf(generator: np.random.Generator) -> np.ndarray:
    """A bare shelf, (PHOTO_SIZE, PHOTO_SIZE, 3) uint8: a wall, two or three boards with price tags, grain, light."""
    side = PHOTO_SIZE
    tint = generator.uniform(0.9, 1.0, 3)
    pixels = np.full((side, side, 3), generator.uniform(60, 200)) * tint
    pixels *= np.linspace(1.0, generator.uniform(0.6, 1.0), side)[:, None, None]  # darker below
    count = int(generator.integers(2, 4))
    for board in range(count):
        top = int(side * (board + generator.uniform(0.3, 0.7)) / count)
        height = int(generator.integers(4, 12))
        pixels[top : top + height] = generator.uniform(120, 250) * tint
        pixels[top + height : top + 2 * height] *= 0.6  # its shadow
        for _ in range(int(generator.integers(0, 4))):
            left = int(generator.integers(0, side - 16))
            pixels[top : top + height, left : left + int(generator.integers(8, 16))] = generator.uniform(200, 255, 3)
    pixels += generator.normal(0, generator.uniform(2, 8), pixels.shape)
    turned = pixels.transpose(1, 0, 2) if generator.random() < 0.1 else pixels
    return turned.clip(0, 255).astype(np.uint8)


def kinds_of(grocery: Grocery, bag: Bag) -> list[str]:
    """What each photograph of a bag is: INFORMATIVE, or one of KINDS."""
    total = len(grocery.photos)

    def kind(row: int) -> str:
        if row >= 2 * total:
            return "bare shelf"
        if row >= total:
            return "blurred"
        return INFORMATIVE if grocery.product[row] == bag.product else "another product"

    return [kind(row) for row in bag.photos]


def mix_bag(
    grocery: Grocery,
    rows: dict[int, np.ndarray],
    product: int,
    counts: tuple[int, int],
    shelves: np.ndarray,
    generator: np.random.Generator,
) -> Bag:
    """A bag of `product` with so many informative and uninformative photographs, the kinds of the latter at random.

    rows: product -> rows of the photographs that may be used, of two products at least; shelves: which ones may be.
    """
    own = generator.permutation(rows[product]).tolist()
    photos, spare, total = own[: counts[0]], own[counts[0] :] or own, len(grocery.photos)
    others = generator.permutation([other for other in rows if other != product]).tolist()
    for kind in generator.choice(KINDS, counts[1]):
        if kind == "another product":
            photos.append(int(generator.choice(rows[others.pop()])))
        elif kind == "blurred":
            photos.append(total + spare.pop())
        else:
            photos.append(2 * total + int(generator.choice(shelves)))
    return Bag(product, tuple(generator.permutation(photos).tolist()))


def sample_mixed_bags(grocery: Grocery, part: str, products: list[int], generator: np.random.Generator) -> list[Bag]:
    """A bag with uninformative photographs for each of `products`, its COUNTS in turn.

    part: "bags" or "test", whose photographs they hold.
    """
    rows, half = grocery.rows(part), SHELVES // 2
    shelves = np.arange(half) if part == "bags" else np.arange(half, SHELVES)
    return [
        mix_bag(grocery, rows, product, COUNTS[at % len(COUNTS)], shelves, generator)
        for at, product in enumerate(products)
    ]
