"""Run the whole book on simulated machines, and see that every digit stays the same (about two hours).

python scripts/matrix.py

1. A fixed set of computations, compared bit for bit under every combination of kernel, instructions, threads and NumPy,
   and on ARM64 and in a browser. Plain NumPy computes the same beside it, and must give other digits somewhere.
2. All notebooks and the tests of the arithmetic, under a dozen rows that hold every pair of those settings.

What has passed is kept in .matrix and not run again until a file changes that it depends on. The results are written to
chapters/results/matrix.json. What this machine cannot run is "not run", never "passed".
"""

import argparse
import collections
import dataclasses
import functools
import hashlib
import importlib.metadata
import itertools
import json
import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

import elsewhere
import machines
from joblib import Parallel, delayed
from machines import INSTALLED, OFF, ROOT, STORE, Machine
from source import without_docstrings
from tqdm.auto import tqdm

RESULTS = ROOT / "chapters" / "results" / "matrix.json"
# Measured times, which one chapter draws and none computes with.
TIMES = RESULTS.with_name("benchmarks.json")
FACTORS = {
    "kernel": ["Prescott", "Haswell", "SkylakeX"],
    "simd": list(OFF),
    "threads": [1, 2],
    "numpy": ["2.0.2", "2.2.6", "2.3.5", INSTALLED],
}
MORE_KERNELS = {
    **FACTORS,
    "kernel": machines.KERNELS,
}  # for the fixed set, which is quick
OTHER_SUBJECTS = {  # tests that cannot depend on the machine, or see to it themselves
    "animations",
    "arithmetic",
    "back_matter",
    "benchmarks",
    "docstrings",
    "interactive_data",
    "matrix",
    "mirror",
    "nbval",
    "notebooks",
    "reproducible",
    "runner",
    "site",
    "source",
}
HELPERS = ["conftest.py", "notebooks.py", "requirements.py", "training_script.py"]
EXPERIMENTS = ["compare_optimizers.py", "regularize.py"]  # which tests run a piece of
LINE = "{:>3} {:10} {:11} {:8} {:8} {:>7} {:>7} {:>8} {:>8}  {}"
PACKAGES = ["matplotlib", "nbval", "numpy", "pytest", "scikit-learn", "scipy"]


def combinations(factors):
    """Every machine that can be put together."""
    return [
        Machine(**dict(zip(factors, values, strict=True)))
        for values in itertools.product(*factors.values())
    ]


def pairs(machine):
    """All pairs of settings that a machine has: ((factor, value), (factor, value))."""
    return set(itertools.combinations(dataclasses.asdict(machine).items(), 2))


def n_pairs():
    """How many pairs of settings there are."""
    return len(missing_pairs([], FACTORS))


def missing_pairs(chosen, factors):
    """The pairs of settings that no chosen machine has."""
    wanted = set().union(*map(pairs, combinations(factors)))
    return wanted.difference(*map(pairs, chosen))


def choose(factors):
    """Few machines that have every pair of settings: always next the one with the most pairs not yet seen."""
    chosen = []
    while missing := missing_pairs(chosen, factors):
        chosen.append(
            max(combinations(factors), key=lambda each: len(pairs(each) & missing))
        )
    return chosen


def what_runs(path):
    """What of a file decides the outcome: of a notebook, code and outputs; of the library, all but its docstrings."""
    if path.parent == ROOT / "nnlib":
        return without_docstrings(path.read_text("utf-8")).encode()
    if path.suffix != ".ipynb":
        return path.read_bytes()
    cells = json.loads(path.read_text("utf-8"))["cells"]
    kept = [
        (each["source"], each["outputs"], each["metadata"].get("tags"))
        for each in cells
        if each["cell_type"] == "code"
    ]
    return json.dumps(kept).encode()


def digest(*paths):
    """A hash of what files hold that runs."""
    contents = [
        path.relative_to(ROOT).as_posix().encode() + what_runs(path)
        for path in sorted(paths)
    ]
    return hashlib.sha256(b"\0".join(contents)).hexdigest()[:16]


def foundations():
    """The files that every notebook and test may depend on."""
    return [
        *(ROOT / "nnlib").glob("*.py"),
        *(ROOT / "tests" / name for name in HELPERS),
        *(ROOT / "scripts" / name for name in EXPERIMENTS),
        *set((ROOT / "chapters" / "results").glob("*.*")) - {RESULTS, TIMES},
        ROOT / "conftest.py",
        ROOT / "requirements.txt",
    ]


