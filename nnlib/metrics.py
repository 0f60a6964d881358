"""Numbers that people read, which training does not descend on."""

import numpy as np

from nnlib._checks import as_answers, as_labels, as_matrix, as_pair, check_positive


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
