"""More stock text-to-image pipelines of diffusers, tiny and with random weights: one function a family.

Each draws 256x256 where `easel_defaults.json` in its folder says so (`save_tiny`); nothing is downloaded.
"""

import json
from pathlib import Path

import diffusers
import torch
import transformers
from diffusers import DiffusionPipeline, FlowMatchEulerDiscreteScheduler

from tests.tiny_diffusers import (
    DIM,
    clip_tokenizer,
    text_config,
    tiny_stable_diffusion,
    tiny_vae,
)

CHAT = "{% for message in messages %}{{ message['content'] }}{% endfor %}"


def save_tiny(pipe: DiffusionPipeline, folder: Path, side: int = 256, **fixed) -> None:
    """Save a pipeline as a repository that draws ``side`` pixels, with ``fixed`` arguments in its call.

    Networks that are born with zeros in their gates heed no prompt before they are trained; here they get numbers.
    """
    torch.manual_seed(1)
    for component in pipe.components.values():
        for parameter in component.parameters() if isinstance(component, torch.nn.Module) else ():
            if parameter.ndim > 1 and not parameter.any():
                torch.nn.init.normal_(parameter, std=0.2)
    pipe.save_pretrained(folder)
    _name_old_places(pipe, folder / "model_index.json")
    then = {"width": side, "height": side} | ({"fixed": fixed} if fixed else {})
    rules = [{"why": "tiny", "then": then}]
    (folder / "easel_defaults.json").write_text(json.dumps({"rules": rules}), encoding="utf-8")


def _name_old_places(pipe: DiffusionPipeline, file: Path) -> None:
    """Text encoders of moved modules under the place that repositories name: what is written now, nobody can load."""
    index = json.loads(file.read_text(encoding="utf-8"))
    for name, component in pipe.components.items():
        module = type(component).__module__
        if isinstance(component, transformers.PreTrainedModel) and ".deprecated." in module:
            index[name][0] = module.split(".")[-2]
    file.write_text(json.dumps(index), encoding="utf-8")


def byte_tokenizer(length: int = 512, **more) -> transformers.Qwen2Tokenizer:
    """One token a byte, with a chat template."""
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    vocabulary = {letter: number for number, letter in enumerate(bytes_to_unicode().values())}
    vocabulary["<|endoftext|>"] = len(vocabulary)
    tokenizer = transformers.Qwen2Tokenizer(vocab=vocabulary, merges=[], model_max_length=length, **more)
    tokenizer.chat_template = CHAT
    return tokenizer


def t5_encoder(dim: int = DIM, umt5: bool = False) -> transformers.PreTrainedModel:
    config, model = (
        (transformers.UMT5Config, transformers.UMT5EncoderModel)
        if umt5
        else (transformers.T5Config, transformers.T5EncoderModel)
    )
    return model(config(vocab_size=300, d_model=dim, d_kv=8, d_ff=dim, num_layers=1, num_heads=2))


def clip_projected() -> transformers.CLIPTextModelWithProjection:
    return transformers.CLIPTextModelWithProjection(text_config())


