"""The pages of the built book, as the tests find them.

`make book` builds what is tested, into _build/html; NNLIB_HTML names another place.
"""

import functools
import os
import pathlib

import bs4
import yaml
from notebooks import ROOT

SITE = pathlib.Path(os.environ.get("NNLIB_HTML", ROOT / "_build" / "html")).absolute()


def documents(contents):
    """List the files that a table of contents names."""
    if isinstance(contents, list):
        return [name for entry in contents for name in documents(entry)]
    nested = [contents.get(key, []) for key in ("parts", "chapters", "sections")]
    own = [contents[key] for key in ("root", "file") if key in contents]
    return own + documents(nested)


CONTENTS = documents(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))
PAGES = [*CONTENTS, "search"]
SAMPLE = [  # for when there is no time for all: one of each kind
    "intro",
    "chapters/07_derivatives",  # film, interactive figure, formulas, code
    "back_matter/ledger",  # wide tables
    "back_matter/glossary",
    "search",
]


@functools.cache
def soup(path):
    return bs4.BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
