"""The examples of docs/api.md for programs, run as they stand.

Example run: python -m pytest tests/ui/test_programs.py
"""

import base64
import io
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from app import build_demo, launch_options
from pipeline.recipe import read_png
from tests.tiny import tiny_pipeline

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
SECTION = PAGE.split("## The Python call")[0]


@pytest.fixture(scope="module")
def demo():
    demo = build_demo(tiny_pipeline(), weights_hash="0123456789ab")
    demo.launch(prevent_thread_lock=True, quiet=True, **launch_options(demo))
    yield demo
    demo.close()


def example(language: str, demo, number: int = 0) -> str:
    code = re.findall(rf"```{language}\n(.*?)```", SECTION, re.S)[number]
    assert "http://127.0.0.1:7860" in code
    return code.replace("http://127.0.0.1:7860", demo.local_url.rstrip("/"))


def test_the_python_example_runs(demo, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(compile(example("python", demo), "docs/api.md", "exec"), names)
    assert "Easel made this picture" in capsys.readouterr().out
    assert names["pictures"][0]["recipe"]["similarity_strength"] == 0.8


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_curl_example_runs(demo, tmp_path):
    run = subprocess.run(["bash", "-ec", example("bash", demo)], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert read_png(Image.open(io.BytesIO((tmp_path / "apple.png").read_bytes()))).seed == 7
    assert "event: complete" in run.stdout and '"pixels_hash"' in run.stdout


@pytest.mark.parametrize(("number", "package"), [(1, "boto3"), (2, "openai")])
def test_the_examples_of_other_peoples_clients_run(demo, tmp_path, monkeypatch, number, package):
    pytest.importorskip(package, reason='pip install -e ".[test]"')
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (256, 256), "red").save("apple.png")
    names = {}
    exec(compile(example("python", demo, number), "docs/api.md", "exec"), names)
    apple = names["apple"] if package == "boto3" else base64.b64decode(names["apple"].data[0].b64_json)
    assert read_png(Image.open(io.BytesIO(apple))).seed == 7
