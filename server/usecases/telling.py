"""A run's history in sentences, as people read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from server.domain.ballot import Mark
from server.domain.entity import Entity, Field
from server.domain.procedure import Procedure
from server.domain.run import Seat
from server.domain.step import (
    LATE,
    Approve,
    Assignment,
    Group,
    Together,
)
from server.domain.values import RecordRef
from server.domain.words import in_words, words
from server.engine import events as happened
from server.engine.events import Event
from server.usecases.wording import worded


def sentence(
    event: Event,
    procedure: Procedure,
    procedures: Mapping[str, str],
    roles: Mapping[str, str],
    person: Mapping[int, str],
    entities: Mapping[str, Entity],
) -> str:
    """What an event means. The mappings give titles of procedures and roles, names of persons."""
    title = step_title(procedure, event.step) if event.step else ""
    match event:
        case happened.RunStarted(after_run=after) if after is not None:
            return f"The run began, handed over by run {after}."
        case happened.RunStarted():
            return "The run began."
        case happened.TaskOpened(seat=seat):
            return (
                f"'{title}' was given to {roles.get(seat.role, seat.role)}{_instead(seat, roles)}."
            )
        case happened.TaskMoved(seat=seat):
            return f"'{title}' moved to {roles.get(seat.role, seat.role)}{_instead(seat, roles)}."
        case happened.TaskClaimed(person=who):
            return f"'{title}' is worked on by {person.get(who, who)}."
        case happened.TaskReleased():
            return f"'{title}' was released."
        case happened.TaskCompleted(outcome=outcome):
            label = _label(procedure, event.step, outcome)
            return f"'{title}' was completed{label}."
        case happened.TaskWithdrawn(reason=reason):
            return f"'{title}' was withdrawn: {reason}."
        case happened.Asked(seat=seat, question=question):
            return f"{person.get(seat.person or 0, 'Somebody')} was asked: {question}"
        case happened.Answered(answer=answer):
            return f"Answered: {answer}"
        case happened.TaskHeld(reason=reason):
            return f"'{title}' was {f'laid aside: {reason}' if reason else 'taken up again.'}"
        case happened.TaskDueMoved(at=at):
            return f"'{title}' is to be done by {at:%Y-%m-%d %H:%M} UTC now."
        case happened.TaskLate(due=due, tells=role, persons=persons):
            return (
                f"'{title}' was to be done by {due:%Y-%m-%d %H:%M} UTC; told: "
                f"{roles.get(role, role)} ({_names(persons, person)})."
            )
        case happened.Decided(hits=hits, output=output):
            said = ", ".join(f"{words(key)} {_plain(item)}" for key, item in output.items())
            return f"{title}: {said} (rule {', '.join(hits)})."
        case happened.Chosen(rule=rule, then=then):
            return f"{title}: on to '{step_title(procedure, then)}' (rule {rule})."
        case happened.Written():
            return _written(event, procedure, entities)
        case happened.Created(record=record):
            return f"{_titled(record, entities)} was created."
        case happened.Notified(persons=persons):
            return f"Told: {_names(persons, person)}."
        case happened.Started(procedure=key, run=run, joined=joined):
            what = "was open already; it got a note" if joined else "began"
            return f"{procedures.get(key, key)} {what} (run {run})."
        case happened.Noted(procedure=key, from_run=run):
            return f"{procedures.get(key, key)} handed over here again (run {run})."
        case happened.BranchOpened(branch=branch):
            return f"Branch '{words(branch)}' began."
        case happened.BranchClosed(withdrawn=withdrawn):
            return "A branch was withdrawn." if withdrawn else "A branch is done."
        case happened.RoundOpened(seats=seats, recused=recused):
            return (
                f"'{title}' waits for {_counted(len(seats), 'seat')}{_recused(recused, person)}."
            )
        case happened.SeatsChanged(seats=seats):
            return f"'{title}' waits for others now: {_counted(len(seats), 'seat')} in all."
        case happened.RoundClosed():
            return _count(title, event)
        case happened.GroupOpened():
            return f"'{title}' began."
        case happened.TurnsOpened():
            return f"'{title}' began, once for each record of its list."
        case happened.TurnOpened(member=member):
            return f"'{title}' began for {_titled(member, entities)}."
        case happened.AsNeededOpened(key=key):
            return f"Begun as needed: {_needed(procedure, key)}."
        case happened.ListClosed(withdrawn=withdrawn):
            what = f"'{title}'" if title else "What was begun as needed"
            return f"{what}: {'a part was withdrawn' if withdrawn else 'a part is done'}."
        case happened.WaitOpened(due=due, late=late):
            return f"'{title}' waits{_until(due, late)}."
        case happened.WaitMoved(due=due, late=late):
            return f"'{title}' waits{_until(due, late) or ' for a time that is not known yet'}."
        case happened.WaitOver(late=is_late):
            return f"'{title}': {'the time was up' if is_late else 'it has come'}."
        case happened.WaitWithdrawn(reason=reason):
            return f"'{title}' is waited for no more: {reason}."
        case happened.Called(procedure=key, run=run, joined=joined):
            what = "was open already; its end is waited for" if joined else "is carried out"
            return f"{procedures.get(key, key)} {what} (run {run})."
        case happened.Returned(run=run, end=end):
            return f"Run {run}, which was waited for, ended: {words(end)}."
        case happened.RunEnded(end=end):
            return f"The run ended: {procedures.get(end) or words(end)}."
        case happened.RunStopped(reason=reason):
            return f"The run was stopped: {reason}."
        case happened.RunFailed(reason=reason):
            return f"The run could not go on. {reason}"
        case happened.RunMended():
            return "What had failed was put right."


def _names(persons: tuple[RecordRef, ...], names: Mapping[int, str]) -> str:
    return ", ".join(str(names.get(item.id, item.id)) for item in persons) or "nobody"


def _recused(persons: tuple[RecordRef, ...], names: Mapping[int, str]) -> str:
    """Who of a board is left out, because it is their own request."""
    if not persons:
        return ""
    return f"; {_names(persons, names)} asked for it and does not sign"


def _count(title: str, event: happened.RoundClosed) -> str:
    result = "too late" if event.result == LATE else event.result
    abstained = f", {event.abstentions} abstained" if event.abstentions else ""
    return (
        f"'{title}' is {result}: of {_counted(event.seats, 'seat')}, {event.approvals} for it, "
        f"{event.rejections} against{abstained}."
    )


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _until(due: datetime | None, late: datetime | None) -> str:
    """The moments of a wait, in words."""
    said = [f" until {due:%Y-%m-%d %H:%M} UTC"] if due is not None else []
    if late is not None:
        said.append(f" until {late:%Y-%m-%d %H:%M} UTC at the latest")
    return ",".join(said)


def step_title(procedure: Procedure, key: str) -> str:
    """What a step is called; `done` is the end of its list."""
    try:
        step = procedure.step(key)
    except KeyError:
        return in_words(key)
    return step.title or in_words(key)


def _instead(seat: Seat, roles: Mapping[str, str]) -> str:
    if seat.role == seat.lane:
        return ""
    return f", standing in for {roles.get(seat.lane, seat.lane)}"


def _label(procedure: Procedure, step: str, outcome: str | None) -> str:
    if outcome is None:
        return ""
    action = procedure.step(step).action
    if isinstance(action, Approve) and outcome in action.marks:
        return f": {action.label(Mark(outcome))}"
    found = procedure.step(step).outcomes.get(outcome)
    return f": {found.label or words(outcome)}" if found else f": {outcome}"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return words(value) if isinstance(value, str) else str(value)


def _titled(record: RecordRef, entities: Mapping[str, Entity]) -> str:
    """The kind of record it is, with its number."""
    entity = entities.get(record.entity)
    if entity is None:
        return f"{in_words(record.entity)} {record.id}"
    return f"{entity.title} {entity.numbered(record.id)}"


def _needed(procedure: Procedure, key: str) -> str:
    """What a list of steps that is done as needed is called."""
    lists = [*procedure.as_needed]
    for step in procedure.walk():
        if isinstance(step.action, Group | Together):
            lists += step.action.as_needed
    return next((item.title for item in lists if item.key == key), in_words(key))


def _written(event: happened.Written, procedure: Procedure, entities: Mapping[str, Entity]) -> str:
    """What a step set, by the titles of records and fields: *Change: Status is now Approved.*"""
    places = {item.place: item for item in assignments(procedure)}
    told: dict[str, list[str]] = {}
    for name in event.fields:
        item, (record, _, key) = places.get(name), name.rpartition(".")
        type_ = item.record.type if item is not None else None
        entity = entities.get((type_.entity if type_ is not None else None) or "")
        field = entity.fields.get(key) if entity is not None else None
        whose = entity.title if entity is not None else in_words(record.replace(".", " "))
        told.setdefault(whose, []).append(_said(event, name, field, key))
    return "; ".join(f"{whose}: {', '.join(said)}" for whose, said in told.items()) + "."


def _said(event: happened.Written, name: str, field: Field | None, key: str) -> str:
    title = field.title if field is not None else in_words(key)
    if event.values is None or name not in event.values:
        return f"{title} was filled in"
    value = event.values[name]
    if value is None:
        return f"{title} is empty now"
    said = worded(field, value) if field is not None else _plain(value)
    return f"{title} is now {said}"


def assignments(procedure: Procedure) -> Iterator[Assignment]:
    """What steps and outcomes of a procedure set."""
    for step in procedure.walk():
        yield from step.set
        for outcome in step.outcomes.values():
            yield from outcome.set
