"""VOT004 asked-by-nobody: `requested_by` of an entity leads to no person.

Nobody signs what they have asked for themselves; so it has to be known who that is. A path leads
over references, and over lists of records, to a field that refers to a person.

    entity: note
    requested_by: text

Right:

    entity: note
    listed: [text]
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.entity import Entity
from server.domain.somebody import PERSON
from server.domain.words import words
from server.loading.building.hops import led_to
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "VOT004"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, entity in manuscript.entities.items():
        source = manuscript.source("entity", key)
        several = isinstance(source.data.get("requested_by"), list)
        for number, path in enumerate(entity.requested_by):
            wrong = _leads_astray(manuscript, entity, path)
            if wrong is not None:
                yield Diagnostic(
                    CODE,
                    source.mark("requested_by", *([number] if several else [])),
                    wrong,
                    "Name a field that refers to person, or a path that ends at one.",
                )


def _leads_astray(manuscript: Manuscript, entity: Entity, path: tuple[str, ...]) -> str | None:
    """What is wrong with where a path leads; a name that is nowhere is told elsewhere."""
    end = entity.key
    for hop in path:
        at = manuscript.entities.get(end)
        field = at.fields.get(hop) if at is not None else None
        if at is None or field is None:
            return None
        other = led_to(field)
        if other is None:
            return f"'{hop}' of {at.title} is no person."
        end = other
    return (
        None if end == PERSON else f"'{'.'.join(path)}' leads to a {words(end)}, not to a person."
    )
