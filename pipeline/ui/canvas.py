"""The large picture and the shelf of earlier ones: what their templates are given.

Every finished picture is served from the very file that the download hands out.
"""

import base64
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from PIL import Image

from pipeline.language.styles import BACKGROUNDS, STYLES
from pipeline.loading.capabilities import EASEL, Capabilities
from pipeline.recipe import STAGES, Recipe, Variation
from pipeline.scene.record import SCENERY
from pipeline.serve.drawn import Drawn
from pipeline.serve.edits import look_of, things_of
from pipeline.serve.examples import EXAMPLES, SAMPLES, Example
from pipeline.serve.render import Stage, Verdict
from pipeline.stages import STAGE_ROWS
from pipeline.ui.templates import render
from pipeline.ui.words import Words

__all__ = ["canvas_compared", "canvas_drawing", "canvas_empty", "canvas_finished", "canvas_series"]
__all__ += ["alt_of", "shares", "shelf", "status", "step_words", "thumbnails"]

# What a comparison names where two recipes differ: field -> key of its name.
_FIELDS = {
    "prompt": "form.prompt",
    "negative_prompt": "form.negative",
    "seed": "form.seed",
    "variations": "form.variations",
    **{row.steps: f"form.{row.name}_steps" for row in STAGE_ROWS},
    **{row.guidance: f"form.{row.name}_guidance" for row in STAGE_ROWS if row.guidance},
    "image_weights": "compare.weights",
    "fusion_type": "form.fusion",
    "similarity_strength": "form.similarity",
    "scheduler": "form.scheduler",
}
_PLAIN = {"num_inference_steps": "form.steps", "guidance_scale": "form.guidance"}  # of other models


def canvas_empty(words: Words, capabilities: Capabilities = EASEL) -> str:
    """The canvas before anything is drawn: the wall of examples, whose pictures `thumbnails` brings; of another model
    there are none."""
    if not capabilities.scenes:
        return render("canvas_plain", words)
    return render("canvas_empty", words, examples=EXAMPLES)


def canvas_series(kept: Sequence[Drawn], first: int, total: int, words: Words) -> str:
    """Several drawings of one prompt side by side, each a button that `click` reports as ``index``.

    Args:
        kept: the pictures of the visit.
        first: index of the first of the series.
        total: how many there will be.
    """
    named = [
        (first + number, drawn, words("shelf.picture", prompt=alt_of(drawn, words), seed=drawn.recipe.seed))
        for number, drawn in enumerate(kept[first:])
    ]
    return render("canvas_series", words, drawings=named, total=total)


def thumbnails(paths: Mapping[Example, Path]) -> str:
    """Rules that put the examples' pictures on the wall and on the style picker."""
    drawn = [[str(paths[one]) for one in each.members if one in paths] for each in EXAMPLES]
    examples = [(index, files) for index, files in enumerate(drawn) if len(files) == len(EXAMPLES[index].members)]
    styles = [(style, str(paths[each])) for style, each in SAMPLES.items() if each in paths]
    return render("thumbnails", Words(), examples=examples, styles=styles)


