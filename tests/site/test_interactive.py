"""The figures with sliders, moved by keys, mouse and finger: what they say is what nnlib computes."""

import itertools
import json
import math
import re

import pytest
from notebooks import ROOT
from pages import soup
from test_looks import AXE

from nnlib.functions import relu, sigmoid, tanh

PHONE = {"width": 375, "height": 812}
CHAPTERS = {
    "neuron": "chapters/02_one_neuron",
    "family": "chapters/04_activations",
    "descent": "chapters/07_derivatives",
    "regions": "chapters/14_l1_l2",
}
SLIDERS = [
    ("neuron", "weight w"),
    ("neuron", "bias b"),
    ("family", "weight w"),
    ("family", "place x"),
    ("descent", "rate"),
    ("descent", "steps"),
    ("regions", "strength"),
]
FUNCTIONS = {
    "step": lambda z: float(z > 0),
    "sigmoid": sigmoid,
    "tanh": tanh,
    "ReLU": relu,
}
RUNS = json.loads((ROOT / "chapters/results/strengths.json").read_text("utf-8"))["runs"]
each_slider = pytest.mark.parametrize(("name", "label"), SLIDERS)
each_figure = pytest.mark.parametrize("name", CHAPTERS)


class Figure:
    """A figure on its page, and what a reader does with it."""

    def __init__(self, browser, url, **context):
        self.page = browser.new_context(**context).new_page()
        self.page.goto(url)
        self.node = self.page.locator("figure.interactive")

    def slider(self, label):
        return self.node.get_by_role("slider", name=label, exact=True)

    def set(self, **values):
        for label, value in values.items():
            self.slider(label.replace("_", " ")).fill(str(value))

    def text(self, part):
        return self.node.locator(part).text_content()

    @property
    def seen(self):
        return self.node.get_by_role("img").get_attribute("aria-label")

    @property
    def drawn(self):
        return self.node.locator("svg svg").inner_html()


def url(address, name):
    return f"{address}{CHAPTERS[name]}.html"


@pytest.fixture(scope="module")
def figures(browser, address):
    """All figures, each on its page, which stays open; a test leaves the sliders where they are."""
    opened = {name: Figure(browser, url(address, name)) for name in CHAPTERS}
    yield opened
    for figure in opened.values():
        figure.page.context.close()


@pytest.fixture
def figure(figures, name):
    return figures[name]


def printed(number, decimals):
    return f"{number:.{decimals}f}".replace("-", "−")


@each_slider
def test_keys_move_a_slider_and_all_that_hangs_on_it(figure, label):
    slider = figure.slider(label)
    slider.press("Home")
    said = slider.get_attribute("aria-valuetext")
    drawn, numbers = figure.drawn, figure.text(".numbers")
    figure.page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") != said
    assert figure.drawn != drawn
    assert figure.text(".numbers") != numbers
    assert figure.text("[role=status]") == figure.text(".numbers")


@pytest.mark.parametrize("name", ["neuron"])
def test_speaks_when_a_movement_ends_and_not_along_it(figure):
    box = figure.slider("weight w").bounding_box()
    middle = box["y"] + box["height"] / 2
    mouse = figure.page.mouse
    mouse.move(box["x"] + box["width"] / 4, middle)
    mouse.down()
    before, spoken = figure.text(".numbers"), figure.text("[role=status]")
    mouse.move(box["x"] + box["width"] / 2, middle, steps=4)
    assert figure.text(".numbers") != before
    assert figure.text("[role=status]") == spoken
    mouse.up()
    assert figure.text("[role=status]") == figure.text(".numbers")


@pytest.mark.parametrize("name", ["neuron"])
def test_neuron_says_what_nnlib_computes(figure):
    for w, b in [(1, 0), (-4, 8), (0.7, -9.5), (5, 0.5), (-0.3, -2.5), (0.1, 10)]:
        figure.set(weight_w=w, bias_b=b)
        place, slope = printed(-b / w + 0.0, 2), printed(w / 4, 3)
        outside = ", outside the picture" if abs(b / w) > 8 else ""
        h = printed(sigmoid(b), 3)
        assert figure.text(".numbers") == (
            f"Threshold −b/w = {place}{outside}; slope there w/4 = {slope}; output at x = 0: σ(b) = {h}."
        )
        way = "climbs from 0 to 1" if w > 0 else "falls from 1 to 0"
        assert figure.seen == f"The curve {way} and passes 0.5 at x = {place}{outside}."
    figure.set(weight_w=0, bias_b=-1.5)
    assert figure.seen == f"The curve is level at {printed(sigmoid(-1.5), 3)}."


@pytest.mark.parametrize("name", ["family"])
def test_family_says_what_nnlib_computes(figure):
    for chosen, f in FUNCTIONS.items():
        figure.node.get_by_label("function").select_option(chosen)
        for w, x in [(1, 0.5), (2.5, -0.4), (4, 1.1), (0.5, -4), (3.1, 3.9)]:
            figure.set(weight_w=w, place_x=x)
            slope = (f(w * (x + 1e-6)) - f(w * (x - 1e-6))) / 2e-6
            assert figure.text(".numbers") == (
                f"At x = {printed(x, 1)}: value {printed(f(w * x), 3)}, slope {printed(slope, 3)}."
            )
    figure.set(place_x=0)
    assert "it has none at the bend" in figure.text(".numbers")


def walk(rate, n_steps):
    path = [3.0]
    for _ in range(n_steps):
        x = path[-1]
        path.append(x - rate * (4 * x * x * x - 9 * x * x))
    return path


