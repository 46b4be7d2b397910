"""FRM004 record-incomplete: a new record would lack a field that its entity requires.

Whatever makes a record fills every required field that has no default and is not decided: on the
form, or with `set`.

    form: case-intake
    sections:
      - { title: The case, fields: [urgent] }

Right:

    form: case-intake
    sections:
      - { title: The case, fields: [subject, urgent] }
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from server.domain.entity import STATUS, Entity
from server.domain.step import (
    Assignment,
    Create,
    Creation,
    Do,
    Step,
)
from server.loading.diagnostics import Diagnostic, Mark
from server.loading.manuscript import Manuscript

CODE = "FRM004"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for procedure in manuscript.procedures.values():
        source = manuscript.source("procedure", procedure.key)
        for index, start in enumerate(procedure.starts):
            form = manuscript.forms.get(start.form or "")
            if form is not None:
                mark = source.mark("starts", index, "form")
                entity = manuscript.entities[form.entity]
                filled = _filled(manuscript, start.form) | _set(start.set, entity.key)
                yield from _missing(entity, filled, mark)
            made = manuscript.entities.get(procedure.about)
            if start.every is not None and made is not None:
                mark = source.mark("starts", index, "every")
                yield from _missing(made, _set(start.set, made.key), mark)
        for step, path in manuscript.steps(procedure):
            creation = _creation(step)
            made = manuscript.entities.get(creation.entity) if creation else None
            if creation is None or made is None:
                continue
            shown = step.action.form if isinstance(step.action, Do) else None
            if shown is not None and shown not in manuscript.forms:
                continue
            verb = "creates" if isinstance(step.action, Do) else "create"
            filled = _filled(manuscript, shown) | _set(step.set, creation.name)
            yield from _missing(made, filled, source.mark(*path, verb))
    for correlation in manuscript.correlations.values():
        made = manuscript.entities.get(correlation.creates)
        if made is not None:
            mark = manuscript.source("correlation", correlation.key).mark("creates")
            yield from _missing(made, {*correlation.fields, *correlation.links}, mark)


def _creation(step: Step) -> Creation | None:
    match step.action:
        case Create(creation=creation) | Do(creates=creation):
            return creation
        case _:
            return None


def _filled(manuscript: Manuscript, form: str | None) -> set[str]:
    known = manuscript.forms.get(form or "")
    return {item.field for item in known.fields} if known is not None else set()


def _set(assignments: Iterable[Assignment], name: str) -> set[str]:
    return {item.field for item in assignments if item.record.text == name}


def _missing(entity: Entity, filled: set[str], mark: Mark) -> Iterator[Diagnostic]:
    missing = [
        field.title
        for field in entity.columns
        if field.required
        and field.default is None
        and field.decided_by is None
        and field.key not in {*filled, STATUS}
    ]
    if missing:
        yield Diagnostic(
            CODE,
            mark,
            f"Nothing fills {', '.join(missing)} of the new {entity.title.lower()}.",
            "Put it on the form, or set it here.",
        )
