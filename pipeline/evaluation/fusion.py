"""Several photographs of one product read as one: which fusion reads best?

python -m pipeline.evaluation.fusion --input ../shared/data/grocery

The experiment of MIVC (Wu et al., WACV 2024) on the Grocery Store Dataset, with a small visual encoder of our own.
Bags of 2 to 5 photographs of one product are read for its category (fine and coarse), its attributes and a caption,
by the four poolings of `ImageFusion`, by a set transformer, and by the baseline that tiles the photographs into one.

Settings:
- fine-tuned: projection, fusion and heads are trained on bags of the products they are tested on;
- plugged in: projection and heads are trained on single photographs only, the fusion is put between them untrained;
- unseen products: fine-tuned as above, tested on products of which nothing saw a photograph. The fine category is then
  the unseen product whose stated attributes are likeliest (direct attribute prediction, Lampert et al. 2009).

The encoder is trained once, for `--minutes`; it, its features and the figures of every finished seed are kept in
`--output`, and the same command goes on from there.
"""

import argparse
import json
import logging
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from sklearn.metrics import precision_recall_fscore_support

from pipeline.atomic import new_file, write_file
from pipeline.evaluation.bag_reader import READER_FUSIONS, BagReader, Vocabulary
from pipeline.evaluation.caption_scores import bleu, cider, document_frequency, word_overlap
from pipeline.evaluation.fusion_report import draw_figure, print_table, print_verdict
from pipeline.evaluation.grocery import ATTRIBUTES, Bag, Grocery, load_grocery, sample_bags
from pipeline.evaluation.photo_encoder import (
    extract_features,
    load_encoder,
    make_collage,
    photos_to_pixels,
    random_views,
    train_encoder,
)

__all__ = ["Features", "evaluate", "largest_share", "main", "run_seed", "train_reader"]

log = logging.getLogger(__name__)

READERS = ("collage", *READER_FUSIONS)
VIEWS = 4  # random views of every photograph that bags are trained on
COLLAGES_PER_PRODUCT = 40  # for training
TEST_BAGS_PER_PRODUCT = 12  # three of each size from 2 to 5
MAX_IMAGES = 5
BATCH, LEARNING_RATE, WEIGHT_DECAY = 64, 2e-3, 0.01
CAPTION_BATCH = 16  # bags of a batch that are also captioned, which costs as much as all the rest


@dataclass(frozen=True)
class Features:
    """Cached features, so that nothing below runs the encoder again.

    plain: (num_photos, dim). views: (VIEWS, num_photos, dim), zeros outside the part "bags".
    collages: (n, dim) of training bags; collage_product: (n,) their products.
    """

    plain: torch.Tensor
    views: torch.Tensor
    collages: torch.Tensor
    collage_product: torch.Tensor


def cache_features(grocery: Grocery, encoder: torch.nn.Module) -> Features:
    """Run the encoder over all photographs, the random views and the collages that training needs."""
    generator = torch.Generator().manual_seed(0)
    plain = extract_features(encoder, grocery.photos)
    rows = np.flatnonzero(grocery.part == "bags")
    pixels = photos_to_pixels(grocery.photos[rows])
    views = plain.new_zeros(VIEWS, *plain.shape)
    for view in range(VIEWS):
        views[view, rows] = extract_features(encoder, random_views(pixels, generator))
    bags = sample_bags(grocery.rows("bags"), COLLAGES_PER_PRODUCT, np.random.default_rng(0))
    place = {row: index for index, row in enumerate(rows)}
    collages = [make_collage(random_views(pixels[[place[row] for row in bag.photos]], generator)) for bag in bags]
    products = torch.tensor([bag.product for bag in bags])
    return Features(plain, views, extract_features(encoder, torch.stack(collages)), products)


