"""Finding records to choose from, while somebody types; and what a chosen record is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, jsonify, request

from admin.screen import actor, app
from server.domain.refusals import NotFound
from server.domain.values import RecordRef
from server.usecases import records

MOST = 20
_LARGEST = 2**63
pages = Blueprint("look_up", __name__)


@pages.get("/look-up/<entity>")
def find(entity: str) -> Any:
    """Records for what was typed."""
    if entity not in app().definitions.entities:
        raise NotFound(f"There are no records called '{entity}'.")
    return found(entity, request.args.get("text", ""))


def found(entity: str, text: str, first: Iterable[tuple[RecordRef, str]] = ()) -> Any:
    """Pairs of id and title for what was typed, `first` before all; no more than a list can show."""
    known = dict(first)
    known |= dict(records.look_up(app(), actor(), entity, text[:100], MOST))
    return jsonify([[ref.id, title] for ref, title in list(known.items())[:MOST]])


def titles(refs: Iterable[RecordRef]) -> Mapping[RecordRef, str]:
    """What records are called; those that there are."""
    wanted = {ref for ref in refs if 0 < ref.id < _LARGEST}
    found = records.titles(app(), actor(), wanted) if wanted else {}
    return {ref: str(title) for ref, title in found.items()}


def title_of(entity: str, raw: str) -> str:
    """What the record is called that stands in a form; what was typed, where it is none.

    One that this person may not read is none.
    """
    if not raw.isascii() or not raw.isdigit():
        return raw
    ref = RecordRef(entity, int(raw))
    return titles([ref]).get(ref, raw)
