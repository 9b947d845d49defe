"""A pack is drawn, changed one by one, taken away, and comes back from its link.

Example run: python -m pytest -m browser tests/browser/test_packs.py
"""

import pytest

from pipeline.stickers.check import check_pack
from pipeline.stickers.targets import find_target
from tests.browser.conftest import save_download

pytestmark = pytest.mark.browser

TILES = "#packs-grid .tile img"
ANOTHER = "src => (document.querySelector('#packs-grid .tile img')?.src ?? src) !== src"


def drawn(page, count):
    page.wait_for_function(f"document.querySelectorAll('{TILES}').length === {count}")
    page.wait_for_selector("#packs-draw:not([disabled])")


def sources(page):
    return page.eval_on_selector_all(TILES, "all => all.map(image => image.src)")


def test_a_pack_is_drawn_changed_one_by_one_and_leaves_within_all_limits(open_page, keep, tmp_path):
    page = open_page()
    page.get_by_role("tab", name="Packs").click()
    page.fill("#packs-lines textarea", "a cat\na dog\na red apple")
    page.click("#packs-draw")
    drawn(page, 3)
    first = sources(page)
    picture = page.locator("#packs-grid li:first-child .tile").bounding_box()
    for key in page.locator("#packs-grid li:first-child button").all():
        assert key.bounding_box()["y"] >= picture["y"] + picture["height"], "no key lies over a sticker"
    page.click("#packs-grid [data-index='0']")
    page.wait_for_function(ANOTHER, arg=first[0])
    drawn(page, 3)
    assert sources(page)[1:] == first[1:], "the others keep theirs"
    page.click("#packs-grid [data-open='1']")
    page.wait_for_selector("#packs-change input, #packs-change textarea", state="visible")
    page.locator("#packs-change").locator("input, textarea").fill("make it #ff66aa")
    page.click("#packs-apply")
    page.wait_for_function(
        "src => document.querySelectorAll('#packs-grid .tile img')[1]?.src !== src && "
        "document.querySelectorAll('#packs-grid .tile img').length === 3", arg=first[1],
    )  # fmt: skip
    drawn(page, 3)
    page.click("#packs-tray")
    page.wait_for_selector("#packs-grid li:nth-child(2) .tray")
    keep(page, "desktop-light-pack")
    page.click("#packs-texts button")
    page.locator("#packs-texts").get_by_text("A cat", exact=True).last.wait_for(state="visible")
    page.click("#packs-target input")
    page.get_by_role("option", name="WhatsApp sticker").click()
    page.click("#packs-make")
    page.wait_for_selector("#packs-status :is(.good, .bad)")
    assert page.query_selector("#packs-status .good"), page.inner_text("#packs-status")
    save_download(page, "#packs-download", tmp_path / "pack.wastickers")
    assert check_pack((tmp_path / "pack.wastickers").read_bytes(), find_target("whatsapp")) == []
    page.click("#packs-link")
    page.wait_for_function("window.easelLastCopy")
    link = page.evaluate("window.easelLastCopy")

    other = open_page(link[link.index("?") :])
    drawn(other, 3)
    assert other.eval_on_selector_all(TILES, "all => all.map(image => image.alt)") == ["a cat", "a dog", "a red apple"]
    assert "pack_edits_2=" in link and other.locator("#packs-grid li:nth-child(2) .tray").count() == 1
    before = sources(other)[0]  # the grid may be empty for a moment after
    other.uncheck("#packs-edge input")
    other.wait_for_function(ANOTHER, arg=before)
    drawn(other, 3)


def test_the_example_of_a_pack_is_one_click_away(open_page):
    page = open_page()
    page.get_by_role("button", name="A pack of cars", exact=True).click()
    # The tiny model knows no cars: its tiles say so.
    page.wait_for_function("document.querySelectorAll('#packs-grid .tile :is(img, .failed)').length === 4")
    page.wait_for_selector("#packs-draw:not([disabled])")
    assert page.input_value("#packs-lines textarea") == "a {red|orange|green|blue} car"


def test_a_link_to_no_pack_says_so_and_draws_nothing(open_page):
    page = open_page("?pack=a+cat%0Aa+dog&pack_seeds=x")
    page.wait_for_selector("#packs-status .bad")
    page.wait_for_selector("#packs-resume", state="attached")
    page.wait_for_selector("#packs-draw:not([disabled])")
    assert page.locator("#packs-status .bad").count() == 1 and page.locator(TILES).count() == 0
