"""Losses as pairs of a value and its gradient with respect to the network's outputs."""

from nnlib._checks import as_matrix, as_pair
from nnlib.functions import cross_entropy, one_hot, softmax, squared_error


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
