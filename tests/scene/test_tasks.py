"""Titan's tasks over scenes, and cut-outs of uploads. Example run: python -m pytest tests/scene/test_tasks.py"""

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from pipeline.scene.cutout import cut_out
from pipeline.scene.edit import edit
from pipeline.scene.layout import layout
from pipeline.scene.parse import Parsed
from pipeline.scene.record import Ground, Scene, Thing
from pipeline.scene.tasks import (
    colour_guided,
    inpainting,
    outpainting,
    scene_of_picture,
    text_image,
    variation,
)

SCENE = Scene(
    things=(Thing("cat", "cat", place=(0.25, 0.5, 0.4)), Thing("dog", "dog", place=(0.75, 0.5, 0.4))),
    ground=Ground("colour", ("#ffffff",)),
)


class Words:
    """A reader that knows the few words of these tests; the real one needs trained weights."""

    def parse(self, prompt: str, **more) -> Parsed:
        size = {name: more[name] for name in ("width", "height") if name in more}
        names = [name for name in ("fox", "cat", "ball") if name in prompt]
        ground = Ground("scene", name="beach") if "beach" in prompt else None
        colour = "red" if "red" in prompt else None
        things = tuple(Thing(name, name, colour=colour) for name in names)
        return Parsed(Scene(things=things, ground=ground, **size))


def picture(colour: str = "#e0f0ff", size: tuple[int, int] = (200, 160)) -> Image.Image:
    """A red disc with a white dot on a plain ground."""
    image = Image.new("RGB", size, colour)
    draw = ImageDraw.Draw(image)
    draw.ellipse((60, 40, 139, 119), fill="#d02020")
    draw.ellipse((90, 70, 109, 89), fill=colour)
    return image


def test_a_picture_on_a_plain_ground_is_cut_exactly():
    cut = cut_out(picture())
    alpha = np.asarray(cut.picture)[..., 3]
    assert cut.method == "plain" and cut.ground == "#e0f0ff"
    assert (alpha[:30] == 0).all() and (alpha[50:60, 90:110] == 255).all()
    assert alpha[80, 100] == 255  # of the ground's colour, but inside
    assert abs((alpha > 127).sum() - np.pi * 40**2) < 0.02 * np.pi * 40**2
    layer = cut.layer
    assert layer.shape == (4, 256, 256) and (layer[3] > 0).any(0).all() and (layer[3] > 0).any(1).all()
    red = layer[:, 40, 128] / 2 + 0.5
    assert torch.allclose(red, torch.tensor([0.816, 0.125, 0.125, 1.0]), atol=0.02)


def test_alpha_of_its_own_is_kept():
    image = Image.new("RGBA", (64, 64))
    ImageDraw.Draw(image).rectangle((16, 16, 47, 47), fill=(0, 255, 0, 128))
    cut = cut_out(image)
    assert cut.method == "alpha" and np.asarray(cut.picture)[32, 32].tolist() == [0, 255, 0, 128]


def test_another_ground_is_cut_by_grabcut_and_says_so():
    pytest.importorskip("cv2", reason="OpenCV is not installed, or lacks a library")
    noise = np.random.default_rng(0).integers(90, 160, (120, 120, 3)).astype(np.uint8)
    image = Image.fromarray(noise)
    ImageDraw.Draw(image).ellipse((35, 35, 84, 84), fill="#ff2020")
    cut = cut_out(image)
    alpha = np.asarray(cut.picture)[..., 3] > 127
    assert cut.method == "grabcut" and cut.ground is None
    assert alpha[50:70, 50:70].all() and alpha[:20].mean() < 0.1


def test_nothing_but_ground_is_refused():
    with pytest.raises(ValueError, match="nothing but its ground"):
        cut_out(Image.new("RGB", (64, 64), "white"))


