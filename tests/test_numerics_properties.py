"""What `nnlib.numerics` promises, for whatever numbers and shapes Hypothesis comes up with."""

import math
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

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
SMALLEST = Fraction(5e-324)  # the error of a result that only just does not vanish

seeds = st.integers(0, 2**32 - 1)
finite = st.floats(allow_nan=False, allow_infinity=False)
moderate = st.one_of(st.just(0.0), st.floats(2.0**-100, 2.0**100), finite).map(
    lambda x: math.copysign(min(abs(x), 1e150), x)
)
special = st.sampled_from([0.0, -0.0, 1.0, -2.0, 0.75, math.inf, -math.inf, math.nan])


def same_bits(x, y):
    return np.shape(x) == np.shape(y) and np.asarray(x).tobytes() == y.tobytes()


@st.composite
def factors(draw, elements=finite, shared=1):
    """Two matrices with an inner dimension: the last of one, or the first, and the first of the other."""
    n, k, m = (draw(st.integers(1, most)) for most in (4, 12, 4))
    left = (n, k) if shared else (k, n)
    return draw(arrays(float, left, elements=elements, fill=st.nothing())), draw(
        arrays(float, (k, m), elements=elements, fill=st.nothing())
    )


@st.composite
def long_factors(draw, shared=1):
    """The same with a long inner dimension, and rows and columns on scales of their own."""
    rng = np.random.default_rng(draw(seeds))
    k = draw(st.sampled_from([300, 1, 2, 63, 64, 65, 2047, 2048, 2049, 4097]))
    n, m = (draw(st.integers(1, 3)) for _ in range(2))
    spread = draw(st.sampled_from([3, 0, 40, 400]))
    a, b = (rng.normal(size=s) for s in ((n, k) if shared else (k, n), (k, m)))
    a = np.ldexp(a, rng.integers(-spread, spread + 1, (len(a), 1)))
    scaled = (1, m) if shared else (k, 1)
    return a, np.ldexp(b, rng.integers(-spread, spread + 1, scaled))


def exact_product(a, b):
    """a @ b in fractions; of long sums, with terms rounded to 53 bits, which no bound here is near to."""
    if len(b) > 12:
        return [[Fraction(math.fsum(row * column)) for column in b.T] for row in a]
    rows = [[Fraction(x) for x in row] for row in a.tolist()]
    columns = [[Fraction(x) for x in column] for column in b.T.tolist()]
    return [
        [
            sum((x * y for x, y in zip(row, column, strict=True)), Fraction(0))
            for column in columns
        ]
        for row in rows
    ]


def largest(numbers):
    return max(abs(Fraction(x)) for x in numbers.tolist())


def shuffled(length, seed):
    """Every index once, each in its own block."""
    rng = np.random.default_rng(seed)
    starts = range(0, length, BLOCK)
    return np.concatenate(
        [start + rng.permutation(min(BLOCK, length - start)) for start in starts]
    )


def layouts(x):
    """One matrix in different places in memory."""
    gaps = np.zeros((2 * x.shape[0], 3 * x.shape[1]))
    gaps[::2, ::3] = x
    yield from (x.copy(), np.asfortranarray(x), gaps[::2, ::3])
    yield x[::-1, ::-1].copy()[::-1, ::-1]


# Products


@pytest.mark.parametrize("pairs", [factors(), long_factors()], ids=["short", "long"])
@given(st.data(), seeds, st.sampled_from([np.array, Rounded]))
def test_order_of_the_terms_does_not_matter(pairs, data, seed, prepare):
    a, b = data.draw(pairs)
    order = shuffled(len(b), seed)
    shuffled_product = matmul(prepare(a[:, order]), b[order])
    assert same_bits(matmul(prepare(a), b), shuffled_product)


