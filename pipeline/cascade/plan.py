"""What will be drawn for one prompt, decided before anything is: the scene, and a drawing for each of its things."""

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from PIL import Image

from pipeline.language.english import with_article
from pipeline.language.wording import app_caption
from pipeline.models.prior import NOISE_DIM, DrawingPrior
from pipeline.scene.drawing import Bend, Drawing, choose_drawing, choose_form, is_mirrored
from pipeline.scene.kinds import is_animal, worn_at
from pipeline.scene.notes import Note
from pipeline.scene.record import MAX_THINGS, Scene, Thing

__all__ = ["Plan", "make_plan", "tone_of"]

_TONE = re.compile(r"\b(light|medium|dark)(?:-(?:light|dark))?[ -]skin(?:ned)?(?: tone)?")


@dataclass(frozen=True)
class Plan:
    """One picture before it is drawn.

    Attributes:
        scene: what stands in it.
        parsed: how the prompt was understood; None where the scene was given, or there is no prompt.
        drawings: one for each thing; None where a thing is drawn from an embedding that was given.
        forms: how each thing is bent.
        told: what the decoder is told of each thing.
        noise: starting noise by stage; the prior's is (``MAX_THINGS``, ``NOISE_DIM``).
        places: which row of the prior's noise is each thing's.
        changed: whether the scene was edited after it was read.
        uploads: the pictures that the scene names, by hash.
    """

    scene: Scene
    parsed: Any
    drawings: tuple[Drawing | None, ...]
    forms: tuple[Bend, ...]
    told: tuple[str, ...]
    noise: dict[str, torch.Tensor] = field(repr=False)
    places: tuple[int, ...] = ()
    changed: bool = False
    uploads: Mapping[str, Image.Image] = field(default_factory=dict, repr=False)

    def noise_of(self, at: int) -> torch.Tensor:
        """The noise (``NOISE_DIM``,) of thing ``at``: its own, whatever was added or taken away before it."""
        return self.noise["prior"][self.places[at] if self.places else at]

    def with_notes(self, notes: Sequence[Note]) -> "Plan":
        """With what only drawing told, where a prompt was read."""
        if self.parsed is None or not notes:
            return self
        return replace(self, parsed=replace(self.parsed, notes=(*self.parsed.notes, *dict.fromkeys(notes))))


def tone_of(name: str) -> str:
    """The skin tone that a name says: "light", "medium", "dark" or ""."""
    found = _TONE.search(name.lower())
    return found[1] if found else ""


def make_plan(
    scene: Scene,
    parsed: Any,
    noise: dict[str, torch.Tensor],
    prior: DrawingPrior,
    *,
    variety: float,
    given: bool = False,
    before: Scene | None = None,
) -> Plan:
    """Choose a drawing for each thing.

    Args:
        scene: what stands in the picture.
        parsed: how the prompt was understood.
        noise: by stage; a thing with a seed of its own takes that seed's.
        prior: what was taught.
        variety: see ``choose_drawing``.
        given: the picture is drawn from an embedding: there is nothing to choose but the form.
        before: the scene as it was read, where it was changed since: its things keep their noise.

    Raises:
        ValueError: a thing has a name that the model was not taught.
    """
    drawings, forms, told = [], [], []
    places = noise_places(scene, before or scene)
    for at, thing in enumerate(scene.things):
        own = noise["prior"][places[at]]
        if thing.seed is not None:
            generator = torch.Generator().manual_seed(thing.seed)
            own = torch.randn(MAX_THINGS, NOISE_DIM, generator=generator)[0].to(own)
        style = thing.style or scene.style
        if given or thing.upload:  # what was uploaded keeps its form
            form = Bend() if thing.upload else choose_form(own, variety, mirrored=is_mirrored(thing.name))
            forms.append(form)
            drawings.append(None)
            told.append(style or "")
            continue
        usual = thing.relation is not None and thing.relation.kind == "worn by" and worn_at(thing.name) == "ears"
        name = _shown(thing, scene, prior)
        drawing = choose_drawing(  # of headphones there are drawings from the side, and of one ear
            prior, name, style, own, variety=0.0 if usual else variety, tone=tone_of(thing.said or thing.name)
        )
        if drawing is None:
            raise ValueError(
                f"`name` of a thing must be one that the model was taught, got {thing.name!r}. "
                "Say it in `prompt`, which takes the nearest name."
            )
        drawings.append(drawing)
        forms.append(drawing.form)
        told.append(app_caption(with_article(name), drawing.rendering))
    changed = before is not None and before != scene
    return Plan(scene, parsed, tuple(drawings), tuple(forms), tuple(told), noise, places, changed)


def _shown(thing: Thing, scene: Scene, prior: DrawingPrior) -> str:
    """What a thing is drawn as: an animal that is alone and has an expression by its face, where that was taught."""
    face, alone = f"{thing.name} face", len(scene.things) == 1 and is_animal(thing.name)
    return face if thing.expression and alone and face in prior.index_of else thing.name


def noise_places(scene: Scene, before: Scene) -> tuple[int, ...]:
    """Which row of the noise each thing has: that of its place in the scene as it was read; a new one's follows from
    its id, and a copy ("cat-2") has that of what it is a copy of.
    """
    known = {thing.id: at for at, thing in enumerate(before.things)}

    def place(id: str) -> int:
        if id in known:
            return known[id]
        base = id.rpartition("-")[0]
        return known[base] if base in known else MAX_THINGS - 1 - zlib.crc32(id.encode()) % (MAX_THINGS // 2)

    return tuple(place(thing.id) for thing in scene.things)
