"""What the rules around the scene parser are worth: its table again, with groups of rules switched off.

    python -m pipeline.evaluation.scene_rules --weights weights
    python -m pipeline.evaluation.scene_rules --without idioms,places
    python -m pipeline.evaluation.scene_rules --only outfits,greetings --tests

The first row is the product, the second the network alone: its roles and heads, names looked up in the vocabulary, and
a table of words for each kind of relation and of scenery. Then each group is off by itself. Rules that the 300
prompts do not need were written for others: the last column says how many prompts of a group's own tests are read
otherwise without it, and ``--tests`` how many of these tests then fail. Lines are those of functions,
without docstrings, comments, blank lines and tables. Nothing in the product knows of this: names are replaced where
they are imported.
"""

import argparse
import ast
import contextlib
import importlib
import io
import re
import unittest.mock
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.evaluation.scene_parser import evaluate, load_prompts, load_reader
from pipeline.language.relations import scenery_of
from pipeline.language.syntax import PlainPrompt
from pipeline.scene import recovered
from pipeline.scene.parse import SceneReader
from pipeline.scene.record import Ground, Relation
from pipeline.scene.rewording import Reworded

__all__ = ["GROUPS", "Group", "code_lines", "main", "without", "written_for"]

ROOT = Path(__file__).resolve().parents[2]
_TAGS = re.compile(
    r"/(?:[a-z]+\+?|\+)(?::\d+)?|(?<=\w)>\d+"
)  # "swan/t on/r:0", "a hat>2": what tests write behind words


def _nothing(*_: Any, **__: Any) -> None:
    """Corrects nothing, finds nothing, says no."""


def _first(first: Any, *_: Any, **__: Any) -> Any:
    return first


def _scenery(places, palette=None, land="grass"):
    found = next((name for place in places if (name := scenery_of(place))), None)
    return (Ground("scene", name=found), []) if found else (None, list(places))


def _told_plainly(subject, target, kind):
    """Whose relation it is, by its kind alone."""
    turned = {"wearing": "worn by", "holding": "held by", "with": "with", "surrounded by": "around"}
    if kind in turned:
        return target.id, Relation(turned[kind], subject.id)
    return subject.id, Relation(kind, target.id)


@dataclass(frozen=True)
class Group:
    """Rules of one kind.

    Args:
        off: ``module:name``, under ``pipeline``, and what stands in for it.
        code: where the rules are: files under ``pipeline``, or ``file:function``.
        tests: their own, files under ``tests``.
    """

    off: dict[str, Callable]
    code: tuple[str, ...]
    tests: tuple[str, ...]


_MENDING = (
    "_moods _first_mentions _no_things _upside_down _materials _stuff _flavours _full_of _longer_relations "
    "_own_prepositions _turned_round _unjoined _sceneries _skies _ones"
).split()
_JOINING: dict[str, Callable] = {
    "_without_drawn": _first,
    "_doer": _first,
    "_comes_after": _nothing,
    "_wears_first": _nothing,
    "_told": _told_plainly,
    "_sided": lambda ordered, sides, arrangement: (ordered, arrangement),
}
_EXPRESSIONS = {f"scene.{name}:expression_of": lambda looks: (None, list(looks)) for name in (
    "idioms", "mending", "shared", "omitted", "sketch"
)}  # fmt: skip
PARSED = "scene/test_parse.py"

