"""ROL004 nobody-for-it: a role is held for a record, and nobody can hold a role for such records.

People hold roles for what the entity `holder` refers to. For any other record, the task goes to those
who hold the role for everything, whichever record it is; then the lane is better `anyone`.

    procedure: case-review
    roles: { clerk: case }

Right:

    procedure: case-review
    roles: { clerk: case.owner }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.expression import Expression
from server.domain.step import Do
from server.domain.values import Kind
from server.domain.words import words
from server.loading.desk import is_sound
from server.loading.diagnostics import Diagnostic, Mark, Severity
from server.loading.manuscript import Manuscript

CODE = "ROL004"
THEMSELVES = frozenset({"person", "group"})
"""Entities whose records are meant themselves."""


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    if "holder" not in manuscript.entities:
        return
    held = held_for(manuscript)
    for mark, role, expression in _held(manuscript):
        typ = expression.type
        if not is_sound(expression) or typ is None:
            continue
        entity = typ.item.entity if typ.kind is Kind.LIST and typ.item else typ.entity
        if entity is not None and entity not in held:
            yield Diagnostic(
                CODE,
                mark,
                f"Nobody can hold the role '{role}' for a {words(entity)}.",
                f"Give the entity 'holder' a field that refers to '{entity}', or name another record.",
                Severity.WARNING,
            )


def held_for(manuscript: Manuscript) -> frozenset[str]:
    """The entities for whose records somebody may hold a role, or be meant themselves."""
    holder = manuscript.entities.get("holder")
    fields = () if holder is None else holder.fields.values()
    return THEMSELVES | {str(field.type.entity) for field in fields if field.type.entity}


def _held(manuscript: Manuscript) -> Iterator[tuple[Mark, str, Expression]]:
    """Every place that says what a role is held for."""
    for key, procedure in manuscript.procedures.items():
        source = manuscript.source("procedure", key)
        for role, expression in procedure.lanes.items():
            if expression is not None:
                yield source.mark("roles", role), role, expression
    for _, source, step, path in manuscript.walked():
        if isinstance(step.action, Do) and step.action.of is not None:
            yield source.mark(*path, "of"), step.action.role, step.action.of