def collage_features(grocery: Grocery, encoder: torch.nn.Module, bags: list[Bag]) -> torch.Tensor:
    """(len(bags), dim): features of each bag tiled into one picture."""
    return extract_features(
        encoder, torch.stack([make_collage(photos_to_pixels(grocery.photos[list(bag.photos)])) for bag in bags])
    )


def train_reader(
    grocery: Grocery,
    words: Vocabulary,
    features: Features,
    fusion_type: str,
    sizes: tuple[int, ...],
    steps: int,
    seed: int,
) -> BagReader:
    """Train a reader on bags of `sizes` photographs; fusion_type "collage" reads one tiled picture instead."""
    torch.manual_seed(seed)
    generator = np.random.default_rng(seed)
    rows = grocery.rows("bags")
    seen = features.collages if fusion_type == "collage" else features.views[:, grocery.part == "bags"].flatten(0, 1)
    pool = "mean" if fusion_type == "collage" else fusion_type
    reader = BagReader(grocery, words, pool, seen.mean(0), seen.std(0) + 1e-6).train()
    optimizer = torch.optim.AdamW(reader.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
    targets = _targets(grocery, words)
    for _ in range(steps):
        if fusion_type == "collage":
            chosen = torch.from_numpy(generator.integers(len(features.collages), size=BATCH))
            batch, product = features.collages[chosen].unsqueeze(1), features.collage_product[chosen]
            mask = torch.ones(BATCH, 1, dtype=torch.bool)
        else:
            products = generator.choice(list(rows), BATCH)
            bags = [
                Bag(int(p), tuple(generator.permutation(rows[p])[: generator.choice(sizes)].tolist()))
                for p in products
            ]
            view = torch.from_numpy(generator.integers(VIEWS, size=(BATCH, MAX_IMAGES)))
            index, mask, product = _stack_bags(bags)
            batch = features.views[view, index]
        fused = reader.fuse(batch, mask)
        loss = sum(
            F.cross_entropy(logits, targets[name][product]) * (1 / len(ATTRIBUTES) if name in ATTRIBUTES else 1)
            for name, logits in reader.classify(fused).items()
        )
        caption = targets["caption"][product[:CAPTION_BATCH]]
        weight = F.pad((caption[:, :-1] != 0).float(), (1, 0), value=1.0)  # every word, and the end once
        caption_loss = F.cross_entropy(
            reader.caption_logits(fused[:CAPTION_BATCH], caption).transpose(1, 2), caption, reduction="none"
        )
        loss = loss + (caption_loss * weight).sum() / weight.sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return reader.eval()


@torch.no_grad()
def evaluate(
    reader: BagReader, grocery: Grocery, words: Vocabulary, bags: list[Bag], features: torch.Tensor, mask: torch.Tensor
) -> tuple[dict[str, float], np.ndarray]:
    """Every metric in per cent (CIDEr: 0 to 10), and whether the fine category of each bag was right.

    features: (len(bags), num_images, dim), mask: (len(bags), num_images). Precision and recall are macro averages over
    the classes present; an attribute's figures are averaged over the attributes.
    """
    products = np.array([bag.product for bag in bags])
    fused = reader.fuse(features, mask)
    logits = {name: value.log_softmax(-1) for name, value in reader.classify(fused).items()}
    targets = {name: value.numpy()[products] for name, value in _targets(grocery, words).items()}
    predicted = {name: value.argmax(-1).numpy() for name, value in logits.items()}
    if not grocery.products[products[0]].seen:
        predicted["fine"] = _nearest_by_attributes(grocery, words, np.unique(products), logits)
    figures: dict[str, float] = {}
    for task, names in (("fine", ("fine",)), ("coarse", ("coarse",)), ("attributes", tuple(ATTRIBUTES))):
        scores = []
        for name in names:
            precision, recall, _, _ = precision_recall_fscore_support(
                targets[name], predicted[name], labels=np.unique(targets[name]), average="macro", zero_division=0
            )
            scores.append((np.mean(predicted[name] == targets[name]), precision, recall))
        accuracy, precision, recall = 100 * np.mean(scores, axis=0)
        figures |= {f"{task} accuracy": accuracy, f"{task} precision": precision, f"{task} recall": recall}
    written = [words.decode(row) for row in reader.write_captions(fused).tolist()]
    wanted = [grocery.products[product].caption for product in products]
    frequency = document_frequency([product.caption for product in grocery.products])
    precision, recall = word_overlap(written, wanted)
    exact = np.mean([ours == theirs for ours, theirs in zip(written, wanted, strict=True)])
    figures |= {"caption accuracy": 100 * exact, "caption precision": 100 * precision, "caption recall": 100 * recall}
    figures |= {"caption BLEU-4": bleu(written, wanted), "caption CIDEr-D": cider(written, wanted, frequency)}
    return {name: float(value) for name, value in figures.items()}, predicted["fine"] == targets["fine"]


@torch.no_grad()
def largest_share(reader: BagReader, features: torch.Tensor, mask: torch.Tensor) -> float:
    """The largest weight in a bag times the number of its photographs, averaged over bags; 1 if all decide alike."""
    weights = reader.pool(reader.embed(features), mask, fusion_type=reader.fusion_type).weights
    return (weights.amax(1) * mask.sum(1)).mean().item()


def run_seed(grocery: Grocery, encoder: torch.nn.Module, features: Features, steps: int, seed: int) -> list[dict]:
    """All readers in all settings with one seed; the same test bags for all. One record a row of the table."""
    words, generator = Vocabulary(grocery), np.random.default_rng(1000 + seed)
    parts = {part: sample_bags(grocery.rows(part), TEST_BAGS_PER_PRODUCT, generator) for part in ("test", "unseen")}
    singles = sample_bags(grocery.rows("test"), TEST_BAGS_PER_PRODUCT, generator, sizes=(1,))
    inputs = {part: _inputs(grocery, encoder, features, bags) for part, bags in parts.items()}
    single_inputs = _inputs(grocery, encoder, features, singles)
    records = []

    def record(setting: str, name: str, reader: BagReader, part: str, kind: str) -> np.ndarray:
        figures, right = evaluate(reader, grocery, words, parts[part], *inputs[part][kind])
        records.append({"setting": setting, "reader": name, "seed": seed, "figures": figures})
        return right

    for name in READERS:
        reader = train_reader(grocery, words, features, name, (2, 3, 4, 5), steps, seed)
        kind = "collage" if name == "collage" else "bag"
        right = record("fine-tuned", name, reader, "test", kind)
        _, right_single = evaluate(reader, grocery, words, singles, *single_inputs[kind])
        counts = np.array([len(bag.photos) for bag in parts["test"]])
        by_size = {1: right_single.mean()} | {size: right[counts == size].mean() for size in (2, 3, 4, 5)}
        records[-1]["fine accuracy by size"] = {size: 100 * float(value) for size, value in by_size.items()}
        if name in ("attention", "gated"):
            records[-1]["largest share"] = largest_share(reader, *inputs["test"]["bag"])
        record("unseen products", name, reader, "unseen", kind)
        log.info("seed %d, %s: fine-tuned %.1f %% fine accuracy", seed, name, 100 * right.mean())
    plain = train_reader(grocery, words, features, "mean", (1,), steps, seed)
    record("plugged in", "one photograph", plain, "test", "first")
    record("plugged in", "collage", plain, "test", "collage")
    for fusion_type in ("mean", "max", "attention", "gated"):
        plain.fusion_type = fusion_type
        record("plugged in", fusion_type, plain, "test", "bag")
    mixer = train_reader(grocery, words, features, "set transformer", (1,), steps, seed)
    record("plugged in", "set transformer", mixer, "test", "bag")
    return records


def _inputs(
    grocery: Grocery, encoder: torch.nn.Module, features: Features, bags: list[Bag]
) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """Features and mask of `bags` as the readers take them: the bag, its collage, its first photograph."""
    index, mask, _ = _stack_bags(bags)
    one = torch.ones(len(bags), 1, dtype=torch.bool)
    plain = features.plain[index]
    collage = collage_features(grocery, encoder, bags).unsqueeze(1)
    return {"bag": (plain, mask), "collage": (collage, one), "first": (plain[:, :1], one)}


def _stack_bags(bags: list[Bag]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Rows (n, MAX_IMAGES) of photographs, padded with 0; mask (n, MAX_IMAGES); products (n,)."""
    index = torch.zeros(len(bags), MAX_IMAGES, dtype=torch.long)
    mask = torch.zeros(len(bags), MAX_IMAGES, dtype=torch.bool)
    for row, bag in enumerate(bags):
        index[row, : len(bag.photos)] = torch.tensor(bag.photos)
        mask[row, : len(bag.photos)] = True
    return index, mask, torch.tensor([bag.product for bag in bags])


def _targets(grocery: Grocery, words: Vocabulary) -> dict[str, torch.Tensor]:
    """For every task, the right answer of each product: (num_products,), captions (num_products, length)."""
    targets = {
        name: [values.index(product.attributes[name]) for product in grocery.products]
        for name, values in grocery.attribute_values.items()
    }
    targets["fine"] = list(range(len(grocery.products)))
    targets["coarse"] = [product.coarse_id for product in grocery.products]
    targets["caption"] = [words.encode(product.caption) for product in grocery.products]
    return {name: torch.tensor(value) for name, value in targets.items()}


def _nearest_by_attributes(
    grocery: Grocery, words: Vocabulary, candidates: np.ndarray, logits: dict[str, torch.Tensor]
) -> np.ndarray:
    """Rows of products (n,): the candidate whose coarse class and attributes have the highest joint probability."""
    targets = _targets(grocery, words)
    score = sum(logits[name][:, targets[name][candidates]] for name in ("coarse", *ATTRIBUTES))
    return candidates[score.argmax(-1).numpy()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--input", type=Path, required=True, help="folder with train.zip, val.zip and products.json")
    parser.add_argument("--output", type=Path, default=Path("runs/fusion"), help="encoder, results and fusion.svg")
    parser.add_argument(
        "--minutes", type=float, default=10, help="CPU time that trains the encoder (default: %(default)s)"
    )
    parser.add_argument("--steps", type=int, default=300, help="training steps of each reader (default: %(default)s)")
    parser.add_argument("--seeds", type=int, default=3, help="number of seeds (default: %(default)s)")
    arguments = parser.parse_args()
    if arguments.seeds < 2:
        parser.error(f"`--seeds` must be at least 2, got {arguments.seeds}: one run has no spread.")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")

    start = time.monotonic()
    grocery = load_grocery(arguments.input)
    arguments.output.mkdir(parents=True, exist_ok=True)
    path = arguments.output / "encoder.safetensors"
    encoder = load_encoder(path) if path.is_file() else train_encoder(grocery, arguments.minutes, path)
    cached = arguments.output / "features.safetensors"
    if not cached.is_file():
        tensors = vars(cache_features(grocery, encoder))
        with new_file(cached) as aside:
            save_file(tensors, aside)
    features = Features(**load_file(cached))
    records = []
    for seed in range(arguments.seeds):
        kept = arguments.output / f"seed_{seed}_of_{arguments.steps}_steps.json"
        if not kept.is_file():
            text = json.dumps(run_seed(grocery, encoder, features, arguments.steps, seed), indent=1)
            write_file(kept, text + "\n")
        records += json.loads(kept.read_text(encoding="utf-8"))
    print_table(records)
    print_verdict(records)
    draw_figure(records, arguments.output / "fusion.svg")
    print(f"\n{(time.monotonic() - start) / 60:.1f} minutes; figure: {arguments.output / 'fusion.svg'}")


if __name__ == "__main__":
    main()
