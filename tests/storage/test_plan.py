"""The database follows the entities: every way in which they change, on both databases."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from server.domain.change import RecordChange
from server.domain.entity import Entity
from server.domain.refusals import WrongState
from server.domain.values import TEXT, RecordRef
from server.storage import schema, tables
from server.storage.acts import Risk
from server.storage.database import Database
from server.storage.models import Models
from server.storage.records import Records
from server.storage.search.postgresql import WORDS
from server.usecases.database import apply, back_up, check_schema, plan
from tests.builders import (
    AT,
    ENTITIES,
    a_field,
    an_entity,
    choice,
    ref,
    statuses,
    stored,
)


def entities(*things: Entity) -> dict[str, Entity]:
    return {entity.key: entity for entity in things}


def a_thing(*fields, **over) -> Entity:
    return an_entity("thing", a_field("name", required=True), *fields, **over)


def brought(database: Database, *things: Entity, confirmed: bool = True) -> Models:
    """The database as these entities need it."""
    models = Models(entities(*things))
    apply(database, models, plan(database, models), confirmed=confirmed, now=AT)
    assert plan(database, models).is_empty, plan(database, models)
    assert check_schema(database, models) is None
    return models


def told(database: Database, *things: Entity) -> list[tuple[str, str]]:
    found = plan(database, Models(entities(*things)))
    return [(step.risk.value, step.sentence) for step in found.steps]


def value(database: Database, models: Models, record: RecordRef, field: str):
    with database.read() as connection:
        return Records(connection, models, models.entities, AT).field(record, field)


class TestAnEmptyDatabase:
    def test_gets_all_tables_without_asking(self, database: Database):
        models = Models(ENTITIES)
        assert "has not been brought" in str(check_schema(database, models))

        done = apply(database, models, plan(database, models), confirmed=False, now=AT)

        assert done.backup is None
        assert len(done.steps) == len(ENTITIES) + len(tables.metadata.tables)
        assert check_schema(database, models) is None
        stored(database, models, "incident_request", summary="X")

    def test_has_an_empty_second_plan(self, database: Database):
        brought(database, *ENTITIES.values())

    def test_may_have_entities_that_refer_to_each_other(self, database: Database):
        hen = an_entity("hen", a_field("name"), a_field("egg", ref("egg")))
        egg = an_entity("egg", a_field("name"), a_field("hen", ref("hen")))
        brought(database, hen, egg)

    def test_is_the_same_whether_applied_or_made_by_the_models(self, database: Database):
        models = Models(ENTITIES)
        tables.metadata.create_all(database.engine)
        models.metadata.create_all(database.engine)
        assert plan(database, models).is_empty


class TestANewField:
    def test_is_added_without_asking(self, database: Database):
        models = brought(database, a_thing())
        one = stored(database, models, "thing", name="One")
        more = a_thing(
            a_field("size", "number"), a_field("colour", choice("red")), listed=("colour",)
        )

        assert told(database, more) == [
            ("safe", "thing: a new field size."),
            ("safe", "thing: a new field colour."),
            ("safe", "thing: colour gets an index."),
        ]
        models = brought(database, more, confirmed=False)

        assert value(database, models, one, "size") is None
        two = stored(database, models, "thing", name="Two", size=Decimal("1.5"))
        assert value(database, models, two, "size") == Decimal("1.5")

    def test_may_refer_to_records_and_is_held_to_that(self, database: Database):
        models = brought(database, a_thing())
        one = stored(database, models, "thing", name="One")
        models = brought(
            database,
            a_thing(a_field("parent", ref("thing")), a_field("owner", ref("owner"))),
            an_entity("owner", a_field("name")),
        )

        two = stored(database, models, "thing", name="Two", parent=one)
        assert value(database, models, two, "parent") == one
        with pytest.raises(WrongState):
            stored(database, models, "thing", name="Three", owner=RecordRef("owner", 99))

    def test_that_is_required_is_filled_with_its_default(self, database: Database):
        models = brought(database, a_thing())
        one = stored(database, models, "thing", name="One")
        more = a_thing(a_field("urgency", choice("high", "low"), required=True, default="low"))

        assert told(database, more) == [
            (
                "check",
                "thing: a new field urgency, required; 1 record get the default 'low'.",
            )
        ]
        with pytest.raises(WrongState, match="touch records that are there"):
            brought(database, more, confirmed=False)
        models = brought(database, more)

        assert value(database, models, one, "urgency") == "low"
        assert not schema_of(database, "thing")["urgency"]["nullable"]

    def test_that_is_required_and_has_no_default_is_refused_where_there_are_records(
        self, database: Database
    ):
        models = brought(database, a_thing())
        more = a_thing(a_field("size", "number", required=True))
        assert [risk for risk, _ in told(database, more)] == ["safe"]
        stored(database, models, "thing", name="One")
        stored(database, models, "thing", name="Two")

        assert told(database, more) == [
            (
                "check",
                "thing: a new field size, required; 2 records would have nothing there.",
            )
        ]
        with pytest.raises(WrongState, match="2 records would have nothing") as refused:
            brought(database, more)
        assert "default" in refused.value.hint
        assert "size" not in schema_of(database, "thing")

    def test_that_is_required_is_no_question_where_nothing_is(self, database: Database):
        brought(database, a_thing())
        brought(database, a_thing(a_field("size", "number", required=True)), confirmed=False)

    def test_may_be_a_status_and_begins_with_the_first(self, database: Database):
        models = brought(database, a_thing())
        one = stored(database, models, "thing", name="One")
        models = brought(database, a_thing(statuses=statuses(open="closed", closed="")))
        assert value(database, models, one, "status") == "open"


class TestARenamedField:
    def test_keeps_its_values(self, database: Database):
        models = brought(database, a_thing(a_field("telephone", unique=True)))
        one = stored(database, models, "thing", name="One", telephone="7")
        renamed = a_thing(a_field("phone", unique=True, was="telephone"))

        assert told(database, renamed)[0] == (
            "safe",
            "thing: telephone is called phone now. Its values are kept.",
        )
        models = brought(database, renamed)

        assert value(database, models, one, "phone") == "7"
        assert "telephone" not in schema_of(database, "thing")

    def test_leaves_its_name_to_another(self, database: Database):
        models = brought(database, a_thing(a_field("owner", ref("thing"))))
        one = stored(database, models, "thing", name="One")
        two = stored(database, models, "thing", name="Two", owner=one)

        models = brought(
            database,
            a_thing(a_field("parent", ref("thing"), was="owner"), a_field("owner", ref("thing"))),
        )

        assert value(database, models, two, "parent") == one
        assert value(database, models, two, "owner") is None

    def test_may_be_required_at_once(self, database: Database):
        models = brought(database, a_thing(a_field("telephone")))
        one = stored(database, models, "thing", name="One")
        models = brought(
            database, a_thing(a_field("phone", was="telephone", required=True, default="none"))
        )
        assert value(database, models, one, "phone") == "none"


class TestARequiredField:
    def test_that_is_filled_everywhere_is_only_asked_about(self, database: Database):
        models = brought(database, a_thing(a_field("size", "number")))
        stored(database, models, "thing", name="One", size=Decimal(1))
        more = a_thing(a_field("size", "number", required=True))
        assert told(database, more) == [
            ("check", "thing: size is required now; every record has it.")
        ]
        brought(database, more)

    def test_that_is_empty_somewhere_gets_its_default(self, database: Database):
        models = brought(database, a_thing(a_field("size", "number")))
        one = stored(database, models, "thing", name="One")
        two = stored(database, models, "thing", name="Two", size=Decimal(7))
        models = brought(
            database, a_thing(a_field("size", "number", required=True, default=Decimal(1)))
        )
        assert value(database, models, one, "size") == 1
        assert value(database, models, two, "size") == 7

    def test_that_is_empty_somewhere_without_a_default_is_refused(self, database: Database):
        models = brought(database, a_thing(a_field("size", "number")))
        stored(database, models, "thing", name="One")
        with pytest.raises(WrongState, match="1 record would have nothing there"):
            brought(database, a_thing(a_field("size", "number", required=True)))

    def test_may_become_optional_without_asking(self, database: Database):
        brought(database, a_thing(a_field("size", "number", required=True)))
        models = brought(database, a_thing(a_field("size", "number")), confirmed=False)
        stored(database, models, "thing", name="One")

    def test_changes_with_records_that_others_refer_to(self, database: Database):
        # given things that things and tags refer to, the newest of which was deleted
        tag = an_entity("tag", a_field("name"), a_field("thing", ref("thing"), required=True))
        parent = a_field("parent", ref("thing"))
        models = brought(database, a_thing(parent, a_field("size", "number")), tag)
        one = stored(database, models, "thing", name="One", size=Decimal(1))
        two = stored(database, models, "thing", name="Two", size=Decimal(2), parent=one)
        stored(database, models, "tag", name="T", thing=two)
        last = stored(database, models, "thing", name="Three", size=Decimal(3))
        with database.write() as connection:
            Records(connection, models, models.entities, AT).save(
                [RecordChange(last, {}, deleted=True)], at=AT
            )
        # when a field is required (SQLite copies the table)
        models = brought(database, a_thing(parent, a_field("size", "number", required=True)), tag)
        # then references hold, and no number is used again
        assert value(database, models, two, "parent") == one
        assert stored(database, models, "thing", name="X", size=Decimal(4)).id == last.id + 1
        with pytest.raises(WrongState), database.write() as connection:
            Records(connection, models, models.entities, AT).save(
                [RecordChange(two, {}, deleted=True)], at=AT
            )


class TestAUniqueField:
    def test_is_asked_about_and_then_held_to(self, database: Database):
        models = brought(database, a_thing())
        stored(database, models, "thing", name="One")
        unique = an_entity("thing", a_field("name", required=True, unique=True))
        assert told(database, unique) == [("check", "thing: name is unique now; every value is.")]
        models = brought(database, unique)
        with pytest.raises(Exception, match="already"):
            stored(database, models, "thing", name="One")

    def test_whose_values_are_not_is_refused(self, database: Database):
        models = brought(database, a_thing())
        for name in ("One", "One", "Two", "Two", "Three"):
            stored(database, models, "thing", name=name)
        with pytest.raises(WrongState, match="2 of its values stand in more than one record"):
            brought(database, an_entity("thing", a_field("name", required=True, unique=True)))

    def test_may_become_free_again(self, database: Database):
        models = brought(database, an_entity("thing", a_field("name", required=True, unique=True)))
        stored(database, models, "thing", name="One")
        models = brought(database, a_thing(), confirmed=False)
        stored(database, models, "thing", name="One")

    def test_cannot_be_filled_with_one_default(self, database: Database):
        models = brought(database, a_thing())
        stored(database, models, "thing", name="One")
        stored(database, models, "thing", name="Two")
        code = a_field("code", required=True, unique=True, default="x")
        with pytest.raises(WrongState, match="all get the same default"):
            brought(database, a_thing(code))


class TestAFieldThatIsGone:
    def test_is_retired_and_keeps_its_values(self, database: Database):
        models = brought(database, a_thing(a_field("fax", required=True, unique=True)))
        one = stored(database, models, "thing", name="One", fax="7")

        assert told(database, a_thing()) == [
            ("retire", "thing.fax is no longer defined. Its column and values are kept.")
        ]
        with pytest.raises(WrongState, match="retire what held some"):
            brought(database, a_thing(), confirmed=False)
        models = brought(database, a_thing())

        # new records have nothing there, and it comes back with what it held
        two = stored(database, models, "thing", name="Two")
        models = brought(database, a_thing(a_field("fax")))
        assert value(database, models, one, "fax") == "7"
        assert value(database, models, two, "fax") is None

    def test_may_go_with_its_entity(self, database: Database):
        models = brought(database, a_thing(), an_entity("tag", a_field("name")))
        tag = stored(database, models, "tag", name="T")

        assert told(database, a_thing()) == [
            ("retire", "tag is no longer defined. Its table and records are kept.")
        ]
        brought(database, a_thing())

        models = brought(database, a_thing(), an_entity("tag", a_field("name")))
        assert value(database, models, tag, "name") == "T"


class TestAFieldOfAnotherKind:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("text", "whole_number"),
            ("whole_number", "number"),
            ("whole_number", "duration"),
            ("number", "fraction"),
            ("date", "date_time"),
            ("text", choice("red")),
            (ref("thing"), "whole_number"),
        ],
    )
    def test_is_refused_with_the_way_to_do_it(self, database: Database, before, after):
        brought(database, a_thing(a_field("size", before)))
        models = Models(entities(a_thing(a_field("size", after))))

        [step] = [step for step in plan(database, models).steps if step.problem]

        assert (step.risk, "thing.size was" in step.sentence) == (Risk.CHECK, True)
        assert "another name" in step.problem
        with pytest.raises(WrongState, match=r"thing\.size was"):
            brought(database, a_thing(a_field("size", after)))
        brought(database, a_thing(a_field("size", before)))

    def test_that_refers_to_something_else_is_refused(self, database: Database):
        tag = an_entity("tag", a_field("name"))
        brought(database, a_thing(a_field("of", ref("thing"))), tag)
        with pytest.raises(WrongState, match="was ref thing and would be ref tag"):
            brought(database, a_thing(a_field("of", ref("tag"))), tag)

    def test_is_no_question_between_numbers_and_money(self, database: Database):
        models = brought(database, a_thing(a_field("cost", "number")))
        one = stored(database, models, "thing", name="One", cost=Decimal("1.5"))
        models = brought(database, a_thing(a_field("cost", "money")), confirmed=False)
        assert value(database, models, one, "cost") == Decimal("1.5")

    def test_may_be_text_where_it_was_a_choice(self, database: Database):
        models = brought(database, a_thing(a_field("colour", choice("red"))))
        one = stored(database, models, "thing", name="One", colour="red")
        models = brought(database, a_thing(a_field("colour")), confirmed=False)
        assert value(database, models, one, "colour") == "red"
        stored(database, models, "thing", name="Two", colour="x" * 500)

    def test_is_still_noticed_after_it_was_retired(self, database: Database):
        brought(database, a_thing(a_field("size", "whole_number")))
        brought(database, a_thing())
        with pytest.raises(WrongState, match="was whole_number and would be duration"):
            brought(database, a_thing(a_field("size", "duration")))

    @pytest.mark.parametrize(
        "after",
        [
            a_field("note", replace(TEXT, at_most=10)),
            a_field("note", lines=9),
            a_field("note", title="A remark", guideline="Say it."),
        ],
    )
    def test_is_told_from_one_that_only_reads_differently(self, database: Database, after):
        brought(database, a_thing(a_field("note")))
        assert told(database, a_thing(after)) == []


class TestForeignTables:
    def test_are_left_alone(self, database: Database):
        with database.write() as connection:
            connection.exec_driver_sql("CREATE TABLE theirs (id INTEGER, what TEXT)")
        brought(database, a_thing())
        assert set(schema_of(database, "theirs")) == {"id", "what"}


class TestApplying:
    def test_does_all_steps_or_none(self, database: Database):
        models = brought(database, a_thing())
        stored(database, models, "thing", name="One")
        two = a_thing(a_field("size", "number"), a_field("code", required=True))
        with pytest.raises(WrongState):
            brought(database, two)
        assert set(schema_of(database, "thing")) == {
            "id",
            "revision",
            "created_at",
            "updated_at",
            "name",
        }

    def test_refuses_a_plan_that_somebody_else_has_overtaken(self, database: Database):
        brought(database, a_thing())
        models = Models(entities(a_thing(a_field("size", "number"))))
        reviewed = plan(database, models)
        brought(database, a_thing(a_field("size", "number")))
        with pytest.raises(WrongState, match="has changed since the plan was made"):
            apply(database, models, reviewed, confirmed=True, now=AT)

    def test_is_refused_to_a_program_older_than_the_database(self, database: Database):
        models = brought(database, a_thing())
        with database.write() as connection:
            applied = schema.applied(connection)
            schema.keep(connection, replace(applied, version=99, fingerprint="other"))

        assert "newer version" in str(check_schema(database, models))
        with pytest.raises(WrongState, match="newer version"):
            apply(database, models, plan(database, models), confirmed=True, now=AT)

    def test_is_asked_for_by_a_server_that_finds_the_database_behind(self, database: Database):
        brought(database, a_thing())
        models = Models(entities(a_thing(a_field("size", "number"), a_field("code"))))
        assert check_schema(database, models) == (
            "The database is 2 steps behind the definitions. "
            "See them with 'procedura db plan', then do them with 'procedura db apply'."
        )

    def test_keeps_references_checked_afterwards(self, sqlite: Database):
        brought(sqlite, a_thing(a_field("size", "number", required=True)))
        brought(sqlite, a_thing(a_field("size", "number")))
        with sqlite.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


class TestBackups:
    def test_are_made_of_sqlite_before_it_changes_and_can_be_used(
        self, sqlite: Database, tmp_path: Path
    ):
        # given a database with a record
        models = brought(sqlite, a_thing())
        one = stored(sqlite, models, "thing", name="One")
        # when a field is added, twice in the same second
        more = Models(entities(a_thing(a_field("size", "number"))))
        first = apply(sqlite, more, plan(sqlite, more), confirmed=False, now=AT).backup
        most = Models(entities(a_thing(a_field("size", "number"), a_field("code"))))
        second = apply(sqlite, most, plan(sqlite, most), confirmed=False, now=AT).backup
        # then each copy is the database as it was before
        assert (first.name, second.name) == (
            "procedura-before-2026-03-02T09-00-00.db",
            "procedura-before-2026-03-02T09-00-00-2.db",
        )
        restored = Database(f"sqlite:///{first}")
        assert check_schema(restored, models) is None
        assert value(restored, models, one, "name") == "One"
        assert "size" in schema_of(Database(f"sqlite:///{second}"), "thing")
        restored.dispose()

    def test_are_made_of_sqlite_on_request(self, sqlite: Database, tmp_path: Path):
        models = brought(sqlite, a_thing())
        one = stored(sqlite, models, "thing", name="One")

        back_up(sqlite, tmp_path / "copy.db")

        copy = Database(f"sqlite:///{tmp_path / 'copy.db'}")
        assert value(copy, models, one, "name") == "One"
        with pytest.raises(WrongState, match="there already"):
            back_up(sqlite, tmp_path / "copy.db")
        copy.dispose()

    def test_of_postgresql_are_left_to_its_own_tools(self, postgresql_url, tmp_path: Path):
        database = Database(postgresql_url.render_as_string(hide_password=False))
        with pytest.raises(WrongState) as refused:
            back_up(database, tmp_path / "copy")
        assert "pg_dump" in refused.value.hint
        database.dispose()


def test_the_version_goes_up_whenever_the_fixed_tables_change():
    """When this fails: raise `schema.FIXED_VERSION`, then put the new fingerprint here."""
    assert (schema.FIXED_VERSION, schema.fingerprint(Models({}))[:16]) == (11, "528a93c1d19dae3e")


def schema_of(database: Database, table: str):
    with database.engine.connect() as connection:
        columns = sa.inspect(connection).get_columns(table)
        return {column["name"]: column for column in columns if column["name"] != WORDS}
