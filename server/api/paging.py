"""Long lists come page by page: `after` is where the page before this one ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.api.schemas import LARGEST_ID, Schema

USUAL, MOST = 50, 200

LIMIT: Schema = {
    "type": "integer",
    "minimum": 1,
    "maximum": MOST,
    "default": USUAL,
    "description": "How many items a page holds at most",
}
AFTER: Schema = {
    "type": "integer",
    "minimum": 1,
    "maximum": LARGEST_ID,
    "description": "Where the page before this one ended; `next` of its answer says it",
}
PAGED: dict[str, Schema] = {"after": AFTER, "limit": LIMIT}


def of(query: Mapping[str, Any]) -> dict[str, Any]:
    """The page that is asked for."""
    return {"after": query.get("after"), "limit": query.get("limit", USUAL)}
