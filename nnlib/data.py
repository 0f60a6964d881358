"""Data sets, the same on every machine."""

import nnfs.datasets
import numpy as np
import sklearn.datasets

from nnlib._checks import as_seed, check_count, check_rng, check_same_length
from nnlib.numerics import snap


def _seeded(make, seed, *arguments):
    """Call a function that draws from NumPy's global generator, seeded, and put that generator back as it was."""
    state = np.random.get_state()
    try:
        np.random.seed(as_seed(seed))
        return make(*arguments)
    finally:
        np.random.set_state(state)


def spiral(n_per_class, n_classes, seed):
    """Points on intertwined spiral arms, one arm a class: the data set of *Neural Networks from Scratch*.

    Parameters
    ----------
    n_per_class, n_classes : int
        At least 1.
    seed : int
        0 to 2**32 − 1. Seed 0 gives the points that ``nnfs.init()`` followed by ``spiral_data`` gives, within 1e-6
        (``init`` rounds the random draws to float32, too).

    Returns
    -------
    X : ndarray of float, shape (n_per_class * n_classes, 2)
    y : ndarray of int, shape (n_per_class * n_classes,)

    Raises
    ------
    TypeError, ValueError
        If a count is not a whole number of at least 1, or the seed is not one.
    """
    check_count("n_per_class", n_per_class)
    check_count("n_classes", n_classes)
    X, y = _seeded(nnfs.datasets.spiral_data, seed, n_per_class, n_classes)
    return snap(X), y.astype(int)


def vertical(n_per_class, n_classes, seed):
    """Points in vertical bands side by side, one band a class. Parameters, returns and errors as `spiral`."""
    check_count("n_per_class", n_per_class)
    check_count("n_classes", n_classes)
    X, y = _seeded(nnfs.datasets.vertical_data, seed, n_per_class, n_classes)
    return snap(X), y.astype(int)


def sine(n_samples):
    """One period of the sine over the interval from 0 to 1.

    Parameters
    ----------
    n_samples : int
        At least 1.

    Returns
    -------
    X, y : ndarray of float, shape (n_samples, 1)

    Raises
    ------
    TypeError, ValueError
        If ``n_samples`` is not a whole number of at least 1.
    """
    check_count("n_samples", n_samples)
    X, y = nnfs.datasets.sine_data(n_samples)
    return snap(X), snap(y)


def digits():
    """The 1797 handwritten digits that come with scikit-learn: the test part of the UCI optical digits.

    Returns
    -------
    X : ndarray of float, shape (1797, 64)
        Images of 8 × 8 pixels, row by row; whole numbers from 0 (blank) to 16 (ink).
    y : ndarray of int, shape (1797,)
        The digit, 0 to 9.
    """
    X, y = sklearn.datasets.load_digits(return_X_y=True)
    return X, y.astype(int)


def batches(X, y, batch_size, rng):
    """Shuffle the samples and hand them out in small groups.

    Parameters
    ----------
    X, y : array_like
        The same number of rows.
    batch_size : int
        The last batch is smaller if the number of samples is not a multiple.
    rng : numpy.random.Generator
        The source of the shuffling.

    Yields
    ------
    X_batch, y_batch : ndarray
        Every sample once.

    Raises
    ------
    TypeError, ValueError
        If the lengths differ, there are no samples, or ``batch_size`` is not a whole number of at least 1.
    """
    X, y = np.asarray(X), np.asarray(y)
    check_same_length(X=X, y=y)
    check_count("batch_size", batch_size)
    check_rng(rng)
    order = rng.permutation(len(X))
    return (
        (X[some], y[some])
        for some in np.split(order, range(batch_size, len(X), batch_size))
    )
