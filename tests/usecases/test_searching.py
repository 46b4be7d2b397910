"""Searching everything: what is found, in which order, what is told of it, and to whom."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from server.domain.actor import APPLICATION
from server.domain.values import RecordRef
from server.storage.database import Database
from server.usecases import records, searching
from server.usecases.app import App
from server.usecases.searching import Answer
from tests.builders import a_field, an_app, an_entity, may, some_definitions, somebody, stored
from tests.usecases.test_rights import Office, an_office

INCIDENT = "incident_request"


@pytest.fixture
def app(database: Database) -> App:
    return an_app(database)


@pytest.fixture
def small(sqlite: Database) -> App:
    return an_app(sqlite)


def request(app: App, summary: str, description: str = "") -> RecordRef:
    return stored(app.database, app.models, INCIDENT, summary=summary, description=description)


def search(app: App, text: str) -> Answer:
    return searching.everything(app, APPLICATION, text)


def found(answer: Answer) -> list[RecordRef]:
    return [one.title.record for group in answer.found for one in group.found]


def told(answer: Answer) -> list[str]:
    """The label and the excerpt of each, with what was found in brackets."""
    return [
        "".join(
            f"[{piece.text}]" if piece.is_hit else piece.text
            for piece in (*one.label, *one.excerpt)
        )
        for group in answer.found
        for one in group.found
    ]


class TestFinding:
    def test_by_words_wherever_they_stand(self, app: App):
        one = request(app, "Printer burns", "Smells of toner in the Straße")
        request(app, "Mail is slow")
        for text in ("print", "TONER printer", "strasse", "smells burns prin"):
            assert found(search(app, text)) == [one]
        assert found(search(app, "toner mail")) == []

    def test_by_number_however_it_is_typed(self, app: App):
        request(app, "Mail")
        two = request(app, "Printer")
        for text in ("2", "INC2", "inc-2", "INC 2", "#2", "INC000000000002", " 2 "):
            answer = search(app, text)
            assert found(answer) == [two], text
            assert answer.only == two
        assert search(app, "3").found == ()

    def test_by_number_and_word_at_once(self, small: App):
        one = request(small, "Mail")
        two = request(small, "Room 1 is dark")
        answer = search(small, "1")
        assert found(answer) == [one, two]
        assert answer.only is None

    def test_in_all_entities_a_new_one_among_them(self, database: Database):
        ship = an_entity("ship", a_field("name"), a_field("log"), searched=("log",), number="SHI")
        app = an_app(database, some_definitions(ship))
        one = stored(database, app.models, "ship", name="Argo", log="Seen no storm")
        assert found(search(app, "storm")) == found(search(app, "SHI-1")) == [one]

    def test_sees_through_a_mistyped_word(self, app: App):
        one = request(app, "Printer burns", "Smells of toner")
        answer = search(app, "pritner smels")
        assert (found(answer), answer.almost) == ([one], True)
        assert told(answer) == ["[Printer] burns[Smells] of toner"]
        assert search(app, "printer").almost is False
        assert search(app, "xylophone").found == ()
        assert search(app, "xylophone").almost is False


class TestOrder:
    def test_is_label_first_then_whole_words_then_the_newest(self, app: App):
        in_text = request(app, "Fire", "The printer burns")
        longer = request(app, "Printers burn")
        old = request(app, "Printer one")
        new = request(app, "Printer two")
        assert found(search(app, "printer")) == [new, old, longer, in_text]

    def test_of_entities_is_by_what_fits_best(self, app: App):
        request(app, "Trouble", "Mail is slow")
        service = stored(app.database, app.models, "service", name="Mail")
        assert [group.entity.key for group in search(app, "mail").found] == ["service", INCIDENT]
        assert found(search(app, "mail"))[0] == service


class TestLimits:
    def test_of_what_is_told_are_told(self, small: App):
        for count in range(searching.MOST):
            request(small, f"Mail {count}")
        [group] = search(small, "mail").found
        assert (len(group.found), group.more) == (searching.MOST, False)
        request(small, "Mail again")
        [group] = search(small, "mail").found
        assert (len(group.found), group.more) == (searching.MOST, True)

    def test_do_not_keep_an_old_record_from_being_found_by_its_label(self, small: App):
        old = request(small, "Printer")
        for _ in range(searching.LOOKED_AT + 5):
            request(small, "Mail", "printer")
        assert found(search(small, "printer"))[0] == old

    def test_of_what_is_typed_are_told(self, small: App):
        request(small, "Mail")
        assert not search(small, "mail").asked.more
        assert search(small, " ".join(f"w{count}" for count in range(11))).asked.more
        assert search(small, "mail " * 100).asked.more


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\x00",
        "\ud800",
        "🙂",
        "'",
        '"',
        '"mail',
        "mail' OR '1'='1",
        'mail" OR "a',
        "mail*",
        "NEAR(mail slow)",
        "NOT mail AND OR",
        "a : b ^c -d {x}",
        "(((",
        "%_\\",
        "mail & | ! <-> :*",
        "x" * 10_000,
        "word " * 2_000,
        "1" * 30,
        "9223372036854775807",
        "9223372036854775808",
        "ßßßßß",
        "\u0301\u0301",
        "ﬁ ² Ⅷ ½ ١٢٣",
        "принтер 打印机 프린터",
    ],
)
def test_whatever_is_typed_has_an_answer(app: App, text: str):
    request(app, "Mail is slow")
    assert isinstance(search(app, text), Answer)


@pytest.mark.parametrize("text", ["принтер", "打印机", "프린터", "εκτυπωτής", "ßß", "Ⅷ"])
def test_words_of_every_script_are_found(app: App, text: str):
    one = request(app, f"Mail {text} slow")
    request(app, "Mail is slow")
    assert found(search(app, text)) == [one]


class TestAccess:
    def test_what_is_out_of_reach_is_not_found(self, app: App):
        office = an_office(app, clerk=may("read", "requester"))
        own = office.request("Printer", requester=office.ann)
        office.request("Printer", requester=office.bob)
        for text in ("printer", "1", "2", "pritner"):
            answer = searching.everything(office.app, office.actor, text)
            assert set(found(answer)) <= {own}
        assert found(searching.everything(office.app, office.actor, "printer")) == [own]

    def test_what_is_hidden_is_no_hit_and_in_no_excerpt(self, app: App):
        office = an_office(app, clerk=may("read", description="hidden"))
        office.request("Printer", description="secret printer")
        for text in ("secret", "printer secret", "sercet"):
            assert searching.everything(office.app, office.actor, text).found == ()
        answer = searching.everything(office.app, office.actor, "printer")
        assert told(answer) == ["[Printer]"]

    def test_what_others_hide_is_found_in_own_records(self, app: App):
        office = an_office(
            app, clerk=may("read", description="hidden"), owner=may("read", "service")
        )
        own = office.request("Printer", service=office.mail, description="secret")
        office.request("Printer", service=office.web, description="secret")
        answer = searching.everything(office.app, office.actor, "secret printer")
        assert found(answer) == [own]
        assert len(found(searching.everything(office.app, office.actor, "printer"))) == 2

    def test_what_no_role_reads_is_not_asked_for(self, small: App):
        office = Office(replace(small, definitions=replace(small.definitions, roles={})))
        office.request("Printer")
        assert searching.everything(office.app, office.actor, "printer").found == ()


def test_what_is_deleted_or_made_nameless_is_found_no_more(app: App):
    actor = somebody(app, "administrator")
    one = records.create(app, actor, "person", {"name": "Greta Garbo", "email": "greta@x.org"})
    assert found(search(app, "garbo"))
    records.update(app, actor, one.title.record, {"name": "Somebody", "email": None})
    assert search(app, "garbo").found == search(app, "greta").found == ()
    records.delete(app, actor, one.title.record)
    assert search(app, "somebody").found == ()


def test_the_database_is_asked_no_more_for_many_records_than_for_one(small: App):
    asked: list[str] = []
    for _ in range(2):
        request(small, "Mail")
    sa.event.listen(small.database.engine, "before_cursor_execute", lambda *_: asked.append(_[2]))
    search(small, "mail")
    once = len(asked)
    for _ in range(30):
        request(small, "Mail")
    asked.clear()
    search(small, "mail")
    assert len(asked) == once