def canvas_drawing(
    stage: Stage | None,
    recipe: Recipe,
    words: Words,
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
    shown = None if preview is None else _data_url(preview)
    percent = round(100 * _share(stage, recipe, cost, stages))
    return render("canvas_drawing", words, preview=shown, prompt=recipe.prompt, percent=percent)


def canvas_finished(
    drawn: Drawn, words: Words, verdict: Verdict | None = None, *, ways: tuple[bool, bool] = (False, False)
) -> str:
    """A finished picture with what is known about it, and with what changes it.

    ways: whether there is something to undo, and to redo.
    """
    facts = [words("facts.seed", seed=drawn.recipe.seed), *_variation_words(drawn.recipe, words)]
    facts += [words("facts.id", id=drawn.recipe.id[:8]), words("facts.marked")]
    if len(drawn.image_weights) > 1:
        shares = ", ".join(f"{100 * weight:.0f} %" for weight in drawn.image_weights)
        facts.append(words("facts.references", shares=shares))
    things, look = things_of(drawn), look_of(drawn)
    editable = look is not None or drawn.changeable
    size = {"width": drawn.recipe.width, "height": drawn.recipe.height}
    if drawn.scene is not None:
        size = {"width": drawn.scene.width, "height": drawn.scene.height}
    return render(
        "canvas_finished",
        words,
        drawn=drawn,
        alt=alt_of(drawn, words),
        facts=facts,
        told=_told(drawn, words),
        verdict=verdict,
        things=[{**thing, "label": _where(thing, words)} for thing in things],
        editable=editable,
        scene=json.dumps({**size, "things": [{**thing, "label": thing["name"]} for thing in things]}),
        hits=_data_url(drawn.standing.hits) if drawn.standing is not None else "",
        styles=STYLES,
        colours=BACKGROUNDS,
        grounds=_grounds(words),
        look=look,
        ways=ways,
    )


def _told(drawn: Drawn, words: Words) -> list[tuple[str, str, tuple[str, ...]]]:
    """How the prompt was understood, in the visitor's language: a sentence, what was said, and what it may mean."""
    rest = [note for note in drawn.notes if note.kind != "left out"]
    told = [
        (words(f"note.{note.kind.replace(' ', '_')}", said=note.said, used=note.used), note.said, note.choices)
        for note in rest
    ]
    left_out = ", ".join(dict.fromkeys(f"“{note.said}”" for note in drawn.notes if note.kind == "left out"))
    return [*told, (words("note.left_out", said=left_out), "", ())] if left_out else told


def _grounds(words: Words) -> list[tuple[str, str]]:
    """What a picture may stand on: (value, label)."""
    plain = [(f"colour|{name}", name) for name in BACKGROUNDS]
    return [("transparent", words("form.transparent")), *plain, *((f"scene|{name}", name) for name in SCENERY)]


def _where(thing: dict, words: Words) -> str:
    """A thing and where it stands, for people who do not see it."""
    across = "left" if thing["x"] < 0.4 else "right" if thing["x"] > 0.6 else "centre"
    down = "top" if thing["y"] < 0.4 else "bottom" if thing["y"] > 0.6 else "middle"
    return words("edit.where", name=thing["name"], across=words(f"edit.{across}"), down=words(f"edit.{down}"))


def canvas_compared(one: Drawn, other: Drawn, words: Words) -> str:
    """Two finished pictures side by side, with what their recipes say differently; the keys stay with the first."""
    plain = _PLAIN if one.recipe.model != EASEL.model else {}
    rows = [
        (words(plain.get(name, key)), [_field(drawn.recipe, name, words) for drawn in (one, other)])
        for name, key in _FIELDS.items()
        if getattr(one.recipe, name) != getattr(other.recipe, name)
    ]
    pair = [(drawn, alt_of(drawn, words)) for drawn in (one, other)]
    return render("canvas_compared", words, pair=pair, rows=rows, identical=one.pixels_hash == other.pixels_hash)


def shares(drawn: Drawn, words: Words, without: Sequence[str | None] = ()) -> str:
    """How much each reference picture decided, as bars; `without` holds the files drawn with one left out, in order
    (None: nothing would be left to draw from)."""
    if len(drawn.image_weights) < 2:
        return ""
    return render("shares", words, weights=drawn.image_weights, without=list(without))


def shelf(pictures: list[Drawn], selected: int | None, words: Words, *, examples: bool = True) -> str:
    """The row of this session's pictures, newest first; each is a button that `click` reports as ``index``.

    Args:
        examples: whether a button goes back to the wall of examples.
    """
    named = [
        (drawn, words("shelf.picture", prompt=alt_of(drawn, words), seed=drawn.recipe.seed)) for drawn in pictures
    ]
    return render("shelf", words, pictures=named, selected=selected, examples=examples)


def status(text: str, kind: str = "", of: str = "") -> str:
    """One line about what is going on; ``kind`` is "", "good" or "bad", ``of`` counts pictures, " (2/3)"."""
    return render("status", Words(), text=text, kind=kind, of=of)


def alt_of(drawn: Drawn, words: Words) -> str:
    """A picture's alternative text: its prompt, where it has one."""
    return drawn.recipe.prompt or words("canvas.from_references")


def step_words(stage: Stage | None, recipe: Recipe, words: Words, stages: Sequence[str] = STAGES) -> str:
    """What is being done now, given the step that was finished last; `stages` as for `canvas_drawing`."""
    if stage is None:
        return words("status.reading")
    if not stages:
        return words("status.drawing", step=min(stage.step + 1, stage.num_steps), steps=stage.num_steps)
    if stage.step < stage.num_steps:
        return words(f"stage.{stage.name}_step", step=stage.step + 1, steps=stage.num_steps)
    if stage.name == stages[-1]:
        return words("status.marking")
    following = stages[stages.index(stage.name) + 1]
    total = _totals(recipe)[following]
    return words(f"stage.{following}_step", step=1, steps=total) if total > 1 else words(f"stage.{following}")


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


def _variation_words(recipe: Recipe, words: Words) -> list[str]:
    variations = [Variation.from_text(text) for text in recipe.variations]
    return [
        words(f"facts.anew_{v.stage}" if v.stage else "facts.anew")
        if v.strength == 1
        else words("facts.varied", percent=f"{100 * v.strength:.0f}")
        for v in variations
    ]


def _field(recipe: Recipe, name: str, words: Words) -> list[tuple[str, str]]:
    """Lines of a recipe's field: (text, note)."""
    value = getattr(recipe, name)
    if name == "variations":  # in words, and the seed that they turn to
        pairs = zip(_variation_words(recipe, words), value, strict=True)
        return [(text, turned.split(":")[0]) for text, turned in pairs]
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return [(text, "")] if text else []


def _data_url(image: Image.Image) -> str:
    file = io.BytesIO()
    image.save(file, format="PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
