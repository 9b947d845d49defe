"""Example run: python -m pytest tests/serve/test_metrics.py"""

import pytest
from PIL import Image

from pipeline.recipe import Recipe
from pipeline.serve.metrics import Metrics
from pipeline.serve.render import Rendered


def value(metrics, name, **labels):
    return metrics.registry.get_sample_value(name, labels)


def picture():
    steps = {"decoder": 0.02, "super_res": 0.04}
    return Rendered(Image.new("RGB", (8, 8)), b"", Recipe(prompt="a secret"), "", None, None, 0.3, steps)


def test_a_request_is_counted_by_what_became_of_it():
    metrics = Metrics()
    with metrics.answering("page"):
        pass
    with metrics.answering("page") as say:
        say("busy")
    with pytest.raises(KeyError), metrics.answering("page"):
        raise KeyError
    for outcome in ("ok", "busy", "failed"):
        assert value(metrics, "easel_requests_total", door="page", outcome=outcome) == 1


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
