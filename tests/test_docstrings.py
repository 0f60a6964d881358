"""Docstrings and code agree: the parameters, their order, and their defaults."""

import ast
import importlib
import inspect
import pathlib

import pytest
from numpydoc.docscrape import FunctionDoc

MODULES = (pathlib.Path(__file__).parent.parent / "nnlib").glob("[!_]*.py")


def documented():
    """All public functions, classes and methods of nnlib whose docstrings list parameters."""
    for path in sorted(MODULES):
        module = importlib.import_module(f"nnlib.{path.stem}")
        for name, thing in vars(module).items():
            if getattr(thing, "__module__", "") != module.__name__ or name[0] == "_":
                continue
            members = vars(thing).items() if inspect.isclass(thing) else ()
            for member_name, member in [("", thing), *members]:
                doc = inspect.getdoc(member) if callable(member) else None
                if doc and member_name[:1] != "_" and "\nParameters\n---" in doc:
                    yield pytest.param(member, id=f"{path.stem}.{member.__qualname__}")


@pytest.mark.parametrize("thing", list(documented()))
def test_parameters_and_defaults_are_as_documented(thing):
    types = {
        name: entry.type
        for entry in FunctionDoc(thing)["Parameters"]
        for name in entry.name.split(", ")
    }
    signature = inspect.signature(thing).parameters
    assert [name.lstrip("*") for name in types] == [n for n in signature if n != "self"]
    for name, documented_type in types.items():
        default = signature[name.lstrip("*")].default
        text = documented_type.partition("default ")[2]
        if default is inspect.Parameter.empty:
            assert "optional" not in documented_type
            assert not text
        elif callable(default):
            assert text == f"`{default.__name__}`"
        elif documented_type.endswith("optional"):
            assert not default
        else:
            assert ast.literal_eval(text) == default
