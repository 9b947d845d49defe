"""Downloads: four formats, one recipe, the mark in all of them.

Example run: pytest tests/recipe/test_files.py
"""

import functools
import io
import struct

import numpy as np
import pytest
from PIL import Image

from pipeline.provenance.credentials import available, read_credentials, sign_credentials, without_credentials
from pipeline.recipe import MAX_SEED, Recipe, pixels_hash, png_info
from pipeline.recipe.files import FORMATS, SUFFIXES, convert, read_recipe
from pipeline.serve.render import compare
from pipeline.watermark import default_key, embed_checked, verify

RECIPES = [
    Recipe(prompt="a red apple 🍎, «3d render»", negative_prompt='no "text"\nat all', seed=7, weights_hash="0a1b"),
    Recipe(
        prompt="  spaces, and: colons ",
        seed=2_147_483_646,
        guidance_scale=1.5,
        prior_num_inference_steps=12,
        super_res_num_inference_steps=3,
        image_hashes=("0" * 64, "f" * 64),
        image_weights=(0.25, 3.0),
        fusion_type="gated",
        similarity_strength=0.35,
    ),
    Recipe(prompt="x" * 512, image_hashes=("a" * 64,) * 5).varied(5, 0.3, "decoder"),
]


@functools.lru_cache
def draw(recipe: Recipe) -> bytes:
    """A marked sticker-like picture as `render` hands it out."""
    rows, columns = np.mgrid[:256, :256]
    pixels = np.full((256, 256, 3), (173, 216, 230), np.uint8)
    disc = (rows - 128) ** 2 + (columns - 120) ** 2 < 80**2
    pixels[disc] = np.stack([200 - rows // 4, 40 + columns // 8, 60 + rows // 8], -1)[disc].astype(np.uint8)
    file = io.BytesIO()
    embed_checked(Image.fromarray(pixels), payload=recipe.id32).save(file, "PNG", pnginfo=png_info(recipe))
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("recipe", RECIPES, ids=["letters", "references", "long"])
@pytest.mark.parametrize("file_format", FORMATS)
def test_recipe_and_mark_are_in_every_format_signed_or_not(recipe, file_format, tmp_path):
    png = draw(recipe)
    data = convert(png, file_format)
    files = [data, sign_credentials(data, tmp_path / "credentials")] if available() else [data]
    for file in files:
        image = opened(file)
        assert image.format.lower() == file_format
        assert read_recipe(image) == recipe and read_recipe(image).id == recipe.id
        assert verify(image).payload == recipe.id32
        verdict = compare(image.convert("RGB"), opened(png))
        lossy = file_format in ("jpeg", "avif")
        assert verdict.result == ("looks the same" if lossy else "identical")
        if not lossy:
            assert pixels_hash(image) == pixels_hash(opened(png))
    path = tmp_path / f"picture{SUFFIXES[file_format]}"
    path.write_bytes(files[-1])
    assert read_recipe(path) == recipe
    if available():
        assert read_credentials(files[-1], tmp_path / "credentials").state == "Trusted"


@pytest.mark.skipif(not available(), reason="the optional package c2pa-python is not installed")
def test_a_png_without_its_credentials_is_the_file_that_was_signed(tmp_path):
    png = draw(RECIPES[0])
    one, two = (sign_credentials(png, tmp_path / "credentials") for _ in range(2))
    assert one != two and without_credentials(one) == without_credentials(two) == png
    assert without_credentials(png) == png
    for broken in (b"", b"GIF89a", one[:-5]):
        with pytest.raises(ValueError, match="PNG file"):
            without_credentials(broken)


@pytest.mark.skipif(not available(), reason="the optional package c2pa-python is not installed")
@pytest.mark.parametrize("file_format", FORMATS)
def test_credentials_name_the_mark_so_that_a_file_without_them_finds_them_again(file_format, tmp_path):
    mark = f"{default_key().key_id}:{RECIPES[0].id32:08x}"
    data = convert(draw(RECIPES[0]), file_format)
    signed = read_credentials(sign_credentials(data, tmp_path / "credentials", mark=mark), tmp_path / "credentials")
    assert (signed.state, signed.mark, signed.problems) == ("Trusted", mark, ())
    found = verify(opened(data))  # without them
    assert f"{found.key_id}:{found.payload:08x}" == signed.mark
    plain = read_credentials(sign_credentials(data, tmp_path / "credentials"), tmp_path / "credentials")
    assert (plain.state, plain.mark) == ("Trusted", None)


@pytest.mark.parametrize("file_format", FORMATS)
def test_what_is_transparent_stays_so_but_in_jpeg_where_it_is_white(file_format):
    rows, columns = np.mgrid[:256, :256]
    pixels = np.full((256, 256, 4), (200, 60, 90, 255), np.uint8)
    pixels[(rows - 128) ** 2 + (columns - 128) ** 2 > 100**2] = (0, 255, 0, 0)
    file = io.BytesIO()
    marked = embed_checked(Image.fromarray(pixels), payload=RECIPES[0].id32)
    marked.save(file, "PNG", pnginfo=png_info(RECIPES[0]))
    image = opened(convert(file.getvalue(), file_format))
    assert verify(image).payload == RECIPES[0].id32 and read_recipe(image) == RECIPES[0]
    if file_format == "jpeg":
        assert image.mode == "RGB" and min(image.getpixel((3, 3))) > 250
        return
    assert image.convert("RGBA").getpixel((3, 3))[3] == 0
    if file_format != "avif":
        assert np.array_equal(np.asarray(image.convert("RGBA")), np.asarray(marked))


def test_png_is_given_back_as_it_is():
    png = draw(RECIPES[0])
    assert convert(png, "png") is png


def test_another_format_and_a_picture_without_recipe_are_refused():
    with pytest.raises(ValueError, match="png, jpeg, webp, avif, got 'gif'"):
        convert(draw(RECIPES[0]), "gif")
    file = io.BytesIO()
    Image.new("RGB", (64, 64)).save(file, "PNG")
    with pytest.raises(ValueError, match="without"):
        convert(file.getvalue(), "jpeg")


@pytest.mark.parametrize("order", ["utf-16-be", "utf-16-le", "ascii"])
def test_comments_of_other_programs_are_read(order):
    text = "a castle\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, CFG scale: 7.5, Seed: 42, Size: 512x512"
    exif = Image.Exif()
    head = b"ASCII\0\0\0" if order == "ascii" else b"UNICODE\0"
    exif.get_ifd(0x8769)[0x9286] = head + text.encode(order)
    file = io.BytesIO()
    Image.new("RGB", (64, 64)).save(file, "JPEG", exif=exif)
    recipe = read_recipe(opened(file.getvalue()))
    assert (recipe.prompt, recipe.negative_prompt, recipe.seed) == ("a castle", "blurry", 42)
    assert (recipe.num_inference_steps, recipe.guidance_scale, recipe.width) == (20, 7.5, 512)


def test_hostile_metadata_is_no_recipe_and_no_traceback():
    data = convert(draw(RECIPES[0]), "jpeg")
    start, end = data.index(b"Exif"), data.index(b"Exif") + 200
    random = np.random.default_rng(0)
    for _ in range(300):
        broken = bytearray(data)
        for place in random.integers(start + 6, end, 4):
            broken[place] = random.integers(256)
        read_recipe(opened(bytes(broken)))  # a recipe that differs, or None


# What other programs read and write


@pytest.mark.parametrize("file_format", ["jpeg", "webp"])
def test_the_user_comment_is_of_type_undefined(file_format):
    """Exif 2.32, table 8: readers of the piexif family refuse any other type."""
    data = convert(draw(Recipe(prompt="a cat", seed=7)), file_format)
    block = data[data.index(b"MM\0*") :]
    (at,) = struct.unpack_from(">I", block, 18)
    assert struct.unpack_from(">HHH", block, at) == (1, 0x9286, 7)
    count, offset = struct.unpack_from(">II", block, at + 6)
    comment = block[offset : offset + count]
    assert comment.startswith(b"UNICODE\0") and comment[8:].decode("utf-16-be").startswith("a cat\nSteps: ")


FOREIGN = "a cat in a hat\nNegative prompt: a dog\n"
FOREIGN += "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: {seed}, Size: 512x512"
MANY = MAX_SEED + 1


@pytest.mark.parametrize(
    ("seed", "taken"),
    [("3874591023", 3874591023 % MANY), (str(2**64 - 1), (2**64 - 1) % MANY), ("-1", 0)],
)
def test_a_seed_that_is_too_large_costs_the_seed_alone(seed, taken):
    found = Recipe.parse_parameters(FOREIGN.format(seed=seed))
    recipe = found.recipe
    assert (recipe.prompt, recipe.negative_prompt, recipe.seed) == ("a cat in a hat", "a dog", taken)
    assert (recipe.num_inference_steps, recipe.guidance_scale) == (20, 7.0)
    assert found.notes == (f"The text's seed {seed} cannot be used here; {taken} took its place.",)


@pytest.mark.parametrize(
    ("more", "dropped"),
    [
        (", Model: Stable Diffusion XL v1.0, Model hash: 31E35C80FC", "model Stable Diffusion XL v1.0"),
        (", Model: моделью большой", "model моделью большой"),
        (", Model hash: 0X12ZZ", None),
        (", Size: 8192x8192", "width 8192"),
        (", CFG scale: nan", "guidance scale nan"),
        ("\nTemplate: a {{cat|dog}}\nNegative Template: none", None),
        (', Lora hashes: "a: 1, b: 2", Version: v1.10.1', None),
    ],
)
def test_what_can_be_used_of_another_programs_text_is_used(more, dropped):
    found = Recipe.parse_parameters(FOREIGN.format(seed=5) + more)
    assert (found.recipe.prompt, found.recipe.negative_prompt, found.recipe.seed) == ("a cat in a hat", "a dog", 5)
    assert found.recipe.model == "easel" and found.recipe.weights_hash == ""
    assert [dropped in note for note in found.notes if dropped][:1] == ([True] if dropped else [])
    assert len(found.notes) <= 2


@pytest.mark.parametrize(
    "text", ["a cat, Steps: 4, Sampler: Euler, Seed: 5", "a cat. Steps: 4, Seed: 5, CFG scale: 2"]
)
def test_a_text_of_one_line_keeps_its_prompt(text):
    recipe = Recipe.from_parameters(text)
    assert (recipe.prompt, recipe.num_inference_steps, recipe.seed) == ("a cat", 4, 5)


def test_a_long_prompt_is_cut_and_said_so():
    found = Recipe.parse_parameters("x" * 700 + "\nSteps: 4, Sampler: Euler, Seed: 5")
    assert len(found.recipe.prompt) == 512
    assert found.notes == ("The text's prompt has 700 characters; the first 512 were kept.",)


@pytest.mark.parametrize("text", ["", "a cat", "{}", "Steps: many, Seed: 5", 'a cat\n{"nodes": [1, 2], "Steps": 4}'])
def test_a_text_without_settings_is_none(text):
    with pytest.raises(ValueError, match="no line with"):
        Recipe.from_parameters(text)


def test_our_own_text_is_never_bent():
    text = Recipe(prompt="a cat", seed=7).to_parameters().replace("Seed: 7", "Seed: 3874591023")
    with pytest.raises(ValueError, match="seed"):
        Recipe.from_parameters(text)


@pytest.mark.slow
@pytest.mark.parametrize("file_format", ["png", "jpeg", "webp"])
def test_readers_of_other_makers_find_prompt_and_seed(file_format, tmp_path):
    parsers = pytest.importorskip("sd_parsers", reason="sd-parsers is not installed")
    path = tmp_path / f"picture{SUFFIXES[file_format]}"
    path.write_bytes(convert(draw(Recipe(prompt="a cat in a hat", seed=7)), file_format))
    info = parsers.ParserManager().parse(path)
    assert info is not None and [prompt.value for prompt in info.prompts] == ["a cat in a hat"]
    assert [sampler.parameters["seed"] for sampler in info.samplers] in ([7], ["7"])
