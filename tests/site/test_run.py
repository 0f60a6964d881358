"""The code of a chapter, run on its page.

Pyodide's CDN is out of reach here. In its place stands an old Pyodide from npm, which is complete: Python 3.8 with
NumPy 1.17 and Matplotlib 3.3. Of the present one, npm has all but the packages; so its loading is tried up to them.
"""

import re

import elsewhere
import pytest
from notebooks import PATHS, chapter, code_cells, tags

OLD = "http://pyodide.test/pyodide.js"
CDN = re.compile(r"https://cdn\.jsdelivr\.net/pyodide/")
NEW = "pyodide@314.0.7"
NEW_SHA512 = "0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7y2q+SNvi/6V5JEsOlD2R1A=="
SAME = re.compile(
    r"(The text is the s|S)ame as in the book|Done\. It shows nothing, as"
)
LONG = 120_000  # milliseconds, for a machine with other things to do


def pyodide(*request):
    try:
        return elsewhere.fetch_npm(*request)
    except elsewhere.Missing as error:
        pytest.skip(f"no code was run on a page: {error}")


def serve(page, pattern, folder):
    """Answer requests with the files of a folder."""

    def answer(route):
        path = folder / route.request.url.rsplit("/", 1)[1]
        if path.exists():
            headers = {"Access-Control-Allow-Origin": "*"}
            route.fulfill(path=path, headers=headers)
        else:
            route.fulfill(status=404)

    page.context.route(pattern, answer)


def opened(browser, address, stem):
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(LONG)
    page.asked = []
    page.context.on("request", lambda request: page.asked.append(request.url))
    page.goto(f"{address}chapters/{stem}.html")
    page.wait_for_selector(".run-bar")
    return page


@pytest.fixture(scope="module")
def old_pyodide(site):
    return pyodide(elsewhere.PYODIDE, elsewhere.PYODIDE_SHA512, elsewhere.PYODIDE_FILES)


@pytest.fixture
def chapter_page(browser, address, old_pyodide):
    """Open a chapter with the old Pyodide in the place of the CDN."""
    pages = []

    def open_chapter(number):
        (path,) = (path for path in PATHS if chapter(path) == number)
        page = opened(browser, address, path.stem)
        pages.append(page)
        serve(page, "http://pyodide.test/**", old_pyodide)

        def name_the_old_one(route):
            plan = route.fetch().json()
            route.fulfill(json={**plan, "pyodide": OLD})

        page.context.route(f"**/_static/run/{path.stem}.json", name_the_old_one)
        return page, code_cells(path)

    yield open_chapter
    for page in pages:
        page.context.close()


def cell(page, number):
    return page.locator("article div.cell:has(.run-controls)").nth(number - 1)


