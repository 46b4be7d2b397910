"""COR002 not-unique: messages are linked by a field that several records may have alike.

Which of them is meant would be left to chance. A field that records are found by is `unique`.

    correlation: other-sensors
    title: Other sensors
    source: meters
    creates: case
    identity: [id]
    fields: { subject: { from: [text], otherwise: Nothing said } }
    links: { owner: { entity: person, by: name, from: [who] } }

Right:

    entity: person
    title: Person
    plural: people
    purpose: Somebody who works here.
    label: name
    fields:
      name: { title: Name, type: text, at_most: 80, required: yes, unique: yes, guideline: As on the badge. }
      cases: { title: Cases, back: case.owner, guideline: What this person decides. }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "COR002"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, correlation in manuscript.correlations.items():
        for name, link in correlation.links.items():
            entity = manuscript.entities.get(link.entity)
            field = entity.fields.get(link.by) if entity is not None else None
            if entity is not None and field is not None and not field.unique:
                yield Diagnostic(
                    CODE,
                    manuscript.source("correlation", key).mark("links", name, "by"),
                    f"Several records of '{link.entity}' may have the same '{link.by}'.",
                    "Say 'unique: yes' at the field, or find them by another.",
                )
