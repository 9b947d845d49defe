"""Another model behind our own call: any text-to-image repository of diffusers, drawn, stopped and marked like ours.

    capabilities = read_capabilities("FOLDER", "name")     # of pipeline.loading.repository: configuration files only
    pipe = load_adapted("FOLDER", capabilities)            # of pipeline.loading.loader
    image = pipe("a red apple", generator=torch.manual_seed(7), watermark_payload=1).images[0]

`AdaptedPipeline` has what `pipeline.serve.render.render` and the page use of `TextToImagePipeline`. Progress and
cancel go through the progress bar that every pipeline of diffusers counts its steps on, because some, UnCLIP among
them, have no `callback_on_step_end`.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from PIL import Image

from pipeline.loading.capabilities import CONTROLS, Capabilities
from pipeline.loading.errors import ModelFailed
from pipeline.loading.failures import say_failure
from pipeline.loading.repository import argument
from pipeline.safety import SafetyScreen
from pipeline.stages import STAGE_ROWS
from pipeline.watermark import embed_checked

if TYPE_CHECKING:  # diffusers takes seconds to import
    import torch
    from diffusers import DiffusionPipeline

    from pipeline.output import TextToImagePipelineOutput

__all__ = ["AdaptedPipeline"]


_NOTHING: Mapping[str, Any] = MappingProxyType({})


class AdaptedPipeline:
    """A pipeline of diffusers, with the call of ours.

    Args:
        pipe: any text-to-image pipeline of diffusers, in eval mode on its device.
        capabilities: what it can be asked for.
        fixed: arguments of its call that nobody chooses, such as a distilled model's guidance of 0.
        other_steps: arguments of its call with another number of steps than it begins with.
    """

    def __init__(
        self,
        pipe: "DiffusionPipeline",
        capabilities: Capabilities,
        *,
        fixed: Mapping[str, Any] = _NOTHING,
        other_steps: Mapping[str, Any] = _NOTHING,
    ):
        self.pipe, self.capabilities = pipe, capabilities
        self._fixed, self._other_steps = dict(fixed), dict(other_steps)
        self.safety_checker = SafetyScreen()  # words alone: a threshold of the meaning belongs to one text encoder
        self._arguments = {name: argument(type(pipe), name)[0] for name in CONTROLS if name in capabilities.controls}
        self._on_step: Callable[[str, int], None] | None = None
        self._stopped: Exception | None = None
        self._loops = 0
        self._stages = [row.name for row in STAGE_ROWS if row.steps in capabilities.controls]
        for each in _with_inner_pipelines(pipe):
            each.progress_bar = self._progress_bar
            _watch_for_nan(each)

    @property
    def components(self) -> dict:
        return self.pipe.components

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of its pictures, in pixels."""
        return self.capabilities.width, self.capabilities.height

    def __call__(
        self,
        prompt: str,
        negative_prompt: str | None = None,
        image: list[Image.Image] | None = None,
        *,
        generator: "torch.Generator | None" = None,
        watermark_payload: int | None = None,
        callback_on_step_end: Callable[["AdaptedPipeline", int, None, dict], dict] | None = None,
        callback_on_step_end_tensor_inputs: tuple[str, ...] = (),
        **settings: Any,
    ) -> "TextToImagePipelineOutput":
        """Draw one picture, marked, with the mark read back.

        Args:
            prompt: what to draw.
            negative_prompt, image: only where ``capabilities`` has them.
            generator: the only source of randomness.
            watermark_payload: 32-bit number carried by the watermark.
            callback_on_step_end: called after each step as (self, step, None, kwargs), where kwargs hold ``stage``,
                ``picture`` and the chosen tensors, all None: what a foreign model has half-way is its own affair. An
                exception raised in it ends the call.
            settings: the recipe's controls. Those that the model lacks are not passed on; `Capabilities.check` is
                what refuses them.

        Raises:
            ValueError: an argument that this model has no place for, or its own safety check held the picture back;
                `pipeline.safety.Refused`, one of them, where our screen refuses the prompt.
        """
        from pipeline.output import TextToImagePipelineOutput

        extra = [name for name in settings if name not in _HEEDED and settings[name] is not None]
        if extra:
            raise ValueError(f"The model {self.capabilities.model} has no `{extra[0]}`. Leave it out.")
        if not prompt.strip():
            raise ValueError(f"The model {self.capabilities.model} draws from words. Type what you would like to see.")
        self.safety_checker.check([prompt])
        arguments = self._fixed | {
            theirs: settings[name] for name, theirs in self._arguments.items() if name in settings
        }
        if settings.get("num_inference_steps") != self.capabilities.controls["num_inference_steps"]:
            arguments |= self._other_steps
        if negative_prompt and self.capabilities.negative_prompt:
            arguments["negative_prompt"] = negative_prompt
        if image:
            if len(image) > self.capabilities.max_references:
                raise ValueError(f"The model {self.capabilities.model} takes no such reference pictures. Remove them.")
            arguments["image"] = image[0]
        parameters = inspect.signature(type(self.pipe).__call__).parameters
        if {"width", "height"} <= parameters.keys():
            arguments |= {"width": self.size[0], "height": self.size[1]}
        if "max_area" in parameters:
            arguments["max_area"] = self.size[0] * self.size[1]
        if "use_resolution_binning" in parameters:
            arguments["use_resolution_binning"] = False  # which draws at another size and scales the picture

        def on_step(stage: str, step: int) -> None:
            if callback_on_step_end is not None:
                chosen = dict.fromkeys(callback_on_step_end_tensor_inputs)
                callback_on_step_end(self, step, None, {"stage": stage, "picture": 0, **chosen})

        picture = self._draw(on_step, prompt=prompt, generator=generator, **arguments)
        marked = embed_checked(picture, payload=watermark_payload)
        return TextToImagePipelineOutput(images=[marked], image_embeds=None, image_weights=[1.0] if image else None)

    def _draw(self, on_step: Callable[[str, int], None], **arguments: Any) -> Image.Image:
        """The picture of one call, before the mark.

        Raises:
            ModelFailed: the pipeline raised, or what it drew is no picture.
            ValueError: its own safety check held the picture back.
        """
        own_class, model = type(self.pipe).__name__, self.capabilities.model
        self._on_step, self._loops, self._stopped = on_step, 0, None
        try:
            output = self.pipe(output_type="pil", **arguments)
        except Exception as error:
            if error is self._stopped or isinstance(error, ModelFailed):
                raise
            raise ModelFailed(say_failure(error, model, own_class, "draw")) from error
        finally:
            self._on_step = None
        if any(output.get("nsfw_content_detected") or ()):
            raise ValueError("The model's own safety check held this picture back. Change the prompt or the seed.")
        pictures = output.get("images") or output.get("image")  # Kandinsky 5 has the singular
        picture = pictures[0] if isinstance(pictures, list) and pictures else pictures
        if not isinstance(picture, Image.Image):
            raise ModelFailed(f"{model} ({own_class}) gave back no picture. Choose another model.")
        picture = picture.convert("RGB")
        if all(low == high for low, high in picture.getextrema()):
            raise ModelFailed(
                f"{model} ({own_class}) drew one colour and nothing else, as it does where its numbers overflow. "
                "Start with --dtype float32, or choose other settings."
            )
        if picture.size != self.size:
            raise ModelFailed(
                f"The model {model} drew {picture.width}x{picture.height} pixels in place of "
                f"{self.size[0]}x{self.size[1]}. Choose another model."
            )
        return picture

    def get_text_embeds(self, prompts: list[str]) -> "torch.Tensor":
        """Not here: raises ValueError."""
        raise ValueError(
            f"The model {self.capabilities.model} has no embeddings to search with. Start Easel without `--model`."
        )

    def get_image_embeds(self, images: list[Image.Image]) -> "torch.Tensor":
        """Not here: raises ValueError."""
        return self.get_text_embeds([])

    def _progress_bar(self, iterable=None, total: int | None = None) -> "_Steps":
        """In the place of `DiffusionPipeline.progress_bar`. The loops of one call are its stages, in order."""
        stage = self._stages[min(self._loops, len(self._stages) - 1)]
        self._loops += 1

        def tell(step: int) -> None:
            try:
                if self._on_step is not None:
                    self._on_step(stage, step)
            except Exception as error:  # whoever watches wants the drawing to end: no failure of the model
                self._stopped = error
                raise

        return _Steps(iterable, total, tell)


