"""The machine matrix's own logic: what it chooses, what it believes, and what it does again."""

import itertools
import json
import subprocess

import elsewhere
import machines
import matrix
import pytest
from machines import INSTALLED, Machine
from source import without_docstrings

HERE = {
    "numpy": INSTALLED,
    "machine": "x86_64",
    "n_cores": 2,
    "has": ["AVX", "AVX2", "AVX512F"],
    "features": ["X86_V3", "X86_V4", "AVX512_ICL"],
    "openblas": [["Haswell", 2]],
}
THERE = {**HERE, "features": ["X86_V3"], "openblas": [["Katmai", 1], ["Prescott", 1]]}
MACHINE = Machine("Prescott", "no AVX-512", 1)
PROVEN = (THERE, "")
UNTOUCHED = machines.untouched


@pytest.fixture(autouse=True)
def processor(monkeypatch):
    """A processor with AVX-512 and two cores, whatever runs the tests."""
    found = dict(HERE)
    monkeypatch.setattr(machines, "untouched", lambda numpy: found)
    return found


@pytest.fixture
def store(monkeypatch, tmp_path):
    monkeypatch.setattr(matrix, "STORE", tmp_path)
    monkeypatch.setattr(elsewhere, "STORE", tmp_path)
    return tmp_path


def test_every_pair_of_settings_occurs_in_few_rows():
    rows = matrix.choose(matrix.FACTORS)
    found = {
        (first, a, second, b)
        for row in rows
        for first, a in vars(row).items()
        for second, b in vars(row).items()
    }
    for first, values in matrix.FACTORS.items():
        for second, others in matrix.FACTORS.items():
            if first != second:
                assert {(first, a, second, b) for a in values for b in others} <= found
    assert len(rows) <= 14
    assert rows == matrix.choose(matrix.FACTORS)


def test_a_pair_that_is_missing_is_found():
    rows = matrix.choose(matrix.FACTORS)
    assert not matrix.missing_pairs(rows, matrix.FACTORS)
    assert matrix.missing_pairs(rows[1:], matrix.FACTORS)


def test_rows_of_one_thread_and_of_two_take_turns():
    rows = matrix.choose(matrix.FACTORS)
    found = matrix.by_turns(rows)
    assert sorted(map(str, found)) == sorted(map(str, rows))
    assert all(min(a.threads, b.threads) == 1 for a, b in itertools.pairwise(found))


