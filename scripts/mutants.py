"""Find mistakes that no test would notice: change nnlib in one small place, run the tests, and again for every place.

Cosmic Ray makes the changed programs, called mutants. Each runs, in a copy of the repository under `.mutants/`, against
the tests of its module, one file after the other, until one fails: the mutant is killed. What survives them all runs
against up to two notebooks that import the definition (the chapter that teaches it computes with its own cells). What
survives these too needs a reason in `tests/mutants.toml`, the result is written to `tests/mutants.md`, and the script
fails where a reason is missing or fewer than 95 percent were killed.

Every result is kept in `.mutants/results.jsonl` at once, so a run that was stopped goes on where it was. A result holds
until the code of its module changes; a survivor is tried again when its tests have changed. Remove `.mutants/` to begin
anew.

Not mutated: texts and docstrings; what stands inside a `raise`, which only words a complaint; mutants that do not
compile or are the same program. Of the operators, each gets its opposite or its neighbour, not all eleven others.
"""

import argparse
import ast
import difflib
import fcntl
import functools
import gc
import hashlib
import importlib
import json
import multiprocessing
import os
import pathlib
import shutil
import signal
import sys
import time
import tomllib

os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
os.environ["HYPOTHESIS_PROFILE"] = "first"

import nbformat
import parso
import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator
from source import without_docstrings
from tqdm import tqdm

ROOT = pathlib.Path(__file__).parent.parent
WORK = ROOT / ".mutants"
COPY, RESULTS, SECONDS = WORK / "copy", WORK / "results.jsonl", WORK / "seconds.json"
REASONS, REPORT = ROOT / "tests/mutants.toml", ROOT / "tests/mutants.md"
TARGET = 0.95

