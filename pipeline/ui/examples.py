"""Prompts to click, chosen by eye from what the bundled model draws well."""

from html import escape

__all__ = ["EXAMPLES", "examples_html"]

# (words on the chip, prompt, seed)
EXAMPLES = (
    ("Red apple", "a red apple, 3d render, on a light blue background", 7),
    ("Cat face", "a cat face, flat sticker, on a yellow background", 3),
    ("Rocket", "a rocket, gradient vector, on a navy blue background", 11),
    ("Pizza", "a slice of pizza, cartoon emoji, on a white background", 5),
    ("Octopus", "an octopus, 3d render, on a mint green background", 2),
    ("Cactus", "a cactus, flat geometric, on a beige background", 4),
)


def examples_html() -> str:
    """The chips; a click reports the example's ``index``."""
    chips = "".join(
        f'<button type="button" data-index="{index}" title="{escape(prompt)}">{escape(words)}</button>'
        for index, (words, prompt, _) in enumerate(EXAMPLES)
    )
    return f'<div class="chips" role="group" aria-label="Examples"><span>Try</span>{chips}</div>'
