"""Layers that remember what their backward pass will need, and the container that chains them."""

import numpy as np

from nnlib._checks import as_floats, as_matrix, check_count, check_grad, check_rng
from nnlib.functions import relu, sigmoid, tanh
from nnlib.numerics import Rounded, matmul, snap, total, transposed_matmul


class Parameter:
    """An array that training changes, and the gradient of the loss with respect to it.

    Parameters
    ----------
    value : array_like of float, any shape

    Attributes
    ----------
    value, grad : ndarray of float64, of the same shape
        ``grad`` starts at zero.

    Raises
    ------
    TypeError
        If ``value`` does not hold real numbers.
    """

    def __init__(self, value):
        self.value = as_floats("value", value).copy()
        self.grad = np.zeros_like(self.value)

    def __repr__(self):
        return f"Parameter{self.value.shape}"


class Layer:
    """A step of a network: outputs from inputs, and, on the way back, gradients from gradients.

    Attributes
    ----------
    outputs : ndarray or None
        The result of the last forward pass.
    """

    outputs = None

    def forward(self, inputs):
        """Compute the outputs, and keep what `backward` will need.

        Parameters
        ----------
        inputs : array_like, shape (n_samples, n_inputs)

        Returns
        -------
        ndarray, shape (n_samples, n_outputs)
        """
        raise NotImplementedError(f"{type(self).__name__} does not define forward")

    def backward(self, grad_outputs):
        """Turn the gradient of the loss with respect to the outputs into the one with respect to the inputs.

        On the way, the gradients of the layer's own parameters are set (not added to what was there).

        Parameters
        ----------
        grad_outputs : array_like, shape (n_samples, n_outputs)

        Returns
        -------
        ndarray, shape (n_samples, n_inputs)

        Raises
        ------
        RuntimeError
            If there was no forward pass.
        ValueError
            If the shape is not that of the outputs of the last forward pass.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define backward")

    def parameters(self):
        """The list of the layer's `Parameter` objects, which training may change."""
        return []

    def __repr__(self):
        return f"{type(self).__name__}()"


def small_normal(n_inputs, n_outputs, rng):
    """Starting weights: normal draws with standard deviation 0.01.

    Parameters
    ----------
    n_inputs, n_outputs : int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (n_inputs, n_outputs)
        Rounded to float32 values, so that they are the same on every machine.
    """
    return snap(0.01 * rng.normal(size=(n_inputs, n_outputs)))


class Dense(Layer):
    """A fully connected layer: every output is a weighted sum of all inputs, plus a bias.

    Parameters
    ----------
    n_inputs, n_outputs : int
    rng : numpy.random.Generator
        The source of the starting weights.
    init : callable, default `small_normal`
        ``init(n_inputs, n_outputs, rng)`` returns the starting weights.

    Attributes
    ----------
    weights : Parameter, shape (n_inputs, n_outputs)
    biases : Parameter, shape (n_outputs,)
        Start at zero.

    Raises
    ------
    TypeError
        If a size is not a whole number, or ``rng`` not a generator.
    ValueError
        If a size is below 1, or ``init`` returns another shape.
    """

    def __init__(self, n_inputs, n_outputs, rng, init=small_normal):
        check_count("n_inputs", n_inputs)
        check_count("n_outputs", n_outputs)
        check_rng(rng)
        self.weights = Parameter(init(n_inputs, n_outputs, rng))
        self.biases = Parameter(np.zeros(n_outputs))
        if self.weights.value.shape != (n_inputs, n_outputs):
            shape = self.weights.value.shape
            raise ValueError(
                f"init must return the shape ({n_inputs}, {n_outputs}), got {shape}"
            )

    def forward(self, inputs):
        self.inputs = Rounded(as_matrix("inputs", inputs, len(self.weights.value)))
        self.outputs = matmul(self.inputs, self.weights.value) + self.biases.value
        return self.outputs

    def backward(self, grad_outputs):
        rounded = Rounded(check_grad(grad_outputs, self.outputs))
        self.weights.grad = transposed_matmul(self.inputs, rounded)
        self.biases.grad = total(rounded.array, axis=0)
        return matmul(rounded, self.weights.value.T)

    def parameters(self):
        return [self.weights, self.biases]

    def __repr__(self):
        return "Dense({}, {})".format(*self.weights.value.shape)


class ReLU(Layer):
    """The rectified linear unit as a layer: see `nnlib.functions.relu`. Its slope at 0 is taken to be 0."""

    def forward(self, inputs):
        self.outputs = relu(inputs)
        return self.outputs

    def backward(self, grad_outputs):
        return check_grad(grad_outputs, self.outputs) * (self.outputs > 0)


class Sigmoid(Layer):
    """The sigmoid as a layer: see `nnlib.functions.sigmoid`."""

    def forward(self, inputs):
        self.outputs = sigmoid(inputs)
        return self.outputs

    def backward(self, grad_outputs):
        return (
            check_grad(grad_outputs, self.outputs) * self.outputs * (1.0 - self.outputs)
        )


class Tanh(Layer):
    """The hyperbolic tangent as a layer: see `nnlib.functions.tanh`."""

    def forward(self, inputs):
        self.outputs = tanh(inputs)
        return self.outputs

    def backward(self, grad_outputs):
        return check_grad(grad_outputs, self.outputs) * (
            1.0 - self.outputs * self.outputs
        )


class Sequential(Layer):
    """Layers in a row, each fed with the outputs of the one before: itself a layer.

    Parameters
    ----------
    *layers : Layer
        In the order of the forward pass.

    Attributes
    ----------
    layers : list of Layer

    Raises
    ------
    TypeError
        If one of them is not a `Layer`.
    ValueError
        If there are none.
    """

    def __init__(self, *layers):
        if not layers:
            raise ValueError(
                "layers must not be empty: Sequential() needs at least one layer"
            )
        for layer in layers:
            if not isinstance(layer, Layer):
                raise TypeError(f"layers must be Layer objects, got {layer!r}")
        self.layers = list(layers)

    def forward(self, inputs):
        for layer in self.layers:
            inputs = layer.forward(inputs)
        self.outputs = inputs
        return self.outputs

    def backward(self, grad_outputs):
        for layer in reversed(self.layers):
            grad_outputs = layer.backward(grad_outputs)
        return grad_outputs

    def parameters(self):
        return [parameter for layer in self.layers for parameter in layer.parameters()]

    def __repr__(self):
        return "Sequential(" + ", ".join(repr(layer) for layer in self.layers) + ")"