@pytest.mark.parametrize(
    "pairs", [factors(shared=0), long_factors(shared=0)], ids=["short", "long"]
)
@given(st.data(), seeds)
def test_order_of_the_samples_does_not_matter(pairs, data, seed):
    a, b = data.draw(pairs)
    order = shuffled(len(b), seed)
    product = transposed_matmul(a, b)
    assert same_bits(product, transposed_matmul(a[order], b[order]))
    assert same_bits(product, transposed_matmul(Rounded(a), Rounded(b)))


@given(factors())
def test_place_in_memory_does_not_matter(pair):
    a, b = pair
    product = matmul(a, b)
    transposed = transposed_matmul(a.T, b)
    for left, right in zip(layouts(a), layouts(b), strict=True):
        assert same_bits(product, matmul(left, right))
        assert same_bits(transposed, transposed_matmul(left.T, right))


@given(factors(st.floats()), st.sampled_from([np.array, Rounded]))
def test_row_depends_on_that_row_alone(pair, prepare):
    """Whatever stands in other rows, NaN and infinity included, and where neither row nor column holds one."""
    a, b = pair
    whole, usual = matmul(prepare(a), b), np.isfinite(b).all(axis=0)
    for row in np.flatnonzero(np.isfinite(a).all(axis=1)):
        alone = matmul(prepare(a[row : row + 1]), b)[0]
        np.testing.assert_array_equal(whole[row, usual], alone[usual])
    if prepare is np.array:
        np.testing.assert_array_equal(matmul(a[0], b), matmul(a[:1], b)[0])


@given(factors(moderate.filter(lambda x: x == 0 or abs(x) > 1e-30)), st.data())
def test_scaling_by_powers_of_two_is_exact(pair, data):
    a, b = pair
    a, b = np.clip(a, -1e30, 1e30), np.clip(b, -1e30, 1e30)
    powers = st.integers(-380, 380)
    rows = data.draw(arrays(int, (len(a), 1), elements=powers))
    columns = data.draw(arrays(int, (1, b.shape[1]), elements=powers))
    scaled = matmul(np.ldexp(a, rows), np.ldexp(b, columns))
    assert same_bits(scaled, np.ldexp(matmul(a, b), rows + columns))


@given(st.one_of(long_factors(), factors(moderate)))
def test_error_of_a_product_is_within_its_bound(pair):
    a, b = pair
    bits = (53 - math.ceil(math.log2(min(len(b), BLOCK)))) // 2
    true = exact_product(a, b)
    for product, kept in ((matmul(a, b), bits), (matmul(Rounded(a), b), 20)):
        for i, j in np.ndindex(product.shape):
            bound = (
                len(b) * largest(a[i]) * largest(b[:, j]) * Fraction(2) ** (1 - kept)
            )
            assert abs(Fraction(product[i, j]) - true[i][j]) <= bound + SMALLEST


@given(st.one_of(long_factors(shared=0), factors(moderate, shared=0)))
def test_error_of_a_transposed_product_is_within_its_bound(pair):
    a, b = pair
    product, true = transposed_matmul(a, b), exact_product(a.T, b)
    wide, narrow = (b, a) if a.shape[1] < b.shape[1] else (a, b)
    rows = [largest(row) for row in wide]
    bounds = [
        max(row * abs(Fraction(x)) for row, x in zip(rows, column, strict=True))
        for column in narrow.T.tolist()
    ]
    for i, j in np.ndindex(product.shape):
        bound = len(a) * bounds[j if wide is a else i] / 2**18
        assert abs(Fraction(product[i, j]) - true[i][j]) <= bound + SMALLEST


@given(factors(special))
def test_nan_or_infinity_stands_where_numpy_puts_one(pair):
    """Which of the two depends on the kernel: OpenBLAS for Prescott makes [1, inf] @ [1, 1] NaN."""
    a, b = pair
    with np.errstate(all="ignore"):
        plain = a @ b
    finite = np.isfinite(plain)
    for product in (matmul(a, b), matmul(Rounded(a), b), transposed_matmul(a.T, b)):
        np.testing.assert_array_equal(np.isfinite(product), finite)
        np.testing.assert_array_equal(product[finite], plain[finite])  # exact: few bits


