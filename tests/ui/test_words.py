"""Whatever the page says, it says by a key that every language has.

Example run: python -m pytest tests/ui/test_words.py
"""

import ast
import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.provenance.credentials import FileCredentials
from pipeline.recipe import Recipe
from pipeline.safety.screen import CATEGORIES_FILE
from pipeline.serve.jobs import Client, Jobs, QueueFull
from pipeline.stickers.matrix import VARIANTS
from pipeline.ui.templates import blocks, render
from pipeline.ui.theme import HEAD, SCRIPT_KEYS
from pipeline.ui.words import LANGUAGES, TABLES, Words, say, translations
from pipeline.watermark.detect import Detection

UI = Path(__file__).resolve().parents[2] / "pipeline" / "ui"
SERVE = UI.parent / "serve"
TEMPLATES = sorted((UI / "templates").glob("*.j2"))
# Where sentences are written that visitors read when something is refused. The others speak to programs and to who
# starts the app.
PROGRAMS = set(
    "api bedrock body cutouts forms keys replicas mcp_tools openai order programs regions render stopping store "
    "titan tools".split()
)
REFUSING = [path for path in (*UI.rglob("*.py"), *SERVE.glob("*.py")) if path.stem not in PROGRAMS]
REFUSING += [UI.parent / "loading" / "capabilities.py", UI.parent / "language" / "styles.py"]
REFUSING.append(UI.parent / "pictures" / "decode.py")
REFUSING += [UI.parent / "stickers" / f"{name}.py" for name in ("pack", "matrix", "decorate", "encode", "export")]
ALL = [Words(language) for language in LANGUAGES]


def keys_in(source: str) -> set[str]:
    """Constants that look like a key and stand where one is asked for: in calls of say, words and t."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        name = getattr(getattr(node, "func", None), "id", getattr(getattr(node, "func", None), "attr", None))
        if not isinstance(node, ast.Call) or name not in ("say", "words", "key", "slider"):
            continue
        for part in ast.walk(node.args[0]) if node.args else ():
            if isinstance(part, ast.Constant) and re.fullmatch(r"[a-z]\w*\.\w*[a-z0-9]", str(part.value)):
                found.add(part.value)
    return found


def refusals(source: str) -> set[str]:
    """Sentences of raised errors, what changes in them as "7"."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if getattr(getattr(node, "func", None), "id", None) not in ("ValueError", "QueueFull", "Busy"):
            continue
        first = node.args[0] if node.args else None
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            found.add(first.value)
        elif isinstance(first, ast.JoinedStr):
            found.add("".join(v.value if isinstance(v, ast.Constant) else "7" for v in first.values))
    return {text for text in found if text.endswith(".") and text.strip(". 7")}


def is_known(text: str) -> bool:
    """Whether every other language says it in its own words."""
    text = text.replace("`", "")
    return all(words.message(text) != text for words in ALL if words.language != "en")


def test_every_language_has_every_key_with_the_same_placeholders():
    assert {"en", "de", "es"} <= set(LANGUAGES) and len(TABLES["en"]) > 250
    for language, table in TABLES.items():
        assert table.keys() == TABLES["en"].keys(), language
        for key, text in table.items():
            assert text.strip(), (language, key)
            if key != "about":
                placeholders = re.findall(r"\{\w+\}", text)
                assert set(placeholders) == set(re.findall(r"\{\w+\}", TABLES["en"][key])), (language, key)


def test_the_files_are_sorted_so_that_a_new_key_has_one_place():
    for language in LANGUAGES:
        keys = list(json.loads((UI / "locales" / f"{language}.json").read_text(encoding="utf-8")))
        assert keys == sorted(keys), language


@pytest.mark.parametrize("path", sorted(UI.rglob("*.py")), ids=lambda path: path.name)
def test_every_key_in_the_code_is_there(path):
    assert keys_in(path.read_text(encoding="utf-8")) - set(TABLES["en"]) == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_key_in_a_template_is_there_and_no_words_stand_in_it(path):
    source = path.read_text(encoding="utf-8")
    assert set(re.findall(r'"([a-z]\w*\.\w+)"', source)) - {"figure.html"} <= set(TABLES["en"]) | {"easel.svg"}
    bare = re.sub(r"<style>.*?</style>|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", source, flags=re.DOTALL)
    texts = [text.strip() for text in re.sub(r"<[^>]*>", "\n", bare, flags=re.DOTALL).split("\n")]
    assert {text for text in texts if re.search(r"[A-Za-z]{2}", text)} <= {"Easel"}


def test_no_key_is_left_over():
    """A key that nothing asks for is no burden to translators."""
    sources = [*UI.rglob("*.py"), *TEMPLATES, *(UI / "static").glob("*.js")]
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    made = (
        "message.",
        "quality.",
        "fusion.",
        "examples.",
        "stage.",
        "facts.anew",
        "verify.",
        "page.",
        "target.",
        "note.",
    )
    made += tuple(f"packs.{name}" for name in VARIANTS)
    made += ("edit.cut_", "icons.", "packs.column_")
    made += tuple(f"edit.{where}" for where in ("left", "centre", "right", "top", "middle", "bottom"))
    assert [key for key in TABLES["en"] if not key.startswith(made) and f"{key}" not in text] == []


