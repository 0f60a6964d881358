"""Starting weights that keep the spread of a signal, layer after layer: to be passed to Dense as ``init``."""

import numpy as np

from nnlib._checks import check_count, check_rng
from nnlib.numerics import snap


def glorot(n_inputs, n_outputs, rng):
    """Uniform draws with variance 2 / (n_inputs + n_outputs), for tanh, sigmoid and linear outputs [GlorotBengio2010]_.

    Parameters
    ----------
    n_inputs, n_outputs : int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (n_inputs, n_outputs)
        From −limit to limit with limit = √(6 / (n_inputs + n_outputs)), rounded to float32 values.

    Raises
    ------
    TypeError, ValueError
        If a size is not a whole number of at least 1, or ``rng`` not a generator.

    References
    ----------
    .. [GlorotBengio2010] X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural
       networks", AISTATS 2010.
    """
    check_count("n_inputs", n_inputs)
    check_count("n_outputs", n_outputs)
    check_rng(rng)
    limit = np.sqrt(6 / (n_inputs + n_outputs))
    return snap(rng.uniform(-limit, limit, size=(n_inputs, n_outputs)))


def he(n_inputs, n_outputs, rng):
    """Normal draws with variance 2 / n_inputs, for ReLU, which passes on half of what arrives [He2015]_.

    Parameters
    ----------
    n_inputs, n_outputs : int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (n_inputs, n_outputs)
        Rounded to float32 values.

    Raises
    ------
    TypeError, ValueError
        If a size is not a whole number of at least 1, or ``rng`` not a generator.

    References
    ----------
    .. [He2015] K. He, X. Zhang, S. Ren, J. Sun, "Delving deep into rectifiers: surpassing human-level performance on
       ImageNet classification", ICCV 2015.
    """
    check_count("n_inputs", n_inputs)
    check_count("n_outputs", n_outputs)
    check_rng(rng)
    return snap(np.sqrt(2 / n_inputs) * rng.normal(size=(n_inputs, n_outputs)))
