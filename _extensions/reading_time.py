"""Say at the top of each chapter how long it takes to read, and to work through.

The minutes are counted from its words, lines of code, figures and exercises, at rates that fit what attentive readers
said of the chapters.
"""

import re

from docutils import nodes
from sphinx_exercise.nodes import exercise_enumerable_node, exercise_node

WORDS_A_MINUTE = 100
SECONDS_A_LINE_OF_CODE = 4
SECONDS_A_FIGURE = 30
MINUTES_A_QUIZ = 5
MINUTES_AN_EXERCISE = 12
STEP = 5  # minutes, to which a time is rounded
NOT_READ = (nodes.literal_block, nodes.raw, nodes.title)


def reading_minutes(parts):
    """How long one reads the words, code and figures of some parts of a page."""
    found = [node for part in parts for node in part.findall()]
    words = sum(
        len(node.astext().split())
        for node in found
        if isinstance(node, nodes.Text) and not isinstance(node.parent, NOT_READ)
    )
    lines = sum(
        node.astext().count("\n") + 1
        for node in found
        if isinstance(node, nodes.literal_block)
    )
    figures = sum(isinstance(node, nodes.image) for node in found)
    seconds = SECONDS_A_LINE_OF_CODE * lines + SECONDS_A_FIGURE * figures
    return words / WORDS_A_MINUTE + seconds / 60


def rounded(minutes):
    return STEP * max(1, round(minutes / STEP))


def add_reading_time(app, doctree):
    """Put the two times below the title of a chapter."""
    if not re.match(r"chapters/\d", app.env.docname):
        return
    chapter = doctree.next_node(nodes.section)
    practice = [
        part
        for part in chapter.children
        if isinstance(part, nodes.section) and part[0].astext() in ("Quiz", "Exercises")
    ]
    reading = reading_minutes(part for part in chapter.children if part not in practice)
    n_exercises = sum(
        isinstance(node, (exercise_node, exercise_enumerable_node))
        for node in chapter.findall()
    )
    doing = reading + MINUTES_A_QUIZ + MINUTES_AN_EXERCISE * n_exercises
    text = (
        f"About {rounded(reading)} minutes to read, "
        f"{rounded(doing)} with the quiz and the {n_exercises} exercises."
    )
    title = chapter.next_node(nodes.title)
    line = nodes.paragraph(text, text, classes=["reading-time"])
    chapter.insert(chapter.index(title) + 1, line)


def setup(app):
    app.connect("doctree-read", add_reading_time)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
