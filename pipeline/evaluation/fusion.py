"""Several photographs of one product read as one: which fusion reads best?

python -m pipeline.evaluation.fusion --input ../shared/data/grocery

The experiment of MIVC (Wu et al., WACV 2024) on the Grocery Store Dataset, with a small visual encoder of our own.
Bags of 2 to 5 photographs of one product are read for its category (fine and coarse), its attributes and a caption,
by the four poolings of `ImageFusion`, by a set transformer, and by the baseline that tiles the photographs into one.

Beyond the paper, `TextAttention` weighs the photographs by what is asked of them: a question for each task, the same
for every product, so that it says nothing of an answer.

Settings:
- fine-tuned: projection, fusion and heads are trained on bags of the products they are tested on;
- plugged in: projection and heads are trained on single photographs only, the fusion is put between them untrained;
- unseen products: fine-tuned as above, tested on products of which nothing saw a photograph. The fine category is then
  the unseen product whose stated attributes are likeliest (direct attribute prediction, Lampert et al. 2009);
- uninformative: fine-tuned and tested on bags in which one or two photographs say little of the product, beside two
  or three that do. "informative alone" is the fine-tuned mean without the others: what leaving them out would give;
- class told: the same bags, and the questions name the coarse class ("Which milk is this?"), for a reader whose
  pooling cannot hear it and one whose pooling can. The heads of both hear it, so compare them with each other alone.

The encoder is trained once, for `--minutes`; it, its features and the figures of every finished seed are kept in
`--output`, and the same command goes on from there. The questions are embedded by the text encoder of `--weights`.
"""

import argparse
import json
import logging
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer, BertModel

from pipeline.atomic import new_file, write_file
from pipeline.evaluation.bag_reader import QUESTIONS, READER_FUSIONS, BagReader, CaptionWords
from pipeline.evaluation.bag_training import (
    Features,
    ask,
    evaluate,
    fine_right,
    shares_by_kind,
    some_bags,
    stack_bags,
    train_reader,
)
from pipeline.evaluation.fusion_report import (
    MIXED_SETTINGS,
    SETTINGS,
    draw_figure,
    print_shares,
    print_table,
    print_verdict,
)
from pipeline.evaluation.grocery import Bag, Grocery, load_grocery, sample_bags
from pipeline.evaluation.photo_encoder import (
    extract_features,
    load_encoder,
    make_collage,
    photos_to_pixels,
    random_views,
    train_encoder,
)
from pipeline.evaluation.uninformative import INFORMATIVE, SHELVES, blur, draw_shelf, kinds_of, sample_mixed_bags
from pipeline.language.text_states import encode_texts, sentence_embeds

__all__ = ["cache_features", "embed_questions", "main", "run_mixed_seed", "run_seed"]

log = logging.getLogger(__name__)

READERS = ("collage", *READER_FUSIONS)
VIEWS = 4  # random views of every photograph that bags are trained on
COLLAGES_PER_PRODUCT = 40  # for training
TEST_BAGS_PER_PRODUCT = 12  # three of each size from 2 to 5
WEIGHING = ("mean", "max", "attention", "gated", "text attention")
BATCH = 64


def cache_features(grocery: Grocery, encoder: torch.nn.Module, questions: torch.Tensor) -> Features:
    """Run the encoder over all photographs, the random views, the collages and the uninformative photographs."""
    generator = torch.Generator().manual_seed(0)
    shelf_generator = np.random.default_rng(0)
    shelves = np.stack([draw_shelf(shelf_generator) for _ in range(SHELVES)])
    photos = extract_features(encoder, grocery.photos)
    dull = torch.cat([extract_features(encoder, blur(grocery.photos)), extract_features(encoder, shelves)])
    rows = np.flatnonzero(grocery.part == "bags")
    pixels = photos_to_pixels(grocery.photos[rows])
    views = photos.new_zeros(VIEWS, *photos.shape)
    for view in range(VIEWS):
        views[view, rows] = extract_features(encoder, random_views(pixels, generator))
    bags = sample_bags(grocery.rows("bags"), COLLAGES_PER_PRODUCT, np.random.default_rng(0))
    place = {row: index for index, row in enumerate(rows)}
    collages = [make_collage(random_views(pixels[[place[row] for row in bag.photos]], generator)) for bag in bags]
    return Features(
        plain=torch.cat([photos, dull]),
        views=torch.cat([views, dull.expand(VIEWS, -1, -1)], dim=1),
        collages=extract_features(encoder, torch.stack(collages)),
        collage_product=torch.tensor([bag.product for bag in bags]),
        questions=questions,
    )


