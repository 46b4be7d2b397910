"""ROL007 needed-yet-hidden: a role keeps a field from people who need it.

The label stands for a record wherever it is named, so it is hidden from nobody. Whoever may enter
records has to be let fill in what a new one needs.

    role: clerk
    may:
      case: { do: [read, create], fields: { subject: read } }

Right:

    role: clerk
    may:
      case: { do: [read, create], fields: { reason: read } }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.entity import Entity
from server.domain.role import Grant, Operation, Sight
from server.loading.checks.grants import grants
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "ROL007"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for source, path, entity, grant in grants(manuscript):
        for field, sentence, hint in _needed(entity, grant):
            yield Diagnostic(CODE, source.key_mark(*path, "fields", field), sentence, hint)


def _needed(entity: Entity, grant: Grant) -> Iterator[tuple[str, str, str]]:
    for key, sight in grant.fields.items():
        field = entity.fields.get(key)
        if field is None:
            continue
        if sight is Sight.HIDDEN and key == entity.label:
            sentence = f"'{key}' stands for the record wherever it is named, and is seen there."
            yield key, sentence, "Hide other fields, or do not let the role read such records."
        elif Operation.CREATE in grant.operations and field.is_to_be_given:
            sentence = f"Nobody can enter a {entity.title.lower()} without filling in '{key}'."
            yield key, sentence, "Leave the field out here, or leave 'create' out."
