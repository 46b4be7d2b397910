"""Use cases about tasks: find them, claim them, keep what is typed, complete them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from server.domain.actor import Actor
from server.domain.ballot import Mark
from server.domain.refusals import Conflict, Invalid, NotAllowed, NotFound, TooLarge, WrongState
from server.domain.run import Run, Task, TaskState
from server.domain.somebody import PERSON
from server.domain.step import (
    BECAUSE,
    Approve,
    Do,
    Question,
)
from server.domain.values import Kind, RecordRef, Type
from server.engine import events as happened
from server.engine.forms import questions
from server.engine.seats import candidates
from server.engine.signing import Signature
from server.engine.walk import StepFailed, Walk
from server.storage import changes, queues, ways
from server.usecases import meanwhile, mending, rows, seeing, showing, submission
from server.usecases.app import App
from server.usecases.commands import Key, carry_out
from server.usecases.reading import read_values
from server.usecases.refusing import not_allowed
from server.usecases.running import Running
from server.usecases.views import Completed, OutcomeView, Page, TaskLine, TaskView

WAITING = "waiting"
DUE = "due"
WHICH = ("all", DUE, "mine", "groups", "to-sign", WAITING, "watched")
"""The queues of My work: what I can do, what of it is due, claimed by or meant for me, offered to me,
what of it is to be signed, what others have to do in runs that I began, and what is open about records
that I watch."""
COUNTED = tuple(which for which in WHICH if which != DUE)
"""The queues that are counted: what is due would be found by looking at all that somebody may do."""
Signed = tuple[tuple[str, str], ...]
"""Steps that people sign, each with its procedure."""
COUNT_LIMIT = 1000
DRAFT_LIMIT = 200_000
ANSWER, ANSWERED = "answer", "answered"
"""What the answer to a question is called, and the button that gives it."""
ANSWER_LENGTH = Decimal(4000)
ASSIGN = "assign"


# -- looking ----------------------------------------------------------------------------------


def my_work(
    app: App,
    actor: Actor,
    *,
    which: str = "all",
    after: int | None = None,
    limit: int = 50,
    procedure: str | None = None,
    until: datetime | None = None,
) -> Page[TaskLine]:
    """One of a person's queues, in the order in which the tasks came up; what is `DUE` by when.

    Of what is due, `until` leaves out what is due later.
    """
    with app.database.read() as connection:
        running = Running(app, connection, actor)
        asked = queues.Asked(after, limit + 1, procedure, which == DUE, until)
        if which == WAITING:
            begun = ways.begun_by(_person(actor).id)
            found = queues.tasks_by_run(connection, begun, asked)
        else:
            within = seeing.tasks_within_sight(running.rights) if which == "watched" else None
            signed = _signed(running) if which == "to-sign" else ()
            queue = _queue(which, _desk(running), signed, within)
            found = queues.tasks(connection, queue, asked)
        lines = showing.task_lines(running, found[:limit])
        return Page(lines, lines[-1].id if len(found) > limit else None)


def counts(app: App, actor: Actor, wanted: Iterable[str] = COUNTED) -> Mapping[str, int]:
    """How many tasks stand in each queue that is wanted; at most `COUNT_LIMIT` are counted."""
    with app.database.read() as connection:
        running = Running(app, connection, actor)
        asked = tuple(which for which in COUNTED if which in frozenset(wanted))
        dialect, desk = connection.dialect, _desk(running)
        signed = _signed(running) if "to-sign" in asked else ()
        within = seeing.tasks_within_sight(running.rights) if "watched" in asked else None
        if within is None:  # as for nearly everybody
            found = queues.counts(connection, _counting(dialect, asked, desk, signed, COUNT_LIMIT))
        else:
            counted = _queues_to_count(asked, desk, signed, within)
            found = queues.counts(connection, queues.counting(dialect, *counted, COUNT_LIMIT))
        # what is mine is not offered, so both together are all
        every = min(found.get("mine", 0) + found.get("groups", 0), COUNT_LIMIT)
        return {which: found.get(which, every) for which in asked}


@lru_cache(maxsize=1000)
def _counting(
    dialect: sa.Dialect, asked: tuple[str, ...], desk: ways.Desk, signed: Signed, most: int
) -> queues.Counting:
    """The question that each page asks again, as long as somebody's roles and groups stay."""
    return queues.counting(dialect, *_queues_to_count(asked, desk, signed, None), most)


