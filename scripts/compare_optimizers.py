"""Train the spiral's network with every optimizer, every rate and every start, for chapter 10b (some minutes).

python scripts/compare_optimizers.py

The results are written to chapters/results/compare_optimizers.json, the same on every machine.
"""

import itertools
import json
import os
import pathlib

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # processes make the better use of the cores

import numpy as np
from joblib import Parallel, delayed
from tqdm.auto import tqdm

from nnlib.data import spiral
from nnlib.layers import Dense, ReLU, Sequential
from nnlib.losses import SoftmaxCrossEntropy
from nnlib.metrics import accuracy
from nnlib.optimizers import SGD, AdaGrad, Adam, Momentum, RMSProp

RESULTS = pathlib.Path(__file__).parent.parent / "chapters/results"
RULES = [SGD, Momentum, AdaGrad, RMSProp, Adam]
RATES = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0]
N_SEEDS, N_STEPS = 10, 1000


def train(rule, rate, seed):
    """Return loss and accuracy after the fixed budget of steps."""
    X, y = spiral(100, 3, seed=0)
    rng = np.random.default_rng(seed)
    network = Sequential(Dense(2, 64, rng), ReLU(), Dense(64, 3, rng))
    loss, optimizer = SoftmaxCrossEntropy(), rule(network.parameters(), rate)
    for _ in range(N_STEPS):
        network.backward(loss.grad(network.forward(X), y))
        optimizer.step()
    logits = network.forward(X)
    return loss.value(logits, y), accuracy(logits, y)


def main():
    cells = list(itertools.product(RULES, RATES, range(N_SEEDS)))
    runs = Parallel(n_jobs=-1, return_as="generator")(
        delayed(train)(*cell) for cell in cells
    )
    found = dict(zip(cells, tqdm(runs, total=len(cells)), strict=True))
    losses, accuracies = (
        {
            rule.__name__: [
                [found[rule, rate, seed][which] for seed in range(N_SEEDS)]
                for rate in RATES
            ]
            for rule in RULES
        }
        for which in (0, 1)
    )
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(
        {
            "rates": RATES,
            "n_steps": N_STEPS,
            "losses": losses,  # method -> a row for each rate, a column for each start
            "accuracies": accuracies,
        },
        allow_nan=False,
    )
    (RESULTS / "compare_optimizers.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
