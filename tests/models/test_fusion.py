"""Example run: python -m pytest tests/models/test_fusion.py"""

from itertools import permutations

import pytest
import torch
import torch.nn.functional as F

from pipeline.models.fusion import ATTENDS_TO, FUSION_TYPES, ImageFusion


@pytest.fixture(params=ATTENDS_TO)
def fusion(request):
    torch.manual_seed(0)
    model = ImageFusion(embed_dim=64, hidden_dim=16, attends_to=request.param).eval()
    for layer in (model.attention_w, model.gated_w):
        torch.nn.init.normal_(layer.weight, std=2.0)  # as after training: pictures score differently
    return model


def make_embeds(*shape, seed=1):
    return F.normalize(torch.randn(*shape, generator=torch.Generator().manual_seed(seed)), dim=-1)


@pytest.mark.parametrize("fusion_type", FUSION_TYPES)
@pytest.mark.parametrize("user_weights", [None, [0.5, 2.0, 1.0, 0.1, 1.0]])
def test_no_permutation_of_five_pictures_changes_a_bit(fusion, fusion_type, user_weights):
    embeds = make_embeds(1, 5, 64)
    weights = None if user_weights is None else torch.tensor([user_weights])
    expected = fusion(embeds, weights=weights, fusion_type=fusion_type)
    for order in map(list, permutations(range(5))):
        output = fusion(
            embeds[:, order], weights=None if weights is None else weights[:, order], fusion_type=fusion_type
        )
        assert torch.equal(output.image_embeds, expected.image_embeds)
        assert torch.equal(output.weights, expected.weights[:, order])


@pytest.mark.parametrize("fusion_type", FUSION_TYPES)
def test_equal_pictures_get_equal_weights(fusion, fusion_type):
    embeds = make_embeds(1, 3, 64)[:, [0, 1, 0, 2]]
    weights = fusion(embeds, fusion_type=fusion_type).weights[0]
    assert weights[0] == weights[2]
    assert weights[0] != weights[1] or fusion_type == "mean"


@pytest.mark.parametrize("fusion_type", FUSION_TYPES)
def test_one_picture_comes_back_to_the_bit(fusion, fusion_type):
    embeds = make_embeds(3, 1, 64)
    assert torch.equal(fusion(embeds, fusion_type=fusion_type).image_embeds, embeds[:, 0])
    three = make_embeds(1, 3, 64, seed=2)
    masked = fusion(three, mask=torch.tensor([[False, True, False]]), fusion_type=fusion_type)
    weighted = fusion(three, weights=torch.tensor([[0.0, 7.0, 0.0]]), fusion_type=fusion_type)
    for output in (masked, weighted):
        assert torch.equal(output.image_embeds, three[:, 1])
        assert output.weights.tolist() == [[0.0, 1.0, 0.0]]


@pytest.mark.parametrize("fusion_type", FUSION_TYPES)
@pytest.mark.parametrize("padding", [0.0, 50.0, -50.0, float("nan")])
def test_padding_changes_no_bit(fusion, fusion_type, padding):
    embeds = make_embeds(2, 3, 64)
    expected = fusion(embeds, fusion_type=fusion_type)
    padded = torch.full((2, 6, 64), padding)
    padded[:, [0, 2, 5]] = embeds
    mask = torch.tensor([[True, False, True, False, False, True]]).expand(2, -1)
    output = fusion(padded, mask=mask, fusion_type=fusion_type)
    assert torch.equal(output.image_embeds, expected.image_embeds)
    assert torch.equal(output.weights[:, [0, 2, 5]], expected.weights)
    assert output.weights[:, [1, 3, 4]].abs().sum() == 0


def test_poolings_match_their_equations(fusion):
    h = make_embeds(4, 3, 64)
    x = h  # what the heads see
    if fusion.config.attends_to == "bag":
        x = h * F.normalize(h.mean(1, keepdim=True), dim=-1) * 8  # sqrt(64)
    v, w = fusion.attention_v.weight, fusion.attention_w.weight
    ungated = torch.softmax(torch.tanh(x @ v.T) @ w.T, dim=1)  # Eq. 8, Ilse et al. 2018
    v, u, w = fusion.gated_v.weight, fusion.gated_u.weight, fusion.gated_w.weight
    gated = torch.softmax((torch.tanh(x @ v.T) * torch.sigmoid(x @ u.T)) @ w.T, dim=1)  # Eq. 9
    expected = {
        "mean": h.mean(1),
        "max": h.amax(1),
        "attention": (ungated * h).sum(1),
        "gated": (gated * h).sum(1),
    }
    for fusion_type, z in expected.items():
        output = fusion(h, fusion_type=fusion_type)
        torch.testing.assert_close(output.image_embeds, F.normalize(z, dim=-1), atol=1e-6, rtol=0)
        torch.testing.assert_close(output.weights.sum(1), torch.ones(4))
    torch.testing.assert_close(fusion(h, fusion_type="attention").weights, ungated.squeeze(-1))
    torch.testing.assert_close(fusion(h, fusion_type="gated").weights, gated.squeeze(-1))


