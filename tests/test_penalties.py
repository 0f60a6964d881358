"""Penalties: their values and slopes by hand, against measured slopes, and what they leave alone."""

import numpy as np
import pytest

from nnlib.gradients import numerical_grad
from nnlib.layers import Dense, Parameter, ReLU, Sequential
from nnlib.losses import SoftmaxCrossEntropy
from nnlib.numerics import native
from nnlib.penalties import L1, L2

W = [0.2, 0.8, -0.5]


@pytest.mark.parametrize(
    ("rule", "value", "slopes"),
    [(L1, 0.15, [0.1, 0.1, -0.1]), (L2, 0.093, [0.04, 0.16, -0.1])],
)
def test_by_hand(rule, value, slopes):
    parameter = Parameter(W)
    penalty = rule([parameter], 0.1)
    penalty.add_grad()
    assert penalty.value() == pytest.approx(value, abs=1e-15)
    np.testing.assert_allclose(parameter.grad, slopes, atol=1e-15)
    np.testing.assert_array_equal(parameter.value, W)


def test_slope_of_l1_at_zero_is_one():
    parameter = Parameter([0.0, -0.0])
    L1([parameter], 1.0).add_grad()
    np.testing.assert_array_equal(parameter.grad, [1.0, 1.0])


@pytest.mark.parametrize("rule", [L1, L2])
def test_adds_to_what_has_arrived_and_does_not_write_into_it(rule):
    parameter, twin = Parameter(W), Parameter(W)
    arrived = np.array([1.0, 2.0, 3.0])
    parameter.grad = arrived
    rule([parameter], 0.1).add_grad()
    rule([twin], 0.1).add_grad()
    np.testing.assert_allclose(parameter.grad, arrived + twin.grad, rtol=1e-15)
    np.testing.assert_array_equal(arrived, [1.0, 2.0, 3.0])


@pytest.mark.parametrize("rules", [[L1], [L2], [L1, L2]])
def test_gradient_of_loss_and_penalties_together(rules):
    rng = np.random.default_rng(0)
    network = Sequential(Dense(2, 5, rng), ReLU(), Dense(5, 3, rng))
    for parameter in network.parameters():
        parameter.value = rng.normal(size=parameter.value.shape)
    X, y = rng.normal(size=(7, 2)), rng.integers(0, 3, size=7)
    punished = network.layers[0].parameters()
    loss, penalties = SoftmaxCrossEntropy(), [rule(punished, 0.1) for rule in rules]

    def price(_):
        penalty = sum(penalty.value() for penalty in penalties)
        return loss.value(network.forward(X), y) + penalty

    with native():
        network.backward(loss.grad(network.forward(X), y))
        for penalty in penalties:
            penalty.add_grad()
        for parameter in network.parameters():
            measured = numerical_grad(price, parameter.value)
            np.testing.assert_allclose(parameter.grad, measured, atol=1e-8)


def test_punishes_its_own_parameters_only():
    mine, other = Parameter(W), Parameter(W)
    L2([mine], 0.1).add_grad()
    assert mine.grad.all()
    assert not other.grad.any()


def test_follows_a_value_that_is_replaced():
    parameter = Parameter(W)
    penalty = L2([parameter], 1.0)
    parameter.value = np.array([3.0, 0.0, 0.0])
    assert penalty.value() == 9.0
