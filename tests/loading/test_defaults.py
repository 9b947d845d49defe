"""Example run: python -m pytest tests/loading/test_defaults.py"""

import json

import pytest

from pipeline.loading.defaults import OWN_FILE
from pipeline.loading.errors import WeightsError
from pipeline.loading.repository import read_capabilities, read_defaults

UNET = {"in_channels": 4, "sample_size": 64}
VAE = {"block_out_channels": [1, 2, 3, 4], "latent_channels": 4}
XL = {"unet": {"in_channels": 4, "sample_size": 128}, "vae": VAE}
ULTRA = {"_class_name": "EulerAncestralDiscreteScheduler", "timestep_spacing": "trailing"}
LCM = {"scheduler": {"_class_name": "LCMScheduler"}}
FLUX_VAE = {"vae": {"block_out_channels": [1, 2, 3, 4]}}


def repository(folder, class_name, configs, **index):
    """A folder with configuration files alone, as a Hub name is known by before its weights are fetched."""
    folder.mkdir(parents=True)
    (folder / "model_index.json").write_text(json.dumps({"_class_name": class_name, **index}))
    for name, config in configs.items():
        (folder / name).mkdir()
        file = "scheduler_config.json" if name == "scheduler" else "config.json"
        (folder / name / file).write_text(json.dumps(config))
    return folder


