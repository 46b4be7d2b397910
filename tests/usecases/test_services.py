"""People log in by their organisation's service: who they are here, and which roles groups bring."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from server.domain.actor import Actor
from server.domain.refusals import NotAuthenticated
from server.domain.values import RecordRef
from server.storage.database import Database
from server.usecases import access, records
from server.usecases.access import Claims
from server.usecases.app import App, Entrance
from server.usecases.rights import rights_now
from tests.builders import ROLES, an_app, some_definitions, somebody, stored

ISSUER = "https://login.example.org"
DESK, LEADS = frozenset({"Desk"}), frozenset({"Leads"})
GROUPED = {
    "service-desk-analyst": replace(
        ROLES["service-desk-analyst"], log_in_groups=DESK | {"Night desk"}
    ),
    "specialist": replace(
        ROLES["specialist"],
        log_in_groups=LEADS,
        apart_from=frozenset({"service-desk-analyst"}),
    ),
}


@pytest.fixture
def app(database: Database) -> App:
    """Whom the service knows and the application does not is entered."""
    app = an_app(database, some_definitions(roles=ROLES | GROUPED))
    return replace(app, entrance=Entrance(enters_unknown=True))


def wary(app: App) -> App:
    """The same, where nobody is entered whom it does not know."""
    return replace(app, entrance=Entrance())


def ann(app: App, **values: str) -> RecordRef:
    return stored(app.database, app.models, "person", name="Ann", **values)


def claims(subject: str = "a1", **said: object) -> Claims:
    return replace(Claims(ISSUER, subject, name="Ann Lee"), **said)


def roles(app: App, actor: Actor) -> set[str]:
    return set(rights_now(app, actor).roles)


class TestWhoSomebodyIs:
    def test_is_the_person_whose_verified_address_it_is_and_stays_it(self, app: App):
        person = ann(app, email="Ann@Example.org")
        first = access.log_in_by_service(wary(app), claims(email="ann@example.org"))
        assert first.person == person
        again = access.log_in_by_service(wary(app), claims(email="other@example.org"))
        assert again == first

    def test_is_the_account_that_the_person_has_already(self, app: App):
        person = ann(app, email="ann@example.org")
        access.create_account(app, "ann", person.id, "a long and secret one")
        actor = access.log_in_by_service(wary(app), claims(email="ann@example.org"))
        assert actor.login == "ann"
        assert access.log_in(app, "ann", "a long and secret one") == actor

    @pytest.mark.parametrize("said", [{}, {"login": "ann"}, {"email": "eve@example.org"}])
    def test_is_nobody_without_such_an_address(self, app: App, said):
        person = ann(app, email="ann@example.org")
        access.create_account(app, "ann", person.id, "a long and secret one")
        with pytest.raises(NotAuthenticated, match="You are not known here"):
            access.log_in_by_service(wary(app), claims(**said))

    def test_is_entered_where_that_is_so(self, app: App):
        actor = access.log_in_by_service(app, claims(email="ann@example.org", login="Ann.Lee"))
        assert (actor.name, actor.login) == ("Ann Lee", "ann.lee")
        view = records.view(app, somebody(app, "administrator", name="Root"), actor.person)
        assert view.values["email"] == "ann@example.org"
        assert access.log_in_by_service(app, claims()) == actor

    def test_has_another_log_in_where_that_one_is_taken(self, app: App):
        access.create_account(app, "ann", ann(app).id, "a long and secret one")
        actor = access.log_in_by_service(app, claims(login="ann"))
        assert actor.login == "a1@login.example.org"

    def test_is_somebody_else_at_another_service(self, app: App):
        first = access.log_in_by_service(app, claims())
        other = access.log_in_by_service(app, claims(issuer="https://other.example.org"))
        assert first.person != other.person

    def test_is_not_who_had_the_address_before(self, app: App):
        ann(app, email="ann@example.org")
        access.log_in_by_service(app, claims(email="ann@example.org"))
        with pytest.raises(NotAuthenticated, match="by another name already"):
            access.log_in_by_service(app, claims("a2", email="ann@example.org"))

    def test_is_not_guessed_among_several(self, app: App):
        ann(app, email="ann@example.org")
        ann(app, email="Ann@example.org")
        with pytest.raises(NotAuthenticated, match="Several persons"):
            access.log_in_by_service(app, claims(email="ann@example.org"))

    def test_is_not_let_in_by_a_closed_account(self, app: App):
        actor = access.log_in_by_service(app, claims())
        access.close_account(app, actor.login)
        with pytest.raises(NotAuthenticated, match="closed"):
            access.log_in_by_service(app, claims())

    def test_is_entered_once_by_two_browsers_at_once(self, app: App):
        known: list[Actor] = []
        both = [
            threading.Thread(
                target=lambda: known.append(access.log_in_by_service(app, claims(groups=DESK)))
            )
            for _ in range(2)
        ]
        for one in both:
            one.start()
        for one in both:
            one.join()
        assert len({actor.person for actor in known}) == 1
        assert len(known) == 2

    def test_needs_a_name(self, app: App):
        with pytest.raises(NotAuthenticated, match="does not say enough"):
            access.log_in_by_service(app, claims(name=""))

    def test_has_no_password(self, app: App):
        actor = access.log_in_by_service(app, claims(login="ann"))
        for guess in ("", "*", "None"):
            with pytest.raises(NotAuthenticated):
                access.log_in(app, actor.login, guess)


class TestRolesOfGroups:
    def test_are_held_while_the_group_is_there(self, app: App):
        actor = access.log_in_by_service(app, claims(groups=DESK | {"Choir"}))
        assert roles(app, actor) == {"service-desk-analyst"}
        access.log_in_by_service(app, claims(groups=frozenset({"Night desk"})))
        assert roles(app, actor) == {"service-desk-analyst"}
        access.log_in_by_service(app, claims())
        assert roles(app, actor) == set()
        access.log_in_by_service(app, claims(groups=DESK))
        assert roles(app, actor) == {"service-desk-analyst"}

    def test_leave_alone_what_was_given_by_hand(self, app: App):
        actor = access.log_in_by_service(app, claims())
        stored(
            app.database, app.models, "holder", person=actor.person, role="service-desk-analyst"
        )
        for groups in (DESK, frozenset()):
            access.log_in_by_service(app, claims(groups=groups))
            assert roles(app, actor) == {"service-desk-analyst"}

    def test_are_given_again_where_somebody_has_taken_them(self, app: App):
        actor = access.log_in_by_service(app, claims(groups=DESK))
        root = somebody(app, "administrator", name="Root")
        for item in records.page(app, root, "holder").items:
            if item.values["person"] == actor.person:
                records.delete(app, root, item.title.record)
        assert roles(app, actor) == set()
        access.log_in_by_service(app, claims(groups=DESK))
        assert roles(app, actor) == {"service-desk-analyst"}

    def test_are_never_two_that_are_kept_apart(self, app: App):
        actor = access.log_in_by_service(app, claims(groups=DESK | LEADS))
        assert roles(app, actor) == {"service-desk-analyst"}

    def test_follow_who_moves_from_one_to_the_other(self, app: App):
        actor = access.log_in_by_service(app, claims(groups=DESK))
        access.log_in_by_service(app, claims(groups=LEADS))
        assert roles(app, actor) == {"specialist"}

    def test_are_not_given_beside_what_is_held_for_something(self, app: App):
        actor = access.log_in_by_service(app, claims())
        group = stored(app.database, app.models, "group", name="Net")
        stored(
            app.database, app.models, "holder",
            person=actor.person, role="specialist", group=group,
        )  # fmt: skip
        access.log_in_by_service(app, claims(groups=DESK))
        assert roles(app, actor) == {"specialist"}


class TestWithoutPasswords:
    def test_nobody_is_let_in_by_one(self, app: App):
        access.create_account(app, "ann", ann(app).id, "a long and secret one")
        closed = replace(app, entrance=Entrance(by_password=False))
        with pytest.raises(NotAuthenticated, match="Nobody logs in with a password here"):
            access.log_in(closed, "ann", "a long and secret one")


class TestAnotherPassword:
    @pytest.mark.parametrize("ends", [True, False])
    def test_ends_tokens_where_that_is_wanted(self, app: App, ends: bool):
        actor = access.log_in_by_service(app, claims(login="ann"))
        token = access.create_token(app, actor, "A script", None)
        access.set_password(app, "ann", "a long and secret one", ends_tokens=ends)
        if ends:
            with pytest.raises(NotAuthenticated):
                access.bearer(app, token)
        else:
            assert access.bearer(app, token)[0] == actor