# Which tests each module runs against, the quickest and closest first.
TESTS = {
    "functions": "functions losses numerics losses_properties bad_input",
    "losses": "losses losses_properties bad_input",
    "penalties": "penalties bad_input",
    "dropout": "dropout bad_input",
    "initializers": "initializers bad_input",
    "gradients": "gradients bad_input",
    "layers": "layers bad_input oracle",
    "optimizers": "optimizers bad_input oracle",
    "metrics": "metrics bad_input",
    "numerics": "numerics numerics_properties bad_input",
    "model": "model bad_input",
    "files": "files files_properties bad_input",
    "data": "data mnist bad_input",
    "images": "images",
    "estimators": "estimators docstrings",
    "plots": "plots",
    "_checks": """functions losses layers penalties dropout optimizers metrics images data mnist bad_input numerics
    files model estimators plots""",
}
TOO_LONG = "chapters/19b_mnist.ipynb"  # and needs a download
LEFT_OUT = {
    "__init__": "holds no code",
    "progress": "one line, which shows or hides a bar",
}
# What a forked test run need not import again; nnlib itself must not be among them.
PRELOADED = """hypothesis matplotlib.pyplot nnfs.datasets safetensors.numpy scipy.special sklearn.datasets
sklearn.metrics sklearn.neural_network threadpoolctl nbval.plugin xdist.plugin torch"""
BINARY = """Add_Sub Sub_Add Mul_Div Div_Mul FloorDiv_Div Mod_FloorDiv Pow_Mul BitOr_BitAnd BitAnd_BitOr
LShift_RShift RShift_LShift"""
COMPARISON = "Lt_LtE Lt_GtE LtE_Lt LtE_Gt Gt_GtE Gt_LtE GtE_Gt GtE_Lt Eq_NotEq NotEq_Eq Is_IsNot IsNot_Is"
UNARY = "USub_UAdd Delete_Invert Delete_Not"
OTHERS = """AddNot ReplaceTrueWithFalse ReplaceFalseWithTrue ReplaceAndWithOr ReplaceOrWithAnd
ReplaceBreakWithContinue ReplaceContinueWithBreak ExceptionReplacer NumberReplacer RemoveDecorator
ZeroIterationForLoop"""
OPPOSITES = {"+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "|=": "&=", "&=": "|="}


class RemoveKeywordArgument(Operator):
    """Leave out one argument that a call gives by name."""

    def mutation_positions(self, node):
        if node.type in ("arglist", "trailer"):
            for child in node.children:
                if child.type == "argument" and child.children[1] == "=":
                    yield child.start_pos, child.end_pos

    def mutate(self, node, index):
        places = [
            i
            for i, child in enumerate(node.children)
            if child.type == "argument" and child.children[1] == "="
        ]
        after = node.children[places[index] + 1 : places[index] + 2]
        comma = bool(after) and after[0] == ","
        del node.children[places[index] : places[index] + 1 + comma]
        return node

    @classmethod
    def examples(cls):
        return ()


class ReplaceAugmentedAssignment(Operator):
    """Exchange += and -=, *= and /=, |= and &=."""

    def mutation_positions(self, node):
        if node.type == "operator" and node.value in OPPOSITES:
            yield node.start_pos, node.end_pos

    def mutate(self, node, index):
        node.value = OPPOSITES[node.value]
        return node

    @classmethod
    def examples(cls):
        return ()


class RemoveStatement(Operator):
    """Leave out a call whose result nobody takes, or an assignment to a part of something that is there already."""

    def mutation_positions(self, node):
        if node.type == "simple_stmt":
            first = node.children[0]
            target = first.children[0] if first.type == "expr_stmt" else first
            augmented = first.type == "expr_stmt" and first.children[1] != "="
            if target.type in ("atom_expr", "power") or augmented:
                yield node.start_pos, node.end_pos

    def mutate(self, node, index):
        leaf = node.get_first_leaf()
        nothing = parso.python.tree.Name("pass", leaf.start_pos, leaf.prefix)
        node.children[0] = nothing
        return node

    @classmethod
    def examples(cls):
        return ()


def operators():
    """All operators that change a program here."""
    kinds = {"Binary": BINARY, "Comparison": COMPARISON, "Unary": UNARY}
    names = OTHERS.split()
    for kind, pairs in kinds.items():
        names += [f"Replace{kind}Operator_{pair}" for pair in pairs.split()]
    library = [get_operator(f"core/{name}")() for name in names]
    own = [RemoveKeywordArgument(), ReplaceAugmentedAssignment(), RemoveStatement()]
    return library + own


@functools.cache
def original(module):
    """The text of a module as the run found it."""
    return (COPY / "nnlib" / f"{module}.py").read_text("utf-8")


def parents(node):
    while node := node.parent:
        yield node


def difference(old, new):
    """What a mutant changes: the lines that go and the lines that come, without their indentation."""
    lines = list(difflib.ndiff(old.splitlines(), new.splitlines()))
    return tuple(
        "\n".join(line[2:].strip() for line in lines if line[0] == sign)
        for sign in "-+"
    )


@functools.cache
def mutants(module):
    """All mutants of a module, each a dict."""
    source = original(module)
    here = (pathlib.Path(__file__).read_text("utf-8") + source).encode()
    cache = WORK / f"{module}-{hashlib.sha256(here).hexdigest()[:8]}.json"
    if cache.exists():
        return json.loads(cache.read_text("utf-8"))
    same, found = ast.dump(ast.parse(source)), {}
    for operator in operators():
        nodes = [
            node
            for node in ast_nodes(get_ast(source))
            for _ in operator.mutation_positions(node)
        ]
        for occurrence, node in enumerate(nodes):
            if any(parent.type == "raise_stmt" for parent in parents(node)):
                continue
            try:
                code = mutate_code(source, operator, occurrence)
                if ast.dump(ast.parse(code)) == same:
                    continue
            except (
                SyntaxError,
                AttributeError,
            ):  # Cosmic Ray stumbles over `except json.JSONDecodeError`
                continue
            where = [
                parent.name.value
                for parent in (node, *parents(node))
                if isinstance(parent, parso.python.tree.ClassOrFunc)
            ]
            minus, plus = difference(source, code)
            program = without_docstrings(code).encode()
            key = hashlib.sha256(program).hexdigest()[:16]
            found[key] = {
                "key": key,
                "module": module,
                "where": ".".join(reversed(where)),
                "minus": minus,
                "plus": plus,
                "code": code,
            }
    cache.write_text(json.dumps([*found.values()]), "utf-8")
    return [*found.values()]


def run_pytest(arguments):
    """The body of a forked process."""
    os.setsid()
    log = os.open(WORK / "log.txt", os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.chdir(COPY)
    os._exit(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *arguments]))


