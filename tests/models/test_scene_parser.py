"""What trains it has its test in training. Example run: python -m pytest tests/models/test_scene_parser.py"""

import pytest
import torch

from pipeline.models.scene_parser import SceneParser


def parser(**more) -> SceneParser:
    torch.manual_seed(0)
    return SceneParser(["chatter", "thing"], text_dim=4, layers=(0, 1), hidden_dim=6, arc_dim=5, **more).eval()


@torch.no_grad()
def test_an_untrained_parser_prefers_no_head_and_only_how_far_words_are_apart_tells():
    model, words = parser(), torch.randn(1, 30, 8)
    model.distance.copy_(torch.arange(-24.0, 25.0))
    roles, heads = model(words, torch.tensor([30]))
    assert roles.shape == (1, 30, 2) and heads.shape == (1, 30, 31)
    assert (heads[..., 0] == 0).all()
    places = torch.arange(30.0)
    assert torch.equal(heads[0, :, 1:], (places[None] - places[:, None]).clamp(-24, 24))


@torch.no_grad()
def test_heads_are_scored_by_the_biaffine_form():
    model, words = parser(), torch.randn(1, 3, 8)
    seen = {}
    model.dependent.register_forward_hook(lambda *_: seen.update(dependents=_[2]))
    model.head.register_forward_hook(lambda *_: seen.update(heads=_[2]))
    torch.nn.init.normal_(model.arc)
    torch.nn.init.normal_(model.no_head)
    heads = model(words, torch.tensor([3]))[1][0]
    for at, dependent in enumerate(seen["dependents"][0]):
        extended = torch.cat([dependent, torch.ones(1)])
        for of, head in enumerate([model.no_head, *seen["heads"][0]]):
            assert heads[at, of].item() == pytest.approx((extended @ model.arc @ head).item() / 5**0.5, abs=1e-4)


@torch.no_grad()
def test_words_see_those_behind_them_too():
    model, words = parser(), torch.randn(1, 4, 8)
    other = words.clone()
    other[0, 3] += 1
    assert not torch.allclose(model(words, torch.tensor([4]))[0][0, 0], model(other, torch.tensor([4]))[0][0, 0])


@torch.no_grad()
def test_a_batch_may_be_in_any_order_of_length():
    model, words = parser(), torch.randn(3, 4, 8)
    lengths = torch.tensor([2, 4, 3])
    roles, heads = model(words, lengths)
    order = torch.tensor([1, 2, 0])
    again_roles, again_heads = model(words[order], lengths[order])
    for row, (at, length) in enumerate(zip(order.tolist(), lengths[order].tolist(), strict=True)):
        assert torch.allclose(again_roles[row, :length], roles[at, :length], atol=1e-6)
        assert torch.allclose(again_heads[row, :length], heads[at, :length], atol=1e-6)
