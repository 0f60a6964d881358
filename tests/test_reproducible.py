"""The same digits on every machine, as far as one machine can show it: other kernels, instructions and threads.

NumPy and OpenBLAS choose their code by the processor when they are loaded, and environment variables can make them
choose as on another. So the same script runs in a process of its own for each setting. That plain NumPy gives other
digits in the same processes shows that the comparison can fail.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from requirements import require

from nnlib.numerics import matmul

SCRIPT = pathlib.Path(__file__).with_name("training_script.py")
KERNELS = ("Prescott", "Nehalem", "Sandybridge", "Haswell", "SkylakeX")
REPORTED = {"Prescott": "Katmai"}  # what OpenBLAS calls itself, where that differs
NO_AVX512 = "X86_V4 AVX512_ICL AVX512_SPR"
NO_AVX2 = "X86_V3 " + NO_AVX512
VARIABLES = ("OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES", "OPENBLAS_NUM_THREADS")
RECORDED_LOSS = "0.32757352864548467"
RECORDED_WEIGHTS = "27c62a4c74407e8b"
RECORDED_FUNCTIONS = "408735f9458bc5fb"
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
    environment = {
        name: value for name, value in os.environ.items() if name not in VARIABLES
    }
    environment |= {
        name: value for name, value in zip(VARIABLES, setting, strict=True) if value
    }
    environment["PYTHONPATH"] = str(SCRIPT.parent.parent)
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


@pytest.mark.parametrize("setting", SETTINGS)
def test_setting_takes_effect(runs, setting):
    """A kernel of another kind, or a feature that NumPy does not know, would make the comparison empty."""
    kernel, features, n_threads = SETTINGS[setting]
    if runs[setting].returncode == -signal.SIGILL:
        pytest.skip(f"this processor cannot run: {setting}, which was not checked")
    if kernel and not openblas(json.loads(runs["as it is"].stdout)):
        pytest.skip(f"NumPy here does not use OpenBLAS: {setting} was not checked")
    assert runs[setting].returncode == 0, runs[setting].stderr
    assert not runs[setting].stderr, f"{features}: {runs[setting].stderr}"
    for library in openblas(json.loads(runs[setting].stdout)):
        if kernel:
            assert library["architecture"] == REPORTED.get(kernel, kernel)
        if n_threads:
            assert library["num_threads"] == int(n_threads)


def test_at_least_four_settings_ran(results):
    if not openblas(results["as it is"]):
        pytest.skip("NumPy here does not use OpenBLAS: other kernels were not checked")
    assert len(results) >= 4


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("what", ["ours", "ours, functions"])
def test_digits_are_the_same(results, setting, what):
    if setting not in results:
        pytest.skip(f"not run: {setting}, which was not checked")
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
