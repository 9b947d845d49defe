"""Words and pictures encoded, and screened: the embedding model's two halves, and what is not drawn for anybody."""

import functools
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from pipeline.cascade.inputs import check_weights
from pipeline.cascade.kept import Kept, state_of
from pipeline.cascade.plan import Plan
from pipeline.cascade.references import References
from pipeline.language.text_states import encode_texts, padded, sentence_embeds
from pipeline.pictures.decode import flatten
from pipeline.safety import PictureScreen, Refused
from pipeline.scene.parse import Parsed
from pipeline.scene.recolour import main_colour

__all__ = ["Encoding"]


class Encoding:
    """Encodes and screens; mixed into `TextToImagePipeline`, whose components it uses."""

    config: Any
    tokenizer: Any
    text_encoder: Any
    text_proj: Any
    feature_extractor: Any
    image_encoder: Any
    fusion: Any
    decoder: Any
    safety_checker: Any
    scene_parser: Any
    reader: Any
    kept: Kept
    _execution_device: torch.device

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
            return self.semantic(self.text_proj(*padded(self.encode_texts(texts))))

        with torch.no_grad():
            return PictureScreen.make(embed_texts, margin=self.config.safety_margin)

    def check_picture(self, image_embeds: torch.Tensor, pooled_prompt_embeds: torch.Tensor) -> None:
        """Refuse a drawn picture that looks like something unsafe rather than like its prompt.

        Raises:
            Refused: a ValueError whose message says what kind of thing it is.
        """
        if self.config.safety_margin is not None:
            self.picture_screen.check(self.semantic(image_embeds), self.semantic(pooled_prompt_embeds))

    def semantic(self, embeds: torch.Tensor) -> np.ndarray:
        """The part of embeds (n, embed_dim) that says what is shown, unit length."""
        return F.normalize(embeds[:, : self.image_encoder.config.semantic_dim].float(), dim=-1).cpu().numpy()

    def read_prompt(
        self, prompt: str, *, seed: int = 0, chance: float | None = None, avoid: str | None = None, width: int = 256,
        height: int = 256,
    ) -> Parsed:  # fmt: skip
        """What a prompt is understood to ask for; see ``SceneReader.parse``."""
        told = {"seed": seed, "chance": chance, "avoid": avoid or "", "width": width, "height": height}
        key = (state_of(self.text_encoder, self.scene_parser), prompt, *told.values())
        return self.kept.readings.get(key, lambda: self.reader.parse(prompt, **told))

    def encode_texts(self, texts: list[str]) -> list[torch.Tensor]:
        """Texts -> the token states of each, (tokens, text_dim), in as few passes of the encoder as will do."""
        return encode_texts(texts, self.tokenizer, self.text_encoder, self._execution_device)

    def encode_prompt(self, prompt: str) -> tuple[torch.Tensor, torch.Tensor]:
        """One prompt -> prompt_embeds (1, tokens, text_dim) and pooled_prompt_embeds (1, embed_dim), unit length.

        The text is encoded once; prior, decoder and super_res share it.
        """
        prompt_embeds, mask = padded(self.encode_texts([prompt]))
        return prompt_embeds, self.text_proj(prompt_embeds, mask)

    def _encode_checked(
        self, plan: Plan, prompt: str | None, prompt_embeds: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """What the model is told -> tokens (n, tokens, text_dim), mask (n, tokens), pooled (n, embed_dim), once the
        prompt, or the scene's words, have passed the screen. Each text goes through the encoder by itself: what a
        thing looks like does not hang on what stands beside it.
        """
        words: list[str] = _words(plan) if plan.changed or not prompt else []
        texts = list(dict.fromkeys([prompt, *words] if prompt else words))
        shared = self.safety_checker.embed_texts == self.get_sentence_embeds
        parts = [part for text in texts for part in self.safety_checker.parts(text)] if shared else []
        self.check_safety(texts, prompt_embeds, part_embeds=self._part_embeds(parts))
        encoder = state_of(self.text_encoder)
        told = plan.told or ("",)
        states = [
            self.kept.texts.get((encoder, text), lambda text=text: self.encode_texts([text])[0]) for text in told
        ]
        tokens, mask = padded(states)
        return tokens, mask, self.text_proj(tokens, mask)

    def _part_embeds(self, parts: list[str]) -> dict[str, np.ndarray]:
        """``get_sentence_embeds`` of texts, one by one; those that were not seen a moment ago as one row."""
        encoder, seen = state_of(self.text_encoder), self.kept.vectors
        missing = [part for part in dict.fromkeys(parts) if (encoder, part) not in seen]
        new = dict(zip(missing, sentence_embeds(self.encode_texts(missing)), strict=True)) if missing else {}

        def embed(part: str) -> np.ndarray:
            return new[part] if part in new else sentence_embeds(self.encode_texts([part]))[0]

        return {part: seen.get((encoder, part), lambda part=part: embed(part)) for part in dict.fromkeys(parts)}

    @torch.no_grad()
    def get_text_embeds(self, prompts: list[str]) -> torch.Tensor:
        """Sentences -> (n, embed_dim), unit length, comparable with ``get_image_embeds``."""
        return torch.cat([self.encode_prompt(prompt)[1] for prompt in prompts])

    @torch.no_grad()
    def get_image_embeds(self, images: list[Image.Image]) -> torch.Tensor:
        """Pictures -> (n, embed_dim), unit length. Alpha is laid on white."""
        flat = [flatten(image if image.mode == "RGB" else image.convert("RGBA")) for image in images]
        pixel_values = self.feature_extractor(flat, return_tensors="pt").pixel_values
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
        self,
        image: list[Image.Image],
        image_weights: list[float] | None = None,
        fusion_type: str | None = None,
        similarity: float = 1.0,
    ) -> References:
        """Reference pictures -> the embedding of each, and of what they show together."""
        if image_weights is not None:
            check_weights(image_weights, len(image))
        embeds = self.get_image_embeds(image)
        weights = None if image_weights is None else torch.tensor([image_weights]).to(embeds)
        fused = self.fusion(embeds[None], weights=weights, fusion_type=fusion_type)
        order = sorted(range(len(embeds)), key=lambda at: embeds[at].tolist())
        shares = tuple(fused.weights[0].tolist())
        colours = tuple(main_colour(layer) for layer in self.draw_components(embeds[order]))
        return References(embeds[order], fused.image_embeds, fused.weights[0][order], similarity, colours, shares)

    def draw_components(self, embeds: torch.Tensor) -> torch.Tensor:
        """What embeddings (n, embed_dim) say of the layers at half their side: (n, 4, side, side) in [-1, 1]."""
        config = self.decoder.config
        first = config.semantic_dim + 1 + config.pose_dim
        lifted = embeds[:, first:] / embeds[:, config.semantic_dim, None].clamp(min=0.05)
        side = config.component_size
        return self.decoder.linear(lifted).unflatten(1, (4, side, side)).float().clamp(-1, 1)


def _words(plan: Plan) -> list[str]:
    """What a scene says in words: all of it is screened as a prompt is."""
    words = [text for thing in plan.scene.things for text in (thing.name, thing.said) if text]
    if plan.scene.lettering is not None:
        words.append(plan.scene.lettering.text.replace("\n", " "))
    return list(dict.fromkeys(words)) or [""]
