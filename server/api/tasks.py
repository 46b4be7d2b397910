"""/api/v1/tasks: find them, claim them, keep what is typed, complete them."""

from __future__ import annotations

from typing import Any

from server.api import paging
from server.api import representations as shown
from server.api.routes import Answer, Call, Handler, IfMatch, Route
from server.api.schemas import (
    ID,
    WHOLE,
    Schema,
    closed,
    component,
    mapping,
    nullable,
    shape,
    text,
)
from server.domain.definitions import Definitions
from server.usecases import App, asking, tasks
from server.usecases.views import Completed, TaskView

_REVISION: Schema = {
    "type": "integer",
    "minimum": 0,
    "maximum": 2**31 - 1,
    "description": "The revision of the task that was read; If-Match says the same",
}
_ANSWERS: Schema = mapping(component("Answer")) | {
    "maxProperties": 500,
    "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_-]{0,119}$"},
    "description": "Fields of the form and questions of the step, by key",
}


def routes(definitions: Definitions) -> tuple[Route, ...]:
    procedures = sorted(definitions.procedures)
    return (
        Route(
            "GET",
            "/tasks",
            "list_tasks",
            "The tasks of one of your queues",
            "Tasks",
            _list,
            {200: shown.paged(component("TaskLine"))},
            query={
                "which": {"type": "string", "enum": list(tasks.WHICH), "default": "all"},
                "procedure": {"type": "string", "enum": procedures},
                **paging.PAGED,
            },
            description="`mine` are claimed by you or meant for nobody else, `groups` are offered "
            "to you, `waiting` belong to runs that you have started, `all` are the first two, `due` those "
            "of them of which is known by when they should be done, the first due first.",
        ),
        Route(
            "GET",
            "/tasks/counts",
            "count_tasks",
            "How many tasks stand in each of your queues",
            "Tasks",
            _counts,
            {200: shape(dict.fromkeys(tasks.COUNTED, WHOLE))},
        ),
        Route(
            "GET",
            "/tasks/{task}",
            "read_task",
            "A task with its form, instruction and outcomes",
            "Tasks",
            _read,
            {200: component("Task")},
        ),
        _command("claim", "Take a task on; only one person can", _claim, {"revision": _REVISION}),
        _command("release", "Give a claimed task back", _release, {"revision": _REVISION}),
        _command(
            "assign",
            "Give a task to one of its candidates",
            _assign,
            {"person": ID, "revision": _REVISION},
            needed=("person",),
        ),
        _command(
            "ask",
            "Ask somebody for more information; nothing waits for the answer",
            _ask,
            {
                "person": ID,
                "question": text(asking.QUESTION_LENGTH, shortest=1),
                "revision": _REVISION,
            },
            needed=("person", "question"),
        ),
        _command(
            "hold",
            "Lay a task aside for a while",
            _hold,
            {"reason": text(asking.REASON_LENGTH, shortest=1), "revision": _REVISION},
            needed=("reason",),
        ),
        _command("resume", "Take up a task that was laid aside", _resume, {"revision": _REVISION}),
        Route(
            "PUT",
            "/tasks/{task}/draft",
            "save_draft",
            "Keep what is typed, before it is sent",
            "Tasks",
            _save_draft,
            {200: component("Task")},
            body=closed({"answers": _ANSWERS, "revision": _REVISION}, required=("answers",)),
            body_needed=True,
            if_match=IfMatch.OPTIONAL,
            refuses=(403, 409),
        ),
        _command(
            "complete",
            "Finish a task and hand out what follows",
            _complete,
            {
                "outcome": nullable(text(120) | {"description": "The key of the outcome chosen"}),
                "answers": _ANSWERS,
                "revision": _REVISION,
                "record_revision": nullable(
                    _REVISION
                    | {
                        "description": "The revision of the record that was seen: nothing that "
                        "somebody else has changed since is written over"
                    }
                ),
            },
            answer="Completed",
            example={"outcome": "resolved", "answers": {"solution": "Restarted the spooler"}},
        ),
    )


