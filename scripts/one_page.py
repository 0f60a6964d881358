"""Make one page for paper of all pages of the built book, with the solutions of the exercises together at its end.

The number of the page where something stands is left open: `<span data-page-of="its id">`.
"""

import importlib.metadata
import json
import posixpath
import re
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path

import bs4
import matplotlib
import yaml

ROOT = Path(__file__).parent.parent
FONTS = Path(matplotlib.get_data_path(), "fonts", "ttf").as_uri()
FACES = {  # the same on every machine, and with every sign that the book uses
    "Text": ["STIXGeneral", "STIXGeneralItalic", "STIXGeneralBol", "STIXGeneralBolIta"],
    "Heading": ["DejaVuSans", "DejaVuSans-Oblique", "DejaVuSans-Bold"],
    "Code": ["DejaVuSansMono", "DejaVuSansMono-Oblique", "DejaVuSansMono-Bold"],
}
SHAPES = [
    "",
    "font-style: italic",
    "font-weight: bold",
    "font-style: italic; font-weight: bold",
]
MATHJAX = {
    "loader": {"load": ["core", "input/tex", "output/chtml"]},
    "options": {"processHtmlClass": "math"},  # the TeX is what is read aloud
}
NOTE = "<p>This is the book on paper. On its web pages the code runs and the films play.</p>"
UNPRINTED = (
    "a.headerlink, button, .sd-btn, .toctree-wrapper, script, style, .hide > summary"
)


@dataclass
class Chapter:
    name: str  # also its id
    content: bs4.Tag
    solutions: list = field(default_factory=list)

    @property
    def title(self):
        return self.content.h2.get_text()


def parse(text):
    return bs4.BeautifulSoup(text, "html.parser")


def read(site, name, names):
    """Take from a page of the site what belongs on paper, where it stands among the others, called `names`."""
    text = (site / f"{name}.html").read_text(encoding="utf-8")
    content = parse(text).select_one("article.bd-article > section").extract()
    for tag in content.select(UNPRINTED):
        tag.decompose()
    redirect(content, name, names)
    unfold(content)
    describe_formulas(content)
    for heading in content.find_all(re.compile("^h[1-5]$")):
        heading.name = f"h{int(heading.name[1]) + 1}"  # h1 is a part of the book
    return Chapter(name, content, take_solutions(content))


def redirect(content, name, names):
    """Put the name of the page before its ids, which are then unique; links and pictures follow."""

    def address(link):
        url = urllib.parse.urlsplit(link)
        if url.scheme:
            return link
        path, fragment = map(urllib.parse.unquote, (url.path, url.fragment))
        path = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
        target = path.removesuffix(".html") if url.path else name
        if target in names:
            return f"#{target}.{fragment}" if fragment else f"#{target}"
        return f"html/{path}"

    for tag in content.select("[id]"):
        tag["id"] = f"{name}.{tag['id']}"
    # What begins at the foot of a page may have its title on the next one.
    for section in content.select("section:has(> :is(h2, h3, h4, h5))"):
        title = section.find(re.compile("^h[2-5]$"))
        title["id"] = section.attrs.pop("id")
        title.extend(section.select(":scope > span[id]"))
    for box in content.select(".exercise, .solution"):
        box.p["id"] = box.attrs.pop("id")
    content["id"] = name
    for tag in content.select("[href], [src], [poster]"):
        for attribute in {"href", "src", "poster"} & tag.attrs.keys():
            tag[attribute] = address(tag[attribute])


def unfold(content):
    """Show what the reader of a screen opens; of a film, its first picture."""
    for fold in content.select("details.hide, noscript"):
        fold.unwrap()
    for answer in content.select("details.quiz"):
        answer.name, answer.summary.name = "div", "p"
    for film in content.select("video"):
        caption = f"{film.get_text(strip=True)} It runs on the book’s web page."
        film.insert_after(parse(f"<figcaption>{caption}</figcaption>"))
        film.clear()
        film.name = "img"
        film.attrs = {"src": film["poster"], "alt": film["aria-label"]}


