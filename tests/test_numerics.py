"""What `nnlib.numerics` promises of products, sums, exponential and logarithm: the digits, the errors, the edges."""

import hashlib
import math
import threading
from decimal import Decimal, localcontext

import numpy as np
import pytest

from nnlib.functions import sigmoid, tanh
from nnlib.numerics import (
    Rounded,
    exp,
    expm1,
    log,
    matmul,
    mean,
    native,
    snap,
    total,
    transposed_matmul,
)

pytestmark = pytest.mark.filterwarnings("error")

BLOCK = 2048  # sums up to this length are exact; longer ones are cut into such blocks
LENGTHS = [1, 2, 3, 7, 64, 300, 1025, 2047, 2048, 2049, 5000]


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def near_the_largest(x):
    """Numbers of one sign and nearly one size, whose sums grow as long as they can."""
    return 1 - 0.01 * np.abs(np.tanh(x))


def same_bits(x, y):
    return x.shape == y.shape and x.tobytes() == y.tobytes()


def shuffled_in_blocks(length, seed=1):
    """Every index below ``length`` once, each in its own block of the inner dimension."""
    rng = np.random.default_rng(seed)
    starts = range(0, length, BLOCK)
    return np.concatenate(
        [start + rng.permutation(min(BLOCK, length - start)) for start in starts]
    )


def exact_product(a, b):
    """Every entry of a @ b, correctly rounded but for the last digit of each term."""
    return np.array([[math.fsum(row * column) for column in b.T] for row in a])


def product_error_bound(a, b, bits):
    rows, columns = np.abs(a).max(axis=1), np.abs(b).max(axis=0)
    return len(b) * np.multiply.outer(rows, columns) * 2.0 ** (1 - bits)


def promised_bits(length):
    return (53 - math.ceil(math.log2(min(length, BLOCK)))) // 2


# Products: the order of the additions cannot matter


def test_plain_product_depends_on_the_order_of_the_terms():
    a, b, order = draw(20, 300), draw(300, 20, seed=1), shuffled_in_blocks(300)
    assert not same_bits(a @ b, a[:, order] @ b[order])


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("spread", [np.asarray, near_the_largest])
@pytest.mark.parametrize("prepare", [np.asarray, Rounded], ids=["array", "Rounded"])
def test_product_does_not_depend_on_the_order_of_the_terms(length, spread, prepare):
    a, b = spread(draw(9, length)), spread(draw(length, 8, seed=1))
    whole = matmul(prepare(a), b)
    for seed in range(3):
        order = shuffled_in_blocks(length, seed)
        assert same_bits(whole, matmul(prepare(a[:, order]), b[order]))


@pytest.mark.parametrize("length", [3, 5, 9, 65, 1025])
def test_order_does_not_matter_just_above_a_power_of_two_where_sums_are_longest(length):
    """So many numbers next to 1 need one bit more than a power of two of them."""
    a, b = (1 - 2.0**-16 * draw(3, length, seed=s) ** 2 for s in (0, 1))
    whole = matmul(a, b.T)
    transposed = transposed_matmul(a.T, b.T)
    for seed in range(9):
        order = shuffled_in_blocks(length, seed)
        assert same_bits(whole, matmul(a[:, order], b.T[order]))
        assert same_bits(transposed, transposed_matmul(a.T[order], b.T[order]))


@pytest.mark.parametrize("length", [3, 300, 2048])
def test_sum_of_rounded_entries_is_exact_from_left_to_right_too(length):
    rounded = Rounded(draw(4, length)).values
    product = matmul(Rounded(rounded), np.ones((length, 1)))
    assert same_bits(product, np.cumsum(rounded, axis=1)[:, -1:])
    assert same_bits(product, exact_product(rounded, np.ones((length, 1))))


@pytest.mark.parametrize(
    "layout", [np.asfortranarray, lambda x: x[::-1][::-1], lambda x: x.copy()]
)
def test_product_does_not_depend_on_the_layout_in_memory(layout):
    a, b = draw(33, 129), draw(129, 17, seed=1)
    assert same_bits(matmul(a, b), matmul(layout(a), layout(b)))


# Products: a row depends on that row of the left factor alone


