"""Beginning a procedure by hand: a button for each that the person's roles begin."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from admin import commands, errors, links
from admin.forms import page_form
from admin.look_up import title_of
from admin.screen import Screen, actor, app, at
from server.domain.refusals import NotFound, Refusal
from server.usecases import runs
from server.usecases.commands import AlreadyDone
from server.usecases.views import RunView


class Starts(Screen):
    def __init__(self) -> None:
        super().__init__("Begin", "starts", "/begin", "player-play")

    @at("/")
    def index(self) -> Any:
        return self.render(
            "screens/starts.html",
            buttons=runs.startable(app(), actor()),
            procedures=app().definitions.procedures,
        )

    @at("/<procedure>/<start>/", methods=("GET", "POST"))
    def begin(self, procedure: str, start: str) -> Any:
        found = (
            button
            for button in runs.startable(app(), actor())
            if (button.procedure, button.start) == (procedure, start)
        )
        button = next(found, None)
        if button is None:
            raise NotFound(
                "You cannot begin this.", hint="What your roles begin stands under Begin."
            )
        form = page_form(button.form)
        status = 200
        if request.method == "POST":
            form.typed(request.form)
            form.command = request.form.get("command") or form.command
            key = commands.key(form.command, "start", procedure, start, form.answers)
            try:
                run = runs.start(app(), actor(), procedure, start, form.answers, key=key)
            except AlreadyDone:
                flash("This was begun already.", "info")
                return redirect(url_for("admin.index"))
            except Refusal as refusal:
                form.refuse(refusal)
                status = errors.status_of(refusal)
            else:
                flash(f"“{button.title}” has begun.", "success")
                return redirect(_next(run))
        form.titled(title_of)
        page = self.render(
            "screens/start.html",
            button=button,
            form=form,
            purpose=app().definitions.procedures[procedure].purpose,
        )
        return page, status


def _next(run: RunView) -> str:
    """The task that the run waits for, else the run; for those who only ask, what they follow."""
    if links.asks_only():
        return links.record(run.line.about.record) or url_for("self_service.index")
    waiting = [task for task in run.tasks if task.state == "open"]
    if len(waiting) == 1:
        return url_for("tasks.task", task_id=waiting[0].id)
    return url_for("runs.run", run_id=run.line.id)
