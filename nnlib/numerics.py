"""Arithmetic that gives the same digits on every machine.

IEEE 754 fixes the result of one addition, multiplication, division or square root, but not the order in which a
library adds up a matrix product, nor the last digit of its exponential. This module builds products, sums,
exponential and logarithm from nothing but the fixed operations. Chapter 23 shows how.
"""

import math
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

from nnlib._checks import as_factors, as_floats, as_sample_factors

_native = ContextVar("nnlib_native", default=False)


@contextmanager
def native():
    """Compute with plain NumPy inside a ``with`` block.

    Faster, and accurate to float64 instead of about float32, but the last digits then depend on the machine. Finite
    differences need it: a product of rounded factors is a staircase, and its small steps would swamp theirs. The
    setting belongs to the running thread or task (a ``contextvars`` variable), and blocks may be nested.

    Examples
    --------
    >>> with native():
    ...     float(exp(1.0)) == float(np.exp(1.0))
    True
    """
    token = _native.set(True)
    try:
        yield
    finally:
        _native.reset(token)


def snap(x):
    """Round to the nearest float32 values, kept as float64.

    Removes the last-digit differences between C libraries from random draws and from data made with sin and cos.

    Parameters
    ----------
    x : array_like of float, any shape

    Returns
    -------
    ndarray of float64, same shape

    Raises
    ------
    TypeError
        If ``x`` does not hold real numbers.
    """
    return as_floats("x", x).astype(np.float32).astype(np.float64)


def total(x, axis=None):
    """Add up like ``np.sum``, in a fixed order: fold the array in half until one entry is left.

    Entry i meets entry i + n // 2; where n is odd, the last entry joins the first sum.

    Parameters
    ----------
    x : array_like, shape (n,) or (n, m)
    axis : {None, 0, 1}, default None
        None adds up all entries, 0 the rows, 1 the columns.

    Returns
    -------
    float64 or ndarray, shape (m,) for axis 0 or (n,) for axis 1
        The relative error is at most ``2 * log2(n) * 2**-53`` where all terms have one sign. Empty sums are 0.

    Raises
    ------
    TypeError
        If ``x`` does not hold real numbers.
    ValueError
        If ``x`` has more than two dimensions, or ``axis`` is none of its axes.
    """
    x = as_floats("x", x)
    if x.ndim > 2 or axis not in (None, 0, 1)[: x.ndim + 1]:
        raise ValueError(
            f"x must be a vector or matrix and axis one of its axes, got shape {x.shape}, axis {axis!r}"
        )
    if _native.get():
        return np.sum(x, axis=axis)
    rest = x.ravel() if axis is None else x if axis == 0 else x.T
    if len(rest) == 0:
        return np.zeros(rest.shape[1:])[()]
    while len(rest) > 1:
        half = len(rest) // 2
        folded = rest[:half] + rest[half : 2 * half]
        if len(rest) % 2:
            folded[0] += rest[-1]
        rest = folded
    return rest[0].copy()


def mean(x, axis=None):
    """Average like ``np.mean``, with the sum of `total`.

    Parameters, returns and errors are those of `total`; in addition, an empty average raises `ValueError`.
    """
    x = as_floats("x", x)
    added = total(x, axis)
    n_terms = x.size if axis is None else x.shape[axis]
    if n_terms == 0:
        raise ValueError(f"x must not be empty, got shape {x.shape}")
    return added / n_terms


_EXACT_LENGTH = 2048  # the longest sum that is kept exact; longer ones are cut into blocks of this length


