"""Text-to-image pipelines of diffusers whose language model reads words through a processor of pictures, which needs
the package torchvision; and others that were added late. Tiny, with random weights, one function a family.
"""

import diffusers
import torch
import transformers
from diffusers import DiffusionPipeline, FlowMatchEulerDiscreteScheduler

from tests.tiny_diffusers import DIM, tiny_vae
from tests.tiny_families import byte_tokenizer, flux2_vae, qwen3_vl_config, qwen_vae, qwen_vl, t5_encoder

_CHAT = (
    "{% for message in messages %}{% if message['content'] is string %}{{ message['content'] }}{% else %}"
    "{% for part in message['content'] %}{{ part['text'] }}{% endfor %}{% endif %}{% endfor %}"
)
_MARKERS = ("<|image_pad|>", "<|video_pad|>", "<|vision_start|>", "<|vision_end|>", "<|im_start|>", "<|im_end|>")


def _tokenizer(markers: tuple[str, ...] = _MARKERS) -> transformers.PreTrainedTokenizerBase:
    tokenizer = byte_tokenizer(2048)
    tokenizer.add_special_tokens({"additional_special_tokens": list(markers)})
    tokenizer.chat_template = _CHAT
    return tokenizer


def qwen3_vl_processor() -> transformers.Qwen3VLProcessor:
    return transformers.Qwen3VLProcessor(
        image_processor=transformers.Qwen2VLImageProcessor(), tokenizer=_tokenizer(), chat_template=_CHAT,
        video_processor=transformers.Qwen3VLVideoProcessor(),
    )  # fmt: skip


def qwen3_vl_writer(dim: int = DIM, layers: int = 2) -> transformers.Qwen3VLForConditionalGeneration:
    return transformers.Qwen3VLForConditionalGeneration(qwen3_vl_config(dim, layers))


def tiny_flux2() -> DiffusionPipeline:
    """FLUX.2-dev, whose text encoder's layers 10, 20 and 30 are read."""
    torch.manual_seed(0)
    text = {
        "vocab_size": 300, "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 30,
        "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 8, "max_position_embeddings": 2048,
        "model_type": "mistral",
    }  # fmt: skip
    vision = {
        "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
        "head_dim": 8, "image_size": 32, "patch_size": 16, "model_type": "pixtral",
    }  # fmt: skip
    mistral = transformers.Mistral3ForConditionalGeneration(
        transformers.Mistral3Config(text_config=text, vision_config=vision, image_token_index=257)
    )
    transformer = diffusers.Flux2Transformer2DModel(
        patch_size=1, in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=3 * 16, timestep_guidance_channels=16, axes_dims_rope=(4, 4, 4, 4),
    )  # fmt: skip
    processor = transformers.PixtralProcessor(
        image_processor=transformers.PixtralImageProcessor(), chat_template=_CHAT, patch_size=16,
        tokenizer=_tokenizer(("[IMG]", "[IMG_BREAK]", "[IMG_END]")),
    )  # fmt: skip
    return diffusers.Flux2Pipeline(
        transformer=transformer, vae=flux2_vae(), text_encoder=mistral, tokenizer=processor,
        scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
    )  # fmt: skip


def tiny_longcat() -> DiffusionPipeline:
    torch.manual_seed(0)
    transformer = diffusers.LongCatImageTransformer2DModel(
        patch_size=1, in_channels=64, num_layers=1, num_single_layers=1, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=DIM, pooled_projection_dim=DIM, axes_dims_rope=[4, 4, 8],
    )  # fmt: skip
    processor = transformers.Qwen2VLProcessor(
        image_processor=transformers.Qwen2VLImageProcessor(), tokenizer=_tokenizer(), chat_template=_CHAT,
        video_processor=transformers.Qwen2VLVideoProcessor(),
    )  # fmt: skip
    return diffusers.LongCatImagePipeline(
        transformer=transformer, vae=tiny_vae(4, 16, shift_factor=0.0), text_encoder=qwen_vl(), tokenizer=_tokenizer(),
        text_processor=processor, scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
    )  # fmt: skip


