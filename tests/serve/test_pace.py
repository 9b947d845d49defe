"""Example run: python -m pytest tests/serve/test_pace.py"""

import pytest
from PIL import Image

from pipeline.recipe import DEFAULTS, SCHEMA, Recipe
from pipeline.serve.jobs import Jobs
from pipeline.serve.limits import Limits
from pipeline.serve.pace import OWN, QUALITIES, STEPS, Pace
from pipeline.serve.render import Cancelled, Rendered
from pipeline.serve.studio import Studio
from tests.tiny import tiny_pipeline

SECONDS = {"prior": 0.005, "decoder": 0.01, "super_res": 0.03}
AROUND = 0.1


def drawn(speed: float = 1.0, **fields) -> Rendered:
    """A drawing on a machine on which everything takes `speed` times as long."""
    recipe = Recipe(prompt="a cat", **fields)
    passes = 2 if recipe.guidance_scale != 1 else 1
    step = {name: seconds * speed for name, seconds in SECONDS.items()}
    step["decoder"] *= passes
    total = AROUND * speed + sum(step[stage] * getattr(recipe, STEPS[stage]) for stage in STEPS)
    if recipe.prior_num_inference_steps == 1:
        del step["prior"]  # the very first step is not timed
    return Rendered(Image.new("RGB", (8, 8)), b"", recipe, "", None, None, total, step)


class Machine:
    """A studio whose drawings take as long as `drawn` says."""

    def __init__(self, speed=1.0, error=None):
        self.speed, self.error, self.count, self.jobs = speed, error, 0, Jobs()

    def draw(self, recipe, place):
        self.count += 1
        if self.error is not None:
            raise self.error
        yield drawn(self.speed, prior_num_inference_steps=recipe.prior_num_inference_steps)


def test_seconds_are_those_of_the_steps_and_what_is_around_them():
    pace = Pace(Limits())
    assert pace.seconds(pace.steps("Fast")) is None
    pace.observe(drawn(num_inference_steps=4, prior_num_inference_steps=2))
    steps = {"prior_num_inference_steps": 10, "num_inference_steps": 3, "super_res_num_inference_steps": 2}
    assert pace.seconds(steps) == pytest.approx(AROUND + 10 * 0.005 + 3 * 0.01 + 2 * 0.03)
    assert pace.seconds(steps, guidance_scale=3.0) == pytest.approx(pace.seconds(steps) + 3 * 0.01)


def test_a_guided_drawing_tells_the_same_of_the_machine():
    pace, guided = Pace(Limits()), Pace(Limits())
    pace.observe(drawn(prior_num_inference_steps=2))
    guided.observe(drawn(prior_num_inference_steps=2, guidance_scale=4.0))
    steps = pace.steps("Fine")
    assert pace.seconds(steps) == pytest.approx(guided.seconds(steps))


def test_a_single_prior_step_is_not_counted_twice():
    pace = Pace(Limits())
    pace.calibrate(Machine())
    for _ in range(9):
        pace.observe(drawn())
    assert pace.seconds(pace.steps("Fast")) == pytest.approx(drawn().seconds)


def test_a_first_stage_that_takes_one_step_is_part_of_what_is_around():
    pace, picture = Pace(Limits()), drawn()  # its one step is not timed
    assert "prior" not in picture.step_seconds
    pace.observe(picture)
    assert pace.seconds(pace.steps("Fast")) == pytest.approx(picture.seconds)


def test_the_bundled_cascade_tells_its_seconds():
    studio = Studio(tiny_pipeline())
    pace = Pace(Limits())
    pace.calibrate(studio)
    assert 0 < pace.seconds(pace.steps("Fast")) < pace.seconds(pace.steps("Fast") | {"num_inference_steps": 16})
    assert all("·" in label for label, _ in pace.choices(pace.steps("Fast")))


def test_a_picture_from_the_store_teaches_nothing():
    pace = Pace(Limits())
    pace.observe(Rendered(Image.new("RGB", (8, 8)), b"", Recipe(prompt="a cat"), "", None, None, 0.001))
    assert pace.seconds(pace.steps("Fast")) is None


def test_the_pace_follows_a_machine_that_becomes_busy():
    pace = Pace(Limits())
    for speed in (1, 1, 3, 3, 3):
        pace.observe(drawn(speed, prior_num_inference_steps=2))
    assert pace.seconds(pace.steps("Fast")) == pytest.approx(drawn(3).seconds)


@pytest.mark.parametrize("speed", [0.1, 1, 20])
def test_each_quality_fits_its_budget_on_any_machine(speed):
    pace = Pace(Limits())
    pace.calibrate(Machine(speed))
    fewest = pace.seconds(pace.steps("Fast"))
    assert pace.steps("Fast") == {name: DEFAULTS[SCHEMA][name] for name in STEPS.values()}
    for name, (seconds, times) in QUALITIES.items():
        assert pace.seconds(pace.steps(name)) <= max(seconds, times * fewest) + 1e-9
    assert fewest < pace.seconds(pace.steps("Balanced")) <= pace.seconds(pace.steps("Fine"))
    for better, worse in (("Balanced", "Fast"), ("Fine", "Balanced")):
        assert all(pace.steps(better)[name] >= pace.steps(worse)[name] for name in STEPS.values())
    assert pace.steps("Balanced")["num_inference_steps"] > pace.steps("Fast")["num_inference_steps"]


def test_calibration_draws_twice_and_only_once():
    pace, machine = Pace(Limits()), Machine()
    pace.calibrate(machine)
    pace.calibrate(machine)
    assert machine.count == 2


def test_without_a_trial_the_page_offers_the_qualities_without_seconds():
    pace = Pace(Limits())
    pace.calibrate(Machine(error=Cancelled()))
    choices = pace.choices(pace.steps("Fast"))
    assert [name for _, name in choices] == [*QUALITIES, OWN]
    assert not any("·" in shown for shown, _ in choices)


def test_choices_say_their_seconds_and_steps_know_their_name():
    pace = Pace(Limits())
    pace.calibrate(Machine())
    shown = dict((name, words) for words, name in pace.choices(pace.steps("Fine")))
    assert shown["Fast"].endswith(" · 0.1 s")
    assert shown[OWN].split(" · ")[1] == shown["Fine"].split(" · ")[1]
    assert [pace.quality(pace.steps(name)) for name in QUALITIES] == list(QUALITIES)
    assert pace.quality({**pace.steps("Fast"), "super_res_num_inference_steps": 7}) == OWN


def test_no_quality_asks_for_more_steps_than_the_limits():
    pace = Pace(Limits(max_steps=4, max_prior_steps=10))
    pace.calibrate(Machine(0.001))
    assert max(pace.steps("Fine").values()) == 10
    assert pace.steps("Fine")["num_inference_steps"] == 4
