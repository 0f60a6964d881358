"""Trains small networks and computes sums, products and functions; prints the hash of each result, as JSON.

The tests and `make matrix` run it under many settings, and also on ARM64 and in the browser: so it is written for
Python 3.8 and NumPy 1.17, and needs only the modules of chapters 01 to 15.
"""

import hashlib
import json
import sys

import numpy as np
from proof import proof

from nnlib.data import batches, digits, sine, spiral, vertical
from nnlib.dropout import Dropout, set_training
from nnlib.functions import cross_entropy, sigmoid, softmax, tanh
from nnlib.layers import Dense, ReLU, Sequential, Tanh
from nnlib.losses import MeanSquaredError, SoftmaxCrossEntropy
from nnlib.numerics import (
    exp,
    expm1,
    log,
    matmul,
    mean,
    native,
    snap,
    total,
    transposed_matmul,
)
from nnlib.optimizers import Adam, Momentum, RMSProp
from nnlib.penalties import L2


def train(network, loss, optimizer, steps, penalties=()):
    """One update for each pair of inputs and targets; returns the weights at the end."""
    for X, y in steps:
        network.backward(loss.grad(network.forward(X), y))
        for penalty in penalties:
            penalty.add_grad()
        optimizer.step()
    return [parameter.value for parameter in network.parameters()]


def epochs(n_epochs, X, y, batch_size, rng):
    """The batches of several epochs, one after the other."""
    for _ in range(n_epochs):
        yield from batches(X, y, batch_size, rng)


def data():
    """Random draws and data sets, as they are before anything is learned."""
    rng = np.random.default_rng(0)
    return [
        snap(rng.normal(size=1000)),
        snap(rng.uniform(size=1000)),
        rng.integers(0, 1000, size=1000),
        rng.permutation(1000),
        *spiral(100, 3, seed=0),
        *vertical(100, 3, seed=0),
        *sine(1000),
    ]


def functions():
    """Exponential, logarithm and what is built on them, of many numbers."""
    rng = np.random.default_rng(1)
    x = snap(10 * rng.normal(size=20_000))
    logits, labels = x.reshape(-1, 10), np.arange(2000) % 10
    return [
        *(function(x) for function in (exp, expm1, tanh, sigmoid)),
        log(np.abs(x)),
        softmax(logits),
        cross_entropy(logits, labels),
    ]


def sums():
    """Sums and means of 100 000 numbers, to one number and by rows and columns."""
    rng = np.random.default_rng(2)
    x = snap(rng.normal(size=100_000)) / (1.0 + snap(rng.uniform(size=100_000)))
    table = x.reshape(1000, 100)
    return [total(x), mean(x), total(table, axis=0), total(table, axis=1), x.max()]


def products():
    """Products of matrices, some of them with entries far from 1 or a long inner dimension."""
    rng = np.random.default_rng(3)
    a, b = snap(rng.normal(size=(100, 700))), snap(rng.normal(size=(700, 90)))
    scales = np.ldexp(1.0, np.arange(-350, 350))
    long = snap(rng.normal(size=(5000, 8)))
    return [
        matmul(a, b),
        matmul(a[0], b),
        matmul(a * scales, b / scales[:, np.newaxis]),
        matmul(a * 1e200, b * 1e-100),
        transposed_matmul(a.T, b),
        transposed_matmul(a.T, b * np.ldexp(1.0, np.arange(-1020, -120, 10))),
        transposed_matmul(long, long),
        matmul(long.T, long),
    ]


def spiral_with_adam():
    """Full batches and a penalty, the experiment of chapter 14 cut short: weights, and the loss."""
    X, y = spiral(100, 3, seed=0)
    rng = np.random.default_rng(4)
    hidden, output = Dense(2, 64, rng), Dense(64, 3, rng)
    network = Sequential(hidden, ReLU(), output)
    loss, optimizer = SoftmaxCrossEntropy(), Adam(network.parameters(), 0.05)
    penalties = [L2(hidden.parameters(), 5e-4)]
    weights = train(network, loss, optimizer, [(X, y)] * 200, penalties)
    return [*weights, loss.value(network.forward(X), y)]


def spiral_with_momentum():
    """Small batches, shuffled."""
    X, y = spiral(100, 3, seed=1)
    rng = np.random.default_rng(5)
    network = Sequential(Dense(2, 64, rng), ReLU(), Dense(64, 3, rng))
    loss, optimizer = SoftmaxCrossEntropy(), Momentum(network.parameters(), 0.5)
    return train(network, loss, optimizer, epochs(20, X, y, 32, rng))


def spiral_with_dropout():
    """Neurons switched off at random."""
    X, y = spiral(100, 3, seed=2)
    rng = np.random.default_rng(6)
    network = Sequential(
        Dense(2, 64, rng), ReLU(), Dropout(0.1, rng), Dense(64, 3, rng)
    )
    loss, optimizer = SoftmaxCrossEntropy(), Adam(network.parameters(), 0.05)
    weights = train(network, loss, optimizer, [(X, y)] * 100)
    set_training(network, False)
    return [*weights, network.forward(X)]


def sine_with_tanh():
    """A curve learned by two layers of tanh, from starting weights wide enough to learn it."""

    def wide(n_inputs, n_outputs, rng):
        return snap(rng.normal(size=(n_inputs, n_outputs)))

    X, y = sine(200)
    rng = np.random.default_rng(7)
    network = Sequential(
        Dense(1, 32, rng, wide), Tanh(), Dense(32, 32, rng, wide), Tanh(),
        Dense(32, 1, rng, wide),
    )  # fmt: skip
    loss, optimizer = MeanSquaredError(), Adam(network.parameters(), 0.005)
    weights = train(network, loss, optimizer, [(X, y)] * 50)
    return [*weights, network.forward(X)]


def handwritten_digits():
    """Images of 64 pixels, an epoch of small batches."""
    X, y = digits()
    rng = np.random.default_rng(8)
    network = Sequential(Dense(64, 64, rng), ReLU(), Dense(64, 10, rng))
    loss, optimizer = SoftmaxCrossEntropy(), RMSProp(network.parameters(), 0.002)
    return train(network, loss, optimizer, epochs(1, X / 16, y, 32, rng))


RUNS = [
    data,
    functions,
    sums,
    products,
    spiral_with_adam,
    spiral_with_momentum,
    spiral_with_dropout,
    sine_with_tanh,
    handwritten_digits,
]


def digest(arrays):
    """Sixteen hexadecimal digits that stand for every bit of some arrays."""
    together = b"".join(np.asarray(array, np.float64).tobytes() for array in arrays)
    return hashlib.sha256(together).hexdigest()[:16]


def main():
    results = {run.__name__: run() for run in RUNS}
    with native():
        plain = {run.__name__: digest(run()) for run in RUNS}
    return {
        "ours": {name: digest(arrays) for name, arrays in results.items()},
        "plain": plain,
        "loss": results["spiral_with_adam"][-1],
        "proof": proof(),
    }


if __name__ == "__main__":
    json.dump(main(), sys.stdout)
