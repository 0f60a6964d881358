"""Activations, softmax and losses: values worked by hand, and what must hold for any input."""

import math

import numpy as np
import pytest

from nnlib.functions import (
    cross_entropy,
    log_sum_exp,
    one_hot,
    relu,
    sigmoid,
    softmax,
    squared_error,
    tanh,
)

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize(
    ("function", "z", "expected"),
    [
        (sigmoid, 0.0, 0.5),
        (sigmoid, math.log(3), 0.75),
        (sigmoid, -math.log(3), 0.25),
        (tanh, 0.0, 0.0),
        (tanh, math.log(2), 0.6),
        (tanh, -math.log(3), -0.8),
        (relu, 2.5, 2.5),
        (relu, 0.0, 0.0),
        (relu, -2.5, 0.0),
        (relu, np.inf, np.inf),
    ],
)
def test_activation_worked_by_hand(function, z, expected):
    assert function(z) == pytest.approx(expected, abs=1e-15)


def test_relu_keeps_nan_and_gives_no_negative_zero():
    assert np.isnan(relu(np.nan))
    assert not np.signbit(relu(np.array([-1.0, -0.0, -np.inf]))).any()


@pytest.mark.parametrize("function", [relu, sigmoid, tanh])
def test_activation_takes_lists_and_leaves_arrays_alone(function):
    z = np.array([[-1.0, 2.0]])
    assert function([[-1, 2]]).tolist() == function(z).tolist()
    assert z.tolist() == [[-1.0, 2.0]]


def test_softmax_worked_by_hand():
    probabilities = softmax([[0.0, math.log(2), math.log(5)], [7.0, 7.0, 7.0]])
    expected = [[1 / 8, 2 / 8, 5 / 8], [1 / 3, 1 / 3, 1 / 3]]
    np.testing.assert_allclose(probabilities, expected, rtol=1e-15)


@pytest.mark.parametrize("shift", [0.0, 1000.0, -1000.0, 1e15])
def test_softmax_and_log_sum_exp_do_not_overflow(shift):
    z = np.array([[0.0, 1.0, 3.0]]) + shift
    np.testing.assert_allclose(softmax(z), softmax(z - shift), rtol=1e-14)
    expected = shift + math.log(1 + math.e + math.e**3)
    assert log_sum_exp(z)[0] == pytest.approx(expected, rel=1e-14)


def test_rows_of_softmax_sum_to_1_and_do_not_depend_on_other_rows():
    z = 10 * np.random.default_rng(0).normal(size=(50, 7))
    probabilities = softmax(z)
    assert (probabilities > 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, rtol=1e-14)
    assert probabilities[13:14].tobytes() == softmax(z[13:14]).tobytes()


def test_softmax_of_one_class_is_1():
    assert softmax([[3.0], [-1e5]]).tolist() == [[1.0], [1.0]]


def test_one_hot_writes_labels_as_rows():
    rows = one_hot([2, 0], 3)
    assert rows.dtype == np.float64
    assert rows.tolist() == [[0, 0, 1], [1, 0, 0]]


def test_one_hot_returns_a_matrix_as_it_is():
    rows = [[0.25, 0.75], [1, 0]]
    assert one_hot(rows, 2).tolist() == rows


@pytest.mark.parametrize("targets", [[0, 2], [[1, 0, 0], [0, 0, 1]]])
def test_cross_entropy_worked_by_hand(targets):
    """The true classes get 1/8 and 1/4: the mean of ln 8 and ln 4 is 2.5 ln 2."""
    logits = [[0.0, math.log(2), math.log(5)], [math.log(2), 0.0, 0.0]]
    assert cross_entropy(logits, targets) == pytest.approx(2.5 * math.log(2))


def test_cross_entropy_of_a_soft_target_is_the_mean_over_the_classes():
    logits = [[0.0, math.log(3)]]
    expected = 0.4 * math.log(4) + 0.6 * math.log(4 / 3)
    assert cross_entropy(logits, [[0.4, 0.6]]) == pytest.approx(expected)


@pytest.mark.parametrize("n_classes", [2, 3, 10])
def test_cross_entropy_of_a_network_that_knows_nothing(n_classes):
    value = cross_entropy(np.zeros((5, n_classes)), np.zeros(5, dtype=int))
    assert value == pytest.approx(math.log(n_classes), rel=1e-15)


@pytest.mark.parametrize(("label", "expected"), [(0, 0.0), (1, 2000.0)])
def test_cross_entropy_of_sure_answers_is_finite(label, expected):
    assert cross_entropy([[1000.0, -1000.0]], [label]) == expected


def test_squared_error_worked_by_hand():
    """Half of 1 + 4 and half of 9 + 16: 2.5 and 12.5, on average 7.5."""
    assert squared_error([[1.0, 2.0], [0.0, 4.0]], [[0.0, 0.0], [3.0, 0.0]]) == 7.5


@pytest.mark.parametrize("function", [cross_entropy, squared_error])
def test_loss_is_a_plain_float(function):
    assert type(function([[0.0, 1.0]], [[0.0, 1.0]])) is float
