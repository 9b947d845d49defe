"""The whole cascade: prompt or reference pictures -> image embedding -> 64x64 -> 256x256 -> composed -> watermark.

    pipe = TextToImagePipeline.from_pretrained("weights")
    image = pipe("a red apple, 3d render, on a light blue background", generator=torch.manual_seed(7)).images[0]

Pictures of one call are drawn one by one, each with its own generator: a batch equals its singles, byte for byte.
"""

import functools
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import DiffusionPipeline, FlowMatchEulerDiscreteScheduler
from diffusers.image_processor import VaeImageProcessor
from diffusers.utils.torch_utils import randn_tensor
from PIL import Image
from transformers import BertModel, CLIPImageProcessor, PreTrainedTokenizerBase

from pipeline.language.reading import PromptReader, Reading
from pipeline.language.text_states import encode_texts, padded, sentence_embeds
from pipeline.language.wording import plain_clauses
from pipeline.models.decoder import ImageDecoder
from pipeline.models.fusion import ImageFusion
from pipeline.models.image_encoder import POSE_DIM, ImageEncoder
from pipeline.models.prior import EmbeddingPrior
from pipeline.models.super_resolution import SuperResolution
from pipeline.models.text_projection import TextProjection
from pipeline.models.vocabulary import Vocabulary
from pipeline.output import TextToImagePipelineOutput
from pipeline.pictures.decode import flatten
from pipeline.recipe.schema import FIELDS
from pipeline.safety import CONCEPT_THRESHOLD, PictureScreen, Refused, SafetyScreen
from pipeline.scene.compose import compose
from pipeline.scene.layout import arrange
from pipeline.scene.recolour import recolour
from pipeline.watermark import embed_checked

__all__ = ["MAX_IMAGES", "TextToImagePipeline"]

MAX_IMAGES = 5  # reference pictures, as Titan takes
Callback = Callable[["TextToImagePipeline", int, torch.Tensor, dict], dict]


