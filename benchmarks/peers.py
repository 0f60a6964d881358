"""The peers: six ways to compute the same training steps, eight with their variants.

A step is, on all sides: take the batch (where there are batches), forward pass, gradient of the mean cross-entropy,
gradient of the penalty, Adam. Beyond that, each does what its own loop does:

nnlib
    The four lines of the chapters' training loop, which compute no loss value. ``native`` runs them in plain NumPy.
    It also computes the gradient with respect to the data, as NNFS does and scikit-learn and PyTorch do not.
    Predictions are `Model.predict`, which takes 1000 rows at a time.
NNFS
    Our own re-implementation of the way *Neural Networks from Scratch* computes, not its code: ``dinputs`` kept on the
    layers, copies of the incoming gradient, momentums and caches for weights and biases apart, powers of beta for the
    correction, and loss, penalty and accuracy in every step. Its arithmetic is that of `nnfs.init`: arrays in float32,
    and every ``np.dot`` through float64 and back. `nnfs.init` patches NumPy for the whole process; here `dot_as_init`
    does the same work for these classes alone. "NNFS float32" is the same without the detour.
AT
    One sample at a time, as in the tutorial of *Adventures in Machine Learning*: for each sample a Python loop over the
    layers, with vectors. The network is the common one (the tutorial has sigmoids and the squared error), and so is
    the optimizer, nnlib's: what is compared is the loop.
scikit-learn
    `MLPClassifier.fit` in float64 with ``warm_start``, as many epochs at once as are timed; it computes the loss and
    shuffles by itself. Its penalty is divided by the batch's size: we multiply it, so that the steps agree.
PyTorch
    Eager, with the data as tensors from the start and the penalty as the ``weight_decay`` of the weights. Float32, as
    usual with it, and float64, as in nnlib.
"""

import contextlib
import itertools
import warnings

import numpy as np

from benchmarks.cases import EPSILON, L2_STRENGTH, LEARNING_RATE
from nnlib.layers import Dense, Parameter, ReLU, Sequential
from nnlib.losses import SoftmaxCrossEntropy
from nnlib.model import Model
from nnlib.numerics import native
from nnlib.optimizers import Adam
from nnlib.penalties import L2


class Peer:
    """Common to all: data of one type, and where the batches come from.

    A peer defines ``step(X, y)``, ``predict(X)`` and ``weights()``, the list of its weights and biases.
    """

    dtype = np.float64

    def __init__(self, case):
        X, y = case.data()
        self.X, self.y = self.convert(X), self.convert(y)
        full = [slice(None)] if case.batch_size is None else case.batches()
        self.batches = itertools.cycle(full)
        self.build(case)

    def convert(self, array):
        """The peer's own kind of array."""
        return array.astype(self.dtype) if array.dtype.kind == "f" else array

    def run(self, n_steps):
        """Train for so many steps; return how many were done."""
        for rows in itertools.islice(self.batches, n_steps):
            self.step(self.X[rows], self.y[rows])
        return n_steps

    def run_predictions(self, n_times):
        """Predict all rows so many times."""
        for _ in range(n_times):
            self.predict(self.X)
        return n_times


class Nnlib(Peer):
    """nnlib as the chapters use it: the same digits on every machine."""

    arithmetic = staticmethod(contextlib.nullcontext)

    def build(self, case):
        layers, rng = [], np.random.default_rng(0)
        for weights in case.start():
            layers += [Dense(*weights.shape, rng, lambda *_, w=weights: w), ReLU()]
        self.network = Sequential(*layers[:-1])
        self.loss = SoftmaxCrossEntropy()
        self.optimizer = Adam(self.network.parameters(), LEARNING_RATE, epsilon=EPSILON)
        self.penalty = L2([layer.weights for layer in layers[::2]], L2_STRENGTH)
        self.model = Model(self.network, self.loss, self.optimizer, [self.penalty])

    def step(self, X, y):
        with self.arithmetic():
            logits = self.network.forward(X)
            self.network.backward(self.loss.grad(logits, y))
            self.penalty.add_grad()
            self.optimizer.step()

    def predict(self, X):
        with self.arithmetic():
            return self.model.predict(X)

    def weights(self):
        return [parameter.value for parameter in self.network.parameters()]


class NnlibNative(Nnlib):
    """nnlib in plain NumPy: the last digits depend on the machine."""

    arithmetic = staticmethod(native)


def dot_as_init(a, b):
    """What `nnfs.init` makes of ``np.dot``."""
    return np.dot(a.astype("float64"), b.astype("float64")).astype("float32")


