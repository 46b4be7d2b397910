"""My work: the one queue over all procedures, and what a person may begin."""

from __future__ import annotations

from typing import Any

from flask import g, request, url_for
from flask_admin import AdminIndexView

from admin.screen import Screen, actor, app, at
from server.usecases import tasks
from server.usecases.views import TaskLine

QUEUES = {
    "all": ("All I can do", "Nothing waits for you", "What you may do next will stand here."),
    "mine": (
        "Mine",
        "Nothing is claimed by you",
        "Claim a task to work on it; others then see that you do.",
    ),
    "groups": (
        "Offered to me",
        "Nothing is offered",
        "Tasks of your roles and groups that nobody has claimed stand here.",
    ),
    "to-sign": (
        "To sign",
        "Nothing waits for your word",
        "Approvals and votes that you may give stand here.",
    ),
    "waiting": (
        "Waiting for others",
        "You wait for nobody",
        "Tasks that others have to do in the runs that you began stand here.",
    ),
    "watched": (
        "Watched",
        "Nothing is open about what you watch",
        "Watch a record on its page; the tasks about it will stand here.",
    ),
}
"""The queues in their order: title, and what is said when one is empty."""


class MyWork(Screen, AdminIndexView):  # type: ignore[misc]  # Flask-Admin is not typed
    """The first page after logging in."""

    def __init__(self) -> None:
        AdminIndexView.__init__(self, name="My work", url="/", menu_icon_value="inbox")

    @at("/")
    def index(self) -> Any:
        which = request.args.get("which", "all")
        which = which if which in QUEUES else "all"
        after = request.args.get("after", type=int)
        g.counts = tasks.counts(app(), actor())
        page = tasks.my_work(app(), actor(), which=which, after=after)
        return self.render(
            "screens/my_work.html",
            which=which,
            queues=QUEUES,
            counts=g.counts,
            lines=page.items,
            further=url_for("admin.index", which=which, after=page.after) if page.after else None,
            who=who,
        )


def who(line: TaskLine) -> str:
    """Whom a task is meant for, in words."""
    if line.claimed_by is not None:
        return str(line.claimed_by)
    if line.person is not None:
        return str(line.person)
    return f"{line.role_title}, {line.group}" if line.group else line.role_title
