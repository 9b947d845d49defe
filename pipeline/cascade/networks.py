"""The networks of the cascade in their order: prior, decoder, super-resolution, each with its noise and its steps."""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from diffusers.utils.torch_utils import randn_tensor
from PIL import Image

from pipeline.cascade.plan import Plan
from pipeline.cascade.references import References
from pipeline.models.image_encoder import ImageEncoder
from pipeline.models.prior import NOISE_DIM, TONES, DrawingPrior
from pipeline.scene.drawing import Palette
from pipeline.scene.finish import finish_layer
from pipeline.scene.record import MAX_THINGS
from pipeline.scene.uploads import layer_of

__all__ = ["ALONE", "Networks", "embed_drawings"]

ALONE = 0.0, 0.0, 0.0, 0.5, 0.5, 0.8  # pose of a thing for which nothing is said: ground, centre and side
_LARGE_ENOUGH = 1.15  # so many times a layer's side it can be stretched before it looks soft


def embed_drawings(
    prior: DrawingPrior,
    concepts: torch.Tensor,
    drawings: torch.Tensor,
    renderings: torch.Tensor,
    tones: torch.Tensor,
    poses: torch.Tensor,
) -> torch.Tensor:
    """Indices, int64 (batch,) each, and poses (batch, 6) -> image embeddings (batch, embed_dim), unit length."""
    components, semantic = prior(concepts, drawings, renderings, tones)
    return ImageEncoder.join(semantic, prior.unwhiten(components), poses)


