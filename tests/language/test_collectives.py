"""Words for many different things. Example run: python -m pytest tests/language/test_collectives.py"""

from pipeline.language.collectives import members_of
from tests.scene.test_parse import WEIGHTS, load_reader, trained


def test_a_number_of_different_things_has_members():
    assert members_of("fruit")[:2] == ("red apple", "banana")
    assert members_of("various sea animals") == members_of("sea animals") != ()
    assert members_of("cat") == () and members_of("") == ()


def test_one_of_them_is_one():
    assert members_of("fruit", one=True) == ()
    assert members_of("birthday party", one=True) == members_of("birthday party") != ()


@trained
def test_every_member_was_taught():
    from pipeline.language.collectives import _MEMBERS

    names = load_reader(WEIGHTS).names
    unknown = {member for members in _MEMBERS.values() for member in members if not names.is_name(member)}
    assert not unknown
