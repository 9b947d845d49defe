"""Example run: python -m pytest tests/scene/test_parts.py"""

import torch

from pipeline.scene.parts import recolour_part


def house() -> torch.Tensor:
    """A layer (4, 64, 64): a red roof over a yellow wall with a brown door."""
    colours = torch.zeros(3, 64, 64)
    colours[:, 4:24, 8:56] = torch.tensor([0.85, 0.1, 0.1])[:, None, None]
    colours[:, 24:60, 8:56] = torch.tensor([0.95, 0.85, 0.5])[:, None, None]
    colours[:, 44:60, 26:38] = torch.tensor([0.4, 0.25, 0.1])[:, None, None]
    alpha = torch.zeros(1, 64, 64)
    alpha[:, 4:60, 8:56] = 1
    return 2 * torch.cat([colours, alpha]) - 1


BLUE = torch.tensor([0.1, 0.2, 0.9])


def is_blue(layer: torch.Tensor) -> torch.Tensor:
    return (layer[2] > 0.2) & (layer[0] < 0)


def test_the_roof_is_what_lies_on_top_and_the_rest_keeps_its_colours():
    painted = is_blue(recolour_part(house(), "roof", BLUE))
    assert painted[6:22, 12:52].float().mean() > 0.95
    assert painted[28:58, 12:22].float().mean() < 0.02 and painted[48:58, 28:36].float().mean() < 0.02


def test_the_door_is_what_lies_below():
    painted = is_blue(recolour_part(house(), "door", BLUE))
    assert painted[47:58, 28:36].float().mean() > 0.9 and painted[6:22].float().mean() < 0.02


def test_what_is_empty_stays_empty():
    empty = -torch.ones(4, 16, 16)
    assert torch.equal(recolour_part(empty, "roof", BLUE), empty)


def painted(layer: torch.Tensor, part: str, name: str) -> torch.Tensor:
    return is_blue(recolour_part(layer, part, BLUE, name))


def flower() -> torch.Tensor:
    """White petals around a yellow centre, on a green stem with a leaf."""
    layer = torch.zeros(4, 128, 128)
    line = torch.arange(128)
    radius = torch.hypot(line[None] - 64.0, line[:, None] - 44.0)
    for shape, colour in (
        (((line[None] - 64).abs() < 6) & (line[:, None] > 60) & (line[:, None] < 124), (0.2, 0.6, 0.2)),
        (radius < 40, (0.95, 0.95, 0.97)),
        (radius < 15, (0.95, 0.75, 0.1)),
    ):
        layer[:3, shape] = torch.tensor(colour)[:, None]
        layer[3, shape] = 1
    return 2 * layer - 1


def test_petals_centre_and_stem_are_three_parts():
    places = {"petals": (44, 92), "center": (44, 64), "stem": (110, 64)}
    for part in places:
        blue = painted(flower(), part, "flower")
        assert {own: bool(blue[place]) for own, place in places.items()} == {own: own == part for own in places}


def test_paws_are_the_lowest_part_of_one_piece():
    cat = -torch.ones(4, 64, 64)
    cat[:3, 8:60, 10:54], cat[3, 8:60, 10:54] = -0.8, 1
    blue = painted(cat, "paws", "cat")
    assert blue[57:60, 14:50].float().mean() > 0.9 and not blue[:48].any()


def test_a_tail_is_thin_and_away_from_the_head():
    cat = -torch.ones(4, 128, 128)
    for rows, columns in (
        (slice(40, 110), slice(30, 90)),
        (slice(14, 64), slice(14, 62)),
        (slice(40, 50), slice(88, 122)),
    ):
        cat[:3, rows, columns], cat[3, rows, columns] = -0.8, 1
    blue = painted(cat, "tail", "cat")
    assert blue[42:48, 100:120].float().mean() > 0.9 and blue[60:100, 36:84].float().mean() < 0.02


def test_the_roof_of_a_car_is_not_that_of_a_house():
    car = house()
    assert painted(car, "roof", "car")[5:12].any() and not painted(car, "roof", "car")[18:].any()
    assert painted(house(), "roof", "house")[18:22, 12:52].all()


def test_light_and_shade_stay():
    layer = house()
    layer[:3, 4:14] *= 0.8
    blue = recolour_part(layer, "roof", BLUE, "house")
    assert float(blue[2, 8, 30]) != float(blue[2, 20, 30])


