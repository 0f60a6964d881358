"""Data sets, the same on every machine."""

import gzip
import os
import pathlib
import zlib

import nnfs.datasets
import numpy as np
import sklearn.datasets

from nnlib._checks import (
    as_labels,
    as_seed,
    check_count,
    check_idx_header,
    check_idx_size,
    check_part,
    check_rng,
    check_same_length,
)
from nnlib.numerics import snap


def _seeded(make, seed, *arguments):
    """Call a function that draws from NumPy's global generator, seeded, and put that generator back as it was."""
    state = np.random.get_state()
    try:
        np.random.seed(as_seed(seed))
        return make(*arguments)
    finally:
        np.random.set_state(state)


def spiral(n_per_class, n_classes, seed):
    """Points on intertwined spiral arms, one arm a class: the data set of *Neural Networks from Scratch*.

    Parameters
    ----------
    n_per_class, n_classes : int
        At least 1.
    seed : int
        0 to 2**32 − 1. Seed 0 gives the points that ``nnfs.init()`` followed by ``spiral_data`` gives, within 1e-6
        (``init`` rounds the random draws to float32, too).

    Returns
    -------
    X : ndarray of float, shape (n_per_class * n_classes, 2)
    y : ndarray of int, shape (n_per_class * n_classes,)

    Raises
    ------
    TypeError, ValueError
        If a count is not a whole number of at least 1, or the seed is not one.
    """
    check_count("n_per_class", n_per_class)
    check_count("n_classes", n_classes)
    X, y = _seeded(nnfs.datasets.spiral_data, seed, n_per_class, n_classes)
    return snap(X), y.astype(int)


def vertical(n_per_class, n_classes, seed):
    """Points in vertical bands side by side, one band a class. Parameters, returns and errors as `spiral`."""
    check_count("n_per_class", n_per_class)
    check_count("n_classes", n_classes)
    X, y = _seeded(nnfs.datasets.vertical_data, seed, n_per_class, n_classes)
    return snap(X), y.astype(int)


def sine(n_samples):
    """One period of the sine over the interval from 0 to 1.

    Parameters
    ----------
    n_samples : int
        At least 1.

    Returns
    -------
    X, y : ndarray of float, shape (n_samples, 1)

    Raises
    ------
    TypeError, ValueError
        If ``n_samples`` is not a whole number of at least 1.
    """
    check_count("n_samples", n_samples)
    X, y = nnfs.datasets.sine_data(n_samples)
    return snap(X), snap(y)


def digits():
    """The 1797 handwritten digits that come with scikit-learn: the test part of the UCI optical digits.

    Returns
    -------
    X : ndarray of float, shape (1797, 64)
        Images of 8 × 8 pixels, row by row; whole numbers from 0 (blank) to 16 (ink).
    y : ndarray of int, shape (1797,)
        The digit, 0 to 9.
    """
    X, y = sklearn.datasets.load_digits(return_X_y=True)
    return X, y.astype(int)


def read_idx(path, shape, most):
    """Read whole numbers from 0 to 255 out of an IDX file, the format of the MNIST images and labels.

    Parameters
    ----------
    path : path-like
        If the name ends in ``.gz``, the file is unpacked on the way.
    shape : tuple of int
        What one sample must be: ``(28, 28)`` for an image, ``()`` for a label.
    most : int
        The largest number of samples to accept, which bounds the memory.

    Returns
    -------
    ndarray of uint8
        Of shape (n_samples,) followed by ``shape``.

    Raises
    ------
    ValueError
        If the file is truncated, too long, damaged or of another kind; the message names it.
    OSError
        If it cannot be read.
    """
    opened = gzip.open if str(path).endswith(".gz") else open
    try:
        with opened(path, "rb") as file:
            header = file.read(8 + 4 * len(shape))
            n_samples = check_idx_header(path, header, shape, most)
            array = np.empty((n_samples, *shape), np.uint8)
            check_idx_size(path, array.size, file.readinto(array), file.read(1))
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{path} is damaged: {error}") from None
    return array


