"""Example run: python -m pytest -m browser tests/browser/test_search.py"""

import pytest
from PIL import Image

from tests.browser.test_page import draw

pytestmark = pytest.mark.browser


@pytest.fixture
def files(tmp_path):
    for name in ("red", "blue", "green"):
        Image.new("RGB", (300, 200), name).save(tmp_path / f"{name}.png")
    Image.open(tmp_path / "red.png").save(tmp_path / "red-again.jpg")
    (tmp_path / "words.png").write_text("not a picture", encoding="utf-8")
    return tmp_path


def add(page, files, *names):
    with page.expect_file_chooser() as chooser:
        page.click("#search-add")
    chooser.value.set_files([files / name for name in names])


def test_uploads_and_drawings_are_found_by_words_by_picture_and_like_one_another(open_page, keep, files):
    page = open_page()
    draw(page)
    page.get_by_role("tab", name="Search").click()
    page.fill("#search-words textarea", "a cat")
    page.click("#search")
    page.wait_for_selector("ol.found li")
    assert page.locator("ol.found li").count() == 1  # the drawing

    add(page, files, "red.png", "blue.png", "green.png", "red-again.jpg", "words.png")
    page.wait_for_selector("#search-status .status:has-text('4 pictures added')")
    assert "words.png cannot be read as a picture" in page.inner_text("#search-status")
    page.set_input_files("#search-picture input[type=file]", files / "blue.png")
    page.wait_for_selector("#search-picture img")
    page.fill("#search-words textarea", "")
    page.click("#search")
    page.wait_for_function("document.querySelectorAll('ol.found li').length === 5")
    assert "blue.png" in page.inner_text("ol.found li >> nth=0")
    scores = [float(item.get_attribute("data-score")) for item in page.query_selector_all("ol.found li")]
    assert scores == sorted(scores, reverse=True) and scores[0] > 0.999
    flagged = page.locator("ol.found li:has(.copy)")
    assert flagged.count() == 1 and "red" in flagged.inner_text()
    page.wait_for_function("[...document.querySelectorAll('ol.found img')].every(image => image.naturalWidth > 0)")
    keep(page, "desktop-light-search")

    page.locator("ol.found li", has_text="red.png").get_by_role("button").click()
    page.wait_for_selector("#search-status .status:has-text('Most like “red.png”')")
    assert "red-again.jpg" in page.inner_text("ol.found li >> nth=0")
    assert page.locator("ol.found li").count() == 4

    page.click("#search-clear")
    page.wait_for_selector("#search-status .status:has-text('deleted')")
    page.click("#search")
    page.wait_for_function("document.querySelectorAll('ol.found li').length === 1")


def test_a_search_that_cannot_be_made_says_why(open_page):
    page = open_page()
    page.get_by_role("tab", name="Search").click()
    page.click("#search")
    page.wait_for_selector("#search-status .bad:has-text('nothing to search for yet')")
    page.fill("#search-words textarea", "a cat")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-status .bad:has-text('no pictures to search yet')")


def test_the_tab_fits_a_phone_in_the_dark(open_page, keep, files):
    page = open_page(width=360, height=740, dark=True)
    page.get_by_role("tab", name="Search").click()
    add(page, files, "red.png", "blue.png")
    page.wait_for_selector("#search-status .status:has-text('2 pictures added')")
    page.fill("#search-words textarea", "red")
    page.click("#search")
    page.wait_for_selector("ol.found li")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    keep(page, "phone-dark-search", full_page=True)
