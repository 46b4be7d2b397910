"""A task: its form, how it is done, and the buttons that finish it."""

from __future__ import annotations

import uuid
from typing import Any

from flask import current_app, flash, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from admin import clocks, commands, errors, links
from admin.forms import PageForm, page_form
from admin.journal import beside
from admin.look_up import found, title_of
from admin.meanwhile import fields_of
from admin.screen import Screen, actor, app, at
from admin.session import safe
from admin.step_bar import BarStep, step_bar
from admin.work import who
from server.domain.refusals import Conflict, Invalid, Refusal
from server.domain.run import TaskState
from server.domain.somebody import PERSON
from server.notation import Titles, swim_lanes
from server.usecases import asking, runs, tasks
from server.usecases.commands import AlreadyDone
from server.usecases.views import RunView, TaskView

DRAWN = 200
"""Diagrams that are kept, of the definitions that are served."""
MOST = 100
"""So many tasks are taken together at once."""
DONE = {"claim": "claimed", "release": "released", "assign": "given away"}


class TaskPages(Screen):
    """Pages about one task each; the way to them is My work."""

    def __init__(self) -> None:
        super().__init__("Task", "tasks", "/tasks")

    def is_visible(self) -> bool:
        return False

    @at("/")
    def index(self) -> Response:
        return redirect(url_for("admin.index"))

    @at("/<int:task_id>/", methods=("GET", "POST"))
    def task(self, task_id: int) -> Any:
        view = tasks.view(app(), actor(), task_id)
        form = page_form(view.form, revision=view.record_revision)
        if request.method == "GET":
            form.with_draft(view.draft)
            form.titled(title_of)
            return self._page(view, form)
        form.typed(request.form)
        form.command = request.form.get("command") or form.command
        outcome = request.form.get("outcome") or None
        try:
            done = tasks.complete(
                app(),
                actor(),
                task_id,
                outcome=outcome,
                answers=form.answers,
                record_revision=request.form.get("revision", type=int),
                key=commands.key(form.command, "complete", task_id, outcome, form.answers),
            )
        except AlreadyDone:
            flash("This task was completed already.", "info")
            return redirect(url_for("admin.index"))
        except Refusal as refusal:
            return self._refused(task_id, form, refusal)
        mine = [line for line in done.opened if _is_for_me(line.id)]
        if mine:
            flash(f"“{view.line.title}” is done. What follows is yours, too.", "success")
            return redirect(url_for("tasks.task", task_id=mine[0].id))
        flash(_what_follows(view, done.opened, done.run_end), "success")
        return redirect(url_for("admin.index"))

    @at("/together", methods=("POST",))
    def together(self) -> Response:
        """The same for several tasks: each on its own, and told which could not be."""
        back = safe(request.form.get("back"))
        verb = request.form.get("verb", "")
        chosen = [seen for text in request.form.getlist("task") if (seen := _seen(text))]
        person = request.form.get("person", 0, type=int)
        act = {
            "claim": lambda task, seen: tasks.claim(app(), actor(), task, expecting=seen),
            "release": lambda task, seen: tasks.release(app(), actor(), task, expecting=seen),
            "assign": lambda task, seen: tasks.assign(
                app(), actor(), task, person, expecting=seen
            ),
        }.get(verb)
        if act is None or not chosen:
            flash("Choose tasks, and what is to be done with them.", "error")
            return redirect(back)
        if len(chosen) > MOST:
            flash(f"Choose at most {MOST} tasks at once.", "error")
            return redirect(back)
        failed = {}
        for task, revision in chosen:
            try:
                act(task, revision)
            except Refusal as refusal:
                reasons = refusal.problems.values() if isinstance(refusal, Invalid) else ()
                failed[task] = " ".join((str(refusal), *reasons))
        done = len(chosen) - len(failed)
        told = f"{done} task{'' if done == 1 else 's'} {DONE[verb]}."
        if request.accept_mimetypes.best == "application/json":
            return jsonify(done=done, told=told, failed=failed)
        for task, reason in failed.items():
            flash(f"Task {task}: {reason}", "error")
        if done:
            flash(told, "success")
        return redirect(back)

    @at("/<int:task_id>/claim", methods=("POST",))
    def claim(self, task_id: int) -> Response:
        tasks.claim(app(), actor(), task_id)
        return redirect(url_for("tasks.task", task_id=task_id))

    @at("/<int:task_id>/release", methods=("POST",))
    def release(self, task_id: int) -> Response:
        tasks.release(app(), actor(), task_id)
        flash("The task is offered to everybody who may do it again.", "info")
        return redirect(url_for("tasks.task", task_id=task_id))

    @at("/<int:task_id>/assign", methods=("POST",))
    def assign(self, task_id: int) -> Response:
        view = tasks.assign(app(), actor(), task_id, request.form.get("person", 0, type=int))
        flash(f"The task was given to {view.line.claimed_by}.", "success")
        return redirect(url_for("admin.index"))

    @at("/<int:task_id>/ask", methods=("POST",))
    def ask(self, task_id: int) -> Response:
        person = request.form.get("person", 0, type=int)
        try:
            asking.ask(app(), actor(), task_id, person, request.form.get("question", ""))
        except Invalid as refusal:
            flash(" ".join((str(refusal), *refusal.problems.values())), "error")
        else:
            flash("The question is in the work of whoever was asked.", "success")
        return redirect(url_for("tasks.task", task_id=task_id))

    @at("/<int:task_id>/whom")
    def whom(self, task_id: int) -> Any:
        """Whom to ask, as a look-up of persons: those with whom the task is done come first."""
        text = request.args.get("text", "")
        beside = tasks.view(app(), actor(), task_id).beside
        near = [item for item in beside if text.casefold() in str(item).casefold()]
        return found(PERSON, text, first=[(item.record, str(item)) for item in near])

    @at("/<int:task_id>/hold", methods=("POST",))
    def hold(self, task_id: int) -> Response:
        try:
            asking.hold(app(), actor(), task_id, request.form.get("reason", ""))
        except Invalid as refusal:
            flash(" ".join((str(refusal), *refusal.problems.values())), "error")
        else:
            flash("The task is laid aside.", "info")
        return redirect(url_for("tasks.task", task_id=task_id))

    @at("/<int:task_id>/resume", methods=("POST",))
    def resume(self, task_id: int) -> Response:
        asking.resume(app(), actor(), task_id)
        return redirect(url_for("tasks.task", task_id=task_id))

    @at("/<int:task_id>/draft", methods=("POST",))
    def draft(self, task_id: int) -> Any:
        view = tasks.view(app(), actor(), task_id)
        form = page_form(view.form)
        form.typed(request.form)
        kept = {key: value for key, value in form.answers.items() if value is not None}
        tasks.save_draft(app(), actor(), task_id, kept)
        return jsonify(kept=True)

    def _refused(self, task_id: int, form: PageForm, refusal: Refusal) -> Any:
        view = tasks.view(app(), actor(), task_id)
        form.titled(title_of)
        entity = app().definitions.entities.get(view.line.about.record.entity)
        form.refuse(refusal, fields_of(entity) if entity else None, title_of)
        if isinstance(refusal, Conflict):
            form.revision = view.record_revision
            form.seen(view.form)
        return self._page(view, form), errors.status_of(refusal)

    def _page(self, view: TaskView, form: PageForm) -> Any:
        run = runs.view(app(), actor(), view.line.run_id)
        return self.render(
            "screens/task.html",
            view=view,
            line=view.line,
            clocks=clocks.of_record(view.line.about.record),
            form=form,
            run=run,
            steps=bar_of(view, run),
            diagram=diagram(run),
            who=who,
            journal=beside(view.line.about.record),
            helps=bool(app().definitions.entities[view.line.about.record.entity].helped_by),
            command=uuid.uuid4().hex,
            is_open=view.line.state is TaskState.OPEN,
            typed=form.typed_in_words(title_of) if form.sentence else (),
        )