@pytest.mark.parametrize(
    "stranger", [0.0, 1.0, 1e9, 1e100, 1e300, 1e-100, 1e-300, 5e-324, np.inf, np.nan]
)
@pytest.mark.parametrize("prepare", [np.asarray, Rounded], ids=["array", "Rounded"])
def test_row_of_product_is_the_product_of_that_row(stranger, prepare):
    a, b = draw(7, 300), draw(300, 5, seed=1)
    a[2] *= 1e-3
    a[3], a[5, 7] = 0.5 * stranger, stranger
    whole = matmul(prepare(a), b)
    for row in (0, 1, 2, 4, 6):
        assert same_bits(whole[row], matmul(prepare(a[row : row + 1]), b)[0])


@pytest.mark.parametrize("stranger", [1e9, 1e300, 1e-300, np.inf, np.nan])
def test_column_of_product_is_the_product_of_that_column(stranger):
    a, b = draw(7, 300), draw(300, 5, seed=1)
    b[:, 2] = stranger
    whole = matmul(a, b)
    for column in (0, 1, 3, 4):
        assert same_bits(whole[:, column], matmul(a, b[:, column]))


def test_row_alone_as_a_vector_gives_the_same_digits():
    a, b = draw(4, 50), draw(50, 3, seed=1)
    assert same_bits(matmul(a, b)[1], matmul(a[1], b))


def test_small_entry_beside_a_large_one_in_another_row_keeps_its_digits():
    product = matmul([[1e9], [1e-3]], [[1.0]])
    assert same_bits(product, np.array([[1e9], [matmul([1e-3], [1.0])]]))
    assert abs(product[1, 0] - 1e-3) < 1e-9


# Products: how far off


@pytest.mark.parametrize("length", LENGTHS)
def test_error_of_product_is_within_its_bound(length):
    a, b = draw(5, length), draw(length, 4, seed=1)
    error = np.abs(matmul(a, b) - exact_product(a, b))
    assert (error <= product_error_bound(a, b, promised_bits(length))).all()
    error = np.abs(matmul(Rounded(a), b) - exact_product(a, b))
    assert (error <= product_error_bound(a, b, 20)).all()


@pytest.mark.parametrize("length", LENGTHS)
def test_error_of_product_is_within_its_bound_where_all_roundings_add_up(length):
    bits = promised_bits(length)
    a = np.full((1, length), 0.5 + 0.49 * 2.0**-bits)
    error = abs(matmul(a, a.T) - exact_product(a, a.T))
    bound = product_error_bound(a, a.T, bits)
    assert error <= bound
    assert error > 0.01 * bound


def test_product_keeps_21_bits_at_least():
    assert min(promised_bits(length) for length in range(1, 3000)) == 21


def test_product_over_100_000_terms():
    a, b = draw(2, 100_000), draw(100_000, 2, seed=1)
    error = np.abs(matmul(a, b) - exact_product(a, b))
    assert (error <= product_error_bound(a, b, 21)).all()
    assert error.max() < 1e-3
    order = shuffled_in_blocks(100_000)
    assert same_bits(matmul(a, b), matmul(a[:, order], b[order]))


def test_blocks_are_added_in_order():
    a, b = draw(3, 2 * BLOCK + 9), draw(2 * BLOCK + 9, 3, seed=1)
    a[:, [0, BLOCK, 2 * BLOCK]] = 8.0  # every block on the same grid
    b[[0, BLOCK, 2 * BLOCK]] = 8.0
    parts = [
        matmul(Rounded(a[:, start : start + BLOCK]), b[start : start + BLOCK])
        for start in (0, BLOCK)
    ]
    last = np.zeros((3, BLOCK))
    last[:, :9] = a[:, 2 * BLOCK :]
    other = np.zeros((BLOCK, 3))
    other[:9] = b[2 * BLOCK :]
    assert same_bits(
        matmul(Rounded(a), b), parts[0] + parts[1] + matmul(Rounded(last), other)
    )


def test_whole_numbers_are_multiplied_exactly():
    rng = np.random.default_rng(0)
    a, b = rng.integers(-999, 1000, (20, 300)), rng.integers(-999, 1000, (300, 20))
    assert np.array_equal(matmul(a, b), a @ b)
    assert np.array_equal(transposed_matmul(a.T, b), a @ b)


