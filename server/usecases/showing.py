"""Rows made into what people read: titles for ids, words for values, forms for steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from server.domain.ballot import Mark
from server.domain.entity import Field
from server.domain.procedure import Procedure
from server.domain.role import Operation
from server.domain.run import Run
from server.domain.somebody import GROUP, PERSON
from server.domain.step import (
    BECAUSE,
    RESULTS,
    Approve,
    Do,
    End,
    Question,
    Step,
    said,
)
from server.domain.values import RecordRef, Value, thaw
from server.domain.ways import DONE
from server.domain.words import in_words, words
from server.engine.forms import Sheet
from server.engine.places import Place
from server.engine.rows import Row, RowSheet
from server.storage import queues
from server.storage.queues import Standing, Waiting
from server.usecases import seeing
from server.usecases.running import Running
from server.usecases.telling import step_title
from server.usecases.views import (
    AskedView,
    FieldView,
    FormView,
    OutcomeView,
    RecordTitle,
    RowsView,
    RowView,
    RunLine,
    SectionView,
    SignatureView,
    TaskLine,
)
from server.usecases.wording import value_in_words

PRIORITY = "priority"
LONG = 1000
"""An answer that may have so many characters is typed into a box of several lines."""


def record_titles(
    running: Running, refs: Iterable[RecordRef | None]
) -> Mapping[RecordRef, RecordTitle]:
    """Number and label of each record, read together."""
    wanted = {ref for ref in refs if ref is not None}
    found = running.records.titles(tuple(wanted))
    return {ref: RecordTitle(ref, *found.get(ref, ("", str(ref)))) for ref in wanted}


def task_lines(running: Running, rows: Iterable[Waiting]) -> tuple[TaskLine, ...]:
    """Tasks as they stand in a queue."""
    rows = tuple(rows)
    refs: set[RecordRef | None] = set()
    for row in rows:
        refs |= {row.about, _group(row), _person(row.seat.person), _person(row.claimed_by)}
    titles = record_titles(running, refs)
    return tuple(_task_line(running, row, titles) for row in rows)


def _task_line(
    running: Running, row: Waiting, titles: Mapping[RecordRef, RecordTitle]
) -> TaskLine:
    definitions = running.app.definitions
    procedure = definitions.procedures.get(row.procedure)
    role = definitions.roles.get(row.seat.role)
    group, person, claimed = _group(row), _person(row.seat.person), _person(row.claimed_by)
    return TaskLine(
        id=row.id,
        run_id=row.run_id,
        procedure=row.procedure,
        procedure_title=procedure.title if procedure else row.procedure,
        step=row.step,
        title=row.title if row.question is None else f"Question: {row.title}",
        about=titles[row.about],
        lane=row.seat.lane,
        role_title=role.title if role else row.seat.role,
        group=titles[group] if group else None,
        person=titles[person] if person else None,
        claimed_by=titles[claimed] if claimed else None,
        opened_at=row.opened_at,
        state=row.state,
        revision=row.revision,
        priority=_priority(running, row.about),
        on_hold=_reason(running, row),
        is_question=row.question is not None,
        due_at=row.due_at,
    )


def _reason(running: Running, row: Waiting) -> str | None:
    """Why a task is laid aside, in the words of who did; those are not for everybody."""
    if row.on_hold is None or running.actor.id == row.claimed_by:
        return row.on_hold
    return row.on_hold if seeing.sees_all_of(running, row.about) else seeing.KEPT_REASON


def _priority(running: Running, about: RecordRef) -> str | None:
    if PRIORITY not in running.app.definitions.entities[about.entity].fields:
        return None
    value = running.records.field(about, PRIORITY)
    return None if value is None else str(value)


def run_line(running: Running, row: Standing, titles: Mapping[RecordRef, RecordTitle]) -> RunLine:
    procedure = running.app.definitions.procedures.get(row.procedure)
    return RunLine(
        id=row.id,
        procedure=row.procedure,
        procedure_title=procedure.title if procedure else row.procedure,
        about=titles[row.about],
        state=row.state,
        end=row.end,
        started_at=row.started_at,
        ended_at=row.ended_at,
        revision=row.revision,
    )


def form_view(
    running: Running,
    title: str,
    sheet: Sheet | None,
    questions: Iterable[Question],
    answers: Mapping[str, Value],
    *,
    fills: bool = True,
) -> FormView:
    """The form of a step with its questions; `answers` are those given so far.

    Who `fills` it in sees all of it, as the step wants it. Who merely looks on sees of its rows what
    may be read.
    """
    sections: list[SectionView] = []
    if sheet is not None:
        shown = {place.field.key: place for place in sheet.shown(answers)}
        lists = {item.rows.field: item for item in sheet.rows(running.app.definitions.entities)}
        for section in sheet.form.sections:
            if section.rows is not None:
                rows = _rows_view(running, lists[section.rows.field])
                seen = rows if fills else _rows_in_sight(running, lists[section.rows.field], rows)
                if seen is not None:
                    sections.append(SectionView(section.title, (), seen))
            places = [shown[item.field] for item in section.fields if item.field in shown]
            if places:
                fields = tuple(_place_view(running, place, sheet.value(place)) for place in places)
                sections.append(SectionView(section.title, fields))
    asked = tuple(question_view(item, answers.get(item.key)) for item in questions)
    if asked:
        sections.append(SectionView("To answer this time", asked))
    return FormView(title, tuple(sections))


def _rows_view(running: Running, sheet: RowSheet) -> RowsView:
    def row(item: Row) -> RowView:
        kept = running.records.row(item.record) if item.record is not None else None
        revision = kept["revision"] if kept else None
        return RowView(
            item.record.id if item.record else None,
            revision if isinstance(revision, int) else None,
            tuple(
                _place_view(running, place, item.values.get(place.field.key))
                for place in sheet.places
            ),
        )

    return RowsView(
        sheet.rows.field,
        sheet.entity.title,
        sheet.rows.at_least,
        sheet.rows.fixed,
        tuple(row(item) for item in sheet.standing()),
        row(sheet.offered()),
    )


def _rows_in_sight(running: Running, sheet: RowSheet, view: RowsView) -> RowsView | None:
    """What of the rows somebody may read who has nothing to do with them; None: not even that they are."""
    entity = sheet.entity.key
    if not running.rights.may(Operation.READ, entity):
        return None
    refs = {row.id: RecordRef(entity, row.id) for row in view.rows if row.id is not None}
    readable = running.rights.readable(running.connection, refs.values())
    kept = running.rights.hidden(running.connection, readable)
    hidden = running.rights.never_shown(entity).union(*kept.values())

    def seen(row: RowView) -> RowView:
        return replace(row, fields=tuple(item for item in row.fields if item.key not in hidden))

    rows = tuple(seen(row) for row in view.rows if refs.get(row.id or 0) in readable)
    return replace(view, rows=rows, offered=seen(view.offered))


def _place_view(running: Running, place: Place, value: Value) -> FieldView:
    field = place.field
    return FieldView(
        key=field.key,
        title=field.title,
        type=field.type,
        guideline=place.guideline,
        required=place.required,
        read_only=place.read_only,
        value=value,
        shown=shown_value(running, field, value),
        lines=field.lines,
        titles=field.titles,
    )


def question_view(question: Question, value: Value = None) -> FieldView:
    return FieldView(
        key=question.key,
        title=question.text,
        type=question.type,
        guideline=question.guideline,
        required=question.required,
        value=value,
        shown=value_in_words(question.type, value, question.titles),
        lines=3 if (question.type.at_most or 0) >= LONG else 1,
        titles=question.titles,
        asked=True,
    )


def shown_value(running: Running, field: Field, value: Value) -> str:
    """A field's value in words, with the titles of the records that it means."""
    refs = value if isinstance(value, tuple) else (value,)
    titles = record_titles(running, [ref for ref in refs if isinstance(ref, RecordRef)])
    named = {ref: str(title) for ref, title in titles.items()}
    return value_in_words(field.type, value, field.titles, named)


