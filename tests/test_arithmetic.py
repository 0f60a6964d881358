"""No operation whose digits depend on the machine stands on a path to a printed digit."""

import ast

import pytest
from notebooks import BACK_MATTER, PATHS, ROOT, code_cells, parse, tags

TOY = "toy-product"  # the tag of cells with products small enough to check by hand
MODULES = [
    path
    for path in (ROOT / "nnlib").glob("*.py")
    if path.name not in ("numerics.py", "_checks.py")
]
LIBRARY_DEPENDENT = {  # NumPy functions with several implementations, and what to write instead
    **dict.fromkeys(("power", "float_power", "logspace", "geomspace"), "products"),
    **dict.fromkeys(
        ("dot", "inner", "outer", "einsum", "tensordot", "convolve", "correlate"),
        "numerics.matmul",
    ),
    **dict.fromkeys(
        ("exp", "expm1", "exp2", "log", "log2", "log10", "log1p"),
        "numerics.exp and log",
    ),
    **dict.fromkeys(
        ("sin", "cos", "tan", "tanh", "sinh", "cosh", "arctan", "arctan2"),
        "snap(…) around it",
    ),
    **dict.fromkeys(
        ("sum", "mean", "average", "std", "var", "cumsum", "trapezoid"),
        "numerics.total and mean",
    ),
}
METHODS = {"sum", "mean", "std", "var", "cumsum", "dot"}


def is_numpy(node):
    return isinstance(node, ast.Name) and node.id == "np"


def is_zero(node):
    return isinstance(node, ast.Constant) and node.value == 0


def is_whole(node):
    node = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(node, ast.Constant) and isinstance(node.value, int)


def called_name(call):
    return (
        call.func.attr
        if isinstance(call.func, ast.Attribute)
        else getattr(call.func, "id", None)
    )


def adds_sizes(call):
    """Whether a builtin sum adds up whole numbers: sum(x.size for …) or sum(len(x) for …)."""
    term = getattr(call.args[0], "elt", None)
    return getattr(term, "attr", None) == "size" or (
        isinstance(term, ast.Call) and called_name(term) == "len"
    )


def complaints(tree, toy=False):
    """What a syntax tree holds that may give other digits elsewhere."""
    snapped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called_name(node) == "snap"
        for inner in ast.walk(node)
    }
    puts_back = "np.random.set_state(" in ast.unparse(tree)
    for node in ast.walk(tree):
        if id(node) in snapped:
            continue
        if isinstance(node, ast.BinOp):
            if isinstance(node.op, ast.Pow) and not (
                is_whole(node.left) and is_whole(node.right)
            ):
                yield f"line {node.lineno}: a power: write products"
            if isinstance(node.op, ast.MatMult) and not toy:
                yield f"line {node.lineno}: @: write numerics.matmul"
        if (
            isinstance(node, ast.Attribute)
            and ast.unparse(node) == "np.linalg"
            and not toy
        ):
            yield f"line {node.lineno}: np.linalg"
        if not isinstance(node, ast.Call):
            continue
        name = called_name(node)
        counts = bool(node.args) and isinstance(
            node.args[0], (ast.Compare, ast.Constant)
        )  # booleans: exact
        if isinstance(node.func, ast.Attribute):
            if is_numpy(node.func.value):
                if (
                    name in LIBRARY_DEPENDENT
                    and not (counts and name in METHODS)
                    and not toy
                ):
                    yield f"line {node.lineno}: np.{name}: write {LIBRARY_DEPENDENT[name]}"
                if name == "maximum" and is_zero(node.args[0]):
                    yield f"line {node.lineno}: np.maximum(0, z): write np.maximum(z, 0.0)"
                if name == "seterr":
                    yield f"line {node.lineno}: np.{name} changes the whole process"
            elif (
                name in METHODS
                and not isinstance(node.func.value, ast.Compare)
                and not toy
            ):
                yield f"line {node.lineno}: .{name}(): write numerics.total and mean"
            if name in ("semilogx", "semilogy", "loglog") and not toy:
                yield f"line {node.lineno}: {name}: write plots.log_axes"
            if name == "argsort" and not any(
                keyword.arg == "kind" for keyword in node.keywords
            ):
                yield f"line {node.lineno}: argsort: write kind='stable'"
            if ast.unparse(node.func) == "nnfs.init" or (
                ast.unparse(node.func) == "np.random.seed" and not puts_back
            ):
                yield f"line {node.lineno}: {ast.unparse(node.func)} changes the whole process"
        elif name == "sum" and not toy and not adds_sizes(node):
            yield f"line {node.lineno}: sum: its rounding changed in Python 3.12"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_library_avoids_what_depends_on_the_machine(path):
    assert not list(complaints(ast.parse(path.read_text("utf-8"))))


@pytest.mark.parametrize("path", PATHS + BACK_MATTER, ids=lambda path: path.stem)
def test_notebook_avoids_what_depends_on_the_machine(path):
    for cell in code_cells(path):
        if path.stem.startswith("23") and "nnlib" in tags(cell):
            continue  # teaches numerics, which is exempt above
        toy = bool({TOY, "nbval-ignore-output"} & set(tags(cell)))
        found = list(complaints(parse(cell), toy))
        assert not found, f"{cell.id}: {found}\n{cell.source}"


@pytest.mark.parametrize(
    "code",
    [
        "x ** 3",
        "np.power(x, 3)",
        "np.logspace(0, 1)",
        "np.einsum('ij,jk', a, b)",
        "a @ b",
        "np.dot(a, b)",
        "a.dot(b)",
        "np.linalg.norm(a)",
        "np.convolve(a, b)",
        "ax.semilogy(x)",
        "np.argsort(a)",
        "a.argsort()",
        "np.maximum(0.0, z)",
        "np.maximum(0, z)",
        "sum(values)",
        "sum(x * x for x in values)",
        "np.sum(values)",
        "values.mean()",
        "np.exp(z)",
        "np.sin(x)",
        "np.random.seed(0)",
        "nnfs.init()",
        "def f(x):\n    return [y ** 2 for y in x]",
    ],
)
def test_forbidden_code_is_found(code):
    assert list(complaints(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "x * x * x",
        "2**32",
        "matmul(a, b)",
        "np.argsort(a, kind='stable')",
        "np.maximum(z, 0.0)",
        "np.mean(a == b)",
        "(a == b).sum()",
        "total(values)",
        "sum(weights.size for weights in layers)",
        "snap(np.sin(x))",
    ],
)
def test_allowed_code_is_not_found(code):
    assert not list(complaints(ast.parse(code)))
