"""What roles let somebody do: operations, rows and fields, and what several of them give together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.domain.actor import APPLICATION, Actor
from server.domain.refusals import Invalid, NotAllowed, NotFound
from server.domain.role import ITSELF, JOURNALS, Operation, Role
from server.domain.values import RecordRef
from server.storage.database import Database
from server.usecases import records, searching
from server.usecases.app import App
from server.usecases.rights import Rights, rights_now
from tests.builders import (
    AT,
    INCIDENT_REQUEST,
    Clock,
    acting,
    an_app,
    may,
    some_definitions,
    somebody,
    stored,
)

INCIDENT = "incident_request"
READ, CREATE, UPDATE = Operation.READ, Operation.CREATE, Operation.UPDATE


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(database: Database, clock: Clock) -> App:
    return an_app(database, clock=clock)


@pytest.fixture
def small(sqlite: Database, clock: Clock) -> App:
    return an_app(sqlite, clock=clock)


def allows(app: App, actor: Actor, operation: Operation, entity: str) -> bool:
    return rights_now(app, actor).may(operation, entity)


class TestRoles:
    def test_are_those_held_today(self, small: App, clock: Clock):
        ann = somebody(small, "specialist")
        stored(
            small.database,
            small.models,
            "holder",
            person=ann.person,
            role="administrator",
            until_date=AT.date(),
        )
        assert rights_now(small, ann).roles == {"specialist", "administrator"}
        clock.pass_time(days=1)
        assert rights_now(small, ann).roles == {"specialist"}

    def test_allow_what_they_say_and_nothing_else(self, app: App):
        analyst, specialist = (
            somebody(app, "service-desk-analyst"),
            somebody(app, "specialist", name="Bob"),
        )
        nobody = somebody(app, name="Cas")
        given = {
            (actor.name, operation.value)
            for actor in (analyst, specialist, nobody)
            for operation in Operation
            if allows(app, actor, operation, INCIDENT)
        }
        assert given == {("Ann", "read"), ("Ann", "create"), ("Ann", "update"), ("Bob", "read")}
        assert allows(app, specialist, READ, "service")
        assert not allows(app, analyst, CREATE, "service")

    def test_are_no_bounds_for_the_application_itself(self, small: App):
        assert all(allows(small, APPLICATION, op, "person") for op in Operation)

    def test_are_named_when_something_is_refused(self, small: App):
        with pytest.raises(NotAllowed) as refused:
            rights_now(small, somebody(small)).require(CREATE, INCIDENT)
        assert str(refused.value) == (
            "Your roles do not let you create records of the kind incident request."
        )
        assert refused.value.hint == "Roles that do: Service desk analyst, Administrator."

    def test_that_are_no_longer_defined_allow_nothing(self, sqlite: Database):
        app = an_app(sqlite)
        ann = somebody(app, "administrator")
        without = an_app(sqlite, some_definitions(roles={}), applied=True)
        assert not allows(without, ann, READ, INCIDENT)

    def test_say_of_an_entity_itself_what_counts_for_it(self, small: App):
        app = _with(small, clerk=may("read"), everything=may("read update delete"))
        ann = somebody(app, "clerk")
        assert allows(app, ann, Operation.DELETE, "service")
        assert not allows(app, ann, UPDATE, INCIDENT)


class Office:
    """Ann belongs to the net group, is a clerk for everything, and an owner of Mail."""

    def __init__(self, app: App) -> None:
        self.app = app
        keep = self.keep
        self.ann, self.bob = keep("person", name="Ann"), keep("person", name="Bob")
        self.net, self.desk = keep("group", name="Net"), keep("group", name="Desk")
        self.mail, self.web = keep("service", name="Mail"), keep("service", name="Web")
        keep("membership", person=self.ann, group=self.net)
        keep("holder", person=self.ann, role="clerk")
        keep("holder", person=self.ann, role="owner", service=self.mail)
        self.actor = acting(self.ann)

    def keep(self, entity: str, **values: Any) -> RecordRef:
        return stored(self.app.database, self.app.models, entity, **values)

    def request(self, summary: str = "Printer", **values: Any) -> RecordRef:
        return self.keep(INCIDENT, summary=summary, **values)

    def found(self, **asked: Any) -> set[RecordRef]:
        page = records.page(self.app, self.actor, INCIDENT, **asked)
        return {item.title.record for item in page.items}


def _with(app: App, *, everything: Any = None, **grants: Any) -> App:
    """The same rows, with these roles and what each may do to incident requests."""
    others = {"*": everything} if everything is not None else {}
    roles = {
        key: Role(key, key.capitalize(), may={INCIDENT: grant, **others})
        for key, grant in grants.items()
    }
    return replace(app, definitions=replace(app.definitions, roles=roles))


def an_office(app: App, **grants: Any) -> Office:
    return Office(_with(app, **grants))


class TestRows:
    @pytest.mark.parametrize(
        ("rows", "mine", "others"),
        [
            ("requester", {"requester": "ann"}, {"requester": "bob"}),
            ("assigned_group", {"assigned_group": "net"}, {"assigned_group": "desk"}),
            ("assigned_group", {"assigned_group": "net"}, {}),
            ({"status": "closed"}, {"status": "closed"}, {"status": "new"}),
        ],
    )
    def test_are_all_that_is_found_opened_and_looked_up(self, app: App, rows, mine, others):
        office = an_office(app, clerk=may("read", rows))
        own, other = (
            office.request(
                "Own", **{key: getattr(office, value, value) for key, value in item.items()}
            )
            for item in (mine, others)
        )
        assert office.found() == {own}
        assert [found for found, _ in records.look_up(office.app, office.actor, INCIDENT, "")] == [
            own
        ]
        assert records.view(office.app, office.actor, own).title.label == "Own"
        for act in (records.view, records.history):
            with pytest.raises(NotFound):
                act(office.app, office.actor, other)
        assert records.titles(office.app, office.actor, [own, other]).keys() == {own}

    def test_of_a_record_are_those_that_the_role_is_held_for(self, app: App):
        office = an_office(app, owner=may("read", "service"))
        own = office.request(service=office.mail)
        office.request(service=office.web)
        office.request()
        assert office.found() == {own}

    def test_of_a_record_are_all_where_the_role_is_held_for_everything(self, app: App):
        office = an_office(app, clerk=may("read", "service"))
        own = {office.request(service=office.mail), office.request(service=office.web)}
        office.request()
        assert office.found() == own

    def test_may_lie_behind_several_references(self, app: App):
        office = an_office(app, clerk=may("read", "cause.requester"))
        mine = office.request(requester=office.ann)
        own = office.request(cause=mine)
        office.request(cause=own)
        assert office.found() == {own}

    def test_may_be_the_person(self, small: App):
        roles = {"clerk": Role("clerk", "Clerk", may={"person": may("read", ITSELF)})}
        office = Office(replace(small, definitions=replace(small.definitions, roles=roles)))
        page = records.page(office.app, office.actor, "person")
        assert [item.title.label for item in page.items] == ["Ann"]

    def test_bound_what_is_changed_and_deleted(self, app: App):
        office = an_office(app, clerk=may("read"), owner=may("read update delete", "service"))
        own, other = office.request(service=office.mail), office.request(service=office.web)
        records.update(office.app, office.actor, own, {"description": "x"})
        with pytest.raises(NotAllowed) as refused:
            records.update(office.app, office.actor, other, {"description": "x"})
        assert str(refused.value) == (
            "Your roles do not let you change incident request INC000000000002."
        )
        with pytest.raises(NotAllowed):
            records.delete(office.app, office.actor, other)
        records.delete(office.app, office.actor, own)

    def test_that_cannot_be_read_are_changed_as_if_they_were_not_there(self, small: App):
        office = an_office(small, clerk=may("read update", "requester"))
        other = office.request(requester=office.bob)
        with pytest.raises(NotFound) as refused:
            records.update(office.app, office.actor, other, {"description": "x"})
        assert str(refused.value) == "There is no incident request INC000000000001."

    @pytest.mark.parametrize(
        ("rows", "own", "other"),
        [
            ("requester", {"requester": "Ann"}, {"requester": "Bob"}),
            ("cause.requester", {"cause": 1}, {"cause": 2}),
            ({"impact": "minor"}, {"impact": "minor"}, {}),
        ],
    )
    def test_are_those_that_may_be_entered(self, app: App, rows, own, other):
        office = an_office(
            app, clerk=may("create", rows), owner=may("read"), everything=may("read")
        )
        office.request(requester=office.ann)
        office.request(requester=office.bob)
        records.create(office.app, office.actor, INCIDENT, {"summary": "New", **own})
        with pytest.raises(NotAllowed) as refused:
            records.create(office.app, office.actor, INCIDENT, {"summary": "New", **other})
        assert "it would not be one of yours" in str(refused.value)

    def test_that_are_entered_begin_at_the_beginning_unless_they_may_be_changed(self, app: App):
        office = an_office(app, clerk=may("read create"))
        with pytest.raises(Invalid) as refused:
            records.create(
                office.app, office.actor, INCIDENT, {"summary": "New", "status": "assigned"}
            )
        assert refused.value.problems == {"status": "Your roles let you enter this as 'New' only."}
        records.create(office.app, office.actor, INCIDENT, {"summary": "New", "status": "new"})

    def test_that_are_not_read_cannot_be_referred_to(self, app: App):
        office = an_office(app, clerk=may("read update create", "requester"))
        other, own = office.request(requester=office.bob), office.request(requester=office.ann)
        with pytest.raises(Invalid) as refused:
            records.update(office.app, office.actor, own, {"cause": other.id})
        assert refused.value.problems == {"cause": "There is no incident request INC000000000001."}
        with pytest.raises(Invalid):
            records.page(office.app, office.actor, INCIDENT, filters={"cause": other.id})

    def test_that_are_referred_to_already_may_be_sent_again(self, small: App):
        office = an_office(small, clerk=may("read update", "requester"))
        other = office.request(requester=office.bob)
        own = office.request(requester=office.ann, cause=other)
        changed = {"cause": other.id, "description": "x"}
        assert records.update(office.app, office.actor, own, changed).values["cause"] == other


class TestFields:
    def test_that_are_hidden_are_nowhere(self, app: App):
        office = an_office(app, clerk=may("read", description="hidden"))
        record = office.request(description="secret")
        view = records.view(office.app, office.actor, record)
        assert "description" not in {*view.values, *view.shown}
        [listed] = records.page(office.app, office.actor, INCIDENT).items
        assert "description" not in listed.values
        assert office.found(search="secret") == set()
        assert office.found(search="printer") == {record}
        told = records.history(office.app, office.actor, record)
        assert "description" not in {line.field for line in told.items}
        with pytest.raises(Invalid) as refused:
            office.found(filters={"description": "secret"})
        assert refused.value.problems.keys() == {"description"}

    def test_that_are_read_only_are_not_written(self, app: App):
        office = an_office(app, clerk=may("read create update", impact="read"))
        record = office.request()
        view = records.view(office.app, office.actor, record)
        assert (view.values["impact"], view.unwritable) == ("moderate", {"impact"})
        for write in (
            lambda: records.update(office.app, office.actor, record, {"impact": "minor"}),
            lambda: records.create(
                office.app, office.actor, INCIDENT, {"summary": "x", "impact": "minor"}
            ),
        ):
            with pytest.raises(Invalid) as refused:
                write()
            assert refused.value.problems == {
                "impact": "Your roles do not let you fill in Impact."
            }

    def test_of_own_records_are_seen_where_others_hide_them(self, app: App):
        office = an_office(
            app, clerk=may("read", description="hidden"), owner=may("read", "service")
        )
        own = office.request(service=office.mail, description="secret")
        other = office.request(service=office.web, description="secret")
        shown = {
            item.title.record: "description" in item.values
            for item in records.page(office.app, office.actor, INCIDENT).items
        }
        assert shown == {own: True, other: False}
        assert office.found(search="secret") == {own}
        assert office.found(filters={"description": "secret"}) == {own}

    def test_that_refer_to_what_is_out_of_reach_tell_what_it_is_called(self, app: App):
        office = an_office(app, clerk=may("read", "requester"))
        own = office.request(requester=office.ann, assigned_group=office.desk)
        view = records.view(office.app, office.actor, own)
        assert view.shown["assigned_group"] == "Desk"
        told = {line.field: line for line in records.history(office.app, office.actor, own).items}
        assert told["assigned_group"].new_title == "Desk"

    def test_are_seen_by_who_enters_as_far_as_entering_shows_them(self, small: App):
        office = an_office(small, clerk=may("create", impact="hidden"))
        view = records.create(office.app, office.actor, INCIDENT, {"summary": "New"})
        assert view.values["summary"] == "New"
        assert "impact" not in view.values

    def test_of_a_deleted_record_are_told_to_those_alone_who_read_all(self, small: App):
        office = an_office(small, clerk=may("read delete"), owner=may("read", "service"))
        record = office.request(service=office.mail)
        records.delete(office.app, office.actor, record)
        assert records.history(office.app, office.actor, record).items
        narrow = replace(
            office.app, definitions=_with(small, owner=may("read", "service")).definitions
        )
        with pytest.raises(NotFound):
            records.history(narrow, office.actor, record)


# -- all together ---------------------------------------------------------------------------------

ROWS = ("requester", "assigned_group", "service", "cause.requester", "cause.service")
HELD = {
    "secret": {"description"},
    "hush": {"pending_reason"},
    "hushed up printer secret": {"description", "pending_reason"},
    "sercet": {"description"},
}
"""What is searched for, and in which fields of the requests it stands."""
HIDABLE = ("description", "impact", "service", "pending_reason")
_a_row = st.sampled_from([*ROWS, {"status": "new"}, {"status": "closed", "impact": "minor"}])
_grant = st.builds(
    lambda rows, fields, do: may(f"read {do}", *rows, **fields),
    st.lists(_a_row, max_size=2),
    st.dictionaries(st.sampled_from(HIDABLE), st.sampled_from(["hidden", "read"]), max_size=3),
    st.sampled_from(["", "update"]),
)


@dataclass
class Crowd:
    """Many requests of every kind, with what is in each."""

    office: Office
    requests: Mapping[RecordRef, Mapping[str, Any]]

    def is_own(self, role: str, rows: Any, record: RecordRef) -> bool:
        """What a line of rows says, word by word, without asking the product."""
        if not hasattr(rows, "path"):
            kept = self.requests[record]
            return all(kept[key] in values for key, values in rows.values.items())
        found: Any = record
        for hop in rows.path:
            found = self.requests[found][hop] if found in self.requests else None
        office = self.office
        if found is None:
            return False
        if found.entity == "service":
            return role == "clerk" or found == office.mail
        return found in {office.ann, office.net}


@pytest.fixture
def crowd(database: Database) -> Crowd:
    searched = replace(INCIDENT_REQUEST, searched=("summary", "description", "pending_reason"))
    office = Office(an_app(database, some_definitions(searched)))
    requests: dict[RecordRef, Mapping[str, Any]] = {}
    several = [
        {"requester": office.ann, "status": "new", "impact": "minor"},
        {"requester": office.bob, "status": "closed", "impact": "minor"},
        {"assigned_group": office.net, "status": "closed", "impact": "extensive"},
        {"assigned_group": office.desk, "service": office.mail},
        {"service": office.web, "requester": office.ann},
        {},
    ]
    plain = {"requester": None, "assigned_group": None, "service": None, "status": "new"}
    for values in several:
        for cause in (None, *list(requests)[:2]):
            kept = {**plain, "impact": "moderate", "cause": cause, **values}
            texts = {"description": "A secret", "pending_reason": "Hushed up"}
            requests[office.request(**texts, **kept)] = kept
    return Crowd(office, requests)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(clerk=_grant, owner=_grant)
def test_what_may_be_done_is_what_one_of_the_roles_says(crowd: Crowd, clerk, owner):
    app = _with(crowd.office.app, clerk=clerk, owner=owner, everything=may("read"))
    grants = {"clerk": clerk, "owner": owner}
    speaking = {
        record: [
            grant
            for role, grant in grants.items()
            if not grant.rows or any(crowd.is_own(role, rows, record) for rows in grant.rows)
        ]
        for record in crowd.requests
    }
    rights: Rights = rights_now(app, crowd.office.actor)
    everything = JOURNALS | app.definitions.entities[INCIDENT].fields.keys()
    with app.database.read() as connection:
        hidden = rights.hidden(connection, crowd.requests)
        for record, spoken in speaking.items():
            for operation in (READ, UPDATE):
                said = any(operation in grant.operations for grant in spoken)
                assert rights.reaches(connection, operation, record) is said
            kept = [grant.hidden for grant in spoken]
            assert hidden[record] == (frozenset.intersection(*kept) if kept else everything)
    page = records.page(app, crowd.office.actor, INCIDENT, limit=100)
    assert {item.title.record for item in page.items} == {
        record for record, spoken in speaking.items() if spoken
    }
    found = records.page(app, crowd.office.actor, INCIDENT, search="secret", limit=100)
    assert {item.title.record for item in found.items} == {
        record
        for record, spoken in speaking.items()
        if any("description" not in grant.hidden for grant in spoken)
    }
    for words, fields in HELD.items():
        answer = searching.everything(app, crowd.office.actor, words)
        told = [one for group in answer.found for one in group.found]
        expected = {
            record
            for record, spoken in speaking.items()
            if spoken and not fields & frozenset.intersection(*(one.hidden for one in spoken))
        }
        assert {one.title.record for one in told} <= expected
        assert len(told) == min(len(expected), searching.MOST)
        for one in told:
            shown = "".join(piece.text for piece in one.excerpt)
            hides = hidden[one.title.record]
            assert not ("secret" in shown and "description" in hides)
            assert not ("Hushed" in shown and "pending_reason" in hides)
