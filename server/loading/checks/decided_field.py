"""ENT002 decided-field: a decision cannot decide the field that names it.

It takes its inputs from the fields of the same names and types, and its one output is the field's
value.

    entity: case
    fields:
      subject: { title: Subject, type: text, required: yes, guideline: Lists show it. }
      urgent: { title: Urgent, type: yes_no, guideline: Say yes when somebody loses money daily. }
      reason: { title: Reason, type: text, guideline: What tipped the scales. }
      owner: { title: Owner, ref: person, guideline: Who decides in the end. }
      pages: { title: Pages, type: whole_number, guideline: Count the sheets. }
      weight: { title: Weight, choice: [light, heavy], decided_by: case-verdict, guideline: By sum. }

Right:

    entity: case
    fields:
      subject: { title: Subject, type: text, required: yes, guideline: Lists show it. }
      urgent: { title: Urgent, type: yes_no, guideline: Say yes when somebody loses money daily. }
      reason: { title: Reason, type: text, guideline: What tipped the scales. }
      owner: { title: Owner, ref: person, guideline: Who decides in the end. }
      pages: { title: Pages, type: whole_number, guideline: Count the sheets. }
      weight: { title: Weight, choice: [light, heavy], decided_by: case-weight, guideline: By sum. }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.decision import LISTING, Decision
from server.domain.entity import Entity, Field
from server.domain.expression.kinds import fits, spoken
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "ENT002"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, entity in manuscript.entities.items():
        source = manuscript.source("entity", key)
        for field in entity.decided_fields():
            decision = manuscript.decisions.get(str(field.decided_by))
            if decision is None:
                continue
            for sentence in _problems(entity, field, decision):
                yield Diagnostic(
                    CODE,
                    source.mark("fields", field.key, "decided_by"),
                    sentence,
                    "Name another decision, or bring its inputs and output into line.",
                )


def _problems(entity: Entity, field: Field, decision: Decision) -> Iterator[str]:
    if len(decision.outputs) != 1 or decision.hits in LISTING:
        yield f"Decision '{decision.key}' does not say just one thing."
    elif not all(fits(output, field.type) for output in decision.says.values()):
        [output] = decision.says.values()
        yield f"Decision '{decision.key}' says {spoken(output)}, and the field is {spoken(field.type)}."
    for name, typ in decision.inputs.items():
        other = entity.fields.get(name)
        if other is None:
            yield f"Decision '{decision.key}' reads '{name}', and there is no such field."
        elif not fits(other.type, typ):
            yield f"Decision '{decision.key}' takes '{name}' as {spoken(typ)}, and it is {spoken(other.type)}."
