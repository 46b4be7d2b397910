"""The journal of a record: who reads it, who writes into it, and what can be attached."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from server.domain.actor import APPLICATION
from server.domain.refusals import Invalid, NotAllowed, NotFound, TooLarge, WrongState
from server.domain.role import Role
from server.domain.values import RecordRef
from server.storage.database import Database
from server.storage.journal import File
from server.usecases import journal, records
from server.usecases.commands import AlreadyDone, Key
from tests.builders import an_app, may
from tests.usecases.test_rights import INCIDENT, Office

BOTH = {"journal", "internal_notes"}
LOG = File("mail.log", b"\x00\xffno route to host")


def an_office(database: Database, **grants: Any) -> Office:
    """Ann is a clerk for everything, and an owner of Mail."""
    app = an_app(database)
    roles = {key: Role(key, key, may={INCIDENT: grant}) for key, grant in grants.items()}
    return Office(replace(app, definitions=replace(app.definitions, roles=roles)))


@pytest.fixture
def staff(database: Database) -> Office:
    return an_office(database, clerk=may("read"))


@pytest.fixture
def requester(database: Database) -> Office:
    return an_office(database, clerk=may("read", "requester", internal_notes="hidden"))


def texts(office: Office, record: RecordRef, **asked: Any) -> list[str]:
    view = journal.page(office.app, office.actor, record, **asked)
    return [note.text for note in view.notes.items]


class TestNotes:
    def test_stand_with_who_wrote_them_and_when_the_newest_first(self, staff: Office):
        record = staff.request()
        journal.write(staff.app, staff.actor, record, " First ")
        journal.write(staff.app, staff.actor, record, "Second", internal=True)
        view = journal.page(staff.app, staff.actor, record)
        assert [(note.who, note.text, note.is_internal) for note in view.notes.items] == [
            ("Ann", "Second", True),
            ("Ann", "First", False),
        ]
        assert (view.sees, view.writes) == (BOTH, BOTH)

    def test_are_of_one_record(self, staff: Office):
        one, other = staff.request(), staff.request()
        journal.write(staff.app, staff.actor, one, "Here")
        assert (texts(staff, one), texts(staff, other)) == (["Here"], [])

    def test_come_page_by_page(self, staff: Office):
        record = staff.request()
        for number in range(3):
            journal.write(staff.app, staff.actor, record, str(number))
        first = journal.page(staff.app, staff.actor, record, limit=2).notes
        assert [note.text for note in first.items] == ["2", "1"]
        assert texts(staff, record, after=first.after) == ["0"]

    def test_sent_twice_are_kept_once(self, staff: Office):
        record = staff.request()
        key = Key("a", "digest", lambda view: {"id": view.id})
        journal.write(staff.app, staff.actor, record, "Once", key=key)
        with pytest.raises(AlreadyDone):
            journal.write(staff.app, staff.actor, record, "Once", key=key)
        assert texts(staff, record) == ["Once"]

    def test_let_their_record_stay(self, database: Database):
        office = an_office(database, clerk=may("read delete"))
        record = office.request()
        journal.write(office.app, office.actor, record, "Look here")
        with pytest.raises(WrongState):
            records.delete(office.app, office.actor, record)

    @pytest.mark.parametrize(
        ("text", "files", "problems"),
        [
            (" ", (), {"text": "Write something, or attach a file."}),
            ("x" * 10_001, (), {"text": "A note has at most 10,000 characters."}),
            ("a\x00b", (), {"text": "The text has characters that cannot be kept."}),
            ("x", [LOG] * 11, {"files": "At most 10 files are attached to a note."}),
            ("x", [File("", b"x")], {"files": "The name of a file has 1 to 200 characters."}),
            ("x", [File("a\nb", b"x")], {"files": "The name of a file has 1 to 200 characters."}),
            ("x", [File("a", b"")], {"files": "'a' is empty."}),
        ],
    )
    def test_that_are_unfit_leave_nothing(self, sqlite: Database, text, files, problems):
        office = an_office(sqlite, clerk=may("read"))
        record = office.request()
        with pytest.raises(Invalid) as refused:
            journal.write(office.app, office.actor, record, text, files=files)
        assert refused.value.problems == problems
        assert texts(office, record) == []

    def test_carry_no_file_that_is_too_large(self, sqlite: Database):
        office = an_office(sqlite, clerk=may("read"))
        large = File("disk.img", b"x" * ((10 << 20) + 1))
        with pytest.raises(TooLarge) as refused:
            journal.write(office.app, office.actor, office.request(), "x", files=[large])
        assert str(refused.value) == "'disk.img' is larger than 10 MB."


class TestWhoeverAsked:
    def test_reads_what_is_not_internal_and_answers(self, requester: Office):
        record = requester.request(requester=requester.ann)
        journal.write(requester.app, APPLICATION, record, "For all")
        journal.write(requester.app, APPLICATION, record, "Among us", internal=True)
        view = journal.page(requester.app, requester.actor, record)
        assert [note.text for note in view.notes.items] == ["For all"]
        assert (view.sees, view.writes) == ({"journal"}, {"journal"})
        journal.write(requester.app, requester.actor, record, "Thank you")
        assert texts(requester, record) == ["Thank you", "For all"]

    def test_writes_nothing_internal(self, requester: Office):
        record = requester.request(requester=requester.ann)
        with pytest.raises(NotAllowed) as refused:
            journal.write(requester.app, requester.actor, record, "x", internal=True)
        assert str(refused.value) == (
            "Your roles do not let you write internal notes about this record."
        )

    def test_reaches_nothing_of_others(self, requester: Office):
        record = requester.request(requester=requester.bob)
        note = journal.write(requester.app, APPLICATION, record, "x", files=[LOG])
        for act in (
            lambda: journal.page(requester.app, requester.actor, record),
            lambda: journal.write(requester.app, requester.actor, record, "x"),
            lambda: journal.attachment(requester.app, requester.actor, note.attached[0].id),
        ):
            with pytest.raises(NotFound):
                act()


class TestAGrant:
    def test_may_keep_back_the_whole_journal(self, sqlite: Database):
        office = an_office(sqlite, clerk=may("read", journal="hidden"))
        record = office.request()
        journal.write(office.app, APPLICATION, record, "x")
        journal.write(office.app, APPLICATION, record, "y", internal=True)
        view = journal.page(office.app, office.actor, record)
        assert (view.notes.items, view.sees, view.writes) == ((), set(), set())

    def test_may_let_it_be_read_only(self, sqlite: Database):
        office = an_office(sqlite, clerk=may("read", journal="read", internal_notes="hidden"))
        record = office.request()
        journal.write(office.app, APPLICATION, record, "x")
        assert texts(office, record) == ["x"]
        with pytest.raises(NotAllowed):
            journal.write(office.app, office.actor, record, "y")


class TestAnAttachment:
    def test_is_fetched_as_it_was_sent(self, staff: Office):
        note = journal.write(staff.app, staff.actor, staff.request(), "", files=[LOG])
        [attached] = note.attached
        assert (attached.name, attached.size) == ("mail.log", len(LOG.content))
        assert journal.attachment(staff.app, staff.actor, attached.id) == LOG

    def test_of_an_internal_note_is_not_for_whoever_asked(self, requester: Office):
        record = requester.request(requester=requester.ann)
        for_all = journal.write(requester.app, APPLICATION, record, "x", files=[LOG])
        among_us = journal.write(
            requester.app, APPLICATION, record, "y", internal=True, files=[LOG]
        )
        app, actor = requester.app, requester.actor
        assert journal.attachment(app, actor, for_all.attached[0].id) == LOG
        with pytest.raises(NotFound):
            journal.attachment(app, actor, among_us.attached[0].id)

    def test_that_is_none_is_not_found(self, staff: Office):
        with pytest.raises(NotFound):
            journal.attachment(staff.app, staff.actor, 99)


@pytest.mark.parametrize("record", [RecordRef("unicorn", 1), RecordRef(INCIDENT, 99)])
def test_there_is_no_journal_of_what_is_not_there(sqlite: Database, record: RecordRef):
    office = an_office(sqlite, clerk=may("read"))
    with pytest.raises(NotFound):
        journal.page(office.app, office.actor, record)
    with pytest.raises(NotFound):
        journal.write(office.app, office.actor, record, "x")
