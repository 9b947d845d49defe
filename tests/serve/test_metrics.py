"""What is counted. Example run: python -m pytest tests/serve/test_metrics.py"""

import pytest
from PIL import Image

from pipeline.recipe import Recipe
from pipeline.serve.jobs import QueueFull
from pipeline.serve.metrics import Metrics
from pipeline.serve.render import Cancelled, Rendered


def value(metrics, name, **labels):
    return metrics.registry.get_sample_value(name, labels)


def picture():
    steps = {"decoder": 0.02, "super_res": 0.04}
    return Rendered(Image.new("RGB", (8, 8)), b"", Recipe(prompt="a secret"), "", None, None, 0.3, steps)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, "ok"),
        (ValueError("Say what to draw."), "refused"),
        (QueueFull("Try again.", retry_after=3, own=True), "busy"),
        (Cancelled(), "cancelled"),
        (RuntimeError(), "failed"),
    ],
)
def test_how_a_request_ended_is_counted_by_its_door(error, outcome):
    metrics = Metrics()

    def answer():
        with metrics.answering("page"):
            if error is not None:
                raise error

    if error is None:
        answer()
    else:
        with pytest.raises(type(error)):
            answer()
    assert f'easel_requests_total{{door="page",outcome="{outcome}"}} 1.0' in metrics.text().decode()


def test_a_generator_that_is_closed_early_was_cancelled():
    metrics = Metrics()

    def draw():
        with metrics.answering("page"):
            yield "half"
            yield "whole"

    drawing = draw()
    next(drawing)
    drawing.close()
    assert b'outcome="cancelled"} 1.0' in metrics.text()


def test_what_is_said_goes_before_what_is_raised():
    metrics = Metrics()
    with pytest.raises(ValueError), metrics.answering("openai") as say:
        say("busy")
        raise ValueError
    assert b'outcome="busy"} 1.0' in metrics.text()


def test_a_drawn_picture_is_timed_and_one_from_the_store_is_not():
    metrics = Metrics()
    metrics.observe(picture(), from_store=False)
    metrics.observe(picture(), from_store=True)
    assert value(metrics, "easel_pictures_total", source="drawn") == 1
    assert value(metrics, "easel_pictures_total", source="store") == 1
    assert value(metrics, "easel_picture_seconds_sum") == pytest.approx(0.3)
    assert value(metrics, "easel_step_seconds_count", stage="decoder") == 1


def test_the_queue_is_asked_whenever_prometheus_asks_and_nothing_names_a_prompt():
    metrics, waiting = Metrics(), [3]
    metrics.watch(lambda: waiting[0], lambda: True)
    metrics.observe(picture(), from_store=False)
    assert b"easel_queue_length 3.0" in metrics.text() and b"easel_ready 1.0" in metrics.text()
    waiting[0] = 5
    assert b"easel_queue_length 5.0" in metrics.text() and b"secret" not in metrics.text()
