"""Example run: python -m pytest tests/serve/test_render.py"""

import io
import pickle
import threading
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipeline.recipe import MAX_SEED, Recipe, pixels_hash, pixels_sha256, read_png
from pipeline.scene.uploads import upload_hash
from pipeline.serve.render import Cancelled, Stage, compare, render, series, varied
from pipeline.watermark import verify
from tests.tiny import tiny_pipeline

RECIPE = Recipe(prompt="a cat, 3d render", seed=7, num_inference_steps=2)  # of one step no noise is seen


@pytest.fixture(scope="module")
def pipe():
    return tiny_pipeline()


@pytest.fixture(scope="module")
def rendered(pipe):
    return render(pipe, RECIPE)


def test_the_file_carries_the_recipe_and_the_mark_with_its_id(rendered):
    with Image.open(io.BytesIO(rendered.png)) as image:
        assert read_png(image) == RECIPE
        found = verify(image)
    assert found.result == "GENERATED"
    assert found.payload == RECIPE.id32


def test_equal_recipes_give_equal_bytes_whatever_was_drawn_between(pipe, rendered):
    other = render(pipe, replace(RECIPE, seed=8))
    assert other.pixels_hash != rendered.pixels_hash
    assert render(pipe, RECIPE).png == rendered.png


def test_on_the_way_to_another_process_it_is_no_larger_than_its_file_and_comes_whole(rendered):
    data = pickle.dumps(rendered)
    again = pickle.loads(data)
    assert "image" not in vars(again) and len(data) < len(rendered.png) + 20_000
    assert again.image.tobytes() == rendered.image.tobytes() and again.image is again.image
    assert again.image_embeds.equal(rendered.image_embeds) and again.recipe == rendered.recipe
    with pytest.raises(AttributeError, match="Rendered has no picture"):
        _ = again.picture


def test_every_step_of_every_stage_is_reported_and_only_small_previews_are_shown(pipe):
    stages: list[Stage] = []
    render(pipe, RECIPE, on_stage=stages.append)
    seen = [(stage.name, stage.step, stage.num_steps) for stage in stages]
    assert seen == [
        ("prior", 1, 1), ("decoder", 1, 2), ("decoder", 2, 2), ("super_res", 1, 1)
    ]  # fmt: skip
    sizes = {stage.name: stage.preview.size if stage.preview else None for stage in stages}
    assert sizes == {"prior": None, "decoder": (16, 16), "super_res": None}


def test_cancel_stops_within_one_step(pipe):
    cancel, stages = threading.Event(), []

    def on_stage(stage):
        stages.append(stage)
        cancel.set()

    with pytest.raises(Cancelled):
        render(pipe, RECIPE, on_stage=on_stage, cancel=cancel)
    assert len(stages) == 1


def test_a_drawing_that_was_cancelled_before_it_began_does_nothing(pipe):
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        render(pipe, RECIPE, on_stage=lambda stage: pytest.fail("a step ran"), cancel=cancel)


def test_reference_pictures_have_to_be_those_of_the_recipe(pipe):
    red, blue = (Image.new("RGB", (40, 40), colour) for colour in ("red", "blue"))
    recipe = replace(RECIPE, image_hashes=(pixels_sha256(red), pixels_sha256(blue)), image_weights=(1.0, 3.0))
    assert render(pipe, recipe, [red, blue]).image_weights == pytest.approx([0.25, 0.75])
    with pytest.raises(ValueError, match="Reference picture 1"):
        render(pipe, recipe, [blue, red])
    with pytest.raises(ValueError, match="names 2 reference pictures, got 0"):
        render(pipe, recipe)


def test_a_size_that_is_no_picture_of_ours_is_refused(pipe):
    with pytest.raises(ValueError, match="`width` takes 256 to 1024, got 2048"):
        render(pipe, replace(RECIPE, width=2048, height=2048))


def test_a_recipe_of_another_size_is_drawn_and_marked(pipe):
    wide = render(pipe, replace(RECIPE, width=320, height=256))
    assert wide.image.size == (320, 256)
    assert verify(wide.image).payload == wide.recipe.id32


def test_recipes_from_before_variety_draw_the_typical_drawing_whatever_the_seed(pipe):
    old = [render(pipe, replace(RECIPE, schema=4, seed=seed)).scene for seed in (1, 2)]
    assert [thing.name for scene in old for thing in scene.things] == ["cat", "cat"]


def test_a_series_counts_the_seeds_on(pipe):
    assert [recipe.seed for recipe in series(replace(RECIPE, seed=MAX_SEED), 3)] == [MAX_SEED, 0, 1]


def test_compare_tells_identical_similar_and_different_apart(rendered):
    assert compare(rendered.image, rendered.pixels_hash).result == "identical"
    assert compare(rendered.image, "0" * 16).result == "differs"
    pixels = np.asarray(rendered.image)
    nudged = Image.fromarray(np.clip(pixels.astype(int) + 1, 0, 255).astype(np.uint8))
    assert compare(rendered.image, rendered.image.copy()).result == "identical"
    assert compare(rendered.image, nudged).result == "looks the same"
    assert compare(rendered.image, Image.fromarray(255 - pixels)).result == "differs"
    assert pixels_hash(nudged) != rendered.pixels_hash


