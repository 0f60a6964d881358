"""Packages that only some tests need."""

import pytest


def require(name, unchecked):
    """Import a package, or skip and say what was not checked (a failure where NNLIB_REQUIRE_ALL is set: conftest)."""
    reason = f"{name} is not installed, so this was not checked: {unchecked}"
    return pytest.importorskip(name, reason=reason)
