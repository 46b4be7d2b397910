"""ROL006 nobodys-rows: a role may do something to records that can be nobody's own.

A line of `rows` leads over references to a person, to a group, or to a record that roles are held for;
or it names choices, yes_no fields or the status, with the values that they must have.

    role: clerk
    may:
      case: { do: [read], rows: [owner.name] }

Right:

    role: clerk
    may:
      case: { do: [read], rows: [owner] }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.entity import Entity
from server.domain.role import Having, Own
from server.domain.values import Kind
from server.domain.words import words
from server.loading.checks.grants import grants
from server.loading.checks.nobody_for_it import held_for
from server.loading.diagnostics import Diagnostic, Mark
from server.loading.manuscript import Manuscript

CODE = "ROL006"
_FIXED = {Kind.CHOICE, Kind.YES_NO}


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for source, path, entity, grant in grants(manuscript):
        for number, rows in enumerate(grant.rows):
            place = (*path, "rows", number)
            if isinstance(rows, Own):
                yield from _path(manuscript, entity, rows, source.mark(*place))
                continue
            for field in _loose(entity, rows):
                yield Diagnostic(
                    CODE,
                    source.key_mark(*place, field),
                    f"'{field}' is neither a choice nor a yes_no.",
                    "Rows are told apart by choices, yes_no fields and the status.",
                )


def _path(manuscript: Manuscript, entity: Entity, rows: Own, mark: Mark) -> Iterator[Diagnostic]:
    for hop in rows.path:
        field = entity.fields.get(hop)
        if field is None:
            return
        if field.type.kind is not Kind.REF:
            yield Diagnostic(
                CODE,
                mark,
                f"'{hop}' refers to nobody.",
                "Name a field that refers to a person or a group.",
            )
            return
        found = manuscript.entities.get(str(field.type.entity))
        if found is None:
            return
        entity = found
    if entity.key not in held_for(manuscript):
        yield Diagnostic(
            CODE,
            mark,
            f"A {words(entity.key)} is nobody's own: no role is held for one.",
            "Let the path lead on to a person, a group, or a record that roles are held for.",
        )


def _loose(entity: Entity, rows: Having) -> Iterator[str]:
    for key in rows.values:
        field = entity.fields.get(key)
        if field is not None and field.type.kind not in _FIXED:
            yield key
