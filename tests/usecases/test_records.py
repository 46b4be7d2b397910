"""Records found, entered, changed and deleted by hand."""

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from server.domain.actor import APPLICATION
from server.domain.refusals import Conflict, Invalid, NotAllowed, NotFound, WrongState
from server.domain.role import Role
from server.domain.values import RecordRef
from server.storage.database import Database
from server.storage.tables import change
from server.usecases import access, records
from server.usecases.app import App
from server.usecases.commands import AlreadyDone, Key
from tests.builders import (
    AT,
    PERSON,
    ROLES,
    Clock,
    an_app,
    back,
    may,
    some_definitions,
    somebody,
    stored,
)
from tests.usecases.desk import a_desk

INCIDENT = "incident_request"
TOLD = back("told", INCIDENT, "requester")


@pytest.fixture
def app(database: Database) -> App:
    """A desk without procedures, on both databases."""
    return an_app(database, a_desk(procedures=()))


@pytest.fixture
def small(sqlite: Database) -> App:
    """The same, where the kind of database does not matter."""
    return an_app(sqlite, a_desk(procedures=()))


def enter(app: App, actor=APPLICATION, **values) -> RecordRef:
    values = {"summary": "No mail"} | values
    return records.create(app, actor, INCIDENT, values).title.record


def holds(app: App, record: RecordRef, field: str):
    return records.view(app, APPLICATION, record).values[field]


def problems_of(call, *args, **kwargs):
    with pytest.raises(Invalid) as refused:
        call(*args, **kwargs)
    return refused.value.problems


class TestEntering:
    def test_gives_a_number_defaults_and_the_first_status(self, app: App):
        view = records.create(app, APPLICATION, INCIDENT, {"summary": "No mail"})
        assert str(view.title) == "INC000000000001 No mail"
        assert (view.values["status"], view.values["impact"]) == ("new", "moderate")
        assert (view.revision, view.created_at) == (1, AT)

    def test_has_rules_decide_what_they_decide(self, app: App):
        request = enter(app, impact="extensive")
        assert holds(app, request, "priority") == "critical"
        [line, *_] = records.history(app, APPLICATION, request).items
        rules = {
            line.field: line.rule for line in records.history(app, APPLICATION, request).items
        }
        assert rules["priority"] == "priority: severe"
        assert rules["impact"] is None
        assert line.who == "Procedura"

    def test_takes_records_by_id_number_or_name(self, app: App):
        ann = somebody(app).person
        cause = enter(app)
        for raw in (ann.id, str(ann.id), "Ann"):
            assert holds(app, enter(app, requester=raw), "requester") == ann
        for raw in (cause.id, "1", "INC1", "INC000000000001"):
            assert holds(app, enter(app, cause=raw), "cause") == cause

    def test_says_everything_that_is_wrong_at_once(self, app: App):
        somebody(app)
        somebody(app)
        problems = problems_of(
            records.create,
            app,
            APPLICATION,
            INCIDENT,
            {
                "description": "\x00",
                "impact": "huge",
                "requester": "Ann",
                "assignee": 99,
                "service": "nothing",
                "priority": "critical",
                "seen_at": "2026-03-02T09:00:00Z",
                "colour": "red",
                "consequences": [1],
                "revision": 7,
                "cause": "INC9",
            },
        )
        assert problems == {
            "summary": "Summary is needed.",
            "description": "The text holds a character that no database keeps "
            "(NUL or half a pair).",
            "impact": "'huge' is not one of extensive, significant, moderate, minor.",
            "requester": "2 records are called 'Ann': give the number instead.",
            "assignee": "There is no person 99.",
            "service": "There is no service 'nothing'.",
            "priority": "Priority is decided by rules from other fields.",
            "seen_at": "Seen at is set by the application.",
            "colour": "Incident request has no field 'colour'.",
            "consequences": "Consequences lists records that refer here: change those.",
            "revision": "The application keeps this itself.",
            "cause": "There is no incident request 'INC9'.",
        }
        assert records.page(app, APPLICATION, INCIDENT).items == ()

    def test_of_an_unknown_kind_is_refused(self, small: App):
        with pytest.raises(NotFound, match="no records of the kind 'unicorn'"):
            records.create(small, APPLICATION, "unicorn", {})

    def test_needs_a_role_that_allows_it(self, app: App):
        with pytest.raises(NotAllowed, match="do not let you create"):
            enter(app, somebody(app, "specialist"))
        assert enter(app, somebody(app, "service-desk-analyst", name="Bob"))

    def test_twice_under_one_key_enters_one(self, app: App):
        def create(request: str):
            key = Key("k1", request, lambda view: view.title.record.id)
            return records.create(app, APPLICATION, INCIDENT, {"summary": "X"}, key=key)

        first = create("r")
        with pytest.raises(AlreadyDone) as done:
            create("r")
        assert done.value.answer == first.title.record.id
        with pytest.raises(Conflict):
            create("other")
        assert len(records.page(app, APPLICATION, INCIDENT).items) == 1

    def test_of_a_value_that_is_taken_is_refused(self, app: App):
        values = {"name": "Ann", "email": "ann@example.org"}
        records.create(app, APPLICATION, "person", values)
        assert problems_of(records.create, app, APPLICATION, "person", values) == {
            "email": "This value is taken."
        }


