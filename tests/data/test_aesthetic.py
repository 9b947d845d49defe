"""Example run: pytest tests/data/test_aesthetic.py"""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from pipeline.data.aesthetic import fit_aesthetic_head, score_aesthetics, train_on_degradations
from pipeline.data.degrade import DEGRADATIONS, GRADES, degrade
from pipeline.data.features import embed_pictures, picture_features
from pipeline.models.aesthetic import AestheticHead
from tests.data.pictures import drawing, record_of


def test_features_are_finite_for_any_picture():
    odd = [
        Image.new("RGB", (40, 33), "white"),
        Image.new("RGBA", (32, 200)),
        drawing(1, mode="RGBA"),
        drawing(2, mode="L"),
    ]
    features = picture_features(odd)
    assert features.shape == (4, 117) and np.isfinite(features).all()


@pytest.mark.parametrize("kind", DEGRADATIONS)
def test_a_higher_grade_is_further_from_the_picture(kind):
    image = drawing(1, side=128)

    def distance(grade):
        worse = degrade(image, kind, grade, np.random.default_rng(0), others=[drawing(2)]).resize(image.size)
        return np.abs(np.asarray(worse, float) - np.asarray(image, float)).mean()

    distances = [distance(grade) for grade in GRADES]
    assert 0 < distances[0] < distances[2]


def test_unknown_damage_is_named():
    with pytest.raises(ValueError, match="rust"):
        degrade(drawing(1), "rust", 1, np.random.default_rng(0))


@pytest.fixture(scope="module")
def trained():
    return train_on_degradations([drawing(seed) for seed in range(60)], seed=0)


def test_whole_pictures_score_higher_than_damaged_ones(trained):
    head, report = trained
    assert report.auc > 0.85
    assert report.mean_score_by_grade[0] > 0.6 > 0.5 > report.mean_score_by_grade[3]
    fresh = [drawing(seed) for seed in range(500, 510)]
    ruined = [degrade(image, "noise", 3, np.random.default_rng(0)) for image in fresh]
    with torch.no_grad():
        good, bad = (head(torch.as_tensor(picture_features(images))).mean() for images in (fresh, ruined))
    assert good > bad + 0.3


def test_training_twice_gives_the_same_head():
    images = [drawing(seed) for seed in range(24)]
    first, second = (train_on_degradations(images, seed=3)[0].state_dict() for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_a_saved_head_gives_the_same_scores(trained, tmp_path):
    head, _ = trained
    head.save_pretrained(tmp_path)
    inputs = torch.as_tensor(picture_features([drawing(1)]))
    assert torch.equal(AestheticHead.from_pretrained(tmp_path).eval()(inputs), head.eval()(inputs))


def test_the_step_drops_under_the_threshold_and_keeps_the_score(trained, tmp_path):
    head, _ = trained
    good = record_of(tmp_path / "good.png", drawing(900))
    bad = record_of(tmp_path / "bad.png", degrade(drawing(900), "noise", 3, np.random.default_rng(0)))
    found = {r.key: r for r in score_aesthetics(embed_pictures([good, bad]), head, threshold=0.3)}
    assert found["good.png"].dropped is None and found["bad.png"].dropped.step == "aesthetic"
    assert found["good.png"].metadata["aesthetic_score"] > found["bad.png"].metadata["aesthetic_score"]


def test_an_embedding_of_another_length_is_refused(trained, tmp_path):
    record = record_of(tmp_path / "a.png", drawing(1))
    with pytest.raises(ValueError, match="embed_pictures"):
        list(score_aesthetics([record], trained[0]))
    with pytest.raises(ValueError, match="117.*got 3"):
        list(score_aesthetics([replace(record, image_embeds=np.zeros(3, np.float32))], trained[0]))


def test_scores_are_calibrated_on_a_known_answer():
    generator = np.random.default_rng(0)
    embeds = generator.normal(size=(3000, 4)).astype(np.float32)
    chance = 1 / (1 + np.exp(-2 * embeds[:, 0]))
    targets = (generator.random(3000) < chance).astype(np.float32)
    head, report = fit_aesthetic_head(embeds, targets, np.arange(3000), epochs=20)
    with torch.no_grad():
        gap = np.abs(head(torch.as_tensor(embeds)).numpy() - chance).mean()
    assert gap < 0.06 and report.calibration_error < 0.1


def test_too_few_pictures_are_refused():
    with pytest.raises(ValueError, match="at least 20"):
        train_on_degradations([drawing(1)] * 3)
