"""Whatever the page says in English it says in German and Spanish.

Example run: python -m pytest tests/ui/test_words.py
"""

import ast
import json
import re
from pathlib import Path

import pytest

from pipeline.provenance.credentials import FileCredentials
from pipeline.recipe import Recipe
from pipeline.safety.screen import CATEGORIES_FILE
from pipeline.serve.examples import EXAMPLES
from pipeline.ui import links
from pipeline.ui.tabs.history import _SCAFFOLD
from pipeline.ui.theme import HEADER
from pipeline.ui.words import TRANSLATIONS
from pipeline.watermark.detect import Detection

UI = Path(__file__).resolve().parents[2] / "pipeline" / "ui"
PAGE = [*UI.rglob("*.py"), *(UI.parent / "serve").glob("*.py"), UI.parent / "language" / "styles.py"]
SOURCES = [*PAGE, UI.parents[1] / "app.py"]
# Where the sentences are written that visitors read when something is refused; the others speak to programs.
FOR_PROGRAMS = "api bedrock body mcp_tools openai order programs render store titan tools".split()
REFUSING = [path for path in PAGE if path.stem not in FOR_PROGRAMS]
REFUSING.append(UI.parent / "loading" / "capabilities.py")


def said(source: str, function: str) -> set[str]:
    """First arguments of the calls of `function`, what changes in them as {}; names are left out."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        called = getattr(node, "func", None)
        if getattr(called, "id", getattr(called, "attr", None)) != function:
            continue
        first = node.args[0] if node.args else None
        for part in [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]:
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                found.add(part.value)
            elif isinstance(part, ast.JoinedStr):
                found.add("".join(v.value if isinstance(v, ast.Constant) else "{}" for v in part.values))
    return found - {""}


def is_known(text: str) -> bool:
    """Whether words.js finds it: as a whole, or sentence by sentence."""
    patterns = (re.escape(english).replace(re.escape("{}"), ".+?") for english in TRANSLATIONS)
    if any(re.fullmatch(pattern, text, re.DOTALL) for pattern in patterns):
        return True
    sentences = re.split(r"(?<=[.!?]) (?=[A-Z])", text)
    return len(sentences) > 1 and all(map(is_known, sentences))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_labels_and_status_lines_have_all_languages(path):
    source = path.read_text(encoding="utf-8")
    words = said(source, "say") | said(source, "status")
    assert sorted(words - set(TRANSLATIONS)) == []


@pytest.mark.parametrize("path", REFUSING, ids=lambda path: path.name)
def test_refusals_and_notes_have_all_languages(path):
    source = path.read_text(encoding="utf-8")
    words = {text.replace("`", "") for text in said(source, "ValueError") | said(source, "append")}
    words -= {text for text in words if not text.endswith(".")}  # markup, and parts of a text
    assert sorted(text for text in words if not is_known(text)) == []


def test_notes_on_links_and_refused_prompts_have_all_languages():
    link = Recipe.from_query(
        "?prompt=a+cat&prompt=b&v=77&pixels=zz&wings=2&negative=" + "x" * 600 + "&weights=1&seed=many"
    )
    assert len(link.notes) == 6
    assert is_known(links._ADD_ONE) and is_known(links._ADD_MANY.format(2))
    assert [note for note in link.notes if not is_known(note.replace("`", ""))] == []
    categories = json.loads(CATEGORIES_FILE.read_text(encoding="utf-8"))["categories"]
    assert all(f"This was not drawn because {category['explanation']}." in TRANSLATIONS for category in categories)


def test_what_verify_says_has_all_languages():
    found = [
        Detection(result, "HIGH", -6.0, 1e6, undone=("resized x0.5",)).sentence
        for result in ("NOT_DETECTED", "INCONCLUSIVE", "GENERATED")
    ]
    seals = [
        FileCredentials(state, True, "Easel 0.1.0", ("assertion.dataHash.mismatch",)).sentence
        for state in ("Trusted", "Valid", "Invalid")
    ]
    assert [sentence for sentence in found + seals if not is_known(sentence)] == []


@pytest.mark.parametrize("path", sorted((UI / "static").glob("*.js")), ids=lambda path: path.name)
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
