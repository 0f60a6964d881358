"""Trains a small network and prints what became of it, as JSON: run by test_reproducible under many settings."""

import hashlib
import json

import numpy as np
import threadpoolctl

from nnlib.data import batches, spiral
from nnlib.functions import sigmoid, tanh
from nnlib.layers import Dense, ReLU, Sequential
from nnlib.losses import SoftmaxCrossEntropy
from nnlib.numerics import (
    exp,
    expm1,
    log,
    matmul,
    native,
    snap,
    total,
    transposed_matmul,
)
from nnlib.optimizers import Adam


def digest(*arrays):
    return hashlib.sha256(b"".join(np.asarray(array).tobytes() for array in arrays))


def train(n_steps):
    """An epoch of small batches, then full ones; the hash of the weights and the loss at the end."""
    X, y = spiral(100, 3, seed=0)
    rng = np.random.default_rng(0)
    network = Sequential(Dense(2, 64, rng), ReLU(), Dense(64, 3, rng))
    loss, optimizer = SoftmaxCrossEntropy(), Adam(network.parameters(), 0.05)
    steps = [*batches(X, y, 32, rng), *[(X, y)] * n_steps]
    for X_batch, y_batch in steps:
        network.backward(loss.grad(network.forward(X_batch), y_batch))
        optimizer.step()
    value = loss.value(network.forward(X), y)
    weights = [parameter.value for parameter in network.parameters()]
    return {"weights": digest(*weights).hexdigest(), "loss": repr(value)}


def functions():
    """The hash of products and functions of many numbers, some of them far from 1."""
    rng = np.random.default_rng(1)
    a, b = snap(rng.normal(size=(100, 700))), snap(rng.normal(size=(700, 90)))
    scales = np.ldexp(1.0, np.arange(-350, 350))
    x = snap(rng.normal(size=20_000))
    return digest(
        matmul(a, b),
        matmul(a * scales, b / scales[:, np.newaxis]),
        transposed_matmul(a.T, b),
        transposed_matmul(a.T, b * np.ldexp(1.0, np.arange(-1020, -120, 10))),
        *(function(10 * x) for function in (exp, expm1, tanh, sigmoid)),
        log(np.abs(x)),
        total(x),
    ).hexdigest()


if __name__ == "__main__":
    result = {"ours": train(300), "ours, functions": functions()}
    with native():
        result |= {"plain": train(100), "plain, functions": functions()}
    result["libraries"] = threadpoolctl.threadpool_info()
    print(json.dumps(result))
