"""Activations, softmax and losses as plain functions of arrays."""

import numpy as np

from nnlib._checks import (
    as_class_probabilities,
    as_floats,
    as_labels,
    as_matrix,
    as_pair,
    as_shares,
    check_count,
)
from nnlib.numerics import exp, expm1, log, mean, total


def sigmoid(z):
    """Squash any number into the interval from 0 to 1: σ(z) = 1 / (1 + exp(−z)).

    Parameters
    ----------
    z : array_like of float, any shape

    Returns
    -------
    ndarray or float64, same shape
        Within 3 units in the last place for z ≥ -709; below, where the true value is under 1e-307, 0.

    Raises
    ------
    TypeError
        If ``z`` does not hold real numbers.
    """
    z = as_floats("z", z)
    return 1.0 / (1.0 + exp(-z))


def relu(z):
    """The rectified linear unit: z where z is positive, else 0.

    Parameters
    ----------
    z : array_like of float, any shape

    Returns
    -------
    ndarray or float64, same shape
        NaN stays NaN.

    Raises
    ------
    TypeError
        If ``z`` does not hold real numbers.
    """
    z = as_floats("z", z)
    return np.maximum(z, 0.0)


def tanh(z):
    """The hyperbolic tangent: an S-curve from −1 to 1 through the origin.

    Computed as −e / (e + 2) with e = exp(−2 abs(z)) − 1, which keeps its digits near 0.

    Parameters
    ----------
    z : array_like of float, any shape

    Returns
    -------
    ndarray or float64, same shape
        Within 4 units in the last place.

    Raises
    ------
    TypeError
        If ``z`` does not hold real numbers.
    """
    z = as_floats("z", z)
    e = expm1(-2.0 * np.abs(z))
    return np.copysign(e / (e + 2.0), z)


def softmax(z):
    """Turn each row of scores into positive numbers that sum to 1.

    Parameters
    ----------
    z : array_like, shape (n_samples, n_classes)
        The scores, called logits.

    Returns
    -------
    ndarray, shape (n_samples, n_classes)
        exp(z) divided by its sum over the row, after the row's largest score was subtracted: no overflow.

    Raises
    ------
    TypeError
        If ``z`` does not hold real numbers.
    ValueError
        If ``z`` is not a matrix, or is empty.
    """
    z = as_matrix("z", z)
    powers = exp(z - z.max(axis=1, keepdims=True))
    return powers / total(powers, axis=1)[:, np.newaxis]


def one_hot(targets, n_classes):
    """Write class labels as rows with a single 1.

    Parameters
    ----------
    targets : array_like of int, shape (n_samples,), or matrix of shape (n_samples, n_classes)
        Labels in 0 … n_classes − 1. A matrix is checked and returned as it is.
    n_classes : int

    Returns
    -------
    ndarray of float, shape (n_samples, n_classes)

    Raises
    ------
    TypeError
        If labels are not integers.
    ValueError
        If a label lies outside 0 … n_classes − 1, the shape is another, or a row of a matrix is not a distribution.
    """
    check_count("n_classes", n_classes)
    if np.ndim(targets) == 2:
        return as_class_probabilities("targets", targets, n_classes)
    return np.eye(n_classes)[as_labels("targets", targets, n_classes)]


def log_sum_exp(z):
    """The logarithm of the sum of exp(z) over each row, without overflow.

    Parameters
    ----------
    z : array_like, shape (n_samples, n_classes)

    Returns
    -------
    ndarray, shape (n_samples,)

    Raises
    ------
    TypeError
        If ``z`` does not hold real numbers.
    ValueError
        If ``z`` is not a matrix, or is empty.
    """
    z = as_matrix("z", z)
    largest = z.max(axis=1)
    return largest + log(total(exp(z - largest[:, np.newaxis]), axis=1))


def cross_entropy(logits, targets):
    """The mean of −log(probability given to the true class), computed from logits.

    Parameters
    ----------
    logits : array_like, shape (n_samples, n_classes)
        Scores before softmax.
    targets : array_like of int, shape (n_samples,), or one-hot, shape (n_samples, n_classes)

    Returns
    -------
    float
        In nats; log(n_classes) for a network that knows nothing.

    Raises
    ------
    TypeError
        If ``logits`` does not hold real numbers, or labels are not integers.
    ValueError
        If the shapes do not match, an array is empty, or a label is out of range.
    """
    logits = as_matrix("logits", logits)
    targets = one_hot(targets, logits.shape[1])
    as_pair(logits, targets)
    return float(mean(log_sum_exp(logits) - total(targets * logits, axis=1)))


def squared_error(outputs, targets):
    """The mean over the samples of ½‖y − h‖², the cost of the tutorial [AT]_.

    Parameters
    ----------
    outputs, targets : array_like, shape (n_samples, n_outputs)

    Returns
    -------
    float

    Raises
    ------
    TypeError
        If an array does not hold real numbers.
    ValueError
        If the shapes differ ((n, 1) against (n,) included), are not matrices, or are empty.

    References
    ----------
    .. [AT] Adventures in Machine Learning, "Neural Networks Tutorial – A Pathway to Deep Learning" (2017), section 4.2.
    """
    outputs, targets = as_pair(outputs, targets)
    errors = as_matrix("targets", targets) - as_matrix("outputs", outputs)
    return float(total(errors * errors) / (2 * len(errors)))


def binary_cross_entropy(logits, targets):
    """The mean of −log(probability given to the truth) over yes-or-no outputs, computed from logits.

    Parameters
    ----------
    logits : array_like, shape (n_samples, n_outputs)
        Scores before the sigmoid, each output a question of its own.
    targets : array_like, shape (n_samples, n_outputs)
        1 for yes and 0 for no, or a probability of yes between them.

    Returns
    -------
    float
        In nats; log(2) for a network that knows nothing.

    Raises
    ------
    TypeError
        If an array does not hold real numbers.
    ValueError
        If the shapes differ ((n, 1) against (n,) included), are not matrices or empty, or a target lies outside [0, 1].
    """
    logits, targets = as_pair(
        as_matrix("outputs", logits), as_shares("targets", targets)
    )
    softplus = np.maximum(logits, 0.0) + log(1.0 + exp(-np.abs(logits)))
    return float(mean(softplus - targets * logits))
