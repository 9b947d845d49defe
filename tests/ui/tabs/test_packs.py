"""The table of emoji and descriptions. Example run: python -m pytest tests/ui/tabs/test_packs.py"""

from types import SimpleNamespace

from pipeline.ui.tabs.packs import _table


def test_the_table_is_headed_in_the_visitors_language():
    rows = [["a fox", "🦊", "A fox"]]
    headers = {
        language: _table(rows, SimpleNamespace(headers={"accept-language": language}))["headers"]
        for language in ("en", "de", "es")
    }
    assert headers["en"] == ["Prompt", "Emoji", "Description"]
    assert headers["de"] == ["Beschreibung", "Emoji", "Alternativtext"] and headers["es"][0] == "Descripción"
