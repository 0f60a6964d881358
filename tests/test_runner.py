"""What runs the cells on a page shows what the notebooks show: here under this Python, where it needs no browser.

Each test asks a Python of its own, since the runner replaces modules.
"""

import json
import os
import subprocess
import sys

import pytest
from notebooks import PATHS, ROOT, chapter, code_cells

RUN = """
import json, sys
import runner

runner.prepare()
told = []
run = runner.Runner(lambda kind, text: told.append([kind, text])).run
for number, source in enumerate(json.load(sys.stdin), 1):
    run(f"<cell {number}>", source)
    told.append(["end", ""])
json.dump(told, sys.__stdout__)
"""


def run_cells(*sources):
    """Run cells one after the other; for each, what it told: [[(kind, text), …], …]."""
    path = os.pathsep.join(map(str, (ROOT / "_page", ROOT)))
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        input=json.dumps(sources),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT / "chapters",
        env={**os.environ, "PYTHONPATH": path, "MPLBACKEND": "agg"},
    )
    cells = [[]]
    for kind, text in json.loads(done.stdout):
        if kind == "end":
            cells.append([])
        elif cells[-1] and cells[-1][-1][0] == kind == "text":
            cells[-1][-1] = (kind, cells[-1][-1][1] + text)
        else:
            cells[-1].append((kind, text))
    return cells[:-1]


def stored(cell):
    """What a notebook stores as the outputs of a cell, in the form of `run_cells`."""
    told = []
    for output in cell.outputs:
        data = output.get("data", {})
        if "image/svg+xml" in data:
            told.append(("figure", data["image/svg+xml"]))
        else:
            told.append(("text", output.get("text") or data["text/plain"] + "\n"))
    return told


@pytest.mark.parametrize("number", ["02", "07"])
def test_chapter_shows_what_it_stores(number):
    (path,) = (path for path in PATHS if chapter(path) == number)
    cells = code_cells(path)
    found = run_cells(*(cell.source for cell in cells))
    assert found == [stored(cell) for cell in cells]


def test_error_is_shown_as_python_shows_it_and_names_stay():
    first, second = run_cells("a = 1\ndef f():\n    return a / 0\nf()", "a")
    assert first == [
        (
            "error",
            "Traceback (most recent call last):\n"
            '  File "<cell 1>", line 4, in <module>\n'
            "    f()\n"
            '  File "<cell 1>", line 3, in f\n'
            "    return a / 0\n"
            "           ~~^~~\n"
            "ZeroDivisionError: division by zero\n",
        )
    ]
    assert second == [("text", "1\n")]


def test_half_written_line_is_shown_without_the_runner():
    ((kind, text),) = run_cells("print(1\n")[0]
    assert kind == "error"
    assert text.startswith('  File "<cell 1>", line 1\n')
    assert "SyntaxError" in text


def test_exit_ends_the_cell_and_not_the_runner():
    first, second = run_cells("import sys; sys.exit()", "2")
    assert first[0][0] == "error"
    assert second == [("text", "2\n")]


def test_only_the_last_value_is_shown_and_none_before_a_semicolon():
    assert run_cells("1\n2", "3;", "None", "") == [[("text", "2\n")], [], [], []]


def test_warning_is_no_output_of_the_cell():
    (told,) = run_cells("import warnings\nwarnings.warn('old')\nprint('new')")
    assert told[-1] == ("text", "new\n")
    assert {kind for kind, _ in told[:-1]} == {"warning"}


def test_figure_of_a_failed_cell_is_forgotten():
    first, second = run_cells(
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\n1 / 0", "plt.show()"
    )
    assert [kind for kind, _ in first] == ["error"]
    assert second == []
