"""Browsers that are logged in."""

import pytest
import sqlalchemy as sa

from server.domain.actor import Actor
from server.domain.refusals import Invalid, NotAuthenticated, NotFound
from server.storage.database import Database
from server.storage.tables import session
from server.usecases import access
from server.usecases.app import App
from tests.builders import AT, Clock, an_app, stored

PASSWORD, OTHER = "correct horse", "battery staple"


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


def an_account(app: App, login: str = "ann") -> Actor:
    person = stored(app.database, app.models, "person", name=login.capitalize())
    access.create_account(app, login, person.id, PASSWORD)
    return Actor(login.capitalize(), person, login)


def begun(app: App, actor: Actor, before: str = "") -> str:
    return access.begin_session(app, actor, "Firefox on Linux", "192.0.2.7", before)


def test_a_key_tells_whose_browser_it_is_and_which(app: App):
    ann, bob = an_account(app), an_account(app, "bob")
    key, other = begun(app, ann), begun(app, bob)
    resumed = access.resume_session(app, key)
    assert resumed is not None
    assert resumed.actor == ann
    assert (resumed.session.agent, resumed.session.address) == ("Firefox on Linux", "192.0.2.7")
    assert access.resume_session(app, other).actor == bob


@pytest.mark.parametrize("key", ["", "x", "\x00", "\ud800", "k" * 5000])
def test_a_key_that_nobody_was_given_is_of_nobody(small: App, key: str):
    begun(small, an_account(small))
    assert access.resume_session(small, key) is None


def test_the_rows_hold_no_key(small: App):
    key = begun(small, an_account(small))
    with small.database.read() as connection:
        assert key not in str(connection.execute(sa.select(session)).all())


def test_what_browsers_say_of_themselves_is_kept_as_far_as_there_is_room(app: App):
    ann = an_account(app)
    access.begin_session(app, ann, "x" * 500, "y" * 500)
    [kept] = access.sessions(app, ann)
    assert (len(kept.agent), len(kept.address)) == (80, 60)


def test_a_session_that_nobody_uses_is_over_after_ten_hours(app: App, clock: Clock):
    ann = an_account(app)
    key = begun(app, ann)
    clock.pass_time(hours=9, minutes=59)
    assert access.resume_session(app, key) is not None
    clock.pass_time(hours=9, minutes=59)
    assert access.resume_session(app, key) is not None
    clock.pass_time(hours=0, minutes=1)
    assert access.resume_session(app, key) is not None
    assert access.sessions(app, ann) != ()
    clock.pass_time(hours=10)
    assert access.resume_session(app, key) is None
    assert access.sessions(app, ann) == ()


def test_a_session_is_over_after_a_day_however_it_is_used(app: App, clock: Clock):
    key = begun(app, an_account(app))
    for _ in range(5):
        clock.pass_time(hours=4, minutes=47)
        assert access.resume_session(app, key) is not None
    clock.pass_time(minutes=5)
    assert access.resume_session(app, key) is None


def test_use_is_written_at_most_once_a_minute(app: App, clock: Clock):
    ann = an_account(app)
    key = begun(app, ann)
    with counted(app) as writes:
        clock.pass_time(seconds=59)
        access.resume_session(app, key)
        assert writes == []
        clock.pass_time(seconds=1)
        access.resume_session(app, key)
        access.resume_session(app, key)
    assert len(writes) == 1
    [kept] = access.sessions(app, ann)
    assert (kept.begun_at, kept.used_at) == (AT, clock())


def test_logging_in_anew_ends_what_the_browser_had(app: App):
    ann = an_account(app)
    first = begun(app, ann)
    second = begun(app, ann, first)
    assert second != first
    assert access.resume_session(app, first) is None
    assert access.resume_session(app, second) is not None


