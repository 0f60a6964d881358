"""Optimizers: steps worked by hand, and what they remember and change."""

import math

import numpy as np
import pytest

from nnlib.layers import Parameter
from nnlib.optimizers import (
    SGD,
    AdaGrad,
    Adam,
    InverseTimeDecay,
    Momentum,
    Optimizer,
    RMSProp,
)

RULES = [SGD, Momentum, AdaGrad, RMSProp, Adam]

pytestmark = pytest.mark.filterwarnings("error")

GRADS = np.random.default_rng(0).normal(size=(10, 3))


def parameter(value, grad):
    made = Parameter(value)
    made.grad = np.array(grad, dtype=float)
    return made


def steps(optimizer, grads):
    """Step once with each gradient and return where the only parameter went."""
    for grad in grads:
        optimizer.parameters[0].grad = np.array(grad)
        optimizer.step()
        yield optimizer.parameters[0].value.copy()


def test_sgd_goes_straight_down_the_gradient():
    moved = parameter([1.0, 2.0], [10.0, -4.0])
    SGD([moved], 0.5).step()
    assert moved.value.tolist() == [-4.0, 4.0]


def test_first_step_of_adam_is_the_learning_rate_in_each_direction():
    moved = parameter([1.0, 1.0, 1.0], [1e3, -1e-3, 0.0])
    Adam([moved], 0.1).step()
    np.testing.assert_allclose(moved.value, [0.9, 1.1, 1.0], rtol=1e-4)


def test_adam_with_a_constant_gradient_makes_equal_steps():
    *_, last = steps(Adam([Parameter([0.0])], 0.01), [[2.0]] * 50)
    assert last[0] == pytest.approx(-0.5, rel=1e-6)


def test_two_steps_of_adam_worked_by_hand():
    """Gradients 1, then 3, with beta1 = beta2 = 1/2: means 1 and 7/3, squares 1 and 19/3."""
    optimizer = Adam([Parameter([0.0])], 1.0, beta1=0.5, beta2=0.5, epsilon=1e-12)
    first, second = steps(optimizer, [[1.0], [3.0]])
    assert first[0] == pytest.approx(-1)
    assert second[0] == pytest.approx(-1 - (7 / 3) / math.sqrt(19 / 3))


def test_adam_agrees_with_its_definition():
    """Every running mean written out as the sum that it stands for."""
    rate, beta1, beta2, epsilon = 0.02, 0.8, 0.95, 1e-3
    values = list(
        steps(Adam([Parameter(np.zeros(3))], rate, beta1, beta2, epsilon), GRADS)
    )
    value = np.zeros(3)
    for t in range(1, len(GRADS) + 1):
        age = np.arange(t)[::-1, np.newaxis]
        mean = (beta1**age * GRADS[:t]).sum(axis=0) / (beta1**age).sum()
        square = (beta2**age * GRADS[:t] ** 2).sum(axis=0) / (beta2**age).sum()
        value -= rate * mean / (np.sqrt(square) + epsilon)
        np.testing.assert_allclose(values[t - 1], value, rtol=1e-12)


def test_adam_without_memory_follows_the_sign():
    optimizer = Adam([Parameter([0.0, 0.0])], 0.5, beta1=0.0, beta2=0.0)
    *_, last = steps(optimizer, [[3.0, -1e-2], [-4.0, -1e-2]])
    np.testing.assert_allclose(last, [0.0, 1.0], atol=1e-4)


@pytest.mark.parametrize("rule", RULES)
def test_gradient_of_zeros_moves_nothing(rule):
    *_, last = steps(rule([Parameter([1.0, -2.0])], 0.1), [[0.0, 0.0]] * 3)
    assert last.tolist() == [1.0, -2.0]


@pytest.mark.parametrize("rule", RULES)
def test_parameters_do_not_influence_each_other(rule):
    alone, together = Parameter([1.0]), Parameter([1.0])
    other = parameter([[5.0, 6.0]], [[100.0, -100.0]])
    single, several = rule([alone], 0.1), rule([other, together], 0.1)
    for grad in ([1.0], [-3.0], [0.5]):
        alone.grad = together.grad = np.array(grad)
        single.step()
        several.step()
    assert alone.value.tobytes() == together.value.tobytes()


@pytest.mark.parametrize("rule", RULES)
def test_step_works_in_place_and_leaves_gradients_alone(rule):
    moved = parameter([1.0, 2.0], [0.5, -0.5])
    array, grad = moved.value, moved.grad
    rule([moved], 0.1).step()
    assert moved.value is array
    assert array.tolist() != [1.0, 2.0]
    assert moved.grad is grad
    assert grad.tolist() == [0.5, -0.5]


@pytest.mark.parametrize("rule", [SGD, Adam])
def test_learning_rate_may_change_between_steps(rule):
    optimizer = rule([Parameter([0.0])], 1.0)
    (first,) = steps(optimizer, [[1.0]])
    optimizer.learning_rate = 0.25
    (second,) = steps(optimizer, [[1.0]])
    assert second[0] - first[0] == pytest.approx(0.25 * first[0])


def test_defaults_of_adam():
    adam = Adam([Parameter([0.0])])
    found = adam.learning_rate, adam.beta1, adam.beta2, adam.epsilon
    assert found == (0.001, 0.9, 0.999, 1e-7)


def test_parameters_may_come_from_a_generator():
    moved = parameter([1.0], [1.0])
    SGD((each for each in [moved]), 1.0).step()
    assert moved.value.tolist() == [0.0]


def test_a_rule_is_one_method():
    class Sign(Optimizer):
        def direction(self, grad, state):
            state["steps"] = state.get("steps", 0) + 1
            return np.sign(grad)

    optimizer = Sign([parameter([1.0, 1.0], [7.0, -0.1])], 0.5)
    optimizer.step()
    optimizer.step()
    assert optimizer.parameters[0].value.tolist() == [0.0, 2.0]
    assert optimizer.states == [{"steps": 2}]


def test_optimizer_without_a_rule_says_so():
    with pytest.raises(NotImplementedError, match="Optimizer does not define"):
        Optimizer([Parameter([0.0])], 1.0).step()


def test_momentum_adds_up_a_constant_gradient():
    found = steps(Momentum([Parameter([0.0])], 1.0, momentum=0.5), [[1.0]] * 3)
    assert [value[0] for value in found] == [-1.0, -2.5, -4.25]


def test_adagrad_divides_by_the_root_of_all_squares():
    found = steps(AdaGrad([Parameter([0.0])], 1.0, epsilon=1e-12), [[3.0], [4.0]])
    np.testing.assert_allclose([value[0] for value in found], [-1.0, -1.8])


def test_rmsprop_divides_by_the_root_of_the_running_mean():
    optimizer = RMSProp([Parameter([0.0])], 1.0, rho=0.75, epsilon=1e-12)
    (found,) = steps(optimizer, [[2.0]])
    np.testing.assert_allclose(found, [-2.0])


def test_rate_falls_with_the_number_of_steps_done():
    optimizer = SGD([parameter([0.0], [1.0])], 0.02)
    falling = InverseTimeDecay(optimizer, 5e-7)
    falling.n_steps = 9_999
    falling.step()
    assert optimizer.learning_rate == 0.019900507413187767  # the published digits
    falling.step()
    assert optimizer.learning_rate == pytest.approx(0.02 / 1.005, rel=1e-15)


def test_first_step_has_the_initial_rate():
    optimizer = SGD([parameter([0.0], [1.0])], 0.5)
    InverseTimeDecay(optimizer, 1.0).step()
    assert optimizer.parameters[0].value.tolist() == [-0.5]
