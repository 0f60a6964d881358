"""The Tab key on a phone's width, where most code and tables scroll: it reaches whatever a pointer can use.

A few pages stand for all, since all are made of the same parts: a chapter with a quiz, exercises, code that runs, a
film and an interactive figure; tables wider than the window; a list of terms.
"""

import pytest

PAGES = ["chapters/07_derivatives", "back_matter/ledger", "back_matter/glossary"]
LOOK_OF_FOCUS = [
    "outlineStyle",
    "outlineColor",
    "boxShadow",
    "borderColor",
    "backgroundColor",
]


@pytest.mark.parametrize("page", PAGES, indirect=True)
@pytest.mark.parametrize("look", ["phone"], indirect=True)
@pytest.mark.usefixtures("look")
def test_tab_reaches_everything_in_order_and_shows_where_it_is(page):
    page.evaluate(
        """looks => {
            const scrolls = element => {
                const {overflowX, overflowY} = getComputedStyle(element);
                const can = overflow => ["auto", "scroll"].includes(overflow);
                return can(overflowX) && element.scrollWidth > element.clientWidth
                    || can(overflowY) && element.scrollHeight > element.clientHeight;
            };
            const controls = "a[href], button, summary, input, select, textarea, video";
            window.stops = [...document.querySelectorAll("article *")].filter(element =>
                (element.matches(controls) || element.tabIndex >= 0 || scrolls(element))
                && element.checkVisibility({visibilityProperty: true})
                && !element.disabled);
            window.lookOf = element => {
                const style = getComputedStyle(element);
                return looks.map(property => style[property]).join();
            };
            window.unfocused = stops.map(lookOf);
        }""",
        LOOK_OF_FOCUS,
    )
    reached, unseen = [], []
    while True:
        page.keyboard.press("Tab")
        place, tag, seen = page.evaluate(
            """() => {
                const element = document.activeElement, place = stops.indexOf(element);
                return [place, element.tagName, lookOf(element) !== unfocused[place]];
            }"""
        )
        if tag == "BODY":  # past the last
            break
        if place >= 0 and place not in reached[-1:]:  # a video has controls within
            reached.append(place)
            if not seen:
                unseen.append(place)
    text = "place => stops[place].outerHTML.slice(0, 100)"
    everything = range(page.evaluate("stops.length"))
    assert reached == sorted(reached)
    assert not [page.evaluate(text, place) for place in set(everything) - set(reached)]
    assert not [page.evaluate(text, place) for place in unseen]
