"""Rarer text-to-image pipelines of diffusers, tiny and with random weights, and variants of those of `tiny_families`.

One function a family, as there; nothing is downloaded.
"""

import io
import tempfile
from pathlib import Path

import diffusers
import torch
import transformers
from diffusers import DiffusionPipeline, FlowMatchEulerDiscreteScheduler

from tests.tiny_diffusers import (
    DIM,
    clip_tokenizer,
    prior_scheduler,
    prior_transformer,
    text_config,
    tiny_kandinsky,
    tiny_sdxl,
    tiny_stable_diffusion,
    tiny_vae,
)
from tests.tiny_families import (
    byte_tokenizer,
    clip_projected,
    decoder_like,
    flux2_parts,
    flux2_vae,
    hunyuan_image_parts,
    krea2_parts,
    pixart_parts,
    sana_parts,
    sd3_parts,
    t5_encoder,
    tiny_hunyuan_dit,
)


def tiny_hidream() -> DiffusionPipeline:
    """It draws its own area alone: 128x128 latents, whatever their scale."""
    torch.manual_seed(0)
    transformer = diffusers.HiDreamImageTransformer2DModel(
        patch_size=2, in_channels=4, out_channels=4, num_layers=1, num_single_layers=1, attention_head_dim=8,
        num_attention_heads=1, caption_channels=[DIM, DIM], text_emb_dim=2 * DIM, axes_dims_rope=(4, 2, 2),
        num_routed_experts=2, num_activated_experts=1, max_resolution=(128, 128), llama_layers=[0, 1],
    )  # fmt: skip
    clip = transformers.CLIPTextConfig(**{**text_config().to_dict(), "max_position_embeddings": 248})
    return diffusers.HiDreamImagePipeline(
        transformer=transformer, vae=tiny_vae(2, shift_factor=0.0), scheduler=FlowMatchEulerDiscreteScheduler(),
        text_encoder=transformers.CLIPTextModelWithProjection(clip), tokenizer=clip_tokenizer(),
        text_encoder_2=transformers.CLIPTextModelWithProjection(clip), tokenizer_2=clip_tokenizer(),
        text_encoder_3=t5_encoder(), tokenizer_3=clip_tokenizer(),
        text_encoder_4=decoder_like(transformers.LlamaConfig, transformers.LlamaForCausalLM),
        tokenizer_4=byte_tokenizer(),
    )  # fmt: skip


def tiny_kolors() -> DiffusionPipeline:
    from diffusers.pipelines.kolors import ChatGLMModel, ChatGLMTokenizer
    from diffusers.pipelines.kolors.text_encoder import ChatGLMConfig

    torch.manual_seed(0)
    chat = ChatGLMModel(ChatGLMConfig(
        num_layers=2, padded_vocab_size=400, hidden_size=DIM, ffn_hidden_size=DIM, kv_channels=16,
        num_attention_heads=2, seq_length=256, add_qkv_bias=True, multi_query_attention=True,
        multi_query_group_num=1, original_rope=True, torch_dtype=torch.float32,
    ), empty_init=False)  # fmt: skip
    for parameter in chat.parameters():  # its layers are born empty
        torch.nn.init.ones_(parameter) if parameter.ndim == 1 else torch.nn.init.normal_(parameter, std=0.1)
    parts = dict(tiny_sdxl(32).components)
    parts["unet"] = diffusers.UNet2DConditionModel(**{
        **parts["unet"].config, "encoder_hid_dim": DIM, "encoder_hid_dim_type": "text_proj",
        "cross_attention_dim": DIM, "projection_class_embeddings_input_dim": 6 * 8 + DIM,
    })  # fmt: skip
    return diffusers.KolorsPipeline(
        vae=parts["vae"], text_encoder=chat, tokenizer=ChatGLMTokenizer(str(_sentencepiece())), unet=parts["unet"],
        scheduler=parts["scheduler"], force_zeros_for_empty_prompt=False,
    )  # fmt: skip


def _sentencepiece() -> Path:
    """A vocabulary of letters, in the one form that ChatGLM's tokenizer reads."""
    import sentencepiece

    model = io.BytesIO()
    letters = "".join(chr(code) for code in range(33, 127))
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([*letters, "a cat on a mat", "blue dogs", "fog and rain"]), model_writer=model,
        vocab_size=len(letters) + 6, model_type="char", hard_vocab_limit=False, character_coverage=1.0,
        minloglevel=2,
    )  # fmt: skip
    file = Path(tempfile.mkdtemp()) / "tokenizer.model"
    file.write_bytes(model.getvalue())
    return file


