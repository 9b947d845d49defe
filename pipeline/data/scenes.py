"""Cut-outs -> captioned scenes whose every stated fact (thing, style, colour, count, place, background) is true.

What a caption leaves unsaid is drawn from the defaults that people expect: a white or light ground, one centred thing.
"""

import random
from dataclasses import dataclass

import numpy as np
from PIL import Image

from pipeline.data.captions import scene_caption
from pipeline.data.cutouts import Cutout, CutoutSet
from pipeline.language.english import NUMBER_WORDS, plural, with_article
from pipeline.language.styles import BACKGROUNDS
from pipeline.language.wording import CORNERS, UNSAID_BACKGROUNDS, app_caption

__all__ = ["BACKGROUNDS", "MORE_GROUNDS", "Portrait", "ComposedPicture", "SceneComposer"]

# Grounds that people name beside these; the prior learns them too. Values near the CSS colours of these names.
MORE_GROUNDS = {
    "gray": "#9a9a9a",
    "cream": "#fff6dd",
    "ivory": "#fffff0",
    "peach": "#ffd0b0",
    "coral": "#ff7f50",
    "salmon": "#fa8072",
    "crimson": "#c2183c",
    "maroon": "#6e1423",
    "gold": "#f5c518",
    "lime green": "#6fd53c",
    "light green": "#b5e6a2",
    "dark green": "#1e5631",
    "olive": "#7d7d2a",
    "turquoise": "#40d3c8",
    "cyan": "#38d6f0",
    "sky blue": "#87ceeb",
    "pale blue": "#cfe6fa",
    "dark blue": "#16327a",
    "royal blue": "#3a5fd9",
    "indigo": "#43308f",
    "violet": "#9a5fe0",
    "light purple": "#cdb4f0",
    "magenta": "#e0389a",
    "hot pink": "#ff5fae",
    "light pink": "#ffd3e1",
    "light yellow": "#fff3a8",
    "tan": "#d2b48c",
    "dark brown": "#4a2c17",
    "silver": "#c8ccd0",
    "charcoal": "#33373d",
}

# What people say for a style whose proper name they have not read.
PLAIN_STYLE_WORDS = {
    "3d render": ("3d", "3d emoji", "3d model", "glossy 3d"),
    "gradient vector": ("gradient", "vector with gradients", "smooth vector art"),
    "flat geometric": ("flat design", "minimal flat", "flat minimalist icon"),
    "cartoon emoji": ("cartoon", "cartoon illustration", "cartoonish emoji"),
    "flat sticker": ("sticker", "simple sticker", "flat emoji sticker"),
    "blob emoji": ("blob", "blobby emoji", "gumdrop emoji"),
    "bold flat emoji": ("bold flat", "bold emoji", "bright flat emoji"),
    "muted flat illustration": ("muted flat", "muted illustration", "soft flat illustration"),
    "tiny pixel art": ("pixel art", "pixelated", "8-bit", "pixel"),
    "black and white glyph": ("line art", "black line art", "glyph"),
    "outlined cartoon emoji": ("outlined cartoon", "comic", "cartoon with outlines"),
    "colorful outlined icon": ("outlined icon", "line icon", "colored outline icon"),
    "hand-drawn sketch icon": ("sketch", "hand-drawn", "doodle", "hand drawn sketch"),
    "32x32 pixel art sprite": ("sprite", "game sprite", "fantasy pixel art"),
}
# Grounds on which a thing of the first colour would vanish.
_CLASHES = {("black", "navy blue"), ("black", "dark gray"), ("white", "light gray"), ("orange", "yellow"),
            ("yellow", "orange"), ("gray", "dark gray"), ("brown", "dark gray"), ("light blue", "blue")}  # fmt: skip
_COLOUR_WORDS = (
    "red",
    "orange",
    "yellow",
    "green",
    "blue",
    "purple",
    "pink",
    "brown",
    "black",
    "white",
    "gray",
    "light blue",
)

# Layouts in units of the picture's side: centres, and the side of the box each thing fits into.
COUNT_LAYOUTS = {
    2: ([(0.28, 0.5), (0.72, 0.5)], 0.39, "side by side"),
    3: ([(0.2, 0.5), (0.5, 0.5), (0.8, 0.5)], 0.275, "in a row"),
    4: ([(0.28, 0.28), (0.72, 0.28), (0.28, 0.72), (0.72, 0.72)], 0.385, "in a two by two grid"),
    5: ([(0.25, 0.25), (0.75, 0.25), (0.5, 0.5), (0.25, 0.75), (0.75, 0.75)], 0.245, ""),
    6: ([(x, y) for y in (0.31, 0.69) for x in (0.2, 0.5, 0.8)], 0.275, "in two rows"),
}
USUAL_SIZE = (0.7, 0.82)  # of the picture's side: a thing whose size nobody asked for
USUAL_SHIFT = 0.02  # of the picture's side, off the middle at most
TELLING_CONCEPTS = 3  # a keyword that at most so many concepts have may be said in place of a name


