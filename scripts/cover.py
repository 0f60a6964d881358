"""Draw the cover and the logo: train a network on the spiral, then colour the plane.

    python scripts/cover.py

The pictures are small SVG files, and come out the same on every run.
"""

from pathlib import Path

import numpy as np
from contourpy import FillType, contour_generator

from nnlib.data import spiral
from nnlib.functions import softmax
from nnlib.layers import Dense, Sequential, Tanh
from nnlib.losses import SoftmaxCrossEntropy
from nnlib.optimizers import Adam

STATIC = Path(__file__).parent.parent / "_static"
COLOURS = ["#0072B2", "#D55E00", "#009E73"]  # told apart by the colour-blind, too
WIDTH, HEIGHT, SCALE = 1200, 600, 270  # SCALE pixels are 1 in the data
CONFIDENCES = [0.4, 0.6, 0.8, 0.95]  # each adds a layer of tint


def train(X, y, n_steps=1000):
    """Return a network that tells the arms of the spiral apart."""
    rng = np.random.default_rng(0)
    network = Sequential(
        Dense(2, 32, rng, init=wide_normal),
        Tanh(),
        Dense(32, 32, rng, init=wide_normal),
        Tanh(),
        Dense(32, 3, rng, init=wide_normal),
    )
    loss, optimizer = SoftmaxCrossEntropy(), Adam(network.parameters(), 0.01)
    for _ in range(n_steps):
        logits = network.forward(X)
        network.backward(loss.grad(logits, y))
        optimizer.step()
    return network


def wide_normal(n_inputs, n_outputs, rng):
    """Starting weights large enough for the boundaries to curl within a short run."""
    weights = rng.normal(size=(n_inputs, n_outputs)) * n_inputs**-0.5
    return weights.astype(np.float32).astype(float)


def outline(points):
    """Write a closed line as the value of an SVG path, from data coordinates."""
    pixels = points * [SCALE, -SCALE] + [WIDTH / 2, HEIGHT / 2]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in pixels[:-1]) + "Z"


def regions(network):
    """Yield for each class and confidence the part of the plane, as one path."""
    x = np.linspace(-WIDTH / 2, WIDTH / 2, 151) / SCALE
    y = np.linspace(-HEIGHT / 2, HEIGHT / 2, 76) / SCALE
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    probabilities = softmax(network.forward(grid)).reshape(len(y), len(x), 3)
    for k, colour in enumerate(COLOURS):
        contours = contour_generator(
            x, y, probabilities[:, :, k], fill_type=FillType.OuterOffset
        )
        for confidence in CONFIDENCES:
            polygons, offsets = contours.filled(confidence, np.inf)
            shape = "".join(
                outline(line)
                for polygon, cuts in zip(polygons, offsets, strict=True)
                for line in np.split(polygon, cuts[1:-1])
            )
            yield f'<path fill="{colour}" d="{shape}"/>'


def dots(X, y):
    """Yield for each class its points, as one path of dots."""
    for k, colour in enumerate(COLOURS):
        pixels = X[y == k] * [SCALE, -SCALE] + [WIDTH / 2, HEIGHT / 2]
        dots = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in pixels)
        yield f'<path stroke="#fff" stroke-width="9" d="{dots}"/>'
        yield f'<path stroke="{colour}" stroke-width="7" d="{dots}"/>'


def cover():
    """Return the picture of the trained network's regions, with its data."""
    X, y = spiral(200, 3, seed=0)
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        '<g fill-opacity="0.15" fill-rule="evenodd">',
        *regions(train(X, y)),
        '</g><g stroke-linecap="round">',
        *dots(X, y),
        "</g></svg>",
    ]


def logo(n_arm_points=13):
    """Return the mark: a neuron into which three spiral arms run."""
    lines = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="-32 -32 64 64">']
    lines.append('<g fill="none" stroke-width="8" stroke-linecap="round">')
    for k, colour in enumerate(COLOURS):
        t = np.linspace(0, 1, n_arm_points)
        radius, angle = 15 + 12 * t, 2 * np.pi * (k / 3 + 0.36 * t)
        arm = zip(radius * np.sin(angle), -radius * np.cos(angle), strict=True)
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in arm)
        lines.append(f'<path stroke="{colour}" d="M{path}"/>')
    lines.append('</g><circle r="8" fill="#E69F00"/>')
    return [*lines, "</svg>"]


for name, drawing in {"cover": cover(), "logo": logo()}.items():
    (STATIC / f"{name}.svg").write_text("\n".join(drawing) + "\n", encoding="utf-8")
