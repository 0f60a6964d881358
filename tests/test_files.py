"""Saved networks come back bit for bit; every change to a file is noticed; saving is all or nothing."""

import json
import pickle
import random
import subprocess
import sys
import time

import numpy as np
import pytest
import safetensors.numpy
from requirements import require

from nnlib import files
from nnlib.dropout import Dropout
from nnlib.files import (
    describe,
    load,
    load_parameters,
    named_parameters,
    rebuild,
    save,
    write_whole,
)
from nnlib.layers import Dense, Layer, ReLU, Sequential, Sigmoid, Tanh

pytestmark = pytest.mark.filterwarnings("error")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(5, 4))
PREPROCESSING = {"divide by": 255, "center": [0.1, 1 / 3], "classes": ["nine", "zerø"]}


def network(seed=0):
    rng = np.random.default_rng(seed)
    inner = Sequential(Dense(6, 6, rng), Tanh(), Dropout(0.25, rng))
    net = Sequential(Dense(4, 6, rng), ReLU(), inner, Dense(6, 3, rng), Sigmoid())
    for parameter in net.parameters():
        parameter.value += rng.normal(size=parameter.value.shape)
    for layer in (inner.layers[2],):
        layer.training = False
    return net


def values(net):
    return [parameter.value.tobytes() for parameter in net.parameters()]


@pytest.fixture
def path(tmp_path):
    save(tmp_path / "model.safetensors", network(), PREPROCESSING)
    return tmp_path / "model.safetensors"


@pytest.mark.parametrize("net", [network(), Dense(4, 2, RNG), Sequential(ReLU())])
@pytest.mark.parametrize("preprocessing", [None, {}, PREPROCESSING, {"0": "0" * 64}])
def test_network_comes_back_bit_for_bit(tmp_path, net, preprocessing):
    save(tmp_path / "model", net, preprocessing)
    found, read = load(tmp_path / "model")
    assert read == preprocessing
    assert describe(found) == describe(net)
    assert repr(found) == repr(net)
    assert values(found) == values(net)
    assert found.forward(X).tobytes() == net.forward(X).tobytes()


def test_numbers_of_every_kind_come_back(tmp_path):
    net = Dense(2, 3, RNG)
    net.weights.value[...] = [[-0.0, np.inf, np.nan], [5e-324, 1 / 3, 1.7e308]]
    save(tmp_path / "model", net)
    assert values(load(tmp_path / "model")[0]) == values(net)


def test_another_process_predicts_the_same(path):
    code = (
        "import sys, numpy; from nnlib.files import load\n"
        f"X = numpy.frombuffer(bytes.fromhex({X.tobytes().hex()!r})).reshape(5, 4)\n"
        f"print(load({str(path)!r})[0].forward(X).tobytes().hex())"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert run.stdout.decode().strip() == network().forward(X).tobytes().hex()


def test_the_same_network_makes_the_same_file(tmp_path, path):
    code = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from test_files import *\n"
        f"save({str(tmp_path / 'other')!r}, network(), PREPROCESSING)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert (tmp_path / "other").read_bytes() == path.read_bytes()


def test_loaded_network_can_be_trained_on(path):
    net, _ = load(path)
    net.backward(np.ones_like(net.forward(X)))
    for parameter in net.parameters():
        parameter.value -= 0.1 * parameter.grad
    assert values(net) != values(network())


def test_names_are_places():
    names = ["0.weights", "0.biases", "2.0.weights", "2.0.biases"]
    assert list(named_parameters(network())) == [*names, "3.weights", "3.biases"]
    assert list(named_parameters(Dense(2, 1, RNG))) == ["weights", "biases"]


def test_description_is_made_of_lists():
    assert describe(network()) == [
        "Sequential",
        ["Dense", 4, 6],
        ["ReLU"],
        ["Sequential", ["Dense", 6, 6], ["Tanh"], ["Dropout", 0.25]],
        ["Dense", 6, 3],
        ["Sigmoid"],
    ]


class Twice(Layer):
    def forward(self, inputs):
        return 2 * inputs


class BetterReLU(ReLU):
    pass


@pytest.mark.parametrize("layer", [Twice(), BetterReLU(), Sequential(Twice())])
def test_unknown_layer_is_named_and_the_old_file_stays(path, layer):
    before = path.read_bytes()
    with pytest.raises(TypeError, match=r"got (Twice|BetterReLU)\(\)"):
        save(path, Sequential(ReLU(), layer))
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "bad",
    [
        {"mean": np.ones(2)},
        {"x": float("nan")},
        {"x": float("inf")},
        {1: 2},
        {"x": (1, 2)},
        [1, 2],
        "divide",
        {"f": len},
    ],
)
def test_preprocessing_must_survive_json(path, bad):
    before = path.read_bytes()
    with pytest.raises(TypeError, match="preprocessing must be a dict"):
        save(path, network(), bad)
    assert path.read_bytes() == before


