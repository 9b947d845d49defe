"""Example run: python -m pytest tests/evaluation/test_words.py"""

import random
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from pipeline.evaluation.geneval import judge_composition, real_composition
from pipeline.evaluation.judge import load_judge
from pipeline.evaluation.part_colours import PART_PROMPTS, PartPrompt, judge_part
from pipeline.evaluation.parts import colour_shares
from pipeline.evaluation.real_pictures import compose_real
from pipeline.evaluation.words import (
    OUTCOMES,
    ListedWord,
    _print_shares,
    judge_word,
    main,
    print_words,
    read_words,
    real_words,
)
from tests.evaluation.cutout_zip import write_cutouts


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    folder = tmp_path_factory.mktemp("words")
    return load_judge(write_cutouts(folder / "pictures"), cache=folder / "cache")


def picture(judge, *phrases, layout="single", count=1):
    rows = [next(row for row in judge.rows if row.phrase == phrase) for phrase in phrases]
    return compose_real(judge.pixels, tuple(rows), "white", layout, random.Random(0), count=count)


def output(image, *things, notes=()):
    scene = SimpleNamespace(things=[SimpleNamespace(name=name) for name in things])
    parsed = SimpleNamespace(notes=[SimpleNamespace(kind=kind, said="") for kind in notes], sentence=" ".join(notes))
    return SimpleNamespace(images=[image], plans=[SimpleNamespace(scene=scene, parsed=parsed)])


def test_a_word_is_drawn_as_itself_or_not_or_it_is_said(judge):
    cross = picture(judge, "red cross")
    assert judge_word(judge, ListedWord("red cross"), output(cross, "red cross"))["outcome"] == OUTCOMES[0]
    assert judge_word(judge, ListedWord("hat", ("red cross",)), output(cross, "red cross"))["outcome"] == OUTCOMES[0]
    silent = judge_word(judge, ListedWord("telescope"), output(cross, "red cross"))
    assert silent["outcome"] == OUTCOMES[3] and silent["drawn"] == ["red cross"]
    assert (
        judge_word(judge, ListedWord("telescope"), output(cross, "red cross", notes=["replaced"]))["outcome"]
        == OUTCOMES[2]
    )
    assert judge_word(judge, ListedWord("telescope"), output(cross, notes=["option"]))["outcome"] == OUTCOMES[3]
    blank = output(Image.new("RGB", (64, 64), "white"), "blue ring")
    assert judge_word(judge, ListedWord("blue ring"), blank)["outcome"] == OUTCOMES[1]
    assert judge_word(judge, ListedWord("The Bluering"), blank)["outcome"] == OUTCOMES[1]
    assert judge_word(judge, ListedWord("blue rings"), blank)["outcome"] == OUTCOMES[1]
    assert judge_word(judge, ListedWord("blue ringlet"), blank)["outcome"] == OUTCOMES[3]


def test_lists_are_read_with_and_without_synonyms(tmp_path):
    (tmp_path / "a.txt").write_text("cat\n\naircraft carrier\n", encoding="utf-8")
    (tmp_path / "b.tsv").write_text("name\tsynonyms\ncab_(taxi)\tcab_(taxi), taxi\n", encoding="utf-8")
    assert [word.text for word in read_words(tmp_path / "a.txt")] == ["cat", "aircraft carrier"]
    assert read_words(tmp_path / "b.tsv")[0] == ListedWord("cab", ("cab (taxi)", "taxi"))
    (tmp_path / "c.txt").write_text("\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no words"):
        read_words(tmp_path / "c.txt")


def ask(tag, *include):
    return {"tag": tag, "prompt": tag, "include": list(include)}


def test_two_things_their_places_and_their_colours_are_judged(judge):
    image = picture(judge, "red disc", "blue cross", layout="left-right")
    disc, cross = {"class": "red disc", "count": 1}, {"class": "blue cross", "count": 1}
    assert judge_composition(judge, ask("two_object", disc, cross), image)["right"]
    beside = ask("position", disc, {**cross, "position": ["right of", 0]})
    assert judge_composition(judge, beside, image)["right"]
    beside["include"][1]["position"] = ["left of", 0]
    assert not judge_composition(judge, beside, image)["right"]
    coloured = ask("color_attr", {**disc, "color": "red"}, {**cross, "color": "blue"})
    assert judge_composition(judge, coloured, image)["right"]
    wrong = judge_composition(judge, ask("color_attr", {**disc, "color": "green"}, cross), image)
    assert not wrong["right"] and "not green" in wrong["why"]
    only = picture(judge, "red disc")
    assert not judge_composition(judge, ask("two_object", disc, cross), only)["right"]


