"""Rows made into what people read: titles for ids, words for values, forms for steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from server.domain.entity import Field
from server.domain.procedure import DONE, Do, End, Procedure, Question, Step
from server.domain.values import RecordRef, Value, thaw
from server.engine.forms import Sheet
from server.engine.places import Place
from server.engine.rows import Row, RowSheet
from server.engine.seats import GROUP, PERSON
from server.storage.queues import Standing, Waiting
from server.usecases.running import Running
from server.usecases.telling import step_title
from server.usecases.views import (
    FieldView,
    FormView,
    OutcomeView,
    RecordTitle,
    RowsView,
    RowView,
    RunLine,
    SectionView,
    TaskLine,
)
from server.usecases.wording import in_words

PRIORITY = "priority"


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
        title=row.title,
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
    )


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
) -> FormView:
    """The form of a step with its questions; `answers` are those given so far."""
    sections: list[SectionView] = []
    if sheet is not None:
        shown = {place.field.key: place for place in sheet.shown(answers)}
        lists = {item.rows.field: item for item in sheet.rows(running.app.definitions.entities)}
        for section in sheet.form.sections:
            if section.rows is not None:
                rows = _rows_view(running, lists[section.rows.field])
                sections.append(SectionView(section.title, (), rows))
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
        shown=in_words(question.type, value, question.titles),
        titles=question.titles,
        asked=True,
    )


def shown_value(running: Running, field: Field, value: Value) -> str:
    """A field's value in words, with the titles of the records that it means."""
    refs = value if isinstance(value, tuple) else (value,)
    titles = record_titles(running, [ref for ref in refs if isinstance(ref, RecordRef)])
    named = {ref: str(title) for ref, title in titles.items()}
    return in_words(field.type, value, field.titles, named)


def sheet_of(
    running: Running, row: Waiting, step: Step, names: Mapping[str, Value]
) -> Sheet | None:
    """The form of a task over the record that it fills."""
    action = step.action
    assert isinstance(action, Do)
    if action.form is None:
        return None
    run = running.runs.load(row.run_id, hold=False)
    assert run is not None
    form = running.book_of(run).forms[action.form]
    entity = running.app.definitions.entities[form.entity]
    record = None if action.creates is not None else row.about
    return Sheet(form, entity, record, names, running.draft)


def outcome_views(
    procedure: Procedure, steps: tuple[Step, ...], step: Step
) -> tuple[OutcomeView, ...]:
    """The buttons of a step; one called `Done` where it has just one way on."""
    position = [item.key for item in steps].index(step.key)
    after = steps[position + 1].key if position + 1 < len(steps) else DONE
    following = step.then or after
    if not step.outcomes:
        return (OutcomeView("", "Done", _leads_to(procedure, following)),)
    return tuple(
        OutcomeView(
            outcome.key,
            outcome.label or outcome.key.replace("_", " ").capitalize(),
            _leads_to(procedure, outcome.then or following),
            outcome.needs,
        )
        for outcome in step.outcomes.values()
    )


def _leads_to(procedure: Procedure, key: str) -> str:
    if key == DONE:
        return "This part is done"
    step = procedure.step(key)
    if isinstance(step.action, End):
        return f"The end: {step.action.name.replace('-', ' ')}"
    return step_title(procedure, key)


def thawed(raw: Mapping[str, object] | None) -> Mapping[str, Value]:
    return {name: thaw(item) for name, item in (raw or {}).items()}


def _group(row: Waiting) -> RecordRef | None:
    return RecordRef(GROUP, row.seat.group) if row.seat.group is not None else None


def _person(person: int | None) -> RecordRef | None:
    return RecordRef(PERSON, person) if person is not None else None