class TestChanging:
    def test_is_told_in_the_history(self, app: App):
        ann = somebody(app, "service-desk-analyst")
        request = enter(app)
        view = records.update(app, ann, request, {"impact": "minor"}, expecting=1)
        assert (view.revision, view.values["impact"]) == (2, "minor")
        [line] = records.history(app, APPLICATION, request, limit=1).items
        assert (line.who, line.field, line.old, line.new) == ("Ann", "impact", "moderate", "minor")

    def test_to_what_is_there_already_changes_nothing(self, app: App):
        request = enter(app)
        view = records.update(
            app, APPLICATION, request, {"impact": "moderate", "priority": "low", "seen_at": None}
        )
        assert view.revision == 1

    def test_has_rules_decide_again(self, app: App):
        request = enter(app)
        assert holds(app, request, "priority") == "low"
        records.update(app, APPLICATION, request, {"impact": "extensive"})
        assert holds(app, request, "priority") == "critical"

    def test_of_an_older_revision_is_refused_with_what_differs(self, app: App):
        request = enter(app)
        records.update(app, APPLICATION, request, {"impact": "extensive"}, expecting=1)
        with pytest.raises(Conflict) as refused:
            records.update(app, APPLICATION, request, {"summary": "Y"}, expecting=1)
        assert refused.value.fields == {"impact": "extensive", "priority": "critical"}
        assert holds(app, request, "summary") == "No mail"

    def test_of_one_record_by_many_at_once_lets_one_through(self, app: App):
        request = enter(app)
        done: list[str] = []

        def change_summary(number: int):
            try:
                records.update(app, APPLICATION, request, {"summary": f"S{number}"}, expecting=1)
            except Conflict:
                done.append("refused")
            else:
                done.append(f"S{number}")

        threads = [threading.Thread(target=change_summary, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(done)[1:] == ["refused"] * 7
        assert holds(app, request, "summary") == min(done)

    @pytest.mark.parametrize(
        ("status", "sentence"),
        [
            ("closed", "is new and cannot become closed"),
            ("resolved", "is new and cannot become resolved"),
        ],
    )
    def test_follows_the_legal_moves_of_a_status(self, small: App, status: str, sentence: str):
        request = enter(small)
        with pytest.raises(WrongState, match=sentence) as refused:
            records.update(small, APPLICATION, request, {"status": status})
        assert refused.value.hint == "From here it can become: Assigned, Cancelled."

    def test_to_a_status_that_requires_a_field_needs_that(self, app: App):
        request = enter(app)
        records.update(app, APPLICATION, request, {"status": "assigned"})
        assert problems_of(records.update, app, APPLICATION, request, {"status": "pending"}) == {
            "pending_reason": "Pending reason is needed while the status is Pending."
        }
        records.update(
            app, APPLICATION, request, {"status": "pending", "pending_reason": "A part"}
        )

    def test_cannot_empty_what_is_required(self, app: App):
        request = enter(app)
        assert problems_of(records.update, app, APPLICATION, request, {"summary": ""}) == {
            "summary": "Summary is needed."
        }

    def test_of_what_is_not_there_is_refused(self, app: App):
        with pytest.raises(NotFound, match="no incident request INC000000000009"):
            records.update(app, APPLICATION, RecordRef(INCIDENT, 9), {"summary": "X"})

    def test_needs_a_role_that_allows_it(self, small: App):
        request = enter(small)
        with pytest.raises(NotAllowed):
            records.update(small, somebody(small, "specialist"), request, {"summary": "X"})

    def test_for_too_long_a_reason_is_refused(self, small: App):
        request = enter(small)
        assert problems_of(
            records.update, small, APPLICATION, request, {"summary": "X"}, reason="x" * 501
        ) == {"reason": "A reason has at most 500 characters."}


class TestDeleting:
    def test_leaves_the_history(self, app: App):
        request = enter(app)
        records.delete(app, APPLICATION, request, expecting=1)
        with pytest.raises(NotFound):
            records.view(app, APPLICATION, request)
        lines = records.history(app, APPLICATION, request).items
        assert ("summary", "No mail", None) in {(one.field, one.old, one.new) for one in lines}

    def test_of_what_others_refer_to_says_by_what(self, app: App):
        cause = enter(app)
        enter(app, cause=cause.id)
        enter(app, cause=cause.id)
        with pytest.raises(WrongState, match=r"referred to by 2 incident requests \(cause\)"):
            records.delete(app, APPLICATION, cause)

    def test_of_what_refers_to_itself_is_no_matter(self, app: App):
        request = enter(app)
        records.update(app, APPLICATION, request, {"cause": request.id})
        records.delete(app, APPLICATION, request)

    def test_of_somebody_whom_the_history_names_is_refused(self, app: App):
        ann = somebody(app, "service-desk-analyst")
        enter(app, ann)
        with app.database.write() as connection:
            connection.execute(sa.delete(app.models.tables["holder"]))
        with pytest.raises(WrongState, match="would become unknown there") as refused:
            records.delete(app, APPLICATION, ann.person)
        assert "no longer active" in refused.value.hint

    def test_of_somebody_with_an_account_is_refused(self, small: App):
        ann = somebody(small).person
        access.create_account(small, "ann", ann.id, "correct horse")
        with pytest.raises(WrongState):
            records.delete(small, APPLICATION, ann)

    def test_of_an_older_revision_is_refused(self, app: App):
        request = enter(app)
        records.update(app, APPLICATION, request, {"impact": "minor"})
        with pytest.raises(Conflict):
            records.delete(app, APPLICATION, request, expecting=1)

    def test_needs_a_role_that_allows_it(self, small: App):
        request = enter(small)
        with pytest.raises(NotAllowed):
            records.delete(small, somebody(small, "service-desk-analyst"), request)


class TestPages:
    def test_follow_each_other_without_gaps_newest_first(self, app: App):
        entered = [enter(app) for _ in range(5)]
        first = records.page(app, APPLICATION, INCIDENT, limit=2)
        second = records.page(app, APPLICATION, INCIDENT, after=first.after, limit=2)
        third = records.page(app, APPLICATION, INCIDENT, after=second.after, limit=2)
        found = [view.title.record for page in (first, second, third) for view in page.items]
        assert found == entered[::-1]
        assert third.after is None

    def test_may_have_the_oldest_first(self, app: App):
        entered = [enter(app) for _ in range(3)]
        page = records.page(app, APPLICATION, INCIDENT, sort="id", after=entered[0].id)
        assert [view.title.record for view in page.items] == entered[1:]
        assert problems_of(records.page, app, APPLICATION, INCIDENT, sort="summary").keys() == {
            "sort"
        }

    def test_hold_what_has_the_values_asked_for(self, app: App):
        ann = somebody(app).person
        one = enter(app, impact="minor", requester=ann.id)
        two = enter(app, impact="extensive")
        three = enter(app)

        def found(**filters):
            page = records.page(app, APPLICATION, INCIDENT, filters=filters)
            return {view.title.record for view in page.items}

        assert found(impact="minor") == {one}
        assert found(impact=["minor", "extensive"]) == {one, two}
        assert found(requester="Ann") == found(requester=ann.id) == {one}
        assert found(requester=None) == {two, three}
        assert found(requester=[None, ann.id], impact="minor") == {one}
        assert found(status="closed") == set()
        assert found(impact=[]) == set()

    def test_refuse_what_nothing_can_be_found_by(self, small: App):
        problems = problems_of(
            records.page,
            small,
            APPLICATION,
            INCIDENT,
            filters={"impact": "huge", "colour": "red", "consequences": 1, "requester": "Nobody"},
        )
        assert problems.keys() == {"impact", "colour", "consequences", "requester"}

    @pytest.mark.parametrize(
        ("search", "hits"),
        [
            ("mail", {1, 2}),
            ("MAIL router", {2}),
            ("printer", set()),
            ("2", {2}),
            ("INC2", {2}),
            ("INC000000000002", {2}),
            ("100%", {3}),
            ("%", {3}),
            ("_", set()),
            ("  ", {1, 2, 3}),
            ("\x00", set()),
            ("\ud800", set()),
            ("9" * 15, set()),
            ("x " * 500, set()),
        ],
    )
    def test_hold_what_is_searched_for(self, database: Database, search: str, hits: set[int]):
        app = an_app(database, a_desk(procedures=()))
        enter(app, summary="No mail")
        enter(app, summary="Mail is slow", description="A router is at 99 per cent")
        enter(app, summary="Disk at 100%")
        page = records.page(app, APPLICATION, INCIDENT, search=search)
        assert {view.title.record.id for view in page.items} == hits

    def test_say_what_records_are_called(self, small: App):
        ann = somebody(small).person
        enter(small, requester=ann.id)
        [view] = records.page(small, APPLICATION, INCIDENT).items
        assert (view.shown["requester"], view.shown["impact"]) == ("Ann", "Moderate")

    def test_ask_the_database_no_more_for_many_records_than_for_one(self, small: App):
        for number in range(10):
            enter(small, requester=somebody(small, name=f"P{number}").person.id)
        asked: list[str] = []
        sa.event.listen(
            small.database.engine, "before_cursor_execute", lambda *call: asked.append(call[2])
        )
        assert len(records.page(small, APPLICATION, INCIDENT).items) == 10
        assert len(asked) <= 4

    def test_need_a_role_that_may_read(self, small: App):
        nobody = somebody(small)
        enter(small)
        for ask in (
            lambda: records.page(small, nobody, INCIDENT),
            lambda: records.view(small, nobody, RecordRef(INCIDENT, 1)),
            lambda: records.history(small, nobody, RecordRef(INCIDENT, 1)),
            lambda: records.look_up(small, nobody, INCIDENT, ""),
        ):
            with pytest.raises(NotAllowed):
                ask()


class TestLookingUp:
    def test_finds_by_part_of_a_label_or_by_number(self, app: App):
        ann, anna, bob = (somebody(app, name=name).person for name in ("Ann", "Anna", "Bob"))
        request = enter(app)
        assert records.look_up(app, APPLICATION, "person", "ann") == ((ann, "Ann"), (anna, "Anna"))
        assert records.look_up(app, APPLICATION, "person", str(bob.id)) == ((bob, "Bob"),)
        assert records.look_up(app, APPLICATION, INCIDENT, "INC1") == (
            (request, "INC000000000001 No mail"),
        )
        assert len(records.look_up(app, APPLICATION, "person", "", limit=2)) == 2
        assert records.look_up(app, APPLICATION, "person", "\x00") == ()

    def test_offers_nobody_who_has_left(self, small: App):
        stored(small.database, small.models, "person", name="Ann", active=False)
        assert records.look_up(small, APPLICATION, "person", "Ann") == ()


class TestAView:
    def test_lists_the_records_that_refer_here(self, app: App):
        cause = enter(app)
        effects = [enter(app, cause=cause.id) for _ in range(2)]
        assert holds(app, cause, "consequences") == tuple(effects[::-1])

    def test_lists_none_that_the_person_may_not_read(self, sqlite: Database):
        person = replace(PERSON, fields={**PERSON.fields, "told": TOLD})
        reader = Role("reader", "Reader", may={"person": may("read")})
        roles = {"reader": reader, "specialist": ROLES["specialist"]}
        app = an_app(sqlite, some_definitions(person, roles=roles))
        ann, bob = somebody(app, "reader"), somebody(app, "specialist", name="Bob")
        request = enter(app, requester=ann.person.id)
        assert records.view(app, ann, ann.person).values["told"] == ()
        assert records.view(app, bob, ann.person).values["told"] == (request,)


class TestHistory:
    def test_comes_in_pages_newest_first(self, small: App):
        request = enter(small)
        for number in range(3):
            records.update(small, APPLICATION, request, {"summary": f"S{number}"})
        first = records.history(small, APPLICATION, request, limit=2)
        assert [line.new for line in first.items] == ["S2", "S1"]
        second = records.history(small, APPLICATION, request, after=first.after, limit=2)
        assert second.items[0].new == "S0"

    def test_of_what_never_was_is_refused(self, small: App):
        with pytest.raises(NotFound):
            records.history(small, APPLICATION, RecordRef(INCIDENT, 9))

    def test_says_when(self, sqlite: Database):
        clock = Clock()
        app = an_app(sqlite, a_desk(procedures=()), clock=clock)
        request = enter(app)
        clock.pass_time(hours=1)
        view = records.update(app, APPLICATION, request, {"impact": "minor"})
        later = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
        assert (view.created_at, view.updated_at) == (AT, later)
        assert records.history(app, APPLICATION, request).items[0].at == later


def test_a_refused_command_leaves_no_row(app: App):
    """Whatever is refused, and however late, nothing has been written."""
    request = enter(app)

    def rows() -> list[int]:
        with app.database.read() as connection:
            return [
                connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
                for table in (app.models.tables[INCIDENT], app.models.tables["person"], change)
            ]

    before = rows()
    for refusal, call in (
        (Invalid, lambda: enter(app, impact="huge")),
        (Invalid, lambda: records.create(app, APPLICATION, "person", {"email": "x"})),
        (WrongState, lambda: records.update(app, APPLICATION, request, {"status": "closed"})),
        (Conflict, lambda: records.update(app, APPLICATION, request, {}, expecting=9)),
        (NotFound, lambda: records.delete(app, APPLICATION, RecordRef(INCIDENT, 9))),
    ):
        with pytest.raises(refusal):
            call()
    assert rows() == before
