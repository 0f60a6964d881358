"""Losses: values and gradients worked by hand, and every gradient against finite differences."""

import math

import numpy as np
import pytest

from nnlib.functions import (
    binary_cross_entropy,
    cross_entropy,
    sigmoid,
    softmax,
    squared_error,
)
from nnlib.gradients import numerical_grad
from nnlib.losses import (
    MeanAbsoluteError,
    MeanSquaredError,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    SquaredErrorCost,
)
from nnlib.numerics import native

pytestmark = pytest.mark.filterwarnings("error")

RNG = np.random.default_rng(0)
OUTPUTS = RNG.normal(size=(6, 3))
CASES = {
    "labels": (SoftmaxCrossEntropy(), cross_entropy, np.array([0, 2, 1, 1, 0, 2])),
    "one-hot": (SoftmaxCrossEntropy(), cross_entropy, np.eye(3)[[0, 2, 1, 1, 0, 2]]),
    "soft": (SoftmaxCrossEntropy(), cross_entropy, softmax(RNG.normal(size=(6, 3)))),
    "squares": (SquaredErrorCost(), squared_error, RNG.normal(size=(6, 3))),
    "answers": (SigmoidCrossEntropy(), binary_cross_entropy, np.eye(3)[[0, 1, 1] * 2]),
    "shares": (SigmoidCrossEntropy(), binary_cross_entropy, RNG.random((6, 3))),
    "mean squares": (
        MeanSquaredError(),
        lambda outputs, targets: np.mean((outputs - targets) ** 2),
        RNG.normal(size=(6, 3)),
    ),
    "mean sizes": (
        MeanAbsoluteError(),
        lambda outputs, targets: np.mean(np.abs(outputs - targets)),
        RNG.normal(size=(6, 3)),
    ),
}


@pytest.fixture(params=CASES)
def case(request):
    return CASES[request.param]


def test_gradient_agrees_with_finite_differences(case):
    loss, _, targets = case
    with native():
        expected = numerical_grad(
            lambda outputs: loss.value(outputs, targets), OUTPUTS.copy()
        )
    grad = loss.grad(OUTPUTS, targets)
    assert grad.shape == OUTPUTS.shape
    np.testing.assert_allclose(grad, expected, atol=1e-9)


def test_value_is_that_of_the_function(case):
    loss, function, targets = case
    expected = pytest.approx(function(OUTPUTS, targets), rel=1e-14)
    assert loss.value(OUTPUTS, targets) == expected


def test_loss_changes_neither_outputs_nor_targets(case):
    loss, _, targets = case
    before = OUTPUTS.tobytes(), targets.tobytes()
    loss.value(OUTPUTS, targets)
    loss.grad(OUTPUTS, targets)[:] = 9
    assert (OUTPUTS.tobytes(), targets.tobytes()) == before


def test_value_and_gradient_do_not_change_when_every_sample_comes_twice(case):
    loss, _, targets = case
    twice, twice_targets = np.tile(OUTPUTS, (2, 1)), np.concatenate([targets, targets])
    value = loss.value(twice, twice_targets)
    assert value == pytest.approx(loss.value(OUTPUTS, targets), rel=1e-14)
    np.testing.assert_allclose(
        loss.grad(twice, twice_targets)[:6], loss.grad(OUTPUTS, targets) / 2
    )


@pytest.mark.parametrize("targets", [[0, 1], [[1, 0], [0, 1]]])
def test_gradient_of_cross_entropy_worked_by_hand(targets):
    """Probabilities 1/4 and 3/4 in both samples."""
    logits = [[0.0, math.log(3)], [1.0, 1 + math.log(3)]]
    expected = [[-3 / 8, 3 / 8], [1 / 8, -1 / 8]]
    grad = SoftmaxCrossEntropy().grad(logits, targets)
    np.testing.assert_allclose(grad, expected, rtol=1e-14)


def test_gradient_of_squared_error_worked_by_hand():
    grad = SquaredErrorCost().grad([[1, 2], [0, 4]], [[0, 0], [3, 0]])
    assert grad.tolist() == [[0.5, 1.0], [-1.5, 2.0]]


@pytest.mark.parametrize("size", [1e3, 1e5, 1e300])
def test_cross_entropy_of_large_logits_is_finite(size):
    loss = SoftmaxCrossEntropy()
    assert loss.value([[size, 0.0]], [1]) == size
    assert loss.grad([[size, 0.0]], [1]).tolist() == [[1.0, -1.0]]


def test_binary_cross_entropy_worked_by_hand():
    """Probabilities 3/4, 1/2 and 1/4 for yes; the truth is yes, no and no."""
    logits, targets = [[math.log(3)], [0.0], [-math.log(3)]], [[1], [0], [0]]
    expected = -(math.log(3 / 4) + math.log(1 / 2) + math.log(3 / 4)) / 3
    assert SigmoidCrossEntropy().value(logits, targets) == pytest.approx(expected)
    grad = SigmoidCrossEntropy().grad(logits, targets)
    np.testing.assert_allclose(grad, [[-1 / 12], [1 / 6], [1 / 12]], rtol=1e-14)


@pytest.mark.parametrize("size", [1e3, 1e5, 1e300])
def test_binary_cross_entropy_of_large_logits_is_finite(size):
    loss = SigmoidCrossEntropy()
    assert loss.value([[size, -size]], [[0, 1]]) == size
    assert loss.value([[size, -size]], [[1, 0]]) == 0
    assert loss.grad([[size, -size]], [[0, 1]]).tolist() == [[0.5, -0.5]]


def test_binary_is_softmax_of_two_logits_one_of_which_is_0():
    z = OUTPUTS[:, :1]
    two, labels = np.hstack([np.zeros_like(z), z]), np.array([0, 1, 1, 0, 1, 0])
    np.testing.assert_allclose(sigmoid(z)[:, 0], softmax(two)[:, 1], rtol=1e-14)
    assert SigmoidCrossEntropy().value(z, labels[:, np.newaxis]) == pytest.approx(
        SoftmaxCrossEntropy().value(two, labels), rel=1e-14
    )


def test_errors_of_regression_worked_by_hand():
    outputs, targets = [[1.0, 2.0], [3.0, 0.0]], [[0.0, 2.0], [0.0, 4.0]]
    assert MeanSquaredError().value(outputs, targets) == 26 / 4
    assert MeanAbsoluteError().value(outputs, targets) == 8 / 4
    grad = MeanSquaredError().grad(outputs, targets)
    assert grad.tolist() == [[0.5, 0.0], [1.5, -2.0]]
    grad = MeanAbsoluteError().grad(outputs, targets)
    assert grad.tolist() == [[0.25, 0.0], [0.25, -0.25]]  # 0 where the error is 0
