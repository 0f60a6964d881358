"""The built book, as a browser shows it: light and dark, on a desk and on a phone.

`make book` builds what is tested here, into _build/html; NNLIB_HTML names another place.
The browser is Chromium, found on the PATH, or the one that NNLIB_CHROMIUM names.
"""

import functools
import http.server
import os
import pathlib
import shutil
import threading
import urllib.parse

import bs4
import pytest
import yaml
from notebooks import BACK_MATTER, PATHS, ROOT

SITE = pathlib.Path(os.environ.get("NNLIB_HTML", ROOT / "_build" / "html"))
CHROMIUM = os.environ.get("NNLIB_CHROMIUM") or shutil.which("chromium")
AXE = ROOT / "tests" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox",  # Chromium has none for root
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]

SETTLED = 400  # milliseconds; the theme measures 300 ms after a change
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 812}
LOOKS = {
    "light": ("light", DESK),
    "dark": ("dark", DESK),
    "phone": ("light", PHONE),
}


def documents(contents):
    """List the files that a table of contents names."""
    if isinstance(contents, list):
        return [name for entry in contents for name in documents(entry)]
    nested = [contents.get(key, []) for key in ("parts", "chapters", "sections")]
    own = [contents[key] for key in ("root", "file") if key in contents]
    return own + documents(nested)


CONTENTS = documents(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def site():
    if not (SITE / "index.html").exists():
        pytest.skip("no page was looked at: the book is not built (make book)")
    return SITE


@functools.cache
def soup(path):
    return bs4.BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def test_every_page_is_in_the_table_of_contents():
    pages = [*PATHS, *BACK_MATTER, *(ROOT / "back_matter").glob("*.md")]
    names = {f"{path.parent.name}/{path.stem}" for path in pages}
    assert names == {name for name in CONTENTS if "/" in name}


@pytest.mark.parametrize("name", [*CONTENTS, "search"])
def test_page_exists_and_its_links_lead_somewhere(site, name):
    page = site / f"{name}.html"
    broken = []
    for tag in soup(page).select("[href], [src]"):
        link = tag.get("href") or tag.get("src")
        url = urllib.parse.urlsplit(link)
        if url.scheme or url.netloc:
            continue
        target = page.parent / urllib.parse.unquote(url.path) if url.path else page
        if target.is_dir():
            target /= "index.html"
        fragment = urllib.parse.unquote(url.fragment)
        if not target.exists() or (
            fragment
            and target.suffix == ".html"
            and not soup(target.resolve()).find(id=fragment)
        ):
            broken.append(link)
    assert not broken


@pytest.fixture(scope="module")
def address(site):
    """Serve the book on this machine, as long as its pages are looked at."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Handler, directory=site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module", params=[*CONTENTS, "search"])
def page(request, browser, address):
    """Open a page once, with all that folds unfolded, and note what it complains of."""
    page = browser.new_page(viewport=DESK)
    page.set_default_timeout(10_000)
    page.complaints, page.requests = [], []
    page.on("console", lambda message: page.complaints.extend(complaint(message)))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda request: page.requests.append(request.url))
    page.goto(f"{address}{request.param}.html")
    page.evaluate("window.MathJax?.startup?.promise")
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


def test_asks_no_other_host(page, address):
    assert not [url for url in page.requests if not url.startswith((address, "data:"))]


def test_typesets_all_formulas(page):
    assert not page.evaluate(
        """() => [...document.querySelectorAll(".math")]
            .filter(math => !math.querySelector("mjx-container")
                || math.querySelector("mjx-merror"))
            .map(math => math.textContent)"""
    )


def test_leaves_no_formula_as_text(page):
    """A dollar in the text, or a red word, is a formula that was not understood."""
    assert not page.evaluate(
        """() => {
            const text = document.querySelector("main").cloneNode(true);
            text.querySelectorAll("pre, code, script").forEach(code => code.remove());
            return [
                ...text.textContent.match(/.*[$].*/g) ?? [],
                ...Array.from(text.querySelectorAll("[mathcolor=red]"), red => red.textContent),
            ];
        }"""
    )


def test_describes_images_in_a_sentence(page):
    alts = page.evaluate(
        "Array.from(document.querySelectorAll('article img'), image => image.alt)"
    )
    assert not [alt for alt in alts if " " not in alt or not alt.endswith(".")]


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


@pytest.mark.usefixtures("look")
class TestEveryLook:
    def test_is_accessible(self, page):
        if not AXE.exists():
            pytest.skip("accessibility was not checked: npm ci --prefix tests/browser")
        if not page.evaluate("'axe' in window"):
            page.add_script_tag(path=AXE)
        violations = page.evaluate(
            "axe.run({resultTypes: ['violations']}).then(run => run.violations)"
        )
        assert not [
            f"{violation['id']}: {node['html']} {node['failureSummary']}"
            for violation in violations
            for node in violation["nodes"]
        ]

    def test_fits_the_window(self, page):
        """Only what stands in something that scrolls may be wider than the window."""
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert not page.evaluate(
            """() => {
                const scrolls = element => element && (
                    ["auto", "scroll"].includes(getComputedStyle(element).overflowX)
                    || scrolls(element.parentElement));
                return Array.from(document.querySelectorAll("article *"))
                    .filter(element => !element.closest("mjx-assistive-mml"))
                    .filter(element => element.getBoundingClientRect().right > innerWidth + 1)
                    .filter(element => !scrolls(element.parentElement))
                    .map(element => element.outerHTML.slice(0, 100));
            }"""
        )

    def test_shows_one_search_button(self, page):
        assert page.locator("button[class*=search-button]:visible").count() == 1

    def test_figures_keep_their_colours(self, page):
        styles = page.evaluate(
            """Array.from(document.querySelectorAll("article img"), image => {
                const style = getComputedStyle(image);
                return [style.filter, style.backgroundColor];
            })"""
        )
        assert all(style == ["none", "rgb(255, 255, 255)"] for style in styles)

    def test_complains_of_nothing(self, page):
        assert not page.complaints
