"""Search over everything: a number with or without prefix and zeros, or words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import redirect, request

from admin import links
from admin.screen import Screen, actor, app, at
from server.domain.entity import Entity
from server.domain.role import Operation
from server.usecases import records
from server.usecases.views import RecordTitle

MOST = 10
_LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class Found:
    entity: Entity
    titles: tuple[RecordTitle, ...]


class Search(Screen):
    """Reached by the box at the top of every page."""

    def __init__(self) -> None:
        super().__init__("Search", "search", "/search", "search")

    def is_visible(self) -> bool:
        return False

    @at("/")
    def index(self) -> Any:
        text = request.args.get("q", "").strip()[:200]
        found = [result for result in map(_searcher(text), self._entities()) if result.titles]
        only = found[0].titles[0] if len(found) == 1 and len(found[0].titles) == 1 else None
        if only is not None and _is_number(found[0].entity, text):
            address = links.record(only.record)
            if address:
                return redirect(address)
        return self.render(
            "screens/search.html",
            text=text,
            found=found,
            guide=_in_guide(text),
        )

    def _entities(self) -> list[Entity]:
        return [
            entity
            for entity in app().definitions.entities.values()
            if links.may(Operation.READ, entity.key)
        ]


def _searcher(text: str) -> Any:
    def search(entity: Entity) -> Found:
        if not text:
            return Found(entity, ())
        page = records.page(
            app(), actor(), entity.key, filters={}, search=text, after=None, limit=MOST
        )
        return Found(entity, tuple(item.title for item in page.items))

    return search


def _is_number(entity: Entity, text: str) -> bool:
    number = entity.record_id(text)
    return number is not None and number < _LARGEST


def _in_guide(text: str) -> list[tuple[str, str]]:
    """Titles of the guide that hold the words, with their addresses."""
    definitions = app().definitions
    words = text.lower().split()
    kinds: dict[str, Any] = {
        "process": definitions.processes,
        "procedure": definitions.procedures,
        "role": definitions.roles,
        "decision": definitions.decisions,
    }
    return [
        (item.title, links.guide(kind, key) or "")
        for kind, items in kinds.items()
        for key, item in items.items()
        if words and all(word in item.title.lower() for word in words)
    ][:MOST]
