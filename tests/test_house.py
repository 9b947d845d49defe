"""The floor plan: nothing longer than a reader can hold, and every module has a test that a reader can find.

Example run: python -m pytest tests/test_house.py
"""

import ast
import collections
import functools
from pathlib import Path

import pytest

from tests.test_imports import MODULES, ROOT, imported, name_of

MAX_MODULE, MAX_FUNCTION, MAX_HALL = 400, 60, 6  # lines, lines, modules

# What is longer, and why. A function is `module:name`. Only ever gets shorter.
LONGER = {
    "pipeline.text_to_image:__call__": "25 arguments and their docstring; the body is a screen",
    "pipeline.loading.adapter:__call__": "half of it is the docstring",
}
# Modules of data: lists and tables alone.
DATA = (
    "pipeline.language.common_words",
    "pipeline.language.stand_ins",
    "pipeline.evaluation.safety_prompts",
    "pipeline.training.grammar_words",
)

# Modules without a test file of their name, and the file that calls them (or, without a path, the reason).
ELSEWHERE = {
    "pipeline.commands.icons": "run by commands/test_sticker.py",
    "pipeline.commands.many": "run by commands/test_sticker.py",
    "pipeline.evaluation.relation_pairs": "evaluation/test_relations.py",
    "pipeline.evaluation.other_words": "a list",
    "pipeline.evaluation.safety_prompts": "evaluation/test_safety.py",
    "pipeline.evaluation.scene_parser": "scene/test_parse.py",
    "pipeline.evaluation.uninformative": "evaluation/test_fusion.py",
    "pipeline.loading.find": "loading/test_adapter.py",
    "pipeline.loading.loader": "called by loading.find",
    "pipeline.evaluation.batches": "serve/test_together.py",
    "pipeline.serve.watched": "called by serve.studio",
    "pipeline.output": "a record",
    "pipeline.serve.retouching": "called by serve.drawing, whose tests draw with it",
    "pipeline.serve.archive": "ui/tabs/test_search.py",
    "pipeline.serve.collection": "ui/tabs/test_search.py",
    "pipeline.serve.cutouts": "run by commands/test_sticker.py",
    "pipeline.serve.drawing": "called by serve.doors",
    "pipeline.serve.drawn": "ui/test_canvas.py",
    "pipeline.serve.entry": "called by serve.doors",
    "pipeline.serve.evidence": "ui/tabs/test_verify.py",
    "pipeline.serve.examples": "serve/test_studio.py",
    "pipeline.serve.files": "called by serve.studio",
    "pipeline.serve.limits": "a record",
    "pipeline.serve.order": "serve/test_bedrock.py",
    "pipeline.serve.programs": "called by ui.api and serve.mcp_tools, which have tests",
    "pipeline.serve.titan": "serve/test_bedrock.py",
    "pipeline.serve.tools": "called by serve.programs",
    "pipeline.serve.uploads": "pictures/test_decode.py",
    "pipeline.training.embedder": "training/test_loop.py",
    "pipeline.training.grammar_words": "lists",
    "pipeline.training.presets": "a table",
    "pipeline.ui.events": "a table",
    "pipeline.ui.tabs.about": "a text",
    "pipeline.ui.tabs.history": "called by ui.page",
    "pipeline.watermark.__main__": "watermark/test_detect.py",
}


def mirror_of(path: Path) -> Path:
    own = "test_main.py" if path.name == "__main__.py" else f"test_{path.stem}.py"
    return ROOT / "tests" / path.relative_to(ROOT / "pipeline").parent / own


@functools.cache
def imports() -> dict[Path, set[str]]:
    return {path: imported(path.read_text(encoding="utf-8")) for path in MODULES}


@functools.cache
def lengths(path: Path) -> dict[str, tuple[int, int]]:
    """Name -> (lines, lines allowed) of a module and of every function in it; of equal names the longest."""
    source, module = path.read_text(encoding="utf-8"), name_of(path)
    found = {module: (len(source.splitlines()), MAX_MODULE)}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines, name = node.end_lineno - node.lineno + 1, f"{module}:{node.name}"
            found[name] = max(found.get(name, (0, MAX_FUNCTION)), (lines, MAX_FUNCTION))
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_longer_than_a_reader_can_hold(path):
    for name, (lines, allowed) in lengths(path).items():
        if name.partition(":")[0] in DATA and ":" not in name:
            continue
        assert lines <= allowed or name in LONGER, f"{name} has {lines} lines, {allowed} are allowed. Divide it."
        assert lines > allowed or name not in LONGER, f"{name} is short enough now: take it out of LONGER"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_has_its_mirror_or_says_where_it_is_tested(path):
    name = name_of(path)
    if path.name in ("__init__.py", "app.py"):
        return
    mirror = mirror_of(path)
    if mirror.exists():
        assert name not in ELSEWHERE, f"{name} has its mirror: take it out of ELSEWHERE"
        return
    assert name in ELSEWHERE, f"{name} has no test: write {mirror.relative_to(ROOT)}"
    where = ELSEWHERE[name]
    if where.startswith("run by "):  # on the command line: its imports do not name it
        assert (ROOT / "tests" / where.removeprefix("run by ").split(",")[0]).exists()
    elif where.endswith(".py"):
        assert name in imported((ROOT / "tests" / where).read_text(encoding="utf-8")), f"{where} imports no {name}"
    elif where.startswith("called by "):
        assert any(name in names for names in imports().values()), f"nobody imports {name}"


def test_the_lists_name_what_is_there():
    names = {name for path in MODULES for name in lengths(path)}
    assert {*LONGER, *DATA, *ELSEWHERE} <= names


def test_no_two_classes_have_one_name():
    places = collections.defaultdict(list)
    for path in MODULES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(name_of(path))
    twice = {name: where for name, where in places.items() if len(where) > 1}
    assert not twice, f"give each its own name: {twice}"


def test_the_hall_is_small():
    hall = [path.name for path in (ROOT / "pipeline").glob("*.py") if path.name != "__init__.py"]
    assert len(hall) <= MAX_HALL, sorted(hall)