def decoder_like(config_class: type, model_class: type, **more) -> transformers.PreTrainedModel:
    """A language model of one layer."""
    sizes = {"vocab_size": 300, "hidden_size": DIM, "intermediate_size": DIM, "num_hidden_layers": 2}
    heads = {"num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 16, "pad_token_id": 0}
    return model_class(config_class(**{**sizes, **heads, "max_position_embeddings": 2048, **more}))


def qwen_vl(dim: int = DIM) -> transformers.Qwen2_5_VLForConditionalGeneration:
    rope = {"mrope_section": [2, 2, 4], "rope_type": "default", "type": "default", "rope_theta": 1e6}
    text = {
        "hidden_size": dim, "intermediate_size": dim, "num_hidden_layers": 3, "num_attention_heads": 2,
        "num_key_value_heads": 2, "rope_parameters": rope, "vocab_size": 300, "max_position_embeddings": 2048,
    }  # fmt: skip
    vision = {"depth": 1, "hidden_size": dim, "intermediate_size": dim, "num_heads": 2, "out_hidden_size": dim}
    config = transformers.Qwen2_5_VLConfig(text_config=text, vision_config=vision)
    return transformers.Qwen2_5_VLForConditionalGeneration(config)


def qwen3_vl_config(dim: int = DIM, layers: int = 2) -> transformers.Qwen3VLConfig:
    rope = {"mrope_section": [4, 2, 2], "rope_type": "default", "mrope_interleaved": True, "rope_theta": 1e6}
    text = {
        "hidden_size": dim, "intermediate_size": dim, "num_hidden_layers": layers, "num_attention_heads": 2,
        "num_key_value_heads": 2, "head_dim": 16, "rope_parameters": rope, "vocab_size": 300,
    }  # fmt: skip
    vision = {
        "depth": 1, "hidden_size": dim, "intermediate_size": dim, "num_heads": 2, "out_hidden_size": dim,
        "deepstack_visual_indexes": [0], "num_position_embeddings": 16,
    }  # fmt: skip
    return transformers.Qwen3VLConfig(text_config=text, vision_config=vision)


def flux2_vae() -> diffusers.AutoencoderKLFlux2:
    return diffusers.AutoencoderKLFlux2(
        block_out_channels=(4,) * 4, latent_channels=4, norm_num_groups=4, layers_per_block=1,
        mid_block_add_attention=False,
    )  # fmt: skip


def qwen_vae() -> diffusers.AutoencoderKLQwenImage:
    return diffusers.AutoencoderKLQwenImage(
        base_dim=4, z_dim=4, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True],
        latents_mean=[0.0] * 4, latents_std=[1.0] * 4,
    )  # fmt: skip


def dc_vae() -> diffusers.AutoencoderDC:
    """Every 32nd pixel, as Sana's."""
    levels = 6
    return diffusers.AutoencoderDC(
        latent_channels=4, attention_head_dim=2, encoder_block_types="ResBlock", decoder_block_types="ResBlock",
        encoder_block_out_channels=(8,) * levels, decoder_block_out_channels=(8,) * levels,
        encoder_layers_per_block=(1,) * levels, decoder_layers_per_block=(1,) * levels,
        encoder_qkv_multiscales=((),) * levels, decoder_qkv_multiscales=((),) * levels,
        upsample_block_type="interpolate", downsample_block_type="stride_conv",
    )  # fmt: skip


def tiny_sd3() -> DiffusionPipeline:
    return diffusers.StableDiffusion3Pipeline(**sd3_parts())


def sd3_parts(layers: int = 1) -> dict:
    torch.manual_seed(0)
    transformer = diffusers.SD3Transformer2DModel(
        sample_size=32, patch_size=2, in_channels=4, num_layers=layers, attention_head_dim=8, num_attention_heads=4,
        joint_attention_dim=DIM, caption_projection_dim=DIM, pooled_projection_dim=2 * DIM, out_channels=4,
    )  # fmt: skip
    return {
        "transformer": transformer, "scheduler": FlowMatchEulerDiscreteScheduler(),
        "vae": tiny_vae(4, shift_factor=0.0),
        "text_encoder": clip_projected(), "tokenizer": clip_tokenizer(),
        "text_encoder_2": clip_projected(), "tokenizer_2": clip_tokenizer(),
        "text_encoder_3": t5_encoder(), "tokenizer_3": clip_tokenizer(),
    }  # fmt: skip


def tiny_pixart() -> DiffusionPipeline:
    return diffusers.PixArtAlphaPipeline(**pixart_parts())


def tiny_pixart_sigma() -> DiffusionPipeline:
    return diffusers.PixArtSigmaPipeline(**pixart_parts())


def pixart_parts(layers: int = 1) -> dict:
    torch.manual_seed(0)
    transformer = diffusers.PixArtTransformer2DModel(
        sample_size=32, num_layers=layers, patch_size=2, attention_head_dim=8, num_attention_heads=3,
        caption_channels=DIM,
        in_channels=4, cross_attention_dim=24, out_channels=8, attention_bias=True, num_embeds_ada_norm=1000,
        use_additional_conditions=False,
    )  # fmt: skip
    return {
        "transformer": transformer,
        "vae": tiny_vae(4),
        "scheduler": diffusers.DDIMScheduler(),
        "text_encoder": t5_encoder(),
        "tokenizer": clip_tokenizer(),
    }


def tiny_sana() -> DiffusionPipeline:
    return diffusers.SanaPipeline(scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0), **sana_parts())


