"""The form of the stored notebooks, and the holes that nbval leaves open."""

import copy
import re
import statistics

import nbformat
import pytest
from execute import normalize
from notebooks import BACK_MATTER, PATHS, chapter, code_cells, parse, read, tags

EXCUSED = {  # cells whose output nbval does not compare, and why
    ("03_layers", "cell-054"): "a figure of measured times",
    ("24_frameworks", "cell-021"): "PyTorch's gradients over ours",
    ("24_frameworks", "cell-038"): "the loss curves of three libraries",
    ("24_frameworks", "cell-042"): "how rounding differences between libraries grow",
}
SHORT_CHAPTERS = {"11", "12", "21"}

FORBIDDEN_IN_TEXT = {
    "a memory address": r"\b0x[0-9a-fA-F]{6,}",
    "a time of day": r"\b\d{1,2}:\d\d:\d\d\b",
    "a path of a machine": r"(/(home|root|tmp|usr|Users)/|[A-Z]:\\\\)",
    "a warning": r"Warning\b",
}


def texts(cell):
    """All text that a cell's outputs show, figures aside."""
    for output in cell.outputs:
        yield output.get("text", "")
        yield from (
            text
            for kind, text in output.get("data", {}).items()
            if kind.startswith("text/")
        )


def svgs(cell):
    return [
        output.data["image/svg+xml"]
        for output in cell.outputs
        if "image/svg+xml" in output.get("data", {})
    ]


def n_words(cell):
    """The words of a text cell; a formula within a line counts as one, a displayed one, or a tag, not at all."""
    text = re.sub(r"\$\$.*?\$\$|<[^>]+>", " ", cell.source, flags=re.DOTALL)
    return len(re.sub(r"\$[^$]+\$", "x", text).split())


each_chapter = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
each_notebook = pytest.mark.parametrize(
    "path", PATHS + BACK_MATTER, ids=lambda path: path.stem
)


@each_notebook
def test_ran_top_to_bottom_in_a_fresh_kernel(path):
    counts = [cell.execution_count for cell in code_cells(path)]
    assert counts == list(range(1, len(counts) + 1))


@each_notebook
def test_stores_no_error_and_nothing_on_stderr(path):
    for cell in code_cells(path):
        for output in cell.outputs:
            assert output.output_type != "error", cell.source
            assert output.get("name") != "stderr", cell.source


@each_notebook
def test_outputs_hold_nothing_that_belongs_to_one_machine_or_moment(path):
    for cell in code_cells(path):
        for text in texts(cell):
            for what, pattern in FORBIDDEN_IN_TEXT.items():
                assert not re.search(pattern, text), (
                    f"{what} in the output of:\n{cell.source}"
                )


@each_notebook
def test_pictures_are_svg_which_nbval_compares(path):
    for cell in code_cells(path):
        for output in cell.outputs:
            kinds = output.get("data", {}).keys()
            assert not kinds & {"image/png", "image/jpeg"}, cell.source
            if "image/svg+xml" in kinds:
                assert "<dc:date>" not in output.data["image/svg+xml"], cell.source
                assert 'href="data:image' not in output.data["image/svg+xml"], (
                    cell.source
                )


@each_notebook
def test_cells_are_plain_python(path):
    for cell in code_cells(path):
        parse(cell)  # a %magic, a !command or a half-written line does not parse


@each_notebook
def test_figures_show_themselves_and_leave_no_object_behind(path):
    for cell in code_cells(path):
        for text in texts(cell):
            assert "<matplotlib." not in text, cell.source
            assert "object at" not in text, cell.source


@each_notebook
def test_only_listed_cells_are_excused_from_comparison(path):
    for cell in code_cells(path):
        excused = {"nbval-ignore-output", "nbval-skip", "raises-exception"} & set(
            tags(cell)
        )
        assert not excused or (path.stem, cell.id) in EXCUSED, (
            f"{cell.id}:\n{cell.source}"
        )


