"""Logging in and out, and who is asking.

The cookie carries the key of a session that the database keeps. Whether it goes on, and whose it is,
is asked of the database for every page.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from admin.screen import app
from server.domain.actor import Actor
from server.domain.refusals import NotAuthenticated
from server.usecases import access

KEY = "key"
BY_SERVICE = "by_service"
"""Set where the organisation's log-in service has said who this is."""
OPEN = {
    "session.log_in",
    "screens.static",
    "entrance.password",
    "entrance.set_up",
    "sign_on.begin",
    "sign_on.back",
    "sign_on.leave",
}
"""What is there for those whom we do not know."""
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"))
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")

pages = Blueprint("session", __name__, template_folder="templates")


@pages.route("/log-in", methods=["GET", "POST"])
def log_in() -> Any:
    """The one page for those whom we do not know yet."""
    target = safe(request.values.get("next"))
    if request.method == "GET":
        return redirect(target) if g.get("actor") else page(target)
    login = request.form.get("login", "").strip()
    try:
        person = access.log_in(app(), login, request.form.get("password", ""))
    except NotAuthenticated as refusal:
        return page(target, f"{refusal} {refusal.hint}".strip(), login), 401
    begin(person)
    return redirect(target)


@pages.route("/log-out", methods=["POST"])
def log_out() -> Response:
    access.end_session(app(), g.actor, g.session.id)
    left = 1 if session.get(BY_SERVICE) else None
    session.clear()
    return redirect(url_for("session.log_in", left=left))


def page(target: str, sentence: str = "", login: str = "") -> str:
    """The page to log in on; `sentence` says why somebody is not let in."""
    return render_template(
        "screens/log_in.html",
        target=target,
        sentence=sentence,
        login=login,
        by_password=app().entrance.by_password,
        has_left=request.args.get("left") == "1",
    )


def recognise() -> Response | None:
    """Find out who asks; whoever is not known logs in first."""
    g.actor = None
    if key := session.get(KEY):
        resumed = access.resume_session(app(), key)
        if resumed is not None:
            g.actor, g.session = resumed.actor, resumed.session
    if g.actor or request.endpoint in OPEN:
        return None
    session.pop(KEY, None)  # what a log-in that has begun elsewhere in this browser needs stays
    here = request.full_path.removesuffix("?") if request.method == "GET" else "/"
    return redirect(url_for("session.log_in", next=None if here == "/" else here))


def begin(person: Actor) -> None:
    """Let this browser be the person's, who has proved to be it; nothing of before is kept."""
    before = session.get(KEY, "")
    session.clear()
    session.permanent = True
    session[KEY] = access.begin_session(
        app(), person, _agent(request.user_agent.string), request.remote_addr or "", before
    )


def _agent(text: str) -> str:
    """Which browser calls itself so, in words that tell one's own from others."""
    browser = next((name for mark, name in _BROWSERS if mark in text), "")
    if not browser:
        browser = "Safari" if "Safari" in text else "A browser"
    system = next((name for name in _SYSTEMS if name in text), "")
    return f"{browser} on {system}" if system else browser


def safe(target: str | None) -> str:
    """Where to go next: an address of ours, never of anybody else's."""
    if not target or not target.startswith("/") or target.startswith("//"):
        return "/"
    if "\\" in target or any(ord(letter) <= ord(" ") for letter in target):
        return "/"
    parts = urlsplit(target)
    return "/" if parts.scheme or parts.netloc else target