# model -> (class, configurations, the index's settings, size, steps, guidance or None where it has none)
KNOWN = {
    "sd-1.5": ("StableDiffusionPipeline", {"unet": UNET, "vae": VAE}, {}, (512, 512), 50, 7.5),
    "a-sd-without-sample-size": ("StableDiffusionPipeline", {"unet": {}, "vae": VAE}, {}, (512, 512), 50, 7.5),
    "sd-turbo": ("StableDiffusionPipeline", {"unet": UNET, "vae": VAE, "scheduler": ULTRA}, {}, (512, 512), 1, None),
    "renamed-sd-turbo": (
        "StableDiffusionPipeline", {"unet": UNET, "vae": VAE, "scheduler": ULTRA}, {}, (512, 512), 1, None,
    ),
    "zero-snr": (
        "StableDiffusionPipeline",
        {"unet": UNET, "vae": VAE, "scheduler": {**ULTRA, "rescale_betas_zero_snr": True}}, {}, (512, 512), 50, 7.5,
    ),
    "lcm": ("StableDiffusionPipeline", {"unet": UNET, "vae": VAE, **LCM}, {}, (512, 512), 4, None),
    "lcm-with-scale": (
        "StableDiffusionXLPipeline", {"unet": {**UNET, "time_cond_proj_dim": 256}, "vae": VAE,
        "scheduler": {"_class_name": "LCMScheduler"}}, {}, (512, 512), 4, 8.0,
    ),
    "LCM_Dreamshaper": ("LatentConsistencyModelPipeline", {"unet": UNET, "vae": VAE}, {}, (512, 512), 4, 8.0),
    "sdxl-base": ("StableDiffusionXLPipeline", XL, {}, (1024, 1024), 50, 5.0),
    "stabilityai/sdxl-turbo": ("StableDiffusionXLPipeline", XL, {}, (512, 512), 1, None),
    "SDXL-Lightning": ("StableDiffusionXLPipeline", XL, {}, (1024, 1024), 4, None),
    "dreamshaper-xl-turbo": ("StableDiffusionXLPipeline", XL, {}, (1024, 1024), 4, None),
    "turbocharged": ("StableDiffusionXLPipeline", XL, {}, (1024, 1024), 50, 5.0),
    "playground-v2.5": ("StableDiffusionXLPipeline", XL, {}, (1024, 1024), 50, 3.0),
    "SSD-1B": ("StableDiffusionXLPipeline", XL, {}, (1024, 1024), 50, 9.0),
    "sd3.5-large-turbo": (
        "StableDiffusion3Pipeline", {"transformer": {"sample_size": 128}, "vae": VAE}, {}, (1024, 1024), 4, None,
    ),
    "FLUX.1-dev": (
        "FluxPipeline", {"transformer": {"guidance_embeds": True}, **FLUX_VAE}, {}, (1024, 1024), 28, 3.5,
    ),
    "FLUX.1-schnell": (
        "FluxPipeline", {"transformer": {"guidance_embeds": False}, **FLUX_VAE}, {}, (1024, 1024), 4, None,
    ),
    "FLUX.1-Kontext": (
        "FluxKontextPipeline", {"transformer": {"guidance_embeds": True}, **FLUX_VAE}, {}, (1024, 1024), 28, 2.5,
    ),
    "klein": ("Flux2KleinPipeline", FLUX_VAE, {"is_distilled": True}, (1024, 1024), 4, None),
    "klein-base": ("Flux2KleinPipeline", FLUX_VAE, {"is_distilled": False}, (1024, 1024), 50, 4.0),
    "PixArt-LCM": (
        "PixArtAlphaPipeline", {"transformer": {"sample_size": 128}, "vae": VAE}, {}, (1024, 1024), 4, None,
    ),
    "SANA1.5": (
        "SanaPipeline",
        {"transformer": {"sample_size": 32, "guidance_embeds": False},
         "vae": {"encoder_block_out_channels": [1, 2, 3, 4, 5, 6]}}, {}, (1024, 1024), 20, 4.5,
    ),
    "Sana_600M_512px": (
        "SanaPipeline",
        {"transformer": {"sample_size": 16}, "vae": {"encoder_block_out_channels": [1, 2, 3, 4, 5, 6]}}, {},
        (512, 512), 20, 4.5,
    ),
    "Bria-3.2": (
        "BriaPipeline", {"transformer": {"guidance_embeds": False, "sample_size": 128}, "vae": VAE}, {},
        (1024, 1024), 30, 5.0,
    ),
    "Qwen-Image": ("QwenImagePipeline", {"vae": {"dim_mult": [1, 2, 4, 4]}}, {}, (1328, 1328), 50, 4.0),
    "Z-Image": ("ZImagePipeline", {"vae": VAE}, {}, (1024, 1024), 50, 5.0),
    "Z-Image-Turbo": ("ZImagePipeline", {"vae": VAE}, {}, (1024, 1024), 9, None),
    "Chroma1-HD": ("ChromaPipeline", {"vae": VAE}, {}, (1024, 1024), 40, 3.0),
    "HiDream-I1-Full": ("HiDreamImagePipeline", {"vae": VAE}, {}, (1024, 1024), 50, 5.0),
    "HiDream-I1-Fast": ("HiDreamImagePipeline", {"vae": VAE}, {}, (1024, 1024), 16, None),
    "HunyuanImage-2.1": (
        "HunyuanImagePipeline", {"vae": {"spatial_compression_ratio": 32}}, {}, (2048, 2048), 50, None,
    ),
    "HunyuanImage-2.1-Distilled": (
        "HunyuanImagePipeline", {"transformer": {"guidance_embeds": True}}, {}, (2048, 2048), 8, 3.25,
    ),
    "PRX-512": ("PRXPipeline", {"vae": VAE}, {"default_sample_size": 512}, (512, 512), 28, 4.0),
    "PRX-pixel": ("PRXPixelPipeline", {}, {"default_sample_size": 1024}, (1024, 1024), 28, 4.0),
    "amused-512": (
        "AmusedPipeline", {"transformer": {"sample_size": 32}, "vqvae": {"block_out_channels": [1, 2, 3, 4, 5]}}, {},
        (512, 512), 12, 10.0,
    ),
    "ldm-text2im": ("LDMTextToImagePipeline", {"unet": {"sample_size": 32}, "vqvae": VAE}, {}, (256, 256), 50, 6.0),
    "stable-cascade": ("StableCascadeDecoderPipeline", {}, {}, (1024, 1024), 10, 0.0),
    "wuerstchen": ("WuerstchenDecoderPipeline", {}, {}, (1024, 1024), 12, 0.0),
    "CogView4": ("CogView4Pipeline", {"transformer": {"sample_size": 128}, "vae": VAE}, {}, (1024, 1024), 50, 3.5),
}  # fmt: skip


@pytest.mark.parametrize("name", KNOWN)
def test_a_known_model_begins_as_its_card_says(tmp_path, name):
    class_name, configs, index, size, steps, guidance = KNOWN[name]
    folder = repository(tmp_path / "model", class_name, configs, **index)
    found = read_capabilities(folder, name)
    assert (found.width, found.height) == size
    assert (found.controls["num_inference_steps"], found.controls.get("guidance_scale")) == (steps, guidance)


def test_an_unguided_model_takes_no_negative_prompt_and_is_told_so(tmp_path):
    folder = repository(tmp_path / "model", "StableDiffusionXLPipeline", XL)
    assert not read_capabilities(folder, "sdxl-turbo").negative_prompt
    assert read_defaults(folder, "sdxl-turbo")["fixed"] == {"guidance_scale": 0.0}
    assert read_capabilities(folder, "sdxl-base").negative_prompt
    assert "fixed" not in read_defaults(folder, "sdxl-base")


def test_the_name_that_the_index_records_counts_too(tmp_path):
    folder = repository(tmp_path / "model", "StableDiffusionXLPipeline", XL, _name_or_path="stabilityai/sdxl-turbo")
    assert read_capabilities(folder, "my-copy").controls == {"num_inference_steps": 1}