GROUPS = {
    "syntax": Group(
        {"scene.parse:plain_language": lambda prompt, seed=0: PlainPrompt(prompt)},
        ("language/syntax.py", "language/emoji.py"),
        ("language/test_syntax.py", PARSED),
    ),
    "greetings": Group(
        {"scene.parse:greeted": lambda prompt, is_name: (prompt, None)},
        ("language/greetings.py",),
        ("language/test_greetings.py", PARSED),
    ),
    "asking": Group(
        {"scene.parse:without_own_names": lambda prompt, is_thing: (prompt, []), "scene.mending:for_whom": _nothing},
        ("scene/asking.py",),
        ("scene/test_asking.py", PARSED),
    ),
    "spelling": Group(
        {
            "scene.parse:SceneReader._respelled": lambda self, plain, notes: plain.text,
            "language.names:NameFinder.respelled": lambda self, word: word,
        },
        ("language/spelling.py", "scene/rewording.py:function_word"),
        ("language/test_spelling.py", PARSED),
    ),
    "rewording": Group(
        {"scene.parse:reword": lambda text, is_name: Reworded(text)},
        ("scene/rewording.py",),
        ("scene/test_rewording.py", PARSED),
    ),
    "settings": Group(
        {"scene.mending:settle": _nothing}, ("scene/settings.py",), ("scene/test_settings.py", PARSED)
    ),
    "apart": Group({"scene.mending:tell_apart": _nothing}, ("scene/apart.py",), ("scene/test_apart.py", PARSED)),
    "idioms": Group(
        {"scene.mending:idioms": _nothing, "scene.parse:names_with": _nothing},
        ("scene/idioms.py",),
        ("scene/test_idioms.py", PARSED),
    ),
    "mending": Group(
        {f"scene.mending:{name}": _nothing for name in _MENDING},
        tuple(f"scene/mending.py:{name}" for name in _MENDING),
        ("scene/test_mending.py", "scene/test_sketch.py", PARSED),
    ),
    "sketch": Group(
        {f"scene.sketch:{name}": _nothing for name in ("_measures", "_repeat", "_mutual")},
        tuple(f"scene/sketch.py:{name}" for name in ("_measures", "_repeat", "_mutual")),
        ("scene/test_sketch.py", PARSED),
    ),
    "expressions": Group(
        {
            **_EXPRESSIONS,
            "scene.mending:is_plain_mood": _nothing,
            "scene.sketch:is_plain_mood": _nothing,
            "scene.parse:face_of": _nothing,
        },
        ("language/expressions.py", "scene/sketch.py:face_of"),
        ("language/test_expressions.py", PARSED),
    ),
    "overlooked": Group(
        {"scene.parse:overlooked": _nothing, "scene.parse:whole_names": _nothing},
        ("scene/overlooked.py",),
        ("scene/test_overlooked.py", PARSED),
    ),
    "parted": Group({"scene.parse:part_names": _nothing}, ("scene/parted.py",), ("scene/test_parted.py", PARSED)),
    "collectives": Group(
        {"scene.parse:collected": _nothing, "scene.parted:members_of": lambda said, one=False: ()},
        ("scene/collected.py", "language/collectives.py"),
        ("scene/test_collected.py", "language/test_collectives.py", PARSED),
    ),
    "recovered": Group(
        {"scene.parse:recover": lambda drawn, tokens, names: recovered.share(drawn, tokens)},
        ("scene/recovered.py",),
        ("scene/test_recovered.py", PARSED),
    ),
    "shared": Group({"scene.recovered:share": _nothing}, ("scene/shared.py",), ("scene/test_shared.py", PARSED)),
    "lands": Group({"scene.parse:lands": _nothing}, ("scene/lands.py",), ("scene/test_lands.py", PARSED)),
    "places": Group(
        {
            "scene.parse:ground_of": _scenery,
            "scene.parse:told_of": lambda drawn, tokens: [said.text for said in drawn.places],
        },
        ("scene/places.py",),
        ("scene/test_places.py", PARSED),
    ),
    "patterned": Group(
        {"scene.parse:patterned": _nothing}, ("scene/patterned.py",), ("scene/test_patterned.py", PARSED)
    ),
    "outfits": Group({"scene.parse:dress": _nothing}, ("scene/outfits.py",), ("scene/test_outfits.py", PARSED)),
    "activities": Group(
        {"scene.parse:give_tools": _nothing}, ("scene/activities.py",), ("scene/test_activities.py", PARSED)
    ),
    "joining": Group(
        {"scene.parse:at_its_place": _first, **{f"scene.joining:{name}": how for name, how in _JOINING.items()}},
        tuple(f"scene/joining.py:{name}" for name in ("at_its_place", *_JOINING)),
        ("scene/test_joining.py", PARSED),
    ),
    "omitted": Group(
        {"scene.parse:owned_up": lambda drawn, tokens, notes, colours: []},
        ("scene/omitted.py",),
        ("scene/test_omitted.py", PARSED),
    ),
}  # fmt: skip


@contextlib.contextmanager
def without(names: list[str]) -> Iterator[None]:
    """Groups of rules switched off.

    Raises:
        ValueError: there is no such group.
    """
    if unknown := [name for name in names if name not in GROUPS]:
        raise ValueError(f"`without` takes names of {', '.join(GROUPS)}; got {', '.join(unknown)}.")
    with contextlib.ExitStack() as stack:
        for target, stand_in in (pair for name in names for pair in GROUPS[name].off.items()):
            module, _, path = target.partition(":")
            owner: Any = importlib.import_module(f"pipeline.{module}")
            *classes, name = path.split(".")
            for one in classes:
                owner = getattr(owner, one)
            stack.enter_context(unittest.mock.patch.object(owner, name, stand_in))
        yield


