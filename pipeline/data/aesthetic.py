"""The aesthetic-quality classifier: trained on graded damage or on ratings, calibrated, and used as a step.

    python -m pipeline.data.aesthetic --input RAW --output aesthetic/
    python -m pipeline.data.aesthetic --input RAW --output aesthetic/ --ratings ratings.jsonl

Without ratings, good pictures are the input's own, bad ones are the same pictures after JPEG, blur, low resolution,
noise, bad cropping or clutter in three grades (`pipeline.data.degrade`). With ratings (`{"key": ..., "rating": 7.5}` a
line, any scale), it learns to give the rated order. The score is a probability; it is calibrated on pictures that were
not trained on and measured on pictures that were used for neither.
"""

import argparse
import io
import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F
from tqdm import tqdm

from pipeline.data.decode import check_pictures
from pipeline.data.degrade import DEGRADATIONS, GRADES, degrade
from pipeline.data.features import EmbedImages, picture_features
from pipeline.data.read import read_records
from pipeline.data.record import ImageRecord, kept
from pipeline.models.aesthetic import AestheticHead
from pipeline.pictures.decode import flatten

__all__ = ["AestheticReport", "fit_aesthetic_head", "graded_examples", "score_aesthetics", "train_on_degradations"]

STEP = "aesthetic"
THRESHOLD = 0.2  # drops what is probably damaged; the measured trade-off is in `AestheticReport`
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class AestheticReport:
    """What held-out pictures say about a head. `auc`: area under the ROC curve, damaged against whole (or low ratings
    against high). `auc_by_kind`: the same for each damage. `mean_score_by_grade`: grade 0 is undamaged.
    `calibration_error`: mean gap between score and frequency over ten equal bins. `threshold_table`: for each
    threshold, (threshold, share of good pictures dropped, share of bad pictures dropped)."""

    pictures: int
    auc: float
    auc_by_kind: dict[str, float]
    mean_score_by_grade: dict[int, float]
    calibration_error: float
    threshold_table: list[tuple[float, float, float]]


def score_aesthetics(
    records: Iterable[ImageRecord], head: AestheticHead, *, threshold: float = THRESHOLD
) -> Iterator[ImageRecord]:
    """Adds `aesthetic_score` (0..1) to the metadata and drops records under `threshold` (0 drops nothing).

    The records need `image_embeds` (see `pipeline.data.features.embed_pictures`) from the embedding the head was
    trained on; ValueError otherwise.
    """
    head = head.eval()
    for record in records:
        if record.dropped:
            yield record
            continue
        embeds = record.image_embeds
        if embeds is None or len(embeds) != head.config.embed_dim:
            raise ValueError(
                f"`records` are to carry image_embeds of {head.config.embed_dim} numbers, got "
                f"{None if embeds is None else len(embeds)} for {record.key}. Run embed_pictures first."
            )
        with torch.no_grad():
            score = round(float(head(torch.as_tensor(embeds)[None])), 4)
        record = record.with_metadata(aesthetic_score=score)
        yield record if score >= threshold else record.drop(STEP, "low score", f"{score:.3f} under {threshold:g}")


def graded_examples(
    images: list[Image.Image], *, embed_images: EmbedImages = picture_features, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, list[str], np.ndarray]:
    """Embeddings of each picture whole, and with two damages of different kinds.

    Returns embeds (3n, dim), grades (3n,) with 0 for whole, kinds (3n), and the picture's index (3n,), by which train
    and test sets have to be split. Half of the whole pictures went through a good JPEG or a slight resize, so that a
    clean file format is not what the head learns.
    """
    generator = np.random.default_rng(seed)
    embeds, grades, kinds, owners = [], [], [], []
    for index, image in enumerate(tqdm(images, desc="graded examples", mininterval=5)):
        others = [images[int(other)] for other in generator.integers(len(images), size=4)]
        versions = [(_handled_well(flatten(image), generator), 0, "whole")]
        for kind in generator.choice(DEGRADATIONS, size=2, replace=False):
            grade = int(generator.choice(GRADES))
            versions.append((degrade(image, str(kind), grade, generator, others=others), grade, str(kind)))
        embeds.append(embed_images([version for version, _, _ in versions]))
        grades += [grade for _, grade, _ in versions]
        kinds += [kind for _, _, kind in versions]
        owners += [index] * len(versions)
    return np.concatenate(embeds), np.array(grades), kinds, np.array(owners)