@dataclass(frozen=True)
class ComposedPicture:
    """A composed picture with the facts it shows."""

    image: np.ndarray  # uint8 (size, size, 3)
    caption: str
    concepts: tuple[str, ...]
    source: str
    background: str
    layout: str  # single, count, left-right, above-below, picture
    count: int = 1


@dataclass(frozen=True)
class Portrait:
    """One thing before a plain ground, described but not drawn: what the stages up to the decoder learn from."""

    cutout: Cutout
    caption: str
    ground: str  # "#rrggbb"
    place: tuple[float, float, float]  # centre (x, y) and side of the box that the thing fills, of the picture's side


class SceneComposer:
    """Draws captioned scenes from a ``CutoutSet``, balanced by concept and weighted by source.

    Args:
        cutouts: the records and their pixels.
        size: side of the scenes in pixels.
        source_weights: relative weight of each source; sources that are not named are left out. None: all alike.
        layout_weights: relative weight of single, count and pair scenes.
        app_wording: share of the portraits whose captions are in the app's own words; the others say it the many ways
            that people do.
    """

    def __init__(
        self,
        cutouts: CutoutSet,
        size: int,
        *,
        source_weights: dict[str, float] | None = None,
        layout_weights: tuple[float, float, float] = (0.86, 0.06, 0.08),
        app_wording: float = 0.0,
    ):
        self.cutouts, self.size, self.layout_weights = cutouts, size, layout_weights
        self.app_wording = app_wording
        weights = source_weights or {source: 1.0 for source in cutouts.by_source}
        missing = sorted(set(weights) - set(cutouts.by_source))
        if missing:
            raise ValueError(f"`source_weights` names {missing}, expected some of {sorted(cutouts.by_source)}.")
        self.sources, self.weights = list(weights), list(weights.values())
        carriers: dict[str, set[str]] = {}
        for source in self.sources:
            for cutout in cutouts.by_source[source]:
                for keyword in cutout.keywords:
                    carriers.setdefault(keyword, set()).add(cutout.concept)
        # Keywords of few concepts can stand for the thing; those of many ("face", "food") only stand beside it.
        self.telling = {keyword for keyword, concepts in carriers.items() if len(concepts) <= TELLING_CONCEPTS}
        self.concepts = {}  # source -> concept -> its rows
        for source in self.sources:
            concepts: dict[str, list[Cutout]] = {}
            for cutout in cutouts.by_source[source]:
                concepts.setdefault(cutout.concept, []).append(cutout)
            self.concepts[source] = [
                ([row for row in rows if not row.is_tone_variant] or rows, rows) for rows in concepts.values()
            ]

    def sample(self, rng: random.Random) -> Cutout:
        """One row: a source by weight, a concept evenly, then the plain row more often than its tone variants."""
        return self._sample_from(rng.choices(self.sources, self.weights)[0], rng)

    def _sample_from(self, source: str, rng: random.Random) -> Cutout:
        plain, rows = rng.choice(self.concepts[source])
        return rng.choice(plain if rng.random() < 0.7 else rows)

    def compose(self, rng: random.Random, cutout: Cutout | None = None) -> ComposedPicture:
        """One scene around ``cutout`` (drawn if None). A function of ``rng`` alone."""
        cutout = cutout or self.sample(rng)
        if cutout.opaque:
            return self._whole_picture(cutout)
        layout = rng.choices(("single", "count", "pair"), self.layout_weights)[0]
        style = self._style(cutout, rng) if rng.random() < 0.9 else None
        is_named = rng.random() < 0.85
        colour = self._background(cutout, is_named, rng)
        canvas = Image.new("RGB", (self.size, self.size), BACKGROUNDS[colour])
        concepts, count = (cutout.concept,), 1
        if layout == "single":
            subject, place = self._single(cutout, rng)
            self._put(canvas, cutout, place[:2], place[2])
        elif layout == "count":
            count = rng.choices((2, 3, 4, 5, 6), (5, 5, 4, 1, 1))[0]
            subject = self._draw_count(canvas, cutout, count, rng)
        else:
            other = self._sample_from(cutout.source, rng)
            while other.colour == colour or (other.colour, colour) in _CLASHES:
                other = self._sample_from(cutout.source, rng)
            layout, subject = self._draw_pair(canvas, cutout, other, rng)
            concepts = (cutout.concept, other.concept)
        caption = self._caption(
            subject, style, colour if is_named else None, cutout if layout == "single" else None, rng
        )
        return ComposedPicture(np.asarray(canvas), caption, concepts, cutout.source, colour, layout, count)

    def portray(self, rng: random.Random, cutout: Cutout | None = None) -> Portrait:
        """``cutout`` (drawn if None) as one thing in a picture. A function of ``rng`` alone."""
        cutout = cutout or self.sample(rng)
        if cutout.opaque:
            return Portrait(cutout, cutout.text, BACKGROUNDS["white"], (0.5, 0.5, 1.0))
        if rng.random() < self.app_wording:
            return self._in_app_words(cutout, rng)
        style = self._style(cutout, rng) if rng.random() < 0.9 else None
        is_named = rng.random() < 0.85
        if is_named and rng.random() < 0.25:
            colour, ground = rng.choice(list(MORE_GROUNDS.items()))
        else:
            names, weights = self._grounds(is_named)
            colour = rng.choices(names, weights)[0]
            ground = BACKGROUNDS[colour]
        subject, place = self._single(cutout, rng)
        return Portrait(
            cutout, self._caption(subject, style, colour if is_named else None, cutout, rng), ground, place
        )

    def picture(self, portrait: Portrait) -> Image.Image:
        """What a portrait describes, RGB."""
        canvas = Image.new("RGB", (self.size, self.size), portrait.ground)
        self._put(canvas, portrait.cutout, portrait.place[:2], portrait.place[2])
        return canvas

    def _in_app_words(self, cutout: Cutout, rng: random.Random) -> Portrait:
        """Thing and style alone: ground, size and place need no words, a prompt's reader writes them into the pose."""
        name = self._coloured(cutout, rng)
        caption = app_caption(with_article(name), cutout.styles[0] if cutout.styles else None)
        ground = rng.choices(list(UNSAID_BACKGROUNDS), list(UNSAID_BACKGROUNDS.values()))[0]
        return Portrait(cutout, caption, BACKGROUNDS[ground], self._usual_place(rng))

    @staticmethod
    def _usual_place(rng: random.Random) -> tuple[float, float, float]:
        x, y = (0.5 + rng.uniform(-USUAL_SHIFT, USUAL_SHIFT) for _ in range(2))
        return x, y, rng.uniform(*USUAL_SIZE)

    @staticmethod
    def _caption(subject: str, style: str | None, colour: str | None, alone: Cutout | None, rng: random.Random) -> str:
        """The sentence; with keywords behind it now and then where ``alone`` is all that is shown."""
        caption = scene_caption(subject, style, colour, rng)
        if alone is not None and alone.keywords and rng.random() < 0.12:
            caption += ", " + ", ".join(rng.sample(alone.keywords, min(len(alone.keywords), rng.randint(1, 3))))
        return caption[0].upper() + caption[1:] if rng.random() < 0.5 else caption

    def _whole_picture(self, cutout: Cutout) -> ComposedPicture:
        image = Image.fromarray(np.asarray(self.cutouts.pixels[cutout.index])).convert("RGB")
        image = image.resize((self.size, self.size), Image.Resampling.LANCZOS)
        return ComposedPicture(np.asarray(image), cutout.text, (cutout.concept,), cutout.source, "", "picture")

    @staticmethod
    def _grounds(is_named: bool) -> tuple[list[str], list[float]]:
        if is_named:
            return list(BACKGROUNDS), [4] + [1] * (len(BACKGROUNDS) - 1)
        return list(UNSAID_BACKGROUNDS), list(UNSAID_BACKGROUNDS.values())

    def _background(self, cutout: Cutout, is_named: bool, rng: random.Random) -> str:
        names, weights = self._grounds(is_named)
        while True:
            name = rng.choices(names, weights)[0]
            if name != cutout.colour and (cutout.colour, name) not in _CLASHES:
                return name

    def _style(self, cutout: Cutout, rng: random.Random) -> str | None:
        """The style's first name half of the time: the app says it. Else another of its names, or a plain word."""
        if not cutout.styles:
            return None
        if rng.random() < 0.5:
            return cutout.styles[0]
        return rng.choice((*cutout.styles[1:], *PLAIN_STYLE_WORDS.get(cutout.styles[0], ())) or cutout.styles)

    def _name(self, cutout: Cutout, rng: random.Random) -> str:
        """The phrase, sometimes an alias or a telling keyword, sometimes with the colour that dominates it."""
        draw = rng.random()
        if cutout.aliases and draw < 0.15:
            return rng.choice(cutout.aliases)
        if draw > 0.82 and (telling := [word for word in cutout.keywords if word in self.telling]):
            return rng.choice(telling)
        return self._coloured(cutout, rng)

    @staticmethod
    def _coloured(cutout: Cutout, rng: random.Random) -> str:
        """The phrase, sometimes with the colour that dominates the thing."""
        name = cutout.phrase
        says_colour = any(word in name.lower().split() for word in _COLOUR_WORDS)
        if cutout.colour and not says_colour and cutout.group not in ("people-body", "smileys-emotion", "flags"):
            if rng.random() < 0.2:
                return f"{cutout.colour} {name}"
        return name

    def _put(self, canvas: Image.Image, cutout: Cutout, centre: tuple[float, float], side: float) -> None:
        """Paste the cut-out's alpha box, scaled so that its longer side is ``side`` (fraction of the canvas)."""
        picture = Image.fromarray(np.asarray(self.cutouts.pixels[cutout.index]), "RGBA")
        box = picture.getchannel("A").getbbox()
        if box is None:
            return
        scale = side * self.size / max(box[2] - box[0], box[3] - box[1])
        size = [max(1, round((box[2] - box[0]) * scale)), max(1, round((box[3] - box[1]) * scale))]
        picture = picture.resize(size, Image.Resampling.LANCZOS, box=box)
        corner = (round(centre[0] * self.size - size[0] / 2), round(centre[1] * self.size - size[1] / 2))
        canvas.paste(picture, corner, picture)

    def _single(self, cutout: Cutout, rng: random.Random) -> tuple[str, tuple[float, float, float]]:
        """What one thing alone is called, and its place: centre and side."""
        name, draw = self._name(cutout, rng), rng.random()
        shift = [rng.uniform(-USUAL_SHIFT, USUAL_SHIFT) for _ in range(2)]
        middle = 0.5 + shift[0], 0.5 + shift[1]
        if draw < 0.86:
            return with_article(name) if rng.random() < 0.8 else name, (*middle, rng.uniform(*USUAL_SIZE))
        if draw < 0.9:
            return with_article(f"large {name}"), (0.5, 0.5, rng.uniform(0.92, 0.98))
        if draw < 0.94:
            return with_article(f"small {name}"), (*middle, rng.uniform(0.36, 0.42))
        place = rng.choice(list(CORNERS))
        return f"{with_article(f'small {name}')} {place}", (*CORNERS[place], rng.uniform(0.36, 0.42))

    def _draw_count(self, canvas: Image.Image, cutout: Cutout, count: int, rng: random.Random) -> str:
        centres, side, arrangement = COUNT_LAYOUTS[count]
        for centre in centres:
            self._put(canvas, cutout, centre, side)
        arrangement = f" {arrangement}" if arrangement and rng.random() < 0.4 else ""
        number = rng.choice(
            (NUMBER_WORDS[count], NUMBER_WORDS[count], str(count), f"a group of {NUMBER_WORDS[count]}")
        )
        number = "a pair of" if count == 2 and rng.random() < 0.15 else number
        return f"{number} {plural(self._name(cutout, rng))}{arrangement}"

    def _draw_pair(self, canvas: Image.Image, first: Cutout, second: Cutout, rng: random.Random) -> tuple[str, str]:
        a, b = with_article(self._name(first, rng)), with_article(self._name(second, rng))
        if rng.random() < 0.6:
            self._put(canvas, first, (0.28, 0.5), 0.42)
            self._put(canvas, second, (0.72, 0.5), 0.42)
            wordings = (
                f"{a} on the left and {b} on the right",
                f"{a} to the left of {b}",
                f"{b} to the right of {a}",
                f"{a} next to {b}",
                f"{a} beside {b}",
                f"{a} and {b} side by side",
                f"{a} and, right of it, {b}",
                f"{b} on the right side, {a} on the left side",
                f"left: {a}, right: {b}",
            )
            return "left-right", rng.choice(wordings)
        self._put(canvas, first, (0.5, 0.28), 0.42)
        self._put(canvas, second, (0.5, 0.72), 0.42)
        wordings = (
            f"{a} above {b}",
            f"{b} below {a}",
            f"{a} on top and {b} at the bottom",
            f"{a} over {b}",
            f"{b} beneath {a}",
            f"{b} underneath {a}",
            f"{b} under {a}",
            f"top: {a}, bottom: {b}",
        )
        return "above-below", rng.choice(wordings)
