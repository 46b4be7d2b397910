"""The journal of a record as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from server.api.representations.pages import page, paged
from server.api.schemas import ID, MOMENT, TEXT, WHOLE, YES_NO, Schema, component, listing, shape
from server.domain.role import JOURNALS
from server.domain.values import to_json
from server.usecases.views import JournalView, NoteView

SHAPES: dict[str, Schema] = {
    "Note": shape(
        {
            "id": ID,
            "at": MOMENT,
            "who": TEXT,
            "text": TEXT,
            "internal": YES_NO,
            "files": listing(shape({"id": ID, "name": TEXT, "size": WHOLE})),
        }
    )
}
_PARTS = listing({"type": "string", "enum": sorted(JOURNALS)})
_PAGED = paged(component("Note"))
JOURNAL: Schema = shape(
    {
        **_PAGED["properties"],
        "sees": _PARTS | {"description": "Which parts of the journal you see"},
        "writes": _PARTS | {"description": "Into which you may write"},
    }
)


def journal(view: JournalView, next_page: Callable[[int | None], str | None]) -> dict[str, Any]:
    told = page(view.notes, note, next_page)
    return {**told, "sees": sorted(view.sees), "writes": sorted(view.writes)}


def note(view: NoteView) -> dict[str, Any]:
    return {
        "id": view.id,
        "at": to_json(view.at),
        "who": view.who,
        "text": view.text,
        "internal": view.is_internal,
        "files": [{"id": item.id, "name": item.name, "size": item.size} for item in view.attached],
    }
