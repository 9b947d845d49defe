"""Example run: python -m pytest tests/training/test_fusion.py"""

import pytest
import torch
import torch.nn.functional as F

from pipeline.loading.weights import load_pipeline, weights_hash, write_checksums
from pipeline.models.fusion import FUSION_TYPES, ImageFusion
from pipeline.training.fusion import BagSet, fusion_loss, main, nearest_words, sample_bags
from tests.evaluation.cutout_zip import write_cutouts
from tests.tiny import tiny_pipeline


@pytest.fixture
def bags():
    """Views of their concept or, marked by the last dimension, of another: attention can learn which to trust."""
    generator = torch.Generator().manual_seed(0)
    text = F.normalize(torch.randn(60, 32, generator=generator), dim=-1)
    text[:, -1] = 0
    wrong = torch.rand(60, 8, generator=generator) < 0.4
    shown = torch.where(wrong, torch.randint(60, (60, 8), generator=generator), torch.arange(60).unsqueeze(1))
    views = text[shown] + 0.02 * torch.randn(60, 8, 32, generator=generator)
    views[..., -1] = 0.5 * wrong
    return BagSet(F.normalize(views, dim=-1), F.normalize(text, dim=-1))


def test_bags_hold_two_to_five_different_views_of_their_concept(bags):
    concepts = torch.tensor([3, 7, 9, 3] * 10)
    batch = sample_bags(bags, concepts, torch.Generator().manual_seed(0))
    assert set(batch["mask"].sum(1).tolist()) == {2, 3, 4, 5}
    for concept, embeds in zip(concepts.tolist(), batch["image_embeds"], strict=True):
        rows = [int((bags.image_embeds[concept] == view).all(-1).nonzero()) for view in embeds]
        assert len(set(rows)) == len(rows)
    assert torch.equal(batch["text_embeds"], bags.text_embeds[concepts])


def test_trained_heads_beat_the_mean_on_concepts_left_out(bags):
    torch.manual_seed(0)
    model, generator = ImageFusion(embed_dim=32, hidden_dim=16), torch.Generator().manual_seed(0)
    held_out, trained = torch.arange(20), torch.arange(20, 60)
    before = nearest_words(model, bags, held_out)
    assert before["attention"] == before["gated"] == before["mean"]
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    losses = []
    for _ in range(60):
        loss = fusion_loss(model, sample_bags(bags, trained, generator), generator)["loss"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    after = nearest_words(model, bags, held_out)
    assert sum(losses[-15:]) < 0.8 * sum(losses[:15])
    assert after["mean"] == before["mean"] and set(after) == set(FUSION_TYPES)
    assert min(after["attention"], after["gated"]) > before["mean"] + 0.05


def test_the_command_trains_the_heads_of_a_weights_folder_that_still_loads(tmp_path, monkeypatch, capsys):
    pictures, weights = write_cutouts(tmp_path / "pictures"), tmp_path / "weights"
    tiny_pipeline().save_pretrained(weights)
    write_checksums(weights)
    before = weights_hash(weights)
    monkeypatch.chdir(tmp_path)  # the cache of decoded pictures is beside the run
    options = ["--concepts", "12", "--views", "3", "--steps", "2", "--batch-size", "8", "--run", str(tmp_path / "run")]
    main(["--weights", str(weights), "--input", str(pictures), *options])
    assert "own words nearest among" in capsys.readouterr().out and weights_hash(weights) != before
    loaded = load_pipeline(weights)
    kept = ImageFusion.from_pretrained(tmp_path / "run" / "fusion" / "fusion")  # where export looks
    fresh = ImageFusion(**{name: kept.config[name] for name in ("embed_dim",)}).state_dict()
    for name, value in kept.state_dict().items():
        assert torch.allclose(loaded.fusion.state_dict()[name], value, atol=1e-3)
    assert any(not torch.equal(kept.state_dict()[name], fresh[name]) for name in fresh)
