"""/api/v1/journal: what people write about records, and the files that they attach."""

from __future__ import annotations

import base64
import binascii

from server.api import paging
from server.api import representations as shown
from server.api.routes import Answer, Call, Route
from server.api.schemas import KEY, TEXT, YES_NO, closed, component, shape, text
from server.domain.definitions import Definitions
from server.domain.refusals import Invalid
from server.domain.values import RecordRef
from server.storage.journal import File
from server.usecases import App, journal

_PATH = "/journal/{entity}/{record}"
_CONTENT = TEXT | {"contentEncoding": "base64", "description": "The file, in base64"}
_NOTE = closed(
    {
        "text": text(journal.TEXT_LENGTH),
        "internal": YES_NO | {"description": "Not for whoever asked for the record"},
        "files": {
            "type": "array",
            "maxItems": journal.MOST_FILES,
            "items": closed(
                {"name": text(journal.NAME_LENGTH, shortest=1), "content": _CONTENT},
                required=("name", "content"),
            ),
        },
    },
    required=("text",),
)


def routes(_definitions: Definitions) -> tuple[Route, ...]:
    return (
        Route(
            "GET",
            _PATH,
            "read_journal",
            "What has been written about a record, newest first",
            "Journal",
            _read,
            {200: shown.JOURNAL},
            parameters={"entity": KEY},
            query=paging.PAGED,
            refuses=(403,),
        ),
        Route(
            "POST",
            _PATH,
            "write_note",
            "Write a note about a record, with files",
            "Journal",
            _write,
            {201: component("Note")},
            parameters={"entity": KEY},
            body=_NOTE,
            body_needed=True,
            keyed=True,
            refuses=(403,),
        ),
        Route(
            "GET",
            "/attachments/{attachment}",
            "read_attachment",
            "A file that was attached to a note",
            "Journal",
            _attachment,
            {200: shape({"name": TEXT, "content": _CONTENT})},
        ),
    )


def _read(app: App, call: Call, entity: str, record: int) -> Answer:
    view = journal.page(app, call.actor, RecordRef(entity, record), **paging.of(call.query))
    return Answer(shown.journal(view, call.page))


def _write(app: App, call: Call, entity: str, record: int) -> Answer:
    files = [_file(number, sent) for number, sent in enumerate(call.body.get("files", ()))]
    return call.once(
        lambda key: journal.write(
            app,
            call.actor,
            RecordRef(entity, record),
            call.body["text"],
            internal=call.body.get("internal", False),
            files=files,
            key=key,
        ),
        lambda view: Answer(shown.note(view), 201),
    )


def _file(number: int, sent: dict[str, str]) -> File:
    try:
        return File(sent["name"], base64.b64decode(sent["content"], validate=True))
    except binascii.Error as error:
        problems = {f"files.{number}.content": "This is not base64."}
        raise Invalid("The note cannot be kept.", problems) from error


def _attachment(app: App, call: Call, attachment: int) -> Answer:
    file = journal.attachment(app, call.actor, attachment)
    return Answer({"name": file.name, "content": base64.b64encode(file.content).decode()})
