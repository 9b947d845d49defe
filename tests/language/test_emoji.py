"""Emoji as names. Example run: python -m pytest tests/language/test_emoji.py"""

import json
from pathlib import Path

from pipeline.language import emoji
from pipeline.language.emoji import EMOTICONS, emoji_name, find_emoji


def test_every_emoji_of_the_table_is_found_whole_and_has_its_name():
    table = json.loads(Path(emoji.__file__).with_name("emoji.json").read_text(encoding="utf-8"))
    assert len(table) > 1500
    for sign, name in table.items():
        assert find_emoji(f"a {sign} b") == [(2, 2 + len(sign), name)], sign


def test_skin_tones_and_selectors_change_no_name():
    assert emoji_name("👩🏽‍🚀") == emoji_name("👩‍🚀") == "woman astronaut"
    assert emoji_name("❤️") == emoji_name("❤") == "red heart"
    assert emoji_name("🇩🇪") == "flag of germany"


def test_emoticons_are_told_by_names_of_emoji():
    table = json.loads(Path(emoji.__file__).with_name("emoji.json").read_text(encoding="utf-8"))
    assert set(EMOTICONS.values()) <= set(table.values())
    assert find_emoji("a cat, 100 %, v1.0") == []
