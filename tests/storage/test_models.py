"""Tables and classes made from entities."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from server.domain.values import DATE_TIME, RecordRef
from server.storage.database import Database
from server.storage.models import Models
from server.storage.records import Records
from tests.builders import (
    AT,
    ENTITIES,
    TYPES,
    a_field,
    an_entity,
    choice,
    ref,
    stored,
    tables_of,
)

EVERYTHING = an_entity(
    "everything",
    *(a_field(f"the_{kind}", kind) for kind in TYPES),
    a_field("the_choice", choice("red", "green")),
    a_field("the_ref", ref("person")),
)
VALUES = {
    "the_text": "Grüße, 你好",
    "the_yes_no": False,
    "the_whole_number": 2**53 - 1,
    "the_number": Decimal("0.1"),
    "the_money": Decimal("1234567890123.45"),
    "the_fraction": Fraction(2, 3),
    "the_date": date(2026, 2, 28),
    "the_date_time": datetime(2026, 3, 29, 1, 30, 0, 123456, UTC),
    "the_duration": timedelta(days=400, microseconds=1),
    "the_choice": "green",
}


class TestColumns:
    def test_every_kind_of_value_comes_back_as_it_was_written(self, database: Database):
        models = tables_of(database, ENTITIES | {"everything": EVERYTHING})
        ann = stored(database, models, "person", name="Ann")

        record = stored(database, models, "everything", the_ref=ann, **VALUES)

        with database.read() as connection:
            row = Records(connection, models, models.entities, AT).row(record)
        found = {key: row[key] for key in VALUES}
        assert found == VALUES
        assert {key: type(value) for key, value in found.items()} == {
            key: type(value) for key, value in VALUES.items()
        }
        assert row["the_ref"] == ann
        assert (row["id"], row["revision"], row["created_at"]) == (record.id, 1, AT)

    def test_what_is_not_known_is_null_in_every_kind(self, database: Database):
        models = tables_of(database, ENTITIES | {"everything": EVERYTHING})
        record = stored(database, models, "everything")
        with database.read() as connection:
            row = Records(connection, models, models.entities, AT).row(record)
        assert all(row[key] is None for key in (*VALUES, "the_ref"))

    def test_a_required_field_cannot_be_empty_in_the_database(self):
        table = Models(ENTITIES).tables["person"]
        assert not table.c.name.nullable
        assert table.c.phone.nullable

    def test_what_records_are_looked_up_by_has_an_index(self):
        table = Models(ENTITIES).tables["incident_request"]
        indexed = {column.name for index in table.indexes for column in index.columns}
        assert indexed == {
            "status",
            "impact",
            "requester",
            "service",
            "assigned_group",
            "assignee",
            "cause",
        }


class TestMappedClasses:
    def test_show_a_reference_as_an_id_and_as_a_record(self, database: Database):
        models = tables_of(database)
        ann = stored(database, models, "person", name="Ann")
        stored(database, models, "incident_request", summary="No mail", requester=ann)

        with Session(database.engine) as session:
            request = session.scalars(sa.select(models.classes["incident_request"])).one()

            assert str(request) == "INC000000000001 No mail"
            assert request.requester_id == ann.id
            assert str(request.requester) == "Ann"

    def test_are_made_anew_for_each_set_of_definitions(self):
        first, second = Models(ENTITIES), Models(ENTITIES)
        assert first.classes["person"] is not second.classes["person"]


class TestNames:
    def test_an_entity_cannot_take_the_name_of_a_fixed_table(self):
        with pytest.raises(ValueError, match="begin with that word"):
            Models({"procedura_run": an_entity("procedura_run", a_field("name"))})

    def test_a_field_cannot_take_what_every_record_has(self):
        with pytest.raises(ValueError, match="revision"):
            Models({"thing": an_entity("thing", a_field("name"), a_field("revision"))})

    def test_a_field_cannot_be_the_id_of_a_reference(self):
        thing = an_entity(
            "thing", a_field("name"), a_field("owner", ref("thing")), a_field("owner_id")
        )
        with pytest.raises(ValueError, match="owner_id"):
            Models({"thing": thing})

    def test_words_that_databases_use_themselves_are_fine_names(self, database: Database):
        order = an_entity("order", a_field("select"), a_field("group", ref("order")))
        models = tables_of(database, {"order": order})
        first = stored(database, models, "order", select="from")
        second = stored(database, models, "order", select="where", group=first)
        with database.read() as connection:
            assert Records(connection, models, models.entities, AT).field(
                second, "group"
            ) == RecordRef("order", first.id)


def test_what_kpis_find_the_records_of_a_period_by_has_an_index():
    entity = an_entity(
        "case",
        a_field("subject"),
        a_field("done_at", DATE_TIME),
        dated_by={"done_at", "created_at"},
    )

    [table] = Models({"case": entity}).tables.values()

    assert {column.name for index in table.indexes for column in index.columns} == {
        "done_at",
        "created_at",
    }
