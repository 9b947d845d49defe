"""Another model behind our own call: any text-to-image repository of diffusers, drawn, stopped and marked like ours.

    capabilities = read_capabilities("FOLDER", "name")     # of pipeline.loading.repository: configuration files only
    pipe = load_adapted("FOLDER", capabilities)            # of pipeline.loading.loader
    image = pipe("a red apple", generator=torch.manual_seed(7), watermark_payload=1).images[0]

`AdaptedPipeline` has what `pipeline.serve.render.render` and the page use of `TextToImagePipeline`. Progress and
cancel go through the progress bar that every pipeline of diffusers counts its steps on, because some, UnCLIP among
them, have no `callback_on_step_end`.
"""

import contextlib
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from pipeline.loading.capabilities import CONTROLS, Capabilities
from pipeline.loading.errors import HeldBack, ModelFailed
from pipeline.loading.failures import say_failure
from pipeline.loading.lora import Lora, apply_loras
from pipeline.loading.previews import Previews
from pipeline.loading.repository import argument
from pipeline.loading.schedulers import scheduler_for
from pipeline.loading.siblings import Task, build_sibling, sibling_arguments
from pipeline.loading.steps import Steps
from pipeline.safety import SafetyScreen
from pipeline.stages import STAGE_ROWS
from pipeline.watermark import embed_checked
from pipeline.watermark.embed import LATEST

if TYPE_CHECKING:  # diffusers takes seconds to import
    import torch
    from diffusers import DiffusionPipeline

    from pipeline.output import TextToImagePipelineOutput

__all__ = ["AdaptedPipeline"]

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_TILED_AREA = 1536 * 1536  # pixels from which a decoder works on tiles, where it can: its memory grows with the area


