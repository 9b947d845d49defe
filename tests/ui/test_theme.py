"""How the page looks. Example run: python -m pytest tests/ui/test_theme.py"""

import json
import re

import pytest

from pipeline.language.styles import BACKGROUNDS
from pipeline.ui.theme import _TABLE, CSS, HEAD, SCRIPT_KEYS, easel_theme
from pipeline.ui.words import LANGUAGES


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def colour_of(name: str, mode: int) -> str:
    value = _TABLE[name]
    return value if isinstance(value, str) else value[mode]


def test_contrast_is_what_the_standard_says():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("mode", [0, 1], ids=["day", "night"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("body_text_color", "body_background_fill"),
        ("body_text_color", "block_background_fill"),
        ("body_text_color_subdued", "body_background_fill"),
        ("body_text_color_subdued", "background_fill_secondary"),
        ("block_label_text_color", "block_background_fill"),
        ("block_title_text_color", "block_background_fill"),
        ("block_info_text_color", "block_background_fill"),
        ("input_placeholder_color", "input_background_fill"),
        ("link_text_color", "body_background_fill"),
        ("button_primary_text_color", "button_primary_background_fill"),
        ("button_primary_text_color", "button_primary_background_fill_hover"),
        ("button_secondary_text_color", "button_secondary_background_fill"),
        ("button_secondary_text_color", "button_secondary_background_fill_hover"),
        ("error_text_color", "error_background_fill"),
    ],
)
def test_text_can_be_read_by_day_and_by_night(text, ground, mode):
    assert contrast(colour_of(text, mode), colour_of(ground, mode)) >= 4.5


@pytest.mark.parametrize("mode", [0, 1], ids=["day", "night"])
def test_the_edge_of_a_control_is_seen(mode):
    for edge in ("input_border_color", "checkbox_border_color"):
        assert contrast(colour_of(edge, mode), colour_of("input_background_fill", mode)) >= 3


def test_day_and_night_reach_the_theme():
    theme = easel_theme()
    for name in _TABLE:
        assert getattr(theme, name) == colour_of(name, 0)
        if not isinstance(_TABLE[name], str):
            assert getattr(theme, f"{name}_dark") == colour_of(name, 1)


def test_every_ground_has_its_swatch_and_nothing_comes_from_elsewhere():
    for name, value in BACKGROUNDS.items():
        assert f'input[value="{name}"])::before {{ background: {value}' in CSS
    for text in (CSS, HEAD):
        assert not re.search(r"(?:src|href|@import|url\()[\s=\"'(]*https?://", text)


def test_the_scripts_words_are_there_in_every_language_and_base_comes_first():
    words = json.loads(re.search(r'id="easel-words">(.*?)</script>', HEAD, re.DOTALL)[1])
    assert set(words) == set(LANGUAGES) and all(set(table) == SCRIPT_KEYS for table in words.values())
    first = HEAD.split('<script type="module">')[1]
    assert "window.easel" in first and len(SCRIPT_KEYS) > 5
