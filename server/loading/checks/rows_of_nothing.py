"""FRM005 rows-of-nothing: a section's rows are no list of child records of the form's record.

Rows stand in a field of the form's entity that lists the records which refer to it (`back`). How
many there are at least can be said of rows only.

    form: case-judgement
    sections:
      - { title: Judgement, fields: [reason] }
      - { title: Sheets, rows: case.pages, fields: [text] }

Right:

    form: applicant
    title: Somebody who asks
    entity: person
    sections:
      - { title: Cases, rows: person.cases, fields: [subject, urgent] }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.entity import Entity
from server.domain.expression.spelling import did_you_mean
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "FRM005"
OF_ROWS = {"at_least": "counts", "fixed": "keeps"}


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for source in manuscript.of_kind("form"):
        entity = manuscript.entities.get(source.data["entity"])
        for number, section in enumerate(source.data["sections"]):
            path = ("sections", number)
            for word, does in OF_ROWS.items():
                if word in section and "rows" not in section:
                    yield Diagnostic(
                        CODE,
                        source.key_mark(*path, word),
                        f"'{word}' {does} child records, and this section has none.",
                        "Say with 'rows' which records are meant, or delete it.",
                    )
            if entity is None or "rows" not in section:
                continue
            owner, _, key = section["rows"].partition(".")
            sentence = _wrong(entity, owner, key)
            if sentence:
                yield Diagnostic(CODE, source.mark(*path, "rows"), sentence, _hint(entity, key))


def _wrong(entity: Entity, owner: str, key: str) -> str:
    if owner != entity.key:
        return f"The form fills a record of '{entity.key}'; '{owner}' is not that."
    if key not in entity.fields:
        return f"{entity.title} has no list '{key}'."
    if entity.fields[key].back is None:
        return f"'{key}' of {entity.title} is no list of records that refer to it."
    return ""


def _hint(entity: Entity, key: str) -> str:
    lists = [item.key for item in entity.fields.values() if item.back is not None]
    if not lists:
        return "Give the entity a field with 'back' that lists the child records."
    return did_you_mean(key, lists) or f"Write {entity.key}.{lists[0]}."
