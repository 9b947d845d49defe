"""The page around its tabs. Example run: python -m pytest tests/ui/test_page.py"""

import asyncio
from types import SimpleNamespace

import pytest

from pipeline.loading.capabilities import EASEL, Capabilities
from pipeline.loading.errors import WeightsError
from pipeline.ui.page import Page, model_state
from pipeline.ui.words import Words

OTHER = Capabilities("owner/other-model", 512, 512, {})


@pytest.mark.parametrize(
    ("error", "ready", "capabilities", "kind", "says"),
    [
        (None, False, EASEL, "", Words()("head.loading")),
        (None, True, EASEL, "good", Words()("head.ready")),
        (None, True, OTHER, "good", "other-model"),
        (WeightsError("`weights` is damaged."), False, EASEL, "bad", "weights is damaged."),
        (WeightsError("`weights` is damaged."), True, OTHER, "bad", "weights is damaged."),
    ],
)
def test_the_corner_says_how_far_the_model_is(error, ready, capabilities, kind, says):
    line = model_state(SimpleNamespace(error=error, is_ready=ready, capabilities=capabilities), Words())
    assert says in line and f'class="status {kind}"' in line


@pytest.mark.parametrize(("outputs", "made"), [(1, ["file"]), (2, list("file"))])
def test_what_an_endpoint_answers_is_not_looked_through(outputs, made):
    function = SimpleNamespace(postprocess=False, outputs=[None] * outputs)
    assert asyncio.run(Page.postprocess_data(None, function, "file", None)) == made
