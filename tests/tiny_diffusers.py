"""Stock text-to-image pipelines of diffusers, tiny and with random weights. Nothing is downloaded."""

import torch
from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    DDPMScheduler,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    FluxKontextPipeline,
    FluxPipeline,
    FluxTransformer2DModel,
    KandinskyV22CombinedPipeline,
    PriorTransformer,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UnCLIPPipeline,
    UnCLIPScheduler,
    UNet2DConditionModel,
    UNet2DModel,
    VQModel,
)
from diffusers.pipelines.deprecated.unclip.text_proj import UnCLIPTextProjModel
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from transformers import (
    CLIPConfig,
    CLIPImageProcessor,
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
    T5Config,
    T5EncoderModel,
)

DIM = 32
_CROSS_DOWN = ("ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D")
_CROSS_UP = ("SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D")


def clip_tokenizer() -> CLIPTokenizer:
    letters = [chr(code) for code in range(33, 127)]
    words = ["<|startoftext|>", "<|endoftext|>", *letters, *(f"{letter}</w>" for letter in letters)]
    vocabulary = {word: number for number, word in enumerate(words)}
    return CLIPTokenizer(vocab=vocabulary, merges=[], model_max_length=77)


def text_config() -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=200, hidden_size=DIM, intermediate_size=DIM, num_hidden_layers=1, num_attention_heads=2,
        projection_dim=DIM, bos_token_id=0, eos_token_id=1,
    )  # fmt: skip


def vision_config() -> CLIPVisionConfig:
    return CLIPVisionConfig(
        hidden_size=DIM, intermediate_size=DIM, num_hidden_layers=1, num_attention_heads=2, image_size=32,
        patch_size=16, projection_dim=DIM,
    )  # fmt: skip


def prior_transformer() -> PriorTransformer:
    prior = PriorTransformer(num_attention_heads=2, attention_head_dim=8, embedding_dim=DIM, num_layers=1)
    prior.clip_std.data.fill_(1.0)
    return prior


def prior_scheduler() -> UnCLIPScheduler:
    return UnCLIPScheduler(variance_type="fixed_small_log", prediction_type="sample", clip_sample_range=5.0)


def tiny_stable_diffusion(latents: int = 64) -> StableDiffusionPipeline:
    """256x256: 64x64 latents, four times as large when decoded; or 32x32, and eight times, which take a third."""
    torch.manual_seed(0)
    unet = UNet2DConditionModel(
        sample_size=latents, in_channels=4, out_channels=4, layers_per_block=1, block_out_channels=(8, 16),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=DIM, attention_head_dim=2, norm_num_groups=4,
    )  # fmt: skip
    return StableDiffusionPipeline(
        vae=tiny_vae(levels=3 if latents == 64 else 4),
        text_encoder=CLIPTextModel(text_config()), tokenizer=clip_tokenizer(), unet=unet,
        scheduler=DDIMScheduler(beta_schedule="scaled_linear", clip_sample=False, steps_offset=1),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip


def with_safety_checker() -> StableDiffusionPipeline:
    """`tiny_stable_diffusion` with a check of its own that holds nothing back before its thresholds are set."""
    parts = dict(tiny_stable_diffusion().components)
    checker = StableDiffusionSafetyChecker(CLIPConfig(
        text_config=text_config().to_dict(), vision_config=vision_config().to_dict(), projection_dim=DIM
    ))  # fmt: skip
    for thresholds in (checker.concept_embeds_weights, checker.special_care_embeds_weights):
        thresholds.data.fill_(2.0)  # a cosine never gets there
    processor = CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    return StableDiffusionPipeline(**{**parts, "safety_checker": checker, "feature_extractor": processor})


def tiny_unclip() -> UnCLIPPipeline:
    """Karlo's four networks: 32x32, then 256x256."""
    torch.manual_seed(0)
    decoder = UNet2DConditionModel(
        sample_size=32, in_channels=3, out_channels=6, layers_per_block=1, block_out_channels=(8, 16),
        down_block_types=_CROSS_DOWN, up_block_types=_CROSS_UP, mid_block_type="UNetMidBlock2DSimpleCrossAttn",
        cross_attention_dim=DIM, attention_head_dim=8, norm_num_groups=4, resnet_time_scale_shift="scale_shift",
        class_embed_type="identity",
    )  # fmt: skip

    def super_res() -> UNet2DModel:
        return UNet2DModel(
            sample_size=256, in_channels=6, out_channels=3, layers_per_block=1, block_out_channels=(4, 8),
            down_block_types=("ResnetDownsampleBlock2D",) * 2, up_block_types=("ResnetUpsampleBlock2D",) * 2,
            norm_num_groups=4, resnet_time_scale_shift="scale_shift", add_attention=False,
        )  # fmt: skip

    return UnCLIPPipeline(
        prior=prior_transformer(),
        decoder=decoder,
        text_encoder=CLIPTextModelWithProjection(text_config()),
        tokenizer=clip_tokenizer(),
        text_proj=UnCLIPTextProjModel(clip_embeddings_dim=DIM, time_embed_dim=32, cross_attention_dim=DIM),
        super_res_first=super_res(),
        super_res_last=super_res(),
        prior_scheduler=prior_scheduler(),
        decoder_scheduler=UnCLIPScheduler(variance_type="learned_range", prediction_type="epsilon"),
        super_res_scheduler=UnCLIPScheduler(variance_type="fixed_small_log", prediction_type="epsilon"),
    )


def tiny_kandinsky() -> KandinskyV22CombinedPipeline:
    """512x512, as Kandinsky 2.2 draws where nothing else is said: 64x64 latents."""
    torch.manual_seed(0)
    unet = UNet2DConditionModel(
        sample_size=64, in_channels=4, out_channels=8, layers_per_block=1, block_out_channels=(8, 16),
        down_block_types=_CROSS_DOWN, up_block_types=_CROSS_UP, mid_block_type="UNetMidBlock2DSimpleCrossAttn",
        cross_attention_dim=DIM, attention_head_dim=8, norm_num_groups=4, resnet_time_scale_shift="scale_shift",
        addition_embed_type="image", encoder_hid_dim=DIM, encoder_hid_dim_type="image_proj",
    )  # fmt: skip
    movq = VQModel(
        block_out_channels=(4, 4, 4, 4), down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4, latent_channels=4, layers_per_block=1, norm_num_groups=4,
        num_vq_embeddings=8, vq_embed_dim=4, mid_block_add_attention=False,
    )  # fmt: skip
    return KandinskyV22CombinedPipeline(
        unet=unet,
        scheduler=DDPMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="linear", clip_sample=False),
        movq=movq,
        prior_prior=prior_transformer(),
        prior_image_encoder=CLIPVisionModelWithProjection(vision_config()),
        prior_text_encoder=CLIPTextModelWithProjection(text_config()),
        prior_tokenizer=clip_tokenizer(),
        prior_scheduler=prior_scheduler(),
        prior_image_processor=CLIPImageProcessor(size=32, crop_size=32),
    )


