"""A server with the tiny pipeline and one Chromium for all browser tests; screenshots go to artifacts/."""

import os
import shutil
import threading
from pathlib import Path

import pytest

CHROMIUM = os.environ.get("EASEL_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --disable-quic"
).split()
ARTIFACTS = Path("artifacts")
TIMEOUT = 120_000  # milliseconds: two busy cores are slow


def save_download(page, key: str, path: Path, tries: int = 6) -> str:
    """Click ``key`` until a file comes, save it; the name that the page suggests.

    A picture may be seen a moment before its file hangs on the button: a person clicks again, and so does this.
    """
    from playwright.sync_api import TimeoutError as Late

    for left in range(tries, 0, -1):
        try:
            with page.expect_download(timeout=TIMEOUT / tries) as downloading:
                page.click(key)
        except Late:
            if left == 1:
                raise
        else:
            downloading.value.save_as(path)
            return downloading.value.suggested_filename


def still(page):
    """Wait until every transition has ended; what goes round for ever is left to."""
    page.wait_for_function(
        "document.getAnimations().every(each => each.playState !== 'running'"
        " || each.effect.getComputedTiming().endTime === Infinity)"
    )


@pytest.fixture(scope="module")
def browser():
    """Chromium, for one module: its driver keeps an event loop running, which no other module's tests shall meet."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed; `apt-get install chromium` brings it")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pipe():
    from tests.tiny import tiny_pipeline

    return tiny_pipeline()


@pytest.fixture(scope="session")
def demo(pipe):
    from app import build_demo, launch_options
    from pipeline.ui.tabs import create

    create.SEVERAL_WITHIN = 0  # whether a machine is fast enough for several at once is not what these tests are about
    demo = build_demo(pipe, weights_hash="0123456789ab")
    demo.launch(prevent_thread_lock=True, quiet=True, **launch_options(demo))
    yield demo
    demo.close()
    # A thread that still draws when Python ends takes the whole process with it, and a passed run ends with 134.
    for thread in threading.enumerate():
        if thread.name in ("easel-draw", "easel-examples"):
            thread.join(TIMEOUT / 1000)


@pytest.fixture(scope="session")
def url(demo):
    return demo.local_url


@pytest.fixture
def open_page(browser, url, request):
    """Open a page in a fresh profile: `open_page("?prompt=...", width=360)`.

    Whatever it asks of other hosts fails the test.
    """
    contexts, foreign = [], []

    def open_page(query="", width=1366, height=768, dark=False, locale="en-US"):
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            locale=locale,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(TIMEOUT)
        page.on("request", lambda asked: None if _is_ours(asked.url, url) else foreign.append(asked.url))
        page.goto(url + query)
        # A pack's link opens another tab, at once or a moment later.
        page.wait_for_selector("#generate", state="attached" if "pack=" in query else "visible")
        page.wait_for_function("window.easel && document.querySelector('#canvas :is(.frame, .wall)')")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not foreign, f"the page asked other hosts: {foreign}"


@pytest.fixture
def keep():
    """Keep a screenshot for people to look at: `keep(page, "name")`."""

    def keep(page, name, full_page=False):
        ARTIFACTS.mkdir(exist_ok=True)
        still(page)
        page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=full_page, animations="disabled")

    return keep


def _is_ours(asked: str, url: str) -> bool:
    return asked.startswith((url, "data:", "blob:"))
