"""Example run: python -m pytest tests/evaluation/test_arguments.py"""

import pytest
import torch

from pipeline.evaluation.arguments import evaluation_arguments, open_all, settings_from


def parsed(*words: str):
    return evaluation_arguments("What it is for.", ".words").parse_args(["--input", "PICTURES", *words])


def test_what_is_not_said_is_left_to_the_pipeline():
    assert settings_from(parsed()) == {}
    assert settings_from(parsed("--steps", "2", "--prior-guidance-scale", "0")) == {
        "num_inference_steps": 2, "prior_guidance_scale": 0.0
    }  # fmt: skip
    assert settings_from(parsed("--guidance-scale", "1.5", "--prior-steps", "3", "--super-res-steps", "4")) == {
        "guidance_scale": 1.5, "prior_num_inference_steps": 3, "super_res_num_inference_steps": 4
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [([], "--input"), (["--input", "x", "--limit", "many"], "invalid int value: 'many'")],
)  # fmt: skip
def test_what_is_missing_or_no_number_is_named(words, said, capsys):
    with pytest.raises(SystemExit) as stop:
        evaluation_arguments("", ".words").parse_args(words)
    error = capsys.readouterr().err
    assert stop.value.code == 2 and said in error and "python -m pipeline.evaluation.words" in error


def test_a_list_of_one_prompt_is_too_short():
    with pytest.raises(SystemExit, match="`--limit` must be 2 or more, got 1"):
        open_all(parsed("--limit", "1"))


def test_without_weights_or_pictures_it_ends_in_one_sentence(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="nowhere"):
        open_all(parsed("--weights", str(tmp_path / "nowhere")))
    monkeypatch.setattr("pipeline.evaluation.arguments.load_pipeline", lambda folder: f"drawn by {folder}")
    with pytest.raises(SystemExit, match="`input` names PICTURES, which does not exist"):
        open_all(parsed())
    monkeypatch.setattr("pipeline.evaluation.arguments.load_judge", lambda root, cache: (root, cache))
    threads = torch.get_num_threads()
    opened = open_all(parsed("--weights", "W", "--threads", str(threads), "--cache", "elsewhere"))
    assert opened == ("drawn by W", ("PICTURES", "elsewhere")) and torch.get_num_threads() == threads
