"""ROL009 no-self-service: the pages of those who ask for something hold what the role does not allow.

By a form of `report`, the role has to be allowed to enter records of the form's entity that are its
holders' own: by a line of `rows` that names a field with a person. What it follows, it has to be
allowed to read.

    role: clerk
    may:
      case: { do: [read, create] }
    self_service: { report: [case-intake], follow: { case: , note: } }

Right:

    role: clerk
    may:
      case: { do: [read, create], rows: [owner] }
      note: [read]
    self_service: { report: [case-intake], follow: { case: { finished: [decided, closed] }, note: } }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.role import Operation
from server.domain.somebody import own_field
from server.domain.words import words
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "ROL009"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, role in manuscript.roles.items():
        if role.self_service is None:
            continue
        source = manuscript.source("role", key)
        for number, form_key in enumerate(role.self_service.report):
            form = manuscript.forms.get(form_key)
            entity = manuscript.entities.get(form.entity) if form is not None else None
            if entity is not None and own_field(role, entity) is None:
                yield Diagnostic(
                    CODE,
                    source.mark("self_service", "report", number),
                    f"Nobody may enter a {entity.title} of their own by this role.",
                    f"Give it 'create' for {entity.key}, with rows that name a field of a person.",
                )
        for entity_key in role.self_service.follow:
            if entity_key in manuscript.entities and not role.allows(Operation.READ, entity_key):
                yield Diagnostic(
                    CODE,
                    source.key_mark("self_service", "follow", entity_key),
                    f"The role does not let anybody read a {words(entity_key)}.",
                    f"Give it 'read' for {entity_key}, or leave it out here.",
                )
