"""/api/v1/tasks"""

from __future__ import annotations

import pytest

from tests.api.desk import problem


@pytest.fixture
def run(ann):
    """A request that Ann has begun; she is to review it."""
    return ann.begin()


@pytest.fixture
def task(run):
    [task] = run["tasks"]
    return task


def complete(caller, task, outcome="go_on", headers=None, **answers):
    body = {"outcome": outcome, "answers": {"knows": True} | answers}
    return caller.post(f"/tasks/{task['id']}/complete", body, **(headers or {}))


class TestAQueue:
    def test_shows_what_waits_for_the_one_who_asks(self, ann, sam, task):
        assert [item["id"] for item in ann.get("/tasks").json["items"]] == [task["id"]]
        assert sam.get("/tasks").json == {"items": [], "next": None}
        line = ann.get("/tasks?which=groups").json["items"][0]
        assert line["title"] == "Review"
        assert line["about"]["title"] == "INC000000000001 The mail is down"
        assert line["claimed_by"] is None

    def test_may_be_of_one_procedure(self, ann, task):
        assert len(ann.get("/tasks?procedure=registration").json["items"]) == 1
        assert ann.get("/tasks?procedure=handling").json["items"] == []

    def test_is_counted(self, ann, task):
        found = ann.get("/tasks/counts").json
        assert found == {
            "all": 1,
            "mine": 0,
            "groups": 1,
            "to-sign": 0,
            "waiting": 1,
            "watched": 0,
        }

    def test_comes_page_by_page(self, ann):
        for _ in range(5):
            ann.begin()
        found, path = [], "/tasks?limit=2"
        while path:
            page = ann.get(path)
            link = page.headers.get("Link")
            assert link == (f'<{page.json["next"]}>; rel="next"' if page.json["next"] else None)
            found += [item["id"] for item in page.json["items"]]
            path = page.json["next"]
        assert found == sorted(set(found))
        assert len(found) == 5

    def test_that_does_not_exist_is_refused(self, ann):
        told = problem(ann.get("/tasks?which=yours"), 422)
        assert told["problems"] == {
            "which": '"yours" is not one of all, due, mine, groups, to-sign, waiting, watched.'
        }


class TestATask:
    def test_is_shown_with_its_form_and_what_its_outcomes_lead_to(self, ann, task):
        found = ann.get(f"/tasks/{task['id']}")
        assert found.headers["ETag"] == f'"{task["revision"]}"'
        view = found.json
        what, bad, asked = view["form"]["sections"]
        assert [item["key"] for item in what["fields"]] == ["summary", "description"]
        assert what["fields"][0]["value"] == "The mail is down"
        assert bad["fields"][0]["type"]["choices"][0] == "extensive"
        assert asked["fields"][0]["asked"]
        assert {item["key"]: item["needs"] for item in view["outcomes"]} == {
            "go_on": [],
            "refuse": ["description"],
        }
        assert view["may_claim"]

    def test_that_is_not_there_is_not_found(self, ann):
        for number in (99, 2**63 - 1, 2**63, 0):
            problem(ann.get(f"/tasks/{number}"), 404)


class TestTaking:
    def test_a_task_is_claimed_and_released(self, ann, task):
        claimed = ann.post(f"/tasks/{task['id']}/claim").json
        assert claimed["claimed_by"]["label"] == "Ann"
        released = ann.post(f"/tasks/{task['id']}/release", {}).json
        assert released["claimed_by"] is None

    def test_a_task_is_given_to_a_candidate_only(self, desk, ann, sam, task):
        bob = desk.person("Bob", "service-desk-analyst")
        given = ann.post(f"/tasks/{task['id']}/assign", {"person": bob.id}).json
        assert given["claimed_by"]["label"] == "Bob"
        told = problem(ann.post(f"/tasks/{task['id']}/assign", {"person": sam.id}), 422)
        assert told["problems"].keys() == {"person"}

    def test_a_task_is_taken_once(self, desk, ann, task):
        bob = desk.person("Bob", "service-desk-analyst")
        ann.post(f"/tasks/{task['id']}/claim")
        told = problem(bob.post(f"/tasks/{task['id']}/claim"), 409)
        assert told["type"] == "urn:procedura:refusal:wrong-state"
        assert told["detail"] == "Ann is working on this task."

    def test_a_task_of_a_role_not_held_is_not_allowed(self, sam, task):
        told = problem(sam.post(f"/tasks/{task['id']}/claim"), 403)
        assert "Service desk analyst" in told["detail"]


class TestADraft:
    def test_is_kept(self, ann, task):
        kept = ann.put(f"/tasks/{task['id']}/draft", {"answers": {"summary": "Mail is"}})
        assert kept.json["draft"] == {"summary": "Mail is"}
        assert ann.get(f"/tasks/{task['id']}").json["draft"] == {"summary": "Mail is"}

    def test_may_not_be_endless(self, ann, task):
        path = f"/tasks/{task['id']}/draft"
        answers = dict.fromkeys(("summary", "description", "note"), "x" * 90_000)
        told = problem(ann.put(path, {"answers": answers}), 413)
        assert told["type"] == "urn:procedura:refusal:too-large"


