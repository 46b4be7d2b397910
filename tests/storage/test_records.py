"""Records in and out of their rows, on both databases."""

import random
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.domain.actor import APPLICATION
from server.domain.change import RecordChange
from server.domain.refusals import Conflict, Invalid, WrongState
from server.domain.values import RecordRef
from server.storage import audit
from server.storage.database import Database
from server.storage.models import Models
from server.storage.records import Records
from server.storage.tables import change as change_table
from tests.builders import (
    AT,
    ENTITIES,
    a_field,
    acting,
    an_entity,
    ref,
    stored,
    tables_of,
)

LATER = AT + timedelta(minutes=5)


def records_in(connection: sa.Connection, models: Models) -> Records:
    return Records(connection, models, models.entities, AT)


def save(database: Database, models: Models, *changes: RecordChange, **audited):
    """Save changes in one transaction, with their audit."""
    with database.write() as connection:
        records = records_in(connection, models)
        known = records.save(changes, at=LATER)
        audited = {"actor": APPLICATION, "runs": {}} | audited
        records.audit(changes, known, at=LATER, **audited)
    return known


def write_late(database: Database, read: Records, change: RecordChange) -> None:
    """Write by what was read in another transaction, long ago."""
    with database.write() as connection:
        read.connection = connection
        read.save([change], at=LATER)


def row_of(database: Database, models: Models, record: RecordRef):
    with database.read() as connection:
        return records_in(connection, models).row(record)


class TestNewRecords:
    def test_refer_to_others_made_by_the_same_command(self, database: Database):
        models = tables_of(database)
        request, person = RecordRef("incident_request", -1), RecordRef("person", -2)

        known = save(
            database,
            models,
            RecordChange(request, {"summary": "No mail", "status": "new", "requester": person}),
            RecordChange(person, {"name": "Ann"}),
        )

        assert row_of(database, models, known[request])["requester"] == known[person]

    def test_may_refer_to_each_other_in_a_circle(self, database: Database):
        models = tables_of(database)
        first, second = RecordRef("incident_request", -1), RecordRef("incident_request", -2)

        known = save(
            database,
            models,
            RecordChange(first, {"summary": "A", "status": "new", "cause": second}),
            RecordChange(second, {"summary": "B", "status": "new", "cause": first}),
        )

        assert row_of(database, models, known[first])["cause"] == known[second]
        assert row_of(database, models, known[second])["cause"] == known[first]

    def test_that_each_need_the_other_first_are_refused(self, sqlite: Database):
        egg = an_entity("egg", a_field("name"), a_field("hen", ref("hen"), required=True))
        hen = an_entity("hen", a_field("name"), a_field("egg", ref("egg"), required=True))
        models = tables_of(sqlite, {"egg": egg, "hen": hen})
        with pytest.raises(Invalid) as refused:
            save(
                sqlite,
                models,
                RecordChange(RecordRef("egg", -1), {"hen": RecordRef("hen", -2)}),
                RecordChange(RecordRef("hen", -2), {"egg": RecordRef("egg", -1)}),
            )
        assert refused.value.problems == {"hen": "Hen must be a record that exists."}

    def test_that_the_command_also_deleted_are_not_kept(self, sqlite: Database):
        models = tables_of(sqlite)
        known = save(
            sqlite, models, RecordChange(RecordRef("person", -1), {"name": "Ann"}, deleted=True)
        )
        assert known == {}

    def test_with_a_value_that_is_taken_are_refused_by_name(self, database: Database):
        models = tables_of(database)
        stored(database, models, "group", name="Network")
        with pytest.raises(Invalid, match="Another group has this name already") as refused:
            stored(database, models, "group", name="Network")
        assert refused.value.problems == {"name": "This value is taken."}

    def test_that_refer_to_nothing_are_refused(self, database: Database):
        models = tables_of(database)
        with pytest.raises(WrongState, match="does not exist any more"):
            stored(
                database, models, "incident_request", summary="X", service=RecordRef("service", 9)
            )