def _seen(text: str) -> tuple[int, int | None] | None:
    """A task that was chosen, with the revision that it had then: `12:3`, or `12` without."""
    task, _, revision = text.partition(":")
    if not task.isdecimal() or not (revision or "0").isdecimal():
        return None
    return int(task), int(revision) if revision else None


def bar_of(view: TaskView, run: RunView) -> list[BarStep]:
    procedure = app().definitions.procedures.get(view.line.procedure)
    if procedure is None:
        return []
    is_open = view.line.state is TaskState.OPEN
    return step_bar(procedure, view.line.step, done=run.done, current=run.current, is_open=is_open)


def diagram(run: RunView) -> str | None:
    """The procedure of a run as it is served now, with the way so far."""
    procedure = app().definitions.procedures.get(run.line.procedure)
    if procedure is None:
        return None
    # drawn once for all runs that have come the same way: it is what takes longest of a page
    drawn: dict[Any, str] = current_app.extensions.setdefault("diagrams", {})
    way = (procedure.key, run.done, run.current)
    if way not in drawn:
        if len(drawn) >= DRAWN:
            drawn.clear()
        drawn[way] = swim_lanes(
            procedure,
            Titles.of(app().definitions),
            link=links.in_procedure(procedure.key),
            done=run.done,
            current=run.current,
        )
    return drawn[way]


def _is_for_me(task_id: int) -> bool:
    return tasks.view(app(), actor(), task_id).may_complete


def _what_follows(view: TaskView, opened: Any, run_end: str | None) -> str:
    done = f"“{view.line.title}” is done."
    if opened:
        following = "; ".join(f"“{line.title}” for {who(line)}" for line in opened[:3])
        return f"{done} What follows: {following}."
    return f"{done} The procedure has ended." if run_end else done
