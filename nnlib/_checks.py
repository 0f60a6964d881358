"""Complaints about bad input, in one place, so that the code the chapters teach stays clear.

Every error names the argument, what it got and what was expected, and is raised before anything is changed.
"""

import json

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


def as_shares(name, values):
    """Return ``values`` as a float64 array of numbers from 0 to 1."""
    array = as_floats(name, values)
    if not ((array >= 0) & (array <= 1)).all():
        raise ValueError(
            f"{name} must lie between 0 and 1, got values from {array.min()} to {array.max()}"
        )
    return array


def as_answers(name, values):
    """Return ``values`` as a float64 array of zeros and ones."""
    array = as_floats(name, values)
    if not ((array == 0) | (array == 1)).all():
        raise ValueError(f"{name} must hold only 0 and 1, got {_kind(values)}")
    return array


def as_counts(name, values):
    """Return ``values`` as a square float64 matrix without negative entries."""
    array = as_matrix(name, values)
    if array.shape[0] != array.shape[1]:
        raise ValueError(f"{name} must be square, got shape {array.shape}")
    if not (array >= 0).all():
        raise ValueError(f"{name} must not hold negative numbers, got {array.min()}")
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


def check_not_negative(name, value):
    """Complain unless ``value`` is a finite number of at least zero."""
    if not isinstance(value, (int, float, np.integer, np.floating)) or isinstance(
        value, bool
    ):
        raise TypeError(f"{name} must be a number of at least 0, got {_kind(value)}")
    if not 0 <= value < np.inf:
        raise ValueError(f"{name} must be a finite number of at least 0, got {value!r}")


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


def as_rows(name, values):
    """Return ``values`` as an array of finite real numbers with at least one row, without a copy in another type."""
    try:
        array = np.asarray(values)
    except ValueError:  # rows of different lengths
        array = np.array(None)
    if array.dtype.kind not in "biuf" or array.ndim == 0:
        raise TypeError(
            f"{name} must be an array of real numbers with one row for each sample, got {_kind(values)}"
        )
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    for start in range(0, len(array), 1000):  # of a large file, a part at a time
        bad = ~np.isfinite(array[start : start + 1000])
        if bad.any():
            row = start + int(np.argwhere(bad)[0, 0])
            raise ValueError(
                f"{name} must be finite, got {array[row][bad[row - start]].flat[0]} in row {row}"
            )
    return array


def as_batch(batch):
    """Return the inputs, checked, and the targets of one batch."""
    if not isinstance(batch, (tuple, list)) or len(batch) != 2:
        raise TypeError(
            f"each batch must be a pair (X_batch, y_batch), got {_kind(batch)}"
        )
    X, y = as_rows("X", batch[0]), batch[1]
    check_same_length(X=X, y=np.asarray(y))
    return X, y


def check_batches(n_batches, epoch):
    """Complain unless an epoch had batches."""
    if n_batches == 0:
        raise ValueError(
            f"X must give batches in every epoch, got none in epoch {epoch}: a generator can be read only once, "
            "pass a list or an object that can be iterated over again"
        )


def check_loss(value, step, epoch):
    """Complain unless the loss of a step is finite."""
    if not np.isfinite(value):
        raise ValueError(
            f"the loss must stay finite, got {value} at step {step} of epoch {epoch}: "
            "the learning rate is probably too large; the parameters of the last finite loss were kept"
        )


def check_model(network, loss, optimizer, penalties, metrics):
    """Complain unless the parts of a model have what it calls, and belong together."""
    parts = [
        ("network", network, ("forward", "backward", "parameters")),
        ("loss", loss, ("value", "grad")),
        ("optimizer", optimizer, ("step",)),
    ]
    if not isinstance(penalties, (list, tuple)):
        raise TypeError(
            f"penalties must be a list of penalties, got {_kind(penalties)}"
        )
    parts += [("penalties", penalty, ("add_grad",)) for penalty in penalties]
    for name, part, methods in parts:
        for method in methods:
            if isinstance(part, type) or not callable(getattr(part, method, None)):
                raise TypeError(
                    f"{name} must be an object with the method {method}, got {_kind(part)}"
                )
    if not isinstance(metrics, (dict, type(None))) or not all(
        isinstance(name, str) and callable(metric)
        for name, metric in (metrics or {}).items()
    ):
        raise TypeError(
            f"metrics must be a dict from names to functions, got {_kind(metrics)}"
        )
    own = {id(parameter) for parameter in network.parameters()}
    inner = getattr(optimizer, "optimizer", optimizer)  # under a schedule
    for name, part in [
        ("optimizer", inner),
        *(("penalties", penalty) for penalty in penalties),
    ]:
        if not {id(parameter) for parameter in getattr(part, "parameters", [])} <= own:
            raise ValueError(
                f"{name} must hold parameters of the network only, got some of another: "
                "make it with network.parameters()"
            )


