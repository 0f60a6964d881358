"""What the pages do by script, though all scripts wait for the text: search, copy, unfold, themes, formulas."""

import pytest

CHAPTER = "chapters/08_gradients"


@pytest.fixture
def chapter(browser, address):
    """A chapter as it is when opened, unlike `page`, where all is unfolded and typeset."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    chapter = context.new_page()
    chapter.complaints = []
    chapter.on("pageerror", lambda error: chapter.complaints.append(str(error)))
    chapter.goto(f"{address}{CHAPTER}.html")
    yield chapter
    assert not chapter.complaints
    context.close()


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("backpropagation", "chapters/09_backpropagation_layer.html"),
        ("one-hot", "chapters/05_loss.html"),
        (
            "SoftmaxCrossEntropy",
            "back_matter/reference.html#nnlib.losses.SoftmaxCrossEntropy",
        ),
    ],
)
def test_search_finds_terms(chapter, term, found):
    chapter.locator("button[class*=search-button]:visible").click()
    chapter.keyboard.type(term)
    chapter.keyboard.press("Enter")
    chapter.wait_for_selector("#search-results .search-summary:has-text('found')")
    results = chapter.locator("#search-results li > a").all()[:5]
    links = [result.get_attribute("href") for result in results]
    assert found in links

    results[links.index(found)].click()
    chapter.wait_for_url(f"**/{found}*")
    assert term in chapter.locator("article").text_content()


def test_search_quotes_the_text_and_not_the_menus(chapter, address):
    chapter.goto(f"{address}search.html?q=backpropagation")
    quotes = chapter.locator("#search-results p.context")
    quotes.nth(3).wait_for()
    assert not [text for text in quotes.all_text_contents() if ".ipynb" in text]


def test_the_theme_can_be_chosen_and_is_remembered(chapter):
    theme = "document.documentElement.dataset.theme"
    chapter.emulate_media(color_scheme="light")
    button = chapter.locator("button.theme-switch-button:visible")
    for _ in range(3):  # light, dark, and as the system says
        button.click()
        if chapter.evaluate(theme) == "dark":
            break
    assert chapter.evaluate(theme) == "dark"
    chapter.reload()
    assert chapter.evaluate(theme) == "dark"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_is_right_before_other_scripts_come(browser, address, theme):
    page = browser.new_page(color_scheme=theme)
    page.route("**/*.js*", lambda route: route.abort())
    page.goto(f"{address}{CHAPTER}.html")
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    page.close()


def test_code_can_be_copied(chapter):
    cell = chapter.locator("div.cell_input").first
    cell.hover()
    cell.locator("button.copybtn").click()
    copied = "navigator.clipboard.readText()"
    assert (
        chapter.evaluate(copied).strip() == cell.locator("pre").text_content().strip()
    )


def test_a_solution_unfolds(chapter):
    solution = chapter.locator(".solution.dropdown").first
    text = solution.locator("p").nth(1)
    assert not text.is_visible()
    solution.locator("button.toggle-button").click()
    text.wait_for(state="visible")


UNTYPESET = """Array.from(document.querySelectorAll(".math"))
    .filter(math => !math.querySelector("mjx-container"))
    .map(math => math.getBoundingClientRect().top < innerHeight)"""


def test_formulas_in_the_window_are_typeset_first(chapter, address):
    chapter.goto(f"{address}back_matter/notation.html")
    chapter.wait_for_selector("mjx-container")
    others = chapter.evaluate(UNTYPESET)
    assert others
    assert not any(others)


def test_the_other_formulas_are_typeset_once_the_reader_moves(chapter):
    assert len(chapter.evaluate(UNTYPESET)) > 20
    chapter.evaluate("scrollBy(0, 300)")
    chapter.wait_for_function(f"{UNTYPESET}.length === 0")


def test_all_formulas_are_typeset_on_paper(chapter, address):
    chapter.goto(f"{address}back_matter/notation.html")
    chapter.wait_for_selector("mjx-container")
    chapter.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert not chapter.evaluate(UNTYPESET)
