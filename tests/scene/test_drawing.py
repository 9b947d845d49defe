"""Example run: python -m pytest tests/scene/test_drawing.py"""

import pytest
import torch

from pipeline.models.prior import NOISE_DIM
from pipeline.scene.drawing import (
    CHOICES,
    Bend,
    Palette,
    _options,
    _unframed,
    choose_drawing,
    choose_form,
    choose_palette,
    even,
    is_mirrored,
)
from tests.tiny import tiny_prior


def noise(seed: int) -> torch.Tensor:
    return torch.randn(NOISE_DIM, generator=torch.Generator().manual_seed(seed))


def test_normal_numbers_become_even_chances():
    chances = torch.tensor(even(torch.randn(20_000, generator=torch.Generator().manual_seed(0))))
    assert chances.min() >= 0 and chances.max() <= 1
    assert torch.histc(chances, 10, 0, 1).div(len(chances)).sub(0.1).abs().max() < 0.01


def test_without_variety_every_seed_takes_the_drawing_as_it_is():
    drawings = {choose_drawing(tiny_prior(), "cat", "3d render", noise(seed), variety=0.0) for seed in range(5)}
    (drawing,) = drawings
    assert (drawing.drawing, drawing.rendering, drawing.style) == (0, "3d render", "3d render")
    assert drawing.form == Bend() and drawing.palette == Palette()


def test_another_artists_drawing_is_shown_in_the_asked_style():
    drawings = [choose_drawing(tiny_prior(), "cat", "3d render", noise(seed), variety=1.0) for seed in range(20)]
    assert {drawing.drawing for drawing in drawings} == {0, 1}
    assert {drawing.style for drawing in drawings} == {"3d render"}
    assert {drawing.rendering for drawing in drawings if drawing.drawing == 1} == {"flat sticker"}


def test_neighbouring_seeds_choose_evenly():
    """The first normal numbers of neighbouring seeds are alike: choices must not hang on these."""
    first = [choose_drawing(tiny_prior(), "cat", "3d render", noise(seed), variety=1.0).drawing for seed in range(200)]
    assert 0.28 < sum(first) / 200 < 0.48  # the other artist's drawing has 0.6 of 1.6


def test_a_little_turn_of_the_noise_changes_a_little():
    one, other = noise(1), noise(2)
    near = choose_drawing(tiny_prior(), "apple", "3d render", one + 0.05 * other, variety=1.0).form
    start = choose_drawing(tiny_prior(), "apple", "3d render", one, variety=1.0).form
    assert start != near and abs(start.stretch - near.stretch) < 0.05


def test_what_was_never_taught_has_no_drawing():
    assert choose_drawing(tiny_prior(), "griffin", None, noise(0), variety=0.5) is None


@pytest.mark.parametrize("phrase", ["right arrow", "one o’clock", "flag: France", "letter a", "keycap: 7"])
def test_what_has_sides_or_letters_is_never_mirrored(phrase):
    assert not is_mirrored(phrase) and is_mirrored("fox")


def test_a_drawing_with_a_sea_of_its_own_is_taken_only_for_its_style_or_where_there_is_no_other():
    framed, free = (0, "muted flat illustration", ""), (1, "cartoon emoji", "")
    assert _unframed("sailboat", [framed, free], "3d render") == [free]
    assert _unframed("Sailboat", [framed, free], None) == [free]
    assert _unframed("sailboat", [framed, free], "muted flat illustration") == [framed, free]
    assert _unframed("sailboat", [framed], None) == [framed]
    assert _unframed("fox", [framed, free], None) == [framed, free]


@pytest.mark.parametrize("style", ["3d render", "flat sticker", "outlined cartoon emoji", None])
def test_an_outlined_drawing_is_taken_only_for_its_style_or_where_there_is_no_other(style):
    own, other, lined = (0, "3d render", ""), (1, "cartoon emoji", ""), (2, "outlined cartoon emoji", "")
    drawn = {drawing for (drawing, _), _ in _options([own, other, lined], style, variety=1.0)}
    assert drawn == ({2} if style == lined[1] else {0, 1})
    assert [drawing for (drawing, _), _ in _options([lined, (3, "solid glyph", "")], style, variety=1.0)] == [2]


def test_what_chooses_one_of_several_is_among_the_choices_and_what_bends_and_colours_is_not():
    noise = torch.zeros(NOISE_DIM)
    other = noise.clone()
    other[list(CHOICES)] = 3.0
    assert choose_form(other, 1.0, mirrored=False) == choose_form(noise, 1.0, mirrored=False)
    assert choose_palette(other, 1.0, 1.0) == choose_palette(noise, 1.0, 1.0)
    assert choose_form(other, 1.0, mirrored=True).mirror != choose_form(-other, 1.0, mirrored=True).mirror
