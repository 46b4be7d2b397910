"""Saved views above a list: open one, keep what the list shows as one, share, rename and delete."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from flask import current_app, flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from admin import columns
from admin.screen import Screen, actor, app, at
from server.domain.refusals import Invalid, NotFound
from server.domain.saved_view import MY_WORK, Asked, Sharing
from server.usecases import saved_views
from server.usecases.saved_views import ViewOffered, ViewsOffered

ASKED = "view"
"""What the view of a list is called in addresses; 0 is the list as it is."""
_FILTER = "flt"
_OF_MY_WORK = ("which", "procedure", "due")


def views_of(of: str) -> ViewsOffered:
    return saved_views.offered(app(), actor(), of)


def to_open(views: ViewsOffered, address: MultiDict[str, str]) -> ViewOffered | None:
    """The view that an address asks to open: by its number alone, or the default by nothing."""
    if not address:
        return views.default
    if address.keys() == {ASKED}:
        return views.one(address.get(ASKED, type=int))
    return None


def current(views: ViewsOffered) -> ViewOffered | None:
    """The view that the page of now began with."""
    return views.one(request.args.get(ASKED, type=int))


def asked_in(of: str, address: MultiDict[str, str]) -> Asked:
    """What an address asks of a list."""
    filters = {
        name.removeprefix(_FILTER).partition("_")[2]: value
        for name, value in address.items()
        if name.startswith(_FILTER) and value
    }
    if of == MY_WORK:
        filters = {name: address[name] for name in _OF_MY_WORK if address.get(name)}
    return Asked(
        address.get("search", ""),
        filters,
        address.get("sort", ""),
        bool(address.get("desc")),
        columns.asked(address),
    )


class Views(Screen):
    """No page of its own: each list has the forms that are sent here."""

    def __init__(self) -> None:
        super().__init__("Views", "views", "/views")

    def is_visible(self) -> bool:
        return False

    @at("/")
    def index(self) -> Response:
        return redirect(url_for("admin.index"))

    @at("/<of>/keep", methods=("POST",))
    def keep(self, of: str) -> Response:
        sharing, group = _sharing()
        try:
            number = saved_views.save(
                app(), actor(), of, request.form.get("name", ""), _shown(of), sharing, group
            )
        except Invalid as refusal:
            return _refused(of, refusal)
        if "default" in request.form:
            saved_views.open_with(app(), actor(), of, number)
        flash("The view is kept.", "success")
        return redirect(_list(of, **{ASKED: number}))

    @at("/<of>/<int:number>/change", methods=("POST",))
    def change(self, of: str, number: int) -> Response:
        sharing, group = _sharing()
        asked = _shown(of) if "shown" in request.form else None
        try:
            view = saved_views.change(
                app(),
                actor(),
                number,
                name=request.form.get("name"),
                asked=asked,
                sharing=sharing,
                group=group,
            )
        except Invalid as refusal:
            return _refused(of, refusal)
        flash("The view is changed.", "success")
        return redirect(_list(view.list, **{ASKED: number}))

    @at("/<int:number>/delete", methods=("POST",))
    def delete(self, number: int) -> Response:
        view = saved_views.delete(app(), actor(), number)
        flash(f"The view “{view.name}” is deleted.", "success")
        return redirect(_list(view.list, **{ASKED: 0}))

    @at("/<of>/<int:number>/default", methods=("POST",))
    def default(self, of: str, number: int) -> Response:
        """Open the list with a view from now on; 0: as it is."""
        saved_views.open_with(app(), actor(), of, number or None)
        flash("From now on the list opens so for you.", "success")
        return redirect(_list(of, **{ASKED: number}))


def _sharing() -> tuple[Sharing, int | None]:
    """With whom the form shares: `own`, `all`, or `group-` and its number."""
    chosen, _, group = request.form.get("sharing", "").partition("-")
    sharing = Sharing(chosen) if chosen in set(Sharing) else Sharing.OWN
    return sharing, int(group) if group.isdecimal() else None


def _shown(of: str) -> Asked:
    """What the list showed from which the form was sent."""
    address = request.form.get("address", "").removeprefix("?")
    return asked_in(of, MultiDict(parse_qsl(address[:4000], keep_blank_values=True)))


def _refused(of: str, refusal: Invalid) -> Response:
    flash(" ".join((str(refusal), *refusal.problems.values())), "error")
    back = request.form.get("address", "").removeprefix("?")
    return redirect(f"{_list(of)}?{back[:4000]}")


def _list(of: str, **address: Any) -> str:
    """Where a list stands.

    Raises:
        NotFound: there is none.
    """
    endpoint = "admin.index" if of == MY_WORK else f"{of}.index_view"
    if endpoint not in current_app.view_functions:
        raise NotFound("There is no such list.")
    return url_for(endpoint, **address)
