"""Complaints about bad input, in one place, so that the code the chapters teach stays clear.

Every error names the argument, what it got and what was expected, and is raised before anything is changed.
"""

import numpy as np


def as_floats(name, values):
    """Return ``values`` as a float64 array, or complain by name."""
    try:
        array = np.asarray(values)
        if array.dtype.kind not in "biuf":
            raise TypeError
        return array.astype(np.float64, copy=False)
    except (TypeError, ValueError):
        raise TypeError(
            f"{name} must be an array of real numbers, got {_kind(values)}"
        ) from None


def as_matrix(name, values, n_columns=None):
    """Return ``values`` as a float64 matrix with at least one row and, if given, ``n_columns`` columns."""
    array = as_floats(name, values)
    wanted = f"a matrix of shape (n_samples, {n_columns or 'n_columns'})"
    if array.ndim != 2 or (n_columns is not None and array.shape[1] != n_columns):
        raise ValueError(
            f"{name} must be {wanted}, got an array of shape {array.shape}"
        )
    if array.size == 0:
        raise ValueError(
            f"{name} must be {wanted} and not be empty, got shape {array.shape}"
        )
    return array


def as_factors(a, b):
    """Return the two factors of a matrix product as float64 arrays whose inner dimensions agree."""
    a, b = as_floats("a", a), as_floats("b", b)
    if a.ndim not in (1, 2) or b.ndim not in (1, 2):
        raise ValueError(
            f"a and b must be vectors or matrices, got shapes {a.shape} and {b.shape}"
        )
    if a.shape[-1] != b.shape[0]:
        raise ValueError(
            f"the last dimension of a must equal the first of b, got shapes {a.shape} and {b.shape}"
        )
    return a, b


def as_sample_factors(a, b):
    """Return the two factors of ``a.T @ b`` as float64 matrices with equally many rows, one for each sample."""
    a, b = as_floats("a", a), as_floats("b", b)
    if a.ndim != 2 or b.ndim != 2:
        raise ValueError(
            f"a and b must be matrices, got shapes {a.shape} and {b.shape}"
        )
    if len(a) != len(b):
        raise ValueError(
            f"a and b must have equally many rows, got shapes {a.shape} and {b.shape}"
        )
    return a, b


def as_pair(outputs, targets):
    """Return two float64 arrays of the same, non-empty shape."""
    outputs, targets = as_floats("outputs", outputs), as_floats("targets", targets)
    if outputs.shape != targets.shape:
        raise ValueError(
            f"targets must have the shape of the outputs, {outputs.shape}, got {targets.shape}"
        )
    if outputs.size == 0:
        raise ValueError(f"outputs must not be empty, got shape {outputs.shape}")
    return outputs, targets


def as_labels(name, labels, n_classes, n_samples=None):
    """Return ``labels`` as a vector of integers in 0 … ``n_classes`` − 1."""
    array = np.asarray(labels)
    if array.dtype.kind not in "iu":
        raise TypeError(
            f"{name} must be integers in 0 … {n_classes - 1}, got {_kind(labels)}"
        )
    n_wanted = "n_samples" if n_samples is None else n_samples
    if array.ndim != 1 or (n_samples is not None and len(array) != n_samples):
        raise ValueError(f"{name} must have shape ({n_wanted},), got {array.shape}")
    if len(array) == 0:
        raise ValueError(f"{name} must not be empty")
    low, high = int(array.min()), int(array.max())
    if low < 0 or high >= n_classes:
        raise ValueError(
            f"{name} must lie in 0 … {n_classes - 1}, got values from {low} to {high}"
        )
    return array


def as_class_probabilities(name, targets, n_classes):
    """Return ``targets`` as a matrix (n_samples, ``n_classes``) of rows that are not negative and sum to 1."""
    array = as_matrix(name, targets, n_classes)
    if not (array >= 0).all() or not (np.abs(array.sum(axis=1) - 1) < 1e-6).all():
        raise ValueError(
            f"each row of {name} must be non-negative and sum to 1 (a one-hot row holds a single 1)"
        )
    return array


def check_same_length(**arrays):
    """Complain unless all arrays have the same, positive number of rows."""
    for name, array in arrays.items():
        if not hasattr(array, "__len__") or getattr(array, "ndim", 1) == 0:
            raise TypeError(
                f"{name} must be an array with one row for each sample, got {_kind(array)}"
            )
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(
            f"{' and '.join(lengths)} must have the same length, got {list(lengths.values())}"
        )
    if 0 in lengths.values():
        raise ValueError(f"{' and '.join(lengths)} must not be empty")


def check_grad(grad_outputs, outputs):
    """Return ``grad_outputs`` as a float64 array shaped like the outputs of the last forward pass."""
    if outputs is None:
        raise RuntimeError(
            "backward needs the values of a forward pass: call forward first"
        )
    grad_outputs = as_floats("grad_outputs", grad_outputs)
    if grad_outputs.shape != outputs.shape:
        raise ValueError(
            f"grad_outputs must have the shape of the outputs, {outputs.shape}, got {grad_outputs.shape}"
        )
    return grad_outputs


def check_positive(name, value):
    """Complain unless ``value`` is a finite number above zero."""
    if not isinstance(value, (int, float, np.integer, np.floating)) or isinstance(
        value, bool
    ):
        raise TypeError(f"{name} must be a number above 0, got {_kind(value)}")
    if not 0 < value < np.inf:
        raise ValueError(f"{name} must be a finite number above 0, got {value!r}")


def check_fraction(name, value):
    """Complain unless 0 ≤ ``value`` < 1."""
    if not isinstance(value, (int, float, np.integer, np.floating)) or isinstance(
        value, bool
    ):
        raise TypeError(f"{name} must be a number in [0, 1), got {_kind(value)}")
    if not 0 <= value < 1:
        raise ValueError(f"{name} must lie in [0, 1), got {value!r}")


def check_count(name, value):
    """Complain unless ``value`` is a whole number of at least 1."""
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool):
        raise TypeError(
            f"{name} must be a whole number of at least 1, got {_kind(value)}"
        )
    if value < 1:
        raise ValueError(f"{name} must be at least 1, got {value}")


def as_seed(seed):
    """Return ``seed`` if NumPy's global generator can start from it, or complain."""
    if not isinstance(seed, (int, np.integer)) or isinstance(seed, bool):
        raise TypeError(
            f"seed must be a whole number from 0 to 2**32 - 1, got {_kind(seed)}"
        )
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed must lie in 0 … 2**32 - 1, got {seed}")
    return seed


def as_parameters(parameters):
    """Return a list of parameters, which have a value and a gradient, or complain."""
    wanted = (
        "parameters must be a list of Parameter objects, such as network.parameters()"
    )
    try:
        found = list(parameters)
    except TypeError:
        raise TypeError(f"{wanted}, got {_kind(parameters)}") from None
    if not found:
        raise ValueError(f"{wanted}, got none")
    for parameter in found:
        if not hasattr(parameter, "value") or not hasattr(parameter, "grad"):
            raise TypeError(f"{wanted}, got one that holds {_kind(parameter)}")
    return found


def check_rng(rng):
    """Complain unless ``rng`` is a NumPy random generator."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng must be a generator made by np.random.default_rng(seed), got {_kind(rng)}"
        )


def _kind(value):
    """Describe a value for an error message: its dtype if it is an array, else its type and itself."""
    if isinstance(value, np.ndarray):
        return f"an array of dtype {value.dtype}"
    return f"{type(value).__name__} {value!r:.60}"
