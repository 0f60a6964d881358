"""What of a Python text runs: for those that ask whether it is still the same program."""

import ast


def without_docstrings(text):
    """The code of a module; comments and its form are gone as well."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if getattr(node, "body", None) and isinstance(node.body, list):
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                first.value = ast.Constant(...)
    return ast.unparse(tree)
