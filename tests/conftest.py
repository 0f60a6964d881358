"""What a skipped test means: on a reader's machine, something was not checked; where all is required, a failure.

And how many examples Hypothesis tries: a few that are the same every time, or, with HYPOTHESIS_PROFILE=thorough, many
new ones. "first" is for those who only want to know whether a test fails: it looks for no simpler example.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

COMMON = {
    "database": None,
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow],  # so a busy machine fails nothing
}
settings.register_profile("quick", derandomize=True, max_examples=60, **COMMON)
settings.register_profile(
    "first", settings.get_profile("quick"), phases=[Phase.explicit, Phase.generate]
)
settings.register_profile("thorough", max_examples=2000, **COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


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
