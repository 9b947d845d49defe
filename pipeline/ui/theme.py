"""How the page looks: warm paper by day, dark studio by night, the system's own fonts, nothing from other hosts."""

import re
from pathlib import Path

import gradio as gr

from pipeline.language.styles import BACKGROUNDS, TRANSPARENT
from pipeline.ui.words import TABLES, script_tables

__all__ = ["CSS", "HEAD", "SCRIPT_KEYS", "easel_theme"]

_STATIC = Path(__file__).with_name("static")
# The ground's choices are their colours.
_SWATCHES = "".join(
    f'#background label:has(input[value="{name}"])::before {{ background: {value} !important; }}\n'
    for name, value in BACKGROUNDS.items()
)
_SWATCHES += (
    f'#background label:has(input[value="{TRANSPARENT}"])::before '
    "{ background: repeating-conic-gradient(#ccc 0 25%, #fff 0 50%) 0 0 / 10px 10px !important; }\n"
)
CSS = "".join(path.read_text(encoding="utf-8") for path in sorted(_STATIC.glob("*.css"))) + _SWATCHES
# Each a module of its own, so that one which fails takes no other with it; base.js comes first, the others use it.
_SCRIPTS = [
    path.read_text(encoding="utf-8") for path in sorted(_STATIC.glob("*.js"), key=lambda p: p.name != "base.js")
]
SCRIPT_KEYS = {key for script in _SCRIPTS for key in re.findall(r"easel\.t\(\s*\"([a-z0-9_.]+)\"", script)}
HEAD = (
    f'<meta name="description" content="{TABLES["en"]["head.description"]}">'
    f'<script type="application/json" id="easel-words">{script_tables(SCRIPT_KEYS)}</script>'
    + "".join(f'<script type="module">\n{script}</script>' for script in _SCRIPTS)
)


# What it is, by day and by night; alone: both.
_TABLE: dict[str, tuple[str, str] | str] = {
    "body_background_fill": ("#faf7f2", "#171412"),
    "body_text_color": ("#1f1b16", "#f3ede4"),
    "body_text_color_subdued": ("#635b51", "#b5aba0"),
    "background_fill_primary": ("#ffffff", "#211d1a"),
    "background_fill_secondary": ("#f3eee6", "#26211d"),
    "block_background_fill": ("#ffffff", "#211d1a"),
    "block_border_width": "1px",
    "border_color_primary": ("#ddd4c7", "#3f3832"),
    "block_border_color": ("#ddd4c7", "#3f3832"),
    "block_label_text_color": ("#4a433b", "#d8cfc4"),
    "block_title_text_color": ("#4a433b", "#d8cfc4"),
    "block_info_text_color": ("#635b51", "#b5aba0"),
    "block_title_text_weight": "600",
    "input_background_fill": ("#ffffff", "#1b1815"),
    "input_border_width": ("1px", "1px"),
    "input_border_color": ("#8f8577", "#766d64"),
    "input_placeholder_color": ("#6f675d", "#9d938a"),
    "color_accent": "#c2410c",
    "color_accent_soft": ("#ffedd5", "#4a2a17"),
    "link_text_color": ("#9a3412", "#fdba74"),
    "slider_color": ("#c2410c", "#fb923c"),
    "button_primary_background_fill": ("#c2410c", "#fb923c"),
    "button_primary_background_fill_hover": ("#9a3412", "#fdba74"),
    "button_primary_text_color": ("#ffffff", "#1c1917"),
    "button_secondary_background_fill": ("#f3eee6", "#332d28"),
    "button_secondary_background_fill_hover": ("#e7dfd3", "#443c35"),
    "button_secondary_text_color": ("#1f1b16", "#f3ede4"),
    "button_secondary_border_color": ("#cfc4b4", "#544a42"),
    "button_border_width": "1px",
    "checkbox_label_background_fill": ("transparent", "transparent"),
    "checkbox_background_color_selected": ("#c2410c", "#c2410c"),
    "checkbox_border_color": ("#8f8577", "#766d64"),
    "error_background_fill": ("#fef2f2", "#3b1512"),
    "error_text_color": ("#b91c1c", "#fca5a5"),
}


def easel_theme() -> gr.themes.Base:
    """Stone neutrals with a burnt orange; text and controls keep a contrast of 4.5 to 1 in both modes."""
    sans = ("ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")
    mono = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")
    values = {}
    for name, value in _TABLE.items():
        if isinstance(value, str):
            values[name] = value
        else:
            values[name], values[f"{name}_dark"] = value
    return gr.themes.Base(
        primary_hue=gr.themes.colors.orange,
        secondary_hue=gr.themes.colors.stone,
        neutral_hue=gr.themes.colors.stone,
        radius_size=gr.themes.sizes.radius_md,
        spacing_size=gr.themes.sizes.spacing_sm,
        text_size=gr.themes.sizes.text_md,
        font=sans,
        font_mono=mono,
    ).set(**values)
