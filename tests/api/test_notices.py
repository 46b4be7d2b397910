"""/api/v1/notices"""

from __future__ import annotations

import pytest

from server.domain.values import RecordRef
from server.storage import notices
from tests.api.desk import problem
from tests.builders import AT


@pytest.fixture
def told(desk, ann, sam):
    """Three notices for Ann, one for Sam, about a request."""
    ann.begin()
    about = RecordRef("incident_request", 1)
    with desk.app.database.write() as connection:
        notices.append(
            connection,
            [
                notices.Notice(person, "registered", f"Number {number}", "Text", about, 1, AT)
                for number, person in enumerate((ann.id, ann.id, sam.id, ann.id), start=1)
            ],
        )


def test_are_ones_own_newest_first(ann, told):
    found = ann.get("/notices").json["items"]
    assert [item["subject"] for item in found] == ["Number 4", "Number 2", "Number 1"]
    assert found[0]["about"]["number"] == "INC000000000001"
    assert found[0]["read_at"] is None


def test_come_page_by_page(ann, told):
    first = ann.get("/notices?limit=2").json
    second = ann.get(first["next"]).json
    assert [item["subject"] for item in second["items"]] == ["Number 1"]
    assert second["next"] is None


def test_are_noted_as_read(ann, told):
    newest = ann.get("/notices").json["items"][0]
    for _ in range(2):
        assert ann.post(f"/notices/{newest['id']}/read").status_code == 204
    unread = ann.get("/notices?unread=true").json["items"]
    assert [item["subject"] for item in unread] == ["Number 2", "Number 1"]
    assert len(ann.get("/notices?unread=false").json["items"]) == 3


def test_of_others_are_not_found(sam, ann, told):
    hers = ann.get("/notices").json["items"][0]
    problem(sam.post(f"/notices/{hers['id']}/read"), 404)
    problem(ann.get("/notices?unread=perhaps"), 422)
