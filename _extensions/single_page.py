"""Let `jupyter-book build --builder singlehtml` draw all that the usual pages hold."""


def complete(app):
    if app.builder.name == "singlehtml":
        # Once one node has its own handler here, Sphinx forgets those for HTML.
        handlers = app.registry.translation_handlers
        handlers["singlehtml"] = handlers["html"] | handlers.get("singlehtml", {})
        app.set_html_assets_policy(
            "always"
        )  # MathJax, though the first page has no formula


def setup(app):
    app.connect("builder-inited", complete)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