class TestCompleting:
    def test_tells_what_followed(self, ann, task):
        done = complete(ann, task)
        assert done.status_code == 200
        assert done.json["run_state"] == "open"
        assert [line["title"] for line in done.json["opened"]] == ["Resolve"]

    def test_hands_over(self, ann, sam, task):
        done = complete(ann, task, knows=False).json
        assert (done["run_state"], done["run_end"]) == ("ended", "handling")
        assert [line["procedure"] for line in done["opened"]] == ["handling"]
        assert [line["step"] for line in sam.get("/tasks").json["items"]] == ["work"]

    def test_tells_all_answers_to_put_right(self, ann, task):
        done = complete(
            ann, task, outcome="refuse", summary="", impact="huge", knows=None, cause="x"
        )
        assert problem(done, 422)["problems"] == {
            "summary": "Summary is needed.",
            "impact": "'huge' is not one of extensive, significant, moderate, minor.",
            "knows": "This question needs an answer.",
            "cause": "This step has no such field.",
            "description": "This is needed for 'Refuse'.",
        }

    def test_needs_an_outcome_where_there_are_some(self, ann, task):
        told = problem(ann.post(f"/tasks/{task['id']}/complete", {}), 422)
        assert told["problems"] == {"outcome": "One of go_on, refuse."}

    def test_twice_is_refused(self, ann, task):
        complete(ann, task)
        told = problem(complete(ann, task), 409)
        assert "completed already" in told["detail"]
        assert "history" in told["hint"]

    def test_over_what_somebody_else_has_changed_is_refused_with_what_is_there(
        self, desk, ann, task
    ):
        # given Ann has read the task, and Bob changes the request meanwhile
        seen = ann.get(f"/tasks/{task['id']}").json["record_revision"]
        bob = desk.person("Bob", "administrator")
        change = bob.patch(
            "/records/incident_request/1",
            {"values": {"summary": "The mail is slow"}, "reason": "It came back"},
            If_Match="*",
        )
        assert change.status_code == 200, change.json
        # when she sends another summary
        body = {
            "outcome": "go_on",
            "answers": {"knows": True, "summary": "The mail is gone"},
            "record_revision": seen,
        }
        told = problem(ann.post(f"/tasks/{task['id']}/complete", body), 409)
        # then she is told the present one
        assert told["fields"] == {"summary": "The mail is slow"}


class TestRevisions:
    """What was read may be said by If-Match or in the body; what has changed since is told."""

    def test_a_stale_if_match_is_412(self, ann, task):
        ann.post(f"/tasks/{task['id']}/claim")
        told = problem(complete(ann, task, headers={"If_Match": '"1"'}), 412)
        assert told["type"] == "urn:procedura:refusal:condition-failed"

    def test_a_stale_revision_in_the_body_is_409(self, ann, task):
        ann.post(f"/tasks/{task['id']}/claim")
        body = {"outcome": "go_on", "answers": {"knows": True}, "revision": 1}
        problem(ann.post(f"/tasks/{task['id']}/complete", body), 409)

    @pytest.mark.parametrize("tags", ['"2"', "2", "*", '"1", "2"', '"x", "2"'])
    def test_what_fits_goes_on(self, ann, task, tags):
        ann.post(f"/tasks/{task['id']}/claim")
        assert complete(ann, task, headers={"If_Match": tags}).status_code == 200

    @pytest.mark.parametrize("tags", ["", "x", "two words", '"2" "3"'])
    def test_what_is_no_tag_is_malformed(self, ann, task, tags):
        problem(complete(ann, task, headers={"If_Match": tags}), 400)

    @pytest.mark.parametrize("tags", ['"x"', '""', 'W/"2"', '"99999999999999999999"', '"1", "3"'])
    def test_what_fits_nothing_is_412(self, ann, task, tags):
        ann.post(f"/tasks/{task['id']}/claim")
        problem(complete(ann, task, headers={"If_Match": tags}), 412)

    def test_a_conflict_of_another_kind_stays_409(self, ann, task):
        complete(ann, task)
        problem(complete(ann, task, headers={"If_Match": '"1"'}), 409)


def test_a_watched_record_has_its_open_tasks_in_a_queue(ann, task):
    path = "/watching/incident_request/1"
    assert ann.get(path).json == {"watched": False}
    assert ann.put(path, None).status_code == 204
    assert ann.get(path).json == {"watched": True}
    assert [line["title"] for line in ann.get("/tasks?which=watched").json["items"]] == ["Review"]
    assert ann.delete(path).status_code == 204
    assert ann.get("/tasks?which=watched").json["items"] == []
    assert ann.put("/watching/unicorn/1", None).status_code == 404