def subjects(only=""):
    """The notebooks and tests of a row; ``only`` picks those whose names begin with one of "02,09,test_layers"."""
    found = [
        *sorted((ROOT / "chapters").glob("*.ipynb")),
        *sorted((ROOT / "back_matter").glob("*.ipynb")),
        *sorted((ROOT / "tests").glob("test_*.py")),
    ]
    found = [
        path for path in found if path.stem.removeprefix("test_") not in OTHER_SUBJECTS
    ]
    return [path for path in found if path.stem.startswith(tuple(only.split(",")))]


def read(path):
    """What was kept from an earlier run."""
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def keep(path, record):
    """Store a record, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", "utf-8")
    beside.replace(path)


def kept_at(kind, name):
    """Where the record of a machine is kept."""
    plain = "".join(
        letter if letter.isalnum() or letter in ".-" else "_" for letter in name
    )
    return STORE / kind / f"{plain}.json"


def spread(function, cases, n_jobs):
    """Call a function for each case, some at a time; yields case and result as they come."""
    run = delayed(lambda case: (case, function(case)))
    threads = Parallel(n_jobs, backend="threading", return_as="generator_unordered")
    return threads(run(case) for case in cases)


def places():
    """Where the fixed set of computations runs: a name, and a function that runs it there."""
    found = {"as it is": lambda: machines.train(Machine())}
    for machine in combinations(MORE_KERNELS):
        found[str(machine)] = functools.partial(machines.train, machine)
    for version in dict.fromkeys([FACTORS["numpy"][0], INSTALLED]):
        found[f"ARM64, NumPy {version}"] = functools.partial(
            elsewhere.attempt,
            functools.partial(elsewhere.run_arm64, version),
            machine="aarch64",
            numpy=version,
        )
    found["WebAssembly, NumPy 1.17.5"] = functools.partial(
        elsewhere.attempt, elsewhere.run_wasm, platform="emscripten", numpy="1.17.5"
    )
    return found


def compute(name, run, key):
    """Run the fixed set at a place, unless its results are kept. The verdict "" says that it ran."""
    path = kept_at("runs", name)
    record = read(path)
    if record.get("key") != key or record["verdict"]:
        start = time.perf_counter()
        result, verdict = run()
        seconds = round(time.perf_counter() - start)
        record = {"key": key, "verdict": verdict, "result": result, "seconds": seconds}
        keep(path, record)
    return record


def compute_everywhere(n_jobs):
    """Run the fixed set at every place, and compare all results with those of this machine as it is."""
    key = digest(*(ROOT / "nnlib").glob("*.py"), machines.TRAINING, machines.PROOF)
    runs = places()
    done = spread(lambda name: compute(name, runs[name], key), runs, n_jobs)
    found = dict(tqdm(done, "fixed set", len(runs), leave=False))
    reference = found["as it is"]["result"]
    if reference is None:
        sys.exit(f"not even here: {found['as it is']['verdict']}")
    for record in found.values():
        record["verdict"] = record["verdict"] or machines.compare(
            record["result"], reference
        )
    return {name: found[name] for name in runs}


def read_report(path):
    """Count what became of the tests in pytest's JUnit report, file by file."""
    found = {}
    for case in ElementTree.parse(path).iter("testcase"):
        name = case.get("file") or case.get("name").replace(".", "/") + ".py"
        nothing = {"passed": 0, "failed": [], "skipped": [], "seconds": 0.0}
        file = found.setdefault(name, nothing)
        file["seconds"] += float(case.get("time"))
        tags = {child.tag: child for child in case}
        if "failure" in tags or "error" in tags:
            file["failed"].append(f"{name}: {case.get('name')}")
        elif "skipped" in tags:
            file["skipped"].append(tags["skipped"].get("message"))
        else:
            file["passed"] += 1
    return found


def by_turns(rows):
    """The rows, of one thread and of two by turns: two threads wait for each other, long where others do so too."""
    of_one, of_two = ([row for row in rows if row.threads == n] for n in (1, 2))
    pairs = itertools.zip_longest(of_one, of_two)
    return [row for pair in pairs for row in pair if row]


