"""Everyday words stand for one thing each. Example run: python -m pytest tests/language/test_common_words.py"""

import json
from pathlib import Path

import pytest

from pipeline.language.common_words import MEANT, SAME_THING
from pipeline.language.stand_ins import NOT_TAUGHT, STAND_INS, TYPICAL

TABLES = {"SAME_THING": SAME_THING, "TYPICAL": TYPICAL, "STAND_INS": STAND_INS}


def test_a_word_stands_for_one_thing():
    names = [name for table in TABLES.values() for words in table.values() for name in words.split(", ")]
    names += NOT_TAUGHT
    assert sorted(name for name in set(names) if names.count(name) > 1) == []
    assert all(name and name == name.strip().lower() for name in names)


def test_all_tables_are_meant():
    assert MEANT["sheep"] == "ewe" and MEANT["animal"] == "dog face" and MEANT["cheetah"] == "leopard"
    assert not NOT_TAUGHT.keys() & MEANT.keys()


@pytest.mark.parametrize("table", TABLES)
def test_what_words_stand_for_was_taught(table):
    config = json.loads(Path("weights/vocabulary/config.json").read_text(encoding="utf-8"))
    taught = {*config["phrases"], *config["shown"]}
    assert [phrase for phrase in TABLES[table] if phrase not in taught] == []


def test_what_is_offered_was_taught():
    config = json.loads(Path("weights/vocabulary/config.json").read_text(encoding="utf-8"))
    taught = {*config["phrases"], *config["shown"]}
    assert {choice for words in NOT_TAUGHT.values() for choice in words.split(", ")} <= taught
