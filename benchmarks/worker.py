"""One peer in a process of its own, told over a pipe what to time: so that no peer's threads or settings touch another.

While one peer works, the others wait for their next word, and take no processor time.
"""

import json
import os
import tempfile
import time
import tracemalloc


def serve(pipe, name, n_threads):
    """Answer requests ``(what, case, number)`` until None comes."""
    for library in ("OPENBLAS", "OMP", "MKL"):  # read when the libraries are loaded
        os.environ[f"{library}_NUM_THREADS"] = str(n_threads)
    os.environ["KINETO_LOG_LEVEL"] = "5"  # PyTorch's profiler is not to talk
    from benchmarks.peers import PEERS

    is_torch = name.startswith("PyTorch")
    if is_torch:
        import torch

        torch.set_num_threads(n_threads)
    case = peer = None
    while (request := pipe.recv()) is not None:
        what, wanted, number = request
        if case is None or wanted.name != case.name or what == "memory":
            case, peer = wanted, PEERS[name](wanted)
        run = peer.run_predictions if case.predicts else peer.run
        measure = {"time": seconds, "memory": torch_peak if is_torch else numpy_peak}
        pipe.send(measure[what](run, number))


def seconds(run, n_steps):
    """How long so many steps took, and how many they were."""
    start = time.perf_counter()
    n_done = run(n_steps)
    return time.perf_counter() - start, n_done


def numpy_peak(run, n_steps):
    """The most bytes that NumPy held at once, beyond the data and weights that were there before the first step.

    tracemalloc sees every array's memory, but not what BLAS keeps for itself.
    """
    tracemalloc.start()
    run(n_steps)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def torch_peak(run, n_steps):
    """The same for PyTorch, from its profiler, which records every tensor's memory as it comes and goes."""
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as record:
        run(n_steps)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "trace.json")
        record.export_chrome_trace(path)
        with open(path) as file:
            events = json.load(file)["traceEvents"]
    changes = [e for e in events if e["name"] == "[memory]"]
    held = most = 0
    for change in sorted(changes, key=lambda event: event["ts"]):
        held += change["args"]["Bytes"]
        most = max(most, held)
    return most
