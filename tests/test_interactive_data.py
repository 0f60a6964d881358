"""The interactive figures, as far as no browser is needed: their static pictures and stored data."""

import json
from xml.etree import ElementTree

import bs4
import interactive
import matplotlib
import numpy as np
import pytest
from interactive import FIGURES, PICTURES
from matplotlib.path import Path
from notebooks import PATHS, ROOT, read

from nnlib.data import spiral

DATA = ROOT / "_page" / "regions.js"
RUNS = json.loads((ROOT / "chapters/results/strengths.json").read_text("utf-8"))["runs"]


def embedded():
    for path in PATHS:
        for cell in read(path).cells:
            if cell.cell_type == "markdown" and "<figure" in cell.source:
                page = bs4.BeautifulSoup(cell.source, "html.parser")
                yield from page("figure", "interactive")


def regions():
    text = DATA.read_text("utf-8")
    return json.loads(text[text.index("{") : text.rindex("}") + 1])


def test_chapters_show_each_figure_once():
    shown = sorted(figure["data-figure"] for figure in embedded())
    assert shown == sorted(FIGURES)
    assert {path.stem for path in PICTURES.iterdir()} == set(FIGURES)


@pytest.mark.parametrize("name", FIGURES)
def test_static_picture_stands_by_itself(name):
    (figure,) = (each for each in embedded() if each["data-figure"] == name)
    picture = figure.img
    assert picture["src"] == f"../_static/interactive/{name}.svg"
    assert len(picture["alt"].split()) >= 15
    assert figure.figcaption.text.endswith(".")
    drawn = ElementTree.parse(PICTURES / f"{name}.svg").getroot()
    for side in ("width", "height"):  # of points, three quarters are four pixels
        points = float(drawn.get(side).removesuffix("pt"))
        assert int(picture[side]) == round(points * 4 / 3)


@pytest.mark.parametrize("name", ["neuron", "family", "descent"])
def test_picture_is_drawn_again_byte_for_byte(name, tmp_path, monkeypatch):
    """Without the fourth, for which six networks would have to be trained."""
    monkeypatch.chdir(ROOT)  # the script goes elsewhere; come back afterwards
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.use("agg")
        interactive.draw(name, tmp_path)
    picture = f"{name}.svg"
    assert (tmp_path / picture).read_bytes() == (PICTURES / picture).read_bytes()


def test_stored_scores_are_those_of_the_experiment():
    for run in regions()["runs"]:
        strength = run["strength"]
        end = RUNS[f"L2 {strength:g}" if strength else "no penalty"][0]["end"]
        for name in interactive.SHOWN:
            assert run[name] == end[name]


def test_stored_points_are_the_first_seed_s():
    X, y = spiral(100, 3, seed=0)
    for k, points in enumerate(regions()["points"]):
        assert np.abs(np.array(points) / 1000 - X[y == k]).max() <= 0.0005


def claimed(shapes, X):
    """The class of the last region that holds a point; odd numbers of borders around it are inside."""
    classes = np.zeros(len(X), int)
    for k, shape in enumerate(shapes, 1):
        loops = [
            [[int(number) for number in corner.split()] for corner in loop.split("L")]
            for loop in shape[1:].removesuffix("Z").split("ZM")
        ]
        inside = [Path(loop).contains_points(1000 * X) for loop in loops]
        classes[np.sum(inside, axis=0) % 2 == 1] = k
    return classes


def test_stored_regions_classify_as_well_as_the_network():
    """But for points next to a border, which the grid moves a little, and the last update."""
    X, y = spiral(100, 3, seed=0)
    for run in regions()["runs"]:
        share = np.mean(claimed(run["shapes"], X) == y)
        assert share == pytest.approx(run["train accuracy"], abs=0.03)


def test_stored_data_are_light():
    assert DATA.stat().st_size < 150_000
