"""Time nnlib and its peers side by side, and say which targets are met.

``make bench`` runs it; ``python -m benchmarks --quick`` takes a first look, with wide error bars.

Peers take turns: a round is one measurement of each, in an order that changes from round to round, so that whatever
else the machine does strikes all alike; what counts are ratios of medians over the rounds. Each peer lives in a process
of its own (`benchmarks.worker`) with the same number of threads for its BLAS. pyperf computes medians and quartiles and
describes the machine; its Runner is not used, since it runs one benchmark after the other and never interleaves.

What a step is, and in what the peers differ, stands in `benchmarks.peers`.
"""

import argparse
import json
import multiprocessing
import os
import pathlib
import random

import numpy as np
import pyperf

from benchmarks.cases import CASES, MEMORY, SWEEPS
from benchmarks.figure import draw
from benchmarks.peers import PEERS
from benchmarks.targets import check, print_targets
from benchmarks.worker import serve

ROOT = pathlib.Path(__file__).parent.parent
RESULTS = ROOT / "chapters" / "results" / "benchmarks.json"
FIGURE = ROOT / "_static" / "benchmarks.svg"
SWEPT = ["nnlib", "nnlib native", "PyTorch float32", "PyTorch float64"]


class Workers:
    """The peers' processes."""

    def __init__(self, names, n_threads):
        context = multiprocessing.get_context("spawn")
        self.pipes, self.processes = {}, []
        for name in names:
            self.pipes[name], theirs = context.Pipe()
            process = context.Process(
                target=serve, args=(theirs, name, n_threads), daemon=True
            )
            process.start()
            self.processes.append(process)

    def ask(self, name, *request):
        self.pipes[name].send(request)
        return self.pipes[name].recv()

    def stop(self):
        for pipe in self.pipes.values():
            pipe.send(None)
        for process in self.processes:
            process.join()


def time_case(workers, names, case, n_rounds, duration):
    """Microseconds of a step for each peer: the measured values, one for each round."""
    n_steps, values = {}, {name: [] for name in names}
    for name in names:  # the first call builds the network, the second is warm
        workers.ask(name, "time", case, 1)
        elapsed, n_done = workers.ask(name, "time", case, 1)
        n_steps[name] = max(1, round(duration * n_done / elapsed))
    order, rng = list(names), random.Random(0)
    for _ in range(n_rounds):
        rng.shuffle(order)
        for name in order:
            elapsed, n_done = workers.ask(name, "time", case, n_steps[name])
            values[name].append(elapsed / n_done * 1e6)
    return values


def summarize(values):
    """Median and quartiles of each peer."""
    found = {}
    for name, of_peer in values.items():
        benchmark = pyperf.Benchmark(
            [pyperf.Run(of_peer, metadata={"name": name}, collect_metadata=False)]
        )
        found[name] = {
            "median": benchmark.median(),
            "quartiles": [benchmark.percentile(25), benchmark.percentile(75)],
        }
    return found


def report(title, times, memory=None):
    """Print one case: a line for each peer."""
    print(f"\n{title}")
    for name, found in times.items():
        low, high = found["quartiles"]
        ratio = found["median"] / times["nnlib"]["median"]
        line = f"  {name:16}{found['median']:12,.0f} µs  ({low:,.0f} … {high:,.0f})"
        line = f"{line:58}{ratio:8.2f} × nnlib"
        if memory and name in memory:
            line += f"{memory[name] / 1e6:12.2f} MB"
        print(line, flush=True)


def machine(n_threads):
    """What the numbers were measured on."""
    known = pyperf.Run([1.0], collect_metadata=True).get_metadata()
    wanted = ("cpu_model_name", "cpu_count", "python_version")
    versions = {"numpy": np.__version__}
    for package in ("sklearn", "torch"):
        try:
            versions[package] = __import__(package).__version__
        except ImportError:
            versions[package] = None
    found = {name: known[name] for name in wanted if name in known}
    return {**found, "n_threads": n_threads, "versions": versions}


def available(case):
    """Whether a case's data are there; if not, say why."""
    try:
        case.data()
    except OSError as error:
        print(f"\n{case.name}: skipped, {error}")
        return False
    return True


def measure(names, n_threads, n_rounds, duration):
    """All times and memory, as they go into the file."""
    result = {"machine": machine(n_threads), "rounds": n_rounds}
    workers = Workers(names, n_threads)
    result["cases"] = {}
    for case in filter(available, CASES):
        times = summarize(time_case(workers, names, case, n_rounds, duration))
        memory = {
            name: workers.ask(name, "memory", case, 1 if case.predicts else 2)
            for name in names
            if not (case.predicts and name == "AT")  # a minute under tracemalloc
        }
        report(case.name, times, memory)
        result["cases"][case.name] = {"microseconds": times, "bytes": memory}
    swept = [name for name in SWEPT if name in names]
    result["sweeps"] = {}
    for what, cases in SWEEPS.items():
        result["sweeps"][what] = {}
        for number, case in cases.items():
            times = summarize(time_case(workers, swept, case, n_rounds, duration))
            report(f"{what} {number}", times)
            result["sweeps"][what][number] = times
    result["growth"] = [
        {
            "n_samples": len(case.data()[0]),
            "width": case.hidden[0],
            "depth": len(case.hidden),
            "bytes": {name: workers.ask(name, "memory", case, 2) for name in swept},
        }
        for case in MEMORY
    ]
    workers.stop()
    return result


def main():
    parser = argparse.ArgumentParser(
        prog="benchmarks", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--quick", action="store_true", help="few, short rounds")
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count()))
    parser.add_argument("--output", type=pathlib.Path, help="where to write the JSON")
    parser.add_argument("--draw", action="store_true", help="only draw the figure anew")
    options = parser.parse_args()
    if options.draw:
        draw(json.loads(RESULTS.read_text()), FIGURE)
        return
    names = list(PEERS)
    try:
        import torch  # noqa: F401
    except ImportError:
        print("PyTorch is not installed: its rows and targets are left out")
        names = [name for name in names if not name.startswith("PyTorch")]
    n_rounds, duration = (5, 0.03) if options.quick else (15, 0.1)
    result = measure(names, options.threads, n_rounds, duration)
    result["targets"] = check(result)
    print_targets(result["targets"])
    if options.quick and options.output is None:
        print("\nA quick look: nothing was written.")
        return
    path = options.output or RESULTS
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    draw(result, path.with_suffix(".svg") if options.output else FIGURE)


if __name__ == "__main__":
    main()
