"""Which drawing a thing is planned as. Example run: python -m pytest tests/cascade/test_plan.py"""

import torch

from pipeline.cascade.plan import make_plan
from pipeline.models.prior import NOISE_DIM, DrawingPrior
from pipeline.scene.notes import Note
from pipeline.scene.parse import Parsed
from pipeline.scene.record import MAX_THINGS, Relation, Scene, Thing
from tests.tiny import EMBED_DIM, SEMANTIC_DIM


def prior_with_faces() -> DrawingPrior:
    prior = DrawingPrior(
        ["cat", "cat face", "robot", "robot face"], ["3d render"], num_drawings=4, num_cells=4, embed_dim=EMBED_DIM,
        semantic_dim=SEMANTIC_DIM, concept_dim=8, drawing_dim=8, rendering_dim=8, hidden_dim=32, num_layers=1,
    )  # fmt: skip
    prior.cells.copy_(torch.tensor([(0, 0, 0, 0), (1, 1, 0, 0), (2, 2, 0, 0), (3, 3, 0, 0)]))
    return prior


def concepts(*things: Thing) -> list[int]:
    noise = {"prior": torch.zeros(MAX_THINGS, NOISE_DIM)}
    plan = make_plan(Scene(things=things), None, noise, prior_with_faces(), variety=0.0)
    return [drawing.concept for drawing in plan.drawings if drawing is not None]


def test_an_expression_is_drawn_on_a_face_where_one_was_taught():
    assert concepts(Thing("cat", "cat", expression="happy")) == [1]
    assert concepts(Thing("cat", "cat")) == [0]
    assert concepts(Thing("robot", "robot", expression="happy")) == [2], "its face is a sign of programs"


def test_who_wears_something_keeps_its_body():
    cat, hat = Thing("cat", "cat", expression="happy"), Thing("hat", "robot", relation=Relation("worn by", "cat"))
    assert concepts(cat, hat) == [0, 2]


def test_what_only_drawing_told_is_told_once():
    fish = Thing("fish", "cat", expression="sad")
    noise = {"prior": torch.zeros(MAX_THINGS, NOISE_DIM)}
    plan = make_plan(Scene(things=(fish,)), Parsed(Scene(things=(fish,))), noise, prior_with_faces(), variety=0.0)
    assert plan.with_notes([]) is plan
    told = plan.with_notes([Note("expression", "sad", "a cat")] * 2).parsed
    assert (
        told is not None
        and told.sentence == "“sad” is not shown: this drawing of a cat has no face that could take it."
    )