def _queues_to_count(
    asked: tuple[str, ...], desk: ways.Desk, signed: Signed, within: sa.ColumnElement[bool] | None
) -> tuple[dict[str, queues.Ways], dict[str, sa.ColumnElement[bool]]]:
    names = [*asked, *(("mine", "groups") if "all" in asked else ())]
    by_ways = {
        which: _queue(which, desk, signed, within)
        for which in dict.fromkeys(names)
        if which not in {"all", WAITING}
    }
    return by_ways, {WAITING: ways.begun_by(desk.person.id)} if WAITING in asked else {}


def _desk(running: Running) -> ways.Desk:
    person, records = _person(running.actor), running.records
    return ways.Desk(
        person,
        (*records.holdings(person), *records.delegated(person)),
        records.groups_of(person),
        records.acting_for(person),
    )


def _queue(
    which: str, desk: ways.Desk, signed: Signed, within: sa.ColumnElement[bool] | None
) -> queues.Ways:
    """The ways that lead to what stands in a queue; not for that of what is waited for."""
    match which:
        case "mine":
            return desk.mine
        case "groups":
            return desk.offered
        case "all" | "due":
            return desk.all
        case "to-sign":
            return ways.of_steps(signed, desk.all)
        case "watched":
            return ways.watched(desk.person.id, within)
    choose = f"Choose one of {', '.join(WHICH)}."
    raise Invalid("There is no such queue.", {"which": choose})


def _signed(running: Running) -> Signed:
    """The steps that people sign, of all procedures as they are served now."""
    return tuple(
        (procedure.key, step.key)
        for procedure in running.app.definitions.procedures.values()
        for step in procedure.walk()
        if isinstance(step.action, Approve)
    )


def view(app: App, actor: Actor, task_id: int) -> TaskView:
    """A task with everything that its page shows.

    Raises:
        NotFound: there is no such task, or the actor has no business with it.
    """
    with app.database.read() as connection:
        return _view(Running(app, connection, actor), task_id)


def view_in(running: Running, task_id: int) -> TaskView:
    """A task as the transaction of a command leaves it."""
    return _view(_fresh(running), task_id)


def _view(running: Running, task_id: int) -> TaskView:
    row = queues.one(running.connection, task_id)
    run = running.runs.load(row.run_id, hold=False) if row else None
    if row is None or run is None:
        raise NotFound(f"There is no task {task_id}.")
    try:
        walk = running.walk(run)
    except StepFailed as error:
        raise WrongState(str(error), hint="Administrators can cancel its run.") from error
    if row.question is not None:
        seeing.require_task(running, row)
        asked = _question_view(running, row, row.question)
        is_mine = running.actor.id in {row.seat.person, row.completed_by}
        if is_mine or seeing.sees_all_of(running, row.about):
            return asked
        return seeing.outline_of_task(replace(asked, text=""))
    is_there = row.scope in run.scopes
    scope = row.scope if is_there else 0
    step = walk.step(scope, row.step) if is_there else walk.book.procedure.step(row.step)
    action = step.action
    assert isinstance(action, Do | Approve)
    is_open = row.state is TaskState.OPEN
    beside = running.machine.beside.of(walk, scope, step) if is_open and is_there else ()
    seeing.require_task(running, row, beside)
    answers = showing.thawed(row.answers)
    open_to_me = is_open and _may_do(running, row.seat, row.claimed_by)
    is_beside = running.actor.person in beside
    fills = open_to_me or is_beside
    sheet = showing.sheet_of(running, row, step, walk.names(scope), fills=fills)
    persons = candidates(row.seat, running.records) if is_open else ()
    titles = showing.record_titles(running, (*persons, *beside))
    record = running.records.row(row.about) or {}
    revision = record.get("revision")
    completed_by = _ref(row.completed_by)
    found = TaskView(
        line=showing.task_lines(running, [row])[0],
        text=action.text,
        instruction=action.instruction,
        form=showing.form_view(
            running, row.title, sheet, questions(action).values(), answers, fills=fills
        ),
        outcomes=showing.outcome_views(walk.book.procedure, walk.steps(scope), step)
        if is_there
        else (),
        draft=(row.draft or {}) if fills else {},
        record_revision=revision if isinstance(revision, int) else None,
        candidates=tuple(titles[person] for person in persons),
        with_roles=action.with_roles if isinstance(action, Do) else (),
        beside=tuple(titles[person] for person in beside if person != running.actor.person),
        signatures=showing.signatures(running, run, row, step),
        asked=showing.asked(running, row),
        may_claim=open_to_me and row.claimed_by is None,
        may_complete=open_to_me and row.claimed_by in {None, running.actor.id},
        outcome=row.outcome,
        answers=answers,
        completed_by=showing.record_titles(running, [completed_by])[completed_by]
        if completed_by
        else None,
        closed_at=row.closed_at,
    )
    if fills or seeing.sees_all_of(running, row.about):
        return found
    outline = seeing.outline_of_task(found)
    # What somebody has answered is theirs; what the record holds by now is not.
    return replace(outline, answers=answers) if row.completed_by == running.actor.id else outline


