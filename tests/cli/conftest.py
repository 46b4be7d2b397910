from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _read_once(read_once: None) -> None:
    """No command is tried for what it reads: equal definitions are read once for all of them."""