class NnfsDense:
    """A dense layer in the manner of NNFS: gradients stay on the layer, and so does what the optimizer remembers."""

    def __init__(self, weights, dot):
        self.dot = dot
        self.weights = weights.astype("float32")
        self.biases = np.zeros((1, weights.shape[1]), dtype="float32")
        for name in ("weight_momentums", "weight_cache"):
            setattr(self, name, np.zeros_like(self.weights))
        for name in ("bias_momentums", "bias_cache"):
            setattr(self, name, np.zeros_like(self.biases))

    def forward(self, inputs):
        self.inputs = inputs
        self.output = self.dot(inputs, self.weights) + self.biases

    def backward(self, dvalues):
        self.dweights = self.dot(self.inputs.T, dvalues)
        self.dbiases = np.sum(dvalues, axis=0, keepdims=True)
        self.dweights += 2 * L2_STRENGTH * self.weights
        self.dinputs = self.dot(dvalues, self.weights.T)


class NnfsReLU:
    """The rectifier in the manner of NNFS."""

    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.maximum(0, inputs)

    def backward(self, dvalues):
        self.dinputs = dvalues.copy()
        self.dinputs[self.inputs <= 0] = 0


class NnfsSoftmaxLoss:
    """Softmax and cross-entropy in the manner of NNFS: the probabilities are kept, and the loss taken from them."""

    def forward(self, inputs, y):
        powers = np.exp(inputs - np.max(inputs, axis=1, keepdims=True))
        self.output = powers / np.sum(powers, axis=1, keepdims=True)
        clipped = np.clip(self.output, 1e-7, 1 - 1e-7)
        return np.mean(-np.log(clipped[range(len(y)), y]))

    def backward(self, dvalues, y):
        self.dinputs = dvalues.copy()
        self.dinputs[range(len(y)), y] -= 1
        self.dinputs = self.dinputs / len(y)


class NnfsAdam:
    """Adam in the manner of NNFS: each line once for the weights and once for the biases."""

    beta_1, beta_2, epsilon = 0.9, 0.999, EPSILON
    iterations = 0

    def update(self, layer):
        for of_values, of_grads, kind in (
            ("weights", "dweights", "weight"),
            ("biases", "dbiases", "bias"),
        ):
            grads = getattr(layer, of_grads)
            momentums = self.beta_1 * getattr(layer, f"{kind}_momentums")
            momentums = momentums + (1 - self.beta_1) * grads
            cache = self.beta_2 * getattr(layer, f"{kind}_cache")
            cache = cache + (1 - self.beta_2) * grads**2
            setattr(layer, f"{kind}_momentums", momentums)
            setattr(layer, f"{kind}_cache", cache)
            corrected = momentums / (1 - self.beta_1 ** (self.iterations + 1))
            corrected_cache = cache / (1 - self.beta_2 ** (self.iterations + 1))
            values = getattr(layer, of_values)
            values += (
                -LEARNING_RATE * corrected / (np.sqrt(corrected_cache) + self.epsilon)
            )


class Nnfs(Peer):
    """The NNFS formulation under the arithmetic of `nnfs.init`."""

    dtype = np.float32
    dot = staticmethod(dot_as_init)

    def build(self, case):
        self.layers = []
        for weights in case.start():
            self.layers += [NnfsDense(weights, self.dot), NnfsReLU()]
        self.layers.pop()
        self.dense = self.layers[::2]
        self.loss, self.optimizer = NnfsSoftmaxLoss(), NnfsAdam()

    def forward(self, X):
        for layer in self.layers:
            layer.forward(X)
            X = layer.output
        return X

    def step(self, X, y):
        logits = self.forward(X)
        data_loss = self.loss.forward(logits, y)
        regularization_loss = sum(
            L2_STRENGTH * np.sum(layer.weights * layer.weights) for layer in self.dense
        )
        self.loss_value = data_loss + regularization_loss
        self.accuracy = np.mean(np.argmax(self.loss.output, axis=1) == y)
        self.loss.backward(self.loss.output, y)
        dvalues = self.loss.dinputs
        for layer in reversed(self.layers):
            layer.backward(dvalues)
            dvalues = layer.dinputs
        for layer in self.dense:
            self.optimizer.update(layer)
        self.optimizer.iterations += 1

    def predict(self, X):
        return self.forward(X)

    def weights(self):
        pairs = [(layer.weights, layer.biases[0]) for layer in self.dense]
        return [array for pair in pairs for array in pair]


class NnfsFloat32(Nnfs):
    """The NNFS formulation in plain float32, without the detour through float64."""

    dot = staticmethod(np.dot)


