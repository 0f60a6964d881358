"""Print, as JSON, what the running process computes with: which processor, which NumPy, which of their codes.

It runs wherever the book's arithmetic is compared, in old browsers too, so it needs nothing but NumPy.
"""

import importlib
import json
import os
import platform
import sys

import numpy as np


def proof():
    """What environment variables were meant to change, as the libraries themselves report it."""
    try:
        from numpy._core import _multiarray_umath as core
    except ImportError:  # before NumPy 2
        core = None
    found = getattr(core, "__cpu_features__", {})
    return {
        "numpy": np.__version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "platform": sys.platform,
        "n_cores": os.cpu_count(),
        "has": [name for name in ("AVX", "AVX2", "AVX512F") if found.get(name)],
        "features": [
            name for name in getattr(core, "__cpu_dispatch__", []) if found.get(name)
        ],
        "openblas": _openblas(),
    }


def _openblas():
    """The kernel and the number of threads of every OpenBLAS: NumPy's own, and SciPy's where it is there."""
    try:
        threadpoolctl = importlib.import_module("threadpoolctl")
        importlib.import_module("scipy.linalg")
    except ImportError:
        return []
    return [
        [library["architecture"], library["num_threads"]]
        for library in threadpoolctl.threadpool_info()
        if library["internal_api"] == "openblas"
    ]


if __name__ == "__main__":
    print(json.dumps(proof()))
