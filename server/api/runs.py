"""/api/v1/runs and /api/v1/failures: begin and follow a run, cancel it, have tried again what failed."""

from __future__ import annotations

from typing import Any

from server.api import paging
from server.api import representations as shown
from server.api.routes import Answer, Call, Route
from server.api.schemas import ID, Schema, closed, component, listing, nullable, shape, text
from server.domain.definitions import Definitions
from server.domain.refusals import Invalid
from server.domain.run import RunState
from server.domain.scope import Scope
from server.domain.values import RecordRef
from server.usecases import App, runs, starting, waiting
from server.usecases.views import RunView

_LONGEST_REASON = 400
_LONGEST_KEY = 80
_LIST = {
    "type": "integer",
    "minimum": 0,
    "description": "Where it is offered in several lists: the one that is meant",
}


def routes(definitions: Definitions) -> tuple[Route, ...]:
    return (
        Route(
            "GET",
            "/runs",
            "list_runs",
            "Runs, newest first",
            "Runs",
            _list,
            {200: shown.paged(component("RunLine"))},
            query=_filters(definitions) | paging.PAGED,
        ),
        Route(
            "POST",
            "/runs",
            "begin_run",
            "Begin a run on a record, as a hand-over or the clock would",
            "Runs",
            _begin,
            {201: component("Run")},
            body=closed(
                _which(definitions) | {"record": ID | {"description": "What the run is about"}},
                required=("procedure", "start", "record"),
            ),
            body_needed=True,
            keyed=True,
            refuses=(403, 404, 409),
            scope=Scope.ADMINISTER,
            description="For those who administer: where a procedure should have handed over and "
            "did not, or the moment of a record should not be waited for. Where a run is open on "
            "the record already, that is the answer.",
        ),
        Route(
            "POST",
            "/runs/for-period",
            "begin_runs_for_period",
            "Begin the runs of the newest period that is over",
            "Runs",
            _begin_for_period,
            {201: _list_of("RunLine")},
            body=closed(_which(definitions), required=("procedure", "start")),
            body_needed=True,
            keyed=True,
            refuses=(403, 404, 409),
            scope=Scope.ADMINISTER,
            description="For those who administer, and starts that recur.",
        ),
        Route(
            "GET",
            "/runs/{run}",
            "read_run",
            "A run with its tasks, its history and the reasons of its decisions",
            "Runs",
            _read,
            {200: component("Run")},
        ),
        Route(
            "GET",
            "/runs/{run}/history",
            "read_history",
            "What has happened to a run, line by line",
            "Runs",
            _history,
            {200: _list_of("HistoryLine")},
        ),
        Route(
            "GET",
            "/runs/{run}/verdicts",
            "read_verdicts",
            "What decisions have said in a run, and why",
            "Runs",
            _verdicts,
            {200: _list_of("Verdict")},
        ),
        Route(
            "POST",
            "/runs/{run}/cancel",
            "cancel_run",
            "Stop a run; its open tasks are withdrawn",
            "Runs",
            _cancel,
            {200: component("Run")},
            body=closed({"reason": text(_LONGEST_REASON, shortest=1)}, required=("reason",)),
            body_needed=True,
            keyed=True,
            refuses=(403, 409),
        ),
        Route(
            "POST",
            "/runs/{run}/as-needed",
            "begin_as_needed",
            "Begin what a run offers as needed; whoever does has its first task",
            "Runs",
            _as_needed,
            {201: component("Task")},
            body=closed(
                {"as_needed": text(_LONGEST_KEY, shortest=1), "list": _LIST},
                required=("as_needed",),
            ),
            body_needed=True,
            keyed=True,
            refuses=(403, 409),
        ),
        Route(
            "GET",
            "/failures",
            "list_failures",
            "Where runs could not go on, until the cause is mended",
            "Runs",
            _failures,
            {200: _list_of("Failure")},
            refuses=(403,),
            scope=Scope.ADMINISTER,
        ),
        Route(
            "POST",
            "/failures/{failure}/retry",
            "retry_failure",
            "Do again what failed, as the person who did it",
            "Runs",
            _retry,
            {200: component("Run")},
            refuses=(403, 409, 422),
            scope=Scope.ADMINISTER,
        ),
    )


