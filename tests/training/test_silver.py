"""Silver captions: kept, left out, mixed in. Example run: python -m pytest tests/training/test_silver.py"""

import json
from collections import Counter

import pytest

from pipeline.training import silver
from pipeline.training.grammar import Caption
from pipeline.training.silver_parse import Word

PARSES = {
    "a red cat": "a/DT/det/2 red/JJ/amod/2 cat/NN/ROOT/-1",
    "cat slept": "cat/NN/nsubj/1 slept/JJ/ROOT/-1",
}


def parse(prompts):
    for units in prompts:
        rows = [one.split("/") for one in PARSES[" ".join(word for unit in units for word in unit)].split()]
        yield [Word(said, tag, link, int(head)) for said, tag, link, head in rows]


def test_what_is_certain_is_kept_and_the_rest_has_a_reason():
    prompts = ["A red cat", "a  red cat", "cat slept", "cat", "held out, this"]
    found, reasons = silver.silver_captions(prompts, parse, silver.known_things(["cat"]), frozenset({"held out this"}))
    assert found == [Caption(("a", "red", "cat"), ("chatter", "colour", "thing"), (-1, 2, -1))]
    assert reasons == Counter({"held out": 1, "too short or too long": 1, "a verb that is JJ": 1})


def test_the_prompts_of_the_evaluation_are_held_out():
    unwanted = silver.held_out(silver.HELD_OUT)
    assert len(unwanted) > 290 and "a fox wearing a green scarf" in unwanted
    assert silver.silver_captions(["A fox, wearing a green scarf!"], parse, frozenset(), unwanted)[0] == []


def test_the_last_captions_give_way_to_silver_ones():
    own = [Caption((str(at),), ("thing",), (-1,)) for at in range(10)]
    labelled = [Caption((name,), ("thing",), (-1,)) for name in "ab"]
    together = silver.mixed(own, labelled, 0.5, seed=0)
    assert together[:5] == own[:5] and len(together) == 10
    assert {caption.words for caption in together[5:]} == {("a",), ("b",)}
    assert together == silver.mixed(own, labelled, 0.5, seed=0)
    assert silver.mixed(own, labelled, 0, seed=0) == own
    for share, some in ((1.1, labelled), (0.5, [])):
        with pytest.raises(ValueError, match="share from 0 to 1 and some silver"):
            silver.mixed(own, some, share, seed=0)


def test_the_command_writes_what_training_reads(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(silver, "spacy_parser", lambda name: parse)
    (tmp_path / "prompts.tsv").write_text("a red cat\tcolours\ncat slept\t\n", encoding="utf-8")
    silver.main(["--input", str(tmp_path / "prompts.tsv"), "--output", str(tmp_path / "silver.jsonl"), "--show", "1"])
    assert silver.load_silver(tmp_path / "silver.jsonl") == [
        Caption(("a", "red", "cat"), ("chatter", "colour", "thing"), (-1, 2, -1))
    ]
    assert json.loads((tmp_path / "silver.jsonl").read_text(encoding="utf-8"))["heads"] == [-1, 2, -1]
    said = capsys.readouterr().out
    assert "a/chatter/-1 red/colour/2 cat/thing/-1" in said and "2 prompts, 1 captions" in said