class TestNumbers:
    def test_are_never_given_twice_however_many_create_at_once(self, database: Database):
        # given ten threads that each create five requests
        models = tables_of(database)
        found: list[int] = []

        def create():
            found.extend(
                stored(database, models, "incident_request", summary="X").id for _ in range(5)
            )

        threads = [threading.Thread(target=create) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # then every one has a number of its own
        assert len(found) == len(set(found)) == 50

    def test_are_not_used_again_after_a_record_is_deleted(self, database: Database):
        models = tables_of(database)
        last = stored(database, models, "incident_request", summary="X")
        save(database, models, RecordChange(last, {}, deleted=True))
        assert stored(database, models, "incident_request", summary="Y").id > last.id

    @pytest.mark.parametrize("text", ["137", "INC137", "inc000000000137", " INC000000000137 "])
    def test_mean_a_record_however_much_of_them_is_typed(self, sqlite: Database, text: str):
        models = tables_of(sqlite)
        kept = (
            models.tables["incident_request"]
            .insert()
            .values(id=137, summary="X", status="new", revision=1, created_at=AT, updated_at=AT)
        )
        with sqlite.write() as connection:
            connection.execute(kept)
        with sqlite.read() as connection:
            found = records_in(connection, models).find("incident_request", text)
        assert found == (RecordRef("incident_request", 137),)


class TestChanges:
    def test_count_the_revision_and_say_when(self, database: Database):
        models = tables_of(database)
        ann = stored(database, models, "person", name="Ann")

        save(database, models, RecordChange(ann, {"phone": "7"}, {"phone": None}))

        row = row_of(database, models, ann)
        assert (row["phone"], row["revision"]) == ("7", 2)
        assert (row["created_at"], row["updated_at"]) == (AT, LATER)

    def test_over_a_revision_that_is_gone_are_refused_and_say_what_differs(
        self, database: Database
    ):
        # given a writer who read the record
        models = tables_of(database)
        ann = stored(database, models, "person", name="Ann")
        with database.read() as reading:
            slow = records_in(reading, models)
            slow.row(ann)
        # when another one writes first
        save(database, models, RecordChange(ann, {"phone": "7"}, {"phone": None}))
        # then the first is told what has become different
        with pytest.raises(Conflict) as refused:
            write_late(database, slow, RecordChange(ann, {"phone": "8"}))
        assert refused.value.fields == {"phone": "7"}
        assert row_of(database, models, ann)["phone"] == "7"

    def test_of_a_record_that_is_gone_are_refused(self, database: Database):
        models = tables_of(database)
        ann = stored(database, models, "person", name="Ann")
        with database.read() as reading:
            slow = records_in(reading, models)
            slow.row(ann)
        save(database, models, RecordChange(ann, {}, deleted=True))
        with pytest.raises(Conflict, match="deleted"):
            write_late(database, slow, RecordChange(ann, {"phone": "8"}))

    def test_are_seen_by_the_transaction_that_made_them(self, sqlite: Database):
        models = tables_of(sqlite)
        ann = stored(sqlite, models, "person", name="Ann")
        with sqlite.write() as connection:
            records = records_in(connection, models)
            assert records.all("person") == (ann,)
            known = records.save(
                [
                    RecordChange(ann, {"phone": "7"}),
                    RecordChange(RecordRef("person", -1), {"name": "Bob"}),
                ],
                at=LATER,
            )
            assert records.field(ann, "phone") == "7"
            assert records.all("person") == (ann, *known.values())

    def test_that_delete_what_others_refer_to_are_refused(self, database: Database):
        models = tables_of(database)
        ann = stored(database, models, "person", name="Ann")
        stored(database, models, "incident_request", summary="X", requester=ann)
        with pytest.raises(WrongState, match="still referred to"):
            save(database, models, RecordChange(ann, {}, deleted=True))
        assert row_of(database, models, ann) is not None

    def test_leave_nothing_behind_when_they_are_refused(self, database: Database):
        models = tables_of(database)
        stored(database, models, "group", name="Network")
        with pytest.raises(Invalid):
            save(
                database,
                models,
                RecordChange(RecordRef("person", -1), {"name": "Ann"}),
                RecordChange(RecordRef("group", -2), {"name": "Network"}),
            )
        with database.read() as connection:
            assert records_in(connection, models).all("person") == ()


class TestAudit:
    def test_says_who_changed_what_from_what_to_what_when_and_by_which_rule(
        self, database: Database
    ):
        # given a request
        models = tables_of(database)
        ann = stored(database, models, "person", name="Ann")
        request = stored(database, models, "incident_request", summary="X", requester=ann)
        # when Ann changes its impact in step 'classify' of run 7, by a rule
        save(
            database,
            models,
            RecordChange(
                request,
                {"impact": "minor", "requester": None},
                {"impact": "moderate", "requester": ann},
                {"impact": "impact-of-one: small"},
                dict.fromkeys(("impact", "requester"), (-1, "classify")),
            ),
            actor=acting(ann),
            runs={-1: 7},
            reason="asked to",
        )
        # then two lines tell it, newest first
        with database.read() as connection:
            lines = audit.of_record(connection, request, after=None, limit=2)
        assert [(line.field, line.old, line.new, line.rule) for line in lines] == [
            ("requester", ann.id, None, None),
            ("impact", "moderate", "minor", "impact-of-one: small"),
        ]
        assert {
            (line.at, line.person, line.run, line.step, line.reason, line.revision)
            for line in lines
        } == {(LATER, ann.id, 7, "classify", "asked to", 2)}

    def test_tells_every_value_that_a_record_began_with(self, database: Database):
        models = tables_of(database)
        ann = stored(database, models, "person", name="Ann", phone="7")
        with database.read() as connection:
            lines = audit.of_record(connection, ann, after=None, limit=10)
        assert {line.field: (line.old, line.new) for line in lines} == {
            "name": (None, "Ann"),
            "phone": (None, "7"),
            "active": (None, True),
        }
        assert {line.revision for line in lines} == {1}

    def test_tells_every_value_that_was_lost_with_a_record(self, database: Database):
        models = tables_of(database)
        ann = stored(database, models, "person", name="Ann", phone="7")
        save(database, models, RecordChange(ann, {}, deleted=True))
        with database.read() as connection:
            lines = audit.of_record(connection, ann, after=None, limit=3)
        assert {line.field: (line.old, line.new) for line in lines} == {
            "name": ("Ann", None),
            "phone": ("7", None),
            "active": (True, None),
        }

    def test_names_records_of_the_same_command_by_their_ids(self, database: Database):
        models = tables_of(database)
        request, person = RecordRef("incident_request", -1), RecordRef("person", -2)
        known = save(
            database,
            models,
            RecordChange(request, {"summary": "X", "status": "new", "requester": person}),
            RecordChange(person, {"name": "Ann"}),
        )
        with database.read() as connection:
            statement = sa.select(change_table.c.new).where(change_table.c.field == "requester")
            assert connection.scalars(statement).all() == [known[person].id]


class TestTitles:
    def test_are_number_and_label(self, sqlite: Database):
        models = tables_of(sqlite)
        ann = stored(sqlite, models, "person", name="Ann")
        request = stored(sqlite, models, "incident_request", summary="No mail")
        with sqlite.read() as connection:
            records = records_in(connection, models)
            assert records.title(request) == "INC000000000001 No mail"
            assert records.title(ann) == "Ann"
            assert records.titles([ann, request, RecordRef("person", 99)]) == {
                ann: ("1", "Ann"),
                request: ("INC000000000001", "No mail"),
            }

    def test_take_the_label_of_the_record_that_a_label_means(self, sqlite: Database):
        seat = an_entity("seat", a_field("person", ref("person"), required=True))
        models = tables_of(sqlite, ENTITIES | {"seat": seat})
        ann = stored(sqlite, models, "person", name="Ann")
        taken = stored(sqlite, models, "seat", person=ann)
        with sqlite.read() as connection:
            assert records_in(connection, models).title(taken) == "Ann"


class TestManyRecords:
    def test_are_read_at_once(self, sqlite: Database):
        models = tables_of(sqlite)
        persons = [stored(sqlite, models, "person", name=name) for name in ("Ann", "Bob", "Cas")]
        asked: list[str] = []
        sa.event.listen(
            sqlite.engine, "before_cursor_execute", lambda *call: asked.append(call[2])
        )
        with sqlite.read() as connection:
            records = records_in(connection, models)
            records.load([*persons, RecordRef("person", 99)])
            assert [records.field(person, "name") for person in persons] == ["Ann", "Bob", "Cas"]
            assert records.row(RecordRef("person", 99)) is None
        assert [statement.split()[0] for statement in asked] == ["SELECT"]

    def test_that_refer_to_one_are_found_through_its_back_reference(self, sqlite: Database):
        models = tables_of(sqlite)
        cause = stored(sqlite, models, "incident_request", summary="Router down")
        effects = tuple(
            stored(sqlite, models, "incident_request", summary=text, cause=cause)
            for text in ("No mail", "No phone")
        )
        with sqlite.read() as connection:
            assert records_in(connection, models).field(cause, "consequences") == effects


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def test_no_update_is_lost_however_two_writers_interleave(
    request: pytest.FixtureRequest, tmp_path, kind: str
):
    """G2: what two writers add to a text, in whatever order they read and write, is all there."""
    if kind == "sqlite":
        url = f"sqlite:///{tmp_path / 'two.db'}"
    else:
        url = request.getfixturevalue("postgresql_url").render_as_string(hide_password=False)
    database = Database(url)
    models = tables_of(database)

    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(st.lists(st.sampled_from(["read 1", "read 2", "write 1", "write 2"]), max_size=24))
    def play(moves: list[str]):
        # given a request, and two writers who know nothing yet
        record = stored(database, models, "incident_request", summary="X", description="")
        read: dict[str, Records] = {}
        written: list[str] = []
        for number, move in enumerate(moves):
            what, who = move.split()
            if what == "read":
                with database.read() as connection:
                    read[who] = records_in(connection, models)
                    read[who].row(record)
            elif who in read:
                # when one writes what it read with a word added, the way a browser would
                word = f"{who}.{number} "
                text = str(read[who].field(record, "description")) + word
                try:
                    write_late(database, read[who], RecordChange(record, {"description": text}))
                    written.append(word)
                except Conflict:
                    del read[who]
                else:
                    del read[who]
        # then every word that was accepted is there, in order, and no other
        row = row_of(database, models, record)
        assert row["description"] == "".join(written)
        assert row["revision"] == 1 + len(written)

    play()
    database.dispose()


def test_no_update_is_lost_among_threads(database: Database):
    """G2: eight threads count one record up, each retrying when another was first."""
    models = tables_of(database)
    record = stored(database, models, "incident_request", summary="X", description="0")

    def count():
        chance = random.Random()
        for _ in range(10):
            while True:
                try:
                    with database.write() as connection:
                        records = records_in(connection, models)
                        if chance.random() < 0.5:
                            records.lock(record)
                        text = str(int(str(records.field(record, "description"))) + 1)
                        records.save([RecordChange(record, {"description": text})], at=LATER)
                    break
                except Conflict:
                    continue

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert row_of(database, models, record)["description"] == "80"
