"""The figure of the benchmarks: ratios to nnlib in each case, and how the time of a step grows."""

import matplotlib.pyplot as plt

from benchmarks.peers import PEERS
from nnlib.plots import COLORS, MARKERS, book_style, log_axes

LABELS = {
    "samples": "samples (64 units)",
    "width": "units (300 samples)",
    "depth": "hidden layers of 64 units",
}
SIGNS = dict(  # a colour and a marker for each peer
    zip(
        PEERS,
        zip([*COLORS, "0.2", "0.55"], [*MARKERS, "X", "*"], strict=True),
        strict=True,
    )
)


def draw(result, path):
    """Write the figure as SVG."""
    book_style()
    figure = plt.figure(figsize=(10, 12))
    above, below = figure.subfigures(2, 1, height_ratios=[2.2, 1])
    draw_cases(above.subplots(), result["cases"])
    axes = below.subplots(1, 3)
    for ax, (what, times) in zip(axes, result["sweeps"].items(), strict=True):
        draw_sweep(ax, what, times)
    axes[0].set_ylabel("µs per step")
    handles, names = axes[0].get_legend_handles_labels()
    below.legend(handles, names, loc="outside lower center", ncols=4)
    figure.savefig(path, metadata={"Creator": None, "Date": None})
    plt.close(figure)


def draw_cases(ax, cases):
    """Each peer's step time in times of nnlib's, with quartiles, one row of marks for each case."""
    peers = list(next(iter(cases.values()))["microseconds"])
    for i, name in enumerate(peers):
        color, marker = SIGNS[name]
        for row, case in enumerate(cases.values()):
            times = case["microseconds"]
            unit = times["nnlib"]["median"]
            y = -row - 0.8 * (i + 0.5) / len(peers) + 0.4
            ratio, ends = times[name]["median"] / unit, times[name]["quartiles"]
            ax.plot(
                ratio,
                y,
                marker=marker,
                color=color,
                linestyle="",
                label=name if row == 0 else None,
            )
            ax.plot([end / unit for end in ends], [y, y], color=color)
            ax.annotate(
                f"{ratio:.2f}",
                (max(ratio, ends[1] / unit), y),
                xytext=(7, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
                color=color,
            )
    ax.axvline(1, color="0.7", linewidth=1, zorder=0)
    for row in range(1, len(cases)):
        ax.axhline(0.5 - row, color="0.9", linewidth=1, zorder=0)
    ax.set_yticks([-row for row in range(len(cases))], list(cases))
    ax.set(xlabel="time of a step, in times of nnlib's", ylim=(0.5 - len(cases), 0.5))
    log_axes(ax, "x")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))


def draw_sweep(ax, what, times):
    """The time of a step over one number that grows."""
    numbers = [float(number) for number in times]
    for name in next(iter(times.values())):
        color, marker = SIGNS[name]
        found = [of_peers[name] for of_peers in times.values()]
        ax.fill_between(
            numbers,
            [peer["quartiles"][0] for peer in found],
            [peer["quartiles"][1] for peer in found],
            color=color,
            alpha=0.2,
            linewidth=0,
        )
        medians = [peer["median"] for peer in found]
        ax.plot(numbers, medians, color=color, marker=marker, label=name)
    ax.set_xlabel(LABELS[what])
    log_axes(ax, "xy")
