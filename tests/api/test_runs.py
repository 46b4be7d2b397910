"""/api/v1/runs and /api/v1/failures"""

from __future__ import annotations

import pytest

from tests.api.desk import problem


@pytest.fixture
def run(ann):
    return ann.begin()


class TestRuns:
    def test_are_listed_newest_first_and_filtered(self, ann, run):
        second = ann.begin(summary="The printer")
        both = ann.get("/runs").json["items"]
        assert [item["id"] for item in both] == [second["id"], run["id"]]
        assert len(ann.get("/runs?limit=1").json["items"]) == 1
        assert ann.get(ann.get("/runs?limit=1").json["next"]).json["items"] == [both[1]]
        about = "about_entity=incident_request&about_id=2"
        assert ann.get(f"/runs?{about}").json["items"] == [both[0]]
        assert ann.get("/runs?state=ended").json["items"] == []
        assert ann.get("/runs?procedure=handling").json["items"] == []

    def test_about_a_record_are_asked_for_by_entity_and_id_together(self, ann):
        assert problem(ann.get("/runs?about_id=2"), 422)["problems"].keys() == {"about_entity"}
        told = problem(ann.get("/runs?about_entity=person"), 422)
        assert told["problems"].keys() == {"about_id"}

    def test_are_shown_with_history_and_reasons(self, ann, sam, run):
        [task] = run["tasks"]
        body = {"outcome": "go_on", "answers": {"knows": False}}
        ann.post(f"/tasks/{task['id']}/complete", body)
        found = ann.get(f"/runs/{run['id']}")
        assert found.headers["ETag"] == f'"{found.json["revision"]}"'
        assert (found.json["state"], found.json["end"]) == ("ended", "handling")
        [verdict] = found.json["verdicts"]
        assert verdict["inputs"] == {"impact": "minor", "knows": False}
        assert (verdict["hits"], verdict["output"]) == (["rest"], {"then": "no"})
        assert verdict["because"] == ["because of rest"]
        assert ann.get(f"/runs/{run['id']}/verdicts").json["items"] == [verdict]
        history = ann.get(f"/runs/{run['id']}/history").json["items"]
        assert history == found.json["history"]
        assert [line["sequence"] for line in history] == list(range(1, len(history) + 1))
        assert {line["who"] for line in history} == {"Ann"}

    def test_that_are_not_there_are_not_found(self, ann):
        for path in ("/runs/9", "/runs/9/history", "/runs/9/verdicts"):
            problem(ann.get(path), 404)

    def test_are_cancelled_by_permission_with_a_reason(self, ann, ada, run):
        path = f"/runs/{run['id']}/cancel"
        problem(ann.post(path, {"reason": "No"}), 403)
        assert problem(ada.post(path, {"reason": ""}), 422)["problems"].keys() == {"reason"}


class TestAsNeeded:
    @pytest.fixture
    def handling(self, ann, run):
        body = {"outcome": "go_on", "answers": {"knows": False}}
        ann.post(f"/tasks/{run['tasks'][0]['id']}/complete", body)
        [line] = ann.get("/runs?procedure=handling").json["items"]
        return f"/runs/{line['id']}"

    def test_a_run_says_what_may_be_begun_and_by_whom(self, ann, sam, handling):
        [offer] = sam.get(handling).json["offers"]
        assert offer == {
            "as_needed": "call-back",
            "title": "Call-back",
            "list": 0,
            "role_title": "Specialist",
        }
        assert ann.get(handling).json["offers"] == []

    def test_whoever_begins_it_has_its_first_task(self, sam, handling):
        begun = sam.post(f"{handling}/as-needed", {"as_needed": "call-back"})
        assert begun.status_code == 201
        assert begun.json["step"] == "call-back"
        assert begun.json["claimed_by"]["label"] == "Sam"
        assert {task["step"] for task in sam.get(handling).json["tasks"]} == {"work", "call-back"}

    def test_it_is_refused_to_others_and_where_nothing_of_that_name_is(self, ann, sam, handling):
        path = f"{handling}/as-needed"
        problem(ann.post(path, {"as_needed": "call-back"}), 403)
        problem(sam.post(path, {"as_needed": "call-back", "list": 7}), 409)
        problem(sam.post(path, {"as_needed": "order"}), 409)
        problem(sam.post("/runs/99/as-needed", {"as_needed": "order"}), 404)


class TestBeginning:
    def test_is_offered_to_who_may(self, ann, sam):
        starts = ann.get("/starts").json["items"]
        assert [(item["procedure"], item["start"]) for item in starts] == [
            ("registration", "by-phone"),
            ("registration", "by-mail"),
        ]
        assert starts[0]["title"] == "A user phones"
        assert starts[0]["form"]["sections"][0]["fields"][0]["key"] == "summary"
        assert sam.get("/starts").json["items"] == []

    def test_makes_the_record_and_opens_the_first_task(self, ann):
        body = {"start": "by-mail", "answers": {"summary": "Mail", "impact": "minor"}}
        begun = ann.post("/procedures/registration/runs", body)
        assert begun.status_code == 201
        assert begun.headers["Location"] == f"/api/v1/runs/{begun.json['id']}"
        assert ann.get(begun.headers["Location"]).json == begun.json
        assert begun.json["about"]["number"] == "INC000000000001"

    def test_needs_what_the_form_needs(self, ann):
        path = "/procedures/registration/runs"
        told = problem(ann.post(path, {"start": "by-mail", "answers": {"impact": None}}), 422)
        assert told["problems"].keys() == {"summary", "impact"}
        assert problem(ann.post(path, {"answers": {}}), 422)["problems"].keys() == {"start"}

    def test_is_for_the_role_of_the_start(self, sam):
        body = {"start": "by-mail", "answers": {"summary": "Mail", "impact": "minor"}}
        assert (
            "Service desk analyst"
            in problem(sam.post("/procedures/registration/runs", body), 403)["detail"]
        )


class TestFailures:
    def test_are_shown_to_administrators_and_tried_again(self, ann, ada, run):
        # given a step that nobody can do
        [task] = run["tasks"]
        body = {"outcome": "go_on", "answers": {"knows": False}}
        told = problem(ann.post(f"/tasks/{task['id']}/complete", body), 409)
        assert told["type"] == "urn:procedura:refusal:failed"
        assert "Nobody holds the role Specialist" in told["detail"]
        problem(ann.get("/failures"), 403)
        [failure] = ada.get("/failures").json["items"]
        assert failure["step"] == "work"
        # when somebody holds the role and it is tried again
        ann.desk.person("Sam", "specialist")
        path = f"/failures/{failure['id']}/retry"
        problem(ann.post(path), 403)
        assert ada.post(path).json["state"] == "ended"
        # then it is over
        assert ada.get("/failures").json["items"] == []
        problem(ada.post(path), 409)
        problem(ada.post("/failures/99/retry"), 404)
