"""The printed book (make pdf): whole, in order, with bookmarks, links and descriptions that work."""

import functools
import re

import pytest
import yaml
from notebooks import ROOT
from pages import CONTENTS, SITE, soup
from requirements import require

pytestmark = pytest.mark.slow
PDF = SITE.parent / "neural-networks-from-scratch.pdf"
INTRO, *CHAPTERS = CONTENTS
CAPTIONS = [
    part["caption"]
    for part in yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))["parts"]
]


@pytest.fixture(scope="module")
def book():
    pypdf = require("pypdf", "the printed book")
    if not PDF.exists():
        pytest.skip("the printed book was not checked: there is none (make pdf)")
    return pypdf.PdfReader(PDF)


@pytest.fixture(scope="module")
def text(book):
    """Gives the text of a page, by its number."""
    return functools.cache(lambda number: book.pages[number - 1].extract_text())


@pytest.fixture(scope="module")
def bookmarks(book):
    """Titles and pages of the parts of the book, and of the chapters."""
    parts = [mark for mark in book.outline if not isinstance(mark, list)]
    chapters = [
        mark
        for marks in book.outline
        if isinstance(marks, list)
        for mark in marks
        if not isinstance(mark, list)
    ]
    return [
        {mark.title: book.get_destination_page_number(mark) + 1 for mark in marks}
        for marks in (parts, chapters)
    ]


@pytest.fixture(scope="module")
def source():
    """The page of HTML that was printed."""
    if not PDF.exists():
        pytest.skip("the printed book was not checked: there is none (make pdf)")
    return soup(PDF.with_name("pdf.html"))


def article(name):
    return soup(SITE / f"{name}.html").select_one("article")


def title(name):
    return article(name).h1.get_text().removesuffix("#")


def squeezed(text):
    return re.sub(r"\s", "", text)


def test_says_what_it_is(book):
    root = book.trailer["/Root"]
    assert book.metadata.title == title(INTRO)
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/PageMode"] == "/UseOutlines"


def test_has_bookmarks_of_parts_and_chapters(bookmarks):
    parts, chapters = bookmarks
    assert list(parts) == [title(INTRO), *CAPTIONS]
    first = CHAPTERS.index("back_matter/primer")
    titles = [title(name) for name in CHAPTERS]
    titles.insert(first, "Solutions")
    assert list(chapters) == ["About this book", "Contents", *titles]


def test_solutions_of_all_chapters_have_bookmarks(book):
    *_, marks = book.outline
    place = [getattr(mark, "title", None) for mark in marks].index("Solutions")
    titles = [title(name) for name in CHAPTERS if article(name).select(".solution")]
    assert [mark.title for mark in marks[place + 1]] == titles


def test_starts_each_chapter_on_a_page_with_its_number(bookmarks, text):
    parts, chapters = bookmarks
    captions = {page: caption for caption, page in parts.items()}
    for name, page in list(chapters.items())[2:]:
        heading = re.escape(squeezed(name))
        caption = re.escape(squeezed(captions.get(page, "")))
        # The mark of a cell may come before the text that it stands beside.
        start = f"{heading}{page}(nnlib)*{caption}{heading}"
        assert re.match(start, squeezed(text(page)))


def test_lists_the_pages_of_the_chapters(bookmarks, text):
    _, chapters = bookmarks
    contents = squeezed(text(chapters["Contents"]))
    for name, page in list(chapters.items())[2:]:
        assert squeezed(f"{name}{page}") in contents


def test_links_lead_to_places_in_the_book(book, source):
    ids = [tag["id"] for tag in source.select("[id]")]
    linked = {tag["href"][1:] for tag in source.select("a[href^='#']")}
    goals = {name.removeprefix("/") for name in book.named_destinations}
    assert linked == goals
    assert all(ids.count(goal) == 1 for goal in goals)
    addresses = [
        link.get_object()["/A"]["/URI"]
        for page in book.pages
        for link in page.get("/Annots", [])
        if "/A" in link.get_object()
    ]
    assert all(address.startswith("https://") for address in addresses)


def test_exercises_name_the_pages_of_their_solutions(book, source, text):
    goals = {
        name.removeprefix("/"): book.get_destination_page_number(goal) + 1
        for name, goal in book.named_destinations.items()
    }
    exercises = source.select("div.exercise")
    assert len(exercises) == sum(
        len(article(name).select("div.exercise")) for name in CHAPTERS
    )
    for exercise in exercises:
        goal = exercise.select_one(".to-solution a")["href"][1:]
        here, there = goals[exercise.p["id"]], goals[goal]
        assert squeezed(f"Solution, page {there}") in squeezed(
            text(here) + text(here + 1)
        )
        name = exercise.select_one(".caption-number").get_text()
        line = rf"Solution to {name}\(.*?\), page {here}"
        assert re.search(rf"^{line}$", text(there), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", CHAPTERS[1:30:9])
def test_prints_folded_answers_and_whole_code(bookmarks, text, name):
    starts = sorted(bookmarks[1].values())
    start = bookmarks[1][title(name)]
    end = starts[starts.index(start) + 1]
    printed = squeezed(
        "".join(text(page).split("\n", 2)[2] for page in range(start, end))
    )
    folded = [
        part
        for part in article(name).select("details.quiz, .cell_input pre")
        if not part.find_parent(class_="solution") and not part.select(".math")
    ]
    assert len(folded) > 20
    for part in folded:
        assert squeezed(part.get_text()) in printed


def test_describes_figures_and_formulas(book, source):
    described, left = set(), [book.trailer["/Root"]["/StructTreeRoot"]]
    while left:
        element = left.pop().get_object()
        if isinstance(element, list):
            left += element
        elif isinstance(element, dict):
            described.add(element.get("/Alt"))
            left += [element["/K"]] if "/K" in element else []
    assert not {image["alt"] for image in source.select("img")} - described
    assert not {math["aria-label"] for math in source.select(".math")} - described


def test_formulas_are_text(bookmarks, text):
    page = bookmarks[1][title("chapters/02_one_neuron")]
    assert "z=wx+b(2)" in "".join(squeezed(text(page + k)) for k in range(4))


def test_landing_page_offers_it(book):
    link = article(INTRO).select_one(f"a[href='{PDF.name}']")
    assert f"({PDF.stat().st_size / 1e6:.0f} MB)" in link.get_text()
    assert (SITE / PDF.name).read_bytes() == PDF.read_bytes()
