"""Example run: python -m pytest tests/loading/test_options.py"""

import argparse

import pytest

from pipeline.loading.options import AUTO, LoadOptions, add_load_options, read_load_options


@pytest.fixture
def parser():
    parser = argparse.ArgumentParser()
    add_load_options(parser)
    return parser


def test_nothing_given_leaves_everything_to_the_machine(parser):
    assert read_load_options(parser.parse_args([])) == AUTO == LoadOptions()


def test_what_is_given_is_kept_and_loras_in_their_order(parser):
    given = "--device cpu --dtype float32 --offload none --lora a.safetensors:0.5 --lora b.safetensors --compile"
    assert read_load_options(parser.parse_args(given.split())) == LoadOptions(
        "cpu", "float32", "none", ("a.safetensors:0.5", "b.safetensors"), True
    )


def test_another_word_is_refused_with_the_choices(parser, capsys):
    with pytest.raises(SystemExit):
        parser.parse_args(["--dtype", "float8"])
    assert "bfloat16" in capsys.readouterr().err
