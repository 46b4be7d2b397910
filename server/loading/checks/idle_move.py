"""ENT011 idle-move: a move from one status to another that no step makes, and no role may make by hand.

It would wait for ever, or for an administrator. Most often the step that makes it is missing or sets
another status; else leave the move out, or give a role the right to update such records.

    entity: case
    statuses:
      open: { title: Open, to: [decided] }
      decided: { title: Decided, to: [closed, shelved] }
      closed: { title: Closed }
      shelved: { title: Shelved }
    # roles/clerk.yaml
    may: { case: [read, create] }

Right:

    entity: case
    statuses:
      open: { title: Open, to: [decided] }
      decided: { title: Decided, to: [closed, shelved] }
      closed: { title: Closed }
      shelved: { title: Shelved }
    # roles/clerk.yaml
    may: { case: [read, create, update] }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.entity import STATUS, Entity
from server.domain.role import Operation
from server.loading.checks.statuses import constant, written
from server.loading.checks.writing import entity_of, of_starts
from server.loading.diagnostics import Diagnostic, Severity
from server.loading.manuscript import Manuscript

CODE = "ENT011"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    if any(item.is_error for item in manuscript.diagnostics):
        return  # what could not be read may be what makes the move
    made = set(_made(manuscript))
    for key, entity in manuscript.entities.items():
        if _is_by_hand(manuscript, key):
            continue
        source = manuscript.source("entity", key)
        for status in entity.statuses.values():
            for index, other in enumerate(status.to):
                if other in entity.statuses and (key, status.key, other) not in made:
                    yield Diagnostic(
                        CODE,
                        source.mark("statuses", status.key, "to", index),
                        f"Nothing ever moves {entity.title.lower()} from '{status.key}' to '{other}'.",
                        "Let a step set it, let a role update such records, or leave it out.",
                        Severity.WARNING,
                    )


def _is_by_hand(manuscript: Manuscript, entity: str) -> bool:
    """Whether a role may update the records. What somebody may do to all records is not meant."""
    return any(
        entity in role.may and role.allows(Operation.UPDATE, entity)
        for role in manuscript.roles.values()
    )


def _made(manuscript: Manuscript) -> Iterator[tuple[str, str, str]]:
    """The moves that steps and starts can make: entity, from, to."""
    for found in written(manuscript):
        status = constant(found.item)
        yield from _moves(found.entity, found.before, status)
    for procedure in manuscript.procedures.values():
        for _, item in of_starts(procedure):
            entity = manuscript.entities.get(entity_of(item))
            if item.field == STATUS and entity is not None:
                yield from _moves(entity, None, constant(item))


def _moves(
    entity: Entity, before: frozenset[str] | None, after: str | None
) -> Iterator[tuple[str, str, str]]:
    """From every status that may be, to the one that is set; to any, where that is computed."""
    for start in entity.statuses if before is None else before:
        for end in entity.statuses if after is None else (after,):
            yield entity.key, start, end
