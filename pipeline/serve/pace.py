"""How long a drawing takes on this machine: measured on drawings, never assumed. It turns "quality" into steps."""

import logging
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from statistics import median

from pipeline.loading.errors import WeightsError
from pipeline.recipe import DEFAULTS, SCHEMA, STAGES, Recipe
from pipeline.serve.jobs import HOUSE, QueueFull
from pipeline.serve.limits import Limits
from pipeline.serve.render import Cancelled, Rendered
from pipeline.serve.studio import Studio
from pipeline.stages import STAGE_ROWS

__all__ = ["OWN", "QUALITIES", "STEPS", "Pace"]

# What people pick -> what it may take: seconds, or so many times what the fewest steps take, whichever is more.
QUALITIES = {"Fast": (0.0, 1.0), "Balanced": (0.1, 2.0), "Fine": (2.0, 6.0)}
OWN = "Own"  # whatever the sliders say
STEPS = {row.name: row.steps for row in STAGE_ROWS}
_DEFAULTS = DEFAULTS[SCHEMA]
_MOST = 16  # times the default steps
_BEFORE_MEASURED = {"Fast": 1, "Balanced": 4, "Fine": 16}  # times the default steps, until there is a measurement
_REMEMBERED = 5  # drawings: the median of so few follows a machine that becomes busy
_TIMED = STAGES[1:]  # before the very first step the prompt is read, so it counts as what is around
# Two steps of the first stage, where it takes steps, tell what one takes.
_TRIAL = Recipe(prompt="a red apple, 3d render, on a white background", prior_num_inference_steps=2)
_logger = logging.getLogger(__name__)


class Pace:
    """Seconds of one step of each stage and of everything around them, from the drawings seen last."""

    def __init__(self, limits: Limits):
        self._most = {"prior": limits.max_prior_steps, "decoder": limits.max_steps, "super_res": limits.max_steps}
        self._seen: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=_REMEMBERED))
        self._times = dict(_BEFORE_MEASURED)
        self._lock = threading.Lock()
        self._calibrating = threading.Lock()
        self._calibrated = False

    def calibrate(self, studio: Studio) -> None:
        """Draw two trials, the first of which only warms up, and settle what each quality means. Only once."""
        with self._calibrating:
            if self._calibrated:
                return
            self._calibrated = True
            try:
                with studio.jobs.admit(HOUSE) as place:
                    for seed in range(2):  # the same picture again would be there already
                        *_, trial = studio.draw(replace(_TRIAL, seed=seed), place=place)
            except (QueueFull, ValueError, WeightsError, Cancelled) as error:
                _logger.warning("no trial drawing, so the page shows no seconds: %s", error)
                return
            assert isinstance(trial, Rendered)  # a drawing ends with its picture, or raises
            self.observe(trial)
            fewest = self.seconds(self.steps("Fast"))
            if fewest is not None:
                for name, (seconds, times) in QUALITIES.items():
                    self._times[name] = self._largest(max(seconds, times * fewest))

    def observe(self, rendered: Rendered) -> None:
        """Learn from a drawing; one that came from the store, or skipped a stage, tells nothing of it."""
        if not rendered.step_seconds:
            return
        with self._lock:
            around, recipe = rendered.seconds, rendered.recipe
            for stage, seconds in rendered.step_seconds.items():
                self._seen[stage].append(seconds / _passes(stage, recipe.guidance_scale))
                around -= seconds * getattr(recipe, STEPS[stage])
            if "prior" not in rendered.step_seconds and "prior" in self._seen and not recipe.image_hashes:
                around -= median(self._seen["prior"]) * recipe.prior_num_inference_steps
            self._seen["around"].append(max(0.0, around))

    def seconds(self, steps: Mapping[str, int], guidance_scale: float = 1.0) -> float | None:
        """What a drawing with these steps (by their names in a recipe) takes here; None as long as nobody knows."""
        if not {*_TIMED, "around"} <= self._seen.keys():
            return None
        with self._lock:
            cost = {name: median(seen) for name, seen in self._seen.items()}
        return cost["around"] + sum(
            cost.get(stage, 0.0) * steps[STEPS[stage]] * _passes(stage, guidance_scale) for stage in STAGES
        )

    @property
    def cost(self) -> dict[str, float]:
        """Of one step of each stage, relative to each other: for a progress bar."""
        with self._lock:
            return {stage: median(self._seen[stage]) if stage in self._seen else 1.0 for stage in STAGES}

    def steps(self, quality: str) -> dict[str, int]:
        """The steps of a quality, by their names in a recipe."""
        return self._scaled(self._times[quality])

    def quality(self, steps: Mapping[str, int]) -> str:
        """The quality that these steps are, or `OWN`."""
        return next((name for name in QUALITIES if self.steps(name) == dict(steps)), OWN)

    def choices(
        self, own: Mapping[str, int], guidance_scale: float = 1.0, *, say: Callable[[str], object] = str
    ) -> list[tuple[str, str]]:
        """(what the page shows, value) of every quality, with its seconds as far as they are known.

        Args:
            say: a quality's name in the visitor's language.
        """
        offers = {name: self.steps(name) for name in QUALITIES} | {OWN: own}
        shown = []
        for name, steps in offers.items():
            seconds = self.seconds(steps, guidance_scale)
            shown.append((str(say(name)) + ("" if seconds is None else f" · {_short(seconds)}"), name))
        return shown

    def _scaled(self, times: int) -> dict[str, int]:
        """The default steps so many times, of each stage according to its share of the gain."""
        return {
            row.steps: min(self._most[row.name], _DEFAULTS[row.steps] * max(1, int(times * row.share)))
            for row in STAGE_ROWS
        }

    def _largest(self, budget: float) -> int:
        """How many times the default steps fit into so many seconds; the default ones always do."""
        fitting = [times for times in range(1, _MOST + 1) if (self.seconds(self._scaled(times)) or 0.0) <= budget]
        return max(fitting, default=1)


def _passes(stage: str, guidance_scale: float) -> int:
    """How often a stage's network runs in one step, given the decoder's guidance."""
    return 2 if guidance_scale != 1.0 and any(row.name == stage and row.doubled for row in STAGE_ROWS) else 1


def _short(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
