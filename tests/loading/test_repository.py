"""Which pipelines of the installed diffusers are taken, and why the others are not.

Example run: python -m pytest tests/loading/test_repository.py
"""

import json
import re
from pathlib import Path

import pytest

from pipeline.loading.defaults import text_to_image_classes
from pipeline.loading.errors import WeightsError
from pipeline.loading.repository import needs_more, pipeline_class

NOT_FOR_A_SENTENCE = {
    "it takes a picture, too": (
        "AltDiffusionImg2Img AmusedImg2Img BriaFiboEdit ChromaImg2Img HunyuanImageRefiner IFSuperResolution "
        "JoyImageEdit JoyImageEditPlus LongCatImageEdit QwenImageEdit QwenImageEditPlus QwenImageLayered "
        "SanaSprintImg2Img StableDiffusionAdapter StableDiffusionXLAdapter StableDiffusionControlNetXS "
        "StableDiffusionXLControlNetXS StableDiffusionDepth2Img StableDiffusionGLIGENTextImage "
        "StableDiffusionInstructPix2Pix StableDiffusionXLInstructPix2Pix StableDiffusionLatentUpscale "
        "StableDiffusionPix2PixZero StableDiffusionUpscale StableUnCLIPImg2Img"
    ),
    "it draws films": "CogVideoXFunControl Latte SanaVideo TextToVideoZero TextToVideoZeroSDXL",
    "it makes sounds": (
        "AceStep LongCatAudioDiT StableAudio3 StableAudio3AudioToAudio StableAudio3Inpaint "
        "AudioDiffusion SpectrogramDiffusion"
    ),
    "it writes": "DiffusionGemma LLaDA2",
    "it makes shapes": "ShapE",
    "it is half of a pipeline": "KandinskyPrior KandinskyV22Prior StableCascadePrior WuerstchenPrior",
    "this diffusers fails at its depth map (Pillow: buffer is not large enough)": "StableDiffusionLDM3D",
    "it cannot be saved as safetensors: two of its weights are one": "UniDiffuser",
}


def test_every_pipeline_that_draws_from_a_sentence_is_built_in_a_test_or_refused_for_a_reason():
    """Of the diffusers that is installed: a new class of it has to be looked at."""
    import diffusers
    from diffusers.pipelines.auto_pipeline import AUTO_TEXT2IMAGE_PIPELINES_MAPPING as auto
    from diffusers.pipelines.auto_pipeline import _get_task_class

    sources = " ".join(file.read_text(encoding="utf-8") for file in Path(__file__).parents[1].glob("tiny_*.py"))
    built = set(re.findall(r"\w*Pipeline\w*", sources))
    refused = {f"{name}Pipeline" for names in NOT_FOR_A_SENTENCE.values() for name in names.split()}
    unknown = set()
    for name in dir(diffusers):
        own_class = getattr(diffusers, name)
        if not (isinstance(own_class, type) and issubclass(own_class, diffusers.DiffusionPipeline)):
            continue
        found = _get_task_class(auto, name, throw_error_if_not_exist=False) or own_class
        if needs_more(found) or "ControlNet" in name or not own_class.__module__.startswith("diffusers."):
            continue  # Easel's own is there, too, once it was loaded
        taken = found is not own_class or name in text_to_image_classes() or own_class in auto.values()
        assert taken != (name in refused), name
        unknown |= {found.__name__} - built if taken else {name} - refused
    assert unknown == set()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("OnnxStableDiffusionPipeline", "is made for ONNX. Choose the repository with safetensors."),
        ("AudioDiffusionPipeline", "is not a text-to-image repository"),  # whatever package it would need
        ("UniDiffuserPipeline", "is not a text-to-image repository"),
        ("StableDiffusionLDM3DPipeline", "is not a text-to-image repository"),
        ("FluxControlPipeline", "is not a text-to-image repository"),
    ],
)
def test_what_is_refused_for_its_class_is_told_no_package_that_would_not_help(tmp_path, name, said):
    (tmp_path / "model_index.json").write_text(json.dumps({"_class_name": name}))
    with pytest.raises(WeightsError, match=said) as caught:
        pipeline_class(tmp_path, "it")
    assert "pip install" not in str(caught.value)


def test_kolors_is_told_its_package_where_that_is_absent(tmp_path, monkeypatch):
    import diffusers
    from diffusers.pipelines import auto_pipeline

    class KolorsPipeline:
        _backends = ["torch", "no_such_package"]

    monkeypatch.setattr(auto_pipeline, "_get_task_class", lambda *given, **more: None)
    monkeypatch.setattr(diffusers, "KolorsPipeline", KolorsPipeline)
    (tmp_path / "model_index.json").write_text(json.dumps({"_class_name": "KolorsPipeline"}))
    with pytest.raises(WeightsError, match="needs the package no_such_package. Install it with pip install"):
        pipeline_class(tmp_path, "it")
