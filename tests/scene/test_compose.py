"""Laying layers on a ground. Example run: python -m pytest tests/scene/test_compose.py"""

import pytest
import torch
from diffusers.image_processor import VaeImageProcessor
from scipy import ndimage

from pipeline.scene.compose import Placement, compose_scene, masks, to_picture, without_frayed_border
from pipeline.scene.groups import grid
from pipeline.scene.layout import layout
from pipeline.scene.recolour import recolour
from pipeline.scene.record import Ground, Outline, Scene, Thing

GROUND = torch.tensor([-0.5, -0.25, 0.0])


def box(height: int, width: int, side: int = 64) -> torch.Tensor:
    """(1, 4, side, side): a white box in the middle of nothing."""
    layer = torch.full((1, 4, side, side), -1.0)
    top, left = (side - height) // 2, (side - width) // 2
    layer[..., top : top + height, left : left + width] = 1.0
    return layer


def poses(count: int, x: float = 0.5, y: float = 0.5, side: float = 0.75) -> torch.Tensor:
    return torch.cat([GROUND, torch.tensor([x, y, side])]).repeat(count, 1)


def blobs(image: torch.Tensor) -> list[tuple[int, int]]:
    """Centres of what is bright, in eighths of the side, row by row."""
    labels, count = ndimage.label(image[0, 0].numpy() > 0.2)
    middles = ndimage.center_of_mass(labels > 0, labels, range(1, count + 1))
    return [(round(8 * x / image.shape[-1]), round(8 * y / image.shape[-1])) for y, x in middles]


def shown(layers: torch.Tensor, scene: Scene, poses: torch.Tensor | None = None) -> torch.Tensor:
    """(1, 3, height, width) in [-1, 1]: a scene on ``GROUND``, laid out."""
    return compose_scene(scene, layers, layout(scene, layers, poses)[0], ground=GROUND)[:, :3]


def several(*counts: int, arrangement: str = "grid") -> Scene:
    things = tuple(Thing(f"box-{at}", "box", count=count) for at, count in enumerate(counts))
    return Scene(things=things, arrangement="single" if counts == (1,) else arrangement)


def test_one_thing_stands_where_and_as_large_as_its_pose_says():
    image = shown(box(64, 64), several(1), poses(1, 0.75, 0.25, 0.25))
    assert image.shape == (1, 3, 256, 256)
    bright = image[0, 0] > 0.2
    assert bright.sum() == 64 * 64 and bright[32:96, 160:224].all()
    assert torch.allclose(image[0, :, 200, 40], GROUND)


def test_a_ground_is_flat_to_the_last_bit():
    veiled = box(20, 20) + 0.1 * torch.rand(1, 4, 64, 64, generator=torch.Generator().manual_seed(0))
    image = shown(veiled, several(1), poses(1))
    assert (image[..., :30, :] == image[..., :1, :1]).all()


@pytest.mark.parametrize("pose", [(0.0, 1.0, 0.5), (0.5, 0.5, 3.0), (-1.0, 0.5, -0.2)])
def test_no_pose_cuts_a_thing_off(pose):
    [(_, x, y, side, *_)], _ = layout(several(1), box(64, 64), poses(1, *pose))
    assert 0 < side <= 1 and side / 2 <= min(x, y) and max(x, y) <= 1 - side / 2


def test_two_things_stand_side_by_side_or_one_above_the_other():
    layers = torch.cat([box(64, 64), box(64, 64)])
    assert blobs(shown(layers, several(1, 1))) == [(2, 4), (6, 4)]
    assert blobs(shown(layers, several(1, 1, arrangement="column"))) == [(4, 2), (4, 6)]


@pytest.mark.parametrize(
    ("count", "arrangement"), [*((count, "grid") for count in (2, 3, 4, 5, 6, 7, 12, 24)), (2, "row"), (7, "row")]
)
def test_one_thing_is_placed_as_often_as_it_is_counted(count, arrangement):
    assert len(blobs(shown(box(60, 60), several(count, arrangement=arrangement)))) == count


def test_what_is_half_there_lets_the_ground_through():
    layer = torch.zeros(1, 4, 64, 64)  # alpha one half
    layer[:, :3] = -1.0  # black
    image = compose_scene(Scene(), layer, [Placement(0, 0.5, 0.5, 1.0)], ground=GROUND)
    assert torch.allclose(image[0, :3, 128, 128], GROUND / 2 - 0.5, atol=0.02)