def run(name, limit):
    """Run a test file or a notebook in the copy, for so many seconds: "passed", "failed" or "too slow"."""
    arguments = [name, "--nbval"] if name.endswith(".ipynb") else [name]
    process = multiprocessing.get_context("fork").Process(
        target=run_pytest, args=[arguments]
    )
    process.start()
    process.join(limit)
    if process.exitcode is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.join()
        return "too slow"
    if process.exitcode == pytest.ExitCode.NO_TESTS_COLLECTED:
        sys.exit(f"no tests in {name}")
    return "failed" if process.exitcode else "passed"


def put(module, code):
    """Write a module of the copy, and forget what was compiled from it."""
    path = COPY / "nnlib" / f"{module}.py"
    path.write_text(code, "utf-8")
    for compiled in path.parent.glob(f"__pycache__/{module}.*"):
        compiled.unlink()


def fingerprint(names):
    """A number that changes with the contents of these files."""
    whole = b"".join((COPY / name).read_bytes() for name in names)
    return hashlib.sha256(whole).hexdigest()[:16]


@functools.cache
def seconds(name):
    """How long a test file or notebook takes on the right code."""
    known = json.loads(SECONDS.read_text()) if SECONDS.exists() else {}
    key = f"{name} {fingerprint([name])}"
    if key not in known:
        start = time.perf_counter()
        if run(name, 600) != "passed":
            sys.exit(f"{name} fails without a mutant, see {WORK / 'log.txt'}")
        known[key] = time.perf_counter() - start
        SECONDS.write_text(json.dumps(known, indent=1))
    return known[key]


@functools.cache
def prove(module, name):
    """Stop unless a test file or notebook sees the module of the copy."""
    put(module, f"{original(module)}\nraise RuntimeError")
    if run(name, 600) == "passed":
        sys.exit(f"{name} does not import nnlib.{module}")
    put(module, original(module))


def hunt(mutant, names):
    """Run a mutant against one file after the other: the first that kills it, or None."""
    for name in names:
        seconds(name)
        prove(mutant["module"], name)
    put(mutant["module"], mutant["code"])
    killer = None
    for name in names:
        result = run(name, 20 + 10 * seconds(name))
        if result != "passed":
            killer = name if result == "failed" else f"{name}, {result}"
            break
    put(mutant["module"], original(mutant["module"]))
    return killer


