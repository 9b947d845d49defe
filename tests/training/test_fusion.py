"""Example run: python -m pytest tests/training/test_fusion.py"""

import pytest
import torch
import torch.nn.functional as F

from pipeline.loading.weights import load_pipeline, weights_hash, write_checksums
from pipeline.models.fusion import FUSION_TYPES, ImageFusion
from pipeline.training.fusion import BagSet, fusion_loss, main, measure_heads, sample_bags
from tests.evaluation.cutout_zip import write_cutouts
from tests.tiny import tiny_pipeline


@pytest.fixture
def bags():
    """Concepts are directions of the first numbers; what is behind those is each picture's own."""
    generator = torch.Generator().manual_seed(0)
    text = F.normalize(torch.randn(60, 24, generator=generator), dim=-1)
    shown = text.unsqueeze(1) + 0.15 * torch.randn(60, 8, 24, generator=generator)
    looks = torch.randn(60, 8, 8, generator=generator)
    return BagSet(
        F.normalize(torch.cat([shown, 0.3 * looks], dim=-1), dim=-1), F.normalize(F.pad(text, (0, 8)), dim=-1), 24
    )


def test_bags_hold_two_to_five_different_views_and_at_most_one_wrong_picture(bags):
    concepts = torch.randperm(60, generator=torch.Generator().manual_seed(1))[:40]
    batch = sample_bags(bags, concepts, torch.Generator().manual_seed(0))
    counts, wrong = batch["mask"].sum(1), batch["wrong"].sum(1)
    assert set(counts.tolist()) == {2, 3, 4, 5} and set(wrong.tolist()) == {0, 1}
    assert not wrong[counts == 2].any()  # of two that differ, neither is the wrong one
    assert not (batch["wrong"] & ~batch["mask"]).any()
    for row, concept in enumerate(concepts.tolist()):
        seen = set()
        for place in batch["mask"][row].nonzero().flatten().tolist():
            found = (bags.image_embeds == batch["image_embeds"][row, place]).all(-1).nonzero().tolist()
            (own, view) = found[0]
            assert (own == concept) == (not batch["wrong"][row, place]) and own in concepts.tolist()
            seen.add((own, view))
        assert len(seen) == counts[row]
        other = bags.image_embeds[concept, :, :24]
        beside = (F.normalize(other, dim=-1) @ batch["other_embeds"][row]).argmax().item()
        assert (concept, beside) not in seen  # the drawing to be found is not in the bag
    assert batch["text_embeds"].shape == (40, 24)


def test_trained_heads_leave_out_wrong_pictures_of_concepts_left_out(bags):
    torch.manual_seed(0)
    model = ImageFusion(embed_dim=32, hidden_dim=16, attends_to="bag")
    generator = torch.Generator().manual_seed(0)
    held_out, trained = torch.arange(20), torch.arange(20, 60)
    before = measure_heads(model, bags, held_out)
    assert before["attention"] == pytest.approx(before["mean"]) and before["gated"] == pytest.approx(before["mean"])
    assert before["mean"]["wrong"] == pytest.approx(1.0)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    losses = []
    for _ in range(60):
        loss = fusion_loss(model, sample_bags(bags, trained, generator), generator)["loss"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    after = measure_heads(model, bags, held_out)
    assert sum(losses[-15:]) < sum(losses[:15])
    assert after["mean"] == before["mean"] and set(after) == set(FUSION_TYPES)
    for head in (after["attention"], after["gated"]):
        assert head["wrong"] < 0.5 and head["drawn"] > before["mean"]["drawn"] + 0.1
        assert head["words"] >= before["mean"]["words"] and head["drawing"] >= before["mean"]["drawing"]


def test_the_command_trains_the_heads_of_a_weights_folder_that_still_loads(tmp_path, monkeypatch, capsys):
    pictures, weights = write_cutouts(tmp_path / "pictures"), tmp_path / "weights"
    tiny_pipeline().save_pretrained(weights)
    write_checksums(weights)
    before = weights_hash(weights)
    monkeypatch.chdir(tmp_path)  # the cache of decoded pictures is beside the run
    options = ["--concepts", "12", "--views", "3", "--steps", "2", "--batch-size", "8", "--run", str(tmp_path / "run")]
    main(["--weights", str(weights), "--input", str(pictures), *options])
    assert "| attention |" in capsys.readouterr().out and weights_hash(weights) != before
    loaded = load_pipeline(weights)
    kept = ImageFusion.from_pretrained(tmp_path / "run" / "fusion" / "fusion")  # where export looks
    fresh = ImageFusion(**{name: kept.config[name] for name in ("embed_dim",)}).state_dict()
    for name, value in kept.state_dict().items():
        assert torch.allclose(loaded.fusion.state_dict()[name], value, atol=1e-3)
    assert any(not torch.equal(kept.state_dict()[name], fresh[name]) for name in fresh)
