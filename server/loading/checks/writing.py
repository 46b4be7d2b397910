"""What the checks of fields and statuses share: everything that writes a field of a record."""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.procedure import Procedure
from server.domain.role import Operation
from server.domain.step import (
    Assignment,
    Create,
    Do,
)
from server.loading.manuscript import Manuscript
from server.loading.marked import Path, SourceFile


def assignments(manuscript: Manuscript) -> Iterator[tuple[SourceFile, Path, Assignment]]:
    """Every `set` of starts, steps and outcomes, with where the thing that has it is written."""
    for key, procedure in manuscript.procedures.items():
        source = manuscript.source("procedure", key)
        for path, item in of_starts(procedure):
            yield source, path, item
        for step, path in manuscript.steps(procedure):
            for item in step.set:
                yield source, path, item
            for outcome in step.outcomes.values():
                for item in outcome.set:
                    yield source, (*path, "outcomes", outcome.key), item


def of_starts(procedure: Procedure) -> Iterator[tuple[Path, Assignment]]:
    for index, start in enumerate(procedure.starts):
        for item in start.set:
            yield ("starts", index), item


def entity_of(item: Assignment) -> str:
    """The entity of the record that is written; empty where that is not known."""
    return (item.record.type.entity if item.record.type is not None else None) or ""


def on_forms(manuscript: Manuscript) -> Iterator[tuple[str, str]]:
    """The fields that people fill in, each with its entity; and those that make a row belong."""
    for form in manuscript.forms.values():
        yield from ((form.entity, item.field) for item in form.fields if not item.read_only)
        for rows in form.rows:
            yield rows.entity, rows.back
            yield from ((rows.entity, item.field) for item in rows.fields if not item.read_only)


def made(manuscript: Manuscript) -> frozenset[str]:
    """The entities whose records come into being in procedures, or are what they are about."""
    found = {procedure.about for procedure in manuscript.procedures.values()}
    for _, _, step, _ in manuscript.walked():
        match step.action:
            case Create(creation=creation) | Do(creates=creation) if creation is not None:
                found.add(creation.entity)
    return frozenset(found & manuscript.entities.keys())


def by_hand(manuscript: Manuscript, entity: str) -> bool:
    """Whether the records of an entity have no form, and a role creates them on their own page."""
    if any(shown == entity for shown, _ in on_forms(manuscript)):
        return False
    return any(
        entity in role.may and role.allows(Operation.CREATE, entity)
        for role in manuscript.roles.values()
    )