def test_a_models_own_file_wins(tmp_path):
    folder = repository(tmp_path / "model", "StableDiffusionXLPipeline", XL)
    rule = {"then": {"num_inference_steps": 6, "guidance_scale": 1.5, "width": 768, "height": 640}}
    (folder / OWN_FILE).write_text(json.dumps({"rules": [rule]}))
    found = read_capabilities(folder, "sdxl-turbo")
    assert (found.controls, found.width, found.height) == (
        {"num_inference_steps": 6, "guidance_scale": 1.5}, 768, 640,
    )  # fmt: skip
    (folder / OWN_FILE).write_text(json.dumps({"rules": [{"when": {"name": "other"}, **rule}]}))
    assert read_capabilities(folder, "sdxl-turbo").controls == {"num_inference_steps": 1}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "JSONDecodeError"),
        ("[]", "TypeError"),
        ('{"rules": [{"then": {"steps": 4}}]}', "nothing is called 'steps'"),
        ('{"rules": [{"if": {}, "then": {}}]}', "a rule has no 'if'"),
        ('{"rules": [{"when": {"name": "("}, "then": {}}]}', "PatternError|error"),
        ('{"rules": [{"then": {"width": "512"}}]}', "width takes a whole number of pixels"),
        ('{"rules": [{"then": {"guidance_scale": -1}}]}', "guidance_scale takes a number from 0 to 100, or null"),
        ('{"rules": [{"then": {"num_inference_steps": 0}}]}', "num_inference_steps takes a number from 1 to 1000"),
        ('{"rules": [{"then": {"width": 512}}]}', "width and height belong together"),
        ('{"rules": [{"then": {"fixed": 1}}]}', "fixed cannot be 1"),
        ('{"rules": [{"then": {"batches": 4}}]}', "batches cannot be 4"),
    ],
)
def test_a_file_of_another_form_is_refused_by_name(tmp_path, content, said):
    folder = repository(tmp_path / "model", "StableDiffusionXLPipeline", XL)
    (folder / OWN_FILE).write_text(content)
    with pytest.raises(WeightsError, match=f"{OWN_FILE} of this model is not as .*({said})"):
        read_capabilities(folder, "model")


def test_what_is_fixed_has_to_be_an_argument_of_the_models_call(tmp_path):
    folder = repository(tmp_path / "model", "StableDiffusionXLPipeline", XL)
    (folder / OWN_FILE).write_text('{"rules": [{"then": {"fixed": {"guidance": 1}}}]}')
    with pytest.raises(WeightsError, match="fix `guidance`, which StableDiffusionXLPipeline does not take"):
        read_capabilities(folder, "model")


# Refused by name, before anything is loaded


@pytest.mark.parametrize(
    ("class_name", "configs", "index", "said"),
    [
        ("LattePipeline", {}, {}, "not a text-to-image repository: its pipeline is LattePipeline"),
        ("WanPipeline", {}, {}, "not a text-to-image repository"),
        ("AudioLDM2Pipeline", {}, {}, "not a text-to-image repository"),
        ("ShapEPipeline", {}, {}, "not a text-to-image repository"),
        ("FluxFillPipeline", {}, {}, "not a text-to-image repository"),
        ("QwenImageEditPipeline", {}, {}, "not a text-to-image repository"),
        ("StableDiffusionInstructPix2PixPipeline", {}, {}, "not a text-to-image repository"),
        ("StableDiffusionGLIGENTextImagePipeline", {}, {}, "not a text-to-image repository"),
        ("StableDiffusionLDM3DPipeline", {}, {}, "not a text-to-image repository"),
        ("TextToVideoZeroPipeline", {}, {}, "not a text-to-image repository"),
        ("StableDiffusionPipeline", {}, {"controlnet": ["diffusers", "ControlNetModel"]}, "not a text-to-image"),
        ("NoSuchPipeline", {}, {}, "made for NoSuchPipeline, which diffusers"),
        ("StableDiffusionInpaintPipeline", {"unet": {"in_channels": 9}, "vae": VAE}, {}, "made to inpaint pictures"),
        ("StableDiffusionPipeline", {"unet": {"in_channels": 8}, "vae": VAE}, {}, "made to edit pictures"),
        ("StableDiffusionXLImg2ImgPipeline", XL, {"requires_aesthetics_score": True}, "refines pictures"),
        ("IFPipeline", {"unet": {"sample_size": 64}}, {}, "draws 64x64 pixels, and the watermark needs 256x256"),
    ],
)
def test_what_draws_no_picture_from_a_sentence_is_refused_by_name(tmp_path, class_name, configs, index, said):
    folder = repository(tmp_path / "model", class_name, configs, **index)
    with pytest.raises(WeightsError, match=said):
        read_capabilities(folder, "model")
