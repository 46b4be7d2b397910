"""For administrators: accounts, what failed, roles that nobody holds, and who evaluates the rules."""

from __future__ import annotations

from typing import Any, NoReturn

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from admin import links
from admin.screen import Screen, actor, app, at
from server.domain.refusals import Invalid
from server.usecases import access, readiness, runs


class Administration(Screen):
    def __init__(self) -> None:
        super().__init__("Administration", "administration", "/administration", "settings")

    def is_accessible(self) -> bool:
        return links.rights().permits(runs.ADMINISTER)

    def inaccessible_callback(self, name: str, **_: Any) -> NoReturn:
        del name
        links.rights().require_permission(runs.ADMINISTER, "look after the application")
        raise AssertionError("Only what may not be done is inaccessible.")

    @at("/")
    def index(self) -> Any:
        definitions = app().definitions
        ready = readiness.readiness(app())
        return self.render(
            "screens/administration.html",
            failures=runs.failures(app(), actor()),
            ready=ready,
            vacant=[definitions.roles[key] for key in ready.vacant],
            evaluator=app().rules.evaluator,
            definitions=definitions,
        )

    @at("/accounts/", methods=("GET", "POST"))
    def accounts(self) -> Any:
        given = request.form
        problems: dict[str, str] = {}
        if request.method == "POST":
            login, person = given.get("login", ""), given.get("person", 0, type=int)
            try:
                account_id, key = access.let_in(app(), actor(), login, person)
            except Invalid as refusal:
                problems = dict(refusal.problems)
            else:
                return self._account(account_id, key)
        page = self.render(
            "screens/accounts.html",
            accounts=access.administered(app(), actor()),
            problems=problems,
            given=given,
        )
        return page, 422 if problems else 200

    @at("/accounts/<int:account_id>/")
    def account(self, account_id: int) -> Any:
        return self._account(account_id)

    @at("/accounts/<int:account_id>/link", methods=("POST",))
    def link(self, account_id: int) -> Any:
        """The link is told on the page that answers, and nowhere again."""
        return self._account(account_id, access.another_password(app(), actor(), account_id))

    @at("/accounts/<int:account_id>/close", methods=("POST",))
    def close(self, account_id: int) -> Response:
        access.keep_out(app(), actor(), account_id)
        flash("The account is closed. Nobody is logged in by it any more.", "success")
        return redirect(url_for("administration.account", account_id=account_id))

    @at("/accounts/<int:account_id>/open", methods=("POST",))
    def reopen(self, account_id: int) -> Response:
        access.let_back_in(app(), actor(), account_id)
        flash("The account is open again.", "success")
        return redirect(url_for("administration.account", account_id=account_id))

    @at("/accounts/<int:account_id>/tokens/<int:token_id>/revoke", methods=("POST",))
    def revoke(self, account_id: int, token_id: int) -> Response:
        access.take_token(app(), actor(), account_id, token_id)
        flash("The token serves nobody any more.", "success")
        return redirect(url_for("administration.account", account_id=account_id))

    def _account(self, account_id: int, key: str = "") -> Any:
        return self.render(
            "screens/administered.html",
            found=access.administered_one(app(), actor(), account_id),
            link=url_for("entrance.password", key=key, _external=True) if key else "",
        )

    @at("/failures/<int:failure_id>/retry", methods=("POST",))
    def retry(self, failure_id: int) -> Response:
        run_id = runs.retry(app(), actor(), failure_id)
        flash("It was tried again, and the run goes on.", "success")
        return redirect(url_for("runs.run", run_id=run_id))
