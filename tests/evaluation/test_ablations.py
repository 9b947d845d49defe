"""Example run: python -m pytest tests/evaluation/test_ablations.py"""

import json

import numpy as np
import pytest
import torch

from pipeline.evaluation import ablations
from pipeline.evaluation.ablations import Variant, WithoutText, ablate, ablate_parts, run_ablations, variants
from pipeline.evaluation.arguments import evaluation_arguments
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


ASKS = [
    {"tag": "single_object", "include": [{"class": "red disc", "count": 1}], "prompt": "a photo of a red disc"},
    {"tag": "colors", "include": [{"class": "disc", "count": 1, "color": "red"}], "prompt": "a photo of a red disc"},
]


def test_genevals_rows_are_judged_by_part_with_the_networks_that_are_put_in(judge, monkeypatch):
    drawn, pipe = [], tiny_pipeline()

    def judged(judge, ask, picture):
        drawn.append(np.asarray(picture))
        return {"part": ask["tag"], "right": ask["tag"] == "colors"}

    monkeypatch.setattr(ablations, "judge_composition", judged)
    shares = ablate_parts(pipe, judge, Variant("default", "as shipped"), ASKS)
    assert shares == {"single_object": 0.0, "colors": 1.0, "mean": 0.5}
    other = Variant("o", "other", replaced=lambda pipe: {"super_res": tiny_pipeline(seed=1).super_res})
    ablate_parts(pipe, judge, other, ASKS)
    assert not np.array_equal(drawn[0], drawn[2])


@pytest.mark.parametrize("prompts", [True, False], ids=["geneval", "main list"])
def test_seeds_of_one_training_are_summed_up_beside_real_pictures(judge, prompts, tmp_path, capsys):
    folders = []
    for seed in (0, 1):
        folders.append(tmp_path / f"with-text-seed{seed}" / "super_res")
        tiny_pipeline(seed=seed).super_res.save_pretrained(folders[-1])
    (tmp_path / "geneval.jsonl").write_text("\n".join(map(json.dumps, ASKS)))
    parser = evaluation_arguments("", "")
    ablations.add_arguments(parser)
    words = ["--input", "pictures", "--limit", "2", "--groups", "super_res trained otherwise", "--super-res"]
    words += [str(folder) for folder in folders] + (["--prompts", f"{tmp_path}/geneval.jsonl"] if prompts else [])
    rows = run_ablations(tiny_pipeline(), judge, parser.parse_args(words))
    assert [row["variant"] for row in rows] == ["as shipped", "with-text-seed0", "with-text-seed1", "artists' own"]
    assert rows[-1]["single_object" if prompts else "top5"] == 1.0
    said = capsys.readouterr().out
    assert "| with-text, 2 seeds |" in said and " ± " in said
