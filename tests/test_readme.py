"""What the README says is so: its snippet runs, its tree exists, its pins and names are the code's."""

import inspect
import re
from pathlib import Path

import pytest

from pipeline.text_to_image import TextToImagePipeline

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
HAS_WEIGHTS = (ROOT / "weights" / "model_index.json").exists()


def test_space_runs_the_pinned_gradio():
    pinned = re.search(r"^gradio==(\S+)$", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.M).group(1)
    assert re.search(r"^sdk_version: (\S+)$", README, re.M).group(1) == pinned


def test_every_direct_dependency_is_pinned_exactly():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    packages = [line for line in lines if line and not line.startswith("#")]
    assert packages and all(re.fullmatch(r"[\w\-\[\]]+==[\w.]+(; .+)?", line) for line in packages)


def test_file_tree_exists():
    tree = README.split("## Files")[1].split("## ")[0]
    folder, checked = ROOT, 0
    for line in tree.splitlines():
        if not line.startswith("    "):
            continue
        name = line.split()[0]
        path = ROOT / "pipeline" / name if line.startswith("      ") else ROOT / name
        assert path.exists(), f"{path.relative_to(folder)} is in the README's tree and not in the project"
        checked += 1
    assert checked > 10


def test_every_argument_of_the_pipeline_is_named():
    arguments = set(inspect.signature(TextToImagePipeline.__call__).parameters) - {"self"}
    missing = sorted(name for name in arguments if f"`{name}`" not in README)
    assert not missing


def test_every_settings_variable_is_documented():
    used = set()
    for path in [ROOT / "app.py", *(ROOT / "pipeline").rglob("*.py")]:
        used |= set(re.findall(r"\bEASEL_[A-Z_]+\b", path.read_text(encoding="utf-8")))
    assert used and not sorted(name for name in used if f"`{name}`" not in README)


@pytest.mark.skipif(not HAS_WEIGHTS, reason="weights/ is not there")
def test_python_snippet_runs(tmp_path, monkeypatch):
    snippet = re.search(r"```python\n(.*?)```", README, re.S).group(1)
    monkeypatch.chdir(ROOT)
    code = snippet.replace('"apple.png"', repr(str(tmp_path / "apple.png")))
    exec(compile(code, "README.md", "exec"), {})
    assert (tmp_path / "apple.png").stat().st_size > 10_000


def test_links_to_files_lead_somewhere():
    targets = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert targets
    missing = [target for target in targets if not (ROOT / target).exists()]
    assert not missing or not HAS_WEIGHTS, missing
