"""Gradients by finite differences: slow, independent of every formula, and so the judge of all of them."""

import numpy as np

from nnlib._checks import check_positive


def numerical_grad(f, array, step=1e-5):
    """Estimate the gradient of ``f`` at ``array`` by central differences.

    Each entry is moved up and down by ``step`` in place, and put back; so ``f`` may use its argument or read the array
    where it lives, for example in a layer. Where ``f`` multiplies matrices with `nnlib.numerics.matmul`, call this
    inside `nnlib.numerics.native`.

    Parameters
    ----------
    f : callable
        Takes the array, returns one number.
    array : ndarray of float64, any shape
    step : float, default 1e-5
        In the units of ``array``. The error is about step² times a third derivative plus 1e-16 / step.

    Returns
    -------
    ndarray, same shape as ``array``

    Raises
    ------
    TypeError
        If ``array`` is not an ndarray of float64, which could not be moved in place.
    ValueError
        If ``step`` is not a finite number above 0.
    """
    if not isinstance(array, np.ndarray) or array.dtype != np.float64:
        raise TypeError(
            f"array must be an ndarray of float64, got {getattr(array, 'dtype', type(array).__name__)}"
        )
    check_positive("step", step)
    grad = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        try:
            array[index] = kept + step
            above = f(array)
            array[index] = kept - step
            below = f(array)
        finally:
            array[index] = kept
        grad[index] = (above - below) / (2 * step)
    return grad
