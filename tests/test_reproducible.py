"""The same digits on every machine, as far as one machine can show it: other kernels, instructions and threads.

NumPy and OpenBLAS choose their code by the processor when they are loaded, and environment variables can make them
choose as on another. So the same script runs in a process of its own for each setting. That plain NumPy gives other
digits in the same processes shows that the comparison can fail.
"""

import json
import os
import pathlib
import platform
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
from requirements import require

from nnlib.numerics import matmul

SCRIPT = pathlib.Path(__file__).with_name("training_script.py")
NEEDED = {"Sandybridge": "AVX", "Haswell": "AVX2", "SkylakeX": "AVX512F"}
REPORTED = {"Prescott": ("Prescott", "Katmai")}  # what OpenBLAS calls itself
AVX512 = [name for name in __cpu_dispatch__ if name.startswith(("AVX512", "X86_V4"))]
NO_AVX512 = " ".join(AVX512)
NO_AVX2 = " ".join({"AVX2", "FMA3", "X86_V3"} & set(__cpu_dispatch__) | set(AVX512))
VARIABLES = ("OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES", "OPENBLAS_NUM_THREADS")
RECORDED_LOSS = "0.32757352864548467"
RECORDED_WEIGHTS = "27c62a4c74407e8b"
RECORDED_FUNCTIONS = "1da9f63f5208b184"
SETTINGS = {
    "as it is": ("", "", ""),
    "Prescott, no AVX2, 1 thread": ("Prescott", NO_AVX2, "1"),
    "Nehalem, no AVX-512, 2 threads": ("Nehalem", NO_AVX512, "2"),
    "Sandybridge, no AVX2, 2 threads": ("Sandybridge", NO_AVX2, "2"),
    "Haswell, 1 thread": ("Haswell", "", "1"),
    "Haswell, no AVX2, 2 threads": ("Haswell", NO_AVX2, "2"),
    "SkylakeX, 1 thread": ("SkylakeX", "", "1"),
    "SkylakeX, no AVX-512, 2 threads": ("SkylakeX", NO_AVX512, "2"),
}


def run(setting):
    """Run the script under a setting."""
    root = str(SCRIPT.parent.parent)
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, **dict(zip(VARIABLES, setting, strict=True))}
    environment = {name: value for name, value in environment.items() if value}
    environment["PYTHONPATH"] = path
    return subprocess.run(
        [sys.executable, "-W", "error", SCRIPT],
        capture_output=True,
        text=True,
        env=environment,
    )


@pytest.fixture(scope="module")
def runs():
    require("threadpoolctl", "the same digits under other kernels")
    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip(SETTINGS, pool.map(run, SETTINGS.values()), strict=True))


@pytest.fixture
def results(runs):
    """What the script printed, for every setting that this processor can run."""
    return {
        name: json.loads(done.stdout)
        for name, done in runs.items()
        if done.returncode == 0
    }


def openblas(result):
    return [each for each in result["libraries"] if each["internal_api"] == "openblas"]


def check_is_run(runs, setting):
    """End the test where this machine cannot run the setting: neither passed nor failed."""
    kernel = SETTINGS[setting][0]
    missing = kernel in NEEDED and not __cpu_features__.get(NEEDED[kernel])
    if missing or runs[setting].returncode == -signal.SIGILL:
        pytest.xfail(f"not run, this processor has no {NEEDED.get(kernel)}: {setting}")
    if kernel and platform.machine() not in ("x86_64", "AMD64"):
        pytest.xfail(f"not run, this is no x86-64 processor: {setting}")
    assert runs[setting].returncode == 0, runs[setting].stderr
    if kernel and not openblas(json.loads(runs[setting].stdout)):
        pytest.xfail(f"not run, NumPy here does not use OpenBLAS: {setting}")


@pytest.mark.parametrize("setting", SETTINGS)
def test_setting_takes_effect(runs, setting):
    """A kernel of another kind, or a feature that NumPy does not know, would make the comparison empty."""
    check_is_run(runs, setting)
    kernel, features, n_threads = SETTINGS[setting]
    assert not runs[setting].stderr, f"{features}: {runs[setting].stderr}"
    for library in openblas(json.loads(runs[setting].stdout)):
        assert not kernel or library["architecture"] in REPORTED.get(kernel, (kernel,))
        assert not n_threads or library["num_threads"] <= int(n_threads)


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("what", ["ours", "ours, functions"])
def test_digits_are_the_same(runs, results, setting, what):
    check_is_run(runs, setting)
    assert results[setting][what] == results["as it is"][what]


def test_digits_are_those_of_the_machine_that_wrote_this(results):
    """Whoever changes the arithmetic on purpose writes the new ones here, and runs the chapters anew."""
    ours = results["as it is"]["ours"]
    assert ours["loss"] == RECORDED_LOSS
    assert ours["weights"].startswith(RECORDED_WEIGHTS)
    assert results["as it is"]["ours, functions"].startswith(RECORDED_FUNCTIONS)


def test_training_learns(results):
    assert float(results["as it is"]["ours"]["loss"]) < 0.5


@pytest.mark.parametrize("what", ["plain", "plain, functions"])
def test_digits_of_plain_numpy_are_not_the_same(results, what):
    """So the comparison above can fail. Where no setting changes anything, the order of the terms does."""
    found = {json.dumps(result[what]) for result in results.values()}
    if len(found) == 1:
        rng = np.random.default_rng(0)
        a, b, order = (
            rng.normal(size=(50, 300)),
            rng.normal(size=(300, 50)),
            rng.permutation(300),
        )
        assert (a @ b).tobytes() != (a[:, order] @ b[order]).tobytes()
        assert matmul(a, b).tobytes() == matmul(a[:, order], b[order]).tobytes()