@given(factors(st.integers(-(2**21) + 1, 2**21 - 1)))
def test_whole_numbers_are_multiplied_exactly(pair):
    a, b = pair
    assert matmul(a, b).tolist() == [
        [float(x) for x in row] for row in exact_product(a, b)
    ]


@given(factors(st.integers(-(2**10) + 1, 2**10 - 1), shared=0))
def test_small_whole_numbers_are_multiplied_exactly_transposed_too(pair):
    a, b = pair
    assert same_bits(transposed_matmul(a, b), matmul(a.T, b))


@given(factors())
def test_native_is_plain_numpy_and_leaves_no_trace(pair):
    a, b = pair
    before = matmul(a, b)
    with native(), np.errstate(all="ignore"):
        np.testing.assert_array_equal(matmul(a, b), a @ b)
        np.testing.assert_array_equal(transposed_matmul(a.T, b), a @ b)
    assert same_bits(matmul(a, b), before)


# Sums


def fold(terms):
    """The documented order, in Python's own numbers."""
    while len(terms) > 1:
        half = len(terms) // 2
        folded = [terms[i] + terms[half + i] for i in range(half)]
        if len(terms) % 2:
            folded[0] += terms[-1]
        terms = folded
    return terms[0] if terms else 0.0


tables = arrays(
    float,
    array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=9),
    elements=moderate,
)
lines = arrays(float, st.integers(0, 70), elements=moderate, fill=st.nothing())


@given(lines)
@example(np.array([]))
@example(np.array([-0.0]))
def test_total_adds_in_the_documented_order(x):
    assert same_bits(np.float64(fold(x.tolist())), total(x))
    if len(x) == 0:
        with pytest.raises(ValueError, match="empty"):
            mean(x)
    else:
        assert same_bits(total(x) / len(x), mean(x))


@given(tables)
def test_total_along_an_axis_is_the_total_of_each_line(x):
    wholes = [total(x.ravel()), *([total(line) for line in y] for y in (x.T, x))]
    for axis, expected in zip((None, 0, 1), wholes, strict=True):
        assert same_bits(np.array(expected), total(x, axis))
        n_terms = x.size if axis is None else x.shape[axis]
        if n_terms:
            assert same_bits(np.array(expected) / n_terms, mean(x, axis))
        for other in layouts(x):
            assert same_bits(total(x, axis), total(other, axis))


@given(arrays(float, st.integers(1, 300), elements=moderate).map(np.abs))
def test_error_of_total_of_one_sign_is_within_its_bound(x):
    true = sum(map(Fraction, x.tolist()), Fraction(0))
    bound = 2 * Fraction(math.log2(len(x))) * true / 2**53
    assert abs(Fraction(float(total(x))) - true) <= bound
    assert total(-x) == -total(x)


# Exponential and logarithm

LN2 = math.log(2)
HALVES = [k * LN2 / 2 for k in range(-2150, 2049)]  # where the reduction changes over
exponents = st.one_of(
    st.floats(-750, 711),
    st.floats(-1e-3, 1e-3),
    st.builds(
        lambda x, steps: x + steps * math.ulp(x),
        st.sampled_from(HALVES),
        st.integers(-9, 9),
    ),
)
positive = st.one_of(
    st.floats(0, exclude_min=True, allow_infinity=False),
    st.floats(0.4, 2.5),
    st.builds(
        lambda power, steps: math.ldexp(math.sqrt(0.5) * (1 + steps * 2**-52), power),
        st.integers(-1080, 1024),
        st.integers(-9, 9),
    ).filter(bool),
    st.integers(-99, 99).map(lambda steps: 1 + steps * 2**-53),
)
LARGEST = Decimal(math.nextafter(math.inf, 0))


