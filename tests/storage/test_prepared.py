"""Statements made ready once: the same rows, and the same errors, as through Core itself."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from server.storage.columns import Exact, Id, Json, Moment, Share, Span
from server.storage.database import Database
from server.storage.prepared import Prepared, insertion

METADATA = sa.MetaData()
THING = sa.Table(
    "thing",
    METADATA,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("name", sa.String(40), unique=True),
    sa.Column("group", sa.String(40)),
    sa.Column("flag", sa.Boolean),
    sa.Column("day", sa.Date),
    sa.Column("at", Moment),
    sa.Column("amount", Exact),
    sa.Column("share", Share),
    sa.Column("lasts", Span),
    sa.Column("facts", Json),
)
NUMBERED, UNTOLD = insertion(THING, numbered=True), insertion(THING)
ALL = Prepared(sa.select(THING).order_by(THING.c.id))
BY_NAME = Prepared(sa.select(THING).where(THING.c.name == sa.bindparam("called")))
RENAME = Prepared(
    THING.update()
    .where(THING.c.name == sa.bindparam("called"))
    .values(name=sa.bindparam("name"), flag=True)
)
EMPTY = dict.fromkeys(item.name for item in THING.c if item.name != "id")
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
ROW = st.fixed_dictionaries(
    {
        "group": st.none() | TEXT,
        "flag": st.none() | st.booleans(),
        "day": st.none() | st.dates(),
        "at": st.none()
        | st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)),  # noqa: DTZ001
        "amount": st.none() | st.decimals(-(10**20), 10**20, places=6),
        "share": st.none() | st.fractions(max_denominator=10**9),
        "lasts": st.none() | st.timedeltas(timedelta(-(10**6)), timedelta(10**6)),
        "facts": st.none()
        | st.dictionaries(TEXT, st.integers(-(10**9), 10**9) | TEXT | st.none()),
    }
)


@pytest.fixture
def things(database: Database) -> Database:
    METADATA.create_all(database.engine)
    return database


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(row=ROW)
def test_what_is_kept_comes_back_as_through_core(things: Database, row: dict[str, object]):
    with things.write() as connection:
        connection.execute(THING.delete())
        number = NUMBERED.number(connection, EMPTY | row)
        [found] = ALL.all(connection)
        [core] = connection.execute(sa.select(THING))
    assert tuple(found) == tuple(core)
    assert found.id == number
    assert {key: getattr(found, key) for key in row} == row


def test_rows_are_found_by_what_is_given_and_written_over(things: Database):
    with things.write() as connection:
        rows = [EMPTY | {"name": name, "facts": {"is": name}} for name in ("a", "b", "c")]
        UNTOLD.many(connection, rows)
        UNTOLD.many(connection, [EMPTY | {"name": "d"}])
        assert [row.name for row in ALL.all(connection)] == ["a", "b", "c", "d"]
        assert BY_NAME.first(connection, {"called": "b"}).facts == {"is": "b"}
        assert BY_NAME.first(connection, {"called": "z"}) is None
        assert RENAME.changed(connection, {"called": "b", "name": "e"}) == 1
        assert RENAME.changed(connection, {"called": "b", "name": "f"}) == 0
        assert BY_NAME.first(connection, {"called": "e"}).flag is True


def test_columns_that_python_has_words_for_are_read_too(things: Database):
    with things.write() as connection:
        NUMBERED.number(connection, EMPTY | {"group": "staff", "day": date(2026, 5, 4)})
        [row] = ALL.all(connection)
    assert (row.group, row.day) == ("staff", date(2026, 5, 4))


def test_numbers_and_shares_are_exact(things: Database):
    exact = {"amount": Decimal("0.1"), "share": Fraction(2, 3)}
    with things.write() as connection:
        NUMBERED.number(connection, EMPTY | exact)
        [row] = ALL.all(connection)
    assert (row.amount, row.share) == (Decimal("0.1"), Fraction(2, 3))


def test_what_the_database_refuses_is_raised_as_core_raises_it(things: Database):
    def twice(connection: sa.Connection) -> None:
        for _ in range(2):
            NUMBERED.number(connection, EMPTY | {"name": "same"})

    def many(connection: sa.Connection) -> None:
        UNTOLD.many(connection, [EMPTY | {"name": "same"}] * 2)

    for write in (twice, many):
        with pytest.raises(IntegrityError) as refused, things.write() as connection:
            write(connection)
        assert "INSERT INTO thing" in str(refused.value.statement)
    with things.read() as connection:
        assert ALL.all(connection) == []


def test_a_table_that_is_gone_is_told(database: Database):
    with (
        pytest.raises((OperationalError, ProgrammingError), match="thing"),
        database.read() as connection,
    ):
        ALL.all(connection)


def test_a_connection_that_is_cut_is_not_used_again(postgresql_url: sa.URL):
    database = Database(postgresql_url.render_as_string(hide_password=False))
    METADATA.create_all(database.engine)
    connection = database.engine.connect()
    number = connection.scalar(sa.select(sa.func.pg_backend_pid()))
    with database.write() as other:
        other.execute(sa.select(sa.func.pg_terminate_backend(number)))
    with pytest.raises(OperationalError) as cut:
        ALL.all(connection)
    connection.close()
    assert cut.value.connection_invalidated
    with database.read() as connection:
        assert ALL.all(connection) == []
    database.dispose()


def test_what_is_missing_is_not_taken_as_nothing(things: Database):
    with pytest.raises(KeyError, match="called"), things.read() as connection:
        BY_NAME.all(connection, {})