def train_on_degradations(
    images: list[Image.Image], *, embed_images: EmbedImages = picture_features, seed: int = 0
) -> tuple[AestheticHead, AestheticReport]:
    """A head trained on graded damage of `images`, 60 % to train, 20 % to calibrate, 20 % to measure.

    Raises ValueError for fewer than 20 pictures.
    """
    embeds, grades, kinds, owners = graded_examples(images, embed_images=embed_images, seed=seed)
    return fit_aesthetic_head(embeds, (grades == 0).astype(np.float32), owners, grades=grades, kinds=kinds, seed=seed)


def fit_aesthetic_head(
    embeds: np.ndarray,
    targets: np.ndarray,
    owners: np.ndarray,
    *,
    grades: np.ndarray | None = None,
    kinds: list[str] | None = None,
    epochs: int = 60,
    seed: int = 0,
) -> tuple[AestheticHead, AestheticReport]:
    """Fits and calibrates a head. `embeds` (n, dim), `targets` (n,) in 0..1 (1 is good), `owners` (n,) the picture
    each row was made from: rows of one picture stay on one side of the split. Good and bad weigh the same, so a score
    of 0.5 means "as likely good as bad" in a set that holds as many of either."""
    if len(np.unique(owners)) < 20:
        raise ValueError(f"`images` is to hold at least 20 pictures, got {len(np.unique(owners))}. Give more of them.")
    shuffled = np.random.default_rng(seed).permutation(np.unique(owners))
    first, second = int(0.6 * len(shuffled)), int(0.8 * len(shuffled))
    train, calibrate, test = (np.isin(owners, part) for part in np.split(shuffled, [first, second]))
    inputs = torch.as_tensor(embeds, dtype=torch.float32)
    labels = torch.as_tensor(targets, dtype=torch.float32)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        head = AestheticHead(embed_dim=inputs.shape[1])
        head.mean.copy_(inputs[train].mean(dim=0))
        head.std.copy_(inputs[train].std(dim=0).clamp(min=1e-6))
        _fit(head, inputs[train], labels[train], epochs)
    head.eval()
    _calibrate(head, inputs[calibrate], labels[calibrate])
    with torch.no_grad():
        scores = head(inputs[test]).double().numpy()
    return head, _measure(
        scores,
        targets[test],
        None if grades is None else grades[test],
        None if kinds is None else np.array(kinds)[test],
    )


def _handled_well(image: Image.Image, generator: np.random.Generator) -> Image.Image:
    choice = generator.integers(4)
    if choice == 0:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=int(generator.integers(85, 96)), subsampling=0)
        return Image.open(buffer).convert("RGB")
    if choice == 1:
        factor = generator.uniform(0.75, 1.25)
        return image.resize((int(image.width * factor), int(image.height * factor)), Image.Resampling.LANCZOS)
    return image


def _weights(labels: torch.Tensor) -> torch.Tensor:
    """Weights that make good and bad count the same."""
    share = labels.mean().clamp(0.01, 0.99)
    return labels * 0.5 / share + (1 - labels) * 0.5 / (1 - share)


