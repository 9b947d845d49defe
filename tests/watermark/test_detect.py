"""Watermark: found again whatever happened to the picture, never found where it is not, and its odds are odds.

Example run: pytest tests/watermark/test_detect.py
"""

import hashlib
import io
import json
import math
import os
import subprocess
import sys
from unittest import mock

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps
from scipy.fft import dctn

from pipeline.recipe import Recipe, png_info
from pipeline.watermark import (
    WatermarkError,
    WatermarkKey,
    checked,
    default_key,
    embed,
    embed_checked,
    ripples,
    verification_keys,
    verify,
)
from pipeline.watermark.__main__ import main
from pipeline.watermark.detect import read_back
from pipeline.watermark.embed import SCALE, _block_means, chroma, largest_singular
from pipeline.watermark.key import DETECTION_CELLS, orient
from pipeline.watermark.pose import Planes, Pose
from pipeline.watermark.spectrum import Spectrum
from pipeline.watermark.statistics import (
    LOG10_BALANCE,
    chroma_scores,
    chroma_tail,
    fold,
    luma_best,
    luma_scores,
    luma_scores_of,
    luma_tail,
    soft_chips,
)

embedding = sys.modules["pipeline.watermark.embed"]
KEY = WatermarkKey.from_secret(b"a key for these tests only")
PAYLOAD = 0x89ABCDEF


def draw(width: int = 256, height: int = 256) -> Image.Image:
    """A shaded disc and a square on a plain background, as a sticker would be."""
    image = Image.new("RGB", (width, height), (169, 216, 245))
    brush = ImageDraw.Draw(image)
    brush.rectangle((width * 0.1, height * 0.6, width * 0.4, height * 0.9), (120, 70, 40))
    for i in range(40):
        radius = 0.32 * min(width, height) * (1 - i / 40)
        center = (width * 0.55, height * 0.45)
        box = (center[0] - radius, center[1] - radius, center[0] + radius, center[1] + radius)
        brush.ellipse(box, (150 + 2 * i, 30 + 3 * i, 40 + i))
    return image


@pytest.fixture(scope="module")
def marked() -> Image.Image:
    return embed(draw(), KEY, PAYLOAD)


def _encoded(image: Image.Image, kind: str, **options) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return Image.open(buffer)


def _psnr(a, b) -> float:
    return 10 * math.log10(255**2 / np.mean((np.asarray(a, float) - np.asarray(b, float)) ** 2))


def test_a_marked_picture_is_recognised_and_its_payload_read(marked):
    found = verify(marked, KEY)
    assert (found.result, found.confidence, found.payload) == ("GENERATED", "HIGH", PAYLOAD)
    assert found.key_id == KEY.key_id and found.undone == () and found.one_in == 1e15
    assert "at most 1 in 1,000,000,000,000,000" in found.sentence
    assert _psnr(draw(), marked) >= 39


def test_an_unmarked_picture_is_not_and_nobody_says_what_made_it():
    found = verify(draw(), KEY)
    assert (found.result, found.confidence, found.payload, found.key_id) == ("NOT_DETECTED", "LOW", None, None)
    assert "not say how the picture was made" in found.sentence


def test_another_keys_mark_is_not_ours(marked):
    other = WatermarkKey.from_secret(b"somebody else's secret key")
    assert verify(marked, other).result == "NOT_DETECTED"
    assert verify(marked, [other, KEY]).key_id == KEY.key_id


