"""Words for composed scenes: the sentence that states exactly what a scene shows."""

import random

from pipeline.language.english import article

__all__ = ["scene_caption"]


def scene_caption(subject: str, style: str | None, background: str | None, rng: random.Random) -> str:
    """One or two sentences out of parts that are all true; ``None`` leaves a part unsaid.

    ``subject`` comes with its article and place ("an owl in the top left corner", "two owls side by side"). Four in
    ten are in the app's own order and words; the others are worded the many ways in which people ask.
    """
    if rng.random() < 0.4:
        ground = rng.choice(_GROUNDS[:2]).format(article(background), background) if background else None
        return ", ".join(part for part in (subject, style, ground) if part)
    caption = rng.choice(_REQUESTS).format(subject) if rng.random() < 0.5 else subject
    if style and rng.random() < 0.2:  # the style first: "a pixel art of an owl", "pixel art: an owl"
        caption = rng.choice(("{0} of {1}", "{0}, {1}", "{0}: {1}", "{2} {0} of {1}")).format(
            style, subject, article(style)
        )
        style = None
    clauses = [rng.choice(_STYLES).format(style, article(style))] if style else []
    if background:
        clauses.append(rng.choice(_GROUNDS).format(article(background), background))
    rng.shuffle(clauses)
    for clause in clauses:
        caption += rng.choice((", ", ", ", " ", ". ", "; ")) + clause
    return caption + "." if rng.random() < 0.15 else caption


# How people ask. Composed freely, these give none of the sentences that the evaluation asks in.
_REQUESTS = (
    "a picture of {0}", "picture of {0}", "an image of {0}", "image of {0}", "an illustration of {0}", "draw {0}",
    "draw me {0}", "make {0}", "create {0}", "generate {0}", "show {0}", "I want {0}", "I would like {0}",
    "can you draw {0}", "could you make {0}", "{0} please", "just {0}", "an icon of {0}", "icon: {0}",
    "an emoji of {0}", "a drawing of {0}", "a graphic of {0}", "clip art of {0}", "there is {0}", "here we see {0}",
    "the scene shows {0}", "nice {0}", "only {0}", "one image with {0}",
)  # fmt: skip
_STYLES = (
    "{0}", "{0}", "{0} style", "in {0} style", "in the style of {1} {0}", "as {1} {0}", "as {0}", "drawn as {1} {0}",
    "rendered as {0}", "made as {0}", "({0})", "done in {0}", "style: {0}", "the style is {0}", "looking like {1} {0}",
    "with {1} {0} look", "{0} look", "use {0}",
)  # fmt: skip
_GROUNDS = (
    "on {0} {1} background", "{1} background", "against a plain {1} background", "on {1}", "on solid {1}",
    "on plain {1}", "against {1}", "over {0} {1} background", "with {0} {1} background", "with {0} {1} backdrop",
    "{1} backdrop", "in front of {0} {1} background", "in front of {1}", "the background is {1}",
    "the background should be {1}", "background {1}", "background: {1}", "{1} behind it", "with {1} behind",
    "everything around it {1}", "{1} ground", "surrounded by {1}", "before {0} {1} wall", "make the background {1}",
    "all {1} around it",
)  # fmt: skip
