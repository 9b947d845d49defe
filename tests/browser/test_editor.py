"""The finished picture as a canvas: pointed at, dragged, changed by keys and by touch, and gone back over.

Example run: python -m pytest -m browser tests/browser/test_editor.py
"""

import base64
import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from pipeline.recipe import Recipe
from tests.browser.test_page import PROMPT, draw

pytestmark = pytest.mark.browser

CHANGED = """before => {
    const figure = document.querySelector('#canvas figure.finished');
    return figure && figure.dataset.pixels !== before && figure.dataset.editable === 'true';
}"""


def ready(page):
    page.wait_for_selector("#canvas figure[data-editable]")
    return pixels(page)


def pixels(page):
    return page.get_attribute("#canvas figure", "data-pixels")


def changed(page, before):
    page.wait_for_function(CHANGED, arg=before)
    return pixels(page)


def things(page):
    return json.loads(page.get_attribute("#canvas figure", "data-scene"))["things"]


def seen(page):
    """(thing, x, y): one that is seen at a point, in the middle of where it is."""
    data = page.get_attribute("#canvas figure", "data-hits").split(",")[1]
    hits = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
    value = np.bincount(hits[hits > 0]).argmax()
    rows, columns = np.nonzero(hits == value)
    middle = np.argmin(np.hypot(rows - rows.mean(), columns - columns.mean()))
    box = page.locator("#canvas figure").bounding_box()
    x = box["x"] + (columns[middle] + 0.5) / hits.shape[1] * box["width"]
    y = box["y"] + (rows[middle] + 0.5) / hits.shape[0] * box["height"]
    return things(page)[value - 1], float(x), float(y)


def test_a_thing_is_dragged_and_undone_and_the_link_draws_what_is_shown(open_page, keep):
    page = open_page()
    draw(page)
    first = ready(page)
    thing, x, y = seen(page)
    page.mouse.click(x, y)
    page.wait_for_selector(".things [aria-pressed=true]")
    keep(page, "desktop-light-editor")
    assert page.evaluate("document.documentElement.scrollHeight") <= 768, "a laptop has to scroll"
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 40, y + 20, steps=4)
    page.mouse.up()
    second = changed(page, first)
    moved = next(each for each in things(page) if each["id"] == thing["id"])
    assert (
        moved["x"] < thing["x"] and moved["y"] > thing["y"] and moved["side"] == pytest.approx(thing["side"], abs=1e-3)
    )
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Control+z")
    assert changed(page, second) == first
    page.keyboard.press("Control+Shift+z")
    assert changed(page, first) == second
    assert page.locator("#shelf img").count() == 1, "a change is no new picture"
    link = page.get_attribute("#canvas figure", "data-query")
    other = open_page(link)
    other.wait_for_selector("#canvas [data-verdict=identical]")


def test_what_is_picked_with_the_mouse_is_changed_by_keys_and_the_prompt_is_not(open_page):
    page = open_page()
    draw(page)
    now = ready(page)
    page.focus("#prompt textarea")
    thing, x, y = seen(page)
    page.mouse.click(x, y)
    page.wait_for_selector(".things [aria-pressed=true]")
    page.keyboard.press("]")
    now = changed(page, now)
    assert next(each for each in things(page) if each["id"] == thing["id"])["turn"] == pytest.approx(thing["turn"] + 5)
    count = len(things(page))
    page.keyboard.press("Delete")
    changed(page, now)
    assert len(things(page)) == count - 1
    assert page.input_value("#prompt textarea") == PROMPT


def test_without_a_pointer_a_thing_is_picked_moved_turned_copied_and_removed(open_page):
    page = open_page()
    draw(page)
    now = ready(page)
    page.focus(".things button")
    page.keyboard.press("Enter")
    assert page.get_attribute(".things button", "aria-label").count(",") >= 2, "where it stands is said"
    count = len(things(page))
    for key, field in (("ArrowRight", "x"), ("-", "side"), ("]", "turn")):
        first = things(page)[0]
        page.focus(".things button")
        page.keyboard.press(key)
        now = changed(page, now)
        assert things(page)[0][field] != first[field], key
    page.click(".tools [data-do=duplicate]")
    now = changed(page, now)
    assert len(things(page)) == count + 1
    page.focus(".things button[aria-pressed=true]")
    page.keyboard.press("Delete")
    changed(page, now)
    assert len(things(page)) == count


