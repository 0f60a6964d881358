"""Data sets: the points, their types, and the random state left as it was."""

import subprocess
import sys

import numpy as np
import pytest

from nnlib.data import batches, digits, sine, spiral, vertical
from nnlib.numerics import snap

pytestmark = pytest.mark.filterwarnings("error")

PUBLISHED = """
import nnfs, numpy, sys
nnfs.init()
X, y = nnfs.datasets.spiral_data(100, 3)
assert X.dtype == numpy.float32
sys.stdout.buffer.write(X.astype("<f8").tobytes() + y.astype("<f8").tobytes())
"""
MAKERS = {
    "spiral": lambda: spiral(50, 3, seed=0),
    "vertical": lambda: vertical(50, 3, seed=0),
    "sine": lambda: sine(1000),
    "digits": digits,
}


@pytest.fixture(params=MAKERS)
def make(request):
    return MAKERS[request.param]


def test_spiral_0_is_the_published_one():
    """In a process of its own, since nnfs.init changes NumPy."""
    run = subprocess.run(
        [sys.executable, "-c", "import nnfs.datasets" + PUBLISHED],
        capture_output=True,
        check=True,
    )
    published = np.frombuffer(run.stdout, "<f8")
    X, y = spiral(100, 3, seed=0)
    assert np.array_equal(y, published[600:])
    # init rounds the draws to float32 before they become angles of up to 30
    np.testing.assert_allclose(X.ravel(), published[:600], rtol=0, atol=1e-6)


def test_data_sets_are_float32_values_held_as_float64(make):
    X, y = make()
    for array in (X, y) if y.dtype.kind == "f" else (X,):
        assert array.dtype == np.float64
        assert array.tobytes() == snap(array).tobytes()
        assert np.isfinite(array).all()


def test_data_sets_are_the_same_every_time_and_new(make):
    X, y = make()
    kept = X.tobytes(), y.tobytes()
    X[:], y[:] = 9, 9
    X, y = make()
    assert (X.tobytes(), y.tobytes()) == kept


def test_data_sets_leave_the_global_random_state_alone(make):
    np.random.seed(3)  # noqa: NPY002
    expected = np.random.random(4).tolist()  # noqa: NPY002
    np.random.seed(3)  # noqa: NPY002
    make()
    assert np.random.random(4).tolist() == expected  # noqa: NPY002


@pytest.mark.parametrize("make", [spiral, vertical])
@pytest.mark.parametrize(("n_per_class", "n_classes"), [(1, 1), (7, 5), (100, 3)])
def test_classes_come_one_after_the_other(make, n_per_class, n_classes):
    X, y = make(n_per_class, n_classes, seed=1)
    assert X.shape == (n_per_class * n_classes, 2)
    assert y.dtype == np.int64
    assert y.tolist() == [i for i in range(n_classes) for _ in range(n_per_class)]


@pytest.mark.parametrize("make", [spiral, vertical])
def test_seed_decides(make):
    first, again, other = (make(20, 3, seed)[0] for seed in (1, np.int64(1), 2))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()
    make(2, 2, 2**32 - 1)


def test_arms_of_the_spiral_run_from_the_centre_to_radius_1():
    X, _ = spiral(100, 3, seed=0)
    radius = np.sqrt((X * X).sum(axis=1)).reshape(3, 100)
    np.testing.assert_allclose(
        radius, np.tile(np.linspace(0, 1, 100), (3, 1)), atol=1e-6
    )


def test_bands_of_vertical_stand_side_by_side():
    X, y = vertical(500, 3, seed=0)
    middles = [X[y == i].mean(axis=0) for i in range(3)]
    np.testing.assert_allclose(
        middles, [[0, 0.5], [1 / 3, 0.5], [2 / 3, 0.5]], atol=0.02
    )


def test_sine_is_one_period():
    X, y = sine(8)
    assert X.tolist() == [[i / 8] for i in range(8)]
    root = np.sqrt(0.5)
    expected = [0, root, 1, root, 0, -root, -1, -root]
    np.testing.assert_allclose(y[:, 0], expected, atol=1e-7)


def test_digits_are_the_1797_of_the_uci_test_part():
    X, y = digits()
    assert X.shape == (1797, 64)
    assert y.shape == (1797,)
    assert y.dtype == np.int64
    assert np.bincount(y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert set(np.unique(X)) == set(range(17))
    assert X[0, :8].tolist() == [0, 0, 5, 13, 9, 1, 0, 0]
    assert y[:10].tolist() == list(range(10))


# Batches


def numbered(n_samples):
    """Samples that carry their number in the inputs and in the target."""
    y = np.arange(n_samples)
    return np.column_stack([y, -y]).astype(float), y


@pytest.mark.parametrize(
    ("n_samples", "batch_size", "lengths"),
    [(10, 5, [5, 5]), (10, 4, [4, 4, 2]), (3, 3, [3]), (3, 9, [3]), (3, 1, [1, 1, 1])],
)
def test_batches_hand_out_every_sample_once(n_samples, batch_size, lengths):
    X, y = numbered(n_samples)
    handed_out = list(batches(X, y, batch_size, np.random.default_rng(0)))
    assert [len(y_batch) for _, y_batch in handed_out] == lengths
    assert sorted(np.concatenate([y_batch for _, y_batch in handed_out])) == list(y)
    for X_batch, y_batch in handed_out:
        assert np.array_equal(X_batch, X[y_batch])


def test_batches_are_shuffled_by_the_generator():
    X, y = numbered(50)
    rng = np.random.default_rng(0)
    first, second = (
        np.concatenate([y_batch for _, y_batch in batches(X, y, 8, rng)]).tolist()
        for _ in range(2)
    )
    assert first != second
    assert first == np.random.default_rng(0).permutation(50).tolist()


def test_batches_take_lists():
    (X_batch, y_batch), _ = batches([[5.0], [6.0]], [5, 6], 1, np.random.default_rng(0))
    assert X_batch[0, 0] == y_batch[0]


def test_batches_are_copies_and_leave_the_data_alone():
    X, y = numbered(10)
    for X_batch, y_batch in batches(X, y, 3, np.random.default_rng(0)):
        X_batch[:], y_batch[:] = 99, 99
    assert np.array_equal(X, numbered(10)[0])
    assert np.array_equal(y, numbered(10)[1])
