"""What the product is shipped with, loaded once a process: many tests ask, and all only read."""

from __future__ import annotations

from functools import cache

from server import loading
from server.domain.definitions import Definitions
from server.loading import Loaded


@cache
def loaded() -> Loaded:
    return loading.load([loading.shipped()])


def definitions() -> Definitions:
    """The definitions that the product is shipped with."""
    found = loaded().definitions
    assert found is not None, "\n".join(map(str, loaded().diagnostics))
    return found
