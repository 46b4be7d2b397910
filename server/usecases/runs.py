"""Use cases about runs: begin one, follow it, cancel it, mend what failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from server.domain.actor import Actor
from server.domain.beginning import Beginning
from server.domain.procedure import Procedure
from server.domain.refusals import Invalid, NotFound, WrongState
from server.domain.run import RunState, TaskState
from server.domain.somebody import PERSON
from server.domain.values import RecordRef, to_json
from server.engine import events as happened
from server.engine.events import Event
from server.engine.forms import Sheet
from server.engine.history import event_of, facts
from server.engine.rows import Written, write
from server.storage import failures as kept_failures
from server.storage import queues, verdicts
from server.usecases import mending, seeing, showing, submission, tasks
from server.usecases.app import App
from server.usecases.commands import Key, carry_out
from server.usecases.refusing import not_allowed
from server.usecases.running import Running
from server.usecases.telling import sentence, step_title
from server.usecases.views import (
    FailureView,
    HistoryLine,
    OfferView,
    Page,
    RunLine,
    RunView,
    StartButton,
    VerdictView,
    WaitView,
)

CANCEL, ADMINISTER = "cancel", "administer"


# -- beginning --------------------------------------------------------------------------------


def startable(app: App, actor: Actor) -> tuple[StartButton, ...]:
    """What this person may begin, with the form that each begins with."""
    with app.database.read() as connection:
        running = Running(app, connection, actor)
        held = _roles(running)
        return tuple(
            StartButton(
                procedure.key,
                procedure.title,
                beginning.key,
                beginning.title or procedure.title,
                showing.form_view(
                    running, procedure.title, _sheet(running, procedure, beginning), (), {}
                ),
            )
            for procedure in app.definitions.procedures.values()
            for beginning in procedure.starts
            if beginning.by in held
        )


def start(
    app: App,
    actor: Actor,
    procedure: str,
    beginning_key: str | None,
    answers: Mapping[str, Any],
    *,
    key: Key | None = None,
) -> RunView:
    """Begin a run by hand: make its record with the form of the start, and go on from there.

    Raises:
        NotFound: no such procedure or start.
        NotAllowed: the start is for a role that this person does not hold.
        Invalid: the form's answers break its rules.
    """

    def do(running: Running) -> Callable[[], RunView]:
        book = running.book(procedure)
        beginning = _beginning(book.procedure, beginning_key)
        if actor.person is not None and beginning.by not in _roles(running):
            role = app.definitions.roles[str(beginning.by)]
            sentence = f"{book.procedure.title} is begun by the role {role.title}."
            raise not_allowed(actor, f"the role {role.key}", sentence)
        sheet = _sheet(running, book.procedure, beginning)
        values, rows, problems = _answers(running, sheet, answers)
        if problems:
            count = len(problems)
            raise Invalid(f"{count} answer{'s' if count > 1 else ''} to put right.", problems)
        about = running.draft.create(book.procedure.about, values)
        write(running.draft, about, rows)
        walk = running.machine.begin(book, beginning, about)
        assert walk is not None
        return lambda: view_in(running, running.run_id(walk))

    return carry_out(app, actor, do, key=key)


def _beginning(procedure: Procedure, key: str | None) -> Beginning:
    by_hand = [item for item in procedure.starts if item.by is not None]
    found = [item for item in by_hand if key in {None, item.key}]
    if len(found) == 1:
        return found[0]
    if not by_hand:
        raise WrongState(f"{procedure.title} is not begun by hand.")
    names = ", ".join(item.key for item in by_hand)
    if not found:
        raise NotFound(f"{procedure.title} has no start '{key}'.", hint=f"Choose one of {names}.")
    raise Invalid("Say which start is meant.", {"start": f"One of {names}."})


def _sheet(running: Running, procedure: Procedure, beginning: Beginning) -> Sheet | None:
    if beginning.form is None:
        return None
    definitions = running.app.definitions
    form = running.book(procedure.key).forms[beginning.form]
    return Sheet(form, definitions.entities[form.entity], None, {}, running.draft)


def _answers(
    running: Running, sheet: Sheet | None, raw: Mapping[str, Any]
) -> tuple[dict[str, Any], Written, dict[str, str]]:
    if sheet is None:
        return {}, {}, dict.fromkeys(raw, "This start has no form.")
    values, rows, problems = submission.filled(running, sheet, {}, raw)
    return sheet.written(values), rows, {**sheet.problems(values), **problems}


# -- looking ----------------------------------------------------------------------------------


def page(
    app: App,
    actor: Actor,
    *,
    state: str | None = None,
    procedure: str | None = None,
    about: RecordRef | None = None,
    after: int | None = None,
    limit: int = 50,
) -> Page[RunLine]:
    """Runs, newest first; those that the actor may look at."""
    if state is not None and state not in set(RunState):
        raise Invalid("There is no such state.", {"state": f"One of {', '.join(RunState)}."})
    with app.database.read() as connection:
        running = Running(app, connection, actor)
        rows = queues.runs(
            connection,
            state=state,
            procedure=procedure,
            about=about,
            before=after,
            limit=limit + 1,
            within=seeing.runs_within_sight(running.rights),
        )
        titles = showing.record_titles(running, [row.about for row in rows])
        lines = tuple(showing.run_line(running, row, titles) for row in rows[:limit])
        return Page(lines, lines[-1].id if len(rows) > limit else None)


def view(app: App, actor: Actor, run_id: int) -> RunView:
    """A run with its tasks, its history and the reasons of its decisions.

    Raises:
        NotFound: there is no such run, or the actor has no business with it.
    """
    with app.database.read() as connection:
        return _view(Running(app, connection, actor), run_id)


def view_in(running: Running, run_id: int) -> RunView:
    """A run as the transaction of a command leaves it."""
    return _view(Running(running.app, running.connection, running.actor), run_id)


def _view(running: Running, run_id: int) -> RunView:
    row = queues.run_row(running.connection, run_id)
    if row is None:
        raise NotFound(f"There is no run {run_id}.")
    seeing.require_run(running, row)
    procedure = running.readable_book(row).procedure
    told = queues.history_of(running.connection, run_id)
    events = [event_of(line.kind, line.step, line.facts) for line in told]
    titles = showing.record_titles(running, [row.about])
    task_rows = queues.of_run(running.connection, run_id)
    waits, offers = _standing(running, run_id, procedure)
    at = {item.step for item in task_rows if item.state is TaskState.OPEN}
    current = frozenset(at | {item.step for item in waits})
    found = RunView(
        line=showing.run_line(running, row, titles),
        definition=row.definition,
        tasks=showing.task_lines(running, task_rows),
        history=_history(running, procedure, told, events),
        verdicts=_verdicts(running, run_id, procedure),
        done=frozenset(step for event in events if (step := _passed(event))) - current,
        current=current,
        waits=waits,
        offers=offers,
    )
    return found if seeing.sees_all_of(running, row.about) else seeing.outline_of_run(found)


def _standing(
    running: Running, run_id: int, procedure: Procedure
) -> tuple[tuple[WaitView, ...], tuple[OfferView, ...]]:
    """What an open run waits for, and what this person may begin in it as needed."""
    run = running.runs.load(run_id, hold=False)
    if run is None or not run.is_open:
        return (), ()
    waits = tuple(
        WaitView(
            wait.step,
            step_title(procedure, wait.step),
            wait.since,
            wait.due,
            wait.late,
            wait.run,
            is_signed=scope.wait is None,
        )
        for scope in run.scopes.values()
        if (wait := scope.waits_for) is not None
    )
    if not procedure.steps:  # it fits no more
        return waits, ()
    roles = running.app.definitions.roles
    held = frozenset(roles) if running.actor.person is None else _roles(running)
    offers = tuple(
        OfferView(offer.key, offer.title, offer.scope, roles[offer.role].title)
        for offer in running.machine.offers(running.walk(run))
        if offer.role in held
    )
    return waits, offers


_NOT_PASSED = (
    happened.TaskOpened,
    happened.TaskMoved,
    happened.TaskWithdrawn,
    happened.WaitOpened,
    happened.WaitMoved,
    happened.WaitWithdrawn,
    happened.Called,
    happened.RunFailed,
)


def _passed(event: Event) -> str | None:
    if isinstance(event, _NOT_PASSED):
        return None
    return event.step


def _history(
    running: Running,
    procedure: Procedure,
    told: Iterable[queues.Told],
    events: Iterable[Event],
) -> tuple[HistoryLine, ...]:
    definitions = running.app.definitions
    procedures = {key: item.title for key, item in definitions.procedures.items()}
    roles = {key: item.title for key, item in definitions.roles.items()}
    told = tuple(told)
    events = tuple(
        seeing.written_within_sight(running, procedure, event)
        if isinstance(event, happened.Written)
        else event
        for event in events
    )
    persons = {item.person for item in told if item.person is not None}
    for event in events:
        if isinstance(event, happened.TaskClaimed):
            persons.add(event.person)
        if isinstance(event, happened.Notified | happened.TaskLate):
            persons |= {person.id for person in event.persons}
        if isinstance(event, happened.Asked) and event.seat.person is not None:
            persons.add(event.seat.person)
        if isinstance(event, happened.RoundOpened):
            persons |= {person.id for person in event.recused}
    titles = showing.record_titles(running, [RecordRef(PERSON, person) for person in persons])
    names = {ref.id: str(title) for ref, title in titles.items()}
    return tuple(
        HistoryLine(
            sequence=line.sequence,
            at=line.at,
            who=names.get(line.person, "Procedura") if line.person else "Procedura",
            kind=line.kind,
            step=line.step,
            sentence=sentence(event, procedure, procedures, roles, names, definitions.entities),
            facts=facts(event) if isinstance(event, happened.Written) else line.facts,
        )
        for line, event in zip(told, events, strict=True)
    )


def _verdicts(running: Running, run_id: int, procedure: Procedure) -> tuple[VerdictView, ...]:
    decisions = running.app.definitions.decisions
    return tuple(
        VerdictView(
            id=kept.id,
            decision=kept.verdict.decision,
            title=decisions[kept.verdict.decision].title
            if kept.verdict.decision in decisions
            else step_title(procedure, kept.step or kept.verdict.decision),
            step=kept.step,
            at=kept.at or running.at,
            inputs={name: to_json(value) for name, value in kept.verdict.inputs.items()},
            hits=kept.verdict.hits,
            output={name: to_json(value) for name, value in kept.verdict.output.items()},
            because=kept.verdict.because,
            evaluator=kept.verdict.evaluator,
            definition=kept.verdict.definition,
        )
        for kept in verdicts.of_run(running.connection, run_id)
    )


# -- mending ----------------------------------------------------------------------------------


def cancel(app: App, actor: Actor, run_id: int, reason: str, *, key: Key | None = None) -> RunView:
    """Stop a run from outside; its open tasks are withdrawn, its history keeps the reason."""

    def do(running: Running) -> Callable[[], RunView]:
        running.rights.require_permission(CANCEL, "cancel a run")
        if not reason.strip():
            raise Invalid("A reason is needed.", {"reason": "Say why the run is cancelled."})
        run = running.runs.load(run_id)
        if run is None:
            raise NotFound(f"There is no run {run_id}.")
        if not run.is_open:
            raise WrongState(f"Run {run_id} is over already: {run.end or run.state.value}.")
        walk = running.walk_anyway(run)
        running.machine.stop(walk, reason.strip()[:400])
        mending.settle(running, walk)
        return lambda: view_in(running, run_id)

    return carry_out(app, actor, do, key=key, reason=reason)


def failures(app: App, actor: Actor) -> tuple[FailureView, ...]:
    """Where runs could not go on, until the cause is mended."""
    with app.database.read() as connection:
        running = Running(app, connection, actor)
        running.rights.require_permission(ADMINISTER, "see failures")
        rows = kept_failures.waiting(connection)
        standing = {
            row.run_id: queues.run_row(connection, row.run_id) for row in rows if row.run_id
        }
        titles = showing.record_titles(running, [item.about for item in standing.values() if item])
        return tuple(
            FailureView(
                id=row.id,
                run=showing.run_line(running, found, titles)
                if (found := standing.get(row.run_id))
                else None,
                step=row.step,
                sentence=row.sentence,
                attempts=row.attempts,
                at=row.at,
            )
            for row in rows
        )


def retry(app: App, actor: Actor, failure_id: int) -> int:
    """Do again what failed, as the person who did it; the id of the run that went on."""
    with app.database.read() as connection:
        running = Running(app, connection, actor)
        running.rights.require_permission(ADMINISTER, "retry what failed")
        row = kept_failures.one(connection, failure_id)
        if row is None:
            raise NotFound(f"There is no failure {failure_id}.")
        command = row.command
        if row.state != kept_failures.WAITING or not command or "task" not in command:
            raise WrongState(
                "This failure cannot be retried from here.",
                hint="What began it will be tried again by itself, or can be done anew.",
            )
        person = RecordRef(PERSON, command["person"]) if command["person"] else None
        title = showing.record_titles(running, [person])
        name = str(title[person]) if person else "Procedura"
    done = tasks.complete(
        app,
        Actor(name, person),
        command["task"],
        outcome=command["outcome"],
        answers=command["answers"],
    )
    return done.run_id


def dismiss(app: App, actor: Actor, failure_id: int) -> None:
    """Say that a failure is over: what it was about was done otherwise, or is not wanted any more.

    Raises:
        NotAllowed: the actor does not administer.
        NotFound: there is no such failure.
    """

    def do(running: Running) -> Callable[[], None]:
        running.rights.require_permission(ADMINISTER, "dismiss what failed")
        row = kept_failures.one(running.connection, failure_id)
        if row is None:
            raise NotFound(f"There is no failure {failure_id}.")
        mending.dismiss(running, row)
        return lambda: None

    carry_out(app, actor, do)


def _roles(running: Running) -> frozenset[str]:
    """The roles by which the actor may begin something; the application begins nothing by hand."""
    return running.rights.roles if running.actor.person is not None else frozenset()
