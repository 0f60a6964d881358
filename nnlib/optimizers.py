"""Rules that turn gradients into steps."""

import numpy as np

from nnlib._checks import as_parameters, check_fraction, check_positive


class Optimizer:
    """Moves parameters against a direction that a subclass computes from each gradient.

    Parameters
    ----------
    parameters : iterable of nnlib.layers.Parameter
    learning_rate : float
        May be changed between steps.

    Attributes
    ----------
    states : list of dict
        What the rule remembers, one dict for each parameter.

    Raises
    ------
    TypeError
        If the rate is not a number, or ``parameters`` holds something else.
    ValueError
        If the rate is not finite and above 0, or there are no parameters.
    """

    def __init__(self, parameters, learning_rate):
        check_positive("learning_rate", learning_rate)
        self.parameters = as_parameters(parameters)
        self.learning_rate = learning_rate
        self.states = [{} for _ in self.parameters]

    def direction(self, grad, state):
        """The step for a learning rate of 1, from the gradient and what was remembered; same shape as ``grad``."""
        raise NotImplementedError(f"{type(self).__name__} does not define direction")

    def step(self):
        """Move every parameter once, in place."""
        for parameter, state in zip(self.parameters, self.states):
            parameter.value -= self.learning_rate * self.direction(
                parameter.grad, state
            )


class SGD(Optimizer):
    """Gradient descent: straight down the gradient. Parameters as for `Optimizer`."""

    def direction(self, grad, state):
        return grad


class Adam(Optimizer):
    """Running means of the gradient and of its square, both corrected for their start at zero [KingmaBa2015]_.

    Parameters
    ----------
    parameters : iterable of nnlib.layers.Parameter
    learning_rate : float, default 0.001
    beta1, beta2 : float, default 0.9 and 0.999
        The share of the old running mean that is kept, in [0, 1).
    epsilon : float, default 1e-7
        Added to the root, so that nothing is divided by zero.

    Raises
    ------
    TypeError
        If a setting is not a number.
    ValueError
        If a setting is out of range, or there are no parameters.

    References
    ----------
    .. [KingmaBa2015] D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015.
    """

    def __init__(
        self, parameters, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-7
    ):
        check_fraction("beta1", beta1)
        check_fraction("beta2", beta2)
        check_positive("epsilon", epsilon)
        super().__init__(parameters, learning_rate)
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon

    def direction(self, grad, state):
        state["mean"] = self.beta1 * state.get("mean", 0.0) + (1 - self.beta1) * grad
        state["square"] = (
            self.beta2 * state.get("square", 0.0) + (1 - self.beta2) * grad * grad
        )
        state["beta1_power"] = state.get("beta1_power", 1.0) * self.beta1
        state["beta2_power"] = state.get("beta2_power", 1.0) * self.beta2
        mean = state["mean"] / (1 - state["beta1_power"])
        square = state["square"] / (1 - state["beta2_power"])
        return mean / (np.sqrt(square) + self.epsilon)
