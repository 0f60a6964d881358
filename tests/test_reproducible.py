"""The same digits on every machine, as far as one machine can show it quickly: `make matrix` shows the rest.

The same script runs in a process of its own on each of some simulated machines. That plain NumPy gives other digits in
the same processes shows that the comparison can fail.
"""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import machines
import matrix
import numpy as np
import pytest
from machines import Machine
from requirements import require

from nnlib.numerics import matmul

RECORDED_LOSS = 0.6420117939008189
RECORDED_DIGITS = "890602e2d742647d"
MACHINES = {
    str(machine): machine
    for machine in (
        Machine(),
        Machine("Prescott", "no AVX2", 1),
        Machine("Nehalem", "no AVX-512", 2),
        Machine("Sandybridge", "no AVX2", 2),
        Machine("Haswell", "all", 1),
        Machine("Haswell", "no AVX2", 2),
        Machine("SkylakeX", "all", 1),
        Machine("SkylakeX", "no AVX-512", 2),
    )
}
HERE = str(Machine())


@pytest.fixture(scope="module")
def runs():
    """The results of every machine and whether its setting took."""
    require("threadpoolctl", "the same digits under other kernels")
    with ThreadPoolExecutor(max_workers=2) as pool:
        found = pool.map(machines.train, MACHINES.values())
        return dict(zip(MACHINES, found, strict=True))


@pytest.fixture
def reference(runs):
    """What this machine computes as it is."""
    result, verdict = runs[HERE]
    assert not verdict
    return result


@pytest.mark.parametrize("name", MACHINES)
def test_digits_are_the_same(runs, reference, name):
    """Also fails where a setting did not take, which would make the comparison empty."""
    result, verdict = runs[name]
    if verdict.startswith("not run"):
        pytest.xfail(f"{verdict}: {name}")
    assert not verdict
    assert machines.compare(result, reference) == "passed"


def test_digits_are_those_of_the_machine_that_wrote_this(reference):
    """Whoever changes the arithmetic on purpose writes the new ones here, and runs chapters and matrix anew."""
    assert reference["loss"] == RECORDED_LOSS
    digits = json.dumps(reference["ours"], sort_keys=True)
    assert hashlib.sha256(digits.encode()).hexdigest()[:16] == RECORDED_DIGITS


def test_stored_matrix_is_of_this_arithmetic(reference):
    """What the chapters show of the matrix was computed by the library as it is now."""
    if not matrix.RESULTS.exists():
        pytest.skip(
            "the table of machines was not checked: there is none (make matrix)"
        )
    stored = json.loads(matrix.RESULTS.read_text("utf-8"))
    assert stored["fixed_set"]["digits"] == reference["ours"]


def test_training_learns(reference):
    assert reference["loss"] < 0.8  # 1.1 for a network that knows nothing


@pytest.mark.parametrize("what", ["functions", "products", "spiral_with_adam"])
def test_digits_of_plain_numpy_are_not_the_same(runs, what):
    """So the comparison above can fail. Where no setting changes anything, the order of the terms does."""
    found = {result["plain"][what] for result, _ in runs.values() if result}
    if len(found) == 1:
        rng = np.random.default_rng(0)
        a, b, order = (
            rng.normal(size=(50, 300)),
            rng.normal(size=(300, 50)),
            rng.permutation(300),
        )
        assert (a @ b).tobytes() != (a[:, order] @ b[order]).tobytes()
        assert matmul(a, b).tobytes() == matmul(a[:, order], b[order]).tobytes()


def test_unknown_feature_is_noticed(monkeypatch):
    """NumPy only warns of a CPU feature that it does not know, and goes on with all of them."""
    monkeypatch.setattr(Machine, "disabled", lambda machine: ["AVX2_BY_ANOTHER_NAME"])
    machine = Machine("", "no AVX2")
    if machines.obstacle(machine):
        pytest.xfail(machines.obstacle(machine))
    _, verdict = machines.run(machine, [machines.PROOF])
    assert verdict.startswith("failed")
