"""What a skipped test means: on a reader's machine, something was not checked; where all is required, a failure."""

import os

import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """Turn a skip into a failure where NNLIB_REQUIRE_ALL is set."""
    outcome = yield
    report = outcome.get_result()
    if (
        report.skipped
        and os.environ.get("NNLIB_REQUIRE_ALL")
        and not hasattr(report, "wasxfail")
    ):
        report.outcome = "failed"
        report.longrepr = (
            f"NNLIB_REQUIRE_ALL is set, and this was skipped: {report.longrepr[2]}"
        )
