"""For administrators: what failed, roles that nobody holds, and who evaluates the rules."""

from __future__ import annotations

from typing import Any, NoReturn

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from admin import links
from admin.screen import Screen, actor, app, at
from server.usecases import readiness, runs


class Administration(Screen):
    def __init__(self) -> None:
        super().__init__("Administration", "administration", "/administration", "settings")

    def is_accessible(self) -> bool:
        return links.rights().permits(runs.ADMINISTER)

    def inaccessible_callback(self, name: str, **_: Any) -> NoReturn:
        del name
        links.rights().require_permission(runs.ADMINISTER, "look after the application")
        raise AssertionError("Only what may not be done is inaccessible.")

    @at("/")
    def index(self) -> Any:
        definitions = app().definitions
        ready = readiness.readiness(app())
        return self.render(
            "screens/administration.html",
            failures=runs.failures(app(), actor()),
            ready=ready,
            vacant=[definitions.roles[key] for key in ready.vacant],
            evaluator=app().rules.evaluator,
            definitions=definitions,
        )

    @at("/failures/<int:failure_id>/retry", methods=("POST",))
    def retry(self, failure_id: int) -> Response:
        run_id = runs.retry(app(), actor(), failure_id)
        flash("It was tried again, and the run goes on.", "success")
        return redirect(url_for("runs.run", run_id=run_id))