FAST_EDITS = {
    "JPEG 80": (lambda image: _encoded(image, "JPEG", quality=80), (), PAYLOAD),
    "JPEG 60": (lambda image: _encoded(image, "JPEG", quality=60), (), PAYLOAD),
    "WebP 80": (lambda image: _encoded(image, "WEBP", quality=80), (), PAYLOAD),
    "grey": (lambda image: image.convert("L"), (), None),
    "mirrored": (ImageOps.mirror, ("mirrored",), PAYLOAD),
    "turned": (lambda image: image.transpose(Image.Transpose.ROTATE_90), ("turned by 90 degrees",), PAYLOAD),
    "half size": (lambda image: image.resize((128, 128), Image.Resampling.BICUBIC), ("resized x0.50",), PAYLOAD),
    "double size": (lambda image: image.resize((512, 512), Image.Resampling.BICUBIC), ("resized x2.00",), PAYLOAD),
    "cropped": (lambda image: image.crop((37, 21, 239, 218)), ("cropped or moved",), PAYLOAD),
    "pasted": (lambda image: ImageOps.expand(image, (31, 47, 90, 11), "white"), ("cropped or moved",), PAYLOAD),
    "rotated 2": (lambda image: image.rotate(2, Image.Resampling.BICUBIC), None, None),
}


@pytest.mark.parametrize("edit", FAST_EDITS)
def test_the_fast_look_survives(marked, edit):
    change, undone, payload = FAST_EDITS[edit]
    found = verify(change(marked), KEY)
    assert (found.result, found.confidence) == ("GENERATED", "HIGH")
    assert undone is None or found.undone == undone
    assert payload is None or found.payload == payload


def test_the_deep_search_finds_a_scaled_crop_that_the_fast_look_misses(marked):
    edited = marked.crop((30, 30, 226, 226)).resize((282, 282), Image.Resampling.BICUBIC)
    edited = _encoded(edited, "JPEG", quality=75)
    assert verify(edited, KEY).result == "NOT_DETECTED"
    found = verify(edited, KEY, deep=True)
    assert (found.result, found.payload) == ("GENERATED", PAYLOAD)
    assert found.undone == ("cropped or moved", "resized x1.44")


@pytest.mark.parametrize("angle", [-4.4, pytest.param(14.5, marks=pytest.mark.slow)])
def test_the_deep_search_finds_a_rotated_picture(marked, angle):
    found = verify(marked.rotate(angle, Image.Resampling.BICUBIC), KEY, deep=True)
    assert found.result == "GENERATED"
    assert abs(float(found.undone[-1].split()[2]) - angle) < 0.15


@pytest.mark.slow
def test_the_deep_search_of_unmarked_pictures_finds_nothing():
    rng = np.random.default_rng(0)
    for image in (
        draw(),
        Image.fromarray(rng.integers(0, 256, (256, 256, 3), np.uint8)),
        Image.new("RGB", (256, 256)),
    ):
        found = verify(image, KEY, deep=True)
        assert (found.result, found.confidence) == ("NOT_DETECTED", "MEDIUM")


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK"])
def test_every_mode_of_picture_is_taken(mode):
    image = draw().convert(mode)
    found = embed(image, KEY)
    assert (found.mode, found.size) == ("RGBA" if mode == "RGBA" else "RGB", image.size)
    assert verify(found, KEY).result == "GENERATED"


@pytest.mark.parametrize("size", [(257, 301), (512, 130), (1025, 255), (131, 777)])
def test_odd_sizes_are_taken(size):
    image = embed(draw(*size), KEY, PAYLOAD)
    assert image.size == size
    found = verify(image, KEY)
    assert (found.result, found.payload) == ("GENERATED", PAYLOAD)


@pytest.mark.parametrize(
    "colour",
    [
        *((255, 255, 255), (0, 0, 0), (128, 128, 128), (255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 255, 255)),
        *((255, 255, 0), (255, 0, 255), (255, 153, 255), (0, 102, 0), (204, 102, 0)),  # the last three: 34 dB once
    ],
)
def test_plain_colours_take_the_mark_without_visible_damage(colour):
    plain = np.full((256, 256, 3), colour, np.uint8)
    image = embed(plain, KEY, PAYLOAD)
    assert _psnr(plain, image) >= 37
    assert verify(image, KEY).payload == PAYLOAD


