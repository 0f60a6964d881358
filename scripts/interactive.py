"""Make what the interactive figures need: a static picture of each, and the regions that one of them shows.

python scripts/interactive.py [neuron] [family] [descent] [regions]

The numbers come from the chapters' own cells, so the same files come out on every run. A picture stands in the page
until _page/interactive.js has put controls in its place, and wherever no script runs.
"""

import json
import pathlib
import sys

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from animate import names_of
from contourpy import FillType, contour_generator
from regularize import stamp

from nnlib.plots import COLORS, plot_regions

ROOT = pathlib.Path(__file__).parent.parent
PICTURES = ROOT / "_static" / "interactive"
STRENGTHS = {  # of L2, and what is to be seen with each
    0: "Ragged bands with sharp corners, and an island for a few points at the upper left.",
    5e-6: "Bands with corners, and thin tongues to single points at the right edge.",
    5e-5: "Bands with corners and a few short tongues.",
    5e-4: "Bands that follow the arms, with few tongues.",
    5e-3: "Smoother bands that follow the arms.",
    5e-2: "Coarse bands that miss the ends of arms at the left and at the lower right.",
}
SHOWN = ("train accuracy", "train loss", "fresh accuracy", "fresh loss")
EDGE = np.linspace(-1.1, 1.1, 100)  # of the square around the spiral


def neuron():
    """Chapter 02: weight and bias of one neuron."""
    names = names_of("02_one_neuron", "threshold")
    x, place = np.linspace(-8, 8, 161), names["threshold"](w=2, b=3)
    fig, ax = plt.subplots()
    ax.axhline(0.5, color="0.7", linewidth=1)
    ax.plot([place, place], [0, 0.5], ":", color=COLORS[1])
    ax.plot(x, names["neuron"](x, w=2, b=3), color=COLORS[0])
    ax.plot(place, 0.5, "o", color=COLORS[1])
    ax.set(xlabel="input x", ylabel="output h", xlim=(-8, 8))
    ax.set(title=f"w = 2, b = 3, −b/w = {place}".replace("-", "−"))
    return fig


def family():
    """Chapter 04: an activation function of 2x, and its slope."""
    names = names_of("04_activations", "slopes")
    x, weight = names["z"], 2
    value = names["sigmoid"](weight * x)
    slope = weight * value * (1 - value)
    fig, ax = plt.subplots(figsize=(5.6, 4.0))
    ax.plot(x, value, label="value")
    ax.plot(x, slope, "--", label="slope")
    ax.plot([1, 1], [value[250], slope[250]], "ko", markersize=5)
    ax.set(xlabel="input x", xlim=(-4, 4), ylim=(-1.2, 4.2), title="sigmoid(2x)")
    ax.legend(loc="upper left")
    return fig


def descent():
    """Chapter 07: eight steps down the curve, with a rate that overshoots."""
    names = names_of("07_derivatives", "path")
    f, path = names["f"], [3.0]
    for _ in range(8):
        path.append(path[-1] - 0.06 * names["df"](path[-1]))
    x = np.linspace(-1.5, 3.5, 251)
    fig, ax = plt.subplots()
    ax.plot(x, f(x), color="0.6")
    ax.axvline(9 / 4, linestyle="--", color="0.6", linewidth=1)
    ax.plot(path, [f(x) for x in path], "o-", color=COLORS[1], linewidth=1)
    for number in range(3):
        place = (path[number], f(path[number]))
        ax.annotate(number, place, (7, -4), textcoords="offset points")
    ax.set(xlabel="x", ylabel="f(x)", xlim=(-1.5, 3.5), ylim=(-8, 14))
    ax.set(title="rate 0.06")
    return fig


def outlines(lead):
    """Write where lead is positive as an SVG path, in thousandths."""
    contours = contour_generator(EDGE, EDGE, lead, fill_type=FillType.OuterOffset)
    lines = [
        np.rint(1000 * line[:-1]).astype(int)
        for polygon, cuts in zip(*contours.filled(0, np.inf), strict=True)
        for line in np.split(polygon, cuts[1:-1])
    ]
    return "".join(f"M{'L'.join(f'{x} {y}' for x, y in line)}Z" for line in lines)


def shapes(network):
    """The regions of the classes 1 and 2, each to be painted over those before it, as plot_regions does."""
    grid = np.column_stack([np.tile(EDGE, len(EDGE)), np.repeat(EDGE, len(EDGE))])
    scores = network.forward(grid)
    leads = [scores[:, k] - scores[:, :k].max(axis=1) for k in (1, 2)]
    return [outlines(lead.reshape(len(EDGE), len(EDGE))) for lead in leads]


def regions():
    """Chapter 14: the first run with each strength of L2, trained again; its regions go to _page/regions.js, too."""
    names = names_of("14_l1_l2", "long_run")
    X, y = names["X"], names["y"]
    text = (ROOT / "chapters" / "results" / "strengths.json").read_text("utf-8")
    stored, runs = json.loads(text)["runs"], []
    fig, axes = plt.subplots(2, 3, figsize=(5.6, 5.0))
    for ax, (strength, seen) in zip(axes.flat, STRENGTHS.items(), strict=True):
        run = stored[f"L2 {strength:g}" if strength else "no penalty"][0]
        network = names["long_run"](0, strength)
        assert stamp(network) == run["last"]
        end = {name: run["end"][name] for name in SHOWN}
        runs.append(
            {"strength": strength, "seen": seen, "shapes": shapes(network), **end}
        )
        plot_regions(ax, network.forward, X[::3], y[::3], n_grid=50)
        label = f"fresh: loss {end['fresh loss']:.3f},\naccuracy {end['fresh accuracy']:.3f}"
        ax.set(xlabel=label, ylabel="", xticks=[], yticks=[], title=named(strength))
    points = [np.rint(1000 * X[y == k]).astype(int).tolist() for k in range(3)]
    data = json.dumps({"points": points, "runs": runs}, separators=(",", ":"))
    (ROOT / "_page" / "regions.js").write_text(
        f"// Made by scripts/interactive.py; lengths in thousandths.\nglobalThis.regions = {data};\n",
        "utf-8",
    )
    return fig


def named(strength):
    return f"λ = {strength:.6f}".rstrip("0") if strength else "no penalty"


FIGURES = {f.__name__: f for f in (neuron, family, descent, regions)}


def draw(name, folder):
    fig = FIGURES[name]()
    fig.savefig(folder / f"{name}.svg", metadata={"Creator": None, "Date": None})
    plt.close(fig)


if __name__ == "__main__":
    matplotlib.use("agg")
    PICTURES.mkdir(exist_ok=True)
    for name in sys.argv[1:] or FIGURES:
        draw(name, PICTURES)
