"""Links that open a chapter in JupyterLite, Binder or Colab, once the book's repository has a public address.

The address is ``repository: url`` in _config.yml. While it is empty, nothing of this appears.
JupyterLite is part of the site: `make lite` builds it into the folder ``lite``.
"""

from docutils import nodes
from docutils.core import publish_doctree

BINDER, COLAB = "https://mybinder.org", "https://colab.research.google.com"
LITE = "lite/lab/index.html?path=chapters/{}.ipynb"
HOW = """\
Or open a chapter in JupyterLite, Binder or Colab, by the rocket above it. In Colab, first run this in its own cell:
``%pip install git+{}``
"""


def offer(app, config):
    """Have the theme show its menu with links to Binder and Colab."""
    if config.html_theme_options.get("repository_url"):
        config.html_theme_options["launch_buttons"] = {
            "notebook_interface": "jupyterlab",
            "binderhub_url": BINDER,
            "colab_url": COLAB,
        }


def offer_lite(app, pagename, templatename, context, doctree):
    """Add to the menu the link to JupyterLite, which lies beside the page."""
    for group in context.get("header_buttons", []):
        if group.get("label") == "launch-buttons":
            link = {
                "type": "link",
                "text": "JupyterLite",
                "tooltip": "Launch on JupyterLite",
                "icon": "_static/images/logo_jupyterlite.svg",
                "url": context["content_root"] + LITE.format(pagename.split("/")[-1]),
            }
            group["buttons"].insert(0, link)


def explain(app, doctree):
    """Say on the landing page how it is done."""
    address = app.config.html_theme_options.get("repository_url")
    if address and app.env.docname == app.config.root_doc:
        for section in doctree.findall(nodes.section):
            if section.next_node(nodes.title).astext() == "How to read it":
                section += publish_doctree(HOW.format(address)).children


def setup(app):
    app.connect("config-inited", offer, priority=900)
    app.connect("html-page-context", offer_lite, priority=900)
    app.connect("doctree-read", explain)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
