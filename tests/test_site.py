"""The built book: its pages and their links, as files. What opens a browser is in tests/site."""

import functools
import urllib.parse

import pytest
from notebooks import BACK_MATTER, PATHS, ROOT
from pages import CONTENTS, PAGES, SITE, soup

HEAVIEST_PAGE = 1_500_000  # bytes


@pytest.fixture(scope="module")
def site():
    if not (SITE / "index.html").exists():
        pytest.skip("no page was looked at: the book is not built (make book)")
    return SITE


def local(page, link):
    """The file that a link of a page leads to, and the place in it; no file if that is another site's."""
    url = urllib.parse.urlsplit(link)
    path, place = urllib.parse.unquote(url.path), urllib.parse.unquote(url.fragment)
    if url.scheme or url.netloc:
        return None, place
    return (page.parent / path).resolve() if path else page, place


@functools.cache
def ids(path):
    return {tag["id"] for tag in soup(path).select("[id]")}


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
        target, place = local(page, link)
        if target is None:
            continue
        if target.is_dir():
            target /= "index.html"
        if not target.exists() or (
            place and target.suffix == ".html" and place not in ids(target)
        ):
            broken.append(link)
    assert not broken


def test_citations_of_docstrings_show_the_label_of_their_reference(site):
    page = soup(site / "back_matter/reference.html")
    labels = {
        div["id"]: div.select_one(".label").get_text("", strip=True)
        for div in page.select("div.citation[id]")
    }
    cited = [(a["href"][1:], a.get_text()) for a in page.select("a.reference.internal")]
    found = [(place, text) for place, text in cited if place in labels]
    assert found
    assert all(text == labels[place] for place, text in found)


def test_neighbours_follow_the_table_of_contents(site):
    for place, name in enumerate(CONTENTS):
        page = site / f"{name}.html"
        neighbours = {
            "prev": CONTENTS[place - 1 : place],
            "next": CONTENTS[place + 1 : place + 2],
        }
        for way, names in neighbours.items():
            links = f"link[rel={way}], .prev-next-footer a[title^={way}]"
            found = [local(page, link["href"])[0] for link in soup(page).select(links)]
            assert found == 2 * [site / f"{neighbour}.html" for neighbour in names]


def test_pages_describe_themselves_to_search_engines(site):
    descriptions = [
        soup(site / f"{name}.html").select_one("meta[name=description]")["content"]
        for name in CONTENTS
    ]
    assert all(50 < len(text) <= 300 for text in descriptions)
    assert len(set(descriptions)) == len(CONTENTS)


def test_pages_are_light(site):
    """What a page alone needs: itself, its figures, and of a film the first picture."""
    weights = {}
    for name in PAGES:
        page = site / f"{name}.html"
        links = [
            tag.get("src", tag.get("poster"))
            for tag in soup(page).select("main img, video")
        ]
        files = {page, *(local(page, link)[0] for link in links)}
        weights[name] = sum(file.stat().st_size for file in files)
    assert not {
        name: weight for name, weight in weights.items() if weight > HEAVIEST_PAGE
    }


def test_no_script_holds_up_the_text(site):
    scripts = "head script[src]:not([async], [defer], [type=module])"
    assert not [
        tag for name in PAGES for tag in soup(site / f"{name}.html").select(scripts)
    ]
