"""What people write about a record, with the files that they attach."""

from __future__ import annotations

import contextlib
import io
import uuid
from typing import Any

from flask import flash, redirect, request, send_file, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from admin import commands, errors, links
from admin.screen import Screen, actor, app, at
from admin.session import safe
from server.domain.refusals import Invalid, NotFound, TooLarge
from server.domain.role import INTERNAL_NOTES, JOURNAL
from server.domain.values import RecordRef
from server.storage.journal import File
from server.usecases import journal, records
from server.usecases.commands import AlreadyDone
from server.usecases.views import JournalView

UPLOAD_LIMIT = journal.MOST_FILES * journal.LARGEST_FILE
"""Bytes that a note with its files may hold."""
ON_A_RECORD = 10
"""Notes that stand on the page of a record; the others have a page of their own."""


class Journal(Screen):
    """Reached from the page of a record."""

    def __init__(self) -> None:
        super().__init__("Journal", "journal", "/journal", "message")

    def is_visible(self) -> bool:
        return False

    @at("/")
    def index(self) -> Response:
        return redirect(url_for("admin.index"))

    @at("/<entity>/<int:record>/", methods=("GET", "POST"))
    def notes(self, entity: str, record: int) -> Any:
        ref = RecordRef(entity, record)
        if request.method == "GET":
            return self._page(ref, url_for("journal.notes", entity=entity, record=record))
        text, back = request.form.get("text", ""), safe(request.form.get("back"))
        files = [_file(sent) for sent in request.files.getlist("files") if sent.filename]
        internal = request.form.get("for") == INTERNAL_NOTES
        named = [(file.name, len(file.content)) for file in files]
        command = request.form.get("command") or uuid.uuid4().hex
        key = commands.key(command, "note", str(ref), text, internal, named)
        try:
            journal.write(app(), actor(), ref, text, internal=internal, files=files, key=key)
        except (AlreadyDone, Invalid, TooLarge) as refusal:
            if isinstance(refusal, AlreadyDone):
                return redirect(back)
            told = refusal.problems.values() if isinstance(refusal, Invalid) else [str(refusal)]
            again = ["Attach the files again."] if files else []
            page = self._page(ref, back, text=text, internal=internal, problems=[*told, *again])
            return page, errors.status_of(refusal)
        flash("Your note was kept.", "success")
        return redirect(back)

    @at("/attachments/<int:number>")
    def attachment(self, number: int) -> Response:
        """Always as a file to be kept: what others have sent is never shown as a page of ours."""
        file = journal.attachment(app(), actor(), number)
        return send_file(
            io.BytesIO(file.content),
            mimetype="application/octet-stream",
            as_attachment=True,
            download_name=file.name,
        )

    def _page(self, ref: RecordRef, back: str, **typed: Any) -> str:
        after = request.args.get("after", type=int)
        view = journal.page(app(), actor(), ref, after=after)
        title = records.titles(app(), actor(), [ref])[ref]
        following = view.notes.after
        return str(
            self.render(
                "screens/journal.html",
                title=title,
                journal=view,
                record=ref,
                back=back,
                command=uuid.uuid4().hex,
                further=url_for("journal.notes", entity=ref.entity, record=ref.id, after=following)
                if following
                else None,
                **typed,
            )
        )


def beside(ref: RecordRef) -> JournalView | None:
    """The newest notes about a record, to stand on another page; None where there is nothing to see."""
    if links.record(ref) is None:
        return None
    try:
        view = journal.page(app(), actor(), ref, limit=ON_A_RECORD)
    except NotFound:
        return None
    return view if JOURNAL in view.sees else None


def _file(sent: FileStorage) -> File:
    name = (sent.filename or "").replace("\\", "/").rpartition("/")[2]
    with contextlib.closing(sent):
        return File(name, sent.read())
