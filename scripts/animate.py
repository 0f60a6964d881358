"""Draw the book's animations: WebM videos and their posters, in _static/animations.

The numbers come from the chapters' own cells, which are run up to the place that a video needs, and for chapter 14
from its script of long trainings; so the same frames come out on every run.
"""

import contextlib
import io
import os
import pathlib
import shlex
import sys

import imageio_ffmpeg
import matplotlib
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import regularize
from matplotlib.animation import FFMpegWriter

from nnlib.plots import COLORS, MARKERS, draw_network, log_axes, plot_regions

ROOT = pathlib.Path(__file__).parent.parent
FOLDER = ROOT / "_static" / "animations"
QUALITY = shlex.split("-crf 36 -b:v 0 -pix_fmt yuv420p -threads 1")
REPEATABLE = shlex.split("-fflags +bitexact -flags:v +bitexact -map_metadata -1")


def names_of(stem, last):
    """Run the cells of a chapter until a name is defined; return all names there are by then."""
    names = {}
    os.chdir(ROOT / "chapters")
    for cell in nbformat.read(f"{stem}.ipynb", as_version=4).cells:
        if cell.cell_type == "code" and last not in names:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(cell.source, names)
            plt.close("all")
    return names


def spiral():
    """Chapter 01: the network learns the spiral."""
    names = names_of("01_what_a_network_is", "two_64_three")
    X, y = names["X"], names["y"]
    steps = [*range(0, 100, 5), *range(100, 300, 10), *range(300, 1501, 30)]
    network = names["two_64_three"](start=0)
    moments = names["train"](network, X, y, n_steps=1500, rate=0.02, keep=steps)
    fig, ax = plt.subplots(figsize=(5.6, 5.0))
    for step, moment in moments.items():
        ax.clear()
        plot_regions(ax, moment.forward, X, y)
        share = np.mean(moment.forward(X).argmax(axis=1) == y)
        ax.set(title=f"step {step}, accuracy {share:.2f}", xticks=[-1, 0, 1])
        ax.set(yticks=[-1, 0, 1])
        yield fig


def descent():
    """Chapter 07: three rates on the curve."""
    names = names_of("07_derivatives", "df")
    f, df, x = names["f"], names["df"], np.linspace(0.2, 3.05, 96)
    rates = {0.001: "too small", 0.01: "right", 0.1: "too large"}
    paths = {rate: [3.0] for rate in rates}
    fig, axes = plt.subplots(3, 1, figsize=(5.6, 6.4), sharex=True, sharey=True)
    above = fig.suptitle("step")
    for step in range(41):
        above.set_text(f"step {step}")
        for i, (ax, (rate, path)) in enumerate(zip(axes, paths.items(), strict=True)):
            walked = np.array(path)
            ax.clear()
            ax.plot(x, f(x), color="0.7")
            ax.axvline(9 / 4, linestyle="--", color="0.6", linewidth=1)
            ax.plot(walked[-6:], f(walked[-6:]), "-", color=COLORS[i], linewidth=1)
            ax.plot(walked, f(walked), MARKERS[i], color=COLORS[i], alpha=0.3, ms=5)
            ax.plot(walked[-1], f(walked[-1]), MARKERS[i], color=COLORS[i], ms=10)
            ax.set_title(f"rate {rate}, {rates[rate]}: x = {walked[-1]:.3f}")
            ax.set(ylabel="f(x)", ylim=(-8, 4))
            path.append(path[-1] - rate * df(path[-1]))
        axes[2].set(xlabel="x")
        yield fig


def valley():
    """Chapter 08: three rates in a narrow valley."""
    names = names_of("08_gradients", "walks")
    walks = {
        rate: names["descend"](names["valley_gradient"], [3.0, 1.0], rate, n_steps=40)
        for rate in (0.1, 0.9, 1.05)
    }
    fig, ax = plt.subplots(figsize=(5.6, 3.6))
    for step in range(41):
        ax.clear()
        names["draw_map"](
            ax, names["valley"], (-0.4, 3.5), (-1.2, 1.7), [0.02, 0.1, 0.3, 0.6, 1, 1.5]
        )
        for i, (rate, path) in enumerate(walks.items()):
            trail = path[max(step - 8, 0) : step + 1]
            ax.plot(*trail.T, "-", color=COLORS[i], linewidth=1)
            ax.plot(*path[step], MARKERS[i], color=COLORS[i], label=f"rate {rate}")
        ax.set(title=f"step {step}", xlim=(-0.4, 3.5), ylim=(-1.2, 1.7))
        ax.legend(loc="upper left", ncols=3, fontsize=10, columnspacing=1)
        yield fig


