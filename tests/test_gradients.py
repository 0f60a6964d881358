"""Finite differences: right on functions whose gradient is known, and leaving everything as it was."""

import math

import numpy as np
import pytest

from nnlib.gradients import numerical_grad
from nnlib.numerics import matmul, native, total

pytestmark = pytest.mark.filterwarnings("error")


def draw(*shape):
    return np.random.default_rng(0).normal(size=shape)


@pytest.mark.parametrize("shape", [(), (1,), (4,), (2, 3), (2, 1, 2), (0,)])
def test_gradient_of_a_sum_of_squares(shape):
    x = np.asarray(draw(*shape))
    grad = numerical_grad(lambda x: (x * x).sum(), x)
    assert grad.shape == shape
    np.testing.assert_allclose(grad, 2 * x, atol=1e-9)


@pytest.mark.parametrize("step", [1e-2, 1e-3])
def test_error_is_step_squared_times_a_third_derivative(step):
    """For x³ the central difference is 3 x² + step² exactly."""
    grad = numerical_grad(lambda x: x[0] * x[0] * x[0], np.array([2.0]), step)
    assert grad[0] - 12 == pytest.approx(step * step, rel=1e-5)


def test_function_may_read_the_array_where_it_lives():
    x = draw(3)
    np.testing.assert_allclose(
        numerical_grad(lambda _: math.fsum(x * x), x), 2 * x, atol=1e-9
    )


@pytest.mark.parametrize(
    "view", [lambda x: x.T, lambda x: x[::2], np.asfortranarray, lambda x: x[:, 1:]]
)
def test_array_may_be_a_view(view):
    x = view(draw(4, 3))
    grad = numerical_grad(lambda x: (x * x).sum(), x)
    np.testing.assert_allclose(grad, 2 * x, atol=1e-9)


def test_array_is_put_back_bit_for_bit():
    x = draw(5) * np.array([1, 1e-9, 1e9, 0, -1])
    kept = x.copy()
    numerical_grad(np.sum, x)
    assert x.tobytes() == kept.tobytes()


@pytest.mark.parametrize("call", [1, 2, 3, 4])
def test_array_is_put_back_when_the_function_fails(call):
    x, calls = draw(2), []

    def fail_later(x):
        calls.append(x)
        if len(calls) == call:
            raise ArithmeticError
        return 0.0

    kept = x.copy()
    with pytest.raises(ArithmeticError):
        numerical_grad(fail_later, x)
    assert x.tobytes() == kept.tobytes()


def error_through_a_product():
    weights, inputs = draw(30, 2), draw(50, 30)
    grad = numerical_grad(lambda weights: total(matmul(inputs, weights)), weights)
    return np.abs(grad - inputs.sum(axis=0)[:, np.newaxis]).max()


def test_differences_through_products_need_native():
    assert error_through_a_product() > 1e-3
    with native():
        assert error_through_a_product() < 1e-7
