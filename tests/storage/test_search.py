"""The index of words says what the records say, whoever writes them and whatever is applied."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from server.domain.change import RecordChange
from server.domain.entity import Entity, Field
from server.domain.searching import Word
from server.domain.values import RecordRef
from server.storage.database import Database
from server.storage.models import Models
from server.storage.records import Records
from server.storage.search import sqlite
from server.storage.search.asking import HELD, MANY, NAMED, NUMBERED, Place, Sight, hits
from server.storage.search.slots import Slots
from server.usecases.database import apply, check_schema, plan
from tests.builders import (
    AT,
    INCIDENT_REQUEST,
    a_field,
    an_entity,
    choice,
    stored,
    tables_of,
)
from tests.storage.test_plan import brought, entities, told

THING = an_entity(
    "thing", a_field("name"), a_field("text", lines=3), a_field("note"), searched=("name", "text")
)


def found(
    database: Database, models: Models, *words: str, entity: str = "thing", slots: str = "abcd"
) -> set[int]:
    terms = [[Word(word)] for word in words]
    with database.read() as connection:
        place = Place(entity, (Sight(slots),))
        return {hit.record.id for hit in hits(connection, models, [place], terms, 100)}


def change(database: Database, models: Models, record: RecordRef, **values) -> None:
    with database.write() as connection:
        records = Records(connection, models, models.entities, AT)
        records.save([RecordChange(record, values)], at=AT)


def delete(database: Database, models: Models, record: RecordRef) -> None:
    with database.write() as connection:
        records = Records(connection, models, models.entities, AT)
        records.save([RecordChange(record, {}, deleted=True)], at=AT)


def run(database: Database, *statements: str) -> None:
    with database.write() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


class TestWords:
    def test_are_found_from_the_moment_they_are_written(self, database: Database):
        models = tables_of(database, entities(THING))
        one = stored(database, models, "thing", name="Printer", text="It burns")
        assert found(database, models, "printer", "burn") == {one.id}

        change(database, models, one, text="It smells")
        assert found(database, models, "burn") == set()
        assert found(database, models, "printer", "smells") == {one.id}

        change(database, models, one, text=None, note="smells")
        assert found(database, models, "smells") == set()

        delete(database, models, one)
        assert found(database, models, "printer") == set()

    def test_are_not_found_if_what_wrote_them_is_taken_back(self, database: Database):
        models = tables_of(database, entities(THING))
        one = stored(database, models, "thing", name="Printer")
        with pytest.raises(DBAPIError):
            run(database, "UPDATE thing SET name = 'Scanner'", "UPDATE nothing SET name = 'x'")
        assert found(database, models, "printer") == {one.id}
        assert found(database, models, "scanner") == set()

    def test_are_found_and_forgotten_whatever_statement_wrote_them(self, database: Database):
        models = tables_of(database, entities(THING))
        kept = f"1, '{AT:%Y-%m-%d %H:%M:%S}', '{AT:%Y-%m-%d %H:%M:%S}'"
        run(
            database,
            "INSERT INTO thing (id, name, revision, created_at, updated_at) "
            f"VALUES (7, 'Ann Miller', {kept}), (8, 'Bob', {kept})",
        )
        assert found(database, models, "miller") == {7}
        run(database, "UPDATE thing SET name = 'Somebody' WHERE id = 7")
        assert found(database, models, "miller") == set()
        assert found(database, models, "somebody") == {7}
        run(database, "DELETE FROM thing")
        assert found(database, models, "bob") == set()

    def test_are_compared_without_case_and_accents(self, database: Database):
        models = tables_of(database, entities(THING))
        one = stored(
            database, models, "thing", name="ÄRGER in der Straße", text="Łódź, Mu\u0308ller's"
        )
        for word in ("ärger", "arger", "straße", "strasse", "łódź", "lodz", "müller", "muller"):
            assert found(database, models, word) == {one.id}, word

    @pytest.mark.parametrize(
        "text", ["srv-db_01.example.org", "a/srv,db;01:example", "“srv” db·01"]
    )
    def test_end_at_punctuation(self, database: Database, text: str):
        models = tables_of(database, entities(THING))
        one = stored(database, models, "thing", name=text)
        assert found(database, models, "srv", "db", "01") == {one.id}

    def test_of_choices_are_their_titles(self, database: Database):
        colour = replace(a_field("colour", choice("red", "blue")), titles={"red": "Rot's 100 %"})
        thing = an_entity("thing", a_field("name"), colour, searched=("colour",))
        models = tables_of(database, entities(thing))
        one = stored(database, models, "thing", name="One", colour="red")
        two = stored(database, models, "thing", name="Two", colour="blue")
        assert found(database, models, "rot", "100") == {one.id}
        assert found(database, models, "blue") == {two.id}
        assert found(database, models, "red") == set()

    def test_of_a_very_long_text_are_found_as_far_as_it_counts(self, database: Database):
        models = tables_of(database, entities(THING))
        text = " ".join(f"word{count}" for count in range(20_000))
        one = stored(database, models, "thing", name="Long", text=text)
        assert found(database, models, "word4000") == {one.id}
        assert found(database, models, "word19999") == set()
        delete(database, models, one)
        assert found(database, models, "word4000") == set()

    def test_stand_in_slots(self, database: Database):
        models = tables_of(database, entities(THING))
        one = stored(database, models, "thing", name="Printer", text="burns")
        assert found(database, models, "printer", slots="a") == {one.id}
        assert found(database, models, "burns", slots="a") == set()
        assert found(database, models, "burns", slots="b") == {one.id}
        assert found(database, models, "printer", "burns", slots="b") == set()

    def test_of_one_letter_are_found_whole(self, database: Database):
        models = tables_of(database, entities(THING))
        one = stored(database, models, "thing", name="Plan B")
        stored(database, models, "thing", name="Plan Bob")
        assert found(database, models, "b") == {one.id}


class TestAsking:
    def test_finds_of_each_entity_the_newest_first_in_the_label(self, database: Database):
        other = an_entity("other", a_field("name"), number="OTH")
        models = tables_of(database, entities(THING, other))
        for name, text in (("Mail", "x"), ("x", "Mail"), ("Mail", "Mail"), ("Post", "x")):
            stored(database, models, "thing", name=name, text=text)
        stored(database, models, "other", name="Mail")
        places = [Place("thing", (Sight("ab"),)), Place("other", (Sight("a"),), number=1)]
        with database.read() as connection:
            told = hits(connection, models, places, [[Word("mail")]], 2)
        assert {(hit.record.entity, hit.record.id, hit.tier) for hit in told} == {
            ("thing", 3, NAMED),
            ("thing", 1, NAMED),
            ("thing", 2, HELD),
            ("other", 1, NUMBERED),
        }

    def test_is_one_question_however_many_entities_there_are(self, database: Database):
        many = [an_entity(f"thing_{count}", a_field("name")) for count in range(60)]
        models = tables_of(database, entities(*many))
        for entity in many:
            stored(database, models, entity.key, name="Mail")
        places = [Place(entity.key, (Sight("a"),)) for entity in many]
        asked: list[str] = []
        with database.read() as connection:
            sa.event.listen(
                connection, "before_cursor_execute", lambda *told: asked.append(told[2])
            )
            told = hits(connection, models, places, [[Word("mail")]], 2)
        assert len(told) == 60
        assert sum("UNION ALL" in statement for statement in asked) == 1
        assert len(asked) <= 2, "one of them looks the word up"

    def test_keeps_within_what_holds_of_the_records(self, database: Database):
        models = tables_of(database, entities(THING))
        for count in range(320):
            stored(database, models, "thing", name="Mail", note="mine" if count else "theirs")
        note = models.tables["thing"].c.note
        with database.read() as connection:
            for is_mine, expected in ((note == "mine", 319), (note == "theirs", 1)):
                place = Place("thing", (Sight("ab", is_mine),))
                assert len(hits(connection, models, [place], [[Word("mail")]], 500)) == expected

    def test_of_a_word_that_stands_nowhere_is_over_at_once(self, sqlite: Database):
        models = tables_of(sqlite, entities(THING))
        stored(sqlite, models, "thing", name="Mail")
        place = Place("thing", (Sight("ab"),))
        asked: list[str] = []
        with sqlite.read() as connection:
            sa.event.listen(
                connection, "before_cursor_execute", lambda *told: asked.append(told[2])
            )
            assert hits(connection, models, [place], [[Word("mail")], [Word("printer")]], 2) == []
        assert len(asked) == 2
        assert not any("MATCH" in statement for statement in asked)

    def test_finds_beginnings_that_very_many_words_have(self, database: Database):
        models = tables_of(database, entities(THING))
        text = " ".join(f"print{count}" for count in range(MANY + 5))
        one = stored(database, models, "thing", name="Words", text=text)
        two = stored(database, models, "thing", name="Print7", text="alone")
        assert found(database, models, "print") == {one.id, two.id}
        assert found(database, models, "print7", "alone") == {two.id}


class TestSlots:
    def slots(self, *fields: Field, searched: Sequence[str] = ()) -> dict[str, list[str]]:
        entity = an_entity("thing", *fields, searched=tuple(searched))
        return {slot: [item.key for item in items] for slot, items in Slots(entity).fields}

    def test_are_the_label_and_what_is_searched(self):
        name, text = a_field("name"), a_field("text")
        assert self.slots(name, text) == {"a": ["name"]}
        assert self.slots(name, text, searched=["text"]) == {"a": ["name"], "b": ["text"]}

    def test_are_four_of_which_the_last_holds_the_others(self):
        fields = [a_field(key) for key in ("one", "two", "three", "four", "five")]
        keys = [item.key for item in fields]
        assert self.slots(*fields, searched=keys) == {
            "a": ["one"],
            "b": ["two"],
            "c": ["three"],
            "d": ["four", "five"],
        }

    def test_are_none_without_texts(self, sqlite: Database):
        assert self.slots(a_field("size", "number")) == {}
        bare = an_entity("bare", a_field("size", "number"))
        models = tables_of(sqlite, entities(bare))
        with sqlite.read() as connection:
            assert hits(connection, models, [Place("bare")], [[Word("x")]], 5) == []

    def test_numbers_of_entities_differ_and_do_not_depend_on_others(self):
        several = sqlite.numbers(f"thing_{count}" for count in range(2000))
        assert len(set(several.values())) == 2000
        assert sqlite.numbers(["thing_7"])["thing_7"] == several["thing_7"]


ANEW = "All words are indexed anew for the search, in thing."


class TestApplying:
    def test_indexes_what_another_field_holds_once_that_is_searched(self, database: Database):
        models = brought(database, THING)
        one = stored(database, models, "thing", name="Printer", note="hot")
        assert found(database, models, "hot") == set()

        more = replace(THING, searched=("name", "note"))
        assert "behind the definitions" in str(check_schema(database, Models(entities(more))))
        assert told(database, more) == [("safe", ANEW)]
        models = brought(database, more, confirmed=False)

        assert found(database, models, "printer", "hot") == {one.id}
        change(database, models, one, note="cold")
        assert found(database, models, "hot") == set()

    def test_indexes_a_database_that_had_no_index(self, database: Database):
        models = brought(database, THING)
        one = stored(database, models, "thing", name="Printer")
        with database.write() as connection:
            models.index.clear(connection, ["thing"])
        assert told(database, THING) == [("safe", ANEW)]
        brought(database, THING, confirmed=False)
        assert found(database, models, "printer") == {one.id}

    def test_keeps_the_index_of_a_field_that_is_called_otherwise(self, database: Database):
        models = brought(database, THING)
        one = stored(database, models, "thing", name="Printer", text="hot")
        renamed = an_entity(
            "thing",
            a_field("name"),
            a_field("story", lines=3, was="text"),
            a_field("note"),
            searched=("name", "story"),
        )
        models = brought(database, renamed)
        assert found(database, models, "hot") == {one.id}
        change(database, models, one, story="cold")
        assert found(database, models, "hot") == set()

    def test_indexes_a_default_that_records_get(self, database: Database):
        models = brought(database, THING)
        one = stored(database, models, "thing", name="Printer")
        must = replace(
            THING,
            fields={**THING.fields, "text": a_field("text", required=True, default="unknown")},
        )
        models = brought(database, must)
        assert found(database, models, "unknown") == {one.id}
        two = stored(database, models, "thing", name="Two", text="known")
        assert found(database, models, "known") == {two.id}
        delete(database, models, one)
        assert found(database, models, "unknown") == set()

    def test_leaves_records_of_an_entity_that_comes_back_as_they_were(self, database: Database):
        brought(database, THING, INCIDENT_REQUEST_ALONE)
        models = Models(entities(THING, INCIDENT_REQUEST_ALONE))
        one = stored(database, models, "thing", name="Printer")
        brought(database, INCIDENT_REQUEST_ALONE)
        models = brought(database, THING, INCIDENT_REQUEST_ALONE)
        assert found(database, models, "printer") == {one.id}

    def test_a_new_entity_is_searched_at_once(self, database: Database):
        brought(database, THING)
        other = an_entity("other", a_field("name"))
        models = brought(database, THING, other)
        one = stored(database, models, "other", name="Printer")
        assert found(database, models, "printer", entity="other") == {one.id}

    def test_many_entities_are_not_all_named(self, sqlite: Database):
        many = entities(*(an_entity(f"thing_{count}", a_field("name")) for count in range(8)))
        models = Models(many)
        apply(sqlite, models, plan(sqlite, models), confirmed=True, now=AT)
        with sqlite.write() as connection:
            models.index.clear(connection, list(many))
        [step] = plan(sqlite, models).steps
        assert step.sentence.endswith("thing_0, thing_1, thing_2, thing_3, thing_4 and 3 more.")


INCIDENT_REQUEST_ALONE: Entity = an_entity(
    INCIDENT_REQUEST.key, a_field("summary"), a_field("description"), searched=("description",)
)


@pytest.mark.slow
def test_postgresql_that_knows_no_accents_is_told_apart(postgresql_server: sa.URL):
    from tests.postgresql import administer

    name = "without_accents"
    administer(
        postgresql_server,
        f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'",
    )
    try:
        address = postgresql_server.set(database=name)
        database = Database(address.render_as_string(hide_password=False))
        models = Models(entities(THING))
        [step] = plan(database, models).problems
        assert "UTF8" in step.problem
        database.dispose()
    finally:
        administer(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")