class AdaptedPipeline:
    """A pipeline of diffusers, with the call of ours.

    Args:
        pipe: any text-to-image pipeline of diffusers, in eval mode on its device.
        capabilities: what it can be asked for.
        fixed: arguments of its call that nobody chooses, such as a distilled model's guidance of 0.
        other_steps: arguments of its call with another number of steps than it begins with.
        loras: what was loaded into it.
    """

    def __init__(
        self,
        pipe: "DiffusionPipeline",
        capabilities: Capabilities,
        *,
        fixed: Mapping[str, Any] = _NOTHING,
        other_steps: Mapping[str, Any] = _NOTHING,
        loras: Sequence[Lora] = (),
    ):
        self.pipe, self.capabilities, self.loras = pipe, capabilities, tuple(loras)
        self._fixed, self._other_steps = dict(fixed), dict(other_steps)
        self.safety_checker = SafetyScreen()  # words alone: a threshold of the meaning belongs to one text encoder
        self._on_step: Callable[[str, int, int | None], None] | None = None
        self._stopped: Exception | None = None
        self._latents: torch.Tensor | None = None
        self._loops = 0
        self._stages = [row.name for row in STAGE_ROWS if row.steps in capabilities.controls]
        self._siblings: dict[str, DiffusionPipeline] = {}
        self.weights_hash = ""  # where it was not known before the weights were here
        self._schedulers = {capabilities.scheduler: getattr(pipe, "scheduler", None)}
        self._previews = Previews(pipe) if capabilities.previews else None
        self._watch(pipe)

    @property
    def components(self) -> dict:
        return self.pipe.components

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of its pictures where nothing else is asked for, in pixels."""
        return self.capabilities.width, self.capabilities.height

    @property
    def draws_any_size(self) -> bool:
        """Whether its call takes ``width`` and ``height``."""
        return self.capabilities.sizes

    def __call__(
        self,
        prompt: str,
        negative_prompt: str | None = None,
        image: list[Image.Image] | None = None,
        *,
        width: int | None = None,
        height: int | None = None,
        scheduler: str | None = None,
        similarity_strength: float = 0.7,
        generator: "torch.Generator | list[torch.Generator] | None" = None,
        watermark_payload: "int | list[int] | None" = None,
        watermark_version: int = LATEST,
        callback_on_step_end: Callable[["AdaptedPipeline", int, None, dict], dict] | None = None,
        callback_on_step_end_tensor_inputs: tuple[str, ...] = (),
        **settings: Any,
    ) -> "TextToImagePipelineOutput":
        """Draw one picture, or several of one prompt in one call, marked, with the marks read back.

        Args:
            prompt: what to draw, perhaps with tags of the LoRAs that are loaded.
            negative_prompt: only where ``capabilities`` has it.
            image: up to ``capabilities.max_references``: a picture to draw over, and a mask of what is drawn anew.
            width, height: in pixels, where ``capabilities.sizes``; left out, ``size``.
            scheduler: of ``capabilities.schedulers``; left out, or "default", its own.
            similarity_strength: how much of a picture that is drawn over stays.
            generator: the only source of randomness; a list draws a picture with each (``capabilities.batches``).
            watermark_payload: 32-bit number carried by the watermark; a list has one for each picture.
            watermark_version: how it is written; recipes of schema 1 to 4 keep the first.
            callback_on_step_end: called after each step as (self, step, None, kwargs), where kwargs hold ``stage``,
                ``picture``, ``num_steps`` (None where that is not known) and the chosen tensors: of those there is
                ``preview``, (1, 3, height, width) in [-1, 1] at the latents' size, where ``capabilities.previews``.
                An exception raised in it ends the call.
            settings: the recipe's controls. Those that the model lacks are not passed on; `Capabilities.check` is
                what refuses them.

        Returns:
            the pictures; None in the place of one of several that the model's own safety check held back.

        Raises:
            ValueError: an argument that this model has no place for; `pipeline.loading.errors.HeldBack`, one of
                them, where its own safety check held every picture back; `pipeline.safety.Refused`, one of them, where
                our screen refuses the prompt; `pipeline.loading.errors.ModelFailed`, one of them, where the model
                could not draw.
        """
        from pipeline.output import TextToImagePipelineOutput

        self._check(prompt, image or [], settings)
        size = (width or self.size[0], height or self.size[1])
        plain = apply_loras(self.pipe, self.loras, prompt, self.capabilities.model)
        pipe, arguments = self._plan(image or [], size, similarity_strength, settings)
        if negative_prompt and self.capabilities.negative_prompt:
            arguments["negative_prompt"] = negative_prompt
        wants_preview = self._previews is not None and "preview" in callback_on_step_end_tensor_inputs

        def on_step(stage: str, step: int, num_steps: int | None) -> None:
            if callback_on_step_end is not None:
                known = dict.fromkeys(callback_on_step_end_tensor_inputs)
                if self._previews is not None and wants_preview and self._latents is not None:
                    known["preview"] = self._previews(self._latents, size)
                known |= {"stage": stage, "picture": 0, "num_steps": num_steps}
                callback_on_step_end(self, step, None, known)

        if wants_preview:
            arguments["callback_on_step_end"] = self._keep_latents
        own = getattr(pipe, "scheduler", None)
        try:
            if scheduler not in (None, "default", self.capabilities.scheduler):
                pipe.scheduler = self._scheduler(scheduler)
            pictures = self._draw(pipe, on_step, size, prompt=plain, generator=generator, **arguments)
        finally:
            if own is not None:
                pipe.scheduler = own
        payloads = watermark_payload if isinstance(watermark_payload, list) else [watermark_payload] * len(pictures)
        marked: list[Any] = [  # a caller of several asks whether each is there
            picture and embed_checked(picture, payload=payload, version=watermark_version)
            for picture, payload in zip(pictures, payloads, strict=True)
        ]
        return TextToImagePipelineOutput(images=marked, image_embeds=None, image_weights=[1.0] if image else None)

    def get_text_embeds(self, prompts: list[str]) -> "torch.Tensor":
        """Not here: raises ValueError."""
        raise ValueError(
            f"The model {self.capabilities.model} has no embeddings to search with. Start Easel without `--model`."
        )

    def get_image_embeds(self, images: list[Image.Image]) -> "torch.Tensor":
        """Not here: raises ValueError."""
        return self.get_text_embeds([])

    def _check(self, prompt: str, image: Sequence[Image.Image], settings: Mapping[str, Any]) -> None:
        model = self.capabilities.model
        extra = [name for name in settings if name not in _HEEDED and settings[name] is not None]
        if extra:
            raise ValueError(f"The model {model} has no `{extra[0]}`. Leave it out.")
        if not prompt.strip():
            raise ValueError(f"The model {model} draws from words. Type what you would like to see.")
        if len(image) > self.capabilities.max_references:
            raise ValueError(f"The model {model} takes no such reference pictures. Remove them.")
        self.safety_checker.check([prompt])

    def _plan(
        self, image: Sequence[Image.Image], size: tuple[int, int], similarity: float, settings: Mapping[str, Any]
    ) -> tuple["DiffusionPipeline", dict[str, Any]]:
        """The pipeline that draws, and the arguments of its call."""
        steps = int(settings.get("num_inference_steps") or self.capabilities.controls["num_inference_steps"])
        pipe, arguments = self.pipe, dict(self._fixed)
        if image and self.capabilities.similarity:
            pipe = self._sibling("mask" if len(image) > 1 else "image")
            mask = image[1] if len(image) > 1 else None
            arguments |= sibling_arguments(image[0], mask, size, similarity, steps)
        elif image:
            arguments["image"] = image[0]
        for name in self.capabilities.controls:
            theirs = argument(type(pipe), name) or argument(type(self.pipe), name)
            if name in settings and theirs is not None:
                arguments[theirs[0]] = settings[name]
        if steps != self.capabilities.controls["num_inference_steps"]:
            arguments |= self._other_steps
        arguments |= {"width": size[0], "height": size[1], "max_area": size[0] * size[1]}
        arguments["use_resolution_binning"] = False  # it draws at another size and scales the picture
        parameters = inspect.signature(type(pipe).__call__).parameters
        return pipe, {name: value for name, value in arguments.items() if name in parameters}

    def _draw(
        self,
        pipe: "DiffusionPipeline",
        on_step: Callable[[str, int, int | None], None],
        size: tuple[int, int],
        **arguments: Any,
    ) -> list[Image.Image | None]:
        """The pictures of one call, before the mark; None for those that the model's own safety check held back.

        Raises:
            ModelFailed: the pipeline raised, or what it drew is no picture.
            HeldBack: its own safety check held all of them back.
        """
        own_class, model = type(pipe).__name__, self.capabilities.model
        self._on_step, self._loops, self._stopped, self._latents = on_step, 0, None, None
        call: Any = pipe  # the base class of all has none
        generator = arguments.get("generator")
        number = len(generator) if isinstance(generator, list) else 1
        _spare_memory(pipe, tiled=size[0] * size[1] > _TILED_AREA, sliced=number > 1)
        if number > 1:
            arguments["num_images_per_prompt"] = number
        try:
            with _seeded(generator):
                output = call(output_type="pil", **arguments)
        except Exception as error:
            if error is self._stopped or isinstance(error, ModelFailed):
                raise
            raise ModelFailed(say_failure(error, model, own_class, "draw")) from error
        finally:
            self._on_step = self._latents = None
        pictures = output.get("images") or output.get("image")  # Kandinsky 5 has the singular
        pictures = pictures if isinstance(pictures, list) else [pictures]
        if len(pictures) != number:
            raise ModelFailed(f"{model} ({own_class}) drew {len(pictures)} pictures in place of {number}.")
        held = list(output.get("nsfw_content_detected") or [False] * number)
        if all(held):
            raise HeldBack
        return [
            None if is_held else self._checked(picture, size, own_class)
            for picture, is_held in zip(pictures, held, strict=True)
        ]

    def _checked(self, picture: Any, size: tuple[int, int], own_class: str) -> Image.Image:
        """A picture that is one, in RGB."""
        model = self.capabilities.model
        if not isinstance(picture, Image.Image):
            raise ModelFailed(f"{model} ({own_class}) gave back no picture. Choose another model.")
        picture = picture.convert("RGB")
        if not np.ptp(np.asarray(picture), axis=(0, 1)).any():
            raise ModelFailed(
                f"{model} ({own_class}) drew one colour and nothing else, as it does where its numbers overflow. "
                "Start with --dtype float32, or choose other settings."
            )
        if picture.size != size:
            raise ModelFailed(
                f"The model {model} drew {picture.width}x{picture.height} pixels in place of {size[0]}x{size[1]}. "
                f"Ask for {picture.width}x{picture.height}."
            )
        return picture

    def _watch(self, pipe: "DiffusionPipeline") -> None:
        """Count the steps of a pipeline, and look at the numbers that become its picture."""
        for each in _with_inner_pipelines(pipe):
            each.progress_bar = self._progress_bar
            _watch_for_nan(each, self.capabilities.model, "--lora left out or " if self.loras else "")

    def _sibling(self, task: Task) -> "DiffusionPipeline":
        if task not in self._siblings:
            self._siblings[task] = build_sibling(self.pipe, task)
            self._watch(self._siblings[task])
        return self._siblings[task]

    def _scheduler(self, name: str) -> Any:
        if name not in self.capabilities.schedulers:
            have = ", ".join(self.capabilities.schedulers) or "none but its own"
            raise ValueError(f"`scheduler` of the model {self.capabilities.model} is one of {have}, got {name!r}.")
        if name not in self._schedulers:
            self._schedulers[name] = scheduler_for(self.pipe, name)
        return self._schedulers[name]

    def _keep_latents(self, _pipe, _step: int, _timestep, known: dict) -> dict:
        """As `callback_on_step_end` of diffusers, which runs before the step is counted."""
        self._latents = known.get("latents")
        return {}

    def _progress_bar(self, iterable=None, total: int | None = None) -> "Steps":
        """In the place of `DiffusionPipeline.progress_bar`. The loops of one call are its stages, in order."""
        stage = self._stages[min(self._loops, len(self._stages) - 1)]
        self._loops += 1

        def tell(step: int) -> None:
            try:
                if self._on_step is not None:
                    self._on_step(stage, step, steps.known_total())
            except Exception as error:  # whoever watches wants the drawing to end: no failure of the model
                self._stopped = error
                raise

        steps = Steps(iterable, total, tell)
        return steps


_HEEDED = {*CONTROLS, "image_weights", "fusion_type"}


def _with_inner_pipelines(pipe: "DiffusionPipeline") -> list:
    """The pipeline and those that it is combined of (Kandinsky's prior_pipe and decoder_pipe)."""
    from diffusers import DiffusionPipeline

    return [pipe, *(value for value in vars(pipe).values() if isinstance(value, DiffusionPipeline))]


@contextlib.contextmanager
def _seeded(generator: "torch.Generator | list[torch.Generator] | None") -> Iterator[None]:
    """Let the recipe's seed, of several the first one's, count for what heeds no generator, too: language models among
    the components sample.
    """
    import torch

    if generator is None:
        yield
        return
    first = generator[0] if isinstance(generator, list) else generator
    with torch.random.fork_rng():
        torch.manual_seed(first.initial_seed())
        yield


def _spare_memory(pipe: "DiffusionPipeline", *, tiled: bool, sliced: bool) -> None:
    """Let the decoder work on tiles, or on the whole: a function of the size alone, so that pictures are the same; and
    of several pictures on one after the other."""
    decoder = getattr(pipe, "vae", None) or getattr(pipe, "movq", None)
    for way, wanted in (("tiling", tiled), ("slicing", sliced)):
        switch = getattr(decoder, f"{'enable' if wanted else 'disable'}_{way}", None)
        if switch is not None:
            try:
                switch()
            except NotImplementedError:  # it has the method of its base class alone
                pass


def _watch_for_nan(pipe: "DiffusionPipeline", model: str, first: str) -> None:
    """Refuse numbers that are none where a decoder's output becomes a picture; they would be black pixels.

    first: what may help before a larger dtype does.
    """
    processor: Any = getattr(pipe, "image_processor", None)
    postprocess = getattr(processor, "postprocess", None)
    if postprocess is None:
        return

    def checked(image, *arguments, **more):
        if hasattr(image, "isfinite") and not bool(image.isfinite().all()):
            raise ModelFailed(
                f"{model} ({type(pipe).__name__}) computed numbers that are none (NaN), so there is no picture. "
                f"Start with {first}--dtype float32; where that does not help, its weights are damaged: download them "
                "again."
            )
        return postprocess(image, *arguments, **more)

    processor.postprocess = checked
