"""The networks of the cascade in their order: prior, decoder, super-resolution, each with its noise and its steps."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from diffusers.utils.torch_utils import randn_tensor
from PIL import Image

from pipeline.cascade.kept import Kept, digest, state_of
from pipeline.cascade.plan import Plan, make_plan
from pipeline.cascade.references import References
from pipeline.language.english import with_article
from pipeline.language.expressions import BALLOONS, FACES
from pipeline.language.text_states import padded
from pipeline.language.wording import app_caption
from pipeline.models.image_encoder import ImageEncoder
from pipeline.models.prior import NOISE_DIM, TONES, DrawingPrior
from pipeline.scene.compose import firm, without_frayed_border
from pipeline.scene.contrast import ground_for
from pipeline.scene.drawing import Bend, Palette, choose_drawing
from pipeline.scene.expressions import wear_expression
from pipeline.scene.finish import finish_layer, without_part
from pipeline.scene.notes import Note
from pipeline.scene.parse import Parsed
from pipeline.scene.record import MAX_THINGS, Ground, Scene
from pipeline.scene.rendering import can_render, render_layer
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
    anchors: Any
    progress_bar: Any
    get_image_embeds: Any
    encode_texts: Callable[[list[str]], list[torch.Tensor]]
    draw_components: Callable[[torch.Tensor], torch.Tensor]
    kept: Kept
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
        known = state_of(self.prior)
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
            embeds.append(self.kept.embeds.get((known, numbers), lambda numbers=numbers: self._embed(numbers, pose)))
        return torch.cat(embeds).to(self.decoder.dtype)

    def _embed(self, numbers: tuple[int, int, int, int], pose: torch.Tensor) -> torch.Tensor:
        concept, drawing, rendering, tone = (torch.tensor([n], device=pose.device) for n in numbers)
        return embed_drawings(self.prior, concept, drawing, rendering, tone, pose)

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

    def on_seen_ground(self, scene: Scene, parsed: Parsed | None, noise: dict, variety: float) -> Scene:
        """A scene whose ground nobody said, on one on which its things are seen: their outlines are looked at as far
        as the embeddings tell them.
        """
        ground = scene.ground
        if parsed is None or not parsed.grounds or not scene.things or ground is None or ground.kind != "colour":
            return scene
        plan = make_plan(scene, parsed, noise, self.prior, variety=variety)
        palette = self.vocabulary.config.backgrounds
        rough = self.draw_components(self.run_prior(plan, None)).cpu()
        plain = {"style": None, "palette": palette, "shift": Palette()}
        layers = [
            (finish_layer(layer, thing, drawing, Bend(), noise=plan.noise_of(at), **plain) + 1) / 2
            for at, (layer, thing, drawing) in enumerate(zip(rough, scene.things, plan.drawings, strict=True))
        ]
        other = ground_for(layers, ground.colours[0], parsed.grounds, palette)
        return scene if other is None else replace(scene, ground=Ground("colour", (palette[other],)))

    def draw_layers(
        self, plan: Plan, embeds, encoded, negative, steps, guidance_scale, references, on_step
    ) -> tuple[torch.Tensor, list[Note]]:
        """Draw: embeddings (things, embed_dim) -> layers (things, 4, side, side) in [-1, 1], as they will be laid, and
        what these drawings do not show: an expression without a face, a colour of eyes that are not seen.
        What was drawn from the same a moment ago is not drawn again; its steps are told as kept.
        """
        if not len(embeds):
            return torch.zeros(0, 4, 1, 1), []
        shared = (
            state_of(self.decoder, self.super_res), tuple(sorted(steps.items())), guidance_scale,
            digest(plan.noise["decoder"], plan.noise.get("super_res"), *(negative or ())),
        )  # fmt: skip
        layers, notes = [], []
        for at, (thing, drawing, form) in enumerate(zip(plan.scene.things, plan.drawings, plan.forms, strict=True)):
            own, style = _own(embeds, encoded, at), thing.style if thing.upload else thing.style or plan.scene.style
            drawn = (shared, thing.upload, digest(*own))
            parts, noise = tuple(thing.part_colours.items()), plan.noise_of(at)
            shift = Palette() if references is None or thing.upload else references.palette(noise)
            finished = (drawn, thing.colour, parts, drawing, form, style, shift, digest(noise), id(self.vocabulary))

            def draw(own=own, thing=thing, drawn=drawn) -> torch.Tensor:
                if thing.upload is not None:
                    return layer_of(plan.uploads[thing.upload], self._side)
                return self._draw_one(plan, own, drawn, negative, steps, guidance_scale, on_step)

            told = {"style": style, "noise": noise, "shift": shift, "palette": self.vocabulary.config.backgrounds}
            told["find"] = self._points

            def finish(drawn=drawn, draw=draw, thing=thing, drawing=drawing, form=form, told=told) -> torch.Tensor:
                return finish_layer(self.kept.layers.get(drawn, draw), thing, drawing, form, **told)

            def wear(finished=finished, finish=finish, thing=thing, drawing=drawing, style=style) -> torch.Tensor:
                layer = self.kept.layers.get(finished, finish)
                style = style or (drawing.rendering if drawing else None)
                emoji, balloon = (
                    self._emoji(plan, name, style, shared, negative, steps, guidance_scale) if name else None
                    for name in (FACES[str(thing.expression)], BALLOONS.get(str(thing.expression)))
                )
                if emoji is None:
                    return layer
                return wear_expression(layer, emoji, thing.said or thing.name, balloon, self._points(layer))

            kept = next((self.kept.layers.peek(key) for key in (drawn, finished) if key in self.kept.layers), None)
            if kept is not None and thing.upload is None:
                small = self.kept.layers.peek((drawn, "small"))
                _tell_kept(on_step, steps, kept[None] if small is None else small, kept[None])
            if thing.expression is None:
                layers.append(self.kept.layers.get(finished, finish))
            else:
                finder = () if self.anchors is None else state_of(self.anchors)
                layers.append(self.kept.layers.get((finished, thing.expression, thing.name, finder), wear))
                if torch.equal(layers[-1], self.kept.layers.get(finished, finish)):
                    notes.append(Note("expression", str(thing.expression), with_article(thing.name)))
            for said, plain in without_part(thing):
                bare = self.kept.layers.get((finished, said), partial(finish, thing=plain))
                if torch.equal(self.kept.layers.get(finished, finish), bare):
                    notes.append(Note("part", said, with_article(thing.name)))
        return torch.stack(layers), notes

    def _points(self, layer: torch.Tensor) -> dict[str, tuple[float, float]]:
        """Where the parts of a layer (4, side, side) are; nowhere without the component that knows."""
        return {} if self.anchors is None else self.anchors.points(layer[None])[0]

    def _emoji(self, plan: Plan, name: str, style, shared, negative, steps, guidance_scale) -> torch.Tensor | None:
        """The emoji face of that name, (4, side, side), as it is usually drawn in a style; None where none was taught.
        Its steps are not told: it is no thing of the picture.
        """
        drawing = choose_drawing(self.prior, name, style, torch.zeros(NOISE_DIM), variety=0.0)
        if drawing is None or drawing.glyph:
            return None
        pose = torch.tensor([ALONE], device=self._execution_device)
        rendering = self.prior.config.renderings.index(drawing.rendering)
        numbers = (drawing.concept, drawing.drawing, rendering, TONES.index(drawing.tone))
        embed = self.kept.embeds.get((state_of(self.prior), numbers), lambda: self._embed(numbers, pose))
        tokens, mask = padded(self.encode_texts([app_caption(with_article(name), drawing.rendering)]))
        own = embed.to(self.decoder.dtype), tokens, mask

        def draw() -> torch.Tensor:
            return self._draw_one(plan, own, drawn, negative, steps, guidance_scale, lambda *_: None)

        drawn = (shared, None, digest(*own))
        layer = self.kept.layers.get(drawn, draw)
        shown = style if style != drawing.rendering and can_render(style) else None
        return render_layer(layer, shown) if shown else layer

    def _draw_one(self, plan: Plan, own, key, negative, steps, guidance_scale, on_step) -> torch.Tensor:
        """The large layer (4, side, side) of one thing; by itself, so that no other thing changes a bit of it."""
        embed, tokens, mask = own
        small = self.kept.layers.get(
            (key, "small"),
            lambda: self.run_decoder(
                plan.noise["decoder"], embed, tokens, mask, negative,
                num_steps=steps["num_inference_steps"], guidance_scale=guidance_scale, on_step=on_step,
            ).clamp(-1, 1),
        )  # fmt: skip
        large = self.run_super_res(
            plan.noise.get("super_res"), small, tokens, mask,
            num_steps=steps["super_res_num_inference_steps"], on_step=on_step,
        )  # fmt: skip
        return without_frayed_border(large.float()[0].cpu())

    @property
    def _side(self) -> int:
        """Of a layer, in pixels."""
        return self.decoder.config.sample_size * self.super_res.config.scale_factor

    def enlarge(
        self, plan: Plan, layers: torch.Tensor, sides: Sequence[int], prompt_embeds: torch.Tensor, mask: torch.Tensor
    ) -> list[torch.Tensor]:
        """Finished layers (things, 4, 256, 256) with firm edges, in [0, 1], as ``compose_scene`` lays them; by
        super-resolution, a second time, where a thing is laid on a square of so many pixels that it would look soft;
        uploads as large as they came.

        Args:
            plan: what they are.
            layers: as ``draw_layers`` gives them.
            sides: of the largest square that each is laid on, in pixels.
            prompt_embeds, mask: of what is told of each, (things, tokens, text_dim) and (things, tokens).
        """
        own, factor, large = layers.shape[-1], self.super_res.config.scale_factor, []
        for at, (layer, side, thing) in enumerate(zip(layers, sides, plan.scene.things, strict=True)):
            times = 1 if side <= own * _LARGE_ENOUGH else 2 if side <= 2 * own * _LARGE_ENOUGH else factor
            _, tokens, known = _own(layers, (prompt_embeds, mask), at)

            as_it_came = thing.upload if not (thing.colour or thing.part_colours or thing.style) else None

            def make(layer=layer, times=times, tokens=tokens, known=known, hash=as_it_came) -> torch.Tensor:
                if times > 1 and hash is not None:
                    layer = layer_of(plan.uploads[hash], factor * own)
                elif times > 1:
                    layer = self._larger(layer, times, tokens, known)
                return firm(layer[None])[0]

            key = (state_of(self.super_res), times, as_it_came, digest(layer, tokens, known))
            large.append(self.kept.layers.get(key, make))
        return large

    def _larger(self, layer: torch.Tensor, times: int, tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """(4, side, side) -> ``times`` the side: twice is made of a layer that was made half as large."""
        small, factor = layer[None], self.super_res.config.scale_factor
        if times < factor:
            small = F.interpolate(small, scale_factor=times / factor, mode="area")
        timestep = torch.tensor([1000.0], device=self._execution_device)
        small = small.to(self._execution_device, self.super_res.dtype).contiguous(memory_format=torch.channels_last)
        large = self.super_res(None, timestep, small, tokens, mask).clamp(-1, 1)[0].float().cpu()
        return without_frayed_border(large)

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


def _tell_kept(on_step, steps: dict[str, int], small: torch.Tensor, large: torch.Tensor) -> None:
    """The steps that made a layer, told without taking them: whoever counts or stops a drawing by them, still can."""
    for stage, name, layer in (
        ("decoder", "num_inference_steps", small), ("super_res", "super_res_num_inference_steps", large)
    ):  # fmt: skip
        for step in range(steps[name]):
            on_step(stage, step, torch.tensor(0.0), layer, layer, True)


def _own(embeds, encoded, at: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Embedding, tokens and mask of thing ``at``, without the padding that others need."""
    length = int(encoded[1][at].sum())
    return embeds[at, None], encoded[0][at, None, :length], encoded[1][at, None, :length]


def _guide(predictions: torch.Tensor, scale: float) -> torch.Tensor:
    """Classifier-free guidance on (unconditional, conditional) rows (Ho and Salimans 2022, eq. 6)."""
    unconditional, conditional = predictions.chunk(2)
    return unconditional + scale * (conditional - unconditional)