def test_scripts_get_their_words_and_nothing_closes_the_element_they_travel_in():
    assert {"keys.copied", "history.delete"} <= SCRIPT_KEYS <= set(TABLES["en"])
    data = re.search(r'id="easel-words">(.*?)</script>', HEAD, re.DOTALL)[1]
    assert json.loads(data)["de"]["keys.copied"] == "Kopiert" and "<" not in data


@pytest.mark.parametrize("path", REFUSING, ids=lambda path: path.name)
def test_refusals_have_all_languages(path):
    assert sorted(text for text in refusals(path.read_text(encoding="utf-8")) if not is_known(text)) == []


def test_notes_on_links_and_refused_prompts_have_all_languages():
    link = Recipe.from_query(
        "?prompt=a+cat&prompt=b&v=77&pixels=zz&wings=2&negative=" + "x" * 600 + "&weights=1&seed=many"
    )
    assert len(link.notes) == 6
    assert [note for note in link.notes if not is_known(note)] == []
    categories = json.loads(CATEGORIES_FILE.read_text(encoding="utf-8"))["categories"]
    assert all(is_known(f"This was not drawn because {category['explanation']}.") for category in categories)


def test_a_full_line_is_said_in_all_languages():
    jobs = Jobs(max_waiting=1, max_per_address=1, max_per_session=1)
    jobs.admit(Client("a"))
    with pytest.raises(QueueFull) as refused:
        jobs.admit(Client("b"))
    assert is_known(str(refused.value))


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


def test_a_message_keeps_what_changes_in_it_and_an_unknown_one_stays():
    german = Words("de")
    assert german.message("Ask for 1 to 5 pictures, not 9.") == "Verlangen Sie 1 bis 5 Bilder, nicht 9."
    two = german.message("Identical, pixel for pixel. Ask for 1 to 5 pictures, not 9.")
    assert two == "Pixel für Pixel gleich. Verlangen Sie 1 bis 5 Bilder, nicht 9."
    assert german.message("Nobody `wrote` this.") == "Nobody wrote this."


def test_a_sentence_within_a_sentence_and_the_name_of_a_place_are_said_in_the_language_too():
    german = Words("de")
    error = "Sticker 2, a cat: No WEBP of 512x512 fits into 9 bytes: the smallest has 99. Make the picture plainer or "
    said = german.message(f"{error}smaller.")
    assert said.startswith("Sticker 2, a cat: Kein WEBP von 512x512 passt in 9 Byte") and "plainer" not in said
    few = german.message("WhatsApp sticker: a pack takes 3 to 30 stickers, got 2 drawn.")
    assert few == "WhatsApp-Sticker: Ein Set hat 3 bis 30 Sticker; gezeichnet sind 2."
    assert Words("es").message("`tray` takes 0 to 2, got 9.") == "tray admite de 0 a 2, no 9."


@pytest.mark.parametrize(
    ("asked", "language"),
    [("de-AT,de;q=0.9,en;q=0.8", "de"), ("tlh-KX,es;q=0.5", "es"), ("tlh", "en"), ("", "en"), ("*;q=x,,;", "en")],
)
def test_a_visitor_is_spoken_to_in_the_browsers_language(asked, language):
    request = SimpleNamespace(headers={"accept-language": asked})
    assert Words.of(request).language == language
    assert Words.of(None).language == "en"


def test_a_key_that_is_not_there_is_refused_by_name():
    with pytest.raises(KeyError, match="form.nothing"):
        say("form.nothing")
    with pytest.raises(KeyError, match="locales/de.json"):
        Words("de")("form.nothing")


def test_markup_that_stands_on_the_page_at_first_has_all_languages():
    from pipeline.ui.templates import block

    block("history")
    tables = translations(blocks()).translations_dict
    assert "Verlauf durchsuchen" in tables["de"]["easel.html.history"]
    assert "Buscar en el historial" in tables["es"]["easel.html.history"]


def test_every_value_in_a_template_is_escaped():
    assert render("status", Words(), text="<b>&", kind="", of="") == (
        '<span class="status "><span>&lt;b&gt;&amp;</span></span>'
    )


def test_the_check_sees_what_it_is_for():
    source = 'say("a.b")\nwords("c.d" if x else "e.f", n=1)\nwords.message("g.h")\nValueError(f"No {x} here.")'
    assert keys_in(source) == {"a.b", "c.d", "e.f"}
    assert refusals(source) == {"No 7 here."}


def test_what_was_not_understood_of_a_wish_is_told_in_the_visitors_language():
    told = Words("de").message("“make it glow” was not understood as a change. “string” is drawn as “knot”. "
                               "Did you mean: rope, yarn?")  # fmt: skip
    assert told == (
        "„make it glow“ wurde nicht als Änderung verstanden. „string“ wird als „knot“ gezeichnet. "
        "Meinten Sie: rope, yarn?"
    )
