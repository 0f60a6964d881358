"""Train the spiral's network with and without penalties, from ten seeds each, for chapter 14.

python scripts/regularize.py [strengths] [sizes]

"strengths" takes some minutes: one network, penalties from weak to strong. "sizes" takes over an hour on two cores:
networks from 64 to 512 neurons, with more and with fewer points. A finished run is kept in .experiments, so that an
interruption costs only the runs under way. The results go to chapters/results, the same on every machine.
"""

import hashlib
import json
import os
import pathlib
import sys

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # processes make the better use of the cores

import numpy as np
from joblib import Memory, Parallel, delayed
from tqdm.auto import tqdm

from nnlib.data import spiral
from nnlib.layers import Dense, ReLU, Sequential
from nnlib.losses import SoftmaxCrossEntropy
from nnlib.metrics import accuracy
from nnlib.numerics import total
from nnlib.optimizers import Adam, InverseTimeDecay
from nnlib.penalties import L1, L2

ROOT = pathlib.Path(__file__).parent.parent
RESULTS = ROOT / "chapters" / "results"
USED = (  # what the results depend on
    "data",
    "functions",
    "layers",
    "losses",
    "metrics",
    "numerics",
    "optimizers",
    "penalties",
)
CODE = hashlib.sha256(
    b"".join((ROOT / "nnlib" / f"{name}.py").read_bytes() for name in USED)
).hexdigest()
memory = Memory(ROOT / ".experiments", verbose=0)

N_SEEDS, N_UPDATES = 10, 10_001
USUAL = 5e-4  # the strength that Neural Networks from Scratch chose
SWEEP = (5e-6, 5e-5, 5e-4, 5e-3, 5e-2)
EARLY = (
    200  # after so many updates the parameters are stamped, for a chapter to compare
)
LOOKS = [*range(0, 200, 20), *range(200, 1000, 100), *range(1000, 10_001, 500)]

# name -> (points per class, hidden neurons, strength of L1, strength of L2)
STRENGTHS = {
    "no penalty": (100, 64, 0.0, 0.0),
    "both": (100, 64, USUAL, USUAL),
    **{f"L1 {s:g}": (100, 64, s, 0.0) for s in SWEEP},
    **{f"L2 {s:g}": (100, 64, 0.0, s) for s in SWEEP},
}
SIZES = {
    f"{n} x {h}, {'L2' if l2 else 'no penalty'}": (n, h, 0.0, l2)
    for n, h in (
        (100, 64),
        (1000, 64),
        (1000, 128),
        (1000, 256),
        (1000, 512),
        (100, 512),
    )
    for l2 in (0.0, USUAL)
}
GROUPS = {"strengths": STRENGTHS, "sizes": SIZES}
DRAWN = (  # the five runs of the source: their parameters on the way are stored, for one seed
    "100 x 64, no penalty",
    "100 x 64, L2",
    "1000 x 64, L2",
    "1000 x 256, L2",
    "1000 x 512, L2",
)


def build(n_hidden, l1, l2, seed):
    """Return the network and its penalties, which punish the first layer only."""
    rng = np.random.default_rng(seed)
    network = Sequential(Dense(2, n_hidden, rng), ReLU(), Dense(n_hidden, 3, rng))
    first = network.layers[0].parameters()
    penalties = [rule(first, s) for rule, s in ((L1, l1), (L2, l2)) if s > 0]
    return network, penalties


def stamp(network):
    """A short text that differs if a single bit of a parameter does."""
    values = [parameter.value.tobytes() for parameter in network.parameters()]
    return hashlib.sha256(b"".join(values)).hexdigest()[:16]


def scores(network, X, y):
    logits = network.forward(X)
    return SoftmaxCrossEntropy().value(logits, y), accuracy(logits, y)


@memory.cache
def train(n_per_class, n_hidden, l1, l2, seed, n_updates, code):
    """Return what was found on the way and at the end; code is there to tell old results from new."""
    X, y = spiral(n_per_class, 3, seed=seed)
    fresh = spiral(10_000, 3, seed=2000 + seed)
    network, penalties = build(n_hidden, l1, l2, seed)
    loss, optimizer = SoftmaxCrossEntropy(), Adam(network.parameters(), 0.02)
    optimizer = InverseTimeDecay(optimizer, 5e-7)
    found = {"train": [], "fresh": []}
    drawn = []
    for update in range(n_updates):
        if update in LOOKS:
            found["train"].append(scores(network, X, y))
            found["fresh"].append(scores(network, *fresh))
            drawn.append([p.value.astype(np.float32) for p in network.parameters()])
        if update == EARLY:
            found["early"] = stamp(network)
        logits = network.forward(X)
        if (
            update == n_updates - 1
        ):  # figures from before the last update, as in the source
            found["end"] = {
                "train loss": loss.value(logits, y),
                "train accuracy": accuracy(logits, y),
                "penalty": float(total([p.value() for p in penalties] or [0.0])),
            }
        network.backward(loss.grad(logits, y))
        for penalty in penalties:
            penalty.add_grad()
        optimizer.step()
    for name, points in (
        ("validation", spiral(100, 3, seed=1000 + seed)),
        ("fresh", fresh),
    ):
        value, share = scores(network, *points)
        found["end"] |= {f"{name} loss": value, f"{name} accuracy": share}
    weights = np.abs(network.layers[0].weights.value)
    found["end"] |= {
        "largest weight": float(weights.max()),
        "weights below 0.001": int((weights < 0.001).sum()),
        "idle neurons": int((weights.max(axis=0) < 0.001).sum()),
    }
    drawn.append([p.value.astype(np.float32) for p in network.parameters()])
    return found | {"last": stamp(network)}, drawn if seed == 0 else None


def rounded(run):
    """The curves of a run as they are stored: five digits are enough to draw them."""
    curves = {name: np.round(run[name], 5).tolist() for name in ("train", "fresh")}
    return run | curves


def experiment(group):
    """Do the runs of a group, or take up those that are left; store numbers, and parameters to draw."""
    tasks = [(name, seed) for name in GROUPS[group] for seed in range(N_SEEDS)]
    done = Parallel(n_jobs=-1, return_as="generator")(
        delayed(train)(*GROUPS[group][name], seed, N_UPDATES, CODE)
        for name, seed in tasks
    )
    found, drawn = {name: [] for name in GROUPS[group]}, {}
    for (name, seed), (run, moments) in zip(
        tasks, tqdm(done, total=len(tasks), desc=group), strict=True
    ):
        found[name].append(rounded(run))
        if group == "sizes" and name in DRAWN and seed == 0:
            for place in range(4):  # weights and biases of two layers
                arrays = np.array([moment[place] for moment in moments])
                drawn[f"{name}/{place}"] = arrays
    RESULTS.mkdir(exist_ok=True)
    results = {"looks": LOOKS, "n_updates": N_UPDATES, "runs": found}
    text = json.dumps(results, allow_nan=False)
    (RESULTS / f"{group}.json").write_text(text + "\n", encoding="utf-8")
    if drawn:
        np.savez_compressed(RESULTS / f"{group}.npz", **drawn)


if __name__ == "__main__":
    for group in sys.argv[1:] or GROUPS:
        experiment(group)
