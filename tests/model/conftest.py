from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from server import loading
from server.domain.definitions import Definitions


@pytest.fixture(scope="session")
def shipped() -> Definitions:
    """The definitions that the product is shipped with."""
    loaded = loading.load([Path(str(files("definitions")))])
    assert loaded.definitions is not None, "\n".join(map(str, loaded.diagnostics))
    return loaded.definitions
