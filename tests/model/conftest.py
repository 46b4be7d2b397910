from __future__ import annotations

import pytest

import tests.shipped
from server.domain.definitions import Definitions


@pytest.fixture(scope="session")
def shipped() -> Definitions:
    """The definitions that the product is shipped with."""
    return tests.shipped.definitions()
