"""My work: the one queue over all procedures, and what a person may begin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_admin import AdminIndexView

from admin import columns, saved_views
from admin.files import Cell
from admin.screen import Screen, actor, app, at
from admin.sending import KINDS, Head, require_kind, sent
from server.domain.saved_view import MY_WORK, Asked
from server.domain.words import in_words
from server.usecases import tasks
from server.usecases.views import Page, TaskLine

QUEUES = {
    "all": ("All I can do", "Nothing waits for you", "What you may do next will stand here."),
    "due": (
        "Due next",
        "Nothing is due",
        "Tasks of which a procedure says by when they should be done stand here, the first due first.",
    ),
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
COLUMNS = {
    "task": "Task",
    "about": "About",
    "procedure": "Procedure",
    "priority": "Priority",
    "for": "For",
    "since": "Since",
    "due": "Due",
}
USUAL = ("task", "about", "priority", "for", "since", "due")
MOMENTS = {"since", "due"}
AT_ONCE = 200
"""Tasks that are read at once for a file."""
LEADS = "task"
"""The column that leads to the task; it is always there."""
DUE = {
    "overdue": ("Overdue", timedelta(0)),
    "day": ("Within a day", timedelta(days=1)),
    "week": ("Within a week", timedelta(weeks=1)),
}
"""Until when what is due next is shown: how it reads, and how far from now."""
_CALLED = {"which": "queue", "procedure": "procedure", "due": "span of time"}


class MyWork(Screen, AdminIndexView):  # type: ignore[misc]  # Flask-Admin is not typed
    """The first page after logging in."""

    def __init__(self) -> None:
        AdminIndexView.__init__(self, name="My work", url="/", menu_icon_value="inbox")

    @at("/")
    def index(self) -> Any:
        views = saved_views.views_of(MY_WORK) if actor().person else None
        opens = saved_views.to_open(views, request.args) if views else None
        if opens is not None:
            left, told = known(opens.view.asked)
            for sentence in told:
                flash(sentence, "warning")
            return redirect(_address(left, opens.view.id))
        asked, _ = known(saved_views.asked_in(MY_WORK, request.args))
        which = asked.filters.get("which", "all")
        g.counts = tasks.counts(app(), actor())
        page = _page(asked, request.args.get("after", type=int))
        here: dict[str, Any] = {
            name: value for name, value in request.args.items() if name != "after"
        }
        has_due = which == tasks.DUE or any(line.due_at for line in page.items)
        usual = USUAL if has_due else tuple(key for key in USUAL if key != "due")
        shown = _columns(asked, usual)
        return self.render(
            "screens/my_work.html",
            which=which,
            queues=QUEUES,
            counts=g.counts,
            lines=page.items,
            further=url_for("admin.index", **here | {"after": page.after}) if page.after else None,
            who=who,
            shown=shown,
            exports=[
                (title, url_for("admin.export", **here | {"kind": kind}))
                for kind, title in KINDS.items()
            ],
            to_choose=columns.choices(shown, COLUMNS),
            asked=asked,
            kept=[item for item in here.items() if item[0] != columns.ASKED],
            procedures=sorted(app().definitions.procedures.values(), key=lambda item: item.title),
            dues=DUE,
            views=views,
            view_now=saved_views.current(views) if views else None,
        )

    @at("/my-work/export/<kind>/")
    def export(self, kind: str) -> Any:
        """A queue as a file, with the columns that it has."""
        require_kind(kind)
        asked, _ = known(saved_views.asked_in(MY_WORK, request.args))
        shown = _columns(asked, USUAL)
        heads = [Head("Number"), *(Head(title, key in MOMENTS) for key, title in shown)]
        rows = (
            [line.about.number, *(_cell(line, key) for key, _ in shown)] for line in _lines(asked)
        )
        return sent(kind, "My work", "my-work", heads, rows, None)


def _page(asked: Asked, after: int | None, limit: int = 50) -> Page[TaskLine]:
    which, due = asked.filters.get("which", "all"), asked.filters.get("due")
    return tasks.my_work(
        app(),
        actor(),
        which=which,
        after=after,
        limit=limit,
        procedure=asked.filters.get("procedure"),
        until=app().now() + DUE[due][1] if which == tasks.DUE and due else None,
    )


def _lines(asked: Asked) -> Iterator[TaskLine]:
    """All tasks of a queue, read part by part."""
    after: int | None = None
    while True:
        page = _page(asked, after, AT_ONCE)
        yield from page.items
        after = page.after
        if after is None:
            return


def _columns(asked: Asked, usual: Sequence[str]) -> list[tuple[str, str]]:
    shown = columns.shown(asked.columns, usual, COLUMNS)
    return shown if LEADS in dict(shown) else [(LEADS, COLUMNS[LEADS]), *shown]


def _cell(line: TaskLine, key: str) -> Cell:
    """What stands of a task in a file."""
    match key:
        case "task":
            return line.title
        case "about":
            return line.about.label
        case "procedure":
            return line.procedure_title
        case "priority":
            return in_words(line.priority) if line.priority else None
        case "for":
            return who(line)
        case "since":
            return line.opened_at
        case _:
            return line.due_at


def known(asked: Asked) -> tuple[Asked, list[str]]:
    """What of it there is, and a sentence for each thing that is left out."""
    there: dict[str, Any] = {
        "which": QUEUES,
        "procedure": app().definitions.procedures,
        "due": DUE,
    }
    told = [
        f"There is no {_CALLED[name]} '{value[:80]}' any more."
        for name, value in asked.filters.items()
        if value not in there[name]
    ]
    told += [
        f"There is no column '{key[:80]}' any more." for key in asked.columns if key not in COLUMNS
    ]
    filters = {name: value for name, value in asked.filters.items() if value in there[name]}
    listed = tuple(key for key in asked.columns if key in COLUMNS)
    return Asked(filters=filters, columns=listed), [
        f"{sentence} The view is shown without it." for sentence in told
    ]


def _address(asked: Asked, view: int) -> str:
    listed = columns.SEPARATOR.join(asked.columns) or None
    named: dict[str, Any] = {saved_views.ASKED: view, columns.ASKED: listed}
    named["which"] = "all"
    named |= asked.filters
    return url_for("admin.index", **named)


def who(line: TaskLine) -> str:
    """Whom a task is meant for, in words."""
    if line.claimed_by is not None:
        return str(line.claimed_by)
    if line.person is not None:
        return str(line.person)
    return f"{line.role_title}, {line.group}" if line.group else line.role_title