def tiny_sana_sprint() -> DiffusionPipeline:
    return diffusers.SanaSprintPipeline(scheduler=diffusers.SCMScheduler(), **sana_parts(guidance_embeds=True))


def sana_parts(**more) -> dict:
    torch.manual_seed(0)
    transformer = diffusers.SanaTransformer2DModel(
        in_channels=4, out_channels=4, num_layers=1, num_attention_heads=2, attention_head_dim=4,
        num_cross_attention_heads=2, cross_attention_head_dim=4, cross_attention_dim=8, caption_channels=DIM,
        sample_size=8, **more, qk_norm="rms_norm_across_heads" if more else None,
    )  # fmt: skip
    gemma = decoder_like(transformers.Gemma2Config, transformers.Gemma2Model)
    return {
        "transformer": transformer, "vae": dc_vae(), "text_encoder": gemma, "tokenizer": byte_tokenizer(),
    }  # fmt: skip


def tiny_lumina2() -> DiffusionPipeline:
    torch.manual_seed(0)
    transformer = diffusers.Lumina2Transformer2DModel(
        sample_size=32, patch_size=2, in_channels=4, hidden_size=8, num_layers=1, num_attention_heads=1,
        num_kv_heads=1, multiple_of=16, axes_dim_rope=(4, 2, 2), axes_lens=(1024, 128, 128), cap_feat_dim=DIM,
    )  # fmt: skip
    return diffusers.Lumina2Pipeline(
        transformer=transformer, vae=tiny_vae(4, shift_factor=0.0), scheduler=FlowMatchEulerDiscreteScheduler(),
        text_encoder=decoder_like(transformers.Gemma2Config, transformers.Gemma2Model), tokenizer=byte_tokenizer(),
    )  # fmt: skip


def tiny_aura_flow() -> DiffusionPipeline:
    torch.manual_seed(0)
    transformer = diffusers.AuraFlowTransformer2DModel(
        sample_size=32, patch_size=2, in_channels=4, num_mmdit_layers=1, num_single_dit_layers=1,
        attention_head_dim=8, num_attention_heads=4, caption_projection_dim=DIM, joint_attention_dim=DIM,
        out_channels=4, pos_embed_max_size=256,
    )  # fmt: skip
    return diffusers.AuraFlowPipeline(
        transformer=transformer, vae=tiny_vae(4), scheduler=FlowMatchEulerDiscreteScheduler(),
        text_encoder=t5_encoder(umt5=True), tokenizer=clip_tokenizer(),
    )  # fmt: skip


def tiny_chroma() -> DiffusionPipeline:
    torch.manual_seed(0)
    transformer = diffusers.ChromaTransformer2DModel(
        patch_size=1, in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=DIM, axes_dims_rope=(4, 4, 8), approximator_hidden_dim=32, approximator_layers=1,
        approximator_num_channels=16,
    )  # fmt: skip
    return diffusers.ChromaPipeline(
        transformer=transformer, vae=tiny_vae(4, shift_factor=0.0), scheduler=FlowMatchEulerDiscreteScheduler(),
        text_encoder=t5_encoder(), tokenizer=clip_tokenizer(),
    )  # fmt: skip


def tiny_cogview4() -> DiffusionPipeline:
    torch.manual_seed(0)
    transformer = diffusers.CogView4Transformer2DModel(
        patch_size=2, in_channels=4, out_channels=4, num_layers=1, attention_head_dim=4, num_attention_heads=4,
        text_embed_dim=DIM, time_embed_dim=8, condition_dim=4, pos_embed_max_size=32, sample_size=32,
        rope_axes_dim=(4, 4),
    )  # fmt: skip
    return diffusers.CogView4Pipeline(
        transformer=transformer, vae=tiny_vae(4),
        scheduler=FlowMatchEulerDiscreteScheduler(base_shift=0.25, max_shift=0.75, use_dynamic_shifting=True),
        text_encoder=decoder_like(transformers.GlmConfig, transformers.GlmModel), tokenizer=clip_tokenizer(),
    )  # fmt: skip