def _filters(definitions: Definitions) -> dict[str, Schema]:
    return {
        "state": {"type": "string", "enum": [state.value for state in RunState]},
        "procedure": {"type": "string", "enum": sorted(definitions.procedures)},
        "about_entity": {
            "type": "string",
            "enum": sorted(definitions.entities),
            "description": "With `about_id`: the runs about one record",
        },
        "about_id": paging.AFTER | {"description": "With `about_entity`: the record's id"},
    }


def _which(definitions: Definitions) -> dict[str, Schema]:
    return {
        "procedure": {"type": "string", "enum": sorted(definitions.procedures)},
        "start": text(_LONGEST_KEY, shortest=1)
        | {"description": "The key of one of its starts; reading the procedure lists them"},
    }


def _list_of(name: str) -> Schema:
    return shape({"items": listing(component(name)), "next": nullable({"type": "string"})})


def _listed(items: list[dict[str, Any]]) -> Answer:
    return Answer({"items": items, "next": None})


def _list(app: App, call: Call) -> Answer:
    found = runs.page(
        app,
        call.actor,
        state=call.query.get("state"),
        procedure=call.query.get("procedure"),
        about=_about(call),
        **paging.of(call.query),
    )
    return Answer(shown.page(found, shown.run_line, call.page))


def _about(call: Call) -> RecordRef | None:
    entity, record = call.query.get("about_entity"), call.query.get("about_id")
    if entity is None and record is None:
        return None
    if entity is None or record is None:
        missing = "about_entity" if entity is None else "about_id"
        raise Invalid(
            "A record is meant by its entity and its id together.",
            {missing: "This is needed beside the other."},
        )
    return RecordRef(entity, record)


def _read(app: App, call: Call, run: int) -> Answer:
    return _shown(runs.view(app, call.actor, run))


def _begin(app: App, call: Call) -> Answer:
    body: dict[str, Any] = call.body
    return call.once(
        lambda key: starting.begin_on(
            app, call.actor, body["procedure"], body["start"], int(body["record"]), key=key
        ),
        lambda view: Answer(
            shown.run(view),
            201,
            revision=view.line.revision,
            location=f"/api/v1/runs/{view.line.id}",
        ),
    )


def _begin_for_period(app: App, call: Call) -> Answer:
    body: dict[str, Any] = call.body
    return call.once(
        lambda key: starting.begin_for_period(
            app, call.actor, body["procedure"], body["start"], key=key
        ),
        lambda begun: Answer(
            {"items": [shown.run_line(view.line) for view in begun], "next": None}, 201
        ),
    )


def _history(app: App, call: Call, run: int) -> Answer:
    view = runs.view(app, call.actor, run)
    return _listed([shown.history_line(line) for line in view.history])


def _verdicts(app: App, call: Call, run: int) -> Answer:
    view = runs.view(app, call.actor, run)
    return _listed([shown.verdict(item) for item in view.verdicts])


def _cancel(app: App, call: Call, run: int) -> Answer:
    reason = call.body["reason"]
    return call.once(
        lambda key: runs.cancel(app, call.actor, run, reason, key=key),
        _shown,
    )


def _as_needed(app: App, call: Call, run: int) -> Answer:
    return call.once(
        lambda key: waiting.begin_as_needed(
            app,
            call.actor,
            run,
            call.body["as_needed"],
            in_list=call.body.get("list"),
            key=key,
        ),
        lambda view: Answer(shown.task(view), 201, revision=view.line.revision),
    )


def _failures(app: App, call: Call) -> Answer:
    return _listed([shown.failure(item) for item in runs.failures(app, call.actor)])


def _retry(app: App, call: Call, failure: int) -> Answer:
    run = runs.retry(app, call.actor, failure)
    return _shown(runs.view(app, call.actor, run))


def _shown(view: RunView) -> Answer:
    return Answer(shown.run(view), revision=view.line.revision)