def test_a_colour_is_picked_by_touch_on_a_phone(browser, url, keep):
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(url)
    page.wait_for_selector("#generate", state="visible")
    draw(page)
    now = ready(page)
    page.locator("#canvas figure").scroll_into_view_if_needed()
    _, x, y = seen(page)
    page.touchscreen.tap(x, y)
    page.wait_for_selector(".things [aria-pressed=true]")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    keep(page, "phone-light-editor", full_page=True)
    page.locator(".tools input[data-do=colour]").evaluate(
        "field => { field.value = '#2255ff'; field.dispatchEvent(new Event('change', {bubbles: true})); }"
    )
    changed(page, now)
    assert "#2255ff" in [each["colour"] for each in things(page)]
    context.close()


def after(page, act):
    """What the page shows after an act that changes the picture."""
    before = pixels(page)
    act()
    return changed(page, before)


def say(page, words):
    page.fill(".change input", words)
    page.keyboard.press("Enter")


def slide(page, value):
    page.locator("[data-op=outline] input[type=range]").evaluate(
        "(field, value) => { field.value = value; field.dispatchEvent(new Event('change', {bubbles: true})); }", value
    )


def edits(page):
    return Recipe.from_query(page.get_attribute("#canvas figure", "data-query")).recipe.edits


def test_ground_outline_shadow_and_lettering_are_switches_and_travel_in_the_link(open_page, keep):
    page = open_page()
    draw(page)
    ready(page)
    after(page, lambda: page.select_option("[data-op=ground] select", "scene|grass"))
    after(page, lambda: slide(page, "6"))
    after(page, lambda: page.click("[data-op=shadow] input"))
    page.fill("[data-op=letter] textarea", "Grüße")
    after(page, lambda: page.keyboard.press("Enter"))
    assert page.evaluate("document.activeElement.name") == "letter", "the focus stays where it was"
    after(page, lambda: page.select_option("[data-op=letter] [name=form]", "arched"))
    keep(page, "desktop-light-whole")
    assert page.evaluate("document.documentElement.scrollHeight") <= 768, "a laptop has to scroll"
    said = edits(page)
    assert "ground scene grass" in said and "outline 6 '#ffffff'" in said and "shadow on" in said
    assert said[-1].startswith("letter 'Grüße' arched") or said[-1].startswith("letter Grüße arched")
    assert page.input_value("[data-op=letter] textarea") == "Grüße"
    other = open_page(page.get_attribute("#canvas figure", "data-query"))
    other.wait_for_selector("#canvas [data-verdict=identical]")


def test_safe_zones_are_laid_over_the_picture_and_change_nothing(open_page):
    page = open_page()
    draw(page)
    before = ready(page)
    laid = """side => {
        const look = getComputedStyle(document.querySelector('#canvas figure.finished'), side);
        return [look.content, look.borderTopColor, look.borderTopLeftRadius, look.backgroundImage];
    }"""
    assert page.evaluate(laid, "::before")[0] == page.evaluate(laid, "::after")[0] == "none"
    page.evaluate("document.querySelector('#canvas .editor [data-zones]').click()")
    assert page.evaluate(laid, "::before")[1:3] == ["rgb(21, 128, 61)", "22.4%"]
    circles = page.evaluate(laid, "::after")[3]
    assert "rgb(194, 65, 12) 60.2%" in circles and "rgb(29, 78, 216) 79.2%" in circles
    assert pixels(page) == before
    page.evaluate("document.querySelector('#canvas .editor [data-zones]').click()")
    assert page.evaluate(laid, "::before")[0] == "none"


def test_changes_faster_than_the_picture_are_all_made_in_their_order(open_page):
    page = open_page()
    draw(page)
    before = ready(page)
    page.evaluate(
        """() => {
            const shadow = document.querySelector('[data-op=shadow] input');
            const edge = document.querySelector('[data-op=outline] input');
            shadow.click();
            edge.value = '6';
            edge.dispatchEvent(new Event('change', {bubbles: true}));
            document.querySelector('[data-op=ground] select').value = 'scene|grass';
            document.querySelector('[data-op=ground] select').dispatchEvent(new Event('change', {bubbles: true}));
        }"""
    )
    changed(page, before)
    page.wait_for_function("() => document.querySelector('#canvas figure').dataset.query.includes('grass')")
    said = edits(page)
    assert "shadow on" in said and "outline 6 '#ffffff'" in said and said[-1] == "ground scene grass"


