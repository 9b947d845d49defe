"""What is drawn for want of the thing itself. Example run: python -m pytest tests/language/test_stand_ins.py"""

from collections import Counter

import pytest

from pipeline.language.english import singular
from pipeline.language.stand_ins import NOT_TAUGHT, OWN_COLOURS, STAND_INS, TYPICAL
from pipeline.language.styles import BACKGROUNDS


def names_of(table: dict[str, str]) -> list[str]:
    return [name.strip() for names in table.values() for name in " ".join(names.split()).split(",")]


@pytest.mark.parametrize("table", [TYPICAL, STAND_INS], ids=["typical", "stand-ins"])
def test_a_name_has_one_thing_that_stands_for_it_and_is_none_itself(table):
    names = names_of(table)
    assert [name for name, times in Counter(names).items() if times > 1] == []
    assert all(name and name == name.lower() for name in names)
    assert [name for thing, text in table.items() for name in names_of({thing: text}) if name == thing] == []


def test_a_kind_has_a_member_or_a_stand_in_and_not_both():
    assert set(names_of(TYPICAL)) & set(names_of(STAND_INS)) == set()


def test_what_is_owned_up_to_is_drawn_as_nothing():
    drawn = {*names_of(TYPICAL), *names_of(STAND_INS)}
    assert not {*NOT_TAUGHT, *map(singular, NOT_TAUGHT)} & drawn
    assert [word for word, choices in NOT_TAUGHT.items() if word in names_of({word: choices})] == []


def test_what_stands_in_for_a_thing_of_one_colour_has_that_colour():
    assert OWN_COLOURS.keys() - {*names_of(TYPICAL), *names_of(STAND_INS)} == set()
    assert set(OWN_COLOURS.values()) <= {*BACKGROUNDS}
