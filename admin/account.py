"""The account of who is logged in: where else, with which password, and which tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from admin import keys, session
from admin.screen import Screen, actor, app, at
from server.domain.refusals import Invalid, NotAuthenticated
from server.domain.scope import Scope
from server.usecases import access

DAYS = {"30": "30 days", "90": "90 days", "365": "A year", "": "Until it is revoked"}
"""After how many days a token may run out."""


class MyAccount(Screen):
    """Reached by the menu under the person's name."""

    def __init__(self) -> None:
        super().__init__("My account", "account", "/account", "lock")

    def is_visible(self) -> bool:
        return False

    @at("/")
    def index(self) -> Any:
        return self._page()

    @at("/sessions/<int:session_id>/end", methods=("POST",))
    def end(self, session_id: int) -> Response:
        access.end_session(app(), actor(), session_id)
        flash("It is logged out there.", "success")
        return redirect(url_for("account.index"))

    @at("/password", methods=("POST",))
    def password(self) -> Any:
        given = request.form
        new = given.get("password", "")
        try:
            if new != given.get("again", ""):
                raise Invalid("The password is as it was.", {"again": "These two differ."})
            access.change_password(
                app(),
                actor(),
                given.get("present", ""),
                new,
                ends_tokens=bool(given.get("end_tokens")),
            )
        except Invalid as refusal:
            return self._page(problems=refusal.problems), 422
        except NotAuthenticated as refusal:
            return self._page(problems={"present": str(refusal)}), 422
        session.begin(actor())
        flash("Your password is changed. Everywhere else you are logged out.", "success")
        return redirect(url_for("account.index"))

    @at("/tokens", methods=("POST",))
    def make(self) -> Any:
        given = request.form
        days, scope = given.get("days", ""), given.get("scope", "")
        try:
            if days not in DAYS or scope not in set(Scope):
                raise Invalid("The token cannot be made.", {"label": "Choose from what is there."})
            expires = app().now() + timedelta(days=int(days)) if days else None
            made = access.create_token(
                app(), actor(), given.get("label", ""), expires, Scope(scope)
            )
        except Invalid as refusal:
            return self._page(problems=refusal.problems), 422
        return self._page(made=made)

    @at("/tokens/<int:token_id>/revoke", methods=("POST",))
    def revoke(self, token_id: int) -> Response:
        access.revoke_token(app(), actor().login, token_id)
        flash("The token serves nobody any more.", "success")
        return redirect(url_for("account.index"))

    @at("/keys", methods=("POST",))
    def keys(self) -> Any:
        off = request.form.get("keys") == keys.OFF
        flash(f"Single keys are {'off' if off else 'on'} in this browser.", "success")
        return keys.keep(redirect(url_for("account.index")), off=off)

    def _page(self, *, problems: Any = None, made: str = "") -> Any:
        now = app().now()
        return self.render(
            "screens/account.html",
            login=actor().login,
            has_password=app().entrance.by_password,
            sessions=access.sessions(app(), actor()),
            present=g.session.id,
            tokens=[
                token
                for token in access.tokens(app(), actor().login)
                if token.revoked_at is None
                and (token.expires_at is None or token.expires_at > now)
            ],
            scopes=list(Scope),
            days=DAYS,
            problems=problems or {},
            made=made,
            label="" if made else request.form.get("label", ""),
        )
