"""A page of a list, as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from server.api.schemas import TEXT, Schema, listing, nullable, shape
from server.usecases.views import Page

Item = TypeVar("Item")


def paged(items: Schema) -> Schema:
    """A page of a list; `next` is where the page after it is."""
    return shape(
        {
            "items": listing(items),
            "next": nullable(TEXT | {"description": "Path and query of the next page"}),
        }
    )


def page(
    found: Page[Item],
    one: Callable[[Item], Mapping[str, Any]],
    next_page: Callable[[int | None], str | None],
) -> dict[str, Any]:
    return {"items": [one(item) for item in found.items], "next": next_page(found.after)}