def painted(body: tuple[float, float, float]) -> torch.Tensor:
    """(4, 64, 64): a body, darker to the left, with a black eye and a white tooth, on nothing."""
    layer = torch.zeros(4, 64, 64)
    light = torch.linspace(0.7, 1, 48)
    layer[:3, 8:56, 8:56] = torch.tensor(body)[:, None, None] * light
    layer[:3, 20:26, 20:26] = 0
    layer[:3, 40:46, 20:26] = 1
    layer[3, 8:56, 8:56] = 1
    return 2 * layer - 1


@pytest.mark.parametrize("body", [(0.9, 0.2, 0.2), (0.95, 0.6, 0.1), (0.6, 0.6, 0.6)])
@pytest.mark.parametrize("colour", [(0.18, 0.44, 0.84), (0.97, 0.66, 0.77), (0.07, 0.07, 0.07)])
def test_the_main_colour_changes_and_light_eyes_and_teeth_stay(body, colour):
    layer, colour = painted(body), torch.tensor(colour)
    changed = recolour(layer, colour)
    mean = (changed[:3, 30:38, 30:50].mean((1, 2)) + 1) / 2
    assert (mean - colour).abs().max() < 0.15
    assert changed[:3, 30, 50].sum() > changed[:3, 30, 10].sum() + 0.02  # light is from the right, as before
    for rows in (slice(21, 25), slice(41, 45)):
        assert torch.allclose(changed[:3, rows, 21:25], layer[:3, rows, 21:25], atol=0.1)
    assert torch.equal(changed[3], layer[3])


def test_what_has_the_colour_already_stays_as_it_is():
    layer = painted((0.9, 0.2, 0.2))
    assert torch.allclose(recolour(layer, torch.tensor([0.85, 0.21, 0.21])), layer, atol=1e-6)
    assert torch.equal(recolour(torch.full((4, 8, 8), -1.0), torch.zeros(3)), torch.full((4, 8, 8), -1.0))


def glazed(body: tuple[float, float, float]) -> torch.Tensor:
    """(4, 64, 64): a body with a large light blue window, on nothing."""
    layer = torch.zeros(4, 64, 64)
    layer[:3, 8:56, 8:56] = torch.tensor(body)[:, None, None]
    layer[:3, 14:42, 14:50] = torch.tensor([0.3, 0.7, 0.95])[:, None, None]
    layer[3, 8:56, 8:56] = 1
    return 2 * layer - 1


@pytest.mark.parametrize("body", [(0.95, 0.6, 0.1), (0.13, 0.17, 0.26), (0.85, 0.85, 0.87)])
def test_a_body_is_painted_and_its_window_or_screen_is_not(body):
    layer, colour = glazed(body), torch.tensor([0.85, 0.21, 0.21])
    changed = recolour(layer, colour)
    assert ((changed[:3, 48:54, 12:52].mean((1, 2)) + 1) / 2 - colour).abs().max() < 0.15
    assert torch.allclose(changed[:3, 20:36, 20:44], layer[:3, 20:36, 20:44], atol=0.1)


def test_what_is_blue_all_over_is_painted_all_over():
    layer, colour = glazed((0.18, 0.44, 0.84)), torch.tensor([0.85, 0.21, 0.21])
    changed = (recolour(layer, colour) + 1) / 2
    assert (changed[0, 10:54, 10:54] > changed[2, 10:54, 10:54] + 0.2).all()


def plain(canvas: Scene, *placements: Placement, layers: torch.Tensor | None = None) -> torch.Tensor:
    """The composed picture (4, height, width) in [0, 1]."""
    return (compose_scene(canvas, box(64, 64) if layers is None else layers, placements)[0] + 1) / 2


def test_a_picture_is_its_pixels_rounded_and_has_an_alpha_only_where_it_is_needed():
    layers = 2 * torch.rand(1, 4, 64, 64, generator=torch.Generator().manual_seed(0)) - 1
    composed = compose_scene(Scene(), layers, [Placement(0, 0.5, 0.5, 0.5)], ground=GROUND)
    assert (composed[:, 3] == 1).all()
    picture = VaeImageProcessor(do_resize=False).postprocess(composed[:, :3], output_type="pil")[0]
    assert to_picture(composed).mode == "RGB" and to_picture(composed).tobytes() == picture.tobytes()