class TextToImagePipeline(DiffusionPipeline):
    """Text-to-image and picture-to-picture generation with the cascade of Titan Image Generator.

    Args:
        tokenizer, text_encoder: the shared text encoder (a BERT sentence encoder).
        text_proj: its head into the space of the image embeddings.
        feature_extractor, image_encoder: the other half of the embedding model.
        fusion: several image embeddings -> one.
        prior, prior_scheduler: text -> image embedding.
        decoder, decoder_scheduler: image embedding and text -> 64x64 layer, the thing cut free from its ground.
        super_res, super_res_scheduler: 64x64 layer and text -> 256x256 layer.
        vocabulary: the names that the model was taught; with it, a prompt is read before it is drawn.
        safety_checker: a `SafetyScreen` of your own; without one, the bundled categories. There is always one.
        safety_threshold: cosine at which the bundled one refuses a prompt by its meaning, for the text encoder at
            hand; None looks at words alone.
        safety_margin: how much nearer to something unsafe than to its prompt and to anything harmless a drawn picture
            may be, in cosine of the embedding at hand; None leaves drawn pictures unscreened.
        prior_temperature: the prior starts from noise of this standard deviation. Below 1 its embeddings are likelier
            and less varied (as "temperature" in Kingma and Dhariwal 2018, section 6), but for the pose.
    """

    model_cpu_offload_seq = "text_encoder->text_proj->image_encoder->fusion->prior->decoder->super_res"
    _optional_components = ["vocabulary", "safety_checker"]
    _exclude_from_cpu_offload = ["prior"]  # its parameters are used outside its forward
    _callback_tensor_inputs = ["latents", "image_embeds", "preview"]

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        text_encoder: BertModel,
        text_proj: TextProjection,
        feature_extractor: CLIPImageProcessor,
        image_encoder: ImageEncoder,
        fusion: ImageFusion,
        prior: EmbeddingPrior,
        prior_scheduler: FlowMatchEulerDiscreteScheduler,
        decoder: ImageDecoder,
        decoder_scheduler: FlowMatchEulerDiscreteScheduler,
        super_res: SuperResolution,
        super_res_scheduler: FlowMatchEulerDiscreteScheduler,
        vocabulary: Vocabulary | None = None,
        safety_checker=None,
        safety_threshold: float | None = None,
        safety_margin: float | None = None,
        prior_temperature: float = 1.0,
    ):
        super().__init__()
        self.register_modules(
            tokenizer=tokenizer,
            text_encoder=text_encoder,
            text_proj=text_proj,
            feature_extractor=feature_extractor,
            image_encoder=image_encoder,
            fusion=fusion,
            prior=prior,
            prior_scheduler=prior_scheduler,
            decoder=decoder,
            decoder_scheduler=decoder_scheduler,
            super_res=super_res,
            super_res_scheduler=super_res_scheduler,
            vocabulary=vocabulary,
            safety_checker=None,  # words, not weights: saved with the code, never with the model
        )
        self.register_to_config(
            safety_threshold=safety_threshold, safety_margin=safety_margin, prior_temperature=prior_temperature
        )
        self._made_screen = safety_checker is None
        if safety_checker is None:
            words = ("styles", "backgrounds", "phrases")
            safety_checker = SafetyScreen(
                embed_texts=None if safety_threshold is None else self.get_sentence_embeds,
                threshold=safety_threshold or CONCEPT_THRESHOLD,
                plain=plain_clauses(*(vocabulary.config[name] for name in words)) if vocabulary else (),
            )
        self.safety_checker = safety_checker
        if vocabulary is None:
            self.reader = None
        else:
            self.reader = PromptReader(vocabulary, self.get_sentence_embeds, self._is_word)
        self.image_processor = VaeImageProcessor(do_resize=False)

    @property
    def components(self) -> dict:
        """What makes another pipeline of the same kind, settings included: `TextToImagePipeline(**pipe.components)`.
        A screen that this one made for itself is left out: the other one makes its own.
        """
        settings = {name: self.config[name] for name in self._get_signature_keys(self)[1]}
        screen = None if self._made_screen else self.safety_checker
        return {**super().components, **settings, "safety_checker": screen}

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of its pictures, in pixels."""
        side = self.decoder.config.sample_size * self.super_res.config.scale_factor
        return side, side

    @property
    def _execution_device(self) -> torch.device:
        """As diffusers', which looks through all components for hooks, a millisecond each time that it is asked."""
        if hasattr(self.text_encoder, "_hf_hook"):
            return super()._execution_device
        return self.text_encoder.device

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path, **kwargs):
        """As diffusers', but in float32 unless ``dtype`` says otherwise: the weights are stored in half precision."""
        if "torch_dtype" not in kwargs:
            kwargs.setdefault("dtype", torch.float32)
        pipe = super().from_pretrained(pretrained_model_name_or_path, **kwargs)
        for component in (pipe.image_encoder, pipe.decoder, pipe.super_res):
            component.to(memory_format=torch.channels_last)  # a tenth of the convolutions' time went into reordering
        return pipe

    def check_inputs(
        self, prompt, negative_prompt, image, prompt_embeds, pooled_prompt_embeds, image_embeds, num_images_per_prompt,
        generator, steps,
    ) -> None:  # fmt: skip
        """Refuse what cannot be drawn, naming the argument, what was expected and what came."""
        if prompt is not None and not isinstance(prompt, (str, list)):
            raise ValueError(f"`prompt` must be a string or a list of strings, got {type(prompt).__name__}.")
        prompts = [prompt] if isinstance(prompt, str) else prompt or []
        if any(not isinstance(text, str) for text in prompts):
            raise ValueError("`prompt` must hold strings only.")
        if negative_prompt is not None and not isinstance(negative_prompt, str):
            raise ValueError(f"`negative_prompt` must be a string, got {type(negative_prompt).__name__}.")
        images = image if isinstance(image, (list, tuple)) else [] if image is None else [image]
        if len(images) > MAX_IMAGES:
            raise ValueError(f"`image` takes 1 to {MAX_IMAGES} pictures, got {len(images)}. Pass fewer.")
        if any(not isinstance(picture, Image.Image) for picture in images):
            raise ValueError("`image` must hold PIL pictures. Open the files with PIL.Image.open first.")
        if (prompt_embeds is None) != (pooled_prompt_embeds is None):
            raise ValueError("`prompt_embeds` and `pooled_prompt_embeds` go together; `encode_prompt` returns both.")
        if prompt is not None and prompt_embeds is not None:
            raise ValueError("Pass either `prompt` or `prompt_embeds`, not both.")
        said = any(text.strip() for text in prompts) or prompt_embeds is not None
        if not said and not images and image_embeds is None:
            raise ValueError("`prompt` is empty. Say what to draw, or pass 1 to 5 pictures as `image`.")
        if images and image_embeds is not None:
            raise ValueError("Pass either `image` or `image_embeds`, not both.")
        if not isinstance(num_images_per_prompt, int) or num_images_per_prompt < 1:
            raise ValueError(f"`num_images_per_prompt` must be a whole number from 1, got {num_images_per_prompt!r}.")
        for name, value in steps.items():
            low, high = FIELDS[name].low, FIELDS[name].high
            if not isinstance(value, int) or not low <= value <= high:
                raise ValueError(f"`{name}` must be a whole number from {low} to {high}, got {value!r}.")
        total = max(1, len(prompts)) * num_images_per_prompt
        if isinstance(generator, list) and len(generator) != total:
            raise ValueError(f"`generator` has {len(generator)} entries for {total} pictures. Pass one per picture.")

    def check_safety(
        self,
        texts: list[str],
        prompt_embeds: torch.Tensor | None = None,
        part_embeds: dict[str, np.ndarray] | None = None,
    ) -> None:
        """Refuse what is not drawn for anybody, by its words, and by its meaning where there is a threshold for it.

        Args:
            texts: what to draw, in words.
            prompt_embeds: or as it was encoded.
            part_embeds: ``get_sentence_embeds`` of the screen's ``parts`` of the texts, where they are at hand.

        Raises:
            Refused: a ValueError whose message says what kind of thing it is.
        """
        self.safety_checker.check(texts, part_embeds)
        if prompt_embeds is not None and self.safety_checker.embed_texts is not None:
            embeds = F.normalize(prompt_embeds.float().mean(dim=1), dim=-1).cpu().numpy()
            for verdict in self.safety_checker.screen_embeds(embeds):
                if not verdict.allowed:
                    raise Refused(verdict)

    @functools.cached_property
    def picture_screen(self) -> PictureScreen:
        """What drawn pictures are compared with before they are shown."""

        def embed_texts(texts: list[str]) -> np.ndarray:
            return self.said(self.text_proj(*padded(self.encode_texts(texts))))

        with torch.no_grad():
            return PictureScreen.make(embed_texts, margin=self.config.safety_margin)

    def check_picture(self, image_embeds: torch.Tensor, pooled_prompt_embeds: torch.Tensor) -> None:
        """Refuse a drawn picture that looks like something unsafe rather than like its prompt.

        Raises:
            Refused: a ValueError whose message says what kind of thing it is.
        """
        if self.config.safety_margin is not None:
            self.picture_screen.check(self.said(image_embeds), self.said(pooled_prompt_embeds))

    def said(self, embeds: torch.Tensor) -> np.ndarray:
        """The part of embeds (n, embed_dim) that says what is shown, unit length."""
        return F.normalize(embeds[:, : self.image_encoder.config.semantic_dim].float(), dim=-1).cpu().numpy()

    def encode_texts(self, texts: list[str]) -> list[torch.Tensor]:
        """Texts -> the token states of each, (tokens, text_dim), in as few passes of the encoder as will do."""
        return encode_texts(texts, self.tokenizer, self.text_encoder, self._execution_device)

    def encode_prompt(self, prompt: str) -> tuple[torch.Tensor, torch.Tensor]:
        """One prompt -> prompt_embeds (1, tokens, text_dim) and pooled_prompt_embeds (1, embed_dim), unit length.

        The text is encoded once; prior, decoder and super_res share it.
        """
        prompt_embeds, mask = padded(self.encode_texts([prompt]))
        return prompt_embeds, self.text_proj(prompt_embeds, mask)

    def _encode_checked(self, told: tuple[str, ...], prompt: str) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """What the model is told -> tokens (n, tokens, text_dim), mask (n, tokens), pooled (n, embed_dim), once the
        prompt has passed the screen. What that compares goes through the encoder beside it, whatever was screened
        before: a picture's bytes follow from its recipe alone.
        """
        shared = self.safety_checker.embed_texts == self.get_sentence_embeds
        parts = self.safety_checker.parts(prompt) if shared else []
        states = self.encode_texts([*told, *parts])
        vectors = sentence_embeds(states[len(told) :])
        self.check_safety([prompt], part_embeds=dict(zip(parts, vectors, strict=True)))
        tokens, mask = padded(states[: len(told)])
        return tokens, mask, self.text_proj(tokens, mask)

    def read_prompt(
        self, prompt: str | None, *, whole: bool = False, chance: float | None = None, avoid: str | None = None
    ) -> Reading | None:
        """What a prompt is understood to ask for; None without a vocabulary or without words.

        Args:
            prompt: as a person says it.
            chance: chooses style and ground where none is said (`PromptReader.read`).
            avoid: a negative prompt, whose styles and colours are not chosen.
            whole: several things stay in one prompt: where something else than the prompt says what is drawn.
        """
        if self.reader is None or not prompt or not prompt.strip():
            return None
        reading = self.reader.read(prompt, chance=chance, avoid=avoid or "")
        return Reading((prompt,)) if whole and reading.placed > 1 else reading

    @torch.no_grad()
    def get_text_embeds(self, prompts: list[str]) -> torch.Tensor:
        """Sentences -> (n, embed_dim), unit length, comparable with ``get_image_embeds``."""
        return torch.cat([self.encode_prompt(prompt)[1] for prompt in prompts])

    @torch.no_grad()
    def get_image_embeds(self, images: list[Image.Image]) -> torch.Tensor:
        """Pictures -> (n, embed_dim), unit length. Alpha is laid on white."""
        pixel_values = self.feature_extractor([flatten(image) for image in images], return_tensors="pt").pixel_values
        pixel_values = torch.as_tensor(pixel_values).to(self._execution_device, self.image_encoder.dtype)
        return torch.cat([self.image_encoder(row[None]) for row in pixel_values])

    @torch.no_grad()
    def get_sentence_embeds(self, texts: list[str]) -> np.ndarray:
        """Sentences -> (n, text_dim) float32, unit length: what the text encoder says by itself, before `text_proj`.

        The safety screen compares these.
        """
        return sentence_embeds(self.encode_texts(texts))

    def _is_word(self, word: str) -> bool:
        """Whether the tokenizer leaves it whole."""
        return len(self.tokenizer.tokenize(word)) == 1

    def encode_image(
        self, image: list[Image.Image], image_weights: list[float] | None, fusion_type: str | None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Reference pictures -> their fused embedding (1, embed_dim) and the share of each (num_images,)."""
        embeds = self.get_image_embeds(image)
        weights = None if image_weights is None else torch.tensor([image_weights]).to(embeds)
        fused = self.fusion(embeds[None], weights=weights, fusion_type=fusion_type)
        return fused.image_embeds, fused.weights[0]

    def prepare_latents(self, generator: torch.Generator, *, large: bool = True) -> dict[str, torch.Tensor]:
        """Every stage's noise for one picture, drawn on the generator's device: the same on every device for a CPU
        generator, and the same for a stage whether or not the ones before it run. Super-resolution's is left out
        unless ``large``: a single step has no use for it.
        """
        size = self.decoder.config.sample_size
        shapes = {"prior": (1, self.prior.config.embed_dim), "decoder": (1, 4, size, size)}
        if large:
            side = size * self.super_res.config.scale_factor
            shapes["super_res"] = (1, 4, side, side)
        where = {"generator": generator, "device": self._execution_device, "dtype": self.decoder.dtype}
        return {stage: randn_tensor(shape, **where) for stage, shape in shapes.items()}

    def run_prior(
        self, latents, prompt_embeds, mask, pooled_prompt_embeds, negative, *, num_steps, guidance_scale, on_step
    ) -> torch.Tensor:
        """Texts -> image embeddings (texts, embed_dim) by flow matching with classifier-free guidance."""
        condition = self.prior.encode_text(prompt_embeds, mask, pooled_prompt_embeds)
        count, guided = len(condition), guidance_scale != 1.0
        if guided:
            unconditional = self.prior.null_text[None]
            if negative is not None:
                negative_mask = negative[0].new_ones(negative[0].shape[:2])
                unconditional = self.prior.encode_text(negative[0], negative_mask, negative[1])
            condition = torch.cat([unconditional.expand(count, -1), condition])

        def predict(latents: torch.Tensor, timestep: torch.Tensor) -> torch.Tensor:
            clean = self.prior(torch.cat([latents, latents]) if guided else latents, timestep[None], condition)
            return _guide(clean, guidance_scale) if guided else clean

        temperature = torch.full_like(latents[:1], self.config.prior_temperature)
        start = self.image_encoder.config.semantic_dim + 1
        temperature[:, start : start + POSE_DIM] = 1.0  # where and how large may vary
        latents = temperature * latents
        latents = latents.expand(count, -1)  # the same for all: the things of one picture look alike
        latents = self._flow(self.prior_scheduler, predict, latents, num_steps, "prior", on_step)
        return self.prior.unwhiten(latents)

    def _with_pose(self, image_embeds: torch.Tensor, reading: Reading) -> torch.Tensor:
        """With ground and place as the prompt says them."""
        ground = place = None
        if reading.ground is not None:
            ground = _rgb(reading.ground)
        if reading.place is not None:
            place = torch.tensor(reading.place)
        return self.image_encoder.repose(image_embeds, ground=ground, place=place)

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
        """Small layers and texts -> large layers (texts, 4, 256, 256), in [-1, 1]."""

        def predict(latents: torch.Tensor | None, timestep: torch.Tensor) -> torch.Tensor:
            known = latents if timestep < 1000 else None  # else pure noise
            return self.super_res(known, timestep[None], small, prompt_embeds, mask).clamp(-1, 1)

        latents = None if latents is None else latents.expand(len(small), -1, -1, -1)
        return self._flow(self.super_res_scheduler, predict, latents, num_steps, "super_res", on_step)

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

    @torch.no_grad()
    def __call__(
        self,
        prompt: str | list[str] | None = None,
        negative_prompt: str | None = None,
        image: Image.Image | list[Image.Image] | None = None,
        *,
        num_inference_steps: int = 1,
        guidance_scale: float = 1.0,
        prior_num_inference_steps: int = 1,
        prior_guidance_scale: float = 1.0,
        super_res_num_inference_steps: int = 1,
        num_images_per_prompt: int = 1,
        generator: torch.Generator | list[torch.Generator] | None = None,
        latents: torch.Tensor | None = None,
        prior_latents: torch.Tensor | None = None,
        super_res_latents: torch.Tensor | None = None,
        prompt_embeds: torch.Tensor | None = None,
        pooled_prompt_embeds: torch.Tensor | None = None,
        image_embeds: torch.Tensor | None = None,
        image_weights: list[float] | None = None,
        fusion_type: str | None = None,
        similarity_strength: float = 0.7,
        read_prompt: bool = True,
        watermark_payload: int | None = None,
        output_type: str = "pil",
        return_dict: bool = True,
        callback_on_step_end: Callback | None = None,
        callback_on_step_end_tensor_inputs: tuple[str, ...] = ("latents",),
    ) -> TextToImagePipelineOutput | tuple:
        """Draw.

        Args:
            prompt: what to draw; a list draws one picture (or ``num_images_per_prompt``) for each.
            negative_prompt: what to steer away from: the styles and grounds that it names are not chosen where the
                prompt says none; on the networks it acts where a guidance scale is not 1.
            image: 1 to 5 reference pictures, fused into one embedding.
            num_inference_steps: decoder steps.
            guidance_scale: decoder text guidance; 1 is off.
            prior_num_inference_steps: prior steps.
            prior_guidance_scale: prior text guidance; 1 is off.
            super_res_num_inference_steps: super-resolution steps.
            num_images_per_prompt: pictures per prompt.
            generator: one per picture, or one for all: picture i of several then uses its seed + i.
            latents: the decoder's starting noise (1, 4, 64, 64) in place of the generator's, for every picture.
            prior_latents: the prior's (1, embed_dim).
            super_res_latents: super-resolution's (1, 4, 256, 256).
            prompt_embeds: (1, tokens, text_dim) from ``encode_prompt``, in place of ``prompt``.
            pooled_prompt_embeds: (1, embed_dim) that goes with ``prompt_embeds``.
            image_embeds: (1, embed_dim): the prior is skipped.
            image_weights: the reference pictures' own weights, one each.
            fusion_type: "mean", "max", "attention" or "gated"; None takes the fusion component's own.
            similarity_strength: 0.2 to 1: share of the reference pictures against the prompt's own prediction.
            read_prompt: say things by the names that the model was taught, and draw several one by one, where the
                pipeline has a vocabulary; False takes the prompt as it is.
            watermark_payload: 32-bit number carried by the watermark.
            output_type: "pil", "np" (num_images, height, width, 3) in [0, 1], or "pt" (num_images, 3, height, width).
            return_dict: False returns a tuple.
            callback_on_step_end: called after each step of each stage as (pipe, step, timestep, kwargs); kwargs hold
                ``stage``, ``picture`` and the chosen tensors. An exception raised in it ends the call.
            callback_on_step_end_tensor_inputs: of "latents", "image_embeds" and "preview" (the step's clean picture,
                (1, 3, height, width) in [-1, 1]; None but for the decoder's steps).

        Returns:
            ``TextToImagePipelineOutput``; every picture in it carries the watermark, read back before it is returned.

        Raises:
            ValueError: an argument is missing, too large or contradicts another; `pipeline.safety.Refused`, one of
                them, where the prompt asks for what is not drawn.
        """
        steps = {
            "num_inference_steps": num_inference_steps,
            "prior_num_inference_steps": prior_num_inference_steps,
            "super_res_num_inference_steps": super_res_num_inference_steps,
        }
        # 1. Check and spread the inputs: one entry per picture.
        self.check_inputs(
            prompt, negative_prompt, image, prompt_embeds, pooled_prompt_embeds, image_embeds, num_images_per_prompt,
            generator, steps,
        )  # fmt: skip
        for name, value in (("guidance_scale", guidance_scale), ("prior_guidance_scale", prior_guidance_scale)):
            FIELDS[name].check(value)  # NaN is none, and would be drawn as a blur
        if output_type not in ("pil", "np", "pt"):
            raise ValueError(f"`output_type` must be 'pil', 'np' or 'pt', got {output_type!r}.")
        similarity = FIELDS["similarity_strength"]
        if not similarity.low <= similarity_strength <= similarity.high:
            raise ValueError(
                f"`similarity_strength` must be from {similarity.low:g} to {similarity.high:g}, "
                f"got {similarity_strength}."
            )
        prompts = [prompt] if isinstance(prompt, str) or prompt is None else prompt
        prompts = [text for text in prompts for _ in range(num_images_per_prompt)]
        generators = _one_each(generator, len(prompts))
        given = {"prior": prior_latents, "decoder": latents, "super_res": super_res_latents}

        # 2. Encode what all pictures share.
        references, weights = None, None
        images = list(image) if isinstance(image, (list, tuple)) else [] if image is None else [image]
        if images:
            references, weights = self.encode_image(images, image_weights, fusion_type)
        negative = self.encode_prompt(negative_prompt) if negative_prompt and negative_prompt.strip() else None

        # 3. Read each prompt and encode it, once for prior, decoder and super_res. Nothing is drawn before all that
        # is asked for has been screened.
        if negative_prompt and min(guidance_scale, prior_guidance_scale) < 1:  # then it is drawn, not avoided
            self.check_safety([negative_prompt])
        self.check_safety([], prompt_embeds)
        plans = []
        for text, own in zip(prompts, generators, strict=True):
            noise = self.prepare_latents(own, large=super_res_num_inference_steps > 1)
            noise |= {stage: mine.to(noise["prior"]) for stage, mine in given.items() if mine is not None}
            whole = bool(images) or image_embeds is not None
            # Noise is normal: its distribution function turns a number of it into an even chance.
            chance = None if whole else float(torch.special.ndtr(noise["prior"][0, 0].double()))
            reading = (
                self.read_prompt(text, whole=whole, chance=chance, avoid=negative_prompt) if read_prompt else None
            )
            if prompt_embeds is not None:
                encoded = prompt_embeds, prompt_embeds.new_ones(prompt_embeds.shape[:2]), pooled_prompt_embeds
            else:
                encoded = self._encode_checked((text or "",) if reading is None else reading.prompts, text or "")
            plans.append((noise, reading, encoded))

        drawn, embeds = [], []
        readings = [reading for _, reading, _ in plans]
        for index, (text, (noise, reading, (tokens, mask, pooled))) in enumerate(zip(prompts, plans, strict=True)):
            said = bool(text and text.strip()) or prompt_embeds is not None
            several = reading is not None and reading.placed > 1
            counts, layout = (
                ([thing.count for thing in reading.things], reading.layout) if several else ([1], "single")
            )
            scene = []  # ground and placements, once the image embedding is known

            def on_step(stage, step, timestep, latents, clean, index=index, scene=scene):
                if callback_on_step_end is None:
                    return
                known = {"latents": latents, "image_embeds": embeds[-1] if len(embeds) > index else None}
                if "preview" in callback_on_step_end_tensor_inputs:  # small: nobody is shown a large one unmarked
                    known["preview"] = compose(clean, *scene, clean.shape[-1]) if stage == "decoder" else None
                chosen = {name: known[name] for name in callback_on_step_end_tensor_inputs}
                callback_on_step_end(self, step, timestep, {"stage": stage, "picture": index, **chosen})

            # 4. Image embedding: given, from the references, from the prior, or a blend of the last two.
            if image_embeds is not None:
                embed = F.normalize(image_embeds.to(tokens.dtype), dim=-1)
            elif references is not None and (not said or similarity_strength == 1.0):
                embed = references
            else:
                embed = self.run_prior(
                    noise["prior"],
                    tokens,
                    mask,
                    pooled,
                    negative,
                    num_steps=prior_num_inference_steps,
                    guidance_scale=prior_guidance_scale,
                    on_step=on_step,
                )
                if references is not None:
                    embed = F.normalize(torch.lerp(embed, references, similarity_strength), dim=-1)
            heard = reading is not None and embed is not references and image_embeds is None
            if heard:
                embed = self._with_pose(embed, reading)
            if not several:
                embeds.append(embed)
            scene += arrange(self.image_encoder.poses(embed), counts, layout)

            # 5. Small layer, large layer; laid on the ground they become the picture.
            small = self.run_decoder(
                noise["decoder"],
                embed,
                tokens,
                mask,
                negative,
                num_steps=num_inference_steps,
                guidance_scale=guidance_scale,
                on_step=on_step,
            ).clamp(-1, 1)
            large = self.run_super_res(
                noise.get("super_res"), small, tokens, mask, num_steps=super_res_num_inference_steps, on_step=on_step
            )
            large = large.float()
            for layer, thing in zip(large, reading.things if heard else (), strict=False):
                if thing.colour:
                    layer.copy_(recolour(layer, (_rgb(self.vocabulary.config.backgrounds[thing.colour]) + 1) / 2))
            composed = compose(large, *scene, self.size[0])
            picture = self.image_processor.postprocess(composed, output_type="pil")[0]
            if several:
                embeds.append(self.get_image_embeds([picture]))

            # 6. Screened as its words were; then the watermark, read back.
            if references is None and image_embeds is None:  # else the prompt says little about the picture
                self.check_picture(embed, pooled)
            drawn.append(embed_checked(picture, payload=watermark_payload))

        self.maybe_free_model_hooks()
        if output_type != "pil":
            drawn = np.stack([np.asarray(picture, dtype=np.float32) / 255 for picture in drawn])
            drawn = torch.from_numpy(drawn).permute(0, 3, 1, 2) if output_type == "pt" else drawn
        shares = None if weights is None else weights.tolist()
        if not return_dict:
            return drawn, torch.cat(embeds), shares, readings
        return TextToImagePipelineOutput(
            images=drawn, image_embeds=torch.cat(embeds), image_weights=shares, readings=readings
        )


def _rgb(colour: str) -> torch.Tensor:
    """ "#rrggbb" -> (3,) in [-1, 1]."""
    return torch.tensor([int(colour[i : i + 2], 16) / 127.5 - 1 for i in (1, 3, 5)])


def _guide(predictions: torch.Tensor, scale: float) -> torch.Tensor:
    """Classifier-free guidance on (unconditional, conditional) rows (Ho and Salimans 2022, eq. 6)."""
    unconditional, conditional = predictions.chunk(2)
    return unconditional + scale * (conditional - unconditional)


def _one_each(generator, count: int) -> list[torch.Generator]:
    """One generator per picture; several from one are seeded with its seed + i."""
    if isinstance(generator, list):
        return generator
    if generator is None:
        generator = torch.Generator().manual_seed(torch.seed() % 2**31)
    if count == 1:
        return [generator]
    return [torch.Generator(generator.device).manual_seed(generator.initial_seed() + i) for i in range(count)]