def test_an_array_gives_an_array_and_is_left_alone(marked):
    pixels = np.array(draw())
    before = pixels.copy()
    assert np.array_equal(embed(pixels, KEY, PAYLOAD), np.asarray(marked))
    assert np.array_equal(pixels, before)


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (Image.new("RGB", (255, 256)), "65536 pixels or more"),
        (np.zeros((256, 256, 3), np.float32), "uint8"),
        (np.zeros((256, 256), np.uint8), "uint8"),
        (np.zeros((256, 256, 4), np.uint8), "shows nothing"),
        (Image.new("I;16", (256, 256)), "8 bits"),
        ("picture.png", "PIL image"),
    ],
)
def test_what_cannot_be_marked_is_refused_in_words(image, words):
    with pytest.raises(ValueError, match=words):
        embed(image, KEY)


def test_verify_refuses_what_is_too_small_or_too_large():
    with pytest.raises(ValueError, match="64 pixels"):
        verify(Image.new("RGB", (63, 900)), KEY)
    with pytest.raises(ValueError, match="60,000,000"):
        verify(Image.new("1", (10_000, 10_000)), KEY)
    with pytest.raises(ValueError, match="at least one key"):
        verify(draw(), [])


@pytest.mark.parametrize("payload", [-1, 2**32, 1.5, "abc"])
def test_a_payload_of_other_than_32_bits_is_refused(payload):
    with pytest.raises(ValueError, match="`payload`"):
        embed(draw(), KEY, payload)


@pytest.mark.parametrize("payload", [None, 0, 2**32 - 1])
def test_what_is_written_is_what_is_read(payload):
    found = verify(embed_checked(draw(), KEY, payload), KEY)
    assert (found.result, found.payload) == ("GENERATED", payload)


def test_reading_back_claims_no_more_than_a_whole_look(marked):
    found, whole = read_back(np.asarray(marked), KEY), verify(marked, KEY)
    assert (found.result, found.payload) == (whole.result, whole.payload) == ("GENERATED", PAYLOAD)
    assert whole.log10_p <= found.log10_p < -18
    assert read_back(np.asarray(draw()), KEY).result == "NOT_DETECTED"


def test_reading_back_looks_at_the_luma_tile_where_the_chroma_tile_is_lost(marked):
    grey = np.asarray(marked.convert("L").convert("RGB"))
    assert read_back(grey, KEY).result == "GENERATED" and read_back(grey, KEY).payload is None


def test_a_picture_that_takes_no_mark_is_not_handed_out(monkeypatch):
    strengths = []
    monkeypatch.setattr(checked, "embed", lambda image, *rest, **options: strengths.append(1) or image)
    with pytest.raises(WatermarkError, match="another seed"):
        embed_checked(draw(), KEY, PAYLOAD)
    assert len(strengths) == len(checked.STRONGER)


def test_progress_reaches_the_end_and_cancel_stops_early():
    shares = []
    verify(draw(), KEY, progress=shares.append)
    assert shares == sorted(shares) and shares[-1] == 1.0
    shares.clear()
    found = verify(draw(), KEY, deep=True, progress=shares.append, cancel=lambda: len(shares) > 5)
    assert found.result == "NOT_DETECTED" and 5 < len(shares) < 10


def test_keys_come_from_the_environment_and_old_ones_still_verify(monkeypatch, marked):
    public = default_key()
    monkeypatch.setenv("EASEL_WATERMARK_KEY", "a new secret, long enough")
    assert default_key().key_id != public.key_id
    assert verify(marked).result == "NOT_DETECTED"
    monkeypatch.setenv("EASEL_WATERMARK_OLD_KEYS", "another retired secret,a key for these tests only")
    assert [key.key_id for key in verification_keys()][2] == KEY.key_id
    assert verify(marked).key_id == KEY.key_id
    monkeypatch.setenv("EASEL_WATERMARK_KEY", "short")
    with pytest.raises(ValueError, match="at least 16 bytes"):
        default_key()


def test_the_tiles_of_a_secret_are_frozen():
    key = WatermarkKey.from_secret(bytes(range(32)))
    assert key.key_id == "8adc89f9"
    assert hashlib.sha256((key.chips > 0).tobytes()).hexdigest()[:16] == "29960818dbc7bce0"
    assert hashlib.sha256((key.words > 0).tobytes()).hexdigest()[:16] == "f7423dcbeb664ed5"
    np.testing.assert_allclose(key.luma[5, :4], [-0.809183, -0.653406, -0.757052, -0.966777], atol=1e-5)
    assert "range" not in repr(key) and bytes(range(32)).hex() not in repr(key)


