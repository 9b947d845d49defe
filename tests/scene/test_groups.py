"""Things in relations, laid out. Example run: python -m pytest tests/scene/test_groups.py"""

import pytest
import torch

from pipeline.scene.compose import Placement, masks
from pipeline.scene.kinds import is_alive, is_container, is_flying, is_held, is_seat, kind_size, worn_at
from pipeline.scene.layout import layout
from pipeline.scene.record import RELATIONS, Ground, Relation, Scene, Thing
from pipeline.scene.shape import Shape

WHOLE = torch.ones(4, 64, 64)


def animal() -> torch.Tensor:
    """A body on two legs, its head at the upper left, a thin tail that stands higher at the right."""
    layer = torch.full((4, 64, 64), -1.0)
    for top, bottom, left, right in (
        (8, 30, 4, 24),
        (26, 46, 10, 54),
        (44, 62, 12, 20),
        (44, 62, 42, 50),
        (0, 30, 52, 56),
    ):
        layer[:, top:bottom, left:right] = 1.0
    return layer


def boxes(scene: Scene, *layers: torch.Tensor) -> dict[str, tuple[int, int, int, int]]:
    stacked = torch.stack(layers)
    placements, ids = layout(scene, stacked)
    found: dict[str, tuple[int, int, int, int]] = {}
    for own, (_, box) in zip(ids, masks(stacked, placements, scene.width, scene.height), strict=True):
        found.setdefault(own, box)
    return found


def pair(kind: str, placed: str = "ball", target: str = "box", **more) -> Scene:
    things = (Thing("b", target), Thing("a", placed, relation=Relation(kind, "b")))
    return Scene(things=things, **more)


def middle(box: tuple[int, int, int, int]) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


@pytest.mark.parametrize("size", [(256, 256), (256, 512)])
@pytest.mark.parametrize("kind", RELATIONS)
def test_every_relation_keeps_both_things_in_the_picture(kind, size):
    for count in (1, 3):
        things = (Thing("b", "box"), Thing("a", "ball", relation=Relation(kind, "b"), count=count))
        scene = Scene(things=things, width=size[0], height=size[1])
        layers = torch.stack([WHOLE, WHOLE])
        placements, ids = layout(scene, layers)
        assert ids.count("a") == count and "b" in ids
        for _, (left, top, right, bottom) in masks(layers, placements, *size):
            assert 0 <= left < right <= size[0] and 0 <= top < bottom <= size[1]
        whole = [one for one in placements if one.top == 0]
        for one in whole:
            half = one.side * min(size) / 2
            assert half <= one.x * size[0] + 1 and one.x * size[0] <= size[0] - half + 1


@pytest.mark.parametrize(
    ("kind", "sign", "axis"),
    [("left of", -1, 0), ("right of", 1, 0), ("above", -1, 1), ("under", 1, 1), ("next to", 1, 0), ("facing", 1, 0)],
)
def test_sides_are_where_they_are_told_and_nothing_overlaps(kind, sign, axis):
    found = boxes(pair(kind), WHOLE, WHOLE)
    a, b = found["a"], found["b"]
    assert sign * (middle(a)[axis] - middle(b)[axis]) > 0
    assert a[axis] >= b[axis + 2] or b[axis] >= a[axis + 2]


@pytest.mark.parametrize(
    "kind", ["on", "riding", "in front of", "behind", "with", "held by", "worn by", "in", "coming out of"]
)
def test_what_touches_touches(kind):
    found = boxes(pair(kind, "hat" if kind == "worn by" else "ball"), WHOLE, WHOLE)
    a, b = found["a"], found["b"]
    assert a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def test_behind_is_drawn_before_and_in_front_after():
    for kind, order in (("behind", ["a", "b"]), ("in front of", ["b", "a"]), ("on", ["b", "a"])):
        assert layout(pair(kind), torch.stack([WHOLE, WHOLE]))[1] == order


def test_the_front_of_a_box_covers_what_is_in_it():
    placements, ids = layout(pair("in"), torch.stack([WHOLE, WHOLE]))
    assert ids == ["b", "a", "b"] and placements[0].top == 0 and 0 < placements[2].top < 1
    assert placements[0][:4] == placements[2][:4]


def test_a_hat_sits_on_the_head_and_not_on_a_raised_tail():
    hat = boxes(pair("worn by", "top hat", "cat"), animal(), WHOLE)
    cat = boxes(Scene(things=(Thing("b", "cat"),)), animal())["b"]
    scale = (hat["b"][2] - hat["b"][0]) / (cat[2] - cat[0])
    head = hat["b"][0] + scale * (cat[2] - cat[0]) * 0.2
    assert abs(middle(hat["a"])[0] - head) < 20
    assert hat["a"][3] < middle(hat["b"])[1]


