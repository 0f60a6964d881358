"""Numbers that people read, which training does not descend on."""

import numpy as np

from nnlib._checks import as_labels, as_matrix


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
