"""/api/v1/events: what monitoring tools deliver. /api/v1/inbox: what became of it."""

from __future__ import annotations

from server.api import paging
from server.api import representations as shown
from server.api.routes import Answer, Call, Route
from server.api.schemas import ANYTHING, WHOLE, component, shape
from server.domain.definitions import Definitions
from server.domain.scope import Scope
from server.storage.inbox import MessageState
from server.usecases import App, events


def routes(definitions: Definitions) -> tuple[Route, ...]:
    sources = sorted(item.source for item in definitions.correlations.values())
    return (
        Route(
            "POST",
            "/events/{source}",
            "deliver_events",
            "Take a delivery of a monitoring tool",
            "Events",
            _deliver,
            {202: shape({"received": WHOLE})},
            parameters={"source": {"type": "string", "enum": sources}},
            body=ANYTHING,
            body_needed=True,
            refuses=(403,),
            description="The messages are kept and handled at once afterwards. A delivery that "
            "cannot be read is refused whole. Sending the same again does no harm: it is counted.",
        ),
        Route(
            "GET",
            "/inbox",
            "list_inbox",
            "What was delivered, newest first",
            "Events",
            _list,
            {200: shown.paged(component("Message"))},
            query={
                "state": {"type": "string", "enum": [state.value for state in MessageState]},
                **paging.PAGED,
            },
            refuses=(403,),
            scope=Scope.ADMINISTER,
        ),
        Route(
            "POST",
            "/inbox/{message}/resume",
            "resume_message",
            "Have a parked message handled anew",
            "Events",
            _resume,
            {200: component("Message")},
            refuses=(403, 409),
            scope=Scope.ADMINISTER,
        ),
    )


def _deliver(app: App, call: Call, source: str) -> Answer:
    received = events.receive(app, call.actor, source, call.body)
    return Answer({"received": received.count}, status=202)


def _list(app: App, call: Call) -> Answer:
    state = call.query.get("state")
    found = events.page(
        app, call.actor, state=MessageState(state) if state else None, **paging.of(call.query)
    )
    return Answer(shown.page(found, shown.message, call.page))


def _resume(app: App, call: Call, message: int) -> Answer:
    return Answer(shown.message(events.resume(app, call.actor, message)))
