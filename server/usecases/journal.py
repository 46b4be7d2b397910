"""Use cases about the journal of a record: read it, write into it, attach files, fetch them.

A note is for everybody who reads the record, or internal. Roles keep back the one (`journal`) or the
other (`internal_notes`) as they keep back fields: `hidden` from being seen, `read` from being written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from server.domain.actor import Actor
from server.domain.refusals import Invalid, NotFound, TooLarge
from server.domain.role import INTERNAL_NOTES, JOURNAL, JOURNALS, Operation
from server.domain.somebody import PERSON
from server.domain.values import RecordRef
from server.storage import journal as kept
from server.storage import lookup
from server.storage.journal import File, Note
from server.usecases import showing
from server.usecases.app import App
from server.usecases.commands import Key, carry_out
from server.usecases.refusing import not_allowed, out_of_reach
from server.usecases.running import Running
from server.usecases.views import JournalView, NoteView, Page

TEXT_LENGTH = 10_000
NAME_LENGTH = 200
MOST_FILES = 10
LARGEST_FILE = 10 << 20
"""Bytes of one attachment."""


def page(
    app: App, actor: Actor, record: RecordRef, *, after: int | None = None, limit: int = 50
) -> JournalView:
    """What has been written about a record, the newest first, as far as it is for this person.

    Raises:
        NotFound: there is no such entity or record, or it is out of reach.
        NotAllowed: no role lets this person read such records.
    """
    if record.entity not in app.definitions.entities:
        raise NotFound(f"There are no records called '{record.entity[:80]}'.")
    with app.database.read() as connection:
        running = Running(app, connection, actor)
        seen, written = _parts(running, record)
        found: tuple[Note, ...] = ()
        if JOURNAL in seen:
            found = kept.page(
                connection,
                record,
                internal=INTERNAL_NOTES in seen,
                after=after,
                limit=limit + 1,
            )
        notes = _views(running, found[:limit])
        following = notes[-1].id if len(found) > limit else None
        return JournalView(Page(notes, following), seen, written)


def write(
    app: App,
    actor: Actor,
    record: RecordRef,
    text: str,
    *,
    internal: bool = False,
    files: Sequence[File] = (),
    key: Key | None = None,
) -> NoteView:
    """Write a note about a record, with files; internal ones are not for whoever asked for it.

    Raises:
        NotFound: there is no such record, or it is out of reach.
        NotAllowed: roles keep the actor from writing, or from writing internally.
        Invalid: there is neither text nor file, the text is too long, or a file is unfit.
        TooLarge: a file is larger than `LARGEST_FILE`.
    """
    if record.entity not in app.definitions.entities:
        raise NotFound(f"There are no records called '{record.entity[:80]}'.")
    said = text.strip()
    _fit(said, files)

    def do(running: Running) -> Callable[[], NoteView]:
        _, written = _parts(running, record)
        part = INTERNAL_NOTES if internal else JOURNAL
        if part not in written:
            kind = "internal notes" if internal else "notes"
            raise not_allowed(
                actor,
                f"the right to write '{part}' of {record}",
                f"Your roles do not let you write {kind} about this record.",
            )
        number = kept.add(
            running.connection,
            record,
            at=running.at,
            person=actor.id,
            text=said,
            is_internal=internal,
            files=files,
        )
        found = kept.one(running.connection, number)
        assert found is not None
        return lambda: _views(running, (found,))[0]

    return carry_out(app, actor, do, key=key)


def attachment(app: App, actor: Actor, number: int) -> File:
    """A file that was attached to a note.

    Raises:
        NotFound: there is none, or its note is not for this person.
    """
    sentence = f"There is no attachment {number}."
    with app.database.read() as connection:
        found = kept.content(connection, number)
        if found is None:
            raise NotFound(sentence)
        note, file = found
        running = Running(app, connection, actor)
        part = INTERNAL_NOTES if note.is_internal else JOURNAL
        is_known = note.record.entity in app.definitions.entities
        if not is_known or not running.rights.reaches(connection, Operation.READ, note.record):
            raise out_of_reach(actor, f"the right to read {note.record}", sentence)
        if part not in _parts(running, note.record)[0]:
            raise out_of_reach(actor, f"the right to read '{part}' of {note.record}", sentence)
        return file


def _parts(running: Running, record: RecordRef) -> tuple[frozenset[str], frozenset[str]]:
    """Which parts of the journal the actor may see, and which write.

    Internal notes are of the journal: who does not see that does not see them either.
    """
    rights, connection = running.rights, running.connection
    rights.require_of(connection, Operation.READ, record)
    if running.records.row(record) is None:
        entity = running.app.definitions.entities[record.entity]
        raise NotFound(f"There is no {entity.title.lower()} {entity.numbered(record.id)}.")
    seen = JOURNALS - rights.hidden(connection, [record])[record]
    written = JOURNALS - rights.read_only(connection, record)
    return (seen, written & seen) if JOURNAL in seen else (frozenset(), frozenset())


def _views(running: Running, notes: Sequence[Note]) -> tuple[NoteView, ...]:
    persons = {note.person: RecordRef(PERSON, note.person) for note in notes if note.person}
    titles = showing.record_titles(running, persons.values())
    return tuple(
        NoteView(
            note.id,
            note.at,
            str(titles[persons[note.person]]) if note.person else "Procedura",
            note.text,
            note.is_internal,
            note.attached,
        )
        for note in notes
    )


def _fit(text: str, files: Sequence[File]) -> None:
    problems = {}
    if not text and not files:
        problems["text"] = "Write something, or attach a file."
    elif len(text) > TEXT_LENGTH:
        problems["text"] = f"A note has at most {TEXT_LENGTH:,} characters."
    elif not lookup.is_text(text):
        problems["text"] = "The text has characters that cannot be kept."
    if len(files) > MOST_FILES:
        problems["files"] = f"At most {MOST_FILES} files are attached to a note."
    for file in files:
        if not 0 < len(file.name) <= NAME_LENGTH or not file.name.isprintable():
            problems["files"] = f"The name of a file has 1 to {NAME_LENGTH} characters."
        elif not file.content:
            problems["files"] = f"'{file.name}' is empty."
    if problems:
        raise Invalid("The note cannot be kept.", problems)
    for file in files:
        if len(file.content) > LARGEST_FILE:
            raise TooLarge(f"'{file.name}' is larger than {LARGEST_FILE / 2**20:g} MB.")