@torch.no_grad()
def embed_questions(grocery: Grocery, weights: Path) -> torch.Tensor:
    """(1 + coarse classes, tasks, text_dim), unit length: what is asked of a product, then of each coarse class."""
    tokenizer = AutoTokenizer.from_pretrained(weights / "tokenizer")
    text_encoder = BertModel.from_pretrained(weights / "text_encoder").eval()
    coarse = {product.coarse_id: product.coarse.lower().replace("-", " ") for product in grocery.products}
    things = ["product", *(coarse[number] for number in sorted(coarse))]
    texts = [question.format(thing) for thing in things for question in QUESTIONS.values()]
    states = encode_texts(texts, tokenizer, text_encoder, text_encoder.device)
    return torch.from_numpy(sentence_embeds(states)).view(len(things), len(QUESTIONS), -1)


def collage_features(grocery: Grocery, encoder: torch.nn.Module, bags: list[Bag]) -> torch.Tensor:
    """(len(bags), dim): features of each bag tiled into one picture."""
    return extract_features(
        encoder, torch.stack([make_collage(photos_to_pixels(grocery.photos[list(bag.photos)])) for bag in bags])
    )


def run_seed(grocery: Grocery, encoder: torch.nn.Module, features: Features, steps: int, seed: int) -> list[dict]:
    """All readers in the first three settings with one seed; the same test bags for all. A record a row of the table,
    and the bound of the fourth setting.
    """
    words, generator = CaptionWords(grocery), np.random.default_rng(1000 + seed)
    parts = {part: sample_bags(grocery.rows(part), TEST_BAGS_PER_PRODUCT, generator) for part in ("test", "unseen")}
    singles = sample_bags(grocery.rows("test"), TEST_BAGS_PER_PRODUCT, generator, sizes=(1,))
    inputs = {part: _inputs(grocery, encoder, features, bags) for part, bags in parts.items()}
    single_inputs = _inputs(grocery, encoder, features, singles)
    records = []

    def record(setting: str, name: str, reader: BagReader, part: str, kind: str) -> np.ndarray:
        figures, right = evaluate(reader, grocery, words, parts[part], *inputs[part][kind])
        records.append({"setting": setting, "reader": name, "seed": seed, "figures": figures})
        return right

    several = some_bags(grocery, (2, 3, 4, 5))
    for name in READERS:
        reader = train_reader(grocery, words, features, name, several, steps, seed)
        kind = "collage" if name == "collage" else "bag"
        right = record("fine-tuned", name, reader, "test", kind)
        right_single = fine_right(reader, singles, *single_inputs[kind])
        counts = np.array([len(bag.photos) for bag in parts["test"]])
        by_size = {1: right_single.mean()} | {size: right[counts == size].mean() for size in (2, 3, 4, 5)}
        records[-1]["fine accuracy by size"] = {size: 100 * float(value) for size, value in by_size.items()}
        if name in WEIGHING:
            kinds = [kinds_of(grocery, bag) for bag in parts["test"]]
            records[-1]["shares"] = shares_by_kind(reader, kinds, *inputs["test"]["bag"])
        record("unseen products", name, reader, "unseen", kind)
        if name == "mean":
            records.append(_informative_alone(grocery, words, features, reader, seed))
        log.info("seed %d, %s: fine-tuned %.1f %% fine accuracy", seed, name, 100 * right.mean())
    one = some_bags(grocery, (1,))
    plain = train_reader(grocery, words, features, "mean", one, steps, seed)
    record("plugged in", "one photograph", plain, "test", "first")
    record("plugged in", "collage", plain, "test", "collage")
    for fusion_type in ("mean", "max", "attention", "gated"):
        plain.fusion_type = fusion_type
        record("plugged in", fusion_type, plain, "test", "bag")
    mixer = train_reader(grocery, words, features, "set transformer", one, steps, seed)
    record("plugged in", "set transformer", mixer, "test", "bag")
    return records


