"""Lighthouse's marks on a telephone: the landing page, the longest chapter, the glossary."""

import json
import os
import subprocess

import pytest
from notebooks import PATHS, ROOT

from conftest import CHROMIUM, FLAGS

pytestmark = pytest.mark.slow
LIGHTHOUSE = ROOT / "tests/browser/node_modules/.bin/lighthouse"
LONGEST = max(PATHS, key=lambda path: path.stat().st_size).stem
PERFORMANCE = 0.9
TRIES = 5  # whatever else the machine does can only lower the mark for performance


def marks(url):
    if not LIGHTHOUSE.exists():
        pytest.skip("no marks were given: npm ci --prefix tests/browser")
    if not CHROMIUM:
        pytest.skip("no marks were given: there is no Chromium on the PATH")
    flags = f"--chrome-flags={' '.join(['--headless=new', *FLAGS])}"
    run = subprocess.run(
        [LIGHTHOUSE, url, "--quiet", "--output=json", flags],
        env=os.environ | {"CHROME_PATH": CHROMIUM},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    report = json.loads(run.stdout)
    return {name: part["score"] for name, part in report["categories"].items()}


@pytest.mark.parametrize(
    "name", ["intro", f"chapters/{LONGEST}", "back_matter/glossary"]
)
def test_lighthouse_gives_good_marks(address, name):
    best = 0
    for _ in range(TRIES):
        others = marks(f"{address}{name}.html")
        best = max(best, others.pop("performance"))
        assert others == {"accessibility": 1, "best-practices": 1, "seo": 1}
        if best >= PERFORMANCE:
            break
    assert best >= PERFORMANCE
