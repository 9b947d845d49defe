"""Older text-to-image pipelines of diffusers, most of them of its folder of what is deprecated, tiny and with random
weights. One function a family, as in `tiny_families`; nothing is downloaded.
"""

import diffusers
import numpy as np
import torch
import transformers
from diffusers import DiffusionPipeline

from tests.tiny_diffusers import (
    DIM,
    clip_tokenizer,
    text_config,
    tiny_stable_diffusion,
)
from tests.tiny_families import clip_projected, t5_encoder, vq_model


def tiny_alt_diffusion() -> DiffusionPipeline:
    from diffusers.pipelines.deprecated.alt_diffusion.modeling_roberta_series import (
        RobertaSeriesConfig,
        RobertaSeriesModelWithTransformation,
    )

    parts = dict(tiny_stable_diffusion(32).components)
    torch.manual_seed(0)
    config = RobertaSeriesConfig(
        vocab_size=300, hidden_size=DIM, project_dim=DIM, intermediate_size=DIM, num_hidden_layers=1,
        num_attention_heads=2, max_position_embeddings=100, pad_token_id=1,
    )  # fmt: skip
    parts["text_encoder"] = RobertaSeriesModelWithTransformation(config)
    return diffusers.AltDiffusionPipeline(**parts, requires_safety_checker=False)


def tiny_if() -> DiffusionPipeline:
    """It draws pixels; 256 of them, which no stage of DeepFloyd's own does first."""
    torch.manual_seed(0)
    unet = diffusers.UNet2DConditionModel(
        sample_size=256, in_channels=3, out_channels=6, layers_per_block=1, block_out_channels=(4, 4, 4, 8),
        down_block_types=("ResnetDownsampleBlock2D",) * 3 + ("SimpleCrossAttnDownBlock2D",),
        up_block_types=("SimpleCrossAttnUpBlock2D",) + ("ResnetUpsampleBlock2D",) * 3,
        mid_block_type="UNetMidBlock2DSimpleCrossAttn", cross_attention_dim=DIM, encoder_hid_dim=DIM,
        attention_head_dim=2, norm_num_groups=4, addition_embed_type="text", addition_embed_type_num_heads=2,
        resnet_time_scale_shift="scale_shift",
    )  # fmt: skip
    return diffusers.IFPipeline(
        unet=unet, tokenizer=clip_tokenizer(), text_encoder=t5_encoder(), safety_checker=None,
        feature_extractor=None, watermarker=None, requires_safety_checker=False,
        scheduler=diffusers.DDPMScheduler(
            beta_schedule="squaredcos_cap_v2", thresholding=True, prediction_type="epsilon",
            variance_type="learned_range", dynamic_thresholding_ratio=0.95, sample_max_value=1.5,
        ),
    )  # fmt: skip


def tiny_vq_diffusion() -> DiffusionPipeline:
    from diffusers.pipelines.deprecated.vq_diffusion import LearnedClassifierFreeSamplingEmbeddings

    torch.manual_seed(0)
    side, codes = 32, 16
    transformer = diffusers.Transformer2DModel(
        attention_bias=True, cross_attention_dim=DIM, attention_head_dim=8, num_attention_heads=2, num_layers=1,
        num_vector_embeds=codes + 1, sample_size=side, norm_num_groups=2, num_embeds_ada_norm=100,
        activation_fn="geglu-approximate", norm_type="ada_norm",
    )  # fmt: skip
    embeddings = LearnedClassifierFreeSamplingEmbeddings(learnable=True, hidden_size=DIM, length=77)
    return diffusers.VQDiffusionPipeline(
        vqvae=vq_model(4, 4, codes, vq_embed_dim=4), text_encoder=transformers.CLIPTextModel(text_config()),
        tokenizer=clip_tokenizer(), transformer=transformer,
        scheduler=diffusers.VQDiffusionScheduler(num_vec_classes=codes + 1),
        learned_classifier_free_sampling_embeddings=embeddings,
    )  # fmt: skip


def tiny_versatile() -> DiffusionPipeline:
    parts = dict(tiny_stable_diffusion(32).components)
    return diffusers.VersatileDiffusionTextToImagePipeline(
        tokenizer=parts["tokenizer"], text_encoder=clip_projected(), image_unet=parts["unet"], text_unet=None,
        vae=parts["vae"], scheduler=parts["scheduler"],
    )  # fmt: skip


def _of_stable_diffusion(name: str, **parts) -> DiffusionPipeline:
    own = {name: part for name, part in tiny_stable_diffusion(32).components.items() if name != "image_encoder"}
    return getattr(diffusers, name)(**{**own, **parts}, requires_safety_checker=False)


def tiny_semantic() -> DiffusionPipeline:
    return _of_stable_diffusion("SemanticStableDiffusionPipeline")


def tiny_safe() -> DiffusionPipeline:
    return _of_stable_diffusion("StableDiffusionPipelineSafe")


def tiny_model_editing() -> DiffusionPipeline:
    return _of_stable_diffusion("StableDiffusionModelEditingPipeline")


def tiny_paradigms() -> DiffusionPipeline:
    scheduler = diffusers.DDIMParallelScheduler.from_config(tiny_stable_diffusion(32).scheduler.config)
    return _of_stable_diffusion("StableDiffusionParadigmsPipeline", scheduler=scheduler)


def tiny_gligen() -> DiffusionPipeline:
    config = dict(tiny_stable_diffusion(32).unet.config)
    torch.manual_seed(0)
    unet = diffusers.UNet2DConditionModel(**{**config, "attention_type": "gated"})
    return _of_stable_diffusion("StableDiffusionGLIGENPipeline", unet=unet)


class LenientChecker(diffusers.ModelMixin, diffusers.ConfigMixin):
    """In the place of the guardrail of the package cosmos_guardrail, which is several networks: it lets all pass."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))  # tells its device and dtype

    def check_text_safety(self, prompt: str) -> bool:
        return True

    def check_video_safety(self, frames: np.ndarray) -> np.ndarray:
        return frames


def tiny_cosmos2() -> DiffusionPipeline:
    """Its checker is none of a repository's components, as of those that are published: the class makes one itself."""
    from diffusers.pipelines.cosmos import pipeline_cosmos2_text2image

    pipeline_cosmos2_text2image.CosmosSafetyChecker = LenientChecker
    torch.manual_seed(0)
    transformer = diffusers.CosmosTransformer3DModel(
        in_channels=4, out_channels=4, num_attention_heads=2, attention_head_dim=16, num_layers=1, mlp_ratio=2,
        text_embed_dim=DIM, adaln_lora_dim=4, max_size=(4, 32, 32), patch_size=(1, 2, 2), rope_scale=(2.0, 1.0, 1.0),
        concat_padding_mask=True, extra_pos_embed_type="learnable",
    )  # fmt: skip
    vae = diffusers.AutoencoderKLWan(
        base_dim=4, z_dim=4, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True],
        latents_mean=[0.0] * 4, latents_std=[1.0] * 4,
    )  # fmt: skip
    pipe = diffusers.Cosmos2TextToImagePipeline(
        text_encoder=t5_encoder(), tokenizer=clip_tokenizer(), transformer=transformer, vae=vae,
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(use_karras_sigmas=True),
    )  # fmt: skip
    pipe.register_modules(safety_checker=None)
    return pipe