def test_a_variation_moves_away_from_the_picture_with_its_strength(pipe, rendered):
    def distance(strength):
        varied = np.asarray(render(pipe, RECIPE.varied(99, strength)).image, float)
        return np.abs(varied - np.asarray(rendered.image, float)).mean()

    none, little, lot = map(distance, (0, 0.05, 0.9))
    assert none < little < lot  # none differs by the mark alone, which carries the recipe's id


def test_the_whole_way_to_another_seed_is_that_seeds_picture(pipe):
    there = render(pipe, RECIPE.varied(99, 1)).image
    assert compare(there, render(pipe, replace(RECIPE, seed=99)).image).result != "differs"


def test_one_stage_drawn_anew_leaves_the_others_as_they_were(pipe, rendered):
    def small(recipe):
        stages = []
        drawn = render(pipe, recipe, on_stage=stages.append)
        return drawn, [np.asarray(stage.preview) for stage in stages if stage.name == "decoder"][-1]

    _, sketch = small(RECIPE)
    other_sketch, new_sketch = small(RECIPE.varied(99, 1, "decoder"))
    other_paint, same_sketch = small(RECIPE.varied(99, 1, "super_res"))
    assert np.array_equal(other_sketch.image_embeds, rendered.image_embeds)
    assert not np.array_equal(new_sketch, sketch)
    assert np.array_equal(same_sketch, sketch)
    assert other_paint.pixels_hash != rendered.pixels_hash
    other_idea, _ = small(RECIPE.varied(99, 1, "prior"))
    assert np.abs(np.asarray(other_idea.image, float) - np.asarray(rendered.image, float)).mean() > 3


@pytest.mark.parametrize("stage", ["prior", "decoder", "super_res"])
def test_a_stage_is_drawn_anew_so_that_it_shows_even_after_a_single_step(pipe, stage):
    single = replace(RECIPE, num_inference_steps=1, super_res_num_inference_steps=1)
    before, after = (
        np.asarray(render(pipe, recipe).image, float) for recipe in (single, varied(single, 99, 1, stage))
    )
    only_marked = np.asarray(render(pipe, single.varied(99, 1e-9, stage)).image, float)
    assert np.abs(after - before).mean() > 1.5 * np.abs(only_marked - before).mean()


def test_a_varied_picture_is_redrawn_from_its_link(pipe):
    first = render(pipe, RECIPE.varied(99, 0.25).varied(4, 1, "decoder"))
    link = Recipe.from_query(first.recipe.to_query(first.pixels_hash))
    assert render(pipe, link.recipe).png == first.png
    assert compare(first.image, link.pixels_hash).result == "identical"


def test_every_stage_is_timed_but_for_the_very_first_step(rendered):
    assert set(rendered.step_seconds) == {"decoder", "super_res"}
    assert all(0 < seconds < rendered.seconds for seconds in rendered.step_seconds.values())


def test_where_the_picture_follows_at_once_there_is_no_preview(pipe):
    stages: list[Stage] = []
    render(pipe, replace(RECIPE, num_inference_steps=1), on_stage=stages.append)
    assert [stage.name for stage in stages] == ["prior", "decoder", "super_res"]
    assert all(stage.preview is None for stage in stages)


def disc() -> Image.Image:
    image = Image.new("RGBA", (200, 160))
    ImageDraw.Draw(image).ellipse((60, 40, 139, 119), fill="#d02020")
    return image


def test_an_upload_is_a_thing_of_the_scene(pipe):
    hash = upload_hash(disc())
    recipe = replace(
        RECIPE, edits=(f"upload photo {hash} 'my ball'", "place photo 0.25 0.25 0.4", "place cat 0.7 0.7 0.5")
    )
    drawn = render(pipe, recipe, uploads={hash: disc()})
    assert render(pipe, recipe, uploads={hash: disc()}).png == drawn.png
    assert [thing.name for thing in drawn.scene.things] == ["cat", "my ball"]
    red = np.asarray(drawn.image.convert("RGB"))[64, 64].astype(int)
    assert abs(red - (0xD0, 0x20, 0x20)).max() < 12  # but for the mark
    assert verify(drawn.image).payload == recipe.id32
    blue = render(pipe, replace(recipe, edits=(*recipe.edits, "colour photo #2030d0")), uploads={hash: disc()})
    assert np.asarray(blue.image.convert("RGB"))[64, 64].argmax() == 2
    with pytest.raises(ValueError, match="drawn with an upload \\(my ball, .*Add the same file again"):
        render(pipe, recipe)


def test_an_upload_alone_needs_no_prompt_and_stays_sharp_when_it_is_large(pipe):
    fine = Image.new("RGBA", (512, 512), "white")
    fine.paste(
        "black", (0, 0, 512, 512), Image.fromarray((np.indices((512, 512)).sum(0) // 4 % 2 * 255).astype(np.uint8))
    )
    hash = upload_hash(fine)
    recipe = Recipe(seed=3, width=1024, height=1024, edits=(f"upload photo {hash}", "place photo 0.5 0.5 0.5"))
    seen = np.asarray(render(pipe, recipe, uploads={hash: fine}).image.convert("L"))[300:700, 300:700].astype(int)
    assert np.abs(seen - np.asarray(fine.convert("L"))[44:444, 44:444]).mean() < 25
    with pytest.raises(ValueError, match="`prompt` is empty"):
        render(pipe, Recipe(seed=3))
