"""Time one training step: nnlib as it is, nnlib with plain NumPy, and PyTorch, interleaved in one run.

Dense-ReLU-Dense on the spiral with three classes, softmax cross-entropy, Adam, full batch: the sizes of chapters 14 and
14b. The last column is what the published script of *Neural Networks from Scratch* took on another machine, where that
is known, to be compared with care: what carries over between machines is a ratio to plain NumPy.
"""

import argparse
import statistics
import time

import numpy as np

from nnlib.data import spiral
from nnlib.layers import Dense, ReLU, Sequential
from nnlib.losses import SoftmaxCrossEntropy
from nnlib.numerics import native
from nnlib.optimizers import Adam

SIZES = {  # (points per class, units): µs of the published script
    (100, 64): 284,
    (100, 512): None,
    (1000, 64): 2890,
    (1000, 128): None,
    (1000, 256): None,
    (1000, 512): 22800,
}


def nnlib_step(n_per_class, n_units):
    """A function that does one step of training with nnlib."""
    X, y = spiral(n_per_class, 3, seed=0)
    rng = np.random.default_rng(0)
    network = Sequential(Dense(2, n_units, rng), ReLU(), Dense(n_units, 3, rng))
    loss, optimizer = SoftmaxCrossEntropy(), Adam(network.parameters(), 0.02)

    def step():
        network.backward(loss.grad(network.forward(X), y))
        optimizer.step()

    return step


def native_step(n_per_class, n_units):
    """The same with plain NumPy: the last digits depend on the machine."""
    step = nnlib_step(n_per_class, n_units)

    def plain_step():
        with native():
            step()

    return plain_step


def torch_step(n_per_class, n_units):
    """The same in PyTorch, eager, in float32; None where PyTorch is missing."""
    try:
        import torch
    except ImportError:
        return None
    X, y = spiral(n_per_class, 3, seed=0)
    X, y = torch.tensor(X, dtype=torch.float32), torch.tensor(y)
    network = torch.nn.Sequential(
        torch.nn.Linear(2, n_units), torch.nn.ReLU(), torch.nn.Linear(n_units, 3)
    )
    loss = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(network.parameters(), 0.02, eps=1e-7)

    def step():
        optimizer.zero_grad()
        loss(network(X), y).backward()
        optimizer.step()

    return step


def medians(steps, n_steps, n_rounds):
    """The median time of each step in microseconds, over rounds that take turns."""
    times = {name: [] for name in steps}
    for _ in range(n_rounds):
        for name, step in steps.items():
            start = time.perf_counter()
            for _ in range(n_steps):
                step()
            times[name].append((time.perf_counter() - start) / n_steps * 1e6)
    return {name: statistics.median(values) for name, values in times.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    n_rounds = parser.parse_args().rounds
    print("median µs a step; in brackets, times plain NumPy")
    print(
        f"{'points × units':>15} {'plain NumPy':>12} {'nnlib':>16} {'PyTorch':>16} {'NNFS, published':>16}"
    )
    for (n_per_class, n_units), published in SIZES.items():
        steps = {"plain": native_step, "nnlib": nnlib_step, "torch": torch_step}
        steps = {name: make(n_per_class, n_units) for name, make in steps.items()}
        steps = {name: step for name, step in steps.items() if step}
        found = medians(
            steps, max(1, 2_000_000 // (n_per_class * n_units * 3)), n_rounds
        )
        columns = [
            f"{found[name]:.0f} ({found[name] / found['plain']:.2f})"
            if name in found
            else "missing"
            for name in ("nnlib", "torch")
        ]
        row = f"{n_per_class} × {n_units}"
        print(
            f"{row:>15} {found['plain']:>12.0f} {columns[0]:>16} {columns[1]:>16} {published or '':>16}"
        )


if __name__ == "__main__":
    main()