# Products: no overflow, nothing vanishes


POWERS = [-1000, -512, -200, -70, -30, 0, 30, 70, 200, 512, 1000]


@pytest.mark.parametrize(
    ("left", "right"),
    [(left, right) for left in POWERS for right in POWERS if left + right > -1060],
)
def test_factors_of_any_scale_give_the_same_digits(left, right):
    a, b = np.tanh(draw(5, 40)), np.tanh(draw(40, 3, seed=1))
    with np.errstate(all="ignore"):
        expected = np.ldexp(matmul(a, b), left + right)
    assert same_bits(matmul(np.ldexp(a, left), np.ldexp(b, right)), expected)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([[1e154, 1e154]], [[1.0], [1.0]], 2e154),
        ([[1e-154, 1e-154]], [[1e-154], [1e-154]], 2e-308),
        ([[1e-300, 2e-300]], [[1e300], [1e300]], 3.0),
        ([[5e-324, 5e-324]], [[1e300], [1e300]], 2 * (5e-324 * 1e300)),
        ([[1e308, 1e308]], [[0.5], [0.5]], 1e308),
        ([[1e308, 1e308]], [[1e308], [1e308]], np.inf),
        ([[1e308, -1e308]], [[-1e308], [1e308]], -np.inf),
        ([[1e-308]], [[1e-308]], 0.0),
        ([[1.7e308, 1.7e308]], [[1.0], [-1.0]], 0.0),
    ],
)
def test_large_and_tiny_factors(a, b, expected):
    assert matmul(a, b)[0, 0] == pytest.approx(expected, rel=1e-5)


# Products: what NumPy does with NaN, infinity and nothing


@pytest.mark.parametrize("stranger", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("side", ["left", "right", "both"])
@pytest.mark.parametrize("other", [0.0, 1.0])
def test_nan_and_infinity_behave_as_in_numpy(stranger, side, other):
    a, b = draw(4, 6), draw(6, 3, seed=1)
    b[2], a[:, 2] = other, other
    clean = matmul(a, b)
    if side != "right":
        a[1, 2] = stranger
    if side != "left":
        b[2, 0] = stranger
    with np.errstate(all="ignore"):
        plain = a @ b
    product = matmul(a, b)
    strange = ~np.isfinite(plain)
    assert strange.any()
    np.testing.assert_array_equal(product[strange], plain[strange])
    assert same_bits(product[~strange], clean[~strange])


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((0, 3), (3, 2)),
        ((2, 0), (0, 3)),
        ((2, 3), (3, 0)),
        ((0, 0), (0, 0)),
        ((0,), (0,)),
        ((0,), (0, 2)),
        ((2, 0), (0,)),
        ((0, 3), (3,)),
    ],
)
def test_empty_product_is_that_of_numpy(left, right):
    a, b = np.ones(left), np.ones(right)
    product = matmul(a, b)
    assert same_bits(product, a @ b)
    if a.ndim == b.ndim == 2:
        assert same_bits(matmul(Rounded(a), b), a @ b)
        assert same_bits(transposed_matmul(a.T, b), a @ b)


@pytest.mark.parametrize("shapes", [((3,), (3,)), ((3,), (3, 2)), ((2, 3), (3,))])
def test_vectors_are_multiplied_as_in_numpy(shapes):
    a, b = (draw(*shape) for shape in shapes)
    product = matmul(a, b)
    assert product.shape == (a @ b).shape
    assert type(product) is type(a @ b)
    np.testing.assert_allclose(product, a @ b, atol=1e-6)


def test_lists_whole_numbers_and_booleans_are_multiplied_as_floats():
    product = matmul([[1, 2], [3, 4]], [[True], [False]])
    assert product.dtype == np.float64
    assert product.tolist() == [[1.0], [3.0]]


def test_zeros_give_zeros():
    zeros = np.zeros((3, 4))
    assert same_bits(matmul(zeros, draw(4, 2)), np.zeros((3, 2)))
    assert same_bits(matmul(draw(2, 3), zeros), np.zeros((2, 4)))
    assert same_bits(transposed_matmul(zeros, draw(3, 2)), np.zeros((4, 2)))