def test_a_scarf_is_behind_the_head_of_what_goes_on_four_legs_and_not_on_its_face():
    for layer, side in ((animal(), 1), (animal().flip(-1), -1)):
        found = boxes(pair("worn by", "bow tie", "cat"), layer, WHOLE)
        left, _, right, _ = found["b"]
        head = middle(found["b"])[0] - side * 0.31 * (right - left)  # columns 4 to 24 of 4 to 56
        assert side * (middle(found["a"])[0] - head) > 0.04 * (right - left)


def test_glasses_are_on_the_face_and_boots_at_the_feet():
    face = boxes(pair("worn by", "sunglasses", "cat face"), WHOLE, WHOLE)
    assert face["b"][1] < middle(face["a"])[1] < middle(face["b"])[1] + 10
    feet = boxes(pair("worn by", "boots", "cat"), animal(), WHOLE)
    assert middle(feet["a"])[1] > middle(feet["b"])[1]


def test_the_lenses_are_the_middle_of_glasses_whose_temples_stand_up():
    glasses = torch.zeros(64, 64)
    glasses[40:56, 4:60] = 1.0
    glasses[8:40, 4:8] = glasses[8:40, 56:60] = 1.0
    assert 42 / 64 < Shape(glasses).heaviest < 52 / 64


def test_sizes_follow_the_real_ones():
    ladybug = boxes(pair("on", "ladybug", "leaf"), WHOLE, WHOLE)
    elephant = boxes(pair("next to", "mouse", "elephant"), WHOLE, WHOLE)
    for found in (ladybug, elephant):
        assert (found["a"][2] - found["a"][0]) < 0.6 * (found["b"][2] - found["b"][0])


def test_each_of_several_wears_its_own():
    things = (Thing("cat", "cat", count=2), Thing("hat", "hat", count=2, relation=Relation("worn by", "cat")))
    placements, ids = layout(Scene(things=things), torch.stack([animal(), WHOLE]))
    assert ids.count("hat") == 2 and ids.count("cat") == 2
    hats = sorted(one.x for one, own in zip(placements, ids, strict=True) if own == "hat")
    assert hats[1] - hats[0] > 0.2


def test_what_surrounds_stands_on_all_sides():
    things = (Thing("b", "box"), Thing("a", "bat", count=6, relation=Relation("around", "b")))
    placements, ids = layout(Scene(things=things), torch.stack([WHOLE, WHOLE]))
    centre = next(one for one, own in zip(placements, ids, strict=True) if own == "b")
    around = [one for one, own in zip(placements, ids, strict=True) if own == "a"]
    assert {(one.x > centre.x, one.y > centre.y) for one in around} == {
        (x, y) for x in (True, False) for y in (True, False)
    }


def test_a_place_of_its_own_comes_before_a_relation():
    things = (Thing("b", "box"), Thing("a", "ball", relation=Relation("on", "b"), place=(0.8, 0.2, 0.25)))
    placements, ids = layout(Scene(things=things), torch.stack([WHOLE, WHOLE]))
    assert placements[ids.index("a")][:4] == (1, 0.8, 0.2, 0.25)


def test_scale_turn_and_mirror_reach_the_placement():
    plain = layout(pair("on"), torch.stack([WHOLE, WHOLE]))[0][1]
    things = (Thing("b", "box"), Thing("a", "ball", relation=Relation("on", "b"), scale=0.5, turn=30, mirror=True))
    changed = layout(Scene(things=things), torch.stack([WHOLE, WHOLE]))[0][1]
    assert changed.side < 0.8 * plain.side and (changed.turn, changed.mirror) == (30, True)


def test_what_stands_in_a_scenery_stands_on_its_ground():
    grass = Ground("scene", name="grass")
    box = boxes(Scene(things=(Thing("b", "dog"),), ground=grass), WHOLE)["b"]
    assert 225 < box[3] <= 245
    bird = boxes(Scene(things=(Thing("b", "bird"),), ground=grass), WHOLE)["b"]
    assert middle(bird)[1] < 110
    group = boxes(pair("on", ground=grass), WHOLE, WHOLE)
    assert 225 < max(box[3] for box in group.values()) <= 245


def test_kinds_are_looked_up_by_the_whole_name_its_singular_and_its_head():
    assert worn_at("red hat") == "head" and worn_at("3d glasses") == "eyes" and worn_at("cat") is None
    assert is_alive("polar bears") and not is_alive("house")
    assert is_held("glass of wine") and is_seat("armchair") and is_container("cardboard box") and is_flying("bats")
    assert kind_size("elephant") > kind_size("dog") > kind_size("ant") and kind_size("qwertz") is None


