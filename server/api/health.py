"""/health and /ready: for whatever watches the server. Open to all; they name nobody and no role."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint
from flask.typing import ResponseReturnValue

from server.usecases import App
from server.usecases.readiness import readiness


def health(app: App) -> Blueprint:
    """Whether the process answers, and whether it can do its work."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/health")
    def alive() -> ResponseReturnValue:
        return {"status": "ok"}

    @blueprint.get("/ready")
    def ready() -> ResponseReturnValue:
        found = readiness(app)
        status = HTTPStatus.OK if found.is_ready else HTTPStatus.SERVICE_UNAVAILABLE
        return {
            "ready": found.is_ready,
            "problems": list(found.problems),
            "generation": app.definitions.generation,
            "roles_without_holder": len(found.vacant),
            "roles_held_together": len(found.together),
            "messages_parked": found.parked,
            "failures_waiting": found.failed,
            "notice": found.notice,
        }, status

    return blueprint
