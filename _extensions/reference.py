"""Tie the reference of nnlib to the chapters: each object to the one that builds it, and back.

Which chapter builds what stands in the notebooks: in the cells tagged ``nnlib``.
"""

import ast
import json
import re
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref


def builders(folder):
    """Find the chapter of each definition: {name: stem of the notebook}."""
    chapter_of = {}
    for path in folder.glob("*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if "nnlib" in cell["metadata"].get("tags", []):
                for node in ast.parse("".join(cell["source"])).body:
                    targets = getattr(node, "targets", [node])
                    names = [
                        getattr(it, "name", getattr(it, "id", "")) for it in targets
                    ]
                    chapter_of |= dict.fromkeys(names, path.stem)
    return chapter_of


def find_builders(app):
    app.env.nnlib_builders = builders(Path(app.srcdir) / "chapters")


def name_the_chapter(app, what, name, obj, options, lines):
    """End the description of an object with a link to its chapter."""
    stem = app.env.nnlib_builders.get(name.split(".")[-1])
    if stem and what in ("function", "class", "data"):
        number = stem.split("_")[0]
        lines += ["", f":doc:`Built in chapter {number} </chapters/{stem}>`.", ""]


def link_what_was_added(app, doctree):
    """Turn the names after "Added to nnlib:" into links to the reference."""
    for paragraph in doctree.findall(nodes.paragraph):
        if not paragraph.astext().startswith("Added to nnlib:"):
            continue
        module = None
        for literal in list(paragraph.findall(nodes.literal)):
            *before, name = literal.astext().split(".")
            module = before[0] if before else module
            if name.startswith("_"):
                continue
            link = pending_xref(
                "",
                literal.deepcopy(),
                refdomain="py",
                reftype="obj",
                reftarget=f"nnlib.{module}.{name}",
                refdoc=app.env.docname,
                refwarn=True,
            )
            literal.replace_self(link)


def show_labels(app, doctree, docname):
    """Cite by the label that the reference shows, without numpydoc's prefix, which tells the docstrings apart."""
    for text in list(doctree.findall(nodes.Text)):
        label = re.sub(r"^\[R[0-9a-f]{12}-", "[", text)
        if label != text:
            text.parent.replace(text, nodes.Text(label))


def setup(app):
    app.connect("builder-inited", find_builders)
    app.connect("autodoc-process-docstring", name_the_chapter, priority=900)
    app.connect("doctree-read", link_what_was_added)
    app.connect("doctree-resolved", show_labels)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
