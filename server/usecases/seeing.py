"""Who may look at a task or a run: whoever may read what it is about, and who has a part in it.

A part has who began the run, who has or had a task of it, or was asked something; and who may take
a task of it now, or stands beside one. Nothing else tells that the task or the run exists.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import sqlalchemy as sa

from server.domain.procedure import Procedure
from server.domain.role import Operation
from server.domain.run import Run, TaskState
from server.domain.values import RecordRef
from server.engine.events import Written
from server.engine.seats import candidates
from server.engine.walk import StepFailed
from server.storage import queues
from server.storage.queues import Standing, Waiting
from server.storage.tables import run, task
from server.usecases.refusing import out_of_reach
from server.usecases.rights import Rights
from server.usecases.running import Running
from server.usecases.telling import assignments
from server.usecases.views import FormView, RunView, TaskView

OUTLINE = frozenset(
    {
        "run-started",
        "task-opened",
        "task-moved",
        "task-claimed",
        "task-released",
        "task-completed",
        "run-ended",
        "run-stopped",
    }
)
"""The kinds of lines of a history that tell nothing of what is in records."""
OUTLINED = {"run-stopped": "The run was stopped."}
"""What is said instead, where a sentence holds words that somebody has typed."""
KEPT_REASON = "for a while"
"""What is said instead of the reason why a task was laid aside."""


def require_task(running: Running, row: Waiting, beside: Iterable[RecordRef] = ()) -> None:
    """Go on only if the actor may look at a task; `beside` are those with whom it is done.

    Raises:
        NotFound: they may not.
    """
    is_beside = running.actor.person in frozenset(beside)
    if not is_beside and not _may_look(running, row.run_id, row.about):
        sentence = f"There is no task {row.id}."
        raise out_of_reach(running.actor, f"a part in run {row.run_id}", sentence)


def require_run(running: Running, row: Standing) -> None:
    """Go on only if the actor may look at a run.

    Raises:
        NotFound: they may not.
    """
    if not _may_look(running, row.id, row.about):
        run = running.runs.load(row.id, hold=False)
        if run is None or not _is_beside(running, run):
            sentence = f"There is no run {row.id}."
            raise out_of_reach(running.actor, f"a part in run {row.id}", sentence)


def require_business(running: Running, run: Run, sentence: str) -> None:
    """Go on with a command only if the actor may look at the run that it is about.

    Raises:
        NotFound: they may not; `sentence` says of what.
    """
    if not _may_look(running, run.id, run.about) and not _is_beside(running, run):
        raise out_of_reach(running.actor, f"a part in run {run.id}", sentence)


def sees_all_of(running: Running, about: RecordRef) -> bool:
    """Whether nothing is hidden here of what a run is about; else only its outline is for the actor."""
    return not running.rights.hidden(running.connection, [about])[about]


def outline_of_task(view: TaskView) -> TaskView:
    """Whose task it is and what comes of it, without a word that was typed."""
    return replace(
        view, form=FormView(view.form.title, ()), draft={}, answers={}, asked=(), signatures=()
    )


def outline_of_run(view: RunView) -> RunView:
    """Who had which tasks when, and how it ended, without what was decided, asked or written."""
    told = tuple(
        replace(line, facts={}, sentence=OUTLINED.get(line.kind, line.sentence))
        for line in view.history
        if line.kind in OUTLINE
    )
    return replace(view, history=told, verdicts=())


def written_within_sight(running: Running, procedure: Procedure, event: Written) -> Written:
    """What a step has set, without the values of other records that the actor does not read whole.

    Which record it was the history does not say; that something was filled in stays to be told.
    """
    if event.values is None:
        return event
    places = {item.place: item for item in assignments(procedure)}

    def is_seen(place: str) -> bool:
        item = places.get(place)
        if item is None:
            return running.rights.somebody is None
        if item.record.text == procedure.about:
            return True
        entity = item.record.type.entity if item.record.type is not None else None
        return entity is not None and running.rights.reads_all(entity, item.field)

    seen = {place: value for place, value in event.values.items() if is_seen(place)}
    return replace(event, values=seen or None)


def runs_within_sight(rights: Rights) -> sa.ColumnElement[bool] | None:
    """Holds of the runs that somebody may look at; None where of all.

    Those whose tasks they might take are reached from the tasks, and not listed.
    """
    about = _about_readable(rights, run)
    if about is None or rights.somebody is None:
        return None
    return sa.or_(about, queues.has_part(rights.somebody.person.id))


def tasks_within_sight(rights: Rights) -> sa.ColumnElement[bool] | None:
    """Holds of the tasks about records that may be read; None where of all."""
    return _about_readable(rights, task)


def _about_readable(rights: Rights, of: sa.Table) -> sa.ColumnElement[bool] | None:
    """Holds of runs or tasks about records that somebody may read; None where those are all."""
    whole: list[str] = []
    ways: list[sa.ColumnElement[bool]] = []
    entities = sorted(rights.app.definitions.entities)
    for entity in entities:
        reach = rights.reach(Operation.READ, entity)
        if reach is None:
            whole.append(entity)
        elif rights.may(Operation.READ, entity):
            ways.append(queues.about_one_of(of, rights.app.models.tables[entity], reach))
    return None if whole == entities else sa.or_(queues.about_any(of, whole), *ways)


def _may_look(running: Running, run_id: int, about: RecordRef) -> bool:
    somebody = running.rights.somebody
    if somebody is None or running.rights.reaches(running.connection, Operation.READ, about):
        return True
    if queues.took_part(running.connection, run_id, somebody.person.id):
        return True
    return any(
        somebody.person in candidates(task.seat, running.records)
        for task in queues.of_run(running.connection, run_id)
        if task.state is TaskState.OPEN
    )


def _is_beside(running: Running, run: Run) -> bool:
    """Whether an open task of a run is done with the actor."""
    if not run.is_open:
        return False
    try:
        walk = running.walk(run)
    except StepFailed:
        return False  # it goes by what is not there any more, and nothing says with whom
    return any(
        running.actor.person
        in running.machine.beside.of(walk, task.scope, walk.step(task.scope, task.step))
        for task in run.open_tasks
    )