def run_mixed_seed(grocery: Grocery, features: Features, steps: int, seed: int) -> list[dict]:
    """All readers of bags with uninformative photographs with one seed; the same test bags for all."""
    words, bags = CaptionWords(grocery), _mixed_test_bags(grocery, seed)
    seen = list(grocery.rows("bags"))

    def sampler(generator: np.random.Generator) -> list[Bag]:
        return sample_mixed_bags(grocery, "bags", generator.choice(seen, BATCH).tolist(), generator)

    index, mask, product = stack_bags(bags)
    kinds = [kinds_of(grocery, bag) for bag in bags]
    records = []
    rows = [("uninformative", name, False) for name in READER_FUSIONS]
    rows += [("class told", name, True) for name in ("mean", "text attention")]
    for setting, name, told in rows:
        reader = train_reader(grocery, words, features, name, sampler, steps, seed, told)
        given = features.plain[index], mask, ask(grocery, features, product, told)
        figures, right = evaluate(reader, grocery, words, bags, *given)
        records.append({"setting": setting, "reader": name, "seed": seed, "figures": figures})
        if name in WEIGHING:
            records[-1]["shares"] = shares_by_kind(reader, kinds, *given)
        log.info("seed %d, %s, %s: %.1f %% fine accuracy", seed, setting, name, 100 * right.mean())
    return records


def _mixed_test_bags(grocery: Grocery, seed: int) -> list[Bag]:
    products = [product for product in grocery.rows("test") for _ in range(TEST_BAGS_PER_PRODUCT)]
    return sample_mixed_bags(grocery, "test", products, np.random.default_rng(2000 + seed))


def _informative_alone(
    grocery: Grocery, words: CaptionWords, features: Features, reader: BagReader, seed: int
) -> dict:
    """What a reader of whole bags makes of the mixed ones without their uninformative photographs."""
    bags = []
    for bag in _mixed_test_bags(grocery, seed):
        kinds = kinds_of(grocery, bag)
        kept = tuple(row for row, kind in zip(bag.photos, kinds, strict=True) if kind == INFORMATIVE)
        bags.append(Bag(bag.product, kept))
    index, mask, product = stack_bags(bags)
    given = features.plain[index], mask, ask(grocery, features, product)
    figures, _ = evaluate(reader, grocery, words, bags, *given)
    return {"setting": "uninformative", "reader": "informative alone", "seed": seed, "figures": figures}


def _inputs(
    grocery: Grocery, encoder: torch.nn.Module, features: Features, bags: list[Bag]
) -> dict[str, tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Features, mask and questions of `bags` as the readers take them: the bag, its collage, its first photograph."""
    index, mask, product = stack_bags(bags)
    one = torch.ones(len(bags), 1, dtype=torch.bool)
    plain, texts = features.plain[index], ask(grocery, features, product)
    collage = collage_features(grocery, encoder, bags).unsqueeze(1)
    return {"bag": (plain, mask, texts), "collage": (collage, one, texts), "first": (plain[:, :1], one, texts)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--input", type=Path, required=True, help="folder with train.zip, val.zip and products.json")
    parser.add_argument("--output", type=Path, default=Path("runs/fusion"), help="encoder, results and fusion.svg")
    parser.add_argument("--weights", type=Path, default=Path("weights"), help="model folder (default: %(default)s)")
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
        tensors = vars(cache_features(grocery, encoder, embed_questions(grocery, arguments.weights)))
        with new_file(cached) as aside:
            save_file(tensors, aside)
    features = Features(**load_file(cached))
    records, steps = [], arguments.steps
    for seed in range(arguments.seeds):
        for name, run in (
            ("seed", lambda seed=seed: run_seed(grocery, encoder, features, steps, seed)),
            ("mixed_seed", lambda seed=seed: run_mixed_seed(grocery, features, steps, seed)),
        ):
            kept = arguments.output / f"{name}_{seed}_of_{steps}_steps.json"
            if not kept.is_file():
                write_file(kept, json.dumps(run(), indent=1) + "\n")
            records += json.loads(kept.read_text(encoding="utf-8"))
    print_table(records)
    for settings in (SETTINGS, MIXED_SETTINGS):
        print_verdict(records, settings)
    print_shares(records)
    draw_figure(records, arguments.output / "fusion.svg")
    print(f"\n{(time.monotonic() - start) / 60:.1f} minutes; figure: {arguments.output / 'fusion.svg'}")


if __name__ == "__main__":
    main()
