"""The stored results of long trainings are what their scripts find: a piece of each is run again, bit for bit."""

import json

import compare_optimizers
import pytest
import regularize
from notebooks import ROOT

from nnlib.optimizers import Adam, Momentum

RESULTS = ROOT / "chapters" / "results"


@pytest.mark.parametrize(
    ("rule", "rate", "seed"), [(Adam, 0.01, 3), (Momentum, 1.0, 8)]
)
def test_a_run_of_the_optimizers(rule, rate, seed):
    stored = json.loads((RESULTS / "compare_optimizers.json").read_text("utf-8"))
    place = stored["rates"].index(rate)
    loss, accuracy = compare_optimizers.train(rule, rate, seed)
    assert stored["losses"][rule.__name__][place][seed] == loss
    assert stored["accuracies"][rule.__name__][place][seed] == accuracy


@pytest.mark.parametrize(
    ("name", "seed"),
    [("no penalty", 4), ("L1 0.0005", 0), ("L2 5e-06", 7), ("both", 9)],
)
def test_the_first_updates_of_a_run_with_penalties(name, seed):
    stored = json.loads((RESULTS / "strengths.json").read_text("utf-8"))
    settings = regularize.STRENGTHS[name]
    run, _ = regularize.train.func(*settings, seed, regularize.EARLY + 1, "")
    assert stored["runs"][name][seed]["early"] == run["early"]
    n_looks = sum(look <= regularize.EARLY for look in regularize.LOOKS)
    curve = stored["runs"][name][seed]["train"][:n_looks]
    assert curve == regularize.rounded(run)["train"]


def test_all_runs_are_stored():
    stored = json.loads((RESULTS / "strengths.json").read_text("utf-8"))
    assert stored["runs"].keys() == regularize.STRENGTHS.keys()
    assert all(len(runs) == regularize.N_SEEDS for runs in stored["runs"].values())
