"""The stored results of long trainings are what their scripts find: a piece of each is run again, bit for bit."""

import json

import compare_optimizers
import numpy as np
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
    ("group", "name", "seed"),
    [
        ("strengths", "no penalty", 4),
        ("strengths", "L1 0.0005", 0),
        ("strengths", "L2 5e-06", 7),
        ("strengths", "both", 9),
        ("sizes", "100 x 512, no penalty", 6),
        ("sizes", "1000 x 128, L2", 2),
    ],
)
def test_the_first_updates_of_a_run_with_penalties(group, name, seed):
    stored = json.loads((RESULTS / f"{group}.json").read_text("utf-8"))
    settings = regularize.GROUPS[group][name]
    run, _ = regularize.train.func(*settings, seed, regularize.EARLY + 1, "")
    assert stored["runs"][name][seed]["early"] == run["early"]
    n_looks = sum(look <= regularize.EARLY for look in regularize.LOOKS)
    curve = stored["runs"][name][seed]["train"][:n_looks]
    assert curve == regularize.rounded(run)["train"]


def test_a_whole_run_and_what_is_stored_to_draw_it():
    settings = regularize.SIZES["100 x 64, L2"]
    run, moments = regularize.train.func(*settings, 0, regularize.N_UPDATES, "")
    runs = json.loads((RESULTS / "sizes.json").read_text("utf-8"))["runs"]
    assert runs["100 x 64, L2"][0] == regularize.rounded(run)
    drawn = np.load(RESULTS / "sizes.npz")
    for place in range(4):
        expected = [moment[place] for moment in moments]
        assert np.array_equal(drawn[f"100 x 64, L2/{place}"], expected)


@pytest.mark.parametrize("group", regularize.GROUPS)
def test_all_runs_are_stored(group):
    stored = json.loads((RESULTS / f"{group}.json").read_text("utf-8"))
    assert stored["runs"].keys() == regularize.GROUPS[group].keys()
    assert all(len(runs) == regularize.N_SEEDS for runs in stored["runs"].values())


def test_both_groups_have_two_settings_in_common_and_agree():
    strengths, sizes = (
        json.loads((RESULTS / f"{group}.json").read_text("utf-8"))["runs"]
        for group in ("strengths", "sizes")
    )
    assert strengths["no penalty"] == sizes["100 x 64, no penalty"]
    assert strengths["L2 0.0005"] == sizes["100 x 64, L2"]