def test_a_disc_is_a_face_and_an_animal_has_a_head():
    y, x = torch.meshgrid(torch.arange(64), torch.arange(64), indexing="ij")
    disc = ((x - 31.5) ** 2 + (y - 31.5) ** 2 < 31**2).float()
    assert Shape(disc, "thing").is_face
    shape = Shape((animal()[3] + 1) / 2, "cat")
    assert not shape.is_face
    left, top, right, bottom = shape.head
    assert 0 <= left < right < 0.45 and top < 0.2 and bottom < 0.6
    assert Shape((animal()[3] + 1) / 2, "cat", mirror=True).head[0] > 0.5
    assert 0.35 < shape.back[1] < 0.5


def test_a_placement_has_defaults():
    assert Placement(0, 0.5, 0.5, 1.0) == (0, 0.5, 0.5, 1.0, 0.0, False, 0.0, False)


def test_what_hangs_is_below_and_touches():
    found = boxes(pair("hanging from", "bat", "hook"), WHOLE, WHOLE)
    a, b = found["a"], found["b"]
    assert middle(a)[1] > middle(b)[1] and a[1] < b[3] < a[3]


def test_what_is_in_a_bottle_is_seen_through_it_whole():
    for kind in ("in", "inside"):
        scene = pair(kind, "ship", "bottle")
        placements, ids = layout(scene, torch.stack([WHOLE, WHOLE]))
        assert ids == ["b", "a"] and placements[0].top == 0
        found = boxes(scene, WHOLE, WHOLE)
        assert all(found["b"][i] <= found["a"][i] for i in (0, 1))
        assert all(found["a"][i] <= found["b"][i] for i in (2, 3))


def test_a_face_that_sits_is_smaller_than_a_body():
    body = boxes(pair("sitting on", "bear", "bench"), animal(), WHOLE)
    face = boxes(pair("sitting on", "bear face", "bench"), WHOLE, WHOLE)
    share = [(found["a"][2] - found["a"][0]) / (found["b"][2] - found["b"][0]) for found in (body, face)]
    assert share[1] < 0.9 * share[0]


def test_an_animal_on_four_legs_holds_things_in_its_mouth():
    found = boxes(pair("held by", "bone", "dog"), animal(), WHOLE)
    dog, bone = found["b"], found["a"]
    assert middle(bone)[0] < dog[0] + 0.2 * (dog[2] - dog[0])  # its head is at the left
    robot = boxes(pair("held by", "bone", "robot"), animal(), WHOLE)
    assert middle(robot["a"])[0] > middle(robot["b"])[0]


@pytest.mark.parametrize("other", ["chair", "tree", "umbrella", "mushroom"])
def test_what_is_under_a_roof_is_within_its_height(other):
    found = boxes(pair("under", "mouse", other), WHOLE, WHOLE)
    a, b = found["a"], found["b"]
    assert b[0] <= middle(a)[0] <= b[2] and a[1] < b[3]
    assert a[3] - a[1] < 0.7 * (b[3] - b[1])


@pytest.mark.parametrize("size", [(256, 256), (512, 256), (256, 512)])
@pytest.mark.parametrize("count", [2, 5, 12, 24])
def test_several_in_a_scenery_stand_on_its_ground(count, size):
    scene = Scene(
        things=(Thing("a", "penguin", count=count),), ground=Ground("scene", name="snow"), arrangement="grid",
        width=size[0], height=size[1],
    )  # fmt: skip
    placements, _ = layout(scene, WHOLE[None])
    horizon = scene.ground.horizon
    assert len(placements) == count
    for one in placements:
        half = one.side * min(size) / 2
        foot = one.y + half / size[1]
        assert horizon < foot <= 0.96 and 0 <= one.x - half / size[0] and one.x + half / size[0] <= 1
    feet = [one.y + one.side * min(size) / 2 / size[1] for one in placements]
    assert feet == sorted(feet)  # those before are laid over those behind


def test_what_flies_and_what_is_in_the_water_is_anywhere():
    for name, place in (("bee", "grass"), ("fish", "underwater")):
        scene = Scene(things=(Thing("a", name, count=6),), ground=Ground("scene", name=place), arrangement="grid")
        assert min(one.y for one in layout(scene, WHOLE[None])[0]) < 0.4