def paths():
    """Chapter 10b: five optimizers in the valley, and in the valley turned."""
    names = names_of("10b_adaptive_optimizers", "turned")
    rules, turn = names["RULES"], names["turn"]
    names["best"][names["RMSProp"]] = names["walk"](names["RMSProp"], 0.5)
    names["turned"][names["RMSProp"]] = names["walk"](names["RMSProp"], 0.5, 0.8, 0.6)
    w1, w2 = np.meshgrid(np.linspace(-6, 12, 91), np.linspace(-8, 10, 91))
    fig, axes = plt.subplots(1, 2, figsize=(7.2, 4.2), sharex=True, sharey=True)
    for step in range(101):
        for ax, best, c, s in (
            (axes[0], names["best"], 1.0, 0.0),
            (axes[1], names["turned"], 0.8, 0.6),
        ):
            ax.clear()
            u1, u2 = turn(np.array([w1, w2]), c, -s)
            height = (u1 * u1 + 25 * u2 * u2) / 2
            ax.contour(w1, w2, height, [2, 10, 25, 50, 90], colors="0.8", linewidths=1)
            for i, rule in enumerate(rules):
                path = turn(best[rule][2][: step + 1].T, c, s)
                ax.plot(*path, "-", color=COLORS[i], linewidth=1)
                ax.plot(*path[:, -1], MARKERS[i], color=COLORS[i], label=rule.__name__)
            ax.set(xlabel="$w_1$", aspect="equal", xlim=(-6, 12), ylim=(-8, 10))
        axes[0].set(ylabel="$w_2$", title=f"step {step}")
        axes[1].set(title="the valley turned")
        axes[0].legend(loc="upper left", fontsize=9)
        yield fig


def strengths():
    """Chapter 14: three strengths of L2, the regions and the losses."""
    names = names_of("14_l1_l2", "new_network")
    X, y, network = names["X"], names["y"], names["new_network"](0)
    settings = {"no penalty": "λ = 0", "L2 0.0005": "λ = 0.0005", "L2 0.05": "λ = 0.05"}
    looks, end, code = regularize.LOOKS, regularize.N_UPDATES, regularize.CODE
    runs = {
        title: regularize.train(*regularize.STRENGTHS[name], 0, end, code)
        for name, title in settings.items()
    }
    fig, axes = plt.subplots(3, 2, figsize=(5.6, 7.8), sharex="col", sharey="col")
    above = fig.suptitle("update")
    for moment, look in enumerate(looks):
        above.set_text(f"update {look}")
        for (left, right), (title, run) in zip(axes, runs.items(), strict=True):
            found, moments = run
            for p, value in zip(network.parameters(), moments[moment], strict=True):
                p.value = value.astype(float)
            left.clear()
            plot_regions(left, network.forward, X, y)
            left.set(title=title, xlabel="", ylabel="", xticks=[], yticks=[])
            right.clear()
            for i, kind, style in ((1, "fresh", "-"), (0, "train", "--")):
                losses = [loss for loss, _ in found[kind][: moment + 1]]
                right.plot(looks[: moment + 1], losses, style, color=COLORS[i])
                right.plot(look, losses[-1], MARKERS[i], color=COLORS[i])
                right.plot([], style + MARKERS[i], color=COLORS[i], label=kind)
            right.set(xlim=(-300, 10_300), ylim=(0, 1.6), xticks=[0, 5000, 10_000])
            right.set(title=f"fresh accuracy {found['fresh'][moment][1]:.2f}")
            right.set(ylabel="loss")
        axes[0, 1].legend(loc="upper center", ncols=2)
        axes[2, 1].set(xlabel="update")
        yield fig


