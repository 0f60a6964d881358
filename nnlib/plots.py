"""Figures of the book: one style, colours that survive print and colour-blindness, the same bytes on every machine."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib_inline.backend_inline import set_matplotlib_formats

from nnlib._checks import (
    as_floats,
    as_labels,
    as_matrix,
    check_count,
    check_same_length,
)
from nnlib.numerics import exp, log

#: Six colours that survive print and colour-blindness, one for each class or curve.
COLORS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]
#: Six markers, since a colour alone is no sign.
MARKERS = ["o", "^", "s", "D", "v", "P"]


def book_style():
    """Set the look of all figures, and have notebooks draw them as SVG without dates or random names inside."""
    plt.rcParams.update(
        {
            "axes.prop_cycle": plt.cycler(color=COLORS),
            "axes.spines.right": False,
            "axes.spines.top": False,
            "figure.constrained_layout.use": True,
            "figure.figsize": (5.6, 3.4),
            "font.size": 12,
            "legend.frameon": False,
            "lines.linewidth": 2,
            "svg.fonttype": "path",
            "svg.hashsalt": "nnlib",
        }
    )
    set_matplotlib_formats("svg", metadata={"Creator": None, "Date": None})


def log_axes(ax, names):
    """Let axes count in powers of ten; call it after the curves are drawn.

    Matplotlib's own logarithmic axes use NumPy's log10, whose last digit depends on the machine.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    names : str
        "x", "y" or "xy".

    Raises
    ------
    ValueError
        If ``names`` holds another letter.
    """
    if not names or set(names) - {"x", "y"}:
        raise ValueError(f"names must be 'x', 'y' or 'xy', got {names!r}")
    for name in names:
        low = ax.dataLim.minpos["xy".index(name)]
        high = getattr(ax.dataLim, f"interval{name}")[1]
        margin = 0.05 * (log(high) - log(low))
        getattr(ax, f"set_{name}lim")(exp(log(low) - margin), exp(log(high) + margin))
        getattr(ax, f"set_{name}scale")("function", functions=(log, exp))
        inside = [k for k in range(-300, 300) if low <= float(f"1e{k}") <= high]
        shown = inside[:: 1 + len(inside) // 7]
        labels = [f"$10^{{{k}}}$" for k in shown]
        getattr(ax, f"set_{name}ticks")([float(f"1e{k}") for k in shown], labels)


def draw_network(ax, sizes, names=()):
    """Draw the layers of a network as columns of circles, joined by a line for each weight.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    sizes : sequence of int
        The number of neurons of each layer, inputs first.
    names : sequence of str, optional
        A caption under each column.

    Raises
    ------
    TypeError, ValueError
        If a size is not a whole number of at least 1, or the number of names is not that of sizes.
    """
    for size in sizes:
        check_count("sizes", size)
    if len(names) not in (0, len(sizes)):
        raise ValueError(
            f"names must hold one name for each of the {len(sizes)} columns, got {len(names)}"
        )
    columns = [
        [(column, (size - 1) / 2 - row) for row in range(size)]
        for column, size in enumerate(sizes)
    ]
    for left, right in zip(columns, columns[1:]):
        for start in left:
            for end in right:
                ax.plot(*zip(start, end), color="0.7", linewidth=1, zorder=1)
    for layer, column in enumerate(columns):
        ax.scatter(
            *zip(*column),
            s=500,
            facecolor="white",
            edgecolor=COLORS[min(layer, 1)],
            linewidth=2,
            zorder=2,
        )
    for column, name in enumerate(names):
        ax.text(column, -max(sizes) / 2 - 0.35, name, ha="center", va="center")
    ax.set(
        xlim=(-0.4, len(sizes) - 0.6),
        ylim=(-max(sizes) / 2 - 0.7, max(sizes) / 2),
        xticks=[],
        yticks=[],
    )
    ax.axis("off")


def plot_points(ax, X, y, size=12):
    """Scatter labelled points, one colour and one marker for each class.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    X : array_like, shape (n_samples, 2)
    y : array_like of int, shape (n_samples,)
        Classes 0 to 5.
    size : float, default 12
        Area of a marker in points squared.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not match, or a class is none of 0 to 5.
    """
    X = as_matrix("X", X, 2)
    y = as_labels("y", y, len(COLORS), len(X))
    for label in np.unique(y):
        ax.scatter(
            *X[y == label].T,
            s=size,
            color=COLORS[label],
            marker=MARKERS[label],
            edgecolor="white",
            linewidth=0.4,
        )
    ax.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal")


def _tint(label):
    """The light colour of the region of a class."""
    return 0.75 + 0.25 * np.array(to_rgb(COLORS[label]))


def plot_regions(ax, scores, X, y, margin=0.1, n_grid=100):
    """Tint the part of the plane that each class claims, and draw the points on it.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    scores : callable
        From points, shape (n, 2), to scores, shape (n, n_classes): logits or probabilities. The largest claims.
    X : array_like, shape (n_samples, 2)
    y : array_like of int, shape (n_samples,)
    margin : float, default 0.1
        How far the picture reaches beyond the points, in their units.
    n_grid : int, default 100
        Points of the grid along each axis; between them, the borders are interpolated.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not match, or a class is none of 0 to 5.
    """
    X = as_matrix("X", X, 2)
    (left, bottom), (right, top) = X.min(axis=0) - margin, X.max(axis=0) + margin
    x1, x2 = np.linspace(left, right, n_grid), np.linspace(bottom, top, n_grid)
    grid = np.column_stack([np.tile(x1, n_grid), np.repeat(x2, n_grid)])
    values = as_matrix("scores(points)", scores(grid))
    ax.set_facecolor(_tint(0))
    for label in range(1, values.shape[1]):  # painted over those before it: no gaps
        lead = values[:, label] - values[:, :label].max(axis=1)
        lead = lead.reshape(n_grid, n_grid)
        ax.contourf(x1, x2, lead, levels=[0, np.inf], colors=[_tint(label)])
    ax.set(xlim=(left, right), ylim=(bottom, top))
    plot_points(ax, X, y)


def plot_training(axes, steps, losses, accuracies):
    """Draw the loss and the accuracy over the steps of a training, on two axes.

    Parameters
    ----------
    axes : sequence of two matplotlib.axes.Axes
    steps : array_like of int, shape (n_records,)
        After how many steps each record was taken.
    losses, accuracies : dict of str to array_like, shape (n_records,)
        One curve for each name.

    Raises
    ------
    TypeError
        If a curve does not hold real numbers.
    ValueError
        If a curve has another length than ``steps``.
    """
    for ax, curves, label in zip(axes, (losses, accuracies), ("loss", "accuracy")):
        for name, values in curves.items():
            check_same_length(steps=steps, curve=as_floats(name, values))
            ax.plot(steps, values, label=name)
        ax.set(xlabel="step", ylabel=label)
        ax.legend()
