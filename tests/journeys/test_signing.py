"""A board votes and approvers sign while the server is killed: each of them counts, and once."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.journeys.voting import APPROVERS, BOARD, wish_until_it_is_paid_for

pytestmark = pytest.mark.slow


def test_a_vote_goes_on_though_the_server_is_killed_while_members_sign(opened):
    # given a town whose server is killed whenever the first of several who sign has an answer
    town = opened(killed_while_many_send=True)
    # when its board votes, and its approvers sign, and all of them send again
    wish_until_it_is_paid_for(town)
    # then nothing is lost, and nothing is there twice
    assert town.kills == 2
    papers = town.every("alex", "/records/ballot_paper")
    assert len(papers) == len(BOARD)
    assert all(paper["values"]["handed_in_at"] for paper in papers)
    shown = {paper["id"]: paper["shown"]["member"].split()[0].lower() for paper in papers}
    ballots = town.every("alex", "/records/ballot")
    wishes = {shown[line["values"]["paper"]]: line["values"]["wish"] for line in ballots}
    assert (wishes, len(ballots)) == (BOARD, len(BOARD))
    (item,) = town.every("alex", "/records/agenda_item")
    assert item["values"]["verdict"] == "included"
    signed = [
        (one["shown"]["signer"].split()[0].lower(), one["values"]["mark"])
        for one in town.every("alex", "/records/approval")
    ]
    assert sorted(signed) == [(name, "approve") for name in APPROVERS]
    # and each has signed once in the history, too
    done = Counter(
        line["step"]
        for run in town.every("alex", "/runs")
        for line in town.read("alex", f"/runs/{run['id']}")["history"]
        if line["kind"] == "task-completed"
    )
    assert (done["vote"], done["approve-case"]) == (len(BOARD), len(APPROVERS))
    (case,) = town.every("alex", "/records/business_case")
    assert case["values"]["status"] == "approved"
