"""Example run: python -m pytest tests/evaluation/test_ablations.py"""

import numpy as np
import pytest
import torch

from pipeline.evaluation.ablations import Variant, WithoutText, ablate, variants
from pipeline.evaluation.judge import load_judge
from pipeline.evaluation.prompts import PromptLists
from pipeline.models.decoder import ImageDecoder
from tests.evaluation.cutout_zip import write_cutouts
from tests.tiny import tiny_pipeline


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ablations")
    return load_judge(write_cutouts(folder / "pictures"), cache=folder / "cache")


def test_dropping_the_text_makes_super_res_blind_to_it():
    pipe = tiny_pipeline()
    blind = WithoutText(pipe.super_res)
    small, noise, steps = torch.zeros(1, 4, 64, 64), torch.zeros(1, 4, 256, 256), torch.tensor([1000.0])
    texts = [pipe.encode_prompt(text)[0].detach() for text in ("a red apple", "a blue cat on a background")]
    seeing, unseeing = (
        [part(noise, steps, small, tokens, torch.ones(tokens.shape[:2])) for tokens in texts]
        for part in (pipe.super_res, blind)
    )
    assert not torch.allclose(*seeing) and torch.equal(*unseeing)


GROUPS = list(dict.fromkeys(variant.group for variant in variants()))
FIRST = [next(variant for variant in variants() if variant.group == group) for group in GROUPS]  # the others: slow
EACH = [variant if variant in FIRST else pytest.param(variant, marks=pytest.mark.slow) for variant in variants()]


@pytest.mark.parametrize("variant", EACH, ids=lambda variant: f"{variant.group} {variant.name}")
def test_every_variant_draws_and_only_it_changes(judge, variant):
    pipe = tiny_pipeline()
    asks = PromptLists(judge.cutouts, judge.rows).named(1)
    before = {name: id(component) for name, component in pipe.components.items()}
    scores = ablate(pipe, judge, variant, asks, super_res_num_inference_steps=1)
    assert {"top1", "top5", "style", "background", "seconds", "likeness"} <= set(scores)
    assert all(np.isfinite(value) for value in scores.values())
    assert {name: id(component) for name, component in pipe.components.items()} == before


def test_each_setting_of_a_group_differs_from_the_others():
    listed = variants()
    assert listed[0] == Variant("default", "as shipped")
    keys = [(variant.group, variant.name) for variant in listed]
    assert len(set(keys)) == len(keys)
    assert {"variety": 0.0} in [variant.settings for variant in listed]


@pytest.mark.parametrize("part", ["super_res", "decoder", "prior"])
def test_a_network_that_was_trained_otherwise_is_put_in(judge, part, tmp_path):
    pipe = tiny_pipeline()
    folder = tmp_path / "other" / part
    tiny_pipeline(seed=1).components[part].save_pretrained(folder)
    argument = {"super_res": "super_res", "decoder": "decoders", "prior": "priors"}[part]
    listed = variants(**{argument: [str(folder)]})
    variant = listed[-1]
    assert len(listed) == len(variants()) + 1 and variant.name == "other"
    put_in = variant.replaced(pipe)[part]
    assert not torch.equal(next(put_in.parameters()), next(pipe.components[part].parameters()))
    asks = PromptLists(judge.cutouts, judge.rows).named(1)
    assert np.isfinite(ablate(pipe, judge, variant, asks)["likeness"])


def test_a_decoder_without_components_draws_the_same_however_it_looks():
    torch.manual_seed(0)
    blind = ImageDecoder.from_config(tiny_pipeline().decoder.config, use_components=False).eval()
    first = torch.randn(1, 32)
    other = first.clone()
    other[:, blind.config.semantic_dim + 1 + blind.config.pose_dim :] += 1
    inputs = torch.zeros(1, 4, 64, 64), torch.tensor([1000.0])
    text = torch.zeros(1, 2, 32), torch.ones(1, 2)
    with torch.no_grad():
        assert torch.equal(blind(*inputs, first, *text), blind(*inputs, other, *text))