class Networks:
    """Runs the networks of a pipeline; mixed into `TextToImagePipeline`, whose components it uses."""

    prior: Any
    vocabulary: Any
    image_encoder: Any
    decoder: Any
    decoder_scheduler: Any
    super_res: Any
    super_res_scheduler: Any
    progress_bar: Any
    get_image_embeds: Any
    _execution_device: torch.device

    def prepare_latents(self, generator: torch.Generator, *, large: bool = True) -> dict[str, torch.Tensor]:
        """Every stage's noise for one picture, drawn on the generator's device: the same on every device for a CPU
        generator, and the same for a stage whether or not the ones before it run. Super-resolution's is left out
        unless ``large``: a single step has no use for it.
        """
        size = self.decoder.config.sample_size
        shapes = {"prior": (MAX_THINGS, NOISE_DIM), "decoder": (1, 4, size, size)}
        if large:
            side = size * self.super_res.config.scale_factor
            shapes["super_res"] = (1, 4, side, side)
        where = {"generator": generator, "device": self._execution_device, "dtype": self.decoder.dtype}
        return {stage: randn_tensor(shape, **where) for stage, shape in shapes.items()}

    def run_prior(self, plan: Plan, references: References | None) -> torch.Tensor:
        """The image embeddings of a plan's things, (things, embed_dim), unit length."""
        pose = torch.tensor([ALONE], device=self._execution_device)
        embeds = [pose.new_zeros(0, self.prior.config.embed_dim)]
        for at, drawing in enumerate(plan.drawings):
            if (hash := plan.scene.things[at].upload) is not None:
                seen = Image.fromarray(_on_white(layer_of(plan.uploads[hash], self._side)))
                embed = self.get_image_embeds([seen])
                embeds.append(self.image_encoder.repose(embed, place=pose[0, 3:]))
                continue
            if drawing is None:
                assert references is not None  # a plan of things that were given comes with what they come from
                embeds.append(references.embed(plan.noise_of(at), self.image_encoder.config.semantic_dim))
                continue
            rendering = self.prior.config.renderings.index(drawing.rendering)
            numbers = (drawing.concept, drawing.drawing, rendering, TONES.index(drawing.tone))
            concept, number, rendering, tone = (torch.tensor([n], device=pose.device) for n in numbers)
            embeds.append(embed_drawings(self.prior, concept, number, rendering, tone, pose))
        return torch.cat(embeds).to(self.decoder.dtype)

    def run_decoder(
        self, latents, image_embeds, prompt_embeds, mask, negative, *, num_steps, guidance_scale, on_step
    ) -> torch.Tensor:
        """Image embeddings and texts -> small layers (texts, 4, 64, 64), in [-1, 1]."""
        guided = guidance_scale != 1.0

        def predict(latents: torch.Tensor, timestep: torch.Tensor) -> torch.Tensor:
            clean = self.decoder(latents, timestep[None], image_embeds, prompt_embeds, mask)
            if guided:
                other = (prompt_embeds * 0 if negative is None else negative[0]).expand(len(latents), -1, -1)
                other_mask = other.new_ones(other.shape[:2])
                unguided = self.decoder(latents, timestep[None], image_embeds, other, other_mask)
                clean = _guide(torch.cat([unguided, clean]), guidance_scale)
            return clean.clamp(-1, 1)

        latents = latents.expand(len(image_embeds), -1, -1, -1)
        return self._flow(self.decoder_scheduler, predict, latents, num_steps, "decoder", on_step)

    def run_super_res(self, latents, small, prompt_embeds, mask, *, num_steps, on_step) -> torch.Tensor:
        """Small layers (texts, 4, side, side) and texts -> layers of four times the side, in [-1, 1]."""

        def predict(latents: torch.Tensor | None, timestep: torch.Tensor) -> torch.Tensor:
            known = latents if timestep < 1000 else None  # else pure noise
            return self.super_res(known, timestep[None], small, prompt_embeds, mask).clamp(-1, 1)

        latents = None if latents is None else latents.expand(len(small), -1, -1, -1)
        return self._flow(self.super_res_scheduler, predict, latents, num_steps, "super_res", on_step)

    def draw_layers(
        self, plan: Plan, embeds, encoded, negative, steps, guidance_scale, references, on_step
    ) -> torch.Tensor:
        """Draw: embeddings (things, embed_dim) -> layers (things, 4, side, side) in [-1, 1], as they will be laid."""
        if not len(embeds):
            return torch.zeros(0, 4, 1, 1)
        large = torch.cat(
            [
                self._draw_one(plan, embeds, encoded, at, negative, steps, guidance_scale, on_step)
                for at in range(len(embeds))
            ]
        )
        palette = self.vocabulary.config.backgrounds
        finished = [
            finish_layer(
                layer, thing, drawing, form, palette=palette, noise=plan.noise_of(at),
                style=thing.style if thing.upload else thing.style or plan.scene.style,
                shift=Palette() if references is None or thing.upload else references.palette(plan.noise_of(at)),
            )
            for at, (layer, thing, drawing, form) in enumerate(
                zip(large.cpu(), plan.scene.things, plan.drawings, plan.forms, strict=True)
            )
        ]  # fmt: skip
        return torch.stack(finished)

    def _draw_one(
        self, plan: Plan, embeds, encoded, at: int, negative, steps, guidance_scale, on_step
    ) -> torch.Tensor:
        """The large layer (1, 4, side, side) of one thing; by itself, so that no other thing changes a bit of it."""
        if (hash := plan.scene.things[at].upload) is not None:
            return layer_of(plan.uploads[hash], self._side)[None]
        length = int(encoded[1][at].sum())
        tokens, mask = encoded[0][at, None, :length], encoded[1][at, None, :length]
        small = self.run_decoder(
            plan.noise["decoder"], embeds[at, None], tokens, mask, negative,
            num_steps=steps["num_inference_steps"], guidance_scale=guidance_scale, on_step=on_step,
        ).clamp(-1, 1)  # fmt: skip
        return self.run_super_res(
            plan.noise.get("super_res"), small, tokens, mask,
            num_steps=steps["super_res_num_inference_steps"], on_step=on_step,
        ).float()  # fmt: skip

    @property
    def _side(self) -> int:
        """Of a layer, in pixels."""
        return self.decoder.config.sample_size * self.super_res.config.scale_factor

    def enlarge(
        self, plan: Plan, layers: torch.Tensor, side: int, prompt_embeds: torch.Tensor, mask: torch.Tensor
    ) -> torch.Tensor:
        """Finished layers (things, 4, 256, 256), larger where they will be laid on squares of ``side`` pixels: by
        super-resolution, a second time; uploads as large as they came.
        """
        own = layers.shape[-1]
        if side <= own * _LARGE_ENOUGH or not len(layers):
            return layers
        factor = self.super_res.config.scale_factor
        small = layers
        if side <= 2 * own * _LARGE_ENOUGH:  # twice the side: of a layer that was made half as large
            small = F.interpolate(layers, scale_factor=2 / factor, mode="area")
        timestep = torch.tensor([1000.0], device=self._execution_device)
        small = small.to(self._execution_device, self.super_res.dtype).contiguous(memory_format=torch.channels_last)
        large = []
        for at, (layer, thing) in enumerate(zip(small, plan.scene.things, strict=True)):
            if thing.upload and not (thing.colour or thing.part_colours or thing.style):
                large.append(layer_of(plan.uploads[thing.upload], factor * layer.shape[-1])[None])
                continue
            made = self.super_res(None, timestep, layer[None], prompt_embeds[at, None], mask[at, None])
            large.append(made.clamp(-1, 1).float().cpu())
        return torch.cat(large)

    def _flow(self, scheduler, predict, latents, num_steps: int, stage: str, on_step) -> torch.Tensor:
        """Euler steps from noise to data. ``predict`` gives the clean sample; the velocity is (x_t - x_0) / sigma."""
        scheduler.set_timesteps(sigmas=np.linspace(1.0, 1.0 / num_steps, num_steps), device=self._execution_device)
        for index, timestep in enumerate(self.progress_bar(scheduler.timesteps)):
            clean = predict(latents, timestep)
            if index + 1 == num_steps:
                latents = clean  # where the last step leads, whatever was left of the noise
            else:
                velocity = (latents - clean) / scheduler.sigmas[index]
                latents = scheduler.step(velocity, timestep, latents, return_dict=False)[0]
            on_step(stage, index, timestep, latents, clean)
        return latents


def _on_white(layer: torch.Tensor) -> np.ndarray:
    """(4, side, side) in [-1, 1] -> (side, side, 3) of bytes."""
    values = (layer + 1) / 2
    return ((values[:3] + 1 - values[3:]).clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy()


def _guide(predictions: torch.Tensor, scale: float) -> torch.Tensor:
    """Classifier-free guidance on (unconditional, conditional) rows (Ho and Salimans 2022, eq. 6)."""
    unconditional, conditional = predictions.chunk(2)
    return unconditional + scale * (conditional - unconditional)
