"""The pages after the chapters: nothing of theirs is left behind when a chapter changes."""

import json
import re
import tomllib

import pytest
from notebooks import BACK_MATTER, PATHS, ROOT, read

ENTRIES = tomllib.loads(
    (ROOT / "back_matter" / "ledger.toml").read_text(encoding="utf-8")
)["entries"]
GLOSSARY = (ROOT / "back_matter" / "glossary.md").read_text(encoding="utf-8")
ITEMS = GLOSSARY.split("```{glossary}\n")[1].split("```")[0].strip().split("\n\n")
TERMS = [line for item in ITEMS for line in item.splitlines() if line[0] != " "]


def source(path):
    return "\n".join(cell.source for cell in read(path).cells)


def printed(stem):
    """All that the cells of a chapter have printed."""
    notebook = read(ROOT / "chapters" / f"{stem}.ipynb")
    return "\n".join(
        output.get("text") or output["data"].get("text/plain", "")
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    )


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["what"])
def test_ledger_shows_what_the_chapter_prints_now(entry):
    (ours,) = re.findall(entry["ours"], printed(entry["chapter"]), re.MULTILINE)
    ledger = (ROOT / "back_matter" / "ledger.ipynb").read_text(encoding="utf-8")
    shown = {"True": "yes", "False": "no"}.get(ours, ours)
    assert f"<br>[{shown}](../chapters/{entry['chapter']}.ipynb)" in ledger


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["what"])
def test_ledger_gives_a_reason_for_each_difference(entry):
    ledger = json.loads((ROOT / "back_matter" / "ledger.ipynb").read_text("utf-8"))
    tables = [
        "".join(output["data"]["text/markdown"])
        for cell in ledger["cells"]
        for output in cell.get("outputs", [])
        if "text/markdown" in output.get("data", {})
    ]
    (row,) = [row for row in tables[0].splitlines() if f"| {entry['what']} |" in row]
    assert entry["kind"] in ("=", "~")
    assert f"| {entry['kind']} the same" in row or entry["reason"]


def linked_terms():
    """The links to the glossary: [(term, name of the notebook)]."""
    return [
        (match[1] or match[0], path.name)
        for path in PATHS + BACK_MATTER
        for match in re.findall(r"{term}`([^`<]+?)(?: <(.+?)>)?`", source(path))
    ]


def test_every_term_of_the_glossary_is_linked_once():
    linked = [term for term, _ in linked_terms()]
    assert sorted(linked, key=str.lower) == sorted(TERMS, key=str.lower)


def test_the_glossary_leads_back_to_the_chapter_that_links_a_term():
    chapter_of = dict(linked_terms())
    for item in ITEMS:
        links = re.findall(r"\((?:\.\./chapters/)?(\w+\.ipynb)\)", item)
        terms = [line for line in item.splitlines() if line[0] != " "]
        assert any(chapter_of[term] in links for term in terms), item


def test_films_and_posters_belong_together_and_to_a_chapter():
    folder = ROOT / "_static" / "animations"
    films = {path.stem for path in folder.glob("*.webm")}
    assert films == {path.stem for path in folder.glob("*.png")}
    text = "\n".join(source(path) for path in PATHS)
    for film in films:
        assert f'src="../_static/animations/{film}.webm"' in text
        assert f'poster="../_static/animations/{film}.png"' in text
    for tag in re.findall("<video .*?>", text):
        assert re.search(r'aria-label="[A-Z][^"]{40,}\."', tag)
        assert "controls" in tag
        assert "autoplay" not in tag
