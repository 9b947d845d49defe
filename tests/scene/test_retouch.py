"""Pictures from outside changed. Example run: python -m pytest tests/scene/test_retouch.py"""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipeline.scene.edit import edit
from pipeline.scene.record import Ground, Relation, Scene, Thing
from pipeline.scene.retouch import canvas_of, cut_free, parts_of, repaint_around, repaint_inside

SIZE = (320, 256)
CAT = Scene(things=(Thing("cat", "cat"),))


def photo() -> Image.Image:
    image = Image.new("RGB", SIZE, "#cfe3f2")
    draw = ImageDraw.Draw(image)
    draw.ellipse((30, 60, 129, 159), fill="#c03020")
    draw.ellipse((200, 60, 269, 129), fill="#2040c0")
    return image


def white(*box: int) -> Image.Image:
    mask = Image.new("L", SIZE, 0)
    mask.paste(255, box)
    return mask


def test_a_canvas_is_the_pictures_own_size_where_a_scene_can_have_it():
    assert canvas_of((320, 256)) == (320, 256)
    assert canvas_of((1000, 333)) == (1000, 328)
    assert canvas_of((1408, 1056)) == (1024, 768)
    width, height = canvas_of((1408, 256))
    assert width == 1024 and height == 256


def test_the_parts_of_a_picture_are_its_things():
    large, small = parts_of(photo())
    assert large[100, 80] and not large[100, 230] and small[100, 230]
    with pytest.raises(ValueError, match="nothing but its ground"):
        parts_of(Image.new("RGB", SIZE))


def test_what_is_drawn_inside_fits_in_the_mask_and_all_else_is_in_front_as_it_was():
    retouch = repaint_inside(photo(), white(16, 32, 144, 160), CAT, SIZE)
    scene = edit(CAT, retouch.operations)
    (hash,) = retouch.uploads
    assert scene.front == hash == scene.ground.name and (scene.width, scene.height) == SIZE
    x, y, side = scene.thing("cat").place
    assert (x, y) == (80 / 320, 96 / 256) and side == pytest.approx(0.94 * 128 / 256)
    front = np.asarray(retouch.uploads[hash])
    assert not front[32:160, 16:144].any()
    front, before = front.copy(), np.asarray(photo())
    assert np.array_equal(front[:, 144:, :3], before[:, 144:]) and (front[:, 144:, 3] == 255).all()


def test_the_colours_of_things_do_not_close_over_what_is_changed():
    things = np.any(parts_of(photo()), axis=0)
    retouch = repaint_inside(photo(), white(80, 0, 240, 256), Scene(), SIZE, things=things)  # through both discs
    scene = edit(Scene(), retouch.operations)
    under = np.asarray(retouch.uploads[scene.ground.name])
    assert (under[under[..., 3] > 0][:, :3] == (0xCF, 0xE3, 0xF2)).all()
    assert np.asarray(retouch.uploads[scene.front])[100, 60].tolist() == [0xC0, 0x30, 0x20, 255]


def test_several_things_share_the_mask_and_relations_stay():
    said = Scene(
        things=(Thing("cat", "cat"), Thing("hat", "hat", relation=Relation("worn by", "cat")), Thing("dog", "dog"))
    )
    scene = edit(said, repaint_inside(photo(), white(0, 0, 320, 128), said, SIZE).operations)
    assert scene.thing("cat").place[0] == 0.25 and scene.thing("dog").place[0] == 0.75
    assert scene.thing("hat").relation == Relation("worn by", "cat")


def test_words_that_name_a_ground_alone_fill_the_mask_with_it():
    said = Scene(ground=Ground("scene", name="grass"))
    assert edit(said, repaint_inside(photo(), white(0, 0, 99, 99), said, SIZE).operations).ground.name == "grass"


@pytest.mark.parametrize(("box", "words"), [((0, 0, 320, 256), "marks all"), ((0, 0, 0, 0), "marks nothing")])
def test_a_mask_has_to_mark_a_part(box, words):
    with pytest.raises(ValueError, match=words):
        repaint_inside(photo(), white(*box), CAT, SIZE)


def test_around_what_is_kept_stands_what_the_words_say():
    said = Scene(things=(Thing("ball", "ball"), Thing("cat", "cat")), ground=Ground("colour", ("#ffeecc",)))
    outside = white(0, 0, 320, 256)
    outside.paste(0, (20, 50, 140, 170))
    retouch = repaint_around(photo(), outside, said, (512, 512), exact=True)
    scene = edit(said, retouch.operations)
    assert scene.ground.kind == "colour" and [thing.id for thing in scene.things] == ["cat"]  # the ball is kept
    kept = np.asarray(retouch.uploads[scene.front])
    assert np.array_equal(kept[178:298, 116:236, :3], np.asarray(photo())[50:170, 20:140])
    assert kept[..., 3].sum() == 255 * 120 * 120
    x, y, side = scene.thing("cat").place
    box = [(x * 512 - side * 256), (x * 512 + side * 256)]
    assert box[0] >= 236 or y * 512 - side * 256 >= 298 or y * 512 + side * 256 <= 178  # beside, not behind
    named = edit(said, repaint_around(photo(), outside, said, SIZE, kept_name="the cat").operations)
    assert [thing.id for thing in named.things] == ["ball"]


def test_on_a_larger_canvas_with_a_scenery_what_is_kept_stands_on_the_ground():
    said, outside = Scene(ground=Ground("scene", name="beach")), white(0, 0, 320, 256)
    outside.paste(0, (20, 50, 140, 170))
    retouch = repaint_around(photo(), outside, said, (512, 512), exact=True)
    kept = np.asarray(retouch.uploads[edit(said, retouch.operations).front])[..., 3]
    assert np.flatnonzero(kept.any(1))[-1] == round(0.88 * 512) - 1


def test_a_scenery_that_was_read_as_a_thing_is_the_ground_around_what_is_kept():
    said = Scene(things=(Thing("beach", "beach with umbrella", said="beach"), Thing("cat", "cat")))
    outside = white(0, 0, 320, 256)
    outside.paste(0, (20, 50, 140, 170))
    scene = edit(said, repaint_around(photo(), outside, said, (512, 512), kept_name="the ball").operations)
    assert scene.ground == Ground("scene", name="beach") and [thing.id for thing in scene.things] == ["cat"]


def test_without_a_ground_in_words_the_pictures_own_is_carried_on():
    said, outside = Scene(), white(0, 0, 320, 256)
    outside.paste(0, (20, 50, 140, 170))
    retouch = repaint_around(photo(), outside, said, SIZE)
    scene = edit(said, retouch.operations)
    ground = np.asarray(retouch.uploads[scene.ground.name])
    assert (ground[ground[..., 3] > 0][:, :3] == (0xCF, 0xE3, 0xF2)).all()  # neither disc
    edge = np.asarray(retouch.uploads[scene.front])[50:170, 20:140, 3]
    assert edge[0].max() < 255 and edge[20:100, 20:100].min() == 255  # softened, inwards
    with pytest.raises(ValueError, match="keeps nothing"):
        repaint_around(photo(), white(0, 0, 320, 256), said, SIZE)


def test_a_thing_is_cut_free_at_its_own_size():
    retouch, method = cut_free(photo())
    scene = edit(Scene(), retouch.operations)
    assert method == "plain" and scene.ground.kind == "transparent" and not scene.things
    cut = np.asarray(retouch.uploads[scene.front])
    assert cut.shape == (256, 320, 4) and cut[100, 80].tolist() == [0xC0, 0x30, 0x20, 255] and not cut[:40].any()
