"""Losses as pairs of a value and its gradient with respect to the network's outputs."""

import numpy as np

from nnlib._checks import as_matrix, as_pair, as_shares
from nnlib.functions import (
    binary_cross_entropy,
    cross_entropy,
    one_hot,
    sigmoid,
    softmax,
    squared_error,
)
from nnlib.numerics import mean


class SoftmaxCrossEntropy:
    """Softmax and cross-entropy in one, on logits: the loss for choosing one of several classes."""

    def value(self, outputs, targets):
        """The mean cross-entropy: see `nnlib.functions.cross_entropy`.

        Parameters
        ----------
        outputs : array_like, shape (n_samples, n_classes)
            Logits.
        targets : array_like of int, shape (n_samples,), or one-hot, shape (n_samples, n_classes)

        Returns
        -------
        float
            In nats.

        Raises
        ------
        TypeError, ValueError
            As `nnlib.functions.cross_entropy`.
        """
        return cross_entropy(outputs, targets)

    def grad(self, outputs, targets):
        """The gradient of `value` with respect to the logits: (softmax − one-hot) / n_samples.

        Parameters
        ----------
        outputs, targets
            As for `value`.

        Returns
        -------
        ndarray, shape (n_samples, n_classes)

        Raises
        ------
        TypeError, ValueError
            As `value`.
        """
        outputs = as_matrix("outputs", outputs)
        outputs, targets = as_pair(outputs, one_hot(targets, outputs.shape[1]))
        return (softmax(outputs) - targets) / len(outputs)


class SquaredErrorCost:
    """The mean over the samples of ½‖y − h‖²: see `nnlib.functions.squared_error`."""

    def value(self, outputs, targets):
        """The cost.

        Parameters
        ----------
        outputs, targets : array_like, shape (n_samples, n_outputs)

        Returns
        -------
        float

        Raises
        ------
        TypeError, ValueError
            As `nnlib.functions.squared_error`.
        """
        return squared_error(outputs, targets)

    def grad(self, outputs, targets):
        """The gradient of `value` with respect to the outputs: (h − y) / n_samples.

        Parameters
        ----------
        outputs, targets
            As for `value`.

        Returns
        -------
        ndarray, shape (n_samples, n_outputs)

        Raises
        ------
        TypeError, ValueError
            As `value`.
        """
        outputs, targets = as_pair(outputs, targets)
        return (as_matrix("outputs", outputs) - targets) / len(targets)


class SigmoidCrossEntropy:
    """Sigmoid and binary cross-entropy in one, on logits: the loss for yes-or-no outputs, one or several."""

    def value(self, outputs, targets):
        """The mean over samples and outputs: see `nnlib.functions.binary_cross_entropy`.

        Parameters
        ----------
        outputs : array_like, shape (n_samples, n_outputs)
            Logits.
        targets : array_like, shape (n_samples, n_outputs)
            1 for yes and 0 for no, or a probability of yes between them.

        Returns
        -------
        float
            In nats.

        Raises
        ------
        TypeError, ValueError
            As `nnlib.functions.binary_cross_entropy`.
        """
        return binary_cross_entropy(outputs, targets)

    def grad(self, outputs, targets):
        """The gradient of `value` with respect to the logits: (sigmoid − targets) / (n_samples · n_outputs).

        Parameters
        ----------
        outputs, targets
            As for `value`.

        Returns
        -------
        ndarray, shape (n_samples, n_outputs)

        Raises
        ------
        TypeError, ValueError
            As `value`.
        """
        outputs, targets = as_pair(
            as_matrix("outputs", outputs), as_shares("targets", targets)
        )
        return (sigmoid(outputs) - targets) / outputs.size


class MeanSquaredError:
    """The mean of the squared errors over samples and outputs: the usual loss of regression."""

    def value(self, outputs, targets):
        """The mean of (outputs − targets)².

        Parameters
        ----------
        outputs, targets : array_like, shape (n_samples, n_outputs)

        Returns
        -------
        float
            In squared units of the targets.

        Raises
        ------
        TypeError
            If an array does not hold real numbers.
        ValueError
            If the shapes differ ((n, 1) against (n,) included), are not matrices, or are empty.
        """
        outputs, targets = as_pair(as_matrix("outputs", outputs), targets)
        errors = outputs - targets
        return float(mean(errors * errors))

    def grad(self, outputs, targets):
        """The gradient of `value` with respect to the outputs: 2 (outputs − targets) / (n_samples · n_outputs).

        Parameters
        ----------
        outputs, targets
            As for `value`.

        Returns
        -------
        ndarray, shape (n_samples, n_outputs)

        Raises
        ------
        TypeError, ValueError
            As `value`.
        """
        outputs, targets = as_pair(as_matrix("outputs", outputs), targets)
        return 2 * (outputs - targets) / outputs.size


class MeanAbsoluteError:
    """The mean size of the errors over samples and outputs: a loss of regression that outliers move less."""

    def value(self, outputs, targets):
        """The mean size of outputs − targets.

        Parameters
        ----------
        outputs, targets : array_like, shape (n_samples, n_outputs)

        Returns
        -------
        float
            In units of the targets.

        Raises
        ------
        TypeError, ValueError
            As `MeanSquaredError`.
        """
        outputs, targets = as_pair(as_matrix("outputs", outputs), targets)
        return float(mean(np.abs(outputs - targets)))

    def grad(self, outputs, targets):
        """The gradient of `value` with respect to the outputs: the sign of the error / (n_samples · n_outputs).

        At an error of 0, where there is no slope, it is 0.

        Parameters
        ----------
        outputs, targets
            As for `value`.

        Returns
        -------
        ndarray, shape (n_samples, n_outputs)

        Raises
        ------
        TypeError, ValueError
            As `value`.
        """
        outputs, targets = as_pair(as_matrix("outputs", outputs), targets)
        return np.sign(outputs - targets) / outputs.size
