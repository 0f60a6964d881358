"""MathJax from the book's own site, so that formulas need no network: only the parts that the book uses."""

from importlib.util import find_spec
from pathlib import Path
from shutil import copy, copytree

SCRIPT = "formulas.js"  # loads the parts
PARTS = (
    "startup.js",
    "core.js",
    "input/tex.js",
    "output/chtml.js",
    "output/chtml/fonts/tex.js",
    "a11y/assistive-mml.js",
)
FONTS = "output/chtml/fonts/woff-v2"


def use_local_copy(app, config):
    config.mathjax_path = f"mathjax/{SCRIPT}"


def copy_mathjax(app, exception):
    """Copy what is loaded; the package holds twenty times as much."""
    if exception or app.builder.format != "html":
        return
    source = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static/mathjax"
    target = Path(app.outdir) / "_static" / "mathjax"
    copytree(source / FONTS, target / FONTS, dirs_exist_ok=True)
    for part in PARTS:
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        copy(source / part, target / part)
    copy(Path(app.srcdir) / "_page" / SCRIPT, target)


def setup(app):
    app.connect("config-inited", use_local_copy)
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
