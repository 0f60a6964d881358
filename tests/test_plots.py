"""The figures' helpers: what they draw, where they put it, and that they draw it the same way twice."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba

from nnlib.plots import (
    COLORS,
    book_style,
    draw_network,
    log_axes,
    plot_points,
    plot_regions,
    plot_training,
)

X = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
Y = np.array([0, 1, 2, 1])


@pytest.fixture
def ax():
    figure, ax = plt.subplots()
    yield ax
    plt.close(figure)


def svg(draw):
    """The bytes of a figure drawn in the book's style."""
    book_style()
    figure, ax = plt.subplots()
    draw(ax)
    stream = io.BytesIO()
    figure.savefig(stream, format="svg", metadata={"Creator": None, "Date": None})
    plt.close(figure)
    return stream.getvalue()


def scores(points):
    return np.column_stack([1 - points[:, 0] - points[:, 1], points])


@pytest.mark.parametrize(
    "draw",
    [
        lambda ax: draw_network(ax, [2, 3, 1], ["in", "hidden", "out"]),
        lambda ax: plot_regions(ax, scores, X, Y),
        lambda ax: (ax.plot([1, 10], [0.01, 100]), log_axes(ax, "xy")),
    ],
)
def test_figure_is_drawn_the_same_way_twice(draw):
    assert svg(draw) == svg(draw)
    assert b"<dc:date>" not in svg(draw)


def test_network_has_a_line_for_each_weight_and_a_circle_for_each_neuron(ax):
    draw_network(ax, [2, 3, 1], ["in", "hidden", "out"])
    assert len(ax.lines) == 2 * 3 + 3 * 1
    assert [len(column.get_offsets()) for column in ax.collections] == [2, 3, 1]
    assert [text.get_text() for text in ax.texts] == ["in", "hidden", "out"]


def test_network_needs_no_names(ax):
    draw_network(ax, [2, 1])
    assert not ax.texts


def test_each_class_has_its_colour_and_its_points(ax):
    labels = np.array([4, 1, 4, 5])
    plot_points(ax, X, labels)
    for label, points in zip([1, 4, 5], ax.collections, strict=True):
        assert tuple(points.get_facecolor()[0]) == to_rgba(COLORS[label])
        assert points.get_offsets().tolist() == X[label == labels].tolist()


def test_regions_reach_a_margin_beyond_the_points(ax):
    plot_regions(ax, scores, X, Y, margin=0.5)
    assert ax.get_xlim() == ax.get_ylim() == (-0.5, 1.5)


def test_region_of_a_single_class_has_the_same_margin(ax):
    plot_regions(ax, lambda points: points[:, :1], X, Y, margin=0.5)
    assert ax.get_xlim() == ax.get_ylim() == (-0.5, 1.5)


def test_regions_are_tinted_with_a_quarter_of_the_colour_of_their_class(ax):
    """By hand: the first colour is (0, 114, 178) of 255, the second (213, 94, 0)."""
    plot_regions(ax, scores, X, Y)
    found = [ax.get_facecolor(), ax.collections[0].get_facecolor()[0]]
    quarters = np.array([[0, 114, 178], [213, 94, 0]]) / 255 / 4
    assert np.allclose([color[:3] for color in found], 0.75 + quarters)


def test_region_of_the_class_with_the_largest_score_is_on_top(ax):
    plot_regions(ax, scores, X, Y)
    one, two = (region.get_paths()[0] for region in ax.collections[:2])
    assert one.contains_point((1.0, 0.2))
    assert two.contains_point((0.2, 1.0))
    assert not one.contains_point((0.1, 0.1))
    assert not two.contains_point((0.1, 0.1))


def test_log_axes_count_in_powers_of_ten(ax):
    ax.plot([1, 10, 1000], [1, 2, 3])
    log_axes(ax, "x")
    assert ax.get_xticks().tolist() == [1, 10, 100, 1000]
    inches = ax.transData.transform([(1, 1), (10, 1), (100, 1), (1000, 1)])[:, 0]
    np.testing.assert_allclose(np.diff(inches), inches[1] - inches[0])
    assert ax.get_yscale() == "linear"


def test_training_is_drawn_on_two_axes():
    figure, axes = plt.subplots(1, 2)
    plot_training(axes, [0, 10], {"a": [3.0, 2.0]}, {"a": [0.5, 0.75]})
    assert axes[0].lines[0].get_xydata().tolist() == [[0, 3], [10, 2]]
    assert axes[1].lines[0].get_xydata().tolist() == [[0, 0.5], [10, 0.75]]
    assert [ax.get_xlabel() for ax in axes] == ["step", "step"]
    assert [ax.get_ylabel() for ax in axes] == ["loss", "accuracy"]
    legends = [ax.get_legend().get_texts() for ax in axes]
    assert [text.get_text() for texts in legends for text in texts] == ["a", "a"]
    plt.close(figure)


@pytest.mark.parametrize(
    ("draw", "error", "words"),
    [
        (lambda ax: draw_network(ax, [2, 0]), ValueError, "sizes"),
        (lambda ax: draw_network(ax, [2, "3"]), TypeError, "sizes"),
        (lambda ax: draw_network(ax, [2, 3], ["in"]), ValueError, "names"),
        (lambda ax: plot_points(ax, X[:, :1], Y), ValueError, "X must be"),
        (lambda ax: plot_points(ax, X, Y[:2]), ValueError, "y must have shape"),
        (lambda ax: plot_points(ax, X, Y + 5), ValueError, "0 … 5"),
        (lambda ax: plot_points(ax, X, Y * 1.0), TypeError, "y must be integers"),
        (lambda ax: log_axes(ax, "z"), ValueError, "names"),
        (lambda ax: log_axes(ax, ""), ValueError, "names"),
        (
            lambda ax: plot_training([ax], [0], {"a": [1.0, 2.0]}, {}),
            ValueError,
            "same length",
        ),
        (lambda ax: plot_training([ax], [0], {"a": ["x"]}, {}), TypeError, "a must be"),
    ],
)
def test_bad_input_is_named(ax, draw, error, words):
    with pytest.raises(error, match=words):
        draw(ax)
