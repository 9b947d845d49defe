"""The large picture and the shelf of earlier ones, as HTML: every text escaped, every picture with its prompt as
alternative text, and every finished one served from the very file that the download hands out.
"""

import base64
import io
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from PIL import Image

from pipeline.recipe import Recipe
from pipeline.render import STAGES, Rendered, Stage, Verdict

__all__ = ["Drawn", "canvas_drawing", "canvas_empty", "canvas_finished", "file_url", "shelf", "status", "step_words"]

_WORDS = {
    "prior": "Imagining the picture",
    "decoder": "Sketching at 64 × 64",
    "super_res": "Painting at 256 × 256",
}
_COST = {"prior": 1, "decoder": 4, "super_res": 12}  # of one step, relative: for the progress bar only

# An easel, drawn for this page.
_EASEL = (
    '<svg viewBox="0 0 96 96" class="easel-art" aria-hidden="true" fill="none" stroke="currentColor" '
    'stroke-width="3" stroke-linecap="round" stroke-linejoin="round">'
    '<path d="M48 10v8M30 66 20 88M66 66l10 22M48 66v14M16 66h64"/>'
    '<rect x="24" y="18" width="48" height="42" rx="3"/>'
    '<path d="M30 52l11-14 8 9 6-6 11 11"/><circle cx="58" cy="30" r="4"/></svg>'
)


@dataclass(frozen=True)
class Drawn:
    """A finished picture of this session, with its file on the server."""

    path: str
    recipe: Recipe
    pixels_hash: str
    seconds: float
    image_weights: tuple[float, ...] = ()

    @classmethod
    def from_rendered(cls, rendered: Rendered, path: str) -> "Drawn":
        weights = tuple(rendered.image_weights or ())
        return cls(path, rendered.recipe, rendered.pixels_hash, rendered.seconds, weights)

    @property
    def alt(self) -> str:
        return self.recipe.prompt or "Picture made from reference pictures"

    @property
    def query(self) -> str:
        """The query of a link that draws this picture again and compares the two."""
        return self.recipe.to_query(self.pixels_hash)


def file_url(path: str) -> str:
    """Where the page finds a file of the studio, relative so that it works behind any prefix."""
    return "gradio_api/file=" + quote(path)


def canvas_empty() -> str:
    """The canvas before anything is drawn."""
    return f'<div class="frame empty">{_EASEL}<p>Your picture appears here.</p></div>'


def canvas_drawing(stage: Stage | None, recipe: Recipe, *, preview: Image.Image | None = None) -> str:
    """The canvas while a picture is drawn: the small preview scaled up, and a progress bar."""
    if preview is None:
        inner = _EASEL
    else:
        inner = f'<img src="{_data_url(preview)}" alt="Preview: {escape(recipe.prompt)}" class="preview">'
    percent = round(100 * _share(stage, recipe))
    bar = (
        f'<div class="bar" role="progressbar" aria-label="Drawing" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{percent}"><span style="width:{percent}%"></span></div>'
    )
    return f'<div class="frame drawing">{inner}{bar}</div>'


def canvas_finished(drawn: Drawn, verdict: Verdict | None = None) -> str:
    """A finished picture with what is known about it."""
    facts = [f"Seed {drawn.recipe.seed}", f"id {drawn.recipe.id[:8]}", "watermark checked"]
    if len(drawn.image_weights) > 1:
        shares = ", ".join(f"{100 * weight:.0f} %" for weight in drawn.image_weights)
        facts.append(f"references {shares}")
    badge = ""
    if verdict is not None:
        kind = {"identical": "good", "looks the same": "good"}.get(verdict.result, "bad")
        badge = f'<p class="verdict {kind}" data-verdict="{escape(verdict.result)}">{escape(verdict.sentence)}</p>'
    return (
        f'<figure class="frame finished" data-query="{escape(drawn.query)}" data-pixels="{drawn.pixels_hash}">'
        f'<img src="{file_url(drawn.path)}" alt="{escape(drawn.alt)}" width="256" height="256">'
        f"</figure>{badge}<p class='facts'>{' · '.join(map(escape, facts))}</p>"
    )


def shelf(pictures: list[Drawn], selected: int | None) -> str:
    """The row of this session's pictures, newest first; each is a button that `click` reports as ``index``."""
    if not pictures:
        return '<p class="shelf-empty">Pictures of this visit are kept here until you close the page.</p>'
    buttons = []
    for index in range(len(pictures) - 1, -1, -1):
        drawn, current = pictures[index], index == selected
        buttons.append(
            f'<button type="button" data-index="{index}" aria-pressed="{str(current).lower()}" '
            f'title="{escape(drawn.alt)} (seed {drawn.recipe.seed})">'
            f'<img src="{file_url(drawn.path)}" alt="{escape(drawn.alt)}, seed {drawn.recipe.seed}" '
            f'width="64" height="64" loading="lazy"></button>'
        )
    return f'<div class="shelf" role="group" aria-label="Pictures of this visit">{"".join(buttons)}</div>'


def status(words: str, kind: str = "") -> str:
    """One line about what is going on; ``kind`` is "", "good" or "bad"."""
    return f'<span class="status {kind}">{escape(words)}</span>'


def step_words(stage: Stage | None, recipe: Recipe) -> str:
    """What is being done now, given the step that was finished last."""
    totals = _totals(recipe)
    if stage is None:
        return "Reading the prompt"
    if stage.step < stage.num_steps:
        return f"{_WORDS[stage.name]}, step {stage.step + 1} of {stage.num_steps}"
    if stage.name == STAGES[-1]:
        return "Adding the watermark and reading it back"
    following = STAGES[STAGES.index(stage.name) + 1]
    of = f", step 1 of {totals[following]}" if totals[following] > 1 else ""
    return f"{_WORDS[following]}{of}"


def _totals(recipe: Recipe) -> dict[str, int]:
    return {
        "prior": recipe.prior_num_inference_steps,
        "decoder": recipe.num_inference_steps,
        "super_res": recipe.super_res_num_inference_steps,
    }


def _share(stage: Stage | None, recipe: Recipe) -> float:
    """Finished part of the work, 0 to 1."""
    if stage is None:
        return 0.02
    totals = _totals(recipe)
    before = sum(_COST[name] * totals[name] for name in STAGES[: STAGES.index(stage.name)])
    return (before + _COST[stage.name] * stage.step) / sum(_COST[name] * totals[name] for name in STAGES)


def _data_url(image: Image.Image) -> str:
    file = io.BytesIO()
    image.save(file, format="PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
