"""Checks that schemathesis makes besides its own; it loads this file by its name."""

from __future__ import annotations

from typing import Any

import schemathesis

SCHEMA_HINT = "The schema of each request"


@schemathesis.check
def what_fits_the_schema_is_not_refused_by_it(_context: Any, response: Any, case: Any) -> None:
    """A request that fits may still be refused, for what the records say; never for its form."""
    is_positive = case.meta is not None and case.meta.generation.mode.is_positive
    if is_positive and response.status_code == 422:
        told = response.json()
        assert not told.get("hint", "").startswith(SCHEMA_HINT), told


@schemathesis.check
def refusals_say_what_to_do(_context: Any, response: Any, _case: Any) -> None:
    """Every refusal is a problem with a sentence; most also say what to do instead."""
    if response.status_code >= 400 and response.request.method not in {"HEAD", "TRACE"}:
        assert response.headers.get("content-type") == ["application/problem+json"]
        told = response.json()
        assert told["detail"].rstrip(")").endswith((".", "?")), told
        assert told["status"] == response.status_code