def tiny_z_image() -> DiffusionPipeline:
    torch.manual_seed(0)
    transformer = diffusers.ZImageTransformer2DModel(
        in_channels=4, dim=32, n_layers=1, n_refiner_layers=1, n_heads=2, n_kv_heads=2, cap_feat_dim=DIM,
        axes_dims=[8, 4, 4], axes_lens=[1024, 64, 64],
    )  # fmt: skip
    return diffusers.ZImagePipeline(
        transformer=transformer, vae=tiny_vae(4, shift_factor=0.0), scheduler=FlowMatchEulerDiscreteScheduler(),
        text_encoder=decoder_like(transformers.Qwen3Config, transformers.Qwen3Model), tokenizer=byte_tokenizer(),
    )  # fmt: skip


def tiny_qwen_image() -> DiffusionPipeline:
    torch.manual_seed(0)
    transformer = diffusers.QwenImageTransformer2DModel(
        patch_size=2, in_channels=16, out_channels=4, num_layers=1, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=DIM, axes_dims_rope=(8, 4, 4),
    )  # fmt: skip
    return diffusers.QwenImagePipeline(
        transformer=transformer, vae=qwen_vae(), scheduler=FlowMatchEulerDiscreteScheduler(),
        text_encoder=qwen_vl(), tokenizer=byte_tokenizer(),
    )  # fmt: skip


def tiny_hunyuan_image() -> DiffusionPipeline:
    guidance = diffusers.AdaptiveProjectedMixGuidance
    return diffusers.HunyuanImagePipeline(**hunyuan_image_parts(), guider=guidance(), ocr_guider=guidance())


def hunyuan_image_parts(**more) -> dict:
    torch.manual_seed(0)
    transformer = diffusers.HunyuanImageTransformer2DModel(
        in_channels=4, out_channels=4, num_attention_heads=2, attention_head_dim=8, num_layers=1, num_single_layers=1,
        num_refiner_layers=1, patch_size=(1, 1), text_embed_dim=DIM, text_embed_2_dim=DIM, rope_axes_dim=(4, 4),
        **more,
    )  # fmt: skip
    vae = diffusers.AutoencoderKLHunyuanImage(
        in_channels=3, out_channels=3, latent_channels=4, block_out_channels=(32,) * 5, layers_per_block=1,
        scaling_factor=0.5, spatial_compression_ratio=16, sample_size=256,
    )  # fmt: skip
    return {
        "transformer": transformer, "vae": vae, "scheduler": FlowMatchEulerDiscreteScheduler(shift=7.0),
        "text_encoder": qwen_vl(), "tokenizer": byte_tokenizer(),
        "text_encoder_2": t5_encoder(), "tokenizer_2": transformers.ByT5Tokenizer(extra_ids=0),
    }  # fmt: skip


def tiny_krea2() -> DiffusionPipeline:
    return diffusers.Krea2Pipeline(**krea2_parts())


def krea2_parts() -> dict:
    torch.manual_seed(0)
    transformer = diffusers.Krea2Transformer2DModel(
        in_channels=16, num_layers=1, attention_head_dim=16, num_attention_heads=2, num_key_value_heads=1,
        intermediate_size=32, timestep_embed_dim=16, text_hidden_dim=DIM, num_text_layers=2,
        text_num_attention_heads=2, text_num_key_value_heads=2, text_intermediate_size=DIM,
        num_layerwise_text_blocks=1, num_refiner_text_blocks=1, axes_dims_rope=(8, 4, 4),
    )  # fmt: skip
    return {
        "transformer": transformer, "vae": qwen_vae(), "tokenizer": byte_tokenizer(),
        "scheduler": FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
        "text_encoder": transformers.Qwen3VLModel(qwen3_vl_config()), "text_encoder_select_layers": (1, 2),
    }  # fmt: skip


def tiny_kandinsky5() -> DiffusionPipeline:
    torch.manual_seed(0)
    transformer = diffusers.Kandinsky5Transformer3DModel(
        in_visual_dim=4, in_text_dim=DIM, in_text_dim2=DIM, time_dim=16, out_visual_dim=4, patch_size=(1, 2, 2),
        model_dim=16, ff_dim=32, num_text_blocks=1, num_visual_blocks=1, axes_dims=(4, 2, 2),
    )  # fmt: skip
    return diffusers.Kandinsky5T2IPipeline(
        transformer=transformer, vae=tiny_vae(4), scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0),
        text_encoder=qwen_vl(), tokenizer=byte_tokenizer(),
        text_encoder_2=transformers.CLIPTextModel(text_config()), tokenizer_2=clip_tokenizer(),
    )  # fmt: skip


