"""Several alike have one place. Example run: python -m pytest tests/scene/test_several.py"""

import pytest
import torch

from pipeline.scene.joints import joint
from pipeline.scene.shape import Shape


def block(name: str, left: float, top: float, right: float, bottom: float) -> Shape:
    alpha = torch.zeros(64, 64)
    alpha[round(64 * top) : round(64 * bottom), round(64 * left) : round(64 * right)] = 1
    return Shape(alpha, name)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_what_is_held_fits_side_by_side_and_stands_out(count):
    bowl, egg = block("bowl", 0.1, 0.4, 0.9, 0.9), block("egg", 0.2, 0.1, 0.8, 0.9)
    places = joint("in", egg, bowl, count)
    assert len(places) == count and len({(place.y, place.side, place.front_from) for place in places}) == 1
    edges = [place.x + place.side * (edge - 0.5) for place in places for edge in (egg.box[0], egg.box[2])]
    assert bowl.box[0] <= min(edges) and max(edges) <= bowl.box[2]
    top, bottom = (places[0].y + places[0].side * (edge - 0.5) for edge in (egg.box[1], egg.box[3]))
    rim = places[0].front_from
    assert rim is not None and top < rim < bottom and (rim - top) / (bottom - top) == pytest.approx(0.55, abs=0.01)


def test_several_in_a_row_are_beside_each_other_about_where_one_would_be():
    dog, ball = block("dog", 0.2, 0.2, 0.8, 0.9), block("ball", 0.3, 0.3, 0.7, 0.7)
    one, several = joint("next to", ball, dog)[0], joint("next to", ball, dog, 3)
    assert [place.x for place in several] == sorted(place.x for place in several)
    assert several[1].x == pytest.approx(one.x) and all(place.side < one.side for place in several)


def test_candles_stand_on_their_cake_and_flowers_lean_out_of_a_vase():
    cake, candle = block("cake", 0.2, 0.4, 0.8, 0.9), block("candle", 0.4, 0.1, 0.6, 0.9)
    places = joint("on", candle, cake, 5)
    edges = [place.x + place.side * (edge - 0.5) for place in places for edge in (candle.box[0], candle.box[2])]
    assert cake.box[0] <= min(edges) and max(edges) <= cake.box[2]
    vase, rose = block("vase", 0.4, 0.1, 0.6, 0.9), block("rose", 0.3, 0.1, 0.7, 0.9)
    places = joint("in", rose, vase, 3)
    assert max(place.x for place in places) > vase.box[2]
