"""Photographs of groceries, what their shop says about them, and bags of them.

Reads the Grocery Store Dataset (Klasson, Zhang, Kjellström, WACV 2019, MIT): archives of photographs with
`metadata.jsonl`, and `products.json` with a text for each of the 81 products. A bag is 2 to 5 photographs of one
product.

Three disjoint parts of every seen product's photographs, cut in file order so that neighbouring shots stay together:
the first 45 % train the visual encoder, the next 25 % train what reads bags, the last 30 % are for testing. An encoder
knows its own training photographs too well for a pooling to learn from them. One product of every coarse class that
has several is unseen: nothing is trained on any photograph of it.
"""

import io
import json
import re
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

__all__ = ["ATTRIBUTES", "Bag", "Grocery", "Product", "load_grocery", "sample_bags"]

PHOTO_SIZE = 112  # pixels; leaves room to crop 96
ENCODER_SHARE, BAG_SHARE = 0.45, 0.25  # of a seen product's photographs; the rest is for testing
COLOURS = ("green", "yellow", "red", "orange", "brown", "violet", "purple", "white", "black")
CAPTION_WORDS = 20


@dataclass(frozen=True)
class Product:
    """One product: its ids, the words said about it, and whether training may see it."""

    fine_id: int
    fine: str
    coarse: str
    coarse_id: int
    caption: tuple[str, ...]  # first sentence of the description, lower case, at most CAPTION_WORDS words
    attributes: dict[str, str]  # one value per name in ATTRIBUTES
    seen: bool


@dataclass(frozen=True)
class Bag:
    """Photographs (rows of `Grocery.photos`) of one product (row of `Grocery.products`)."""

    product: int
    photos: tuple[int, ...]


@dataclass(frozen=True)
class Grocery:
    """photos: (num_photos, PHOTO_SIZE, PHOTO_SIZE, 3) uint8; product and part: (num_photos,) int and str."""

    photos: np.ndarray
    product: np.ndarray
    part: np.ndarray
    products: tuple[Product, ...]

    def rows(self, part: str) -> dict[int, np.ndarray]:
        """Rows of `photos` of each product that has any in `part` ("encoder", "bags", "test" or "unseen")."""
        rows = {p: np.flatnonzero((self.part == part) & (self.product == p)) for p in range(len(self.products))}
        return {p: r for p, r in rows.items() if len(r)}

    @cached_property
    def attribute_values(self) -> dict[str, tuple[str, ...]]:
        """The values each attribute takes, sorted."""
        return {name: tuple(sorted({p.attributes[name] for p in self.products})) for name in ATTRIBUTES}


def load_grocery(root: Path) -> Grocery:
    """Read train.zip, val.zip and products.json under `root`. Raises FileNotFoundError naming what is missing."""
    for name in ("train.zip", "val.zip", "products.json"):
        if not (root / name).is_file():
            raise FileNotFoundError(
                f"`--input` needs {name}, got {root}, which has none. Point it at the grocery folder."
            )
    texts = json.loads((root / "products.json").read_text(encoding="utf-8"))
    texts.sort(key=lambda row: row["fine_id"])
    row_of = {text["fine_id"]: row for row, text in enumerate(texts)}
    photos, product = [], []
    for name in ("train.zip", "val.zip"):
        with zipfile.ZipFile(root / name) as archive:
            records = [json.loads(line) for line in archive.read("metadata.jsonl").splitlines()]
            for record in sorted(records, key=lambda record: record["file_name"]):
                image = Image.open(io.BytesIO(archive.read(record["file_name"]))).convert("RGB")
                photos.append(np.asarray(image.resize((PHOTO_SIZE, PHOTO_SIZE), Image.Resampling.BOX)))
                product.append(row_of[record["fine_id"]])
                texts[product[-1]]["section"] = record["section"]
    unseen = _second_of_each_coarse(texts)
    products = tuple(_parse_product(text, seen=text["fine_id"] not in unseen) for text in texts)
    product = np.array(product)
    part = np.full(len(product), "unseen", dtype="<U7")
    for row, item in enumerate(products):
        if item.seen:
            mine = np.flatnonzero(product == row)
            first, second = round(ENCODER_SHARE * len(mine)), round((ENCODER_SHARE + BAG_SHARE) * len(mine))
            part[mine[:first]], part[mine[first:second]], part[mine[second:]] = "encoder", "bags", "test"
    return Grocery(np.stack(photos), product, part, products)


