"""MathJax from the book's own site, so that formulas need no network."""

from importlib.util import find_spec
from pathlib import Path
from shutil import copytree

SCRIPT = "tex-mml-chtml.js"
FONTS = "output/chtml/fonts/woff-v2"


def use_local_copy(app, config):
    config.mathjax_path = f"mathjax/{SCRIPT}"


def copy_mathjax(app, exception):
    """Copy the one script and its fonts; the package holds four times as much."""
    if exception or app.builder.format != "html":
        return
    source = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static/mathjax"
    target = Path(app.outdir) / "_static" / "mathjax"
    copytree(source / FONTS, target / FONTS, dirs_exist_ok=True)
    (target / SCRIPT).write_bytes((source / SCRIPT).read_bytes())


def setup(app):
    app.connect("config-inited", use_local_copy)
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