def test_setting_becomes_environment(monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    variables = MACHINE.environment()
    assert variables["OPENBLAS_CORETYPE"] == "Prescott"
    assert variables["OPENBLAS_NUM_THREADS"] == "1"
    assert variables["NPY_DISABLE_CPU_FEATURES"] == "X86_V4 AVX512_ICL"
    assert not set(machines.VARIABLES) & set(Machine().environment())


def test_other_numpy_comes_first_on_the_path():
    path = Machine(numpy="2.0.2").environment()["PYTHONPATH"]
    assert path.startswith(str(machines.STORE / "numpy-2.0.2"))


def test_setting_that_took_is_believed():
    assert machines.shortfalls(MACHINE, THERE) == []


@pytest.mark.parametrize(
    ("proof", "complaint"),
    [
        ({"openblas": [["Haswell", 1]]}, "OpenBLAS uses Haswell"),
        ({"openblas": [["Prescott", 1], ["Haswell", 1]]}, "OpenBLAS uses Haswell"),
        ({"openblas": [["Prescott", 2]]}, "OpenBLAS uses 2 threads"),
        ({"openblas": []}, "there is no OpenBLAS"),
        ({"features": HERE["features"]}, "NumPy uses X86_V3 X86_V4 AVX512_ICL"),
        ({"features": []}, "NumPy uses "),
        ({"numpy": "1.17.5"}, "NumPy is 1.17.5"),
    ],
)
def test_setting_that_did_not_take_is_reported(monkeypatch, proof, complaint):
    result = {"proof": {**THERE, **proof}}
    monkeypatch.setattr(machines, "run", lambda *_: (result, ""))
    _, verdict = machines.train(MACHINE)
    assert verdict == f"failed, the setting did not take: {complaint}"


@pytest.mark.parametrize(
    ("lack", "reason"),
    [
        ({"has": ["AVX", "AVX2"]}, "AVX512F"),
        ({"machine": "arm64"}, "x86-64"),
        ({"openblas": []}, "OpenBLAS"),
        ({"n_cores": 1}, "1 core"),
    ],
)
def test_what_this_machine_cannot_run_is_not_run(processor, lack, reason):
    processor.update(lack)
    result, verdict = machines.train(Machine("SkylakeX", "all", 2))
    assert result is None
    assert verdict.startswith("not run: ")
    assert reason in verdict


def test_illegal_instruction_is_not_run(monkeypatch):
    died = subprocess.CompletedProcess([], -4, "", "")
    monkeypatch.setattr(machines, "run_python", lambda *_: died)
    _, verdict = machines.train(MACHINE)
    assert verdict == "not run: this processor does not know an instruction"


def test_numpy_that_cannot_be_had_is_not_run(monkeypatch):
    def fails(numpy):
        raise RuntimeError(f"NumPy {numpy} does not start")

    monkeypatch.setattr(machines, "untouched", fails)
    verdict = machines.train(Machine(numpy="2.0.2"))[1]
    assert verdict == "not run: NumPy 2.0.2 does not start"


def test_numpy_that_is_not_installed_is_not_run(monkeypatch):
    """Without its folder the installed NumPy would answer in its place."""
    answer = subprocess.CompletedProcess([], 0, json.dumps(HERE), "")
    monkeypatch.setattr(machines, "run_python", lambda *_: answer)
    monkeypatch.setattr(machines, "untouched", UNTOUCHED.__wrapped__)
    verdict = machines.train(Machine(numpy="2.0.2"))[1]
    assert verdict == "not run: NumPy 2.0.2 could not be installed"


@pytest.mark.parametrize("run", [elsewhere.run_arm64, elsewhere.run_wasm])
def test_missing_tool_is_not_run(monkeypatch, store, run):
    monkeypatch.setattr(elsewhere.shutil, "which", lambda name: None)
    monkeypatch.delenv("NNLIB_CHROMIUM", raising=False)
    result, verdict = elsewhere.attempt(run)
    assert result is None
    assert verdict.startswith("not run: ")


def test_crash_elsewhere_is_a_failure():
    def crashes():
        raise elsewhere.Crashed("ZeroDivisionError")

    assert elsewhere.attempt(crashes) == (None, "failed: ZeroDivisionError")


def test_run_in_the_wrong_place_is_a_failure():
    _, verdict = elsewhere.attempt(lambda: {"proof": HERE}, machine="aarch64")
    assert verdict == "failed, it ran elsewhere: {'machine': 'x86_64'}"


def test_other_digits_are_a_failure():
    reference = {"ours": {"sums": "a", "products": "b"}}
    result = {"ours": {"sums": "a", "products": "c"}}
    assert machines.compare(reference, reference) == "passed"
    assert machines.compare(result, reference) == "failed, other digits: products"


def test_one_place_with_other_digits_is_reported(monkeypatch, store):
    def results(digits):
        return {"ours": {"sums": digits}, "plain": {"sums": digits}}, ""

    runs = {
        "as it is": lambda: results("a"),
        "there": lambda: results("a"),
        "elsewhere": lambda: results("b"),
        "nowhere": lambda: (None, "not run: no such thing"),
    }
    monkeypatch.setattr(matrix, "places", lambda: runs)
    found = matrix.compute_everywhere(n_jobs=2)
    assert [found[name]["verdict"] for name in runs] == [
        "passed",
        "passed",
        "failed, other digits: sums",
        "not run: no such thing",
    ]
    assert matrix.count_plain(found) == {"sums": 2}


def test_fixed_set_is_not_computed_again_until_something_changes(store):
    calls = []

    def run():
        calls.append(1)
        return {}, "" if len(calls) > 1 else "failed: once"

    for key in ("old", "old", "old", "new", "new"):
        matrix.compute("there", run, key)
    assert len(calls) == 3


@pytest.fixture
def row(monkeypatch, store, tmp_path):
    """Run a row of two files, of which tests may change, break and mend the second."""
    monkeypatch.setattr(matrix, "ROOT", tmp_path)
    monkeypatch.setattr(matrix, "foundations", lambda: [])
    paths = [tmp_path / name for name in ("test_a.py", "test_b.py")]
    for path in paths:
        path.write_text("as it was")

    def run(failed=(), skipped=(), stop_at=None, prove=lambda machine: PROVEN):
        calls = []

        def run_pytest(machine, names):
            if stop_at in names:
                raise KeyboardInterrupt
            calls.extend(names)
            return {
                name: {
                    "passed": 3,
                    "failed": [f"{name}: x"] if name in failed else [],
                    "skipped": ["no data"] if name in skipped else [],
                    "seconds": 1.0,
                }
                for name in names
            }

        return calls, matrix.run_row(MACHINE, paths, run_pytest, prove)

    return run


def test_finished_row_is_not_run_again(row):
    assert row()[0] == ["test_a.py", "test_b.py"]
    calls, record = row()
    assert calls == []
    assert record["verdict"] == "passed"
    assert record["proof"] == THERE


def test_changed_file_is_run_again(row, tmp_path):
    row()
    (tmp_path / "test_b.py").write_text("changed")
    assert row()[0] == ["test_b.py"]


@pytest.mark.parametrize(
    ("code", "text", "same"), [("1", "b", True), ("2", "a", False)]
)
def test_of_a_notebook_only_the_code_and_its_outputs_count(tmp_path, code, text, same):
    def notebook(code, text):
        path = tmp_path / "chapter.ipynb"
        code_cell = {
            "cell_type": "code",
            "source": code,
            "outputs": [],
            "metadata": {"mystnb": text},
        }
        cells = [{"cell_type": "markdown", "source": text}, code_cell]
        path.write_text(json.dumps({"cells": cells}))
        return matrix.what_runs(path)

    assert (notebook("1", "a") == notebook(code, text)) == same


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ('"""B"""\ndef f():\n    """C"""\n    return 1  # one', True),
        ('"""A"""\ndef f():\n    """B"""\n    return 2', False),
        ('"""A"""\ndef f():\n    return 1', False),  # is rare, and costs time only
    ],
)
def test_of_the_library_docstrings_do_not_count(text, same):
    before = '"""A"""\ndef f():\n    """B"""\n    return 1'
    after = without_docstrings(text)
    assert (without_docstrings(before) == after) == same


