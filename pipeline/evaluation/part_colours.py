"""Colours of parts: "a house with a blue roof".

A picture is right if the thing is still itself, the part's colour covers more of it than in the same seed's drawing
without these words, and the rest of the thing kept its colours. That the changed place is the roof, pixels do not
tell: look at the sheet.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from pipeline.evaluation.foreground import segment
from pipeline.evaluation.judge import CutoutJudge
from pipeline.evaluation.parts import colour_shares
from pipeline.language.english import with_article

__all__ = ["PART_PROMPTS", "PartPrompt", "judge_part"]

MORE = 0.03  # of the thing: how much more of it the part's colour covers
LARGEST = 0.75  # of the thing: a change of more than that is no part's
CHANGED = 24  # grey levels from which a pixel counts as changed


@dataclass(frozen=True)
class PartPrompt:
    """A thing, one of its parts, and that part's colour; ``whole`` is the colour of the rest, where one is said."""

    thing: str
    part: str
    colour: str
    whole: str = ""

    @property
    def plain(self) -> str:
        """The prompt without the part."""
        return f"{with_article(f'{self.whole} {self.thing}'.strip())}, flat sticker"

    @property
    def text(self) -> str:
        thing, part = f"{self.whole} {self.thing}".strip(), f"{self.colour} {self.part}"
        many = self.part.endswith("s")
        return f"{with_article(thing)} with {part if many else with_article(part)}, flat sticker"


_PARTS = """
house roof blue|house door red|house roof green|house windows yellow|castle roof red|castle flag blue|barn roof blue
church roof blue|hut roof green|lighthouse stripes blue|car wheels yellow|car windows pink|car roof white
truck wheels red|bus wheels blue|bus windows yellow|bicycle wheels red|bicycle frame green|train wheels red
airplane wings red|airplane tail blue|rocket fins blue|rocket window green|boat sail red|boat hull blue
sailboat sails yellow|helicopter rotor red|tractor wheels green|flower petals blue|flower stem purple|flower center red
tree trunk red|tree leaves pink|tree leaves orange|mushroom cap blue|mushroom stem brown|rose leaves yellow
sunflower petals purple|tulip leaves blue|cat paws white black|cat ears pink black|cat tail orange white
dog ears brown white|dog nose pink|bird wings red blue|bird beak blue|parrot wings yellow|duck beak red|fish fins red
fish tail yellow blue|butterfly wings green|bee stripes red|ladybug spots white|fox tail blue|horse mane blonde brown
rabbit ears blue white|umbrella handle red|guitar neck red|guitar body green|lamp shade blue
""".replace("blonde", "yellow")
PART_PROMPTS = tuple(PartPrompt(*words.split()) for line in _PARTS.split("\n") for words in line.split("|") if words)


def judge_part(judge: CutoutJudge, asked: PartPrompt, image: Image.Image, plain: Image.Image) -> dict:
    """One row: whether the part has its colour, and why not."""
    thing = judge.judge(image).names(judge.accepted(asked.thing), judge.top, by_shape=True)
    before, after = (_colours(one, asked.colour) for one in (plain, image))
    changed = _changed(image, plain)
    right = thing and after - before > MORE and changed < LARGEST
    why = "" if right else "another thing" if not thing else "all of it" if changed >= LARGEST else "colour not there"
    return {
        "kind": "part and whole" if asked.whole else "part", "prompt": asked.text, "right": right, "why": why,
        "before": round(before, 3), "after": round(after, 3), "changed": round(changed, 3),
    }  # fmt: skip


def _colours(image: Image.Image, colour: str) -> float:
    mask = segment(image).mask()
    return colour_shares(np.asarray(image.convert("RGB"), dtype=np.float32)[mask]).get(colour, 0.0)


def _changed(image: Image.Image, plain: Image.Image) -> float:
    """Share of the thing that has other colours than in the other drawing."""
    mask = segment(image).mask() | segment(plain).mask()
    a, b = (np.asarray(one.convert("RGB"), dtype=np.float32) for one in (image, plain))
    return float((np.abs(a - b).max(-1) > CHANGED)[mask].mean()) if mask.any() else 0.0
