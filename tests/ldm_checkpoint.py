"""A tiny Stable Diffusion as one checkpoint file, with the names that its first program gave the weights."""

import re
from pathlib import Path

from diffusers import StableDiffusionPipeline
from safetensors.torch import save_file

# (diffusers' name, the checkpoint's) of the layers of `tiny_stable_diffusion`; the first that fits counts.
_UNET = (
    ("time_embedding.linear_1", "time_embed.0"), ("time_embedding.linear_2", "time_embed.2"),
    ("conv_in", "input_blocks.0.0"), ("conv_norm_out", "out.0"), ("conv_out", "out.2"),
    ("down_blocks.0.resnets.0", "input_blocks.1.0"), ("down_blocks.0.downsamplers.0.conv", "input_blocks.2.0.op"),
    ("down_blocks.1.resnets.0", "input_blocks.3.0"), ("down_blocks.1.attentions.0", "input_blocks.3.1"),
    ("mid_block.resnets.0", "middle_block.0"), ("mid_block.attentions.0", "middle_block.1"),
    ("mid_block.resnets.1", "middle_block.2"),
    ("up_blocks.0.resnets.0", "output_blocks.0.0"), ("up_blocks.0.attentions.0", "output_blocks.0.1"),
    ("up_blocks.0.resnets.1", "output_blocks.1.0"), ("up_blocks.0.attentions.1", "output_blocks.1.1"),
    ("up_blocks.0.upsamplers.0.conv", "output_blocks.1.2.conv"),
    ("up_blocks.1.resnets.0", "output_blocks.2.0"), ("up_blocks.1.resnets.1", "output_blocks.3.0"),
)  # fmt: skip
_UNET_RESNET = (
    ("norm1", "in_layers.0"), ("conv1", "in_layers.2"), ("time_emb_proj", "emb_layers.1"),
    ("norm2", "out_layers.0"), ("conv2", "out_layers.3"), ("conv_shortcut", "skip_connection"),
)  # fmt: skip
_LEVELS = 3  # of the VAE


def save_checkpoint(pipe: StableDiffusionPipeline, file: Path) -> None:
    """Save all weights of a tiny Stable Diffusion in one file."""
    state = {f"model.diffusion_model.{_of_unet(name)}": value for name, value in pipe.unet.state_dict().items()}
    state |= {f"first_stage_model.{_of_vae(name)}": value for name, value in pipe.vae.state_dict().items()}
    for name, value in pipe.text_encoder.state_dict().items():
        state[f"cond_stage_model.transformer.text_model.{name.removeprefix('text_model.')}"] = value
    save_file({name: value.contiguous() for name, value in state.items()}, file)


def _of_unet(name: str) -> str:
    for ours, theirs in _UNET:
        if name.startswith(f"{ours}."):
            rest = name.removeprefix(ours)
            if "resnets" in ours:
                for inner, outer in _UNET_RESNET:
                    rest = re.sub(rf"^\.{inner}\.", f".{outer}.", rest)
            return theirs + rest
    raise KeyError(name)


def _of_vae(name: str) -> str:
    name = re.sub(r"encoder\.down_blocks\.(\d)\.resnets\.(\d)", r"encoder.down.\1.block.\2", name)
    name = re.sub(r"encoder\.down_blocks\.(\d)\.downsamplers\.0", r"encoder.down.\1.downsample", name)
    name = re.sub(r"mid_block\.resnets\.(\d)", lambda found: f"mid.block_{int(found[1]) + 1}", name)
    for level in range(_LEVELS):
        name = name.replace(f"up_blocks.{level}.resnets.", f"up.{_LEVELS - 1 - level}.block.")
        name = name.replace(f"up_blocks.{level}.upsamplers.0", f"up.{_LEVELS - 1 - level}.upsample")
    return name.replace("conv_norm_out", "norm_out").replace("conv_shortcut", "nin_shortcut")
