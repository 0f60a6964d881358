"""The pages are valid HTML, says the checker of the standard's authors, which needs Java."""

import json
import shutil
import subprocess

import pytest
from notebooks import ROOT
from pages import PAGES

pytestmark = pytest.mark.slow
CHECKER = ROOT / "tests/browser/node_modules/vnu-jar/build/dist/vnu.jar"


def test_pages_are_valid_html(site):
    if not shutil.which("java"):
        pytest.skip("HTML was not checked: there is no Java on the PATH")
    if not CHECKER.exists():
        pytest.skip("HTML was not checked: npm ci --prefix tests/browser")
    options = ["--errors-only", "--format", "json", "--exit-zero-always"]
    pages = [f"{name}.html" for name in ["index", *PAGES]]
    run = subprocess.run(
        ["java", "-jar", CHECKER, *options, *pages],
        cwd=site,
        capture_output=True,
        text=True,
        check=True,
    )
    errors = json.loads(run.stderr)["messages"]
    assert not [
        f"{error['url']}:{error['lastLine']}: {error['message']}" for error in errors
    ]