def tiny_kandinsky21() -> DiffusionPipeline:
    from diffusers.pipelines.kandinsky.text_encoder import MCLIPConfig, MultilingualCLIP

    parts = dict(tiny_kandinsky().components)
    torch.manual_seed(0)
    parts["unet"] = diffusers.UNet2DConditionModel(**{
        **parts["unet"].config, "addition_embed_type": "text_image", "encoder_hid_dim_type": "text_image_proj",
    })  # fmt: skip
    config = MCLIPConfig(
        transformerDimSize=DIM, imageDimSize=DIM, vocab_size=300, hidden_size=DIM, intermediate_size=DIM,
        num_hidden_layers=1, num_attention_heads=2, max_position_embeddings=100,
    )  # fmt: skip
    parts |= {"text_encoder": MultilingualCLIP(config), "tokenizer": clip_tokenizer()}
    return diffusers.KandinskyCombinedPipeline(**parts)


def tiny_stable_unclip() -> DiffusionPipeline:
    from diffusers.pipelines.stable_diffusion.stable_unclip_image_normalizer import StableUnCLIPImageNormalizer

    parts = dict(tiny_stable_diffusion(32).components)
    torch.manual_seed(0)
    unet = diffusers.UNet2DConditionModel(**{
        **parts["unet"].config, "class_embed_type": "projection", "projection_class_embeddings_input_dim": 2 * DIM,
    })  # fmt: skip
    return diffusers.StableUnCLIPPipeline(
        prior_tokenizer=clip_tokenizer(), prior_text_encoder=clip_projected(), prior=prior_transformer(),
        prior_scheduler=diffusers.DDPMScheduler.from_config(
            prior_scheduler().config, beta_schedule="squaredcos_cap_v2", clip_sample=True
        ),
        image_normalizer=StableUnCLIPImageNormalizer(DIM),
        image_noising_scheduler=diffusers.DDPMScheduler(beta_schedule="squaredcos_cap_v2"),
        tokenizer=parts["tokenizer"], text_encoder=parts["text_encoder"], unet=unet, scheduler=parts["scheduler"],
        vae=parts["vae"],
    )  # fmt: skip


def tiny_lumina() -> DiffusionPipeline:
    torch.manual_seed(0)
    transformer = diffusers.LuminaNextDiT2DModel(
        sample_size=32, patch_size=2, in_channels=4, hidden_size=32, num_layers=1, num_attention_heads=4,
        num_kv_heads=2, multiple_of=16, cross_attention_dim=DIM,
    )  # fmt: skip
    return diffusers.LuminaPipeline(
        transformer=transformer, vae=tiny_vae(4), scheduler=FlowMatchEulerDiscreteScheduler(),
        text_encoder=decoder_like(transformers.GemmaConfig, transformers.GemmaModel),
        tokenizer=clip_tokenizer(),  # one that begins with a token: a mask of nothing would be no number
    )  # fmt: skip


def tiny_z_image_omni() -> DiffusionPipeline:
    """Z-Image that may be shown a picture, which an encoder of its own looks at."""
    torch.manual_seed(0)
    transformer = diffusers.ZImageTransformer2DModel(
        in_channels=4, dim=32, n_layers=1, n_refiner_layers=1, n_heads=2, n_kv_heads=2, cap_feat_dim=DIM,
        siglip_feat_dim=DIM, axes_dims=[8, 4, 4], axes_lens=[1024, 64, 64],
    )  # fmt: skip
    vision = transformers.Siglip2VisionConfig(
        hidden_size=DIM, intermediate_size=DIM, num_hidden_layers=1, num_attention_heads=2, num_patches=16
    )
    return diffusers.ZImageOmniPipeline(
        transformer=transformer, vae=tiny_vae(4, shift_factor=0.0), scheduler=FlowMatchEulerDiscreteScheduler(),
        text_encoder=decoder_like(transformers.Qwen3Config, transformers.Qwen3Model), tokenizer=byte_tokenizer(),
        siglip=transformers.Siglip2VisionModel(vision),
        siglip_processor=transformers.Siglip2ImageProcessor(max_num_patches=16),
    )  # fmt: skip