def _question_view(running: Running, row: queues.Waiting, question: str) -> TaskView:
    """A question as the person sees it who is asked."""
    answers = showing.thawed(row.answers)
    asked = Question(ANSWER, question, Type(Kind.TEXT, at_most=ANSWER_LENGTH))
    is_open = row.state is TaskState.OPEN
    mine = is_open and _may_do(running, row.seat, row.claimed_by)
    person = _ref(row.seat.person)
    completed_by = _ref(row.completed_by)
    titles = showing.record_titles(running, [person, completed_by])
    return TaskView(
        line=showing.task_lines(running, [row])[0],
        text=question,
        instruction="",
        form=showing.form_view(running, row.title, None, (asked,), answers),
        outcomes=(OutcomeView(ANSWERED, "Answer", "Whoever asked goes on"),),
        draft=row.draft or {},
        record_revision=None,
        candidates=(titles[person],) if person and is_open else (),
        with_roles=(),
        may_claim=False,
        may_complete=mine,
        outcome=row.outcome,
        answers=answers,
        completed_by=titles[completed_by] if completed_by else None,
        closed_at=row.closed_at,
    )


def view_after(running: Running, task_id: int) -> TaskView:
    """A task as it stands once a command on it has been saved."""
    return _view(_fresh(running), task_id)


# -- taking -----------------------------------------------------------------------------------


def claim(
    app: App, actor: Actor, task_id: int, *, expecting: int | None = None, key: Key | None = None
) -> TaskView:
    """Take a task on; only one person can."""

    def do(running: Running) -> Callable[[], TaskView]:
        walk, task = open_task(running, task_id, expecting)
        must_do(running, task)
        person = _person(actor)
        if task.claimed_by is None:
            walk.happen(happened.TaskClaimed(task.step, task.number, person.id))
        return lambda: view_after(running, task_id)

    return carry_out(app, actor, do, key=key)


def release(
    app: App, actor: Actor, task_id: int, *, expecting: int | None = None, key: Key | None = None
) -> TaskView:
    """Give a claimed task back to everybody who may do it."""

    def do(running: Running) -> Callable[[], TaskView]:
        walk, task = open_task(running, task_id, expecting)
        if task.claimed_by != actor.id and not running.rights.permits(ASSIGN):
            sentence = "Only who has claimed a task can release it."
            raise not_allowed(actor, f"the permission {ASSIGN}", sentence)
        if task.claimed_by is not None:
            walk.happen(happened.TaskReleased(task.step, task.number))
        return lambda: view_after(running, task_id)

    return carry_out(app, actor, do, key=key)