def test_product_leaves_its_factors_alone():
    a, b = draw(5, 40), draw(40, 3, seed=1)
    before = a.tobytes(), b.tobytes()
    matmul(a, b)
    transposed_matmul(Rounded(b), b)
    assert (a.tobytes(), b.tobytes()) == before


def test_rounded_keeps_22_bits_unless_told():
    assert Rounded([[1.0]]).bits == 22
    kept, lost = (
        [[1 + 2.0**-21, 0.0]],
        [[1 + 2.0**-22, 0.0]],
    )  # of 22 bits the last is 2**-21
    assert Rounded(kept).values.tolist() == kept
    assert Rounded(lost).values.tolist() != lost


@pytest.mark.parametrize("size", [1e-300, 1e300])
@pytest.mark.parametrize("one", [1.0, -1.0])
def test_transposed_product_of_ones_with_very_large_and_small_numbers(size, one):
    product = transposed_matmul([[size, size], [2 * size, 0.0]], [[one], [one]])
    np.testing.assert_allclose(product, [[3 * size * one], [size * one]], rtol=1e-5)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (
            [[1.0, 2.0, 0.0]],
            [[1e300, 1e-300]],
            [[1e300, 1e-300], [2e300, 2e-300], [0, 0]],
        ),
        ([[1e300], [1e-300]], [[0.0], [1.0]], [[1e-300]]),
        ([[1e300]], [[-1e300]], [[-np.inf]]),
        ([[1e-300]], [[1e-300]], [[0.0]]),
    ],
)
def test_transposed_product_of_large_and_tiny_factors(a, b, expected):
    np.testing.assert_allclose(transposed_matmul(a, b), expected, rtol=1e-5)
    np.testing.assert_allclose(
        transposed_matmul(b, a), np.transpose(expected), rtol=1e-5
    )


@pytest.mark.parametrize("bits", [1, 10, 22, 31])
def test_rounded_keeps_as_many_bits_as_asked(bits):
    a, b = np.tanh(draw(4, 100)), np.tanh(draw(100, 3, seed=1))
    order = shuffled_in_blocks(100)
    product = matmul(Rounded(a, bits), b)
    other_bits = 53 - bits - 7  # a sum of 100 terms grows by up to 7 bits
    bound = product_error_bound(a, b, min(bits, other_bits))
    assert (np.abs(product - exact_product(a, b)) <= bound).all()
    assert same_bits(product, matmul(Rounded(a[:, order], bits), b[order]))


# a.T @ b


def transposed_error_bound(a, b):
    """What the docstring of transposed_matmul promises."""
    wide, narrow = (b, a) if a.shape[1] < b.shape[1] else (a, b)
    rows = np.abs(wide).max(axis=1, keepdims=True)
    bound = len(a) * (rows * np.abs(narrow)).max(axis=0) * 2.0**-18
    return bound if wide is a else bound[:, np.newaxis]


WIDTHS = [(1, 1), (2, 7), (7, 2), (5, 5)]


@pytest.mark.parametrize("widths", WIDTHS)
@pytest.mark.parametrize("n_samples", [1, 2, 300, 2048, 2049, 5000])
@pytest.mark.parametrize("spread", [np.asarray, near_the_largest])
def test_transposed_product_is_within_its_bound_and_has_no_order(
    widths, n_samples, spread
):
    a, b = (
        spread(draw(n_samples, widths[0])),
        spread(draw(n_samples, widths[1], seed=1)),
    )
    product = transposed_matmul(a, b)
    error = np.abs(product - exact_product(a.T, b))
    assert (error <= transposed_error_bound(a, b)).all()
    order = shuffled_in_blocks(n_samples)
    assert same_bits(product, transposed_matmul(a[order], b[order]))
    assert same_bits(product, transposed_matmul(Rounded(a), Rounded(b)))