def masks():
    """Chapter 15: a layer's masks, and the mean of the sums that come through them."""
    names = names_of("15_dropout", "Dropout")
    h = np.append(names["h"], [2.0, 1.0, 3.0, 2.0])
    layer = names["Dropout"](0.5, np.random.default_rng(0))
    outputs = np.array([layer.forward(h) for _ in range(1000)])
    sums = names["total"](outputs, axis=1)
    steps = np.arange(1, 1001)
    means = np.cumsum(sums) / steps
    shape = {"figsize": (5.6, 4.2), "width_ratios": [5, 6]}
    fig, (left, right) = plt.subplots(1, 2, **shape)
    for step in [*range(1, 21), 25, 30, 40, 50, 70, 100, 140, 200, 300, 500, 700, 1000]:
        left.clear()
        draw_network(left, [len(h), 1])
        for row, (says, heard) in enumerate(zip(h, outputs[step - 1], strict=True)):
            place = len(h) / 2 - 0.5 - row
            left.text(-0.6, place, f"{says:.0f}", ha="center", va="center")
            if heard:
                left.text(0, place, f"{heard:.0f}", ha="center", va="center")
                left.plot([0, 1], [place, 0], color=COLORS[0], linewidth=3, zorder=1)
            else:
                left.plot(0, place, "x", color="0.4", ms=14, mew=3)
        for column, name in ((-0.6, "says"), (0, "heard"), (1, "sum")):
            left.text(column, len(h) / 2 + 0.1, name, ha="center")
        left.text(1, 0, f"{sums[step - 1]:.0f}", ha="center", va="center")
        left.set(xlim=(-0.8, 1.4), ylim=(-3, 3.5), title=f"step {step}")
        right.clear()
        right.plot(steps[:step], sums[:step], "o", ms=4, alpha=0.6, label="sum")
        right.plot(steps[:step], means[:step], color=COLORS[1], label="their mean")
        right.plot(step, means[step - 1], MARKERS[1], color=COLORS[1])
        right.plot([1, 1000], [sum(h)] * 2, "k--", label=f"all heard: {sum(h):.0f}")
        log_axes(right, "x")
        right.set(ylim=(-1, 36), xlabel="step", title=f"mean {means[step - 1]:.2f}")
        right.legend(loc="upper right")
        yield fig


def sizes():
    """Chapter 14b: the five runs, and their losses on fresh points."""
    names = names_of("14b_luck", "five")
    looks, runs = names["looks"], names["runs"]
    fig, axes = plt.subplots(3, 2, figsize=(5.6, 8.4))
    for moment, look in enumerate(looks):
        for i, (ax, name) in enumerate(zip(axes.flat, names["five"], strict=False)):
            ax.clear()
            n = int(name.split()[0])
            X, y = names["spiral"](n, 3, seed=0)
            forward = names["network_of"](name, moment).forward
            plot_regions(ax, forward, X[:: n // 100], y[:: n // 100])
            ax.set(xlabel="", ylabel="", xticks=[], yticks=[])
            ax.set_title(name, color=COLORS[i], fontsize=11)
        ax = axes.flat[-1]
        ax.clear()
        for i, name in enumerate(names["five"]):
            losses = [loss for loss, _ in runs[name][0]["fresh"][: moment + 1]]
            ax.plot(looks[: moment + 1], losses, color=COLORS[i])
        ax.set(title=f"update {look}", xlim=(0, looks[-1]), ylim=(0, 1.5))
        ax.set(ylabel="fresh loss", xticks=[0, looks[-1]])
        yield fig


def drift():
    """Chapter 23: the borders of two networks that start one float32 step apart."""
    names = names_of("23_floating_point", "draw_pair")
    pair = names["new_network"](0), names["nudged"](0)
    steps = {*range(0, 100, 10), *range(100, 1001, 20)}
    distances = []
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 4.0))
    for step, distance in enumerate(names["drift"](*pair, n_steps=1001)):
        distances.append(distance)
        if step not in steps:
            continue
        left.clear()
        right.clear()
        names["draw_pair"](left, *pair)
        left.set(title=f"step {step}", xlabel="", ylabel="", xticks=[], yticks=[])
        right.plot(distances, color=COLORS[0])
        right.plot(step, distance, MARKERS[0], color=COLORS[1])
        right.plot([0, 1000], [1e-10, 1], alpha=0)  # the same axes in every frame
        names["log_axes"](right, "y")
        right.set(
            xlim=(0, 1000), xlabel="step", title="distance", xticks=[0, 500, 1000]
        )
        yield fig


ANIMATIONS = {
    "spiral": (spiral, 8),
    "descent": (descent, 4),
    "valley": (valley, 4),
    "paths": (paths, 10),
    "strengths": (strengths, 4),
    "sizes": (sizes, 4),
    "masks": (masks, 3),
    "drift": (drift, 6),
}


def film(name):
    """Write the video of one animation, and its last frame as a poster."""
    frames, rate = ANIMATIONS[name]
    plt.rcParams["animation.ffmpeg_path"] = imageio_ffmpeg.get_ffmpeg_exe()
    writer = FFMpegWriter(rate, codec="libvpx-vp9", extra_args=QUALITY + REPEATABLE)
    video = FOLDER / f"{name}.webm"
    for number, fig in enumerate(frames()):
        if number == 0:
            fig.draw_without_rendering()
            fig.set_layout_engine("none")  # or the axes would move with their labels
            writer.setup(fig, video, dpi=100)
        writer.grab_frame()
    writer.finish()
    fig.savefig(video.with_suffix(".png"), dpi=100, metadata={"Software": None})
    plt.close(fig)
    print(f"{name}: {number + 1} frames, {video.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    matplotlib.use("agg")
    FOLDER.mkdir(exist_ok=True)
    for name in sys.argv[1:] or ANIMATIONS:
        film(name)