def assign(
    app: App,
    actor: Actor,
    task_id: int,
    person: int,
    *,
    expecting: int | None = None,
    key: Key | None = None,
) -> TaskView:
    """Give a task to one of the persons who may do it."""

    def do(running: Running) -> Callable[[], TaskView]:
        walk, task = open_task(running, task_id, expecting)
        persons = {item.id for item in candidates(task.seat, running.records)}
        if actor.id not in persons and not running.rights.permits(ASSIGN):
            sentence = "Only somebody who may do a task can give it to another."
            raise not_allowed(actor, f"the permission {ASSIGN}", sentence)
        if person not in persons:
            raise Invalid(
                "This person may not do the task.",
                {"person": "Choose one of the persons who hold the role of this task."},
            )
        if task.claimed_by != person:
            walk.happen(happened.TaskClaimed(task.step, task.number, person))
        return lambda: view_after(running, task_id)

    return carry_out(app, actor, do, key=key)


def save_draft(
    app: App,
    actor: Actor,
    task_id: int,
    answers: Mapping[str, Any],
    *,
    expecting: int | None = None,
) -> TaskView:
    """Keep what has been typed, so that nothing is lost before it is sent."""
    if len(json.dumps(answers)) > DRAFT_LIMIT:
        raise TooLarge(f"A draft holds at most {DRAFT_LIMIT} characters.")

    def do(running: Running) -> Callable[[], TaskView]:
        _, task = open_task(running, task_id, expecting)
        must_do(running, task)
        running.runs.save_draft(task, answers)
        return lambda: view_after(running, task_id)

    return carry_out(app, actor, do)


# -- completing -------------------------------------------------------------------------------


def complete(
    app: App,
    actor: Actor,
    task_id: int,
    *,
    outcome: str | None,
    answers: Mapping[str, Any],
    expecting: int | None = None,
    record_revision: int | None = None,
    key: Key | None = None,
) -> Completed:
    """Finish a task with its answers and hand out what follows.

    `record_revision` is the revision of the record that the person saw: when somebody else has
    changed one of the fields that are sent since then, nothing is written over.

    Raises:
        NotFound, WrongState, NotAllowed, Conflict, Invalid: nothing was done, for the reason told.
        Failed: a step that follows cannot be carried out; kept for administrators.
    """

    def do(running: Running) -> Callable[[], Completed]:
        walk, task = open_task(running, task_id, expecting)
        must_do(running, task)
        if task.answers_to is not None:
            running.machine.answer(walk, task.number, _answer(running, answers))
            return lambda: _completed(running, walk, task_id)
        step = walk.step(task.scope, task.step)
        chosen = submission.outcome(step, outcome)
        sent = submission.read(running, walk, task, step, chosen, answers)
        submission.unchanged_since(running, task, sent.values, record_revision)
        rows.unchanged_since(running, sent.rows, answers)
        if isinstance(step.action, Approve):
            assert chosen is not None
            _sign(running, walk, task, Mark(chosen.key), sent, record_revision)
        else:
            running.machine.complete(
                walk, task.number, chosen, sent.values, sent.answers, sent.rows
            )
        mending.settle(running, walk, task_id)
        return lambda: _completed(running, walk, task_id)

    retry = {"task": task_id, "person": actor.id, "outcome": outcome, "answers": dict(answers)}
    return carry_out(app, actor, do, key=key, retry=retry)


def _answer(running: Running, answers: Mapping[str, Any]) -> str:
    """What was answered to a question.

    Raises:
        Invalid: nothing was, or something else.
    """
    types = {ANSWER: Type(Kind.TEXT, at_most=ANSWER_LENGTH)}
    found, problems = read_values(
        running.records, running.app.definitions.entities, types, answers
    )
    problems |= {key: "Nothing but the answer is taken." for key in answers if key != ANSWER}
    if not problems and not str(found.get(ANSWER) or "").strip():
        problems[ANSWER] = "This question needs an answer."
    if problems:
        raise Invalid("1 answer to put right.", problems)
    return str(found[ANSWER])


