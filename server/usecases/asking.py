"""Use cases beside the form of a task: ask somebody, answer, lay it aside and take it up again.

Nothing waits for an answer: it stands with the task for which it was asked, and whoever works on
that goes on as they see fit.
"""

from __future__ import annotations

from collections.abc import Callable

from server.domain.actor import Actor
from server.domain.refusals import Invalid
from server.domain.somebody import PERSON
from server.domain.values import RecordRef
from server.usecases import tasks
from server.usecases.app import App
from server.usecases.commands import Key, carry_out
from server.usecases.running import Running
from server.usecases.views import TaskView

QUESTION_LENGTH = 2000
REASON_LENGTH = 400


def ask(
    app: App,
    actor: Actor,
    task_id: int,
    person: int,
    question: str,
    *,
    expecting: int | None = None,
    key: Key | None = None,
) -> TaskView:
    """Ask a person for more information; it becomes a task of theirs.

    Raises:
        NotFound, WrongState, NotAllowed, Conflict: as for completing the task.
        Invalid: nothing is asked, or of nobody who is there.
    """

    def do(running: Running) -> Callable[[], TaskView]:
        walk, task = tasks.open_task(running, task_id, expecting)
        tasks.must_do(running, task)
        who = RecordRef(PERSON, person)
        row = running.records.row(who)
        problems = _unfit("question", question, QUESTION_LENGTH, "Write what you want to know.")
        if row is None or row.get("active") is False or person == actor.id:
            problems["person"] = "Choose somebody else who works here."
        if problems:
            raise Invalid("The question cannot be asked.", problems)
        running.machine.ask(walk, task.number, who, question.strip())
        return lambda: tasks.view_after(running, task_id)

    return carry_out(app, actor, do, key=key)


def hold(
    app: App,
    actor: Actor,
    task_id: int,
    reason: str,
    *,
    expecting: int | None = None,
    key: Key | None = None,
) -> TaskView:
    """Lay a task aside for a while; queues show the reason.

    Raises:
        NotFound, WrongState, NotAllowed, Conflict: as for completing the task.
        Invalid: there is no reason.
    """

    def do(running: Running) -> Callable[[], TaskView]:
        walk, task = tasks.open_task(running, task_id, expecting)
        tasks.must_do(running, task)
        problems = _unfit("reason", reason, REASON_LENGTH, "Say what is being waited for.")
        if problems:
            raise Invalid("The task stays as it is.", problems)
        running.machine.hold(walk, task.number, reason.strip())
        return lambda: tasks.view_after(running, task_id)

    return carry_out(app, actor, do, key=key)


def resume(
    app: App, actor: Actor, task_id: int, *, expecting: int | None = None, key: Key | None = None
) -> TaskView:
    """Take up a task that was laid aside; one that was not stays as it is."""

    def do(running: Running) -> Callable[[], TaskView]:
        walk, task = tasks.open_task(running, task_id, expecting)
        tasks.must_do(running, task)
        if task.on_hold is not None:
            running.machine.hold(walk, task.number, None)
        return lambda: tasks.view_after(running, task_id)

    return carry_out(app, actor, do, key=key)


def _unfit(key: str, text: str, longest: int, needed: str) -> dict[str, str]:
    if not text.strip():
        return {key: needed}
    if len(text) > longest:
        return {key: f"The text is longer than {longest} characters."}
    return {}