def tiny_stable_cascade() -> DiffusionPipeline:
    from diffusers.pipelines.deprecated.wuerstchen import PaellaVQModel

    torch.manual_seed(0)
    more = {
        "timestep_ratio_embedding_dim": 8, "down_num_layers_per_block": (1,), "up_num_layers_per_block": (1,),
        "down_blocks_repeat_mappers": (1,), "up_blocks_repeat_mappers": (1,), "dropout": (0.0,),
        "clip_text_pooled_in_channels": DIM,
    }  # fmt: skip
    prior = diffusers.StableCascadeUNet(
        in_channels=4, out_channels=4, conditioning_dim=DIM, block_out_channels=(DIM,), num_attention_heads=(2,),
        clip_text_in_channels=DIM, clip_image_in_channels=DIM, switch_level=(False,),
        block_types_per_layer=(("SDCascadeResBlock", "SDCascadeTimestepBlock", "SDCascadeAttnBlock"),), **more,
    )  # fmt: skip
    decoder = diffusers.StableCascadeUNet(
        in_channels=4, out_channels=4, conditioning_dim=16, block_out_channels=(16,), num_attention_heads=(-1,),
        effnet_in_channels=4, pixel_mapper_in_channels=3, patch_size=1, timestep_conditioning_type=("sca",),
        block_types_per_layer=(("SDCascadeResBlock", "SDCascadeTimestepBlock"),), **more,
    )  # fmt: skip
    return diffusers.StableCascadeCombinedPipeline(
        decoder=decoder, vqgan=PaellaVQModel(bottleneck_blocks=1, num_vq_embeddings=8, embed_dim=16),
        scheduler=diffusers.DDPMWuerstchenScheduler(), text_encoder=clip_projected(), tokenizer=clip_tokenizer(),
        prior_prior=prior, prior_text_encoder=clip_projected(), prior_tokenizer=clip_tokenizer(),
        prior_scheduler=diffusers.DDPMWuerstchenScheduler(),
    )  # fmt: skip


def tiny_wuerstchen() -> DiffusionPipeline:
    from diffusers.pipelines.deprecated.wuerstchen import PaellaVQModel, WuerstchenDiffNeXt, WuerstchenPrior

    torch.manual_seed(0)
    decoder = WuerstchenDiffNeXt(
        c_cond=DIM, c_hidden=[16], nhead=[-1], blocks=[1], level_config=["CT"], clip_embd=DIM, inject_effnet=[True],
    )  # fmt: skip
    return diffusers.WuerstchenCombinedPipeline(
        decoder=decoder, vqgan=PaellaVQModel(bottleneck_blocks=1, num_vq_embeddings=8, embed_dim=16),
        scheduler=diffusers.DDPMWuerstchenScheduler(), tokenizer=clip_tokenizer(),
        text_encoder=transformers.CLIPTextModel(text_config()),
        prior_prior=WuerstchenPrior(c_in=16, c=8, depth=1, c_cond=DIM, c_r=8, nhead=2),
        prior_text_encoder=transformers.CLIPTextModel(text_config()), prior_tokenizer=clip_tokenizer(),
        prior_scheduler=diffusers.DDPMWuerstchenScheduler(),
    )  # fmt: skip


def vq_model(levels: int, channels: int, codes: int = 8, **more) -> diffusers.VQModel:
    return diffusers.VQModel(
        block_out_channels=[channels] * levels, down_block_types=["DownEncoderBlock2D"] * levels,
        up_block_types=["UpDecoderBlock2D"] * levels, latent_channels=channels, layers_per_block=1, norm_num_groups=4,
        num_vq_embeddings=codes, mid_block_add_attention=False, **more,
    )  # fmt: skip


def tiny_amused() -> DiffusionPipeline:
    torch.manual_seed(0)
    transformer = diffusers.UVit2DModel(
        hidden_size=8, cond_embed_dim=DIM, micro_cond_encode_dim=2, micro_cond_embed_dim=10, encoder_hidden_size=DIM,
        vocab_size=32, codebook_size=8, in_channels=8, block_out_channels=8, num_res_blocks=1, downsample=True,
        upsample=True, block_num_heads=1, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8,
        sample_size=64,
    )  # fmt: skip
    return diffusers.AmusedPipeline(
        transformer=transformer, vqvae=vq_model(3, 8, lookup_from_codebook=True),
        scheduler=diffusers.AmusedScheduler(mask_token_id=31), text_encoder=clip_projected(),
        tokenizer=clip_tokenizer(),
    )  # fmt: skip


