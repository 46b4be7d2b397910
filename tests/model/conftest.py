from __future__ import annotations

import pytest

from server import loading
from server.domain.definitions import Definitions


@pytest.fixture(scope="session")
def shipped() -> Definitions:
    """The definitions that the product is shipped with."""
    loaded = loading.load([loading.shipped()])
    assert loaded.definitions is not None, "\n".join(map(str, loaded.diagnostics))
    return loaded.definitions
