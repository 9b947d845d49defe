"""The page's words by key, from locales/*.json: one table for the labels, the HTML, the scripts and the messages.

    say("form.prompt")                        # a label: gradio shows it in the browser's language
    words = Words.of(request)                 # of one visitor, by what the browser asks for
    words("status.done", seconds="1.2")       # a text in the visitor's language
    words.message(str(error))                 # what a room below said in English, in the visitor's language

To add a language: a file of its code beside the others, with the same keys, and an about text. Prompts and styles stay
English, which is the model's language.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import gradio as gr
from gradio.i18n import I18nData

__all__ = ["LANGUAGES", "TABLES", "Words", "say", "script_tables", "translations"]

LOCALES = Path(__file__).with_name("locales")
TABLES: dict[str, dict[str, str]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(LOCALES.glob("*.json"))
}
for _language, _table in TABLES.items():  # the About tab is long: a text of its own
    _table["about"] = (LOCALES / f"about.{_language}.md").read_text(encoding="utf-8")
    _rest = _table["about"].partition("\n\n")[2]  # without its first section, which is about our model
    _table["about_other"] = f"{_table['about.other']}\n\n{_rest}"
LANGUAGES = tuple(TABLES)
_ENGLISH = TABLES["en"]
_PREFIX = "easel."  # keeps our keys apart from gradio's own
_SENTENCE_END = re.compile(r"(?<=[.!?]) (?=[A-Z“])")


class Words:
    """The words of one language.

    Args:
        language: a code of `LANGUAGES`; any other is English.
    """

    def __init__(self, language: str = "en"):
        self.language = language if language in TABLES else "en"
        self._table = TABLES[self.language]

    @classmethod
    def of(cls, request: gr.Request | None) -> "Words":
        """The words of a visitor: the first language of the browser's list that there is a table for."""
        asked = "" if request is None else dict(request.headers).get("accept-language", "")
        for entry in asked.split(","):
            language = entry.split(";")[0].strip().lower().split("-")[0]
            if language in TABLES:
                return cls(language)
        return cls()

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, its placeholders filled.

        Raises:
            KeyError: there is no such key, or a placeholder has no value.
        """
        if key not in self._table:
            raise KeyError(f"`key` {key!r} is not in locales/{self.language}.json. Add it to every language.")
        return self._table[key].format(**values) if values else self._table[key]

    def message(self, text: str) -> str:
        """What a room below the page said: known as a whole or sentence by sentence, else as it is, in English."""
        text = text.replace("`", "")
        if self.language == "en":
            return text
        sentences = _SENTENCE_END.split(text)
        known = [own for sentence in sentences if (own := self._known(sentence)) is not None]
        if len(known) == len(sentences):
            return " ".join(known)
        return self._known(text) or text

    def _known(self, text: str) -> str | None:
        if key := _exact().get(text):
            return self._table[key].replace("{{", "{").replace("}}", "}")
        for key, pattern, names in _patterns():
            if found := pattern.fullmatch(text):
                values = [self._within(value) for value in found.groups()]
                return self._table[key].format(*values, **dict(zip(names, values, strict=True)))
        return None

    def _within(self, value: str) -> str:
        """What stands in a sentence: a sentence of its own, or the name of a place, likewise."""
        if value.endswith("."):
            return self.message(value)
        key = _exact().get(value, "")
        return self._table[key] if key.startswith("target.") else value


def say(key: str) -> Any:
    """A label that gradio shows in the browser's language: an `I18nData`, where its widgets' hints say `str`.

    Raises:
        KeyError: there is no such key.
    """
    if key not in _ENGLISH and not key.startswith("html."):
        raise KeyError(f"`key` {key!r} is not in locales/en.json. Add it to every language.")
    return I18nData(_PREFIX + key)


def translations(blocks: Mapping[str, Mapping[str, str]] | None = None) -> gr.I18n:
    """All languages, for ``demo.launch(i18n=...)``; `blocks` adds rendered HTML: language -> key -> markup."""
    tables = {}
    for language, table in TABLES.items():
        whole = table | dict((blocks or {}).get(language, {}))
        tables[language] = {_PREFIX + key: text for key, text in whole.items()}
    return gr.I18n(**tables)


def script_tables(keys: set[str]) -> str:
    """JSON of these keys in every language, safe inside a script element."""
    tables = {language: {key: table[key] for key in sorted(keys)} for language, table in TABLES.items()}
    return json.dumps(tables, ensure_ascii=False).replace("<", "\\u003c")


@cache
def _exact() -> dict[str, str]:
    return {text.replace("`", "").replace("{{", "{").replace("}}", "}"): key for key, text in _ENGLISH.items()}


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...]:
    """(key, pattern of its English text, names of what changes in it), the longest texts first."""
    found = []
    for key, text in sorted(_ENGLISH.items(), key=lambda entry: -len(entry[1])):
        parts = [(literal, name) for literal, name, _, _ in Formatter().parse(text)]
        names = tuple(name for _, name in parts if name is not None)
        worded = any(literal.strip() for literal, _ in parts)
        if names and worded and key.startswith(("message.", "error.", "note.", "search.", "verdict.")):
            pattern = "".join(re.escape(literal) + ("" if name is None else "(.+?)") for literal, name in parts)
            found.append((key, re.compile(pattern, re.DOTALL), names))
    return tuple(found)
