"""The table of places holds together. Example run: python -m pytest tests/stickers/test_targets.py"""

import pytest

from pipeline.stickers.encode import COLOURS, LOSSY
from pipeline.stickers.targets import TARGETS, find_target
from pipeline.watermark.embed import MIN_AREA

FORMATS = {"PNG", "WEBP", "AVIF", "JPEG", "GIF", "ICO"}


@pytest.mark.parametrize("target", TARGETS.values(), ids=lambda target: target.name)
def test_every_place_can_be_met(target):
    assert find_target(target.name) is target and target.title
    assert target.formats and {*target.formats} <= FORMATS
    assert target.fit in ("exact", "one side", "at most")
    assert 2 * (target.margin + target.outline) < min(target.size) - 16, "something has to be seen"
    if target.pack:
        fewest, most = target.pack.stickers
        assert 1 <= fewest <= most and target.pack.emoji[0] <= target.pack.emoji[1]
    if target.even:
        assert all(side % 2 == 0 for side in target.size)


def test_another_name_is_refused_with_those_that_there_are():
    with pytest.raises(ValueError, match="no target 'myspace'. Choose one of whatsapp, telegram,"):
        find_target("myspace")


def test_the_numbers_that_other_tables_lean_on():
    assert COLOURS == tuple(sorted(COLOURS, reverse=True)) and {*LOSSY} < FORMATS
    assert find_target("whatsapp").size[0] ** 2 >= MIN_AREA
