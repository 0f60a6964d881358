"""What is measured: networks, data and sizes, the same for every peer.

A case is a network of dense layers with ReLU between them, trained with softmax cross-entropy, an L2 penalty on the
weights of every layer and Adam; or a network that only predicts.
"""

from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np

from nnlib.data import digits, mnist, spiral

LEARNING_RATE = 0.02
L2_STRENGTH = 5e-4  # times the sum of squares: the gradient is twice that times w
EPSILON = 1e-12  # of Adam: so small that it does not matter where in the formula a peer adds it


@dataclass
class Case:
    """One network and its data.

    ``batch_size`` None means full batches. With a size, a step takes the next batch of a shuffled order out of the
    data, and that counts as part of the step.
    """

    name: str
    make_data: object
    hidden: tuple
    batch_size: int | None = None
    predicts: bool = False

    def data(self):
        """X in float64 and y as integers."""
        X, y = self.make_data()
        return np.ascontiguousarray(X, dtype=np.float64), np.asarray(y, dtype=np.int64)

    def start(self):
        """The starting weights of every layer, He's: the same for all peers. Biases start at zero."""
        X, y = self.data()
        sizes = [X.shape[1], *self.hidden, int(y.max()) + 1]
        rng = np.random.default_rng(0)
        return [
            rng.normal(size=(n_inputs, n_outputs)) * np.sqrt(2 / n_inputs)
            for n_inputs, n_outputs in pairwise(sizes)
        ]

    def batches(self):
        """The rows of each batch, an epoch of them."""
        n_samples = len(self.data()[0])
        order = np.random.default_rng(1).permutation(n_samples)
        n_full = n_samples // self.batch_size * self.batch_size
        return np.split(order[:n_full], n_full // self.batch_size)


def spiral_case(n_per_class, n_units, n_hidden=1):
    """Three classes, full batch: the case of chapters 14 and 14b."""
    return Case(
        f"spiral {n_per_class} × {n_units}" + f", {n_hidden} deep" * (n_hidden > 1),
        partial(spiral, n_per_class, 3, seed=0),
        (n_units,) * n_hidden,
    )


def mnist_10k():
    """The training images of MNIST, as numbers from 0 to 1."""
    X, y = mnist("train")
    return X.reshape(len(X), -1) / 255, y


def scaled_digits():
    """scikit-learn's digits, as numbers from 0 to 1."""
    X, y = digits()
    return X.reshape(len(X), -1) / X.max(), y


def grid():
    """400 × 400 points of the plane; the classes only tell how many outputs there are."""
    points = np.linspace(-1, 1, 400)
    X = np.column_stack([np.tile(points, 400), np.repeat(points, 400)])
    return X, np.arange(len(X)) % 3


CASES = [
    spiral_case(100, 64),
    spiral_case(100, 512),
    spiral_case(1000, 64),
    spiral_case(1000, 512),
    Case("digits", scaled_digits, (64,), batch_size=32),
    Case("MNIST", mnist_10k, (128,), batch_size=128),
    Case("prediction", grid, (64,), predicts=True),
]

# How the time of a step grows: the number that varies, and its cases.
SWEEPS = {
    "samples": {3 * n: spiral_case(n, 64) for n in (10, 30, 100, 300, 1000, 3000)},
    "width": {n: spiral_case(100, n) for n in (8, 32, 128, 512, 2048)},
    "depth": {n: spiral_case(100, 64, n) for n in (1, 2, 4, 8, 16)},
}

# Batch sizes and depths, to see how many arrays of one layer's size are alive at the peak.
MEMORY = [
    spiral_case(n_per_class, 256, depth)
    for n_per_class in (500, 1000, 2000)
    for depth in (2, 6)
]
