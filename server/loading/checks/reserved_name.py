"""PRC029 reserved-name: a name that expressions understand as something else.

Words of the language (`and`, `in`, `now` ...) and the plurals of entities, which mean all their
records, cannot be names of records, answers, verdicts, questions, inputs or settings.

    procedure: case-review
    steps:
      - { step: jot, create: note as cases, set: { cases.text: '"Came in person"' } }

Right:

    procedure: case-review
    steps:
      - { step: jot, create: note as remark, set: { remark.text: '"Came in person"' } }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.expression.lexer import KEYWORDS
from server.loading.diagnostics import Diagnostic, Mark
from server.loading.manuscript import Manuscript, written_steps

CODE = "PRC029"
SECTIONS = ("inputs", "settings", "computed", "output")


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    plurals = {entity.plural: entity.title for entity in manuscript.entities.values()}
    for name, mark in _names(manuscript):
        if name in KEYWORDS:
            meaning = "is a word of the language"
        elif name in plurals:
            meaning = f"means all records of {plurals[name].lower()}"
        else:
            continue
        yield Diagnostic(CODE, mark, f"'{name}' {meaning} in expressions.", "Choose another name.")


def _names(manuscript: Manuscript) -> Iterator[tuple[str, Mark]]:
    for source in manuscript.of_kind("procedure"):
        for path, raw in written_steps(source.data):
            if "as" in raw:
                yield raw["as"], source.mark(*path, "as")
            for verb in ("create", "creates"):
                if " as " in raw.get(verb, ""):
                    entity, _, name = raw[verb].partition(" as ")
                    yield name, source.inside((*path, verb), len(entity) + len(" as "))
            for key in raw.get("asks", {}):
                if key in KEYWORDS:
                    yield key, source.key_mark(*path, "asks", key)
    for source in manuscript.of_kind("decision"):
        for section in SECTIONS:
            for name in source.data.get(section, {}):
                yield name, source.key_mark(section, name)
    for source in manuscript.of_kind("entity"):
        for name in source.data["fields"]:
            if name in KEYWORDS:
                yield name, source.key_mark("fields", name)