def sheet_of(
    running: Running, row: Waiting, step: Step, names: Mapping[str, Value], *, fills: bool
) -> Sheet | None:
    """The form of a task over the record that it fills; who `fills` it in is offered copies of another."""
    action = step.action
    assert isinstance(action, Do | Approve)
    if action.form is None:
        return None
    run = running.runs.load(row.run_id, hold=False)
    assert run is not None
    form = running.book_of(run).forms[action.form]
    if not fills:
        form = replace(form, copy_from=None)
    entity = running.app.definitions.entities[form.entity]
    makes = isinstance(action, Do) and action.creates is not None
    record = None if makes else row.about
    return Sheet(form, entity, record, names, running.draft)


def outcome_views(
    procedure: Procedure, steps: tuple[Step, ...], step: Step
) -> tuple[OutcomeView, ...]:
    """The buttons of a step; one called `Done` where it has just one way on."""
    position = [item.key for item in steps].index(step.key)
    after = steps[position + 1].key if position + 1 < len(steps) else DONE
    following = step.then or after
    if isinstance(step.action, Approve):
        return tuple(_mark_view(procedure, step, mark, following) for mark in step.action.marks)
    if not step.outcomes:
        return (OutcomeView("", "Done", _leads_to(procedure, following)),)
    return tuple(
        OutcomeView(
            outcome.key,
            outcome.label or in_words(outcome.key),
            _leads_to(procedure, outcome.then or following),
            outcome.needs,
        )
        for outcome in step.outcomes.values()
    )