def code_lines(places: tuple[str, ...]) -> int:
    """Lines of functions and classes, without docstrings, comments, blank lines and tables."""
    lines = set()
    for place in places:
        file, _, name = place.partition(":")
        text = (ROOT / "pipeline" / file).read_text(encoding="utf-8")
        for node in ast.parse(text).body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef) or name not in ("", node.name):
                continue
            own = {*range(node.lineno, (node.end_lineno or node.lineno) + 1)}
            for inner in ast.walk(node):
                if isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Constant):
                    own -= {*range(inner.lineno, (inner.end_lineno or inner.lineno) + 1)}
            written = text.splitlines()
            lines |= {(file, at) for at in own if written[at - 1].split("#")[0].strip()}
    return len(lines)


def _failed(name: str) -> str:
    """How many of a group's tests fail without it, of how many."""
    import pytest

    class Count:
        failed = total = 0

        def pytest_runtest_logreport(self, report) -> None:
            self.total += report.when == "call" and not report.skipped
            self.failed += report.when == "call" and report.failed

    count = Count()
    files = [str(ROOT / "tests" / file) for file in GROUPS[name].tests]
    with without([name]), contextlib.redirect_stdout(io.StringIO()):
        pytest.main(["-q", "--no-header", "--tb=no", "-p", "no:cacheprovider", *files], plugins=[count])
    if not count.total:
        raise RuntimeError(f"No test of {', '.join(GROUPS[name].tests)} ran. Run them with pytest to see why.")
    return f"{count.failed} of {count.total}"


def written_for(name: str) -> list[str]:
    """The prompts that a group's own tests write: their strings of several words, without docstrings."""
    found: dict[str, None] = {}
    for file in GROUPS[name].tests:
        tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
        told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            text = node.value if isinstance(node, ast.Constant) and id(node) not in told else None
            if isinstance(text, str) and " " in text.strip() and "\n" not in text and file != PARSED:
                found[_TAGS.sub("", text)] = None
    return [*found]


def _read_otherwise(reader: SceneReader, name: str) -> str:
    """How many of the prompts that a group was written for are read otherwise without it, of how many."""
    prompts = written_for(name)
    before = [reader.parse(prompt) for prompt in prompts]
    with without([name]):
        after = [reader.parse(prompt) for prompt in prompts]
    told = [(one.scene, one.notes) != (other.scene, other.notes) for one, other in zip(before, after, strict=True)]
    return f"{sum(told)} of {len(told)}"


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m pipeline.evaluation.scene_rules", description=__doc__)
    parser.add_argument("--weights", default="weights", help="folder of text encoder, vocabulary and scene parser")
    parser.add_argument("--parser", help="folder of another scene parser")
    parser.add_argument("--without", help="groups to switch off together, by commas, instead of the whole table")
    parser.add_argument("--only", help="groups for the table, by commas (default: all)")
    parser.add_argument("--tests", action="store_true", help="run each group's own tests without it")
    arguments = parser.parse_args(argv)
    asked = (arguments.without or arguments.only or ",".join(GROUPS)).split(",")
    with without(asked):  # what is not known is said before anything is loaded
        pass
    if arguments.without:
        rows = {f"without {arguments.without}": asked}
    else:
        alone = {} if arguments.only else {"the head alone": [*GROUPS]}
        rows = {"as it is": [], **alone, **{name: [name] for name in asked}}
    reader, labels = load_reader(arguments.weights, arguments.parser), load_prompts()
    columns = "off | lines | exact | hard | names F1 | colours | relations F1 | wrong | its own prompts read otherwise"
    print(f"| {columns} |{' its tests that fail |' * arguments.tests}", flush=True)
    for title, off in rows.items():
        with without(off), unittest.mock.patch("pipeline.scene.tagger._REMEMBERED", 10_000):
            found = evaluate(reader, labels)
        missed = sum(label.level == "hard" for label, *_ in found["_missed"])
        hard = sum(label.level == "hard" for label in labels)
        cells = [title, code_lines(tuple(place for name in off for place in GROUPS[name].code)), found["exact"]]
        cells += [round(100 * (hard - missed) / max(1, hard), 1)]
        cells += [found[name] for name in ("names_f1", "colours", "relations_f1", "wrong_things")]
        cells += [_read_otherwise(reader, off[0])] if len(off) == 1 else []
        cells += [_failed(off[0])] if arguments.tests and len(off) == 1 else []
        print(f"| {' | '.join(map(str, cells))} |", flush=True)


if __name__ == "__main__":
    main()
