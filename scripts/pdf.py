"""Print the built book into one PDF, beside the folder `html` where it was built.

    python scripts/pdf.py [FOLDER]

FOLDER holds `html`; it is `_build` if not given. Needs Playwright, pikepdf and a Chromium: the one that NNLIB_CHROMIUM
names, the one on the PATH, or Playwright's own.
"""

import os
import shutil
import sys
from pathlib import Path

import pikepdf
from one_page import ROOT, assemble
from playwright.sync_api import sync_playwright

NAME = "neural-networks-from-scratch.pdf"
FLAGS = [
    "--no-sandbox",  # Chromium has none for root
    "--disable-gpu",
    "--disable-dev-shm-usage",
]
COLUMN = {"width": 605, "height": 900}  # pixels; as wide as the text on paper
PATIENCE = 20 * 60_000  # milliseconds, for hundreds of pages on a slow machine


def page_numbers(pdf):
    """Find the page of everything that a link in the PDF leads to."""
    with pikepdf.open(pdf) as book:
        numbers = {page.objgen: number for number, page in enumerate(book.pages, 1)}
        return {
            name.removeprefix("/"): numbers[target[0].objgen]
            for name, target in book.Root.Dests.items()
        }


def print_book(source, pdf):
    """Print the page, and again with the numbers of its pages, until those stay the same."""
    chromium = os.environ.get("NNLIB_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport=COLUMN, offline=True)
        page.set_default_timeout(PATIENCE)
        page.emulate_media(media="print")
        missing = []
        page.on("requestfailed", lambda request: missing.append(request.url))
        numbers = {}
        for _ in range(5):
            page.goto(
                source.as_uri()
            )  # anew: what was printed once is laid out otherwise
            page.evaluate("numbers => prepare(numbers)", numbers)
            if missing:
                sys.exit(f"The page asks for what is not there: {missing}")
            page.pdf(
                path=pdf,
                prefer_css_page_size=True,
                print_background=True,
                tagged=True,
                outline=True,
            )
            filled_in, numbers = numbers, page_numbers(pdf)
            if numbers == filled_in:
                return
    sys.exit("The numbers of the pages do not settle")


def finish(draft, pdf):
    """Save a third of the size, and open the bookmarks with the book."""
    with pikepdf.open(draft) as book:
        book.Root.PageMode = pikepdf.Name.UseOutlines
        book.save(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def main(folder=ROOT / "_build"):
    source, draft, pdf = folder / "pdf.html", folder / "draft.pdf", folder / NAME
    source.write_text(assemble(folder / "html"), encoding="utf-8")
    print_book(source.absolute(), draft)
    finish(draft, pdf)
    draft.unlink()
    print(f"{pdf}: {pdf.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
