"""Who somebody is, and what their roles let them do by hand."""

import threading
from datetime import timedelta

import argon2
import pytest
import sqlalchemy as sa

from server.domain.actor import APPLICATION, Actor
from server.domain.refusals import Invalid, NotAuthenticated, NotFound
from server.domain.scope import Scope
from server.storage.database import Database
from server.storage.tables import account, attempt, token
from server.usecases import access
from server.usecases.access import passwords
from server.usecases.app import App
from tests.builders import AT, Clock, an_app, stored

PASSWORD = "correct horse"
INCIDENT = "incident_request"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(database: Database, clock: Clock) -> App:
    return an_app(database, clock=clock)


@pytest.fixture
def small(sqlite: Database, clock: Clock) -> App:
    """An application where the kind of database does not matter."""
    return an_app(sqlite, clock=clock)


def an_account(app: App, login: str = "ann", name: str = "Ann", **person) -> Actor:
    found = stored(app.database, app.models, "person", name=name, **person)
    access.create_account(app, login, found.id, PASSWORD)
    return Actor(name, found, login)


def fail(app: App, times: int, login: str = "ann") -> None:
    for _ in range(times):
        with pytest.raises(NotAuthenticated, match="wrong"):
            access.log_in(app, login, "guess")


class TestLoggingIn:
    def test_tells_which_person_somebody_is(self, app: App):
        ann = an_account(app)
        assert access.log_in(app, " Ann ", PASSWORD) == ann
        assert access.actor_of_account(app, "ANN") == ann

    @pytest.mark.parametrize("password", ["", "Correct horse", PASSWORD + " ", "\x00", "\ud800"])
    def test_takes_the_right_password_only(self, small: App, password: str):
        an_account(small)
        with pytest.raises(NotAuthenticated, match="Log-in or password is wrong"):
            access.log_in(small, "ann", password)

    @pytest.mark.parametrize("login", ["nobody", "", " ", "a\x00b", "x" * 500, "\ud800", "a\nb"])
    def test_says_the_same_of_a_login_that_nobody_has(self, small: App, login: str):
        an_account(small)
        with pytest.raises(NotAuthenticated, match="Log-in or password is wrong"):
            access.log_in(small, login, PASSWORD)
        assert access.actor_of_account(small, login) is None

    def test_is_as_hard_to_try_for_a_login_that_nobody_has(self, small: App):
        an_account(small)
        with small.database.read() as connection:
            kept = connection.scalar(sa.select(account.c.password))
        nobodys = passwords.nobodys()
        assert argon2.extract_parameters(nobodys) == argon2.extract_parameters(kept)

    def test_is_refused_to_persons_who_have_left(self, app: App):
        an_account(app, active=False)
        with pytest.raises(NotAuthenticated, match="closed"):
            access.log_in(app, "ann", PASSWORD)
        assert access.actor_of_account(app, "ann") is None

    def test_ends_with_the_account_until_it_is_opened_again(self, small: App):
        ann = an_account(small)
        key = access.create_token(small, ann, "test", None)
        access.close_account(small, "ann")
        with pytest.raises(NotAuthenticated, match="closed"):
            access.log_in(small, "ann", PASSWORD)
        with pytest.raises(NotAuthenticated):
            access.actor_of_token(small, key)
        access.open_account(small, "ann")
        assert access.log_in(small, "ann", PASSWORD) == ann