def _sign(
    running: Running,
    walk: Walk,
    task: Task,
    mark: Mark,
    sent: submission.Submission,
    seen: int | None,
) -> None:
    """Sign what was seen: a signature is for one revision of the item.

    Raises:
        Conflict: the item has changed since it was seen; `fields` tells where.
    """
    row = running.records.row(task.about)
    revision = row["revision"] if row is not None else None
    assert revision is None or isinstance(revision, int)
    if row is not None and seen is not None and revision is not None and seen != revision:
        hidden = running.rights.hidden(running.connection, [task.about])[task.about]
        changed = changes.fields_since(running.connection, task.about, seen)
        raise meanwhile.conflict(
            running,
            "what you are to sign",
            {key: since for key, since in changed.items() if key in row and key not in hidden},
            row,
            hint="Read it again, and then say what you think of it.",
        )
    because = sent.answers[BECAUSE]
    said = Signature(mark, str(because) if because else None, running.actor.person, revision)
    running.machine.sign(walk, task.number, said, sent.values, sent.answers, sent.rows)


def _completed(running: Running, walk: Walk, task_id: int) -> Completed:
    lines = showing.task_lines(running, running.opened)
    return Completed(task_id, walk.run.id, walk.run.state, walk.run.end, lines)


# -- who and what -----------------------------------------------------------------------------


def open_task(running: Running, task_id: int, expecting: int | None) -> tuple[Walk, Task]:
    found = running.runs.of_task(task_id)
    if found is None:
        raise NotFound(f"There is no task {task_id}.")
    run, task = found
    if not _may_do(running, task.seat, task.claimed_by):
        seeing.require_business(running, run, f"There is no task {task_id}.")
    _must_be_open(running, run, task, task_id)
    if expecting is not None and task.revision != expecting:
        raise Conflict(
            f"The task has changed since you looked{_claimed(running, task)}.",
            hint="Read it again and decide anew.",
        )
    return running.walk(run), task


def _claimed(running: Running, task: Task) -> str:
    """Who works on a task now, for the end of a sentence."""
    if task.claimed_by in {None, running.actor.id}:
        return ""
    return f"; {_named(running, task.claimed_by)} is working on it"


def _named(running: Running, person: int | None) -> str:
    ref = RecordRef(PERSON, person or 0)
    return str(showing.record_titles(running, [ref])[ref])


def _must_be_open(running: Running, run: Run, task: Task, task_id: int) -> None:
    if task.state is TaskState.OPEN:
        return
    was = "completed" if task.state is TaskState.COMPLETED else "withdrawn"
    row = queues.one(running.connection, task_id)
    by = f", by {_named(running, row.completed_by)}" if row and row.completed_by else ""
    raise WrongState(
        f"This task has been {was} already{by}.",
        hint=f"The history of run {run.id} tells by whom and what followed.",
    )


def must_do(running: Running, task: Task) -> None:
    if running.actor.id in task.seat.not_by:
        raise not_allowed(
            running.actor,
            "somebody else than who asked for it",
            "This is your own request, and nobody signs what they have asked for themselves.",
            hint="Somebody else who holds the role signs it.",
        )
    if not _may_do(running, task.seat, task.claimed_by):
        role = running.app.definitions.roles.get(task.seat.role)
        raise not_allowed(
            running.actor,
            f"the role {task.seat.role}",
            f"This task is for {role.title if role else task.seat.role}, a role that you do not "
            "hold here.",
        )
    if task.claimed_by not in {None, running.actor.id} and running.actor.person is not None:
        raise WrongState(
            f"{_named(running, task.claimed_by)} is working on this task.",
            hint="Ask for it to be released, or to be given to you.",
        )


def _may_do(running: Running, seat: Any, claimed_by: int | None) -> bool:
    person = running.actor.person
    if person is None or claimed_by == person.id:
        return True
    return person in candidates(seat, running.records)


def _fresh(running: Running) -> Running:
    """The same transaction, looked at anew after saving."""
    return Running(running.app, running.connection, running.actor)


def _person(actor: Actor) -> RecordRef:
    if actor.person is None:
        raise NotAllowed("The application itself has no queue.")
    return actor.person


def _ref(person: int | None) -> RecordRef | None:
    return None if person is None else RecordRef(PERSON, person)
