"""Dropout: what it drops and scales, the same mask on the way back, and the switch."""

import numpy as np
import pytest

from nnlib.dropout import Dropout, set_training
from nnlib.gradients import numerical_grad
from nnlib.layers import Dense, ReLU, Sequential
from nnlib.losses import SoftmaxCrossEntropy
from nnlib.numerics import native


def rng(seed=0):
    return np.random.default_rng(seed)


def test_drops_a_share_and_scales_the_rest():
    outputs = Dropout(0.25, rng()).forward(np.full((200, 500), 3.0))
    assert set(np.unique(outputs)) == {0.0, 4.0}
    assert (outputs == 0).mean() == pytest.approx(0.25, abs=0.005)
    assert outputs.mean() == pytest.approx(3.0, abs=0.02)


def test_draws_a_new_mask_each_time_from_its_own_generator():
    layer, ones = Dropout(0.5, rng(1)), np.ones((3, 40))
    first, second = layer.forward(ones), layer.forward(ones)
    assert (first != second).any()
    np.testing.assert_array_equal(Dropout(0.5, rng(1)).forward(ones), first)


def test_rate_zero_drops_nothing():
    inputs = rng().normal(size=(5, 4))
    np.testing.assert_array_equal(Dropout(0.0, rng()).forward(inputs), inputs)


class Drawn(np.random.Generator):
    """A generator that draws one number always."""

    def __init__(self, number):
        super().__init__(np.random.PCG64(0))
        self.number = number

    def random(self, shape):
        return np.full(shape, self.number)


@pytest.mark.parametrize("rate", [0.0, 0.25])
def test_draws_from_the_rate_on_are_kept(rate):
    """Draws lie in [0, 1), so that a share of exactly the rate lies below it; at rate 0, none."""
    ones = np.ones((2, 3))
    assert Dropout(rate, Drawn(rate)).forward(ones).all()
    assert not Dropout(0.25, Drawn(0.2499)).forward(ones).any()


def test_backward_uses_the_mask_of_the_forward_pass():
    layer = Dropout(0.5, rng())
    outputs = layer.forward(np.ones((20, 30)))
    np.testing.assert_array_equal(layer.backward(np.ones((20, 30))), outputs)


def test_out_of_training_it_hands_on():
    layer, inputs = Dropout(0.9, rng()), rng().normal(size=(5, 4))
    set_training(layer, False)
    state = layer.rng.bit_generator.state
    np.testing.assert_array_equal(layer.forward(inputs), inputs)
    np.testing.assert_array_equal(layer.backward(inputs), inputs)
    assert layer.rng.bit_generator.state == state, "no random number was used"


def test_set_training_reaches_nested_layers():
    inner = Sequential(Dense(4, 3, rng()), Dropout(0.5, rng()))
    network = Sequential(Dropout(0.1, rng()), inner, ReLU())
    set_training(network, False)
    assert not network.layers[0].training
    assert not inner.layers[1].training
    set_training(network, True)
    assert network.layers[0].training
    assert inner.layers[1].training
    assert not hasattr(network.layers[2], "training")


def test_gradient_through_dropout():
    dropout, loss = Dropout(0.5, rng()), SoftmaxCrossEntropy()
    network = Sequential(Dense(3, 20, rng(1)), ReLU(), dropout, Dense(20, 3, rng(2)))
    for parameter in network.parameters():
        parameter.value = rng(3).normal(size=parameter.value.shape)
    X, y = rng(4).normal(size=(6, 3)), rng(5).integers(0, 3, size=6)

    def value(_):
        dropout.rng = rng(6)  # the same mask in each pass
        return loss.value(network.forward(X), y)

    with native():
        dropout.rng = rng(6)
        network.backward(loss.grad(network.forward(X), y))
        for parameter in network.parameters():
            measured = numerical_grad(value, parameter.value)
            np.testing.assert_allclose(parameter.grad, measured, atol=1e-8)


def test_says_its_rate():
    assert repr(Dropout(0.1, rng())) == "Dropout(0.1)"
