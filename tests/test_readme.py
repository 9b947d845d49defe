"""What README and docs/ say is so: snippets run, links lead somewhere, pins and names are the code's.

Example run: python -m pytest tests/test_readme.py
"""

import inspect
import re
from pathlib import Path

import pytest

from pipeline.__main__ import COMMANDS
from pipeline.text_to_image import TextToImagePipeline

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("[A-Z]*.md")), *sorted((ROOT / "docs").glob("*.md"))]
HAS_WEIGHTS = (ROOT / "weights" / "model_index.json").exists()


def page(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


def test_the_readme_is_two_screens():
    assert len(README.splitlines()) <= 130


def test_space_runs_the_pinned_gradio():
    pinned = re.search(r"^gradio==(\S+)$", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.M).group(1)
    assert re.search(r"^sdk_version: (\S+)$", README, re.M).group(1) == pinned


def test_the_rooms_of_the_architecture_exist_and_none_is_left_out():
    tree = page("architecture").split("## The rooms")[1]
    named = {
        word for line in tree.splitlines() if line.startswith("    ") for word in re.findall(r"[\w/]+(?:/|\.py)", line)
    }
    rooms = {f"{path.name}/" for path in (ROOT / "pipeline").iterdir() if (path / "__init__.py").exists()}
    assert rooms <= named, sorted(rooms - named)
    for name in named:
        assert (ROOT / name).exists() or (ROOT / "pipeline" / name).exists(), f"{name} is not in the project"


def test_every_argument_of_the_pipeline_is_named():
    arguments = set(inspect.signature(TextToImagePipeline.__call__).parameters) - {"self"}
    assert not sorted(name for name in arguments if f"`{name}`" not in page("api"))


def test_every_settings_variable_is_documented():
    used = set()
    for path in [ROOT / "app.py", *(ROOT / "pipeline").rglob("*.py")]:
        used |= set(re.findall(r"\bEASEL_[A-Z_]+\b", path.read_text(encoding="utf-8")))
    assert used and not sorted(name for name in used if f"`{name}`" not in page("deploy"))


def test_every_command_that_is_written_down_exists():
    text = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
    commands = set(re.findall(r"(?:^ *|`)easel ([a-z][a-z-]*)", text, re.M))
    assert commands and commands <= COMMANDS.keys()
    for module in set(re.findall(r"python -m (pipeline[\w.]*)", text)):
        path = ROOT / Path(*module.split("."))
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


@pytest.mark.skipif(not HAS_WEIGHTS, reason="weights/ is not there")
def test_python_snippet_runs(tmp_path, monkeypatch):
    snippet = re.search(r"```python\n(.*?)```", README, re.S).group(1)
    monkeypatch.chdir(ROOT)
    code = snippet.replace('"apple.png"', repr(str(tmp_path / "apple.png")))
    exec(compile(code, "README.md", "exec"), {})
    assert (tmp_path / "apple.png").stat().st_size > 10_000


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_to_files_lead_somewhere(path):
    targets = re.findall(r"\]\((?!http)([^)#]+)\)", path.read_text(encoding="utf-8"))
    missing = [target for target in targets if not (path.parent / target).exists()]
    assert not missing or not HAS_WEIGHTS, missing


def test_the_readme_leads_to_every_page():
    assert not [path.name for path in (ROOT / "docs").glob("*.md") if f"(docs/{path.name})" not in README]
