"""The last stage of the cascade: finished layers laid out on their ground, and what is shown on the way there."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
import torch.nn.functional as F
from PIL import Image

from pipeline.cascade.plan import Plan
from pipeline.cascade.references import References
from pipeline.scene.compose import compose_scene, to_picture
from pipeline.scene.layout import layout
from pipeline.scene.lettering import write
from pipeline.scene.standing import Standing, stand

__all__ = ["Composing"]


class Composing:
    """Composes; mixed into `TextToImagePipeline`, whose components it uses."""

    image_encoder: Any
    vocabulary: Any
    anchors: Any
    enlarge: Callable

    def compose(
        self, plan: Plan, embeds: torch.Tensor, layers: torch.Tensor, encoded, references: References | None = None
    ) -> tuple[Image.Image, Standing]:
        """Compose: the finished layers laid on their ground, RGB or RGBA, not yet marked, and what stands where."""
        poses = self.image_encoder.poses(embeds.float()).cpu() if len(embeds) else None
        related = any(thing.relation is not None for thing in plan.scene.things)
        anchors = self.anchors.points(layers) if self.anchors is not None and related else None
        placements, ids = layout(plan.scene, layers, poses, anchors)
        standing = stand(layers, placements, ids, plan.scene.width, plan.scene.height)
        sides = [0] * len(layers)
        for placement in placements:
            pixels = round(placement.side * min(plan.scene.width, plan.scene.height))
            sides[placement.layer] = max(sides[placement.layer], pixels)
        layers = self.enlarge(plan, layers, sides, *encoded[:2])
        ground = None if references is None or poses is None else poses[0, :3].clamp(-1, 1)
        palette = self.vocabulary.config.backgrounds
        front = write(plan.scene, palette)
        composed = compose_scene(
            plan.scene, layers, placements, palette=palette, ground=ground, front=front, uploads=plan.uploads
        )
        return to_picture(composed), standing

    def _steps(self, plan: Plan, index: int, embeds: list, callback, chosen: tuple[str, ...]) -> Callable:
        """What each stage calls after a step."""

        def on_step(stage, step, timestep, latents, clean, kept=False) -> None:
            if callback is None:
                return
            known = {"latents": latents, "image_embeds": embeds[-1] if len(embeds) > index else None}
            if "preview" in chosen:  # small: nobody is shown a large one unmarked
                alone = stage == "decoder" and len(plan.scene.things) == 1 and plan.scene.front is None
                known["preview"] = self._preview(plan, clean) if alone else None
            told = {"stage": stage, "picture": index, "kept": kept}
            callback(self, step, timestep, told | {name: known[name] for name in chosen})

        return on_step

    def _preview(self, plan: Plan, clean: torch.Tensor) -> torch.Tensor:
        """The picture as far as the decoder knows it, (1, 3, height, width) of the layers' side, in [-1, 1]."""
        bare = replace(plan.scene, outline=None, shadow=False, lettering=None)
        placements, _ = layout(bare, clean)
        composed = compose_scene(
            bare, clean, placements, palette=self.vocabulary.config.backgrounds, uploads=plan.uploads
        )
        composed = (composed[:, :3] + 1) / 2 + (1 - (composed[:, 3:] + 1) / 2)  # laid on white
        scale = clean.shape[-1] / max(composed.shape[-2:])
        return 2 * F.interpolate(composed.clamp(0, 1), scale_factor=scale, mode="area") - 1