def _command(
    verb: str,
    summary: str,
    handler: Handler,
    body: dict[str, Schema],
    *,
    needed: tuple[str, ...] = (),
    answer: str = "Task",
    example: Any = None,
) -> Route:
    return Route(
        "POST",
        f"/tasks/{{task}}/{verb}",
        f"{verb}_task",
        summary,
        "Tasks",
        handler,
        {200: component(answer)},
        body=closed(body, required=needed),
        body_needed=bool(needed),
        example=example,
        if_match=IfMatch.OPTIONAL,
        keyed=True,
        refuses=(403, 409),
    )


def _list(app: App, call: Call) -> Answer:
    found = tasks.my_work(
        app,
        call.actor,
        which=call.query.get("which", "all"),
        procedure=call.query.get("procedure"),
        **paging.of(call.query),
    )
    return Answer(shown.page(found, shown.task_line, call.page))


def _counts(app: App, call: Call) -> Answer:
    return Answer(dict(tasks.counts(app, call.actor)))


def _read(app: App, call: Call, task: int) -> Answer:
    return _shown(tasks.view(app, call.actor, task))


def _claim(app: App, call: Call, task: int) -> Answer:
    return call.once_unchanged(
        lambda key, seen: tasks.claim(app, call.actor, task, expecting=seen, key=key),
        _shown,
        current=lambda: _revision(app, call, task),
    )


def _release(app: App, call: Call, task: int) -> Answer:
    return call.once_unchanged(
        lambda key, seen: tasks.release(app, call.actor, task, expecting=seen, key=key),
        _shown,
        current=lambda: _revision(app, call, task),
    )


def _assign(app: App, call: Call, task: int) -> Answer:
    person = int(call.body["person"])
    return call.once_unchanged(
        lambda key, seen: tasks.assign(app, call.actor, task, person, expecting=seen, key=key),
        _shown,
        current=lambda: _revision(app, call, task),
    )


def _ask(app: App, call: Call, task: int) -> Answer:
    person, question = int(call.body["person"]), str(call.body["question"])
    return call.once_unchanged(
        lambda key, seen: asking.ask(
            app, call.actor, task, person, question, expecting=seen, key=key
        ),
        _shown,
        current=lambda: _revision(app, call, task),
    )


def _hold(app: App, call: Call, task: int) -> Answer:
    reason = str(call.body["reason"])
    return call.once_unchanged(
        lambda key, seen: asking.hold(app, call.actor, task, reason, expecting=seen, key=key),
        _shown,
        current=lambda: _revision(app, call, task),
    )


def _resume(app: App, call: Call, task: int) -> Answer:
    return call.once_unchanged(
        lambda key, seen: asking.resume(app, call.actor, task, expecting=seen, key=key),
        _shown,
        current=lambda: _revision(app, call, task),
    )


def _save_draft(app: App, call: Call, task: int) -> Answer:
    answers = call.body["answers"]
    return call.once_unchanged(
        lambda _, seen: tasks.save_draft(app, call.actor, task, answers, expecting=seen),
        _shown,
        current=lambda: _revision(app, call, task),
    )


def _complete(app: App, call: Call, task: int) -> Answer:
    body: dict[str, Any] = call.body
    record_revision = body.get("record_revision")

    def represent(done: Completed) -> Answer:
        return Answer(shown.completed(done))

    return call.once_unchanged(
        lambda key, seen: tasks.complete(
            app,
            call.actor,
            task,
            outcome=body.get("outcome"),
            answers=body.get("answers", {}),
            expecting=seen,
            record_revision=None if record_revision is None else int(record_revision),
            key=key,
        ),
        represent,
        current=lambda: _revision(app, call, task),
    )


def _shown(view: TaskView) -> Answer:
    return Answer(shown.task(view), revision=view.line.revision)


def _revision(app: App, call: Call, task: int) -> int:
    return tasks.view(app, call.actor, task).line.revision