def check_data(model, X, y, batch_size, rng, validation, patience):
    """Complain about what `Model.fit` cannot train on or validate with, before it begins."""
    if patience is not None:
        check_count("patience", patience)
        if validation is None:
            raise ValueError("patience needs validation data to watch, got none")
    if y is None:
        if isinstance(X, np.ndarray) or not hasattr(X, "__iter__"):
            raise TypeError(
                f"without y, X must be an iterable of (X_batch, y_batch) pairs, got {_kind(X)}"
            )
        if batch_size is not None or rng is not None:
            raise ValueError(
                "batch_size and rng must not be given with batches that are ready made"
            )
    else:
        X = as_rows("X", X)
        check_same_length(X=X, y=np.asarray(y))
        if batch_size is not None:
            check_count("batch_size", batch_size)
            check_rng(rng)
        model.evaluate(X, y)
    if validation is not None:
        if not isinstance(validation, (tuple, list)) or len(validation) != 2:
            raise TypeError(
                f"validation must be a pair (X, y), got {_kind(validation)}"
            )
        model.evaluate(*validation)


def check_part(part):
    """Complain unless ``part`` names a part of a data set."""
    if part not in ("train", "test"):
        raise ValueError(f'part must be "train" or "test", got {_kind(part)}')


def check_idx_header(path, header, shape, most):
    """Return the number of samples that the header of an IDX file announces, or complain."""
    wanted = f"an IDX file of samples of shape {shape}"
    if len(header) < 8 + 4 * len(shape):
        raise ValueError(f"{path} must be {wanted}, got only {len(header)} bytes")
    if header[:4] != bytes([0, 0, 8, 1 + len(shape)]):
        raise ValueError(f"{path} must be {wanted}, got one that begins {header[:4]}")
    n_samples, *found = np.frombuffer(header[4:], ">u4").tolist()
    if tuple(found) != shape:
        raise ValueError(f"{path} must be {wanted}, got samples of {tuple(found)}")
    if not 1 <= n_samples <= most:
        raise ValueError(f"{path} must hold 1 to {most} samples, got {n_samples}")
    return n_samples


def check_idx_size(path, n_wanted, n_found, more):
    """Complain unless an IDX file held as many values as its header says."""
    if n_found != n_wanted or more:
        found = "more" if more else n_found
        raise ValueError(f"{path} must hold {n_wanted} values, got {found}")


def as_json(name, value):
    """Return ``value``, a dict or None, if JSON gives it back as it is, or complain."""
    try:
        same = json.loads(json.dumps(value, allow_nan=False)) == value
    except (TypeError, ValueError, RecursionError):
        same = False
    if not same or not isinstance(value, (dict, type(None))):
        raise TypeError(
            f"{name} must be a dict of finite numbers, texts, lists and dicts (of an array, its tolist()), "
            f"got {_kind(value)}"
        )
    return value


def unreadable(path, reason):
    """The error for a file that cannot be taken for what it should be."""
    return ValueError(f"{path} is not a file that can be read here: {reason}")


def as_model_text(path, data):
    """Return what nnlib wrote into the head of a safetensors file, None if it wrote nothing, or complain."""
    n_head = int.from_bytes(data[:8], "little")
    if n_head > len(data) - 8:
        raise unreadable(path, "it is not a safetensors file, or it is cut off")
    try:
        metadata = json.loads(data[8 : 8 + n_head].decode()).get("__metadata__", {})
        if "nnlib" not in metadata and not any(
            "sha256" in x for x in metadata.values()
        ):
            return None  # somebody else's file, not a damaged one of ours
        text = json.loads(metadata["nnlib"])
        if len(text["sha256"].encode()) == 64:
            return text
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise unreadable(path, "its head is damaged")