def sample_bags(
    rows: dict[int, np.ndarray],
    bags_per_product: int,
    generator: np.random.Generator,
    sizes: tuple[int, ...] = (2, 3, 4, 5),
) -> list[Bag]:
    """`bags_per_product` bags for each product, their sizes taken in turn, photographs without repetition in a bag.

    rows: product -> rows of its photographs. A product with fewer photographs than a size gives a bag of all of them.
    """
    bags = []
    for product, photos in rows.items():
        for index in range(bags_per_product):
            size = min(sizes[index % len(sizes)], len(photos))
            bags.append(Bag(product, tuple(generator.choice(photos, size, replace=False).tolist())))
    return bags


def _second_of_each_coarse(texts: list[dict]) -> set[int]:
    by_coarse: dict[str, list[int]] = {}
    for row in texts:
        by_coarse.setdefault(row["coarse"], []).append(row["fine_id"])
    return {ids[1] for ids in by_coarse.values() if len(ids) > 1}


def _parse_product(row: dict, seen: bool) -> Product:
    sentence = re.split(r"(?<=[a-z])[.!]", row["description"])[0].lower()
    words = tuple(re.findall(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d+", sentence))[:CAPTION_WORDS]
    attributes = {name: read(row) for name, read in ATTRIBUTES.items()}
    return Product(row["fine_id"], row["fine"], row["coarse"], row["coarse_id"], words, attributes, seen)


def _kind(row: dict) -> str:
    if row["section"] != "Packages":
        return row["section"].lower()  # "fruit" or "vegetables"
    coarse = row["coarse"].lower()
    for word, kind in (("juice", "juice"), ("ghurt", "yoghurt"), ("sour", "sour milk"), ("milk", "milk")):
        if word in coarse:
            return kind
    raise ValueError(f"`coarse` of a package must name a juice, a milk or a yoghurt, got {coarse!r}. Extend `_kind`.")


def _maker(row: dict) -> tuple[str, str]:
    """Brand (one word) and volume; "none" and "loose" for fresh food."""
    match = re.search(r"Manufacturer and volume:\s*([A-Z]+)[^,]*,\s*(\S+)", row["information"])
    return (match[1].lower(), match[2]) if match else ("none", "loose")


def _fat(row: dict) -> str:
    """The percentage in the title, in words; only milk products state one."""
    match = re.search(r"Title:[^\n]*?(\d+(?:[.,]\d+)?) ?%", row["information"])
    if match is None:
        return "unstated"
    percent = float(match[1].replace(",", "."))
    return "light" if percent < 2 else "standard" if percent <= 5 else "cream"


def _base(row: dict) -> str:
    coarse = row["coarse"].lower()
    if "soy" in coarse or "oat" in coarse:
        return "soy or oat"
    return "dairy" if _kind(row) in ("milk", "yoghurt", "sour milk") else "plant"


def _organic(row: dict) -> str:
    text = row["description"] + row["information"]
    return "organic" if re.search(r"organic|ecological|krav", text, re.IGNORECASE) else "unstated"


def _taste(row: dict) -> str:
    text = row["description"].lower()
    sweet, sour = "sweet" in text, bool(re.search(r"sour|acid|tart\b|bitter", text))
    return {(True, True): "sweet and sour", (True, False): "sweet", (False, True): "sour"}.get(
        (sweet, sour), "unstated"
    )


def _colour(row: dict) -> str:
    """The first colour word of the description; on a package the words are names of fruit."""
    if row["section"] == "Packages":
        return "unstated"
    words = re.findall(r"[a-z]+", row["description"].lower())
    return next((word for word in words if word in COLOURS), "unstated")


ATTRIBUTES = {
    "kind": _kind,
    "package": lambda row: _maker(row)[1],
    "brand": lambda row: _maker(row)[0],
    "fat": _fat,
    "base": _base,
    "organic": _organic,
    "taste": _taste,
    "colour": _colour,
}