class SampleLoop(Peer):
    """AT's way: one sample at a time."""

    def build(self, case):
        self.W = [Parameter(weights) for weights in case.start()]
        self.b = [Parameter(np.zeros(W.value.shape[1])) for W in self.W]
        self.optimizer = Adam([*self.W, *self.b], LEARNING_RATE, epsilon=EPSILON)
        self.penalty = L2(self.W, L2_STRENGTH)

    def feed_forward(self, x):
        """The outputs of every layer for one sample, the sample first."""
        h = [x]
        for layer in range(len(self.W)):
            z = h[layer].dot(self.W[layer].value) + self.b[layer].value
            h.append(z if layer == len(self.W) - 1 else np.maximum(z, 0))
        return h

    def step(self, X, y):
        for parameter in (*self.W, *self.b):
            parameter.grad = np.zeros_like(parameter.value)
        for x, label in zip(X, y, strict=True):
            h = self.feed_forward(x)
            powers = np.exp(h[-1] - h[-1].max())
            delta = powers / powers.sum()
            delta[label] -= 1
            for layer in range(len(self.W) - 1, -1, -1):
                self.W[layer].grad += np.dot(
                    h[layer][:, np.newaxis], delta[np.newaxis, :]
                )
                self.b[layer].grad += delta
                if layer > 0:
                    delta = self.W[layer].value.dot(delta) * (h[layer] > 0)
        for parameter in (*self.W, *self.b):
            parameter.grad /= len(X)
        self.penalty.add_grad()
        self.optimizer.step()

    def predict(self, X):
        return np.array([self.feed_forward(x)[-1] for x in X])

    def weights(self):
        pairs = zip(self.W, self.b, strict=True)
        return [parameter.value for pair in pairs for parameter in pair]


class ScikitLearn(Peer):
    """scikit-learn's MLPClassifier."""

    def build(self, case):
        from sklearn.neural_network import MLPClassifier

        self.n_batches = 1
        if case.batch_size is not None:
            self.n_batches = len(case.batches())
            self.X = self.X[: self.n_batches * case.batch_size]
            self.y = self.y[: self.n_batches * case.batch_size]
        batch_size = case.batch_size or len(self.X)
        self.network = MLPClassifier(
            case.hidden,
            alpha=2 * L2_STRENGTH * batch_size,
            batch_size=batch_size,
            learning_rate_init=LEARNING_RATE,
            max_iter=1,
            shuffle=case.batch_size is not None,
            random_state=0,
            tol=0.0,
            warm_start=True,
            n_iter_no_change=10**9,
            epsilon=EPSILON,
        )
        self.run(1)  # makes the arrays that take the starting weights
        for own, weights in zip(self.network.coefs_, case.start(), strict=True):
            own[:] = weights
        for biases in self.network.intercepts_:
            biases[:] = 0

    def run(self, n_steps):
        self.network.max_iter = -(-n_steps // self.n_batches)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it has not converged
            self.network.fit(self.X, self.y)
        return self.network.max_iter * self.n_batches

    def predict(self, X):
        return self.network.predict_proba(X)

    def weights(self):
        pairs = zip(self.network.coefs_, self.network.intercepts_, strict=True)
        return [array for pair in pairs for array in pair]


class Torch(Peer):
    """PyTorch, eager, in float32."""

    dtype = np.float32

    def convert(self, array):
        import torch

        return torch.from_numpy(super().convert(array))

    def build(self, case):
        import torch

        layers = []
        for weights in case.start():
            linear = torch.nn.Linear(*weights.shape, dtype=self.X.dtype)
            linear.weight.data[:] = torch.from_numpy(weights.T)
            linear.bias.data.zero_()
            layers += [linear, torch.nn.ReLU()]
        self.no_grad = torch.no_grad
        self.network = torch.nn.Sequential(*layers[:-1])
        self.loss = torch.nn.CrossEntropyLoss()
        groups = [
            {
                "params": [layer.weight for layer in layers[::2]],
                "weight_decay": 2 * L2_STRENGTH,
            },
            {"params": [layer.bias for layer in layers[::2]]},
        ]
        self.optimizer = torch.optim.Adam(groups, LEARNING_RATE, eps=EPSILON)

    def step(self, X, y):
        self.optimizer.zero_grad()
        self.loss(self.network(X), y).backward()
        self.optimizer.step()

    def predict(self, X):
        with self.no_grad():
            return self.network(X).numpy()

    def weights(self):
        pairs = [
            (p.weight.data.numpy().T, p.bias.data.numpy()) for p in self.network[::2]
        ]
        return [array for pair in pairs for array in pair]


class TorchFloat64(Torch):
    """PyTorch, eager, in float64."""

    dtype = np.float64


PEERS = {
    "nnlib": Nnlib,
    "nnlib native": NnlibNative,
    "NNFS": Nnfs,
    "NNFS float32": NnfsFloat32,
    "AT": SampleLoop,
    "scikit-learn": ScikitLearn,
    "PyTorch float32": Torch,
    "PyTorch float64": TorchFloat64,
}
