"""Example run: python -m pytest -m browser tests/browser"""

import re
import threading
from dataclasses import replace

import pytest
from PIL import Image

from app import build_demo, launch_options
from pipeline.recipe import Recipe, pixels_hash, read_png
from pipeline.serve.render import render
from pipeline.serve.store import PictureStore
from pipeline.watermark import verify
from tests.browser.conftest import TIMEOUT, save_download, still
from tests.tiny import tiny_pipeline

pytestmark = pytest.mark.browser

PROMPT = "a cat, 3d render, on a light blue background"
RECIPE = Recipe(prompt=PROMPT, seed=7, weights_hash="0123456789ab")


def draw(page, prompt=PROMPT):
    page.fill("#prompt textarea", prompt)
    page.keyboard.press("Control+Enter")
    wait_for_picture(page)


def wait_for_picture(page):
    page.wait_for_selector("#canvas .finished img")
    page.wait_for_selector("#generate:not([disabled])")
    page.wait_for_function("document.querySelector('#canvas .finished img').naturalWidth === 256")


def test_a_prompt_becomes_a_picture_whose_download_carries_mark_and_recipe(open_page, keep, tmp_path):
    page = open_page()
    keep(page, "desktop-light-empty")
    draw(page)
    assert page.get_attribute("#canvas .finished img", "alt") == PROMPT
    assert page.evaluate("document.documentElement.scrollHeight") <= 768, "a laptop has to scroll"
    keep(page, "desktop-light-picture")
    file = tmp_path / "download.png"
    assert re.fullmatch(r"easel-.*\.png", save_download(page, "#download", file))
    with Image.open(file) as image:
        assert image.format == "PNG"
        recipe = read_png(image)
        assert recipe.prompt == PROMPT
        assert verify(image).payload == recipe.id32
        assert pixels_hash(image) == page.get_attribute("#canvas .finished", "data-pixels")

    page.get_by_role("tab", name="Verify").click()
    page.set_input_files("#verify-picture input[type=file]", file)
    page.wait_for_selector(".finding[data-result=GENERATED]")
    assert "belong together" in page.inner_text("#finding")
    keep(page, "desktop-light-verify")
    page.click("#redraw")
    page.wait_for_selector("#canvas [data-verdict=identical]")


def test_a_copied_link_draws_the_identical_picture_in_a_fresh_profile(open_page, keep):
    page = open_page()
    draw(page)
    page.click("#copy-link")
    page.wait_for_function("window.easelLastLink")
    link = page.evaluate("window.easelLastLink")
    seed = page.input_value("#seed input")

    other = open_page(link[link.index("?") :])
    other.wait_for_selector("#canvas [data-verdict=identical]")
    assert other.input_value("#prompt textarea") == PROMPT
    assert other.input_value("#seed input") == seed
    keep(other, "desktop-light-link")


def test_on_a_phone_wishes_have_a_line_of_their_own(open_page):
    page = open_page(width=360, height=740, locale="de-DE")
    draw(page)
    field = page.locator("#canvas .change input")
    field.wait_for()
    assert field.bounding_box()["width"] > 220, "what can be said in it is read"


def test_a_link_with_another_hash_or_other_weights_says_so(open_page):
    query = replace(RECIPE, weights_hash="ffffffffffff").to_query("0" * 16)
    page = open_page(query)
    page.wait_for_selector("#canvas [data-verdict=differs]")
    assert "another edition of the model (ffffffffffff; here: 0123456789ab)" in page.inner_text("#canvas .verdict")


def test_a_broken_link_still_says_what_it_can(open_page):
    page = open_page("?prompt=a+cat&seed=many&wings=2&v=77")
    wait_for_picture(page)
    assert page.input_value("#prompt textarea") == "a cat"
    assert page.input_value("#seed input") == "0"
    assert "Traceback" not in page.inner_text("body")


def test_what_is_odd_about_a_link_is_said_on_the_page(open_page):
    page = open_page("?prompt=a+cat&wings=2&v=77")
    page.wait_for_selector(".notes")
    said = page.inner_text(".notes")
    assert "The link's setting 'wings' is not known here" in said
    assert "The link's version '77' is not known here" in said
    page.click(".notes > button")
    page.wait_for_selector(".notes", state="detached")


