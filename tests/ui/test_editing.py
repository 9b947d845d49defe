"""Undo and redo go over the states of one picture. Example run: python -m pytest tests/ui/test_editing.py"""

from pipeline.recipe import Recipe
from pipeline.serve.drawn import Drawn
from pipeline.ui.editing import Versions


def state(number):
    return Drawn(f"{number}.png", Recipe(prompt="a cat", seed=number), "0" * 16, 1.0)


def test_undo_and_redo_show_the_states_and_a_new_change_forgets_what_was_undone():
    states = Versions((state(0),))
    assert states.ways == (False, False)
    states = states.then(state(1)).then(state(2))
    assert states.shown == state(2) and states.ways == (True, False)
    back = states.gone(-1)
    assert back.shown == state(1) and back.ways == (True, True)
    assert back.gone(1) == states and back.gone(-1).gone(-1).shown == state(0)
    assert back.then(state(3)).states == (state(0), state(1), state(3))


def test_of_very_many_states_the_oldest_are_forgotten():
    states = Versions((state(0),))
    for number in range(1, 130):
        states = states.then(state(number))
    assert len(states.states) == 100 and states.shown == state(129)
