"""/api/v1/notices: what the application tells you."""

from __future__ import annotations

from server.api import paging
from server.api import representations as shown
from server.api.routes import Answer, Call, Route
from server.api.schemas import YES_NO, component
from server.domain.definitions import Definitions
from server.usecases import App, notices


def routes(_definitions: Definitions) -> tuple[Route, ...]:
    return (
        Route(
            "GET",
            "/notices",
            "list_notices",
            "Your notices, newest first",
            "Notices",
            _list,
            {200: shown.paged(component("Notice"))},
            query={
                "unread": YES_NO | {"description": "Only those that you have not read"},
                **paging.PAGED,
            },
        ),
        Route(
            "POST",
            "/notices/{notice}/read",
            "mark_notice_read",
            "Note that you have read a notice",
            "Notices",
            _mark_read,
            {204: None},
        ),
    )


def _list(app: App, call: Call) -> Answer:
    unread = call.query.get("unread", False)
    found = notices.page(app, call.actor, unread=unread, **paging.of(call.query))
    return Answer(shown.page(found, shown.notice, call.page))


def _mark_read(app: App, call: Call, notice: int) -> Answer:
    notices.mark_read(app, call.actor, notice)
    return Answer(status=204)
