"""/api/v1/events and /api/v1/inbox"""

from __future__ import annotations

import pytest

from server.usecases import events
from tests.api.desk import problem
from tests.usecases.monitoring import an_alert


def deliver(caller, *alerts):
    return caller.post("/events/alertmanager", {"alerts": list(alerts)})


@pytest.fixture
def work(desk):
    """Does what a worker does."""

    def handle():
        while events.handle(desk.app):
            pass

    return handle


def test_a_delivery_is_accepted_and_handled_afterwards(sam, work):
    accepted = deliver(sam, an_alert(), an_alert("f2"))
    assert accepted.status_code == 202
    assert accepted.json == {"received": 2}
    work()
    found = sam.get("/records/event?sort=id").json["items"]
    assert [item["values"]["fingerprint"] for item in found] == ["f1", "f2"]
    assert [task["step"] for task in sam.get("/tasks").json["items"]] == ["review", "review"]


def test_a_delivery_that_cannot_be_read_leaves_nothing(sam, ada):
    malformed = sam.post("/events/alertmanager", {"alarms": []})
    assert "no list of messages at 'alerts'" in problem(malformed, 400)["detail"]
    unknown = deliver(sam, an_alert(), {"status": "firing"})
    assert problem(unknown, 422)["problems"].keys() == {
        "alerts[1].fingerprint",
        "alerts[1].startsAt",
    }
    many = deliver(sam, *[an_alert()] * 1001)
    problem(many, 413)
    large = deliver(sam, an_alert(annotations={"summary": "x" * (1 << 20)}))
    problem(large, 413)
    assert ada.get("/inbox").json["items"] == []


def test_a_source_that_nobody_knows_is_not_found(sam):
    told = problem(sam.post("/events/nagios", {}), 404)
    assert "alertmanager" in told["hint"]


def test_a_delivery_of_somebody_who_may_not_is_refused(ann):
    problem(deliver(ann, an_alert()), 403)


class TestTheInbox:
    def test_shows_what_became_of_each_message(self, sam, ada, work):
        deliver(sam, an_alert(), an_alert("f2", labels={"severity": "deafening"}))
        work()
        unfit, handled = ada.get("/inbox").json["items"]
        assert handled["state"] == "handled"
        assert handled["record"] == {"entity": "event", "id": 1}
        assert (unfit["state"], unfit["attempts"]) == ("waiting", 1)
        assert "deafening" in unfit["problem"]
        assert unfit["message"]["fingerprint"] == "f2"
        assert ada.get("/inbox?state=handled").json["items"] == [handled]

    def test_is_for_administrators(self, sam):
        problem(sam.get("/inbox"), 403)
        problem(sam.post("/inbox/1/resume"), 403)

    def test_lets_a_parked_message_be_handled_anew(self, desk, sam, ada, work):
        deliver(sam, an_alert("f2", labels={"severity": "deafening"}))
        for attempt in range(events.MOST_ATTEMPTS):
            work()
            desk.app.now.pass_time(seconds=events.delay(attempt).total_seconds())
        [parked] = ada.get("/inbox?state=parked").json["items"]
        resumed = ada.post(f"/inbox/{parked['id']}/resume").json
        assert (resumed["state"], resumed["attempts"]) == ("waiting", 0)
        problem(ada.post(f"/inbox/{parked['id']}/resume"), 409)
        problem(ada.post("/inbox/99/resume"), 404)
