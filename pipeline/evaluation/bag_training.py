"""Readers of bags trained and measured, on cached features: no step of it runs the encoder.

A row of the features is a photograph of `Grocery.photos`; after those come the uninformative ones, as
`pipeline.evaluation.uninformative` numbers them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.metrics import precision_recall_fscore_support

from pipeline.evaluation.bag_reader import QUESTIONS, BagReader, CaptionWords
from pipeline.evaluation.caption_scores import bleu, cider, document_frequency, word_overlap
from pipeline.evaluation.grocery import ATTRIBUTES, Bag, Grocery

__all__ = [
    "MAX_IMAGES",
    "Features",
    "ask",
    "evaluate",
    "fine_right",
    "shares_by_kind",
    "some_bags",
    "stack_bags",
    "train_reader",
]

MAX_IMAGES = 5
BATCH, LEARNING_RATE, WEIGHT_DECAY = 64, 2e-3, 0.01
CAPTION_BATCH = 16  # bags of a batch that are also captioned, which costs as much as all the rest
Sampler = Callable[[np.random.Generator], list[Bag]]  # BATCH bags


@dataclass(frozen=True)
class Features:
    """Cached features, so that nothing runs the encoder again.

    Attributes:
        plain: (rows, dim).
        views: (views, rows, dim) of random views, zeros for rows that bags are not trained on.
        collages: (n, dim) of training bags; collage_product: (n,) their products.
        questions: (1 + coarse classes, tasks, text_dim): the embeddings of `QUESTIONS` about a "product", then about
            each coarse class by its name.
    """

    plain: torch.Tensor
    views: torch.Tensor
    collages: torch.Tensor
    collage_product: torch.Tensor
    questions: torch.Tensor


def some_bags(grocery: Grocery, sizes: tuple[int, ...]) -> Sampler:
    """Draws training bags of `sizes` photographs of one product."""
    rows = grocery.rows("bags")

    def sample(generator: np.random.Generator) -> list[Bag]:
        products = generator.choice(list(rows), BATCH)
        return [
            Bag(int(p), tuple(generator.permutation(rows[p])[: generator.choice(sizes)].tolist())) for p in products
        ]

    return sample


def ask(grocery: Grocery, features: Features, product: torch.Tensor, told: bool = False) -> torch.Tensor:
    """The questions' embeddings for bags of `product` (n,): (n, tasks, text_dim).

    They are the same for every bag, so they say nothing of an answer, unless `told`: then they name the coarse class.
    """
    coarse = torch.tensor([item.coarse_id for item in grocery.products])
    return features.questions[1 + coarse[product] if told else torch.zeros_like(product)]


def train_reader(
    grocery: Grocery,
    words: CaptionWords,
    features: Features,
    fusion_type: str,
    sampler: Sampler,
    steps: int,
    seed: int,
    told: bool = False,
) -> BagReader:
    """Train a reader on the bags that `sampler` draws.

    Args:
        grocery, words, features: what it learns.
        fusion_type: one of `READER_FUSIONS`, or "collage", which reads one tiled picture instead of a bag.
        sampler: makes BATCH bags.
        steps, seed: how long, and which weights, bags and views.
        told: whether the reader is told the coarse class, in its questions.
    """
    torch.manual_seed(seed)
    generator = np.random.default_rng(seed)
    rows = np.flatnonzero(grocery.part == "bags")
    seen = features.collages if fusion_type == "collage" else features.views[:, rows].flatten(0, 1)
    pool = "mean" if fusion_type == "collage" else fusion_type
    text_dim = features.questions.shape[-1]
    reader = BagReader(grocery, words, pool, seen.mean(0), seen.std(0) + 1e-6, text_dim, told).train()
    optimizer = torch.optim.AdamW(reader.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
    targets = _targets(grocery, words)
    for _ in range(steps):
        if fusion_type == "collage":
            chosen = torch.from_numpy(generator.integers(len(features.collages), size=BATCH))
            batch, product = features.collages[chosen].unsqueeze(1), features.collage_product[chosen]
            mask = torch.ones(BATCH, 1, dtype=torch.bool)
        else:
            bags = sampler(generator)
            view = torch.from_numpy(generator.integers(len(features.views), size=(BATCH, MAX_IMAGES)))
            index, mask, product = stack_bags(bags)
            batch = features.views[view, index]
        fused = reader.fuse(batch, mask, ask(grocery, features, product, told))
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
def fine_right(
    reader: BagReader, bags: list[Bag], features: torch.Tensor, mask: torch.Tensor, texts: torch.Tensor
) -> np.ndarray:
    """Whether the fine category of each bag of seen products is read rightly: (len(bags),) bool."""
    fine = reader.classify(reader.fuse(features, mask, texts))["fine"].argmax(-1)
    return fine.numpy() == np.array([bag.product for bag in bags])


@torch.no_grad()
def evaluate(
    reader: BagReader,
    grocery: Grocery,
    words: CaptionWords,
    bags: list[Bag],
    features: torch.Tensor,
    mask: torch.Tensor,
    texts: torch.Tensor,
) -> tuple[dict[str, float], np.ndarray]:
    """Every metric in per cent (CIDEr: 0 to 10), and whether the fine category of each bag was right.

    features: (len(bags), num_images, dim), mask: (len(bags), num_images), texts: (len(bags), tasks, text_dim).
    Precision and recall are macro averages over the classes present; an attribute's figures are averaged over the
    attributes.
    """
    products = np.array([bag.product for bag in bags])
    fused = reader.fuse(features, mask, texts)
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
def shares_by_kind(
    reader: BagReader, kinds: list[list[str]], features: torch.Tensor, mask: torch.Tensor, texts: torch.Tensor
) -> dict[str, float]:
    """The weights of the photographs of each kind, in equal shares: 1 is what each has where all decide alike.

    kinds: of every bag's photographs. "largest" beside them is the photograph that decides most, whatever its kind.
    """
    shares = reader.shares(features, mask, texts) * mask.sum(1, keepdim=True)
    by_kind: dict[str, list[float]] = {"largest": shares.amax(1).tolist()}
    for row, own in zip(shares.tolist(), kinds, strict=True):
        for kind, share in zip(own, row, strict=False):  # a row is padded
            by_kind.setdefault(kind, []).append(share)
    return {kind: float(np.mean(values)) for kind, values in by_kind.items()}


def stack_bags(bags: list[Bag]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Rows (n, MAX_IMAGES) of photographs, padded with 0; mask (n, MAX_IMAGES); products (n,)."""
    index = torch.zeros(len(bags), MAX_IMAGES, dtype=torch.long)
    mask = torch.zeros(len(bags), MAX_IMAGES, dtype=torch.bool)
    for row, bag in enumerate(bags):
        index[row, : len(bag.photos)] = torch.tensor(bag.photos)
        mask[row, : len(bag.photos)] = True
    return index, mask, torch.tensor([bag.product for bag in bags])


def _targets(grocery: Grocery, words: CaptionWords) -> dict[str, torch.Tensor]:
    """For every task, the right answer of each product: (num_products,), captions (num_products, length)."""
    targets = {
        name: [values.index(product.attributes[name]) for product in grocery.products]
        for name, values in grocery.attribute_values.items()
    }
    targets["fine"] = list(range(len(grocery.products)))
    targets["coarse"] = [product.coarse_id for product in grocery.products]
    targets["caption"] = [words.encode(product.caption) for product in grocery.products]
    return {name: torch.tensor(targets[name]) for name in QUESTIONS}


def _nearest_by_attributes(
    grocery: Grocery, words: CaptionWords, candidates: np.ndarray, logits: dict[str, torch.Tensor]
) -> np.ndarray:
    """Rows of products (n,): the candidate whose coarse class and attributes have the highest joint probability."""
    targets = _targets(grocery, words)
    score = sum(logits[name][:, targets[name][candidates]] for name in ("coarse", *ATTRIBUTES))
    return candidates[score.argmax(-1).numpy()]
