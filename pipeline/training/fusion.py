"""The attention heads of the fusion: several pictures of one thing, fused, should lie where the thing lies.

    python -m pipeline.training.fusion --weights weights --input PICTURES

Everything else of the model in `--weights` is frozen. Drawings of every concept, each by another artist as far as
there are that many, are embedded once, in scenes. A bag is 2 to 5 of one concept; in a share of those of three and
more one is a wrong picture, of another concept. The loss is cross-entropy of what the fused embedding says is shown
against the texts of the batch and against drawings that are not in the bags, and how seldom the weights would choose
a right one to be drawn: a picture has the drawing of one of its references. Prints, for every pooling and for
concepts that training left out: how often the fused embedding has its own words and another artist's drawing nearest,
what weight a wrong picture has, and how often the weights choose a right one. The heads go to the run, where
`pipeline.training.export` finds them, and into `--weights`, whose checksums are made anew: recipes name other weights
from then on.
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
from pipeline.models.fusion import ATTENDS_TO, FUSION_TYPES, ImageFusion
from pipeline.search import EmbedsBoth
from pipeline.training.arguments import above_zero
from pipeline.training.loop import LoopConfig, train

__all__ = ["BagSet", "TooFewConcepts", "embed_scenes", "fusion_loss", "main", "measure_heads", "sample_bags"]

MAX_IMAGES = 5  # as the pipeline takes
LEARNING_RATE = 1e-2
SCALE = 20.0  # inverse temperature of the loss; the learnt one of the embedder is meant for far larger batches
HELD_OUT = 0.2  # share of the concepts
SCENE_SIZE, CUTOUT_SIZE = 128, 64  # pixels; the encoder looks at things in layers of 64
CHOSEN = 4.0  # weight of what the weights choose
WRONG = 0.5  # share of the bags of three and more that hold a wrong picture: two that differ say nothing of which is
MIN_CONCEPTS = 10  # two to measure with, eight to learn from


class TooFewConcepts(ValueError):
    """Not enough things with several pictures."""


@dataclass(frozen=True)
class BagSet:
    """Pictures and words of concepts.

    Attributes:
        image_embeds: (concepts, views, dim), L2-normalised.
        text_embeds: (concepts, dim), L2-normalised.
        semantic_dim: how many first numbers say what is shown.
    """

    image_embeds: torch.Tensor
    text_embeds: torch.Tensor
    semantic_dim: int


def embed_scenes(
    embedder: EmbedsBoth, composer: SceneComposer, views: int, limit: int, seed: int, semantic_dim: int
) -> BagSet:
    """Compose and embed `views` scenes of each of `limit` concepts, those that most sources draw.

    Sources take turns, so that no two scenes have one artist while there is another.

    Raises:
        TooFewConcepts: fewer than `MIN_CONCEPTS` have two pictures or more.
    """
    rng = random.Random(seed)
    drawn: dict[str, dict[str, list]] = {}
    for source in composer.sources:
        for plain, _ in composer.concepts[source]:
            own = [cutout for cutout in plain if not cutout.is_flag]
            if own:
                drawn.setdefault(own[0].concept, {}).setdefault(source, []).extend(own)
    concepts = sorted(concept for concept, own in drawn.items() if sum(map(len, own.values())) > 1)
    if len(concepts) < MIN_CONCEPTS:
        raise TooFewConcepts(
            f"The fusion's heads learn from things that have two pictures or more; there are {len(concepts)} of them, "
            f"and {MIN_CONCEPTS} are needed. Add pictures, or leave the heads untrained: they are the mean then."
        )
    rng.shuffle(concepts)
    concepts = sorted(concepts, key=lambda concept: -min(views, len(drawn[concept])))[:limit]
    image_embeds, texts = [], []
    for concept in concepts:
        queues = [rng.sample(own, len(own)) for own in drawn[concept].values()]
        rng.shuffle(queues)
        turns = [own[turn % len(own)] for turn in range(views) for own in queues]
        scenes = [composer.compose(rng, cutout) for cutout in turns[:views]]
        image_embeds.append(embedder.get_image_embeds([Image.fromarray(scene.image) for scene in scenes]))
        texts.append(with_article(turns[0].phrase))
    text_embeds = torch.as_tensor(embedder.get_text_embeds(texts)).float()
    return BagSet(torch.stack(image_embeds).float(), text_embeds, semantic_dim)


def sample_bags(bags: BagSet, concepts: torch.Tensor, generator: torch.Generator) -> dict[str, torch.Tensor]:
    """A bag for each of `concepts` (batch,), with what it should be near to.

    Returns:
        image_embeds (batch, images, dim) and mask (batch, images) of the bags; wrong (batch, images), True for a
        picture of another of `concepts`; text_embeds and other_embeds (batch, semantic_dim), unit length: the words,
        and a drawing that is not in the bag.
    """
    views = bags.image_embeds.shape[1]
    most = min(MAX_IMAGES, max(2, views - 1))
    chosen = torch.rand(len(concepts), views, generator=generator).argsort(1)
    counts = torch.randint(2, most + 1, (len(concepts), 1), generator=generator)
    places = torch.arange(most).unsqueeze(0)
    spoilt = (torch.rand(len(concepts), 1, generator=generator) < WRONG) & (counts > 2)
    wrong = spoilt & (places == (torch.rand(len(concepts), 1, generator=generator) * counts).long())
    shift = torch.randint(1, max(2, len(concepts)), (len(concepts),), generator=generator)
    others = concepts[(torch.arange(len(concepts)) + shift) % len(concepts)]
    shown = torch.where(wrong, others.unsqueeze(1), concepts.unsqueeze(1))

    def semantic(embeds: torch.Tensor) -> torch.Tensor:
        return F.normalize(embeds[:, : bags.semantic_dim], dim=-1)

    return {
        "image_embeds": bags.image_embeds[shown, chosen[:, :most]],
        "mask": places < counts,
        "wrong": wrong,
        "text_embeds": semantic(bags.text_embeds[concepts]),
        "other_embeds": semantic(bags.image_embeds[concepts, chosen[:, -1]]),
    }


def fusion_loss(model: ImageFusion, batch: dict, generator: torch.Generator) -> dict[str, torch.Tensor]:
    """Cross-entropy of what each fused row shows against all texts and all other drawings of the batch, and of its
    weights against choosing a wrong picture to draw; for both heads, which share no parameter.
    """
    target = torch.arange(len(batch["mask"]), device=batch["mask"].device)
    losses = {}
    for fusion_type in ("attention", "gated"):
        shown, weights = _fuse(model, batch, fusion_type)
        found = [F.cross_entropy(SCALE * shown @ batch[name].T, target) for name in ("text_embeds", "other_embeds")]
        right = 1 - (weights * batch["wrong"]).sum(1)  # how often a right one's drawing is chosen
        losses[fusion_type] = sum(found) - CHOSEN * right.clamp(min=1e-6).log().mean()
    return {"loss": losses["attention"] + losses["gated"], **losses}


def _fuse(model: ImageFusion, batch: dict, fusion_type: str) -> tuple[torch.Tensor, torch.Tensor]:
    """What each fused row says is shown, (batch, semantic_dim), unit length, and the weights (batch, images)."""
    fused = model(batch["image_embeds"], batch["mask"], fusion_type=fusion_type)
    return F.normalize(fused.image_embeds[:, : batch["text_embeds"].shape[1]], dim=-1), fused.weights


@torch.no_grad()
def measure_heads(
    model: ImageFusion, bags: BagSet, concepts: torch.Tensor, rounds: int = 5
) -> dict[str, dict[str, float]]:
    """For every pooling, figures of bags of `concepts`.

    Returns:
        "words", "drawing": the share of bags whose own words, or another artist's drawing, are nearest among those of
        `concepts`; "wrong": a wrong picture's weight in equal shares, in bags that hold one; "drawn": how often the
        weights of such bags choose a right picture.
    """
    figures: dict[str, dict[str, float]] = {}
    batches = [sample_bags(bags, concepts, torch.Generator().manual_seed(seed)) for seed in range(rounds)]
    batch = {name: torch.cat([one[name] for one in batches]) for name in batches[0]}
    own, spoilt = torch.arange(len(concepts)).repeat(rounds), batch["wrong"].any(1)
    for fusion_type in FUSION_TYPES:
        shown, weights = _fuse(model, batch, fusion_type)
        wrong = (weights * batch["wrong"]).sum(1)[spoilt]
        figures[fusion_type] = {
            name: float(torch.cat([rows @ one[key].T for rows, one in zip(shown.chunk(rounds), batches, strict=True)])
                        .argmax(1).eq(own).float().mean())
            for name, key in (("words", "text_embeds"), ("drawing", "other_embeds"))
        }  # fmt: skip
        figures[fusion_type] |= {
            "wrong": float((wrong * batch["mask"].sum(1)[spoilt]).mean()),
            "drawn": float(1 - wrong.mean()),
        }
    return figures


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=Path("weights"), help="model folder (default: %(default)s)")
    parser.add_argument("--input", required=True, help="folder of zip shards of captioned cut-outs")
    parser.add_argument("--tiers", help="comma-separated values of the `tier` column to use (all)")
    parser.add_argument("--concepts", type=int, default=1000, help="how many (default: %(default)s)")
    parser.add_argument("--views", type=int, default=6, help="scenes of each concept (default: %(default)s)")
    parser.add_argument(
        "--attends-to", choices=ATTENDS_TO, default="bag", help="what the heads score (default: %(default)s)"
    )
    parser.add_argument("--steps", type=above_zero(int), default=500, help="(default: %(default)s)")
    parser.add_argument("--batch-size", type=above_zero(int), default=128, help="(default: %(default)s)")
    parser.add_argument("--run", type=Path, default=Path("runs/default"), help="keeps the checkpoint and the log")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args(argv)

    # Late: the pipeline takes seconds to import, and all above takes any embedder.
    from pipeline.text_to_image import TextToImagePipeline

    check_weights(arguments.weights)
    pipe = TextToImagePipeline.from_pretrained(arguments.weights)
    tiers = tuple(arguments.tiers.split(",")) if arguments.tiers else None
    cutouts = load_cutouts(arguments.input, size=CUTOUT_SIZE, tiers=tiers)
    composer = SceneComposer(cutouts, SCENE_SIZE, layout_weights=(1.0, 0.0, 0.0))
    semantic = pipe.image_encoder.config.semantic_dim
    bags = embed_scenes(pipe, composer, arguments.views, arguments.concepts, arguments.seed, semantic)
    order = torch.randperm(len(bags.text_embeds), generator=torch.Generator().manual_seed(arguments.seed))
    held_out, trained = order.split([round(HELD_OUT * len(order)), len(order) - round(HELD_OUT * len(order))])

    def make_batch(step: int) -> dict[str, torch.Tensor]:
        generator = torch.Generator().manual_seed(arguments.seed * 1_000_003 + step)
        chosen = trained[torch.randperm(len(trained), generator=generator)[: arguments.batch_size]]
        return sample_bags(bags, chosen, generator)

    config = LoopConfig(
        output=str(arguments.run / "fusion"),
        steps=arguments.steps,
        batch_size=arguments.batch_size,
        workers=0,
        learning_rate=LEARNING_RATE,
    )
    torch.manual_seed(arguments.seed)
    untrained = ImageFusion(embed_dim=bags.text_embeds.shape[1], attends_to=arguments.attends_to)
    fusion = train(untrained, fusion_loss, make_batch, config)
    print(
        f"{len(held_out)} held-out concepts, bags of 2 to {MAX_IMAGES} scenes, half of those from 3 with a wrong one:"
    )
    print("| fusion | own words nearest | other drawing nearest | weight of a wrong one | right one chosen |")
    print("|---|---:|---:|---:|---:|")
    for name, own in measure_heads(fusion, bags, held_out).items():
        nearest = f"{100 * own['words']:.1f} % | {100 * own['drawing']:.1f} %"
        print(f"| {name} | {nearest} | {own['wrong']:.2f} | {100 * own['drawn']:.1f} % |")
    fusion.save_pretrained(f"{config.output}/fusion")
    fusion.half().save_pretrained(arguments.weights / "fusion")
    write_checksums(arguments.weights)


if __name__ == "__main__":
    main()
