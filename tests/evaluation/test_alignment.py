"""Example run: python -m pytest tests/evaluation/test_alignment.py"""

import dataclasses
import json
import random
import re

import pytest
from PIL import Image

from pipeline.data.captions import scene_caption
from pipeline.evaluation.alignment import Row, align, draw, draw_real, judge_asks, main, table
from pipeline.evaluation.judge import load_judge
from pipeline.evaluation.prompts import PromptLists
from pipeline.language.english import with_article
from pipeline.loading.weights import write_checksums
from tests.evaluation.cutout_zip import write_cutouts
from tests.tiny import tiny_pipeline


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("alignment")


@pytest.fixture(scope="module")
def judge(folder):
    return load_judge(write_cutouts(folder / "pictures"), cache=folder / "cache")


@pytest.fixture(scope="module")
def lists(judge):
    return PromptLists(judge.cutouts, judge.rows)


def test_real_pictures_drawn_as_ours_score_what_real_pictures_score(judge):
    rows, verdicts = align(judge, lambda asks: draw_real(judge.pixels, asks), limit=12)
    shares = {row.what: row for row in rows if row.is_share and row.real is not None}
    assert all(row.ours == row.real for row in shares.values())
    assert all(row.ours == 1 for row in shares.values() if row.target is not None and row.pictures)
    assert shares["named thing, top-1"].reached and shares["background"].pictures == 12
    assert set(verdicts) >= {"named", "pairs", "counts", "keywords", "seeds"}


def test_pictures_of_other_things_score_nothing(judge):
    def wrong(asks):
        swapped = [dataclasses.replace(ask, shown=ask.shown[::-1]) for ask in asks]
        rest = [row for row in judge.rows if not any(row.concept in names for ask in asks for names in ask.accepted)]
        for ask in swapped:
            if ask.layout in ("single", "count"):
                other = next(row for row in rest or judge.rows if row.concept not in ask.accepted[0])
                ask = dataclasses.replace(ask, shown=(other,))
            yield from draw_real(judge.pixels, [ask])

    shares = {row.what: row for row in align(judge, wrong, limit=8)[0]}
    assert shares["named thing, top-1"].ours == 0 and shares["named thing, top-1"].reached is False
    assert shares["two things: both there"].ours == 1
    assert shares["two things: in the right places, of those"].ours == 0


def test_blank_pictures_score_nothing_but_their_ground(judge, lists):
    asks = lists.named(6) + lists.pairs(2) + lists.counts(2)
    verdicts = judge_asks(judge, asks, [Image.new("RGB", (256, 256), "white") for _ in asks])
    facts = ("top1", "top5", "style", "both", "both_top5", "placed", "count")
    assert not any(verdict.get(fact) for verdict in verdicts for fact in facts)


def test_the_lists_are_the_same_every_time_and_a_short_one_begins_a_long_one(judge, lists):
    again = PromptLists(judge.cutouts, list(reversed(judge.rows)))
    for name in ("named", "app_wording", "pairs", "counts", "keywords", "unstyled"):
        long = getattr(lists, name)()
        assert long and getattr(again, name)() == long
        assert getattr(lists, name)(3) == long[:3]


def test_no_training_caption_says_a_prompt_word_for_word(lists):
    captions, rng = set(), random.Random(0)
    asks = lists.named()
    for ask in asks:
        row = ask.shown[0]
        for style in (None, *row.styles):
            for _ in range(40):
                captions.add(scene_caption(with_article(row.phrase), style, ask.background, rng).lower())
    assert not captions & {ask.text.lower() for ask in asks}
    assert captions & {ask.text.lower() for ask in lists.app_wording()}  # the check can fail


def test_every_prompt_names_its_thing_style_and_ground(lists):
    for ask in lists.named():
        assert ask.shown[0].phrase in ask.text and ask.background in ask.text
        assert any(style in ask.text for style in ask.shown[0].styles)


def test_a_target_can_be_a_share_of_what_real_pictures_score():
    assert Row("a", 10, 0.85, 0.9, 0.9, target_of_real=True).reached
    assert not Row("a", 10, 0.85, 0.9, 0.9).reached
    assert Row("a", 10, 0.85, 0.9).reached is None
    lines = table([Row("a", 10, 0.85, 0.9, 0.9, target_of_real=True)]).splitlines()
    assert re.sub(r" +", " ", lines[-1]) == "| a | 10 | 85.0% | 90.0% | 90% of real | yes |"


def test_pictures_are_drawn_one_seed_apart_and_repeatably(lists):
    pipe, asks = tiny_pipeline(), [lists.named(1)[0]] * 2
    first, second = draw(pipe, asks, seed=5, prior_num_inference_steps=1, num_inference_steps=1)
    again = next(draw(pipe, asks[:1], seed=6, prior_num_inference_steps=1, num_inference_steps=1))
    assert first.size == (256, 256) and first.tobytes() != second.tobytes()
    assert again.tobytes() == second.tobytes()


@pytest.mark.slow
def test_the_command_prints_the_table_and_keeps_every_verdict(folder, judge, capsys):
    tiny_pipeline().save_pretrained(folder / "weights")
    write_checksums(folder / "weights")
    arguments = ["--weights", folder / "weights", "--input", folder / "pictures", "--cache", folder / "cache"]
    main([str(a) for a in [*arguments, "--limit", 4, "--prior-steps", 1, "--json", folder / "kept.json"]])
    printed = capsys.readouterr().out
    kept = json.loads((folder / "kept.json").read_text(encoding="utf-8"))
    assert "| named thing, top-1" in printed and "prior_num_inference_steps" in printed
    assert len(kept["verdicts"]["named"]) == 4 and {row["what"] for row in kept["rows"]} >= {"background"}


def test_missing_weights_end_in_one_sentence(folder, judge):
    with pytest.raises(SystemExit, match="no weights folder"):
        main(["--weights", str(folder / "nowhere"), "--input", str(folder / "pictures"), "--limit", "4"])
