"""What the Create tab does with finished pictures.

Example run: python -m pytest -m browser tests/browser/test_create.py
"""

import json
import zipfile

import pytest
from PIL import Image

from pipeline.recipe import Recipe, read_png
from pipeline.stickers.check import check_file
from pipeline.stickers.targets import find_target
from pipeline.watermark import verify
from tests.browser.conftest import save_download

pytestmark = pytest.mark.browser

PROMPT = "a cat, 3d render, on a light blue background"


def draw(page, prompt=PROMPT):
    page.fill("#prompt textarea", prompt)
    page.keyboard.press("Control+Enter")
    wait_for(page, 1)


def wait_for(page, count):
    """Wait until the shelf holds so many pictures and the page is ready for the next."""
    page.wait_for_function(f"document.querySelectorAll('#shelf img').length === {count}")
    page.wait_for_selector("#generate:not([disabled])")
    page.wait_for_selector("#picture-actions", state="visible")


def open_more(page):
    page.get_by_role("button", name="More with this picture").click()
    page.wait_for_selector("#new-decoder", state="visible")


def query_of(page):
    return page.get_attribute("#canvas .finished", "data-query")


def test_a_variation_has_a_link_that_draws_it_again(open_page):
    page = open_page()
    draw(page)
    first = Recipe.from_query(query_of(page))
    page.click("#vary-little")
    wait_for(page, 2)
    varied = Recipe.from_query(query_of(page))
    assert (varied.recipe.seed, varied.recipe.prompt) == (first.recipe.seed, PROMPT)
    assert len(varied.recipe.variations) == 1 and varied.pixels_hash != first.pixels_hash
    assert "varied 30 %" in page.inner_text("#canvas .facts")

    other = open_page(query_of(page))
    other.wait_for_selector("#canvas [data-verdict=identical]")


def test_one_stage_can_be_drawn_anew(open_page):
    page = open_page()
    draw(page)
    open_more(page)
    page.click("#new-decoder")
    wait_for(page, 2)
    assert "new sketch" in page.inner_text("#canvas .facts")
    assert Recipe.from_query(query_of(page)).recipe.variations[0].endswith(":1.0:decoder")


def test_settings_come_back_into_the_form_variations_included(open_page):
    page = open_page()
    draw(page)
    page.click("#vary-lot")
    wait_for(page, 2)
    pixels = page.get_attribute("#canvas .finished", "data-pixels")
    open_more(page)
    page.click("#reuse-all")
    page.wait_for_selector("#status .status:has-text('Its settings are in the form')")
    page.click("#generate")
    wait_for(page, 3)
    assert page.get_attribute("#canvas .finished", "data-pixels") == pixels


def test_two_pictures_are_compared_side_by_side(open_page, keep):
    page = open_page()
    draw(page)
    page.click("#vary-lot")
    wait_for(page, 2)
    open_more(page)
    page.click("#compare")
    page.wait_for_selector("#status .status:has-text('Now pick the other picture')")
    page.click("#shelf button[data-index='0']")
    page.wait_for_selector("#canvas .pair")
    assert page.locator("#canvas .pair img").count() == 2
    assert page.locator(".differences th").all_inner_texts() == ["Variations"]
    keep(page, "desktop-light-compared")
    page.click("#shelf button[data-index='0']")
    page.wait_for_selector("#canvas .pair", state="detached")


def test_a_picture_is_enlarged_by_keyboard_and_the_focus_comes_back(open_page, keep):
    page = open_page()
    draw(page)
    page.focus("#canvas .enlarge")
    page.keyboard.press("Enter")
    page.wait_for_selector("#zoom[open]")
    before = page.inner_text("#zoom output")
    page.keyboard.press("+")
    assert page.inner_text("#zoom output") != before
    keep(page, "desktop-light-enlarged")
    page.keyboard.press("Escape")
    page.wait_for_selector("#zoom", state="detached")
    assert page.evaluate("document.activeElement.className") == "enlarge"


