"""Links that serve once: to a new password, and to the first account."""

import threading

import pytest
import sqlalchemy as sa

from server.domain.actor import APPLICATION, Actor
from server.domain.refusals import Invalid, NotAllowed, NotAuthenticated, NotFound
from server.storage.database import Database
from server.storage.tables import account, link
from server.usecases import access
from server.usecases.app import App
from server.usecases.rights import rights_now
from tests.builders import Clock, an_app, stored

PASSWORD, OTHER = "correct horse", "battery staple"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(database: Database, clock: Clock) -> App:
    return an_app(database, clock=clock)


def an_account(app: App, login: str = "ann", *roles: str) -> Actor:
    person = stored(app.database, app.models, "person", name=login.capitalize())
    for role in roles:
        stored(app.database, app.models, "holder", person=person, role=role)
    access.create_account(app, login, person.id, PASSWORD)
    return Actor(login.capitalize(), person, login)


class TestALinkToAPassword:
    def test_sets_it_once_and_logs_out_everywhere(self, app: App):
        ann = an_account(app)
        browser = access.begin_session(app, ann, "", "")
        key = access.password_link(app, APPLICATION, "Ann")
        assert access.person_of_link(app, key) == ann
        assert access.set_password_by_link(app, key, OTHER) == ann
        assert access.log_in(app, "ann", OTHER) == ann
        assert access.resume_session(app, browser) is None
        for serve in (access.person_of_link, lambda *it: access.set_password_by_link(*it, OTHER)):
            with pytest.raises(NotFound, match="has served"):
                serve(app, key)

    def test_lets_in_who_had_guessed_too_often(self, app: App):
        an_account(app)
        for _ in range(5):
            with pytest.raises(NotAuthenticated):
                access.log_in(app, "ann", "guess")
        access.set_password_by_link(app, access.password_link(app, APPLICATION, "ann"), OTHER)
        assert access.log_in(app, "ann", OTHER).login == "ann"

    def test_is_for_administrators_to_make(self, app: App):
        ann, root = an_account(app), an_account(app, "root", "administrator")
        with pytest.raises(NotAllowed):
            access.password_link(app, ann, "root")
        assert access.person_of_link(app, access.password_link(app, root, "ann")) == ann

    def test_runs_out_after_a_day(self, app: App, clock: Clock):
        an_account(app)
        key = access.password_link(app, APPLICATION, "ann")
        clock.pass_time(hours=23, minutes=59)
        access.person_of_link(app, key)
        clock.pass_time(minutes=1)
        with pytest.raises(NotFound):
            access.set_password_by_link(app, key, OTHER)

    def test_still_serves_after_a_weak_password(self, app: App):
        an_account(app)
        key = access.password_link(app, APPLICATION, "ann")
        with pytest.raises(Invalid):
            access.set_password_by_link(app, key, "short")
        assert access.set_password_by_link(app, key, OTHER).login == "ann"

    def test_takes_the_place_of_an_older_one_of_this_account(self, app: App):
        an_account(app)
        bob = an_account(app, "bob")
        first = access.password_link(app, APPLICATION, "ann")
        bobs = access.password_link(app, APPLICATION, "bob")
        second = access.password_link(app, APPLICATION, "ann")
        with pytest.raises(NotFound):
            access.person_of_link(app, first)
        assert access.person_of_link(app, second).login == "ann"
        assert access.person_of_link(app, bobs) == bob

    def test_is_not_made_for_nobody_and_not_for_a_closed_account(self, app: App):
        an_account(app)
        key = access.password_link(app, APPLICATION, "ann")
        access.close_account(app, "ann")
        for login in ("ann", "bob"):
            with pytest.raises(NotFound):
                access.password_link(app, APPLICATION, login)
        with pytest.raises(NotFound):
            access.set_password_by_link(app, key, OTHER)

    def test_is_kept_as_a_digest(self, app: App):
        an_account(app)
        key = access.password_link(app, APPLICATION, "ann")
        with app.database.read() as connection:
            assert key not in str(connection.execute(sa.select(link)).all())


class TestALinkToTheFirstAccount:
    def test_enters_an_administrator_once(self, app: App):
        key = access.set_up_link(app.database, app.now())
        access.require_set_up_link(app, key)
        alex = access.set_up(app, key, "Alex", " Alex Morgan ", PASSWORD)
        assert (alex.name, alex.login) == ("Alex Morgan", "alex")
        assert rights_now(app, alex).permits("administer")
        assert access.log_in(app, "alex", PASSWORD) == alex
        with pytest.raises(NotFound):
            access.set_up(app, key, "eve", "Eve", PASSWORD)

    def test_is_not_made_where_somebody_can_log_in(self, app: App):
        an_account(app)
        assert access.set_up_link(app.database, app.now()) is None

    def test_is_not_made_where_there_are_no_tables(self, sqlite: Database, clock: Clock):
        assert access.set_up_link(sqlite, clock()) is None

    def test_leads_nowhere_once_there_is_an_account_by_another_way(self, app: App):
        key = access.set_up_link(app.database, app.now())
        an_account(app)
        with pytest.raises(NotFound):
            access.require_set_up_link(app, key)
        with pytest.raises(NotFound):
            access.set_up(app, key, "eve", "Eve", PASSWORD)

    def test_runs_out_and_is_replaced(self, app: App, clock: Clock):
        first = access.set_up_link(app.database, app.now())
        second = access.set_up_link(app.database, app.now())
        with pytest.raises(NotFound):
            access.require_set_up_link(app, first)
        clock.pass_time(hours=24)
        with pytest.raises(NotFound):
            access.set_up(app, second, "eve", "Eve", PASSWORD)

    def test_still_serves_after_what_is_unfit(self, app: App):
        key = access.set_up_link(app.database, app.now())
        for login, name, password in (
            ("", "Al", PASSWORD),
            ("al", " ", PASSWORD),
            ("al", "Al", "x"),
        ):
            with pytest.raises(Invalid):
                access.set_up(app, key, login, name, password)
        assert access.set_up(app, key, "al", "Al", PASSWORD).login == "al"

    def test_to_a_password_is_none_and_the_other_way_round(self, app: App):
        first = access.set_up_link(app.database, app.now())
        with pytest.raises(NotFound):
            access.set_password_by_link(app, first, OTHER)
        an_account(app)
        key = access.password_link(app, APPLICATION, "ann")
        with pytest.raises(NotFound):
            access.set_up(app, key, "eve", "Eve", PASSWORD)

    def test_serves_one_of_many_who_ask_at_once(self, app: App):
        key = access.set_up_link(app.database, app.now())
        refused: list[Exception] = []

        def ask(number: int) -> None:
            try:
                access.set_up(app, key, f"al{number}", "Al", PASSWORD)
            except NotFound as error:
                refused.append(error)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with app.database.read() as connection:
            assert connection.scalar(sa.select(sa.func.count()).select_from(account)) == 1
        assert len(refused) == 3
