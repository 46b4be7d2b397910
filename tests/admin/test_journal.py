"""The journal on the page of a record and of a task, as browsers use it."""

from __future__ import annotations

import io

import pytest

from server.domain.values import RecordRef
from server.usecases import journal
from tests.admin.conftest import filled, token

HANDLED = RecordRef("incident_request", 1)
"""What Ann's call is about."""


@pytest.fixture
def incident(office):
    return office.store("incident_request", summary="Mail is slow")


def address(record):
    return f"/records/incident_request/details/?id={record.id}"


def write(client, record, text, *, internal=False, files=(), at=None):
    page = client.get(at or address(record))
    sent = {
        **{key: value for key, value in filled(page).items() if key in {"command", "back"}},
        "csrf_token": token(page),
        "text": text,
        "for": "internal_notes" if internal else "journal",
        "files": [(io.BytesIO(content), name) for name, content in files],
    }
    return client.post(f"/journal/incident_request/{record.id}/", data=sent)


class TestANote:
    def test_stands_on_the_page_from_which_it_was_sent(self, office, incident):
        client = office.browser("ann")
        answer = write(client, incident, "Called back <b>twice</b>")
        assert answer.status_code == 302
        assert answer.location == address(incident)
        page = client.get(answer.location).get_data(as_text=True)
        assert "Called back &lt;b&gt;twice&lt;/b&gt;" in page
        assert "Your note was kept." in page

    def test_of_a_task_is_of_the_record_that_it_is_about(self, office, begun):
        client = office.browser("bob")
        answer = write(client, HANDLED, "Looked at it", at=f"/tasks/{begun}/", internal=True)
        page = client.get(answer.location).get_data(as_text=True)
        assert answer.location == f"/tasks/{begun}/"
        assert "Looked at it" in page
        assert "Internal" in page

    def test_that_is_empty_is_refused_and_says_so(self, office, incident):
        answer = write(office.browser("ann"), incident, " ")
        assert answer.status_code == 422
        assert "Write something, or attach a file." in answer.get_data(as_text=True)

    def test_that_is_refused_loses_no_word(self, office, incident):
        answer = write(office.browser("ann"), incident, "x" * 10_001 + "end", internal=True)
        page = answer.get_data(as_text=True)
        assert "xend</textarea>" in page
        assert '<option value="internal_notes" selected>' in page

    def test_is_not_written_by_somebody_without_a_role(self, office, incident):
        client = office.browser("eve")
        home = client.get("/")
        sent = {"csrf_token": token(home), "text": "x", "for": "journal"}
        answer = client.post(f"/journal/incident_request/{incident.id}/", data=sent)
        assert answer.status_code == 403


class TestAFile:
    def test_comes_back_as_a_file_whatever_is_in_it(self, office, incident):
        client = office.browser("ann")
        page = b"<script>alert(1)</script>"
        write(client, incident, "See this", files=[("some/where/page.html", page)])
        answer = client.get("/journal/attachments/1")
        assert answer.data == page
        assert answer.mimetype == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment; filename=page.html"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"

    def test_that_is_too_large_is_refused_with_its_name(self, office, incident, monkeypatch):
        monkeypatch.setattr(journal, "LARGEST_FILE", 1 << 18)
        large = b"x" * ((1 << 18) + 1)
        answer = write(office.browser("ann"), incident, "A copy", files=[("disk.img", large)])
        page = answer.get_data(as_text=True)
        assert answer.status_code == 413
        assert "&#39;disk.img&#39; is larger than 0.25 MB." in page
        assert "Attach the files again." in page
        assert "A copy</textarea>" in page
