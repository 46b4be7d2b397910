"""Pages for whoever has a link: to a new password, and to the first account of an installation."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from admin import session
from admin.screen import app
from server.domain.refusals import Invalid
from server.usecases import access

pages = Blueprint("entrance", __name__, template_folder="templates")
_DIFFERENT = {"again": "These two differ."}


@pages.route("/password/<key>", methods=["GET", "POST"])
def password(key: str) -> Any:
    """The owner of an account gives it a new password, and is logged in."""
    access.require_passwords(app())
    person = access.person_of_link(app(), key)
    if request.method == "GET":
        return _page("A new password", "Set the password", person.login)
    try:
        ends = bool(request.form.get("end_tokens"))
        person = access.set_password_by_link(app(), key, _password(), ends_tokens=ends)
    except Invalid as refusal:
        return _page("A new password", "Set the password", person.login, refusal.problems), 422
    session.begin(person)
    return redirect(url_for("admin.index"))


@pages.route("/set-up/<key>", methods=["GET", "POST"])
def set_up(key: str) -> Any:
    """The first administrator enters, where nobody can log in yet."""
    access.require_set_up_link(app(), key)
    if request.method == "GET":
        return _page("The first administrator", "Begin")
    given = request.form
    try:
        person = access.set_up(
            app(), key, given.get("login", ""), given.get("name", ""), _password()
        )
    except Invalid as refusal:
        return _page("The first administrator", "Begin", problems=refusal.problems), 422
    session.begin(person)
    return redirect(url_for("admin.index"))


def _password() -> str:
    given = request.form
    if given.get("password", "") != given.get("again", ""):
        raise Invalid("The password cannot be taken.", _DIFFERENT)
    return given.get("password", "")


def _page(title: str, button: str, login: str = "", problems: Any = None) -> str:
    """`login` is given where the account is there already."""
    return render_template(
        "screens/entrance.html",
        title=title,
        button=button,
        login=login,
        problems=problems or {},
        given=request.form,
    )
