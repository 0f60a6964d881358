"""Draw the book's animations: WebM videos and their posters, in _static/animations.

The numbers come from the chapters' own cells, which are run up to the place that a video needs; so the same frames
come out on every run.
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
from matplotlib.animation import FFMpegWriter

from nnlib.plots import COLORS, MARKERS, plot_regions

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
    "valley": (valley, 4),
    "paths": (paths, 10),
    "sizes": (sizes, 4),
    "drift": (drift, 6),
}


def film(name):
    """Write the video of one animation, and its last frame as a poster."""
    frames, rate = ANIMATIONS[name]
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
    plt.rcParams["animation.ffmpeg_path"] = imageio_ffmpeg.get_ffmpeg_exe()
    FOLDER.mkdir(exist_ok=True)
    for name in sys.argv[1:] or ANIMATIONS:
        film(name)
