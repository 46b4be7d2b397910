"""Runs: where each stands, how it got there, and why its decisions came out as they did."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from admin.screen import Screen, actor, app, at
from admin.tasks import diagram
from admin.work import who
from server.domain.run import RunState
from server.domain.words import in_words
from server.usecases import explaining, runs, waiting

STATE_COLOURS = {"open": "blue", "ended": "green", "stopped": "grey", "failed": "red"}


class RunPages(Screen):
    def __init__(self) -> None:
        super().__init__("Runs", "runs", "/runs", "route")

    @at("/")
    def index(self) -> Any:
        state = request.args.get("state")
        state = state if state in set(RunState) else None
        procedures = app().definitions.procedures
        procedure = request.args.get("procedure")
        procedure = procedure if procedure in procedures else None
        after = request.args.get("after", type=int)
        page = runs.page(app(), actor(), state=state, procedure=procedure, after=after)
        further = None
        if page.after:
            further = url_for("runs.index", state=state, procedure=procedure, after=page.after)
        return self.render(
            "screens/runs.html",
            lines=page.items,
            further=further,
            state=state,
            states=tuple(RunState),
            procedure=procedure,
            procedures=procedures.values(),
            colours=STATE_COLOURS,
        )

    @at("/<int:run_id>/")
    def run(self, run_id: int) -> Any:
        view = runs.view(app(), actor(), run_id)
        return self.render(
            "screens/run.html",
            run=view,
            line=view.line,
            open_tasks=[task for task in view.tasks if task.state == "open"],
            diagram=diagram(view),
            targets=_targets(view.line.procedure),
            is_current=app().definitions.hashes.get(view.line.procedure) == view.definition,
            colours=STATE_COLOURS,
            who=who,
        )

    @at("/verdicts/<int:verdict_id>/")
    def verdict(self, verdict_id: int) -> Any:
        """Each rule of the table that was asked, with the conditions on which it failed."""
        explained = explaining.explain(app(), actor(), verdict_id)
        conditions = {
            rule.key: rule.condition.text if rule.condition else "otherwise"
            for rule in explained.decision.rules
        }
        return self.render(
            "screens/verdict.html",
            decision=explained.decision,
            rules=explained.rules,
            conditions=conditions,
        )

    @at("/<int:run_id>/cancel", methods=("POST",))
    def cancel(self, run_id: int) -> Response:
        runs.cancel(app(), actor(), run_id, request.form.get("reason", ""))
        flash("The run was cancelled; its open tasks are withdrawn.", "success")
        return redirect(url_for("runs.run", run_id=run_id))

    @at("/<int:run_id>/as-needed", methods=("POST",))
    def as_needed(self, run_id: int) -> Response:
        """Begin what the run offers, and go to the task that it gives."""
        offer, where = request.form.get("offer", ""), request.form.get("list", type=int)
        task = waiting.begin_as_needed(app(), actor(), run_id, offer, in_list=where)
        return redirect(url_for("tasks.task", task_id=task.line.id))


def _targets(procedure: str) -> dict[str, str]:
    """The titles of the steps that a gateway may choose."""
    known = app().definitions.procedures.get(procedure)
    if known is None:
        return {}
    return {step.key: step.title or in_words(step.key) for step in known.walk()}
