"""The finished picture as a canvas: pointed at, dragged, changed by keys and by touch, and gone back over.

Example run: python -m pytest -m browser tests/browser/test_editor.py
"""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from tests.browser.test_page import draw

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
    page.locator(".tools [data-do=colour]").evaluate(
        "field => { field.value = '#2255ff'; field.dispatchEvent(new Event('change', {bubbles: true})); }"
    )
    changed(page, now)
    assert "#2255ff" in [each["colour"] for each in things(page)]
    context.close()
