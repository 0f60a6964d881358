"""Settings for every test, the notebooks' among them."""

import os

import pytest

# Bars are for people who watch; stored outputs have none.
os.environ["TQDM_DISABLE"] = "1"


def pytest_collection_modifyitems(items):
    """Skip the notebook on MNIST where the images are neither here nor to be had, and say so."""
    needing = [item for item in items if item.path.name == "19b_mnist.ipynb"]
    if needing:
        from nnlib.data import mnist

        try:
            mnist("train")
        except OSError as error:
            reason = f"chapter 19b was not checked, for want of MNIST: {error}"
            for item in needing:
                item.add_marker(pytest.mark.skip(reason=reason))
