"""Metrics: values worked by hand."""

import numpy as np
import pytest

from nnlib.metrics import accuracy

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
