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


class InverseTimeDecay:
    """Lets an optimizer's learning rate fall as rate / (1 + decay · number of steps done).

    Parameters
    ----------
    optimizer : Optimizer
        Its ``learning_rate`` at this moment is the rate of the first step.
    decay : float
        Above 0. After 1 / decay steps the rate has fallen to half.

    Attributes
    ----------
    n_steps : int
        The steps done so far.

    Raises
    ------
    TypeError
        If ``optimizer`` is none, or ``decay`` not a number.
    ValueError
        If ``decay`` is not finite and above 0.
    """

    def __init__(self, optimizer, decay):
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"optimizer must be an Optimizer, got {optimizer!r}")
        check_positive("decay", decay)
        self.optimizer, self.decay = optimizer, decay
        self.initial_rate = optimizer.learning_rate
        self.n_steps = 0

    def step(self):
        """Set the optimizer's rate for this step, and let it do the step."""
        factor = 1 / (1 + self.decay * self.n_steps)
        self.optimizer.learning_rate = self.initial_rate * factor
        self.optimizer.step()
        self.n_steps += 1


class Momentum(Optimizer):
    """A velocity that remembers past gradients: it keeps a share of itself and adds the new gradient [Polyak1964]_.

    The learning rate multiplies the velocity when the step is taken, as in PyTorch. *Neural Networks from Scratch*
    multiplies the gradient when it enters; with a constant rate the two are the same.

    Parameters
    ----------
    parameters : iterable of nnlib.layers.Parameter
    learning_rate : float
    momentum : float, default 0.9
        The share of the velocity that is kept, in [0, 1).

    Raises
    ------
    TypeError
        If a setting is not a number.
    ValueError
        If a setting is out of range, or there are no parameters.

    References
    ----------
    .. [Polyak1964] B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", USSR Comput.
       Math. Math. Phys. 4 (1964).
    """

    def __init__(self, parameters, learning_rate, momentum=0.9):
        check_fraction("momentum", momentum)
        super().__init__(parameters, learning_rate)
        self.momentum = momentum

    def direction(self, grad, state):
        state["velocity"] = self.momentum * state.get("velocity", 0.0) + grad
        return state["velocity"]


class AdaGrad(Optimizer):
    """Every number gets a rate of its own, which falls with the squares of all its past gradients [Duchi2011]_.

    Parameters
    ----------
    parameters : iterable of nnlib.layers.Parameter
    learning_rate : float
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
    .. [Duchi2011] J. Duchi, E. Hazan, Y. Singer, "Adaptive subgradient methods for online learning and stochastic
       optimization", J. Mach. Learn. Res. 12 (2011).
    """

    def __init__(self, parameters, learning_rate, epsilon=1e-7):
        check_positive("epsilon", epsilon)
        super().__init__(parameters, learning_rate)
        self.epsilon = epsilon

    def direction(self, grad, state):
        state["sum"] = state.get("sum", 0.0) + grad * grad
        return grad / (np.sqrt(state["sum"]) + self.epsilon)


class RMSProp(Optimizer):
    """Like AdaGrad with a memory that fades: a running mean of the squares in place of their sum [TielemanHinton2012]_.

    Parameters
    ----------
    parameters : iterable of nnlib.layers.Parameter
    learning_rate : float
    rho : float, default 0.9
        The share of the old running mean that is kept, in [0, 1). PyTorch calls it alpha, with 0.99.
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
    .. [TielemanHinton2012] T. Tieleman, G. Hinton, "Lecture 6.5: RMSProp", Coursera: Neural networks for machine
       learning (2012).
    """

    def __init__(self, parameters, learning_rate, rho=0.9, epsilon=1e-7):
        check_fraction("rho", rho)
        check_positive("epsilon", epsilon)
        super().__init__(parameters, learning_rate)
        self.rho, self.epsilon = rho, epsilon

    def direction(self, grad, state):
        state["square"] = (
            self.rho * state.get("square", 0.0) + (1 - self.rho) * grad * grad
        )
        return grad / (np.sqrt(state["square"]) + self.epsilon)


class Adam(Optimizer):
    """Running means of the gradient and of its square, both corrected for their start at zero [KingmaBa2015]_.

    Parameters
    ----------
    parameters : iterable of nnlib.layers.Parameter
    learning_rate : float, default 0.001
    beta1 : float, default 0.9
        The share of the old running mean of the gradients that is kept, in [0, 1).
    beta2 : float, default 0.999
        The same for the squared gradients.
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
    .. [KingmaBa2015] D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", International Conference on
       Learning Representations (ICLR), 2015.
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
