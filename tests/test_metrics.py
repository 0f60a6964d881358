"""Metrics: values worked by hand."""

import numpy as np
import pytest
import sklearn.metrics

from nnlib.functions import sigmoid
from nnlib.metrics import (
    accuracy,
    binary_accuracy,
    confusion_matrix,
    precision_recall,
    reliability,
    tolerance_accuracy,
)

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize(
    ("targets", "expected"),
    [([0, 1, 2, 0], 1.0), ([0, 1, 1, 2], 0.5), ([1, 0, 0, 1], 0.0)],
)
def test_accuracy_is_the_fraction_of_right_answers(targets, expected):
    outputs = [[3, 1, 2], [-1, 5, 0], [0, 0, 1e-9], [1, -1, 0]]
    assert accuracy(outputs, targets) == expected


def test_of_equal_outputs_the_first_is_the_answer():
    assert accuracy([[1.0, 1.0]], [0]) == 1.0
    assert accuracy([[1.0, 1.0]], [1]) == 0.0


def test_accuracy_is_a_plain_float_and_leaves_its_arguments_alone():
    outputs, targets = np.eye(3), np.arange(3)
    assert type(accuracy(outputs, targets)) is float
    assert np.array_equal(outputs, np.eye(3))
    assert targets.tolist() == [0, 1, 2]


def test_confusion_matrix_counts_true_against_named():
    outputs = np.eye(3)[[0, 0, 1, 2, 2, 2]]
    matrix = confusion_matrix(outputs, [0, 1, 1, 2, 2, 0])
    assert matrix.tolist() == [[1, 0, 1], [1, 1, 0], [0, 0, 2]]
    judge = sklearn.metrics.confusion_matrix([0, 1, 1, 2, 2, 0], [0, 0, 1, 2, 2, 2])
    assert matrix.tolist() == judge.tolist()


def test_precision_and_recall_agree_with_scikit_learn():
    rng = np.random.default_rng(0)
    outputs, targets = rng.normal(size=(200, 4)), rng.integers(0, 4, size=200)
    found = precision_recall(confusion_matrix(outputs, targets))
    judge = sklearn.metrics.precision_recall_fscore_support(
        targets, outputs.argmax(axis=1)
    )
    np.testing.assert_allclose(found, judge[:2], rtol=1e-15)


def test_precision_and_recall_of_a_class_without_samples_are_nan():
    precision, recall = precision_recall([[2, 0, 1], [0, 0, 0], [0, 0, 3]])
    assert np.array_equal(precision, [1, np.nan, 0.75], equal_nan=True)
    assert np.array_equal(recall, [2 / 3, np.nan, 1], equal_nan=True)


def test_reliability_worked_by_hand():
    """Five bins; 0.6 lies on a border and belongs to the bin below."""
    sure = [0.6, 0.55, 0.7, 0.9, 1.0]
    probabilities = np.array([[p, 1 - p] for p in sure])
    confidence, share, counts = reliability(probabilities, [0, 1, 0, 1, 0], 5)
    assert counts.tolist() == [0, 0, 2, 1, 2]
    np.testing.assert_allclose(confidence, [np.nan, np.nan, 0.575, 0.7, 0.95])
    np.testing.assert_allclose(share, [np.nan, np.nan, 0.5, 1, 0.5])


def test_binary_accuracy_counts_every_answer():
    logits, targets = [[1.0, -2.0], [0.0, 3.0], [-1, 0.1]], [[1, 1], [0, 1], [0, 0]]
    assert binary_accuracy(logits, targets) == 4 / 6
    assert binary_accuracy(logits, targets, threshold=0.5) == 5 / 6
    probabilities = sigmoid(logits)
    assert binary_accuracy(probabilities, targets, 0.5) == 4 / 6


def test_tolerance_accuracy_counts_what_is_nearer():
    outputs, targets = [[1.0], [2.0], [3.5]], [[1.0], [2.5], [3.0]]
    assert tolerance_accuracy(outputs, targets, 0.5) == 1 / 3
    assert tolerance_accuracy(outputs, targets, 0.51) == 1.0


def test_binary_accuracy_takes_logits_unless_told():
    """A logit of 0.1 says yes, one of −0.1 says no, one of 0 does not say yes."""
    assert binary_accuracy([[0.1], [-0.1], [0.0]], [[1], [0], [0]]) == 1.0


def test_reliability_has_ten_bins_unless_told():
    """0.05 for each of 20 classes falls into the first bin, 1 into the last."""
    probabilities = np.vstack([np.full(20, 0.05), np.eye(20)[3]])
    confidence, share, counts = reliability(probabilities, [0, 3])
    assert counts.tolist() == [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert confidence[[0, 9]].tolist() == [0.05, 1.0]
    assert share[[0, 9]].tolist() == [1.0, 1.0]


def test_confusion_matrix_holds_whole_numbers():
    assert confusion_matrix(np.eye(2), [0, 1]).dtype.kind == "i"


def test_reliability_counts_a_probability_just_above_one():
    """Rows may miss 1 by rounding; such a one belongs to the last bin."""
    _, _, counts = reliability([[1 + 1e-9, 0.0]], [0], 4)
    assert counts.tolist() == [0, 0, 0, 1]
