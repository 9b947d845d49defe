"""What a person is told about a reading. Example run: python -m pytest tests/scene/test_notes.py"""

import pytest

from pipeline.scene.notes import NOTE_KINDS, Note, sentence


def test_what_may_be_meant_is_asked_behind_the_sentence():
    assert Note("guessed", "wug", "cat", ("cat", "dog")).sentence == (
        "“wug” was never taught: “cat” is a guess. Did you mean: cat, dog?"
    )
    assert Note("guessed", "wug", "cat").sentence.endswith("is a guess.")


def test_what_is_left_out_stands_together_at_the_end_each_word_once():
    notes = (Note("left out", "old"), Note("wish", "jump"), Note("left out", "wise"), Note("left out", "old"))
    assert sentence(notes) == "“jump” was not understood as a change. Left out: “old”, “wise”."
    assert sentence(()) == ""


def test_braces_that_somebody_typed_are_no_placeholders():
    assert Note("unknown", "{used}").sentence == "“{used}” was never taught and is not drawn."
    assert sentence((Note("left out", "{said}"),)) == "Left out: “{said}”."


def test_a_kind_that_there_is_not_is_refused_by_name():
    with pytest.raises(ValueError, match="^`kind` of a note must be one of replaced, .*aspect; got 'praise'.$"):
        Note("praise")


def test_equal_notes_are_one():
    assert len(
        {Note("wish", "a"), Note("wish", "a"), Note("wish", "b"), *(Note(kind, "a") for kind in NOTE_KINDS)}
    ) == (len(NOTE_KINDS) + 1)
