"""Dropout: neurons that are switched off at random while a network is trained."""

from nnlib._checks import as_floats, check_fraction, check_grad, check_rng
from nnlib.layers import Layer


class Dropout(Layer):
    """Sets a share of its inputs to 0, anew in each forward pass, and scales the others up [Srivastava2014]_.

    What is kept is divided by 1 − rate, so that the expected output is the input. Out of training the layer hands its
    inputs on as they are: see `set_training`.

    Parameters
    ----------
    rate : float
        The share that is dropped, in [0, 1).
    rng : numpy.random.Generator

    Attributes
    ----------
    training : bool
        True at first.

    Raises
    ------
    TypeError
        If ``rate`` is not a number, or ``rng`` no generator.
    ValueError
        If ``rate`` lies outside [0, 1).

    References
    ----------
    .. [Srivastava2014] N. Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", J.
       Mach. Learn. Res. 15 (2014).
    """

    def __init__(self, rate, rng):
        check_fraction("rate", rate)
        check_rng(rng)
        self.rate, self.rng = float(rate), rng
        self.training = True

    def forward(self, inputs):
        inputs = as_floats("inputs", inputs)
        self.mask = 1.0
        if self.training:
            self.mask = (self.rng.random(inputs.shape) >= self.rate) / (1 - self.rate)
        self.outputs = inputs * self.mask
        return self.outputs

    def backward(self, grad_outputs):
        return check_grad(grad_outputs, self.outputs) * self.mask

    def __repr__(self):
        return f"Dropout({self.rate})"


def set_training(network, training):
    """Switch all dropout layers of a network on or off.

    Parameters
    ----------
    network : nnlib.layers.Layer
        A layer, or a container of layers, however deeply nested.
    training : bool
    """
    for layer in getattr(network, "layers", []):
        set_training(layer, training)
    if isinstance(network, Dropout):
        network.training = training
