"""The ids of the things of a scene."""

from pipeline.scene.ids import free_id, id_of


def test_an_id_is_the_name_in_small_letters():
    assert id_of("T-Rex, the 2nd!") == "t-rex-the-2nd"
    assert id_of("日本") == "thing"
    assert len(id_of("a very long name of a thing that goes on")) <= 30


def test_an_id_that_is_taken_gets_the_next_number():
    assert free_id("cat", ()) == "cat"
    assert free_id("cat", {"cat", "cat-2"}) == "cat-3"
    assert len(free_id("c" * 40, {"c" * 40})) <= 40