@pytest.mark.parametrize("damage", ["truncated", "flipped", "extended", "garbled"])
@pytest.mark.parametrize("read", [load, lambda path: load_parameters(path, network(1))])
def test_every_change_to_a_file_is_an_error(path, damage, read):
    rng, good = random.Random(2), path.read_bytes()
    for _ in range(500):
        bad = bytearray(good)
        if damage == "truncated":
            del bad[rng.randrange(len(good)) :]
        elif damage == "extended":
            bad += rng.randbytes(rng.randrange(1, 20))
        else:
            end = rng.choice([8, 700, len(good)])  # length, head, anything
            place = rng.randrange(end)
            if damage == "flipped":
                bad[place] ^= 1 << rng.randrange(8)
            else:
                bad[place : place + 4] = rng.randbytes(4)
        if bad == good:
            continue
        path.write_bytes(bad)
        with pytest.raises(ValueError, match=r"model\.safetensors is not a file"):
            read(path)


def test_nothing_is_changed_by_a_file_that_does_not_fit(tmp_path, path):
    net = Sequential(Dense(4, 6, RNG), ReLU(), Dense(6, 3, RNG))
    before = values(net)
    with pytest.raises(ValueError, match="names of network and file differ"):
        load_parameters(path, net)
    other = Sequential(Dense(4, 6, RNG), ReLU(), Dense(6, 2, RNG))
    save(tmp_path / "other", other)
    with pytest.raises(ValueError, match=r"2\.weights must be .* \(6, 3\), got"):
        load_parameters(tmp_path / "other", net)
    assert values(net) == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "cut off"),
        (b"\x89PNG" + bytes(100), "safetensors"),
        (pickle.dumps({"a": 1}), "safetensors"),
        (b"\xff" * 8, "cut off"),
        (b"\x02" + bytes(7) + b"[]", "head is damaged"),
        (b"\x03" + bytes(7) + b"[]", "cut off"),
        (b"\x02" + bytes(6) + b"\x01[]", "cut off"),
        (safetensors.numpy.save({"0.weights": np.ones(2)}), "which network"),
        (safetensors.numpy.save({}, {"nnlib": "{}"}), "head is damaged"),
        (safetensors.numpy.save({}, {"nnlib": "[" * 100_000}), "head is damaged"),
        (safetensors.numpy.save({}, {"nnlib": '{"sha256": 7}'}), "head is damaged"),
    ],
)
def test_other_files_are_refused(tmp_path, content, words):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(ValueError, match="x is not a file that can be read") as caught:
        load(tmp_path / "x")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "description",
    [
        [],
        ["Sequential"],
        ["Sequential", ["ReLU", 1]],
        ["Dense", 4, 6],
        ["Dense", 4.0, 6],
        ["Dense", 10**12, 10**12],
        ["Dense", -1, 6],
        ["Dropout", 1.0],
        ["Dropout", "0.5"],
        ["Conv"],
        ["__import__", "os"],
        "ReLU",
        None,
    ],
)
def test_malformed_description_is_refused(description):
    with pytest.raises(ValueError, match=r"description|missing"):
        rebuild(description, {"0.weights": np.ones((4, 6))})


