"""MNIST: files in a folder, downloads, and every way in which they can be wrong."""

import functools
import gzip
import hashlib
import http.server
import threading

import numpy as np
import pytest

from nnlib import data
from nnlib.data import fashion_mnist, mnist, read_idx

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, size=(7, 28, 28), dtype=np.uint8)
LABELS = np.array([3, 1, 4, 1, 5, 9, 2], dtype=np.uint8)


def idx(array):
    header = bytes([0, 0, 8, array.ndim])
    return header + np.array(array.shape, ">u4").tobytes() + array.tobytes()


def write(folder, images=IMAGES, labels=LABELS, prefix="train-", ending=".gz"):
    folder.mkdir(exist_ok=True, parents=True)
    pack = functools.partial(gzip.compress, mtime=0) if ending else bytes
    for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
        path = folder / f"{prefix}{kind}-ubyte{ending}"
        path.write_bytes(pack(idx(array)))


@pytest.fixture(autouse=True)
def nowhere(monkeypatch, tmp_path):
    """An empty cache, and no network."""
    monkeypatch.delenv("NNLIB_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    for name, (_, *sums) in data._SOURCES.items():
        monkeypatch.setitem(data._SOURCES, name, ("http://127.0.0.1:9/", *sums))


@pytest.mark.parametrize("ending", [".gz", ""])
@pytest.mark.parametrize("prefix", ["train-", ""])
@pytest.mark.parametrize("inner", ["", "mnist"])
def test_folder_with_the_files(tmp_path, monkeypatch, inner, prefix, ending):
    write(tmp_path / inner, prefix=prefix, ending=ending)
    monkeypatch.setenv("NNLIB_DATA", str(tmp_path))
    images, labels = mnist()
    assert (images.dtype, labels.dtype) == (np.uint8, int)
    assert np.array_equal(images, IMAGES)
    assert np.array_equal(labels, LABELS)


def test_parts_and_sets_are_not_confused(tmp_path, monkeypatch):
    write(tmp_path, IMAGES + 1)
    write(tmp_path, IMAGES + 2, prefix="t10k-")
    write(tmp_path / "fashion-mnist", IMAGES + 3)
    monkeypatch.setenv("NNLIB_DATA", str(tmp_path))
    found = [mnist(), mnist("test"), fashion_mnist("train")]
    assert [int((images - IMAGES)[0, 0, 0]) for images, _ in found] == [1, 2, 3]
    with pytest.raises(OSError, match="t10k-images"):
        fashion_mnist("test")


def test_without_data_the_error_says_what_to_do():
    with pytest.raises(OSError, match="could not download") as caught:
        mnist()
    for word in ("127.0.0.1:9/train-images-idx3-ubyte.gz", "NNLIB_DATA", "nnlib"):
        assert word in str(caught.value)


@pytest.mark.parametrize("part", ["training", "", None, 0])
def test_part_is_named(part):
    with pytest.raises(ValueError, match='part must be "train" or "test", got'):
        mnist(part)


@pytest.fixture
def server(tmp_path):
    """A web server on this machine that counts what it hands out."""
    asked = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            super().do_GET()

        def log_message(self, *_):
            pass

    folder = tmp_path / "site"
    write(folder)
    handler = functools.partial(Handler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/", folder, asked
        running.shutdown()


def sums(folder, part="train"):
    names = (f"{part}-images-idx3-ubyte.gz", f"{part}-labels-idx1-ubyte.gz")
    return [hashlib.md5((folder / name).read_bytes()).hexdigest() for name in names]


def test_download_happens_once(server, monkeypatch):
    url, folder, asked = server
    monkeypatch.setitem(data._SOURCES, "mnist", (url, *sums(folder), "", ""))
    for _ in range(2):
        images, labels = mnist()
        assert np.array_equal(images, IMAGES)
        assert np.array_equal(labels, LABELS)
    assert len(asked) == 2
    name = "train-labels-idx1-ubyte.gz"
    path = data._find("mnist", name, url, sums(folder)[1])
    assert path.name == name


def test_download_of_the_test_part(server, monkeypatch):
    url, folder, _ = server
    write(folder, IMAGES + 1, prefix="t10k-")
    known = (url, *sums(folder), *sums(folder, "t10k"))
    monkeypatch.setitem(data._SOURCES, "mnist", known)
    assert np.array_equal(mnist("test")[0], IMAGES + 1)


def test_a_part_may_hold_as_many_images_as_mnist_and_no_more(tmp_path, monkeypatch):
    monkeypatch.setenv("NNLIB_DATA", str(tmp_path))
    write(tmp_path)
    limits = []

    def read(path, shape, most):
        limits.append(most)
        return read_idx(path, shape, most)

    monkeypatch.setattr(data, "read_idx", read)
    mnist()
    assert limits == [60_000, 60_000]


def test_download_with_another_checksum_is_refused_and_not_kept(server, monkeypatch):
    url, folder, asked = server
    right = sums(folder)
    monkeypatch.setitem(data._SOURCES, "mnist", (url, *right, "", ""))
    path = folder / "train-labels-idx1-ubyte.gz"
    good = path.read_bytes()
    path.write_bytes(good[:-1] + b"x")
    for _ in range(2):
        with pytest.raises(ValueError, match="hash"):
            mnist()
    path.write_bytes(good)
    assert np.array_equal(mnist()[1], LABELS)
    assert len(asked) == 4  # the images were whole, and came once


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "got only 0 bytes"),
        (idx(IMAGES)[:15], "got only 15 bytes"),
        (idx(IMAGES)[:-1], "must hold 5488 values, got 5487"),
        (idx(IMAGES) + b"x", "must hold 5488 values, got more"),
        (idx(LABELS), "IDX file"),
        (b"\x89PNG" + bytes(100), "begins b'\\x89PNG'"),
        (idx(IMAGES[:, :27]), "samples of (27, 28)"),
        (idx(IMAGES[:0]), "1 to 60 samples, got 0"),
        (b"\0\0\x08\x03\xff\xff\xff\xff\0\0\0\x1c\0\0\0\x1c", "got 4294967295"),
        (idx(np.zeros((61, 28, 28), np.uint8)), "1 to 60 samples, got 61"),
    ],
)
def test_wrong_file_is_named(tmp_path, content, words):
    path = tmp_path / "images"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="images") as caught:
        read_idx(path, (28, 28), 60)
    assert words in str(caught.value)