def test_a_session_is_ended_by_its_person_only(app: App):
    ann, bob = an_account(app), an_account(app, "bob")
    here, there = begun(app, ann), begun(app, ann)
    [_, elsewhere] = sorted(access.sessions(app, ann), key=lambda one: one.id)
    with pytest.raises(NotFound, match="not logged in there"):
        access.end_session(app, bob, elsewhere.id)
    access.end_session(app, ann, elsewhere.id)
    assert access.resume_session(app, there) is None
    assert access.resume_session(app, here) is not None
    with pytest.raises(NotFound):
        access.end_session(app, ann, elsewhere.id)


def test_another_password_ends_all_sessions_of_the_account_and_of_no_other(app: App):
    ann, bob = an_account(app), an_account(app, "bob")
    first, second, bobs = begun(app, ann), begun(app, ann), begun(app, bob)
    access.set_password(app, "ann", OTHER)
    assert access.resume_session(app, first) is None
    assert access.resume_session(app, second) is None
    assert access.resume_session(app, bobs) is not None


def test_closing_an_account_ends_its_sessions_for_good(app: App):
    ann = an_account(app)
    key = begun(app, ann)
    access.close_account(app, "ann")
    assert access.resume_session(app, key) is None
    access.open_account(app, "ann")
    assert access.resume_session(app, key) is None


def test_somebody_who_leaves_is_known_no_longer(app: App):
    person = stored(app.database, app.models, "person", name="Eve", active=True)
    access.create_account(app, "eve", person.id, PASSWORD)
    key = begun(app, Actor("Eve", person, "eve"))
    assert access.resume_session(app, key) is not None
    people = app.models.tables["person"]
    with app.database.write() as connection:
        connection.execute(people.update().values(active=False))
    assert access.resume_session(app, key) is None


def test_old_sessions_are_forgotten(app: App, clock: Clock):
    ann = an_account(app)
    begun(app, ann)
    clock.pass_time(hours=24 * 91)
    begun(app, ann)
    with app.database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(session)) == 1


class TestChangingOnesPassword:
    def test_takes_the_present_one_and_logs_out_everywhere(self, app: App):
        ann = an_account(app)
        key = begun(app, ann)
        access.change_password(app, ann, PASSWORD, OTHER)
        assert access.resume_session(app, key) is None
        assert access.log_in(app, "ann", OTHER) == ann
        with pytest.raises(NotAuthenticated):
            access.log_in(app, "ann", PASSWORD)

    def test_is_refused_with_another_password_and_changes_nothing(self, small: App):
        ann = an_account(small)
        key = begun(small, ann)
        with pytest.raises(Invalid) as refused:
            access.change_password(small, ann, "guess", OTHER)
        assert refused.value.problems == {"present": "This is not your password."}
        with pytest.raises(Invalid) as refused:
            access.change_password(small, ann, PASSWORD, "short")
        assert refused.value.problems.keys() == {"password"}
        assert access.resume_session(small, key) is not None
        assert access.log_in(small, "ann", PASSWORD) == ann

    def test_is_no_way_to_guess_more_often(self, small: App):
        ann = an_account(small)
        for _ in range(5):
            with pytest.raises(Invalid):
                access.change_password(small, ann, "guess", OTHER)
        with pytest.raises(NotAuthenticated, match="Too many"):
            access.change_password(small, ann, PASSWORD, OTHER)


class counted:  # noqa: N801  read as a word
    """The statements by which rows are changed while this lasts."""

    def __init__(self, app: App) -> None:
        self.engines = {app.database.engine, app.database.writing}
        self.found: list[str] = []

    def __enter__(self) -> list[str]:
        for engine in self.engines:
            sa.event.listen(engine, "before_cursor_execute", self._hear)
        return self.found

    def __exit__(self, *_) -> None:
        for engine in self.engines:
            sa.event.remove(engine, "before_cursor_execute", self._hear)

    def _hear(self, _connection, _cursor, statement, *_) -> None:
        if not statement.startswith("SELECT"):
            self.found.append(statement)
