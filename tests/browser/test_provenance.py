"""What a visitor takes away and brings back: the very bytes that the browser saves are signed and marked.

Example run: python -m pytest -m browser tests/browser/test_provenance.py
"""

import io

import pytest
from PIL import Image, ImageOps

from pipeline.provenance.credentials import available, read_credentials, without_credentials
from pipeline.recipe import pixels_hash
from pipeline.recipe.files import SUFFIXES, read_recipe
from pipeline.watermark import verify
from tests.browser.conftest import save_download
from tests.browser.test_page import PROMPT, draw

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not available(), reason="the package c2pa-python is not installed"),
]


LABELS = {"jpeg": "JPEG", "webp": "WebP"}


def download(page, folder, file_format="png"):
    """The file that the browser saves."""
    if file_format != "png":
        page.click("#file-format input")
        page.get_by_role("option", name=LABELS[file_format], exact=True).click()
    file = folder / f"download{SUFFIXES[file_format]}"
    for _ in range(150):  # the button does not show which file it holds
        if save_download(page, "#download", file).endswith(file.suffix):
            break
        page.wait_for_timeout(200)
    return file


def check(page, file, deep=False):
    """Drop a file into Verify; the text of the finding."""
    page.get_by_role("tab", name="Verify").click()
    if deep:
        page.check("#verify-deep input")
    page.set_input_files("#verify-picture input[type=file]", file)
    page.wait_for_selector(".finding[data-result]")
    page.wait_for_selector("#verify-status .status:has-text('Done')")
    return page.inner_text("#finding")


def test_the_saved_file_is_signed_marked_and_says_its_recipe(open_page, tmp_path):
    page = open_page()
    draw(page)
    for file_format in ("png", "jpeg", "webp"):
        data = download(page, tmp_path, file_format).read_bytes()
        assert_signed_and_marked(page, file_format, data)


def assert_signed_and_marked(page, file_format, data):
    seal = read_credentials(data)
    assert (seal.state, seal.generator, seal.generated, seal.problems) == ("Trusted", "Easel", True, ())
    with Image.open(io.BytesIO(data)) as image:
        recipe, found = read_recipe(image), verify(image)
        assert recipe.prompt == PROMPT
        assert (found.result, found.confidence, found.payload) == ("GENERATED", "HIGH", recipe.id32)
        shown = page.get_attribute("#canvas .finished", "data-pixels")
        assert (pixels_hash(image) == shown) is (file_format != "jpeg")
    middle = len(data) // 2  # a byte of the pixels, or of what they are packed in
    assert read_credentials(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]).state == "Invalid"


def test_the_picture_on_the_page_is_the_file_that_is_saved(open_page, tmp_path):
    page = open_page()
    draw(page)
    saved = download(page, tmp_path).read_bytes()
    fetch = "async url => Array.from(new Uint8Array(await (await fetch(url)).arrayBuffer()))"
    shown = bytes(page.evaluate(fetch, page.get_attribute("#canvas .finished img", "src")))
    assert shown == saved and without_credentials(shown) != shown


def test_verify_trusts_the_file_and_finds_the_mark_in_what_became_of_it(open_page, keep, tmp_path):
    page = open_page()
    draw(page)
    file = download(page, tmp_path)
    said = check(page, file)
    assert page.get_attribute(".finding", "data-credentials") == "Trusted" and "belong together" in said
    keep(page, "desktop-light-verify-signed")

    with Image.open(file) as image:
        screen = ImageOps.expand(image.convert("RGB"), (40, 60, 25, 30), "#f0f0f4")
    screen.resize((413, 444), Image.Resampling.BICUBIC).save(tmp_path / "screenshot.jpg", quality=90)
    other = open_page()
    said = check(other, tmp_path / "screenshot.jpg", deep=True)
    assert other.get_attribute(".finding", "data-result") == "GENERATED"
    assert "cropped or moved, resized x1.2" in said and "None in this file" in said
    keep(other, "desktop-light-verify-screenshot")


def test_a_stranger_s_picture_is_not_called_anything(open_page, keep, tmp_path):
    Image.effect_mandelbrot((300, 260), (-2, -1.5, 1, 1.5), 60).convert("RGB").save(tmp_path / "stranger.png")
    page = open_page()
    said = check(page, tmp_path / "stranger.png", deep=True)
    assert page.get_attribute(".finding", "data-result") == "NOT_DETECTED"
    assert "does not say how the picture was made" in said and page.locator("#redraw").is_hidden()
    keep(page, "desktop-light-verify-stranger")


def test_what_is_no_picture_is_refused_in_words(open_page, tmp_path):
    (tmp_path / "words.png").write_text("not a picture", encoding="utf-8")
    page = open_page()
    page.get_by_role("tab", name="Verify").click()
    page.set_input_files("#verify-picture input[type=file]", tmp_path / "words.png")
    page.wait_for_selector("#verify-status .bad")
    assert "picture" in page.inner_text("#verify-status")


def test_settings_of_a_dropped_file_draw_the_same_picture(open_page, tmp_path):
    page = open_page()
    page.get_by_role("button", name="More settings").click()
    page.get_by_label("number input for Decoder steps").fill("3")
    page.get_by_label("number input for Decoder steps").blur()
    draw(page)
    pixels = page.get_attribute("#canvas .finished", "data-pixels")
    file = download(page, tmp_path, "jpeg")
    other = open_page()
    check(other, file)
    other.click("#verify-settings")
    other.wait_for_function("document.querySelector('#prompt textarea').value !== ''")
    other.click("#generate")
    other.wait_for_selector(f"#canvas .finished[data-pixels='{pixels}']")
