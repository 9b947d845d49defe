"""Declared is what is imported: requirements.txt for the app, the extras of pyproject.toml for the rest.

Example run: python -m pytest tests/test_requirements.py
"""

import ast
import functools
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("pipeline", "tests", "app")
# Module -> package, where they differ.
PACKAGES = {
    "PIL": "pillow", "c2pa": "c2pa-python", "cv2": "opencv-python", "faiss": "faiss-cpu", "sklearn": "scikit-learn",
    "imwatermark": "invisible-watermark", "pillow_heif": "pillow-heif", "qdrant_client": "qdrant-client",
    "axe_playwright_python": "axe-playwright-python", "gradio_client": "gradio", "httpx": "gradio",
    "uvicorn": "gradio", "botocore": "boto3",
}  # fmt: skip
# Declared and not imported by our own code, or imported and not declared, with the reason.
NOT_IMPORTED = {
    "PyWavelets": "the kernel of invisible-watermark computes with it: its version decides bytes",
    "invisible-watermark": "its kernel is imported by name, behind a stand-in for cv2",
    "accelerate": "diffusers loads with it",
    "openai": "a test asks for it by name",
    "axe-playwright-python": "its script is read as a file",
    "pytest-xdist": "pytest finds it: -n 2",
    "ruff": "a command", "pyright": "a command", "pre-commit": "a command",
    "peft": "diffusers asks for it", "sentencepiece": "transformers asks for it", "ftfy": "diffusers asks for it",
}  # fmt: skip
NOT_DECLARED = {"spaces": "only on ZeroGPU, whose machines have it"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(lines: list[str]) -> dict[str, str]:
    """Package -> its line."""
    lines = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return {canonical(re.match(r"[\w.-]+", line)[0]): line for line in lines}


RUN_TIME = declared((ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines())
ALL = RUN_TIME | {name: line for extra in EXTRAS.values() for name, line in declared(extra).items()}
APP = [ROOT / "app.py", *(path for path in (ROOT / "pipeline").rglob("*.py"))]
EVERYTHING = (*APP, *(ROOT / "tests").rglob("*.py"))
OUTSIDE = ("data", "training", "evaluation")  # what the app runs without


@functools.cache
def packages(paths: tuple[Path, ...], *, late: bool = True) -> set[str]:
    """The packages that these files import, those inside functions too or not."""
    found = set()
    for path in paths:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree) if late else tree.body:
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module]
            else:
                continue
            tops = {name.split(".")[0] for name in names} - sys.stdlib_module_names - set(OURS) - set(NOT_DECLARED)
            found |= {canonical(PACKAGES.get(top, top)) for top in tops}
    return found


def test_what_the_app_imports_is_in_its_requirements():
    app = tuple(path for path in APP if not {*path.relative_to(ROOT).parts} & {*OUTSIDE})
    needed = packages(app, late=False)
    assert sorted(needed - RUN_TIME.keys() - set(map(canonical, EXTRAS))) == []


def test_whatever_is_imported_anywhere_is_declared():
    assert sorted(packages(EVERYTHING) - ALL.keys()) == []


@pytest.mark.parametrize("package", sorted(ALL.keys() - {"easel"}))
def test_whatever_is_declared_is_imported(package):
    used = packages(EVERYTHING) | set(map(canonical, NOT_IMPORTED))
    assert package in used, f"nobody imports {package}"


@pytest.mark.parametrize("line", [*ALL.values()])
def test_every_direct_dependency_is_pinned_exactly(line):
    assert line.startswith("easel[") or re.fullmatch(r"[\w\-.]+(\[[\w,]+\])?==[\w.]+(; .+)?", line)