def test_max_weights_are_the_shares_of_dimensions_won():
    model = ImageFusion(embed_dim=4, hidden_dim=2, fusion_type="max")
    h = torch.tensor([[[0.9, 0.1, 0.1, -0.4], [0.1, 0.9, 0.1, -0.4]]])
    assert model(h).weights.tolist() == [[0.5, 0.5]]
    h = torch.tensor([[[0.9, 0.8, 0.7, -0.1], [0.1, 0.2, 0.3, -0.05]]])
    assert model(h).weights.tolist() == [[0.75, 0.25]]


def test_user_weights_of_the_mean_are_a_weighted_mean(fusion):
    h = make_embeds(1, 2, 64)
    output = fusion(h, weights=torch.tensor([[3.0, 1.0]]), fusion_type="mean")
    torch.testing.assert_close(output.image_embeds, F.normalize(0.75 * h[:, 0] + 0.25 * h[:, 1], dim=-1))
    torch.testing.assert_close(output.weights, torch.tensor([[0.75, 0.25]]))


@pytest.mark.parametrize("fusion_type", FUSION_TYPES)
def test_a_vanishing_weight_tends_to_leaving_the_picture_out(fusion, fusion_type):
    h = make_embeds(1, 3, 64)
    nearly = fusion(h, weights=torch.tensor([[1.0, 1.0, 1e-7]]), fusion_type=fusion_type).image_embeds
    without = fusion(h[:, :2], fusion_type=fusion_type).image_embeds
    torch.testing.assert_close(nearly, without, atol=1e-5, rtol=0)


def test_untrained_attention_is_the_mean():
    model, h = ImageFusion(embed_dim=64), make_embeds(2, 4, 64)
    for fusion_type in ("attention", "gated"):
        assert torch.equal(model(h, fusion_type=fusion_type).image_embeds, model(h, fusion_type="mean").image_embeds)


def test_attention_heads_learn_through_the_sorting():
    torch.manual_seed(0)
    model, h = ImageFusion(embed_dim=64, hidden_dim=16), make_embeds(32, 4, 64)
    h[:, 1:, 0] -= 0.5  # the picture to trust is the one with the largest first dimension
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(60):
        order = torch.randperm(4)
        loss = (1 - model(h[:, order], fusion_type="gated").weights[:, order.argsort()][:, 0]).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.2


def test_saved_fusion_gives_the_same_bits(fusion, tmp_path):
    fusion.save_pretrained(tmp_path)
    loaded, h = ImageFusion.from_pretrained(tmp_path), make_embeds(2, 3, 64)
    for fusion_type in FUSION_TYPES:
        expected = fusion(h, fusion_type=fusion_type).image_embeds
        assert torch.equal(loaded(h, fusion_type=fusion_type).image_embeds, expected)
    assert loaded.config.embed_dim == 64


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"image_embeds": torch.zeros(2, 64)}, r"`image_embeds` must have shape .* got \(2, 64\)"),
        ({"image_embeds": torch.zeros(1, 2, 32)}, r"`image_embeds` must have shape .* got \(1, 2, 32\)"),
        ({"mask": torch.ones(1, 3, dtype=torch.bool)}, r"`mask` must have shape .* got \(1, 3\)"),
        ({"mask": torch.ones(1, 2)}, "`mask` must be bool, got torch.float32"),
        ({"mask": torch.zeros(1, 2, dtype=torch.bool)}, r"rows \[0\] have none"),
        ({"weights": torch.tensor([[1.0, -1.0]])}, "`weights` must be finite and >= 0"),
        ({"weights": torch.zeros(1, 2)}, r"rows \[0\] have none"),
        ({"fusion_type": "median"}, "`fusion_type` must be one of mean, max, attention, gated, got 'median'"),
    ],
)
def test_wrong_input_is_named(fusion, arguments, message):
    with pytest.raises(ValueError, match=message):
        fusion(**{"image_embeds": make_embeds(1, 2, 64), **arguments})


def test_only_a_head_that_attends_to_the_bag_can_tell_which_picture_is_wrong():
    """The same picture is right in one bag and wrong in the other."""
    cat, car = make_embeds(2, 64)
    bags = torch.stack([torch.stack([cat, cat, cat, car]), torch.stack([car, car, car, cat])])
    weights = {}
    for attends_to in ATTENDS_TO:
        model = ImageFusion(embed_dim=64, hidden_dim=1, attends_to=attends_to, fusion_type="attention")
        with torch.no_grad():
            model.attention_v.weight.fill_(0.2)
            model.attention_w.weight.fill_(5.0)
        weights[attends_to] = model(bags).weights
    assert (weights["bag"][:, 3] < 0.1).all()
    alone = weights["picture"]
    assert (alone[0, 3] > alone[0, 0]) != (alone[1, 3] > alone[1, 0])  # it prefers one of the two in either bag


def test_an_unknown_choice_of_what_heads_score_is_refused():
    with pytest.raises(ValueError, match="picture, bag"):
        ImageFusion(embed_dim=8, attends_to="crowd")