def test_the_spectrum_is_the_transform_of_the_plane_wherever_it_is_read():
    plane = np.random.default_rng(0).normal(size=(61, 90)).astype(np.float32)
    rows, columns = np.linspace(-0.3, 0.3, 7, dtype=np.float32), np.linspace(0, 0.3, 4, dtype=np.float32)
    y, x = np.arange(61) + 0.5 - 30.5, np.arange(90) + 0.5 - 45  # pixel centres, from the middle
    plain = np.exp(-2j * np.pi * np.outer(rows, y)) @ plane @ np.exp(-2j * np.pi * np.outer(x, columns))
    spectrum = Spectrum(plane)
    np.testing.assert_allclose(spectrum.grid(rows, columns), plain, atol=0.03 * np.abs(plain).max())
    read = spectrum.at(np.stack(np.meshgrid(rows, columns, indexing="ij")))
    np.testing.assert_allclose(read, spectrum.grid(rows, columns), atol=1e-3)
    assert spectrum.at(np.float32([[0.45], [0.1]])) == 0


@pytest.mark.parametrize("orientation", range(8))
def test_the_quick_luma_scores_are_the_plain_ones(marked, orientation):
    """At every other pixel and without the highest frequencies, so a little lower."""
    picture = Planes(np.asarray(marked))
    plane, _, _ = picture.unmoved()
    plain = float(luma_scores(fold(orient(plane, orientation), 128), KEY).max())
    assert luma_best(picture.low_luma(Pose(0.0)), KEY)[orientation] == pytest.approx(plain, abs=max(0.5, 0.25 * plain))
    pose = picture.best_luma(Pose(0.0, orientation), KEY)
    assert pose.score == pytest.approx(plain, abs=max(0.5, 0.1 * plain))
    if orientation == 0:
        assert min(pose.row % 128, -pose.row % 128) < 0.1 and min(pose.column % 128, -pose.column % 128) < 0.1


def test_payload_words_differ_in_half_of_their_chips():
    products = KEY.words[0] @ KEY.words[0].T
    assert set(np.unique(products)) == {-128.0, 0.0, 128.0}
    assert abs((KEY.chips * DETECTION_CELLS).sum()) <= 4 and abs(KEY.chips.sum()) <= 4


SAME_BYTES = """
import builtins, hashlib, sys
real = builtins.__import__
def block(name, *rest):
    if name.split(".")[0] == "cv2" and "cv2" not in sys.modules:
        raise ImportError("libGL.so.1: cannot open shared object file")
    return real(name, *rest)
if sys.argv[1] == "block":
    builtins.__import__ = block
from PIL import Image
from pipeline.watermark import WatermarkKey, embed, verify
key = WatermarkKey.from_secret(b"a key for these tests only")
image = embed(Image.open(sys.argv[2]), key, 0x89ABCDEF)
assert verify(image, key).payload == 0x89ABCDEF
assert sys.argv[1] != "block" or "cv2" not in sys.modules
print(hashlib.sha256(image.tobytes()).hexdigest())
"""


