"""Who holds a role, belongs to a group, or is away on the day of the command."""

from datetime import date, timedelta

import pytest

from server.domain.somebody import Held
from server.domain.values import RecordRef
from server.storage.database import Database
from server.storage.records import Records
from tests.builders import AT, stored, tables_of

TODAY = AT.date()
DAY = timedelta(days=1)
ROLE = "service-owner"


class Organisation:
    """Persons and holders of one database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.models = tables_of(database)
        self.mail = stored(database, self.models, "service", name="Mail")
        self.phone = stored(database, self.models, "service", name="Phone")
        self.network = stored(database, self.models, "group", name="Network")

    def person(self, name: str, **values) -> RecordRef:
        return stored(self.database, self.models, "person", name=name, **values)

    def holder(self, person: RecordRef, role: str = ROLE, **values) -> RecordRef:
        return stored(self.database, self.models, "holder", person=person, role=role, **values)

    def member(self, person: RecordRef, group: RecordRef) -> None:
        stored(self.database, self.models, "membership", person=person, group=group)

    def ask(self, question, at=AT):
        with self.database.read() as connection:
            return question(Records(connection, self.models, self.models.entities, at))


@pytest.fixture
def organisation(database: Database) -> Organisation:
    return Organisation(database)


class TestHolders:
    def test_for_a_record_are_those_named_for_just_that_record(self, organisation: Organisation):
        ann, bob, cas = (organisation.person(name) for name in ("Ann", "Bob", "Cas"))
        organisation.holder(ann, service=organisation.mail)
        organisation.holder(bob, service=organisation.phone)
        organisation.holder(cas)

        assert organisation.ask(lambda o: o.holders(ROLE, organisation.mail)) == (ann,)
        assert organisation.ask(lambda o: o.holders(ROLE, None)) == (cas,)
        assert organisation.ask(lambda o: o.every_holder(ROLE)) == (ann, bob, cas)

    def test_for_a_kind_of_record_that_no_role_is_held_for_are_nobody(
        self, organisation: Organisation
    ):
        organisation.holder(organisation.person("Ann"))
        request = RecordRef("incident_request", 1)
        assert organisation.ask(lambda o: o.holders(ROLE, request)) == ()

    @pytest.mark.parametrize(
        ("begins", "ends", "holds"),
        [
            (None, None, True),
            (TODAY, TODAY, True),
            (TODAY + DAY, None, False),
            (None, TODAY - DAY, False),
            (TODAY - DAY, TODAY + DAY, True),
        ],
    )
    def test_hold_from_their_first_day_to_their_last(
        self, sqlite: Database, begins: date | None, ends: date | None, holds: bool
    ):
        organisation = Organisation(sqlite)
        ann = organisation.person("Ann")
        organisation.holder(ann, from_date=begins, until_date=ends)
        assert organisation.ask(lambda o: ann in o.every_holder(ROLE)) is holds
        assert organisation.ask(lambda o: o.roles_of(ann)) == ((ROLE,) if holds else ())

    def test_who_have_left_hold_nothing(self, organisation: Organisation):
        ann = organisation.person("Ann", active=False)
        organisation.holder(ann)
        organisation.member(ann, organisation.network)
        assert organisation.ask(lambda o: o.every_holder(ROLE)) == ()
        assert organisation.ask(lambda o: o.members(organisation.network)) == ()

    def test_are_named_once_however_often_they_hold(self, sqlite: Database):
        organisation = Organisation(sqlite)
        ann = organisation.person("Ann")
        organisation.holder(ann)
        organisation.holder(ann)
        assert organisation.ask(lambda o: o.holders(ROLE, None)) == (ann,)


class TestAPerson:
    def test_holds_roles_each_for_something_or_for_everything(self, organisation: Organisation):
        ann = organisation.person("Ann")
        organisation.holder(ann, service=organisation.mail, group=organisation.network)
        organisation.holder(ann, "specialist")

        assert organisation.ask(lambda o: o.holdings(ann)) == (
            Held(ROLE, organisation.mail),
            Held(ROLE, organisation.network),
            Held("specialist", None),
        )
        assert organisation.ask(lambda o: o.roles_of(ann)) == (ROLE, "specialist")

    def test_belongs_to_groups(self, organisation: Organisation):
        ann = organisation.person("Ann")
        organisation.member(ann, organisation.network)
        assert organisation.ask(lambda o: o.groups_of(ann)) == (organisation.network,)
        assert organisation.ask(lambda o: o.members(organisation.network)) == (ann,)

    @pytest.mark.parametrize(
        ("begins", "ends", "away"),
        [
            (None, None, False),
            (TODAY, None, True),
            (TODAY, TODAY, True),
            (None, TODAY, True),
            (TODAY + DAY, TODAY + 2 * DAY, False),
            (TODAY - 2 * DAY, TODAY - DAY, False),
        ],
    )
    def test_is_away_from_the_first_day_to_the_last(
        self, sqlite: Database, begins: date | None, ends: date | None, away: bool
    ):
        organisation = Organisation(sqlite)
        ann = organisation.person("Ann", away_from=begins, away_until=ends)
        assert organisation.ask(lambda o: o.is_away(ann)) is away

    def test_who_has_left_is_away(self, sqlite: Database):
        organisation = Organisation(sqlite)
        ann = organisation.person("Ann", active=False)
        assert organisation.ask(lambda o: o.is_away(ann))


class TestWithoutPeople:
    def test_nobody_holds_anything(self, sqlite: Database):
        models = tables_of(sqlite, {})
        nobody = RecordRef("person", 1)
        with sqlite.read() as connection:
            people = Records(connection, models, {}, AT)
            assert people.holders(ROLE, None) == people.every_holder(ROLE) == ()
            assert people.members(RecordRef("group", 1)) == people.groups_of(nobody) == ()
            assert people.holdings(nobody) == ()
