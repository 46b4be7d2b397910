"""The pages of those who ask for something, and the gate that keeps them to these pages.

Who holds only roles with `self_service` reaches what is listed here; every other address is refused
with a sentence, and logged.
"""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from admin import commands, errors, links
from admin.forms import PageForm, page_form
from admin.journal import beside
from admin.look_up import title_of
from admin.screen import Screen, actor, app, at
from server.domain.entity import STATUS
from server.domain.refusals import NotFound, Refusal
from server.domain.role import SelfService as Offered
from server.domain.values import RecordRef
from server.usecases import records, runs, self_service, tasks
from server.usecases.commands import AlreadyDone
from server.usecases.refusing import not_allowed
from server.usecases.views import RecordView

MOST_TYPED = 400
"""Letters of what somebody writes that help is looked for with."""
HOME = "self_service.index"
REACHED = frozenset(
    {
        "tasks.task",
        "tasks.draft",
        "starts.begin",
        "journal.notes",
        "journal.attachment",
        "notices.index",
        "notices.read",
        "look_up.find",
        "screens.static",
    }
)
"""Endpoints besides the pages here; what they show of records and tasks goes by rights anyway."""
ROOMS = frozenset({"self_service", "account", "session", "entrance", "sign_on"})


def keep() -> Response | None:
    """Let a person who only asks for something go on, to what such persons reach.

    Raises:
        NotAllowed: the address is none of those.
    """
    endpoint = request.endpoint
    if endpoint is None or endpoint in REACHED or endpoint.partition(".")[0] in ROOMS:
        return None
    if g.get("actor") is None or not links.asks_only():
        return None
    if endpoint in {"admin.index", "starts.index"}:
        return redirect(url_for(HOME))
    raise not_allowed(g.actor, self_service.MORE, "This page is for those who work here.")


class SelfService(Screen):
    def __init__(self) -> None:
        super().__init__("My requests", "self_service", "/requests", "lifebuoy")

    def is_visible(self) -> bool:
        return self_service.offered(links.rights()) is not None

    @at("/")
    def index(self) -> Any:
        return self.render(
            "screens/self_service.html",
            reports=self_service.reports(app(), actor()),
            starts=runs.startable(app(), actor()),
            followed=self_service.followed(app(), actor()),
            waiting=tasks.my_work(app(), actor(), which="all").items,
            suggests=self_service.is_helped(app(), _offered()),
            status=STATUS,
            colour_of=_colour,
        )

    @at("/suggestions")
    def suggestions(self) -> Any:
        """What may help with the words typed so far; a part of a page."""
        text = " ".join(" ".join(request.args.values()).split())[:MOST_TYPED]
        return self.render(
            "screens/suggestions.html",
            text=text,
            groups=self_service.suggestions(app(), actor(), text),
        )

    @at("/report/<form_key>/", methods=("GET", "POST"))
    def report(self, form_key: str) -> Any:
        found = next(
            (item for item in self_service.reports(app(), actor()) if item.key == form_key), None
        )
        if found is None:
            raise NotFound("You cannot report anything here.", hint="Go back to your requests.")
        form = page_form(found.form)
        if about := request.args.get("about", "")[:MOST_TYPED].strip():
            form.with_draft({place.view.key: f"{about}: " for place in form.places[:1]})
        status = 200
        if request.method == "POST":
            form.typed(request.form)
            form.command = request.form.get("command") or form.command
            key = commands.key(form.command, "report", form_key, form.answers)
            try:
                view = self_service.report(app(), actor(), form_key, form.answers, key=key)
            except AlreadyDone:
                flash("This was sent already.", "info")
                return redirect(url_for(HOME))
            except Refusal as refusal:
                form.refuse(refusal)
                status = errors.status_of(refusal)
            else:
                flash(f"Thank you. We have it as {view.title.number}.", "success")
                return redirect(links.record(view.title.record) or url_for(HOME))
        return self._form(found.title, form), status

    @at("/<entity>/<int:record>/")
    def one(self, entity: str, record: int) -> Any:
        ref = RecordRef(entity, record)
        if entity not in _offered().follow:
            raise NotFound("There is no such page.", hint="Go back to your requests.")
        view = records.view(app(), actor(), ref)
        return self.render(
            "screens/followed.html",
            view=view,
            told=_told(view),
            status=view.shown.get(STATUS),
            colour=_colour(view),
            waiting=[
                line
                for line in tasks.my_work(app(), actor(), which="all").items
                if line.about.record == ref
            ],
            journal=beside(ref),
            command=uuid.uuid4().hex,
            entity=app().definitions.entities[entity],
            reports=_offered().report,
        )

    def _form(self, title: str, form: PageForm) -> Any:
        form.titled(title_of)
        return self.render(
            "screens/report.html",
            title=title,
            form=form,
            suggests=self_service.is_helped(app(), _offered()),
        )


def _told(view: RecordView) -> list[tuple[str, str, bool]]:
    """Title and words of each field that says something, and whether it may be long."""
    entity = app().definitions.entities[view.title.record.entity]
    how = _offered().follow.get(entity.key)
    shown = (how.shows if how is not None else ()) or entity.fields
    return [
        (field.title, view.shown[field.key], field.lines > 1)
        for field in (entity.fields[key] for key in shown)
        if field.key not in {STATUS, entity.label} and view.shown.get(field.key)
    ]


def _colour(view: RecordView) -> str:
    entity = app().definitions.entities[view.title.record.entity]
    status = entity.statuses.get(str(view.values.get(STATUS)))
    return status.colour if status else ""


def _offered() -> Offered:
    found = self_service.offered(links.rights())
    if found is None:
        raise not_allowed(
            actor(), "a role with self_service", "None of your roles has these pages."
        )
    return found
