"""Starting weights: their spread, and what it does to a signal on its way through many layers."""

import numpy as np
import pytest

from nnlib.initializers import glorot, he
from nnlib.layers import Dense, small_normal
from nnlib.numerics import snap

pytestmark = pytest.mark.filterwarnings("error")

N, M = 300, 200


@pytest.mark.parametrize(
    ("init", "variance"), [(glorot, 2 / (N + M)), (he, 2 / N), (small_normal, 1e-4)]
)
def test_variance(init, variance):
    """60 000 draws know their variance to 0.6 percent."""
    weights = init(N, M, np.random.default_rng(0))
    assert weights.shape == (N, M)
    assert np.var(weights) == pytest.approx(variance, rel=0.03)
    assert abs(np.mean(weights)) < 5 * np.sqrt(variance / (N * M))


def test_glorot_is_uniform_up_to_its_limit():
    weights, limit = glorot(N, M, np.random.default_rng(0)), np.sqrt(6 / (N + M))
    assert 0.999 * limit < np.abs(weights).max() <= limit * (1 + 1e-7)
    counts, _ = np.histogram(weights, bins=10, range=(-limit, limit))
    assert counts.min() > 0.95 * counts.max()


def test_he_is_normal():
    weights = he(N, M, np.random.default_rng(0)) / np.sqrt(2 / N)
    shares = [np.mean(np.abs(weights) < z) for z in (1, 2, 3)]
    np.testing.assert_allclose(shares, [0.6827, 0.9545, 0.9973], atol=0.01)


@pytest.mark.parametrize("init", [glorot, he])
def test_values_are_float32_values_and_depend_on_the_generator_alone(init):
    first, again, other = (init(9, 7, np.random.default_rng(s)) for s in (0, 0, 1))
    assert first.tobytes() == again.tobytes() == snap(first).tobytes()
    assert first.tobytes() != other.tobytes()
    layer = Dense(9, 7, np.random.default_rng(0), init=init)
    assert layer.weights.value.tobytes() == first.tobytes()


def test_signal_keeps_its_size_through_twenty_layers():
    rng = np.random.default_rng(0)
    signal = rng.normal(size=(100, 200))
    relu_signal, start = signal.copy(), np.mean(signal**2)
    for _ in range(20):
        relu_signal = np.maximum(relu_signal @ he(200, 200, rng), 0)
        signal = signal @ glorot(200, 200, rng)
    assert 0.3 < np.mean(signal**2) / start < 3
    assert 0.1 < np.mean(relu_signal**2) / start * 2 < 10
