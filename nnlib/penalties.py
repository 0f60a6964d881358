"""Penalties on large parameters: a value to add to the loss, and its gradient to add to theirs."""

import numpy as np

from nnlib._checks import as_parameters, check_positive
from nnlib.numerics import total


class L1:
    """A penalty in proportion to the sizes of parameters: strength · Σ abs(w).

    Parameters
    ----------
    parameters : iterable of nnlib.layers.Parameter
        Those that are to be punished, and no others: often the weights of one layer.
    strength : float
        Above 0. Other texts call it λ.

    Raises
    ------
    TypeError
        If ``strength`` is not a number, or ``parameters`` holds something else.
    ValueError
        If ``strength`` is not finite and above 0, or there are no parameters.
    """

    def __init__(self, parameters, strength):
        check_positive("strength", strength)
        self.parameters = as_parameters(parameters)
        self.strength = strength

    def value(self):
        """The penalty, a float: what the loss would be larger by."""
        sizes = [float(total(np.abs(p.value))) for p in self.parameters]
        return self.strength * float(total(sizes))

    def add_grad(self):
        """Add the penalty's gradient to those of the parameters; its slope at 0 is taken to be +1."""
        for p in self.parameters:
            p.grad = p.grad + self.strength * np.where(p.value < 0, -1.0, 1.0)


class L2:
    """A penalty in proportion to the squares of parameters: strength · Σ w².

    Parameters
    ----------
    parameters : iterable of nnlib.layers.Parameter
        Those that are to be punished, and no others: often the weights of one layer.
    strength : float
        Above 0. Other texts call it λ; some write λ/2 in its place, so that the slope is λ w and not 2 λ w.

    Raises
    ------
    TypeError
        If ``strength`` is not a number, or ``parameters`` holds something else.
    ValueError
        If ``strength`` is not finite and above 0, or there are no parameters.
    """

    def __init__(self, parameters, strength):
        check_positive("strength", strength)
        self.parameters = as_parameters(parameters)
        self.strength = strength

    def value(self):
        """The penalty, a float: what the loss would be larger by."""
        squares = [float(total(p.value * p.value)) for p in self.parameters]
        return self.strength * float(total(squares))

    def add_grad(self):
        """Add the penalty's gradient, 2 · strength · w, to those of the parameters."""
        for p in self.parameters:
            p.grad = p.grad + 2 * self.strength * p.value
