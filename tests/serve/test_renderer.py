"""What is asked of a renderer. Example run: python -m pytest tests/serve/test_renderer.py"""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from pipeline.recipe import Recipe
from pipeline.serve.render import Cancelled, render
from pipeline.serve.renderer import Renderer
from tests.tiny import EMBED_DIM, SEMANTIC_DIM, tiny_pipeline


def test_what_waits_for_its_turn_is_drawn_after_the_one_before():
    renderer = Renderer(tiny_pipeline())
    recipes = [Recipe(prompt="a cat", seed=seed) for seed in range(4)]
    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(renderer.answer, "draw", (recipe, [], {}), threading.Event()) for recipe in recipes]
    alone = tiny_pipeline()
    assert [call.result().png for call in calls] == [render(alone, recipe).png for recipe in recipes]


def test_every_method_is_answered():
    pipe, never = tiny_pipeline(), threading.Event()
    renderer = Renderer(pipe)
    assert renderer.answer("layout", (), never) == (EMBED_DIM, SEMANTIC_DIM, "")
    assert renderer.answer("process", (), never) == os.getpid()
    assert renderer.answer("tokens", ("a cat",), never) == len(pipe.tokenizer("a cat")["input_ids"])
    assert renderer.answer("read", ("a cat", {"seed": 7}), never).scene == pipe.reader.parse("a cat", seed=7).scene
    square = Image.new("RGB", (64, 64), "red")
    assert (renderer.answer("embed_texts", (["a cat"],), never) == pipe.get_text_embeds(["a cat"])).all()
    assert (renderer.answer("embed_images", ([square],), never) == pipe.get_image_embeds([square])).all()


def test_a_drawing_that_is_no_longer_wanted_stops():
    stop, steps = threading.Event(), []

    def on_stage(stage) -> None:
        steps.append(stage)
        stop.set()

    with pytest.raises(Cancelled):
        Renderer(tiny_pipeline()).answer("draw", (Recipe(prompt="a cat"), [], {}), stop, on_stage)
    assert len(steps) == 1
