"""Imports flow one way between the rooms of pipeline/, and nowhere in a circle.

Example run: python -m pytest tests/test_imports.py
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Room -> what of ours its modules may import besides their own room; "pipeline" alone is the modules in that folder.
_CORE = (
    "pipeline.models", "pipeline.language", "pipeline.scene", "pipeline.safety", "pipeline.watermark",
    "pipeline.cascade",
)  # fmt: skip
_BELOW = ("pipeline.pictures", "pipeline.atomic", "pipeline.stages", *_CORE, "pipeline.recipe", "pipeline.search")
ALLOWED = {
    "pipeline.models": (),
    "pipeline.atomic": (),  # one module: how a file is written
    "pipeline.stages": (),  # one module: the table of stages
    "pipeline.pictures": (),
    "pipeline.provenance": ("pipeline.atomic",),
    "pipeline.watermark": ("pipeline.pictures",),
    "pipeline.safety": (),
    "pipeline.search": ("pipeline.atomic",),
    "pipeline.language": ("pipeline.models",),
    "pipeline.scene": ("pipeline.pictures", "pipeline.language", "pipeline.models"),
    "pipeline.recipe": ("pipeline.pictures", "pipeline.stages", "pipeline.scene", "pipeline.language"),
    "pipeline.cascade": (*_CORE[:-1], "pipeline.pictures", "pipeline.stages", "pipeline.recipe"),
    "pipeline": (*_CORE, "pipeline.pictures", "pipeline.stages", "pipeline.recipe"),
    "pipeline.loading": ("pipeline", *_BELOW),
    "pipeline.stickers": ("pipeline", *_BELOW, "pipeline.loading"),
    "pipeline.serve": ("pipeline", *_BELOW, "pipeline.loading", "pipeline.provenance", "pipeline.stickers"),
    "pipeline.ui": (
        "pipeline", *_BELOW, "pipeline.loading", "pipeline.provenance", "pipeline.stickers", "pipeline.serve",
    ),
    "pipeline.commands": (
        "pipeline", *_BELOW, "pipeline.loading", "pipeline.provenance", "pipeline.stickers", "pipeline.serve",
    ),
    "app": ("pipeline", *_BELOW, "pipeline.loading", "pipeline.serve", "pipeline.ui"),
    "pipeline.data": (
        "pipeline.pictures", "pipeline.atomic", "pipeline.models", "pipeline.language", "pipeline.safety",
    ),
    "pipeline.training": ("pipeline", *_BELOW, "pipeline.loading", "pipeline.data"),
    "pipeline.evaluation": (
        "pipeline", *_BELOW, "pipeline.loading", "pipeline.stickers", "pipeline.serve", "pipeline.data",
    ),
}  # fmt: skip
ROOMS = sorted(ALLOWED, key=len, reverse=True)
MODULES = sorted([*ROOT.glob("app.py"), *(ROOT / "pipeline").rglob("*.py")])
# Commands reach up, each to start what it names; no module imports them.
COMMANDS = (
    "pipeline.__main__",
    "pipeline.watermark.__main__",
    "pipeline.training.__main__",
    "pipeline.evaluation.__main__",
)
# module -> what it still imports from above, and until when. Only ever gets shorter.
NOT_YET: dict[str, tuple[str, str]] = {}


def imported(source: str, *, types: bool = True) -> set[str]:
    """Every module that ``source`` imports, anywhere in it; ``from pipeline.data import scenes`` counts as both.

    Args:
        types: with what is imported for annotations alone, under ``if TYPE_CHECKING``.
    """
    names = set()
    tree = ast.parse(source)
    skipped = set()
    if not types:
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
                skipped.update(id(inner) for statement in node.body for inner in ast.walk(statement))
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
    return names


def room(module: str) -> str | None:
    """The room of ALLOWED that ``module`` belongs to; None if it is not ours."""
    for name in ROOMS:
        inside = module == name or module.startswith(f"{name}.")
        if inside and (name != "pipeline" or module.count(".") <= 2):
            return name
    return None


def offences(module: str, source: str) -> list[str]:
    """The imports of ``module`` that its room does not allow."""
    own = room(module)
    allowed = {*ALLOWED[own], own} - ({own} if own == "pipeline.models" else set())  # one architecture a file
    if module in COMMANDS:
        allowed |= {*ALLOWED["pipeline.ui"]}
    if module in NOT_YET:
        allowed.add(NOT_YET[module][0])
    names = imported(source)
    wrong = [name for name in names if room(name) is not None and room(name) not in allowed]
    if own not in ("app", "pipeline.ui"):
        wrong += [name for name in names if name.split(".")[0] == "gradio"]
    return sorted(wrong)


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Modules that import one another in a circle, or nothing."""
    done: set[str] = set()

    def follow(name: str, way: list[str]) -> list[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        if name not in done:
            for other in sorted(graph.get(name, ())):
                if found := follow(other, [*way, name]):
                    return found
            done.add(name)
        return []

    return next((found for name in sorted(graph) if (found := follow(name, []))), [])


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_flow_one_way(path):
    assert offences(name_of(path), path.read_text(encoding="utf-8")) == []


def test_no_import_goes_in_a_circle():
    names = {name_of(path): path for path in MODULES}
    graph = {
        name: imported(path.read_text(encoding="utf-8"), types=False) & (names.keys() - {name})
        for name, path in names.items()
    }
    assert circle(graph) == []


def test_no_two_rooms_import_each_other():
    rooms = {name: {*above} for name, above in ALLOWED.items()}
    assert circle(rooms) == []


def test_every_exception_is_still_needed():
    for module, (above, _) in NOT_YET.items():
        source = (ROOT / Path(*module.split("."))).with_suffix(".py").read_text(encoding="utf-8")
        assert any(room(name) == above for name in imported(source)), f"{module} needs its exception no longer"


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("pipeline.models.decoder", "from pipeline.models.prior import DrawingPrior"),
        ("pipeline.data.scenes", "from pipeline.text_to_image import TextToImagePipeline"),
        ("pipeline.text_to_image", "from pipeline.training.loop import train"),
        ("pipeline.evaluation.judge", "import pipeline.training.loop"),
        ("pipeline.serve.render", "def f():\n    import gradio as gr"),
        ("pipeline.serve.studio", "from pipeline.data.dedup import RADIUS"),
        ("pipeline.search.index", "from pipeline.ui import theme"),
        ("pipeline.ui.theme", "from app import build_demo"),
        ("pipeline.watermark.__main__", "from pipeline.evaluation import table"),
    ],
)
def test_the_check_sees_what_it_forbids(module, line):
    assert offences(module, line)
    assert not offences(module, "import torch\nfrom pathlib import Path")


def test_the_check_sees_a_circle():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []
    late = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\ndef f():\n    import b"
    assert imported(late, types=False) == {"typing", "typing.TYPE_CHECKING", "b"}