@pytest.mark.parametrize("widths", WIDTHS)
@pytest.mark.parametrize("spread", [10, 30, 100, 290])
@pytest.mark.parametrize("matched", [True, False])
def test_transposed_product_of_rows_on_wildly_different_scales(widths, spread, matched):
    """Where a row of one is large and of the other small, their product is not, and must keep its digits."""
    n_samples = 60
    scales = 10.0 ** np.linspace(-spread, spread, n_samples)[:, np.newaxis]
    a = draw(n_samples, widths[0]) * scales
    b = draw(n_samples, widths[1], seed=1) / scales
    a[3], b[5] = 0.0, 0.0
    if not matched:
        b[:20], a[20:40] = 0.0, 0.0
    product = transposed_matmul(a, b)
    error = np.abs(product - exact_product(a.T, b))
    assert (error <= transposed_error_bound(a, b)).all()
    order = shuffled_in_blocks(n_samples)
    assert same_bits(product, transposed_matmul(a[order], b[order]))


@pytest.mark.parametrize("widths", [(2, 64), (64, 2)])
def test_rows_of_zeros_do_not_coarsen_a_transposed_product(widths):
    """Such as the gradients of samples at which no unit is active, beside small ones."""
    a, b = draw(300, widths[0]), draw(300, widths[1], seed=1)
    small = b if widths[0] < widths[1] else a
    small *= 1e-9
    small[::3] = 0.0
    error = np.abs(transposed_matmul(a, b) - a.T @ b)
    assert error.max() < 300 * 16 * 1e-9 * 2.0**-18


@pytest.mark.parametrize("size", [1e-310, 1e-290, 1e-100, 1e100, 1e290])
@pytest.mark.parametrize("widths", [(2, 3), (3, 2), (3, 3)])
def test_transposed_product_with_a_column_of_its_own_scale(size, widths):
    """Such as the gradient of a class whose probability is next to nothing in every sample."""
    a, b = draw(300, widths[0]), draw(300, widths[1], seed=1)
    b[:, 1] *= size
    a[0] = 0.0
    b[0] = 1e300  # meets zeros only
    product = transposed_matmul(a, b)
    error = np.abs(product - exact_product(a.T, b))
    assert (error <= transposed_error_bound(a, b) + 1e-321).all()
    order = shuffled_in_blocks(300)
    assert same_bits(product, transposed_matmul(a[order], b[order]))


@pytest.mark.parametrize("stranger", [np.nan, np.inf])
@pytest.mark.parametrize("widths", [(2, 3), (3, 2)])
def test_transposed_product_with_nan_and_infinity_behaves_as_in_numpy(stranger, widths):
    a, b = draw(50, widths[0]), draw(50, widths[1], seed=1)
    bound = transposed_error_bound(a, b)
    clean = a.T @ b
    a[4, 1] = stranger
    plain = a.T @ b
    product = transposed_matmul(a, b)
    np.testing.assert_array_equal(product[1], plain[1])
    assert (np.abs(product - clean)[[0, *range(2, widths[0])]] <= bound.max()).all()


# Sums


def fold(terms):
    """The documented order, written with Python's own numbers."""
    while len(terms) > 1:
        half = len(terms) // 2
        folded = [terms[i] + terms[half + i] for i in range(half)]
        if len(terms) % 2:
            folded[0] += terms[-1]
        terms = folded
    return terms[0] if terms else 0.0


SUM_LENGTHS = [0, 1, 2, 3, 4, 7, 11, 31, 127, 128, 1000, 8193]


@pytest.mark.parametrize("length", SUM_LENGTHS)
def test_total_adds_in_the_documented_order(length):
    for seed in range(5):
        x = draw(length, seed=seed)
        assert total(x) == fold(x.tolist())


@pytest.mark.parametrize("length", [*SUM_LENGTHS[1:], 100_000])
def test_error_of_total_is_within_its_bound(length):
    x = np.abs(draw(length))
    exact = math.fsum(x)
    assert abs(total(x) - exact) <= 2 * math.log2(length) * 2.0**-53 * exact
    assert mean(x) == total(x) / length


def test_total_of_100_000_terms_of_both_signs():
    x = draw(100_000)
    assert abs(total(x) - math.fsum(x)) < 1e-11
    assert abs(mean(x) - math.fsum(x) / 100_000) < 1e-16