def ulps(values, points, exact):
    """The errors in units in the last place, against 60 decimal digits."""
    with localcontext() as context:
        context.prec = 60
        for point, value in zip(points, values.tolist(), strict=True):
            true = exact(Decimal(point))
            if abs(true) < LARGEST:
                yield abs(Decimal(value) - true) / Decimal(math.ulp(float(true)))


@given(st.lists(exponents, min_size=1, max_size=20))
@example([709.782712893384, -745.1332191019411, -745.1332191019412, -708.4, 5e-324])
def test_exp_is_within_one_and_a_half_units(points):
    assert max(ulps(exp(points), points, Decimal.exp), default=0) <= 1.5


@given(st.lists(exponents, min_size=1, max_size=20))
@example([5e-324, -5e-324, 2e-308, -1e-310, 709.782712893384, -37.0, -60.0, -61.0])
def test_expm1_is_within_three_units(points):
    def exact(x):  # far more digits, so that those left after − 1 are enough
        with localcontext() as context:
            context.prec = 400
            return x.exp() - 1

    assert max(ulps(expm1(points), points, exact), default=0) <= 3


@given(st.lists(positive, min_size=1, max_size=20))
@example([5e-324, 2.2250738585072014e-308, 1.7976931348623157e308])
def test_log_is_within_one_unit(points):
    assert max(ulps(log(points), points, Decimal.ln), default=0) <= 1


@given(st.lists(st.floats(), min_size=1, max_size=20))
@example([math.inf, -math.inf, math.nan, 0.0, -0.0, 1.0, -1.0, 710.0, -746.0])
def test_any_float_gives_what_it_should(points):
    """Infinite, zero, NaN in the right places, without a warning."""
    for x, e, m, logarithm in zip(
        points, exp(points), expm1(points), log(points), strict=True
    ):
        assert math.isnan(e) == math.isnan(m) == math.isnan(x)
        assert math.isnan(logarithm) == (math.isnan(x) or x < 0)
        if not math.isnan(x):
            assert (e == math.inf) == (m == math.inf) == (x > 709.782712893384)
            assert (e == 0) == (x < -745.1332191019411)
            assert (logarithm == -math.inf) == (x == 0)
            assert (logarithm == math.inf) == (x == math.inf)
            assert (m == 0) == (x == 0)
            assert m >= -1


@given(exponents, st.integers(1, 3))
def test_exp_never_falls_by_more_than_its_errors(x, steps):
    """Not promised to be monotonic; a fall beyond both errors together would break the promise."""
    above = x + steps * math.ulp(x)
    for function, units in ((exp, 1.5), (expm1, 3)):
        low, high = function(x), function(above)
        assume(math.isfinite(high))
        assert high >= low - 2 * units * math.ulp(low)


@given(st.floats(-700, 709))
def test_log_undoes_exp(x):
    """A relative error of exp, 1.5 units or less, is an absolute one of the logarithm; its own unit comes on top."""
    assert abs(log(exp(x)) - x) <= 1.5 * 2.0**-52 * 1.01 + 2 * math.ulp(x)


@given(st.floats(-700, 700))
def test_expm1_and_exp_differ_by_one(x):
    allowed = 3 * math.ulp(expm1(x)) + 2.5 * math.ulp(exp(x))
    assert abs((exp(x) - 1) - expm1(x)) <= allowed


@given(arrays(float, array_shapes(max_dims=3), elements=exponents))
def test_every_entry_is_its_own(x):
    for function in (exp, expm1, log, snap):
        values = function(x)
        ones = [function(one) for one in x.ravel().tolist()]
        np.testing.assert_array_equal(values, np.reshape(ones, x.shape))


@given(st.floats(-3.4e38, 3.4e38))
def test_snap_gives_the_nearest_float32(x):
    found = np.float32(snap(x))
    assert found == snap(x) == snap(snap(x))
    distance = abs(Fraction(float(found)) - Fraction(x))
    for neighbour in np.nextafter(found, np.float32([-np.inf, np.inf])):
        if np.isfinite(neighbour):
            assert distance <= abs(Fraction(float(neighbour)) - Fraction(x))
