"""The `parameters` text of AUTOMATIC1111-style readers: prompt, negative prompt, one line of `Key: value` pairs.

What is a setting and what it may be is the recipe's affair; here is only the layout.
"""

import json
import re

__all__ = ["EXACT_PROMPT", "EXACT_NEGATIVE_PROMPT", "read_infotext", "write_infotext"]

EXACT_PROMPT, EXACT_NEGATIVE_PROMPT = "Easel prompt", "Easel negative prompt"
_PAIR = re.compile(r'\s*(\w[\w \-/]*):\s*("(?:\\.|[^\\"])*"|[^,]*)(?:,|$)')
_NEGATIVE = "Negative prompt:"


def write_infotext(prompt: str, negative_prompt: str, pairs: dict[str, str]) -> str:
    """Lay out both prompts and the pairs, in their order.

    A prompt that this layout cannot carry (spaces at its ends, a line that starts with "Negative prompt:") is
    repeated exactly, quoted, in the last line.
    """
    head = [prompt] + ([f"{_NEGATIVE} {negative_prompt}"] if negative_prompt else [])
    read = _split_prompts("\n".join(head))
    exact = {}
    if read[0] != prompt:
        exact[EXACT_PROMPT] = prompt
    if read[1] != negative_prompt:
        exact[EXACT_NEGATIVE_PROMPT] = negative_prompt
    line = ", ".join(f"{key}: {_quoted(key, value)}" for key, value in (pairs | exact).items())
    return "\n".join([*head, line])


def read_infotext(text: str) -> tuple[str, str, dict[str, str]]:
    """(prompt, negative prompt, pairs) of a text that this or another program wrote."""
    head, _, line = text.strip().rpartition("\n")
    pairs = {key.strip(): _unquoted(value) for key, value in _PAIR.findall(line)}
    prompt, negative_prompt = _split_prompts(head)
    return pairs.pop(EXACT_PROMPT, prompt), pairs.pop(EXACT_NEGATIVE_PROMPT, negative_prompt), pairs


def _split_prompts(head: str) -> tuple[str, str]:
    """(prompt, negative prompt) of the lines before the settings, as other readers take them: each line stripped."""
    prompt: list[str] = []
    negative: list[str] = []
    for line in map(str.strip, head.strip().split("\n")):
        if line.startswith(_NEGATIVE):
            negative.append(line.removeprefix(_NEGATIVE).strip())
        else:
            (negative if negative else prompt).append(line)
    return "\n".join(prompt).strip(), "\n".join(negative).strip()


def _quoted(key: str, text: str) -> str:
    exact = key in (EXACT_PROMPT, EXACT_NEGATIVE_PROMPT) or re.search(r'[,:"\n]', text)
    return json.dumps(text, ensure_ascii=False) if exact else text


def _unquoted(text: str) -> str:
    text = text.strip()
    if text.startswith('"'):
        try:
            return str(json.loads(text))
        except ValueError:
            return text
    return text
