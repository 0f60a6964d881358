"""Corrections of the written pages, where the theme leaves no option.

Most serve readers who hear the book: every control is called what it shows, every part
of the page belongs to a region, and no role promises what is not there.
"""

from pathlib import Path

from bs4 import BeautifulSoup


def name_controls(page):
    """Let what a control shows be its name."""
    for control in page.select("summary[aria-label], .search-button-field"):
        del control["aria-label"]
    for icon in page.select(".theme-switch"):
        del icon["title"]  # the button has a name, and the icon is no part of it


def mark_regions(page):
    """Make the sidebar a landmark, with all that it holds."""
    for sidebar in page.select("#pst-primary-sidebar"):
        sidebar.attrs |= {"role": "region", "aria-label": "Book"}


def drop_wrong_roles(page):
    """Leave the list of citations without the roles that it does not fulfil."""
    for citation in page.select(".citation-list, .citation-list > .citation"):
        del citation["role"]


def simplify_summaries(page):
    """Turn paragraphs in summaries, which HTML does not allow there, into strong text."""
    for paragraph in page.select("summary > p"):
        paragraph.name = "strong"


def load_less(page):
    """Load the index of the whole book where one searches, and not on every page."""
    if not page.select("#search-results"):
        for name in "searchtools", "language_data", "searchindex":
            for script in page.select(f"script[src*='{name}.js']"):
                script.decompose()


def correct_pages(app, exception):
    if exception or app.builder.format != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        name_controls(page)
        mark_regions(page)
        drop_wrong_roles(page)
        simplify_summaries(page)
        load_less(page)
        path.write_text(str(page), encoding="utf-8")


def setup(app):
    app.connect("build-finished", correct_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
