"""Run the cells of a chapter as Jupyter does, and tell the page what each prints, draws and ends in.

A page of the book runs this in the reader's browser. It needs nothing of the browser, so the tests run it without.
"""

import ast
import importlib.util
import io
import linecache
import os
import sys
import traceback
import types

import matplotlib.pyplot as plt

FORMAT = {}  # what the notebook wants written into its figures, or left out


class Told(io.TextIOBase):
    """A stream that hands on what is written, at once."""

    def __init__(self, kind, tell):
        self.kind, self.tell = kind, tell

    def write(self, text):
        self.tell(self.kind, text)
        return len(text)


def stand_in(name, **contents):
    """Put a small module in the place of a large one."""
    parent, _, child = name.partition(".")
    module = types.ModuleType(name)
    vars(module).update(contents)
    sys.modules[parent], sys.modules[name] = types.ModuleType(parent), module
    setattr(sys.modules[parent], child, module)


def prepare():
    """Replace what belongs to Jupyter; bars of progress need its widgets, and the page shows the time itself."""
    os.environ["TQDM_DISABLE"] = "1"
    stand_in("tqdm.auto", tqdm=lambda steps, **_: steps)
    stand_in(
        "matplotlib_inline.backend_inline",
        set_matplotlib_formats=lambda *_, **options: FORMAT.update(options),
    )
    if not importlib.util.find_spec("sklearn"):  # a page without digits goes without
        stand_in("sklearn.datasets")


def draw_figures(tell):
    """Hand on all open figures as SVG, drawn as in a notebook, and close them."""
    for number in plt.get_fignums():
        fig, file = plt.figure(number), io.StringIO()
        fig.savefig(
            file,
            format="svg",
            dpi=fig.dpi,
            facecolor=fig.get_facecolor(),
            edgecolor=fig.get_edgecolor(),
            bbox_inches="tight",
            **FORMAT,
        )
        plt.close(fig)
        tell("figure", file.getvalue())


class Runner:
    """The names that the cells of a page share, and a way to run the next cell.

    Parameters
    ----------
    tell : callable
        Called with a kind ("text", "figure", "warning" or "error") and a text, as often as there is something to show.
    """

    def __init__(self, tell):
        self.tell = tell
        self.names = {"__name__": "__main__"}
        plt.show = lambda: draw_figures(tell)

    def run(self, name, source):
        """Run a cell; return whether it ended without an error."""
        lines = [line + "\n" for line in source.splitlines()]
        linecache.cache[name] = len(source), None, lines, name  # for tracebacks
        streams = sys.stdout, sys.stderr
        sys.stdout = Told("text", self.tell)
        sys.stderr = Told("warning", self.tell)
        try:
            self.evaluate(ast.parse(source, name), name, source)
            draw_figures(self.tell)
            return True
        except BaseException as error:
            hidden = {__file__, ast.__file__}
            trace = error.__traceback__
            while trace and trace.tb_frame.f_code.co_filename in hidden:
                trace = trace.tb_next
            said = traceback.format_exception(type(error), error, trace)
            self.tell("error", "".join(said))
            plt.close("all")
            return False
        finally:
            sys.stdout, sys.stderr = streams

    def evaluate(self, tree, name, source):
        """Execute statements; if the last is an expression, show its value."""
        last = tree.body[-1] if tree.body else None
        shown = isinstance(last, ast.Expr) and not source.rstrip().endswith(";")
        if shown:
            tree.body.pop()
        exec(compile(tree, name, "exec"), self.names)
        if shown:
            value = eval(compile(ast.Expression(last.value), name, "eval"), self.names)
            if value is not None:
                self.tell("text", f"{value!r}\n")
