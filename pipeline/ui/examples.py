"""Prompts to click, chosen by eye from what the bundled model draws well."""

from html import escape

__all__ = ["EXAMPLES", "examples_html"]

# (words on the chip, prompt, seed)
EXAMPLES = (
    ("Red apple", "a red apple, 3d render, on a light blue background", 7),
    ("Dog face", "a dog face, 3d render, on a mint green background", 7),
    ("Strawberry", "a strawberry, 3d render, on a white background", 7),
    ("House", "a house, flat geometric, on a light blue background", 7),
    ("Heart", "a red heart, 3d render, on a pink background", 7),
    ("Cactus", "a cactus, flat geometric, on a beige background", 7),
)


def examples_html() -> str:
    """The chips; a click reports the example's ``index``."""
    chips = "".join(
        f'<button type="button" data-index="{index}" title="{escape(prompt)}">{escape(words)}</button>'
        for index, (words, prompt, _) in enumerate(EXAMPLES)
    )
    return f'<div class="chips" role="group" aria-label="Examples"><span>Try</span>{chips}</div>'
