"""What the next picture is compared with: one that was shared by a link, or a file that was brought along."""

from dataclasses import dataclass, replace

from pipeline.recipe import Recipe
from pipeline.serve.limits import Limits
from pipeline.serve.render import Rendered, Verdict, compare
from pipeline.serve.uploads import open_picture
from pipeline.ui.words import Words

__all__ = ["Expected", "verdict_on"]


@dataclass(frozen=True)
class Expected:
    """An earlier picture's pixel hash, or its file; it counts where the recipe is this one."""

    recipe: Recipe
    pixels_hash: str | None = None
    path: str | None = None
    fresh: bool = False  # draw it anew, though the store may have it


def verdict_on(rendered: Rendered, against: Expected | None, limits: Limits, words: Words) -> Verdict | None:
    """How the picture compares with the one that was shared, if one was."""
    here = {"model": rendered.recipe.model, "weights_hash": rendered.recipe.weights_hash}
    if against is None or replace(against.recipe, **here) != rendered.recipe:
        return None
    if against.path is not None:
        verdict = compare(rendered.image, open_picture(against.path, limits))
    elif against.pixels_hash:
        verdict = compare(rendered.image, against.pixels_hash)
    else:
        return None
    theirs, ours = against.recipe.weights_hash, rendered.recipe.weights_hash
    sentence = words.message(verdict.sentence)
    if verdict.result == "differs" and theirs and theirs != ours:
        sentence += " " + words("verdict.other_weights", theirs=theirs, ours=ours or words("verdict.unknown"))
    return replace(verdict, sentence=sentence)
