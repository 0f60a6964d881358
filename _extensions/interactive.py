"""Load what brings a figure to life on the pages that have one: the script, and the figure's data, if there are any.

Such a figure is a static picture in <figure class="interactive" data-figure="…">; see _page/interactive.js.
"""

import re
from pathlib import Path
from shutil import copy


def add_files(app, pagename, templatename, context, doctree):
    figures = re.findall(r'data-figure="(\w+)"', context.get("body", ""))
    if app.builder.name != "html" or not figures:
        return
    for name in (*figures, "interactive"):  # the data first
        if (Path(app.srcdir) / "_page" / f"{name}.js").exists():
            app.add_js_file(f"interactive/{name}.js", loading_method="defer")


def copy_files(app, exception):
    if exception or app.builder.name != "html":
        return
    source, target = Path(app.srcdir) / "_page", Path(app.outdir) / "_static"
    for name in ("interactive.js", "regions.js"):
        copy(source / name, target / "interactive")


def setup(app):
    app.connect("html-page-context", add_files)
    app.connect("build-finished", copy_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
