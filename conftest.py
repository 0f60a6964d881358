"""Settings for every test, the notebooks' among them."""

import importlib.util
import os

import pytest

# Bars are for people who watch; stored outputs have none.
os.environ["TQDM_DISABLE"] = "1"
# SciPy reads this when it is imported; without it, one of scikit-learn's checks of estimators is skipped.
os.environ["SCIPY_ARRAY_API"] = "1"


def lack_of_mnist():
    """Why chapter 19b cannot run here, or None."""
    from nnlib.data import mnist

    try:
        mnist("train")
    except OSError as error:
        return f"chapter 19b was not checked, for want of MNIST: {error}"


def lack_of_torch():
    """Why chapter 24 cannot run here, or None."""
    if importlib.util.find_spec("torch") is None:
        return "chapter 24 was not checked, for want of PyTorch"


NEEDS = {"19b_mnist.ipynb": lack_of_mnist, "24_frameworks.ipynb": lack_of_torch}


def pytest_collection_modifyitems(items):
    """Skip the notebooks that need what this machine has not, and say so."""
    for name, lack in NEEDS.items():
        needing = [item for item in items if item.path.name == name]
        reason = lack() if needing else None
        for item in needing if reason else []:
            item.add_marker(pytest.mark.skip(reason=reason))