def test_placements_are_told_with_the_ids_of_their_things():
    scene = Scene(things=(Thing("a", "cat", count=2), Thing("b", "dog")), arrangement="row")
    placements, ids = layout(scene, torch.cat([box(64, 64)] * 2))
    assert ids == ["a", "a", "b"] and [placement.layer for placement in placements] == [0, 0, 1]
    assert len({round(placement.y + placement.side / 2, 6) for placement in placements}) == 1


@pytest.mark.parametrize("size", [(256, 256), (1024, 256), (256, 512), (640, 480)])
@pytest.mark.parametrize("total", [1, 2, 7, 13, 24])
def test_a_grid_fills_any_shape_and_nothing_touches_or_leaves_it(size, total):
    centres, side = grid(total, size[0] / size[1])
    short = min(size)
    boxes = [(x * size[0], y * size[1], side * short / 2) for x, y in centres]
    assert len(boxes) == total and side * short > 0.5 * (size[0] * size[1] / total) ** 0.5 * 0.8
    for at, (x, y, half) in enumerate(boxes):
        assert half <= x <= size[0] - half and half <= y <= size[1] - half
        for other_x, other_y, _ in boxes[:at]:
            assert max(abs(x - other_x), abs(y - other_y)) >= 2 * half


def test_a_transparent_ground_leaves_its_pixels_empty_and_colours_straight():
    half = box(64, 64)
    half[:, 3] = 0.0  # alpha one half
    half[:, :3] = 0.0
    picture = to_picture(compose_scene(Scene(ground=Ground("transparent")), half, [Placement(0, 0.5, 0.5, 0.5)]))
    assert picture.mode == "RGBA" and picture.getpixel((5, 5)) == (0, 0, 0, 0)
    red, _, _, alpha = picture.getpixel((128, 128))
    assert red == 255 and 100 < alpha < 155


def test_a_gradient_goes_from_its_first_colour_down_to_its_second():
    image = plain(Scene(ground=Ground("gradient", ("#000000", "#ffffff"))))
    assert (
        image[0, 0].max() < 0.01 and image[0, -1].min() > 0.99 and image[0, 128].mean() == pytest.approx(0.5, abs=0.01)
    )


def test_a_scenery_has_a_horizon_where_it_is_said():
    image = plain(Scene(ground=Ground("scene", name="sea", horizon=0.5)))
    steps = (image[:3, 1:, 0] - image[:3, :-1, 0]).abs().sum(0)
    assert int(steps.argmax()) in (126, 127, 128)


def test_a_thing_may_stand_over_the_edge_and_be_any_shape_of_picture():
    image = plain(Scene(width=512, height=256, ground=Ground("transparent")), Placement(0, 1.0, 0.5, 0.5))
    assert image.shape == (4, 256, 512)
    solid = image[3] > 0.5
    assert solid[64:192, 448:].all() and solid.sum() == 128 * 64


def corner() -> torch.Tensor:
    """(1, 4, 64, 64): solid in its upper left quarter alone."""
    layer = torch.full((1, 4, 64, 64), -1.0)
    layer[..., :32, :32] = 1.0
    return layer


@pytest.mark.parametrize(
    ("turn", "mirror", "where"),
    [(0, False, (0, 0)), (0, True, (0, 1)), (90, False, (0, 1)), (180, False, (1, 1)), (-90, False, (1, 0)),
     (360, False, (0, 0)), (90, True, (1, 1))],
)  # fmt: skip
def test_things_are_mirrored_and_turned_clockwise(turn, mirror, where):
    placement = Placement(0, 0.5, 0.5, 0.5, turn, mirror)
    alpha = plain(Scene(ground=Ground("transparent")), placement, layers=corner())[3]
    quarters = alpha[64:192, 64:192].reshape(2, 64, 2, 64).mean((1, 3))
    assert [round(float(quarter)) for quarter in quarters.flatten()] == [
        int(at == where) for at in ((0, 0), (0, 1), (1, 0), (1, 1))
    ]