def run_pytest(machine, names):
    """Run notebooks and tests on a machine, in one process: what became of them, file by file."""
    report = kept_at("reports", f"{machine} {names[0]}").with_suffix(".xml")
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval",
        "-q",
        "-p",
        "no:cacheprovider",
    ]
    command += ["-o", "junit_family=xunit1", f"--junitxml={report}", *names]
    with report.with_suffix(".txt").open("w") as log:
        done = subprocess.run(
            command,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env=machine.environment(),
        )
    found = read_report(report) if report.exists() else {}
    for name in set(names) - set(found):
        failed = [f"{name}: nothing was run, pytest ended with {done.returncode}"]
        found[name] = {"passed": 0, "failed": failed, "skipped": [], "seconds": 0.0}
    return found


def run_row(machine, paths, run=run_pytest, prove=machines.prove, tick=lambda n: None):
    """Run on a machine what has not passed on it since a file changed: the record of the row.

    ``tick`` is called with the number of files, as they are done.
    """
    path = kept_at("rows", str(machine))
    record = {"files": {}, "proof": None, **read(path)}
    files, common = record["files"], digest(*foundations())
    keys = {each.relative_to(ROOT).as_posix(): common + digest(each) for each in paths}
    left = [
        name
        for name, key in keys.items()
        if name not in files
        or files[name]["key"] != key
        or files[name]["failed"]
        or files[name]["skipped"]  # what was lacking may be there now
    ]
    tick(len(keys) - len(left))
    verdict = ""
    if left:
        record["proof"], verdict = prove(machine)
    for names in [] if verdict else portions(left):
        for name, file in run(machine, names).items():
            files[name] = {**file, "key": keys[name]}
        keep(path, record)
        tick(len(names))
    chosen = {name: files[name] for name in keys if name in files}
    n_failed = sum(len(file["failed"]) for file in chosen.values())
    record["verdict"] = verdict or (f"failed: {n_failed}" if n_failed else "passed")
    keep(path, record)
    return {**record, "files": chosen}


def portions(names):
    """What to run in one process: each notebook alone, so that little is lost in a stop, and all tests together."""
    tests = [name for name in names if not name.endswith(".ipynb")]
    return [[name] for name in names if name not in tests] + [tests] * bool(tests)


def uncompared(name):
    """How many cells of a notebook are run without a look at what they print: figures of measured times."""
    if not name.endswith(".ipynb"):
        return 0
    cells = json.loads((ROOT / name).read_text("utf-8"))["cells"]
    return sum(
        "nbval-ignore-output" in each["metadata"].get("tags", []) for each in cells
    )


def summarize(machine, record):
    """A row of the table."""
    row = dataclasses.asdict(machine) | {
        "proof": record["proof"],
        "verdict": record["verdict"],
    }
    if record["verdict"].startswith("not run"):
        return row
    files = record["files"]
    return row | {
        "cells": sum(
            file["passed"] - uncompared(name)
            for name, file in files.items()
            if name.endswith(".ipynb") and file["passed"]
        ),
        "passed": sum(file["passed"] for file in files.values()),
        "failed": [failure for file in files.values() for failure in file["failed"]],
        "skipped": dict(
            collections.Counter(
                reason for file in files.values() for reason in file["skipped"]
            )
        ),
        "seconds": round(sum(file["seconds"] for file in files.values())),
    }


def left_out(machine):
    """The row of a machine that was not asked for."""
    return dataclasses.asdict(machine) | {
        "proof": None,
        "verdict": "not run: left out",
    }


def print_row(number, row):
    """A line of the table that grows on the terminal, and what failed below it."""
    settings = [str(row[factor]) for factor in FACTORS]
    counts = ["", "", "", ""]
    if "passed" in row:
        skipped = sum(row["skipped"].values())
        counts = [row["passed"], len(row["failed"]), skipped, row["seconds"]]
    tqdm.write(LINE.format(number, *settings, *counts, row["verdict"]))
    for failure in row.get("failed", []):
        tqdm.write(f"    {failure}")