def test_an_unknown_part_takes_the_second_largest_piece():
    blue = painted(house(), "thingummy", "house")
    assert blue[6:22, 12:52].float().mean() > 0.95 and not blue[26:42, 12:52].any()


def blocks(*rows) -> torch.Tensor:
    """A layer (4, 128, 128) of boxes (top, left, bottom, right, colour), the later ones in front."""
    layer = torch.zeros(4, 128, 128)
    for top, left, bottom, right, colour in rows:
        layer[:3, top:bottom, left:right] = torch.tensor(colour)[:, None, None]
        layer[3, top:bottom, left:right] = 1
    return 2 * layer - 1


SKIN = (0.98, 0.8, 0.2)


def test_a_beard_is_painted_and_who_has_none_keeps_the_colour_of_the_face():
    face = (10, 20, 118, 108, SKIN), (10, 20, 34, 108, (0.5, 0.3, 0.15))
    bearded = painted(blocks(*face, (76, 40, 112, 88, (0.9, 0.9, 0.92))), "beard", "man mage")
    assert bearded[80:108, 44:84].float().mean() > 0.95 and not bearded[40:70].any()
    assert not painted(blocks(*face), "beard", "man").any()


def test_the_windows_of_a_bus_are_a_strip_or_panes_and_never_its_skirt():
    body = (20, 4, 100, 124, (0.75, 0.75, 0.78)), (84, 4, 96, 124, (0.4, 0.44, 0.5))
    strip = painted(blocks(*body, (30, 10, 54, 118, (0.3, 0.7, 0.95))), "windows", "bus")
    assert strip[34:50, 14:114].all() and not strip[60:98].any()
    panes = [(30, left, 54, left + 20, (0.12, 0.12, 0.15)) for left in (12, 40, 68, 96)]
    dark = painted(blocks(*body, *panes), "windows", "bus")
    assert dark[34:50, 16:28].all() and not dark[60:98].any()


def portrait() -> torch.Tensor:
    """A layer (4, 128, 128): brown hair over and beside a yellow face with dark eyes."""
    layer = torch.zeros(4, 128, 128)
    line = torch.arange(128)
    head = torch.hypot(line[None] - 64.0, line[:, None] - 64.0) < 56
    face = torch.hypot((line[None] - 64.0) / 0.75, line[:, None] - 76.0) < 44
    eyes = ((line[None] - 64).abs() - 16).abs() < 4
    for shape, colour in (
        (head, (0.45, 0.25, 0.1)),
        (face, (0.98, 0.8, 0.35)),
        (eyes & ((line[:, None] - 72).abs() < 4), (0.1, 0.1, 0.1)),
    ):
        layer[:3, shape] = torch.tensor(colour)[:, None]
        layer[3, shape] = 1
    return 2 * layer - 1


def test_hair_is_what_is_around_a_face_and_the_face_keeps_its_colour():
    blue = painted(portrait(), "hair", "woman")
    assert blue[12:24, 50:78].float().mean() > 0.9, "over the forehead"
    assert blue[74:102, 44:84].float().mean() < 0.02, "the face"
    bald = portrait()
    bald[:3] = torch.where(bald[3] > 0, torch.tensor([0.96, 0.6, -0.3])[:, None, None], bald[:3])
    assert not painted(bald, "hair", "man").any()


def test_the_doors_of_a_car_are_on_its_side_and_not_its_wheels():
    layer = torch.zeros(4, 128, 128)
    for rows, columns, colour in (
        (slice(40, 96), slice(4, 124), (0.9, 0.9, 0.92)),
        (slice(44, 62), slice(30, 100), (0.5, 0.7, 0.9)),
        (slice(86, 108), slice(16, 40), (0.1, 0.1, 0.1)),
        (slice(86, 108), slice(90, 114), (0.1, 0.1, 0.1)),
    ):
        layer[:3, rows, columns] = torch.tensor(colour)[:, None, None]
        layer[3, rows, columns] = 1
    blue = painted(2 * layer - 1, "doors", "minibus")
    assert blue[74:90, 50:80].float().mean() > 0.9
    assert blue[96:108].float().mean() < 0.02 and blue[44:60].float().mean() < 0.02