def check_fit(name, array, shape):
    """Complain unless ``array``, out of a file, is one of floats with this shape."""
    if array is None:
        raise ValueError(f"{name} is missing")
    if array.dtype.kind != "f" or array.shape != shape:
        raise ValueError(
            f"{name} must be floats of shape {shape}, got {array.dtype} of shape {array.shape}"
        )


def as_image(name, values, colour=True):
    """Return an image as floats from 0 to 1, in grey or, if allowed, with three channels."""
    try:
        array = np.asarray(values)
    except ValueError:  # rows of different lengths
        array = np.array(None)
    if array.dtype != np.uint8 and array.dtype.kind != "f":
        raise TypeError(
            f"{name} must be an array of dtype uint8 (0 to 255) or of floats (0 to 1), got {_kind(values)}"
        )
    wanted = "(height, width) or (height, width, 3)" if colour else "(height, width)"
    if array.ndim != 2 and not (colour and array.ndim == 3 and array.shape[2] == 3):
        hint = (
            ": leave out transparency with [..., :3]" if array.shape[2:] == (4,) else ""
        )
        raise ValueError(f"{name} must have shape {wanted}, got {array.shape}{hint}")
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    if array.dtype == np.uint8:
        return array / 255.0
    if not ((array >= 0) & (array <= 1)).all():
        raise ValueError(
            f"{name} must hold floats from 0 to 1, got values from {array.min()} to {array.max()}"
        )
    return array.astype(np.float64, copy=False)


def check_contrast(contrast):
    """Complain unless something stands out from the paper."""
    if contrast < 0.1:
        raise ValueError(
            f"grey must hold ink, 0.1 or more darker or lighter than the border, got {contrast:.3f} at most"
        )


def as_bitmap(name, values, shape=None):
    """Return ``values`` as a matrix of booleans, if given of this shape."""
    try:
        array = np.asarray(values)
    except ValueError:  # rows of different lengths
        array = np.array(None)
    if array.dtype != np.bool_:
        raise TypeError(
            f"{name} must be an array of booleans, True for ink, got {_kind(values)}"
        )
    if array.ndim != 2 or array.size == 0 or (shape and array.shape != shape):
        wanted = shape or "(height, width)"
        raise ValueError(f"{name} must have shape {wanted}, got {array.shape}")
    return array


def check_ink(bitmap):
    """Complain unless a bitmap holds ink."""
    if not bitmap.any():
        raise ValueError("bitmap must hold ink, got none")


def check_side(name, value):
    """Complain unless ``value`` is a whole number from 1 to 32."""
    check_count(name, value)
    if value > 32:
        raise ValueError(f"{name} must be at most 32, got {value}")


def check_rng(rng):
    """Complain unless ``rng`` is a NumPy random generator."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng must be a generator made by np.random.default_rng(seed), got {_kind(rng)}"
        )


def as_generator(random_state):
    """Return a NumPy generator made from what scikit-learn allows as ``random_state``, or complain."""
    if isinstance(random_state, np.random.RandomState):
        random_state = random_state.randint(2**32, dtype=np.uint32)
    try:
        return np.random.default_rng(random_state)
    except (TypeError, ValueError):
        raise ValueError(
            "random_state must be a whole number of at least 0, a Generator, a RandomState or None, "
            f"got {_kind(random_state)}"
        ) from None


def as_widths(name, widths):
    """Return a list of whole numbers of at least 1, none or more, or complain."""
    if not np.iterable(widths) or isinstance(widths, str):
        raise TypeError(
            f"{name} must be a sequence of whole numbers, such as (64,), got {_kind(widths)}"
        )
    for width in widths:
        check_count(f"each of {name}", width)
    return list(widths)


def _kind(value):
    """Describe a value for an error message: its dtype if it is an array, else its type and itself."""
    if isinstance(value, np.ndarray):
        return f"an array of dtype {value.dtype}"
    return f"{type(value).__name__} {value!r:.60}"
