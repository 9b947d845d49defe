"""The whole cascade: words or reference pictures -> scene -> image embeddings -> 64x64 -> 256x256 -> composed -> mark.

    pipe = TextToImagePipeline.from_pretrained("weights")
    image = pipe("a red apple, 3d render, on a light blue background", generator=torch.manual_seed(7)).images[0]

Pictures of one call are drawn one by one, each with its own generator: a batch equals its singles, byte for byte.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
import torch.nn.functional as F
from diffusers import DiffusionPipeline, FlowMatchEulerDiscreteScheduler
from PIL import Image
from transformers import BertModel, CLIPImageProcessor, PreTrainedTokenizerBase

from pipeline.cascade.aligned import align
from pipeline.cascade.composing import Composing
from pipeline.cascade.encoding import Encoding
from pipeline.cascade.inputs import CallArguments, check_wishes, one_each
from pipeline.cascade.kept import Kept
from pipeline.cascade.networks import Networks
from pipeline.cascade.one_at_a_time import ONE_AT_A_TIME
from pipeline.cascade.plan import Plan, make_plan
from pipeline.cascade.references import References
from pipeline.language.english import with_article
from pipeline.language.wording import plain_clauses
from pipeline.models.anchors import AnchorHead
from pipeline.models.decoder import ImageDecoder
from pipeline.models.fusion import ImageFusion
from pipeline.models.image_encoder import ImageEncoder
from pipeline.models.prior import DrawingPrior
from pipeline.models.scene_parser import SceneParser
from pipeline.models.super_resolution import SuperResolution
from pipeline.models.text_projection import TextProjection
from pipeline.models.vocabulary import Vocabulary
from pipeline.output import TextToImagePipelineOutput, make_output
from pipeline.safety import CONCEPT_THRESHOLD, SafetyScreen
from pipeline.scene.drawing import DEFAULT_VARIETY
from pipeline.scene.edit import edit
from pipeline.scene.parse import Parsed, SceneReader
from pipeline.scene.record import Ground, Scene, Thing
from pipeline.scene.uploads import check_uploads
from pipeline.watermark import embed_checked
from pipeline.watermark.embed import LATEST

__all__ = ["MAX_IMAGES", "TextToImagePipeline"]

MAX_IMAGES = 5  # reference pictures, as Titan takes
Callback = Callable[["TextToImagePipeline", int, torch.Tensor, dict], dict]


class TextToImagePipeline(Encoding, Networks, Composing, DiffusionPipeline):
    """Text-to-image and picture-to-picture generation with the cascade of Titan Image Generator.

    Args:
        tokenizer, text_encoder: the shared text encoder (a BERT sentence encoder).
        text_proj: its head into the space of the image embeddings.
        feature_extractor, image_encoder: the other half of the embedding model.
        fusion: several image embeddings -> one.
        prior: a thing, the drawing of it that the seed chooses and its rendering -> image embedding.
        decoder, decoder_scheduler: image embedding and text -> 64x64 layer, the thing cut free from its ground.
        super_res, super_res_scheduler: 64x64 layer and text -> 256x256 layer.
        vocabulary: the names that the model was taught.
        scene_parser: what each word of a prompt does: with it, a prompt is read as a scene.
        anchors: where a layer's parts are; without it, outlines tell.
        safety_checker: a `SafetyScreen` of your own; without one, the bundled categories. There is always one.
        safety_threshold: cosine at which the bundled one refuses a prompt by its meaning, for the text encoder at
            hand; None looks at words alone.
        safety_margin: how much nearer to something unsafe than to its prompt and to anything harmless a drawn picture
            may be, in cosine of the embedding at hand; None leaves drawn pictures unscreened.
    """

    draws_any_size = True
    draws_scenes = True
    model_cpu_offload_seq = "text_encoder->text_proj->image_encoder->fusion->prior->decoder->super_res"
    _optional_components = ["safety_checker", "anchors"]
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
        prior: DrawingPrior,
        decoder: ImageDecoder,
        decoder_scheduler: FlowMatchEulerDiscreteScheduler,
        super_res: SuperResolution,
        super_res_scheduler: FlowMatchEulerDiscreteScheduler,
        vocabulary: Vocabulary,
        scene_parser: SceneParser,
        anchors: AnchorHead | None = None,
        safety_checker=None,
        safety_threshold: float | None = None,
        safety_margin: float | None = None,
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
            decoder=decoder,
            decoder_scheduler=decoder_scheduler,
            super_res=super_res,
            super_res_scheduler=super_res_scheduler,
            vocabulary=vocabulary,
            scene_parser=scene_parser,
            anchors=anchors,
            safety_checker=None,  # words, not weights: saved with the code, never with the model
        )
        networks: list[Any] = [each for each in super().components.values() if isinstance(each, torch.nn.Module)]
        if len({each.dtype for each in networks}) > 1:  # diffusers' own loader takes some of them as they are stored
            for each in networks:
                each.to(torch.float32)
            _order(self)
        align(*networks)
        self.register_to_config(safety_threshold=safety_threshold, safety_margin=safety_margin)
        self.kept = Kept()
        self._made_screen = safety_checker is None
        if safety_checker is None:
            words = ("styles", "backgrounds", "phrases")
            safety_checker = SafetyScreen(
                embed_texts=None if safety_threshold is None else self.get_sentence_embeds,
                threshold=safety_threshold or CONCEPT_THRESHOLD,
                plain=plain_clauses(*(vocabulary.config[name] for name in words)),
            )
        self.safety_checker = safety_checker
        self.reader = SceneReader(
            vocabulary, scene_parser, tokenizer, text_encoder, self.get_sentence_embeds, self._is_word
        )

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
        with ONE_AT_A_TIME:
            pipe = super().from_pretrained(pretrained_model_name_or_path, **kwargs)
        return _order(pipe)

    @torch.no_grad()
    def __call__(
        self,
        prompt: str | list[str] | None = None,
        negative_prompt: str | None = None,
        image: Image.Image | list[Image.Image] | None = None,
        *,
        scene: Scene | None = None,
        edits: Sequence[str] = (),
        uploads: Mapping[str, Image.Image] | None = None,
        height: int = 256,
        width: int = 256,
        transparent: bool = False,
        variety: float = DEFAULT_VARIETY,
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
        watermark_payload: int | None = None,
        watermark_version: int = LATEST,
        output_type: str = "pil",
        return_dict: bool = True,
        callback_on_step_end: Callback | None = None,
        callback_on_step_end_tensor_inputs: tuple[str, ...] = ("latents",),
    ) -> TextToImagePipelineOutput | tuple:
        """Draw.

        Args:
            prompt: what to draw; a list draws one picture (or ``num_images_per_prompt``) for each.
            negative_prompt: what to steer away from: the styles, grounds and things that it names are not chosen where
                the prompt says none; on the decoder it acts where its guidance scale is not 1.
            image: 1 to 5 reference pictures: drawn anew, in the style, colours and on the ground that the prompt says.
            scene: in place of ``prompt``: what stands where.
            edits: operations that change the scene (``pipeline.scene.edit``), in their order.
            uploads: the pictures that scene or edits name by their hash (``pipeline.scene.uploads``).
            height, width: pixels, 256 to 1,024 in steps of 8; the shape that a prompt says (`--ar 16:9`) and a scene's
                own size go first.
            transparent: no ground: the picture is RGBA.
            variety: 0 draws the most typical drawing for every seed; at 1 seeds differ as drawings by different
                artists do.
            num_inference_steps: decoder steps.
            guidance_scale: decoder text guidance; 1 is off.
            prior_num_inference_steps, prior_guidance_scale: without effect here: the prior is a regression. Other
                models, and recipes of schema 1 to 4, have them.
            super_res_num_inference_steps: super-resolution steps.
            num_images_per_prompt: pictures per prompt.
            generator: one per picture, or one for all: picture i of several then uses its seed + i.
            latents: the decoder's starting noise (1, 4, 64, 64) in place of the generator's, for every picture.
            prior_latents: what the seed chooses, (``MAX_THINGS``, ``NOISE_DIM``) normal numbers.
            super_res_latents: super-resolution's (1, 4, 256, 256).
            prompt_embeds: (1, tokens, text_dim) from ``encode_prompt``, in place of ``prompt``: the nearest name that
                the model was taught is drawn.
            pooled_prompt_embeds: (1, embed_dim) that goes with ``prompt_embeds``.
            image_embeds: (1, embed_dim): the prior is skipped.
            image_weights: the reference pictures' own weights, one each.
            fusion_type: "mean", "max", "attention" or "gated"; None takes the fusion component's own.
            similarity_strength: 0.2 to 1: how near the reference pictures are kept; from 0.45 down a thing that the
                prompt names is drawn, in their colours.
            watermark_payload: 32-bit number carried by the watermark.
            watermark_version: how it is written; recipes of schema 1 to 4 keep the first.
            output_type: "pil", "np" (num_images, height, width, 3) in [0, 1], or "pt" (num_images, 3, height, width);
                4 channels where transparent.
            return_dict: False returns a tuple.
            callback_on_step_end: called after each step of each stage as (pipe, step, timestep, kwargs); kwargs hold
                ``stage``, ``picture``, ``kept`` (it was there already) and the chosen tensors. An exception raised in
                it ends the call.
            callback_on_step_end_tensor_inputs: of "latents", "image_embeds" and "preview" (the step's clean picture,
                (1, 3, height, width) in [-1, 1]; None but for the decoder's steps of a thing alone).

        Returns:
            ``TextToImagePipelineOutput``; every picture in it carries the watermark, read back before it is returned.

        Raises:
            ValueError: an argument is missing, too large or contradicts another; `pipeline.safety.Refused`, one of
                them, where the prompt asks for what is not drawn.
            pipeline.watermark.WatermarkError: the mark cannot be read back: too little of the picture is seen.
        """
        steps = {
            "num_inference_steps": num_inference_steps,
            "prior_num_inference_steps": prior_num_inference_steps,
            "super_res_num_inference_steps": super_res_num_inference_steps,
        }
        numbers = {
            "guidance_scale": guidance_scale, "prior_guidance_scale": prior_guidance_scale, "variety": variety,
            "similarity_strength": similarity_strength,
        }  # fmt: skip
        wishes = CallArguments(
            prompt, negative_prompt, image, scene, prompt_embeds, pooled_prompt_embeds, image_embeds,
            num_images_per_prompt, generator, steps, numbers, output_type, bool(edits),
        )  # fmt: skip
        check_wishes(wishes, MAX_IMAGES)
        references = self._references(wishes.images, image_embeds, image_weights, fusion_type, similarity_strength)
        negative = self.encode_prompt(negative_prompt) if negative_prompt and negative_prompt.strip() else None
        if negative is not None and negative_prompt and guidance_scale < 1:  # then it is drawn, not avoided
            self.check_safety([negative_prompt])
        given = {"prior": prior_latents, "decoder": latents, "super_res": super_res_latents}
        # Read, plan and encode all that is asked for: nothing is drawn before it has been screened.
        planned = []
        for text, own in zip(wishes.prompts, one_each(generator, len(wishes.prompts)), strict=True):
            noise = self.prepare_latents(own, large=super_res_num_inference_steps > 1)
            noise |= {stage: mine.to(noise["prior"]) for stage, mine in given.items() if mine is not None}
            understood = self._scene(
                text, scene, prompt_embeds, noise, own.initial_seed(), negative_prompt, width, height
            )
            shown = self._named(references, understood[0])
            plan = self.plan(*understood, noise, shown, variety=variety, transparent=transparent, edits=edits)
            plan = replace(plan, uploads=check_uploads(plan.scene, uploads))
            planned.append((plan, self._encode_checked(plan, text, prompt_embeds), shown))
        drawn, embeds, plans, standings = [], [], [], []
        for index, (plan, encoded, references) in enumerate(planned):
            on_step = self._steps(plan, index, embeds, callback_on_step_end, callback_on_step_end_tensor_inputs)
            embed = self.run_prior(plan, references)
            if references is None:
                on_step("prior", 0, torch.tensor(0.0), embed, None)
            layers, notes = self.draw_layers(
                plan, embed, encoded, negative, steps, guidance_scale, references, on_step
            )
            plan = plan.with_notes(notes)
            picture, standing = self.compose(plan, embed, layers, encoded, references)
            plans.append(plan)
            standings.append(standing)
            embeds.append(embed if len(embed) == 1 else self.get_image_embeds([picture]))
            mine = [at for at, drawing in enumerate(plan.drawings) if drawing is not None]
            if mine:  # of what comes from a picture the prompt says little
                self.check_picture(embed[mine], encoded[2][mine])
            drawn.append(embed_checked(picture, payload=watermark_payload, version=watermark_version))
        self.maybe_free_model_hooks()
        shares = list(references.shares) if references is not None and references.shares else None
        output = make_output(drawn, embeds, shares, plans, standings, output_type=output_type)
        return output if return_dict else tuple(vars(output).values())

    def _references(self, images, image_embeds, image_weights, fusion_type, similarity) -> References | None:
        """What a picture is drawn from instead of the prior; an embedding that was given is drawn as it is."""
        if images:
            return self.encode_image(images, image_weights, fusion_type, similarity)
        if image_embeds is None:
            return None
        embeds = F.normalize(image_embeds.to(self._execution_device, self.decoder.dtype), dim=-1)
        return References(embeds, embeds, embeds.new_ones(1), 1.0)

    def _named(self, references: References | None, scene: Scene) -> References | None:
        """References, of which the one is drawn that shows the thing that the words name."""
        if references is None or len(references.embeds) == 1 or len(scene.things) != 1:
            return references
        name = self.get_text_embeds([with_article(scene.things[0].name)])
        return references.named(name.to(references.embeds), self.image_encoder.config.semantic_dim)

    def _scene(self, text, scene, prompt_embeds, noise, seed, avoid, width, height) -> tuple[Scene, Parsed | None]:
        """Read: what is asked for, as a scene, and how a prompt was understood."""
        if scene is not None:
            return scene, None
        if prompt_embeds is not None:
            name = self.vocabulary.nearest(prompt_embeds[0].float().mean(0))[0]
            return Scene(things=(Thing("thing", self.vocabulary.phrase_of[name]),), width=width, height=height), None
        if not (text and text.strip()):
            return Scene(width=width, height=height), None
        # Noise is normal: its distribution function turns a number of it into an even chance.
        chance = float(torch.special.ndtr(noise["prior"][0, -1].double()))
        parsed = self.read_prompt(text, seed=seed % 2**31, chance=chance, avoid=avoid, width=width, height=height)
        return parsed.scene, parsed

    def plan(
        self,
        scene: Scene,
        parsed: Parsed | None,
        noise: dict[str, torch.Tensor],
        references: References | None = None,
        *,
        variety: float = DEFAULT_VARIETY,
        transparent: bool = False,
        edits: Sequence[str] = (),
    ) -> Plan:
        """Plan: which drawing of each thing, in which form; see ``make_plan``."""
        if references is None and not transparent:
            scene = self.on_seen_ground(scene, parsed, noise, variety)
        before = scene
        if transparent:
            scene = replace(scene, ground=Ground("transparent"))
        if edits:
            scene = self._taught(edit(scene, edits))
        if references is None:
            return make_plan(scene, parsed, noise, self.prior, variety=variety, before=before)
        if references.replaced_by(scene):
            return make_plan(references.tint(scene, noise["prior"]), parsed, noise, self.prior, variety=variety)
        scene = references.scene(scene, noise["prior"])
        if parsed is not None:  # the references say what to draw: words may name a style or a ground alone
            parsed = replace(parsed, notes=tuple(note for note in parsed.notes if note.kind != "nothing"))
        return make_plan(scene, parsed, noise, self.prior, variety=references.variety, given=True)

    def _taught(self, scene: Scene) -> Scene:
        """A scene whose things go by names that the model was taught, as far as one is near."""
        things = [
            thing
            if thing.upload or thing.name in self.prior.index_of
            else replace(thing, name=self.reader.names.find(thing.name).phrase or thing.name)
            for thing in scene.things
        ]
        return replace(scene, things=tuple(things))


def _order(pipe: TextToImagePipeline) -> TextToImagePipeline:
    """Weights as convolutions read them: a tenth of their time went into reordering."""
    for component in (pipe.image_encoder, pipe.decoder, pipe.super_res):
        component.to(memory_format=torch.channels_last)
    return pipe