def _fit(head: AestheticHead, inputs: torch.Tensor, labels: torch.Tensor, epochs: int) -> None:
    optimiser = torch.optim.AdamW(head.parameters(), lr=2e-3, weight_decay=0.02)
    steps = epochs * max(1, len(inputs) // 256)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=4e-3, total_steps=steps)
    weights = _weights(labels)
    head.train()
    for _ in range(steps):
        rows = torch.randint(len(inputs), (min(256, len(inputs)),))
        loss = F.binary_cross_entropy_with_logits(head.raw_logit(inputs[rows]), labels[rows], weight=weights[rows])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()


def _calibrate(head: AestheticHead, inputs: torch.Tensor, labels: torch.Tensor) -> None:
    """Platt 1999: a scale and a shift of the logit, fitted on pictures that were not trained on."""
    with torch.no_grad():
        logits = head.raw_logit(inputs)
    parameters = torch.tensor([1.0, 0.0], requires_grad=True)
    optimiser = torch.optim.LBFGS([parameters], max_iter=100)
    weights = _weights(labels)

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        loss = F.binary_cross_entropy_with_logits(parameters[0] * logits + parameters[1], labels, weight=weights)
        loss.backward()
        return loss

    optimiser.step(closure)
    head.scale.copy_(parameters[0].detach())
    head.shift.copy_(parameters[1].detach())


def _measure(
    scores: np.ndarray, targets: np.ndarray, grades: np.ndarray | None, kinds: np.ndarray | None
) -> AestheticReport:
    from sklearn.metrics import roc_auc_score

    good = targets > 0.5
    weights = _weights(torch.as_tensor(targets, dtype=torch.float32)).numpy()
    bins = np.clip((scores * 10).astype(int), 0, 9)
    gaps = [
        weights[bins == b].sum() * abs(np.average((scores - targets)[bins == b], weights=weights[bins == b]))
        for b in np.unique(bins)
    ]
    by_kind = {}
    if kinds is not None:
        for kind in sorted(set(kinds[~good])):
            rows = good | (kinds == kind)
            by_kind[str(kind)] = round(float(roc_auc_score(good[rows], scores[rows])), 4)
    return AestheticReport(
        pictures=len(scores),
        auc=round(float(roc_auc_score(good, scores)), 4),
        auc_by_kind=by_kind,
        mean_score_by_grade={}
        if grades is None
        else {int(grade): round(float(scores[grades == grade].mean()), 3) for grade in np.unique(grades)},
        calibration_error=round(float(np.sum(gaps) / weights.sum()), 4),
        threshold_table=[
            (level, round(float(np.mean(scores[good] < level)), 4), round(float(np.mean(scores[~good] < level)), 4))
            for level in (0.05, 0.1, 0.2, 0.3, 0.5)
        ],
    )


def _train_on_ratings(
    records: list[ImageRecord], ratings_file: Path, seed: int
) -> tuple[AestheticHead, AestheticReport]:
    lines = ratings_file.read_text(encoding="utf-8").splitlines()
    ratings = {row["key"]: float(row["rating"]) for row in map(json.loads, lines)}
    rated = [record for record in records if record.key in ratings]
    if not rated:
        raise ValueError(
            f"`--ratings` is to hold keys of the input, got {len(ratings)} keys and none of them is there."
        )
    values = np.array([ratings[record.key] for record in rated])
    targets = (values - values.min()) / max(float(np.ptp(values)), 1e-9)
    embeds = np.concatenate([picture_features([record.picture().image]) for record in tqdm(rated, desc="embedding")])
    return fit_aesthetic_head(embeds, targets.astype(np.float32), np.arange(len(rated)), seed=seed)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--input", type=Path, required=True, help="pictures that are good for the most part")
    parser.add_argument("--output", type=Path, required=True, help="folder for the head's weights and its report")
    parser.add_argument("--ratings", type=Path, help="JSON lines of key and rating; replaces the graded damage")
    parser.add_argument("--pictures", type=int, default=1500, help="how many pictures to learn from")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    records = kept(check_pictures(read_records(options.input)))
    if options.ratings:
        head, report = _train_on_ratings(records, options.ratings, options.seed)
    else:
        order = np.random.default_rng(options.seed).permutation(len(records))[: options.pictures]
        head, report = train_on_degradations([records[i].picture().image for i in order], seed=options.seed)
    head.save_pretrained(options.output)
    text = json.dumps(report.__dict__, indent=1)
    (options.output / "report.json").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