@pytest.mark.parametrize("error", [KeyError, RecursionError, ValueError])
def test_what_cannot_be_built_names_the_file(path, monkeypatch, error):
    def fail(*_):
        raise error("odd")

    monkeypatch.setattr(files, "rebuild", fail)
    with pytest.raises(ValueError, match=r"model\.safetensors is not a file that can"):
        load(path)


def test_arrays_must_fit_the_description():
    arrays = {"weights": np.ones((4, 6)), "biases": np.ones((6, 1))}
    with pytest.raises(ValueError, match=r"biases must be floats of shape \(6,\)"):
        rebuild(["Dense", 4, 6], arrays)
    arrays["biases"] = np.ones(6, int)
    with pytest.raises(ValueError, match="biases must be floats"):
        rebuild(["Dense", 4, 6], arrays)


def test_file_of_pytorch_with_the_same_names_and_shapes_loads(tmp_path):
    torch = require("torch", "files that PyTorch wrote")
    from safetensors.torch import save_file

    net, rng = network(), np.random.default_rng(3)
    arrays = {
        name: rng.normal(size=parameter.value.shape).astype(np.float32)
        for name, parameter in named_parameters(net).items()
    }
    tensors = {name: torch.tensor(array) for name, array in arrays.items()}
    save_file(tensors, tmp_path / "torch.safetensors")
    load_parameters(tmp_path / "torch.safetensors", net)
    for name, parameter in named_parameters(net).items():
        assert np.array_equal(parameter.value, arrays[name])
        assert parameter.value.dtype == np.float64


WRITER = """
import sys
import time
from nnlib.files import write_whole
path = sys.argv[1]
start = time.perf_counter()
write_whole(path, b"\\1" * 3_000_000)
print(time.perf_counter() - start, flush=True)
number = 1
while True:
    number = (number + 1) % 250
    write_whole(path, bytes([number]) * 3_000_000)
"""


def test_killed_at_any_moment_the_file_is_whole(tmp_path):
    path, rng, seen = tmp_path / "model", random.Random(0), set()
    path.write_bytes(b"\xff" * 3_000_000)
    for _ in range(50):
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE
        )
        seconds = float(child.stdout.readline())  # for one file
        time.sleep(rng.uniform(0, 6 * seconds))
        child.kill()
        child.wait()
        child.stdout.close()
        data = path.read_bytes()
        assert len(data) == 3_000_000
        assert data == data[:1] * 3_000_000
        seen.add(data[0])
    assert len(seen) > 2, "the kills came at too few different moments"


def test_full_disk_leaves_the_old_file(tmp_path):
    resource = pytest.importorskip(
        "resource", reason="only Unix can play a full disk: saving to one not checked"
    )
    path = tmp_path / "model"
    save(path, network())
    before = path.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, limits[1]))
    try:
        with pytest.raises(OSError, match="large"):
            save(path, network(1))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["model"]


def test_missing_folder_is_an_error_and_leaves_nothing(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        write_whole(tmp_path / "nowhere" / "model", b"x")
    assert caught.value.__context__ is None  # not one that came while tidying up
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []


def test_head_is_plain_json(path):
    """Anybody can read what a file is about without nnlib."""
    data = path.read_bytes()
    head = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    text = json.loads(head["__metadata__"]["nnlib"])
    assert text["network"] == describe(network())
    assert text["preprocessing"] == PREPROCESSING


@pytest.mark.parametrize("rate", [np.float32(0.5), np.int64(0)])
def test_rate_of_dropout_may_be_a_number_of_numpy(tmp_path, rate):
    net = Sequential(Dropout(rate, np.random.default_rng(0)))
    save(tmp_path / "network", net)
    assert load(tmp_path / "network")[0].layers[0].rate == rate