def test_change_of_the_library_runs_everything_again(row, monkeypatch, tmp_path):
    row()
    monkeypatch.setattr(matrix, "foundations", lambda: [tmp_path / "test_a.py"])
    assert row()[0] == ["test_a.py", "test_b.py"]


def test_failed_file_is_reported_and_run_again(row):
    _, record = row(failed=["test_b.py"], skipped=["test_b.py"])
    assert record["verdict"] == "failed: 1"
    summary = matrix.summarize(MACHINE, record)
    assert summary["failed"] == ["test_b.py: x"]
    assert summary["passed"] == 6
    assert summary["skipped"] == {"no data": 1}
    calls, record = row()
    assert calls == ["test_b.py"]
    assert record["verdict"] == "passed"


def test_file_with_a_skip_is_run_again(row):
    """What it lacked, such as data, may be there the next time."""
    _, record = row(skipped=["test_a.py"])
    assert record["verdict"] == "passed"
    assert row()[0] == ["test_a.py"]


def test_stopped_row_goes_on(row, monkeypatch):
    """What was done before the stop is kept."""
    monkeypatch.setattr(matrix, "portions", lambda names: [[name] for name in names])
    with pytest.raises(KeyboardInterrupt):
        row(stop_at="test_b.py")
    assert row()[0] == ["test_b.py"]


def test_notebooks_run_one_by_one():
    names = [
        "chapters/a.ipynb",
        "tests/test_a.py",
        "chapters/b.ipynb",
        "tests/test_b.py",
    ]
    assert matrix.portions(names) == [names[:1], names[2:3], names[1::2]]
    assert matrix.portions(names[:1]) == [names[:1]]


def test_pytest_that_died_is_a_failure(monkeypatch, store):
    died = subprocess.CompletedProcess([], -9)
    monkeypatch.setattr(matrix.subprocess, "run", lambda *_, **__: died)
    found = matrix.run_pytest(MACHINE, ["chapters/a.ipynb"])
    complaint = "chapters/a.ipynb: nothing was run, pytest ended with -9"
    assert found["chapters/a.ipynb"]["failed"] == [complaint]


@pytest.mark.parametrize("verdict", ["not run: no such processor", "failed, not there"])
def test_row_without_proof_runs_nothing(row, verdict):
    calls, record = row(prove=lambda machine: (None, verdict))
    assert calls == []
    assert record["verdict"] == verdict
    assert row()[0] == ["test_a.py", "test_b.py"]


def test_report_of_pytest_is_counted(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(
        """<testsuites><testsuite>
        <testcase file="chapters/a.ipynb" name="Cell 0" time="1.5"/>
        <testcase file="chapters/a.ipynb" name="Cell 1" time="1"><failure message="x"/></testcase>
        <testcase file="tests/b.py" name="c" time="0"><skipped message="no torch"/></testcase>
        <testcase classname="" name="tests.test_d" time="0"><error message="import"/></testcase>
        </testsuite></testsuites>"""
    )
    found = matrix.read_report(report)
    assert found["chapters/a.ipynb"]["passed"] == 1
    assert found["chapters/a.ipynb"]["failed"] == ["chapters/a.ipynb: Cell 1"]
    assert found["chapters/a.ipynb"]["seconds"] == 2.5
    assert found["tests/b.py"]["skipped"] == ["no torch"]
    assert len(found["tests/test_d.py"]["failed"]) == 1


def test_all_chapters_are_run_and_all_tests_but_those_of_other_subjects():
    names = {path.name for path in matrix.subjects()}
    assert {"02_one_neuron.ipynb", "errata.ipynb", "test_layers.py"} <= names
    assert "test_matrix.py" not in names
    chosen = {path.name for path in matrix.subjects("02,test_l")}
    assert {"02_one_neuron.ipynb", "test_layers.py", "test_losses.py"} <= chosen
    assert all(name.startswith(("02", "test_l")) for name in chosen)


def test_stored_table_is_whole():
    """What chapter 23b shows was found by the matrix as it is now."""
    if not matrix.RESULTS.exists():
        pytest.skip(
            "the table of machines was not checked: there is none (make matrix)"
        )
    stored = json.loads(matrix.RESULTS.read_text("utf-8"))
    settings = [
        tuple(row[name] for name in stored["factors"]) for row in stored["rows"]
    ]
    assert settings == [
        tuple(vars(each).values()) for each in matrix.choose(stored["factors"])
    ]
    verdicts = [row["verdict"] for row in stored["rows"]]
    verdicts += stored["fixed_set"]["verdicts"].values()
    assert not [each for each in verdicts if not each.startswith(("passed", "not run"))]