def tiny_ldm() -> DiffusionPipeline:
    from diffusers.pipelines.latent_diffusion.pipeline_latent_diffusion import LDMBertConfig, LDMBertModel

    torch.manual_seed(0)
    bert = LDMBertModel(LDMBertConfig(vocab_size=300, encoder_layers=1, encoder_ffn_dim=DIM, encoder_attention_heads=2,
                                      head_dim=8, d_model=DIM))  # fmt: skip
    return diffusers.LDMTextToImagePipeline(
        vqvae=tiny_vae(4), bert=bert, tokenizer=clip_tokenizer(), scheduler=diffusers.DDIMScheduler(),
        unet=diffusers.UNet2DConditionModel(
            sample_size=32, in_channels=4, out_channels=4, layers_per_block=1, block_out_channels=(8, 16),
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), cross_attention_dim=DIM, attention_head_dim=2,
            norm_num_groups=4,
        ),
    )  # fmt: skip


def tiny_prx() -> DiffusionPipeline:
    torch.manual_seed(0)
    transformer = diffusers.PRXTransformer2DModel(
        patch_size=2, in_channels=4, context_in_dim=DIM, hidden_size=16, mlp_ratio=2.0, num_heads=2, depth=1,
        axes_dim=[4, 4],
    )  # fmt: skip
    sizes = {
        "vocab_size": 300, "hidden_size": DIM, "intermediate_size": DIM, "num_hidden_layers": 1,
        "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 8, "layer_types": ["full_attention"],
        "dropout_rate": 0.0,
    }  # fmt: skip
    from transformers.models.t5gemma.configuration_t5gemma import T5GemmaConfig, T5GemmaModuleConfig
    from transformers.models.t5gemma.modeling_t5gemma import T5GemmaEncoder

    module = T5GemmaModuleConfig(**sizes)
    config = T5GemmaConfig(**{**module.to_dict(), **sizes, "encoder": module, "is_encoder_decoder": False})
    return diffusers.PRXPipeline(
        transformer=transformer, vae=tiny_vae(4, shift_factor=0.0), scheduler=FlowMatchEulerDiscreteScheduler(),
        text_encoder=T5GemmaEncoder(config), tokenizer=byte_tokenizer(64),
    )  # fmt: skip


def tiny_lcm() -> DiffusionPipeline:
    parts = dict(tiny_stable_diffusion(32).components)
    torch.manual_seed(0)
    parts["unet"] = diffusers.UNet2DConditionModel(**{**parts["unet"].config, "time_cond_proj_dim": 32})
    parts["scheduler"] = diffusers.LCMScheduler.from_config(parts["scheduler"].config)
    return diffusers.LatentConsistencyModelPipeline(**parts, requires_safety_checker=False)


def tiny_flux2_klein() -> DiffusionPipeline:
    return diffusers.Flux2KleinPipeline(**flux2_parts(), is_distilled=False)


def tiny_flux2_klein_distilled() -> DiffusionPipeline:
    return diffusers.Flux2KleinPipeline(**flux2_parts(), is_distilled=True)


def flux2_parts() -> dict:
    torch.manual_seed(0)
    layers = 27  # of which the pipeline takes the 9th, 18th and 27th
    transformer = diffusers.Flux2Transformer2DModel(
        patch_size=1, in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=3 * 16, timestep_guidance_channels=16, axes_dims_rope=(4, 4, 4, 4), guidance_embeds=False,
    )  # fmt: skip
    qwen = transformers.Qwen3ForCausalLM(transformers.Qwen3Config(
        vocab_size=300, hidden_size=16, intermediate_size=16, num_hidden_layers=layers, num_attention_heads=2,
        num_key_value_heads=2, head_dim=8, max_position_embeddings=2048,
    ))  # fmt: skip
    return {
        "transformer": transformer, "vae": flux2_vae(),
        "scheduler": FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
        "text_encoder": qwen, "tokenizer": byte_tokenizer(),
    }  # fmt: skip


