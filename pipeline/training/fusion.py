"""The attention heads of the fusion: several pictures of one concept, fused, should lie where its words lie.

    python -m pipeline.training.fusion --weights weights --input PICTURES --steps 1000

Everything else of the model in `--weights` is frozen. Scenes of every concept are embedded once; a bag is 2 to 5 of
one concept, and the loss is cross-entropy of the fused embedding against the text embeddings of the batch. Prints how
often the fused embedding of concepts that training left out has its own words nearest, for every pooling. The heads go
to the run, where `pipeline.training.export` finds them, and into `--weights`, whose checksums are made anew: recipes
name other weights from then on.
"""

import argparse
import random
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from PIL import Image

from pipeline.data.cutouts import load_cutouts
from pipeline.data.scenes import SceneComposer
from pipeline.language.english import with_article
from pipeline.loading.weights import check_weights, write_checksums
from pipeline.models.fusion import FUSION_TYPES, ImageFusion
from pipeline.search import Embedder
from pipeline.training.loop import LoopConfig, train

__all__ = ["BagSet", "TooFewConcepts", "embed_scenes", "fusion_loss", "main", "nearest_words", "sample_bags"]

MAX_IMAGES = 5  # as the pipeline takes
SCALE = 20.0  # inverse temperature of the loss; the learnt one of the embedder is meant for far larger batches
HELD_OUT = 0.2  # share of the concepts
SCENE_SIZE = 128  # pixels
MIN_CONCEPTS = 10  # two to measure with, eight to learn from


class TooFewConcepts(ValueError):
    """Not enough things with several pictures."""


@dataclass(frozen=True)
class BagSet:
    """image_embeds: (concepts, views, dim), text_embeds: (concepts, dim); both L2-normalised."""

    image_embeds: torch.Tensor
    text_embeds: torch.Tensor


def embed_scenes(embedder: Embedder, composer: SceneComposer, views: int, limit: int, seed: int) -> BagSet:
    """Compose and embed `views` scenes of each of `limit` concepts, drawn from all sources that have the concept.

    Raises:
        TooFewConcepts: fewer than `MIN_CONCEPTS` have two pictures or more.
    """
    rows: dict[str, list] = {}
    for source in composer.sources:
        for plain, _ in composer.concepts[source]:
            rows.setdefault(plain[0].concept, []).extend(cutout for cutout in plain if not cutout.is_flag)
    concepts = sorted(concept for concept, cutouts in rows.items() if len(cutouts) > 1)
    if len(concepts) < MIN_CONCEPTS:
        raise TooFewConcepts(
            f"The fusion's heads learn from things that have two pictures or more; there are {len(concepts)} of them, "
            f"and {MIN_CONCEPTS} are needed. Add pictures, or leave the heads untrained: they are the mean then."
        )
    rng = random.Random(seed)
    concepts = rng.sample(concepts, min(limit, len(concepts)))
    image_embeds, texts = [], []
    for concept in concepts:
        scenes = [composer.compose(rng, rng.choice(rows[concept])) for _ in range(views)]
        image_embeds.append(embedder.get_image_embeds([Image.fromarray(scene.image) for scene in scenes]))
        texts.append(with_article(rows[concept][0].phrase))
    return BagSet(torch.stack(image_embeds).float(), torch.as_tensor(embedder.get_text_embeds(texts)).float())


def sample_bags(bags: BagSet, concepts: torch.Tensor, generator: torch.Generator) -> dict[str, torch.Tensor]:
    """A bag for each of `concepts` (batch,): image_embeds (batch, MAX_IMAGES, dim), mask, text_embeds (batch, dim)."""
    views = bags.image_embeds.shape[1]
    chosen = torch.rand(len(concepts), views, generator=generator).argsort(1)[:, :MAX_IMAGES]
    counts = torch.randint(2, min(MAX_IMAGES, views) + 1, (len(concepts), 1), generator=generator)
    return {
        "image_embeds": bags.image_embeds[concepts.unsqueeze(1), chosen],
        "mask": torch.arange(chosen.shape[1]).unsqueeze(0) < counts,
        "text_embeds": bags.text_embeds[concepts],
    }