_HEEDED = {*CONTROLS, "image_weights", "fusion_type", "similarity_strength"}


class _Steps:
    """As much of a tqdm bar as diffusers' pipelines use; tells each finished step, from 0."""

    def __init__(self, iterable, total: int | None, tell: Callable[[int], None]):
        self.iterable, self.total, self.n, self._tell = iterable, total, 0, tell

    def __iter__(self) -> Iterator:
        for item in self.iterable:
            yield item
            self.update()

    def __len__(self) -> int:
        return len(self.iterable) if self.total is None else self.total

    def __enter__(self) -> "_Steps":
        return self

    def __exit__(self, *raised) -> None:
        pass

    def update(self, n: int = 1) -> None:
        for _ in range(n):
            self._tell(self.n)
            self.n += 1

    def set_description(self, *words, **more) -> None:
        """A bar's label; nobody reads it here."""

    set_postfix = set_postfix_str = set_description


def _with_inner_pipelines(pipe: "DiffusionPipeline") -> list:
    """The pipeline and those that it is combined of (Kandinsky's prior_pipe and decoder_pipe)."""
    from diffusers import DiffusionPipeline

    return [pipe, *(value for value in vars(pipe).values() if isinstance(value, DiffusionPipeline))]


def _watch_for_nan(pipe: "DiffusionPipeline") -> None:
    """Refuse numbers that are none where a decoder's output becomes a picture; they would be black pixels."""
    processor = getattr(pipe, "image_processor", None)
    postprocess = getattr(processor, "postprocess", None)
    if postprocess is None:
        return

    def checked(image, *arguments, **more):
        if hasattr(image, "isfinite") and not bool(image.isfinite().all()):
            raise ModelFailed(
                f"{type(pipe).__name__} computed numbers that are none (NaN), so there is no picture. "
                "Start with --dtype float32; where that does not help, its weights are damaged: download them again."
            )
        return postprocess(image, *arguments, **more)

    processor.postprocess = checked
