"""Weights that a file lacks and a library makes up: heard in its log, which is the only place where it says so."""

import logging
import re

from pipeline.cascade.one_at_a_time import ONE_AT_A_TIME

__all__ = ["MissingWeights"]


class MissingWeights(logging.Handler):
    """Hears diffusers and transformers say that they made up weights which a file lacks: they log it and go on.

    One model loads at a time: another thread waits at the ``with`` until the load before is over.

    Attributes:
        found: names of such weights, but for heads that no pipeline calls.
    """

    _LOGGERS = ("diffusers.models.modeling_utils", "transformers.modeling_utils", "transformers.utils.loading_report")
    # Heads that a pipeline never calls.
    _UNUSED = re.compile(
        r"^(lm_head|pooler|text_projection|visual_projection|logit_scale|cls|classifier)\b|\.pooler\."
    )

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []
        self._levels: list[tuple[logging.Logger, int]] = []

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if "newly initialized" not in message and "MISSING" not in message:
            return
        plain = re.sub(r"\x1b\[[0-9;]*m", "", message)
        rows = re.findall(r"^(\S+)\s*\|\s*MISSING", plain, re.M)  # of transformers' table
        listed = re.search(r"newly initialized[^:]*: *\[([^\]]*)\]", plain)  # of diffusers' sentence
        rows += re.findall(r"'([^']+)'", listed[1]) if listed else []
        self.found += [row for row in rows if not self._UNUSED.search(row)]

    def __enter__(self) -> None:
        ONE_AT_A_TIME.acquire()
        for name in self._LOGGERS:
            logger = logging.getLogger(name)
            self._levels.append((logger, logger.level))
            logger.addHandler(self)
            if logger.getEffectiveLevel() > logging.WARNING:
                logger.setLevel(logging.WARNING)

    def __exit__(self, *raised) -> None:
        for logger, level in self._levels:
            logger.removeHandler(self)
            logger.setLevel(level)
        ONE_AT_A_TIME.release()
