"""Whatever the page says in English it says in German and Spanish.

Example run: python -m pytest tests/ui/test_words.py
"""

import ast
import re
from pathlib import Path

import pytest

from pipeline.ui.examples import EXAMPLES
from pipeline.ui.history_tab import _SCAFFOLD
from pipeline.ui.theme import HEADER
from pipeline.ui.words import TRANSLATIONS

UI = Path(__file__).resolve().parents[2] / "pipeline" / "ui"
SOURCES = [*UI.glob("*.py"), UI.parents[1] / "app.py"]


def said(source: str, function: str) -> set[str]:
    """First arguments of the calls of `function`, what changes in them as {}; names are left out."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function):
            continue
        first = node.args[0] if node.args else None
        for part in [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]:
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                found.add(part.value)
            elif isinstance(part, ast.JoinedStr):
                found.add("".join(v.value if isinstance(v, ast.Constant) else "{}" for v in part.values))
    return found - {""}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_labels_and_status_lines_have_all_languages(path):
    source = path.read_text(encoding="utf-8")
    words = said(source, "say") | said(source, "status")
    rare = {text for text in words if text.startswith("Something went wrong")}  # English, as the log is
    assert sorted(words - rare - set(TRANSLATIONS)) == []


@pytest.mark.parametrize("path", sorted(UI.glob("*.js")), ids=lambda path: path.name)
def test_what_scripts_say_has_all_languages(path):
    source = path.read_text(encoding="utf-8")
    words = set(re.findall(r'(?:easelWords|note)\("([^"]+)"', source))
    assert not words - set(TRANSLATIONS)


def test_what_stands_in_the_markup_has_all_languages():
    markup = _SCAFFOLD + HEADER
    words = re.findall(r">\s*([^<>]+?)\s*<", markup) + re.findall(r'(?:aria-label|placeholder)="([^"]+)"', markup)
    words += [name for name, _, _ in EXAMPLES]
    assert "Search prompts" in words
    assert not {text for text in map(str.strip, words) if text} - set(TRANSLATIONS) - {"Easel"}


def test_every_translation_is_whole():
    assert len(TRANSLATIONS) > 100
    for english, others in TRANSLATIONS.items():
        assert len(others) == 2 and all(others)
        assert {text.count("{}") for text in others} == {english.count("{}")}, english


def test_the_check_sees_what_it_is_for():
    source = 'say("a")\nstatus(f"b {x} c")\nstatus("d" if x else "e")\nstatus(words)'
    assert said(source, "say") == {"a"}
    assert said(source, "status") == {"b {} c", "d", "e"}