def click(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def wait_for(page, start):
    page.locator(".run-bar [role=status]", has_text=re.compile(f"^{start}")).wait_for()


def verdict(page, number):
    return cell(page, number).locator(".run-verdict").text_content()


@pytest.mark.parametrize(
    "number",
    ["02", *(pytest.param(n, marks=pytest.mark.slow) for n in ("03", "07", "09"))],
)
def test_whole_chapter_prints_what_the_book_prints(chapter_page, number):
    page, cells = chapter_page(number)
    for i, each in enumerate(cells, 1):
        if "nbval-ignore-output" in tags(each):  # Matplotlib 3.3 cannot draw it
            click(page, f"Edit cell {i}")
            page.get_by_label(f"Code of cell {i}", exact=True).fill("pass")
    click(page, "Run all cells")
    wait_for(page, "Ready")
    drawn = compared = 0
    for i, each in enumerate(cells, 1):
        says = verdict(page, i)
        if "nbval-ignore-output" in tags(each):
            assert says.startswith("Not compared")
        elif any("image/svg+xml" in o.get("data", {}) for o in each.outputs):
            assert "Matplotlib 3.3.3" in says
            drawn += 1
            compared += "The text is the same as in the book" in says
        else:
            assert SAME.match(says), f"cell {i}: {says}"
            compared += 1
    images = page.locator(".run-result img")
    assert images.count() >= drawn >= 3
    assert images.first.evaluate("image => image.naturalWidth") > 300
    assert compared >= 20
    assert f"Same as in the book: {compared} cells" in page.inner_text(".run-bar")


def test_nothing_is_loaded_before_the_first_run(browser, address):
    page = opened(browser, address, "02_one_neuron")
    page.wait_for_timeout(500)
    assert not [url for url in page.asked if not url.startswith((address, "data:"))]
    assert not [url for url in page.asked if re.search(r"worker|book\.zip|run/\d", url)]
    page.context.close()


def test_newcomer_reads_with_one_click_and_runs_code_with_two(browser, address):
    page = browser.new_page()
    page.context.route(CDN, lambda route: route.abort())
    page.goto(address)
    page.get_by_role("link", name="Start with the first chapter").click()
    page.wait_for_url("**/01_*.html")
    with page.expect_request(CDN):
        click(page, "Run all cells")
    page.close()


def test_every_code_cell_of_every_chapter_has_its_own_output_to_compare_with(site):
    """The page counts its cells, and the stored outputs are counted in the notebook: both must be the same ones."""
    import bs4

    for path in PATHS:
        text = (site / "chapters" / f"{path.stem}.html").read_text("utf-8")
        shown = [
            node.select_one("pre").get_text().rstrip()
            for node in bs4.BeautifulSoup(text, "html.parser").select(
                "article div.cell"
            )
            if node.select_one(".cell_input")
        ]
        assert shown == [each.source.rstrip() for each in code_cells(path)], path


def test_run_edit_error_stop_and_reset(chapter_page):
    page, cells = chapter_page("02")
    click(page, "Run cell 6")
    wait_for(page, "Loading")
    wait_for(page, "Ready")
    assert [bool(verdict(page, i)) for i in range(1, 8)] == [True] * 6 + [False]
    assert verdict(page, 6) == "Same as in the book."
    book = cell(page, 6).locator(".cell_output pre").text_content()
    assert cell(page, 6).locator(".run-text").text_content().strip() == book.strip()

    click(page, "Edit cell 6")
    code = page.get_by_label("Code of cell 6", exact=True)
    assert code.input_value() == cells[5].source
    code.fill("print('mine')")
    code.press("Shift+Enter")
    page.locator(".run-text", has_text="mine").wait_for()
    wait_for(page, "Ready")
    assert verdict(page, 6).startswith("Not as in the book: line 1 is “mine” here")
    assert verdict(page, 6).endswith("You have changed the code.")
    assert cell(page, 6).locator(".cell_output pre").text_content() == book

    code.fill("1 / 0")
    click(page, "Run cell 7")
    page.locator(".run-error").wait_for()
    wait_for(page, "Ready")
    error = page.locator(".run-error").text_content()
    assert error.startswith("Traceback (most recent call last):\n")
    assert error.endswith("ZeroDivisionError: division by zero\n")
    assert "runner" not in error
    assert verdict(page, 7) == ""

    code.fill("while True:\n    pass")
    click(page, "Run cell 6")
    wait_for(page, "Running cell 6")
    click(page, "Stop Python")
    wait_for(page, "Stopped")
    assert verdict(page, 6) == "Stopped."

    click(page, "Undo edits of cell 6")
    click(page, "Run cell 6")
    wait_for(page, "Ready")
    assert verdict(page, 6) == "Same as in the book."

    click(page, "Start afresh: forget all runs and edits")
    wait_for(page, "All is as in the book")
    assert page.locator(".run-result:visible").count() == 0
    assert page.locator(".run-edit").count() == 0


def test_a_changed_digit_is_noticed(chapter_page):
    page, _ = chapter_page("02")

    def change(route):
        plan = route.fetch().json()
        plan["cells"][7]["printed"] = plan["cells"][7]["printed"].replace("0.8", "0.9")
        route.fulfill(json={**plan, "pyodide": OLD})

    page.context.route("**/_static/run/02_one_neuron.json", change)
    click(page, "Run cell 8")
    wait_for(page, "Ready")
    assert verdict(page, 8).startswith("Not as in the book: line 1 is “[0.119")
    assert page.inner_text(".run-bar [role=status]").count("7 cells, 1 not") == 1


def test_present_pyodide_loads_up_to_its_packages(browser, address):
    """Then it asks the CDN for NumPy, which is not there: the page says so, and can be used as before."""
    page = opened(browser, address, "02_one_neuron")
    serve(page, CDN, pyodide(NEW, NEW_SHA512, ("pyodide", "python_stdlib")))
    page.evaluate(
        """() => {
            const line = document.querySelector(".run-bar [role=status]");
            const note = () => states.push(line.textContent);
            window.states = [];
            new MutationObserver(note).observe(line, {childList: true});
        }"""
    )
    click(page, "Run cell 5")
    wait_for(page, "Python could not be loaded")
    states = page.evaluate("states")
    assert "Loading Python …" in states
    assert "Loading numpy, matplotlib …" in states
    assert [url for url in page.asked if CDN.match(url) and "numpy-2.4.6" in url]
    assert page.locator(".run-verdict", has_text="Running").count() == 0
    page.context.close()


def test_without_a_network_the_page_says_so(browser, address):
    page = opened(browser, address, "02_one_neuron")
    page.context.route(CDN, lambda route: route.abort())
    click(page, "Run all cells")
    wait_for(page, "Python could not be loaded")
    page.context.close()
