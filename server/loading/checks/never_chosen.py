"""ENT012 never-chosen: a choice has a value that no form offers and nothing ever sets.

What asks for it waits for ever. Where people fill the field in, every value can be chosen; where only
steps, messages or a decision do, they have to say each of them.

    entity: note
    fields:
      text: { title: Text, type: text, required: yes, guideline: What was said and by whom. }
      tone: { title: Tone, choice: [calm, loud], default: calm, guideline: As it was heard., read_only: yes }

Right:

    entity: note
    fields:
      text: { title: Text, type: text, required: yes, guideline: What was said and by whom. }
      tone: { title: Tone, choice: [calm], default: calm, guideline: As it was heard., read_only: yes }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.correlation import Reading
from server.domain.entity import STATUS, Entity, Field
from server.domain.expression.tree import Constant
from server.domain.values import Kind, Value
from server.loading.checks.writing import assignments, by_hand, entity_of, made, on_forms
from server.loading.diagnostics import Diagnostic, Severity
from server.loading.manuscript import Manuscript

CODE = "ENT012"

_ANY = object()
"""Said where a value is read or computed: it may be any of the choice."""


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    if any(item.is_error for item in manuscript.diagnostics):
        return  # what could not be read may be what says it
    entered = set(on_forms(manuscript))
    for key in sorted(made(manuscript)):
        entity = manuscript.entities[key]
        source = manuscript.source("entity", key)
        for name, field in entity.fields.items():
            written = source.data["fields"].get(name, {}).get("choice")
            if field.type.kind is not Kind.CHOICE or not isinstance(written, list):
                continue
            is_entered = (key, name) in entered or (
                by_hand(manuscript, key) and not field.read_only
            )
            said = set(_said(manuscript, entity, field))
            if name == STATUS or is_entered or _ANY in said or not said:
                continue
            for index, value in enumerate(written):
                if value not in said:
                    yield Diagnostic(
                        CODE,
                        source.mark("fields", name, "choice", index),
                        f"Nothing ever makes '{name}' '{value}'.",
                        "Let a form, a step or a decision say it, or leave it out.",
                        Severity.WARNING,
                    )


def _said(manuscript: Manuscript, entity: Entity, field: Field) -> Iterator[Value | object]:
    """The values that something gives the field."""
    if field.default is not None:
        yield field.default
    decision = manuscript.decisions.get(field.decided_by or "")
    if decision is not None:
        [output] = decision.outputs
        yield from (rule.then.get(output, _ANY) for rule in decision.rules)
        if output in decision.derived:
            yield _ANY
    for _, _, item in assignments(manuscript):
        if entity_of(item) == entity.key and item.field == field.key:
            yield item.value.tree.value if isinstance(item.value.tree, Constant) else _ANY
    for correlation in manuscript.correlations.values():
        if correlation.creates == entity.key and field.key in correlation.fields:
            yield from _read(correlation.fields[field.key])


def _read(reading: Reading) -> Iterator[Value | object]:
    yield from reading.values.values() if reading.values else (_ANY,)
    if reading.otherwise is not None:
        yield reading.otherwise
