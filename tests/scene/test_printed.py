"""Prints on things. Example run: python -m pytest tests/scene/test_printed.py"""

import torch

from pipeline.scene.layout import layout
from pipeline.scene.printed import is_printed
from pipeline.scene.record import Relation, Scene, Thing
from pipeline.scene.shape import Shape

WHOLE = torch.ones(4, 64, 64)


def shape(name: str) -> Shape:
    return Shape(torch.ones(64, 64), name)


def test_a_symbol_is_printed_on_what_has_a_front_and_nothing_else_is():
    assert is_printed(shape("red heart"), shape("t-shirt"))
    assert not is_printed(shape("cat"), shape("t-shirt")) and not is_printed(shape("star"), shape("table"))


def test_a_print_is_in_the_middle_and_something_else_on_the_edge():
    for name, low, high in (("red heart", 0.35, 0.65), ("cat", -1.0, 0.3)):
        scene = Scene(things=(Thing("mug", "mug"), Thing("a", name, relation=Relation("on", "mug"))))
        places, ids = layout(scene, torch.stack([WHOLE, WHOLE]))
        mug, own = (places[ids.index(id)] for id in ("mug", "a"))
        assert low < (own.y - mug.y) / mug.side + 0.5 < high and own.side < mug.side
