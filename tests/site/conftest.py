"""The built book as a browser shows it: light and dark, on a desk and on a phone.

The browser is Chromium, found on the PATH, or the one that NNLIB_CHROMIUM names.
"""

import contextlib
import functools
import gzip
import http.server
import os
import pathlib
import shutil
import threading

import pytest
from pages import PAGES, SAMPLE, SITE

CHROMIUM = os.environ.get("NNLIB_CHROMIUM") or shutil.which("chromium")
FLAGS = [
    "--no-sandbox",  # Chromium has none for root
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]

TEXTS = {".html", ".css", ".js", ".mjs", ".json", ".svg"}
SETTLED = 400  # milliseconds; the theme measures 300 ms after a change
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 812}
LOOKS = {
    "light": ("light", DESK),
    "dark": ("dark", DESK),
    "phone": ("light", PHONE),
}


@pytest.fixture(scope="session")
def site():
    if not (SITE / "index.html").exists():
        pytest.skip("no page was looked at: the book is not built (make book)")
    return SITE


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items):
    """Let `-n 2 --dist loadgroup` spread the pages, and keep together the tests of one, and others of a file."""
    for item in items:
        params = item.callspec.params if hasattr(item, "callspec") else {}
        page = params.get("page", "") if "page" in item.fixturenames else ""
        item.add_marker(pytest.mark.xdist_group(f"{item.path.stem} {page}"))


@functools.cache
def compressed(path):
    return gzip.compress(path.read_bytes())


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve files as a host of pages does: text compressed, connections kept open."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = pathlib.Path(self.translate_path(self.path))
        if path.suffix not in TEXTS or not path.is_file():
            super().do_GET()
            return
        body = compressed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # a page that is left asks no more
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def address(site):
    """Serve the book on this machine, as long as its pages are looked at."""

    handler = functools.partial(Handler, directory=site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def browser():
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="no page was opened: playwright is missing"
    )
    if not CHROMIUM:
        pytest.skip("no page was opened: there is no Chromium on the PATH")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def complaint(message):
    return [message.text] if message.type in ("error", "warning") else []


def sampled(page):
    return page if page in SAMPLE else pytest.param(page, marks=pytest.mark.slow)


@pytest.fixture(scope="module", params=map(sampled, PAGES))
def page(request, browser, address):
    """Open a page once, with all that folds unfolded, and note what it complains of.

    Every page in turn; `@pytest.mark.parametrize("page", [names], indirect=True)` chooses.
    """
    page = browser.new_page(viewport=DESK)
    page.set_default_timeout(10_000)
    page.complaints, page.requests = [], []
    page.on("console", lambda message: page.complaints.extend(complaint(message)))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda request: page.requests.append(request.url))
    page.goto(f"{address}{request.param}.html")
    page.evaluate("window.typesetAll?.()")
    page.add_style_tag(
        content="* { animation: none !important; transition: none !important }"
    )
    page.evaluate(
        """() => {
            const folds = "details:not([open]) > summary, button.toggle-button-hidden";
            document.querySelectorAll(folds).forEach(fold => fold.click());
        }"""
    )
    page.wait_for_timeout(SETTLED)
    yield page
    page.close()


@pytest.fixture(scope="class", params=LOOKS)
def look(request, page):
    """Switch the page to a theme and a width, as the reader's system does."""
    theme, viewport = LOOKS[request.param]
    page.emulate_media(color_scheme=theme)
    page.wait_for_function(
        "theme => document.documentElement.dataset.theme == theme", arg=theme
    )
    if page.viewport_size != viewport:
        page.set_viewport_size(viewport)
        page.wait_for_timeout(SETTLED)
    return request.param
