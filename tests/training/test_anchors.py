"""Example run: python -m pytest tests/training/test_anchors.py"""

import pytest
import torch

from pipeline.data.anchors import Marked
from pipeline.models.anchors import ANCHORS, AnchorHead, AnchorMaps
from pipeline.training.anchors import BLUR, MIRRORED, SIDE, changed, loss_of, points_of, prepared, train_head

LEFT, RIGHT = ANCHORS.index("left eye"), ANCHORS.index("right eye")


def dotted(x: float, y: float) -> torch.Tensor:
    """A grey layer with a white spot at x, y."""
    line = (torch.arange(SIDE) + 0.5) / SIDE
    spot = (line[None] - x) ** 2 + (line[:, None] - y) ** 2 < 0.05**2
    return 2 * torch.cat([torch.where(spot, 1.0, 0.2).expand(3, -1, -1), torch.ones(1, SIDE, SIDE)]) - 1


def where(layer: torch.Tensor) -> list[float]:
    """x and y of the middle of what is lightest."""
    light = layer[:3].sum(0) - 9 * (layer[3] < 0.9)
    rows, columns = (light > light.max() - 0.5).nonzero(as_tuple=True)
    return [(float(columns.float().mean()) + 0.5) / SIDE, (float(rows.float().mean()) + 0.5) / SIDE]


def test_renderings_keep_place_and_number():
    rendered = prepared(torch.stack([dotted(0.3, 0.4), dotted(0.6, 0.7)]), ("flat sticker",))
    assert rendered.shape == (2, 2, 4, SIDE, SIDE)
    for layer in rendered[0]:
        assert where(layer) == pytest.approx([0.3, 0.4], abs=0.03)


def test_points_go_where_the_layer_goes_and_sides_change_in_the_mirror():
    points, there = points_of([Marked("cat", "", 0, {"left eye": (0.35, 0.45)})] * 16)
    layers = dotted(0.35, 0.45).expand(16, -1, -1, -1)
    drawn, moved, shown = changed(layers, points, there, torch.Generator().manual_seed(1))
    sides = set()
    for layer, at, here in zip(drawn, moved, shown, strict=True):
        (own,) = here.nonzero()[:, 0].tolist()
        sides.add(own)
        assert at[own].tolist() == pytest.approx(where(layer), abs=0.03)
    assert sides == {LEFT, RIGHT}
    assert [MIRRORED[MIRRORED[at]] for at in range(len(ANCHORS))] == list(range(len(ANCHORS)))


def test_a_head_learns_where_a_spot_is_and_that_nothing_else_is_there():
    torch.manual_seed(0)
    places = [(0.3, 0.4), (0.6, 0.3), (0.5, 0.7), (0.4, 0.55)]
    labels = [Marked("spot", "", 0, {"mouth": place}) for place in places]
    layers = torch.stack([dotted(*place) for place in places])[:, None]
    head = AnchorHead(channels=(8, 16, 16))
    losses = train_head(head, layers, labels, steps=240, batch_size=8, seed=0)
    assert sum(losses[-10:]) < 0.7 * sum(losses[:10])
    assert not head.training
    points, there = head.find(layers[:, 0])
    mouth = ANCHORS.index("mouth")
    assert there[:, mouth].min() > 0.5 > there[:, LEFT].max()
    assert points[:, mouth].sub(torch.tensor(places)).abs().mean() < 0.1


def test_points_that_are_not_marked_are_not_there():
    points, there = points_of([Marked("cat", "", 0, {"mouth": (0.2, 0.9)}), Marked("table", "", 0, {})])
    mouth = ANCHORS.index("mouth")
    assert points.shape == (2, len(ANCHORS), 2) and there.sum(1).tolist() == [1, 0]
    assert points[0, mouth].tolist() == pytest.approx([0.2, 0.9]) and there[0, mouth] == 1


def given(x: float, y: float, presence: float):
    """A head that says one place of everything."""
    side = 32
    line = (torch.arange(side) + 0.5) / side
    maps = -((line[None] - x) ** 2 + (line[:, None] - y) ** 2) / (2 * BLUR**2)
    return lambda layers: AnchorMaps(
        maps.expand(len(layers), len(ANCHORS), -1, -1), torch.full((len(layers), len(ANCHORS)), presence)
    )


def test_the_loss_is_least_where_the_point_is_and_unseen_points_cost_nothing():
    layers, points = torch.zeros(1, 4, SIDE, SIDE), torch.full((1, len(ANCHORS), 2), 0.25)
    there = torch.ones(1, len(ANCHORS))
    losses = [loss_of(given(x, 0.25, 9.0), layers, points, there).item() for x in (0.25, 0.3, 0.5)]
    assert losses == sorted(losses) and losses[0] < losses[2] - 1
    nowhere = torch.zeros(1, len(ANCHORS))
    unseen = [loss_of(given(x, 0.25, -9.0), layers, points, nowhere).item() for x in (0.25, 0.5)]
    assert unseen[0] == unseen[1] == pytest.approx(0, abs=1e-3)
    assert loss_of(given(0.25, 0.25, 9.0), layers, points, nowhere).item() == pytest.approx(18, abs=0.01)  # twice 9


def test_other_colours_keep_the_shape_and_stay_within_it():
    layers = torch.stack([dotted(0.3, 0.4)] * 24)
    layers[:, :, :, SIDE // 2 :] = -1.0
    points, there = points_of([Marked("cat", "", 0, {"mouth": (0.3, 0.4)})] * 24)
    drawn, _, _ = changed(layers, points, there, torch.Generator().manual_seed(0))
    assert (drawn[:, :3] <= drawn[:, 3:] + 1e-5).all() and drawn.min() >= -1 - 1e-5 and drawn.max() <= 1 + 1e-5
    colours = drawn[:, :3].amax((2, 3))
    assert colours.std(0).min() > 0.05  # no two alike
    again, _, _ = changed(layers, points, there, torch.Generator().manual_seed(0))
    assert torch.equal(drawn, again)
