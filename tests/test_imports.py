"""Imports flow one way. Example run: python -m pytest tests/test_imports.py"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Room -> what of ours its modules may import; "pipeline" alone stands for the modules directly in that folder.
_CORE = ("pipeline.models", "pipeline.language", "pipeline.scene", "pipeline.safety", "pipeline.watermark")
_BELOW = (*_CORE, "pipeline.pictures", "pipeline.recipe", "pipeline.loading", "pipeline.search")
ALLOWED = {
    "pipeline.models": (),
    "pipeline.scene": ("pipeline.language", "pipeline.models"),
    "pipeline.language": ("pipeline.models",),
    "pipeline.pictures": (),
    "pipeline.watermark": (),
    "pipeline.safety": (),
    "pipeline.provenance": (),
    "pipeline.search": (),
    "pipeline.recipe": (),
    "pipeline": _CORE,
    "pipeline.loading": ("pipeline", "pipeline.recipe", "pipeline.safety", "pipeline.watermark"),
    "pipeline.data": ("pipeline.language", "pipeline.models", "pipeline.pictures", "pipeline.safety"),
    "pipeline.training": ("pipeline", *_BELOW, "pipeline.data"),
    "pipeline.evaluation": ("pipeline", *_BELOW, "pipeline.data", "pipeline.serve"),
    # pipeline.data and pipeline.ui: not for long (grouping near-copies, opening uploads)
    "pipeline.serve": ("pipeline", *_BELOW, "pipeline.provenance", "pipeline.data", "pipeline.ui"),
    "pipeline.ui": ("pipeline", *_BELOW, "pipeline.provenance", "pipeline.serve"),
    "app": ("pipeline", *_BELOW, "pipeline.serve", "pipeline.ui"),
}
AREAS = sorted(ALLOWED, key=len, reverse=True)
MODULES = sorted([*ROOT.glob("app.py"), *(ROOT / "pipeline").rglob("*.py")])


def imported(source: str) -> set[str]:
    """Every module that ``source`` imports, anywhere in it; ``from pipeline.data import scenes`` counts as both."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
    return names


def area(module: str) -> str | None:
    """The area of ALLOWED that ``module`` belongs to; None if it is not ours."""
    for name in AREAS:
        inside = module == name or module.startswith(f"{name}.")
        if inside and (name != "pipeline" or module.count(".") <= 2):
            return name
    return None


def offences(module: str, source: str) -> list[str]:
    """The imports of ``module`` that its area does not allow."""
    allowed = (*ALLOWED[area(module)], *({area(module)} - {"pipeline.models"}))  # one architecture a file
    if module.endswith(".__main__"):  # a command may use what lies above its own package, but nothing that trains
        allowed = (*allowed, *_BELOW, "pipeline.serve")
    wrong = [name for name in imported(source) if area(name) is not None and area(name) not in allowed]
    if area(module) not in ("app", "pipeline.ui"):
        wrong += [name for name in imported(source) if name.split(".")[0] == "gradio"]
    return sorted(wrong)


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_flow_one_way(path):
    assert offences(name_of(path), path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("pipeline.models.decoder", "from pipeline.models.prior import EmbeddingPrior"),
        ("pipeline.data.scenes", "from pipeline.text_to_image import TextToImagePipeline"),
        ("pipeline.text_to_image", "from pipeline.training.loop import train"),
        ("pipeline.evaluation.judge", "import pipeline.training.loop"),
        ("pipeline.serve.render", "def f():\n    import gradio as gr"),
        ("pipeline.search", "from pipeline.ui import theme"),
        ("pipeline.ui.theme", "from app import build_demo"),
        ("pipeline.watermark.__main__", "from pipeline.evaluation import table"),
    ],
)
def test_the_check_sees_what_it_forbids(module, line):
    assert offences(module, line)
    assert not offences(module, "import torch\nfrom pathlib import Path")
