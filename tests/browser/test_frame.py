"""The page inside another site's page, in a browser that denies such frames their storage.

Example run: python -m pytest tests/browser/test_frame.py
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.browser.conftest import CHROMIUM, FLAGS, TIMEOUT

pytestmark = [pytest.mark.slow, pytest.mark.browser]
BLOCKS_THIRD_PARTIES = {"profile": {"cookie_controls_mode": 1, "block_third_party_cookies": True}}


@pytest.fixture
def host(url):
    """The address of another site, whose page is a frame with ours."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            # as Hugging Face frames a Space
            rights = "allow-downloads allow-forms allow-modals allow-popups allow-same-origin allow-scripts"
            frame = f'<iframe src="{url}" sandbox="{rights}" allow="clipboard-write" width=1200 height=700></iframe>'
            self.wfile.write(f"<!doctype html><title>Another site</title>{frame}".encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}/"  # of another site than 127.0.0.1
    server.shutdown()
    server.server_close()


@pytest.fixture
def strict_page(browser, tmp_path):
    """A page of a browser with the setting "block third-party cookies", which denies their storage too."""
    preferences = tmp_path / "Default" / "Preferences"
    preferences.parent.mkdir()
    preferences.write_text(json.dumps(BLOCKS_THIRD_PARTIES))
    context = browser.browser_type.launch_persistent_context(
        tmp_path, executable_path=CHROMIUM, args=FLAGS, accept_downloads=True
    )
    page = context.new_page()
    page.set_default_timeout(TIMEOUT)
    yield page
    context.close()


def test_the_page_draws_in_a_frame_of_another_site_that_is_denied_storage(strict_page, host, url, keep, tmp_path):
    failures, foreign = [], []
    strict_page.on("pageerror", lambda error: failures.append(str(error)))
    strict_page.on("request", lambda asked: foreign.append(asked.url))
    strict_page.goto(host)
    frame = next(frame for frame in strict_page.frames if frame.url.startswith(url))
    frame.wait_for_selector("#generate", state="visible")
    with pytest.raises(Exception, match="SecurityError|Access is denied"):
        frame.evaluate("window.localStorage.length")
    frame.wait_for_function("window.easel?.copyLink && window.easel.downloadAll")
    frame.fill("#prompt textarea", "a red circle")
    frame.click("#generate")
    frame.wait_for_selector("#canvas .finished img")
    keep(strict_page, "frame")
    frame.click("#theme-toggle")
    assert frame.evaluate("document.body.classList.contains('dark')")
    frame.click("#copy-link")
    frame.wait_for_function("window.easelLastLink")
    frame.get_by_role("tab", name="History").click()
    frame.wait_for_selector("#history-list li")
    assert failures == []
    assert [asked for asked in foreign if not asked.startswith((url, host, "data:", "blob:"))] == []
