"""`pytest --nbval` notices what it should: each mistake, planted in a copy of the book, must make it fail."""

import os
import shutil
import subprocess
import sys

import pytest
from notebooks import ROOT

MISTAKES = {
    "a sign in a backward pass": (
        "nnlib/layers.py",
        "self.outputs * (1.0 - self.outputs)",
        "self.outputs * (1.0 + self.outputs)",
        "09b_backpropagation_network",
    ),
    "a constant in an optimizer": (
        "nnlib/optimizers.py",
        "beta1=0.9",
        "beta1=0.8",
        "22_prediction",
    ),
    "two colours exchanged": (
        "nnlib/plots.py",
        '["#0072B2", "#D55E00",',
        '["#D55E00", "#0072B2",',
        "04_activations",
    ),
    "a colour in one plot": (
        "chapters/02_one_neuron.ipynb",
        "color=COLORS[1])",
        "color=COLORS[2])",
        "02_one_neuron",
    ),
    "a point moved": (
        "chapters/02_one_neuron.ipynb",
        "ax.plot(0, 0.5,",
        "ax.plot(0, 0.501,",
        "02_one_neuron",
    ),
    "a border that bends": (
        "nnlib/data.py",
        "return snap(X), y.astype(int)",
        "return 1.01 * snap(X), y.astype(int)",
        "09b_backpropagation_network",
    ),
    "a printed digit": (
        "chapters/03_layers.ipynb",
        "['0.83545566']",
        "['0.83545567']",
        "03_layers",
    ),
    "an output that is gone": (
        "chapters/02_one_neuron.ipynb",
        "print(w * x)",
        "w * x;",
        "02_one_neuron",
    ),
}


def run_nbval(folder, notebook):
    """Run a copied notebook against the copied library; return pytest's exit code and what it said."""
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "--nbval",
            "-x",
            "-q",
            f"chapters/{notebook}.ipynb",
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    return result.returncode, result.stdout


@pytest.mark.parametrize("name", MISTAKES)
def test_planted_mistake_is_noticed(name, tmp_path):
    file, right, wrong, notebook = MISTAKES[name]
    shutil.copytree(ROOT / "nnlib", tmp_path / "nnlib")
    (tmp_path / "chapters").mkdir()
    shutil.copy(ROOT / "chapters" / f"{notebook}.ipynb", tmp_path / "chapters")
    text = (tmp_path / file).read_text("utf-8")
    assert right in text
    (tmp_path / file).write_text(text.replace(right, wrong), encoding="utf-8")
    code, said = run_nbval(tmp_path, notebook)
    assert code == 1, said
    assert (
        "Cell execution" in said
        or "Notebook cell execution" in said
        or "mismatch" in said
    ), said


def test_untouched_copy_passes(tmp_path):
    shutil.copytree(ROOT / "nnlib", tmp_path / "nnlib")
    (tmp_path / "chapters").mkdir()
    shutil.copy(ROOT / "chapters" / "02_one_neuron.ipynb", tmp_path / "chapters")
    code, said = run_nbval(tmp_path, "02_one_neuron")
    assert code == 0, said
