"""Let the reader run the code of a chapter on its page: hand out what `_page` needs for it.

Each chapter gets the script, and a file with what its cells print. Python itself comes from ``pyodide``, a setting in
_config.yml: the address of Pyodide's script, or its path below the book's own.
"""

import importlib.metadata
import importlib.util
import json
import re
import zipfile
from pathlib import Path
from shutil import copy

SCRIPTS = ("run.js", "worker.js", "runner.py")
PACKAGES = {  # what code needs that holds such a word; nnlib imports scikit-learn only for its digits
    r"\bsklearn\b|\bdigits\(|nnlib\.estimators": "scikit-learn",
    r"\bsafetensors\b|nnlib\.files": "safetensors",
    r"\bjoblib\b": "joblib",
}
MISSING = {
    r"^import torch": "PyTorch does not run in a browser: cells that need it end in an error.",
    r"\bdask\b": "Dask starts no workers in a browser: cells that need them end in an error.",
    r"\bmnist\(": "MNIST's images are too large for a page: cells that need them end in an error.",
}


def printed(outputs):
    """What a cell prints, the value of its last line included."""
    texts = [
        output["text"] if "text" in output else output["data"]["text/plain"] + ["\n"]
        for output in outputs
        if output["output_type"] in ("stream", "execute_result")
    ]
    return "".join(line for text in texts for line in text)


def found(words, source):
    return [what for word, what in words.items() if re.search(word, source, re.M)]


def plan(notebook, pyodide):
    """All that a page must know to run its cells: see run.js."""
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    source = "\n".join("".join(cell["source"]) for cell in cells)
    return {
        "pyodide": pyodide,
        "packages": ["numpy", "matplotlib", *found(PACKAGES, source)],
        "matplotlib": importlib.metadata.version("matplotlib"),
        "missing": " ".join(found(MISSING, source)),
        "cells": [
            {
                "printed": printed(cell["outputs"]),
                "uncompared": "nbval-ignore-output" in cell["metadata"].get("tags", []),
            }
            for cell in cells
        ],
    }


def add_script(app, pagename, templatename, context, doctree):
    if app.builder.format == "html" and re.match(r"chapters/\d", pagename):
        stem = pagename.split("/")[1]
        app.add_js_file("run/run.js", loading_method="defer", **{"data-page": stem})
        bar = '<div class="run-bar pst-js-only"></div>'  # the script fills it
        line = r'<p class="reading-time">.*?</p>'
        context["body"] = re.sub(line, rf"\g<0>\n{bar}", context["body"], count=1)


def write(app, exception):
    """Write the plans of all chapters, and what they share: the library, nnfs and stored results."""
    if exception or app.builder.name != "html":
        return
    root, target = Path(app.srcdir), Path(app.outdir) / "_static" / "run"
    target.mkdir(parents=True, exist_ok=True)
    for name in SCRIPTS:
        copy(root / "_page" / name, target)
    for path in (root / "chapters").glob("*.ipynb"):
        notebook = json.loads(path.read_text("utf-8"))
        text = json.dumps(plan(notebook, app.config.pyodide), ensure_ascii=False)
        (target / f"{path.stem}.json").write_text(text, "utf-8")
    nnfs = Path(importlib.util.find_spec("nnfs").origin).parent
    shared = {
        root: [*root.glob("nnlib/*.py"), *root.glob("chapters/results/*.*")],
        nnfs.parent: nnfs.rglob("*.py"),
    }
    with zipfile.ZipFile(target / "book.zip", "w", zipfile.ZIP_DEFLATED) as book:
        for folder, paths in shared.items():
            for path in sorted(paths):
                book.write(path, path.relative_to(folder))


def setup(app):
    app.add_config_value("pyodide", "", "html", str)
    app.connect("html-page-context", add_script)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
