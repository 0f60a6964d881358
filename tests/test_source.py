"""nnlib's source: what its modules import, and the oldest Python that can read them."""

import ast
import pathlib
import sys

import pytest

MODULES = sorted((pathlib.Path(__file__).parent.parent / "nnlib").glob("*.py"))
PACKAGES = {  # besides NumPy
    "data": {"nnfs", "sklearn", "pooch"},
    "estimators": {"sklearn"},
    "files": {"safetensors"},
    "plots": {"matplotlib", "matplotlib_inline"},
    "progress": {"tqdm"},
}
FOR_NEWER_PYTHON = {"data", "plots", "progress", "model", "files", "estimators"}


def imported(tree):
    """The full names of all modules that a module imports, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "nnlib imports by full names"
            if node.module == "nnlib":
                yield from (f"nnlib.{alias.name}" for alias in node.names)
            else:
                yield node.module


@pytest.fixture(params=MODULES, ids=lambda path: path.stem)
def module(request):
    return request.param


def test_module_imports_only_the_packages_it_may(module):
    names = {
        name.split(".")[0] for name in imported(ast.parse(module.read_text("utf-8")))
    }
    allowed = {
        "nnlib",
        "numpy",
        *sys.stdlib_module_names,
        *PACKAGES.get(module.stem, ()),
    }
    assert names <= allowed


def test_module_can_be_read_by_python_3_8(module):
    if module.stem not in FOR_NEWER_PYTHON:
        ast.parse(module.read_text("utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize(
    "code",
    [
        "match x:\n    case 1:\n        pass",
        "def f(x, /, *, y: 1 = 2): ...\ntry:\n    ...\nexcept* ValueError:\n    ...",
    ],
)
def test_newer_syntax_is_found(code):
    with pytest.raises(SyntaxError):
        ast.parse(code, feature_version=(3, 8))
