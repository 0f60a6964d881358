"""What must hold of every loss, for whatever outputs and targets Hypothesis comes up with."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnlib.functions import softmax
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

ROUNDING = 2.0**-53
SOFTMAX, SIGMOID = SoftmaxCrossEntropy(), SigmoidCrossEntropy()
REGRESSION = [SquaredErrorCost(), MeanSquaredError(), MeanAbsoluteError()]


@st.composite
def cases(draw, size=30.0, losses=(SOFTMAX, SIGMOID, *REGRESSION)):
    """A loss, outputs up to a size, and targets that it takes: labels, rows of shares, yes and no, numbers."""
    loss = draw(st.sampled_from(losses))
    n, k = draw(st.integers(1, 7)), draw(st.integers(1, 5))
    shares = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1))
    numbers = st.floats(-size, size)
    if loss is SIGMOID:
        targets = arrays(float, (n, k), elements=shares, fill=st.nothing())
    elif loss is not SOFTMAX:
        targets = arrays(float, (n, k), elements=numbers, fill=st.nothing())
    elif draw(st.booleans()):
        targets = arrays(int, n, elements=st.integers(0, k - 1))
    else:
        targets = arrays(float, (n, k), elements=st.floats(0.01, 1)).map(
            lambda x: x / x.sum(axis=1, keepdims=True)
        )
    return (
        loss,
        draw(arrays(float, (n, k), elements=numbers, fill=st.nothing())),
        draw(targets),
    )


def same_bits(x, y):
    return x.shape == y.shape and x.tobytes() == y.tobytes()


def rows_of_labels(targets, k):
    return np.eye(k)[targets] if targets.ndim == 1 else targets


@given(cases())
def test_value_is_a_float_and_not_negative(case):
    """Exactly so, but for shares of classes: their products with the logits round, and they add up to 1 ± rounding."""
    loss, outputs, targets = case
    value = loss.value(outputs, targets)
    assert type(value) is float
    soft = loss is SOFTMAX and targets.ndim == 2
    assert value >= (-20 * ROUNDING * np.abs(outputs).max() if soft else 0)


@given(cases(size=5.0))
def test_gradient_is_the_central_difference(case):
    """Rounding alone makes the difference wrong by about 1e-16 · value / step, here below 1e-9."""
    loss, outputs, targets = case
    if isinstance(loss, MeanAbsoluteError):
        assume((np.abs(outputs - targets) > 1e-4).all())  # no difference across a bend
    with native():
        measured = numerical_grad(lambda x: loss.value(x, targets), outputs.copy())
    np.testing.assert_allclose(loss.grad(outputs, targets), measured, atol=1e-8)


@given(cases(), st.randoms(use_true_random=False))
def test_gradients_move_with_their_samples(case, random):
    loss, outputs, targets = case
    order = random.sample(range(len(outputs)), len(outputs))
    grad = loss.grad(outputs, targets)
    assert same_bits(loss.grad(outputs[order], targets[order]), grad[order])
    # The terms are added in another order, which rounds otherwise: log2(n) times, each twice in the worst case.
    value, moved = (
        loss.value(outputs, targets),
        loss.value(outputs[order], targets[order]),
    )
    largest = max(abs(value), np.abs(outputs).max())
    assert abs(value - moved) <= 8 * ROUNDING * outputs.size * largest


@given(cases())
def test_every_sample_twice_is_the_same_value_and_half_the_gradient(case):
    """To the last bit: `total` adds the two halves to each other first, and doubling is exact."""
    loss, outputs, targets = case
    twice, targets_twice = (np.concatenate([x, x]) for x in (outputs, targets))
    assert loss.value(twice, targets_twice) == loss.value(outputs, targets)
    grad = loss.grad(outputs, targets)
    assume((grad == 0).sum() + (np.abs(grad) > 1e-300).sum() == grad.size)
    assert same_bits(loss.grad(twice, targets_twice), np.concatenate([grad, grad]) / 2)


@given(cases(losses=[SOFTMAX]), st.floats(-1e6, 1e6))
def test_softmax_loss_hardly_moves_with_a_shift_of_the_logits(case, shift):
    """Adding the shift rounds every logit, by half a unit of the sum; the loss follows each by as much at most."""
    _, outputs, targets = case
    moved = outputs + shift
    allowed = 8 * ROUNDING * (np.abs(outputs).max() + abs(shift))
    assert (
        abs(SOFTMAX.value(moved, targets) - SOFTMAX.value(outputs, targets)) <= allowed
    )
    np.testing.assert_allclose(
        SOFTMAX.grad(moved, targets),
        SOFTMAX.grad(outputs, targets),
        atol=allowed + 1e-15,
    )


@given(cases(losses=[SOFTMAX]), st.integers(-(2**20), 2**20))
def test_a_shift_that_does_not_round_leaves_the_gradient_alone(case, shift):
    _, outputs, targets = case
    outputs = np.rint(outputs * 1024) / 1024
    grad = SOFTMAX.grad(outputs, targets)
    assert same_bits(SOFTMAX.grad(outputs + shift, targets), grad)


@given(cases(size=1e300, losses=[SOFTMAX, SIGMOID]))
def test_extreme_logits_stay_finite(case):
    loss, outputs, targets = case
    assert np.isfinite(loss.value(outputs, targets))
    assert np.isfinite(loss.grad(outputs, targets)).all()


@given(cases(size=1e150, losses=REGRESSION))
def test_large_errors_stay_finite(case):
    loss, outputs, targets = case
    assert np.isfinite(loss.value(outputs, targets))
    assert np.isfinite(loss.grad(outputs, targets)).all()


@given(cases(losses=[SOFTMAX]))
def test_labels_are_rows_with_a_single_one(case):
    _, outputs, targets = case
    rows = rows_of_labels(targets, outputs.shape[1])
    assert SOFTMAX.value(outputs, rows) == SOFTMAX.value(outputs, targets)
    assert same_bits(SOFTMAX.grad(outputs, rows), SOFTMAX.grad(outputs, targets))


@given(cases(losses=[SOFTMAX]))
def test_rows_of_the_softmax_gradient_cancel(case):
    """Probabilities and targets both sum to 1, each within its rounding."""
    _, outputs, targets = case
    sums = SOFTMAX.grad(outputs, targets).sum(axis=1)
    assert (np.abs(sums) <= 20 * ROUNDING).all()


@given(cases(size=1e300, losses=[SOFTMAX]))
def test_softmax_gives_distributions_in_the_order_of_the_logits(case):
    _, outputs, _ = case
    probabilities = softmax(outputs)
    assert (probabilities >= 0).all()
    assert (np.abs(probabilities.sum(axis=1) - 1) <= 20 * ROUNDING).all()
    for row, p in zip(outputs, probabilities, strict=True):
        assert p[row.argmax()] == p.max()
        assert (p[row == row[0]] == p[0]).all()


@given(cases(losses=[SIGMOID]))
def test_yes_and_no_may_be_exchanged(case):
    """Asking the opposite question turns the signs of the logits; 1 − target may round."""
    _, outputs, targets = case
    targets = np.rint(targets * 8) / 8
    value = SIGMOID.value(outputs, targets)
    opposite = SIGMOID.value(-outputs, 1 - targets)
    assert abs(value - opposite) <= 8 * ROUNDING * (1 + np.abs(outputs).max())
    np.testing.assert_allclose(
        SIGMOID.grad(-outputs, 1 - targets), -SIGMOID.grad(outputs, targets), atol=1e-15
    )


@given(cases(losses=REGRESSION[:1]))
def test_errors_of_regression_agree_with_each_other(case):
    cost, outputs, targets = case
    squares, sizes = (loss.value(outputs, targets) for loss in REGRESSION[1:])
    n_outputs = outputs.shape[1]
    assert cost.value(outputs, targets) == pytest.approx(squares * n_outputs / 2)
    assert (
        sizes * sizes <= squares * (1 + 1e-14) + 1e-300
    )  # a mean is below its root mean square
    for loss in REGRESSION:
        assert loss.value(outputs, outputs) == 0
        assert not loss.grad(outputs, outputs).any()
        assert loss.value(outputs, targets) == loss.value(targets, outputs)
