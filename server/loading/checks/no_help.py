"""ENT013 no-help: what is to help with a record could not.

Words are taken from texts, and a text is what helps; where it is to be taken over, there must be a
text that may be written. Only choices have values to be told apart by. And two fields can hold the
same only if they are of one kind.

    entity: case
    helped_by:
      - { title: Old cases, entity: case, words: [urgent], tells: reason }

Right:

    entity: case
    helped_by:
      - { title: Old cases, entity: case, words: [subject], tells: reason }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.entity import Entity, Field, Helpful
from server.domain.values import Kind
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript
from server.loading.marked import Path

CODE = "ENT013"
_Fault = tuple[Path, str, str]


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, entity in manuscript.entities.items():
        source = manuscript.source("entity", key)
        for index, helpful in enumerate(entity.helped_by):
            other = manuscript.entities.get(helpful.entity)
            for path, sentence, hint in _faults(entity, other, helpful) if other else ():
                yield Diagnostic(CODE, source.mark("helped_by", index, *path), sentence, hint)


def _faults(entity: Entity, other: Entity, helpful: Helpful) -> Iterator[_Fault]:
    for number, key in enumerate(helpful.words):
        if not _is_text(entity.fields.get(key)):
            yield (
                ("words", number),
                f"'{key}' is no text, so no words stand in it.",
                "Name a text.",
            )
    if not _is_text(other.fields.get(helpful.tells)):
        yield ("tells",), f"'{helpful.tells}' is no text, so it tells nothing.", "Name a text."
    fills = entity.fields.get(helpful.fills or "")
    if fills is not None and (not _is_text(fills) or fills.read_only or fills.decided_by):
        yield (
            ("fills",),
            f"Nobody can put a text into '{fills.key}'.",
            "Name a text that may be written, or leave 'fills' out.",
        )
    for theirs, ours in helpful.same.items():
        one, two = other.fields.get(theirs), entity.fields.get(ours)
        if one is not None and two is not None and one.type != two.type:
            yield (
                ("same", theirs),
                f"'{theirs}' and '{ours}' are of different kinds and never hold the same.",
                "Name two fields that refer to the same records, or have the same values.",
            )
    yield from _values(other, helpful)


def _values(other: Entity, helpful: Helpful) -> Iterator[_Fault]:
    for key, values in helpful.having.items():
        field = other.fields.get(key)
        if field is None:
            continue
        known = field.type.choices
        wrong = [value for value in values if value not in known]
        if wrong:
            yield (
                ("having", key),
                f"'{key}' is never '{wrong[0]}'.",
                f"Its values: {', '.join(known)}." if known else "Name a choice.",
            )


def _is_text(field: Field | None) -> bool:
    """Whether it is a text; of a field that is not there something else is told."""
    return field is None or field.type.kind is Kind.TEXT
