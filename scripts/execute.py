"""Run notebooks from top to bottom, each in a fresh kernel, and store them in a normal form.

Normal form: outputs and execution counts as they came, and nothing else that differs between two machines or two runs
(kernel names, versions, time stamps), so that a diff shows only what changed.
"""

import argparse
import os
import pathlib
import sys
import time

import nbformat
from nbclient import NotebookClient

CELL_METADATA = {"tags", "mystnb"}
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
    },
}


def normalize(notebook):
    """Drop from a notebook, in place, what is not part of the book."""
    notebook.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict(
            {key: cell.metadata[key] for key in CELL_METADATA & cell.metadata.keys()}
        )
        for output in cell.get("outputs", []):
            if "metadata" in output:
                output.metadata = nbformat.from_dict({})


def execute(path):
    """Run one notebook and store it, whole or not at all."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        coalesce_streams=True,
        record_timing=False,
        resources={"metadata": {"path": path.parent}},
    )
    client.execute()
    normalize(notebook)
    nbformat.validate(notebook)
    beside = path.with_suffix(".new")
    beside.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    beside.replace(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="+", type=pathlib.Path)
    paths = parser.parse_args().notebooks
    os.environ["TQDM_DISABLE"] = "1"  # bars are for people who watch a notebook run
    for number, path in enumerate(paths, 1):
        print(f"[{number}/{len(paths)}] {path} … ", end="", flush=True)
        start = time.perf_counter()
        try:
            execute(path)
        except Exception as error:
            sys.exit(f"stopped, {path} is as it was:\n{error}")
        print(f"{time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