def print_runs(runs):
    """What the fixed set showed: where it ran, and in how many ways plain NumPy computes it."""
    verdicts = collections.Counter(record["verdict"] for record in runs.values())
    for verdict, number in verdicts.items():
        print(f"fixed set, {number} settings: {verdict}")
    for name, record in runs.items():
        if record["verdict"] != "passed" or ", NumPy" not in name:
            print(f"    {name}: {record['verdict']}")
    n_plain = count_plain(runs)
    for name, ours in runs["as it is"]["result"]["ours"].items():
        print(f"    {name:22} {ours}  plain NumPy: {n_plain[name]} ways")


def count_plain(runs):
    """How many different results plain NumPy gives for each computation of the fixed set."""
    results = [
        record["result"]["plain"] for record in runs.values() if record["result"]
    ]
    return {name: len({plain[name] for plain in results}) for name in results[0]}


def count_differing(runs):
    """At how many places plain NumPy gives other digits than on this machine as it is."""
    plain = runs["as it is"]["result"]["plain"]
    results = [record["result"] for record in runs.values() if record["result"]]
    return sum(result["plain"] != plain for result in results)


def proven(proof):
    """Of a proof, what does not depend on the machine that simulates."""
    names = ("numpy", "machine", "platform", "features", "openblas")
    return proof and {name: proof[name] for name in names}


def table(runs, rows):
    """All that was found, as it is stored: without times, so that the same is found again."""
    reference = runs["as it is"]["result"]
    ran = {name: run["result"] for name, run in runs.items() if run["result"]}
    passed = [
        Machine(**{name: row[name] for name in FACTORS})
        for row in rows
        if row["verdict"] == "passed"
    ]
    return {
        "factors": FACTORS,
        "pairs": n_pairs(),
        "pairs_missing": sorted(map(str, missing_pairs(passed, FACTORS))),
        "rows": [
            {name: value for name, value in row.items() if name != "seconds"}
            | {"proof": proven(row["proof"])}
            for row in rows
        ],
        "fixed_set": {
            "digits": reference["ours"],
            "verdicts": {name: record["verdict"] for name, record in runs.items()},
            "elsewhere": {
                name: proven(result["proof"])
                for name, result in ran.items()
                if name.startswith(("ARM64", "WebAssembly"))
            },
            "plain": count_plain(runs),
            "plain_differs": count_differing(runs),
        },
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="notebooks and tests to run: 02,09")
    parser.add_argument(
        "--rows", type=int, help="run so many rows, and leave out the others"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    chosen = choose(FACTORS)
    assert not missing_pairs(chosen, FACTORS)
    print(f"{len(chosen)} rows hold all {n_pairs()} pairs of settings:")
    for number, machine in enumerate(chosen, 1):
        print(f"{number:3} {machine}")
    for version in FACTORS["numpy"][:-1]:
        try:
            elsewhere.fetch_numpy(version)
        except elsewhere.Missing as error:
            print(f"NumPy {version}: {error}")

    runs = compute_everywhere(options.jobs)
    print_runs(runs)

    paths = subjects(options.only)
    wanted = chosen[: options.rows]
    print(f"{len(paths)} notebooks and files of tests on each of {len(wanted)} rows")
    print(
        LINE.format("", *FACTORS, "passed", "failed", "skipped", "seconds", "verdict")
    )
    rows = {}
    with tqdm(desc="files", total=len(wanted) * len(paths), leave=False) as bar:
        run = functools.partial(run_row, paths=paths, tick=bar.update)
        for machine, record in spread(run, by_turns(wanted), options.jobs):
            rows[machine] = summarize(machine, record)
            print_row(chosen.index(machine) + 1, rows[machine])
    rows = [rows.get(machine) or left_out(machine) for machine in chosen]
    path = STORE / "part.json" if options.only else RESULTS
    keep(path, table(runs, rows))
    print(f"written: {path}")
    verdicts = [each["verdict"] for each in [*runs.values(), *rows]]
    kinds = collections.Counter(each.split(":")[0].split(",")[0] for each in verdicts)
    print(", ".join(f"{number} {kind}" for kind, number in kinds.items()))
    seconds = [each.get("seconds", 0) for each in [*runs.values(), *rows]]
    print(f"{sum(seconds) / 60:.0f} minutes of one process")
    if not count_differing(runs) and kinds["passed"] > 1:
        sys.exit("Plain NumPy gave the same digits everywhere: this shows nothing")
    sys.exit(kinds["failed"] > 0)


if __name__ == "__main__":
    main()
