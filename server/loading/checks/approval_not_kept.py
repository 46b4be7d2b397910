"""VOT003 approval-not-kept: signatures cannot be kept, for lack of an entity or of a field of it.

Each signature is a record of `approval`: what was signed and its revision, at which step and in
which round, by whom and for which role, what was said and why. A reference to the entity of what
is signed is filled as well, so that a record can list its signatures.

    entity: approval
    title: Approval
    plural: approvals
    purpose: A signature.
    label: item
    fields:
      item: { title: Item, type: text, guideline: The number of what was signed. }

Right:

    entity: approval
    title: Approval
    plural: approvals
    purpose: A signature.
    label: item
    fields:
      item: { title: Item, type: text, guideline: The number of what was signed. }
      item_revision: { title: Revision, type: whole_number, guideline: How often it was changed. }
      procedure: { title: Procedure, type: text, guideline: In which it was signed. }
      step: { title: Step, type: text, guideline: At which it was signed. }
      round: { title: Round, type: whole_number, guideline: Counts how often all were asked. }
      role: { title: Role, type: text, guideline: The role that signed. }
      signer: { title: Signer, ref: person, guideline: Who signed. }
      mark: { title: Mark, choice: [approve, reject, abstain], guideline: What was said. }
      because: { title: Because, type: text, guideline: Why it was said. }
      signed_at: { title: Signed, type: date_time, guideline: When it was said. }
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from server.domain.ballot import Mark
from server.domain.entity import Entity
from server.domain.expression.kinds import spoken
from server.domain.step import Approve
from server.domain.values import Kind, Type
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "VOT003"
APPROVAL = "approval"
_TEXT = Type(Kind.TEXT)
_NUMBER = Type(Kind.WHOLE_NUMBER)
NEEDED: Mapping[str, Type] = {
    "item": _TEXT,
    "item_revision": _NUMBER,
    "procedure": _TEXT,
    "step": _TEXT,
    "round": _NUMBER,
    "role": _TEXT,
    "signer": Type(Kind.REF, entity="person"),
    "mark": Type(Kind.CHOICE, choices=tuple(Mark)),
    "because": _TEXT,
    "signed_at": Type(Kind.DATE_TIME),
}


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    if manuscript.is_broken("entity", APPROVAL):
        return
    entity = manuscript.entities.get(APPROVAL)
    if entity is not None:
        yield from _missing(manuscript, entity)
        return
    for _, source, step, path in manuscript.walked():
        if isinstance(step.action, Approve):
            yield Diagnostic(
                CODE,
                source.key_mark(*path, "approve"),
                f"There is no entity '{APPROVAL}' to keep signatures in.",
                f"Write it, with the fields {', '.join(NEEDED)}.",
            )


def _missing(manuscript: Manuscript, entity: Entity) -> Iterator[Diagnostic]:
    source = manuscript.source("entity", APPROVAL)
    for name, typ in NEEDED.items():
        field = entity.fields.get(name)
        if field is None:
            yield Diagnostic(
                CODE,
                source.key_mark("fields"),
                f"{entity.title} needs a field '{name}': {spoken(typ)}.",
                "Signing fills it in.",
            )
        elif not _takes(field.type, typ):
            yield Diagnostic(
                CODE,
                source.key_mark("fields", name),
                f"'{name}' has to be {spoken(typ)}.",
                "Signing fills it in.",
            )


def _takes(found: Type, typ: Type) -> bool:
    if (found.kind, found.entity) != (typ.kind, typ.entity):
        return False
    return set(typ.choices) <= set(found.choices)
