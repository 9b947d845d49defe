"""Groups of rules switched off. Example run: python -m pytest tests/evaluation/test_scene_rules.py"""

import importlib

import pytest

from pipeline.evaluation import scene_rules
from pipeline.evaluation.scene_rules import GROUPS, ROOT, code_lines, without, written_for
from pipeline.scene import parse


def at(target: str):
    module, _, path = target.partition(":")
    found = importlib.import_module(f"pipeline.{module}")
    for name in path.split("."):
        found = getattr(found, name)
    return found


@pytest.mark.parametrize("name", GROUPS)
def test_a_group_is_off_as_long_as_it_is_asked_for(name):
    group = GROUPS[name]
    before = {target: at(target) for target in group.off}
    with without([name]):
        assert {target: at(target) for target in group.off} == group.off
        assert all(at(target) is not rule for target, rule in before.items())
    assert {target: at(target) for target in group.off} == before


@pytest.mark.parametrize("name", GROUPS)
def test_a_group_has_lines_and_tests(name):
    assert code_lines(GROUPS[name].code) > 0
    assert all((ROOT / "tests" / file).is_file() for file in GROUPS[name].tests)


def test_all_groups_can_be_off_together():
    with without([*GROUPS]):
        assert parse.reword("a cat on fire", lambda said: False).text == "a cat on fire"
    assert parse.reword("a cat on fire", lambda said: False).text == "a cat with fire"


def test_docstrings_comments_and_tables_are_no_lines():
    assert code_lines(("language/expressions.py:is_plain_mood",)) == 3
    assert code_lines(("language/expressions.py",)) < 20
    both = code_lines(("scene/lands.py", "scene/lands.py:drop"))
    assert both == code_lines(("scene/lands.py",))  # a line counts once


def test_a_group_that_there_is_not_is_said():
    with pytest.raises(ValueError, match="takes names of syntax, .*; got rhymes"), without(["rhymes"]):
        pass


def test_the_prompts_of_a_groups_own_tests_are_found_without_what_is_written_behind_their_words():
    assert "swan on a lake" in written_for("lands") and "happy birthday Emma" in written_for("greetings")
    assert not any("Example run" in text for text in written_for("lands"))


def test_the_command_prints_a_row_for_each_group(monkeypatch, capsys):
    found = {"exact": 90.0, "names_f1": 91.0, "colours": 92.0, "relations_f1": 93.0, "wrong_things": 4, "_missed": []}
    monkeypatch.setattr(scene_rules, "load_reader", lambda weights, parser: None)
    monkeypatch.setattr(scene_rules, "evaluate", lambda reader, labels: found)
    monkeypatch.setattr(scene_rules, "_read_otherwise", lambda reader, name: "5 of 6")
    scene_rules.main(["--only", "lands,greetings"])
    title, as_it_is, lands, greetings = capsys.readouterr().out.splitlines()
    assert title.startswith("| off | lines | exact | hard |") and title.endswith("| its own prompts read otherwise |")
    assert as_it_is == "| as it is | 0 | 90.0 | 100.0 | 91.0 | 92.0 | 93.0 | 4 |"
    assert lands == f"| lands | {code_lines(GROUPS['lands'].code)} | 90.0 | 100.0 | 91.0 | 92.0 | 93.0 | 4 | 5 of 6 |"
    assert greetings.startswith("| greetings | ")
    scene_rules.main(["--without", "lands,greetings"])
    assert capsys.readouterr().out.splitlines()[1].startswith("| without lands,greetings | ")