def test_all_pictures_come_in_one_file_with_their_recipes(open_page, tmp_path):
    page = open_page()
    draw(page)
    page.click("#vary-little")
    wait_for(page, 2)
    open_more(page)
    save_download(page, "#download-all", tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert archive.testzip() is None
        recipes = [read_png(Image.open(archive.open(name))) for name in archive.namelist()]
    assert sorted(len(recipe.variations) for recipe in recipes) == [0, 1]


def test_the_link_is_copied_as_markdown_and_as_html_whose_picture_is_this_one(open_page):
    page = open_page()
    draw(page)
    open_more(page)
    link = page.evaluate("window.easel.link()")
    copied = {}
    for form in ("markdown", "html"):
        page.click(f"#copy-{form}")
        page.wait_for_function("window.easelLastCopy")
        copied[form] = page.evaluate("window.easelLastCopy")
        page.evaluate("window.easelLastCopy = null")
    assert copied["markdown"].startswith(f"[![{PROMPT}](") and copied["markdown"].endswith(f"]({link})")
    assert copied["html"].startswith('<a href="') and f'alt="{PROMPT}"' in copied["html"]
    picture = copied["markdown"].split("](")[1].removesuffix(")")
    shown = page.evaluate("url => fetch(url).then(answer => answer.headers.get('content-type'))", picture)
    assert shown == "image/png"


def test_quality_sets_the_steps_and_steps_name_the_quality(open_page):
    page = open_page()
    page.get_by_role("button", name="More settings").click()
    page.wait_for_function("document.querySelector('#quality input')?.value.startsWith('Fast')")
    page.click("#quality input")
    page.get_by_role("option", name="Fine").click()
    steps = page.get_by_label("number input for Decoder steps")
    page.wait_for_function("element => Number(element.value) > 2", arg=steps.element_handle())
    steps.fill("3")
    steps.blur()
    page.wait_for_function("document.querySelector('#quality input').value.startsWith('Own')")


def test_each_reference_is_left_out_once(open_page, keep, tmp_path):
    files = []
    for colour in ("red", "green", "blue"):
        files.append(tmp_path / f"{colour}.png")
        Image.new("RGB", (48, 48), colour).save(files[-1])
    page = open_page()
    page.get_by_role("button", name="Reference pictures").click()
    page.set_input_files("#reference-pictures input[type=file]", files)
    page.get_by_label("Weight 3").wait_for()
    page.click("#generate")
    wait_for(page, 1)
    assert page.locator(".shares li").count() == 3
    page.click("#leave-out")
    page.wait_for_function("document.querySelectorAll('.shares img').length === 3")
    page.wait_for_selector("#generate:not([disabled])")
    assert page.locator("#shelf img").count() == 1
    keep(page, "desktop-light-shares", full_page=True)


def test_the_history_leaves_and_comes_back_as_a_file(open_page, tmp_path):
    page = open_page()
    draw(page)
    page.get_by_role("tab", name="History").click()
    page.wait_for_selector("#history-list li")
    save_download(page, "#history-export", tmp_path / "history.json")
    assert json.loads((tmp_path / "history.json").read_text())[0]["prompt"] == PROMPT
    page.click("#history-list button")
    page.wait_for_selector("#history-list li", state="detached")
    page.set_input_files("#history-import", tmp_path / "history.json")
    page.wait_for_selector("#history-list li")
    (tmp_path / "other.json").write_text("{}")
    page.set_input_files("#history-import", tmp_path / "other.json")
    page.wait_for_selector("#history-note:has-text('This file holds no history')")
    assert page.locator("#history-list li").count() == 1


@pytest.mark.parametrize(
    ("locale", "fast", "fact"), [("de-DE", "Schnell", "Startwert"), ("es-ES", "Rápida", "Semilla")]
)
def test_choices_and_the_canvas_speak_the_language_of_the_browser(open_page, locale, fast, fact):
    page = open_page(locale=locale)
    page.click("#advanced > button")
    page.wait_for_function(f"document.querySelector('#quality input')?.value.startsWith('{fast}')")
    draw(page)
    assert page.inner_text("#canvas .facts").startswith(fact)
    assert page.get_attribute("#canvas .finished img", "alt") == PROMPT
    assert page.evaluate("document.documentElement.lang") == locale[:2]


def test_a_picture_is_handed_out_as_a_sticker_that_keeps_to_the_limits_of_its_place(open_page, tmp_path):
    page = open_page()
    draw(page, "cat")  # one thing, of which enough is seen to be marked
    page.click("#file-format input")
    page.get_by_role("option", name="WhatsApp sticker").click()
    page.wait_for_selector("#status .status:has-text('WhatsApp sticker: WEBP, 512 × 512')")
    name = save_download(page, "#download", tmp_path / "sticker.webp")
    data = (tmp_path / "sticker.webp").read_bytes()
    assert name.endswith("_whatsapp.webp") and check_file(data, find_target("whatsapp")) == []
    with Image.open(tmp_path / "sticker.webp") as sticker:
        assert sticker.getpixel((0, 0))[3] == 0, "it has no ground"
        assert verify(sticker).result == "GENERATED"
    page.click("#file-format input")
    page.get_by_role("option", name="Duotone (PNG)").click()
    page.wait_for_selector("#status .status:has-text('Duotone (PNG)')")
    page.locator("#icon-colour input").evaluate(
        "box => { box.value = '#c02040'; box.dispatchEvent(new Event('change', {bubbles: true})); }"
    )
    page.wait_for_selector("#status .status:has-text('Making')")
    page.wait_for_selector("#status .status:has-text('Duotone (PNG)')")
    assert save_download(page, "#download", tmp_path / "tones.png").endswith("_duotone.png")
    with Image.open(tmp_path / "tones.png") as tones:
        darkest = max(tones.get_flattened_data(), key=lambda pixel: pixel[3])
    assert max(abs(a - b) for a, b in zip(darkest, (0xC0, 0x20, 0x40), strict=False)) < 24, "the mark alone"
    page.click("#vary-little")
    wait_for(page, 2)
    assert page.input_value("#file-format input") == "PNG", "the next picture comes as it is"
    page.wait_for_selector("#icon-colour", state="hidden")
