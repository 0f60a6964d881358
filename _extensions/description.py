"""Tell search engines what a page is about: its first paragraph, or the beginning of that."""

from html import escape
from textwrap import shorten

from docutils import nodes

LENGTH = 300  # characters


def describe(app, pagename, templatename, context, doctree):
    if doctree:
        first = next(
            paragraph.astext()
            for paragraph in doctree.findall(nodes.paragraph)
            if "reading-time" not in paragraph["classes"]
        )
        text = escape(shorten(first, LENGTH, placeholder=" …"))
        context["metatags"] += f'<meta name="description" content="{text}">\n'


def setup(app):
    app.connect("html-page-context", describe)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