@pytest.mark.parametrize("shape", [(1, 1), (5, 3), (3, 5), (1000, 2), (0, 3), (3, 0)])
def test_total_along_an_axis_is_the_total_of_each_line(shape):
    x = draw(*shape)
    assert same_bits(total(x), total(x.ravel()))
    assert same_bits(total(x, axis=0), np.array([total(column) for column in x.T]))
    assert same_bits(total(x, axis=1), np.array([total(row) for row in x]))
    np.testing.assert_allclose(total(x, axis=0), x.sum(axis=0), atol=1e-12)


def test_total_does_not_depend_on_the_layout_in_memory():
    x = draw(100, 33)
    for axis in (None, 0, 1):
        assert same_bits(total(x, axis), total(np.asfortranarray(x), axis))
        assert same_bits(mean(x, axis), mean(x[:, ::-1][:, ::-1], axis))


def test_mean_along_an_axis():
    assert mean([[1, 2], [3, 4]], axis=0).tolist() == [2, 3]
    assert mean([[1, 2], [3, 4]], axis=1).tolist() == [1.5, 3.5]
    assert mean([[1, 2], [3, 4]]) == 2.5


def test_total_is_new_and_leaves_its_argument_alone():
    x = draw(7, 3)
    kept = x.copy()
    total(x, axis=0)
    assert same_bits(x, kept)
    row = draw(1, 3)
    total(row, axis=0)[0] = 99
    assert 99 not in row


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([np.nan, 1], np.nan),
        ([np.inf, 1], np.inf),
        ([1, -np.inf, 1], -np.inf),
        ([1.7e308], 1.7e308),
    ],
)
def test_total_of_nan_and_infinity(terms, expected):
    np.testing.assert_equal(total(terms), expected)


# exp, expm1, log, tanh, sigmoid


def decimal_tanh(x):
    return 1 - 2 / ((2 * x).exp() + 1)


RANDOM = np.random.default_rng(0)
AROUND_ZERO = np.concatenate(
    [
        RANDOM.normal(size=1000),
        RANDOM.normal(size=500) * 1e-3,
        10.0 ** RANDOM.uniform(-15, 1, 500),
        -(10.0 ** RANDOM.uniform(-15, 1, 500)),
        np.linspace(-2, 2, 401),
    ]
)
EVERYWHERE = np.concatenate([AROUND_ZERO, RANDOM.uniform(-700, 709, 1000)])
ABOVE_ZERO = np.concatenate(
    [
        10.0 ** RANDOM.uniform(-307, 308, 1000),
        RANDOM.uniform(0.5, 2, 1000),
        1 + AROUND_ZERO[1000:1500],
        [0.7071067811865475, 0.7071067811865476, 1.4142135623730951, 5e-324, 1e-310],
    ]
)


@pytest.mark.parametrize(
    ("function", "exact", "points", "units"),
    [
        (exp, lambda x: x.exp(), EVERYWHERE, 1.5),
        (expm1, lambda x: x.exp() - 1, EVERYWHERE, 3),
        (log, lambda x: x.ln(), ABOVE_ZERO, 1),
        (tanh, decimal_tanh, EVERYWHERE[np.abs(EVERYWHERE) < 30], 4),
        (sigmoid, lambda x: 1 / (1 + (-x).exp()), EVERYWHERE, 3),
    ],
    ids=["exp", "expm1", "log", "tanh", "sigmoid"],
)
def test_function_is_within_its_units_in_the_last_place(function, exact, points, units):
    """Against Python's decimal arithmetic with 60 digits."""
    values = function(points)
    with localcontext() as context:
        context.prec = 60
        for point, value in zip(points.tolist(), values.tolist(), strict=True):
            true = exact(Decimal(point))
            error = abs(Decimal(value) - true)
            assert error <= Decimal(units) * Decimal(math.ulp(float(true))), point


