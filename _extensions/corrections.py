"""Corrections of the written pages, where the theme and other libraries leave no option.

Some serve readers who hear the book: every control is called what it shows, every part of the page belongs to a region,
and no role promises what is not there. Others make the HTML valid, and light: see loading.py.
"""

import re
from pathlib import Path

from bs4 import BeautifulSoup
from loading import (
    join_styles,
    know_the_theme,
    leave_plain_code_plain,
    load_less,
    reserve_room,
    run_scripts_last,
)


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


def drop_repeated_ids(page):
    """Leave an id to the first that has it: exercises share one, and so do notes of docstrings."""
    seen = set()
    for element in page.select("[id]"):
        if element["id"] in seen:
            del element["id"]
        else:
            seen.add(element["id"])


def keep_punctuation(page):
    """Let no line begin with the comma after a formula, or end with the bracket before it."""
    for formula in page.select(":not(.together) > span.math"):
        before, after = formula.previous_sibling, formula.next_sibling
        opening = isinstance(before, str) and re.search(r"[(\[“]$", before)
        closing = isinstance(after, str) and re.match(r"[.,;:!?)\]”’]+", after)
        if opening or closing:
            whole = formula.wrap(page.new_tag("span", attrs={"class": "together"}))
            if opening:
                before.replace_with(before[: opening.start()])
                whole.insert(0, opening[0])
            if closing:
                after.replace_with(after[closing.end() :])
                whole.append(closing[0])


def complete_redirect(page, title):
    """Make a document of the line that leads from index.html to the landing page."""
    if page.html:
        return page
    head = f'<meta charset="utf-8"><title>{title}</title>{page}'
    text = f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head></html>\n'
    return BeautifulSoup(text, "html.parser")


def mend_search(script):
    """Let a search result quote the text of its page, without the menus around; names with dots are ids, too."""
    text = script.read_text(encoding="utf-8")
    text = text.replace('`[role="main"] ${anchor}`', '`[id="${anchor.slice(1)}"]`')
    text = text.replace("""'[role="main"]'""", '"article"')
    script.write_text(text, encoding="utf-8")


def correct_pages(app, exception):
    if exception or app.builder.format != "html":
        return
    outdir = Path(app.outdir)
    names = [*app.env.all_docs, "search", "index"]
    paths = [path for name in names if (path := outdir / f"{name}.html").exists()]
    texts = {path: path.read_text(encoding="utf-8") for path in paths}
    icons = set(re.findall(r"\bfa-[\w-]+", " ".join(texts.values())))
    for path, text in texts.items():
        page = BeautifulSoup(text, "html.parser")
        if path.name == "index.html":
            page = complete_redirect(page, app.config.html_title)
        name_controls(page)
        mark_regions(page)
        drop_wrong_roles(page)
        simplify_summaries(page)
        drop_repeated_ids(page)
        keep_punctuation(page)
        load_less(page)
        run_scripts_last(page)
        know_the_theme(page)
        leave_plain_code_plain(page)
        reserve_room(page, path)
        if page.body:
            join_styles(page, path, icons)
        path.write_text(str(page), encoding="utf-8")
    mend_search(outdir / "_static" / "searchtools.js")


def setup(app):
    app.connect("build-finished", correct_pages, priority=900)  # once all is there
    return {"parallel_read_safe": True, "parallel_write_safe": True}
