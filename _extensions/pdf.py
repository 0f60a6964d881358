"""Offer the PDF of the book, where `make pdf` has made it: the directive ``pdf`` becomes a button, or nothing."""

from pathlib import Path
from shutil import copy

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

NAME = "neural-networks-from-scratch.pdf"
BUTTON = "sd-sphinx-override sd-btn sd-text-wrap sd-btn-outline-primary"


def printed_book(app):
    return Path(app.outdir).parent / NAME


class Download(SphinxDirective):
    def run(self):
        pdf = printed_book(self.env.app)
        self.env.note_dependency(str(pdf))  # so a new PDF brings a new button
        if not pdf.exists():
            return []
        text = f"Download the book as PDF ({pdf.stat().st_size / 1e6:.0f} MB)"
        link = nodes.reference("", text, refuri=NAME, classes=BUTTON.split())
        return [nodes.paragraph("", "", link)]


def copy_to_site(app, exception):
    pdf = printed_book(app)
    if not exception and app.builder.name == "html" and pdf.exists():
        copy(pdf, app.outdir)


def setup(app):
    app.add_directive("pdf", Download)
    app.connect("build-finished", copy_to_site)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
