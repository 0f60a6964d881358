"""The benchmarks compare equals: every peer, from the same start, arrives at the same weights and predictions."""

import numpy as np
import pytest
import requirements

from benchmarks.cases import Case, spiral_case
from benchmarks.peers import PEERS, Nnlib, NnlibNative
from benchmarks.targets import growth

CASE = spiral_case(20, 8, n_hidden=2)
N_STEPS = 5
TOLERANCE = {"PyTorch float64": 1e-9, "AT": 1e-9}


@pytest.fixture(params=PEERS)
def peer(request):
    if request.param.startswith("PyTorch"):
        requirements.require("torch", "that PyTorch's step is the benchmarks' step")
    return request.param, PEERS[request.param](CASE)


@pytest.fixture(scope="module")
def reference():
    """nnlib in plain NumPy, after some steps."""
    network = NnlibNative(CASE)
    network.run(N_STEPS)
    return network


def test_all_arrive_at_the_same_weights(peer, reference):
    name, network = peer
    assert network.run(N_STEPS) == N_STEPS
    for ours, theirs in zip(reference.weights(), network.weights(), strict=True):
        np.testing.assert_allclose(theirs, ours, rtol=0, atol=TOLERANCE.get(name, 1e-5))


def test_all_predict_the_same_classes(peer, reference):
    name, network = peer
    network.run(N_STEPS)
    outputs = [p.predict(p.X) for p in (reference, network)]
    if name == "scikit-learn":  # it gives probabilities
        outputs[0] = np.exp(outputs[0]) / np.exp(outputs[0]).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(*outputs, rtol=0, atol=1e-5)


def test_the_start_is_not_where_they_arrive(reference):
    """A network that is not trained would pass the tests above only if this failed."""
    start = NnlibNative(CASE).weights()
    for before, after in zip(start, reference.weights(), strict=True):
        assert np.abs(before - after).max() > 0.01


def small_batches():
    rng = np.random.default_rng(0)
    return rng.normal(size=(25, 3)), np.arange(25) % 2


def test_an_epoch_of_batches_takes_every_row_once():
    case = Case("small", small_batches, (4,), batch_size=5)
    rows = np.concatenate(case.batches())
    assert sorted(rows) == list(range(25))
    assert Nnlib(case).run(7) == 7


def test_growth_counts_arrays_per_layer():
    rows = [
        {
            "n_samples": n,
            "width": 10,
            "depth": depth,
            "bytes": {"nnlib": 8 * n * (10 * 3 * depth + 7) + 1000 * depth},
        }
        for n in (100, 200, 400)
        for depth in (2, 6)
    ]
    arrays, bend = growth(rows, "nnlib")
    assert arrays == pytest.approx(3)
    assert bend == pytest.approx(0, abs=1e-12)