def _mark_view(procedure: Procedure, step: Step, mark: Mark, following: str) -> OutcomeView:
    """The button of a seat. What follows depends on the others too, so it is told as a wish."""
    outcome = said(step, mark)
    result = step.outcomes.get(RESULTS[mark]) if mark in RESULTS else None
    if mark is Mark.ABSTAIN:
        leads_to = "It counts for neither side"
    else:
        leads_to = (
            f"If enough say so: {_leads_to(procedure, (result and result.then) or following)}"
        )
    return OutcomeView(outcome.key, outcome.label, leads_to, outcome.needs)


def signatures(running: Running, run: Run, row: Waiting, step: Step) -> tuple[SignatureView, ...]:
    """The seats of the round of signing that a task belongs to, with what they have said."""
    scope = run.scopes.get(row.scope)
    kept = scope.rounds.get(row.step) if scope is not None else None
    action = step.action
    if kept is None or not isinstance(action, Approve):
        return ()
    tasks = {item.number: item for item in queues.of_run(running.connection, run.id)}
    by = {number: _person(item.completed_by) for number, item in tasks.items()}
    titles = record_titles(running, [*by.values(), *(seat.of for seat in kept.seats)])
    roles = running.app.definitions.roles
    found = []
    for seat in kept.seats:
        role = action.signers[seat.signer].role
        task = tasks.get(seat.task or 0)
        answers = thawed(task.answers) if task is not None else {}
        signer = by.get(seat.task or 0)
        found.append(
            SignatureView(
                roles[role].title if role in roles else role,
                titles[seat.of] if seat.of else None,
                action.label(seat.mark) if seat.mark else "",
                str(answers.get(BECAUSE) or ""),
                titles[signer] if signer else None,
                task.closed_at if task is not None and seat.mark else None,
            )
        )
    return tuple(found)


def asked(running: Running, row: Waiting) -> tuple[AskedView, ...]:
    """The questions that were asked for the sake of a task, with their answers."""
    found = [
        item
        for item in queues.of_run(running.connection, row.run_id)
        if item.answers_to == row.number and item.seat.person is not None
    ]
    persons = [RecordRef(PERSON, item.seat.person) for item in found if item.seat.person]
    titles = record_titles(running, persons)
    return tuple(
        AskedView(
            titles[person],
            item.question or "",
            item.opened_at,
            str(thawed(item.answers).get("answer") or ""),
            item.closed_at,
        )
        for item, person in zip(found, persons, strict=True)
    )


def _leads_to(procedure: Procedure, key: str) -> str:
    if key == DONE:
        return "This part is done"
    step = procedure.step(key)
    if isinstance(step.action, End):
        return f"The end: {words(step.action.name)}"
    return step_title(procedure, key)


def thawed(raw: Mapping[str, object] | None) -> Mapping[str, Value]:
    return {name: thaw(item) for name, item in (raw or {}).items()}


def _group(row: Waiting) -> RecordRef | None:
    return RecordRef(GROUP, row.seat.group) if row.seat.group is not None else None


def _person(person: int | None) -> RecordRef | None:
    return RecordRef(PERSON, person) if person is not None else None