_SOURCES = {  # the address, and the MD5 sums of training images and labels, test images and labels
    "mnist": (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "d53e105ee54ea40749a09fcbcd1e9432",
        "9fb629c4189551a2d022fa330f9573f3",
        "ec29112dd5afa0611ce80d1b7f02629c",
    ),
    "fashion-mnist": (
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "25c81989df183df01b3e8a0aad5dffbe",
        "bef4ecab320f06d8554ea6380940ec79",
        "bb300cfdad3c16e7a12a480ee83cd310",
    ),
}


def _find(source, name, url, md5):
    """The path of a file: in the folder NNLIB_DATA, in the user's cache, or downloaded into the cache."""
    import pooch  # not needed by those who make their data

    own = pathlib.Path(os.environ.get("NNLIB_DATA", "nowhere"))
    for folder in (own / source, own) if source == "mnist" else (own / source,):
        for kind in (name, name.replace("train-", "")):
            for path in (folder / kind, folder / kind.replace(".gz", "")):
                if path.is_file():
                    return path
    pooch.get_logger().setLevel("WARNING")
    cache = pooch.os_cache("nnlib") / source
    watched = "TQDM_DISABLE" not in os.environ
    try:
        found = pooch.retrieve(
            url + name, f"md5:{md5}", name, cache, progressbar=watched
        )
        return pathlib.Path(found)
    except OSError as error:
        raise OSError(
            f"could not download {url + name} into {cache}: {error}. "
            "Without network, set NNLIB_DATA to a folder that holds this file"
        ) from error


def _images(source, part):
    """The images and labels of one part of a data set."""
    check_part(part)
    url, *sums = _SOURCES[source]
    prefix, sums = ("train", sums[:2]) if part == "train" else ("t10k", sums[2:])
    images, labels = (
        read_idx(_find(source, f"{prefix}-{kind}-ubyte.gz", url, md5), shape, 60_000)
        for kind, shape, md5 in zip(
            ("images-idx3", "labels-idx1"), ((28, 28), ()), sums
        )
    )
    check_same_length(images=images, labels=labels)
    return images, as_labels("labels", labels.astype(int), 10)


def mnist(part="train"):
    """Handwritten digits, 28 × 28 pixels: MNIST [LeCun1998]_, downloaded once into the user's cache.

    If the environment variable ``NNLIB_DATA`` names a folder that holds the files, they are taken from there, and may
    hold fewer images.

    Parameters
    ----------
    part : {"train", "test"}, default "train"

    Returns
    -------
    images : ndarray of uint8, shape (60000, 28, 28) or (10000, 28, 28)
        0 (blank) to 255 (ink).
    labels : ndarray of int, shape (60000,) or (10000,)
        The digit, 0 to 9.

    Raises
    ------
    ValueError
        If ``part`` is another, a file is damaged, or a download does not have the checksum of the published file.
    OSError
        If there is neither network nor a folder with the data.

    References
    ----------
    .. [LeCun1998] Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document
       recognition", Proc. IEEE 86 (1998).
    """
    return _images("mnist", part)


def fashion_mnist(part="train"):
    """Pieces of clothing in the form of MNIST [Xiao2017]_. Parameters, returns and errors as `mnist`.

    The labels: 0 T-shirt, 1 trousers, 2 pullover, 3 dress, 4 coat, 5 sandal, 6 shirt, 7 sneaker, 8 bag, 9 ankle boot.
    In ``NNLIB_DATA`` the files are looked for in the folder ``fashion-mnist``.

    References
    ----------
    .. [Xiao2017] H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine
       learning algorithms", arXiv:1708.07747 (2017).
    """
    return _images("fashion-mnist", part)


def batches(X, y, batch_size, rng):
    """Shuffle the samples and hand them out in small groups.

    Parameters
    ----------
    X, y : array_like
        The same number of rows.
    batch_size : int
        The last batch is smaller if the number of samples is not a multiple.
    rng : numpy.random.Generator
        The source of the shuffling.

    Yields
    ------
    X_batch, y_batch : ndarray
        Every sample once.

    Raises
    ------
    TypeError, ValueError
        If the lengths differ, there are no samples, or ``batch_size`` is not a whole number of at least 1.
    """
    X, y = np.asarray(X), np.asarray(y)
    check_same_length(X=X, y=y)
    check_count("batch_size", batch_size)
    check_rng(rng)
    order = rng.permutation(len(X))
    return (
        (X[some], y[some])
        for some in np.split(order, range(batch_size, len(X), batch_size))
    )
