"""ENT005 taken-name: a name that the database, or another entity, needs for itself.

Every record has an id, a revision, two moments and a journal; a reference `owner` also takes `owner_id`; and
the plural of each entity is its own.

    entity: note
    plural: cases

Right:

    entity: note
    plural: notes
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.entity import KEPT_FIELDS, RESERVED_PREFIX, STATUS
from server.domain.role import JOURNALS
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "ENT005"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    plurals: dict[str, str] = {}
    for key in sorted(manuscript.entities):
        entity = manuscript.entities[key]
        source = manuscript.source("entity", key)
        other = plurals.setdefault(entity.plural, key)
        if other != key or (entity.plural in manuscript.entities and entity.plural != key):
            taken = other if other != key else entity.plural
            yield Diagnostic(
                CODE,
                source.mark("plural"),
                f"'{entity.plural}' belongs to the entity '{taken}'.",
                "Choose another plural.",
            )
        if key.startswith(RESERVED_PREFIX):
            yield Diagnostic(
                CODE,
                source.mark("entity"),
                f"The application's own tables begin with '{RESERVED_PREFIX}'.",
                "Choose another key.",
            )
        refs = {f"{field.key}_id": field.key for field in entity.refs()}
        for name in source.data["fields"]:
            reason = ""
            if name in KEPT_FIELDS | JOURNALS:
                reason = "every record has that already"
            elif name in refs:
                reason = f"the reference '{refs[name]}' takes that name"
            elif name == STATUS and entity.statuses:
                reason = "the statuses make a field of that name"
            if reason:
                yield Diagnostic(
                    CODE,
                    source.key_mark("fields", name),
                    f"No field can be called '{name}': {reason}.",
                    "Choose another name.",
                )