def test_an_uploaded_picture_becomes_a_scene():
    scene, cut = scene_of_picture(picture())
    (thing,) = scene.things
    assert scene.ground == Ground("colour", ("#e0f0ff",)) and len(thing.upload) == 64
    assert scene.width / scene.height == pytest.approx(200 / 160, abs=0.02)
    assert thing.place[:2] == pytest.approx((0.5, 0.5), abs=0.01) and thing.place[2] == pytest.approx(0.5, abs=0.01)
    assert scene_of_picture(picture())[0] == scene
    assert Scene.from_json(scene.to_json()) == scene


def test_words_may_take_the_places_of_a_pictures_parts():
    parts = Image.new("RGB", (256, 256), "white")
    draw = ImageDraw.Draw(parts)
    draw.rectangle((128, 64, 255, 191), fill="blue")
    draw.rectangle((16, 16, 63, 63), fill="red")
    for control in ("SEGMENTATION", "CANNY_EDGE"):
        scene = text_image(Words(), "a cat and a ball", condition=parts, control=control).scene
        assert scene.thing("cat").place == pytest.approx((0.75, 0.5, 0.5), abs=0.03)
        assert scene.thing("ball").place == pytest.approx((0.16, 0.16, 0.19), abs=0.03)
    assert text_image(Words(), "a cat", width=512).scene.width == 512
    with pytest.raises(ValueError, match="`control` must be"):
        text_image(Words(), "a cat", condition=parts, control="POSE")


def test_a_variation_draws_every_thing_anew_and_keeps_the_rest():
    changed = edit(SCENE, variation(SCENE, 7))
    assert [thing.seed for thing in changed.things] == [7, 8]
    assert [thing.place for thing in changed.things] == [thing.place for thing in SCENE.things]


def test_inpainting_by_a_name():
    assert inpainting(SCENE, Words(), mask_prompt="the dog", text="a red fox") == ["replace dog fox", "colour dog red"]
    assert inpainting(SCENE, Words(), mask_prompt="the dog") == ["remove dog"]
    with pytest.raises(ValueError, match="Things: cat, dog"):
        inpainting(SCENE, Words(), mask_prompt="the unicorn")
    with pytest.raises(ValueError, match="exactly one"):
        inpainting(SCENE, Words())


def test_inpainting_by_a_mask():
    layers = torch.ones(2, 4, 32, 32)
    placements, _ = layout(SCENE, layers)
    mask = Image.new("L", (256, 256), 255)
    ImageDraw.Draw(mask).rectangle((130, 0, 255, 255), fill=0)
    where = {"mask": mask, "layers": layers, "placements": placements}
    assert inpainting(SCENE, Words(), text="a fox", **where) == ["replace dog fox"]
    empty = Image.new("L", (256, 256), 255)
    ImageDraw.Draw(empty).rectangle((96, 0, 159, 63), fill=0)
    added = edit(SCENE, inpainting(SCENE, Words(), text="a ball", **(where | {"mask": empty})))
    assert added.thing("ball").place == pytest.approx((0.5, 0.125, 0.25), abs=0.01)


def test_outpainting_gives_a_larger_canvas_and_a_ground():
    changed = edit(SCENE, outpainting(SCENE, Words(), width=512, height=256, text="on the beach"))
    assert (changed.width, changed.height, changed.ground.name) == (512, 256, "beach")
    assert changed.thing("cat").place[0] * 512 == pytest.approx(0.25 * 256 + 128)
    with pytest.raises(ValueError, match="steps of 8"):
        outpainting(SCENE, Words(), width=300, height=256)


def test_colours_are_the_grounds_and_the_things():
    changed = edit(SCENE, colour_guided(SCENE, ["#ff0000", "#ffffcc", "#0000ff"]))
    assert changed.ground == Ground("colour", ("#ffffcc",))
    assert [thing.colour for thing in changed.things] == ["#ff0000", "#0000ff"]
    assert [thing.colour for thing in edit(SCENE, colour_guided(SCENE, ["#ff0000"])).things] == ["#ff0000", "#ff0000"]
    for colours in ([], ["#000000"] * 11):
        with pytest.raises(ValueError, match="1 to 10"):
            colour_guided(SCENE, colours)
