"""Notes about records, and their files, through the API."""

import base64

import pytest

SENT = {"text": "Look at the log", "files": [{"name": "mail.log", "content": "AP8="}]}


@pytest.fixture
def incident(ann):
    return ann.post("/records/incident_request", {"values": {"summary": "Mail is slow"}}).json[
        "id"
    ]


def test_a_note_is_written_and_read_with_its_file(ann, incident):
    written = ann.post(f"/journal/incident_request/{incident}", SENT)
    assert written.status_code == 201
    told = ann.get(f"/journal/incident_request/{incident}").json
    assert told["items"] == [written.json]
    assert (told["sees"], told["writes"]) == (["internal_notes", "journal"],) * 2
    [file] = written.json["files"]
    assert file == {"id": file["id"], "name": "mail.log", "size": 2}
    content = ann.get(f"/attachments/{file['id']}").json["content"]
    assert base64.b64decode(content) == b"\x00\xff"


def test_what_is_no_base64_is_refused_at_its_place(ann, incident):
    sent = {"text": "x", "files": [{"name": "a", "content": "?"}]}
    answer = ann.post(f"/journal/incident_request/{incident}", sent)
    assert answer.status_code == 422
    assert answer.json["problems"] == {"files.0.content": "This is not base64."}


@pytest.mark.parametrize("path", ["/journal/unicorn/1", "/journal/incident_request/99"])
def test_there_is_no_journal_of_what_is_not_there(ann, path):
    assert ann.get(path).status_code == 404
    assert ann.post(path, {"text": "x"}).status_code == 404


def test_there_is_no_attachment_of_any_number(ann):
    assert ann.get("/attachments/99").status_code == 404
