"""A variation: the starting noise of a picture turned towards another seed's."""

import math
from dataclasses import dataclass
from typing import Any

from pipeline.stages import STAGES

__all__ = ["MAX_SEED", "Variation"]

MAX_SEED = 2_147_483_646  # the range that Titan Image Generator takes; fits a signed 32-bit integer everywhere


@dataclass(frozen=True)
class Variation:
    """The starting noise moved towards another seed's: `strength` of a quarter turn, 0 (none) to 1 (all of the way).

    In one stage of `STAGES`, the others keeping their noise, or with stage "" in all. Its text is
    `seed:strength[:stage]`.
    """

    seed: int
    strength: float
    stage: str = ""

    def __str__(self) -> str:
        return f"{self.seed}:{self.strength!r}" + (f":{self.stage}" if self.stage else "")

    @classmethod
    def from_text(cls, text: Any) -> "Variation":
        """Raises ValueError for what is no variation."""
        seed, _, rest = text.partition(":") if isinstance(text, str) else ("", "", "")
        strength, _, stage = rest.partition(":")
        try:
            number, share = int(seed), float(strength)
        except ValueError:
            number, share = -1, math.nan
        if not (0 <= number <= MAX_SEED and 0 <= share <= 1 and stage in ("", *STAGES)):
            raise ValueError(
                f"`variations` takes `seed:strength` or `seed:strength:stage` with a strength from 0 to 1 and a stage "
                f"of {', '.join(STAGES)}, got {str(text)[:60]!r}."
            )
        return cls(number, share + 0.0, stage)
