"""What each event makes of a run. Replaying the history of a run from nothing gives the run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from server.domain.altering import altered
from server.domain.ballot import Mark
from server.domain.round import Round, seats_of
from server.domain.run import ListKind, Run, RunState, Scope, Task, TaskState, Wait
from server.domain.values import Value
from server.engine import events as happened
from server.engine.events import Event


def apply(run: Run, event: Event) -> Run:
    """The run after the event; its history is one line longer."""
    return altered(_after(run, event), sequence=run.sequence + 1)


def replay(run: Run, history: Iterable[Event]) -> Run:
    """The run that this history tells of, beginning with `run` as it was before the first line."""
    for event in history:
        run = apply(run, event)
    return run


def _after(run: Run, event: Event) -> Run:
    match event:
        case happened.RunStarted(names=names):
            return _with_scope(run, Scope(0, None, names=names))
        case happened.TaskOpened(step=step, task=number, scope=scope):
            task = Task(number, step, scope, event.seat, event.about, limit=event.limit)
            handed_out = _with_task(run, task)
            return _at(altered(handed_out, task_count=number), scope, step)
        case happened.TaskMoved(task=number, seat=seat):
            return _with_task(run, altered(run.tasks[number], seat=seat, claimed_by=None))
        case happened.TaskClaimed(task=number, person=person):
            return _with_task(run, altered(run.tasks[number], claimed_by=person))
        case happened.TaskReleased(task=number):
            return _with_task(run, altered(run.tasks[number], claimed_by=None))
        case happened.TaskCompleted():
            return _completed(run, event)
        case happened.TaskWithdrawn(task=number):
            return _with_task(run, altered(run.tasks[number], state=TaskState.WITHDRAWN))
        case happened.Asked():
            asked = Task(
                event.task,
                event.step,
                event.scope,
                event.seat,
                event.about,
                question=event.question,
                answers_to=event.answers_to,
            )
            return altered(_with_task(run, asked), task_count=event.task)
        case happened.Answered(task=number):
            return _with_task(run, altered(run.tasks[number], state=TaskState.COMPLETED))
        case happened.TaskHeld(task=number, reason=reason):
            return _with_task(run, altered(run.tasks[number], on_hold=reason))
        case happened.TaskDueMoved(task=number, at=at):
            before = run.tasks[number]
            assert before.limit is not None
            return _with_task(run, altered(before, limit=altered(before.limit, at=at)))
        case happened.TaskLate(task=number):
            before = run.tasks[number]
            assert before.limit is not None
            return _with_task(run, altered(before, limit=altered(before.limit, tells=False)))
        case happened.Decided(scope=scope, name=name, output=output):
            return _named(run, scope, {name: output} if name else {})
        case happened.Created(scope=scope, name=name, record=record):
            return _named(run, scope, {name: record})
        case happened.BranchOpened(step=step, scope=scope, branch=branch, opened=number):
            inner = Scope(number, None, scope, step, branch, kind=ListKind.BRANCH)
            return _at(_with_scope(run, inner), scope, step)
        case happened.BranchClosed(scope=scope):
            return _without(run, scope)
        case happened.RoundOpened(step=step, scope=scope, seats=seats):
            opened = Round(
                event.round, seats_of(seats), event.opened_at, event.item, event.late_at
            )
            return _at(_with_round(run, scope, step, opened), scope, step)
        case happened.SeatsChanged(step=step, scope=scope, seats=seats):
            changed = altered(run.scopes[scope].rounds[step], seats=seats_of(seats))
            return _with_round(run, scope, step, changed)
        case happened.RoundClosed():
            return _closed(run, event)
        case (
            happened.GroupOpened()
            | happened.TurnsOpened()
            | happened.TurnOpened()
            | happened.AsNeededOpened()
            | happened.ListClosed()
        ):
            return _listed(run, event)
        case (
            happened.WaitOpened()
            | happened.WaitMoved()
            | happened.WaitOver()
            | happened.WaitWithdrawn()
            | happened.Called()
            | happened.Returned()
        ):
            return _waited(run, event)
        case happened.RunEnded(end=end):
            return _over(run, RunState.ENDED, end)
        case happened.RunStopped():
            return _over(run, RunState.STOPPED, None)
        case happened.RunFailed():
            return altered(run, state=RunState.FAILED)
        case happened.RunMended():
            return altered(run, state=RunState.OPEN)
        case _:
            return run


def _listed(run: Run, event: Event) -> Run:
    """Lists that begin and end, but for branches."""
    match event:
        case happened.GroupOpened(step=step, scope=scope, opened=number):
            inner = Scope(number, None, scope, step, kind=ListKind.GROUP)
            return _at(_with_scope(run, inner), scope, step)
        case happened.TurnsOpened(step=step, scope=scope, opened=number):
            inner = Scope(number, None, scope, step, kind=ListKind.TURNS)
            return _at(_with_scope(run, inner), scope, step)
        case happened.TurnOpened(step=step, scope=scope, member=member, name=name, opened=number):
            names = {name: member}
            turn = Scope(number, None, scope, step, names=names, kind=ListKind.TURN, member=member)
            turns = run.scopes[scope]
            run = _with_scope(run, altered(turns, begun=(*turns.begun, member)))
            return _with_scope(run, turn)
        case happened.AsNeededOpened(step=step, scope=scope, key=key, opened=number):
            return _with_scope(run, Scope(number, None, scope, step, key, kind=ListKind.AS_NEEDED))
        case happened.ListClosed(scope=number, withdrawn=withdrawn):
            closed = run.scopes[number]
            if closed.kind is ListKind.TURN and not withdrawn and closed.parent is not None:
                turns = run.scopes[closed.parent]
                run = _with_scope(run, altered(turns, completed=turns.completed + 1))
            return _without(run, number)
        case _:  # pragma: no cover  no other is given here
            return run


def _waited(run: Run, event: Event) -> Run:
    """What lists rest at that is no task."""
    match event:
        case happened.WaitOpened(step=step, scope=scope, since=since, due=due, late=late):
            return _at(run, scope, step, Wait(step, since, due, late))
        case happened.Called(step=step, scope=scope, since=since, run=called):
            return _at(run, scope, step, Wait(step, since, run=called))
        case happened.WaitMoved(step=step, scope=scope, due=due, late=late):
            before = run.scopes[scope].wait
            assert before is not None
            return _at(run, scope, step, altered(before, due=due, late=late))
        case (
            happened.WaitOver(step=step, scope=scope)
            | happened.WaitWithdrawn(step=step, scope=scope)
            | happened.Returned(step=step, scope=scope)
        ):
            return _at(run, scope, step)
        case _:  # pragma: no cover  no other is given here
            return run


def _completed(run: Run, event: happened.TaskCompleted) -> Run:
    names: dict[str, Value] = {}
    if event.name:
        names[event.name] = {**event.answers, "outcome": event.outcome}
    if event.created_name:
        names[event.created_name] = event.created
    done = _with_task(run, altered(run.tasks[event.task], state=TaskState.COMPLETED))
    return _named(_signed(done, event), event.scope, names)


def _signed(run: Run, event: happened.TaskCompleted) -> Run:
    """The run with the mark that a seat was given, where the task was one to sign."""
    kept = run.scopes[event.scope].rounds.get(event.step)
    if kept is None or kept.seat_of(event.task) is None:
        return run
    mark = Mark(str(event.outcome))
    seats = tuple(
        altered(seat, mark=mark) if seat.task == event.task else seat for seat in kept.seats
    )
    return _with_round(run, event.scope, event.step, altered(kept, seats=seats))


def _closed(run: Run, event: happened.RoundClosed) -> Run:
    kept = altered(run.scopes[event.scope].rounds[event.step], is_closed=True)
    closed = _with_round(run, event.scope, event.step, kept)
    if event.name is None:
        return closed
    count: dict[str, Value] = {
        "outcome": event.result,
        "seats": event.seats,
        "approvals": event.approvals,
        "rejections": event.rejections,
        "abstentions": event.abstentions,
    }
    return _named(closed, event.scope, {event.name: count})


def _with_round(run: Run, number: int, step: str, kept: Round) -> Run:
    scope = run.scopes[number]
    return _with_scope(run, altered(scope, rounds={**scope.rounds, step: kept}))


def _with_task(run: Run, task: Task) -> Run:
    return altered(run, tasks={**run.tasks, task.number: task})


def _with_scope(run: Run, scope: Scope) -> Run:
    return altered(run, scopes={**run.scopes, scope.number: scope})


def _without(run: Run, number: int) -> Run:
    kept = {other: item for other, item in run.scopes.items() if other != number}
    return altered(run, scopes=kept)


def _at(run: Run, number: int, step: str, wait: Wait | None = None) -> Run:
    return _with_scope(run, altered(run.scopes[number], at=step, wait=wait))


def _named(run: Run, number: int, names: Mapping[str, Value]) -> Run:
    if not names:
        return run
    scope = run.scopes[number]
    return _with_scope(run, altered(scope, names={**scope.names, **names}))


def _over(run: Run, state: RunState, end: str | None) -> Run:
    """Only the run's own list is left; where it rested does not matter any more."""
    return altered(
        run, state=state, end=end, scopes={0: altered(run.scopes[0], at=None, wait=None)}
    )
