"""The keys below a picture. Example run: python -m pytest tests/ui/test_picture_keys.py"""

import functools
from dataclasses import replace

import gradio as gr
import pytest

from pipeline.loading.capabilities import EASEL
from pipeline.recipe.files import FORMATS
from pipeline.stages import STAGES
from pipeline.stickers.icons import ICON_SETS
from pipeline.stickers.targets import TARGETS
from pipeline.ui.picture_keys import FOR, ICON_SET, build_picture_keys


@functools.cache
def built(**changes):
    with gr.Blocks():
        return build_picture_keys(replace(EASEL, **changes))


def offered(keys) -> list[str]:
    return [value for _, value in keys.file_format.choices]


def test_a_picture_leaves_in_every_format_for_every_place_and_as_every_set():
    keys = built()
    assert offered(keys) == [*FORMATS, *(FOR + name for name in TARGETS), *(ICON_SET + name for name in ICON_SETS)]
    assert keys.file_format.value == "png" and not keys.colour.visible


def test_of_an_opaque_picture_no_glyph_is_offered():
    assert set(offered(built())) - set(offered(built(scenes=False))) == {"icons:glyph", "icons:duotone"}


def test_each_key_of_a_variation_says_what_it_changes():
    told = sorted(built().again.values())
    assert told == [(0.3, ""), (0.7, ""), *((1.0, stage) for stage in sorted(STAGES))]


@pytest.mark.parametrize(("has", "shown"), [(True, True), (False, False)])
def test_what_the_model_lacks_has_no_key(has, shown):
    keys = built(variations=has, max_references=5 if has else 0)
    assert {key.visible for key in keys.again} == {shown} and keys.as_reference.visible is shown
    assert keys.download.visible and keys.verify.visible and all(key.visible for key in keys.copies)


def test_a_link_is_copied_in_three_forms():
    assert list(built().copies.values()) == ["link", "markdown", "html"]
