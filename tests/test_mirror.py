"""Written once: the cells tagged nnlib and the library are the same code, each definition in exactly one chapter."""

import ast
import functools
import re

import pytest
from notebooks import PATHS, ROOT, chapter, code_cells, parse, read, tags

MODULES = sorted(
    path for path in (ROOT / "nnlib").glob("*.py") if not path.name.startswith("_")
)


def definitions(tree):
    """The statements of a module or cell except imports and its docstring, as (name, code without docstrings)."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Module)):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                del node.body[0]
    for node in tree.body:
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            target = node.targets[0] if isinstance(node, ast.Assign) else node
            name = getattr(target, "name", None) or getattr(target, "id", None)
            yield name or ast.unparse(node), ast.unparse(node)


@functools.cache
def library():
    """Every definition of nnlib: {module.name: code}, in the order of the modules' texts."""
    return {
        f"{path.stem}.{name}": code
        for path in MODULES
        for name, code in definitions(ast.parse(path.read_text("utf-8")))
    }


@functools.cache
def taught():
    """Every definition in a tagged cell: [(name, code, chapter)], in the order of the chapters."""
    return [
        (name, code, chapter(path))
        for path in PATHS
        for cell in code_cells(path)
        if "nnlib" in tags(cell)
        for name, code in definitions(parse(cell))
    ]


def teaching_chapter(full_name):
    """The chapter that teaches a definition."""
    name = full_name.split(".")[1]
    return next(number for other, _, number in taught() if other == name)


def test_names_are_unique_in_the_library():
    names = [full_name.split(".")[1] for full_name in library()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("full_name", library())
def test_library_definition_stands_in_exactly_one_chapter(full_name):
    chapters = [
        number for name, _, number in taught() if name == full_name.split(".")[1]
    ]
    assert len(chapters) == 1, f"{full_name}: {chapters}"


@pytest.mark.parametrize(("name", "code", "number"), taught())
def test_taught_definition_is_the_library_s(name, code, number):
    same = [
        other
        for full_name, other in library().items()
        if full_name.split(".")[1] == name
    ]
    assert same == [code], f"chapter {number} teaches another {name} than nnlib holds"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_module_keeps_the_order_of_the_chapters(path):
    names = [
        full_name for full_name in library() if full_name.split(".")[0] == path.stem
    ]
    chapters = [
        teaching_chapter(name)
        for name in names
        if not name.split(".")[1].startswith("_")
    ]
    if (
        path.stem != "data"
    ):  # kept in the order of the subject: made data, real data, batches
        assert chapters == sorted(chapters)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_chapter_imports_only_what_earlier_chapters_taught(path):
    if (
        chapter(path) == "01"
    ):  # shows what the book will build, and asks nobody to read it
        return
    for cell in code_cells(path):
        for node in ast.walk(parse(cell)):
            if isinstance(node, ast.ImportFrom) and node.module.startswith("nnlib."):
                module = node.module.split(".")[1]
                if module in ("_checks", "numerics"):  # which every chapter may use
                    continue
                for alias in node.names:
                    full_name = f"{module}.{alias.name}"
                    assert teaching_chapter(full_name) < chapter(path), full_name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_module_imports_only_modules_taught_earlier(path):
    def first(module):
        return min(
            teaching_chapter(name) for name in library() if name.split(".")[0] == module
        )

    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("nnlib."):
            module = node.module.split(".")[1]
            assert module in ("_checks", "numerics") or first(module) <= first(
                path.stem
            ), module


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_chapter_lists_what_it_adds(path):
    """`plots.log_axes`, then `COLORS` of the same module."""
    text = "\n".join(cell.source for cell in read(path).cells)
    (listed,) = re.findall(r"\*\*Added to nnlib:\*\* (.*?)(?:\n\n|\Z)", text, re.DOTALL)
    module, names = None, set()
    for name in re.findall("`(.+?)`", listed):
        module, name = name.split(".") if "." in name else (module, name)
        names.add(f"{module}.{name}")
    numbers = {name: number for name, _, number in taught()}
    assert names == {
        full_name
        for full_name in library()
        if numbers.get(full_name.split(".")[1]) == chapter(path)
    }