def tiny_bria() -> DiffusionPipeline:
    from diffusers.pipelines.bria import BriaPipeline

    torch.manual_seed(0)
    transformer = diffusers.BriaTransformer2DModel(
        patch_size=1, in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=8, num_attention_heads=2,
        joint_attention_dim=DIM, pooled_projection_dim=None, axes_dims_rope=[0, 4, 4],
    )  # fmt: skip
    return BriaPipeline(
        transformer=transformer, vae=tiny_vae(4, shift_factor=0.0), scheduler=FlowMatchEulerDiscreteScheduler(),
        text_encoder=t5_encoder(), tokenizer=clip_tokenizer(),
    )  # fmt: skip


def tiny_ovis() -> DiffusionPipeline:
    torch.manual_seed(0)
    transformer = diffusers.OvisImageTransformer2DModel(
        patch_size=1, in_channels=16, out_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=16,
        num_attention_heads=2, joint_attention_dim=DIM, axes_dims_rope=(4, 4, 8),
    )  # fmt: skip
    return diffusers.OvisImagePipeline(
        transformer=transformer, vae=tiny_vae(4, shift_factor=0.0),
        scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True), tokenizer=byte_tokenizer(),
        text_encoder=decoder_like(transformers.Qwen3Config, transformers.Qwen3Model),
    )  # fmt: skip


def tiny_pag() -> DiffusionPipeline:
    parts = tiny_stable_diffusion(32).components
    return diffusers.StableDiffusionPAGPipeline(**parts, requires_safety_checker=False, pag_applied_layers=["mid"])


def tiny_cogview3() -> DiffusionPipeline:
    torch.manual_seed(0)
    transformer = diffusers.CogView3PlusTransformer2DModel(
        patch_size=2, in_channels=4, num_layers=1, attention_head_dim=4, num_attention_heads=2, out_channels=4,
        text_embed_dim=DIM, time_embed_dim=8, condition_dim=2, pos_embed_max_size=64, sample_size=32,
    )  # fmt: skip
    return diffusers.CogView3PlusPipeline(
        transformer=transformer, vae=tiny_vae(4), scheduler=diffusers.CogVideoXDPMScheduler(),
        text_encoder=t5_encoder(), tokenizer=clip_tokenizer(),
    )  # fmt: skip


def tiny_kandinsky3() -> DiffusionPipeline:
    torch.manual_seed(0)
    unet = diffusers.Kandinsky3UNet(
        in_channels=4, time_embedding_dim=4, groups=2, attention_head_dim=4, layers_per_block=3,
        block_out_channels=(32, 64), cross_attention_dim=4, encoder_hid_dim=DIM,
    )  # fmt: skip
    movq = diffusers.VQModel(
        block_out_channels=[32] * 4, down_block_types=["DownEncoderBlock2D"] * 4,
        up_block_types=["UpDecoderBlock2D"] * 4, latent_channels=4, layers_per_block=1,
        norm_num_groups=8, norm_type="spatial", num_vq_embeddings=12, vq_embed_dim=4,
    )  # fmt: skip
    return diffusers.Kandinsky3Pipeline(
        unet=unet, movq=movq, text_encoder=t5_encoder(), tokenizer=clip_tokenizer(),
        scheduler=diffusers.DDPMScheduler(beta_schedule="squaredcos_cap_v2", clip_sample=False),
    )  # fmt: skip


def tiny_hunyuan_dit() -> DiffusionPipeline:
    torch.manual_seed(0)
    transformer = diffusers.HunyuanDiT2DModel(
        sample_size=32, num_layers=2, patch_size=2, attention_head_dim=8, num_attention_heads=3, in_channels=4,
        cross_attention_dim=DIM, cross_attention_dim_t5=DIM, pooled_projection_dim=16, hidden_size=24,
        activation_fn="gelu-approximate",
    )  # fmt: skip
    bert = transformers.BertConfig(vocab_size=300, hidden_size=DIM, intermediate_size=DIM, num_hidden_layers=1,
                                   num_attention_heads=2, max_position_embeddings=128)  # fmt: skip
    return diffusers.HunyuanDiTPipeline(
        transformer=transformer, vae=tiny_vae(4), scheduler=diffusers.DDPMScheduler(),
        text_encoder=transformers.BertModel(bert), tokenizer=clip_tokenizer(),
        text_encoder_2=t5_encoder(), tokenizer_2=clip_tokenizer(),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip
