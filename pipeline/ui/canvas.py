"""The large picture and the shelf of earlier ones, as HTML: every text escaped, every picture with its prompt as
alternative text, and every finished one served from the very file that the download hands out.
"""

import base64
import io
from collections.abc import Mapping, Sequence
from html import escape
from types import MappingProxyType
from urllib.parse import quote

from PIL import Image

from pipeline.recipe import STAGES, Recipe, Variation
from pipeline.serve.drawn import Drawn
from pipeline.serve.render import Stage, Verdict
from pipeline.stages import STAGE_ROWS

__all__ = ["canvas_compared", "canvas_drawing", "canvas_empty", "canvas_finished", "file_url", "shares"]
__all__ += ["shelf", "status", "step_words"]

_WORDS = {row.name: row.label for row in STAGE_ROWS}
_ANEW = {"": "another seed"} | {row.name: row.anew for row in STAGE_ROWS}
# What a comparison names where two recipes differ.
_FIELDS = {
    "prompt": "Prompt",
    "negative_prompt": "Leave out",
    "seed": "Seed",
    "variations": "Variations",
    **{row.steps: f"{row.title} steps" for row in STAGE_ROWS},
    **{row.guidance: f"{row.title} guidance" for row in STAGE_ROWS if row.guidance},
    "image_weights": "Weights",
    "fusion_type": "How they are combined",
    "similarity_strength": "Similarity",
}

# An easel, drawn for this page.
_EASEL = (
    '<svg viewBox="0 0 96 96" class="easel-art" aria-hidden="true" fill="none" stroke="currentColor" '
    'stroke-width="3" stroke-linecap="round" stroke-linejoin="round">'
    '<path d="M48 10v8M30 66 20 88M66 66l10 22M48 66v14M16 66h64"/>'
    '<rect x="24" y="18" width="48" height="42" rx="3"/>'
    '<path d="M30 52l11-14 8 9 6-6 11 11"/><circle cx="58" cy="30" r="4"/></svg>'
)


def file_url(path: str) -> str:
    """Where the page finds a file of the studio, relative so that it works behind any prefix."""
    return "gradio_api/file=" + quote(path)


def canvas_empty() -> str:
    """The canvas before anything is drawn."""
    return f'<div class="frame empty">{_EASEL}<p>Your picture appears here.</p></div>'


def canvas_drawing(
    stage: Stage | None,
    recipe: Recipe,
    *,
    preview: Image.Image | None = None,
    cost: Mapping[str, float] = MappingProxyType(dict.fromkeys(STAGES, 1.0)),
    stages: Sequence[str] = STAGES,
) -> str:
    """The canvas while a picture is drawn: the small preview scaled up, and a progress bar.

    Args:
        cost: of one step of each stage, relative to each other.
        stages: those that the model runs (`Capabilities.stages`); none where its steps are its own affair.
    """
    if preview is None:
        inner = _EASEL
    else:
        inner = f'<img src="{_data_url(preview)}" alt="Preview: {escape(recipe.prompt)}" class="preview">'
    percent = round(100 * _share(stage, recipe, cost, stages))
    bar = (
        f'<div class="bar" role="progressbar" aria-label="Drawing" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{percent}"><span style="width:{percent}%"></span></div>'
    )
    return f'<div class="frame drawing">{inner}{bar}</div>'


def canvas_finished(drawn: Drawn, verdict: Verdict | None = None) -> str:
    """A finished picture with what is known about it."""
    facts = [f"Seed {drawn.recipe.seed}", *_variation_words(drawn.recipe)]
    facts += [f"id {drawn.recipe.id[:8]}", "watermark checked"]
    if len(drawn.image_weights) > 1:
        shares = ", ".join(f"{100 * weight:.0f} %" for weight in drawn.image_weights)
        facts.append(f"references {shares}")
    badge = ""
    if verdict is not None:
        kind = {"identical": "good", "looks the same": "good"}.get(verdict.result, "bad")
        badge = f'<p class="verdict {kind}" data-verdict="{escape(verdict.result)}">{escape(verdict.sentence)}</p>'
    said = " · ".join(f"<span>{escape(fact)}</span>" for fact in facts)
    read_as = f"<p class='read-as'>{escape(drawn.read_as)}</p>" if drawn.read_as else ""
    return f"{_figure(drawn)}{badge}{read_as}<p class='facts'>{said}</p>"


def canvas_compared(one: Drawn, other: Drawn) -> str:
    """Two finished pictures side by side, with what their recipes say differently; the keys stay with the first."""
    rows = "".join(
        f"<tr><th scope='row'>{escape(words)}</th>"
        + "".join(f"<td>{_field_html(drawn.recipe, name)}</td>" for drawn in (one, other))
        + "</tr>"
        for name, words in _FIELDS.items()
        if getattr(one.recipe, name) != getattr(other.recipe, name)
    )
    if one.pixels_hash == other.pixels_hash:
        said = "<p class='facts'><span>Identical, pixel for pixel.</span></p>"
    elif rows:
        said = f"<table class='differences'>{rows}</table>"
    else:
        said = "<p class='facts'><span>The reference pictures differ.</span></p>"
    return (
        f"<div class='pair' role='group' aria-label='Two pictures compared'>{_figure(one)}{_figure(other)}</div>{said}"
    )


def shares(drawn: Drawn, without: Sequence[str | None] = ()) -> str:
    """How much each reference picture decided, as bars; `without` holds the files drawn with one left out, in order
    (None: nothing would be left to draw from)."""
    if len(drawn.image_weights) < 2:
        return ""
    rows = []
    for index, weight in enumerate(drawn.image_weights):
        picture = ""
        if index < len(without):
            path = without[index]
            picture = "<span>nothing left</span>"
            if path is not None:
                alt = f"Drawn without picture {index + 1}"
                picture = f'<img src="{file_url(path)}" alt="{alt}" title="{alt}" width="72" height="72">'
        rows.append(
            f"<li><span>Picture {index + 1}</span><span class='share' aria-hidden='true'>"
            f"<span style='width:{100 * weight:.1f}%'></span></span><span>{100 * weight:.0f} %</span>{picture}</li>"
        )
    title = "Shares of the reference pictures" + (", and the picture without each" if without else "")
    return f"<ul class='shares' aria-label='{title}'>{''.join(rows)}</ul>"


def shelf(pictures: list[Drawn], selected: int | None) -> str:
    """The row of this session's pictures, newest first; each is a button that `click` reports as ``index``."""
    if not pictures:
        return '<p class="shelf-empty">Pictures of this visit are kept here until you close the page.</p>'
    buttons = []
    for index in range(len(pictures) - 1, -1, -1):
        drawn, current = pictures[index], index == selected
        buttons.append(
            f'<button type="button" translate="no" data-index="{index}" aria-pressed="{str(current).lower()}" '
            f'title="{escape(drawn.alt)} (seed {drawn.recipe.seed})">'
            f'<img src="{file_url(drawn.path)}" alt="{escape(drawn.alt)}, seed {drawn.recipe.seed}" '
            f'width="64" height="64" loading="lazy"></button>'
        )
    return f'<div class="shelf" role="group" aria-label="Pictures of this visit">{"".join(buttons)}</div>'


def status(words: str, kind: str = "", of: str = "") -> str:
    """One line about what is going on; ``kind`` is "", "good" or "bad", ``of`` counts pictures, " (2/3)"."""
    return f'<span class="status {kind}"><span>{escape(words)}</span>{escape(of)}</span>'


def step_words(stage: Stage | None, recipe: Recipe, stages: Sequence[str] = STAGES) -> str:
    """What is being done now, given the step that was finished last; `stages` as for `canvas_drawing`."""
    if stage is None:
        return "Reading the prompt"
    if not stages:
        return f"Drawing, step {min(stage.step + 1, stage.num_steps)} of {stage.num_steps}"
    if stage.step < stage.num_steps:
        return f"{_WORDS[stage.name]}, step {stage.step + 1} of {stage.num_steps}"
    if stage.name == stages[-1]:
        return "Adding the watermark and reading it back"
    following = stages[stages.index(stage.name) + 1]
    total = _totals(recipe)[following]
    of = f", step 1 of {total}" if total > 1 else ""
    return f"{_WORDS[following]}{of}"


def _totals(recipe: Recipe) -> dict[str, int]:
    return {row.name: getattr(recipe, row.steps) for row in STAGE_ROWS}


def _share(stage: Stage | None, recipe: Recipe, cost: Mapping[str, float], stages: Sequence[str]) -> float:
    """Finished part of the work, 0 to 1."""
    if stage is None:
        return 0.02
    if not stages:
        return stage.step / stage.num_steps
    totals = _totals(recipe)
    before = sum(cost[name] * totals[name] for name in stages[: stages.index(stage.name)])
    return (before + cost[stage.name] * stage.step) / sum(cost[name] * totals[name] for name in stages)


def _figure(drawn: Drawn) -> str:
    return (
        f'<figure class="frame finished" data-query="{escape(drawn.query)}" data-pixels="{drawn.pixels_hash}">'
        f'<img src="{file_url(drawn.path)}" alt="{escape(drawn.alt)}" width="256" height="256" translate="no">'
        '<button type="button" class="enlarge" aria-label="Enlarge" title="Enlarge">'
        '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" '
        'aria-hidden="true"><path d="M9 4H4v5M15 4h5v5M9 20H4v-5M15 20h5v-5"/></svg></button></figure>'
    )


def _variation_words(recipe: Recipe) -> list[str]:
    variations = [Variation.from_text(text) for text in recipe.variations]
    return [_ANEW[v.stage] if v.strength == 1 else f"varied {100 * v.strength:.0f} %" for v in variations]


def _field_html(recipe: Recipe, name: str) -> str:
    value = getattr(recipe, name)
    if name == "variations":  # in words, and the seed that they turn to
        said = zip(_variation_words(recipe), value, strict=True)
        parts = [f"<span>{words}</span> <small translate='no'>{text.split(':')[0]}</small>" for words, text in said]
        return "<br>".join(parts) or "—"
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return f"<span translate='no'>{escape(text) or '—'}</span>"


def _data_url(image: Image.Image) -> str:
    file = io.BytesIO()
    image.save(file, format="PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
