"""The built book: its pages and their links. What needs a browser is in tests/site."""

import urllib.parse

import pytest
from notebooks import BACK_MATTER, PATHS, ROOT
from pages import CONTENTS, PAGES, SITE, soup


@pytest.fixture(scope="session")
def site():
    if not (SITE / "index.html").exists():
        pytest.skip("no page was looked at: the book is not built (make book)")
    return SITE


def test_every_page_is_in_the_table_of_contents():
    pages = [*PATHS, *BACK_MATTER, *(ROOT / "back_matter").glob("*.md")]
    names = {f"{path.parent.name}/{path.stem}" for path in pages}
    assert names == {name for name in CONTENTS if "/" in name}


@pytest.mark.parametrize("name", PAGES)
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