def test_a_thing_turned_a_little_keeps_its_area_and_nothing_is_cut():
    scene = Scene(ground=Ground("transparent"))
    straight, turned = (plain(scene, Placement(0, 0.5, 0.5, 0.5, turn))[3] for turn in (0, 30))
    assert turned.sum() == pytest.approx(float(straight.sum()), rel=0.01)
    assert (turned > 0.5).any(0).sum() > 1.3 * (straight > 0.5).any(0).sum()


def test_an_outline_lies_around_everything_that_stands_there():
    placements = Placement(0, 0.25, 0.5, 0.25), Placement(0, 0.75, 0.5, 0.25)
    image = plain(Scene(ground=Ground("transparent"), outline=Outline(8, "#ff0000")), *placements)
    without = plain(Scene(ground=Ground("transparent")), *placements)
    inside = without[3] > 0.5
    assert torch.equal(image[:, inside], without[:, inside])
    edge = (image[3] > 0.5) & ~inside
    assert image[0, edge].min() > 0.5 and image[1:3, edge].max() < 0.01
    rows = (image[3] > 0.5).any(1).sum() - inside.any(1).sum()
    assert rows == 16


def test_a_shadow_lies_under_things_and_changes_none_of_them():
    scene, placement = Scene(ground=Ground("colour", ("#ffffff",))), Placement(0, 0.5, 0.5, 0.4)
    layers = painted((0.9, 0.2, 0.2))[None]
    cast = Scene(ground=scene.ground, shadow=True)
    bare, shaded = (plain(one, placement, layers=layers) for one in (scene, cast))
    alpha = masks(layers, [placement], 256, 256)[0][0]
    assert torch.allclose(bare[:, alpha == 1], shaded[:, alpha == 1], atol=1e-6)
    assert (shaded[:3, alpha == 0] <= bare[:3, alpha == 0] + 1e-6).all()
    assert shaded[0].min(1).values[int(alpha.any(1).nonzero()[-1]) + 3] < 0.95


def test_what_stands_in_a_scenery_leaves_a_shadow_at_its_foot():
    scene = Scene(ground=Ground("scene", name="grass"))
    standing, floating = (plain(scene, Placement(0, 0.5, 0.5, 0.4, stands=stands)) for stands in (True, False))
    changed = (standing - floating).abs().sum(0) > 0.01
    assert changed.any() and not changed[:128].any()


def test_masks_tell_where_each_thing_is():
    found = masks(box(64, 32), [Placement(0, 0.25, 0.5, 0.25), Placement(0, 3.0, 0.5, 0.25)], 256, 256)
    assert found[0][1] == (48, 96, 80, 160) and found[0][0].sum() == 32 * 64
    assert found[1][1] == (0, 0, 0, 0)


def of(*names: str, ground: Ground | None = None) -> list[Placement]:
    """The placements of one square of each name."""
    scene = Scene(things=tuple(Thing(name, name) for name in names), arrangement="grid", ground=ground)
    return layout(scene, box(64, 64).repeat(len(names), 1, 1, 1))[0]


def test_a_mouse_beside_an_elephant_is_smaller_and_yet_to_be_seen():
    elephant, mouse = of("elephant", "mouse")
    assert mouse.side == pytest.approx(0.5 * elephant.side)
    cat, dog = of("cat", "dog")
    assert 0.7 * dog.side < cat.side < dog.side
    one, other = of("cat", "thingamajig")
    assert one.side == other.side


def test_a_few_in_a_scenery_stand_on_one_line_on_its_ground():
    placed = of("elephant", "mouse", "dog", ground=Ground("scene", name="desert"))
    feet = [placement.y + placement.side / 2 for placement in placed]
    assert feet == pytest.approx([0.95] * 3) and all(placement.stands for placement in placed)
    assert [placement.x for placement in placed] == sorted(placement.x for placement in placed)


def test_loose_lines_along_a_layer_s_border_are_taken_away_and_nothing_else_is():
    layer = -torch.ones(4, 84, 84)
    layer[:, 8:83, 20:60] = 1  # stands on the border's neighbour
    layer[:, 0, 30:50] = 0.4  # a line above it, and a gap between
    layer[:, 83, 20:60] = -0.1  # half clear below it
    cleaned = without_frayed_border(layer)
    assert (cleaned[:, (0, 83)] == -1).all()
    assert torch.equal(cleaned[:, 1:83], layer[:, 1:83])
    assert (layer[:, 0, 30:50] == 0.4).all()  # not in place
