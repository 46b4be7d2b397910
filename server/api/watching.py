"""/api/v1/watching: the records whose open tasks you want to see."""

from __future__ import annotations

from server.api.routes import Answer, Call, Route
from server.api.schemas import KEY, YES_NO, shape
from server.domain.definitions import Definitions
from server.domain.values import RecordRef
from server.usecases import App, watching

_PATH = "/watching/{entity}/{record}"


def routes(_definitions: Definitions) -> tuple[Route, ...]:
    return (
        Route(
            "GET",
            _PATH,
            "read_watching",
            "Whether you watch a record",
            "Tasks",
            _read,
            {200: shape({"watched": YES_NO})},
            parameters={"entity": KEY},
        ),
        Route(
            "PUT",
            _PATH,
            "watch_record",
            "Watch a record: what is open about it stands in the queue `watched`",
            "Tasks",
            _watch,
            {204: None},
            parameters={"entity": KEY},
            refuses=(403,),
        ),
        Route(
            "DELETE",
            _PATH,
            "leave_record",
            "Watch a record no longer",
            "Tasks",
            _leave,
            {204: None},
            parameters={"entity": KEY},
        ),
    )


def _read(app: App, call: Call, entity: str, record: int) -> Answer:
    return Answer({"watched": watching.watches(app, call.actor, RecordRef(entity, record))})


def _watch(app: App, call: Call, entity: str, record: int) -> Answer:
    watching.watch(app, call.actor, RecordRef(entity, record))
    return Answer(status=204)


def _leave(app: App, call: Call, entity: str, record: int) -> Answer:
    watching.leave(app, call.actor, RecordRef(entity, record))
    return Answer(status=204)
