"""Numbers that people read, which training does not descend on."""

import numpy as np

from nnlib._checks import (
    as_answers,
    as_class_probabilities,
    as_counts,
    as_labels,
    as_matrix,
    as_pair,
    check_count,
    check_positive,
)
from nnlib.numerics import total


def accuracy(outputs, targets):
    """The fraction of samples whose largest output is that of the true class.

    Parameters
    ----------
    outputs : array_like, shape (n_samples, n_classes)
        Logits or probabilities.
    targets : array_like of int, shape (n_samples,)

    Returns
    -------
    float
        Between 0 and 1. Of equal outputs, the first counts as the largest.

    Raises
    ------
    TypeError
        If ``outputs`` does not hold real numbers, or ``targets`` no integers.
    ValueError
        If the shapes do not match, are empty, or a target lies outside 0 … n_classes − 1.
    """
    outputs = as_matrix("outputs", outputs)
    targets = as_labels("targets", targets, outputs.shape[1], len(outputs))
    return float(np.mean(np.argmax(outputs, axis=1) == targets))


def binary_accuracy(outputs, targets, threshold=0.0):
    """The fraction of yes-or-no answers that are right, where an output above the threshold says yes.

    Parameters
    ----------
    outputs : array_like, shape (n_samples, n_outputs)
        Logits; or probabilities, with ``threshold`` 0.5.
    targets : array_like of 0 and 1, shape (n_samples, n_outputs)
    threshold : float, default 0
        A logit of 0 is a probability of ½.

    Returns
    -------
    float
        Between 0 and 1, over all samples and outputs.

    Raises
    ------
    TypeError
        If an array does not hold real numbers.
    ValueError
        If the shapes differ, are not matrices, are empty, or a target is neither 0 nor 1.
    """
    outputs, targets = as_pair(
        as_matrix("outputs", outputs), as_answers("targets", targets)
    )
    return float(np.mean((outputs > threshold) == (targets == 1)))


def tolerance_accuracy(outputs, targets, tolerance):
    """The fraction of outputs that are nearer to their targets than the tolerance: an accuracy for regression.

    Parameters
    ----------
    outputs, targets : array_like, shape (n_samples, n_outputs)
    tolerance : float
        Above 0, in units of the targets.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    TypeError
        If an array does not hold real numbers, or ``tolerance`` is no number.
    ValueError
        If the shapes differ, are not matrices, are empty, or ``tolerance`` is not finite and above 0.
    """
    check_positive("tolerance", tolerance)
    outputs, targets = as_pair(as_matrix("outputs", outputs), targets)
    return float(np.mean(np.abs(outputs - targets) < tolerance))


def confusion_matrix(outputs, targets):
    """Count, for each true class, which class was named.

    Parameters
    ----------
    outputs : array_like, shape (n_samples, n_classes)
        Logits or probabilities; the largest names the class.
    targets : array_like of int, shape (n_samples,)

    Returns
    -------
    ndarray of int, shape (n_classes, n_classes)
        Row i, column j: samples of class i that were taken for class j. The right answers lie on the diagonal.

    Raises
    ------
    TypeError, ValueError
        As `accuracy`.
    """
    outputs = as_matrix("outputs", outputs)
    targets = as_labels("targets", targets, outputs.shape[1], len(outputs))
    matrix = np.zeros((outputs.shape[1], outputs.shape[1]), dtype=int)
    np.add.at(matrix, (targets, np.argmax(outputs, axis=1)), 1)
    return matrix


def precision_recall(matrix):
    """The precision and the recall of each class, from a confusion matrix.

    Parameters
    ----------
    matrix : array_like of int, shape (n_classes, n_classes)
        From `confusion_matrix`: rows are true, columns are named.

    Returns
    -------
    precision : ndarray, shape (n_classes,)
        Of the samples that were taken for the class, the share that is of it. NaN where there are none.
    recall : ndarray, shape (n_classes,)
        Of the samples of the class, the share that was found. NaN where there are none.

    Raises
    ------
    TypeError
        If ``matrix`` does not hold real numbers.
    ValueError
        If it is not square, is empty, or holds a negative number.
    """
    matrix = as_counts("matrix", matrix)
    right = np.diag(matrix)
    with np.errstate(invalid="ignore"):
        return right / total(matrix, axis=0), right / total(matrix, axis=1)


def reliability(probabilities, targets, n_bins=10):
    """Compare how sure a network is with how often it is right, in bins of its confidence.

    The confidence is the largest probability of a row. The bins divide the interval from 0 to 1 equally; a border
    belongs to the bin below it.

    Parameters
    ----------
    probabilities : array_like, shape (n_samples, n_classes)
        Rows that sum to 1.
    targets : array_like of int, shape (n_samples,)
    n_bins : int, default 10

    Returns
    -------
    confidence, accuracy : ndarray, shape (n_bins,)
        The means over each bin; NaN where it is empty.
    counts : ndarray of int, shape (n_bins,)

    Raises
    ------
    TypeError
        If ``probabilities`` does not hold real numbers, ``targets`` no integers, or ``n_bins`` is no whole number.
    ValueError
        If a row is not a distribution, the shapes do not match, are empty, a target is out of range, or ``n_bins`` is
        below 1.
    """
    check_count("n_bins", n_bins)
    n_classes = as_matrix("probabilities", probabilities).shape[1]
    probabilities = as_class_probabilities("probabilities", probabilities, n_classes)
    targets = as_labels("targets", targets, n_classes, len(probabilities))
    sure = probabilities.max(axis=1)
    right = np.argmax(probabilities, axis=1) == targets
    bins = np.clip(np.ceil(sure * n_bins).astype(int) - 1, 0, n_bins - 1)
    members = [bins == i for i in range(n_bins)]
    counts = np.array([np.count_nonzero(some) for some in members])
    with np.errstate(invalid="ignore"):
        confidence, share = (
            np.array([total(values[some]) for some in members]) / counts
            for values in (sure, right)
        )
    return confidence, share, counts