@pytest.mark.parametrize("count", [2, 3, 4])
def test_counts_are_judged(judge, count):
    image = picture(judge, "green disc", layout="count", count=count)
    assert judge_composition(judge, ask("counting", {"class": "green disc", "count": count}), image)["right"]
    assert not judge_composition(judge, ask("counting", {"class": "green disc", "count": count + 1}), image)["right"]


def test_a_part_has_its_colour_only_where_the_rest_keeps_its_own(judge):
    plain = picture(judge, "red square")
    part, whole, none = (plain.copy() for _ in range(3))
    part.paste("#2f6fd6", (90, 90, 170, 120))
    whole.paste("#2f6fd6", (10, 10, 246, 246))
    asked = PartPrompt("red square", "roof", "blue")
    assert judge_part(judge, asked, part, plain)["right"]
    assert judge_part(judge, asked, none, plain)["why"] == "colour not there"
    assert not judge_part(judge, asked, whole, plain)["right"]


def test_there_are_sixty_prompts_with_a_part():
    assert len(PART_PROMPTS) == len({one.text for one in PART_PROMPTS}) == 60
    assert PartPrompt("cat", "paws", "white", "black").text == "a black cat with white paws, flat sticker"
    assert PartPrompt("cat", "tail", "orange").plain == "a cat, flat sticker"


def test_colours_have_their_names():
    pixels = np.array([[250, 30, 30], [250, 250, 250], [20, 20, 20], [40, 100, 220]], np.float32)
    shares = colour_shares(pixels)
    assert all(shares[name] == 0.25 for name in ("red", "white", "black", "blue"))


def test_real_pictures_are_judged_beside(judge):
    assert real_words(judge, [ListedWord("red cross"), ListedWord("blue-ring"), ListedWord("telescope")]) == (2, 2)
    disc, cross = {"class": "red disc", "count": 1}, {"class": "blue cross", "count": 1}
    for side in ("left of", "right of", "above", "below"):
        row = ask("position", disc, {**cross, "position": [side, 0]})
        assert judge_composition(judge, row, real_composition(judge, row, random.Random(1)))["right"]
    three = ask("counting", {"class": "red disc", "count": 3})
    assert judge_composition(judge, three, real_composition(judge, three, random.Random(1)))["right"]
    assert real_composition(judge, ask("colors", {**disc, "color": "red"}), random.Random(1)) is None
    assert real_composition(judge, ask("two_object", disc, {"class": "fork"}), random.Random(1)) is None


def table(capsys) -> list[list[str]]:
    """The cells of what was printed, without the heading."""
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_shares_are_by_part_of_all_and_the_mean_of_the_parts(capsys):
    rows = [{"part": "colors", "right": True}] * 3 + [
        {"part": "colors", "right": False},
        {"part": "counting", "right": False},
    ]
    _print_shares(rows, "part")
    assert table(capsys) == [
        ["colors", "4", "75.0%"], ["counting", "1", "0.0%"], ["all", "5", "60.0%"], ["mean of the parts", "", "37.5%"]
    ]  # fmt: skip
    _print_shares(rows[:4], "part")
    assert table(capsys) == [["colors", "4", "75.0%"], ["all", "4", "75.0%"]]  # of one part there is no mean


def test_where_no_prompt_has_a_real_picture_that_is_said(capsys):
    """As of a list that asks for colours alone."""
    _print_shares([], "part")
    assert capsys.readouterr().out == "None of the prompts.\n"


def test_words_are_counted_by_what_became_of_them_and_the_wrong_ones_are_named(capsys):
    rows = [{"word": "cat", "outcome": OUTCOMES[0], "drawn": ["cat"]}] * 3
    rows += [{"word": "telescope", "outcome": OUTCOMES[3], "drawn": ["spoon", "cup"]}]
    rows += [{"word": "ohm", "outcome": OUTCOMES[2], "drawn": []}] * 61
    print_words(rows)
    said = capsys.readouterr().out
    assert [line.split("|")[2:4] for line in said.splitlines()[2:6]] == [
        [f" {count:5d} ", f" {share} "] for count, share in ((3, " 4.6%"), (0, " 0.0%"), (61, "93.8%"), (1, " 1.5%"))
    ]
    assert f"{OUTCOMES[3]}: telescope (spoon, cup)\n" in said and said.count("ohm (nothing)") == 60
    assert "ohm (nothing); ..." in said and f"{OUTCOMES[1]}:" not in said


@pytest.mark.parametrize(
    ("words", "said"),
    [([], "Say `--prompts FILE`, or `--parts`"), (["--prompts", "absent.txt"], "absent.txt, which is no file")],
)
def test_a_list_has_to_be_named_and_there(words, said):
    with pytest.raises(SystemExit, match=said):
        main(["--input", "PICTURES", *words])
