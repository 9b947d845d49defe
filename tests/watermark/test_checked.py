"""Example run: python -m pytest tests/watermark/test_checked.py"""

import numpy as np
import pytest
from PIL import Image

from pipeline.watermark import checked
from pipeline.watermark.checked import CUTOUT_MARGIN, STRONGER, WatermarkError, embed_checked
from pipeline.watermark.detect import Detection
from pipeline.watermark.embed import LUMA_AMPLITUDE, embed
from pipeline.watermark.key import WatermarkKey

KEY = WatermarkKey.from_secret(b"a key for these tests only")


def picture(mode: str = "RGB") -> Image.Image:
    rows, columns = np.mgrid[:256, :256]
    pixels = np.stack([120 + rows / 4, 90 + columns / 4, 140 + 0 * rows], -1).astype(np.uint8)
    image = Image.fromarray(pixels).convert(mode)
    if mode == "RGBA":
        image.putalpha(Image.new("L", image.size, 255))
    return image


@pytest.fixture
def reads(monkeypatch):
    """What is read of each try, in turn; the strengths that were tried."""

    def reads(*found: tuple[str, int | None, float]) -> list[float]:
        turns, strengths = iter(found), []

        def read(image, key):
            result, payload, log10_p = next(turns)
            return Detection(result, "HIGH", log10_p, 1.0, payload=payload)

        def write(image, key, payload, *, luma_amplitude, version):
            strengths.append(luma_amplitude / LUMA_AMPLITUDE)
            return embed(image, key, payload, luma_amplitude=luma_amplitude, version=version)

        monkeypatch.setattr(checked, "read_back", read)
        monkeypatch.setattr(checked, "embed", write)
        return strengths

    return reads


def test_a_mark_that_is_read_back_is_written_once(reads):
    strengths = reads(("GENERATED", 7, -12.0))
    assert np.array_equal(embed_checked(picture(), KEY, 7), embed(picture(), KEY, 7)) and strengths == [1.0]


@pytest.mark.parametrize("first", [("INCONCLUSIVE", 7, -4.0), ("GENERATED", 8, -12.0), ("GENERATED", None, -12.0)])
def test_a_mark_that_is_unsure_or_says_something_else_is_written_anew_and_stronger(reads, first):
    strengths = reads(first, ("GENERATED", 7, -7.0))
    marked = embed_checked(picture(), KEY, 7)
    assert strengths == [1.0, 2.0]
    assert np.array_equal(marked, embed(picture(), KEY, 7, luma_amplitude=2 * LUMA_AMPLITUDE))


def test_what_takes_no_mark_is_said_with_the_last_that_was_read(reads):
    strengths = reads(*[("NOT_DETECTED", None, 0.0)] * 2, ("INCONCLUSIVE", 3, -4.0))
    with pytest.raises(
        WatermarkError, match=r"\(best: INCONCLUSIVE, payload 3 for 7\). Draw it again with another seed\.$"
    ):
        embed_checked(picture(), KEY, 7)
    assert strengths == list(STRONGER)


def test_the_version_goes_on_to_what_writes_it(reads):
    reads(("GENERATED", 7, -12.0))
    assert np.array_equal(embed_checked(picture(), KEY, 7, version=2), embed(picture(), KEY, 7, version=2))


def test_a_cutout_is_read_three_times_and_the_weakest_reading_counts(reads):
    """As it is, on white, on black; the second strength is the first that leaves enough on all three."""
    enough, too_little = CUTOUT_MARGIN - 1, CUTOUT_MARGIN + 1
    strengths = reads(
        ("GENERATED", 7, enough), ("GENERATED", 7, too_little), ("GENERATED", 7, enough),
        ("GENERATED", 7, enough), ("GENERATED", 7, enough), ("GENERATED", 7, enough),
    )  # fmt: skip
    embed_checked(picture("RGBA"), KEY, 7)
    assert strengths == [1.0, 1.5]


def test_a_cutout_that_never_leaves_enough_is_handed_out_as_strong_as_it_was_read(reads):
    few = ("GENERATED", None, -8.0)  # too little is seen to hold a payload: the mark alone is enough
    strengths = reads(*[few] * 6, *[("INCONCLUSIVE", None, -4.0)] * 6)
    marked = embed_checked(picture("RGBA"), KEY, 7)
    assert strengths == [1.0, 1.5, 2.0, 3.0]
    assert np.array_equal(marked, embed(picture("RGBA"), KEY, 7, luma_amplitude=1.5 * LUMA_AMPLITUDE))


def test_a_cutout_that_says_something_else_is_not_handed_out(reads):
    reads(*[("GENERATED", 8, -30.0)] * 12)
    with pytest.raises(WatermarkError, match="or larger: too little of it is seen."):
        embed_checked(picture("RGBA"), KEY, 7)