@pytest.mark.parametrize(("cv2", "threads"), [("block", "2"), pytest.param("load", "1", marks=pytest.mark.slow)])
def test_another_process_gives_the_same_bytes_with_or_without_cv2(marked, cv2, threads, tmp_path):
    draw().save(tmp_path / "plain.png")
    environment = os.environ | {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
    command = [sys.executable, "-c", SAME_BYTES, cv2, str(tmp_path / "plain.png")]
    process = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert process.returncode == 0, process.stderr
    assert process.stdout.strip() == hashlib.sha256(marked.tobytes()).hexdigest()


def test_the_stock_decoder_reads_the_payload_of_chips(marked):
    pytest.importorskip("cv2", reason="the stock decoder needs an OpenCV that loads", exc_type=ImportError)
    from imwatermark import WatermarkDecoder

    bgr = np.ascontiguousarray(np.asarray(marked)[..., ::-1])
    bits = WatermarkDecoder("bits", 1024).decode(bgr, "dwtDctSvd", scales=[0, SCALE, 0])
    assert np.mean(np.asarray(bits) == (KEY.tile(PAYLOAD) > 0).ravel()) >= 0.97


def test_all_blocks_at_once_are_the_packages_loop_over_blocks():
    def loop(kernel, frame, scale):
        blocks = iter(kernel.ready.transpose(2, 3, 0, 1).reshape(-1, 4, 4))
        kernel.diffuse_dct_svd = lambda block, bit, scale: next(blocks)
        super(type(kernel), kernel).encode_frame(frame, scale)

    at_once = np.asarray(embed(draw(300, 257), KEY, PAYLOAD))
    with mock.patch.object(embedding._kernel_class(), "encode_frame", loop):
        assert np.array_equal(embed(draw(300, 257), KEY, PAYLOAD), at_once)


@pytest.mark.parametrize("size", [(256, 256), (300, 513)])
def test_the_second_version_survives_what_wipes_out_the_first(size):
    """JPEG 20, at no more of a difference; and whatever version, it is read alike."""
    first, second = (embed_checked(draw(*size), KEY, PAYLOAD, version=version) for version in (1, 2))
    coarse = [verify(_encoded(image, "JPEG", quality=20), KEY) for image in (first, second)]
    assert coarse[1].result == "GENERATED" and coarse[1].log10_p < coarse[0].log10_p - 15
    assert _psnr(draw(*size), second) > 40
    assert verify(second, KEY).payload == PAYLOAD
    with pytest.raises(ValueError, match="`version`"):
        embed(draw(), KEY, PAYLOAD, version=3)


def test_ripples_stand_over_half_a_step_with_the_sign_of_the_tile():
    y = np.full((64, 72), 130, np.float32)
    change = ripples.ripples(y, KEY)
    blocks = change.reshape(8, 8, 9, 8).transpose(0, 2, 1, 3).reshape(72, 8, 8)
    moved = [block for block in blocks if block.any()]
    assert len(moved) == int(ripples.SHARE * 72)
    spectra = [dctn(block, norm="ortho") for block in moved]
    steps = dict(zip(ripples.FREQUENCIES, ripples.STEPS, strict=True))
    for spectrum in spectra:
        at = tuple(int(i) for i in np.unravel_index(np.abs(spectrum).argmax(), (8, 8)))
        assert abs(abs(spectrum[at]) - steps[at] / 2 - ripples.OVER) < 0.01
    assert float((change * KEY.luma[:64, :72]).sum()) > 0
    seen = np.zeros((8, 9), bool)
    seen[2:5, 3:7] = True
    change = ripples.ripples(y, KEY, seen)
    assert change[16:40, 24:56].any() and not change[:16].any() and not change[:, 56:].any()
    assert not ripples.ripples(y, KEY, np.zeros((8, 9), bool)).any()


def test_every_block_holds_its_chip_by_the_plain_svd(marked):
    plane = chroma(np.asarray(marked)).reshape(128, 2, 128, 2).sum((1, 3)) / 2
    blocks = plane.reshape(32, 4, 32, 4).transpose(0, 2, 1, 3)
    bits = np.linalg.svd(blocks, compute_uv=False)[..., 0] % SCALE > SCALE / 2
    assert np.mean(bits == (KEY.tile(PAYLOAD) > 0)) >= 0.99


def test_power_iteration_agrees_with_the_svd():
    blocks = chroma(np.asarray(draw()))[:64].reshape(16, 4, 64, 4).transpose(1, 3, 0, 2)
    value, left, right = largest_singular(blocks, steps=4)
    expected = np.linalg.svd(blocks.transpose(2, 3, 0, 1), compute_uv=False)[..., 0]
    np.testing.assert_allclose(value, expected, rtol=1e-5)
    np.testing.assert_allclose(largest_singular(blocks, steps=1)[0], expected, rtol=1e-3)
    np.testing.assert_allclose(left[:, None] * right[None] * value, blocks, atol=40)


def _normal_tail(z: float) -> float:
    return math.erfc(z / math.sqrt(2)) / 2


def test_luma_tail_bounds_the_normal_tail_closely():
    for z in (1.5, 3, 6, 9, 20):
        exact = math.log10(_normal_tail(z))
        assert exact <= luma_tail(z) <= exact + 0.2
    assert luma_tail(0.5) == 0


def test_chroma_tail_includes_the_price_of_a_balanced_key():
    ones = np.array([math.comb(512, count) / 2**512 for count in range(513)])
    excess = 2 * np.arange(513) - 512
    balanced = (abs(excess[:, None]) <= 4) & (abs(np.add.outer(excess, excess)) <= 4)
    price = -math.log10((ones[:, None] * ones[None])[balanced].sum())
    assert price <= LOG10_BALANCE <= price + 0.05
    assert chroma_tail(8) == pytest.approx(-32 / math.log(10) + LOG10_BALANCE)


def test_scores_of_an_unmarked_picture_follow_their_odds_over_keys():
    """50 keys: luma scores are standard normal at every shift; chroma scores stay below Hoeffding's bound."""
    pixels = np.asarray(draw())
    low = Planes(pixels).low_luma(Pose(0.0, scale=1.1, angle=2.0))
    chips = fold(soft_chips(chroma(pixels))[0, 0], 32)
    keys = [WatermarkKey.from_secret(b"a key among many %d" % i) for i in range(50)]
    luma = np.stack([luma_scores_of(low, key) for key in keys])
    assert abs(luma.mean()) < 0.05 and abs(luma.std() - 1) < 0.05
    for z in (2.0, 3.0):
        assert np.mean(luma > z) == pytest.approx(_normal_tail(z), rel=0.25)
    chroma_z = np.stack([chroma_scores(chips, key)[:2] for key in keys])
    assert np.mean(chroma_z > 2) <= math.exp(-2) and chroma_z.max() < 5
    assert max(chroma_scores(chips, key)[2] for key in keys) < 4.5


def test_the_command_line_answers_with_words_json_and_status(tmp_path, capsys, monkeypatch, marked):
    monkeypatch.setenv("EASEL_WATERMARK_KEY", "a key for these tests only")
    ours, other, broken = tmp_path / "ours.png", tmp_path / "other.png", tmp_path / "broken.png"
    marked.save(ours, pnginfo=png_info(Recipe(prompt="a disc")))
    draw().save(other)
    broken.write_bytes(b"not a picture")
    assert main([str(ours)]) == 0
    text = capsys.readouterr().out
    assert "GENERATED/HIGH" in text and "89abcdef" in text and "'a disc'" in text
    assert main([str(other), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["result"] == "NOT_DETECTED"
    assert main([str(broken), str(ours)]) == 2
    assert "broken.png" in capsys.readouterr().err


@pytest.mark.parametrize("shape", [(64, 64), (3, 90), (1, 65), (65, 1)])
def test_means_of_blocks_are_numpys_to_the_bit(shape):
    """The marked bytes are a promise, and the last bit of a mean can change them."""
    blocks = np.random.default_rng(8).random((shape[0], 4, shape[1], 4), np.float32) * 255
    assert np.array_equal(_block_means(blocks), blocks.mean((1, 3)))


def test_frequencies_are_added_up_sample_by_sample():
    y = np.random.default_rng(9).random((40, 61), np.float32) * 255
    found, mean = ripples._transform(y)
    cosines, blocks = ripples._cosines(), y[:, :56].reshape(5, 8, 56)
    for at, (k, n) in enumerate(ripples.FREQUENCIES):
        down = np.asarray(sum(blocks[:, i] * cosines[k, i] for i in range(8))).reshape(5, 7, 8)
        assert np.array_equal(found[at], np.asarray(sum(down[..., i] * cosines[n, i] for i in range(8))))
    assert np.allclose(mean, blocks.reshape(5, 8, 7, 8).mean((1, 3)), rtol=1e-5)