@functools.cache
def imports():
    """What each notebook imports from nnlib: {name: {(module, definition)}}."""
    found = {}
    for path in sorted(COPY.glob("chapters/*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        trees = [ast.parse(c.source) for c in cells if c.cell_type == "code"]
        found[f"chapters/{path.name}"] = {
            (node.module, alias.name)
            for tree in trees
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
    return found


def notebooks(mutant):
    """The two quickest notebooks that import the mutant's definition, or its module where that is private."""
    name, module = mutant["where"].split(".")[0], f"nnlib.{mutant['module']}"
    private = not name or name.startswith("_")
    candidates = [
        notebook
        for notebook, pairs in imports().items()
        if notebook not in TOO_LONG
        and any(m == module and (private or n == name) for m, n in pairs)
    ]
    return sorted(candidates, key=seconds)[:2]


def known_results():
    """The last result of each mutant."""
    lines = RESULTS.read_text("utf-8").splitlines() if RESULTS.exists() else []
    return {found["key"]: found for found in map(json.loads, lines)}


def note(mutant, killer, names, tried=()):
    """Keep a result."""
    result = {key: mutant[key] for key in mutant if key != "code"}
    result |= {"killer": killer, "tests": fingerprint(names), "notebooks": [*tried]}
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(result) + "\n")
    return result


def pairs_of(module):
    """All mutants of a module, each with its result where there is one that holds."""
    state, known = fingerprint(test_files(module)), known_results()
    for mutant in mutants(module):
        result = known.get(mutant["key"])
        if result and (result["killer"] or result["tests"] == state):
            yield mutant, result
        else:
            yield mutant, None


def test_files(module):
    return [f"tests/test_{name}.py" for name in TESTS[module].split()]


def test_module(module, with_notebooks):
    """Run what has not been run of the mutants of a module."""
    names = test_files(module)
    waiting = [mutant for mutant, result in pairs_of(module) if not result]
    for mutant in tqdm(waiting, desc=f"{module}, tests"):
        note(mutant, hunt(mutant, names), names)
    if with_notebooks:
        waiting = [
            mutant
            for mutant, result in pairs_of(module)
            if not result["killer"] and not result["notebooks"]
        ]
        for mutant in tqdm(waiting, desc=f"{module}, notebooks"):
            tried = notebooks(mutant)
            note(mutant, hunt(mutant, tried), names, tried or ["none"])


def report():
    """Write the table and the survivors with their reasons; return what is wrong."""
    entries = tomllib.loads(REASONS.read_text("utf-8"))["survivor"]
    given = {
        (entry["module"], entry["where"], minus.strip(), plus.strip()): entry["reason"]
        for entry in entries
        for minus, plus in entry["changes"]
    }
    lines = [
        "# Mutants",
        "",
        "Written by `make mutants`; the reasons stand in `mutants.toml`. Killed is the share of all mutants, those not "
        "through included, which have yet to meet all tests and the notebooks.",
        "",
        "| module | mutants | killed by tests | killed by a notebook | survivors | not through | killed |",
        "| :- | -: | -: | -: | -: | -: | -: |",
    ]
    wrong, texts, unfinished, total, dead = [], [], set(), 0, 0
    for module in TESTS:
        results = [result for _, result in pairs_of(module)]
        found = [result for result in results if result]
        alive = [result for result in found if not result["killer"]]
        missing = results.count(None) + sum(not r["notebooks"] for r in alive)
        if missing:
            wrong.append(f"{missing} mutants of {module} are not through")
            unfinished.add(module)
        killers = [result["killer"] for result in found if result["killer"]]
        by_notebook = sum(".ipynb" in killer for killer in killers)
        total, dead = total + len(results), dead + len(killers)
        lines.append(
            f"| {module} | {len(results)} | {len(killers) - by_notebook} | {by_notebook} | {len(alive)} | "
            f"{missing or ''} | {len(killers) / len(results):.1%} |"
        )
        for r in alive:
            key = (module, r["where"], r["minus"], r["plus"])
            reason = given.pop(key, None)
            if reason is None:
                change = json.dumps([r["minus"], r["plus"]], ensure_ascii=False)
                wrong.append(f"no reason for {module}.{r['where']}: {change}")
            minus, plus = (r[s].replace("\n", f"\n{s[0]}") for s in ("minus", "plus"))
            texts += [
                f"`{module}.{r['where']}`: {reason or '**no reason yet**'}",
                f"```diff\n-{minus}\n+{plus}\n```",
            ]
    lines.append(f"| all | {total} | | | | | {dead / total:.1%} |")
    left = [f"- {module}: {reason}" for module, reason in LEFT_OUT.items()]
    whole = [*lines, "", "Not mutated:", "", *left, "", "## Survivors", ""]
    REPORT.write_text("\n".join(whole) + "\n" + "\n\n".join(texts) + "\n", "utf-8")
    wrong += [
        f"a reason for what is no survivor: {key}"
        for key in given
        if key[0] not in unfinished
    ]
    if dead < TARGET * total:
        wrong.append(f"{dead / total:.1%} killed, wanted {TARGET:.0%}")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*", default=list(TESTS))
    parser.add_argument("--no-notebooks", dest="notebooks", action="store_false")
    parser.add_argument("--report", action="store_true", help="run nothing")
    options = parser.parse_args()
    modules = {path.stem for path in (ROOT / "nnlib").glob("*.py")}
    if modules != TESTS.keys() | LEFT_OUT.keys():
        sys.exit(
            f"neither tested nor left out: {modules ^ TESTS.keys() ^ LEFT_OUT.keys()}"
        )
    WORK.mkdir(exist_ok=True)
    lock = (WORK / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit("another run is at work here: two would share one copy")
    shutil.rmtree(COPY, ignore_errors=True)
    unneeded = shutil.ignore_patterns(".*", "_build", "_static", "__pycache__")
    shutil.copytree(ROOT, COPY, ignore=unneeded)
    for module in TESTS:
        original(module)
    sys.path[:0] = [str(COPY)]
    os.environ["PYTHONPATH"] = str(COPY)
    for name in [] if options.report else PRELOADED.split():
        importlib.import_module(name)
    gc.freeze()  # pytest collects garbage at its end: among what it made itself
    for module in [] if options.report else options.modules:
        test_module(module, options.notebooks)
    wrong = report()
    print(*wrong, f"see {REPORT.relative_to(ROOT)}", sep="\n")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