def test_every_excuse_is_used():
    used = {
        (path.stem, cell.id)
        for path in PATHS + BACK_MATTER
        for cell in code_cells(path)
        if "nbval-ignore-output" in tags(cell)
    }
    assert set(EXCUSED) == used


@each_notebook
def test_is_stored_in_normal_form(path):
    normal = copy.deepcopy(read(path))
    normalize(normal)
    assert path.read_text("utf-8") == nbformat.writes(normal) + "\n", (
        "run: make execute"
    )


@each_notebook
def test_figures_have_alt_text_that_is_a_sentence(path):
    for cell in code_cells(path):
        if svgs(cell):
            image = cell.metadata.get("mystnb", {}).get("image", {})
            alt = image.get("alt", "")
            assert re.fullmatch(r"[A-Z].{40,}\.", alt), (
                f"alt text {alt!r} of:\n{cell.source}"
            )
            assert image.get("classes") == "dark-light", cell.source


@each_chapter
def test_length_and_rhythm(path):
    words = sum(
        n_words(cell)
        for cell in read(path).cells
        if cell.cell_type == "markdown" and not cell.source.startswith("## Quiz")
    )
    cells = code_cells(path)
    lines = [
        len(cell.source.splitlines()) for cell in cells if "nnlib" not in tags(cell)
    ]
    n_figures = sum(len(svgs(cell)) for cell in code_cells(path))
    kinds = "".join(cell.cell_type[0] for cell in read(path).cells)
    assert (0 if chapter(path) in SHORT_CHAPTERS else 1500) <= words <= 3000
    assert 20 <= len(cells) <= 35
    assert statistics.median(lines) <= 5
    assert max(lines) <= 30
    assert 3 <= n_figures <= 8
    assert "ccc" not in kinds, "more than two code cells in a row"
    assert path.stat().st_size < 1_500_000


@each_chapter
def test_has_the_parts_of_a_chapter(path):
    source = "\n".join(cell.source for cell in read(path).cells)
    assert source.startswith(f"# {chapter(path)} ")
    for part in (
        "You will learn",
        "You need",
        "## Summary",
        "Added to nnlib",
        "## Exercises",
        "## Further reading",
    ):
        assert part in source, part
    assert source.count("```{exercise}") >= 3
    assert (
        source.count("```{exercise}")
        == source.count("```{solution-start}")
        == source.count("```{solution-end}")
    )


ANSWER = re.compile(
    r"""^<details\ class="quiz"><summary>(?P<answer>[^\n]+)</summary>\n
    \n
    \*\*(?P<verdict>Right|No)\.\*\*\ (?P<reason>[^\n]+)\n
    \n
    </details>$""",
    re.VERBOSE | re.MULTILINE,
)


@each_chapter
def test_quiz_says_of_each_answer_why(path):
    (quiz,) = (cell for cell in read(path).cells if cell.source.startswith("## Quiz"))
    _, *questions = re.split(r"^\*\*\d\.\*\* ", quiz.source, flags=re.MULTILINE)
    assert len(questions) in (3, 4)
    for question in questions:
        answers = [match.groupdict() for match in ANSWER.finditer(question)]
        assert len(answers) == question.count("<details") in (3, 4), question
        verdicts = [answer["verdict"] for answer in answers]
        assert verdicts.count("Right") == 1, question
        assert len({answer["answer"] for answer in answers}) == len(answers), question
        for answer in answers:
            shown = re.sub("<code>.*?</code>", "", answer["answer"])
            assert not re.search(r"[$`*]", shown), answer  # HTML, and no Markdown
            assert len(answer["reason"].split()) >= 5, answer


def test_right_answers_have_no_habitual_place():
    places = [
        [match["verdict"] for match in ANSWER.finditer(question)].index("Right")
        for path in PATHS
        for cell in read(path).cells
        if cell.source.startswith("## Quiz")
        for question in re.split(r"^\*\*\d\.\*\* ", cell.source, flags=re.MULTILINE)[1:]
    ]
    assert {0, 1, 2, 3} == set(places)
    assert max(places.count(place) for place in (0, 1, 2, 3)) < len(places) / 2
