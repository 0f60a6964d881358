"""What a page loads, and when: its text appears before any script has run."""

import re
from hashlib import sha256
from os.path import relpath
from urllib.parse import urlsplit

from icons import keep_icons


def load_less(page):
    """Load the index of the whole book where one searches, MathJax where formulas are, and no script for icons."""
    unused = ["scripts/fontawesome"]  # half a megabyte, compressed
    if not page.select("#search-results"):
        unused += ["searchtools", "language_data", "searchindex"]
    if not page.select(".math"):
        unused += ["mathjax/formulas"]
    for name in unused:
        for script in page.select(f"script[src*='{name}.js']"):
            script.decompose()
    for hint in page.select("link[rel=preload][as=script]"):
        hint.decompose()


def run_scripts_last(page):
    """Let no script hold up the text: all run in their order once the page is read."""
    for script in page.select("script[src]:not([async])"):
        script["defer"] = ""
    for script in page.select("script:not([src])"):
        if script.text.startswith("DOCUMENTATION_OPTIONS."):
            script["type"] = "module"  # it waits for the file that makes these options


def know_the_theme(page):
    """Let the first script choose light or dark, so that nothing is drawn twice, or in the wrong colours first."""
    old = 'dataset.theme = localStorage.getItem("theme") || "auto"'
    new = """dataset.theme = {light: "light", dark: "dark"}[localStorage.getItem("mode")]
      ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")"""
    for script in page.select("head > script:not([src])"):
        script.string = script.text.replace(old, new)


def leave_plain_code_plain(page):
    """Free names, punctuation and spaces in code, half of what a page consists of, of marks that give no colour."""
    for mark in page.select(
        ":is(.n, .nn, .p, .w, pre > span:not([class])):is(.highlight span)"
    ):
        mark.unwrap()


def reserve_room(page, path):
    """Say how large figures are, so that the text below stays where it is when they come."""
    for image in page.select("article img[src$='.svg']:not([width])"):
        drawing = (path.parent / image["src"]).read_text(encoding="utf-8")
        *_, width, height = re.search(r'viewBox="(.*?)"', drawing)[1].split()
        scale = 4 / 3 if re.search(r'<svg[^>]* width="[\d.]+pt"', drawing) else 1
        image["width"] = round(float(width) * scale)
        image["height"] = round(float(height) * scale)


def styles(path, folder):
    """Read a style sheet with what it imports, its addresses as seen from a folder."""

    def seen_from_there(match):
        return f"url({relpath(path.parent / match[1], folder)})"

    text = path.read_text(encoding="utf-8")
    text = re.sub(r"url\((?!data:)[\"']?([^)\"']+)[\"']?\)", seen_from_there, text)
    return re.sub(
        r"@import \"([^\"]+)\";",
        lambda match: styles(path.parent / match[1], folder),
        text,
    )


def join_styles(page, path, icons):
    """Replace the style sheets of a page, a dozen, by one file with all of them.

    The link notes their names: a page that is not written anew in the next build still gets what has changed in them.
    """
    first, *others = page.select("link[rel=stylesheet]")
    links = first.get("data-parts", "").split() or [
        urlsplit(link["href"]).path for link in (first, *others)
    ]
    sheets = [(path.parent / link).resolve() for link in links]
    folder = next(parent for parent in sheets[0].parents if parent.name == "_static")
    text = "\n".join(styles(sheet, folder) for sheet in sheets)
    text = keep_icons(text, icons, folder / "vendor/fontawesome/webfonts")
    joined = folder / f"styles-{sha256(text.encode()).hexdigest()[:8]}.css"
    joined.write_text(text, encoding="utf-8")
    first.attrs |= {"href": relpath(joined, path.parent), "data-parts": " ".join(links)}
    for link in others:
        link.decompose()