def test_glasses_sit_on_the_eyes_and_a_hat_on_the_head_that_has_them_not_on_an_antenna():
    robot = torch.full((4, 128, 128), -1.0)
    robot[:3, 40:120, 16:112] = 0.6
    robot[3, 40:120, 16:112] = 1.0
    robot[:, 4:40, 60:68] = 1.0  # the antenna
    for x in (40, 80):
        robot[:3, 74:84, x - 5 : x + 5] = -0.8
    worn = torch.full((4, 128, 128), -1.0)
    worn[:, 50:78, 8:120] = 1.0
    for name in ("glasses", "hat"):
        found = boxes(pair("worn by", name, "robot"), robot, worn)
        left, top, right, bottom = found["b"]
        eyes = top + (79 - 4) / (120 - 4) * (bottom - top)
        assert found["a"][2] - found["a"][0] > 0.4 * (right - left), "as wide as the head, not as the antenna"
        if name == "glasses":
            assert abs(middle(found["a"])[1] - eyes) < 8
        else:
            assert found["a"][3] < eyes


def test_animals_that_face_are_turned_to_each_other_and_a_hand_turns_one_round():
    left = animal()
    right = left.flip(-1)
    assert (Shape((left[3] + 1) / 2, "dog").looks, Shape((right[3] + 1) / 2, "dog").looks) == (-1, 1)
    assert Shape((WHOLE[3] + 1) / 2, "dog").looks == 0

    def mirrors(scene: Scene, *layers: torch.Tensor) -> list[bool]:
        placements, ids = layout(scene, torch.stack(layers))
        return [one.mirror for _, one in sorted(zip(ids, placements, strict=True), key=lambda pair: pair[0])]

    cat_and_dog = pair("facing", "cat", "dog")  # the cat stands to the right of the dog
    assert mirrors(cat_and_dog, left, left) == [False, True]
    assert mirrors(cat_and_dog, right, right) == [True, False]
    assert mirrors(cat_and_dog, right, left) == [False, False]
    assert mirrors(pair("next to", "cat", "dog"), left, left) == [False, False]
    assert mirrors(pair("facing", "clock", "arrow"), left, left) == [False, False]
    turned = Scene(things=(Thing("b", "dog", mirror=True), Thing("a", "cat", relation=Relation("facing", "b"))))
    assert mirrors(turned, left, left) == [False, False]


def test_what_stands_by_a_thing_at_the_edge_stays_in_the_picture():
    for kind in ("above", "left of", "right of", "worn by"):
        things = (Thing("b", "dog", place=(0.5, 0.3, 0.6)), Thing("a", "hat", relation=Relation(kind, "b")))
        left, top, right, bottom = boxes(Scene(things=things), WHOLE, WHOLE)["a"]
        assert 0 <= left < right <= 256 and 0 <= top < bottom <= 256
        placements, ids = layout(Scene(things=things), torch.stack([WHOLE, WHOLE]))
        own = placements[ids.index("a")]
        assert own.y - own.side / 2 >= -1e-6 and own.x - own.side / 2 >= -1e-6 and own.x + own.side / 2 <= 1 + 1e-6


def test_a_large_one_is_larger_than_a_small_one_and_stands_on_the_same_line():
    for ground in (None, Ground("scene", name="grass")):
        scene = Scene(
            things=(Thing("a", "box", scale=1.25), Thing("b", "box", scale=0.55)), arrangement="row", ground=ground
        )
        found = boxes(scene, WHOLE, WHOLE)
        large, small = (found[own][2] - found[own][0] for own in ("a", "b"))
        assert small / large == pytest.approx(0.55 / 1.25, abs=0.03)
        assert found["a"][3] == pytest.approx(found["b"][3], abs=2)


def test_small_ones_alone_fill_the_picture_as_large_ones_do():
    widths = []
    for scale in (0.55, 1.0):
        scene = Scene(things=(Thing("a", "box", scale=scale, count=3),), arrangement="row")
        box = boxes(scene, WHOLE)["a"]
        widths.append(box[2] - box[0])
    assert widths[0] == widths[1]


def sun() -> torch.Tensor:
    """A disc in the middle and a ray above it."""
    line = torch.arange(64) - 31.5
    disc = (line[:, None].square() + line[None].square()).sqrt() < 16
    disc[2:10, 29:35] = True
    return torch.where(disc, 1.0, -1.0).expand(4, 64, 64)


def test_glasses_of_a_thing_without_a_head_are_on_its_largest_disc():
    assert Shape((sun()[3] + 1) / 2, "sun").disc == pytest.approx((0.5, 0.5, 0.25), abs=0.03)
    found = boxes(pair("worn by", "sunglasses", "sun"), sun(), WHOLE)
    assert middle(found["a"])[0] == pytest.approx(middle(found["b"])[0], abs=4)
    assert middle(found["a"])[1] > middle(found["b"])[1] - 8


