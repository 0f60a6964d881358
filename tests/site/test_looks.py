"""Every page, light and dark, on a desk and on a phone."""

import pytest
from notebooks import ROOT

AXE = ROOT / "tests" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
COLOURS = ["color-contrast", "link-in-text-block"]  # what axe says of them


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


@pytest.mark.usefixtures("look")
class TestEveryLook:
    def test_is_accessible(self, page, look):
        if not AXE.exists():
            pytest.skip("accessibility was not checked: npm ci --prefix tests/browser")
        if not page.evaluate("'axe' in window"):
            page.add_script_tag(path=AXE)
        options = {"resultTypes": ["violations"]}
        if look == "dark":  # which has other colours than the light one, and no more
            options["runOnly"] = COLOURS
        violations = page.evaluate(
            "options => axe.run(options).then(run => run.violations)", options
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

    def test_figures_and_formulas_fit_the_column(self, page):
        assert not page.evaluate(
            """() => Array.from(document.querySelectorAll("article :is(img, video, .math)"))
                .filter(element => element.getBoundingClientRect().right
                    > element.closest("p, li, dd, td, section").getBoundingClientRect().right + 1)
                .map(element => element.outerHTML.slice(0, 100))"""
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
