"""Networks on the disk: in safetensors files, which hold numbers and text and cannot run code."""

import hashlib
import json
import os
import pathlib

import numpy as np
import safetensors.numpy

from nnlib._checks import as_json, as_model_text, check_fit, unreadable
from nnlib.dropout import Dropout, set_training
from nnlib.layers import Dense, Parameter, ReLU, Sequential, Sigmoid, Tanh

_PLAIN = {"ReLU": ReLU, "Sigmoid": Sigmoid, "Tanh": Tanh}
_NO_SUM = "0" * 64  # stands in the place of the checksum while it is computed


def named_parameters(network, prefix=""):
    """Give every parameter of a network a name: the places of its layers, and its attribute.

    Parameters
    ----------
    network : nnlib.layers.Layer
    prefix : str, default ""
        Put before all names.

    Returns
    -------
    dict from str to nnlib.layers.Parameter
        Such as ``"0.weights"``, ``"0.biases"``, ``"2.weights"``.
    """
    found = {
        prefix + name: value
        for name, value in vars(network).items()
        if isinstance(value, Parameter)
    }
    for place, layer in enumerate(getattr(network, "layers", [])):
        found |= named_parameters(layer, f"{prefix}{place}.")
    return found


def describe(layer):
    """Write the architecture of a network as nested lists, without its parameters.

    Parameters
    ----------
    layer : nnlib.layers.Layer
        Of the kinds Sequential, Dense, Dropout, ReLU, Sigmoid and Tanh.

    Returns
    -------
    list
        Such as ``["Sequential", ["Dense", 2, 64], ["ReLU"], ["Dense", 64, 3]]``.

    Raises
    ------
    TypeError
        If a layer is of another kind.
    """
    kind = type(layer).__name__
    if type(layer) is Sequential:
        return [kind, *(describe(inner) for inner in layer.layers)]
    if type(layer) is Dense:
        return [kind, *layer.weights.value.shape]
    if type(layer) is Dropout:
        return [kind, layer.rate]
    if type(layer) is _PLAIN.get(kind):
        return [kind]
    raise TypeError(
        f"network must consist of layers whose description is known, got {layer!r}"
    )


def rebuild(description, arrays, prefix=""):
    """Build the network that `describe` described.

    Parameters
    ----------
    description : list
    arrays : dict from str to ndarray
        The values of the parameters, by the names of `named_parameters`.
    prefix : str, default ""
        Which the names begin with.

    Returns
    -------
    nnlib.layers.Layer
        With dropout off.

    Raises
    ------
    ValueError
        If the description is malformed, or an array is missing or has another shape.
    """
    match description:
        case ["Sequential", *inner] if inner:
            pairs = enumerate(inner)
            layers = [rebuild(one, arrays, f"{prefix}{i}.") for i, one in pairs]
            return Sequential(*layers)
        case ["Dense", int(n_inputs), int(n_outputs)]:
            weights, biases = (arrays.get(prefix + s) for s in ("weights", "biases"))
            check_fit(prefix + "weights", weights, (n_inputs, n_outputs))
            check_fit(prefix + "biases", biases, (n_outputs,))
            rng = np.random.default_rng(0)  # draws nothing
            layer = Dense(n_inputs, n_outputs, rng, init=lambda *_: weights)
            layer.biases = Parameter(biases)
            return layer
        case ["Dropout", float(rate) | int(rate)] if 0 <= rate < 1:
            layer = Dropout(rate, np.random.default_rng(0))
            set_training(layer, False)
            return layer
        case [str(kind)] if kind in _PLAIN:
            return _PLAIN[kind]()
    raise ValueError(f"the description of a layer is not known: {description!r:.60}")


def write_whole(path, data):
    """Write a file such that, whatever happens, the old one or the new one is there, whole.

    Parameters
    ----------
    path : path-like
    data : bytes

    Raises
    ------
    OSError
        If it cannot be written, for instance on a full disk. The old file is untouched.
    """
    path = pathlib.Path(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(beside, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def save(path, network, preprocessing=None):
    """Write a network, with its architecture and the preprocessing of its inputs, into a safetensors file.

    The file carries a checksum of all of its bytes.

    Parameters
    ----------
    path : path-like
        An existing file is replaced, in one step, when the new one is complete.
    network : nnlib.layers.Layer
        Of the kinds that `describe` knows.
    preprocessing : dict, optional
        What has to be done to inputs before they enter the network, in numbers, texts, lists and dicts, as JSON holds
        them: for instance ``{"divide by": 255}``.

    Raises
    ------
    TypeError
        If a layer is of another kind, or ``preprocessing`` holds something else.
    OSError
        If the file cannot be written. The old one is untouched.
    """
    model = {
        "sha256": _NO_SUM,  # the first of its kind in the file
        "network": describe(network),
        "preprocessing": as_json("preprocessing", preprocessing),
    }
    arrays = {
        name: np.ascontiguousarray(parameter.value)
        for name, parameter in named_parameters(network).items()
    }
    metadata = {"nnlib": json.dumps(model, allow_nan=False)}
    data = safetensors.numpy.save(arrays, metadata)
    checksum = hashlib.sha256(data).hexdigest()
    write_whole(path, data.replace(_NO_SUM.encode(), checksum.encode(), 1))


def _read(path):
    """The text and the arrays of a safetensors file, checked; the text is None in a file that nnlib did not write."""
    data = pathlib.Path(path).read_bytes()
    text = as_model_text(path, data)
    if text is not None:
        zeroed = data.replace(text["sha256"].encode(), _NO_SUM.encode(), 1)
        if hashlib.sha256(zeroed).hexdigest() != text["sha256"]:
            raise unreadable(path, "its contents do not have the checksum they had")
    try:
        return text, safetensors.numpy.load(data)
    except Exception as error:  # whatever the library raises on damaged bytes
        raise unreadable(path, error) from None


def load(path):
    """Read a network that `save` wrote.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    network : nnlib.layers.Layer
        Its predictions are those of the network that was saved, bit for bit. Dropout is off, and its random numbers
        begin anew.
    preprocessing : dict or None

    Raises
    ------
    ValueError
        If the file is damaged, of another kind, or was not written by `save`.
    OSError
        If it cannot be read.
    """
    text, arrays = _read(path)
    if text is None:
        raise unreadable(path, "it does not say which network it belongs to")
    try:
        return rebuild(text["network"], arrays), text["preprocessing"]
    except (KeyError, RecursionError, ValueError) as error:
        raise unreadable(path, error) from None


def load_parameters(path, network):
    """Give a network the parameters of a file: one that `save` wrote, or any other with the same names and shapes.

    Parameters
    ----------
    path : path-like
        A safetensors file, for instance one that PyTorch wrote.
    network : nnlib.layers.Layer
        Gets the values; on an error it stays as it was.

    Raises
    ------
    ValueError
        If the file is damaged, or its names or shapes are not those of `named_parameters`.
    OSError
        If it cannot be read.
    """
    _, arrays = _read(path)
    parameters = named_parameters(network)
    if arrays.keys() != parameters.keys():
        names = " and ".join(str(sorted(some)) for some in (parameters, arrays))
        raise unreadable(path, f"the names of network and file differ, {names}")
    try:
        for name, parameter in parameters.items():
            check_fit(name, arrays[name], parameter.value.shape)
    except ValueError as error:
        raise unreadable(path, error) from None
    for name, parameter in parameters.items():
        parameter.value[...] = arrays[name]