@pytest.mark.parametrize(
    ("function", "x", "expected"),
    [
        (exp, [0.0, -0.0, np.inf, -np.inf, np.nan], [1, 1, np.inf, 0, np.nan]),
        (exp, [710, 1e10, 1e308, -746, -1e10, -1e308], [np.inf] * 3 + [0] * 3),
        (exp, [-745.0, 5e-324, -5e-324], [5e-324, 1, 1]),
        (expm1, [0.0, np.inf, -np.inf, np.nan], [0, np.inf, -1, np.nan]),
        (expm1, [5e-324, -5e-324, 1e-310, 1e-200], [5e-324, -5e-324, 1e-310, 1e-200]),
        (expm1, [710, 1e308, -50, -60, -1e308], [np.inf, np.inf, -1, -1, -1]),
        (log, [1, 0.0, -0.0, np.inf, np.nan], [0, -np.inf, -np.inf, np.inf, np.nan]),
        (log, [-1, -5e-324, -np.inf], [np.nan] * 3),
        (log, [5e-324, 1.7976931348623157e308], [-744.4400719213812, 709.782712893384]),
        (tanh, [0.0, np.inf, -np.inf, np.nan, 8e307], [0, 1, -1, np.nan, 1]),
        (tanh, [5e-324, -1e-310, 1e-20], [5e-324, -1e-310, 1e-20]),
        (sigmoid, [0, np.inf, -np.inf, np.nan], [0.5, 1, 0, np.nan]),
        (sigmoid, [40, 1e308, -710, -1e308], [1, 1, 0, 0]),
    ],
)
def test_function_at_the_edges(function, x, expected):
    np.testing.assert_array_equal(function(x), np.array(expected, dtype=float))


def test_largest_finite_exponential():
    largest = 709.782712893384  # the largest float whose exponential is finite
    assert np.isfinite(exp(largest))
    assert exp(np.nextafter(largest, 710)) == np.inf


def test_tanh_keeps_the_sign_of_zero():
    assert np.signbit(tanh(-0.0))
    assert not np.signbit(tanh(0.0))


@pytest.mark.parametrize("function", [exp, expm1, log, tanh, sigmoid])
@pytest.mark.parametrize("shape", [(), (0,), (1,), (2, 3), (2, 1, 2)])
def test_function_keeps_the_shape_and_every_entry_is_its_own(function, shape):
    x = np.abs(draw(*shape)) if shape else 0.3
    values = function(x)
    assert np.shape(values) == shape
    assert values.dtype == np.float64
    for index in np.ndindex(shape):
        assert values[index] == function(np.asarray(x)[index])


@pytest.mark.parametrize("function", [exp, expm1, log, tanh, sigmoid, snap])
def test_function_leaves_its_argument_alone(function):
    x = np.abs(draw(10))
    kept = x.copy()
    function(x)
    assert same_bits(x, kept)


def test_snap_gives_the_nearest_float32():
    x = draw(100)
    snapped = snap(x)
    assert snapped.dtype == np.float64
    assert same_bits(snapped.astype(np.float32).astype(float), snapped)
    assert (np.abs(snapped - x) <= np.abs(x) * 2.0**-24).all()
    assert same_bits(snap(snapped), snapped)


# The digits themselves: a change that leaves the errors as small would still change what the book prints


def exact_draw(*shape, seed=0):
    """Numbers with many digits that are the same on every machine."""
    whole = np.random.default_rng(seed).integers(-(2**45), 2**45, shape)
    return whole / 2.0**44


def digits(*arrays):
    whole = b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)
    return hashlib.sha256(whole).hexdigest()[:12]


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (1, "9ea8fc149c8b"),
        (2, "129f7c0282a1"),
        (3, "870a650b7f48"),
        (6, "23a137421618"),
        (33, "8a89fe996f52"),
        (700, "f8e0792c3157"),
        (3000, "fa9b0630c936"),
    ],
)
def test_digits_of_products(length, expected):
    a, b = exact_draw(4, length), exact_draw(length, 9, seed=1)
    a[:, ::2] *= 0.01
    b *= np.ldexp(1.0, np.arange(9) - 4)
    wide, narrow = b * np.ldexp(1.0, np.arange(length) % 7)[:, np.newaxis], a.T
    found = digits(
        matmul(a, b),
        matmul(Rounded(a), b),
        transposed_matmul(wide, narrow),
        transposed_matmul(narrow, wide),
        transposed_matmul(wide[:, :1], narrow[:, :1]),
    )
    assert found == expected


