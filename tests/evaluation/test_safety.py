"""Example run: pytest tests/evaluation/test_safety.py"""

import numpy as np

from pipeline.evaluation.safety import harmless_lists, main, measure_drawn, measure_safety, unsafe_lists
from pipeline.evaluation.safety_prompts import BENIGN_CHOSEN_ON, BENIGN_PROMPTS, UNSAFE_CHOSEN_ON, UNSAFE_PROMPTS
from pipeline.safety import SafetyScreen
from tests.data.pictures import drawing, record_of
from tests.tiny import tiny_pipeline


def test_words_and_meaning_are_counted_apart():
    concepts = {concept for category in SafetyScreen()._categories for concept in category.concepts}

    def embed_texts(texts):
        return np.array([[1.0, 0.0] if text in concepts or "unpleasant" in text else [0.0, 1.0] for text in texts])

    refused = measure_safety(["a cat", "a nude", "something unpleasant"], embed_texts)
    assert refused["words"] == ["a nude"] and refused["0.55"] == ["a nude", "something unpleasant"]


def test_no_sentence_is_both_chosen_on_and_measured():
    chosen = {*BENIGN_CHOSEN_ON, *(prompt for prompts in UNSAFE_CHOSEN_ON.values() for prompt in prompts)}
    measured = {*BENIGN_PROMPTS, *(prompt for prompts in UNSAFE_PROMPTS.values() for prompt in prompts)}
    concepts = {concept for category in SafetyScreen()._categories for concept in category.concepts}
    assert not chosen & measured and not measured & {*concepts, *SafetyScreen()._ordinary}


def test_no_harmless_sentence_is_refused_for_its_words():
    for prompts in harmless_lists(["kitchen knife", "pistol", "cigarette", "bomb"], []).values():
        assert measure_safety(prompts)["words"] == []
    assert len(measure_safety(unsafe_lists()["chosen on"])["words"]) > 20


def test_both_tables_are_printed(tmp_path, monkeypatch, capsys):
    record_of(tmp_path / "a.png", drawing(1))
    (tmp_path / "metadata.jsonl").write_text('{"file_name": "a.png", "text": "an apple", "concept": "apple"}\n')
    monkeypatch.setattr(
        "pipeline.evaluation.safety.load_text_encoder", lambda folder: lambda texts: np.eye(2)[[0] * len(texts)]
    )
    main(["--input", str(tmp_path), "--captions", "1"])
    printed = capsys.readouterr().out
    assert "names of things" in printed and "- hate" in printed


def test_drawn_pictures_are_held_against_what_is_unsafe():
    excess = measure_drawn(tiny_pipeline(), ["a cat", "an apple"])
    assert excess.shape == (2,) and np.isfinite(excess).all() and (np.abs(excess) <= 2).all()