def tiny_omnigen() -> DiffusionPipeline:
    torch.manual_seed(0)
    transformer = diffusers.OmniGenTransformer2DModel(
        hidden_size=16, num_attention_heads=2, num_key_value_heads=2, intermediate_size=16, num_layers=1,
        in_channels=4, time_step_dim=4, pad_token_id=0, vocab_size=300, pos_embed_max_size=32,
        rope_scaling={"long_factor": [1.0] * 4, "short_factor": [1.0] * 4},
    )  # fmt: skip
    return diffusers.OmniGenPipeline(
        transformer=transformer, vae=tiny_vae(4), tokenizer=_tokenizer(),
        scheduler=FlowMatchEulerDiscreteScheduler(invert_sigmas=True, num_train_timesteps=1),
    )  # fmt: skip


def tiny_nucleus() -> DiffusionPipeline:
    """Its text encoder's eighth layer from the end is read."""
    torch.manual_seed(0)
    transformer = diffusers.NucleusMoEImageTransformer2DModel(
        patch_size=2, in_channels=16, out_channels=4, num_layers=2, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=16, axes_dims_rope=(8, 4, 4), mlp_ratio=2.0, moe_enabled=True, num_experts=2,
        moe_intermediate_dim=16, capacity_factors=2.0, dense_moe_strategy="leave_first_block_dense",
    )  # fmt: skip
    for name, parameter in transformer.named_parameters():
        if "_proj" in name and parameter.ndim == 3:  # experts are born empty
            torch.nn.init.normal_(parameter, std=0.1)
    return diffusers.NucleusMoEImagePipeline(
        transformer=transformer, vae=qwen_vae(), text_encoder=qwen3_vl_writer(16, layers=9),
        processor=qwen3_vl_processor(), scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
    )  # fmt: skip


def tiny_qwen_image21() -> DiffusionPipeline:
    torch.manual_seed(0)
    transformer = diffusers.QwenImage21Transformer2DModel(
        in_channels=4, out_channels=4, num_layers=1, attention_head_dim=16, num_attention_heads=2,
        context_in_dim=DIM, axes_dims_rope=(8, 4, 4),
    )  # fmt: skip
    vae = diffusers.AutoencoderKLQwenImage21(
        base_dim=8, decoder_base_dim=8, z_dim=4, dim_mult=[1, 1, 1, 1, 1], num_res_blocks=1,
        latents_mean=[0.0] * 4, latents_std=[1.0] * 4,
    )  # fmt: skip
    return diffusers.QwenImage21Pipeline(
        transformer=transformer, vae=vae, text_encoder=qwen3_vl_writer(), processor=qwen3_vl_processor(),
        scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
    )  # fmt: skip


def tiny_bria_fibo2() -> DiffusionPipeline:
    """Its text encoder's layers up to the 35th are read."""
    torch.manual_seed(0)
    transformer = diffusers.BriaFibo2Transformer2DModel(
        in_channels=4, patch_size=2, dim=32, n_layers=6, n_refiner_layers=1, n_heads=2, cap_feat_dim=3 * 16,
        injection_layer_ids=(1, 2, 3, 4, 5), perceiver_num_layers=1, min_num_gist_tokens=4, max_num_gist_tokens=8,
        gist_step=4, gist_min_text_len=4, gist_max_text_len=64, axes_dims=(8, 4, 4), axes_lens=(2048, 64, 64),
    )  # fmt: skip
    return diffusers.BriaFibo2Pipeline(
        transformer=transformer, vae=flux2_vae(), text_encoder=qwen3_vl_writer(16, layers=35),
        processor=qwen3_vl_processor(), scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
    )  # fmt: skip


def tiny_dreamlite() -> DiffusionPipeline:
    return diffusers.DreamLitePipeline(**_dreamlite_parts())


def tiny_dreamlite_mobile() -> DiffusionPipeline:
    return diffusers.DreamLiteMobilePipeline(**_dreamlite_parts())


