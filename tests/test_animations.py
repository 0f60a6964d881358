"""The films: each is stored, stands in one chapter in the form that all have, and is what its script draws."""

import platform
import struct

import animate
import bs4
import matplotlib
import pytest
from animate import ANIMATIONS, FOLDER
from notebooks import PATHS, ROOT, read

each_film = pytest.mark.parametrize("name", ANIMATIONS)


def embedded():
    """The video tags of all chapters."""
    for path in PATHS:
        for cell in read(path).cells:
            if cell.cell_type == "markdown" and "<video" in cell.source:
                yield from bs4.BeautifulSoup(cell.source, "html.parser")("video")


def size(poster):
    """The width and height that stand at the head of a PNG."""
    return struct.unpack(">2I", poster.read_bytes()[16:24])


def test_stored_are_the_films_and_their_posters_and_nothing_else():
    wanted = {f"{name}{kind}" for name in ANIMATIONS for kind in (".webm", ".png")}
    assert {path.name for path in FOLDER.iterdir()} == wanted


def test_chapters_show_each_film_once():
    shown = sorted(video["src"] for video in embedded())
    assert shown == sorted(f"../_static/animations/{name}.webm" for name in ANIMATIONS)


@each_film
def test_film_waits_and_says_what_it_shows(name):
    (video,) = (video for video in embedded() if f"/{name}.webm" in video["src"])
    assert video.has_attr("controls")
    assert not video.has_attr("autoplay")
    assert video["preload"] == "none"
    assert video["poster"] == f"../_static/animations/{name}.png"
    assert len(video["aria-label"].split()) >= 20
    assert video.text.endswith(".")
    assert video.parent.name == "figure"
    assert video.parent["class"] == ["animation"]
    shape = int(video["width"]), int(video["height"])
    assert shape == size(FOLDER / f"{name}.png")


def test_static_files_are_light():
    files = [path for path in (ROOT / "_static").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 10_000_000


def test_film_is_drawn_again_byte_for_byte(tmp_path, monkeypatch):
    """One film of short arithmetic stands for all: the others train networks, and drawing takes half a minute each."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        pytest.skip("no film was drawn again: another ffmpeg writes other bytes")
    monkeypatch.chdir(ROOT)  # and back; drawing goes to the chapters
    monkeypatch.setattr(animate, "FOLDER", tmp_path)
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.use("agg")
        animate.film("masks")
    for name in ("masks.png", "masks.webm"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()