def describe_formulas(content):
    """Let what is read aloud of a formula be its TeX; its number stands apart."""
    for formula in content.select(".math"):
        for number in formula.select(".eqno"):
            equation = formula.wrap(parse('<div class="equation"></div>').div)
            equation.append(number.extract())
        tex = " ".join(formula.get_text().strip()[2:-2].split())
        formula.attrs |= {"role": "img", "aria-label": tex}


def page_of(target):
    return f'<span data-page-of="{target}"></span>'


def take_solutions(content):
    """Take the solutions out; each exercise leads to its own, and back."""
    solutions = content.select("div.solution")
    for solution in solutions:
        back, here = solution.a["href"][1:], solution.extract().p["id"]
        link = f'<a href="#{here}">Solution</a>, page {page_of(here)}'
        exercise = content.find(id=back).parent
        exercise.append(parse(f'<p class="to-solution">{link}</p>'))
        solution.a.insert_after(parse(f", page {page_of(back)}"))
    return solutions


def gather_solutions(chapters):
    """Make a chapter of the solutions of all chapters."""
    content = parse('<section id="solutions"><h2>Solutions</h2></section>').section
    for chapter in chapters:
        if chapter.solutions:
            content.append(parse(f"<h3>{chapter.title}</h3>"))
            content.extend(chapter.solutions)
    return Chapter("solutions", content)


def title_page(title, cover):
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    address = config["html"].get("baseurl") or config["repository"]["url"]
    lines = [
        config["author"],
        f"Version {importlib.metadata.version('nnlib')}",
        f"© {config['copyright']}",
        *([f'<a href="{address}">{address}</a>'] if address else []),
    ]
    lines = "".join(f"<p>{line}</p>" for line in lines)
    return f"<header><h1>{title}</h1>{cover}{lines}</header>"


def list_contents(parts):
    """List the chapters, with the numbers of their pages."""
    lists = ""
    for caption, chapters in parts:
        links = (
            f'<li><a href="#{chapter.name}">{chapter.title}</a>{page_of(chapter.name)}</li>'
            for chapter in chapters
        )
        lists += f"<p>{caption}</p><ul>{''.join(links)}</ul>"
    return f"<nav><h2>Contents</h2>{lists}</nav>"


def style(chapters):
    """Name the fonts, and set the title of its chapter above each page."""
    faces = (
        f"@font-face {{ font-family: {family}; src: url({FONTS}/{file}.ttf); {shape} }}"
        for family, files in FACES.items()
        for file, shape in zip(files, SHAPES, strict=False)
    )
    pages = (
        f'[id="{chapter.name}"] {{ page: chapter-{number} }}'
        f"@page chapter-{number} {{ @top-center {{ content: {quoted(chapter.title)} }} }}"
        for number, chapter in enumerate(chapters)
    )
    return "\n".join([*faces, *pages])


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


def assemble(site):
    """Return the book as one page of HTML, which is to lie beside the folder of the site."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    files = {
        part["caption"]: [chapter["file"] for chapter in part["chapters"]]
        for part in toc["parts"]
    }
    names = {toc["root"]}.union(*files.values())
    intro = read(site, toc["root"], names).content
    title, intro.h2.string = intro.h2.get_text(), "About this book"
    intro.h2.insert_after(parse(NOTE))
    cover = intro.select_one("img.cover").extract()
    parts = [
        (caption, [read(site, name, names) for name in chapters])
        for caption, chapters in files.items()
    ]
    chapters = [chapter for _, chapters in parts for chapter in chapters]
    parts[-1][1].insert(0, gather_solutions(chapters))
    for caption, (first, *_) in parts:
        first.content.insert(0, parse(f"<h1>{caption}</h1>"))
    chapters = [chapter for _, chapters in parts for chapter in chapters]
    page = (ROOT / "_page" / "pdf").as_uri()
    return f"""<!DOCTYPE html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="stylesheet" href="html/_static/pygments.css">
<link rel="stylesheet" href="{page}.css">
<style>{style(chapters)}</style>
<script>window.MathJax = {json.dumps(MATHJAX)}</script>
<script src="{page}.js"></script>
<script defer src="html/_static/mathjax/startup.js"></script>
</head>
<body class="tex2jax_ignore">
{title_page(title, cover)}
{intro}
{list_contents(parts)}
{"".join(str(chapter.content) for chapter in chapters)}
</body>
</html>"""