def tiny_sdxl(latents: int = 64) -> StableDiffusionXLPipeline:
    """256x256; two text encoders, and the picture's size among what the UNet is told."""
    torch.manual_seed(0)
    unet = UNet2DConditionModel(
        sample_size=latents, in_channels=4, out_channels=4, layers_per_block=1, block_out_channels=(8, 16),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=2 * DIM, attention_head_dim=2, norm_num_groups=4, use_linear_projection=True,
        addition_embed_type="text_time", addition_time_embed_dim=8, transformer_layers_per_block=(1, 1),
        projection_class_embeddings_input_dim=6 * 8 + DIM,
    )  # fmt: skip
    return StableDiffusionXLPipeline(
        vae=tiny_vae(levels=3 if latents == 64 else 4), unet=unet,
        text_encoder=CLIPTextModel(text_config()), tokenizer=clip_tokenizer(),
        text_encoder_2=CLIPTextModelWithProjection(text_config()), tokenizer_2=clip_tokenizer(),
        scheduler=EulerDiscreteScheduler(beta_schedule="scaled_linear", timestep_spacing="leading", steps_offset=1),
    )  # fmt: skip


def tiny_flux(latents: int = 128) -> FluxPipeline:
    """256x256, guidance distilled in, as FLUX.1-dev."""
    return FluxPipeline(**_flux_components(True, latents))


def tiny_flux_schnell(latents: int = 128) -> FluxPipeline:
    """256x256, without guidance, as FLUX.1-schnell."""
    return FluxPipeline(**_flux_components(False, latents))


def tiny_flux_kontext() -> FluxKontextPipeline:
    """256x256; takes a reference picture."""
    return FluxKontextPipeline(**_flux_components(True))


def _flux_components(guidance_embeds: bool, latents: int = 128) -> dict:
    torch.manual_seed(0)
    transformer = FluxTransformer2DModel(
        patch_size=1, in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=8, num_attention_heads=1,
        joint_attention_dim=DIM, pooled_projection_dim=DIM, axes_dims_rope=(2, 2, 4), guidance_embeds=guidance_embeds,
    )  # fmt: skip
    t5 = T5Config(vocab_size=200, d_model=DIM, d_kv=8, d_ff=DIM, num_layers=1, num_heads=2)
    return {
        "scheduler": FlowMatchEulerDiscreteScheduler(),
        "vae": tiny_vae(levels=2 if latents == 128 else 4, shift_factor=0.0),
        "text_encoder": CLIPTextModel(text_config()),
        "tokenizer": clip_tokenizer(),
        "text_encoder_2": T5EncoderModel(t5),
        "tokenizer_2": clip_tokenizer(),
        "transformer": transformer,
    }


def tiny_vae(levels: int, channels: int = 4, **more) -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=(4,) * levels, down_block_types=("DownEncoderBlock2D",) * levels,
        up_block_types=("UpDecoderBlock2D",) * levels, latent_channels=channels, norm_num_groups=4,
        mid_block_add_attention=False, **more,
    )  # fmt: skip
