"""Weights that a library makes up are heard in its log. Example run: python -m pytest tests/loading/test_missing.py"""

import logging

from pipeline.loading.missing import MissingWeights

DIFFUSERS = "diffusers.models.modeling_utils"
TRANSFORMERS = "transformers.utils.loading_report"


def test_both_libraries_ways_of_saying_so_are_understood():
    missing = MissingWeights()
    with missing:
        logging.getLogger(DIFFUSERS).warning(
            "Some weights were not initialized and are newly initialized: ['conv.weight', 'pooler.dense.bias']"
        )
        logging.getLogger(TRANSFORMERS).warning(
            "Key | Status |\n\x1b[1mencoder.embed\x1b[0m | MISSING |\nlm_head.weight | MISSING |\nother | UNEXPECTED |"
        )
        logging.getLogger(DIFFUSERS).warning("Something else: ['x.weight']")
    assert missing.found == ["conv.weight", "encoder.embed"], "heads that no pipeline calls do not count"


def test_a_quiet_logger_is_heard_and_quiet_again_afterwards():
    logger = logging.getLogger(DIFFUSERS)
    before, handlers = logger.level, list(logger.handlers)
    logger.setLevel(logging.ERROR)
    try:
        missing = MissingWeights()
        with missing:
            logger.warning("newly initialized: ['a.weight']")
        assert missing.found == ["a.weight"] and logger.level == logging.ERROR and logger.handlers == handlers
        logger.warning("newly initialized: ['b.weight']")
        assert missing.found == ["a.weight"]
    finally:
        logger.setLevel(before)
