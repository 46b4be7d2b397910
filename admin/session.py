"""Logging in and out, and who is asking.

The session cookie carries the account's name and when it was logged in, signed. Whether the account
still is one, and whom it belongs to, is asked of the database for every page.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from admin.screen import app
from server.domain.refusals import NotAuthenticated
from server.usecases import access

IDLE = timedelta(hours=10)
LONGEST = timedelta(hours=24)
_LOGIN, _SINCE = "login", "since"

pages = Blueprint("session", __name__, template_folder="templates")


@pages.route("/log-in", methods=["GET", "POST"])
def log_in() -> Any:
    """The one page for those whom we do not know yet."""
    target = safe(request.values.get("next"))
    if request.method == "GET":
        return redirect(target) if g.get("actor") else _page(target)
    login = request.form.get("login", "").strip()
    try:
        access.log_in(app(), login, request.form.get("password", ""))
    except NotAuthenticated as refusal:
        return _page(target, str(refusal), login), 401
    session.clear()
    session.permanent = True
    session[_LOGIN], session[_SINCE] = login, datetime.now(UTC).timestamp()
    return redirect(target)


@pages.route("/log-out", methods=["POST"])
def log_out() -> Response:
    session.clear()
    return redirect(url_for("session.log_in"))


def _page(target: str, sentence: str = "", login: str = "") -> str:
    return render_template("screens/log_in.html", target=target, sentence=sentence, login=login)


def recognise() -> Response | None:
    """Find out who asks; whoever is not known logs in first."""
    g.actor = None
    login = session.get(_LOGIN)
    if login and _is_fresh(session.get(_SINCE)):
        g.actor = access.actor_of_account(app(), login)
    if g.actor or request.endpoint in {"session.log_in", "screens.static"}:
        return None
    session.clear()
    here = request.full_path.removesuffix("?") if request.method == "GET" else "/"
    return redirect(url_for("session.log_in", next=None if here == "/" else here))


def _is_fresh(since: Any) -> bool:
    if not isinstance(since, float | int):
        return False
    return datetime.now(UTC).timestamp() - since < LONGEST.total_seconds()


def safe(target: str | None) -> str:
    """Where to go next: an address of ours, never of anybody else's."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return "/"
    if "\\" in target or any(ord(letter) <= ord(" ") for letter in target):
        return "/"
    parts = urlsplit(target)
    return "/" if parts.scheme or parts.netloc else target
