"""The command `easel`: one table of commands. Example run: python -m pytest tests/test_main.py"""

import importlib
import re
import tomllib
from pathlib import Path

import pytest

from pipeline import __version__
from pipeline.__main__ import COMMANDS, main

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_lists_its_options(name, capsys):
    with pytest.raises(SystemExit) as stop:
        main([name, "--help"])
    assert stop.value.code == 0 and "usage:" in capsys.readouterr().out


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"]])
def test_help_names_every_command(words, capsys):
    assert main(words) == 0
    said = capsys.readouterr().out
    assert all(re.search(rf"^  {name} +\w", said, re.M) for name in COMMANDS)


def test_the_version_is_said(capsys):
    assert main(["--version"]) == 0 and capsys.readouterr().out == f"easel {__version__}\n"


def test_an_unknown_command_is_one_sentence(capsys):
    assert main(["paint"]) == 2
    error = capsys.readouterr().err
    assert "no command 'paint'" in error and "draw" in error and error.count("\n") == 1


def test_generate_is_still_understood(capsys):
    with pytest.raises(SystemExit):
        main(["generate", "--help"])
    assert "usage: easel draw" in capsys.readouterr().out


def test_the_console_script_is_this_function():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, _, function = project["scripts"]["easel"].partition(":")
    assert getattr(importlib.import_module(module), function) is main
