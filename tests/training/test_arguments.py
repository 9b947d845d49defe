"""Example run: python -m pytest tests/training/test_arguments.py"""

import json

import pytest

from pipeline.training import anchors, fusion
from pipeline.training.__main__ import main as train_all
from pipeline.training.arguments import composer_from, loop_config, parse_arguments
from pipeline.training.presets import PRESETS
from tests.evaluation.cutout_zip import write_cutouts


def parsed(*words: str, stage: str = "decoder"):
    return parse_arguments("What it does.", stage, ["--input", "PICTURES", *words])[0]


def test_a_budget_is_25_minutes_or_what_was_said():
    assert (parsed().minutes, parsed().steps) == (25.0, None)
    assert (parsed("--minutes", "0.5").minutes, parsed("--steps", "7").minutes) == (0.5, None)
    assert parsed("--steps", "7").steps == 7


def test_results_go_into_the_runs_folder_under_the_stages_name():
    assert parsed("--run", "runs/a").output == "runs/a/decoder" and parsed("--output", "x").output == "x"
    assert parsed(stage="prior").output == "runs/default/prior"


def test_a_preset_goes_with_its_name():
    assert parse_arguments("", "decoder", ["--input", "x", "--preset", "tiny"])[1] is PRESETS["tiny"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--minutes", "1", "--steps", "2"], "not allowed with argument"),
        (["--minutes", "0"], "--minutes: takes a number above 0, got 0"),
        (["--minutes", "-1"], "--minutes: takes a number above 0, got -1"),
        (["--minutes", "nan"], "--minutes: takes a number above 0, got nan"),
        (["--steps", "0"], "--steps: takes a number above 0, got 0"),
        (["--steps", "some"], "--steps: invalid int value: 'some'"),
        (["--batch-size", "0"], "--batch-size: takes a number above 0, got 0"),
        (["--learning-rate", "0"], "--learning-rate: takes a number above 0, got 0"),
        (["--preset", "huge"], "invalid choice: 'huge'"),
    ],
)
def test_what_trains_nothing_is_refused(words, said, capsys):
    with pytest.raises(SystemExit) as stop:
        parsed(*words)
    assert stop.value.code == 2 and said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("main", "words"),
    [
        (train_all, ["--input", "x", "--output", "y", "--steps", "0"]),
        (train_all, ["--input", "x", "--output", "y", "--minutes", "0"]),
        (fusion.main, ["--input", "x", "--steps", "0"]),
        (fusion.main, ["--input", "x", "--batch-size", "0"]),
        (anchors.main, ["--steps", "-3"]),
        (lambda words: parse_arguments("", "scenes", words), ["--input", "x", "--number", "0"]),
    ],
)
def test_every_command_that_trains_refuses_it(main, words, capsys):
    with pytest.raises(SystemExit) as stop:
        main(words)
    assert stop.value.code == 2 and "takes a number above 0, got" in capsys.readouterr().err


@pytest.mark.parametrize(("stage", "wanted"), [("embedder", False), ("decoder", True), ("scenes", True)])
def test_a_stage_that_learns_from_pictures_wants_some(stage, wanted, capsys):
    if wanted:
        with pytest.raises(SystemExit):
            parse_arguments("", stage, [])
        assert "--input is missing: this stage learns from pictures." in capsys.readouterr().err
    else:
        assert parse_arguments("", stage, [])[0].input is None


@pytest.mark.parametrize(
    ("stage", "option"),
    [
        ("prior", "--only"),
        ("decoder", "--without-components"),
        ("super_res", "--without-text"),
        ("vocabulary", "--named"),
    ],
)
def test_an_option_is_the_stages_own(stage, option, capsys):
    words = [option] if option.startswith("--without") else [option, "x"]
    assert parsed(*words, stage=stage)
    with pytest.raises(SystemExit):
        parsed(*words, stage="embedder")
    assert f"unrecognized arguments: {option}" in capsys.readouterr().err


def test_a_dry_run_prints_all_that_it_would_take_and_ends(capsys):
    with pytest.raises(SystemExit) as stop:
        parsed("--preset", "tiny", "--seed", "3", "--dry-run")
    plan = json.loads(capsys.readouterr().out)
    assert stop.value.code == 0
    assert (plan["stage"], plan["seed"], plan["minutes"], plan["embed_dim"]) == ("decoder", 3, 25.0, 32)


def test_the_command_line_overrides_the_stages_defaults():
    config = loop_config(parsed("--steps", "9", "--seed", "4"), batch_size=16, learning_rate=1e-3, warmup=0.5)
    assert (config.batch_size, config.learning_rate, config.steps, config.seed, config.warmup) == (16, 1e-3, 9, 4, 0.5)
    said = parsed("--batch-size", "3", "--learning-rate", "0.25", "--workers", "0")
    config = loop_config(said, batch_size=16, learning_rate=1e-3)
    assert (config.batch_size, config.learning_rate, config.workers, config.minutes) == (3, 0.25, 0, 25.0)


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # decoded pictures are kept in runs/cache
    return str(write_cutouts(tmp_path / "pictures"))


def test_sources_are_weighed_and_those_that_are_not_named_left_out(pictures):
    composer = composer_from(parse_arguments("", "scenes", ["--input", pictures, "--sources", "inked=0.5"])[0], 32)
    assert (composer.sources, composer.weights, composer.size) == (["inked"], [0.5], 32)
    assert composer.app_wording == 0.8  # of the stage's own command line
    both = composer_from(parse_arguments("", "decoder", ["--input", pictures, "--sources", "flat,inked=3"])[0], 32)
    assert (both.sources, both.weights, both.app_wording) == (["flat", "inked"], [1.0, 3.0], 0.0)


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        ("flat=much", r"`--sources` takes name=weight.*, got 'flat=much'"),
        ("flat=-1", r"`--sources` takes name=weight.*, got 'flat=-1'"),
        ("oil", r"`source_weights` names \['oil'\], expected some of \['flat', 'inked'\]"),
    ],
)
def test_a_source_that_is_not_there_or_has_no_weight_is_named(pictures, sources, said):
    with pytest.raises(ValueError, match=said):
        composer_from(parse_arguments("", "scenes", ["--input", pictures, "--sources", sources])[0], 32)