@pytest.mark.parametrize("n_samples", [1, 60])
def test_file_may_hold_one_sample_or_as_many_as_are_allowed(tmp_path, n_samples):
    path = tmp_path / "images"
    images = np.arange(n_samples * 784).reshape(-1, 28, 28).astype(np.uint8)
    path.write_bytes(idx(images))
    assert np.array_equal(read_idx(path, (28, 28), 60), images)


def test_labels_must_be_digits_and_as_many_as_images(tmp_path, monkeypatch):
    monkeypatch.setenv("NNLIB_DATA", str(tmp_path))
    write(tmp_path, labels=LABELS + 1)
    with pytest.raises(ValueError, match="labels must lie in 0 … 9"):
        mnist()
    write(tmp_path, labels=LABELS[:6])
    with pytest.raises(ValueError, match="same length"):
        mnist()


@pytest.mark.parametrize("ending", [".gz", ""])
@pytest.mark.parametrize("damage", ["truncated", "flipped"])
def test_fuzzed_file_is_read_or_refused(tmp_path, ending, damage):
    """No crash, no other error; and a compressed file, which has a checksum, is never read wrong."""
    rng = np.random.default_rng(1)
    write(tmp_path, ending=ending)
    path = tmp_path / f"train-images-idx3-ubyte{ending}"
    good = path.read_bytes()
    for _ in range(500):
        bad = bytearray(good)
        if damage == "truncated":
            del bad[rng.integers(0, len(good)) :]
        else:  # half of the flips in the header
            end = 30 if rng.random() < 0.5 else len(good)
            bad[rng.integers(0, end)] ^= 1 << rng.integers(0, 8)
        path.write_bytes(bad)
        complaint = ""
        try:
            array = read_idx(path, (28, 28), 60_000)
        except ValueError as error:
            complaint = str(error)
        if complaint:
            assert "train-images" in complaint
        else:
            assert damage == "flipped"
            assert array.shape == IMAGES.shape
            if ending:  # only what gzip does not check: time, system, flags
                assert np.array_equal(array, IMAGES)
            else:
                assert (array != IMAGES).sum() == 1
