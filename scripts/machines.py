"""Simulated machines: environment variables that make NumPy and OpenBLAS choose their code as on another processor.

Both choose when they are loaded, so each machine needs a process of its own. What such a process reports of itself
(`proof.py`) is held against what was asked for: only a machine that was really there has proven anything.
"""

import dataclasses
import functools
import json
import os
import pathlib
import signal
import subprocess
import sys

import numpy as np

ROOT = pathlib.Path(__file__).parent.parent
STORE = ROOT / ".matrix"  # what was downloaded, and what has been run already
PROOF = ROOT / "scripts" / "proof.py"
TRAINING = ROOT / "tests" / "training_script.py"

KERNELS = ["Prescott", "Nehalem", "Sandybridge", "Haswell", "SkylakeX"]
NEEDED = {"Sandybridge": "AVX", "Haswell": "AVX2", "SkylakeX": "AVX512F"}
ALIASES = {"Prescott": ("Prescott", "Katmai")}  # what OpenBLAS calls itself
OFF = {  # SIMD level -> the beginnings of the names of the features that it lacks
    "all": (),
    "no AVX-512": ("AVX512", "X86_V4"),
    "no AVX2": ("AVX512", "X86_V4", "AVX2", "FMA3", "X86_V3"),
}
VARIABLES = ("OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS", "NPY_DISABLE_CPU_FEATURES")
INSTALLED = np.__version__


@dataclasses.dataclass(frozen=True)
class Machine:
    """What to compute with; an empty kernel and 0 threads leave the choice to OpenBLAS."""

    kernel: str = ""
    simd: str = "all"
    threads: int = 0
    numpy: str = INSTALLED

    def __str__(self):
        threads = f"{self.threads or 'any'} thread{'s' * (self.threads != 1)}"
        kernel = self.kernel or "any kernel"
        return f"{kernel}, {self.simd}, {threads}, NumPy {self.numpy}"

    def disabled(self):
        """The CPU features that NumPy must not use, under the names of this version of it."""
        here = untouched(self.numpy)["features"]
        return [name for name in here if name.startswith(OFF[self.simd])]

    def environment(self):
        """The environment variables of a process on this machine."""
        values = (self.kernel, self.threads, " ".join(self.disabled()))
        variables = {
            **base_environment(self.numpy),
            **dict(zip(VARIABLES, values, strict=True)),
            "OPENBLAS_THREAD_TIMEOUT": 4,  # a thread that waits leaves the core to others
        }
        return {name: str(value) for name, value in variables.items() if value}


def base_environment(numpy):
    """This process's environment, with another NumPy and the book's own folders first on the path."""
    folders = [ROOT, PROOF.parent, os.environ.get("PYTHONPATH")]
    if numpy != INSTALLED:
        folders.insert(0, STORE / f"numpy-{numpy}")
    path = os.pathsep.join(str(folder) for folder in folders if folder)
    kept = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    return {**kept, "PYTHONPATH": path}


def run_python(arguments, environment):
    """Run Python where a warning is an error: NumPy only warns of a CPU feature that it does not know."""
    return subprocess.run(
        [sys.executable, "-W", "error", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
    )


@functools.cache
def untouched(numpy):
    """What this processor offers to a version of NumPy."""
    done = run_python([PROOF], base_environment(numpy))
    if done.returncode:
        raise RuntimeError(f"NumPy {numpy} does not start: {last_line(done.stderr)}")
    found = json.loads(done.stdout)
    if found["numpy"] != numpy:
        raise RuntimeError(f"NumPy {numpy} could not be installed")
    return found


def last_line(text):
    return (text.strip().splitlines() or ["it says nothing"])[-1]


def obstacle(machine):
    """Why this processor cannot be this machine; empty if it can."""
    try:
        here = untouched(machine.numpy)
    except RuntimeError as error:
        return str(error)
    if machine.kernel and here["machine"] not in ("x86_64", "AMD64"):
        return f"this is no x86-64 processor but {here['machine']}"
    if machine.kernel and not here["openblas"]:
        return "NumPy here does not use OpenBLAS, or threadpoolctl is missing"
    if NEEDED.get(machine.kernel, "AVX") not in [*here["has"], "AVX"]:
        return f"this processor has no {NEEDED[machine.kernel]}"
    if machine.threads > here["n_cores"]:
        return f"this machine has {here['n_cores']} core"
    return ""


def shortfalls(machine, proof):
    """What of a machine's setting did not take, by the proof of a process on it; empty if all did."""
    expected = set(untouched(machine.numpy)["features"]) - set(machine.disabled())
    kernels = ALIASES.get(machine.kernel, (machine.kernel,))
    found = []
    if proof["numpy"] != machine.numpy:
        found.append(f"NumPy is {proof['numpy']}")
    if set(proof["features"]) != expected:
        found.append(f"NumPy uses {' '.join(proof['features'])}")
    if machine.kernel and not proof["openblas"]:
        found.append("there is no OpenBLAS")
    for kernel, threads in proof["openblas"]:
        if machine.kernel and kernel not in kernels:
            found.append(f"OpenBLAS uses {kernel}")
        if machine.threads and threads != machine.threads:
            found.append(f"OpenBLAS uses {threads} threads")
    return found


def run(machine, arguments):
    """Run a Python script that prints JSON on a machine.

    Returns what it printed, or None, and a verdict: "" where it ran, else "not run: …" or "failed: …".
    """
    reason = obstacle(machine)
    if reason:
        return None, f"not run: {reason}"
    done = run_python(arguments, machine.environment())
    if done.returncode == -signal.SIGILL:
        return None, "not run: this processor does not know an instruction"
    if done.returncode:
        return None, f"failed: {last_line(done.stderr)}"
    return json.loads(done.stdout), ""


def check_setting(machine, proof):
    """The verdict on a proof: "" where the setting took."""
    missing = shortfalls(machine, proof)
    return f"failed, the setting did not take: {', '.join(missing)}" if missing else ""


NOTEBOOK = """
import pathlib, sys
import nbclient, nbformat
source = pathlib.Path(sys.argv[1]).read_text("utf-8")
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
nbclient.NotebookClient(notebook, kernel_name="python3").execute()
print(notebook.cells[0].outputs[0].text)
"""


def prove(machine):
    """Ask a process on a machine, and a notebook that such a process runs, where they are: the proof and a verdict."""
    for arguments in ([PROOF], ["-W", "ignore", "-c", NOTEBOOK, PROOF]):
        proof, verdict = run(machine, arguments)
        verdict = verdict or check_setting(machine, proof)
        if verdict:
            break
    return proof, verdict


def train(machine):
    """Run the fixed set of computations on a machine: its results and a verdict, "" where they may be compared."""
    result, verdict = run(machine, [TRAINING])
    return result, verdict or check_setting(machine, result["proof"])


def compare(result, reference):
    """The verdict on the digits of a run."""
    found, expected = result["ours"], reference["ours"]
    differing = [name for name in expected if found[name] != expected[name]]
    return f"failed, other digits: {', '.join(differing)}" if differing else "passed"