def _dreamlite_parts() -> dict:
    torch.manual_seed(0)
    unet = diffusers.DreamLiteUNetModel(
        sample_size=32, in_channels=4, out_channels=4, block_out_channels=(8, 16), layers_per_block=1,
        down_block_types=("DreamLiteCrossAttnNoSelfAttnDownBlock2D", "DreamLiteCrossAttnDownBlock2D"),
        up_block_types=("DreamLiteCrossAttnUpBlock2D", "DreamLiteUpBlock2D"), norm_num_groups=4,
        cross_attention_dim=DIM, attention_head_dim=4, use_linear_projection=True,
    )  # fmt: skip
    vae = diffusers.AutoencoderTiny(
        latent_channels=4, encoder_block_out_channels=(4,) * 4, decoder_block_out_channels=(4,) * 4,
        num_encoder_blocks=(1,) * 4, num_decoder_blocks=(1,) * 4,
    )  # fmt: skip
    return {
        "unet": unet, "vae": vae, "text_encoder": qwen3_vl_writer(), "tokenizer": _tokenizer(),
        "processor": qwen3_vl_processor(), "scheduler": FlowMatchEulerDiscreteScheduler(),
    }  # fmt: skip


def tiny_ideogram4() -> DiffusionPipeline:
    """Thirteen of its text encoder's 36 layers are read."""
    torch.manual_seed(0)

    def transformer() -> diffusers.Ideogram4Transformer2DModel:
        return diffusers.Ideogram4Transformer2DModel(
            in_channels=16, num_layers=1, attention_head_dim=16, num_attention_heads=2, intermediate_size=32,
            adaln_dim=16, llm_features_dim=13 * 16, mrope_section=(4, 2, 2),
        )  # fmt: skip

    return diffusers.Ideogram4Pipeline(
        transformer=transformer(), unconditional_transformer=transformer(), vae=flux2_vae(),
        text_encoder=transformers.Qwen3VLModel(qwen3_vl_config(16, layers=36)), tokenizer=_tokenizer(),
        scheduler=FlowMatchEulerDiscreteScheduler(),
    )  # fmt: skip


def tiny_glm_image() -> DiffusionPipeline:
    """A language model writes the picture's coarse tokens first, so it draws whole words of 32 x 32 pixels."""
    torch.manual_seed(0)
    transformer = diffusers.GlmImageTransformer2DModel(
        patch_size=2, in_channels=4, out_channels=4, num_layers=1, attention_head_dim=8, num_attention_heads=2,
        text_embed_dim=DIM, time_embed_dim=16, condition_dim=8, prior_vq_quantizer_codebook_size=32,
    )  # fmt: skip
    config = transformers.GlmImageConfig(
        text_config={
            "vocab_size": 400, "vision_vocab_size": 32, "hidden_size": 16, "intermediate_size": 16,
            "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1,
            "max_position_embeddings": 2048, "pad_token_id": 0, "eos_token_id": 399, "initializer_range": 0.5,
            "rope_parameters": {"mrope_section": [2, 1, 1], "rope_type": "default", "partial_rotary_factor": 1.0},
        },
        vision_config={
            "depth": 1, "hidden_size": 16, "intermediate_size": 16, "num_heads": 2, "patch_size": 8,
        },
        vq_config={"embed_dim": 16, "num_embeddings": 32, "latent_channels": 16},
    )  # fmt: skip
    tokenizer = byte_tokenizer(2048, extra_special_tokens={
        "image_token": "<|image|>", "grid_bos_token": "<|begin_of_image|>", "grid_eos_token": "<|end_of_image|>",
    }, bos_token="<|endoftext|>")  # fmt: skip
    processor = transformers.GlmImageProcessor(
        image_processor=transformers.GlmImageImageProcessor(), tokenizer=tokenizer, chat_template=_CHAT
    )
    return diffusers.GlmImagePipeline(
        transformer=transformer, vae=tiny_vae(4, latents_mean=[0.0] * 4, latents_std=[1.0] * 4),
         scheduler=FlowMatchEulerDiscreteScheduler(), processor=processor,
        vision_language_encoder=transformers.GlmImageForConditionalGeneration(config),
        text_encoder=t5_encoder(), tokenizer=transformers.ByT5Tokenizer(extra_ids=0),
    )  # fmt: skip