class TestGuessing:
    def test_waits_longer_with_each_failure_after_the_fifth(self, app: App, clock: Clock):
        an_account(app)
        fail(app, 5)
        with pytest.raises(NotAuthenticated, match="Try again in 30 seconds"):
            access.log_in(app, "ann", PASSWORD)
        clock.pass_time(seconds=31)
        fail(app, 1)
        with pytest.raises(NotAuthenticated, match="Try again in 60 seconds"):
            access.log_in(app, "ann", PASSWORD)
        clock.pass_time(seconds=61)
        assert access.log_in(app, "ann", PASSWORD).login == "ann"

    def test_begins_afresh_after_a_success(self, small: App):
        an_account(small)
        fail(small, 4)
        access.log_in(small, "ann", PASSWORD)
        fail(small, 4)
        access.log_in(small, "ann", PASSWORD)

    def test_is_forgotten_after_an_hour(self, small: App, clock: Clock):
        an_account(small)
        fail(small, 5)
        clock.pass_time(hours=1, seconds=1)
        fail(small, 4)
        access.log_in(small, "ann", PASSWORD)

    def test_hinders_no_other_account(self, small: App):
        an_account(small)
        an_account(small, "bob", "Bob")
        fail(small, 5, "bob")
        assert access.log_in(small, "ann", PASSWORD).login == "ann"

    def test_waits_for_a_login_that_nobody_has_too(self, small: App):
        fail(small, 5, "nobody")
        with pytest.raises(NotAuthenticated, match="Too many"):
            access.log_in(small, "nobody", "guess")

    def test_many_at_once_are_all_counted(self, app: App):
        an_account(app)
        told: list[str] = []

        def guess():
            try:
                access.log_in(app, "ann", "guess")
            except NotAuthenticated as refusal:
                told.append(str(refusal))

        threads = [threading.Thread(target=guess) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(told) == 20
        with app.database.read() as connection:
            counted = connection.scalar(sa.select(attempt.c.failures))
        tried = sum("wrong" in sentence for sentence in told)
        assert tried == counted < 12


class TestAccounts:
    def test_keep_no_password_that_could_be_read(self, small: App):
        an_account(small)
        with small.database.read() as connection:
            assert connection.scalar(sa.select(account.c.password)).startswith("$argon2id$")

    def test_are_refused_with_every_reason_at_once(self, app: App):
        ann = an_account(app)
        with pytest.raises(Invalid) as refused:
            access.create_account(app, "ANN", 99, "short")
        assert refused.value.problems == {
            "password": "A password has 8 to 1000 characters.",
            "person": "There is no person 99.",
            "login": "Another account has this log-in.",
        }
        with pytest.raises(Invalid):
            access.create_account(app, "  ", ann.id, PASSWORD)

    def test_get_another_password(self, small: App):
        ann = an_account(small)
        fail(small, 5)
        access.set_password(small, "ann", "battery staple")
        assert access.log_in(small, "ann", "battery staple") == ann
        with pytest.raises(Invalid):
            access.set_password(small, "ann", "short")
        with pytest.raises(NotFound):
            access.set_password(small, "bob", PASSWORD)

    def test_are_listed_by_login(self, small: App):
        an_account(small, "bob", "Bob")
        an_account(small)
        assert [(one.login, one.name) for one in access.accounts(small)] == [
            ("ann", "Ann"),
            ("bob", "Bob"),
        ]


class TestTokens:
    def test_stand_for_the_person_who_asked_for_them(self, app: App):
        ann = an_account(app)
        key = access.create_token(app, ann, "script", None)
        assert key.startswith("proc_")
        assert access.actor_of_token(app, key) == ann

    def test_are_kept_as_digests(self, small: App):
        key = access.create_token(small, an_account(small), "script", None)
        with small.database.read() as connection:
            assert key[5:] not in str(connection.execute(sa.select(token)).all())

    def test_run_out(self, app: App, clock: Clock):
        ann = an_account(app)
        key = access.create_token(app, ann, "script", AT + timedelta(days=1))
        clock.pass_time(hours=23)
        assert access.actor_of_token(app, key) == ann
        clock.pass_time(hours=1)
        with pytest.raises(NotAuthenticated, match="has run out"):
            access.actor_of_token(app, key)

    @pytest.mark.parametrize("key", ["", "proc_", "proc_x", "proc_\x00", "Bearer", "proc_\ud800"])
    def test_that_nobody_was_given_are_refused(self, small: App, key: str):
        with pytest.raises(NotAuthenticated):
            access.actor_of_token(small, key)

    def test_serve_nobody_after_they_are_revoked(self, app: App):
        ann, bob = an_account(app), an_account(app, "bob", "Bob")
        key = access.create_token(app, ann, "script", None)
        with pytest.raises(NotFound):
            access.revoke(app, bob, key)
        access.revoke(app, ann, key)
        with pytest.raises(NotAuthenticated):
            access.actor_of_token(app, key)

    def test_are_listed_and_revoked_by_number(self, small: App):
        ann = an_account(small)
        an_account(small, "bob", "Bob")
        key = access.create_token(small, ann, "script", None)
        [listed] = access.tokens(small, "ann")
        assert (listed.label, listed.revoked_at) == ("script", None)
        with pytest.raises(NotFound):
            access.revoke_token(small, "bob", listed.id)
        access.revoke_token(small, "ann", listed.id)
        with pytest.raises(NotAuthenticated):
            access.actor_of_token(small, key)

    def test_need_a_label_and_a_moment_to_come(self, small: App):
        ann = an_account(small)
        with pytest.raises(Invalid) as refused:
            access.create_token(small, ann, " ", AT)
        assert refused.value.problems.keys() == {"label", "expires_at"}
        with pytest.raises(NotFound):
            access.create_token(small, APPLICATION, "script", None)

    @pytest.mark.parametrize("scope", Scope)
    def test_reach_as_far_as_their_scope_says(self, app: App, scope: Scope):
        ann = an_account(app)
        key = access.create_token(app, ann, "script", None, scope)
        assert access.bearer(app, key) == (ann, scope)
        assert [token.scope for token in access.tokens(app, "ann")] == [scope]


class TestScopes:
    def test_each_covers_itself_and_those_before_it(self):
        covered = {scope: [other for other in Scope if scope.covers(other)] for scope in Scope}
        assert covered == {
            Scope.READ: [Scope.READ],
            Scope.WRITE: [Scope.READ, Scope.WRITE],
            Scope.ADMINISTER: [Scope.READ, Scope.WRITE, Scope.ADMINISTER],
        }
