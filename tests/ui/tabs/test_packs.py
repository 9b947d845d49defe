"""The table of emoji and descriptions. Example run: python -m pytest tests/ui/tabs/test_packs.py"""

from pipeline.serve.sheets import Sheet
from pipeline.ui.tabs.packs import _texts

SHEET = Sheet.from_lines("a fox\na fox\na cat", title="", style="", seed=7)


def test_what_was_typed_stays_also_where_prompts_are_the_same():
    rows = _texts(SHEET, [])
    assert rows == [["a fox", "🦊", "A fox"], ["a fox", "🦊", "A fox"], ["a cat", "🐈", "A cat"]]
    rows[0][1], rows[1][1], rows[1][2] = "🥇", "🥈", "the second"
    assert _texts(SHEET, rows) == rows
    other = SHEET.with_prompt(2, "a dog")
    assert _texts(other, rows) == [*rows[:2], ["a dog", "🐕", "A dog"]]