POINTS = np.concatenate(
    [
        np.arange(-3000, 2800) / 4,
        np.arange(-2000, 2000) / 512,
        np.arange(-1000, 1000) / 2**20,
        (np.arange(-4000, 4001) / 4000 + np.arange(-4000, 4001)) * 0.34657359,
        [
            k * 0.34657359027997264 * (1 + j * 1e-10)
            for k in range(-9, 9)
            for j in (-1, 1)
        ],
    ]
)


@pytest.mark.parametrize(
    ("function", "points", "expected"),
    [
        (exp, POINTS, "593acf525365"),
        (expm1, POINTS, "8545438e97eb"),
        (log, np.abs(POINTS), "0af3fa5940c6"),
        (log, 1 + POINTS * 2.0**-12, "67fda9e0e0ac"),
        (sigmoid, POINTS, "c7ecad72591a"),
        (tanh, POINTS, "e18077f2293d"),
    ],
)
def test_digits_of_functions(function, points, expected):
    values = function(points)
    assert digits(values[~np.isnan(values)]) == expected


# native


def is_native():
    a, b = draw(5, 300), draw(300, 5, seed=1)
    return same_bits(matmul(a, b), a @ b)


def test_native_is_plain_numpy():
    a, b, x = draw(5, 300), draw(300, 4, seed=1), np.abs(draw(1000))
    with native():
        assert same_bits(matmul(a, b), a @ b)
        assert same_bits(matmul(Rounded(a), b), a @ b)
        assert same_bits(transposed_matmul(b, b), b.T @ b)
        assert same_bits(transposed_matmul(Rounded(b), Rounded(b)), b.T @ b)
        for ours, numpys in ((exp, np.exp), (expm1, np.expm1), (log, np.log)):
            assert same_bits(ours(x), numpys(x))
        for axis in (None, 0, 1):
            assert same_bits(total(a, axis), np.sum(a, axis))
            np.testing.assert_allclose(mean(a, axis), np.mean(a, axis), rtol=1e-13)
    assert not is_native()


def test_native_blocks_nest():
    with native():
        with native():
            assert is_native()
        assert is_native()
    assert not is_native()


def fail_inside_native():
    with native():
        raise KeyError


def test_native_ends_with_an_exception():
    with pytest.raises(KeyError):
        fail_inside_native()
    assert not is_native()


def test_native_belongs_to_one_thread():
    seen = []
    thread = threading.Thread(target=lambda: seen.append(is_native()))
    with native():
        thread.start()
        thread.join()
        assert is_native()
    assert seen == [False]


def test_threads_with_different_settings_do_not_disturb_each_other():
    barrier, seen = threading.Barrier(2), {}

    def plain():
        barrier.wait()
        seen["plain"] = [is_native() for _ in range(20)]

    def fast():
        with native():
            barrier.wait()
            seen["native"] = [is_native() for _ in range(20)]

    threads = [threading.Thread(target=target) for target in (plain, fast)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {"plain": [False] * 20, "native": [True] * 20}


def test_native_does_not_warn():
    with native():
        assert np.isnan(log(-1.0))
        assert exp(1e10) == np.inf
        matmul([[1e308, np.inf]], [[1e308], [-1.0]])


@pytest.mark.parametrize("scale", [1.0, 1e200, 1e-200])
def test_rounded_in_native_may_be_used_outside(scale):
    a, b = draw(5, 300) * scale, draw(300, 4, seed=1)
    with native():
        rounded, columns = Rounded(a), Rounded(b)
    assert same_bits(matmul(rounded, b), matmul(Rounded(a), b))
    np.testing.assert_allclose(
        transposed_matmul(columns, columns), b.T @ b, atol=300 * 16 * 2.0**-18
    )


@pytest.mark.parametrize("scale", [1.0, 1e200, 1e-200])
def test_rounded_outside_may_be_used_in_native(scale):
    a, b = draw(5, 300) * scale, draw(300, 4, seed=1)
    rounded, columns = Rounded(a), Rounded(b)
    with native():
        assert same_bits(matmul(rounded, b), a @ b)
        assert same_bits(transposed_matmul(columns, columns), b.T @ b)