def test_a_colour_is_taken_from_the_picture_where_the_browser_has_no_dropper(open_page):
    page = open_page()
    page.evaluate("delete window.EyeDropper")
    draw(page)
    ready(page)
    page.click(".things button >> nth=0")
    page.click(".tools [data-pick]")
    page.wait_for_selector("figure.picking")
    box = page.locator("#canvas figure").bounding_box()
    after(page, lambda: page.mouse.click(box["x"] + 6, box["y"] + 6))
    assert things(page)[0]["colour"] and page.locator("figure.picking").count() == 0
    assert page.locator(".things [aria-pressed=true]").count() == 1, "it is still picked"


def test_a_picture_of_ones_own_is_cut_out_and_becomes_a_thing(open_page, tmp_path):
    image = Image.new("RGB", (300, 200), "white")
    image.paste((200, 30, 60), (100, 50, 200, 150))
    image.save(tmp_path / "mine.png")
    page = open_page()
    draw(page)
    ready(page)
    count = len(things(page))
    with page.expect_file_chooser() as chooser:
        page.click(".editor [data-upload]")
    after(page, lambda: chooser.value.set_files(tmp_path / "mine.png"))
    assert [thing["name"] for thing in things(page)][count:] == ["photo"]
    assert "cut free of its plain background" in page.inner_text("#status")
    photo = next(thing for thing in things(page) if thing["name"] == "photo")
    page.click(f".things [data-thing='{photo['id']}']")
    page.focus(".things [aria-pressed=true]")
    after(page, lambda: page.keyboard.press("]"))
    assert things(page)[-1]["turn"] == pytest.approx(5)


def test_25_changes_by_hand_and_in_words_are_the_same_bytes_in_another_profile(open_page):
    page = open_page()
    draw(page)
    first = ready(page)

    def press(key):
        page.focus(".things button >> nth=0")
        page.keyboard.press(key)

    page.click(".things button >> nth=0")
    acts = [lambda key=key: press(key) for key in ("ArrowRight", "ArrowDown", "+", "]", "m", "ArrowLeft", "-", "[")]
    acts += [
        lambda words=words: say(page, words)
        for words in (
            *("make it #ff66aa", "make it bigger", "make the background a beach", "add a shadow", "make it night"),
            *('write "Hi" at the top', "add a white outline", "make the outline thicker", "flip it", "zoom out"),
        )
    ]
    acts += [
        lambda: page.click(".tools [data-do=duplicate]"),
        lambda: page.click(".tools [data-do=reroll]"),
        lambda: page.select_option(".tools [data-do=style]", "flat sticker"),
        lambda: page.select_option(".tools select[data-do=colour]", "teal"),
        lambda: say(page, "make the background #ccbbff"),
        lambda: press("ArrowUp"),
        lambda: say(page, "make the text #ff0000"),
    ]
    assert len(acts) == 25
    for act in acts:
        last = after(page, act)
    assert page.is_visible("[data-op=letter]"), "the picture is changed as well while a thing is picked"
    page.keyboard.press("Escape")  # out of the field for wishes
    assert page.locator(".things [aria-pressed=true]").count() == 0
    page.click("#copy-link")
    page.wait_for_function("window.easelLastLink")
    link = page.evaluate("window.easelLastLink")
    other = open_page(link[link.index("?") :])
    other.wait_for_selector("#canvas [data-verdict=identical]")
    assert pixels(other) == last
    for _ in acts:
        after(page, lambda: page.click(".change [data-do=undo]"))
    assert pixels(page) == first


def test_a_choice_of_what_may_be_meant_is_one_click(open_page):
    page = open_page()
    draw(page)
    ready(page)
    asked = page.input_value("#prompt textarea")
    choice = page.locator("#canvas [data-mean]").first
    said, mean = choice.get_attribute("data-said"), choice.get_attribute("data-mean")
    choice.click()
    wanted = re.sub(rf"\b{re.escape(said)}\b", mean, asked, count=1)
    assert wanted != asked
    page.wait_for_function("wanted => document.querySelector('#canvas .finished img')?.alt === wanted", arg=wanted)
    assert page.input_value("#prompt textarea") == wanted
