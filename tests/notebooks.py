"""The notebooks, as the tests read them."""

import ast
import functools
import pathlib

import nbformat

ROOT = pathlib.Path(__file__).parent.parent
PATHS = sorted((ROOT / "chapters").glob("*.ipynb"))
BACK_MATTER = sorted((ROOT / "back_matter").glob("*.ipynb"))


@functools.cache
def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def tags(cell):
    return cell.metadata.get("tags", [])


def chapter(path):
    """The number of a chapter: 09b for chapters/09b_backpropagation_network.ipynb."""
    return path.stem.split("_")[0]


def parse(cell):
    return ast.parse(cell.source)
