"""Networks, notes and damage of every kind that Hypothesis comes up with: back bit for bit, or refused."""

import json

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnlib.dropout import Dropout
from nnlib.files import describe, load, load_parameters, named_parameters, save
from nnlib.layers import Dense, ReLU, Sequential, Sigmoid, Tanh

pytestmark = pytest.mark.filterwarnings("error")

RNG = np.random.default_rng(0)
BITS = st.one_of(  # of −0.0, the smallest and largest numbers, infinity and NaN; or any
    st.sampled_from(
        [1 << 63, 1, 0x7FEF << 48, 0x7FF << 52, 0xFFF8 << 48, 0x7FF4 << 48]
    ),
    st.integers(0, 2**64 - 1),
)


@st.composite
def dense(draw):
    layer = Dense(draw(st.integers(1, 5)), draw(st.integers(1, 4)), RNG)
    for parameter in layer.parameters():
        shape = parameter.value.shape
        values = draw(arrays(np.uint64, shape, elements=BITS)).view(np.float64)
        parameter.value = values.copy(order=draw(st.sampled_from("CF")))
    return layer


def dropout(rate, training):
    layer = Dropout(rate, RNG)
    layer.training = training
    return layer


simple = st.one_of(
    dense(),
    st.sampled_from([ReLU, Sigmoid, Tanh]).map(lambda kind: kind()),
    st.builds(dropout, st.floats(0, 1, exclude_max=True) | st.just(0), st.booleans()),
)
networks = st.recursive(
    simple,
    lambda inner: st.lists(inner, min_size=1, max_size=4).map(lambda x: Sequential(*x)),
    max_leaves=6,
)
texts = st.one_of(
    st.text(max_size=20),
    st.text(st.characters(categories=["Cs", "Cc", "So"]), max_size=5),
    st.sampled_from(["0" * 64, "0" * 200, "sha256", '"', "\\", "\x00", "__metadata__"]),
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | texts
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
    ),
    max_leaves=8,
)
notes = st.none() | st.dictionaries(texts, json_values, max_size=4)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("files") / "model"


@pytest.fixture(scope="module")
def good(path):
    """The bytes of one file, and the network in it."""
    network = Sequential(Dense(3, 2, RNG), dropout(0.5, False), Dense(2, 1, RNG))
    save(path, network, {"divide by": 255, "zeros": "0" * 64})
    return path.read_bytes(), network


def contents(network):
    """Everything about a network that a file keeps."""
    values = {name: p.value for name, p in named_parameters(network).items()}
    return describe(network), {n: (v.shape, v.tobytes()) for n, v in values.items()}


def inside(network):
    """The network and all layers in it."""
    yield network
    for layer in getattr(network, "layers", []):
        yield from inside(layer)


@given(network=networks, note=notes)
@example(network=ReLU(), note={"0" * 64: {"0" * 64: "0" * 64}})
def test_network_and_notes_come_back_bit_for_bit(path, network, note):
    save(path, network, note)
    found, read = load(path)
    assert contents(found) == contents(network)
    assert repr(found) == repr(network)
    assert json.dumps(read) == json.dumps(note)  # which tells −0.0, 0 and False apart
    assert not any(getattr(layer, "training", False) for layer in inside(found))
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    again = path.read_bytes()
    save(path, found, read)
    assert path.read_bytes() == again
    for parameter in found.parameters():
        parameter.value = np.ones(parameter.value.shape)
    load_parameters(path, found)
    assert contents(found) == contents(network)


not_json = st.one_of(
    st.sampled_from([np.nan, np.inf, -np.inf, (1, 2), b"x", {1, 2}, 1j, np.float32(1)]),
    arrays(float, 2),
    st.dictionaries(st.integers(), st.none(), min_size=1, max_size=2),
)


@given(note=notes.filter(bool), strange=not_json, deep=st.booleans())
def test_what_json_does_not_hold_is_refused_and_the_old_file_stays(
    path, good, note, strange, deep
):
    data, network = good
    path.write_bytes(data)
    key = next(iter(note))
    with pytest.raises(TypeError, match="preprocessing must be a dict"):
        save(path, network, {**note, key: [strange] if deep else strange})
    assert path.read_bytes() == data


def refused_or_as_it_was(path, bad, network):
    """Both ways of reading a damaged file refuse it, and leave a network that was to get its numbers alone."""
    path.write_bytes(bad)
    with pytest.raises(ValueError, match="model is not a file that can be read here"):
        load(path)
    other = Sequential(Dense(3, 2, RNG), Dropout(0.5, RNG), Dense(2, 1, RNG))
    before = contents(other)
    with pytest.raises(ValueError, match="model is not a file that can be read here"):
        load_parameters(path, other)
    assert contents(other) == before


@settings(max_examples=3)
@given(byte=st.integers(1, 255))
def test_any_changed_byte_is_refused(path, good, byte):
    """At every place."""
    data, network = good
    for place in range(len(data)):
        bad = bytearray(data)
        bad[place] ^= byte
        refused_or_as_it_was(path, bytes(bad), network)


@given(
    start=st.integers(0, 2**20), length=st.integers(0, 50), new=st.binary(max_size=50)
)
def test_any_cut_or_insertion_is_refused(path, good, start, length, new):
    data, network = good
    start %= len(data) + 1
    bad = data[:start] + new + data[start + length :]
    assume(bad != data)
    refused_or_as_it_was(path, bad, network)


@given(data=st.binary(max_size=300))
def test_any_other_bytes_are_refused(path, good, data):
    refused_or_as_it_was(path, data, good[1])


@given(name=st.sampled_from(["network", "preprocessing", "sha256"]), value=json_values)
def test_any_other_text_in_the_head_is_refused(path, good, name, value):
    """Written by somebody who knows the form of the file, but not the checksum."""
    data, network = good
    n_head = int.from_bytes(data[:8], "little")
    head = json.loads(data[8 : 8 + n_head])
    text = json.loads(head["__metadata__"]["nnlib"])
    assume(json.dumps(text[name]) != json.dumps(value))
    head["__metadata__"]["nnlib"] = json.dumps(text | {name: value})
    new = json.dumps(head).encode()
    bad = len(new).to_bytes(8, "little") + new + data[8 + n_head :]
    refused_or_as_it_was(path, bad, network)
