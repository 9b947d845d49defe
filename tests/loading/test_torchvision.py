"""The families that need torchvision, in a process of their own that has it.

Example run: python -m pytest tests/loading/test_torchvision.py -m ""
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.loading import test_families

FOLDER = Path(sys.prefix) / "torchvision"  # where tests/python_half.py looks

TESTS = (
    "test_a_family_draws_what_its_file_draws_again",
    "test_every_control_that_a_family_shows_changes_its_picture_before_the_mark",
    "test_pictures_drawn_in_one_call_look_as_each_alone",
    "test_a_family_stops_within_a_step",
)


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"needs torchvision in {FOLDER}; tests/python_half.py says how")
def test_every_family_that_needs_torchvision_draws_with_its_python_half():
    names = [name for name, package in test_families.NEEDS.items() if package == "torchvision"]
    wanted = [f"{test_families.__file__}::{test}[{name}]" for name in names for test in TESTS]
    command = [sys.executable, "-m", "pytest", "-q", "-m", "", "-p", "tests.python_half", "-p", "no:cacheprovider"]
    alone = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    ran = subprocess.run([*command, *wanted], capture_output=True, text=True, env=alone, check=False)
    last = ran.stdout.strip().splitlines()[-1:]
    assert ran.returncode == 0 and last and re.match(rf"{len(wanted)} passed", last[0]), ran.stdout[-3000:]
