"""Pictures from outside that a scene is drawn with. Example run: python -m pytest tests/scene/test_uploads.py"""

import io

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from pipeline.scene.compose import compose_scene, to_picture
from pipeline.scene.cutout import cut_out
from pipeline.scene.edit import edit
from pipeline.scene.layout import layout
from pipeline.scene.record import Ground, Scene, Thing
from pipeline.scene.uploads import canonical, check_uploads, fitted, layer_of, upload_hash, uploads_of


def disc(size: tuple[int, int] = (200, 160)) -> Image.Image:
    image = Image.new("RGBA", size)
    ImageDraw.Draw(image).ellipse((60, 40, 139, 119), fill="#d02020")
    return image


def noise(width: int, height: int) -> Image.Image:
    values = np.random.default_rng(0).integers(0, 256, (height, width, 3))
    return Image.fromarray(values.astype(np.uint8))


def test_the_hash_is_of_what_is_seen():
    unseen = np.array(disc())
    unseen[unseen[..., 3] == 0] = (9, 8, 7, 0)
    assert upload_hash(Image.fromarray(unseen)) == upload_hash(disc())
    assert upload_hash(disc()) != upload_hash(disc().convert("RGB"))  # another picture: it has no hole
    file = io.BytesIO()
    disc().save(file, "PNG", optimize=True)
    with Image.open(file) as again:
        assert upload_hash(again) == upload_hash(disc())
    assert not np.asarray(canonical(Image.fromarray(unseen)))[0, 0].any()


def test_a_scene_says_what_it_is_drawn_with():
    one, two, three = (letter * 64 for letter in "abc")
    scene = Scene(things=(Thing("dog", "dog", upload=one),), ground=Ground("picture", name=two), front=three)
    assert uploads_of(scene) == {two: "the ground", one: "dog", three: "what lies in front"}
    assert Scene.from_json(scene.to_json()) == scene
    with pytest.raises(ValueError, match="`ground` takes a sha256"):
        Ground("picture", name="beach")
    with pytest.raises(ValueError, match="takes 0 colours, got 1"):
        Ground("picture", ("red",), name=two)
    with pytest.raises(ValueError, match="`front` takes a sha256"):
        Scene(front="abc")


def test_operations_bring_uploads_into_a_scene():
    hash = "a" * 64
    scene = edit(Scene(things=(Thing("cat", "cat"),)), [f"upload photo {hash} 'my dog'", "place photo 0.5 0.5 0.4"])
    assert scene.thing("photo").upload == hash and scene.thing("photo").name == "my dog"
    assert scene.arrangement == "grid"
    assert edit(scene, f"upload cat {hash}").thing("cat") == Thing("cat", "picture", upload=hash)
    assert edit(scene, "replace photo fox").thing("photo").upload is None
    framed = edit(scene, [f"ground picture {hash}", f"front {hash}"])
    assert framed.ground == Ground("picture", name=hash) and framed.front == hash
    assert edit(framed, "front none").front is None
    restyled = edit(scene, "style all '3d render'")
    assert [thing.style for thing in restyled.things] == [None, "3d render"]  # an upload has no other style to take


def test_uploads_have_to_be_those_that_the_scene_names():
    hash = upload_hash(disc())
    scene = Scene(things=(Thing("dog", "dog", upload=hash),))
    assert list(check_uploads(scene, {hash: disc(), "f" * 64: noise(8, 8)})) == [hash]
    with pytest.raises(ValueError, match=f"upload \\(dog, {hash[:8]}...\\) that was not given. Add the same file"):
        check_uploads(scene, None)
    with pytest.raises(ValueError, match="holds another picture under"):
        check_uploads(scene, {hash: noise(8, 8)})
    with pytest.raises(ValueError, match="up to 1024 pixels a side, got 1025x10"):
        check_uploads(scene, {hash: noise(1025, 10)})
    with pytest.raises(ValueError, match="up to 8 pictures, got 9"):
        check_uploads(scene, {str(n): disc() for n in range(9)})
    with pytest.raises(ValueError, match="PIL pictures, got bytes"):
        check_uploads(scene, {hash: b"PNG"})


def test_a_cut_out_fills_its_layer():
    layer = layer_of(disc(), 64)
    assert layer.shape == (4, 64, 64)
    assert torch.equal(layer_of(disc(), 256), cut_out(disc()).layer)
    assert (layer[3] > 0).any(0).all() and (layer[3] > 0).any(1).all()
    assert (layer[:3] <= layer[3:] + 1e-6).all()
    with pytest.raises(ValueError, match="transparent all over"):
        layer_of(Image.new("RGBA", (8, 8)), 64)


def test_a_picture_of_the_canvas_size_stays_as_it_is_and_others_cover_it():
    picture = noise(96, 64)
    values = fitted(picture, 96, 64)[:3].permute(1, 2, 0)
    assert torch.equal((values * 255).round().byte(), torch.from_numpy(np.array(picture)))
    halves = Image.new("RGB", (200, 100), "red")
    halves.paste("blue", (100, 0, 200, 100))
    covered = fitted(halves, 64, 64)
    assert covered[0, :, :30].min() > 0.9 and covered[2, :, 34:].min() > 0.9  # scaled alike, cut off at the sides


@pytest.mark.parametrize("size", [(96, 64), (33, 57)])
def test_holes_are_filled_from_around(size):
    picture = Image.new("RGBA", size, "#2080c0")
    picture.paste((0, 0, 0, 0), (10, 10, 25, 50))
    filled = fitted(picture, *size, filled=True)
    expected = torch.tensor([0x20, 0x80, 0xC0, 255]) / 255
    assert torch.allclose(filled, expected[:, None, None].expand_as(filled), atol=1e-3)
    nothing = fitted(Image.new("RGBA", size), *size, filled=True)
    assert (nothing == 1).all()


def test_what_lies_in_front_stays_to_the_bit_and_things_are_seen_through_its_hole():
    picture = noise(256, 256).convert("RGBA")
    picture.paste((0, 0, 0, 0), (64, 64, 192, 192))
    hash = upload_hash(picture)
    thing = Thing("box", "box", place=(0.5, 0.5, 0.8))
    for more in ({}, {"shadow": True}):
        scene = Scene(things=(thing,), ground=Ground("picture", name=hash), front=hash, **more)
        layer = torch.ones(1, 4, 64, 64)
        composed = compose_scene(scene, layer, layout(scene, layer)[0], uploads={hash: canonical(picture)})
        seen, outside = np.array(to_picture(composed)), np.asarray(picture)[..., 3] == 255
        assert np.array_equal(seen[outside], np.asarray(picture)[outside][:, :3])
        assert (seen[70:180, 70:180] == 255).all()