def test_a_helmet_is_round_the_head_and_a_cape_hangs_behind_the_shoulders():
    found = boxes(pair("worn by", "astronaut helmet", "fox"), animal(), WHOLE)
    left, top, right, bottom = found["a"]
    shape = Shape((animal()[3] + 1) / 2, "fox")
    scale = (found["b"][2] - found["b"][0]) / shape.width
    head = [found["b"][0] + (edge - shape.box[0]) * scale for edge in (shape.head[0], shape.head[2])]
    assert left < head[0] and right > head[1]
    placements, ids = layout(pair("worn by", "cape", "fox"), torch.stack([animal(), WHOLE]))
    assert ids == ["a", "b"]  # behind


ANCHORS = {
    "top": (0.2, 0.13),
    "mouth": (0.07, 0.3),
    "neck": (0.42, 0.42),
    "right hand": (0.8, 0.66),
    "back": (0.6, 0.4),
}


def placed(kind: str, name: str, anchors: dict, mirror: bool = False) -> tuple[float, float]:
    """Where a thing comes to lie, from the middle of the animal, in units of the animal's square."""
    small = torch.full((4, 64, 64), -1.0)
    small[:, 24:40, 24:40] = 1.0
    things = (Thing("b", "cat", mirror=mirror), Thing("a", name, relation=Relation(kind, "b")))
    placements, ids = layout(Scene(things=things), torch.stack([animal(), small]), anchors=[anchors, {}])
    one, other = placements[ids.index("a")], placements[ids.index("b")]
    return (one.x - other.x) / other.side + 0.5, (one.y - other.y) / other.side + 0.5


@pytest.mark.parametrize(("kind", "name", "at"), [("worn by", "scarf", "neck"), ("riding", "frog", "back")])
def test_what_is_marked_goes_before_the_outline_and_is_mirrored_with_the_thing(kind, name, at):
    x, _ = placed(kind, name, ANCHORS)
    assert x == pytest.approx(ANCHORS[at][0], abs=0.04)
    assert placed(kind, name, ANCHORS, mirror=True)[0] == pytest.approx(1 - x, abs=0.04)
    assert placed(kind, name, {})[0] != pytest.approx(x, abs=0.04)


def test_what_is_held_is_in_the_hand_and_away_from_the_body():
    still = {**ANCHORS, "mouth": (0.4, 0.3)}
    x, y = placed("held by", "balloon", still)
    assert x > 0.8 and y < 0.66
    x, _ = placed("held by", "balloon", still, mirror=True)
    assert x < 0.2


def test_a_marked_head_has_its_top_where_the_outline_has_it():
    shape = Shape((animal()[3] + 1) / 2, "cat", anchors=ANCHORS)
    left, top, right, bottom = shape.head
    assert top == pytest.approx(8 / 64, abs=0.02) and (left + right) / 2 == pytest.approx(0.2, abs=0.02)
    assert 0.1 < right - left < 0.4 and 0.3 < bottom < 0.5
    seat = Shape(torch.ones(64, 64), "chair", anchors={"seat": (0.4, 0.5)})
    assert seat.anchors == {"seat": (0.4, 0.5)}
    assert Shape(torch.ones(64, 64), "man", True, anchors={"left hand": (0.1, 0.5)}).anchors == {
        "right hand": (0.9, 0.5)
    }


@pytest.mark.parametrize("side", ["left", "right"])
def test_who_shall_look_to_a_side_is_turned_there_and_a_hand_turns_it_round(side):
    layer = animal()
    looks = Shape((layer[3] + 1) / 2, "dog").looks
    assert looks != 0
    for mirror in (False, True):
        scene = Scene(things=(Thing("dog", "dog", looks=side, mirror=mirror, place=(0.5, 0.5, 0.5)),))
        (placement,), _ = layout(scene, layer[None])
        seen = Shape((layer[3] + 1) / 2, "dog", placement.mirror).looks
        assert seen == {"left": -1, "right": 1}[side] * (-1 if mirror else 1)


def test_a_single_thing_is_on_one_of_several_and_as_many_as_they_are_on_each():
    def on(count: int) -> list[str]:
        cup = Thing("cup", "cup", count=count, relation=Relation("on", "book"))
        scene = Scene(things=(Thing("book", "book", count=3), cup))
        return layout(scene, torch.stack([WHOLE, WHOLE]))[1]

    assert on(1).count("cup") == 1 and on(3).count("cup") == 3