def fusion_loss(model: ImageFusion, batch: dict, generator: torch.Generator) -> dict[str, torch.Tensor]:
    """Cross-entropy of each fused row against all texts of the batch, for both heads, which share no parameter."""
    target = torch.arange(len(batch["mask"]), device=batch["mask"].device)
    losses = {}
    for fusion_type in ("attention", "gated"):
        fused = model(batch["image_embeds"], batch["mask"], fusion_type=fusion_type).image_embeds
        losses[fusion_type] = F.cross_entropy(SCALE * fused @ batch["text_embeds"].T, target)
    return {"loss": losses["attention"] + losses["gated"], **losses}


@torch.no_grad()
def nearest_words(model: ImageFusion, bags: BagSet, concepts: torch.Tensor, rounds: int = 5) -> dict[str, float]:
    """For every pooling, the share of bags of `concepts` whose own words are nearest among those of `concepts`."""
    right = dict.fromkeys(FUSION_TYPES, 0.0)
    for seed in range(rounds):
        batch = sample_bags(bags, concepts, torch.Generator().manual_seed(seed))
        for fusion_type in FUSION_TYPES:
            fused = model(batch["image_embeds"], batch["mask"], fusion_type=fusion_type).image_embeds
            nearest = (fused @ batch["text_embeds"].T).argmax(1)
            right[fusion_type] += (nearest == torch.arange(len(concepts))).float().mean().item() / rounds
    return right


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=Path("weights"), help="model folder (default: %(default)s)")
    parser.add_argument("--input", required=True, help="folder of zip shards of captioned cut-outs")
    parser.add_argument("--tiers", help="comma-separated values of the `tier` column to use (all)")
    parser.add_argument("--concepts", type=int, default=1200, help="how many (default: %(default)s)")
    parser.add_argument("--views", type=int, default=12, help="scenes of each concept (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=1000, help="(default: %(default)s)")
    parser.add_argument("--batch-size", type=int, default=256, help="(default: %(default)s)")
    parser.add_argument("--run", type=Path, default=Path("runs/default"), help="keeps the checkpoint and the log")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args(argv)

    # Late: the pipeline takes seconds to import, and all above takes any embedder.
    from pipeline.text_to_image import TextToImagePipeline

    check_weights(arguments.weights)
    pipe = TextToImagePipeline.from_pretrained(arguments.weights)
    tiers = tuple(arguments.tiers.split(",")) if arguments.tiers else None
    cutouts = load_cutouts(arguments.input, size=SCENE_SIZE, tiers=tiers)
    composer = SceneComposer(cutouts, SCENE_SIZE, layout_weights=(1.0, 0.0, 0.0))
    bags = embed_scenes(pipe, composer, arguments.views, arguments.concepts, arguments.seed)
    order = torch.randperm(len(bags.text_embeds), generator=torch.Generator().manual_seed(arguments.seed))
    held_out, trained = order.split([round(HELD_OUT * len(order)), len(order) - round(HELD_OUT * len(order))])

    def make_batch(step: int) -> dict[str, torch.Tensor]:
        generator = torch.Generator().manual_seed(arguments.seed * 1_000_003 + step)
        chosen = trained[torch.randperm(len(trained), generator=generator)[: arguments.batch_size]]
        return sample_bags(bags, chosen, generator)

    config = LoopConfig(
        output=str(arguments.run / "fusion"), steps=arguments.steps, batch_size=arguments.batch_size, workers=0
    )
    torch.manual_seed(arguments.seed)
    fusion = train(ImageFusion(embed_dim=bags.text_embeds.shape[1]), fusion_loss, make_batch, config)
    print(f"own words nearest among {len(held_out)} held-out concepts, bags of 2 to {MAX_IMAGES} scenes:")
    for fusion_type, share in nearest_words(fusion, bags, held_out).items():
        print(f"  {fusion_type:10} {100 * share:5.1f} %")
    fusion.save_pretrained(f"{config.output}/fusion")
    fusion.half().save_pretrained(arguments.weights / "fusion")
    write_checksums(arguments.weights)


if __name__ == "__main__":
    main()