@pytest.mark.parametrize("name", ["descent"])
def test_descent_says_where_the_walk_is(figure):
    for rate, n_steps in [(0.01, 0), (0.01, 1), (0.06, 8), (0.15, 40), (0.18, 5)]:
        figure.set(rate=rate, steps=n_steps)
        x = walk(rate, n_steps)[-1]
        height = x * x * x * x - 3 * x * x * x + 2
        places = [
            printed(number, 3) if abs(number) < 1000 else f"{number:.3e}"
            for number in (x, height)
        ]
        steps = "1 step" if n_steps == 1 else f"{n_steps} steps"
        told = "After {}: x = {}, f(x) = {}. ".format(steps, *places)
        assert figure.text(".numbers").startswith(
            re.sub(r"e\+0*", "e+", told.replace("-", "−"))
        )
    figure.set(rate=0.18, steps=40)
    assert math.isnan(walk(0.18, 40)[-1])
    assert "x = nan, f(x) = nan" in figure.text(".numbers")


@pytest.mark.parametrize("name", ["descent"])
def test_descent_says_what_becomes_of_the_walk(figure):
    found = set()
    for thousandths in [*range(2, 182, 8), 26, 28, 98, 100, 110, 112, 134, 136, 160]:
        rate = thousandths / 1000
        figure.set(rate=rate)
        path = walk(rate, 5000)
        crosses = any(
            (a - 2.25) * (b - 2.25) < -1e-9 for a, b in itertools.pairwise(path)
        )
        arrives = abs(path[-1] - 2.25) < 1e-6
        told = figure.text(".numbers").split(". ", 1)[1]
        assert told == figure.seen.split(". ", 1)[1]
        assert ("diverges" in told) == (not math.isfinite(path[-1]))
        assert ("terrace" in told) == (-0.01 < path[-1] < 0)
        assert ("overshoots" in told) == (crosses and math.isfinite(path[-1]))
        assert ("settles at" in told) == (arrives and crosses)
        assert ("approaches" in told) == (arrives and not crosses)
        found.add(told)
    assert len(found) == 5


@pytest.mark.parametrize("name", ["regions"])
def test_regions_say_what_the_experiment_found(figure):
    pictures = set()
    for k, strength in enumerate(["", "5e-06", "5e-05", "0.0005", "0.005", "0.05"]):
        figure.set(strength=k)
        end = RUNS[f"L2 {strength}" if strength else "no penalty"][0]["end"]
        train, fresh = (
            f"accuracy {end[f'{which} accuracy']:.3f}, loss {end[f'{which} loss']:.3f}"
            for which in ("train", "fresh")
        )
        told = f"Training points: {train}. Fresh points: {fresh}."
        assert figure.text(".numbers") == told
        said = figure.text("output")
        assert said == "no penalty" if k == 0 else float(said[4:]) == float(strength)
        assert figure.seen.startswith(f"With {said}: ")
        pictures.add(figure.drawn)
    assert len(pictures) == 6


@each_figure
def test_finger_finds_and_moves_the_sliders(browser, address, name):
    figure = Figure(browser, url(address, name), viewport=PHONE, has_touch=True)
    for control in figure.node.locator("input, select").all():
        assert control.bounding_box()["height"] >= 44
    for _, label in (slider for slider in SLIDERS if slider[0] == name):
        slider, before = figure.slider(label), figure.text(".numbers")
        box = slider.bounding_box()
        slider.tap(position={"x": box["width"] * 0.75, "y": box["height"] / 2})
        low, high = (float(slider.get_attribute(end)) for end in ("min", "max"))
        share = (float(slider.input_value()) - low) / (high - low)
        assert 0.65 < share < 0.85
        assert figure.text(".numbers") != before
    figure.page.context.close()


@each_figure
def test_without_scripts_the_static_picture_stays(browser, address, name):
    still = {"java_script_enabled": False, "viewport": PHONE}
    figure = Figure(browser, url(address, name), **still)
    picture = figure.node.get_by_role("img")
    box = picture.bounding_box()
    width, height = (int(picture.get_attribute(side)) for side in ("width", "height"))
    assert box["width"] < PHONE["width"]
    assert box["width"] / box["height"] == pytest.approx(width / height, abs=0.01)
    assert picture.get_attribute("src").endswith(f"/{name}.svg")
    assert picture.get_attribute("alt").endswith(".")
    answer = figure.page.request.get(f"{address}_static/interactive/{name}.svg")
    assert answer.ok
    assert figure.node.locator("input, select").count() == 0
    figure.page.context.close()


@each_figure
def test_works_in_a_folder_without_a_server(browser, site, name):
    figure = Figure(browser, (site / f"{CHAPTERS[name]}.html").as_uri())
    assert figure.drawn
    figure.page.context.close()


def test_other_pages_load_nothing_of_it(site):
    page = soup(site / "chapters/03_layers.html")
    assert not page.select("script[src*='interactive/']")


@pytest.mark.parametrize("page", CHAPTERS.values(), indirect=True)
@pytest.mark.usefixtures("look")
class TestEveryLook:
    def test_is_accessible(self, page):
        if not AXE.exists():
            pytest.skip("accessibility was not checked: npm ci --prefix tests/browser")
        if not page.evaluate("'axe' in window"):
            page.add_script_tag(path=AXE)
        run = page.evaluate("axe.run('figure.interactive')")
        assert run["passes"]
        assert not [
            f"{violation['id']}: {node['html']}"
            for violation in run["violations"]
            for node in violation["nodes"]
        ]

    def test_stands_on_white_and_fits(self, page):
        colour, width, right = page.evaluate(
            """() => {
                const picture = document.querySelector("figure.interactive > svg");
                const box = picture.getBoundingClientRect();
                return [getComputedStyle(picture).backgroundColor, box.width, box.right];
            }"""
        )
        assert colour == "rgb(255, 255, 255)"
        assert 300 < width < 540
        assert right <= page.viewport_size["width"]