def test_the_page_works_where_the_browser_denies_storage(browser, url):
    """A cross-site frame, or a setting: reading `localStorage` raises."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(TIMEOUT)
    failures = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('denied', 'SecurityError'); }})"
    )
    page.goto(url)
    page.wait_for_selector("#generate", state="visible")
    page.wait_for_function("window.easel?.copyLink && window.easel.downloadAll")
    draw(page)
    page.click("#theme-toggle")
    assert page.evaluate("document.body.classList.contains('dark')")
    page.click("#copy-link")
    page.wait_for_function("window.easelLastLink")
    page.get_by_role("tab", name="History").click()
    page.wait_for_selector("#history-list li")  # remembered until the page closes
    assert [each for each in failures if "denied" in each] == []
    context.close()


def test_the_address_is_the_pictures_link_and_a_reload_brings_it_back(open_page):
    page = open_page()
    draw(page)
    query = page.get_attribute("#canvas .finished", "data-query")
    page.wait_for_function("query => location.search === query", arg=query)
    page.reload()
    page.wait_for_selector("#canvas [data-verdict=identical]")
    assert page.input_value("#prompt textarea") == PROMPT


def test_a_link_with_references_asks_for_them(open_page):
    page = open_page(replace(RECIPE, image_hashes=("0" * 64,)).to_query())
    page.wait_for_selector("#status .status:has-text('reference picture')")
    assert page.is_enabled("#generate")


def test_cancel_stops_the_drawing_and_the_page_draws_again(open_page, keep, pipe, monkeypatch):
    forward, goes_on = pipe.super_res.forward, threading.Event()

    def held(sample, *inputs):
        if sample is not None:  # a second step, which no picture of the house takes
            assert goes_on.wait(TIMEOUT / 1000), "the page did not get so far"
        return forward(sample, *inputs)

    monkeypatch.setattr(pipe.super_res, "forward", held)
    page = open_page()
    page.get_by_role("button", name="More settings").click()
    for name in ("Decoder steps", "Super-resolution steps"):  # of one decoder step there is no preview
        page.get_by_label(f"number input for {name}").fill("2")
    page.fill("#prompt textarea", "a cat")  # one thing: of several there is no preview
    page.get_by_role("button", name="More settings").click()
    page.click("#count input")
    page.get_by_role("option", name="3").click()
    page.click("#generate")
    page.wait_for_selector("#canvas .preview")
    page.click("#cancel")
    page.wait_for_selector("#status .status:has-text('Stopping')")
    goes_on.set()
    page.wait_for_selector("#status .status:has-text('Cancelled')")
    page.wait_for_selector("#generate:not([disabled])")
    assert page.is_disabled("#cancel")
    goes_on.clear()
    page.click("#generate")
    page.wait_for_selector("#canvas .preview")
    keep(page, "desktop-light-drawing")
    goes_on.set()
    page.wait_for_function("document.querySelectorAll('#canvas .series img').length === 3")
    page.wait_for_selector("#generate:not([disabled])")


def test_a_refusal_is_one_sentence_on_the_page(open_page):
    page = open_page()
    for prompt, message in (("  ", "nothing to draw yet"), ("x" * 10_000, "10,000 characters")):
        page.fill("#prompt textarea", prompt)
        page.click("#generate")
        page.wait_for_selector(f"#status .bad:has-text('{message}')")
        page.wait_for_selector("#generate:not([disabled])")


def test_the_pickers_write_into_the_prompt_by_mouse_and_by_arrow_keys(open_page):
    page = open_page()
    page.fill("#prompt textarea", "a cat")
    page.click("#style input[value='flat sticker']")  # not check(): the pickers follow the prompt and are drawn anew
    page.wait_for_function("document.querySelector('#prompt textarea').value === 'a cat, flat sticker'")
    page.wait_for_selector("#style input[value='flat sticker']:checked")
    page.focus("#background input[tabindex='0']")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "document.querySelector('#prompt textarea').value === 'a cat, flat sticker, on a transparent background'"
    )
    assert page.locator("#background input[tabindex='0']").count() == 1, "one stop for Tab"


def test_several_drawings_stand_side_by_side_and_one_is_picked(browser, keep):
    from pipeline.ui.tabs import create

    patch = pytest.MonkeyPatch()
    patch.setattr(create, "SEVERAL_WITHIN", 1e9)  # as on a machine that is fast enough
    demo = build_demo(tiny_pipeline(), weights_hash="0123456789ab")  # its trial drawings are nobody else's
    demo.launch(prevent_thread_lock=True, quiet=True, **launch_options(demo))
    try:
        page = browser.new_page()
        page.set_default_timeout(TIMEOUT)
        page.goto(demo.local_url)
        page.wait_for_function("document.querySelector('#count input')?.value === '4'")
        page.fill("#prompt textarea", PROMPT)
        page.click("#generate")
        page.wait_for_function("document.querySelectorAll('#canvas .series img').length === 4")
        page.wait_for_selector("#generate:not([disabled])")
        assert page.locator("#picture-actions").is_hidden(), "keys without a picture that they are about"
        keep(page, "desktop-light-series")
        pixels = page.get_attribute("#canvas .series button >> nth=2", "data-pixels")
        page.click("#canvas .series button >> nth=2")
        page.wait_for_selector(f"#canvas .finished[data-pixels='{pixels}']")
        page.wait_for_selector("#picture-actions", state="visible")
        page.click("#shelf .examples")
        page.click("#canvas .wall button >> nth=0")
        page.wait_for_selector("#canvas .finished img[alt^='a cat with sunglasses']")
    finally:
        demo.close()
        patch.undo()


def test_an_example_draws_and_the_shelf_brings_pictures_back(open_page):
    page = open_page()
    page.get_by_role("button", name="Red apple", exact=True).click()
    wait_for_picture(page)
    first = page.get_attribute("#canvas .finished", "data-pixels")
    page.click("#shelf .examples")
    page.get_by_role("button", name="Octopus", exact=True).click()
    page.wait_for_function(f"document.querySelector('#canvas .finished')?.dataset.pixels !== '{first}'")
    wait_for_picture(page)
    page.click("#shelf button[data-index='0']")
    page.wait_for_selector(f"#canvas .finished[data-pixels='{first}']")


def test_a_picture_from_the_store_comes_with_its_keys(browser, pipe, tmp_path):
    demo = build_demo(pipe, weights_hash="0123456789ab", store=PictureStore(tmp_path))
    demo.launch(prevent_thread_lock=True, quiet=True, **launch_options(demo))
    try:
        for _ in range(2):
            context = browser.new_context()
            page = context.new_page()
            page.set_default_timeout(TIMEOUT)
            page.goto(demo.local_url)
            page.get_by_role("button", name="Red apple", exact=True).click()
            wait_for_picture(page)
            page.wait_for_selector("#download", state="visible")
            said = page.inner_text("#status")
            context.close()
        assert "From the store" in said
    finally:
        demo.close()


def test_five_references_are_combined_and_their_shares_shown(open_page, keep, tmp_path):
    files = []
    for number, colour in enumerate(("red", "green", "blue", "white", "black")):
        files.append(tmp_path / f"{number}.png")
        Image.new("RGB", (48, 48), colour).save(files[-1])
    page = open_page()
    page.get_by_role("button", name="Reference pictures").click()
    page.set_input_files("#reference-pictures input[type=file]", files)
    weight = page.get_by_label("Weight 5")
    weight.wait_for()
    weight.fill("0")
    weight.blur()
    keep(page, "desktop-light-references", full_page=True)
    page.click("#generate")
    wait_for_picture(page)
    assert "references 25 %, 25 %, 25 %, 25 %, 0 %" in page.inner_text("#canvas .facts")


def test_a_phone_shows_everything_in_its_width(open_page, keep):
    page = open_page(width=360, height=740)
    draw(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.wait_for_function("document.querySelector('#canvas').getBoundingClientRect().top < innerHeight")
    keep(page, "phone-light-picture", full_page=True)
    if page.get_by_role("tab", name="Verify").count() == 0:  # gradio moves what does not fit into a menu
        page.get_by_label("More tabs").click()
    page.locator(".overflow-menu button, [role='tab']").filter(has_text="Verify").locator("visible=true").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    keep(page, "phone-light-verify", full_page=True)
    if not page.get_by_role("tab", name="History").is_visible():
        page.get_by_label("More tabs").click()
    page.locator(".overflow-menu button, [role='tab']").filter(has_text="History").locator("visible=true").click()
    page.wait_for_selector("#history-list li")


def test_dark_mode_follows_the_system_and_the_button(open_page, keep):
    page = open_page(dark=True)
    draw(page)
    assert page.evaluate("document.body.classList.contains('dark')")
    keep(page, "desktop-dark-picture")
    page.click("#theme-toggle")
    assert not page.evaluate("document.body.classList.contains('dark')")
    page.reload()
    page.wait_for_selector("#generate", state="visible")
    page.wait_for_function("!document.body.classList.contains('dark')")


def test_everything_on_the_way_to_a_picture_is_reached_by_keyboard(open_page):
    page = open_page()
    page.focus("#prompt textarea")
    page.keyboard.type(PROMPT)
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement !== document.body"), f"the focus is lost after {reached[-1:]}"
        reached.append(page.evaluate("document.activeElement.closest('[id]:not([id^=html-])')?.id"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none" or reached[-1] is None, f"no visible focus on {reached[-1]}"
        if reached[-1] == "generate":
            break
    page.wait_for_function("document.querySelectorAll('[role=listbox]').length === 0")  # every picker has closed
    page.keyboard.press("Enter")
    wait_for_picture(page)
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.closest('[id]:not([id^=html-])')?.id"))
    missed = {"generate", "seed", "dice", "style", "background", "download", "copy-link", "shelf"} - set(reached)
    assert not missed, f"not reached by Tab: {missed}"


def test_the_history_stays_in_the_browser_and_its_links_draw_again(open_page, keep):
    page = open_page()
    draw(page)
    page.get_by_role("tab", name="History").click()
    page.wait_for_selector("#history-list li")
    page.fill("#history-search", "dog")
    page.wait_for_selector("#history-note:has-text('Nothing in the history has these words.')")
    page.fill("#history-search", "CAT")
    keep(page, "desktop-light-history")
    page.click("#history-list a")
    page.wait_for_selector("#canvas [data-verdict=identical]")
    page.get_by_role("tab", name="History").click()
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("#history-clear")
    page.wait_for_selector("#history-note:has-text('What you draw is listed here.')")
    assert page.evaluate("JSON.parse(localStorage.getItem('easel-history')).length") == 0


@pytest.mark.parametrize(("locale", "words"), [("de-DE", "Zeichnen"), ("es-ES", "Generar")])
def test_the_labels_speak_the_language_of_the_browser(open_page, keep, locale, words):
    page = open_page(locale=locale)
    page.wait_for_function(f"document.querySelector('#generate').textContent.trim() === '{words}'")
    keep(page, f"desktop-{locale}")
    page.fill("#prompt textarea", "x" * 600)
    page.click("#generate")
    refused = {"de-DE": "gelesen werden bis zu 512", "es-ES": "se leen hasta 512"}[locale]
    page.wait_for_selector(f"#status .bad:has-text('{refused}')")
    page.locator("[role='tab'][data-tab-id='about']").click()
    page.wait_for_selector(
        {"de-DE": "#about:has-text('Was es zeichnet')", "es-ES": "#about:has-text('Qué dibuja')"}[locale]
    )
    keep(page, f"desktop-{locale}-about")


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_serious(open_page, dark):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    page = open_page(dark=dark)
    draw(page)
    for panel in ("Reference pictures", "More settings"):
        page.get_by_role("button", name=panel).click()
    found = {}
    for tab in ("Create", "Search", "Verify", "History", "About"):
        page.get_by_role("tab", name=tab).click()
        still(page)
        for violation in axe.Axe().run(page).response["violations"]:
            if violation["impact"] in ("serious", "critical"):
                places = [node["html"][:160] for node in violation["nodes"]]
                found[f"{tab}: {violation['id']}"] = places
    assert not found


def test_the_seed_shown_is_the_seed_drawn_and_can_be_kept(open_page):
    page = open_page()
    draw(page)
    first = page.input_value("#seed input")
    assert f"Seed {first}" in page.inner_text("#canvas .facts")
    pixels = page.get_attribute("#canvas .finished", "data-pixels")
    page.check("#keep-seed input")
    page.click("#generate")
    page.wait_for_function("document.querySelectorAll('#shelf img').length === 2")
    wait_for_picture(page)
    assert page.get_attribute("#canvas .finished", "data-pixels") == pixels
    assert render(tiny_pipeline(), replace(RECIPE, seed=int(first))).pixels_hash == pixels
