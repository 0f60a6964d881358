"""Networks as scikit-learn estimators: for its pipelines, its cross-validation and its searches."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from nnlib._checks import (
    as_generator,
    as_widths,
    check_count,
    check_fraction,
    check_not_negative,
)
from nnlib.dropout import Dropout
from nnlib.functions import softmax
from nnlib.initializers import glorot, he
from nnlib.layers import Dense, ReLU, Sequential
from nnlib.losses import MeanSquaredError, SoftmaxCrossEntropy
from nnlib.model import Model
from nnlib.optimizers import Adam
from nnlib.penalties import L2


def stack(widths, dropout, rng):
    """Make a network of dense layers, with ReLU and dropout after each but the last.

    Parameters
    ----------
    widths : sequence of int
        The number of inputs, of units in each hidden layer, and of outputs.
    dropout : float
        The share of hidden outputs that training drops, at least 0 and below 1.
    rng : numpy.random.Generator
        For the starting weights and for the dropping.

    Returns
    -------
    nnlib.layers.Sequential

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.
    """
    check_fraction("dropout", dropout)
    layers = []
    for n_inputs, n_units in zip(widths[:-2], widths[1:-1]):
        layers += [Dense(n_inputs, n_units, rng, he), ReLU(), Dropout(dropout, rng)]
    return Sequential(*layers, Dense(widths[-2], widths[-1], rng, glorot))


class _NetworkEstimator(BaseEstimator):
    """What both estimators share: the settings, explained at `NetworkClassifier`, and a training with them."""

    def __init__(
        self,
        hidden=(64,),
        *,
        learning_rate=0.01,
        epochs=100,
        batch_size=32,
        l2=0.0,
        dropout=0.0,
        random_state=None,
    ):
        self.hidden = hidden
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.batch_size = batch_size
        self.l2 = l2
        self.dropout = dropout
        self.random_state = random_state

    def _train(self, X, targets, n_outputs, loss):
        """Build a network and train it. (n_samples, n_inputs), targets as the loss wants them"""
        check_count("batch_size", self.batch_size)
        check_not_negative("l2", self.l2)
        rng = as_generator(self.random_state)
        widths = [X.shape[1], *as_widths("hidden", self.hidden), n_outputs]
        network = stack(widths, self.dropout, rng)
        weights = [p for p in network.parameters() if p.value.ndim == 2]
        penalties = [L2(weights, self.l2)] if self.l2 else []
        optimizer = Adam(network.parameters(), self.learning_rate)
        model = Model(network, loss, optimizer, penalties)
        size = min(self.batch_size, len(X))
        model.fit(X, targets, epochs=self.epochs, batch_size=size, rng=rng)
        self.model_ = model

    def _outputs(self, X):
        """The trained network's outputs. (n_samples, n_inputs) -> (n_samples, n_outputs)"""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        return self.model_.predict(X)


class NetworkClassifier(ClassifierMixin, _NetworkEstimator):
    """A network for classes: softmax and cross-entropy over ReLU layers, trained by Adam.

    It keeps scikit-learn's conventions, and passes its ``check_estimator`` without an expected failure. Like every
    network it wants scaled inputs: put a ``StandardScaler`` before it, in a pipeline.

    Parameters
    ----------
    hidden : sequence of int, default (64,)
        The number of units of each hidden layer. Without any, the model is linear.
    learning_rate : float, default 0.01
        Of Adam; above 0.
    epochs : int, default 100
    batch_size : int, default 32
        A larger one than there are samples means all of them.
    l2 : float, default 0.0
        The strength of an L2 penalty on the weights of all layers; at least 0.
    dropout : float, default 0.0
        The share of hidden outputs that training drops; at least 0 and below 1.
    random_state : int, numpy.random.Generator, numpy.random.RandomState or None, default None
        For the starting weights, the order of the samples and the dropping. An int gives the same digits in each `fit`,
        on every machine.

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
        The labels, sorted.
    model_ : nnlib.model.Model
        The trained network, with its history.
    n_features_in_ : int
    feature_names_in_ : ndarray, shape (n_inputs,)
        Where `fit` was given a table with named columns.
    """

    def fit(self, X, y):
        """Train a new network.

        Parameters
        ----------
        X : array_like, shape (n_samples, n_inputs)
        y : array_like, shape (n_samples,)
            Labels of any kind: numbers or text.

        Returns
        -------
        NetworkClassifier
            This one.

        Raises
        ------
        TypeError, ValueError
            If a setting or the data are not as described, or the loss becomes infinite.
        """
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        classes, labels = np.unique(y, return_inverse=True)
        self._train(X, labels, len(classes), SoftmaxCrossEntropy())
        self.classes_ = classes
        return self

    def predict_proba(self, X):
        """The probability of each class.

        Parameters
        ----------
        X : array_like, shape (n_samples, n_inputs)

        Returns
        -------
        ndarray, shape (n_samples, n_classes)
            In the order of ``classes_``.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before `fit`.
        TypeError, ValueError
            If ``X`` does not fit the data of `fit`.
        """
        return softmax(self._outputs(X))

    def predict(self, X):
        """The most probable label of each sample; parameters and errors are those of `predict_proba`.

        Returns
        -------
        ndarray, shape (n_samples,)
        """
        best = self._outputs(X).argmax(axis=1)
        return self.classes_[best]


class NetworkRegressor(RegressorMixin, _NetworkEstimator):
    """A network for numbers: mean squared error over ReLU layers, trained by Adam.

    It keeps scikit-learn's conventions, and passes its ``check_estimator`` without an expected failure. Inputs and
    targets should be scaled: by a ``StandardScaler`` before it in a pipeline, and a ``TransformedTargetRegressor``.

    The parameters are those of `NetworkClassifier`, and so are the attributes but for ``classes_``.
    """

    def fit(self, X, y):
        """Train a new network.

        Parameters
        ----------
        X : array_like, shape (n_samples, n_inputs)
        y : array_like, shape (n_samples,) or (n_samples, n_outputs)

        Returns
        -------
        NetworkRegressor
            This one.

        Raises
        ------
        TypeError, ValueError
            If a setting or the data are not as described, or the loss becomes infinite.
        """
        X, y = validate_data(
            self, X, y, dtype=np.float64, multi_output=True, y_numeric=True
        )
        targets = y.reshape(len(y), -1)
        self._train(X, targets, targets.shape[1], MeanSquaredError())
        self.y_shape_ = y.shape[1:]
        return self

    def predict(self, X):
        """The predicted numbers.

        Parameters
        ----------
        X : array_like, shape (n_samples, n_inputs)

        Returns
        -------
        ndarray, shape (n_samples,) or (n_samples, n_outputs)
            As the targets were.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before `fit`.
        TypeError, ValueError
            If ``X`` does not fit the data of `fit`.
        """
        return self._outputs(X).reshape(-1, *self.y_shape_)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
