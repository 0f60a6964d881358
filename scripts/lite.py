"""Build JupyterLite, with the chapters in it, into the site: the target of the launch links of _extensions/launch.py.

There, a notebook starts with a cell that installs what the library imports: JupyterLite sees only what cells import.
"""

import importlib.util
import pathlib
import shutil
import subprocess
import sys
import tempfile

import nbformat

ROOT = pathlib.Path(__file__).parent.parent
SITE = ROOT / "_build" / "html" / "lite"
INSTALL = "%pip install -q matplotlib numpy safetensors scikit-learn tqdm"


def gather(folder):
    """Put into a folder the chapters, each with its first cell, and beside them what they import and read."""
    chapters = folder / "chapters"
    nnfs = pathlib.Path(importlib.util.find_spec("nnfs").origin).parent
    leave = shutil.ignore_patterns("__pycache__")
    for source in (ROOT / "nnlib", nnfs, ROOT / "chapters" / "results"):
        shutil.copytree(source, chapters / source.name, ignore=leave)
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        first = nbformat.v4.new_code_cell(INSTALL, id="install")
        notebook.cells.insert(1, first)
        nbformat.write(notebook, chapters / path.name)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        gather(pathlib.Path(folder))
        command = [sys.executable, "-m", "jupyterlite_core", "build"]
        command += ["--lite-dir", folder, "--contents", folder, "--apps", "lab"]
        subprocess.run([*command, "--output-dir", SITE], check=True, cwd=folder)
    size = sum(path.stat().st_size for path in SITE.rglob("*") if path.is_file())
    print(f"{SITE}: {size / 1e6:.0f} MB")