class Rounded:
    """A matrix whose rows are rounded for exact products once, so that several products can share the work.

    `matmul` and `transposed_matmul` take it in place of the array.

    Parameters
    ----------
    x : array_like, shape (n, k)
    bits : int, default 22
        How many bits of the largest number of each row to keep, 1 to 31.

    Attributes
    ----------
    array : ndarray, shape (n, k)
        The matrix as it was.

    Raises
    ------
    TypeError
        If ``x`` does not hold real numbers.
    ValueError
        If ``x`` is not a matrix, or ``bits`` out of range.
    """

    def __init__(self, x, bits=22):
        self.array = as_floats("x", x)
        if self.array.ndim != 2:
            raise ValueError(
                f"x must be a matrix, got an array of shape {self.array.shape}"
            )
        if bits not in range(1, 32):
            raise ValueError(f"bits must be a whole number from 1 to 31, got {bits!r}")
        self.bits = bits
        # The values stay None where plain rounding does not do: see _unusual_product.
        self.values = None
        if not _native.get() and self.array.size:
            self.exponent, usual = _exponent(self.array, axis=1)
            if usual:
                self.values = _to_grid(self.array, self.exponent - bits)


def matmul(a, b):
    """Multiply two matrices like ``a @ b``, with the same digits on every machine.

    The rows of ``a`` and the columns of ``b`` are rounded so coarsely that every sum of their products fits in the
    53 bits of a float64: no addition rounds, so the order of the additions cannot matter. A row of the result
    depends on that row of ``a`` alone, not on the rows beside it.

    Parameters
    ----------
    a : array_like, shape (n, k) or (k,), or Rounded
    b : array_like, shape (k, m) or (k,)

    Returns
    -------
    ndarray, shape (n, m), or without the dimension that a vector lacks
        Each entry is off by at most ``k * max|row| * max|column| * 2**(1 - bits)``, with
        ``bits = (53 - ceil(log2(min(k, 2048)))) // 2``, which is 21 or more; with a `Rounded` of 22 bits, 20 or more.
        That is about the precision of float32. Rows of ``a`` and columns of ``b`` that hold NaN or infinity are
        multiplied by plain ``@`` and do not touch the others.

    Raises
    ------
    TypeError
        If a factor does not hold real numbers.
    ValueError
        If a factor is not a vector or matrix, or the inner dimensions differ.

    Notes
    -----
    The rounding by adding and subtracting a large constant is the extraction of [RumpOgitaOishi2008]_; rounding so
    that products add exactly is the first step of the splitting of [OzakiOgitaOishiRump2012]_.

    References
    ----------
    .. [RumpOgitaOishi2008] S. M. Rump, T. Ogita, S. Oishi, "Accurate floating-point summation, part I", SIAM J. Sci.
       Comput. 31 (2008).
    .. [OzakiOgitaOishiRump2012] K. Ozaki, T. Ogita, S. Oishi, S. M. Rump, "Error-free transformations of matrix
       multiplication", Numer. Algorithms 59 (2012).
    """
    if isinstance(a, Rounded):
        array, b = as_factors(a.array, b)
    else:
        array, b = as_factors(a, b)
        if array.ndim == 1:
            return matmul(array[np.newaxis, :], b)[0]
    if b.ndim == 1:
        return matmul(a, b[:, np.newaxis])[:, 0]
    with np.errstate(all="ignore"):
        if _native.get() or array.size == 0 or b.size == 0:
            return array @ b
        if not isinstance(a, Rounded):
            a = Rounded(array, (53 - _sum_bits(len(b))) // 2)
        return _product(a, b)


def transposed_matmul(a, b):
    """Multiply like ``a.T @ b``, where both have one row for each sample, with the same digits on every machine.

    Parameters
    ----------
    a : array_like, shape (n, k), or Rounded
    b : array_like, shape (n, m), or Rounded

    Returns
    -------
    ndarray, shape (k, m)
        Each entry is off by at most ``n * max(|row maximum of wider| * |column of narrower|) * 2**-18``.

    Raises
    ------
    TypeError
        If a factor does not hold real numbers.
    ValueError
        If a factor is not a matrix, or the numbers of rows differ.
    """
    arrays = as_sample_factors(
        *(x.array if isinstance(x, Rounded) else x for x in (a, b))
    )
    with np.errstate(all="ignore"):
        if _native.get() or arrays[0].size == 0 or arrays[1].size == 0:
            return arrays[0].T @ arrays[1]
        a, b = (x if isinstance(x, Rounded) else Rounded(x) for x in (a, b))
        if a.array.shape[1] < b.array.shape[1]:
            moved = _move_scales(a, b)
            if moved is None:
                return _unusual_transposed_product(b.array, a.array).T
            return _add_blocks(moved.T, b.values)
        moved = _move_scales(b, a)
        if moved is None:
            return _unusual_transposed_product(a.array, b.array)
        return _add_blocks(a.values.T, moved)


def _product(a, b):
    """Multiply a Rounded by an array; every sum is exact. (n, k), (k, m) -> (n, m)"""
    exponent, usual = _exponent(b, axis=0)
    if a.values is None or not usual:
        return _unusual_product(a, b)
    return _add_blocks(
        a.values, _to_grid(b, exponent - (53 - a.bits - _sum_bits(len(b))))
    )


def _unusual_product(a, b):
    """Multiply where NaN, infinity, very large or very small numbers occur. (n, k), (k, m) -> (n, m)"""
    array, bits = a.array, a.bits
    rows, columns = np.isfinite(array).all(axis=1), np.isfinite(b).all(axis=0)
    if rows.all() and columns.all():
        # Scale each row and column by a power of two, and the product back.
        row_exponent = _exponent(array, axis=1)[0]
        column_exponent = _exponent(b, axis=0)[0]
        scaled = Rounded(np.ldexp(array, -row_exponent), bits)
        product = _product(scaled, np.ldexp(b, -column_exponent))
        return np.ldexp(product, row_exponent + column_exponent)
    kept = Rounded(np.where(rows[:, np.newaxis], array, 0.0), bits)
    product = _product(kept, np.where(columns, b, 0.0))
    product[~rows] = array[~rows] @ b
    product[:, ~columns] = array @ b[:, ~columns]
    return product


def _unusual_transposed_product(wide, narrow):
    """Multiply wide.T by narrow where plain rounding does not do. (n, k), (n, m) -> (k, m)"""
    # The scale of each row moves from wide to narrow, and from there out of each column.
    row_exponent = _exponent(np.where(np.isfinite(wide), wide, 0.0), axis=1)[0]
    counts = np.isfinite(narrow) & (narrow != 0.0)
    moved_exponent = row_exponent + np.frexp(narrow)[1]
    column_exponent = np.where(counts, moved_exponent, -9000).max(axis=0)
    scaled = np.ldexp(narrow, row_exponent - column_exponent)
    return np.ldexp(matmul(np.ldexp(wide, -row_exponent).T, scaled), column_exponent)


def _move_scales(narrow, wide):
    """Round ``narrow`` so that its products with the rows of ``wide``, each on its own grid, share one grid.

    None where very large or very small numbers do not allow it.
    """
    if narrow.values is None or wide.values is None:
        return None
    exponent, usual = _exponent(narrow.array * np.ldexp(1.0, wide.exponent), axis=0)
    if not usual:
        return None
    bits = 53 - wide.bits - _sum_bits(len(narrow.array))
    return _to_grid(narrow.array, exponent - np.maximum(wide.exponent, -600) - bits)


def _add_blocks(a, b):
    """Multiply factors that are rounded already, adding up blocks of the inner dimension in order."""
    product = a[:, :_EXACT_LENGTH] @ b[:_EXACT_LENGTH]
    for start in range(_EXACT_LENGTH, len(b), _EXACT_LENGTH):
        block = slice(start, start + _EXACT_LENGTH)
        product += a[:, block] @ b[block]
    return product


def _sum_bits(length):
    """By how many bits a sum of so many terms, cut into blocks, can outgrow one term: log2, rounded up."""
    return (min(length, _EXACT_LENGTH) - 1).bit_length()


def _exponent(x, axis):
    """The e with 2**e above all magnitudes of an axis, and whether all are far from the range's ends.

    Zeros get an e far below all others, so that what they are multiplied by does not count.
    """
    # Floats that are not negative sort like their bit patterns, and integers compare faster; NaN comes out on top.
    # Column by column in memory, the maximum over a few columns takes a few long loops instead of many short ones.
    magnitude = np.abs(x, order="F" if x.shape[1] <= 16 else "K")
    largest = magnitude.view(np.int64).max(axis=axis, keepdims=True).view(np.float64)
    exponent = np.frexp(largest)[1]
    usual = largest.max() < 1e60 and exponent.min() > -200
    exponent[largest == 0.0] = -4000
    return exponent, usual


def _to_grid(x, exponent):
    """Round to multiples of 2**exponent."""
    shift = np.ldexp(1.5, exponent + 52)  # numbers of this size are 2**exponent apart
    rounded = x + shift
    rounded -= shift
    return rounded


# ln 2 in two parts: 33 bits, which times a whole number below 2**20 stay exact, and the rest.
_LN2_HIGH = float.fromhex("0x1.62e42feep-1")
_LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
_EXP_SERIES = [1 / math.factorial(n) for n in range(1, 14)]
_ATANH_SERIES = [1 / n for n in range(3, 25, 2)]


def _polynomial(coefficients, x):
    """coefficients[0] + coefficients[1] x + coefficients[2] x² + …, from the inside out."""
    value = np.full(np.shape(x), coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        value *= x
        value += coefficient
    return value


def _split_exp(x):
    """Write exp(x) as (1 + fraction) * 2**exponent, with the fraction between -0.3 and 0.42."""
    exponent = np.rint(x * (1 / (_LN2_HIGH + _LN2_LOW)))
    remainder = (x - exponent * _LN2_HIGH) - exponent * _LN2_LOW
    return remainder * _polynomial(_EXP_SERIES, remainder), exponent.astype(np.intc)


def exp(x):
    """The exponential, like ``np.exp``, with the same digits on every machine.

    Parameters
    ----------
    x : array_like of float, any shape

    Returns
    -------
    ndarray or float64, same shape
        Within 1.5 units in the last place. exp(710) and above are inf, exp(-746) and below 0, without a warning.

    Raises
    ------
    TypeError
        If ``x`` does not hold real numbers.
    """
    x = as_floats("x", x)
    with np.errstate(all="ignore"):
        if _native.get():
            return np.exp(x)
        fraction, exponent = _split_exp(np.clip(x, -746.0, 710.0))
        return np.ldexp(1.0 + fraction, exponent)


def expm1(x):
    """exp(x) − 1, like ``np.expm1``: it keeps its digits for x near 0, where exp(x) is 1.000… and would lose them.

    Parameters
    ----------
    x : array_like of float, any shape

    Returns
    -------
    ndarray or float64, same shape
        Within 3 units in the last place.

    Raises
    ------
    TypeError
        If ``x`` does not hold real numbers.
    """
    x = as_floats("x", x)
    with np.errstate(all="ignore"):
        if _native.get():
            return np.expm1(x)
        fraction, exponent = _split_exp(np.clip(x, -60.0, 710.0))
        return np.ldexp(fraction + (1.0 - np.ldexp(1.0, -exponent)), exponent)


def log(x):
    """The natural logarithm, like ``np.log``, with the same digits on every machine.

    Parameters
    ----------
    x : array_like of float, any shape

    Returns
    -------
    ndarray or float64, same shape
        Within 1 unit in the last place. log(0) is -inf and the log of a negative number NaN, without a warning.

    Raises
    ------
    TypeError
        If ``x`` does not hold real numbers.
    """
    x = as_floats("x", x)
    with np.errstate(all="ignore"):
        if _native.get():
            return np.log(x)
        # x = fraction * 2**exponent, with the fraction in [½, 1)
        fraction, exponent = np.frexp(x)
        small = fraction < 0.7071067811865476
        f = np.where(small, 2.0 * fraction, fraction) - 1.0
        exponent = exponent - small
        s = f / (2.0 + f)  # log(1 + f) = 2 atanh(s) = 2 s + 2 s³/3 + 2 s⁵/5 + …
        tail = s * s * _polynomial(_ATANH_SERIES, s * s)
        value = exponent * _LN2_HIGH + (
            f - (s * (f - 2.0 * tail) - exponent * _LN2_LOW)
        )
        return np.where(
            (x > 0.0) & (x < np.inf),
            value,
            np.where(x == 0.0, -np.inf, np.where(x < 0.0, np.nan, x)),
        )[()]