def tiny_ernie() -> DiffusionPipeline:
    torch.manual_seed(0)
    transformer = diffusers.ErnieImageTransformer2DModel(
        hidden_size=32, num_attention_heads=2, num_layers=1, ffn_hidden_size=32, in_channels=16, out_channels=16,
        text_in_dim=DIM, rope_axes_dim=(4, 4, 8),
    )  # fmt: skip
    return diffusers.ErnieImagePipeline(
        transformer=transformer, vae=flux2_vae(), tokenizer=byte_tokenizer(),
        text_encoder=decoder_like(transformers.Qwen3Config, transformers.Qwen3Model),
        scheduler=FlowMatchEulerDiscreteScheduler(),
    )  # fmt: skip


def tiny_prx_pixel() -> DiffusionPipeline:
    """No decoder: it denoises pixels."""
    torch.manual_seed(0)
    transformer = diffusers.PRXTransformer2DModel(
        patch_size=16, in_channels=3, context_in_dim=DIM, hidden_size=16, mlp_ratio=2.0, num_heads=2, depth=1,
        axes_dim=[4, 4], bottleneck_size=8, resolution_embeds=True,
    )  # fmt: skip
    return diffusers.PRXPixelPipeline(
        transformer=transformer, scheduler=FlowMatchEulerDiscreteScheduler(), tokenizer=byte_tokenizer(64),
        text_encoder=decoder_like(transformers.Qwen3Config, transformers.Qwen3Model), default_sample_size=256,
        prompt_max_tokens=32,
    )  # fmt: skip


def tiny_bria_fibo() -> DiffusionPipeline:
    torch.manual_seed(0)
    transformer = diffusers.BriaFiboTransformer2DModel(
        patch_size=1, in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=8, num_attention_heads=2,
        joint_attention_dim=2 * DIM, text_encoder_dim=DIM, axes_dims_rope=[0, 4, 4],
    )  # fmt: skip
    vae = diffusers.AutoencoderKLWan(
        base_dim=8, decoder_base_dim=8, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1,
        temperal_downsample=[False, True, True], is_residual=True, in_channels=12, out_channels=12, patch_size=2,
        scale_factor_spatial=16, latents_mean=[0.0] * 16, latents_std=[1.0] * 16,
    )  # fmt: skip
    return diffusers.BriaFiboPipeline(
        transformer=transformer, vae=vae, scheduler=FlowMatchEulerDiscreteScheduler(), tokenizer=byte_tokenizer(),
        text_encoder=decoder_like(  # nothing to avoid is its token 128,000
            transformers.SmolLM3Config, transformers.SmolLM3ForCausalLM, bos_token_id=1, eos_token_id=2,
            vocab_size=128_001,
        ),
    )  # fmt: skip


def tiny_flux2_klein_kv() -> DiffusionPipeline:
    return diffusers.Flux2KleinKVPipeline(**flux2_parts())


def tiny_hunyuan_image_distilled() -> DiffusionPipeline:
    parts = hunyuan_image_parts(guidance_embeds=True)
    off = diffusers.AdaptiveProjectedMixGuidance(enabled=False)
    return diffusers.HunyuanImagePipeline(**parts, guider=off, ocr_guider=off)


def tiny_krea2_distilled() -> DiffusionPipeline:
    return diffusers.Krea2Pipeline(**krea2_parts(), is_distilled=True)


def tiny_sdxl_pag() -> DiffusionPipeline:
    return diffusers.StableDiffusionXLPAGPipeline(**tiny_sdxl(32).components)


def tiny_sd3_pag() -> DiffusionPipeline:
    return diffusers.StableDiffusion3PAGPipeline(**sd3_parts(layers=2))


def tiny_pixart_sigma_pag() -> DiffusionPipeline:
    return diffusers.PixArtSigmaPAGPipeline(**pixart_parts(layers=2))


def tiny_sana_pag() -> DiffusionPipeline:
    return diffusers.SanaPAGPipeline(scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0), **sana_parts())


def tiny_kolors_pag() -> DiffusionPipeline:
    return diffusers.KolorsPAGPipeline(**tiny_kolors().components, force_zeros_for_empty_prompt=False)


def tiny_hunyuan_dit_pag() -> DiffusionPipeline:
    return diffusers.HunyuanDiTPAGPipeline(**tiny_hunyuan_dit().components, requires_safety_checker=False)


def tiny_sag() -> DiffusionPipeline:
    return diffusers.StableDiffusionSAGPipeline(**tiny_stable_diffusion(32).components, requires_safety_checker=False)


def tiny_panorama() -> DiffusionPipeline:
    return diffusers.StableDiffusionPanoramaPipeline(
        **tiny_stable_diffusion(32).components, requires_safety_checker=False
    )
